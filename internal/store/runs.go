package store

import (
	"context"
	"fmt"
	"time"

	"bellwether/internal/integration"
)

// Runs keeps the history of syncs, and the accounts' rows of the dashboard.
type Runs struct{ Table Table }

// runTTL is how long a run is kept.
const runTTL = 35 * 24 * time.Hour

// Put writes a run as its newest event tells it; an older word on it is dropped as success.
func (s Runs) Put(ctx context.Context, orgID string, r integration.RunRecord) error {
	item, err := jsonItem(Org(orgID).Run(r.IntegrationID, r.RunID, r.StartedAt), r)
	if err != nil {
		return err
	}
	item.AsOf, item.ExpiresAt = r.Sequence, r.StartedAt.Add(runTTL).Truncate(time.Second)
	return dropOutdated(s.Table.Write(ctx, "run/"+r.RunID, Put(item, Newer())))
}

// List reads one page of an account's runs, the newest first; after is a former next.
func (s Runs) List(ctx context.Context, orgID, integrationID string, limit int, after string) (list []integration.RunRecord, next string, err error) {
	items, next, err := Merge(ctx, s.Table, Query{
		From: runPrefix, To: PrefixEnd(runPrefix), Descending: true, Limit: limit,
	}, []string{Org(orgID).Account(integrationID)}, after)
	if err != nil {
		return nil, "", fmt.Errorf("list runs: %w", err)
	}
	list, err = decodeAll(items, decodeJSON[integration.RunRecord])
	return list, next, err
}

// PutTile writes an account's row of the dashboard; an older one than that which is there is dropped as success.
func (s Runs) PutTile(ctx context.Context, orgID string, tile integration.Tile) error {
	item, err := jsonItem(Org(orgID).AccountTile(tile.IntegrationID), tile)
	if err != nil {
		return err
	}
	item.AsOf = tile.Version
	return dropOutdated(s.Table.Write(ctx, "account-tile/"+tile.IntegrationID, Put(item, Newer())))
}

// Tiles are the rows of all accounts of the organisation, in order of id.
func (s Runs) Tiles(ctx context.Context, orgID string) ([]integration.Tile, error) {
	items, err := All(ctx, s.Table, Query{Partition: Org(orgID).Integrations(), From: tilePrefix, To: PrefixEnd(tilePrefix)}, 0)
	if err != nil {
		return nil, fmt.Errorf("read the accounts of the dashboard: %w", err)
	}
	return decodeAll(items, func(item Item) (integration.Tile, error) {
		tile, err := decodeJSON[integration.Tile](item)
		tile.Version = item.AsOf
		return tile, err
	})
}
