package automation

import (
	"time"

	"bellwether/internal/analytics"
)

// Facts are what a rule judges a campaign by.
type Facts struct {
	Days  map[string]analytics.Results // by day of the campaign's zone; a day that is absent brought nothing
	First string                       // the first day that Days covers
	Began string                       // the first of them that brought anything: nothing is compared with what was before it
	Today string                       // in the campaign's zone
	AsOf  time.Time                    // of the newest results
	// Maturity is how much of its conversions a day shows by its age; none: all days show all.
	Maturity analytics.Maturity
	// MinSpendMicros is the least spend on which costs and returns are judged: 100 of a currency with
	// usual prices.
	MinSpendMicros int64
}

// Truth is what is known of a condition.
type Truth string

const (
	Met     Truth = "met"
	Unmet   Truth = "not_met"
	Unknown Truth = "unknown" // too little data: nothing is done on it
)

// Judgement is what a rule found in the facts.
type Judgement struct {
	Truth  Truth     `json:"truth"`
	Checks []Checked `json:"checks"` // every comparison of every day that was judged, in order
}

// Checked is one comparison with the figures that it had.
type Checked struct {
	Path   string `json:"path"` // "when.all[0]"
	Day    string `json:"day"`  // the day as of whose end it was judged
	Metric Metric `json:"metric"`
	From   string `json:"from"` // first and last day of the window
	To     string `json:"to"`
	Value  *int64 `json:"value"` // nil: undefined, or too little data
	Op     Op     `json:"op"`
	Bar    *int64 `json:"bar"` // what it was compared with, in the metric's unit
	Truth  Truth  `json:"truth"`
	Why    string `json:"why,omitempty"` // of Unknown: one of the Too... reasons
}

// Reasons for which a comparison is unknown.
const (
	TooFewDays        = "too_few_days"        // history is missing
	TooFewImpressions = "too_few_impressions" // under 2,000
	TooFewClicks      = "too_few_clicks"      // under 100
	TooFewConversions = "too_few_conversions" // under 10
	TooLittleSpend    = "too_little_spend"    // under 100 of the currency
	TooYoung          = "conversions_not_mature"
	NoFigure          = "undefined" // divides by nothing
	NoTarget          = "no_target"
)
