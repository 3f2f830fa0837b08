package store

import (
	"context"
	"encoding/json"
	"fmt"

	"bellwether/internal/event"
)

const (
	// unknownOrg files what names no organisation: a payload that is no event at all.
	unknownOrg Org = "unknown"
	// maxUnreadable is how much is kept of a payload that does not fit into an item.
	maxUnreadable = 32 << 10
)

// Parked keeps the events that a listener will never be able to handle.
type Parked struct{ Table Table }

// ParkedPage is one page of a listener's parked events. Next is empty on the last one.
type ParkedPage struct {
	Events []event.Parked
	Next   string
}

// Park files p under its listener and event. A redelivery finds the row and changes nothing:
// the first reason and time stay.
func (r Parked) Park(ctx context.Context, p event.Parked) error {
	item, err := parkedItem(p)
	if err == nil && item.Size() > MaxItemBytes {
		p.Event, _ = json.Marshal(string(p.Event[:maxUnreadable]))
		p.Reason += fmt.Sprintf(" (only the first %d bytes are kept)", maxUnreadable)
		item, err = parkedItem(p)
	}
	if err != nil {
		return fmt.Errorf("park event %s: %w", p.EventID, err)
	}
	err = dropOutdated(r.Table.Write(ctx, event.Derive("park", p.Listener, p.EventID), Put(item, NotExists())))
	if err != nil {
		return fmt.Errorf("park event %s: %w", p.EventID, err)
	}
	return nil
}

// List is one page of the events that listener parked, in no particular order. An empty org
// asks for those that named none.
func (r Parked) List(ctx context.Context, org Org, listener string, limit int, after string) (ParkedPage, error) {
	if org == "" {
		org = unknownOrg
	}
	page, err := r.Table.Query(ctx, Query{Partition: org.ParkedEvents(listener), Limit: limit, After: after})
	if err != nil {
		return ParkedPage{}, fmt.Errorf("list parked events of %s: %w", listener, err)
	}
	out := ParkedPage{Next: page.Next, Events: make([]event.Parked, len(page.Items))}
	for i, item := range page.Items {
		if err := json.Unmarshal([]byte(item.Doc), &out.Events[i]); err != nil {
			return ParkedPage{}, fmt.Errorf("decode parked event %s: %w", item.SK, err)
		}
	}
	return out, nil
}

func parkedItem(p event.Parked) (Item, error) {
	org := Org(p.OrgID)
	if !event.IsID(p.OrgID) {
		org = unknownOrg
	}
	doc, err := json.Marshal(p)
	return Item{Key: org.Parked(p.Listener, p.EventID), Doc: string(doc)}, err
}
