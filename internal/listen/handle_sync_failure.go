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
	"bellwether/internal/platform"
	"bellwether/internal/post"
	"bellwether/internal/tenant"
)

// SyncFailure holds what HandleSyncFailure works with.
type SyncFailure struct {
	Accounts  Accounts
	Campaigns Campaigns
	Posts     Calendar
	Roster    Roster
	Telling
	Runs    Runs
	Signals Signals
	Park    entry.Parker
	Now     func() time.Time
}

// HandleSyncFailure notes every attempt that failed in the history of runs and on the dashboard, and
// what it means for incidents; people hear of changes only: the first failure, the third in a row,
// one that lasts for days, data that got too old, access that is about to end.
func HandleSyncFailure(s SyncFailure) *entry.Listener {
	return entry.NewListener("handle-sync-failure", s.Park, s.Now, entry.On(s.failed), entry.On(s.stale), entry.On(s.ending))
}

func (s SyncFailure) failed(ctx context.Context, e event.Envelope[event.IntegrationSyncFailed]) error {
	var account integration.Integration
	var roster tenant.Roster
	_, worth := notification.SyncFailedMessage(e.Data)
	final := !e.Data.WillRetry && !notification.LosesAccess(e.Data)
	reads := []func(context.Context) error{readAccount(s.Accounts, e.Meta.OrgID, e.Data.IntegrationID, &account)}
	if worth || (final && notification.MayBeLong(e.Data)) {
		reads = append(reads, readRoster(s.Roster, e.Meta.OrgID, &roster))
	}
	if err := parallel.Do(ctx, reads...); err != nil {
		return err
	}
	work := []func(context.Context) error{
		func(ctx context.Context) error { return s.Runs.Put(ctx, e.Meta.OrgID, attempted(e)) },
		tile(s.Runs, account),
	}
	if final {
		work = append(work, signal(s.Signals, account.OrgID, incident.Sync(account, e.Meta)))
		work = append(work, s.tellFailed(e, account, roster)...)
	}
	return parallel.Do(ctx, work...)
}

// tellFailed are the writes that tell a final failure, if it is one that people hear of.
func (s SyncFailure) tellFailed(e event.Envelope[event.IntegrationSyncFailed], account integration.Integration, roster tenant.Roster) []func(context.Context) error {
	message, worth := notification.SyncFailedMessage(e.Data)
	cause := e.Meta
	if !worth {
		since := account.ConnectedAt
		if at := e.Data.LastSuccessAt; at != nil && at.After(since) {
			since = *at
		}
		if !notification.FailedLong(e.Data, since, e.Meta.OccurredAt) {
			return nil
		}
		// Which failure finds the days full depends on when it comes, so the moment itself is the cause.
		message = notification.SyncFailedLongMessage(e.Data)
		message.EventID = e.Meta.ID
		cause.OccurredAt = notification.LongSince(since)
		cause.ID = event.Derive(account.ID, "failing for long", cause.OccurredAt.UTC().Format(time.RFC3339Nano))
	}
	still := account.Status == integration.Connected && account.Health.Failures >= integration.FailingFrom
	return s.about(message, notification.AlertSyncFailing, incident.SyncKey(account.ID), cause, account, roster, still)
}

// about are the writes that put the message into inboxes, and take it out of doors when it is still true.
func (s SyncFailure) about(m notification.Message, kind, incidentKey string, cause event.Meta, account integration.Integration, roster tenant.Roster, still bool) []func(context.Context) error {
	n := news{message: m, cause: cause, roster: roster, people: keepers(roster, account), matter: notification.Matter{Incident: incidentKey}}
	n.alert = m.Alert(kind, common(roster), cause)
	n.alert.IntegrationID = account.ID
	if !still {
		return s.notices(n)
	}
	return s.tell(n)
}

func (s SyncFailure) stale(ctx context.Context, e event.Envelope[event.MetricsStale]) error {
	var account integration.Integration
	var roster tenant.Roster
	err := parallel.Do(ctx,
		readAccount(s.Accounts, e.Meta.OrgID, e.Data.IntegrationID, &account),
		readRoster(s.Roster, e.Meta.OrgID, &roster))
	if err != nil {
		return err
	}
	freshness := incident.Freshness(account, e.Meta)
	// Failing syncs are told of themselves, and what is over is no alarm.
	message := notification.StaleMessage(e.Data, account.Health.Failures > 0 || freshness.Resolved)
	work := append(s.about(message, notification.AlertStale, freshness.Key, e.Meta, account, roster, !freshness.Resolved),
		tile(s.Runs, account), signal(s.Signals, account.OrgID, freshness))
	return parallel.Do(ctx, work...)
}

// ending is the credential radar: it names what breaks when a grant ends.
func (s SyncFailure) ending(ctx context.Context, e event.Envelope[event.IntegrationTokenExpiring]) error {
	var account integration.Integration
	var roster tenant.Roster
	named, reads := readNamed(s.Campaigns, e.Meta.OrgID, e.Data.CampaignIDs)
	err := parallel.Do(ctx, append(reads,
		readAccount(s.Accounts, e.Meta.OrgID, e.Data.IntegrationID, &account),
		readRoster(s.Roster, e.Meta.OrgID, &roster))...)
	if err != nil {
		return err
	}
	if platform.Posts(e.Data.Platform) {
		e.Data.PostIDs, err = coming(ctx, s.Posts, e.Meta.OrgID, e.Data.IntegrationID, e.Data.ExpiresAt, e.Data.ExpiresAt.Add(post.MaxAhead))
		if err != nil {
			return err
		}
	}
	var names []string
	for _, c := range named {
		if c.ID != "" {
			names = append(names, c.Name)
		}
	}
	still := account.Status == integration.Connected && account.GrantEnds.Equal(e.Data.ExpiresAt)
	message := notification.GrantEndingMessage(e.Data, names)
	work := append(s.about(message, notification.AlertGrantEnding, "", e.Meta, account, roster, still), tile(s.Runs, account))
	return parallel.Do(ctx, work...)
}

// attempted is the run as people look it up.
func attempted(e event.Envelope[event.IntegrationSyncFailed]) integration.RunRecord {
	d := e.Data
	r := integration.RunRecord{
		RunID: d.RunID, IntegrationID: d.IntegrationID, Trigger: d.Trigger, Status: "failed",
		StartedAt: d.StartedAt, EndedAt: e.Meta.OccurredAt, Attempt: d.Attempt, APICalls: d.APICalls,
		Class: d.ErrorClass, Message: notification.Quote(d.Message), Sequence: e.Meta.Sequence,
	}
	if r.StartedAt.IsZero() { // events of before they told it
		r.StartedAt = e.Meta.OccurredAt
	}
	switch {
	case d.WillRetry:
		r.Status = "retrying"
	case d.Partial:
		r.Status = "partial"
	}
	return r
}
