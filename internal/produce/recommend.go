package produce

import (
	"context"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/obs"
	"bellwether/internal/parallel"
	"bellwether/internal/recommendation"
)

// AdvisedCampaigns reads campaigns and their results.
type AdvisedCampaigns interface {
	Get(ctx context.Context, orgID, id string) (campaign.Campaign, error)
	Rows(ctx context.Context, orgID, id, from, to string) ([]campaign.Row, error)
}

// Freshness tells as of when all of a campaign's results are known, and how old they may be.
type Freshness interface {
	Freshness(ctx context.Context, c campaign.Campaign) (asOf time.Time, limit time.Duration, err error)
}

// Recommendations keeps what is recommended.
type Recommendations interface {
	Offer(ctx context.Context, found recommendation.Recommendation, managerIDs []string, cause event.Cause) error
}

// Recommending looks for something to recommend whenever a campaign's results changed. Nothing that it does
// changes a campaign.
type Recommending struct {
	Campaigns       AdvisedCampaigns
	Freshness       Freshness
	Recommendations Recommendations
	Now             func() time.Time
}

// Review implements Reviewer. It looks at the results as they are now, so a late or repeated event finds
// what is there already.
func (r Recommending) Review(ctx context.Context, meta event.Meta, campaignID string) error {
	c, err := r.Campaigns.Get(ctx, meta.OrgID, campaignID)
	if err != nil || c.Status() != campaign.Active {
		return err
	}
	in := recommendation.Input{Campaign: c, Now: r.Now()}
	today := budget.Today(in.Now, c.Zone())
	err = parallel.Do(ctx,
		func(ctx context.Context) (err error) {
			in.AsOf, in.FreshFor, err = r.Freshness.Freshness(ctx, c)
			return err
		},
		func(ctx context.Context) (err error) {
			in.Rows, err = r.Campaigns.Rows(ctx, c.OrgID, c.ID, budget.AddDays(today, -recommendation.Reach), today)
			return err
		})
	if err != nil {
		return err
	}
	found, err := recommendation.Recommend(in)
	if err != nil {
		return err
	}
	cause := meta.By(EvaluateAutomationsFunction, in.Now)
	var offers []func(context.Context) error
	for _, one := range found {
		offers = append(offers, func(ctx context.Context) error {
			return r.Recommendations.Offer(ctx, one, c.ManagerIDs, cause)
		})
	}
	obs.Count(ctx, "RecommendationsFound", len(found))
	return parallel.Do(ctx, offers...)
}
