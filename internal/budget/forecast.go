package budget

import (
	"math"
	"time"
)

// Basis is what a forecast is made of.
type Basis struct {
	AmountMicros int64 // of the budget; 0: none, so nothing is exhausted
	SpentMicros  int64 // in the period
	Window       Window
	Zone         *time.Location
	At           time.Time        // as of when the spend is known
	Days         map[string]int64 // spend by day, of the period and of up to 8 weeks before; a day that is absent brought none
	First        string           // the first day that Days covers
}

// Forecast is what will have been spent at the period's end, in micros, if all goes on as it did.
type Forecast struct {
	P10, P50, P90 int64     // of ten such periods one ends below P10, five below P50, nine below P90
	Linear        int64     // in proportion to time alone
	ExhaustsAt    time.Time // when P50's rate reaches the amount; zero: not within the period, or it is spent already
	Weighted      bool      // weekdays were told apart: there are 4 weeks of history
}

// Reasons for which there is no forecast.
const (
	TooEarly   = "insufficient_data" // neither a tenth of the period nor a day is over
	OpenPeriod = "open_period"       // a lifetime without an end
	NotBegun   = "not_begun"
	Over       = "period_over"
)

const (
	leastHistory = 28 // days, for weekdays to be told apart
	mostHistory  = 56
	deviations   = 1.28 // of a normal distribution, between its median and its ninth decile
	shrinkage    = 2    // weekdays that are taken to be as all others, beside those that were seen
)

// Predict forecasts the period; reason says why it can't, "" when it can.
func Predict(b Basis) (f Forecast, reason string) {
	start, end := b.Window.Bounds(b.Zone)
	switch {
	case start.IsZero() || end.IsZero():
		return f, OpenPeriod
	case !b.At.After(start):
		return f, NotBegun
	case !b.At.Before(end):
		return f, Over
	}
	elapsed, whole := b.At.Sub(start), end.Sub(start)
	if elapsed < min(whole/10, 24*time.Hour) {
		return f, TooEarly
	}
	weights, weighted := b.weights()
	passed, left := b.weigh(weights, start, b.At), b.weigh(weights, b.At, end)
	// Of all the period: where the last days counted more, a few misses were wide, see the back-test of make bench.
	rate := float64(b.SpentMicros) / passed
	f.Weighted = weighted
	f.Linear = micros(float64(b.SpentMicros) * float64(whole) / float64(elapsed))
	f.P50 = micros(float64(b.SpentMicros) + rate*left)
	spread := deviations * b.sigma(weights, rate) * math.Sqrt(end.Sub(b.At).Hours()/24)
	f.P10 = max(micros(float64(f.P50)-spread), b.SpentMicros)
	f.P90 = micros(float64(f.P50) + spread)
	f.ExhaustsAt = b.exhausts(weights, rate, end)
	return f, ""
}

// micros is the number cut to what an int64 holds.
func micros(f float64) int64 {
	if math.IsNaN(f) || f <= 0 {
		return 0
	}
	return int64(min(math.Round(f), math.MaxInt64/2))
}

// Weights are how much is spent on a weekday, as a multiple of the mean day; Sunday is the first.
type Weights [7]float64

// even are the weights where nothing is known.
func even() Weights { return Weights{1, 1, 1, 1, 1, 1, 1} }

// weights are made of the complete days before At: 4 to 8 weeks of them, each weekday drawn towards the
// mean by two days that nobody saw.
func (b Basis) weights() (w Weights, ok bool) {
	today := Today(b.At, b.Zone)
	first := max(b.First, AddDays(today, -mostHistory))
	if first == "" || AddDays(first, leastHistory) > today {
		return even(), false
	}
	var sum [7]float64
	var n [7]float64
	total, days := 0.0, 0.0
	for day := first; day < today; day = AddDays(day, 1) {
		i := weekday(day)
		spent := float64(b.Days[day])
		sum[i], n[i] = sum[i]+spent, n[i]+1
		total, days = total+spent, days+1
	}
	if total <= 0 {
		return even(), false
	}
	mean, all := total/days, 0.0
	for i := range w {
		w[i] = (sum[i]/mean + shrinkage) / (n[i] + shrinkage)
		all += w[i]
	}
	for i := range w {
		w[i] *= 7 / all
	}
	return w, true
}

func weekday(day string) int {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return 0
	}
	return int(t.Weekday())
}

// weigh is the weight of the time between the two moments; a part of a day has its part of the weight.
func (b Basis) weigh(w Weights, from, to time.Time) (sum float64) {
	for day := Today(from, b.Zone); ; day = AddDays(day, 1) {
		begin, end := midnight(day, b.Zone), midnight(AddDays(day, 1), b.Zone)
		if !begin.Before(to) {
			return sum
		}
		inside := minTime(end, to).Sub(maxTime(begin, from))
		sum += w[weekday(day)] * float64(inside) / float64(end.Sub(begin))
	}
}

// sigma is the standard deviation of the days' spend from what the rate says, over the period's complete days.
func (b Basis) sigma(w Weights, rate float64) float64 {
	today := Today(b.At, b.Zone)
	sum, n := 0.0, 0.0
	for day := max(b.Window.Start, b.First); day < today; day = AddDays(day, 1) {
		off := float64(b.Days[day]) - rate*w[weekday(day)]
		sum, n = sum+off*off, n+1
	}
	if n < 2 {
		return 0
	}
	return math.Sqrt(sum / (n - 1))
}

// exhausts is when the rate will have spent the amount; zero: not before the end, or it is spent.
func (b Basis) exhausts(w Weights, rate float64, end time.Time) time.Time {
	left := float64(b.AmountMicros - b.SpentMicros)
	if b.AmountMicros <= 0 || left <= 0 || rate <= 0 {
		return time.Time{}
	}
	for at := b.At; at.Before(end); {
		day := Today(at, b.Zone)
		begin, next := midnight(day, b.Zone), midnight(AddDays(day, 1), b.Zone)
		whole := rate * w[weekday(day)]
		rest := whole * float64(next.Sub(at)) / float64(next.Sub(begin))
		if rest >= left && whole > 0 {
			hit := at.Add(time.Duration(left / whole * float64(next.Sub(begin))))
			if hit.After(end) {
				return time.Time{}
			}
			return hit.Truncate(time.Minute)
		}
		left, at = left-rest, next
	}
	return time.Time{}
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
