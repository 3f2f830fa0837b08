package listen

import (
	"context"
	"slices"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/entry"
	"bellwether/internal/event"
	"bellwether/internal/incident"
	"bellwether/internal/integration"
	"bellwether/internal/notification"
	"bellwether/internal/parallel"
	"bellwether/internal/platform"
	"bellwether/internal/post"
	"bellwether/internal/tenant"
)

// MarkedAccounts reads connected accounts with their campaigns, and changes them.
type MarkedAccounts interface {
	LinkedAccounts
	Update(ctx context.Context, token, orgID, id string, change func(integration.Integration) (integration.Change, error)) (integration.Integration, error)
}

// IntegrationDisconnected holds what NotifyIntegrationDisconnected works with.
type IntegrationDisconnected struct {
	Accounts  MarkedAccounts
	Campaigns BudgetCampaigns
	Posts     Calendar
	Roster    Roster
	Telling
	Tiles   AccountTiles
	Signals Signals
	Park    entry.Parker
	Now     func() time.Time
}

const notifyIntegrationDisconnected = "notify-integration-disconnected"

// NotifyIntegrationDisconnected tells people that an account is out of reach, by the severity of the
// reason, and gives its campaigns, and no others, the reason to stand still. While the grant still works
// that has them paused at the platform before it is given up; else their state there is unknown, and
// people are told which may go on spending. The telling and the campaigns don't wait for each other.
func NotifyIntegrationDisconnected(n IntegrationDisconnected) *entry.Listener {
	return entry.NewListener(notifyIntegrationDisconnected, n.Park, n.Now, entry.On(n.handle))
}

func (n IntegrationDisconnected) handle(ctx context.Context, e event.Envelope[event.IntegrationDisconnected]) error {
	var account integration.Integration
	var roster tenant.Roster
	named, reads := readNamed(n.Campaigns, e.Meta.OrgID, e.Data.CampaignIDs)
	err := parallel.Do(ctx, append(reads,
		readAccount(n.Accounts, e.Meta.OrgID, e.Data.IntegrationID, &account),
		readRoster(n.Roster, e.Meta.OrgID, &roster))...)
	if err == nil && platform.Posts(e.Data.Platform) {
		e.Data.PostIDs, err = coming(ctx, n.Posts, e.Meta.OrgID, e.Data.IntegrationID, e.Meta.OccurredAt, e.Meta.OccurredAt.Add(post.MaxAhead))
	}
	if err != nil {
		return err
	}
	message := notification.DisconnectedMessage(e.Data, stillRunning(e.Data, named))
	lost := news{message: message, cause: e.Meta, roster: roster, people: keepers(roster, account), matter: notification.Matter{Incident: incident.AccessKey(account.ID)}}
	lost.alert = message.Alert(notification.AlertDisconnected, common(roster), e.Meta)
	lost.alert.IntegrationID = account.ID
	tell := n.tell
	if account.Status == integration.Connected { // it is back already
		tell = n.notices
	}
	work := append(tell(lost), tile(n.Tiles, account))
	work = append(work, accountSignals(n.Signals, account, e.Meta)...)
	return parallel.Do(ctx, append(work, func(ctx context.Context) error { return n.campaigns(ctx, account, lost) })...)
}

// campaigns makes the campaigns follow, tells the people who look after them, and lets a disconnecting
// go on to its end: not before every campaign knows of it.
func (n IntegrationDisconnected) campaigns(ctx context.Context, account integration.Integration, lost news) error {
	followed, people, err := reach{n.Accounts, n.Campaigns, notifyIntegrationDisconnected, n.Now}.follow(ctx, account, lost.cause)
	if err != nil {
		return err
	}
	lost.people = others(lost.roster, people, lost.people)
	work := n.notices(lost)
	if len(lost.people) > 0 && account.Status != integration.Connected {
		work = append(work, n.hand(lost)...)
	}
	if followed.Status == integration.Disconnecting {
		work = append(work, func(ctx context.Context) error { return n.mark(ctx, lost.cause, followed) })
	}
	return parallel.Do(ctx, work...)
}

// mark lets the disconnecting that was followed go on, unless the account has turned since. The row of
// the dashboard follows, as it does every version.
func (n IntegrationDisconnected) mark(ctx context.Context, meta event.Meta, followed integration.Integration) error {
	account, err := n.Accounts.Update(ctx, event.Derive(meta.ID, "marked"), followed.OrgID, followed.ID, func(i integration.Integration) (integration.Change, error) {
		if !sameReach(i, followed) {
			return integration.Change{Integration: i}, nil
		}
		return i.CampaignsMarked(meta.By(notifyIntegrationDisconnected, n.Now()))
	})
	if err != nil {
		return err
	}
	return tile(n.Tiles, account)(ctx)
}

// stillRunning are the campaigns that ran at the platform when it was last seen, or were never seen.
// It asks for nothing that losing the account changes, so that a repeat says the same.
func stillRunning(d event.IntegrationDisconnected, named []campaign.Campaign) notification.Running {
	running := notification.Running{Others: max(0, d.CampaignCount-len(d.CampaignIDs))}
	for _, c := range named {
		if slices.ContainsFunc(c.Placements, func(p campaign.Placement) bool { return p.IntegrationID == d.IntegrationID && mayRun(c, p) }) {
			running.Names = append(running.Names, c.Name)
		}
	}
	return running
}

func mayRun(c campaign.Campaign, p campaign.Placement) bool {
	if p.ExternalID == "" || p.Remote.Gone || (c.Lifecycle == campaign.Draft && p.Remote.Status == "") {
		return false
	}
	return p.Remote.Status == "" || p.Remote.Status == platform.StatusUnknown || p.Remote.Status.Runs()
}
