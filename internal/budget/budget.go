// Package budget decides when a campaign's spend reaches a threshold of its budget.
// It is pure: spend, period and time come in as arguments.
package budget

import (
	"slices"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/money"
)

// Exhausted is the percentage at which a campaign is paused.
const Exhausted = 100

// MaxThresholds is the most thresholds that a budget may have.
const MaxThresholds = 10

// DefaultThresholds are used where neither campaign nor organisation sets any.
func DefaultThresholds() []int { return []int{80, 90, 100} }

// keptPeriods is how many closed periods keep their fired sets, so that late data alerts at most once.
// It covers the 28 days over which platforms restate a daily budget's results.
const keptPeriods = 31

// Budget is what may be spent in a period, and which thresholds were told already.
type Budget struct {
	AmountMicros int64     `json:"amount"`
	Period       Period    `json:"period"`
	Thresholds   []int     `json:"thresholds"` // percent, ascending
	Version      int64     `json:"version"`    // grows when amount or period change
	Since        string    `json:"since"`      // first day of the period in which this version was set
	Fired        []Fired   `json:"fired,omitempty"`
	Override     *Override `json:"override,omitempty"`
	Landing      *Landing  `json:"landing,omitempty"` // nil: it pauses at 100 %
	Outlook      *Outlook  `json:"outlook,omitempty"` // nil: no forecast has reached anything
}

// Fired is the set of thresholds told for one period, under the budget's present version.
type Fired struct {
	Start    string `json:"start"` // the period's first day, YYYY-MM-DD; "" for an open lifetime
	Percents []int  `json:"percents"`
	// SpentSince is the version under which 100 % was told. A change of the budget that leaves it
	// spent carries the telling over, and with it what was decided on it; 0: not told.
	SpentSince int64 `json:"spentSince,omitempty"`
}

// Override lets a campaign run at or over 100 % until the period ends, or until the budget has room
// and is spent anew.
type Override struct {
	Reason      string    `json:"reason"`
	By          string    `json:"by"`
	At          time.Time `json:"at"`
	PeriodStart string    `json:"periodStart"`
	Version     int64     `json:"version"`
}

// Crossing is what Evaluate found: the thresholds newly reached.
type Crossing struct {
	Threshold   int   // the highest
	AlsoCrossed []int // the lower ones, ascending; never nil
}

// Validate refuses a budget that could not work. prefix names the budget in field errors.
func (b Budget) Validate(prefix string) []fault.Field {
	var bad []fault.Field
	if b.AmountMicros <= 0 {
		bad = append(bad, fault.Field{Name: prefix + ".amount", Message: "must be more than 0"})
	}
	if !b.Period.Valid() {
		bad = append(bad, fault.Field{Name: prefix + ".period", Message: "must be lifetime, monthly or daily"})
	}
	return append(bad, ValidateThresholds(prefix+".thresholds", b.Thresholds)...)
}

// ValidateThresholds wants 1 to 10 percentages from 1 to 1000, ascending, each once.
func ValidateThresholds(name string, percents []int) []fault.Field {
	ok := len(percents) >= 1 && len(percents) <= MaxThresholds
	for i, p := range percents {
		ok = ok && p >= 1 && p <= 1000 && (i == 0 || p > percents[i-1])
	}
	if ok {
		return nil
	}
	return []fault.Field{{Name: name, Message: "must be 1 to 10 whole percentages from 1 to 1000, ascending, each once"}}
}

// Evaluate decides which thresholds spendMicros newly reaches in the period that begins at
// periodStart, and records them as fired. nil: none. Equality counts as reached; a later dip
// in spend re-arms nothing.
func (b Budget) Evaluate(periodStart string, spendMicros int64) (Budget, *Crossing) {
	if !b.judges(periodStart) {
		return b, nil
	}
	fired := b.FiredIn(periodStart)
	var crossed []int
	for _, percent := range b.Thresholds {
		if !slices.Contains(fired, percent) && money.Reached(spendMicros, b.AmountMicros, percent) {
			crossed = append(crossed, percent)
		}
	}
	if len(crossed) == 0 {
		return b, nil
	}
	last := len(crossed) - 1
	since := b.fired(periodStart).SpentSince
	if since == 0 && crossed[last] >= Exhausted {
		since = b.Version
	}
	return b.withFired(periodStart, append(slices.Clone(fired), crossed...), since),
		&Crossing{Threshold: crossed[last], AlsoCrossed: append([]int{}, crossed[:last]...)}
}

