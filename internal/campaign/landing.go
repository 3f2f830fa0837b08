package campaign

import (
	"slices"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/event"
	"bellwether/internal/money"
)

// BecauseLanding is the reason that a pause gives which lets a budget be just spent.
const BecauseLanding = "budget_landing"

// What goes by until a pause works: the next sync, the time by which a platform's numbers lag behind, and the
// pausing itself.
const (
	syncEvery = 15 * time.Minute
	pauseTime = time.Minute
	usualLag  = 15 * time.Minute
)

// lags are those of platforms whose numbers come later than usual. Google documents three hours and more.
var lags = map[string]time.Duration{"google": 3 * time.Hour}

// Ahead is how long what is being spent goes on unseen and unstopped: that of the slowest platform.
func (c Campaign) Ahead() time.Duration {
	lag := usualLag
	for _, p := range c.Placements {
		lag = max(lag, lags[p.Platform])
	}
	return syncEvery + lag + pauseTime
}

// land notes what the running period has cost, and tells once when it is time to pause so that the spend
// lands on the budget.
func (r *Recorded) land(asOf time.Time, cause event.Cause) error {
	c := &r.Campaign
	window := c.Window(cause.At)
	if c.Budget == nil || c.Budget.Landing == nil || window.Start != c.PeriodStart || cause.At.Sub(asOf) > StaleAfter {
		return nil
	}
	spent := c.PeriodTotals.SpendMicros
	l := c.Budget.Landing.Note(window.Start, budget.Reading{At: asOf.UTC(), Micros: spent})
	c.Budget.Landing = &l
	burn, ok := l.Burn()
	at := budget.PauseAt(c.Budget.AmountMicros, burn, c.Ahead())
	due := ok && spent >= at && l.Told != c.Budget.Version && !l.Waived && c.Lifecycle == Active
	if !due || money.Reached(spent, c.Budget.AmountMicros, budget.Exhausted) || c.Budget.Overridden(window.Start) {
		return nil
	}
	l.Told = c.Budget.Version
	return r.emit(cause, event.BudgetLandingReached{
		CampaignID: c.ID, Name: c.Name, SpendMicros: spent, BudgetMicros: c.Budget.AmountMicros, BurnMicros: burn, PauseAtMicros: at,
		Currency: string(c.Currency), Period: string(c.Budget.Period), PeriodStart: window.Start, PeriodEnd: window.End,
		BudgetVersion: c.Budget.Version, AsOf: asOf.UTC(), ManagerIDs: c.managers(), CreatedBy: c.CreatedBy,
	})
}

// PauseToLand adds the budget's reason, because under the version of the budget the spend of the period that
// began at periodStart is about to land. A decision under an older version or period, or waived since,
// changes nothing.
func (c Campaign) PauseToLand(version int64, periodStart string, cause event.Cause) (Change, error) {
	unchanged := Change{Campaign: c}
	if c.Lifecycle != Active || c.Budget == nil || c.Budget.Landing == nil || c.Budget.Version != version {
		return unchanged, nil
	}
	l := c.Budget.Landing
	if l.Start != periodStart || l.Told != version || l.Waived || c.Window(cause.At).Start != periodStart {
		return unchanged, nil
	}
	if slices.Contains(c.PauseReasons, ReasonBudget) && c.BudgetPause == periodStart {
		return unchanged, nil
	}
	ch := c.begin(cause.At)
	ch.Campaign.addReason(ReasonBudget)
	ch.Campaign.BudgetPause = periodStart
	return ch, ch.emitStatus(c, BecauseLanding, cause)
}

// landed reports whether the campaign is paused for its budget before that is spent.
func (c Campaign) landed(now time.Time) bool {
	return c.Budget != nil && c.Budget.Landing != nil && c.BudgetPause == c.Budget.Landing.Start && slices.Contains(c.PauseReasons, ReasonBudget) &&
		!money.Reached(c.PeriodSums(now).SpendMicros, c.Budget.AmountMicros, budget.Exhausted)
}
