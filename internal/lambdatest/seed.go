package lambdatest

import (
	"context"
	"fmt"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/money"
	"bellwether/internal/store"
)

// The organisation, the person and the campaign that the samples in events/ tell of.
const (
	OrgID      = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5b"
	UserID     = "5f0c6a52-2a7e-5d0b-9a53-0d0a6f6d2b11"
	CampaignID = "0198f1c2-7c10-7b21-9c4f-5d2e3f4a5b6c"
)

// SeededAt is when the samples' campaign was made.
var SeededAt = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// Seed writes the samples' campaign and as many others of the same organisation.
func Seed(ctx context.Context, t store.Table, others int) error {
	if err := seedCampaign(ctx, t, CampaignID, "Autumn sale"); err != nil {
		return err
	}
	for i := range others {
		if err := seedCampaign(ctx, t, event.Derive("other campaign", fmt.Sprint(i)), fmt.Sprintf("Campaign %d", i)); err != nil {
			return err
		}
	}
	return nil
}

func seedCampaign(ctx context.Context, t store.Table, id, name string) error {
	cause := event.Edge(event.Derive("seed", id), "user/"+UserID, SeededAt)
	change, err := campaign.Create(campaign.Spec{
		ID: id, OrgID: OrgID, Name: name, Objective: "sales", Currency: "USD", TimeZone: "America/New_York",
		StartDate: "2026-11-01", EndDate: "2026-12-31", Activate: true, CreatedBy: UserID, Origin: "api",
		ManagerIDs: []string{UserID},
		Budget:     &budget.Budget{AmountMicros: 10_000 * money.Micro, Period: budget.Monthly, Thresholds: []int{80, 90, 100}},
		Placements: []campaign.PlacementSpec{{Platform: "meta", IntegrationID: event.Derive("integration"), ExternalID: "23850", Name: name}},
	}, cause)
	if err != nil {
		return fmt.Errorf("seed campaign %s: %w", id, err)
	}
	return store.Campaigns{Table: t}.Create(ctx, cause.ID, change)
}
