package listen

import (
	"context"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/entry"
	"bellwether/internal/event"
	"bellwether/internal/notification"
	"bellwether/internal/parallel"
	"bellwether/internal/tenant"
)

// NamedCampaigns reads campaigns, and finds namesakes.
type NamedCampaigns interface {
	Campaigns
	Namesakes(ctx context.Context, orgID, name, id string) ([]campaign.Campaign, error)
}

// CampaignStatusChange holds what NotifyCampaignStatusChange works with.
type CampaignStatusChange struct {
	Campaigns NamedCampaigns
	Dashboard Dashboard
	Roster    Roster
	Inbox     Inbox
	Park      entry.Parker
	Now       func() time.Time
}

// NotifyCampaignStatusChange tells a campaign's managers that it was created or that it runs or
// stands, brings the organisation's analytics up to its status, and reports what the automated
// checks find about a new campaign.
func NotifyCampaignStatusChange(n CampaignStatusChange) *entry.Listener {
	return entry.NewListener("notify-campaign-status-change", n.Park, n.Now, entry.On(n.created), entry.On(n.changed))
}

func (n CampaignStatusChange) created(ctx context.Context, e event.Envelope[event.CampaignCreated]) error {
	var c campaign.Campaign
	var roster tenant.Roster
	var namesakes []campaign.Campaign
	err := parallel.Do(ctx,
		func(ctx context.Context) (err error) {
			c, err = n.Campaigns.Get(ctx, e.Meta.OrgID, e.Data.CampaignID)
			return err
		},
		func(ctx context.Context) (err error) {
			roster, err = n.Roster.Roster(ctx, e.Meta.OrgID)
			return err
		},
		func(ctx context.Context) (err error) {
			namesakes, err = n.Campaigns.Namesakes(ctx, e.Meta.OrgID, e.Data.Name, e.Data.CampaignID)
			return err
		})
	if err != nil {
		return err
	}
	findings := c.Check(campaign.Surroundings{BudgetLimit: roster.CampaignLimit, RunningNames: running(namesakes)})
	var texts []string
	for _, f := range findings {
		texts = append(texts, f.Message)
	}
	// The analytics get a new campaign's row from update-dashboard-cache, which hears the same event.
	return parallel.Do(ctx, n.notices(e.Meta, c, roster, e.Data.ManagerIDs, notification.CampaignCreatedMessage(e.Data, texts))...)
}

func (n CampaignStatusChange) changed(ctx context.Context, e event.Envelope[event.CampaignStatusChanged]) error {
	var c campaign.Campaign
	var roster tenant.Roster
	err := parallel.Do(ctx,
		func(ctx context.Context) (err error) {
			c, err = n.Campaigns.Get(ctx, e.Meta.OrgID, e.Data.CampaignID)
			return err
		},
		func(ctx context.Context) (err error) {
			roster, err = n.Roster.Roster(ctx, e.Meta.OrgID)
			return err
		})
	if err != nil {
		return err
	}
	refresh := func(ctx context.Context) error { return putTile(ctx, n.Dashboard, c) }
	return parallel.Do(ctx, append(n.notices(e.Meta, c, roster, e.Data.ManagerIDs, notification.CampaignStatusMessage(e.Data)), refresh)...)
}

// notices are the writes that tell creator, managers and admins.
func (n CampaignStatusChange) notices(meta event.Meta, c campaign.Campaign, roster tenant.Roster, managers []string, m notification.Message) []func(context.Context) error {
	var writes []func(context.Context) error
	for _, userID := range notification.Audience(roster.Admins, members(roster, managers), members(roster, []string{c.CreatedBy})) {
		writes = append(writes, func(ctx context.Context) error { return n.Inbox.Add(ctx, m.To(userID, meta)) })
	}
	return writes
}

// running are the ids of the campaigns that run.
func running(campaigns []campaign.Campaign) []string {
	var ids []string
	for _, c := range campaigns {
		if c.Status() == campaign.Active {
			ids = append(ids, c.ID)
		}
	}
	return ids
}
