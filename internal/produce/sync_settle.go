package produce

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/integration"
	"bellwether/internal/obs"
	"bellwether/internal/platform"
	"bellwether/internal/queue"
)

// refence looks whether the lease is still the worker's after a write was refused. Somebody may have
// asked for another sync meanwhile: then the fence is newer, and the lease is the worker's all the same.
func (w *worker) refence(ctx context.Context) error {
	stored, err := w.Accounts.Sync(ctx, w.account.OrgID, w.account.ID)
	if err != nil {
		return err
	}
	if stored.Holder != w.holder {
		return errOvertaken
	}
	w.sync.Version = stored.Version
	w.sync.Trigger, w.sync.CorrelationID = stored.Trigger, stored.CorrelationID
	return nil
}

// tries is how often a write is repeated that others get in the way of.
const tries = 8

// put writes the sync's next version under its fence.
func (w *worker) put(ctx context.Context, change func(integration.Sync) integration.Sync) error {
	for range tries {
		next := change(w.sync)
		err := w.Accounts.PutSync(ctx, w.sync, next)
		if err == nil {
			w.sync = next
			return nil
		}
		if !fault.Is(err, fault.Conflict) {
			return err
		}
		if err := w.refence(ctx); err != nil {
			return err
		}
	}
	return errOvertaken
}

// save records a durable page: see integration.Sync.Save.
func (w *worker) save(ctx context.Context, cursor, windowEnd string) error {
	return w.put(ctx, func(s integration.Sync) integration.Sync { return s.Save(cursor, windowEnd, w.Now()) })
}

// handOver gives the unfinished run to another invocation.
func (w *worker) handOver(ctx context.Context, delay time.Duration) error {
	next := w.Now().Add(delay)
	if err := w.put(ctx, func(s integration.Sync) integration.Sync { return s.Hand(next) }); err != nil {
		return err
	}
	obs.Note(ctx, "sync", "handed over")
	return w.wake(ctx)
}

// settle writes what the attempt came to. The account may have changed since it was read: it is read
// again, and one that is being disconnected is left to that.
func (w *worker) settle(ctx context.Context, step string, outcome func(integration.Integration) (integration.Settled, error)) error {
	account := w.account
	for range tries {
		out, err := outcome(account)
		if err != nil {
			return err
		}
		err = w.Accounts.Settle(ctx, w.sync.Run.Cause(step, w.Now()).ID, w.sync, account, out)
		if err == nil {
			w.sync, w.account = out.Sync, out.Change.Integration
			return w.wake(ctx)
		}
		if !fault.Is(err, fault.Conflict) {
			return err
		}
		if err := w.refence(ctx); err != nil {
			return err
		}
		ends := account.GrantEnds
		if account, err = w.Accounts.Get(ctx, account.OrgID, account.ID); err != nil {
			return err
		}
		if account.Status != integration.Connected {
			return w.handOver(ctx, 0)
		}
		account = account.Renewed(ends)
	}
	return errOvertaken
}

// wake sends the message for work that is due before the next tick of the schedule. Without it the
// dispatcher would find the work, only later.
func (w *worker) wake(ctx context.Context) error {
	wait := w.sync.NextAt.Sub(w.Now())
	regular := w.sync.Run == nil && w.sync.Trigger == "" && w.account.Status == integration.Connected
	if w.sync.NextAt.IsZero() || regular || wait > queue.MaxDelay {
		return nil
	}
	m, err := SyncMessage{w.account.OrgID, w.account.ID}.Queued(wait)
	if err != nil {
		return err
	}
	return w.Queue.Send(ctx, m)
}

func (w *worker) succeed(ctx context.Context) error {
	affected := w.affected()
	return w.settle(ctx, "completed", func(i integration.Integration) (integration.Settled, error) {
		return w.sync.Succeed(i, affected, w.Now())
	})
}

// affected are the account's campaigns that are left.
func (w *worker) affected() (a integration.Affected) {
	seen := map[string]bool{}
	for _, l := range w.links {
		if l.Missing == gone || seen[l.CampaignID] {
			continue
		}
		seen[l.CampaignID] = true
		a.Count++
		a.IDs = append(a.IDs, l.CampaignID)
	}
	return a.Sorted()
}

