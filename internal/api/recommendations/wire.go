package recommendations

import (
	"strconv"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/money"
	"bellwether/internal/recommendation"
)

func wire(x recommendation.Recommendation, now time.Time) api.Recommendation {
	out := api.Recommendation{
		Id: x.ID, Kind: string(x.Kind), State: string(x.StateAt(now)), CampaignId: x.CampaignID, CampaignName: x.CampaignName,
		PlacementIds: api.List(x.PlacementIDs), Week: x.Week, From: x.From, To: x.To, Currency: string(x.Currency),
		Evidence: api.Map(x.Evidence, func(f recommendation.Figure) api.RecommendationFigure {
			return api.RecommendationFigure{Name: f.Name, Value: figure(f.Value, f.Unit, x.Currency), Unit: string(f.Unit)}
		}),
		Effect:     api.RecommendationFigure{Name: x.Effect.Key, Value: figure(x.Effect.Value, x.Effect.Unit, x.Currency), Unit: string(x.Effect.Unit)},
		Confidence: string(x.Confidence), CreatedAt: x.CreatedAt, UpdatedAt: x.UpdatedAt, ExpiresAt: x.ExpiresAt, Version: x.Version,
	}
	if x.Answer != nil {
		out.Answer = &api.ActionParty{By: x.Answer.By, At: x.Answer.At, Reason: api.Optional(x.Answer.Reason)}
	}
	return out
}

// figure is a number as clients see it: money in major units, ratios and conversions as decimals.
func figure(n int64, unit recommendation.Unit, currency money.Currency) string {
	switch unit {
	case recommendation.Money:
		return money.Of(n, currency).Decimal()
	case recommendation.Count:
		return strconv.FormatInt(n, 10)
	default:
		return api.Decimal(n)
	}
}