// judges reports whether this version of the budget has a say over the period that begins at start:
// late results of a period before it was set were spent under another budget, and of a period
// whose fired set was dropped nobody knows what was told.
func (b Budget) judges(start string) bool {
	forgotten := len(b.Fired) == keptPeriods && start < b.Fired[0].Start
	return b.Period == Lifetime || (start >= b.Since && !forgotten)
}

// FiredIn is the set of thresholds told for the period that begins at start.
func (b Budget) FiredIn(start string) []int { return b.fired(start).Percents }

func (b Budget) fired(start string) Fired {
	for _, f := range b.Fired {
		if f.Start == start {
			return f
		}
	}
	return Fired{}
}

// SpentUnder reports whether a telling of 100 % under the given version, about the period that
// begins at start, still holds: the budget is the same, or every change since left it spent.
func (b Budget) SpentUnder(version int64, start string) bool {
	since := b.fired(start).SpentSince
	return since != 0 && since <= version && version <= b.Version
}

// Change is the budget with another amount or period. Thresholds that were told and are still
// exceeded under the new amount stay told; the others are armed again. Evaluate next.
func (b Budget) Change(amountMicros int64, period Period, thresholds []int, newStart string, spendMicros int64) Budget {
	changed := b
	changed.AmountMicros, changed.Period, changed.Thresholds = amountMicros, period, slices.Clone(thresholds)
	if amountMicros == b.AmountMicros && period == b.Period {
		return changed // other thresholds only: what was told stays told
	}
	changed.Version++
	changed.Since = newStart
	changed.Override = nil
	changed.Fired = nil
	if period != b.Period {
		return changed // other periods were never told of
	}
	told := b.fired(newStart)
	var kept []int
	for _, percent := range told.Percents {
		if money.Reached(spendMicros, amountMicros, percent) {
			kept = append(kept, percent)
		}
	}
	if len(kept) == 0 {
		return changed
	}
	carried := Fired{Start: newStart, Percents: kept}
	if kept[len(kept)-1] >= Exhausted {
		carried.SpentSince, changed.Override = told.SpentSince, b.Override
	}
	changed.Fired = []Fired{carried}
	return changed
}

// Overridden reports whether an override lets the campaign run in the period that begins at start.
func (b Budget) Overridden(start string) bool {
	return b.Override != nil && b.Override.PeriodStart == start && b.SpentUnder(b.Override.Version, start)
}

// withFired replaces the fired set of one period, and drops the oldest periods beyond keptPeriods.
func (b Budget) withFired(start string, percents []int, spentSince int64) Budget {
	slices.Sort(percents)
	fired := slices.DeleteFunc(slices.Clone(b.Fired), func(f Fired) bool { return f.Start == start })
	fired = append(fired, Fired{Start: start, Percents: percents, SpentSince: spentSince})
	slices.SortFunc(fired, func(x, y Fired) int {
		if x.Start < y.Start {
			return -1
		}
		return 1
	})
	b.Fired = fired[max(0, len(fired)-keptPeriods):]
	return b
}

// MovePeriod carries what was told of the period that began at from over to the one that begins
// at to: a lifetime whose flight moved is still the same money.
func (b Budget) MovePeriod(from, to string) Budget {
	if from == to {
		return b
	}
	if told := b.fired(from); told.Percents != nil {
		told.Start = to
		b.Fired = []Fired{told}
	}
	if b.Override != nil && b.Override.PeriodStart == from {
		moved := *b.Override
		moved.PeriodStart = to
		b.Override = &moved
	}
	return b
}
