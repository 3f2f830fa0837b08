package store

import (
	"context"
	"fmt"
	"time"

	"bellwether/internal/delivery"
	"bellwether/internal/fault"
	"bellwether/internal/parallel"
)

// Deliveries keeps the ledger of who was told what: one row for each alert and target, and the targets'
// lanes.
type Deliveries struct{ Table Table }

const (
	// deliveryTTL is how long a row of the ledger is kept.
	deliveryTTL = 400 * 24 * time.Hour
	// laneTTL is how long a lane is kept after its last use; nothing in it is older than what it is for.
	laneTTL = 30 * 24 * time.Hour
	// writesAtOnce is how many rows are written at a time.
	writesAtOnce = 8
)

// Enqueue writes new rows; one that is there already stays as it is.
func (s Deliveries) Enqueue(ctx context.Context, rows []delivery.Delivery) error {
	writes := make([]func(context.Context) error, len(rows))
	for i, d := range rows {
		writes[i] = func(ctx context.Context) error {
			item, err := deliveryItem(d)
			if err != nil {
				return err
			}
			return dropOutdated(s.Table.Write(ctx, d.ID, Put(item, NotExists())))
		}
	}
	return parallel.UpTo(ctx, writesAtOnce, writes...)
}

// Get reads one row; fault.NotFound for one that is not there.
func (s Deliveries) Get(ctx context.Context, orgID string, ref delivery.Ref) (delivery.Delivery, error) {
	item, err := s.Table.Get(ctx, Org(orgID).AlertDelivery(ref.AlertID, ref.ID))
	if fault.Is(err, fault.NotFound) {
		return delivery.Delivery{}, fault.New(fault.NotFound, "delivery_not_found", "there is no such delivery")
	}
	if err != nil {
		return delivery.Delivery{}, fmt.Errorf("read delivery %s: %w", ref.ID, err)
	}
	return decodeDelivery(item)
}

// OfAlert are all rows of an alert.
func (s Deliveries) OfAlert(ctx context.Context, orgID, alertID string) ([]delivery.Delivery, error) {
	items, err := All(ctx, s.Table, Query{Partition: Org(orgID).AlertDeliveries(alertID)}, 0)
	if err != nil {
		return nil, fmt.Errorf("read the deliveries of %s: %w", alertID, err)
	}
	return decodeAll(items, decodeDelivery)
}

// Pending are up to limit rows of the target for which something is to be done, the first one due first. A
// row that was written within the last moments may be missing.
func (s Deliveries) Pending(ctx context.Context, orgID, target string, limit int) ([]delivery.Delivery, error) {
	page, err := s.Table.Query(ctx, Query{Indexed: true, Partition: Org(orgID).Outbox(target), Limit: limit})
	if err != nil {
		return nil, fmt.Errorf("read the outbox of %s: %w", target, err)
	}
	return decodeAll(page.Items, decodeDelivery)
}

// Done reads one page of the rows for which nothing is to be done any more, the latest first; after is a
// former next.
func (s Deliveries) Done(ctx context.Context, orgID string, limit int, after string) (list []delivery.Delivery, next string, err error) {
	items, next, err := Merge(ctx, s.Table, Query{Indexed: true, Descending: true, Limit: limit}, shards(Org(orgID).DoneDeliveries), after)
	if err != nil {
		return nil, "", fmt.Errorf("list deliveries: %w", err)
	}
	list, err = decodeAll(items, decodeDelivery)
	return list, next, err
}

// Lane reads the way to a target; an unused one is at version 0.
func (s Deliveries) Lane(ctx context.Context, orgID, target string) (delivery.Lane, error) {
	item, err := s.Table.Get(ctx, Org(orgID).Lane(target))
	if fault.Is(err, fault.NotFound) {
		return delivery.Lane{OrgID: orgID, Target: target}, nil
	}
	if err != nil {
		return delivery.Lane{}, fmt.Errorf("read the lane of %s: %w", target, err)
	}
	return decodeVersioned(item, func(l *delivery.Lane, v int64) { l.Version = v })
}

// Save writes rows over the versions before theirs, all or nothing, and with them the lane if it is given;
// fault.Conflict when somebody else wrote one of them first. Version 1 is a new one.
func (s Deliveries) Save(ctx context.Context, token string, lane *delivery.Lane, now time.Time, rows ...delivery.Delivery) error {
	var ops []Op
	if lane != nil {
		item, err := jsonItem(Org(lane.OrgID).Lane(lane.Target), lane)
		if err != nil {
			return err
		}
		item.Version, item.ExpiresAt = lane.Version, now.Add(laneTTL).Truncate(time.Second)
		ops = append(ops, Put(item, since(lane.Version-1)))
	}
	for _, d := range rows {
		item, err := deliveryItem(d)
		if err != nil {
			return err
		}
		ops = append(ops, Put(item, since(d.Version-1)))
	}
	return s.Table.Write(ctx, token, ops...)
}

func deliveryItem(d delivery.Delivery) (Item, error) {
	item, err := jsonItem(Org(d.OrgID).AlertDelivery(d.AlertID, d.ID), d)
	item.Version, item.ExpiresAt = d.Version, d.CreatedAt.Add(deliveryTTL).Truncate(time.Second)
	if d.Pending() {
		item.Index = Org(d.OrgID).Outgoing(d.Target, d.ID, d.NotBefore)
	} else {
		item.Index = Org(d.OrgID).DoneDelivery(d.ID, d.EndedAt)
	}
	return item, err
}

func decodeDelivery(item Item) (delivery.Delivery, error) {
	return decodeVersioned(item, func(d *delivery.Delivery, v int64) { d.Version = v })
}
