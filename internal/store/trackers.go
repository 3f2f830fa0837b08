package store

import (
	"context"
	"fmt"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/ticket"
)

// Trackers keeps which tracker each organisation uses.
type Trackers struct{ Table Table }

// Settings reads an organisation's; without any they are those of the tracker that comes with the system, of
// version 0.
func (s Trackers) Settings(ctx context.Context, orgID string) (ticket.Settings, error) {
	item, err := s.Table.Get(ctx, Org(orgID).Tracker())
	if fault.Is(err, fault.NotFound) {
		return ticket.Settings{OrgID: orgID, Kind: ticket.Builtin}, nil
	}
	if err != nil {
		return ticket.Settings{}, fmt.Errorf("read the tracker: %w", err)
	}
	t, err := decodeJSON[ticket.Settings](item)
	t.Version = item.Version
	return t, err
}

// Put writes settings that a person changed, with their audit record; fault.Conflict when the stored ones
// are not of the version before.
func (s Trackers) Put(ctx context.Context, t ticket.Settings, before int64, cause event.Cause) error {
	item, err := trackerItem(t)
	if err != nil {
		return err
	}
	record, err := auditOps(cause, t.OrgID, "tracker.changed", "org/"+t.OrgID, t.Kind+" "+t.Project)
	if err != nil {
		return err
	}
	return s.Table.Write(ctx, versioned(cause.CorrelationID+"/tracker", t.Version), append(record, Put(item, since(before)))...)
}

// Note writes what became of the last call to the organisation's tracker of the kind: text is why it was
// refused, "" when it went well. What a person changed in the meantime stays.
func (s Trackers) Note(ctx context.Context, orgID, kind, text string, cause event.Cause) error {
	return again(func() error {
		before, err := s.Settings(ctx, orgID)
		if err != nil || before.Version == 0 || before.Kind != kind {
			return err
		}
		next := before.Noted(text, cause.At)
		if next.Version == before.Version {
			return nil
		}
		item, err := trackerItem(next)
		if err != nil {
			return err
		}
		return s.Table.Write(ctx, versioned(cause.ID+"/tracker", next.Version), Put(item, VersionIs(before.Version)))
	})
}

func trackerItem(t ticket.Settings) (Item, error) {
	item, err := jsonItem(Org(t.OrgID).Tracker(), t)
	item.Version = t.Version
	return item, err
}
