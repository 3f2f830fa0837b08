package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"bellwether/internal/analytics"
	"bellwether/internal/fault"
)

// Dashboard keeps the rows that the dashboard is read from. Each is replaced only by a newer
// version of what it shows, and readers write nothing: stale data can't come back.
type Dashboard struct {
	Table Table
}

// postTTL is how long a post stays on the dashboard.
const postTTL = 30 * 24 * time.Hour

// PutTile writes a campaign's row; an older version than the one that is there is dropped as success.
func (s Dashboard) PutTile(ctx context.Context, orgID string, tile analytics.Tile) error {
	item, err := jsonItem(Org(orgID).Tile(tile.CampaignID), tile)
	if err != nil {
		return err
	}
	item.AsOf = tile.Version
	return dropOutdated(s.Table.Write(ctx, "tile/"+tile.CampaignID, Put(item, Newer())))
}

// PutPost writes a post's row; an older version than the one that is there is dropped as success.
func (s Dashboard) PutPost(ctx context.Context, orgID string, post analytics.PostTile) error {
	item, err := jsonItem(Org(orgID).PostTile(post.PostID), post)
	if err != nil {
		return err
	}
	item.AsOf, item.ExpiresAt = post.Version, post.At().Add(postTTL).Truncate(time.Second)
	return dropOutdated(s.Table.Write(ctx, "post-tile/"+post.PostID, Put(item, Newer())))
}

// Tiles are the rows of all campaigns of the organisation, in order of id.
func (s Dashboard) Tiles(ctx context.Context, orgID string) ([]analytics.Tile, error) {
	items, err := s.all(ctx, Query{From: tilePrefix, To: PrefixEnd(tilePrefix)}, shards(Org(orgID).Tiles))
	if err != nil {
		return nil, fmt.Errorf("read the dashboard: %w", err)
	}
	return decodeAll(items, decodeTile)
}

// Posts are the posts of the last 30 days, the newest first.
func (s Dashboard) Posts(ctx context.Context, orgID string) ([]analytics.PostTile, error) {
	items, err := s.all(ctx, Query{From: postTilePrefix, To: PrefixEnd(postTilePrefix)}, shards(Org(orgID).Tiles))
	if err != nil {
		return nil, fmt.Errorf("read the published posts: %w", err)
	}
	posts, err := decodeAll(items, func(item Item) (analytics.PostTile, error) {
		post, err := decodeJSON[analytics.PostTile](item)
		post.Version = item.AsOf
		return post, err
	})
	slices.SortFunc(posts, func(a, b analytics.PostTile) int {
		return cmp.Or(b.At().Compare(a.At()), strings.Compare(a.PostID, b.PostID))
	})
	return posts, err
}

// TileVersion is the campaign's version that the dashboard shows; 0 when it shows none yet.
func (s Dashboard) TileVersion(ctx context.Context, orgID, campaignID string) (int64, error) {
	item, err := s.Table.Get(ctx, Org(orgID).Tile(campaignID))
	if fault.Is(err, fault.NotFound) {
		return 0, nil
	}
	return item.AsOf, err
}

func (s Dashboard) all(ctx context.Context, q Query, partitions []string) ([]Item, error) {
	var all []Item
	q.Limit = MaxPage
	for after := ""; ; {
		items, next, err := Merge(ctx, s.Table, q, partitions, after)
		if err != nil {
			return nil, err
		}
		all = append(all, items...)
		if next == "" {
			return all, nil
		}
		after = next
	}
}

func decodeTile(item Item) (analytics.Tile, error) {
	tile, err := decodeJSON[analytics.Tile](item)
	tile.Version = item.AsOf
	return tile, err
}

// jsonItem is an item whose document is v.
func jsonItem(key Key, v any) (Item, error) {
	doc, err := json.Marshal(v)
	if err != nil {
		return Item{}, fmt.Errorf("encode %s: %w", key.SK, err)
	}
	return Item{Key: key, Doc: string(doc)}, nil
}

// dropOutdated makes a success of a write that a newer one has overtaken, or that was done before.
func dropOutdated(err error) error {
	if fault.Is(err, fault.Conflict) {
		return nil
	}
	return err
}
