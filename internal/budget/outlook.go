package budget

import (
	"slices"
	"time"

	"bellwether/internal/money"
)

// Outlook is what forecasts said of one period under one version of the budget.
type Outlook struct {
	Start   string     `json:"start"`
	Version int64      `json:"version"`
	Since   []Foreseen `json:"since,omitempty"` // seen once, and told when it is seen again
	Told    []int      `json:"told,omitempty"`  // percents, ascending
}

// Foreseen is a threshold that forecasts reach, since when.
type Foreseen struct {
	Percent int       `json:"percent"`
	At      time.Time `json:"at"`
}

// ForecastApart is the least time between the two forecasts in a row that it takes to tell of one: the
// evening's spend is not the day's.
const ForecastApart = 6 * time.Hour

// Foresee decides which thresholds the forecast newly reaches in the period that begins at start: those from
// 100 % on, for less is what a budget is there for. What actual spend has reached was told already. A
// threshold is told once a period and version, when two forecasts in a row reach it that lie 6 hours apart.
// changed says that there is something to remember.
func (b Budget) Foresee(start string, forecastMicros int64, at time.Time) (next Budget, crossing *Crossing, changed bool) {
	if !b.judges(start) {
		return b, nil, false
	}
	o := Outlook{Start: start, Version: b.Version}
	if b.Outlook != nil && b.Outlook.Start == start && b.Outlook.Version == b.Version {
		o = *b.Outlook
	}
	var since []Foreseen
	var crossed []int
	for _, percent := range b.Thresholds {
		if percent < Exhausted || slices.Contains(o.Told, percent) || slices.Contains(b.FiredIn(start), percent) || !money.Reached(forecastMicros, b.AmountMicros, percent) {
			continue
		}
		seen := Foreseen{Percent: percent, At: at.UTC()}
		if i := slices.IndexFunc(o.Since, func(f Foreseen) bool { return f.Percent == percent }); i >= 0 {
			seen = o.Since[i]
		}
		if at.Sub(seen.At) >= ForecastApart {
			crossed = append(crossed, percent)
			continue
		}
		since = append(since, seen)
	}
	if len(crossed) == 0 && slices.Equal(since, o.Since) {
		return b, nil, false
	}
	o.Since, o.Told = since, append(slices.Clone(o.Told), crossed...)
	b.Outlook = &o
	if len(crossed) == 0 {
		return b, nil, true
	}
	last := len(crossed) - 1
	return b, &Crossing{Threshold: crossed[last], AlsoCrossed: append([]int{}, crossed[:last]...)}, true
}
