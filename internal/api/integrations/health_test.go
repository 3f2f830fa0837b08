package integrations_test

import (
	"fmt"
	"testing"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/event"
	"bellwether/internal/integration"
	"bellwether/internal/store"
)

func TestHealth(t *testing.T) {
	w := newWorld(t)
	w.platform.ends = start.Add(6 * 24 * time.Hour)
	i := w.connect()
	success, asOf, failing := start.Add(-50*time.Minute), start.Add(-51*time.Minute), start.Add(-20*time.Minute)
	w.change(i.Id, func(i integration.Integration, _ event.Cause) (integration.Change, error) {
		i.Health = integration.Health{LastRunAt: failing, LastSuccessAt: success, DataAsOf: asOf, Failures: 2, FailingSince: failing, Class: "transient", Message: "502"}
		i.ConnectedAt = start.Add(-24 * time.Hour)
		i.Stats = []integration.Day{
			{Date: "2026-10-31", Runs: 100}, // before the 30 days
			{Date: "2026-11-23", Runs: 4, Succeeded: 4, Rows: 40, Millis: 4000, Calls: 8},
			{Date: "2026-11-24", Runs: 2, Succeeded: 1, Rows: 6, Millis: 1000, Calls: 3},
			{Date: "2026-11-30", Runs: 1, Succeeded: 1, Rows: 2, Millis: 500, Calls: 1},
		}
		i.Version++
		return integration.Change{Integration: i}, nil
	})
	until := start.Add(time.Minute)
	w.put(i.Id, func(s *integration.Sync) {
		s.NextAt, s.Run = until, &integration.Run{ID: ourOrg}
		s.Quota = integration.Quota{Day: "2026-11-30", Calls: 17, Percent: 81, Until: until}
	})
	var h api.IntegrationHealth
	w.do(ada, 200, &h, "GET", "/v1/integrations/"+i.Id+"/health", "")
	if h.Status != "connected" || h.Reason != nil || !h.Stale || h.Failures != 2 || *h.Class != "transient" || *h.Message != "502" || !h.Running {
		t.Errorf("health %+v", h)
	}
	if !h.LastRunAt.Equal(failing) || !h.LastSuccessAt.Equal(success) || !h.DataAsOf.Equal(asOf) || !h.FailingSince.Equal(failing) ||
		!h.NextSyncAt.Equal(until) || !h.ThrottledUntil.Equal(until) || !h.GrantEndsAt.Equal(w.platform.ends) || *h.GrantWarning != 7 {
		t.Errorf("times %+v", h)
	}
	week, month := h.Last7Days, h.Last30Days
	if week.Runs != 3 || week.Succeeded != 2 || *week.SuccessRate != "0.666666" || week.Rows != 8 || *week.MeanMillis != 500 || week.ApiCalls != 4 {
		t.Errorf("the week %+v", week)
	}
	if month.Runs != 7 || month.Succeeded != 6 || *month.SuccessRate != "0.857142" || month.Rows != 48 || *month.MeanMillis != 785 || month.ApiCalls != 12 {
		t.Errorf("the month %+v", month)
	}
	if q := h.Quota; q.ApiCalls != 17 || *q.Percent != 81 || *q.DailyLimit != 1000 {
		t.Errorf("quota %+v", q)
	}
	w.now = start.Add(12 * time.Hour) // another UTC day: what was counted is over
	var later api.IntegrationHealth
	w.do(ada, 200, &later, "GET", "/v1/integrations/"+i.Id+"/health", "")
	if later.Quota.ApiCalls != 0 || later.Quota.Percent != nil || later.ThrottledUntil != nil {
		t.Errorf("later %+v", later)
	}
}

// A new account has no figures, and a lost one no plan.
func TestHealthWithoutRuns(t *testing.T) {
	w := newWorld(t)
	i := w.connect()
	var h api.IntegrationHealth
	w.do(ada, 200, &h, "GET", "/v1/integrations/"+i.Id+"/health", "")
	if h.Stale || h.LastRunAt != nil || h.Last7Days.SuccessRate != nil || h.Last30Days.MeanMillis != nil || h.GrantWarning != nil || h.Running {
		t.Errorf("health %+v", h)
	}
	w.lose(i.Id)
	var lost api.IntegrationHealth
	w.do(ada, 200, &lost, "GET", "/v1/integrations/"+i.Id+"/health", "")
	if lost.Status != "needs_reconnect" || *lost.Reason != "token_revoked" || lost.NextSyncAt != nil {
		t.Errorf("lost %+v", lost)
	}
}

func TestRuns(t *testing.T) {
	w := newWorld(t)
	i := w.connect()
	for n := range 3 {
		r := integration.RunRecord{
			RunID: event.Derive("run", fmt.Sprint(n)), IntegrationID: i.Id, Trigger: "schedule", Status: "succeeded",
			StartedAt: start.Add(time.Duration(n) * time.Hour), EndedAt: start.Add(time.Duration(n)*time.Hour + time.Minute),
			Counts: integration.Counts{Added: n, Skipped: 1}, APICalls: 4, Sequence: int64(n),
		}
		if n == 2 {
			r.Status, r.Attempt, r.Class, r.Message = "failed", 3, "transient", "502"
		}
		if err := (store.Runs{Table: w.table}).Put(t.Context(), ourOrg, r); err != nil {
			t.Fatal(err)
		}
	}
	path := "/v1/integrations/" + i.Id + "/runs"
	var first, second api.SyncRunPage
	w.do(ada, 200, &first, "GET", path+"?limit=2", "")
	if len(first.Items) != 2 || first.Next == nil {
		t.Fatalf("page %+v", first)
	}
	last := first.Items[0]
	if last.Id != event.Derive("run", "2") || last.Status != "failed" || *last.Attempt != 3 || *last.Class != "transient" || *last.Message != "502" || last.Counts.Added != 2 {
		t.Errorf("run %+v", last)
	}
	w.do(ada, 200, &second, "GET", path+"?limit=2&cursor="+*first.Next, "")
	if len(second.Items) != 1 || second.Next != nil || second.Items[0].Attempt != nil || second.Items[0].Counts.Skipped != 1 || second.Items[0].ApiCalls != 4 {
		t.Errorf("page %+v", second)
	}
	w.refused(ada, 422, "invalid_fields", "GET", path+"?status=failed", "")
	w.refused(ada, 400, "bad_cursor", "GET", path+"?cursor=x", "")
}
