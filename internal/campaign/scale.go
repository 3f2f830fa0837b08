package campaign

import (
	"slices"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/money"
	"bellwether/internal/platform"
)

// BudgetMove is a decided change of a campaign's budget, in absolute amounts: its own, and those that its
// placements keep to at their platforms. Doing it twice is doing it once.
type BudgetMove struct {
	From       int64           `json:"from,omitempty"` // micros of the campaign's own budget; 0 and 0: it has none
	To         int64           `json:"to,omitempty"`
	Placements []PlacementMove `json:"placements,omitempty"`
}

// PlacementMove is the part of a BudgetMove that is done at one platform.
type PlacementMove struct {
	PlacementID string              `json:"placementId"`
	Kind        platform.BudgetKind `json:"kind"`
	From        int64               `json:"from"`
	To          int64               `json:"to"`
}

// Inverse is the move that undoes m.
func (m BudgetMove) Inverse() BudgetMove {
	back := BudgetMove{From: m.To, To: m.From}
	for _, p := range m.Placements {
		p.From, p.To = p.To, p.From
		back.Placements = append(back.Placements, p)
	}
	return back
}

// Size is the amount by which the campaign's own budget changes, or without one the budgets of its
// placements together: micros, never negative.
func (m BudgetMove) Size() int64 {
	from, to := m.total()
	return max(from-to, to-from)
}

// total is what the move changes, before and after.
func (m BudgetMove) total() (from, to int64) {
	if m.From > 0 {
		return m.From, m.To
	}
	for _, p := range m.Placements {
		from, to = from+p.From, to+p.To
	}
	return from, to
}

// Reasons for which PlanScale finds nothing to do.
const (
	NoBudget   = "no_budget" // neither the campaign nor a placement that we may change has one
	AtLimit    = "at_limit"  // floor and cap leave no room for a change in that direction
	TooSmall   = "too_small" // the change is less than the currency's smallest unit
	OutOfRange = "out_of_range"
)

// PlanScale scales the budget by percent (-90 to 100), but not under floor nor over cap: micros, 0 for
// none. They bound the campaign's own budget, or without one the budgets of its placements together;
// amounts are cut to the currency's smallest unit. ok is false when there is nothing to do; reason says why.
func (c Campaign) PlanScale(percent int, floor, limit int64) (m BudgetMove, reason string, ok bool) {
	if c.Budget != nil {
		m.From, m.To = c.Budget.AmountMicros, c.Budget.AmountMicros
	}
	for _, p := range c.Placements {
		if p.ownBudget() {
			amount := p.budgetThere()
			m.Placements = append(m.Placements, PlacementMove{p.ID, p.Remote.Budget.Kind, amount, amount})
		}
	}
	from, _ := m.total()
	if from <= 0 {
		return BudgetMove{}, NoBudget, false
	}
	to, err := money.MulDiv(from, int64(100+percent), 100)
	if err != nil || percent < -90 || percent > 100 {
		return BudgetMove{}, OutOfRange, false
	}
	if limit > 0 {
		to = min(to, limit)
	}
	to = max(to, floor)
	if (to <= from) == (percent > 0) || to == from {
		return BudgetMove{}, AtLimit, false
	}
	return c.scaled(m, from, to)
}

// scaled brings the whole move from one total to the other.
func (c Campaign) scaled(m BudgetMove, from, to int64) (BudgetMove, string, bool) {
	changed := false
	scale := func(amount int64) int64 {
		next, err := c.toMinor(amount, to, from)
		if err != nil || next <= 0 {
			return amount
		}
		changed = changed || next != amount
		return next
	}
	if m.From > 0 {
		m.To = scale(m.From)
	}
	for i := range m.Placements {
		m.Placements[i].To = scale(m.Placements[i].From)
	}
	if !changed {
		return BudgetMove{}, TooSmall, false
	}
	return m, "", true
}

// toMinor is amount x times / by, cut to the currency's smallest unit.
func (c Campaign) toMinor(amount, times, by int64) (int64, error) {
	next, err := money.MulDiv(amount, times, by)
	if err != nil {
		return 0, err
	}
	unit, err := money.FromMinor(1, c.Currency.Digits())
	if err != nil {
		return 0, err
	}
	return next - next%unit, nil
}

// MoveBudget does what was planned. It refuses when an amount is no longer what it was (changed_since), and
// a step of more than limitPercent of what was before (step_too_large). Doing it again changes nothing.
// rows are the stored results of Span(nil, ...).
func (c Campaign) MoveBudget(m BudgetMove, limitPercent int, rows []Row, cause event.Cause) (Change, error) {
	if err := c.mustLive(); err != nil {
		return Change{}, err
	}
	if !m.within(limitPercent) {
		return Change{}, fault.Newf(fault.Invalid, "step_too_large", "a budget may change by at most %d %% at once", limitPercent)
	}
	done, same := c.stands(m)
	if done {
		return Change{Campaign: c}, nil
	}
	if !same {
		return Change{}, fault.New(fault.Conflict, "changed_since", "the budget is not what it was when this was decided")
	}
	ch := c.begin(cause.At)
	for _, move := range m.Placements {
		i := slices.IndexFunc(ch.Campaign.Placements, func(p Placement) bool { return p.ID == move.PlacementID })
		p := &ch.Campaign.Placements[i]
		p.wish(move.Kind, p.budgetThere(), move.To, cause.At)
	}
	if m.From == m.To {
		return ch, ch.emit(cause, c.updated("budget"))
	}
	return ch, ch.setBudget(c, c.withBudget(BudgetSpec{AmountMicros: m.To}), rows, cause)
}

// stands reports whether the move is done already, and whether every amount is the one that it begins with. A
// placement may be there already: its platform refused the change that is to be taken back.
func (c Campaign) stands(m BudgetMove) (done, same bool) {
	own := int64(0)
	if c.Budget != nil {
		own = c.Budget.AmountMicros
	}
	done, same = own == m.To, own == m.From
	for _, move := range m.Placements {
		i := slices.IndexFunc(c.Placements, func(p Placement) bool { return p.ID == move.PlacementID })
		if i < 0 {
			return false, false
		}
		amount := c.Placements[i].budgetThere()
		done, same = done && amount == move.To, same && (amount == move.From || amount == move.To)
	}
	return done, same
}

// within reports whether no amount changes by more than so many percent. What an amount is cut by, to whole
// units of its currency, is no step.
func (m BudgetMove) within(percent int) bool {
	small := func(from, to int64) bool {
		most, err := money.MulDiv(from, int64(percent), 100)
		return err == nil && max(from-to, to-from) <= most && to > 0
	}
	ok := m.From == 0 || small(m.From, m.To)
	for _, p := range m.Placements {
		ok = ok && small(p.From, p.To)
	}
	return ok
}
