package store

import (
	"context"
	"fmt"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/notification"
)

// Alerts keeps the alert records.
type Alerts struct{ Table Table }

// alertTTL is how long an alert record is kept.
const alertTTL = 400 * 24 * time.Hour

// Has reports whether the alert was recorded.
func (s Alerts) Has(ctx context.Context, orgID, id string, at time.Time) (bool, error) {
	_, err := s.Table.Get(ctx, Org(orgID).Alert(id, at))
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// Add records an alert; one that is there already stays.
func (s Alerts) Add(ctx context.Context, a notification.Alert) error {
	item, err := jsonItem(Org(a.OrgID).Alert(a.ID, a.At), a)
	if err != nil {
		return err
	}
	item.ExpiresAt = a.At.Add(alertTTL).Truncate(time.Second)
	return dropOutdated(s.Table.Write(ctx, a.ID, Put(item, NotExists())))
}

// List reads one page of the organisation's alerts, the newest first; after is a former next.
func (s Alerts) List(ctx context.Context, orgID string, limit int, after string) (list []notification.Alert, next string, err error) {
	items, next, err := Merge(ctx, s.Table, Query{Descending: true, Limit: limit}, shards(Org(orgID).Alerts), after)
	if err != nil {
		return nil, "", fmt.Errorf("list alerts: %w", err)
	}
	list, err = decodeAll(items, decodeJSON[notification.Alert])
	return list, next, err
}
