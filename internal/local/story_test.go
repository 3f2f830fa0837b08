package local

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// The whole story as a client sees it.
func TestBudgetStory(t *testing.T) {
	r := start(t, t.TempDir(), newClock())
	c := r.campaign()
	r.do("PUT", c+"/metrics", `{"rows":[{"date":"2026-11-22","spend":"95","impressions":4000,"clicks":80,"conversions":"8","revenue":"190"}]}`, 200)
	r.drain()
	wantText(t, "the dashboard", r.do("GET", "/v1/dashboard", "", 200), `"percentUsed":"95.00"`, `"severity":"high"`, `"alsoCrossed":[80]`, `"roas":"2"`)
	wantText(t, "the inbox", r.do("GET", "/v1/inbox/count", "", 200), `"unread":2`)

	wantText(t, "the report", r.spend(c, "23", "5"), `"threshold":100`, `"percentUsed":"100.00"`)
	r.drain()
	wantText(t, "the campaign", r.do("GET", c, "", 200), `"status":"paused"`, `"pauseReasons":["budget"]`)
	wantText(t, "the dashboard", r.do("GET", "/v1/dashboard", "", 200), `"status":"paused"`, `"severity":"critical"`)
	st := r.state()
	if len(st.Sent) != 4 || len(st.Timers) != 1 || len(st.DeadLetters)+len(st.Parked)+len(st.Waiting)+st.Running > 0 {
		t.Errorf("the state is %+v", st)
	}
	wantText(t, "resuming", r.do("POST", c+"/resume", `{}`, 409), `"budget_exhausted"`)
	wantText(t, "the raise", r.do("POST", c+"/budget", `{"amount":"400"}`, 200), `"status":"active"`, `"fired":[]`)
	r.drain()
	wantText(t, "the dashboard", r.do("GET", "/v1/dashboard", "", 200), `"alerts":[]`, `"percentUsed":"25.00"`)
	subject := "campaign/" + strings.TrimPrefix(c, "/v1/campaigns/")
	wantText(t, "the event log", r.do("GET", "/v1/events?subject="+subject, "", 200),
		`"CampaignCreated"`, `"CampaignMetricsUpdated"`, `"BudgetThresholdReached"`, `"CampaignStatusChanged"`)
}

func TestMonthsEndLetsItRunAgain(t *testing.T) {
	r := start(t, t.TempDir(), newClock())
	c := r.campaign()
	r.spend(c, "22", "100")
	r.drain()
	wantText(t, "the campaign", r.do("GET", c, "", 200), `"status":"paused"`)
	r.later(8 * 24 * time.Hour)
	r.signIn("ada@example.com")
	wantText(t, "the campaign in December", r.do("GET", c, "", 200), `"status":"active"`, `"percentUsed":"0.00"`)
}

// What is under way when the process ends is done after the next start: the stream that was not
// read, deliveries that were not made, timers that had not rung.
func TestNothingIsLostOverARestart(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	r := start(t, dir, c)
	path := r.campaign()
	for day := range 20 {
		r.spend(path, fmt.Sprintf("%02d", day+1), "6")
		if day%4 == 3 {
			// Whatever runs is finished; whatever waits is not.
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			r = start(t, dir, c)
		}
	}
	r.drain()
	wantText(t, "the campaign", r.do("GET", path, "", 200), `"status":"paused"`, `"fired":[80,90,100]`)
	wantText(t, "the dashboard", r.do("GET", "/v1/dashboard", "", 200), `"percentUsed":"120.00"`)
	if st := r.state(); len(st.Sent) != 6 || len(st.Timers) != 1 {
		t.Errorf("%d messages and %d timers, want 6 and 1", len(st.Sent), len(st.Timers))
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	c.Add(10 * 24 * time.Hour)
	r = start(t, dir, c)
	r.later(0)
	wantText(t, "the campaign in December", r.do("GET", path, "", 200), `"status":"active"`)
}
