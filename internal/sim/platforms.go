package sim

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/integration"
	"bellwether/internal/platform/sandbox"
	"bellwether/internal/produce"
	"bellwether/internal/queue"
	"bellwether/internal/store"
)

// message is one message of the sync queue.
type message struct {
	body json.RawMessage
	due  time.Time
}

// memoryQueue keeps the messages for sync-integration.
type memoryQueue struct {
	gate  *gate
	world *World
}

func (q memoryQueue) Send(_ context.Context, messages ...queue.Message) error {
	return q.gate.pass("Send", func() error {
		for _, m := range messages {
			q.world.Syncs = append(q.world.Syncs, message{m.Body, q.world.Clock.now.Add(m.Delay)})
		}
		return nil
	})
}

var _ queue.Queue = memoryQueue{}

// transport carries calls to the platforms' sandbox, through the gate. A call that fails is a lost
// connection: before it arrived, or after it took effect.
type transport struct {
	gate   *gate
	server http.RoundTripper
}

func (t transport) RoundTrip(r *http.Request) (answer *http.Response, err error) {
	var lost error
	err = t.gate.pass("call "+r.URL.Path, func() error {
		answer, lost = t.server.RoundTrip(r)
		return lost
	})
	if err != nil {
		return nil, sandbox.ErrLost
	}
	return answer, nil
}

// arrive queues the deliveries of the sync queue's messages that are due.
func (w *World) arrive() {
	w.Syncs = slices.DeleteFunc(w.Syncs, func(m message) bool {
		if m.due.After(w.Clock.now) {
			return false
		}
		w.received++
		w.queue = append(w.queue, w.syncDelivery(m.body))
		return true
	})
}

// returned is the error of a queue's message that the function gave back.
func returned(answer []byte) error {
	var response struct {
		Failures []struct{} `json:"batchItemFailures"`
	}
	if json.Unmarshal(answer, &response) == nil && len(response.Failures) > 0 {
		return fault.New(fault.Retryable, "returned", "the message goes back to the queue")
	}
	return nil
}

// Tick lets the dispatcher run, as every 15 minutes.
func (w *World) Tick(choose func(int, string) Fault) error {
	_, err := w.invoke(w.functions["dispatch-syncs"].Handler, []byte(`{}`), choose)
	return err
}

// SyncNow delivers a message for the account to sync-integration, once.
func (w *World) SyncNow(orgID, integrationID string, choose func(int, string) Fault) error {
	w.received++
	body, err := json.Marshal(produce.SyncMessage{OrgID: orgID, IntegrationID: integrationID})
	if err != nil {
		return err
	}
	return w.deliver(w.syncDelivery(body), choose)
}

// syncedSince reports whether the account's last run began after t and succeeded.
func (w *World) syncedSince(orgID, integrationID string, t time.Time) (bool, error) {
	runs, _, err := store.Runs{Table: w.Table}.List(noFaults(), orgID, integrationID, 1, "")
	return len(runs) > 0 && runs[0].StartedAt.After(t) && runs[0].Status == "succeeded", err
}

// Overtake lets another worker, in another process, take the account's sync while one stands still in
// a call for longer than its lease.
func (w *World) Overtake(orgID, integrationID string) error {
	w.Clock.Add(integration.LeaseTime)
	body, err := json.Marshal(produce.SyncMessage{OrgID: orgID, IntegrationID: integrationID})
	if err != nil {
		return err
	}
	w.received++
	_, err = w.invoke(w.others["sync-integration"].Handler, w.syncDelivery(body).payload, nil)
	return err
}

// syncDelivery is a message as the queue hands it over.
func (w *World) syncDelivery(body []byte) delivery {
	id := event.Derive("message", fmt.Sprint(w.received))
	payload, err := json.Marshal(map[string]any{"Records": []any{map[string]any{
		"messageId": id, "body": string(body), "attributes": map[string]string{"ApproximateReceiveCount": "1"},
	}}})
	if err != nil {
		panic(err) // it is made of texts
	}
	return delivery{"sync-integration", id, payload}
}

// Quiet lets quarters of an hour go by, each with its tick, until the account has been synced whole by
// runs that began after now, or is out of reach.
func (w *World) Quiet(orgID, integrationID string) error {
	accounts, since := store.Integrations{Table: w.Table}, w.Clock.now
	for range 40 {
		if err := w.Settle(); err != nil {
			return err
		}
		i, err := accounts.Get(noFaults(), orgID, integrationID)
		if err != nil {
			return err
		}
		course, err := accounts.Sync(noFaults(), orgID, integrationID)
		if err != nil {
			return err
		}
		fresh, err := w.syncedSince(orgID, integrationID, since)
		if err != nil {
			return err
		}
		if (fresh && course.Run == nil) || i.Status == integration.NeedsReconnect || i.Status == integration.Disconnected {
			return nil
		}
		w.Clock.Add(5 * time.Minute)
		if err := w.Tick(nil); err != nil {
			return err
		}
		w.Clock.Add(10 * time.Minute) // all of the tick's messages have come
	}
	return fmt.Errorf("account %s does not come to rest", integrationID)
}
