package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
)

const (
	eventRetention = 90 * 24 * time.Hour
	// correlationSpan is how long after its beginning a chain of causes is looked for.
	correlationSpan = 24 * time.Hour
)

// EventLog is the record of every event that was published, for 90 days. It is spread over
// 16 shards a day; the events of one subject share a shard.
type EventLog struct{ Table Table }

// Append logs e. Its key is made of its own id and time, so it is logged once however often
// it is appended.
func (l EventLog) Append(ctx context.Context, e event.Raw) error {
	doc, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("log event %s: %w", e.Meta.ID, err)
	}
	item := Item{
		Key:       Org(e.Meta.OrgID).LoggedEvent(e.Meta.Subject, e.Meta.ID, e.Meta.OccurredAt),
		ExpiresAt: e.Meta.OccurredAt.Add(eventRetention).Truncate(time.Second),
		Doc:       string(doc),
	}
	if err := dropOutdated(l.Table.Write(ctx, e.Meta.ID, Put(item, NotExists()))); err != nil {
		return fmt.Errorf("log event %s: %w", e.Meta.ID, err)
	}
	return nil
}

// EventQuery selects events of one organisation by the time at which they occurred.
type EventQuery struct {
	From, To      time.Time // From inclusive, To exclusive; a correlation id of version 7 sets them where they are zero
	Subject       string    // "campaign/<id>"; empty: any
	CorrelationID string    // empty: any
	Descending    bool
	Limit         int    // events a page, 1 to MaxPage
	After         string // EventPage.Next of the page before
}

// EventPage is one page of events. Next is empty on the last one; a page may be short, even
// empty, and have a Next, because one call reads a bounded number of items.
type EventPage struct {
	Events []event.Raw
	Next   string
}

// List is one page of events in order of time.
func (l EventLog) List(ctx context.Context, org Org, q EventQuery) (EventPage, error) {
	if started, ok := event.TimeOf(q.CorrelationID); ok {
		if q.From.IsZero() {
			q.From = started
		}
		if q.To.IsZero() {
			q.To = q.From.Add(correlationSpan)
		}
	}
	if q.From.IsZero() || q.To.IsZero() {
		return EventPage{}, fault.New(fault.Invalid, "range_required", "a search in the event log needs a beginning and an end")
	}
	scan := newEventScan(l.Table, org, q)
	page, err := scan.run(ctx)
	if err != nil {
		return EventPage{}, fmt.Errorf("read the event log: %w", err)
	}
	return page, nil
}
