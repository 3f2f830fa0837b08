package produce

import (
	"context"
	"encoding/json"
	"hash/fnv"
	"time"

	"bellwether/internal/entry"
	"bellwether/internal/event"
	"bellwether/internal/integration"
	"bellwether/internal/obs"
	"bellwether/internal/queue"
	"bellwether/internal/store"
)

const dispatchSyncs = "dispatch-syncs"

// SyncMessage asks SyncIntegration to look after an account. It says nothing of what is to do: that
// stands in the account's sync, so a message that comes twice, late or for nothing does no harm.
type SyncMessage struct {
	OrgID         string `json:"orgId"`
	IntegrationID string `json:"integrationId"`
}

// Queued is the message, to be delivered after the delay.
func (m SyncMessage) Queued(delay time.Duration) (queue.Message, error) {
	body, err := json.Marshal(m)
	return queue.Message{Body: body, Delay: min(max(delay, 0), queue.MaxDelay)}, err
}

// DueAccounts finds the accounts whose sync is due.
type DueAccounts interface {
	DueSyncs(ctx context.Context, shard int, until time.Time, limit int, after string) ([]store.Due, string, error)
	Update(ctx context.Context, token, orgID, id string, change func(integration.Integration) (integration.Change, error)) (integration.Integration, error)
}

const (
	// dispatchSlack takes along what gets due a moment after the tick: the schedule itself is not on the second.
	dispatchSlack = time.Minute
	// staggerOver spreads the accounts of one tick, so that they don't start together.
	staggerOver = 5 * time.Minute
	// overdue is how long work may wait before somebody looks whether its data has got stale: two ticks.
	overdue      = 2 * integration.DefaultEvery * time.Minute
	dispatchPage = 1000
)

// DispatchSyncs puts every account whose sync is due into the queue. It changes nothing itself: an
// account stays due until a worker has taken it, so a tick that dies is made good by the next. For
// accounts that nobody has taken for long it is the dead-man switch.
func DispatchSyncs(accounts DueAccounts, syncs queue.Queue, now func() time.Time) *entry.Schedule {
	return entry.NewSchedule(func(ctx context.Context, _ json.RawMessage) error {
		at, sent := now(), 0
		for shard := range store.Shards {
			for after := ""; ; {
				due, next, err := accounts.DueSyncs(ctx, shard, at.Add(dispatchSlack), dispatchPage, after)
				if err != nil {
					return err
				}
				if err := dispatch(ctx, accounts, syncs, due, at); err != nil {
					return err
				}
				sent += len(due)
				if after = next; next == "" {
					break
				}
			}
		}
		obs.Note(ctx, "due", sent)
		obs.Count(ctx, "SyncsDue", sent)
		return nil
	})
}

func dispatch(ctx context.Context, accounts DueAccounts, syncs queue.Queue, due []store.Due, at time.Time) error {
	messages := make([]queue.Message, 0, len(due))
	for _, d := range due {
		m, err := SyncMessage{d.OrgID, d.IntegrationID}.Queued(max(d.At.Sub(at), 0) + stagger(d.IntegrationID))
		if err != nil {
			return err
		}
		messages = append(messages, m)
		if at.Sub(d.At) < overdue {
			continue
		}
		id := event.Derive(d.IntegrationID, dispatchSyncs, store.Stamp(d.At))
		cause := event.Cause{ID: id, CorrelationID: id, Actor: "schedule/" + dispatchSyncs, At: at}
		_, err = accounts.Update(ctx, id, d.OrgID, d.IntegrationID, func(i integration.Integration) (integration.Change, error) {
			return i.GoStale(cause)
		})
		if err != nil {
			return err
		}
	}
	if len(messages) == 0 {
		return nil
	}
	return syncs.Send(ctx, messages...)
}

// stagger is the account's own place within the five minutes after a tick.
func stagger(id string) time.Duration {
	h := fnv.New32a()
	h.Write([]byte(id))
	return time.Duration(h.Sum32()%uint32(staggerOver/time.Second)) * time.Second
}
