package notification

import (
	"strings"
	"testing"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/integration"
	"bellwether/internal/platform"
)

// says holds a message to its severity, and to what it must say in English and must not.
func says(t *testing.T, message Message, severity Severity, want, not []string) {
	t.Helper()
	inBoth(t, message)
	m := message.In(English, nil)
	text := m.Title + "\n" + m.Text
	if message.Severity != severity {
		t.Errorf("%s: %s", message.Severity, text)
	}
	for _, part := range want {
		if !strings.Contains(text, part) {
			t.Errorf("lacks %q:\n%s", part, text)
		}
	}
	for _, part := range not {
		if strings.Contains(text, part) {
			t.Errorf("says %q:\n%s", part, text)
		}
	}
	if strings.Contains(text, "%!") || strings.HasSuffix(text, "\n") || strings.Contains(m.Title, "\n") || len(m.SMS) > 160 || (message.Severity.Loud() && m.SMS == "") {
		t.Errorf("bad form: %q, SMS %q", text, m.SMS)
	}
}

func TestConnectedMessage(t *testing.T) {
	d := event.IntegrationConnected{Platform: "google", AccountName: "Shop", Currency: "JPY", TimeZone: "Asia/Tokyo"}
	says(t, ConnectedMessage(d), Low, []string{"Shop (Google Ads) is connected: welcome", "first sync has started", "in JPY, and its days are those of Asia/Tokyo"}, []string{"again"})
	d.Reconnected = true
	says(t, ConnectedMessage(d), Low, []string{"Shop (Google Ads) is connected again"}, []string{"welcome"})
	says(t, ConnectedMessage(event.IntegrationConnected{Platform: "pinterest"}), Low, []string{"an account of pinterest is connected"}, []string{"counts in"})
}

func TestDisconnectedMessage(t *testing.T) {
	lost := func(reason string) event.IntegrationDisconnected {
		return event.IntegrationDisconnected{Platform: "meta", AccountName: "Shop", Reason: reason, CampaignIDs: []string{"1", "2"}, CampaignCount: 12}
	}
	user := lost(integration.ReasonUser)
	running := Running{Names: []string{"A", "B"}, Others: 10}
	tests := []struct {
		name      string
		d         event.IntegrationDisconnected
		change    func(*event.IntegrationDisconnected)
		running   Running
		severity  Severity
		says, not []string
	}{
		{"expired", lost(integration.ReasonExpired), nil, running, High,
			[]string{"Shop (Meta) has lost its connection", "access has ended", "Reconnect the account.", "unknown. May go on spending: A, B, and some of 10 others."}, nil},
		{"revoked", lost(integration.ReasonRevoked), nil, Running{Names: []string{"A"}}, High, []string{"somebody took it back", "spending: A."}, []string{"others"}},
		{"permission", lost(integration.ReasonPermission), nil, Running{Others: 1}, High, []string{"allow all that is asked", "some of 1 campaign."}, nil},
		{"suspended", lost(integration.ReasonSuspended), nil, running, Critical, []string{"suspended the ad account", "Settle it with the platform"}, nil},
		{"a reason of tomorrow", lost("quarrel"), nil, running, High, []string{"Why: quarrel.", "Reconnect the account."}, nil},
		{"nothing ran", lost(integration.ReasonRevoked), nil, Running{}, High, []string{"none of its 12 campaigns ran at Meta"}, []string{"spending"}},
		{"no campaign", lost(integration.ReasonRevoked), func(d *event.IntegrationDisconnected) { d.CampaignIDs, d.CampaignCount = nil, 0 }, Running{}, High,
			[]string{"No campaign runs through it."}, []string{"spending"}},
		{"an event without the count", lost(integration.ReasonRevoked), func(d *event.IntegrationDisconnected) { d.CampaignCount = 0 }, Running{}, High,
			[]string{"none of its 2 campaigns"}, nil},
		{"posts", lost(integration.ReasonRevoked), func(d *event.IntegrationDisconnected) { d.PostIDs = []string{"p", "q"} }, running, High,
			[]string{"2 scheduled posts will not go out."}, nil},
		{"by a person", user, func(d *event.IntegrationDisconnected) { d.Reachable = true }, running, Low,
			[]string{"Shop (Meta) was disconnected", "12 campaigns are being paused at Meta"}, []string{"spending", "Why"}},
		{"a person keeps them running", user, func(d *event.IntegrationDisconnected) { d.Reachable, d.KeepRunning = true, true }, running, Medium,
			[]string{"As asked", "Nobody watches their budgets", "spending: A, B"}, []string{"paused at"}},
		{"a person, out of reach", user, nil, running, Medium, []string{"Nothing can be paused at Meta any more"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.change != nil {
				tt.change(&tt.d)
			}
			says(t, DisconnectedMessage(tt.d, tt.running), tt.severity, tt.says, tt.not)
		})
	}
}

