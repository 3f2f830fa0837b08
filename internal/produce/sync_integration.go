package produce

import (
	"context"
	"errors"
	"io"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/entry"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/grant"
	"bellwether/internal/integration"
	"bellwether/internal/obs"
	"bellwether/internal/parallel"
	"bellwether/internal/platform"
	"bellwether/internal/queue"
	"bellwether/internal/secret"
	"bellwether/internal/store"
	"bellwether/internal/tenant"
)

// SyncAccounts keeps accounts and the course of their syncs.
type SyncAccounts interface {
	Get(ctx context.Context, orgID, id string) (integration.Integration, error)
	Update(ctx context.Context, token, orgID, id string, change func(integration.Integration) (integration.Change, error)) (integration.Integration, error)
	Sync(ctx context.Context, orgID, id string) (integration.Sync, error)
	PutSync(ctx context.Context, before, next integration.Sync) error
	Settle(ctx context.Context, token string, before integration.Sync, was integration.Integration, out integration.Settled) error
	Release(ctx context.Context, token string, before integration.Sync, was integration.Integration, out integration.Settled) error
	Links(ctx context.Context, orgID, id string) ([]integration.Link, error)
	UnsettledPlacements(ctx context.Context, orgID, id string) ([]integration.Unsettled, error)
	Ingest(ctx context.Context, token string, account integration.Integration, fence integration.Sync, parts ...store.Ingest) error
}

// SyncCampaigns reads campaigns and their stored results.
type SyncCampaigns interface {
	Get(ctx context.Context, orgID, id string) (campaign.Campaign, error)
	Rows(ctx context.Context, orgID, id, from, to string) ([]campaign.Row, error)
}

// Tokens gives access to connected accounts.
type Tokens interface {
	Token(ctx context.Context, i integration.Integration, claimant string) (secret.Text, grant.Record, error)
	Renew(ctx context.Context, i integration.Integration, refused secret.Text, claimant string) (secret.Text, grant.Record, error)
}

// SyncOrgs reads organisations' settings.
type SyncOrgs interface {
	Org(ctx context.Context, orgID string) (tenant.Org, error)
}

// Syncer holds what SyncIntegration works with.
type Syncer struct {
	Accounts   SyncAccounts
	Campaigns  SyncCampaigns
	Orgs       SyncOrgs
	Tokens     Tokens
	Connectors platform.Connectors
	Queue      queue.Queue
	Now        func() time.Time
	Random     io.Reader
}

// spare is how long before the end of an invocation the work is handed over to another one.
const spare = time.Minute

// errOvertaken stops a worker whose lease another one holds: everything that is left is the other's.
var errOvertaken = errors.New("another worker has taken the sync over")

// errLeft stops a run whose account was disconnected meanwhile: the next invocation sees to that.
var errLeft = errors.New("the account is no longer connected")

// SyncIntegration looks after one account: it reads the platform's campaigns and results into ours, or
// brings a disconnecting to its end. Who works holds the account's lease; every write checks its fence.
// Pages are saved one by one, so a worker that dies, or runs out of time, is gone on from.
func SyncIntegration(s Syncer) *entry.Queue {
	return entry.NewQueue(func(ctx context.Context, m entry.Message[SyncMessage]) error {
		return s.handle(ctx, m.Body)
	})
}

func (s Syncer) handle(ctx context.Context, m SyncMessage) error {
	if !event.IsID(m.OrgID) || !event.IsID(m.IntegrationID) {
		return fault.New(fault.Invalid, "bad_payload", "the message names no account")
	}
	var account integration.Integration
	var sync integration.Sync
	err := parallel.Do(ctx,
		func(ctx context.Context) (err error) {
			account, err = s.Accounts.Get(ctx, m.OrgID, m.IntegrationID)
			return err
		},
		func(ctx context.Context) (err error) {
			sync, err = s.Accounts.Sync(ctx, m.OrgID, m.IntegrationID)
			return err
		})
	if err != nil {
		return err
	}
	holder, err := event.NewID(s.Now(), s.Random)
	if err != nil {
		return err
	}
	taken, err := sync.Take(holder, account, s.Now())
	if err == nil {
		err = s.Accounts.PutSync(ctx, sync, taken)
	}
	if fault.Is(err, fault.Conflict) {
		obs.Note(ctx, "sync", "not due")
		return nil
	}
	if err != nil {
		return err
	}
	w := &worker{Syncer: s, account: account, sync: taken, holder: holder, meter: new(platform.Meter)}
	err = w.work(ctx)
	if errors.Is(err, errOvertaken) {
		obs.Note(ctx, "sync", "overtaken")
		return nil
	}
	return err
}

