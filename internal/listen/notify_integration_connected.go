package listen

import (
	"context"
	"time"

	"bellwether/internal/entry"
	"bellwether/internal/event"
	"bellwether/internal/integration"
	"bellwether/internal/notification"
	"bellwether/internal/parallel"
	"bellwether/internal/produce"
	"bellwether/internal/queue"
	"bellwether/internal/tenant"
)

// IntegrationConnected holds what NotifyIntegrationConnected works with.
type IntegrationConnected struct {
	Accounts  LinkedAccounts
	Campaigns BudgetCampaigns
	Roster    Roster
	Telling
	Tiles   AccountTiles
	Signals Signals
	Queue   queue.Queue
	Park    entry.Parker
	Now     func() time.Time
}

const notifyIntegrationConnected = "notify-integration-connected"

// firstSyncAfter lets the person who connected get back from the platform before the numbers come.
const firstSyncAfter = 5 * time.Second

// NotifyIntegrationConnected welcomes an account: whoever connected it and the admins are told, the
// dashboard gets its row, and the first sync starts. An account that is connected again gives its
// campaigns back what losing it took from them. The audit trail has the connecting from the API.
func NotifyIntegrationConnected(n IntegrationConnected) *entry.Listener {
	return entry.NewListener(notifyIntegrationConnected, n.Park, n.Now, entry.On(n.handle))
}

func (n IntegrationConnected) handle(ctx context.Context, e event.Envelope[event.IntegrationConnected]) error {
	var account integration.Integration
	var roster tenant.Roster
	err := parallel.Do(ctx,
		readAccount(n.Accounts, e.Meta.OrgID, e.Data.IntegrationID, &account),
		readRoster(n.Roster, e.Meta.OrgID, &roster))
	if err != nil {
		return err
	}
	message := notification.ConnectedMessage(e.Data)
	told := notification.Audience(roster.Admins, members(roster, []string{e.Data.ConnectedBy}))
	work := append(n.tell(indoors(message, e.Meta, roster, told)), tile(n.Tiles, account))
	if account.Status == integration.Connected {
		work = append(work, func(ctx context.Context) error { return n.sync(ctx, account) })
	}
	if e.Data.Reconnected {
		work = append(work, accountSignals(n.Signals, account, e.Meta)...)
		work = append(work, func(ctx context.Context) error {
			_, people, err := reach{n.Accounts, n.Campaigns, notifyIntegrationConnected, n.Now}.follow(ctx, account, e.Meta)
			if err != nil {
				return err
			}
			return parallel.Do(ctx, n.tell(indoors(message, e.Meta, roster, others(roster, people, told)))...)
		})
	}
	return parallel.Do(ctx, work...)
}

// sync sends the message for the sync that connecting has made due. Sent twice it does no harm; lost,
// the dispatcher's next tick finds the work.
func (n IntegrationConnected) sync(ctx context.Context, i integration.Integration) error {
	m, err := produce.SyncMessage{OrgID: i.OrgID, IntegrationID: i.ID}.Queued(firstSyncAfter)
	if err != nil {
		return err
	}
	return n.Queue.Send(ctx, m)
}
