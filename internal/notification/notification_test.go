package notification

import (
	"strings"
	"testing"
	"time"

	"bellwether/internal/event"
)

func reached(threshold int, change func(*event.BudgetThresholdReached)) event.BudgetThresholdReached {
	d := event.BudgetThresholdReached{
		CampaignID: "c", Name: "Summer", Threshold: threshold, AlsoCrossed: []int{}, PercentUsed: "95.00",
		SpendMicros: 9_500_000_000, BudgetMicros: 10_000_000_000, Currency: "USD", Period: "monthly", PeriodStart: "2026-11-01",
		AsOf: time.Date(2026, 11, 20, 14, 5, 0, 0, time.UTC),
	}
	if change != nil {
		change(&d)
	}
	return d
}

func TestBudgetMessage(t *testing.T) {
	tests := []struct {
		name     string
		event    event.BudgetThresholdReached
		severity Severity
		says     []string
		saysNot  []string
	}{
		{"80", reached(80, nil), Medium, []string{"9500.00 USD of 10000.00 USD is spent for November 2026, as of 20 Nov 2026 14:05 UTC."}, []string{"over", "late"}},
		{"90 with 80", reached(90, func(d *event.BudgetThresholdReached) { d.AlsoCrossed = []int{80} }), High, []string{"It passed 80 % at the same time."}, nil},
		{"100 and over", reached(100, func(d *event.BudgetThresholdReached) { d.SpendMicros = 10_100_000_001 }), Critical, []string{"That is 100.00 USD over."}, nil},
		{"late", reached(100, func(d *event.BudgetThresholdReached) { d.Late = true }), Critical, []string{"came late, and nothing is paused"}, nil},
		{"stale", reached(100, func(d *event.BudgetThresholdReached) { d.Stale = true }), Critical, []string{"too old to act on"}, nil},
		{"a day's budget", reached(80, func(d *event.BudgetThresholdReached) { d.Period = "daily" }), Medium, []string{"spent for 2026-11-01"}, nil},
		{"yen", reached(80, func(d *event.BudgetThresholdReached) { d.Currency = "JPY" }), Medium, []string{"9500 JPY of 10000 JPY"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			message := BudgetMessage(tt.event)
			inBoth(t, message)
			m := message.In(English, nil)
			if message.Severity != tt.severity || !strings.Contains(m.Title, "Summer has used 95.00 % of its budget") {
				t.Errorf("%s: %s", message.Severity, m.Title)
			}
			for _, want := range tt.says {
				if !strings.Contains(m.Text, want) {
					t.Errorf("lacks %q:\n%s", want, m.Text)
				}
			}
			for _, not := range tt.saysNot {
				if strings.Contains(m.Text, not) {
					t.Errorf("says %q:\n%s", not, m.Text)
				}
			}
		})
	}
}

// One message of SMS is 160 characters of GSM-7; a longer or odder one would be split and cost more.
func TestSMSFitsOneMessage(t *testing.T) {
	m := BudgetMessage(reached(90, func(d *event.BudgetThresholdReached) {
		d.Name = "Grüße {aus} \\ 東京 " + strings.Repeat("x", 300)
	})).In(English, nil)
	if len(m.SMS) > 160 {
		t.Errorf("%d characters", len(m.SMS))
	}
	for _, r := range m.SMS {
		if r < ' ' || r > '~' || strings.ContainsRune("`[]{}\\^|~", r) {
			t.Errorf("%q is not one character of GSM-7", r)
		}
	}
}

func TestNoticesAreNamedByCauseAndPerson(t *testing.T) {
	cause := event.Meta{ID: "e1", OrgID: "o", Subject: "campaign/c", OccurredAt: time.Unix(9, 0)}
	m := Message{Title: say("lost.none", nil)}
	first, again := m.To("ada", English, nil, cause).ID, m.To("ada", English, nil, cause).ID
	if first != again {
		t.Error("a redelivery makes another notice")
	}
	other := cause
	other.ID = "e2"
	if first == m.To("bob", English, nil, cause).ID || first == m.To("ada", English, nil, other).ID {
		t.Error("two notices share an id")
	}
}

func TestStatusMessage(t *testing.T) {
	m := CampaignStatusMessage(event.CampaignStatusChanged{Name: "Summer", Previous: "active", Current: "paused", PauseReasons: []string{"budget"}, Reason: "budget_exhausted"}).In(English, nil)
	if m.Title != "Campaign Summer is paused now" || !strings.Contains(m.Text, "its budget is spent") || !strings.Contains(m.Text, "paused for: budget") {
		t.Errorf("%+v", m)
	}
	m = CampaignStatusMessage(event.CampaignStatusChanged{Name: "Summer", Previous: "paused", Current: "active", Reason: "budget_override: a good week"}).In(English, nil)
	if !strings.Contains(m.Text, "overridden (a good week)") {
		t.Errorf("%+v", m)
	}
}

func TestReadAndArchive(t *testing.T) {
	first, later := time.Unix(1, 0).UTC(), time.Unix(2, 0).UTC()
	n := Notice{}.Read(first).Read(later)
	if n.ReadAt == nil || !n.ReadAt.Equal(first) {
		t.Errorf("read at %v", n.ReadAt)
	}
	if n = n.Unread(); n.ReadAt != nil {
		t.Error("still read")
	}
	if n = n.Archive(later); n.ReadAt == nil || n.ArchivedAt == nil {
		t.Error("an archived notice counts as read")
	}
	if n = n.Unarchive(); n.ArchivedAt != nil || n.ReadAt == nil {
		t.Error("taken back, it stays read")
	}
}

func TestAudienceIsEachOnce(t *testing.T) {
	got := Audience([]string{"b", "a"}, []string{"a", ""}, nil)
	if strings.Join(got, " ") != "a b" {
		t.Errorf("%v", got)
	}
}

func TestValidRef(t *testing.T) {
	for ref, want := range map[string]bool{
		"20261115T120000.000000Z_0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5b": true,
		"20261115T120000.000000Z#0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5b": false,
		"20261315T120000.000000Z_0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5b": false,
		"20261115T120000.000000Z_../x":                                 false, "": false,
	} {
		if ValidRef(ref) != want {
			t.Errorf("%q: %v", ref, !want)
		}
	}
}
