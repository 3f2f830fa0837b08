// Package listen holds the listeners, one file each. A listener's name is its function's folder,
// its file and its constructor. Each is idempotent, tolerates any order and may stop after any call.
package listen

import (
	"context"
	"time"

	"bellwether/internal/analytics"
	"bellwether/internal/campaign"
	"bellwether/internal/entry"
	"bellwether/internal/event"
	"bellwether/internal/post"
)

// Campaigns reads campaigns.
type Campaigns interface {
	Get(ctx context.Context, orgID, id string) (campaign.Campaign, error)
}

// Dashboard takes rows of the dashboard; each drops a row older than the one it has.
type Dashboard interface {
	PutTile(ctx context.Context, orgID string, tile analytics.Tile) error
	PutPost(ctx context.Context, orgID string, post analytics.PostTile) error
}

// UpdateDashboardCache keeps the dashboard fresh: it replaces the campaign's row by what the campaign
// is now, under the campaign's version. So neither a late event nor a slow reader can bring back
// what was true before, and there is nothing that a rebuild would have to find out.
func UpdateDashboardCache(campaigns Campaigns, posts Posts, dashboard Dashboard, park entry.Parker, now func() time.Time) *entry.Listener {
	refresh := func(ctx context.Context, meta event.Meta, campaignID string) error {
		return refreshTile(ctx, campaigns, dashboard, meta.OrgID, campaignID)
	}
	return entry.NewListener("update-dashboard-cache", park, now,
		entry.On(func(ctx context.Context, e event.Envelope[event.CampaignCreated]) error {
			return refresh(ctx, e.Meta, e.Data.CampaignID)
		}),
		entry.On(func(ctx context.Context, e event.Envelope[event.CampaignUpdated]) error {
			return refresh(ctx, e.Meta, e.Data.CampaignID)
		}),
		entry.On(func(ctx context.Context, e event.Envelope[event.CampaignMetricsUpdated]) error {
			return refresh(ctx, e.Meta, e.Data.CampaignID)
		}),
		entry.On(func(ctx context.Context, e event.Envelope[event.CampaignStatusConfirmed]) error {
			return refresh(ctx, e.Meta, e.Data.CampaignID)
		}),
		entry.On(func(ctx context.Context, e event.Envelope[event.PostPublished]) error {
			p, err := posts.Get(ctx, e.Meta.OrgID, e.Data.PostID)
			if err != nil {
				return err
			}
			return putPost(dashboard, p)(ctx)
		}),
	)
}

func refreshTile(ctx context.Context, campaigns Campaigns, dashboard Dashboard, orgID, campaignID string) error {
	c, err := campaigns.Get(ctx, orgID, campaignID)
	if err != nil {
		return err
	}
	return putTile(ctx, dashboard, c)
}

func putTile(ctx context.Context, dashboard Dashboard, c campaign.Campaign) error {
	results, err := c.Totals.Results(c.ValuePer)
	if err != nil {
		return err
	}
	tile := analytics.Tile{
		CampaignID: c.ID, Name: c.Name, Status: string(c.Status()), PauseReasons: c.PauseReasons, Platforms: c.Platforms(),
		Currency: string(c.Currency), TimeZone: c.TimeZone, StartDate: c.StartDate, EndDate: c.EndDate,
		PeriodStart: c.PeriodStart, PeriodSpend: c.PeriodTotals.SpendMicros,
		Totals: results, Unsettled: len(c.Unsettled()), AsOf: c.AsOf, Version: c.Version,
	}
	if b := c.Budget; b != nil {
		tile.Period, tile.BudgetMicros, tile.BudgetVersion = string(b.Period), b.AmountMicros, b.Version
	}
	return dashboard.PutTile(ctx, c.OrgID, tile)
}

// putPost is the write of a post's row of the dashboard.
func putPost(dashboard Dashboard, p post.Post) func(context.Context) error {
	tile := analytics.PostTile{
		PostID: p.ID, CampaignID: p.CampaignID, Status: string(p.Status()), Summary: p.Summary(), Platforms: []string{},
		ScheduledFor: p.PublishAt, Version: p.Version,
	}
	for _, t := range p.Targets {
		tile.Platforms = append(tile.Platforms, t.Platform)
		if t.PublishedAt.After(tile.PublishedAt) {
			tile.PublishedAt = t.PublishedAt
		}
	}
	return func(ctx context.Context) error { return dashboard.PutPost(ctx, p.OrgID, tile) }
}
