package produce

import (
	"context"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/event"
)

// ForecastCampaigns reads and changes campaigns, and reads their results.
type ForecastCampaigns interface {
	Get(ctx context.Context, orgID, id string) (campaign.Campaign, error)
	Rows(ctx context.Context, orgID, id, from, to string) ([]campaign.Row, error)
	UpdateFrom(ctx context.Context, token string, c campaign.Campaign, change func(context.Context, campaign.Campaign) (campaign.Change, error)) (campaign.Campaign, error)
}

// ForecastReview looks ahead whenever a campaign's results changed, and has the campaign tell when its budget
// will not do.
type ForecastReview struct {
	Campaigns ForecastCampaigns
	Now       func() time.Time
}

// Review implements Reviewer. Results that were restated since are seen as they are now.
func (r ForecastReview) Review(ctx context.Context, meta event.Meta, campaignID string) error {
	c, err := r.Campaigns.Get(ctx, meta.OrgID, campaignID)
	if err != nil || c.Budget == nil || c.Status() != campaign.Active {
		return err
	}
	from, to := c.ForecastDays(r.Now())
	rows, err := r.Campaigns.Rows(ctx, meta.OrgID, campaignID, from, to)
	if err != nil {
		return err
	}
	cause := meta.By(EvaluateAutomationsFunction, r.Now())
	cause.ID = event.Derive(meta.ID, "forecast")
	_, err = r.Campaigns.UpdateFrom(ctx, cause.ID, c, func(_ context.Context, c campaign.Campaign) (campaign.Change, error) {
		f, reason := c.Forecast(rows, c.AsOf, cause.At)
		if reason != "" {
			return campaign.Change{Campaign: c}, nil
		}
		return c.ReviewForecast(f, c.AsOf, cause)
	})
	return err
}
