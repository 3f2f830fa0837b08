package dashboard

import (
	"math"
	"net/http"
	"slices"
	"strconv"

	"bellwether/internal/analytics"
	"bellwether/internal/analytics/insight"
	"bellwether/internal/api"
	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/fault"
	"bellwether/internal/money"
)

// history is how many days before today anomalies of up to 28 days look back: 8 weeks more.
const history = 28 + 8*7

// days are the campaign's results by day, up to its last complete one.
func (a API) days(r *http.Request) (c campaign.Campaign, days map[string]analytics.Results, lastDay string, err error) {
	id, err := api.PathID(r, "campaignId")
	if err != nil {
		return c, nil, "", err
	}
	if c, err = a.Campaigns.Get(r.Context(), api.Principal(r).OrgID, id); err != nil {
		return c, nil, "", err
	}
	lastDay = budget.AddDays(budget.Today(api.RequestCause(r).At, c.Zone()), -1)
	rows, err := a.Campaigns.Rows(r.Context(), c.OrgID, c.ID, budget.AddDays(lastDay, -history), lastDay)
	if err != nil {
		return c, nil, "", err
	}
	days, err = campaign.ByDay(rows, c.ValuePer)
	return c, days, lastDay, err
}

func (a API) trends(w http.ResponseWriter, r *http.Request) error {
	if err := api.Known(r); err != nil {
		return err
	}
	c, days, last, err := a.days(r)
	if err != nil {
		return err
	}
	out := api.CampaignTrends{
		CampaignId: c.ID, Currency: string(c.Currency), AsOf: api.Moment(c.AsOf), LastDay: last, Items: []api.MetricTrend{},
		Maturity: api.Decimal(analytics.DefaultMaturity().Over(analytics.TrendDays, 1)),
	}
	if len(days) == 0 {
		reason := "insufficient_data"
		out.Reason = &reason
	}
	for _, m := range analytics.AllMetrics() {
		trend := analytics.TrendOf(m, last, days)
		item := api.MetricTrend{Metric: string(m), Direction: trend.Direction, Change: api.Ratio(trend.Change)}
		if slope, _, ok := insight.Slope(m, last, days); ok {
			text := api.Figure(m, int64(math.RoundToEven(slope)), c.Currency)
			if m.Counted() {
				text = strconv.FormatFloat(slope, 'f', 2, 64)
			}
			item.SlopePerDay = &text
		}
		if change, ok := insight.Weekday(m, last, days); ok {
			item.WeekdayChange = api.Ratio(&change)
		}
		out.Items = append(out.Items, item)
	}
	return api.JSON(w, http.StatusOK, out)
}

// Bounds of how far back anomalies are looked for, in days.
const (
	usualDays = 7
	mostDays  = 28
)

func (a API) anomalies(w http.ResponseWriter, r *http.Request) error {
	if err := api.Known(r, "metric", "days"); err != nil {
		return err
	}
	metrics, n := analytics.AllMetrics(), usualDays
	if name := r.URL.Query().Get("metric"); name != "" {
		if !slices.Contains(metrics, analytics.Metric(name)) {
			return fault.InvalidFields(fault.Field{Name: "metric", Message: "must be one of the metrics, like spend or roas"})
		}
		metrics = []analytics.Metric{analytics.Metric(name)}
	}
	if text := r.URL.Query().Get("days"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil || n < 1 || n > mostDays {
			return fault.InvalidFields(fault.Field{Name: "days", Message: "must be a whole number from 1 to 28"})
		}
	}
	c, days, last, err := a.days(r)
	if err != nil {
		return err
	}
	out := api.Anomalies{CampaignId: c.ID, Currency: string(c.Currency), AsOf: api.Moment(c.AsOf), From: budget.AddDays(last, 1-n), To: last, Items: []api.Anomaly{}}
	for back := range n {
		for _, m := range metrics {
			found, is, why := insight.Look(m, budget.AddDays(last, -back), days)
			if why != "" {
				out.Insufficient++
				continue
			}
			out.Checked++
			if is {
				out.Items = append(out.Items, wireAnomaly(found, c.Currency))
			}
		}
	}
	return api.JSON(w, http.StatusOK, out)
}

func wireAnomaly(a insight.Anomaly, currency money.Currency) api.Anomaly {
	out := api.Anomaly{Day: a.Day, Metric: string(a.Metric), Value: api.Figure(a.Metric, a.Value, currency), Median: api.Figure(a.Metric, a.Median, currency), Direction: "down"}
	if a.Up {
		out.Direction = "up"
	}
	if a.Z != 0 {
		z := strconv.FormatFloat(a.Z, 'f', 2, 64)
		out.Z = &z
	}
	return out
}
