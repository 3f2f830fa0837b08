package campaigns

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"bellwether/internal/analytics"
	"bellwether/internal/api"
	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/money"
)

// forecast is what the running budget period will have cost at its end.
func (a API) forecast(w http.ResponseWriter, r *http.Request) error {
	c, err := a.find(r)
	if err != nil {
		return err
	}
	now := api.RequestCause(r).At
	asOf, _, err := a.Freshness.Freshness(r.Context(), c)
	if err != nil {
		return err
	}
	from, to := c.ForecastDays(now)
	rows, err := a.Campaigns.Rows(r.Context(), c.OrgID, c.ID, from, to)
	if err != nil {
		return err
	}
	out := api.Forecast{CampaignId: c.ID, AsOf: api.Moment(asOf)}
	f, reason := c.Forecast(rows, asOf, now)
	out.Reason = api.Optional(reason)
	if c.Budget != nil {
		wireBudgetNow(&out, c, rows, now)
	}
	if reason == "" {
		wireForecast(&out, f, c.Currency)
	}
	return api.JSON(w, http.StatusOK, out)
}

func wireForecast(out *api.Forecast, f budget.Forecast, currency money.Currency) {
	sum := func(micros int64) *api.Money {
		m := money.Of(micros, currency)
		return &m
	}
	out.P10, out.P50, out.P90, out.Linear = sum(f.P10), sum(f.P50), sum(f.P90), sum(f.Linear)
	out.ExhaustsAt, out.Weekdays = api.Moment(f.ExhaustsAt), &f.Weighted
}

// wireBudgetNow is what can be told of a budget without looking ahead: what is spent, the pace, and what to
// spend a day from now on.
func wireBudgetNow(out *api.Forecast, c campaign.Campaign, rows []campaign.Row, now time.Time) {
	window := c.Window(now)
	start, end := window.Bounds(c.Zone())
	spent := c.PeriodSums(now).SpendMicros
	amount, spend := money.Of(c.Budget.AmountMicros, c.Currency), money.Of(spent, c.Currency)
	out.Budget, out.Spend = &amount, &spend
	out.PeriodStart, out.PeriodEnd = api.Optional(window.Start), api.Optional(window.End)
	pace := analytics.Pace(spent, c.Budget.AmountMicros, start, end, now)
	out.Pace, out.PaceBand = api.Ratio(pace), api.Optional(analytics.PaceBand(pace, start, end, now))
	if end.IsZero() || !now.Before(end) {
		return
	}
	today := budget.Today(now, c.Zone())
	left, days := c.Budget.AmountMicros-spent, daysBetween(today, window.End)
	var yesterday int64
	for _, row := range rows {
		if row.Date == budget.AddDays(today, -1) && window.Contains(row.Date) {
			yesterday += row.SpendMicros
		}
	}
	// What yesterday should have cost is what was left then, over the days that were left then.
	due := (left + yesterday) / (days + 1)
	target := money.Of(budget.DailyTarget(left, days, due, yesterday), c.Currency)
	out.DailyTarget = &target
}

// daysBetween is how many days there are from the first, inclusive, to the last, exclusive; at least 1.
func daysBetween(first, last string) int64 {
	from, err := time.Parse(time.DateOnly, first)
	if err != nil {
		return 1
	}
	to, err := time.Parse(time.DateOnly, last)
	if err != nil {
		return 1
	}
	return max(int64(to.Sub(from)/(24*time.Hour)), 1)
}

// simulate answers with the events that a course of spend would lead to.
func (a API) simulate(w http.ResponseWriter, r *http.Request) error {
	var in api.BudgetSimulationRequest
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	p, cause := api.Principal(r), api.RequestCause(r)
	active, b := true, in.Budget
	spec, err := specOf(api.CampaignCreate{
		Name: "simulation", Objective: "other", Currency: in.Currency, TimeZone: in.TimeZone, StartDate: in.StartDate, EndDate: in.EndDate,
		Activate: &active, Budget: &b,
	}, event.Derive(cause.ID, "simulation"), p)
	if err != nil {
		return err
	}
	if spec.Budget.Thresholds == nil {
		if spec.Budget.Thresholds, err = a.thresholds(r.Context(), p.OrgID); err != nil {
			return err
		}
	}
	readings, err := readingsOf(in)
	if err != nil {
		return err
	}
	pause := in.AutoPause == nil || *in.AutoPause
	events, err := campaign.Simulate(spec, readings, pause)
	if err != nil {
		return err
	}
	out := api.BudgetSimulation{Events: []api.BudgetSimulationEvent{}}
	for _, raw := range events {
		if raw.Meta.Type == (event.CampaignMetricsUpdated{}).EventType() {
			continue // each reading has one, and it says what the reading said
		}
		e := api.BudgetSimulationEvent{Type: raw.Meta.Type, At: raw.Meta.OccurredAt}
		if err := json.Unmarshal(raw.Data, &e.Data); err != nil {
			return err
		}
		out.Events = append(out.Events, e)
	}
	return api.JSON(w, http.StatusOK, out)
}

func readingsOf(in api.BudgetSimulationRequest) ([]campaign.Reading, error) {
	if len(in.Readings) == 0 || len(in.Readings) > campaign.MaxReadings {
		return nil, fault.InvalidFields(fault.Field{Name: "readings", Message: "must be 1 to 366"})
	}
	var bad fields
	readings := make([]campaign.Reading, len(in.Readings))
	for i, reading := range in.Readings {
		readings[i] = campaign.Reading{
			At: reading.At, Date: reading.Date, SpendMicros: bad.money(fmt.Sprintf("readings[%d].spend", i), reading.Spend, money.Currency(in.Currency)),
		}
	}
	return readings, bad.err()
}
