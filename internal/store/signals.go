package store

import (
	"context"
	"fmt"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/incident"
)

// Signals keeps what is wrong, and what was and is well again.
type Signals struct{ Table Table }

// signalTTL is how long a signal is kept after it was resolved: longer than any event is redelivered.
const signalTTL = 90 * 24 * time.Hour

// Put writes a signal; one of an older version, or of the same, is dropped as success.
func (s Signals) Put(ctx context.Context, orgID string, signal incident.Signal) error {
	item, err := jsonItem(Org(orgID).Signal(signal.Key), signal)
	if err != nil {
		return err
	}
	item.AsOf = signal.Version
	if signal.Resolved {
		item.ExpiresAt = signal.At.Add(signalTTL).Truncate(time.Second)
	}
	return dropOutdated(s.Table.Write(ctx, "signal/"+signal.Key, Put(item, Newer())))
}

// Unresolved reports whether something is wrong by the key.
func (s Signals) Unresolved(ctx context.Context, orgID, key string) (bool, error) {
	item, err := s.Table.Get(ctx, Org(orgID).Signal(key))
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read the signal %s: %w", key, err)
	}
	signal, err := decodeJSON[incident.Signal](item)
	return !signal.Resolved, err
}

// List are the organisation's signals, in order of key.
func (s Signals) List(ctx context.Context, orgID string) ([]incident.Signal, error) {
	items, err := All(ctx, s.Table, Query{Partition: Org(orgID).Signals()}, 0)
	if err != nil {
		return nil, fmt.Errorf("read the signals: %w", err)
	}
	return decodeAll(items, func(item Item) (incident.Signal, error) {
		signal, err := decodeJSON[incident.Signal](item)
		signal.Version = item.AsOf
		return signal, err
	})
}
