package incident_test

import (
	"testing"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/incident"
	"bellwether/internal/money"
	"bellwether/internal/platform"
)

// What an hour costs, worked out by hand: the spend of the last two days over the hours since the first of them.
func TestMoneyAtRisk(t *testing.T) {
	asOf := time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC) // noon in Berlin
	row := func(date, placement string, units int64) campaign.Row {
		return campaign.Row{Date: date, PlacementID: placement, SpendMicros: units * money.Micro, AsOf: asOf}
	}
	refused := campaign.Control{Want: platform.Off, State: campaign.ControlFailed}
	running := campaign.Campaign{
		ID: "c", Lifecycle: campaign.Active, Currency: "EUR", TimeZone: "Europe/Berlin", AsOf: asOf,
		Placements: []campaign.Placement{
			{ID: "a", IntegrationID: "i", ExternalID: "1", Control: refused}, {ID: "b", IntegrationID: "j", ExternalID: "2"},
			{ID: "held", IntegrationID: "i", ExternalID: "3", Held: true},
		},
	}
	paused := running
	paused.PauseReasons = []string{"human"}
	// Out of reach it is paused here, and there goes on as it was last seen.
	lost := func(there platform.Status) campaign.Campaign {
		c := running
		c.PauseReasons = []string{campaign.ReasonDisconnected}
		c.Placements = []campaign.Placement{{ID: "a", IntegrationID: "i", ExternalID: "1", Lost: true, Remote: campaign.Remote{Status: there}}}
		return c
	}
	two := []campaign.Row{row("2026-11-22", "a", 24), row("2026-11-23", "a", 12), row("2026-11-23", "b", 500), row("2026-11-23", "held", 500)}
	if from, to, ok := incident.RiskDays(running); from != "2026-11-22" || to != "2026-11-23" || !ok {
		t.Errorf("days from %s to %s", from, to)
	}
	if _, _, ok := incident.RiskDays(campaign.Campaign{}); ok {
		t.Error("a campaign without results has days")
	}
	midnight := row("2026-11-23", "a", 7)
	midnight.AsOf = time.Date(2026, 11, 22, 23, 10, 0, 0, time.UTC) // ten minutes into the day
	for _, tt := range []struct {
		name           string
		c              campaign.Campaign
		rows           []campaign.Row
		unseen, unheld string
	}{
		{"36 in 36 hours", running, two, "1.00 EUR", "0.00 EUR"}, // nobody wants a running one paused
		{"of today alone", running, two[1:2], "1.00 EUR", "0.00 EUR"},
		{"paused, though not there", paused, two, "0.00 EUR", "1.00 EUR"},
		{"lost, and runs there", lost(platform.StatusActive), two, "1.00 EUR", "0.00 EUR"},
		{"lost, and nobody knows", lost(platform.StatusUnknown), two, "1.00 EUR", "0.00 EUR"},
		{"lost, and stands there", lost(platform.StatusPaused), two, "0.00 EUR", "0.00 EUR"},
		{"an hour at least", running, []campaign.Row{midnight}, "7.00 EUR", "0.00 EUR"},
		{"no results", running, nil, "0.00 EUR", "0.00 EUR"},
	} {
		unseen, err := incident.Unseen(tt.c, tt.rows, "i")
		if err != nil || unseen.String() != tt.unseen {
			t.Errorf("%s: unseen %s, %v", tt.name, unseen, err)
		}
		if unheld, err := incident.Unheld(tt.c, tt.rows); err != nil || unheld.String() != tt.unheld {
			t.Errorf("%s: unheld %s, %v", tt.name, unheld, err)
		}
	}
}

func TestWhatIsConcerned(t *testing.T) {
	for kind, want := range map[string]string{
		incident.KindAccess: "account i", incident.KindSync: "account i", incident.KindStale: "account i",
		incident.KindPause: "campaign i", incident.KindPublish: "",
	} {
		subject := "integration/i"
		if kind == incident.KindPause {
			subject = "campaign/i"
		}
		i, got := incident.Incident{Kind: kind, Subject: subject}, ""
		if id, ok := i.AtAccount(); ok {
			got = "account " + id
		}
		if id, ok := i.AtCampaign(); ok {
			got += "campaign " + id
		}
		if got != want {
			t.Errorf("%s: %q, want %q", kind, got, want)
		}
	}
}