func TestSyncChangedMessage(t *testing.T) {
	shift := func(impressionsBefore, impressions, spendBefore, spend int64) event.IntegrationSyncCompleted {
		return event.IntegrationSyncCompleted{Platform: "tiktok", Trigger: "schedule", Change: &event.Shift{
			From: "2026-11-01", To: "2026-11-08", Currency: "EUR", PreviousImpressions: impressionsBefore, Impressions: impressions,
			PreviousSpendMicros: spendBefore * 1_000_000, SpendMicros: spend * 1_000_000,
		}}
	}
	tests := []struct {
		name string
		d    event.IntegrationSyncCompleted
		says string // "": not significant
	}{
		{"nothing", event.IntegrationSyncCompleted{}, ""},
		{"100 added", event.IntegrationSyncCompleted{Added: 100}, ""},
		{"101 added", event.IntegrationSyncCompleted{Added: 101}, "101 campaigns are new."},
		{"101 added by the first sync", event.IntegrationSyncCompleted{Added: 101, Trigger: "connect"}, ""},
		{"50 archived", event.IntegrationSyncCompleted{Archived: 50}, ""},
		{"51 archived", event.IntegrationSyncCompleted{Archived: 51}, "51 campaigns are no longer there."},
		{"impressions up by less", shift(200, 299, 100, 100), ""},
		{"impressions up by half", shift(200, 300, 100, 100), "Impressions for 2026-11-01 to 2026-11-08 went from 200 to 300."},
		{"impressions down by half", shift(200, 100, 100, 100), "Impressions for 2026-11-01 to 2026-11-08 went from 200 to 100."},
		{"spend up by less", shift(200, 200, 100, 129), ""},
		{"spend up by 30 %", shift(200, 200, 100, 130), "Spend for 2026-11-01 to 2026-11-08 went from 100.00 EUR to 130.00 EUR."},
		{"spend down by 30 %", shift(200, 200, 100, 70), "Spend for 2026-11-01 to 2026-11-08 went from 100.00 EUR to 70.00 EUR."},
	}
	for _, tt := range tests {
		m, ok := SyncChangedMessage(tt.d, "Shop")
		if ok != (tt.says != "") || (ok && m.In(English, nil).Text != tt.says) {
			t.Errorf("%s: %v %q", tt.name, ok, m.In(English, nil).Text)
		}
		if ok {
			says(t, m, Medium, nil, nil)
		}
	}
}

func failure(class platform.Class, failures int) event.IntegrationSyncFailed {
	return event.IntegrationSyncFailed{Platform: "linkedin", AccountName: "Shop", ErrorClass: string(class), Failures: failures, Message: "no such thing"}
}

// Who hears of a final failure depends on where it stands in its row, and on its class.
func TestSyncFailedMessage(t *testing.T) {
	row := func(class platform.Class, part string, first Severity) {
		t.Helper()
		for failures, severity := range map[int]Severity{1: first, 2: "", 3: High, 4: "", 19: "", 20: "", 400: ""} {
			m, ok := SyncFailedMessage(failure(class, failures))
			if ok != (severity != "") {
				t.Errorf("%s, failure %d: told %v", class, failures, ok)
			} else if ok {
				says(t, m, severity, []string{"Shop (LinkedIn)", part, "LinkedIn says: no such thing", "No sync of it has succeeded yet."}, nil)
			}
		}
		retried := failure(class, 0)
		retried.WillRetry = true
		if _, ok := SyncFailedMessage(retried); ok {
			t.Errorf("%s: an attempt was told", class)
		}
	}
	row(platform.ClassTransient, "tried again by itself", Low)
	row(platform.ClassNotFound, "gone or hidden", Low)
	row(platform.ClassInvalid, "An operator has to look at it", Medium)
	row(platform.ClassSunset, "version of its API", Medium)
	row(platform.ClassUnknown, "not known what went wrong", Medium)
	for _, class := range platform.Classes() {
		_, told := SyncFailedMessage(failure(class, 1))
		if lost := LosesAccess(failure(class, 1)); told == lost {
			t.Errorf("%s: told %v", class, told)
		}
	}
}

func TestFailedLong(t *testing.T) {
	since := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	days4 := since.Add(96 * time.Hour)
	for _, tt := range []struct {
		failures int
		at       time.Time
		want     bool
	}{{20, days4, true}, {19, days4, false}, {20, days4.Add(-time.Second), false}, {500, days4.AddDate(0, 1, 0), true}, {500, since.Add(-time.Hour), false}} {
		if got := FailedLong(failure(platform.ClassTransient, tt.failures), since, tt.at); got != tt.want {
			t.Errorf("%d failures at %s: %v", tt.failures, tt.at, got)
		}
	}
	if !LongSince(since).Equal(days4) {
		t.Errorf("long since %s", LongSince(since))
	}
	d := failure(platform.ClassTransient, 20)
	d.LastSuccessAt, d.Partial, d.DataType = &since, true, "metrics"
	says(t, SyncFailedLongMessage(d), High, []string{"has not been synced for four days", "succeeded ended on 1 Nov 2026 00:00 UTC", "failed at the metrics"}, []string{"yet"})
}

func TestQuoteIsCut(t *testing.T) {
	if got := Quote(strings.Repeat("ä", 500)); got != strings.Repeat("ä", 500) {
		t.Errorf("%d", len(got))
	}
	if got := Quote(strings.Repeat("ä", 501)); got != strings.Repeat("ä", 499)+"…" {
		t.Errorf("%q", got[900:])
	}
}

