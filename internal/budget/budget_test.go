package budget

import (
	"slices"
	"testing"
	"time"
)

// usd is an amount of whole dollars.
func usd(n int64) int64 { return n * 1_000_000 }

func monthly(amount int64, thresholds ...int) Budget {
	if thresholds == nil {
		thresholds = DefaultThresholds()
	}
	return Budget{AmountMicros: amount, Period: Monthly, Thresholds: thresholds, Version: 1, Since: "2026-11-01"}
}

func TestEvaluate(t *testing.T) {
	const november = "2026-11-01"
	tests := []struct {
		name      string
		given     Budget
		spend     int64
		threshold int
		also      []int
	}{
		{"under the first threshold", monthly(usd(100)), usd(79), 0, nil},
		{"a micro under", monthly(usd(100)), usd(80) - 1, 0, nil},
		{"equality counts", monthly(usd(100)), usd(80), 80, []int{}},
		{"a jump tells the highest", monthly(usd(100)), usd(95), 90, []int{80}},
		{"a jump over all", monthly(usd(100)), usd(250), 100, []int{80, 90}},
		{"own thresholds", monthly(usd(100), 50, 120), usd(120), 120, []int{50}},
		{"what was told is not told again", monthly(usd(100)).withFired(november, []int{80, 90}, 0), usd(95), 0, nil},
		{"only the rest is told", monthly(usd(100)).withFired(november, []int{80, 90}, 0), usd(100), 100, []int{}},
		{"a gap below is told too", monthly(usd(100), 80, 85, 90).withFired(november, []int{80, 90}, 0), usd(95), 85, []int{}},
		{"nothing spent", monthly(usd(100)), 0, 0, nil},
		{"credits can make spend negative", monthly(usd(100)), -usd(5), 0, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			after, crossing := tt.given.Evaluate(november, tt.spend)
			if tt.threshold == 0 {
				if crossing != nil {
					t.Fatalf("crossed %+v, want none", *crossing)
				}
				return
			}
			if crossing == nil || crossing.Threshold != tt.threshold || !slices.Equal(crossing.AlsoCrossed, tt.also) {
				t.Fatalf("crossed %+v, want %d and %v", crossing, tt.threshold, tt.also)
			}
			if _, again := after.Evaluate(november, tt.spend); again != nil {
				t.Errorf("told twice: %+v", *again)
			}
		})
	}
}

func TestEachPeriodTellsAnew(t *testing.T) {
	b := monthly(usd(100))
	b, first := b.Evaluate("2026-11-01", usd(100))
	b, second := b.Evaluate("2026-12-01", usd(80))
	if first == nil || second == nil || second.Threshold != 80 {
		t.Fatalf("November %+v, December %+v", first, second)
	}
	if _, late := b.Evaluate("2026-11-01", usd(101)); late != nil {
		t.Errorf("late data of November told again: %+v", *late)
	}
	if _, before := b.Evaluate("2026-10-01", usd(500)); before != nil {
		t.Errorf("October was before this budget was set: %+v", *before)
	}
}

func TestOldDailyPeriodsAreForgottenOnlyAfterAMonth(t *testing.T) {
	b := Budget{AmountMicros: usd(10), Period: Daily, Thresholds: []int{100}, Version: 1, Since: "2026-01-01"}
	day := "2026-01-01"
	for range 60 {
		var crossing *Crossing
		if b, crossing = b.Evaluate(day, usd(10)); crossing == nil {
			t.Fatalf("%s told nothing", day)
		}
		day = AddDays(day, 1)
	}
	if len(b.Fired) != keptPeriods {
		t.Fatalf("%d periods are kept, want %d", len(b.Fired), keptPeriods)
	}
	for start := "2026-01-01"; start < day; start = AddDays(start, 1) {
		if _, again := b.Evaluate(start, usd(11)); again != nil {
			t.Errorf("%s told again", start)
		}
	}
}

func TestChange(t *testing.T) {
	const november = "2026-11-01"
	told := func(percents ...int) Budget { return monthly(usd(100)).withFired(november, percents, 0) }
	tests := []struct {
		name    string
		given   Budget
		amount  int64
		spend   int64
		carried []int // told under the new version without another alert
		newly   int   // told at once
	}{
		{"raised over all thresholds", told(80, 90, 100), usd(200), usd(100), nil, 0},
		{"raised, 80 still exceeded", told(80, 90, 100), usd(120), usd(100), []int{80}, 0},
		{"lowered under the spend", told(80), usd(85), usd(85), []int{80}, 100},
		{"lowered with nothing told", told(), usd(50), usd(45), nil, 90},
		{"raised, then armed again", told(80, 90), usd(1000), usd(95), nil, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			changed := tt.given.Change(tt.amount, Monthly, DefaultThresholds(), november, tt.spend)
			if changed.Version != 2 || changed.AmountMicros != tt.amount {
				t.Fatalf("changed to %+v", changed)
			}
			if got := changed.FiredIn(november); !slices.Equal(got, tt.carried) {
				t.Errorf("carried over %v, want %v", got, tt.carried)
			}
			_, crossing := changed.Evaluate(november, tt.spend)
			if got := thresholdOf(crossing); got != tt.newly {
				t.Errorf("tells %d at once, want %d", got, tt.newly)
			}
		})
	}
}

func thresholdOf(c *Crossing) int {
	if c == nil {
		return 0
	}
	return c.Threshold
}

