package store

import (
	"context"
	"fmt"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/ticket"
)

// Tickets keeps the tickets of the tracker that comes with the system.
type Tickets struct{ Table Table }

// Get reads a ticket; fault.NotFound for one that the organisation does not have.
func (s Tickets) Get(ctx context.Context, orgID, key string) (ticket.Ticket, error) {
	gone := fault.New(fault.NotFound, "ticket_not_found", "there is no such ticket")
	if !ticket.IsKey(key) {
		return ticket.Ticket{}, gone
	}
	item, err := s.Table.Get(ctx, Org(orgID).Ticket(key))
	if fault.Is(err, fault.NotFound) {
		return ticket.Ticket{}, gone
	}
	if err != nil {
		return ticket.Ticket{}, fmt.Errorf("read ticket %s: %w", key, err)
	}
	return decodeTicket(item)
}

// List reads one page: the open ones first, the worst of them first, then the others, the last closed first.
// after is a former next.
func (s Tickets) List(ctx context.Context, orgID string, limit int, after string) (list []ticket.Ticket, next string, err error) {
	items, next, err := Merge(ctx, s.Table, Query{Indexed: true, Limit: limit}, []string{Org(orgID).TicketLists()}, after)
	if err != nil {
		return nil, "", fmt.Errorf("list tickets: %w", err)
	}
	list, err = decodeAll(items, decodeTicket)
	return list, next, err
}

// Update applies change to the ticket as it is now; when somebody else wrote first, it reads again and
// repeats. Without a new version nothing is written.
func (s Tickets) Update(ctx context.Context, token, orgID, key string, change func(ticket.Ticket) (ticket.Ticket, error)) (ticket.Ticket, error) {
	for attempt := 1; ; attempt++ {
		before, err := s.Get(ctx, orgID, key)
		if err != nil {
			return before, err
		}
		next, err := change(before)
		if err != nil || next.Version == before.Version {
			return next, err
		}
		err = s.put(ctx, token, next, VersionIs(before.Version))
		if err == nil || !fault.Is(err, fault.Conflict) || attempt == attempts {
			return next, err
		}
	}
}

func (s Tickets) put(ctx context.Context, token string, t ticket.Ticket, cond Condition) error {
	o := Org(t.OrgID)
	item, err := jsonItem(o.Ticket(t.Key), t)
	if err != nil {
		return err
	}
	item.Version, item.Index = t.Version, o.TicketList(t.Key, false, t.Severity, t.OpenedAt)
	if t.State == ticket.Done {
		item.Index = o.TicketList(t.Key, true, t.Severity, t.ClosedAt)
	}
	return s.Table.Write(ctx, versioned(token, t.Version), Put(item, cond))
}

func decodeTicket(item Item) (ticket.Ticket, error) {
	t, err := decodeJSON[ticket.Ticket](item)
	t.Version = item.Version
	return t, err
}

// Tracker is the organisation's built-in tracker; what is done there is the cause's.
func (s Tickets) Tracker(orgID string, cause event.Cause) ticket.Tracker {
	return builtin{s, orgID, cause}
}

type builtin struct {
	tickets Tickets
	orgID   string
	cause   event.Cause
}

// maxSame is how many incidents may come to one key.
const maxSame = 5

// Create implements ticket.Tracker. The ticket stands under a key that the incident gives: a repeat finds it.
func (b builtin) Create(ctx context.Context, d ticket.Draft) (ticket.Ref, error) {
	for attempt := range maxSame {
		t := ticket.New(b.orgID, ticket.Key(d.IncidentID, attempt), d)
		err := b.tickets.put(ctx, "ticket/"+d.IncidentID, t, NotExists())
		if fault.Is(err, fault.Conflict) {
			if t, err = b.tickets.Get(ctx, b.orgID, t.Key); err == nil && t.IncidentID != d.IncidentID {
				continue
			}
		}
		return ticket.Ref{Tracker: ticket.Builtin, Key: t.Key}, err
	}
	return ticket.Ref{}, fault.New(fault.Permanent, "ticket_keys", "every key that the ticket might have is taken")
}

func (b builtin) update(ctx context.Context, r ticket.Ref, step string, change func(ticket.Ticket) (ticket.Ticket, error)) error {
	_, err := b.tickets.Update(ctx, event.Derive(b.cause.ID, "ticket", step), b.orgID, r.Key, change)
	return err
}

func (b builtin) at() time.Time { return b.cause.At }

// Comment implements ticket.Tracker.
func (b builtin) Comment(ctx context.Context, r ticket.Ref, id, text string) error {
	return b.update(ctx, r, id, func(t ticket.Ticket) (ticket.Ticket, error) { return t.Comment(id, b.cause.Actor, text, b.at()) })
}

// Close implements ticket.Tracker.
func (b builtin) Close(ctx context.Context, r ticket.Ref) error { return b.set(ctx, r, ticket.Done) }

// Reopen implements ticket.Tracker.
func (b builtin) Reopen(ctx context.Context, r ticket.Ref) error { return b.set(ctx, r, ticket.Open) }

func (b builtin) set(ctx context.Context, r ticket.Ref, state ticket.State) error {
	return b.update(ctx, r, string(state), func(t ticket.Ticket) (ticket.Ticket, error) {
		return t.Set(state, b.cause.Actor, b.at()), nil
	})
}

// State implements ticket.Tracker.
func (b builtin) State(ctx context.Context, r ticket.Ref) (ticket.State, error) {
	t, err := b.tickets.Get(ctx, b.orgID, r.Key)
	return t.State, err
}
