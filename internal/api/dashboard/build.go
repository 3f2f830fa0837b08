package dashboard

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"bellwether/internal/analytics"
	"bellwether/internal/api"
	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/integration"
	"bellwether/internal/money"
	"bellwether/internal/notification"
	"bellwether/internal/post"
)

// build makes the dashboard of the rows at the given time.
func build(s shown, now time.Time) api.Dashboard {
	d := api.Dashboard{Totals: totals(s.tiles), Campaigns: []api.Tile{}, Alerts: []api.Alert{}, Posts: api.Map(s.posts[:min(len(s.posts), shownPosts)], wirePost), Upcoming: upcoming(s.upcoming)}
	d.Accounts, d.StaleAccounts, d.DataAsOf = accounts(s.accounts, now)
	current := map[string]view{}
	for _, t := range s.tiles {
		v := viewOf(t, now)
		current[t.CampaignID] = v
		d.Campaigns = append(d.Campaigns, v.wire(now))
		if t.Status == string(campaign.Active) && !t.AsOf.IsZero() && (d.AsOf == nil || t.AsOf.Before(*d.AsOf)) {
			d.AsOf = &t.AsOf
		}
	}
	for _, a := range s.alerts {
		if s.stands(a, current, now) {
			d.Alerts = append(d.Alerts, wireAlert(a))
		}
	}
	return d
}

// view is a tile with what depends on the time of day.
type view struct {
	tile   analytics.Tile
	zone   *time.Location
	window budget.Window
	spent  int64 // in the running period
}

