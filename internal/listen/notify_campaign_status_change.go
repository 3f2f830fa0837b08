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
	Named(ctx context.Context, orgID, name string) ([]campaign.Campaign, error)
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
			namesakes, err = n.Campaigns.Named(ctx, e.Meta.OrgID, e.Data.Name)
			return err
		})
	if err != nil {
		return err
	}
	findings := c.Check(campaign.Surroundings{BudgetLimit: roster.CampaignLimit, RunningNames: running(namesakes, c.ID)})
	var texts []string
	for _, f := range findings {
		texts = append(texts, f.Message)
	}
	return n.tell(ctx, e.Meta, c, roster, e.Data.ManagerIDs, notification.CampaignCreatedMessage(e.Data, texts))
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
	return n.tell(ctx, e.Meta, c, roster, e.Data.ManagerIDs, notification.CampaignStatusMessage(e.Data))
}

// tell writes the notices and the campaign's dashboard row. Creator, managers and admins are told.
func (n CampaignStatusChange) tell(ctx context.Context, meta event.Meta, c campaign.Campaign, roster tenant.Roster, managers []string, m notification.Message) error {
	work := []func(context.Context) error{
		func(ctx context.Context) error { return putTile(ctx, n.Dashboard, c) },
	}
	for _, userID := range notification.Audience(roster.Admins, members(roster, managers), members(roster, []string{c.CreatedBy})) {
		work = append(work, func(ctx context.Context) error { return n.Inbox.Add(ctx, m.To(userID, meta)) })
	}
	return parallel.Do(ctx, work...)
}

// running are the ids of the campaigns that run, but for one.
func running(campaigns []campaign.Campaign, but string) []string {
	var ids []string
	for _, c := range campaigns {
		if c.ID != but && c.Status() == campaign.Active {
			ids = append(ids, c.ID)
		}
	}
	return ids
}
