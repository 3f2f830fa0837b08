package dashboard

import (
	"testing"
	"time"

	"bellwether/internal/analytics"
	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/money"
)

// twoCampaigns are one in dollars on two platforms and one in euros.
func twoCampaigns() []campaign.Campaign {
	return []campaign.Campaign{
		{ID: "a", OrgID: "o", Name: "Autumn", Currency: "USD", AsOf: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), Placements: []campaign.Placement{
			{ID: "a1", Name: "Feed", Platform: "meta"}, {ID: "a2", Name: "Search", Platform: "google"},
		}},
		{ID: "b", OrgID: "o", Name: "Winter", Currency: "EUR", AsOf: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), Placements: []campaign.Placement{{ID: "b1", Name: "Feed", Platform: "meta"}}},
	}
}

// Each group is a sum over its own rows, and no group holds two currencies.
func TestBreakdown(t *testing.T) {
	revenue := func(n int64) *int64 { n *= 1_000_000; return &n }
	rows := map[string][]campaign.Row{
		"a": {
			{Date: "2026-11-20", PlacementID: "a1", SpendMicros: 10_000_000, Clicks: 5, RevenueMicros: revenue(30)},
			{Date: "2026-11-20", PlacementID: "a2", SpendMicros: 20_000_000, Clicks: 5, RevenueMicros: revenue(20)},
			{Date: "2026-11-21", PlacementID: "a1", SpendMicros: 30_000_000, Clicks: 10, RevenueMicros: revenue(10)},
		},
		"b": {{Date: "2026-11-20", PlacementID: "b1", SpendMicros: 7_000_000, Clicks: 7, RevenueMicros: revenue(7)}},
	}
	type line struct {
		key      string
		currency money.Currency
		spend    int64
	}
	for by, want := range map[string][]line{
		"day":       {{"2026-11-20", "EUR", 7}, {"2026-11-20", "USD", 30}, {"2026-11-21", "USD", 30}},
		"campaign":  {{"a", "USD", 60}, {"b", "EUR", 7}},
		"platform":  {{"google", "USD", 20}, {"meta", "EUR", 7}, {"meta", "USD", 40}},
		"placement": {{"a1", "USD", 40}, {"b1", "EUR", 7}, {"a2", "USD", 20}}, // Feed, Feed, Search
		"org":       {{"o", "EUR", 7}, {"o", "USD", 60}},
	} {
		var b breakdown
		b.sums = map[group]analytics.Results{}
		for _, c := range twoCampaigns() {
			if err := b.add(by, c, rows[c.ID]); err != nil {
				t.Fatal(err)
			}
		}
		groups := b.groups()
		if len(groups) != len(want) {
			t.Errorf("by %s: %v", by, groups)
			continue
		}
		for i, g := range groups {
			if w := want[i]; g.key != w.key || g.currency != w.currency || b.sums[g].SpendMicros != w.spend*1_000_000 {
				t.Errorf("by %s: %+v spent %d, want %+v", by, g, b.sums[g].SpendMicros, w)
			}
		}
		if b.campaigns != 2 || b.oldest.Day() != 22 || b.newest.Day() != 23 {
			t.Errorf("by %s: of %d campaigns, %v to %v", by, b.campaigns, b.oldest, b.newest)
		}
	}
	if got := budget.AddDays("2026-11-23", 1-usualSpan); got != "2026-10-25" {
		t.Errorf("30 days begin on %s", got)
	}
}
