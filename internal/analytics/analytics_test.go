package analytics

import (
	"testing"
	"time"
)

func val(p *int64) any {
	if p == nil {
		return nil
	}
	return *p
}

func TestKPIs(t *testing.T) {
	r := Results{Impressions: 40_000, Clicks: 500, SpendMicros: 250_000_000, ConversionMicros: 20_000_000, RevenueMicros: 600_000_000}
	k := r.KPIs()
	for name, c := range map[string]struct {
		got  *int64
		want int64
	}{
		"CTR":  {k.CTR, 12_500},           // 500 / 40,000 = 1.25 %
		"CVR":  {k.CVR, 40_000},           // 20 / 500 = 4 %
		"CPC":  {k.CPCMicros, 500_000},    // 250 / 500 = 0.50
		"CPM":  {k.CPMMicros, 6_250_000},  // 250 / 40 = 6.25
		"CPA":  {k.CPAMicros, 12_500_000}, // 250 / 20 = 12.50
		"ROAS": {k.ROAS, 2_400_000},       // 600 / 250
		"ROI":  {k.ROI, 1_400_000},        // (600 - 250) / 250 = 140 %
	} {
		if val(c.got) != c.want {
			t.Errorf("%s is %v, want %d", name, val(c.got), c.want)
		}
	}
}

func TestUndefinedIsNullNotZero(t *testing.T) {
	k := Results{}.KPIs()
	for name, p := range map[string]*int64{"CTR": k.CTR, "CVR": k.CVR, "CPC": k.CPCMicros, "CPM": k.CPMMicros, "CPA": k.CPAMicros, "ROAS": k.ROAS, "ROI": k.ROI} {
		if p != nil {
			t.Errorf("%s of nothing is %d", name, *p)
		}
	}
	if k := (Results{SpendMicros: 5_000_000}).KPIs(); val(k.ROI) != int64(-1_000_000) || val(k.ROAS) != int64(0) {
		t.Errorf("spend without revenue: ROI %v, ROAS %v; want -100 %% and 0", val(k.ROI), val(k.ROAS))
	}
}

// week fills the 7 days that end with last with the same results.
func week(days map[string]Results, last string, r Results) {
	for i := range TrendDays {
		days[shift(last, -i)] = r
	}
}

func TestTrends(t *testing.T) {
	base := Results{Impressions: 10_000, Clicks: 100, SpendMicros: 50_000_000, ConversionMicros: 5_000_000, RevenueMicros: 100_000_000}
	with := func(change func(*Results)) Results {
		r := base
		change(&r)
		return r
	}
	tests := []struct {
		name    string
		current Results
		get     func(Trends) Trend
		want    string
		change  any
	}{
		{"the same", base, func(t Trends) Trend { return t.Spend }, Flat, int64(0)},
		{"4.9 % more is flat", with(func(r *Results) { r.SpendMicros = 52_450_000 }), func(t Trends) Trend { return t.Spend }, Flat, int64(49_000)},
		{"5 % more is up", with(func(r *Results) { r.SpendMicros = 52_500_000 }), func(t Trends) Trend { return t.Spend }, Up, int64(50_000)},
		{"half is down", with(func(r *Results) { r.SpendMicros = 25_000_000 }), func(t Trends) Trend { return t.Spend }, Down, int64(-500_000)},
		{"more clicks raise CTR", with(func(r *Results) { r.Clicks = 200 }), func(t Trends) Trend { return t.CTR }, Up, int64(1_000_000)},
		{"few impressions say nothing", with(func(r *Results) { r.Impressions = 200 }), func(t Trends) Trend { return t.CTR }, Insufficient, nil},
		{"few conversions say nothing", with(func(r *Results) { r.ConversionMicros = 1_000_000 }), func(t Trends) Trend { return t.ROAS }, Insufficient, nil},
		{"more revenue raises ROAS", with(func(r *Results) { r.RevenueMicros = 150_000_000 }), func(t Trends) Trend { return t.ROAS }, Up, int64(500_000)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			days := map[string]Results{}
			week(days, "2026-11-14", tt.current)
			week(days, "2026-11-07", base)
			got := tt.get(TrendsTo("2026-11-14", days))
			if got.Direction != tt.want || val(got.Change) != tt.change {
				t.Errorf("%s %v, want %s %v", got.Direction, val(got.Change), tt.want, tt.change)
			}
		})
	}
	days := map[string]Results{}
	week(days, "2026-11-14", base)
	if got := TrendsTo("2026-11-14", days).Spend; got.Direction != Insufficient {
		t.Errorf("one week alone trends %s", got.Direction)
	}
}

func TestPace(t *testing.T) {
	start := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	end := start.AddDate(0, 1, 0)
	at := func(days int) time.Time { return start.AddDate(0, 0, days) }
	tests := []struct {
		name  string
		spend int64
		now   time.Time
		want  any
	}{
		{"even", 500_000_000, at(15), int64(1_000_000)},
		{"ahead", 950_000_000, at(20), int64(1_425_000)}, // 9,500 of 10,000 on day 20 of 30
		{"behind", 250_000_000, at(15), int64(500_000)},
		{"after the end", 900_000_000, at(40), int64(900_000)},
		{"before the beginning", 0, at(0), nil},
	}
	for _, tt := range tests {
		if got := Pace(tt.spend, 1_000_000_000, start, end, tt.now); val(got) != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, val(got), tt.want)
		}
	}
	if Pace(1, 0, start, end, at(5)) != nil || Pace(1, 1, start, time.Time{}, at(5)) != nil {
		t.Error("a pace without a budget or an end")
	}
}

func TestPaceBand(t *testing.T) {
	start := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	end := start.AddDate(0, 0, 100)
	tests := []struct {
		day  int
		pace int64
		want string
	}{
		{5, 5_000_000, ""}, // the first tenth is quiet
		{50, 1_129_000, OnPace}, {50, 1_131_000, Ahead}, {50, 869_000, Behind},
		{99, 1_012_000, OnPace}, {99, 1_013_000, Ahead},
	}
	for _, tt := range tests {
		if got := PaceBand(&tt.pace, start, end, start.AddDate(0, 0, tt.day)); got != tt.want {
			t.Errorf("day %d at %d: %q, want %q", tt.day, tt.pace, got, tt.want)
		}
	}
	if PaceBand(nil, start, end, end) != "" {
		t.Error("no pace lies in a band")
	}
}
