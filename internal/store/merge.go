package store

import (
	"context"
	"slices"
	"strings"

	"bellwether/internal/parallel"
)

// Merge reads one page of several partitions as if they were one, in sort-key order. q says the
// range, direction and limit; its Partition and After are not used. next is the sort key to go on
// from, "" on the last page: give it to a further call as after.
func Merge(ctx context.Context, t Table, q Query, partitions []string, after string) (items []Item, next string, err error) {
	if after != "" && q.Descending {
		q.To = after
	} else if after != "" {
		q.From = after + "\x00"
	}
	pages := make([][]Item, len(partitions))
	reads := make([]func(context.Context) error, len(partitions))
	for i, partition := range partitions {
		reads[i] = func(ctx context.Context) (err error) {
			shard := q
			shard.Partition = partition
			pages[i], err = All(ctx, t, shard, q.Limit)
			return err
		}
	}
	if err := parallel.Do(ctx, reads...); err != nil {
		return nil, "", err
	}
	items = slices.Concat(pages...)
	slices.SortFunc(items, func(a, b Item) int {
		if q.Descending {
			a, b = b, a
		}
		return strings.Compare(q.sortKey(a), q.sortKey(b))
	})
	if len(items) < q.Limit {
		return items, "", nil
	}
	items = items[:q.Limit]
	return items, q.sortKey(items[q.Limit-1]), nil
}

func (q Query) sortKey(i Item) string {
	if q.Indexed {
		return i.Index.SK
	}
	return i.SK
}

// All reads up to limit items of a range, page after page; limit 0 reads it to the end.
func All(ctx context.Context, t Table, q Query, limit int) ([]Item, error) {
	var items []Item
	for {
		q.Limit = MaxPage
		if limit > 0 {
			q.Limit = min(MaxPage, limit-len(items))
		}
		page, err := t.Query(ctx, q)
		if err != nil {
			return nil, err
		}
		items = append(items, page.Items...)
		if page.Next == "" || (limit > 0 && len(items) >= limit) {
			return items, nil
		}
		q.After = page.Next
	}
}

// shards names the partitions of a sharded list.
func shards(partition func(shard int) string) []string {
	names := make([]string, Shards)
	for i := range names {
		names[i] = partition(i)
	}
	return names
}
