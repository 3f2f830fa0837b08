package notification

import (
	"testing"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/money"
	"bellwether/internal/platform"
	"bellwether/internal/post"
)

func TestPostMessages(t *testing.T) {
	due := time.Date(2026, 12, 24, 8, 0, 0, 0, time.UTC)
	targets := []event.PostTarget{{Platform: "facebook"}, {Platform: "x"}}
	says(t, PostScheduledMessage(event.PostScheduled{Summary: "Doors \n open", ScheduledFor: due, TimeZone: "Europe/Berlin", Targets: targets}), Low,
		[]string{"“Doors open” is scheduled", "goes out on Thu 24 Dec 2026 09:00 CET to Facebook, X."}, nil)
	says(t, PostScheduledMessage(event.PostScheduled{ScheduledFor: due, TimeZone: "Asia/Nowhere", Targets: targets}), Low,
		[]string{"A post is scheduled", "Thu 24 Dec 2026 08:00 UTC"}, nil)
	says(t, PostCancelledMessage(event.PostCancelled{Summary: "Doors"}), Medium, []string{"“Doors” was cancelled", "Somebody else"}, nil)

	risk := event.PostAtRisk{
		Summary: "Doors", ScheduledFor: due, TimeZone: "UTC", Minutes: 60,
		Targets: []event.RiskTarget{{Platform: "x", AccountName: "shop", Problems: []string{"one", "two", "three"}}},
	}
	says(t, PostAtRiskMessage(risk), Medium, []string{"“Doors” would not go out", "It is due on Thu 24 Dec 2026 08:00 UTC.", "shop (X): one; two; three."}, nil)
	risk.Minutes = 10
	says(t, PostAtRiskMessage(risk), High, nil, nil)
}

func TestPostFailedMessage(t *testing.T) {
	tests := []struct {
		name     string
		class    platform.Class
		again    bool
		attempt  int
		severity Severity // "": not told
		says     string
	}{
		{"tried again", platform.ClassTransient, true, 1, Low, "“Doors” is late on Facebook"},
		{"and once more", platform.ClassTransient, true, 2, "", ""},
		{"in doubt", post.ClassUnconfirmed, true, 2, Low, "may be out on Facebook: it is being looked for"},
		{"in doubt for good", post.ClassUnconfirmed, false, 1, High, "Is “Doors” out on Facebook? Please look\nIt may be out there or not"},
		{"refused", platform.ClassInvalid, false, 1, High, "“Doors” did not go out on Facebook\nThe platform refused what it says."},
		{"given up", platform.ClassTransient, false, 9, High, "It was tried for as long as makes sense."},
		{"too late", post.ClassTooLate, false, 1, High, "a stale post must not go out"},
		{"without an account", post.ClassDisconnected, false, 1, High, "The account is not connected."},
		{"an image", post.ClassMedia, false, 1, High, "An image can't be used."},
		{"blocked", platform.ClassBlocked, false, 1, High, "Nothing is published on it for 24 hours"},
	}
	for _, tt := range tests {
		d := event.PostFailed{
			Summary: "Doors", Target: event.PostTarget{Platform: "facebook"}, ErrorClass: string(tt.class), WillRetry: tt.again, Attempt: tt.attempt, Message: "no",
		}
		m, ok := PostFailedMessage(d)
		if ok != (tt.severity != "") {
			t.Errorf("%s: told %v", tt.name, ok)
		} else if ok {
			says(t, m, tt.severity, []string{tt.says, "Facebook says: no"}, nil)
		}
	}
}

// Each finding of the checks has its own text, which says in English what the check does.
func TestCampaignCreatedMessage(t *testing.T) {
	says(t, CampaignCreatedMessage(event.CampaignCreated{Name: "Summer", Status: "draft"}, nil), Low, []string{"Campaign Summer was created", "It is draft."}, []string{"checks"})
	c := campaign.Campaign{Name: "Summer", Currency: "EUR", StartDate: "2026-11-02", EndDate: "2026-11-01"}
	limit := money.Of(100_000_000, "EUR")
	for _, c.Budget = range []*budget.Budget{nil, {AmountMicros: 200_000_000}} {
		around := campaign.Surroundings{BudgetLimit: &limit, RunningNames: []string{"other"}}
		texts, findings := FindingTexts(c, around), c.Check(around)
		if len(texts) != 4 || len(findings) != 4 {
			t.Fatalf("%d texts of %d findings", len(texts), len(findings))
		}
		for n, text := range texts {
			if text.Key != "check."+findings[n].Code || text.In(English, nil) != findings[n].Message {
				t.Errorf("%s: %q, not %q", text.Key, text.In(English, nil), findings[n].Message)
			}
		}
		says(t, CampaignCreatedMessage(event.CampaignCreated{Name: "Summer", Status: "draft"}, texts), Medium, []string{"The checks found:\n"}, nil)
	}
}
