// Package insight finds trends and anomalies in a campaign's days. It is apart from analytics because of the
// statistics library that it takes: every function would pay for that at its start.
package insight

import (
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat"

	"bellwether/internal/analytics"
)

// Why a figure is missing.
const (
	TooFewDays = "too_few_days" // under 7 points for a slope, under 4 of a weekday for the rest
	Undefined  = "undefined"    // the day divides by nothing
)

// SlopeDays is how many days a slope is taken over, and leastPoints how many it needs.
const (
	SlopeDays   = 14
	leastPoints = 7
)

// Slope is how much the metric changes from day to day, in its own unit, by least squares over the days up to
// lastDay. ok is false under 7 points.
func Slope(m analytics.Metric, lastDay string, days map[string]analytics.Results) (perDay float64, points int, ok bool) {
	var xs, ys []float64
	for i := range SlopeDays {
		r, there := days[shift(lastDay, i-SlopeDays+1)]
		if v := m.Of(r); there && v != nil {
			xs, ys = append(xs, float64(i)), append(ys, float64(*v))
		}
	}
	if len(xs) < leastPoints {
		return 0, len(xs), false
	}
	_, beta := stat.LinearRegression(xs, ys, nil, false)
	return beta, len(xs), !math.IsNaN(beta) && !math.IsInf(beta, 0)
}

// Weekday compares the day with the mean of the same weekday in the four weeks before: the change in
// millionths. ok is false where one of them is missing.
func Weekday(m analytics.Metric, day string, days map[string]analytics.Results) (change int64, ok bool) {
	today := m.Of(days[day])
	var before []float64
	for week := 1; week <= 4; week++ {
		r, there := days[shift(day, -7*week)]
		v := m.Of(r)
		if !there || v == nil {
			return 0, false
		}
		before = append(before, float64(*v))
	}
	mean := stat.Mean(before, nil)
	if today == nil || mean <= 0 {
		return 0, false
	}
	return int64(math.RoundToEven((float64(*today) - mean) / mean * 1e6)), true
}

// Anomaly is a day whose figure is far from that of the same weekday before.
type Anomaly struct {
	Day    string
	Metric analytics.Metric
	Value  int64
	Median int64   // of the same weekday in 4 to 8 weeks before
	Z      float64 // robust: 0.6745 x (value - median) / MAD; 0 where all former days are alike
	Up     bool
}

// The bar of an anomaly, and how far back it is looked.
const (
	zBar       = 3.5
	normal     = 0.6745 // makes the MAD of a normal distribution its standard deviation
	leastWeeks = 4
	mostWeeks  = 8
	alikePart  = 0.5 // where all former days are alike, the least difference, as a part of them
)

// floors are the least differences that are worth telling, in the metric's unit: 10 of a currency, 500
// impressions, 25 clicks, 3 conversions, half a percentage point, half a return. Costs: 0.50, CPM 1, CPA 5.
var floors = map[analytics.Metric]float64{
	analytics.MetricSpend: 10e6, analytics.MetricRevenue: 10e6, analytics.MetricImpressions: 500, analytics.MetricClicks: 25,
	analytics.MetricConversions: 3e6, analytics.MetricCTR: 5e3, analytics.MetricCVR: 5e3, analytics.MetricCPC: 0.5e6,
	analytics.MetricCPM: 1e6, analytics.MetricCPA: 5e6, analytics.MetricROAS: 0.5e6, analytics.MetricROI: 0.5e6,
}

// Look says whether the day's figure is an anomaly; why says what was missing for saying so.
func Look(m analytics.Metric, day string, days map[string]analytics.Results) (a Anomaly, found bool, why string) {
	value := m.Of(days[day])
	if value == nil {
		return a, false, Undefined
	}
	var before []float64
	for week := 1; week <= mostWeeks; week++ {
		r, there := days[shift(day, -7*week)]
		if v := m.Of(r); there && v != nil {
			before = append(before, float64(*v))
		}
	}
	if len(before) < leastWeeks {
		return a, false, TooFewDays
	}
	slices.Sort(before)
	middle := median(before)
	off := make([]float64, len(before))
	for i, v := range before {
		off[i] = math.Abs(v - middle)
	}
	slices.Sort(off)
	difference := float64(*value) - middle
	a = Anomaly{Day: day, Metric: m, Value: *value, Median: int64(math.Round(middle)), Up: difference > 0}
	if math.Abs(difference) < floors[m] {
		return a, false, ""
	}
	mad := median(off)
	if mad == 0 {
		return a, math.Abs(difference) > alikePart*math.Abs(middle), ""
	}
	a.Z = normal * difference / mad
	return a, math.Abs(a.Z) >= zBar, ""
}

// median is that of sorted values: the mean of the two in the middle, where there are two.
func median(sorted []float64) float64 {
	n := len(sorted)
	if n%2 == 1 {
		return sorted[n/2]
	}
	return stat.Mean(sorted[n/2-1:n/2+1], nil)
}

func shift(day string, by int) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.AddDate(0, 0, by).Format(time.DateOnly)
}
