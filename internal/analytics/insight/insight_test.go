package insight

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"bellwether/internal/analytics"
)

// spends are days that end with 2026-11-22, a Sunday, each with so much spent.
func spends(amounts ...int64) map[string]analytics.Results {
	days := map[string]analytics.Results{}
	for i, a := range amounts {
		days[shift("2026-11-22", i-len(amounts)+1)] = analytics.Results{SpendMicros: a * 1e6}
	}
	return days
}

func TestSlope(t *testing.T) {
	for name, tt := range map[string]struct {
		days   map[string]analytics.Results
		want   float64
		points int
		ok     bool
	}{
		"5 more each day":  {spends(10, 15, 20, 25, 30, 35, 40), 5e6, 7, true},
		"flat":             {spends(10, 10, 10, 10, 10, 10, 10, 10), 0, 8, true},
		"six days are few": {spends(10, 15, 20, 25, 30, 35), 0, 6, false},
		// (1..7 with 0 0 0 7 0 0 0): symmetric, so no slope.
		"a peak in the middle": {spends(0, 0, 0, 7, 0, 0, 0), 0, 7, true},
	} {
		got, points, ok := Slope(analytics.MetricSpend, "2026-11-22", tt.days)
		if math.Abs(got-tt.want) > 1 || points != tt.points || ok != tt.ok {
			t.Errorf("%s: %.2f of %d points, %v", name, got, points, ok)
		}
	}
}

// sundays are that weekday's spend in the weeks before 2026-11-22, the latest last, and of that day.
func sundays(today int64, before ...int64) map[string]analytics.Results {
	days := map[string]analytics.Results{"2026-11-22": {SpendMicros: today * 1e6}}
	for i, a := range before {
		days[shift("2026-11-22", -7*(len(before)-i))] = analytics.Results{SpendMicros: a * 1e6}
	}
	return days
}

func TestLook(t *testing.T) {
	for _, tt := range []struct {
		name  string
		days  map[string]analytics.Results
		found bool
		z     float64
		why   string
	}{
		// Median 105 of 100 110 100 110; every day is 5 off, so MAD = 5. 0.6745 x 26 / 5 = 3.5074; x 25 / 5 = 3.3725.
		{name: "just over the bar", days: sundays(131, 100, 110, 100, 110), found: true, z: 3.5074},
		{name: "just under it", days: sundays(130, 100, 110, 100, 110), z: 3.3725},
		{name: "far below", days: sundays(50, 100, 110, 100, 110), found: true, z: -7.4195},
		// Median 104 of 100..108, MAD 2: 0.6745 x 9 / 2 = 3.04 would pass with more, but 9 is under the floor of 10.
		{name: "far off, and too little to tell", days: sundays(9, 1, 2, 1, 2)},
		{name: "all alike, and half as much again", days: sundays(151, 100, 100, 100, 100), found: true},
		{name: "all alike, and just half as much", days: sundays(150, 100, 100, 100, 100)},
		{name: "three Sundays are too few", days: sundays(900, 100, 110, 100), why: TooFewDays},
		// One outlier among eight does not hide another: the median is 107.5, and of what they are off it is 5.
		{name: "an outlier before", days: sundays(140, 100, 110, 100, 110, 100, 110, 900, 105), found: true, z: 4.3843},
	} {
		a, found, why := Look(analytics.MetricSpend, "2026-11-22", tt.days)
		if found != tt.found || why != tt.why || (tt.z != 0 && math.Abs(a.Z-tt.z) > 0.001) {
			t.Errorf("%s: %v %.4f %q, want %v %.4f", tt.name, found, a.Z, why, tt.found, tt.z)
		}
	}
	if _, _, why := Look(analytics.MetricCPA, "2026-11-22", sundays(100, 1, 2, 3, 4)); why != Undefined {
		t.Errorf("a cost of no conversions: %q", why)
	}
}

func TestWeekday(t *testing.T) {
	if got, ok := Weekday(analytics.MetricSpend, "2026-11-22", sundays(120, 90, 110, 90, 110)); !ok || got != 200_000 {
		t.Errorf("%d %v, want a fifth more", got, ok)
	}
	if _, ok := Weekday(analytics.MetricSpend, "2026-11-22", sundays(120, 90, 110, 90)); ok {
		t.Error("three weeks are too few")
	}
}

// Whatever the days: figures are finite, and in another currency, at ten times the numbers, z is the same.
func TestLookProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amounts := rapid.SliceOfN(rapid.Int64Range(0, 1_000_000), 5, 9).Draw(t, "amounts")
		n := len(amounts) - 1
		a, _, _ := Look(analytics.MetricSpend, "2026-11-22", sundays(amounts[n], amounts[:n]...))
		if math.IsNaN(a.Z) || math.IsInf(a.Z, 0) {
			t.Fatal(a)
		}
		tenfold := make([]int64, len(amounts))
		for i, v := range amounts {
			tenfold[i] = 10 * v
		}
		if b, _, _ := Look(analytics.MetricSpend, "2026-11-22", sundays(tenfold[n], tenfold[:n]...)); a.Z != 0 && math.Abs(a.Z-b.Z) > 1e-6*math.Abs(a.Z) {
			t.Fatalf("%f and %f", a.Z, b.Z)
		}
	})
}
