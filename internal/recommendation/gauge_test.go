package recommendation

import "testing"

// The month before brings 1 % of 10,000 impressions a day at 0.50 a click.
var usual = day{impressions: 10_000, clicks: 100, cents: 5_000}

func TestLowCTR(t *testing.T) {
	tests := []struct {
		name string
		week day
		want string
	}{
		// 420 of 70,000 are 0.6 %. At 1 % they would be 700: 280 more.
		{"0.6 %", day{10_000, 60, 3_000, 0, 0},
			"low_ctr [a] 11-16..11-22 impressions=70000 clicks=420 ctr=6000 expected_ctr=10000: clicks_gained 280 count, high"},
		{"a quarter less is low", day{10_000, 75, 3_750, 0, 0},
			"low_ctr [a] 11-16..11-22 impressions=70000 clicks=525 ctr=7500 expected_ctr=10000: clicks_gained 175 count, high"},
		{"hardly less than that is not", day{10_000, 76, 3_800, 0, 0}, ""},
		// 2,002 impressions, of which 20 should click.
		{"the least data", day{286, 0, 0, 0, 0},
			"low_ctr [a] 11-16..11-22 impressions=2002 clicks=0 ctr=0 expected_ctr=9990: clicks_gained 20 count, low"},
		{"less data", day{285, 0, 0, 0, 0}, ""},
		// 14 instead of 21 is a third less, and nothing that chance would not do: they differ by 1.5 standard deviations.
		{"chance", day{300, 2, 100, 0, 0}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := scene()
			in.bring("a", "10-19", "11-15", usual)
			in.bring("a", "11-16", "11-22", tt.week)
			hold(t, in, tt.want)
		})
	}
}

// A young placement is held against the others of its platform, never against those of another one.
func TestLowCTRAmongOthers(t *testing.T) {
	in := scene()
	in.bring("a", "11-16", "11-22", day{1_000, 5, 0, 0, 0})
	in.bring("b", "11-16", "11-22", day{1_000, 10, 0, 0, 0})
	in.bring("c", "11-16", "11-22", day{1_000, 90, 0, 0, 0})
	hold(t, in, "low_ctr [a] 11-16..11-22 impressions=7000 clicks=35 ctr=5000 expected_ctr=10000: clicks_gained 35 count, medium")
	in = scene()
	in.bring("a", "11-16", "11-22", day{1_000, 5, 0, 0, 0})
	in.bring("c", "11-16", "11-22", day{1_000, 90, 0, 0, 0})
	hold(t, in, "")
}

// Under 0.3 % it is low with nothing to hold it against: 70 of 70,000 are 0.1 %, 0.3 % are 210.
func TestLowCTRByItself(t *testing.T) {
	in := scene()
	in.bring("c", "11-16", "11-22", day{10_000, 10, 0, 0, 0})
	hold(t, in, "low_ctr [c] 11-16..11-22 impressions=70000 clicks=70 ctr=1000 expected_ctr=3000: clicks_gained 140 count, high")
	in = scene()
	in.bring("c", "11-16", "11-22", day{10_000, 30, 0, 0, 0})
	hold(t, in, "")
	in = scene()
	in.bring("c", "11-20", "11-22", day{10_000, 10, 0, 0, 0}) // three days are no week
	hold(t, in, "")
}

// Two placements are one recommendation, with what both bring together: 420 + 700 of 210,000, where 700 +
// 1,400 should be.
func TestPlacementsAreAddedUp(t *testing.T) {
	in := scene()
	for id, factor := range map[string]int64{"a": 1, "c": 2} {
		in.bring(id, "10-19", "11-15", day{10_000 * factor, 100 * factor, 0, 0, 0})
	}
	in.bring("a", "11-16", "11-22", day{10_000, 60, 0, 0, 0})
	in.bring("c", "11-16", "11-22", day{20_000, 100, 0, 0, 0})
	hold(t, in, "low_ctr [a c] 11-16..11-22 impressions=210000 clicks=1120 ctr=5333 expected_ctr=10000: clicks_gained 980 count, high")
}

func TestHighCPC(t *testing.T) {
	tests := []struct {
		name string
		week day
		want string
	}{
		// 700 clicks for 437.50; at 0.50 they would be 350.
		{"a quarter more", day{10_000, 100, 6_250, 0, 0},
			"high_cpc [a] 11-16..11-22 clicks=700 spend=437500000 cpc=625000 expected_cpc=500000: spend_saved 87500000 money, medium"},
		{"less than that", day{10_000, 100, 6_249, 0, 0}, ""},
		{"too few clicks", day{1_400, 14, 140_000, 0, 0}, ""},          // 98 clicks
		{"too little money", day{1_500, 15, 1_428, 0, 0}, ""},          // 105 clicks for 99.96
		{"a little more money", day{1_500, 15, 1_429, 0, 0}, cheapest}, // for 100.03
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := scene()
			in.bring("a", "11-16", "11-22", tt.week)
			in.bring("a", "10-19", "11-15", usual)
			hold(t, in, tt.want)
		})
	}
}

func TestNoPriceIsHighByItself(t *testing.T) {
	in := scene()
	in.bring("a", "11-16", "11-22", day{10_000, 100, 5_000_000, 0, 0})
	hold(t, in, "")
}

// 105 clicks at 0.50 are 52.50; they cost 100.03, which is 47.53 more.
const cheapest = "high_cpc [a] 11-16..11-22 clicks=105 spend=100030000 cpc=952667 expected_cpc=500000: spend_saved 47530000 money, low"

func TestLowCVR(t *testing.T) {
	before := day{10_000, 100, 5_000, 4, 0} // 4 % of the clicks
	in := scene()
	in.bring("a", "10-16", "11-12", before)
	in.bring("a", "11-13", "11-22", day{10_000, 100, 5_000, 2, 0})
	// 14 of 700 clicks are 2 %; at 4 % they would be 28.
	hold(t, in, "low_cvr [a] 11-13..11-19 clicks=700 conversions=14000000 cvr=20000 expected_cvr=40000: conversions_gained 14000000 conversions, medium")

	in = scene()
	in.bring("a", "10-16", "11-19", before)
	in.bring("a", "11-20", "11-22", day{10_000, 100, 5_000, 0, 0}) // still to come
	hold(t, in, "")

	in = scene() // 8 of 700 do not have to be fewer than 10 of 700 by more than chance
	in.bring("a", "11-06", "11-12", day{10_000, 100, 5_000, 2, 0})
	in.bring("a", "11-13", "11-22", day{10_000, 100, 5_000, 1, 0})
	hold(t, in, "")

	in = scene() // nobody converts, nor did ever
	in.bring("a", "10-16", "11-22", day{10_000, 100, 5_000, 0, 0})
	hold(t, in, "")

	in = scene() // 14 of 7,000 clicks are 0.2 %; at 0.5 % they would be 35
	in.bring("a", "11-13", "11-19", day{100_000, 1_000, 5_000, 2, 0})
	hold(t, in, "low_cvr [a] 11-13..11-19 clicks=7000 conversions=14000000 cvr=2000 expected_cvr=5000: conversions_gained 21000000 conversions, high")
}