func TestStaleMessage(t *testing.T) {
	d := event.MetricsStale{Platform: "meta", AccountName: "Shop", LastSuccessAt: time.Date(2026, 11, 1, 10, 0, 0, 0, time.UTC), IntervalMinutes: 15}
	says(t, StaleMessage(d, false), High, []string{"No fresh data of Shop (Meta) since 1 Nov 2026 10:00 UTC", "every 15 minutes", "no campaign is paused"}, nil)
	says(t, StaleMessage(d, true), Medium, nil, nil)
}

func TestRecoveredMessage(t *testing.T) {
	d := event.IntegrationRecovered{Platform: "meta", AccountName: "Shop", Failures: 3, FailingSince: time.Date(2026, 11, 1, 10, 0, 0, 0, time.UTC)}
	says(t, RecoveredMessage(d), Low, []string{"Shop (Meta) is well again", "after 3 failures since 1 Nov 2026 10:00 UTC"}, nil)
	d.Failures, d.FailingSince = 0, time.Time{} // its data was only old
	says(t, RecoveredMessage(d), Low, []string{"A sync has succeeded, and"}, []string{"failure", "0001"})
}

func TestGrantEndingMessage(t *testing.T) {
	d := event.IntegrationTokenExpiring{Platform: "meta", AccountName: "Shop", ExpiresAt: time.Date(2026, 11, 30, 10, 0, 0, 0, time.UTC), PostIDs: []string{"p"}}
	for days, severity := range map[int]Severity{14: Low, 7: Medium, 1: High} {
		d.Days = days
		says(t, GrantEndingMessage(d, nil), severity, []string{"ends on 30 Nov 2026 10:00 UTC", "Reconnect", "1 scheduled post would not go out"}, []string{"synced"})
	}
	d.Days, d.CampaignCount, d.CampaignIDs = 1, 1, []string{"a"}
	says(t, GrantEndingMessage(d, []string{"A"}), High, []string{"1 campaign is no longer synced, and can't be paused from here: A."}, nil)
	d.CampaignCount = 3
	says(t, GrantEndingMessage(d, []string{"A"}), High, []string{"3 campaigns are no longer synced", ": A, and 2 others."}, nil)
	says(t, GrantEndingMessage(d, nil), High, []string{": all of the account's."}, nil)
}

func TestStatusRefusedMessage(t *testing.T) {
	d := event.CampaignStatusRefused{Name: "Summer", Platform: "meta", Want: "off", Message: "not you", PauseReasons: []string{"budget"}}
	says(t, StatusRefusedMessage(d), Critical, []string{"Meta refuses to pause Summer: it may go on spending", "paused here for: budget. Pause it at the platform by hand", "Meta says: not you"}, nil)
	d.PauseReasons, d.Message = nil, ""
	says(t, StatusRefusedMessage(d), Critical, []string{"Pause it at the platform by hand."}, []string{"paused here for", "says"})
	d.Want = "on"
	says(t, StatusRefusedMessage(d), High, []string{"Meta refuses to start Summer"}, []string{"spending"})
}

func TestStatusMessageOfAPlatform(t *testing.T) {
	for reason, want := range map[string]string{
		"paused_at_platform: google": "Why: somebody paused it at Google Ads.", "resumed_at_platform: meta": "Why: somebody started it at Meta.",
		"deleted_at_platform": "Why: it is no longer at its platform.", "disconnected": "Why: its account is disconnected.",
		"too dear: we stop": "Why: too dear: we stop.",
	} {
		if m := CampaignStatusMessage(event.CampaignStatusChanged{Name: "S", Previous: "active", Current: "paused", Reason: reason}).In(English, nil); m.Text != want {
			t.Errorf("%s: %q", reason, m.Text)
		}
	}
}

// An alert says which event to look up, also when it is named by something else; those of before there
// were kinds are budgets'.
func TestAlertOfAMessage(t *testing.T) {
	cause := event.Meta{ID: "streak", OrgID: "o", OccurredAt: time.Unix(9, 0)}
	m := Message{Severity: High, Title: say("lost.none", nil), EventID: "e1"}
	a := m.Alert(AlertSyncFailing, Arabic, cause)
	if a.ID != AlertID("streak") || a.EventID != "e1" || a.Kind != "sync_failing" || a.Severity != High || !a.At.Equal(cause.OccurredAt) || a.AlsoCrossed == nil || a.Title != "لا تعمل أي حملة من خلاله." {
		t.Errorf("%+v", a)
	}
	if n := m.To("ada", English, nil, cause); n.EventID != "e1" || n.ID == (Message{}).To("ada", English, nil, event.Meta{ID: "e1"}).ID {
		t.Errorf("%+v", n)
	}
	if b := BudgetAlert(event.Envelope[event.BudgetThresholdReached]{Meta: cause}, English); b.Kind != AlertBudget || b.ID != AlertID("streak") {
		t.Errorf("%+v", b)
	}
}
