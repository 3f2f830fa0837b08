package store

import (
	"context"
	"fmt"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/incident"
)

// Silences keeps silences, also those that are over. The index has them in order of their expiry, so
// that those that may be in force are found without reading the history.
type Silences struct{ Table Table }

// Create writes a new silence; fault.Conflict when it is there already.
func (s Silences) Create(ctx context.Context, sil incident.Silence, cause event.Cause) error {
	return s.write(ctx, sil, "silence.created", NotExists(), cause)
}

// Get reads a silence; fault.NotFound for one that the organisation does not have.
func (s Silences) Get(ctx context.Context, orgID, id string) (incident.Silence, error) {
	item, err := s.Table.Get(ctx, Org(orgID).Silence(id))
	if fault.Is(err, fault.NotFound) {
		return incident.Silence{}, fault.New(fault.NotFound, "silence_not_found", "there is no such silence")
	}
	if err != nil {
		return incident.Silence{}, fmt.Errorf("read silence %s: %w", id, err)
	}
	return decodeSilence(item)
}

// End ends a silence now; one that is over stays as it is.
func (s Silences) End(ctx context.Context, orgID, id string, cause event.Cause) error {
	return again(func() error {
		before, err := s.Get(ctx, orgID, id)
		if err != nil {
			return err
		}
		next := before.End(cause)
		if next.Version == before.Version {
			return nil
		}
		return s.write(ctx, next, "silence.ended", VersionIs(before.Version), cause)
	})
}

// write puts the silence with its audit record.
func (s Silences) write(ctx context.Context, sil incident.Silence, action string, cond Condition, cause event.Cause) error {
	item, err := jsonItem(Org(sil.OrgID).Silence(sil.ID), sil)
	if err != nil {
		return err
	}
	item.Version, item.Index = sil.Version, Org(sil.OrgID).SilenceByExpiry(sil.ID, sil.ExpiresAt)
	record, err := auditOps(cause, sil.OrgID, action, "silence/"+sil.ID, sil.Reason)
	if err != nil {
		return err
	}
	return s.Table.Write(ctx, cause.CorrelationID+"/"+action, append(record, Put(item, cond))...)
}

// Current are the silences that are in force at now or will be, the first to expire first.
func (s Silences) Current(ctx context.Context, orgID string, now time.Time) ([]incident.Silence, error) {
	items, err := All(ctx, s.Table, Query{Indexed: true, Partition: Org(orgID).Silences(), From: PrefixEnd(Stamp(now))}, 0)
	if err != nil {
		return nil, fmt.Errorf("read silences: %w", err)
	}
	return decodeAll(items, decodeSilence)
}

// List reads one page of all silences, the last to expire first; after is a former next.
func (s Silences) List(ctx context.Context, orgID string, limit int, after string) (list []incident.Silence, next string, err error) {
	items, next, err := Merge(ctx, s.Table, Query{Indexed: true, Descending: true, Limit: limit}, []string{Org(orgID).Silences()}, after)
	if err != nil {
		return nil, "", fmt.Errorf("list silences: %w", err)
	}
	list, err = decodeAll(items, decodeSilence)
	return list, next, err
}

func decodeSilence(item Item) (incident.Silence, error) {
	s, err := decodeJSON[incident.Silence](item)
	s.Version = item.Version
	return s, err
}
