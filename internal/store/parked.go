package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"bellwether/internal/deadletter"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/incident"
)

const (
	// unknownOrg files what names no organisation: a payload that is no event at all.
	unknownOrg Org = "unknown"
	// maxUnreadable is how much is kept of a payload that does not fit into an item.
	maxUnreadable = 32 << 10
	// letterTTL is how long a letter is kept for which nothing is to be done.
	letterTTL = 90 * 24 * time.Hour
)

// Parked keeps what listeners could not handle: parked events and dead letters. Those that wait for a
// person stand in the index.
type Parked struct{ Table Table }

// Park files p under its listener and event. A redelivery finds the row and changes nothing:
// the first reason and time stay.
func (r Parked) Park(ctx context.Context, p event.Parked) error {
	return r.File(ctx, deadletter.New(p, false, 0))
}

// File keeps a letter; one that was redriven, and has failed again, waits again.
func (r Parked) File(ctx context.Context, l deadletter.Letter) error {
	for attempt := 1; ; attempt++ {
		err := r.file(ctx, l)
		if err == nil {
			return r.signal(ctx, l, false)
		}
		if !fault.Is(err, fault.Conflict) || attempt == attempts {
			return fmt.Errorf("park event %s: %w", l.EventID, err)
		}
	}
}

func (r Parked) file(ctx context.Context, l deadletter.Letter) error {
	item, err := letterItem(l)
	if err == nil && item.Size() > MaxItemBytes {
		l.Event, _ = json.Marshal(string(l.Event[:maxUnreadable]))
		l.Reason += fmt.Sprintf(" (only the first %d bytes are kept)", maxUnreadable)
		l.EventType = "" // cut off, it is no event any more
		item, err = letterItem(l)
	}
	if err != nil {
		return err
	}
	token := event.Derive("park", l.Listener, l.EventID)
	if err = r.Table.Write(ctx, token, Put(item, NotExists())); !fault.Is(err, fault.Conflict) {
		return err
	}
	had, err := r.get(ctx, item.Key)
	if err != nil {
		return err
	}
	next, changed := had.Again(l)
	if !changed {
		return nil
	}
	if item, err = letterItem(next); err != nil {
		return err
	}
	return r.Table.Write(ctx, versioned(token, next.Version), Put(item, VersionIs(had.Version)))
}

// Get reads a letter; fault.NotFound for one that the organisation does not have.
func (r Parked) Get(ctx context.Context, orgID, listener, eventID string) (deadletter.Letter, error) {
	return r.get(ctx, Org(orgID).Parked(listener, eventID))
}

func (r Parked) get(ctx context.Context, key Key) (deadletter.Letter, error) {
	item, err := r.Table.Get(ctx, key)
	if fault.Is(err, fault.NotFound) {
		return deadletter.Letter{}, fault.New(fault.NotFound, "dead_letter_not_found", "there is no such dead letter")
	}
	if err != nil {
		return deadletter.Letter{}, fmt.Errorf("read a dead letter: %w", err)
	}
	return decodeLetter(item)
}

// Change applies change to a letter and writes it with its audit record; a change that leaves the version
// as it is writes nothing. An incident about the listener's letters ends with the last that waits.
func (r Parked) Change(ctx context.Context, action string, l deadletter.Letter, change func(deadletter.Letter) (deadletter.Letter, error), cause event.Cause) (deadletter.Letter, error) {
	next, err := change(l)
	if err != nil || next.Version == l.Version {
		return next, err
	}
	item, err := letterItem(next)
	if err != nil {
		return l, err
	}
	record, err := auditOps(cause, l.OrgID, action, "dead-letter/"+l.Listener+"/"+l.EventID, next.Note)
	if err != nil {
		return l, err
	}
	if err := r.Table.Write(ctx, event.Derive(cause.ID, l.Listener, l.EventID), append(record, Put(item, VersionIs(l.Version)))...); err != nil {
		return l, err
	}
	return next, r.settle(ctx, next)
}

// settle ends the incident about the listener's letters when none waits any more. The index may be moments
// behind: the letter that was just changed does not count.
func (r Parked) settle(ctx context.Context, l deadletter.Letter) error {
	left, _, err := r.Waiting(ctx, l.OrgID, []string{l.Listener}, 2, "")
	if err != nil {
		return err
	}
	for _, other := range left {
		if other.EventID != l.EventID {
			return nil
		}
	}
	return r.signal(ctx, l, true)
}

// signal says whether something waits for a person.
func (r Parked) signal(ctx context.Context, l deadletter.Letter, resolved bool) error {
	if !event.IsID(l.OrgID) {
		return nil
	}
	s, incidents := incident.DeadLetters(l, resolved), Incidents(r)
	if open, err := incidents.Unresolved(ctx, l.OrgID, s.Key); err != nil || open != resolved {
		return err
	}
	return incidents.Put(ctx, l.OrgID, s)
}

// List is one page of all letters of a listener, in no particular order. An empty org asks for those that
// named none.
func (r Parked) List(ctx context.Context, org Org, listener string, limit int, after string) (list []deadletter.Letter, next string, err error) {
	if org == "" {
		org = unknownOrg
	}
	page, err := r.Table.Query(ctx, Query{Partition: org.ParkedEvents(listener), Limit: limit, After: after})
	if err != nil {
		return nil, "", fmt.Errorf("list parked events of %s: %w", listener, err)
	}
	list, err = decodeAll(page.Items, decodeLetter)
	return list, page.Next, err
}

// Waiting is one page of the letters of the listeners that wait for a person, the oldest first; after is a
// former next.
func (r Parked) Waiting(ctx context.Context, orgID string, listeners []string, limit int, after string) (list []deadletter.Letter, next string, err error) {
	partitions := make([]string, len(listeners))
	for i, name := range listeners {
		partitions[i] = Org(orgID).WaitingLetters(name)
	}
	items, next, err := Merge(ctx, r.Table, Query{Indexed: true, Limit: limit}, partitions, after)
	if err != nil {
		return nil, "", fmt.Errorf("list dead letters: %w", err)
	}
	list, err = decodeAll(items, decodeLetter)
	return list, next, err
}

func letterItem(l deadletter.Letter) (Item, error) {
	org := Org(l.OrgID)
	if !event.IsID(l.OrgID) {
		org = unknownOrg
	}
	doc, err := json.Marshal(l)
	item := Item{Key: org.Parked(l.Listener, l.EventID), Version: l.Version, Doc: string(doc)}
	if l.State == deadletter.Waiting {
		item.Index = org.WaitingLetter(l.Listener, l.EventID, l.FailedAt)
	} else {
		item.ExpiresAt = l.ChangedAt.Add(letterTTL).Truncate(time.Second)
	}
	return item, err
}

func decodeLetter(item Item) (deadletter.Letter, error) {
	return decodeVersioned(item, func(l *deadletter.Letter, v int64) { l.Version = v })
}
