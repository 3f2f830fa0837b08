package metrics

import (
	"context"
	"net/http"

	"bellwether/internal/analytics"
	"bellwether/internal/api"
	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/fault"
	"bellwether/internal/money"
)

// Snapshots keeps daily performance.
type Snapshots interface {
	Latest(ctx context.Context, orgID, campaignID string, n int) ([]analytics.Snapshot, error)
}

// shownDays is how many days of performance are answered.
const shownDays = 30

func (a API) performance(w http.ResponseWriter, r *http.Request) error {
	c, err := a.find(r)
	if err != nil {
		return err
	}
	snapshots, err := a.Snapshots.Latest(r.Context(), c.OrgID, c.ID, shownDays)
	if err != nil {
		return err
	}
	now := api.RequestCause(r).At
	window := c.Window(now)
	out := api.Performance{CampaignId: c.ID, Currency: string(c.Currency), Days: []api.DayPerformance{}}
	if out.Lifetime, err = span(c, c.Totals); err != nil {
		return err
	}
	if out.Period, err = span(c, c.PeriodSums(now)); err != nil {
		return err
	}
	out.Period.Start, out.Period.End = api.Optional(window.Start), api.Optional(window.End)
	if !c.AsOf.IsZero() {
		out.AsOf = &c.AsOf
	}
	for i, s := range snapshots {
		if i == 0 {
			out.Trends = trends(s.Trends)
		}
		out.Days = append(out.Days, api.DayPerformance{Date: s.Date, Results: api.ResultsOf(s.Day, c.Currency), Kpis: api.KPIsOf(s.KPIs, c.Currency)})
	}
	return api.JSON(w, http.StatusOK, out)
}

func span(c campaign.Campaign, sums campaign.Sums) (api.SpanPerformance, error) {
	results, err := sums.Results(c.ValuePer)
	return api.SpanPerformance{Results: api.ResultsOf(results, c.Currency), Kpis: api.KPIsOf(results.KPIs(), c.Currency)}, err
}

func trends(t analytics.Trends) *api.Trends {
	one := func(t analytics.Trend) api.Trend {
		return api.Trend{Direction: api.TrendDirection(t.Direction), Change: api.Ratio(t.Change)}
	}
	return &api.Trends{From: t.From, To: t.To, Spend: one(t.Spend), Ctr: one(t.CTR), Cpa: one(t.CPA), Roas: one(t.ROAS)}
}

func (a API) list(w http.ResponseWriter, r *http.Request) error {
	if err := api.Known(r, "from", "to", "limit", "cursor"); err != nil {
		return err
	}
	from, to, err := days(r)
	if err != nil {
		return err
	}
	limit, after, err := a.Cursors.Page(r)
	if err != nil {
		return err
	}
	c, err := a.find(r)
	if err != nil {
		return err
	}
	rows, next, err := a.Campaigns.RowPage(r.Context(), c.OrgID, c.ID, from, to, limit, after)
	if err != nil {
		return err
	}
	page := api.MetricRowPage{Items: api.Map(rows, func(row campaign.Row) api.MetricRow { return wireRow(row, c.Currency) })}
	if page.Next, err = a.Cursors.Next(r, next); err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, page)
}

func days(r *http.Request) (from, to string, err error) {
	q := r.URL.Query()
	from, to = q.Get("from"), q.Get("to")
	for name, day := range map[string]string{"from": from, "to": to} {
		if day != "" && !budget.ValidDate(day) {
			return "", "", fault.InvalidFields(fault.Field{Name: name, Message: "must be a day like 2026-11-30"})
		}
	}
	if to == "" {
		to = "9999-12-31"
	}
	return from, to, nil
}

func wireRow(row campaign.Row, currency money.Currency) api.MetricRow {
	out := api.MetricRow{
		Date: row.Date, PlacementId: row.PlacementID, Impressions: row.Impressions, Clicks: row.Clicks,
		Spend: money.Of(row.SpendMicros, currency), Conversions: api.Decimal(row.ConversionMicros),
		ApprovedConversions: api.Decimal(row.ApprovedMicros), AsOf: row.AsOf,
	}
	if row.RevenueMicros != nil {
		revenue := money.Of(*row.RevenueMicros, currency)
		out.Revenue = &revenue
	}
	return out
}