func TestChangeOfThresholdsOnlyKeepsTheVersion(t *testing.T) {
	b := monthly(usd(100)).withFired("2026-11-01", []int{80}, 0)
	changed := b.Change(usd(100), Monthly, []int{50, 80}, "2026-11-01", usd(85))
	if changed.Version != 1 {
		t.Errorf("version %d", changed.Version)
	}
	if _, crossing := changed.Evaluate("2026-11-01", usd(85)); thresholdOf(crossing) != 50 {
		t.Errorf("the new threshold tells %+v", crossing)
	}
}

func TestOverrideLastsUntilThePeriodEndsOrThereIsRoom(t *testing.T) {
	const november, spent = "2026-11-01", 100_000_000
	b, _ := monthly(usd(100)).Evaluate(november, spent)
	b.Override = &Override{PeriodStart: november, Version: b.Version}
	if !b.Overridden(november) || b.Overridden("2026-12-01") {
		t.Error("an override holds for its period only")
	}
	if lowered := b.Change(usd(90), Monthly, b.Thresholds, november, spent); !lowered.Overridden(november) {
		t.Error("a change that left the budget spent ended the override")
	}
	raised := b.Change(usd(300), Monthly, b.Thresholds, november, spent)
	again, _ := raised.Change(usd(100), Monthly, b.Thresholds, november, spent).Evaluate(november, spent)
	if raised.Overridden(november) || again.Overridden(november) {
		t.Error("an override outlived a budget with room")
	}
}

func TestSpentUnder(t *testing.T) {
	const november, spent = "2026-11-01", 100_000_000
	first, _ := monthly(usd(100)).Evaluate(november, spent)
	lowered := first.Change(usd(90), Monthly, first.Thresholds, november, spent)
	raised := lowered.Change(usd(300), Monthly, first.Thresholds, november, spent)
	again, _ := raised.Change(usd(100), Monthly, first.Thresholds, november, spent).Evaluate(november, spent)
	tests := []struct {
		name    string
		b       Budget
		version int64
		want    bool
	}{
		{"the same version", first, 1, true},
		{"a version that is not there yet", first, 2, false},
		{"carried over by a change that left it spent", lowered, 1, true},
		{"a budget with room", raised, 1, false},
		{"spent again, the former alert", again, 2, false},
		{"spent again, the new alert", again, 4, true},
		{"never spent", monthly(usd(1000)), 1, false},
	}
	for _, tt := range tests {
		if got := tt.b.SpentUnder(tt.version, november); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	if first.SpentUnder(1, "2026-12-01") {
		t.Error("November's spending spent December's budget")
	}
}

func TestWindowOf(t *testing.T) {
	tests := []struct {
		period            Period
		date, first, last string
		start, end        string
	}{
		{Daily, "2026-02-28", "", "", "2026-02-28", "2026-03-01"},
		{Daily, "2028-02-28", "", "", "2028-02-28", "2028-02-29"},
		{Monthly, "2026-12-31", "", "", "2026-12-01", "2027-01-01"},
		{Monthly, "2026-12-01", "2026-12-15", "2026-12-20", "2026-12-01", "2027-01-01"},
		{Lifetime, "2026-12-01", "2026-11-15", "2026-12-31", "2026-11-15", "2027-01-01"},
		{Lifetime, "2026-12-01", "", "", "", ""},
	}
	for _, tt := range tests {
		if got := tt.period.WindowOf(tt.date, tt.first, tt.last); got != (Window{tt.start, tt.end}) {
			t.Errorf("%s of %s is %+v, want %s to %s", tt.period, tt.date, got, tt.start, tt.end)
		}
	}
}

func TestMonthBeginsInTheAccountsZone(t *testing.T) {
	newYork, tokyo := zone(t, "America/New_York"), zone(t, "Asia/Tokyo")
	at := time.Date(2026, 12, 1, 3, 0, 0, 0, time.UTC)
	if got := Today(at, newYork); got != "2026-11-30" {
		t.Errorf("New York is at %s", got)
	}
	if got := Today(at, tokyo); got != "2026-12-01" {
		t.Errorf("Tokyo is at %s", got)
	}
}

func TestBoundsFollowSummerTime(t *testing.T) {
	newYork := zone(t, "America/New_York")
	start, end := Window{"2026-03-08", "2026-03-09"}.Bounds(newYork)
	if got := end.Sub(start); got != 23*time.Hour {
		t.Errorf("the day that springs forward has %s", got)
	}
	start, end = Window{"2026-11-01", "2026-11-02"}.Bounds(newYork)
	if got := end.Sub(start); got != 25*time.Hour {
		t.Errorf("the day that falls back has %s", got)
	}
	// In Cairo, clocks jump from midnight to one: the day begins at one.
	start, _ = Window{"2026-04-24", "2026-04-25"}.Bounds(zone(t, "Africa/Cairo"))
	if got := start.Format("2006-01-02 15:04"); got != "2026-04-24 01:00" {
		t.Errorf("the day without a midnight begins at %s", got)
	}
	if s, e := (Window{}).Bounds(newYork); !s.IsZero() || !e.IsZero() {
		t.Error("an open lifetime has bounds")
	}
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestValidate(t *testing.T) {
	for name, b := range map[string]Budget{
		"budget.amount":     {AmountMicros: 0, Period: Monthly, Thresholds: []int{80}},
		"budget.period":     {AmountMicros: 1, Period: "weekly", Thresholds: []int{80}},
		"budget.thresholds": {AmountMicros: 1, Period: Daily, Thresholds: []int{90, 80}},
	} {
		if bad := b.Validate("budget"); len(bad) != 1 || bad[0].Name != name {
			t.Errorf("%s: %+v", name, bad)
		}
	}
	for _, percents := range [][]int{{}, nil, {0}, {80, 80}, {1001}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}} {
		if ValidateThresholds("t", percents) == nil {
			t.Errorf("%v was taken", percents)
		}
	}
}
