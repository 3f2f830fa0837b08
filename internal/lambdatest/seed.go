package lambdatest

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/grant"
	"bellwether/internal/incident"
	"bellwether/internal/integration"
	"bellwether/internal/money"
	"bellwether/internal/platform"
	"bellwether/internal/post"
	"bellwether/internal/store"
	"bellwether/internal/tenant"
)

// The organisation, the person, the campaign, the ad account and the post that the samples in events/ tell of.
const (
	OrgID         = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5b"
	UserID        = "5f0c6a52-2a7e-5d0b-9a53-0d0a6f6d2b11"
	CampaignID    = "0198f1c2-7c10-7b21-9c4f-5d2e3f4a5b6c"
	IntegrationID = "0198f1c2-8d20-7c32-8d50-6e3f4a5b6c7d"
	PostID        = "0198f1c2-9e30-7d43-9e61-7f4a5b6c7d8e"
)

// SeededAt is when the samples' campaign was made, RowsAt when its results were read.
var (
	SeededAt = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	RowsAt   = time.Date(2026, 11, 20, 17, 50, 0, 0, time.UTC)
)

// farAway is when nothing of this comes due.
var farAway = time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)

// Seed writes the samples' organisation with the person as its owner, their ad account, their campaign
// on it, and as many others of the same organisation.
func Seed(ctx context.Context, t store.Table, others int) error {
	if err := seedOrg(ctx, t); err != nil {
		return err
	}
	if err := seedAccount(ctx, t); err != nil {
		return err
	}
	if err := seedPost(ctx, t); err != nil {
		return err
	}
	if err := seedIncident(ctx, t); err != nil {
		return err
	}
	c, err := seedCampaign(ctx, t, CampaignID, "Autumn sale", IntegrationID)
	if err != nil {
		return err
	}
	if err := seedRows(ctx, t, c); err != nil {
		return err
	}
	for i := range others {
		if _, err := seedCampaign(ctx, t, event.Derive("other campaign", fmt.Sprint(i)), fmt.Sprintf("Campaign %d", i), ""); err != nil {
			return err
		}
	}
	return nil
}

// seedIncident is that of the account's syncs; its id is derived from the event that it was opened by.
func seedIncident(ctx context.Context, t store.Table) error {
	cause := event.Edge("638f8ed4-3eab-5f29-91a3-ae96576e9eaa", "listener/incidents", RowsAt)
	return store.Incidents{Table: t}.Put(ctx, OrgID, incident.Signal{
		Key: incident.SyncKey(IntegrationID), EventID: cause.ID, At: cause.At, Version: 1, Kind: incident.KindSync, Subject: "integration/" + IntegrationID,
		Title: "Corner Shop US fails to sync", Severity: 3, Cause: cause,
	})
}

// seedRows gives the campaign results from its first day to the samples' day.
func seedRows(ctx context.Context, t store.Table, c campaign.Campaign) error {
	cause := event.Edge(event.Derive("seed rows"), "user/"+UserID, RowsAt)
	var rows []campaign.Row
	for day := "2026-11-01"; day <= "2026-11-20"; day = budget.AddDays(day, 1) {
		rows = append(rows, campaign.Row{
			Date: day, PlacementID: c.Placements[0].ID, Impressions: 200_000, Clicks: 2_300,
			SpendMicros: 475 * money.Micro, ConversionMicros: 30 * money.Micro, AsOf: RowsAt,
		})
	}
	_, err := store.Campaigns{Table: t}.Record(ctx, cause.ID, c, func(_ context.Context, c campaign.Campaign) (campaign.Recorded, error) {
		return c.Record(rows, nil, cause)
	})
	return err
}

// seedAccount connects the ad account. Its grant is sealed by nobody: the samples need none.
func seedAccount(ctx context.Context, t store.Table) error {
	change, err := integration.Connect(integration.Spec{
		ID: IntegrationID, OrgID: OrgID, Platform: platform.Meta, By: UserID,
		Account: platform.Account{ID: "act_1019283746", Name: "Example shop", Currency: "USD", TimeZone: "America/New_York"},
	}, event.Edge(event.Derive("seed account"), "user/"+UserID, SeededAt))
	if err != nil {
		return fmt.Errorf("seed the account: %w", err)
	}
	course := integration.Sync{OrgID: OrgID, IntegrationID: IntegrationID, NextAt: farAway, Version: 1}
	record := grant.Record{OrgID: OrgID, IntegrationID: IntegrationID, Version: 1}
	return store.Integrations{Table: t}.Connect(ctx, "seed account", integration.Integration{}, change, record, integration.Sync{}, course)
}

// seedPost makes the samples' post, which is not due.
func seedPost(ctx context.Context, t store.Table) error {
	cause := event.Edge(event.Derive("seed post"), "user/"+UserID, SeededAt)
	change, err := post.Create(post.Spec{
		ID: PostID, OrgID: OrgID, AuthorID: UserID, CampaignID: CampaignID, TimeZone: "America/New_York",
		Content:   post.Content{Text: "Doors open at nine: everything in the autumn range at half price."},
		Targets:   []post.TargetSpec{{IntegrationID: IntegrationID, Platform: platform.Mastodon, AccountName: "corner@shop.example"}},
		PublishAt: SeededAt.Add(24 * time.Hour),
	}, cause)
	if err != nil {
		return fmt.Errorf("seed the post: %w", err)
	}
	change.Post.PublishAt = farAway
	change.Post.Targets[0].NextAt = farAway
	return store.Posts{Table: t}.Create(ctx, cause.ID, change)
}

// seedCampaign makes a campaign; on an account, it runs there as it should.
func seedCampaign(ctx context.Context, t store.Table, id, name, accountID string) (campaign.Campaign, error) {
	cause := event.Edge(event.Derive("seed", id), "user/"+UserID, SeededAt)
	change, err := campaign.Create(campaign.Spec{
		ID: id, OrgID: OrgID, Name: name, Objective: "sales", Currency: "USD", TimeZone: "America/New_York",
		StartDate: "2026-11-01", EndDate: "2026-12-31", Activate: true, CreatedBy: UserID, Origin: "api",
		ManagerIDs: []string{UserID},
		Budget:     &budget.Budget{AmountMicros: 10_000 * money.Micro, Period: budget.Monthly, Thresholds: []int{80, 90, 100}},
		Placements: []campaign.PlacementSpec{{Platform: "meta", IntegrationID: accountID, ExternalID: "23850", Name: name}},
	}, cause)
	if err != nil {
		return campaign.Campaign{}, fmt.Errorf("seed campaign %s: %w", id, err)
	}
	change.Campaign.Placements[0].Control = campaign.Control{Want: platform.On, State: campaign.ControlConfirmed, At: SeededAt}
	return change.Campaign, store.Campaigns{Table: t}.Create(ctx, cause.ID, change)
}

func seedOrg(ctx context.Context, t store.Table) error {
	org, err := tenant.NewOrg(OrgID, "Example shop", SeededAt)
	if err != nil {
		return err
	}
	owner := tenant.Member{UserID: UserID, Email: "kim@example.com", Name: "Kim", Role: tenant.Owner, JoinedAt: SeededAt, Version: 1}
	keys := store.Org(OrgID)
	for key, v := range map[store.Key]any{keys.Settings(): org, keys.Member(UserID): owner} {
		doc, err := json.Marshal(v)
		if err != nil {
			return err
		}
		if err := t.Write(ctx, key.SK, store.Put(store.Item{Key: key, Version: 1, Doc: string(doc)}, store.Always())); err != nil {
			return err
		}
	}
	return nil
}
