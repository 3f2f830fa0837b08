package listen

import (
	"context"
	"time"

	"bellwether/internal/analytics"
	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/entry"
	"bellwether/internal/event"
	"bellwether/internal/parallel"
)

// Results reads campaigns and their daily rows.
type Results interface {
	Campaigns
	Rows(ctx context.Context, orgID, id, from, to string) ([]campaign.Row, error)
}

// Snapshots takes daily snapshots; each drops one computed from an older version.
type Snapshots interface {
	Put(ctx context.Context, orgID string, s analytics.Snapshot) error
}

// trendReach is how many days after a day its results still show in a trend.
const trendReach = 2*analytics.TrendDays - 1

// UpdatePerformanceMetrics computes CTR, CPC, CPM, CVR, CPA, ROAS, ROI and the trends of every day
// that the event changed, and of the later days whose trends it changed, each from the rows.
func UpdatePerformanceMetrics(results Results, snapshots Snapshots, park entry.Parker, now func() time.Time) *entry.Listener {
	return entry.NewListener("update-performance-metrics", park, now,
		entry.On(func(ctx context.Context, e event.Envelope[event.CampaignMetricsUpdated]) error {
			return updatePerformance(ctx, results, snapshots, e)
		}),
	)
}

func updatePerformance(ctx context.Context, results Results, snapshots Snapshots, e event.Envelope[event.CampaignMetricsUpdated]) error {
	d := e.Data
	var c campaign.Campaign
	var rows []campaign.Row
	err := parallel.Do(ctx,
		func(ctx context.Context) (err error) {
			c, err = results.Get(ctx, e.Meta.OrgID, d.CampaignID)
			return err
		},
		func(ctx context.Context) (err error) {
			rows, err = results.Rows(ctx, e.Meta.OrgID, d.CampaignID, budget.AddDays(d.From, -trendReach), budget.AddDays(d.Date, trendReach))
			return err
		})
	if err != nil {
		return err
	}
	days, err := campaign.ByDay(rows, c.ValuePer)
	if err != nil {
		return err
	}
	today := budget.Today(e.Meta.OccurredAt, c.Zone())
	var puts []func(context.Context) error
	for day := d.From; day <= budget.AddDays(d.Date, trendReach); day = budget.AddDays(day, 1) {
		if _, ok := days[day]; !ok {
			continue
		}
		snap := snapshot(c, day, today, days)
		// The rows were read after the event's write was durable, so they are of its version or newer.
		snap.Sequence = e.Meta.Sequence
		puts = append(puts, func(ctx context.Context) error { return snapshots.Put(ctx, e.Meta.OrgID, snap) })
	}
	return parallel.Do(ctx, puts...)
}

func snapshot(c campaign.Campaign, day, today string, days map[string]analytics.Results) analytics.Snapshot {
	last := day
	if last >= today {
		last = budget.AddDays(today, -1) // a trend compares complete days only
	}
	return analytics.Snapshot{
		CampaignID: c.ID, Date: day, Currency: string(c.Currency),
		Day: days[day], KPIs: days[day].KPIs(), Trends: analytics.TrendsTo(last, days),
	}
}
