package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/parallel"
)

const (
	maxScanned = 2000 // items looked at in one List
	maxDays    = 31   // days looked at in one List; a day without events costs a query a shard
	shardPage  = 100  // items read from a shard at once
)

// eventScan walks the log day by day and merges each day's shards. Its position is a sort
// key: shards of one day share the order, and days are part of it.
type eventScan struct {
	table    Table
	org      Org
	query    EventQuery
	from, to string // sort keys: from inclusive, to exclusive
	scanned  int
	page     EventPage
}

func newEventScan(t Table, org Org, q EventQuery) *eventScan {
	s := &eventScan{table: t, org: org, query: q, from: Stamp(q.From), to: Stamp(q.To)}
	switch {
	case q.After == "":
	case q.Descending:
		s.to = min(s.to, q.After)
	default:
		s.from = max(s.from, q.After+"\x00")
	}
	return s
}

func (s *eventScan) run(ctx context.Context) (EventPage, error) {
	first, ok := dayOf(s.from)
	last, ok2 := dayOf(s.to)
	if !ok || !ok2 {
		return EventPage{}, fault.New(fault.Invalid, "bad_cursor", "the cursor is no place in the event log")
	}
	if s.to == Stamp(last) {
		last = last.AddDate(0, 0, -1) // nothing of the day is below its beginning
	}
	day, step := first, 1
	if s.query.Descending {
		day, step = last, -1
	}
	for range maxDays {
		if day.Before(first) || day.After(last) {
			break
		}
		full, err := s.day(ctx, day)
		if err != nil || full {
			return s.page, err
		}
		// The day is done; what follows begins at its edge.
		s.page.Next = Stamp(day)
		if !s.query.Descending {
			s.page.Next = Stamp(day.AddDate(0, 0, 1))
		}
		day = day.AddDate(0, 0, step)
	}
	if day.Before(first) || day.After(last) {
		s.page.Next = ""
	}
	return s.page, nil
}

// day appends the day's matching events to the page and reports whether the page is full.
func (s *eventScan) day(ctx context.Context, day time.Time) (full bool, err error) {
	shards := s.shards(day)
	for {
		if err := s.fill(ctx, shards); err != nil {
			return false, err
		}
		next := s.first(shards)
		if next == nil {
			return false, nil
		}
		item := next.items[0]
		next.items = next.items[1:]
		if err := s.take(item); err != nil {
			return false, err
		}
		if len(s.page.Events) == s.query.Limit || s.scanned == maxScanned {
			return true, nil
		}
	}
}

func (s *eventScan) take(item Item) error {
	s.scanned++
	s.page.Next = item.SK
	var e event.Raw
	if err := json.Unmarshal([]byte(item.Doc), &e); err != nil {
		return fmt.Errorf("decode event %s: %w", item.SK, err)
	}
	if s.query.Subject != "" && e.Meta.Subject != s.query.Subject {
		return nil
	}
	if s.query.CorrelationID != "" && e.Meta.CorrelationID != s.query.CorrelationID {
		return nil
	}
	s.page.Events = append(s.page.Events, e)
	return nil
}

// shardCursor is the place in one shard of a day.
type shardCursor struct {
	partition string
	items     []Item
	after     string
	done      bool
}

func (s *eventScan) shards(day time.Time) []*shardCursor {
	if s.query.Subject != "" {
		return []*shardCursor{{partition: s.org.EventLog(day, EventShard(s.query.Subject))}}
	}
	shards := make([]*shardCursor, Shards)
	for i := range shards {
		shards[i] = &shardCursor{partition: s.org.EventLog(day, i)}
	}
	return shards
}

// fill reads a page of every shard that has run out, all at once.
func (s *eventScan) fill(ctx context.Context, shards []*shardCursor) error {
	var reads []func(context.Context) error
	for _, c := range shards {
		if !c.done && len(c.items) == 0 {
			reads = append(reads, func(ctx context.Context) error { return s.read(ctx, c) })
		}
	}
	return parallel.Do(ctx, reads...)
}

func (s *eventScan) read(ctx context.Context, c *shardCursor) error {
	for len(c.items) == 0 && !c.done {
		page, err := s.table.Query(ctx, Query{
			Partition: c.partition, From: s.from, To: s.to,
			Descending: s.query.Descending, Limit: min(s.query.Limit, shardPage), After: c.after,
		})
		if err != nil {
			return err
		}
		c.items, c.after, c.done = page.Items, page.Next, page.Next == ""
	}
	return nil
}

// first is the shard whose next item comes first, nil when all are empty.
func (s *eventScan) first(shards []*shardCursor) *shardCursor {
	var best *shardCursor
	for _, c := range shards {
		if len(c.items) == 0 {
			continue
		}
		if best == nil || (c.items[0].SK < best.items[0].SK) != s.query.Descending {
			best = c
		}
	}
	return best
}

// dayOf is the UTC day that a sort key begins with.
func dayOf(sortKey string) (time.Time, bool) {
	if len(sortKey) < 8 {
		return time.Time{}, false
	}
	day, err := time.ParseInLocation("20060102", sortKey[:8], time.UTC)
	return day, err == nil
}
