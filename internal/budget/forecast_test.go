package budget

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const dollar = 1_000_000

// november is a budget of November 2026, which has 30 days and begins on a Sunday.
func november(at time.Time, amount, spent int64, days map[string]int64, first string) Basis {
	return Basis{
		AmountMicros: amount * dollar, SpentMicros: spent * dollar, Window: Window{Start: "2026-11-01", End: "2026-12-01"},
		Zone: time.UTC, At: at, Days: days, First: first,
	}
}

func close(t *testing.T, what string, got int64, want, off float64) {
	t.Helper()
	if d := math.Abs(float64(got)/dollar - want); d > off {
		t.Errorf("%s is %.2f, want %.2f", what, float64(got)/dollar, want)
	}
}

// The source document's case: 9,500 of 10,000 on day 20 of 30. 9,500 / 20 x 30 = 14,250, and the 500 that are
// left last 500 / 475 = 1.0526 days.
func TestPredictInProportionToTime(t *testing.T) {
	at := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC) // 20 days are over
	f, reason := Predict(november(at, 10_000, 9_500, evenly("2026-11-01", 20, 475), "2026-11-01"))
	if reason != "" {
		t.Fatal(reason)
	}
	close(t, "linear", f.Linear, 14_250, 0.01)
	close(t, "P50", f.P50, 14_250, 0.01)
	close(t, "P10 of a spend without any noise", f.P10, 14_250, 0.01)
	if want := at.Add(time.Duration(math.Round(500.0/475*24*3600)) * time.Second).Truncate(time.Minute); !f.ExhaustsAt.Equal(want) || f.Weighted {
		t.Errorf("exhausted at %v, want %v; weighted %v", f.ExhaustsAt, want, f.Weighted)
	}
}

func evenly(first string, n int, each int64) map[string]int64 {
	days := map[string]int64{}
	for i := range n {
		days[AddDays(first, i)] = each * dollar
	}
	return days
}

// 6,200 after 19 of 30 days that begin on a Monday, with the weights below, whose sums are 19.5 before and 10.7
// after: 6,200 + 6,200 / 19.5 x 10.7 = 9,602.05; linear 6,200 / 19 x 30 = 9,789.47.
func TestWeightsByHand(t *testing.T) {
	w := Weights{0.75, 1.1, 1.1, 1.2, 1.1, 1.0, 0.75} // Sunday to Saturday
	start := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	at, end := start.AddDate(0, 0, 19), start.AddDate(0, 0, 30)
	b := Basis{SpentMicros: 6_200 * dollar, Window: Window{"2026-06-01", "2026-07-01"}, Zone: time.UTC, At: at, First: "2026-06-19"}
	passed, left := b.weigh(w, start, at), b.weigh(w, at, end)
	if math.Abs(passed-19.5) > 1e-9 || math.Abs(left-10.7) > 1e-9 {
		t.Fatalf("%.4f passed, %.4f left; want 19.5 and 10.7", passed, left)
	}
	close(t, "weighted", micros(float64(b.SpentMicros)*(1+left/passed)), 9_602.05, 0.01)
	f, reason := Predict(b)
	if reason != "" {
		t.Fatal(reason)
	}
	close(t, "linear", f.Linear, 9_789.47, 0.01)
	if got := b.weigh(w, start, start.Add(36*time.Hour)); math.Abs(got-(1.1+0.55)) > 1e-9 {
		t.Errorf("a day and a half weigh %.4f, want 1.65", got)
	}
}

// Eight weeks in which weekends bring nothing and other days 70: the mean is 50, so a weekday's weight is 1.4 and a
// weekend day's 0, each drawn to 1 by two of ten days: (8 x 1.4 + 2) / 10 = 1.32 and 0.2. Their mean is
// (5 x 1.32 + 2 x 0.2) / 7 = 1.
func TestPredictKnowsWeekends(t *testing.T) {
	days := map[string]int64{}
	for i := range 56 + 8 {
		if day := AddDays("2026-09-06", i); weekday(day) != 0 && weekday(day) != 6 {
			days[day] = 70 * dollar
		}
	}
	b := november(time.Date(2026, 11, 9, 0, 0, 0, 0, time.UTC), 2_000, 350, days, "2026-09-06")
	w, ok := b.weights()
	if !ok {
		t.Fatal("no weights")
	}
	for i, got := range w {
		want := 1.32
		if i == 0 || i == 6 {
			want = 0.2
		}
		if math.Abs(got-want) > 0.02 { // the last week of the eight is not the first
			t.Errorf("weight of day %d is %.3f, want about %.2f", i, got, want)
		}
	}
	f, reason := Predict(b)
	if reason != "" || !f.Weighted {
		t.Fatal(reason, f)
	}
	// 1 to 8 November hold 5 workdays and 3 weekend days: 5 x 1.32 + 3 x 0.2 = 7.2; 9 to 30 November 16 and 6: 22.32.
	// 350 + 350 / 7.2 x 22.32 = 1,435.0, of 21 workdays that are 1,470. Linear: 350 / 8 x 30 = 1,312.5.
	close(t, "P50", f.P50, 1_435, 15)
	close(t, "linear", f.Linear, 1_312.5, 0.01)
	if f.P10 >= f.P50 || f.P90 <= f.P50 || f.P10 < b.SpentMicros {
		t.Errorf("%d %d %d", f.P10, f.P50, f.P90)
	}
}

