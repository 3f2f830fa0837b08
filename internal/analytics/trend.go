package analytics

import "time"

// Directions of a trend.
const (
	Up           = "up"
	Down         = "down"
	Flat         = "flat"         // less than 5 % either way
	Insufficient = "insufficient" // too little data on either side to say
)

// TrendDays is the length of each of the two spans that a trend compares.
const TrendDays = 7

// The least data that a figure needs on each side before a trend is claimed.
const (
	minDays        = 4
	minImpressions = 2_000
	minClicks      = 100
	minConversions = 10 * million
	minSpend       = 100 * million
)

// Trend compares a figure of the last 7 complete days with that of the 7 before.
type Trend struct {
	Direction string `json:"direction"`
	Change    *int64 `json:"change"` // (current - previous) / previous, in millionths; nil where undefined
}

// Trends are those of the figures that people steer by.
type Trends struct {
	From  string `json:"from"` // first day of the previous span
	To    string `json:"to"`   // last day of the current span
	Spend Trend  `json:"spend"`
	CTR   Trend  `json:"ctr"`
	CPA   Trend  `json:"cpa"`
	ROAS  Trend  `json:"roas"`
}

// side is one of the two spans.
type side struct {
	results Results
	days    int
	kpis    KPIs
}

// TrendsTo compares the 7 days that end with lastDay (YYYY-MM-DD) with the 7 before.
// days maps a day to its results; a day that is absent brought none.
func TrendsTo(lastDay string, days map[string]Results) Trends {
	current := sideOf(lastDay, 0, days)
	previous := sideOf(lastDay, TrendDays, days)
	enoughDays := current.days >= minDays && previous.days >= minDays
	seen := current.results.Impressions >= minImpressions && previous.results.Impressions >= minImpressions
	converted := func(s side) bool {
		return s.results.ConversionMicros >= minConversions && s.results.SpendMicros >= minSpend
	}
	enoughConversions := converted(current) && converted(previous)
	return Trends{
		From:  shift(lastDay, 1-2*TrendDays),
		To:    lastDay,
		Spend: compare(&current.results.SpendMicros, &previous.results.SpendMicros, enoughDays),
		CTR:   compare(current.kpis.CTR, previous.kpis.CTR, enoughDays && seen),
		CPA:   compare(current.kpis.CPAMicros, previous.kpis.CPAMicros, enoughDays && enoughConversions),
		ROAS:  compare(current.kpis.ROAS, previous.kpis.ROAS, enoughDays && enoughConversions),
	}
}

// TrendOf is the trend of one figure over the same spans as TrendsTo.
func TrendOf(m Metric, lastDay string, days map[string]Results) Trend {
	current, previous := sideOf(lastDay, 0, days), sideOf(lastDay, TrendDays, days)
	enough := current.days >= minDays && previous.days >= minDays && current.enough(m) && previous.enough(m)
	return compare(m.Of(current.results), m.Of(previous.results), enough)
}

// enough reports whether there is enough data for the figure.
func (s side) enough(m Metric) bool {
	switch m {
	case MetricCTR, MetricCPM:
		return s.results.Impressions >= minImpressions
	case MetricCPA, MetricROAS, MetricROI:
		return s.results.ConversionMicros >= minConversions && s.results.SpendMicros >= minSpend
	case MetricCPC, MetricCVR:
		return s.results.Clicks >= minClicks
	default:
		return true
	}
}

func sideOf(lastDay string, back int, days map[string]Results) side {
	var s side
	for i := range TrendDays {
		if r, ok := days[shift(lastDay, -back-i)]; ok {
			s.results = s.results.Plus(r)
			s.days++
		}
	}
	s.kpis = s.results.KPIs()
	return s
}

// flatBand is the change, in millionths, under which a trend is flat.
const flatBand = 50_000

func compare(current, previous *int64, enough bool) Trend {
	if !enough || current == nil || previous == nil || *previous <= 0 {
		return Trend{Direction: Insufficient}
	}
	change := ratio(*current-*previous, million, *previous)
	switch {
	case change == nil:
		return Trend{Direction: Insufficient}
	case *change >= flatBand:
		return Trend{Up, change}
	case *change <= -flatBand:
		return Trend{Down, change}
	default:
		return Trend{Flat, change}
	}
}

func shift(day string, by int) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.AddDate(0, 0, by).Format(time.DateOnly)
}
