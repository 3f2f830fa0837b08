package automation

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"bellwether/internal/analytics"
	"bellwether/internal/budget"
)

func one(m Metric, days int, op Op, than Against, value int64) Condition {
	return Condition{Metric: m, Window: Window{Days: days}, Op: op, Than: than, Value: value}
}

// A day of flat has 100 spent, 300 of revenue, 20 conversions, 50 clicks and 1,000 impressions.
func TestJudgeEveryMetric(t *testing.T) {
	for _, tt := range []struct {
		c    Condition
		want int64 // the figure over 3 days, by hand
	}{
		{one(Spend, 3, Above, Fixed, 0), 300 * million},
		{one(Revenue, 3, Above, Fixed, 0), 900 * million},
		{one(Impressions, 3, Above, Fixed, 0), 3_000},
		{one(Clicks, 3, Above, Fixed, 0), 150},
		{one(Conversions, 3, Above, Fixed, 0), 60 * million},
		{one(CTR, 3, Above, Fixed, 0), 50_000},      // 150 / 3,000
		{one(CVR, 3, Above, Fixed, 0), 400_000},     // 60 / 150
		{one(CPC, 3, Above, Fixed, 0), 2 * million}, // 300 / 150
		{one(CPM, 3, Above, Fixed, 0), 100 * million},
		{one(CPA, 3, Above, Fixed, 0), 5 * million}, // 300 / 60
		{one(ROAS, 3, Above, Fixed, 0), 3 * million},
		{one(ROI, 3, Above, Fixed, 0), 2 * million}, // (900 - 300) / 300
	} {
		j := Rule{When: tt.c, Days: 1}.Judge(flat(10))
		k := j.Checks[0]
		if k.Value == nil || *k.Value != tt.want || k.From != "2026-11-20" || k.To != "2026-11-22" || j.Truth != Met {
			t.Errorf("%s: %+v (%s), want %d", tt.c.Metric, k, j.Truth, tt.want)
		}
	}
}