// refused ends the attempt as the platform's refusal wants it.
func (w *worker) refused(ctx context.Context, refusal *platform.Error) error {
	obs.Note(ctx, "class", string(refusal.Class))
	jitter, err := w.jitter()
	if err != nil {
		return err
	}
	if refusal.Class == platform.ClassRateLimited || refusal.Class == platform.ClassQuota {
		wait, quota := w.sync.Quota.Wait(refusal.RetryAfter, jitter)
		w.sync.Quota = quota
		return w.throttle(ctx, w.Now().Add(wait))
	}
	if w.links == nil { // it failed before the ties were read; a lost grant has to name the campaigns
		if err := w.readLinks(ctx); err != nil {
			return err
		}
	}
	affected := w.affected()
	return w.settle(ctx, "failed", func(i integration.Integration) (integration.Settled, error) {
		return w.sync.Fail(i, refusal, affected, jitter, w.Now())
	})
}

func (w *worker) readLinks(ctx context.Context) error {
	links, err := w.Accounts.Links(ctx, w.account.OrgID, w.account.ID)
	w.links = make(map[string]integration.Link, len(links))
	for _, l := range links {
		w.links[l.ExternalID] = l
	}
	return err
}

func (w *worker) throttle(ctx context.Context, until time.Time) error {
	obs.Count(ctx, "SyncsThrottled", 1)
	return w.settle(ctx, "throttled", func(i integration.Integration) (integration.Settled, error) {
		return w.sync.Throttle(i, until, w.Now())
	})
}

// jitter is a random share, 0 to 1.
func (w *worker) jitter() (float64, error) {
	var b [4]byte
	if _, err := io.ReadFull(w.Random, b[:]); err != nil {
		return 0, err
	}
	return float64(binary.BigEndian.Uint32(b[:])) / (1 << 32), nil
}

// releaseEvery is how often a disconnecting looks whether its campaigns are paused.
const releaseEvery = time.Minute

// release gives the grant up once the campaigns are paused at the platform: it is revoked there, then
// deleted here. A platform that can't be reached is asked until the time for it is over.
func (w *worker) release(ctx context.Context) error {
	left, err := w.Accounts.UnsettledPlacements(ctx, w.account.OrgID, w.account.ID)
	if err != nil {
		return err
	}
	left = slices.DeleteFunc(left, func(u integration.Unsettled) bool { return u.Driven })
	if !w.account.MayRelease(len(left), w.Now()) {
		return w.handOver(ctx, releaseEvery)
	}
	if err := w.revoke(ctx); err != nil {
		obs.Fail(ctx, err)
		if w.Now().Sub(w.account.EndedAt) < 2*integration.ReleaseTime {
			return w.handOver(ctx, releaseEvery)
		}
	}
	cause := w.account.ReleaseCause(w.Now())
	for range tries {
		ch, err := w.account.Released(cause)
		if err != nil {
			return err
		}
		err = w.Accounts.Release(ctx, cause.ID, w.sync, w.account, integration.Settled{Sync: w.sync.Stop(), Change: ch})
		if !fault.Is(err, fault.Conflict) {
			return err
		}
		if err := w.refence(ctx); err != nil {
			return err
		}
		if w.account, err = w.Accounts.Get(ctx, w.account.OrgID, w.account.ID); err != nil {
			return err
		}
		if w.account.Status != integration.Disconnecting { // it was connected anew meanwhile
			return w.handOver(ctx, 0)
		}
	}
	return errOvertaken
}

// revoke ends the grant at the platform. One that is gone already needs none.
func (w *worker) revoke(ctx context.Context) error {
	connector, err := w.Connectors.For(w.account.Platform)
	if err != nil {
		return err
	}
	token, _, err := w.Tokens.Token(ctx, w.account, w.holder)
	if err == nil {
		err = connector.Revoke(ctx, platform.Call{Token: token, Account: w.account.Account})
	}
	refusal, ok := errors.AsType[*platform.Error](err)
	if ok && (refusal.Class == platform.ClassAuthRevoked || refusal.Class == platform.ClassAuthExpired) {
		return nil
	}
	return err
}
