package notification

import (
	"testing"
	"time"

	"bellwether/internal/event"
)

func TestRecommendationMessages(t *testing.T) {
	tests := []struct {
		kind, effect, unit string
		value              int64
		want               []string
	}{
		{"low_ctr", "clicks_gained", "count", 280, []string{"Recommendation for campaign Autumn: few who see its ads click", "about 280 clicks more a week"}},
		{"fatigue", "clicks_gained", "count", 1, []string{"people see its ads more", "about 1 click more a week"}},
		{"high_cpc", "spend_saved", "money", 87_500_000, []string{"clicks have become dear", "about 87.50 EUR saved a week"}},
		{"low_cvr", "conversions_gained", "conversions", 5_650_000, []string{"few who click buy", "about 5.6 conversions more a week"}},
		{"budget_shift", "revenue_gained", "money", 140_000_000, []string{"move budget to the placement that earns more", "up to 140.00 EUR more revenue"}},
		{"overspend", "overspend_avoided", "money", 545_454_545, []string{"it spends too fast", "it costs 545.45 EUR more than its budget"}},
		{"underspend", "budget_used", "money", 954_545_455, []string{"it spends too slowly", "954.55 EUR of its budget will be left"}},
		{"of_tomorrow", "happiness", "smiles", 3, []string{"campaign Autumn: of_tomorrow", "Answer by 23 Nov 2026 17:00 UTC. Nothing changes by itself."}},
	}
	for _, tt := range tests {
		says(t, RecommendationMessage(event.RecommendationCreated{
			Kind: tt.kind, CampaignName: "Autumn", Effect: tt.effect, EffectValue: tt.value, EffectUnit: tt.unit, Currency: "EUR",
			ExpiresAt: time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC),
		}), Low, tt.want, []string{"{"})
	}
}