func TestJudge(t *testing.T) {
	two, five := int64(2*million), int64(5*million)
	target := Target{ROAS: &two, CPAMicros: &five}
	met, unmet, unknown := one(Spend, 1, Above, Fixed, 0), one(Spend, 1, Below, Fixed, 0), one(Spend, 30, Above, Fixed, 0) // of 10 days
	for _, tt := range []struct {
		name   string
		when   Condition
		days   int
		change func(*Facts)
		want   Truth
		why    string // of the last comparison
	}{
		{name: "at least, at equality", when: one(Spend, 1, AtLeast, Fixed, 100*million), want: Met},
		{name: "above, at equality", when: one(Spend, 1, Above, Fixed, 100*million), want: Unmet},
		{name: "at most, at equality", when: one(Spend, 1, AtMost, Fixed, 100*million), want: Met},
		{name: "below, at equality", when: one(Spend, 1, Below, Fixed, 100*million), want: Unmet},

		{name: "1.5 times the target ROAS is 3", when: one(ROAS, 7, AtLeast, Targeted, 3*million/2), want: Met},
		{name: "more than that", when: one(ROAS, 7, Above, Targeted, 3*million/2), want: Unmet},
		{name: "the target CPA", when: one(CPA, 7, AtMost, Targeted, million), want: Met},
		{name: "no target", when: one(CTR, 7, AtMost, Targeted, million), want: Unknown, why: NoTarget},

		{name: "half more than the days before", when: one(Spend, 2, AtLeast, Previous, 3*million/2), change: func(f *Facts) {
			for _, day := range []string{"2026-11-21", "2026-11-22"} {
				r := f.Days[day]
				r.SpendMicros = 150 * million
				f.Days[day] = r
			}
		}, want: Met},
		{name: "as the days before", when: one(Spend, 2, Above, Previous, million), want: Unmet},
		{name: "no days before", when: one(Spend, 6, Above, Previous, million), want: Unknown, why: TooFewDays},

		{name: "it began in the days before", when: one(Spend, 2, Above, Previous, 0), change: func(f *Facts) { f.Began = "2026-11-20" }, want: Unknown, why: TooFewDays},
		{name: "it began with the days before", when: one(Spend, 2, AtLeast, Previous, million), change: func(f *Facts) { f.Began = "2026-11-19" }, want: Met},

		{name: "today does not count", when: one(Spend, 1, Above, Fixed, 500*million), change: func(f *Facts) {
			f.Days[f.Today] = analytics.Results{SpendMicros: 1_000 * million}
		}, want: Unmet},
		{name: "today counts when it is asked for", when: Condition{Metric: Spend, Window: Window{Days: 1, Today: true}, Op: Above, Than: Fixed, Value: 500 * million}, change: func(f *Facts) {
			f.Days[f.Today] = analytics.Results{SpendMicros: 1_000 * million}
		}, want: Met},

		{name: "under 2,000 impressions", when: one(CTR, 1, Above, Fixed, 0), want: Unknown, why: TooFewImpressions},
		{name: "2,000 impressions", when: one(CTR, 2, Above, Fixed, 0), want: Met},
		{name: "under 100 clicks", when: one(CPC, 1, Above, Fixed, 0), want: Unknown, why: TooFewClicks},
		{name: "under 10 conversions", when: one(CPA, 1, Above, Fixed, 0), change: func(f *Facts) { f.Days = converted(*f, 10*million-1) }, want: Unknown, why: TooFewConversions},
		{name: "10 conversions", when: one(CPA, 1, Above, Fixed, 0), change: func(f *Facts) { f.Days = converted(*f, 10*million) }, want: Met},
		{name: "under 100 of the currency", when: one(ROAS, 1, Above, Fixed, 0), change: func(f *Facts) { f.MinSpendMicros++ }, want: Unknown, why: TooLittleSpend},
		{name: "history begins within the window", when: one(Spend, 11, Above, Fixed, 0), want: Unknown, why: TooFewDays},
		{name: "history begins with the window", when: one(Spend, 10, Above, Fixed, 0), want: Met},

		// Yesterday shows half: a ROAS of 3 is seen, and 6 will come. Doubt favours doing nothing.
		{name: "below: what is still to be attributed is added", when: one(ROAS, 1, Below, Fixed, 6*million), change: func(f *Facts) { f.Maturity = []int64{100_000, 500_000} }, want: Unmet},
		{name: "at most: and no more than that", when: one(ROAS, 1, AtMost, Fixed, 6*million), change: func(f *Facts) { f.Maturity = []int64{100_000, 500_000} }, want: Met},
		{name: "above: only what is seen counts", when: one(ROAS, 1, Above, Fixed, 3*million), change: func(f *Facts) { f.Maturity = []int64{100_000, 500_000} }, want: Unmet},
		{name: "at least: what is seen counts", when: one(ROAS, 1, AtLeast, Fixed, 3*million), change: func(f *Facts) { f.Maturity = []int64{100_000, 500_000} }, want: Met},
		// 5 a conversion are seen, and 2.5 will come.
		{name: "a cost above counts what will come", when: one(CPA, 1, Above, Fixed, 4*million), change: func(f *Facts) { f.Maturity = []int64{100_000, 500_000} }, want: Unmet},
		{name: "a cost below counts what is seen", when: one(CPA, 1, Below, Fixed, 4*million), change: func(f *Facts) { f.Maturity = []int64{100_000, 500_000} }, want: Unmet},
		{name: "less than half is too young", when: one(ROAS, 1, Above, Fixed, 0), change: func(f *Facts) { f.Maturity = []int64{100_000, 499_999} }, want: Unknown, why: TooYoung},
		{name: "spend needs no maturity", when: one(Spend, 1, Above, Fixed, 0), change: func(f *Facts) { f.Maturity = []int64{0, 0} }, want: Met},

		{name: "all", when: Condition{All: []Condition{met, met}}, want: Met},
		{name: "all but one", when: Condition{All: []Condition{met, unmet}}, want: Unmet},
		{name: "all, as far as is known", when: Condition{All: []Condition{met, unknown}}, want: Unknown},
		{name: "not all, whatever is not known", when: Condition{All: []Condition{unknown, unmet}}, want: Unmet},
		{name: "any", when: Condition{Any: []Condition{unmet, met}}, want: Met},
		{name: "any, whatever is not known", when: Condition{Any: []Condition{unknown, met}}, want: Met},
		{name: "none, as far as is known", when: Condition{Any: []Condition{unmet, unknown}}, want: Unknown},
		{name: "a group in a group", when: Condition{All: []Condition{met, {Any: []Condition{unmet, met}}}}, want: Met},

		{name: "three days in a row", when: met, days: 3, want: Met},
		{name: "not on the third day back", when: one(Spend, 1, AtLeast, Fixed, 100*million), days: 3, change: func(f *Facts) { delete(f.Days, "2026-11-20") }, want: Unmet},
		{name: "on all days that count", when: one(Spend, 1, AtLeast, Fixed, 100*million), days: 2, change: func(f *Facts) { delete(f.Days, "2026-11-20") }, want: Met},
		{name: "not known on the day before", when: one(Spend, 10, Above, Fixed, 0), days: 2, want: Unknown, why: TooFewDays},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := flat(10)
			if tt.change != nil {
				tt.change(&f)
			}
			j := Rule{When: tt.when, Days: max(tt.days, 1), Target: target}.Judge(f)
			if last := j.Checks[len(j.Checks)-1]; j.Truth != tt.want || (tt.why != "" && last.Why != tt.why) {
				t.Errorf("%s (%s), want %s (%s): %+v", j.Truth, last.Why, tt.want, tt.why, j.Checks)
			}
		})
	}
}

