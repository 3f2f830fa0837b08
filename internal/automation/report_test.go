package automation

import (
	"testing"
	"time"

	"bellwether/internal/analytics"
)

// A campaign counts from the day after it would have been paused first, up to the last complete day; currencies
// are apart, and what would only have been scaled avoids nothing.
func TestShadowReport(t *testing.T) {
	hit := func(campaignID, currency, day string, kind Kind) Execution {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		return Execution{CampaignID: campaignID, CampaignName: campaignID, Currency: currency, Day: day, DecidedAt: at, Rule: Rule{Action: Action{Kind: kind}}, State: StateShadow}
	}
	results := func(spend, conversions int64) analytics.Results {
		return analytics.Results{SpendMicros: spend * million, ConversionMicros: conversions * million, RevenueMicros: 2 * spend * million}
	}
	days := Days{
		"a": {"2026-11-10": results(1_000, 9), "2026-11-11": results(10, 1), "2026-11-12": results(20, 2), "2026-11-13": results(500, 5)},
		"b": {"2026-11-12": results(7, 1)},
		"c": {"2026-11-12": results(900, 9)},
	}
	r := ShadowReport([]Execution{
		hit("a", "USD", "2026-11-10", Pause), hit("c", "USD", "2026-11-10", Scale), hit("b", "EUR", "2026-11-11", Pause), hit("a", "USD", "2026-11-11", Pause),
		hit("late", "USD", "2026-11-12", Pause),
	}, "2026-11-01", "2026-11-12", days)
	if r.Actions != 5 || len(r.Lines) != 4 || r.Lines[0].CampaignID != "a" || r.Lines[0].Times != 2 || r.Lines[0].Days != 2 {
		t.Fatalf("%+v", r)
	}
	usd, eur := r.Totals["USD"], r.Totals["EUR"]
	if usd.SpendMicros != 30*million || usd.ConversionMicros != 3*million || usd.RevenueMicros != 60*million || eur.SpendMicros != 7*million {
		t.Errorf("USD %+v, EUR %+v", usd, eur)
	}
	if late := r.Lines[3]; late.CampaignID != "late" || late.Days != 0 || late.Since.SpendMicros != 0 {
		t.Errorf("%+v", late)
	}
}
