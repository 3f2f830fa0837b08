package produce

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"bellwether/internal/deadletter"
	"bellwether/internal/entry"
	"bellwether/internal/event"
	"bellwether/internal/obs"
	"bellwether/internal/parallel"
	"bellwether/internal/queue"
)

// DeadLetters keeps what listeners could not handle.
type DeadLetters interface {
	File(ctx context.Context, l deadletter.Letter) error
}

// collectPages is how many pages of a queue one tick reads.
const collectPages = 100

// CollectDeadLetters files what stands in the listeners' dead-letter queues under the organisations that it
// belongs to, where people see it, and redrive or discard it. A message is deleted when it is filed; one that
// is filed twice is one letter. queues are by listener.
func CollectDeadLetters(queues map[string]queue.Source, letters DeadLetters, now func() time.Time) *entry.Schedule {
	return entry.NewSchedule(func(ctx context.Context, _ json.RawMessage) error {
		var calls []func(context.Context) error
		for _, listener := range slices.Sorted(maps.Keys(queues)) {
			calls = append(calls, func(ctx context.Context) error { return collect(ctx, listener, queues[listener], letters, now) })
		}
		return parallel.Do(ctx, calls...)
	})
}

func collect(ctx context.Context, listener string, from queue.Source, letters DeadLetters, now func() time.Time) error {
	for range collectPages {
		messages, err := from.Receive(ctx)
		if err != nil || len(messages) == 0 {
			return err
		}
		for _, m := range messages {
			if err := letters.File(ctx, letterOf(listener, m, now())); err != nil {
				return fmt.Errorf("file a dead letter of %s: %w", listener, err)
			}
			if err := from.Delete(ctx, m.Receipt); err != nil {
				return err
			}
			obs.Count(ctx, "DeadLetters", 1)
		}
	}
	return nil
}

// letterOf reads a dead letter in either of the forms that AWS gives it: the record of an asynchronous
// invocation that failed for the last time, or an event that EventBridge could not even hand over, with the
// reason beside it.
func letterOf(listener string, m queue.Received, now time.Time) deadletter.Letter {
	var record struct {
		RequestContext struct {
			Condition string `json:"condition"`
			Invokes   int    `json:"approximateInvokeCount"`
		} `json:"requestContext"`
		RequestPayload  json.RawMessage `json:"requestPayload"`
		ResponsePayload struct {
			ErrorMessage string `json:"errorMessage"`
		} `json:"responsePayload"`
	}
	payload, tries := json.RawMessage(m.Body), 0
	p := event.Parked{Listener: listener, Code: "undeliverable", Public: "EventBridge could not hand the event to the listener", At: now}
	if json.Unmarshal(m.Body, &record) == nil && len(record.RequestPayload) > 0 {
		payload, tries = record.RequestPayload, record.RequestContext.Invokes
		p.Code, p.Reason = "tries_exhausted", record.ResponsePayload.ErrorMessage
		p.Public = fmt.Sprintf("it failed at each of its %d tries", tries)
		if record.RequestContext.Condition == "EventAgeExceeded" {
			p.Code, p.Public = "too_old", "it could not be handled for hours, and was given up"
		}
	} else {
		tries, _ = strconv.Atoi(m.Attributes["RETRY_ATTEMPTS"])
		p.Reason = m.Attributes["ERROR_CODE"] + ": " + m.Attributes["ERROR_MESSAGE"]
	}
	if !m.SentAt.IsZero() {
		p.At = m.SentAt
	}
	p.Event = payload
	p.OrgID, p.EventID = event.NamedBy(payload)
	p.EventID = cmp.Or(p.EventID, event.Derive("unreadable event", string(payload)))
	if !json.Valid(payload) {
		p.Event, _ = json.Marshal(string(payload))
	}
	return deadletter.New(p, true, tries)
}
