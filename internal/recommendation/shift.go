package recommendation

import (
	"bellwether/internal/analytics"
	"bellwether/internal/automation"
	"bellwether/internal/money"
)

// shiftPercent is the part of the worse placement's spend that is to be moved: platforms learn anew
// after a larger step.
const shiftPercent = automation.MaxStep

// side is a placement that budget may be taken from or given to.
type side struct {
	id string
	analytics.Results
	kpis analytics.KPIs
}

// shift finds two placements of which the better earns at least half as much again for its money: by what
// comes back for a unit spent where all report revenue, or else by what a conversion costs. Both need the
// least data. The effect is an upper bound: it takes what is moved to do as well as what was there.
func (l look) shift() *finding {
	s := l.week(settling)
	var sides []side
	valued := true
	for _, p := range l.placements() {
		r, n := l.sum(p.ID, s)
		kpis := r.KPIs()
		if n < minDays || r.ConversionMicros < minConversions || r.SpendMicros < l.minSpend || kpis.CPAMicros == nil {
			continue
		}
		sides = append(sides, side{p.ID, r, kpis})
		valued = valued && r.RevenueMicros > 0 && kpis.ROAS != nil
	}
	if len(sides) < 2 {
		return nil
	}
	better := func(a, b side) bool { return *a.kpis.CPAMicros < *b.kpis.CPAMicros }
	if valued {
		better = func(a, b side) bool { return *a.kpis.ROAS > *b.kpis.ROAS }
	}
	from, to := sides[0], sides[0]
	for _, one := range sides[1:] {
		if better(one, to) {
			to = one
		}
		if better(from, one) {
			from = one
		}
	}
	moved := from.SpendMicros / 100 * shiftPercent
	figure, effect, ok := gain(from, to, moved, valued)
	if !ok {
		return nil
	}
	return &finding{
		kind: BudgetShift, placements: []string{from.id, to.id}, span: s,
		evidence: []Figure{
			{"from_spend", from.SpendMicros, Money}, {"from_conversions", from.ConversionMicros, Conversions}, figure("from_", from),
			{"to_spend", to.SpendMicros, Money}, {"to_conversions", to.ConversionMicros, Conversions}, figure("to_", to),
			{"moved_spend", moved, Money},
		},
		effect:     effect,
		confidence: confidence(min(from.ConversionMicros, to.ConversionMicros), minConversions),
	}
}

// gain is what moving so much brings; ok is false where the two differ too little.
func gain(from, to side, moved int64, valued bool) (figure func(string, side) Figure, effect Effect, ok bool) {
	if valued {
		worse, best := *from.kpis.ROAS, *to.kpis.ROAS
		more, err := money.MulDiv(moved, best-worse, million)
		figure = func(prefix string, s side) Figure { return Figure{prefix + "roas", *s.kpis.ROAS, Ratio} }
		return figure, Effect{EffectRevenue, more, Money}, err == nil && more > 0 && reaches(best, worse, 150)
	}
	worse, best := *from.kpis.CPAMicros, *to.kpis.CPAMicros
	figure = func(prefix string, s side) Figure { return Figure{prefix + "cpa", *s.kpis.CPAMicros, Money} }
	if best <= 0 || !reaches(worse, best, 150) {
		return figure, Effect{}, false
	}
	now, err := money.MulDiv(moved, million, worse)
	if err != nil {
		return figure, Effect{}, false
	}
	then, err := money.MulDiv(moved, million, best)
	return figure, Effect{EffectConversions, then - now, Conversions}, err == nil && then > now
}
