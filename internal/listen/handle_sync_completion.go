package listen

import (
	"context"
	"time"

	"bellwether/internal/entry"
	"bellwether/internal/event"
	"bellwether/internal/incident"
	"bellwether/internal/integration"
	"bellwether/internal/notification"
	"bellwether/internal/parallel"
	"bellwether/internal/tenant"
)

// SyncCompletion holds what HandleSyncCompletion works with.
type SyncCompletion struct {
	Accounts Accounts
	Roster   Roster
	Telling
	Runs    Runs
	Signals Signals
	Park    entry.Parker
	Now     func() time.Time
}

// HandleSyncCompletion brings the dashboard and the history of runs up to a sync that read everything,
// and tells the admins when much has changed, or when an account that failed is well again. The
// statistics are the account's own: they were counted in the write that this event came with.
func HandleSyncCompletion(s SyncCompletion) *entry.Listener {
	return entry.NewListener("handle-sync-completion", s.Park, s.Now, entry.On(s.completed), entry.On(s.recovered))
}

func (s SyncCompletion) completed(ctx context.Context, e event.Envelope[event.IntegrationSyncCompleted]) error {
	var account integration.Integration
	var roster tenant.Roster
	var failing bool
	reads := []func(context.Context) error{
		readAccount(s.Accounts, e.Meta.OrgID, e.Data.IntegrationID, &account),
		func(ctx context.Context) (err error) {
			failing, err = s.Signals.Unresolved(ctx, e.Meta.OrgID, incident.SyncKey(e.Data.IntegrationID))
			return err
		},
	}
	_, significant := notification.SyncChangedMessage(e.Data, "")
	if significant {
		reads = append(reads, readRoster(s.Roster, e.Meta.OrgID, &roster))
	}
	if err := parallel.Do(ctx, reads...); err != nil {
		return err
	}
	work := []func(context.Context) error{
		func(ctx context.Context) error { return s.Runs.Put(ctx, e.Meta.OrgID, succeeded(e)) },
		tile(s.Runs, account),
	}
	if failing {
		work = append(work, signal(s.Signals, account.OrgID, incident.Sync(account, e.Meta)))
	}
	if significant {
		message, _ := notification.SyncChangedMessage(e.Data, account.Account.Name)
		work = append(work, s.tell(indoors(message, e.Meta, roster, roster.Admins))...)
	}
	return parallel.Do(ctx, work...)
}

func (s SyncCompletion) recovered(ctx context.Context, e event.Envelope[event.IntegrationRecovered]) error {
	var account integration.Integration
	var roster tenant.Roster
	err := parallel.Do(ctx,
		readAccount(s.Accounts, e.Meta.OrgID, e.Data.IntegrationID, &account),
		readRoster(s.Roster, e.Meta.OrgID, &roster))
	if err != nil {
		return err
	}
	work := append(s.tell(indoors(notification.RecoveredMessage(e.Data), e.Meta, roster, keepers(roster, account))),
		signal(s.Signals, account.OrgID, incident.Sync(account, e.Meta)),
		signal(s.Signals, account.OrgID, incident.Freshness(account, e.Meta)))
	return parallel.Do(ctx, work...)
}

// succeeded is the run as people look it up.
func succeeded(e event.Envelope[event.IntegrationSyncCompleted]) integration.RunRecord {
	d, took := e.Data, time.Duration(e.Data.DurationMillis)*time.Millisecond
	started := d.StartedAt
	if started.IsZero() { // events of before they told it
		started = e.Meta.OccurredAt.Add(-took)
	}
	return integration.RunRecord{
		RunID: d.RunID, IntegrationID: d.IntegrationID, Trigger: d.Trigger, Status: "succeeded",
		StartedAt: started, EndedAt: started.Add(took),
		Counts:   integration.Counts{Added: d.Added, Updated: d.Updated, Unchanged: d.Unchanged, Archived: d.Archived, Skipped: d.Skipped},
		APICalls: d.APICalls, DataAsOf: d.DataAsOf, Sequence: e.Meta.Sequence,
	}
}
