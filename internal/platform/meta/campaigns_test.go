package meta_test

import (
	"fmt"
	"testing"

	"bellwether/internal/platform"
	"bellwether/internal/platform/platformtest"
)

// TestStatuses: what runs is never guessed.
func TestStatuses(t *testing.T) {
	tests := []struct {
		status, effective, stop string
		want                    platform.Status
		raw                     string
	}{
		{"ACTIVE", "ACTIVE", "", platform.StatusActive, "ACTIVE"},
		{"ACTIVE", "ACTIVE", "2026-11-23T13:00:01-0500", platform.StatusActive, "ACTIVE"},    // in a second
		{"ACTIVE", "ACTIVE", "2026-11-23T12:59:59-0500", platform.StatusCompleted, "ACTIVE"}, // a second ago
		{"PAUSED", "PAUSED", "2026-11-01T00:00:00-0400", platform.StatusPaused, "PAUSED"},
		{"ACTIVE", "PAUSED", "", platform.StatusPaused, "PAUSED"},
		{"ACTIVE", "IN_PROCESS", "", platform.StatusPending, "IN_PROCESS"},
		{"ACTIVE", "WITH_ISSUES", "", platform.StatusError, "WITH_ISSUES"},
		{"ARCHIVED", "ARCHIVED", "", platform.StatusArchived, "ARCHIVED"},
		{"DELETED", "DELETED", "", platform.StatusDeleted, "DELETED"},
		{"ACTIVE", "SOMETHING_NEW", "", platform.StatusUnknown, "SOMETHING_NEW"},
		{"PAUSED", "", "", platform.StatusPaused, "PAUSED"},
		{"", "", "", platform.StatusUnknown, ""},
	}
	for _, tt := range tests {
		k := connect(t, platformtest.Answering(t, fmt.Sprintf(`{"id":"9","status":%q,"effective_status":%q,"stop_time":%q}`, tt.status, tt.effective, tt.stop)))
		got, err := k.Campaign(t.Context(), call(nil, account), "9")
		if err != nil || got.Status != tt.want || got.RawStatus != tt.raw || got.Budget != nil {
			t.Errorf("%+v: %+v, error %v", tt, got, err)
		}
	}
}

func TestObjectives(t *testing.T) {
	tests := map[string]string{
		"OUTCOME_AWARENESS": "awareness", "REACH": "awareness", "BRAND_AWARENESS": "awareness", "OUTCOME_TRAFFIC": "traffic", "LINK_CLICKS": "traffic",
		"OUTCOME_ENGAGEMENT": "engagement", "POST_ENGAGEMENT": "engagement", "OUTCOME_LEADS": "leads", "LEAD_GENERATION": "leads",
		"OUTCOME_SALES": "sales", "CONVERSIONS": "sales", "OUTCOME_APP_PROMOTION": "app", "APP_INSTALLS": "app", "VIDEO_VIEWS": "video", "SOMETHING_NEW": "other", "": "other",
	}
	for raw, want := range tests {
		k := connect(t, platformtest.Answering(t, fmt.Sprintf(`{"id":"9","effective_status":"ACTIVE","objective":%q}`, raw)))
		if got, err := k.Campaign(t.Context(), call(nil, account), "9"); err != nil || got.Objective != want || got.RawObjective != raw {
			t.Errorf("%s: %q, error %v, want %s", raw, got.Objective, err, want)
		}
	}
}

// TestDays are those of the account, on the days on which the clock changes too.
func TestDays(t *testing.T) {
	tests := []struct{ zone, start, want string }{
		{"America/New_York", "2026-11-01T03:59:59+0000", "2026-10-31"}, // summer time ends on 1 November, at two in the morning
		{"America/New_York", "2026-11-01T04:00:00+0000", "2026-11-01"},
		{"America/New_York", "2026-11-02T04:59:59+0000", "2026-11-01"}, // the day has 25 hours
		{"America/New_York", "2026-11-02T05:00:00+0000", "2026-11-02"},
		{"Asia/Tokyo", "2026-11-01T15:00:00+00:00", "2026-11-02"},
		{"", "2026-11-01T23:00:00-0700", "2026-11-01"},
		{"Nowhere/Else", "2026-11-01T23:00:00-0700", "2026-11-01"},
		{"Asia/Tokyo", "soon", ""},
	}
	for _, tt := range tests {
		k := connect(t, platformtest.Answering(t, fmt.Sprintf(`{"id":"9","start_time":%q}`, tt.start)))
		got, err := k.Campaign(t.Context(), call(nil, platform.Account{ID: "act_1", TimeZone: tt.zone}), "9")
		if err != nil || got.StartDate != tt.want {
			t.Errorf("%s in %s: %q, error %v, want %s", tt.start, tt.zone, got.StartDate, err, tt.want)
		}
	}
}

// TestPages: where a list goes on is never lost, and never an address.
func TestPages(t *testing.T) {
	tests := []struct {
		name, paging, want string
		ok                 bool
	}{
		{"the last one", `{"cursors":{"before":"a","after":"b"}}`, "", true},
		{"nothing", `null`, "", true},
		{"by its cursor", `{"cursors":{"after":"b"},"next":"https://elsewhere.example/?after=c"}`, "b", true},
		{"by the address alone", `{"next":"https://graph.facebook.com/v25.0/act_1/campaigns?limit=2&after=QVFJ%3D"}`, "QVFJ=", true},
		{"an address without a cursor", `{"next":"https://graph.facebook.com/v25.0/act_1/campaigns"}`, "", false},
	}
	for _, tt := range tests {
		k := connect(t, platformtest.Answering(t, `{"data":[],"paging":`+tt.paging+`}`))
		campaigns, err := k.Campaigns(t.Context(), call(nil, account), "")
		if campaigns.Next != tt.want || (err == nil) != tt.ok || err != nil && !platform.Is(err, platform.ClassTransient) {
			t.Errorf("%s: %q, error %v", tt.name, campaigns.Next, err)
		}
		days, err := k.Metrics(t.Context(), call(nil, account), "2026-11-01", "2026-11-07", "")
		if days.Next != tt.want || (err == nil) != tt.ok {
			t.Errorf("%s, results: %q, error %v", tt.name, days.Next, err)
		}
	}
}
