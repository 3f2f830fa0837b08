package campaign

import (
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/event"
)

// ForecastDays are the first and the last day whose rows Forecast wants: the period's, and 8 weeks before now.
func (c Campaign) ForecastDays(now time.Time) (from, to string) {
	to = budget.Today(now, c.Zone())
	from = budget.AddDays(to, -8*7)
	if w := c.Window(now); w.Start != "" && w.Start < from {
		from = max(w.Start, budget.AddDays(to, -longestForecast))
	}
	return from, to
}

// longestForecast is how far back a forecast looks, in days: a lifetime may be long.
const longestForecast = 366

// Forecast is what the running budget period will have spent at its end, as of when the results are known;
// reason says why there is none. rows are the stored results of ForecastDays.
func (c Campaign) Forecast(rows []Row, asOf, now time.Time) (f budget.Forecast, reason string) {
	if c.Budget == nil {
		return f, NoBudget
	}
	if now.Sub(asOf) > StaleAfter {
		return f, StaleData
	}
	from, _ := c.ForecastDays(now)
	days := map[string]int64{}
	first := ""
	for _, r := range rows {
		days[r.Date] += r.SpendMicros
		if first == "" || r.Date < first {
			first = r.Date
		}
	}
	window := c.Window(now)
	if first != "" && window.Start != "" {
		first = min(first, max(window.Start, from)) // days of the period without a row brought nothing
	}
	if len(rows) == 0 {
		first = max(window.Start, from)
	}
	return budget.Predict(budget.Basis{
		AmountMicros: c.Budget.AmountMicros, SpentMicros: c.PeriodSums(now).SpendMicros, Window: window, Zone: c.Zone(),
		At: asOf, Days: days, First: max(first, from),
	})
}

// StaleData is why there is no forecast of results that are too old.
const StaleData = "stale_data"

// ReviewForecast remembers what the forecast reaches, and tells what two in a row reach. Mostly there is
// nothing to remember, and the version stays.
func (c Campaign) ReviewForecast(f budget.Forecast, asOf time.Time, cause event.Cause) (Change, error) {
	if c.Budget == nil || c.Lifecycle != Active {
		return Change{Campaign: c}, nil
	}
	window := c.Window(cause.At)
	next, crossing, changed := c.Budget.Foresee(window.Start, f.P50, asOf)
	if !changed {
		return Change{Campaign: c}, nil
	}
	ch := c.begin(cause.At)
	ch.Campaign.Budget = &next
	if crossing == nil {
		return ch, nil
	}
	return ch, ch.emit(cause, event.BudgetForecastReached{
		CampaignID: c.ID, Name: c.Name, Threshold: crossing.Threshold, AlsoCrossed: crossing.AlsoCrossed,
		ForecastMicros: f.P50, LowMicros: f.P10, HighMicros: f.P90, SpendMicros: c.PeriodSums(cause.At).SpendMicros,
		BudgetMicros: next.AmountMicros, Currency: string(c.Currency), Period: string(next.Period), PeriodStart: window.Start, PeriodEnd: window.End,
		ExhaustsAt: f.ExhaustsAt.UTC(), BudgetVersion: next.Version, AsOf: asOf.UTC(), ManagerIDs: c.managers(), CreatedBy: c.CreatedBy,
	})
}
