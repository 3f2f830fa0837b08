package integrations

import (
	"net/http"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/integration"
)

// health tells how an account's syncs go, and what is to be expected of it.
func (a API) health(w http.ResponseWriter, r *http.Request) error {
	i, err := a.find(r)
	if err != nil {
		return err
	}
	s, err := a.Integrations.Sync(r.Context(), i.OrgID, i.ID)
	if err != nil {
		return err
	}
	daily := 0
	if connector, ok := a.Connectors[i.Platform]; ok {
		daily = connector.Info().DailyCalls
	}
	return api.JSON(w, http.StatusOK, healthOf(i, s, daily, api.RequestCause(r).At))
}

// healthOf is the account's health; daily is what the platform allows in a day, 0 where it doesn't say.
func healthOf(i integration.Integration, s integration.Sync, daily int, now time.Time) api.IntegrationHealth {
	h := i.Health
	out := api.IntegrationHealth{
		IntegrationId: i.ID, Status: api.IntegrationStatus(i.Status), Reason: api.Optional(i.Reason),
		LastRunAt: api.Moment(h.LastRunAt), LastSuccessAt: api.Moment(h.LastSuccessAt), DataAsOf: api.Moment(h.DataAsOf),
		Stale: i.Stale(now), Failures: h.Failures, FailingSince: api.Moment(h.FailingSince),
		Class: api.Optional(string(h.Class)), Message: api.Optional(h.Message),
		Last7Days: statistics(i.Over(7, now)), Last30Days: statistics(i.Over(30, now)), Quota: quotaOf(s.Quota, daily, now),
		Running: s.Run != nil, NextSyncAt: api.Moment(s.NextAt), GrantEndsAt: api.Moment(i.GrantEnds), GrantWarning: warning(i, now),
	}
	if s.Quota.Until.After(now) {
		out.ThrottledUntil = api.Moment(s.Quota.Until)
	}
	return out
}

func statistics(r integration.Rate) api.SyncStatistics {
	out := api.SyncStatistics{Runs: r.Runs, Succeeded: r.Succeeded, Rows: r.Rows, ApiCalls: r.Calls}
	if r.Runs > 0 {
		rate, mean := int64(r.Succeeded)*1_000_000/int64(r.Runs), r.Millis/int64(r.Runs)
		out.SuccessRate, out.MeanMillis = api.Ratio(&rate), &mean
	}
	return out
}

// quotaOf is what the running UTC day has used: what was counted on another day is over.
func quotaOf(q integration.Quota, daily int, now time.Time) (out api.AccountQuota) {
	if daily > 0 {
		out.DailyLimit = &daily
	}
	if q.Day != now.UTC().Format(time.DateOnly) {
		return out
	}
	out.ApiCalls = q.Calls
	if q.Percent > 0 {
		out.Percent = &q.Percent
	}
	return out
}

// warning is the least mark that the grant's end is within, nil when it is far or not foreseen.
func warning(i integration.Integration, now time.Time) (mark *int) {
	if i.GrantEnds.IsZero() || i.Status != integration.Connected {
		return nil
	}
	for _, days := range integration.Marks {
		if i.GrantEnds.Sub(now) <= time.Duration(days)*24*time.Hour {
			mark = &days
		}
	}
	return mark
}

func (a API) runs(w http.ResponseWriter, r *http.Request) error {
	if err := api.Known(r, "limit", "cursor"); err != nil {
		return err
	}
	limit, after, err := a.Cursors.Page(r)
	if err != nil {
		return err
	}
	i, err := a.find(r)
	if err != nil {
		return err
	}
	list, next, err := a.Runs.List(r.Context(), i.OrgID, i.ID, limit, after)
	if err != nil {
		return err
	}
	page := api.SyncRunPage{Items: api.Map(list, wireRun)}
	if page.Next, err = a.Cursors.Next(r, next); err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, page)
}