// worker is one invocation's work on one account.
type worker struct {
	Syncer
	account   integration.Integration
	sync      integration.Sync
	holder    string
	connector platform.Party
	ads       platform.Connector // the same, of an ad account
	token     secret.Text
	renewed   bool
	meter     *platform.Meter
	counted   int // calls of the meter that the sync's quota has
	links     map[string]integration.Link
	unsettled map[string]integration.Unsettled
	listed    map[string]bool // campaigns that this invocation saw; nil when it didn't see the first page
	org       *tenant.Org
}

func (w *worker) work(ctx context.Context) error {
	obs.Note(ctx, "integration", w.account.ID)
	switch w.account.Status {
	case integration.Connected:
	case integration.Disconnecting:
		return w.release(ctx)
	default:
		return w.put(ctx, integration.Sync.Stop)
	}
	err := w.run(ctx)
	if err == nil || errors.Is(err, errOvertaken) {
		return err
	}
	if errors.Is(err, errLeft) {
		return w.handOver(ctx, 0)
	}
	if refusal, ok := errors.AsType[*platform.Error](err); ok {
		return w.refused(ctx, refusal)
	}
	// Our own store or network is unwell. The work goes back, or else its lease runs out.
	obs.Fail(ctx, err)
	return w.handOver(ctx, time.Minute)
}

// run goes on with the run until it is through, or the invocation's time is.
func (w *worker) run(ctx context.Context) error {
	obs.Note(ctx, "run", w.sync.Run.ID)
	if w.sync.Quota.Until.After(w.Now()) {
		return w.throttle(ctx, w.sync.Quota.Until)
	}
	if w.sync.Run.BrokenOff >= integration.MaxBrokenOff {
		return &platform.Error{Platform: w.account.Platform, Op: "sync", Class: platform.ClassUnknown, Code: "broken_off", Message: "the sync was broken off again and again"}
	}
	if err := w.open(ctx); err != nil {
		return err
	}
	soft, cancel := soften(ctx)
	defer cancel()
	for len(w.sync.Run.Steps) > 0 {
		if soft.Err() != nil {
			return w.handOver(ctx, 0)
		}
		if w.sync.Quota.Exhausted(w.connector.Info().DailyCalls, w.Now()) {
			return w.throttle(ctx, w.shareBack())
		}
		if err := w.step(ctx); err != nil {
			return err
		}
	}
	return w.succeed(ctx)
}

// soften ends a minute before ctx does.
func soften(ctx context.Context) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(ctx, deadline.Add(-spare))
	}
	return context.WithCancel(ctx)
}

// shareBack is when syncs may use the account again after their share of its quota is used.
func (w *worker) shareBack() time.Time {
	now := w.Now()
	if w.sync.Quota.Percent >= integration.SyncShare {
		return now.Add(integration.SharePause)
	}
	return now.Add(platform.UntilMidnightUTC(now))
}

// open reads what the run needs: the token, the ties, and what has to be looked at.
func (w *worker) open(ctx context.Context) (err error) {
	if w.connector, err = w.Connectors.For(w.account.Platform); err != nil {
		return err
	}
	w.ads, _ = w.connector.(platform.Connector)
	token, record, err := w.Tokens.Token(ctx, w.account, w.holder)
	if err != nil {
		return err
	}
	w.token, w.account = token, w.account.Renewed(record.Ends())
	var links []integration.Link
	var unsettled []integration.Unsettled
	err = parallel.Do(ctx,
		func(ctx context.Context) (err error) {
			links, err = w.Accounts.Links(ctx, w.account.OrgID, w.account.ID)
			return err
		},
		func(ctx context.Context) (err error) {
			unsettled, err = w.Accounts.UnsettledPlacements(ctx, w.account.OrgID, w.account.ID)
			return err
		})
	w.links, w.unsettled = make(map[string]integration.Link, len(links)), map[string]integration.Unsettled{}
	for _, l := range links {
		w.links[l.ExternalID] = l
	}
	for _, u := range unsettled {
		w.unsettled[u.ExternalID] = u
	}
	return err
}

// call makes a call of the platform; a token that has just run out is renewed once.
func (w *worker) call(ctx context.Context, do func(platform.Call) error) error {
	err := do(platform.Call{Token: w.token, Account: w.account.Account, Meter: w.meter})
	if platform.Is(err, platform.ClassAuthExpired) && !w.renewed {
		w.renewed = true
		token, record, renewErr := w.Tokens.Renew(ctx, w.account, w.token, w.holder)
		if renewErr != nil {
			return renewErr
		}
		w.token, w.account = token, w.account.Renewed(record.Ends())
		err = do(platform.Call{Token: w.token, Account: w.account.Account, Meter: w.meter})
	}
	w.count()
	return err
}

// count adds the calls since the last time to the run and to the day's quota.
func (w *worker) count() {
	calls := w.meter.Calls() - w.counted
	w.counted += calls
	w.sync.Run.Calls += calls
	w.sync.Quota = w.sync.Quota.Spent(calls, w.meter.Percent(), w.Now())
}
