package campaign

import (
	"slices"
	"strings"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/money"
)

// BudgetSpec is what a budget shall become. Empty parts stay as they are.
type BudgetSpec struct {
	AmountMicros int64
	Period       budget.Period
	Thresholds   []int
	Landing      *bool
}

// ChangeBudget sets another amount, period or set of thresholds. Thresholds that the spend of the
// running period newly reaches are told at once; with the spend under 100 % the budget's own
// reason to pause is gone. rows are the stored results of Span(nil, ...) under the new period.
func (c Campaign) ChangeBudget(spec BudgetSpec, rows []Row, cause event.Cause) (Change, error) {
	if err := c.mustLive(); err != nil {
		return Change{}, err
	}
	next := c.withBudget(spec)
	if bad := next.Budget.Validate("budget"); len(bad) > 0 {
		for i := range bad {
			bad[i].Name = strings.TrimPrefix(bad[i].Name, "budget.")
		}
		return Change{}, fault.InvalidFields(bad...)
	}
	if c.sameBudget(next) {
		return Change{Campaign: c}, nil
	}
	ch := c.begin(cause.At)
	if p, ok := c.followed(); ok { // what the platform keeps to is the same money
		i := slices.IndexFunc(c.Placements, func(q Placement) bool { return q.ID == p.ID })
		ch.Campaign.Placements[i].wish(p.Remote.Budget.Kind, p.budgetThere(), next.Budget.AmountMicros, cause.At)
		ch.Campaign.Placements[i].Money.Raise = false // a person wants it: it may use what is kept for actions
	}
	ch.Campaign.BudgetSource = "" // a person sets it: it no longer follows the platform's
	ch.Campaign.HumanAt = cause.At.UTC()
	return ch, ch.setBudget(c, next, rows, cause)
}

// setBudget makes the budget that of next.
func (ch *Change) setBudget(before, next Campaign, rows []Row, cause event.Cause) error {
	window := next.Window(cause.At)
	ch.Campaign.Budget = next.Budget
	if err := ch.Campaign.rollTo(window, rows); err != nil {
		return err
	}
	ch.Campaign.Budget = before.changedBudget(*next.Budget, window.Start, ch.Campaign.PeriodTotals.SpendMicros)
	if err := ch.emit(cause, ch.Campaign.updated("budget")); err != nil {
		return err
	}
	return ch.applyBudget(before, window, cause)
}

// applyBudget tells thresholds that the changed budget crosses, and lets the campaign run when it has room again.
func (ch *Change) applyBudget(before Campaign, window budget.Window, cause event.Cause) error {
	spent := ch.Campaign.PeriodTotals.SpendMicros
	if err := ch.evaluate(window, spent, before.AsOf, cause); err != nil {
		return err
	}
	if !money.Reached(spent, ch.Campaign.Budget.AmountMicros, budget.Exhausted) {
		ch.Campaign.dropReason(ReasonBudget)
	} else if slices.Contains(ch.Campaign.PauseReasons, ReasonBudget) {
		ch.Campaign.BudgetPause = window.Start
	}
	return ch.emitStatus(before, BecauseRaised, cause)
}

func (c Campaign) changedBudget(next budget.Budget, start string, spent int64) *budget.Budget {
	if c.Budget == nil {
		next.Version, next.Since = 1, start
		return &next
	}
	changed := c.Budget.Change(next.AmountMicros, next.Period, next.Thresholds, start, spent)
	changed.Landing = next.Landing
	return &changed
}

// WithBudget is the campaign as if it had the budget already: for finding the period that it would have.
func (c Campaign) WithBudget(spec BudgetSpec) Campaign { return c.withBudget(spec) }

func (c Campaign) withBudget(spec BudgetSpec) Campaign {
	next := budget.Budget{Period: budget.Lifetime, Thresholds: budget.DefaultThresholds()}
	if c.Budget != nil {
		next = *c.Budget
	}
	next.AmountMicros = spec.AmountMicros
	if spec.Period != "" {
		next.Period = spec.Period
	}
	if spec.Thresholds != nil {
		next.Thresholds = spec.Thresholds
	}
	switch {
	case spec.Landing == nil:
	case !*spec.Landing:
		next.Landing = nil
	case next.Landing == nil:
		next.Landing = &budget.Landing{}
	}
	c.Budget = &next
	return c
}

func (c Campaign) sameBudget(next Campaign) bool {
	return c.Budget != nil && c.Budget.AmountMicros == next.Budget.AmountMicros &&
		c.Budget.Period == next.Budget.Period && (c.Budget.Landing == nil) == (next.Budget.Landing == nil) && slices.Equal(c.Budget.Thresholds, next.Budget.Thresholds)
}

// Override lets the campaign run at or over 100 % until the period ends or the budget changes.
func (c Campaign) Override(reason, by string, cause event.Cause) (Change, error) {
	if err := c.mustLive(); err != nil {
		return Change{}, err
	}
	if bad := text("reason", reason, 1, 500); bad != nil {
		return Change{}, fault.InvalidFields(bad...)
	}
	start := c.Window(cause.At).Start
	spent := c.PeriodSums(cause.At).SpendMicros
	if c.Budget == nil || !money.Reached(spent, c.Budget.AmountMicros, budget.Exhausted) {
		return Change{}, fault.New(fault.Conflict, "budget_not_exhausted", "the budget is not spent, so there is nothing to override")
	}
	if c.Budget.Overridden(start) {
		return Change{Campaign: c}, nil
	}
	ch := c.begin(cause.At)
	ch.Campaign.Budget.Override = &budget.Override{
		Reason: reason, By: by, At: cause.At.UTC(), PeriodStart: start, Version: c.Budget.Version,
	}
	ch.Campaign.HumanAt = cause.At.UTC()
	ch.Campaign.dropReason(ReasonBudget)
	if err := ch.emit(cause, ch.Campaign.updated("budget")); err != nil {
		return Change{}, err
	}
	return ch, ch.emitStatus(c, BecauseOverridden+": "+reason, cause)
}

// StaleAfter is how old results may be and still move money: twice the 15 minutes between two syncs.
const StaleAfter = 30 * time.Minute

// evaluate records the thresholds that spend newly reaches in the window, and tells the highest.
func (ch *Change) evaluate(window budget.Window, spendMicros int64, asOf time.Time, cause event.Cause) error {
	c := &ch.Campaign
	if c.Budget == nil {
		return nil
	}
	evaluated, crossing := c.Budget.Evaluate(window.Start, spendMicros)
	if crossing == nil {
		return nil
	}
	*c.Budget = evaluated
	return ch.emit(cause, event.BudgetThresholdReached{
		CampaignID: c.ID, Name: c.Name, Threshold: crossing.Threshold, AlsoCrossed: crossing.AlsoCrossed,
		PercentUsed: money.PercentUsed(spendMicros, c.Budget.AmountMicros),
		SpendMicros: spendMicros, BudgetMicros: c.Budget.AmountMicros, Currency: string(c.Currency),
		Period: string(c.Budget.Period), PeriodStart: window.Start, PeriodEnd: window.End,
		BudgetVersion: c.Budget.Version, AsOf: asOf.UTC(),
		Late:       window.End != "" && window.End <= budget.Today(cause.At, c.Zone()),
		Stale:      cause.At.Sub(asOf) > StaleAfter,
		ManagerIDs: c.managers(), CreatedBy: c.CreatedBy,
	})
}

func (c Campaign) updated(fields ...string) event.CampaignUpdated {
	return event.CampaignUpdated{CampaignID: c.ID, Name: c.Name, Changed: fields}
}