func TestPredictRefuses(t *testing.T) {
	day := func(d, h int) time.Time { return time.Date(2026, 11, d, h, 0, 0, 0, time.UTC) }
	for _, tt := range []struct {
		name   string
		window Window
		at     time.Time
		want   string
	}{
		{"a day of a month", Window{"2026-11-01", "2026-12-01"}, day(2, 0), ""},
		{"less than a day of a month", Window{"2026-11-01", "2026-12-01"}, day(1, 23), TooEarly},
		{"a tenth of a day", Window{"2026-11-01", "2026-11-02"}, day(1, 3), ""},
		{"less than a tenth of a day", Window{"2026-11-01", "2026-11-02"}, day(1, 2), TooEarly},
		{"no end", Window{"2026-11-01", ""}, day(9, 0), OpenPeriod},
		{"no beginning", Window{"", "2026-12-01"}, day(9, 0), OpenPeriod},
		{"before it begins", Window{"2026-11-10", "2026-12-01"}, day(9, 0), NotBegun},
		{"after its end", Window{"2026-11-01", "2026-11-09"}, day(9, 0), Over},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, reason := Predict(Basis{AmountMicros: 1, SpentMicros: 1, Window: tt.window, Zone: time.UTC, At: tt.at, First: "2026-11-01"})
			if reason != tt.want {
				t.Errorf("reason %q, want %q", reason, tt.want)
			}
		})
	}
}

// Whatever was spent: P10 <= P50 <= P90, nothing below what is spent, and a budget twice as large is not exhausted earlier.
func TestPredictProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/New_York"}).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		first := rapid.SampledFrom([]string{"2026-08-15", "2026-10-20", "2026-11-01"}).Draw(t, "first")
		at := time.Date(2026, 11, 2, 0, 0, 0, 0, zone).Add(time.Duration(rapid.IntRange(0, 28*24*60).Draw(t, "minutes")) * time.Minute)
		days, spent := map[string]int64{}, int64(0)
		for day := first; day <= Today(at, zone); day = AddDays(day, 1) {
			days[day] = rapid.Int64Range(0, 1_000_000*dollar).Draw(t, "spend")
			if day >= "2026-11-01" {
				spent += days[day]
			}
		}
		b := Basis{AmountMicros: rapid.Int64Range(1, 1_000_000_000*dollar).Draw(t, "amount"), SpentMicros: spent, Window: Window{"2026-11-01", "2026-12-01"}, Zone: zone, At: at, Days: days, First: first}
		f, reason := Predict(b)
		if reason != "" {
			return
		}
		if f.P10 > f.P50 || f.P50 > f.P90 || f.P10 < spent || f.P50 < spent {
			t.Fatalf("%+v of %d", f, spent)
		}
		_, end := b.Window.Bounds(zone)
		if !f.ExhaustsAt.IsZero() && (f.ExhaustsAt.Before(at.Truncate(time.Minute)) || f.ExhaustsAt.After(end) || f.P50 < b.AmountMicros-dollar) {
			t.Fatalf("exhausted at %v of %v to %v with %d of %d", f.ExhaustsAt, at, end, f.P50, b.AmountMicros)
		}
		b.AmountMicros *= 2
		if g, _ := Predict(b); !g.ExhaustsAt.IsZero() && !f.ExhaustsAt.IsZero() && g.ExhaustsAt.Before(f.ExhaustsAt) {
			t.Fatalf("twice the budget is exhausted at %v, not %v", g.ExhaustsAt, f.ExhaustsAt)
		}
	})
}

func TestDailyTarget(t *testing.T) {
	for _, tt := range []struct {
		name                      string
		left, days, budget, spent int64
		want                      int64
	}{
		{"what is left over the days", 3_000, 10, 300, 300, 300},
		{"a tenth over: 300 x 300 / 330", 3_000, 10, 300, 330, 272_727_273},
		{"under is not made good at once", 3_000, 10, 300, 100, 300},
		{"nothing left", 0, 10, 300, 300, 0},
		{"no day left", 100, 0, 300, 300, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := tt.want
			if want < 1_000_000 {
				want *= dollar
			}
			if got := DailyTarget(tt.left*dollar, tt.days, tt.budget*dollar, tt.spent*dollar); got != want {
				t.Errorf("%d, want %d", got, want)
			}
		})
	}
	if !Underspent(100, 94) || Underspent(100, 95) || Underspent(0, 0) {
		t.Error("95 of 100 is enough, 94 is not")
	}
}
