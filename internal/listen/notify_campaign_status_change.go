package listen

import (
	"context"
	"slices"
	"strings"
	"time"

	"bellwether/internal/automation"
	"bellwether/internal/campaign"
	"bellwether/internal/entry"
	"bellwether/internal/event"
	"bellwether/internal/incident"
	"bellwether/internal/notification"
	"bellwether/internal/parallel"
	"bellwether/internal/platform"
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
	Telling
	Signals Signals
	Park    entry.Parker
	Now     func() time.Time
}

// NotifyCampaignStatusChange tells a campaign's managers that it was created or that it runs or
// stands, that a platform refuses to follow, what rules do about it or what there is to
// recommend, brings the organisation's analytics up to its status, and reports what the automated checks find about a new campaign.
func NotifyCampaignStatusChange(n CampaignStatusChange) *entry.Listener {
	return entry.NewListener("notify-campaign-status-change", n.Park, n.Now,
		entry.On(n.created), entry.On(n.changed), entry.On(n.refused), entry.On(n.confirmed),
		entry.On(n.matched), entry.On(n.proposed), entry.On(n.taken), entry.On(n.undone), entry.On(n.tripped), entry.On(n.restored),
		entry.On(n.budgetRefused), entry.On(n.recommended))
}

func (n CampaignStatusChange) created(ctx context.Context, e event.Envelope[event.CampaignCreated]) error {
	if e.Data.Origin == campaign.OriginSync {
		// Nobody made it here, and a new account brings hundreds at once: the account's own notices
		// tell of it, and whoever looks at the campaign sees what the checks find.
		return nil
	}
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
	around := campaign.Surroundings{BudgetLimit: roster.CampaignLimit, RunningNames: running(namesakes)}
	texts := notification.FindingTexts(c, around)
	// The analytics get a new campaign's row from update-dashboard-cache, which hears the same event.
	return parallel.Do(ctx, n.tell(indoors(notification.CampaignCreatedMessage(e.Data, texts), e.Meta, roster, audience(roster, c, e.Data.ManagerIDs)))...)
}

func (n CampaignStatusChange) changed(ctx context.Context, e event.Envelope[event.CampaignStatusChanged]) error {
	c, roster, err := n.read(ctx, e.Meta, e.Data.CampaignID)
	if err != nil {
		return err
	}
	work := []func(context.Context) error{
		func(ctx context.Context) error { return putTile(ctx, n.Dashboard, c) },
		func(ctx context.Context) error { return n.settle(ctx, c, e.Meta) },
	}
	if !withAccount(e.Data.Reason) && !ofRule(e) {
		people := audience(roster, c, e.Data.ManagerIDs)
		work = append(work, n.tell(indoors(notification.CampaignStatusMessage(e.Data), e.Meta, roster, people))...)
	}
	return parallel.Do(ctx, work...)
}

// ofRule reports whether the campaign changed by a rule's action, or by its undoing: that is told by the action.
func ofRule(e event.Envelope[event.CampaignStatusChanged]) bool {
	return strings.HasPrefix(e.Meta.Actor, automation.ActorPrefix) || e.Data.Reason == campaign.BecauseUndone
}

// withAccount reports whether the campaign changed together with all others of an account: that is told
// once, by the account.
func withAccount(reason string) bool {
	return reason == campaign.BecauseDisconnected || reason == campaign.BecauseReconnected
}

// refused tells that a platform does not do what the campaign wants. Where that is a pause, it is also
// noted as something that is wrong until the platform obeys.
func (n CampaignStatusChange) refused(ctx context.Context, e event.Envelope[event.CampaignStatusRefused]) error {
	c, roster, err := n.read(ctx, e.Meta, e.Data.CampaignID)
	if err != nil {
		return err
	}
	message := notification.StatusRefusedMessage(e.Data)
	told := news{message: message, cause: e.Meta, roster: roster, people: audience(roster, c, e.Data.ManagerIDs)}
	told.alert = message.Alert(notification.AlertStatusRefused, common(roster), e.Meta)
	told.alert.CampaignID = c.ID
	work := []func(context.Context) error{func(ctx context.Context) error { return putTile(ctx, n.Dashboard, c) }}
	over := false
	if e.Data.Want == string(platform.Off) {
		now := incident.Pause(c, e.Meta)
		over, told.matter.Incident = now.Resolved, now.Key
		work = append(work, signal(n.Signals, c.OrgID, now))
	}
	if over {
		return parallel.Do(ctx, append(work, n.notices(told)...)...)
	}
	return parallel.Do(ctx, append(work, n.tell(told)...)...)
}

func (n CampaignStatusChange) confirmed(ctx context.Context, e event.Envelope[event.CampaignStatusConfirmed]) error {
	c, err := n.Campaigns.Get(ctx, e.Meta.OrgID, e.Data.CampaignID)
	if err != nil {
		return err
	}
	return n.settle(ctx, c, e.Meta)
}

// settle takes back what was noted of a refused pause, once that is over. A campaign without a
// placement that can be driven was never refused one.
func (n CampaignStatusChange) settle(ctx context.Context, c campaign.Campaign, meta event.Meta) error {
	now := incident.Pause(c, meta)
	if !now.Resolved || !slices.ContainsFunc(c.Placements, campaign.Placement.Linked) {
		return nil
	}
	if wrong, err := n.Signals.Unresolved(ctx, c.OrgID, now.Key); err != nil || !wrong {
		return err
	}
	return n.Signals.Put(ctx, c.OrgID, now)
}

func (n CampaignStatusChange) read(ctx context.Context, meta event.Meta, id string) (c campaign.Campaign, roster tenant.Roster, err error) {
	err = parallel.Do(ctx,
		func(ctx context.Context) (err error) {
			c, err = n.Campaigns.Get(ctx, meta.OrgID, id)
			return err
		},
		readRoster(n.Roster, meta.OrgID, &roster))
	return c, roster, err
}

// audience is whom a campaign concerns: the admins, its managers and its creator.
func audience(roster tenant.Roster, c campaign.Campaign, managers []string) []string {
	return notification.Audience(roster.Admins, members(roster, managers), members(roster, []string{c.CreatedBy}))
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