// conditions are trees of comparisons, of which some are unknown.
func conditions(depth int) *rapid.Generator[Condition] {
	leaf := rapid.Custom(func(t *rapid.T) Condition {
		return one(rapid.SampledFrom(analytics.AllMetrics()).Draw(t, "metric"), rapid.IntRange(1, 15).Draw(t, "days"),
			rapid.SampledFrom([]Op{Above, AtLeast, Below, AtMost}).Draw(t, "op"), rapid.SampledFrom([]Against{Fixed, Previous}).Draw(t, "than"),
			rapid.Int64Range(0, 1_000*million).Draw(t, "value"))
	})
	if depth == 0 {
		return leaf
	}
	return rapid.Custom(func(t *rapid.T) Condition {
		parts := rapid.SliceOfN(conditions(depth-1), 1, 4)
		switch rapid.IntRange(0, 2).Draw(t, "kind") {
		case 0:
			return Condition{All: parts.Draw(t, "all")}
		case 1:
			return Condition{Any: parts.Draw(t, "any")}
		default:
			return leaf.Draw(t, "leaf")
		}
	})
}

func facts(t *rapid.T) Facts {
	f := flat(12)
	for day := range f.Days {
		f.Days[day] = analytics.Results{
			Impressions: rapid.Int64Range(0, 5_000).Draw(t, "impressions"), Clicks: rapid.Int64Range(0, 300).Draw(t, "clicks"),
			SpendMicros: rapid.Int64Range(0, 500*million).Draw(t, "spend"), ConversionMicros: rapid.Int64Range(0, 30*million).Draw(t, "conversions"),
			RevenueMicros: rapid.Int64Range(0, 900*million).Draw(t, "revenue"),
		}
	}
	return f
}

// The order of the parts plays no part; a known figure is met by a bar or by its contrary; more days in a row
// are never easier.
func TestJudgeProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, c := facts(t), conditions(2).Draw(t, "condition")
		got := Rule{When: c, Days: 1}.Judge(f).Truth
		turned := c
		turned.All, turned.Any = slices.Clone(c.All), slices.Clone(c.Any)
		slices.Reverse(turned.All)
		slices.Reverse(turned.Any)
		if again := (Rule{When: turned, Days: 1}).Judge(f).Truth; again != got {
			t.Fatalf("%s, and turned round %s", got, again)
		}
		if longer := (Rule{When: c, Days: 3}).Judge(f).Truth; longer == Met && got != Met {
			t.Fatalf("met for three days, and %s for one", got)
		}
		if c.Metric == "" {
			return
		}
		contrary := c
		contrary.Op = map[Op]Op{Above: AtMost, AtMost: Above, Below: AtLeast, AtLeast: Below}[c.Op]
		other := Rule{When: contrary, Days: 1}.Judge(f).Truth
		if (got == Unknown) != (other == Unknown) || (got == Met) != (other == Unmet) {
			t.Fatalf("%s, and the contrary %s", got, other)
		}
	})
}

// A preview judges each day as if it were today.
func TestPreview(t *testing.T) {
	f := flat(40)
	delete(f.Days, "2026-11-12")
	list := Rule{When: one(Spend, 1, AtLeast, Fixed, 100*million), Days: 1}.Preview(f)
	if len(list) != PreviewDays || list[0].Day != budget.AddDays("2026-11-23", -29) || list[29].Day != "2026-11-23" {
		t.Fatalf("%d days, from %s", len(list), list[0].Day)
	}
	for _, p := range list {
		want := Met
		if p.Day == "2026-11-13" { // the day after the one that brought nothing
			want = Unmet
		}
		if p.Judgement.Truth != want {
			t.Errorf("%s: %s", p.Day, p.Judgement.Truth)
		}
	}
}