func viewOf(t analytics.Tile, now time.Time) view {
	zone, err := time.LoadLocation(t.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	v := view{tile: t, zone: zone}
	v.window = budget.Period(t.Period).WindowOf(budget.Today(now, zone), t.StartDate, t.EndDate)
	if v.window.Start == t.PeriodStart {
		v.spent = t.PeriodSpend // otherwise a new period began since: nothing is spent yet
	}
	return v
}

func (v view) wire(now time.Time) api.Tile {
	t, currency := v.tile, money.Currency(v.tile.Currency)
	out := api.Tile{
		CampaignId: t.CampaignID, Name: t.Name, Status: t.Status, PauseReasons: api.List(t.PauseReasons), Platforms: api.List(t.Platforms),
		Results: api.ResultsOf(t.Totals, currency), Kpis: api.KPIsOf(t.Totals.KPIs(), currency), Version: t.Version,
	}
	if !t.AsOf.IsZero() {
		out.AsOf = &t.AsOf
	}
	if t.Period != "" {
		out.Budget = v.budget(now, currency)
	}
	return out
}

func (v view) budget(now time.Time, currency money.Currency) *api.TileBudget {
	t := v.tile
	start, end := v.window.Bounds(v.zone)
	pace := analytics.Pace(v.spent, t.BudgetMicros, start, end, now)
	out := &api.TileBudget{
		Amount: money.Of(t.BudgetMicros, currency), Spent: money.Of(v.spent, currency),
		PercentUsed: money.PercentUsed(v.spent, t.BudgetMicros), Period: api.TileBudgetPeriod(t.Period),
		PeriodStart: api.Optional(v.window.Start), PeriodEnd: api.Optional(v.window.End), Version: t.BudgetVersion,
		Pace: api.Ratio(pace),
	}
	if band := analytics.PaceBand(pace, start, end, now); band != "" {
		b := api.TileBudgetBand(band)
		out.Band = &b
	}
	return out
}

// totals adds up the campaigns of each currency: money of two currencies is never one sum.
func totals(tiles []analytics.Tile) []api.CurrencyTotals {
	sums := map[string]analytics.Results{}
	counts := map[string]*api.CurrencyTotals{}
	for _, t := range tiles {
		if counts[t.Currency] == nil {
			counts[t.Currency] = &api.CurrencyTotals{Currency: t.Currency}
		}
		counts[t.Currency].Campaigns++
		if t.Status == string(campaign.Active) {
			counts[t.Currency].Active++
		}
		sums[t.Currency] = sums[t.Currency].Plus(t.Totals)
	}
	out := []api.CurrencyTotals{}
	for _, code := range slices.Sorted(maps.Keys(counts)) {
		c := *counts[code]
		c.Results, c.Kpis = api.ResultsOf(sums[code], money.Currency(code)), api.KPIsOf(sums[code].KPIs(), money.Currency(code))
		out = append(out, c)
	}
	return out
}

func wireAlert(a notification.Alert) api.Alert {
	out := api.Alert{
		Id: a.ID, Kind: api.AlertKind(cmp.Or(a.Kind, "budget")), CampaignId: api.Optional(a.CampaignID), IntegrationId: api.Optional(a.IntegrationID), PostId: api.Optional(a.PostID),
		Severity: api.AlertSeverity(a.Severity), Title: a.Title, Text: a.Text, EventId: a.EventID, At: a.At,
	}
	if a.Kind != notification.AlertBudget {
		return out
	}
	currency, crossed := money.Currency(a.Currency), api.List(a.AlsoCrossed)
	spend, amount := money.Of(a.SpendMicros, currency), money.Of(a.BudgetMicros, currency)
	out.Threshold, out.AlsoCrossed, out.PercentUsed, out.Spend, out.Budget = &a.Threshold, &crossed, &a.PercentUsed, &spend, &amount
	out.PeriodStart, out.BudgetVersion, out.Late = &a.PeriodStart, &a.BudgetVersion, &a.Late
	return out
}

// recent is how long an alert that is about no budget stands on the dashboard.
const recent = 24 * time.Hour

// stands reports whether what an alert is about still holds: the budget and its period are the present
// ones, the account is still unwell, the placement still doesn't follow.
func (s shown) stands(a notification.Alert, current map[string]view, now time.Time) bool {
	v, ours := current[a.CampaignID]
	switch {
	case a.Kind == notification.AlertBudget, a.Kind == notification.AlertForecast:
		return ours && v.tile.BudgetVersion == a.BudgetVersion && v.window.Start == a.PeriodStart
	case a.Kind == notification.AlertAutomation:
		return now.Sub(a.At) < recent
	case a.Kind == notification.AlertStatusRefused, a.Kind == notification.AlertIncident && a.CampaignID != "":
		return ours && v.tile.Unsettled > 0 && now.Sub(a.At) < recent
	}
	if a.PostID != "" {
		return now.Sub(a.At) < recent && slices.ContainsFunc(s.posts, func(p analytics.PostTile) bool {
			return p.PostID == a.PostID && (p.Status == string(post.StatusFailed) || p.Status == string(post.StatusPartial))
		})
	}
	return now.Sub(a.At) < recent && slices.ContainsFunc(s.accounts, func(t integration.Tile) bool {
		unwell := t.Status == integration.NeedsReconnect || t.Failures > 0 || a.Kind == notification.AlertGrantEnding
		return t.IntegrationID == a.IntegrationID && (unwell || stale(t, now))
	})
}

func wirePost(p analytics.PostTile) api.PostTile {
	return api.PostTile{
		PostId: p.PostID, CampaignId: api.Optional(p.CampaignID), Platforms: api.List(p.Platforms), Status: p.Status, Summary: p.Summary,
		ScheduledFor: api.Moment(p.ScheduledFor), PublishedAt: api.Moment(p.PublishedAt),
	}
}

// upcoming are the next posts, as they stand.
func upcoming(list []post.Post) *[]api.PostTile {
	tiles := api.Map(list, func(p post.Post) api.PostTile {
		return wirePost(analytics.PostTile{
			PostID: p.ID, CampaignID: p.CampaignID, Status: string(p.Status()), Summary: p.Summary(), ScheduledFor: p.PublishAt,
			Platforms: api.Map(p.Targets, func(t post.Target) string { return t.Platform }),
		})
	})
	return &tiles
}
