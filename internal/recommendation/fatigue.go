package recommendation

import (
	"bellwether/internal/analytics"
	"bellwether/internal/money"
)

// fatigue finds the placements whose people have seen the ads too often: a week against the one before, the
// click-through rate fell by 15 % or more, and by more than chance explains, while impressions rose by 5 %
// or more and no less was spent, give or take 5 %. Impressions stand for the frequency, which platforms do
// not report by day. Both weeks have to be whole: a gap looks like a rise.
func (l look) fatigue() (tired []string, f *finding) {
	var now, before analytics.Results
	s := l.week(0)
	least := int64(0)
	for _, p := range l.placements() {
		this, n := l.sum(p.ID, s)
		last, m := l.sum(p.ID, s.before(weekDays))
		if n < weekDays || m < weekDays || !tires(this, last) {
			continue
		}
		if seen := min(this.Impressions, last.Impressions); len(tired) == 0 || seen < least {
			least = seen
		}
		tired, now, before = append(tired, p.ID), now.Plus(this), before.Plus(last)
	}
	if len(tired) == 0 {
		return nil, nil
	}
	was, is := lowCTR.figure(before.Clicks, before.Impressions), lowCTR.figure(now.Clicks, now.Impressions)
	wanted, err := money.MulDiv(before.Clicks, now.Impressions, before.Impressions)
	if err != nil || wanted <= now.Clicks {
		return nil, nil // taken together they do not tire
	}
	return tired, &finding{
		kind: Fatigue, placements: tired, span: span{s.before(weekDays).first, s.last},
		evidence: []Figure{
			{"ctr", is, Ratio}, {"previous_ctr", was, Ratio},
			{"impressions", now.Impressions, Count}, {"previous_impressions", before.Impressions, Count},
			{"spend", now.SpendMicros, Money}, {"previous_spend", before.SpendMicros, Money},
		},
		effect:     Effect{EffectClicks, wanted - now.Clicks, Count},
		confidence: confidence(least, minImpressions),
	}
}

func tires(this, last analytics.Results) bool {
	if min(this.Impressions, last.Impressions) < minImpressions {
		return false
	}
	wanted, err := money.MulDiv(last.Clicks, this.Impressions, last.Impressions)
	return err == nil &&
		reaches(this.Impressions, last.Impressions, 105) && reaches(this.SpendMicros, last.SpendMicros, 95) &&
		wanted > 0 && this.Clicks*100 <= wanted*85 &&
		differ(this.Clicks, this.Impressions, last.Clicks, last.Impressions, 1)
}

// reaches reports whether a is at least so many percent of b.
func reaches(a, b, percent int64) bool {
	bar, err := money.MulDiv(b, percent, 100)
	return err == nil && a >= bar
}
