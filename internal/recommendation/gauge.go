package recommendation

import (
	"slices"

	"bellwether/internal/analytics"
	"bellwether/internal/campaign"
	"bellwether/internal/money"
)

// The least data, of a week and of what it is held against.
const (
	minImpressions = 2_000
	minClicks      = 100
	minConversions = 10 * million
)

// gauge is a figure of placements that is part over whole, and when it is bad.
//
// A placement is held against itself over the 28 days before the window. One that is younger is held
// against the campaign's others on its platform in the same window: what is usual differs from one platform
// to another. It is bad a quarter below (a cost: a quarter above) what it is held against. A click-through
// rate under 0.3 % and a conversion rate under 0.5 % are bad whatever they are held against. Rates have to
// be off by more than chance explains in 19 of 20 weeks.
type gauge struct {
	kind              Kind
	wholeName         string
	partName          string
	name              string
	parts             func(analytics.Results) (part, whole int64)
	scale             int64 // figure = part x scale / whole
	partUnit          Unit
	unit              Unit
	effect            string
	high              bool  // it is bad when it is high
	per               int64 // what a single one is in part, for the odds of chance; 0: chance plays no part
	floor             int64 // the figure under which it is bad in any case; 0: there is none
	skip              int   // of the newest days
	minPart, minWhole int64 // minPart: of what it is held against
	paid              bool  // the least spend is wanted too
}

var lowCTR = gauge{
	kind: LowCTR, wholeName: "impressions", partName: "clicks", name: "ctr", scale: million, partUnit: Count, unit: Ratio, effect: EffectClicks,
	parts: func(r analytics.Results) (int64, int64) { return r.Clicks, r.Impressions },
	per:   1, floor: 3_000, minPart: 1, minWhole: minImpressions,
}

var highCPC = gauge{
	kind: HighCPC, wholeName: "clicks", partName: "spend", name: "cpc", scale: 1, partUnit: Money, unit: Money, effect: EffectSaved,
	parts: func(r analytics.Results) (int64, int64) { return r.SpendMicros, r.Clicks },
	high:  true, minPart: 1, minWhole: minClicks, paid: true,
}

var lowCVR = gauge{
	kind: LowCVR, wholeName: "clicks", partName: "conversions", name: "cvr", scale: 1, partUnit: Conversions, unit: Ratio, effect: EffectConversions,
	parts: func(r analytics.Results) (int64, int64) { return r.ConversionMicros, r.Clicks },
	per:   million, floor: 5_000, skip: settling, minPart: minConversions, minWhole: minClicks,
}

// gauged finds the placements whose figure is bad, but those to leave out, and adds them up.
func (l look) gauged(g gauge, except []string) *finding {
	var seen analytics.Results
	var wanted, least int64
	f := finding{kind: g.kind, span: l.week(g.skip)}
	for _, p := range l.placements() {
		now, n := l.sum(p.ID, f.span)
		if n < minDays || !g.enough(now, l.minSpend) || slices.Contains(except, p.ID) {
			continue
		}
		want, against := g.judge(now, l.base(g, p, f.span))
		if want < 0 {
			continue
		}
		if len(f.placements) == 0 || against < least {
			least = against
		}
		f.placements, seen, wanted = append(f.placements, p.ID), seen.Plus(now), wanted+want
	}
	if len(f.placements) == 0 {
		return nil
	}
	part, whole := g.parts(seen)
	f.evidence = []Figure{
		{g.wholeName, whole, Count}, {g.partName, part, g.partUnit},
		{g.name, g.figure(part, whole), g.unit}, {"expected_" + g.name, g.figure(wanted, whole), g.unit},
	}
	f.effect = Effect{g.effect, max(wanted-part, part-wanted), g.partUnit}
	f.confidence = confidence(least, g.minWhole)
	return &f
}

// base is what the placement is held against; the zero value where nothing has enough data.
func (l look) base(g gauge, p campaign.Placement, s span) analytics.Results {
	enough := func(r analytics.Results) bool {
		part, _ := g.parts(r)
		return part >= g.minPart && g.enough(r, l.minSpend)
	}
	if own, n := l.sum(p.ID, s.before(baseDays)); n >= minDays && enough(own) {
		return own
	}
	var others analytics.Results
	for _, o := range l.placements() {
		if o.ID != p.ID && o.Platform == p.Platform {
			r, _ := l.sum(o.ID, s)
			others = others.Plus(r)
		}
	}
	if enough(others) {
		return others
	}
	return analytics.Results{}
}

func (g gauge) enough(r analytics.Results, minSpend int64) bool {
	_, whole := g.parts(r)
	return whole >= g.minWhole && (!g.paid || r.SpendMicros >= minSpend)
}

func (g gauge) figure(part, whole int64) int64 {
	n, err := money.MulDiv(part, g.scale, whole)
	if err != nil {
		return 0
	}
	return n
}

// judge is how much of the part there should have been, and on how much of the whole that rests; negative
// when the figure is not bad.
func (g gauge) judge(now, base analytics.Results) (want, against int64) {
	part, whole := g.parts(now)
	if basePart, baseWhole := g.parts(base); baseWhole > 0 {
		want, err := money.MulDiv(basePart, whole, baseWhole)
		if err == nil && g.off(part, want) && (g.per == 0 || differ(part, whole, basePart, baseWhole, g.per)) {
			return want, min(whole, baseWhole)
		}
	}
	// A campaign that isn't made to convert has no conversion rate to be low.
	if g.floor == 0 || g.minPart == minConversions && part < minConversions {
		return -1, 0
	}
	want, err := money.MulDiv(g.floor, whole, g.scale)
	if err != nil || part >= want || !chanceless(part, want, g.per) {
		return -1, 0
	}
	return want, whole
}

// off reports whether the part is a quarter off on the bad side of what it should be.
func (g gauge) off(part, want int64) bool {
	if g.high {
		bar, err := money.MulDiv(want, 5, 4)
		return err == nil && part >= bar
	}
	bar, err := money.MulDiv(want, 3, 4)
	return err == nil && part <= bar
}
