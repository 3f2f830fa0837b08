package automation

import (
	"fmt"

	"bellwether/internal/analytics"
	"bellwether/internal/budget"
	"bellwether/internal/money"
)

// The least data on which a figure is judged, of every window that it is taken over.
const (
	minImpressions = 2_000
	minClicks      = 100
	minConversions = 10 * million
	leastMaturity  = million / 2 // of a window's conversions: with less, what is missing is a guess
)

// Judge says whether the rule's condition is met, as of the end of each of the last r.Days days. What is not
// known for want of data is never met, nor not met.
func (r Rule) Judge(f Facts) Judgement {
	j := Judgement{Truth: Met}
	for back := range max(r.Days, 1) {
		look := look{rule: r, facts: f, back: back}
		truth := look.condition(r.When, "when")
		j.Checks = append(j.Checks, look.checks...)
		j.Truth = and(j.Truth, truth)
		if truth == Unmet {
			break // the days before it change nothing
		}
	}
	return j
}

func and(a, b Truth) Truth {
	switch {
	case a == Unmet || b == Unmet:
		return Unmet
	case a == Unknown || b == Unknown:
		return Unknown
	default:
		return Met
	}
}

func or(a, b Truth) Truth {
	switch {
	case a == Met || b == Met:
		return Met
	case a == Unknown || b == Unknown:
		return Unknown
	default:
		return Unmet
	}
}

// look is one look at the facts, as of so many days back.
type look struct {
	rule   Rule
	facts  Facts
	back   int
	checks []Checked
}

// condition judges all parts, also when the outcome is clear before: a decision shows every figure.
func (l *look) condition(c Condition, path string) Truth {
	switch {
	case len(c.All) > 0:
		truth := Met
		for i, part := range c.All {
			truth = and(truth, l.condition(part, fmt.Sprintf("%s.all[%d]", path, i)))
		}
		return truth
	case len(c.Any) > 0:
		truth := Unmet
		for i, part := range c.Any {
			truth = or(truth, l.condition(part, fmt.Sprintf("%s.any[%d]", path, i)))
		}
		return truth
	default:
		k := l.compare(c, path)
		l.checks = append(l.checks, k)
		return k.Truth
	}
}

func (l *look) compare(c Condition, path string) Checked {
	last := budget.AddDays(l.facts.Today, -l.back-1)
	if c.Window.Today {
		last = budget.AddDays(last, 1)
	}
	first := budget.AddDays(last, 1-c.Window.Days)
	k := Checked{Path: path, Day: last, Metric: c.Metric, From: first, To: last, Op: c.Op, Truth: Unknown}
	seen, matured, why := l.figure(c.Metric, first, last)
	if k.Why = why; why != "" {
		return k
	}
	k.Value = c.Op.doubtful(seen, matured)
	if k.Bar, k.Why = l.bar(c, first); k.Why != "" {
		return k
	}
	k.Truth = Unmet
	if c.Op.holds(*k.Value, *k.Bar) {
		k.Truth = Met
	}
	return k
}

// doubtful is the one of two figures by which the comparison holds less easily: what is still to be
// attributed is estimated, and doubt favours doing nothing.
func (o Op) doubtful(a, b *int64) *int64 {
	if (*a < *b) == (o == Above || o == AtLeast) {
		return a
	}
	return b
}

func (o Op) holds(value, bar int64) bool {
	switch o {
	case Above:
		return value > bar
	case AtLeast:
		return value >= bar
	case Below:
		return value < bar
	default:
		return value <= bar
	}
}

// bar is what the figure is compared with.
func (l *look) bar(c Condition, first string) (*int64, string) {
	switch c.Than {
	case Targeted:
		target := l.rule.Target.of(c.Metric)
		if target == nil {
			return nil, NoTarget
		}
		return scaled(*target, c.Value)
	case Previous:
		if budget.AddDays(first, -c.Window.Days) < l.facts.Began {
			return nil, TooFewDays
		}
		before, _, why := l.figure(c.Metric, budget.AddDays(first, -c.Window.Days), budget.AddDays(first, -1))
		if why != "" {
			return nil, why
		}
		return scaled(*before, c.Value)
	default:
		return &c.Value, ""
	}
}

func scaled(n, factor int64) (*int64, string) {
	q, err := money.MulDiv(n, factor, million)
	if err != nil {
		return nil, NoFigure
	}
	return &q, ""
}

// of is the target of a metric; nil for none.
func (t Target) of(m Metric) *int64 {
	switch m {
	case ROAS:
		return t.ROAS
	case CPA:
		return t.CPAMicros
	default:
		return nil
	}
}

// figure is the metric over the days from first to last, both inclusive, as it is seen, and as it will be
// once all conversions are attributed; why says what is missing.
func (l *look) figure(m Metric, first, last string) (seen, matured *int64, why string) {
	if first < l.facts.First {
		return nil, nil, TooFewDays
	}
	var now, later analytics.Results
	for day := first; day <= last; day = budget.AddDays(day, 1) {
		r := l.facts.Days[day]
		now, later = now.Plus(r), later.Plus(r.Matured(l.facts.Maturity.At(l.facts.age(day))))
	}
	if why = l.facts.lacks(m, now); why != "" {
		return nil, nil, why
	}
	if converts(m) && l.facts.Maturity.Over(l.facts.age(first), l.facts.age(last)) < leastMaturity {
		return nil, nil, TooYoung
	}
	if seen, matured = m.Of(now), m.Of(later); seen == nil || matured == nil {
		return nil, nil, NoFigure
	}
	return seen, matured, ""
}

// converts reports whether the metric grows as conversions are attributed later.
func converts(m Metric) bool {
	switch m {
	case Revenue, Conversions, CVR, CPA, ROAS, ROI:
		return true
	default:
		return false
	}
}

// lacks says what the results are too few of for the metric; "" for nothing.
func (f Facts) lacks(m Metric, r analytics.Results) string {
	switch m {
	case CTR, CPM:
		if r.Impressions < minImpressions {
			return TooFewImpressions
		}
	case CPC, CVR:
		if r.Clicks < minClicks {
			return TooFewClicks
		}
	case CPA, ROAS, ROI:
		if r.ConversionMicros < minConversions {
			return TooFewConversions
		}
		if r.SpendMicros < f.MinSpendMicros {
			return TooLittleSpend
		}
	}
	return ""
}

// age is how many days before today the day is.
func (f Facts) age(day string) (age int) {
	for ; day < f.Today && age < len(f.Maturity); age++ {
		day = budget.AddDays(day, 1)
	}
	return age
}
