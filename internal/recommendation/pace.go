package recommendation

import (
	"time"

	"bellwether/internal/analytics"
	"bellwether/internal/budget"
	"bellwether/internal/money"
)

// pace finds a spend that as of the last midnight lies outside of the band around an even one, see
// analytics.PaceBand, and what it comes to at the end of the period if it goes on. A daily budget has no
// pace that would last, a flight without an end none at all, and a few days with results say nothing of it.
func (l look) pace() *finding {
	c := l.Campaign
	if c.Budget == nil || c.Budget.Period == budget.Daily || l.active() < minDays {
		return nil
	}
	w := c.Window(l.Now)
	start, end := w.Bounds(l.zone)
	if start.IsZero() || end.IsZero() || !l.midnight.Before(end) {
		return nil
	}
	spent := c.PeriodSums(l.Now).SpendMicros
	for _, days := range l.days {
		spent -= days[l.today].SpendMicros
	}
	amount := c.Budget.AmountMicros
	pace := analytics.Pace(spent, amount, start, end, l.midnight)
	band := analytics.PaceBand(pace, start, end, l.midnight)
	if band != analytics.Ahead && band != analytics.Behind {
		return nil
	}
	passed, whole := int64(l.midnight.Sub(start)/time.Second), int64(end.Sub(start)/time.Second)
	expected, err := money.MulDiv(amount, passed, whole)
	if err != nil {
		return nil
	}
	projected, err := money.MulDiv(spent, whole, passed)
	if err != nil {
		return nil
	}
	elapsed, _ := money.MulDiv(passed, million, whole) // below a million
	f := finding{
		kind: Overspend, span: span{w.Start, budget.AddDays(l.today, -1)},
		evidence: []Figure{
			{"spend", spent, Money}, {"expected_spend", expected, Money}, {"budget", amount, Money},
			{"projected_spend", projected, Money}, {"pace", *pace, Ratio}, {"elapsed", elapsed, Ratio},
		},
		effect: Effect{EffectOver, projected - amount, Money}, confidence: paceConfidence(elapsed),
	}
	if band == analytics.Behind {
		f.kind, f.effect = Underspend, Effect{EffectUsed, amount - projected, Money}
	}
	return &f
}

// active is on how many of the last 7 complete days the campaign had results.
func (l look) active() (n int) {
	week := l.week(0)
	for day := week.first; day <= week.last; day = budget.AddDays(day, 1) {
		for _, days := range l.days {
			if _, ok := days[day]; ok {
				n++
				break
			}
		}
	}
	return n
}

func paceConfidence(elapsed int64) Confidence {
	switch {
	case elapsed >= million/2:
		return High
	case elapsed >= million/4:
		return Medium
	default:
		return Low
	}
}
