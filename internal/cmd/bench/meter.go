package main

import (
	"context"
	"strconv"
	"sync"
	"time"

	"bellwether/internal/channel"
	"bellwether/internal/fault"
	"bellwether/internal/store"
)

// unit is what one write unit writes.
const unit = 1 << 10

// tally is what a piece of work asked of AWS.
type tally struct {
	calls   int // requests to DynamoDB
	steps   int // requests that followed one another; those made at once are one
	writes  int // write requests
	units   int // write units
	bytes   int // written and read
	largest int // the largest item written, in bytes
	alerts  int // SNS publishes
}

func (t *tally) add(o tally) {
	t.calls += o.calls
	t.steps += o.steps
	t.writes += o.writes
	t.units += o.units
	t.bytes += o.bytes
	t.largest = max(t.largest, o.largest)
	t.alerts += o.alerts
}

// meter is a table that counts, by DynamoDB's rules, what its use would be charged for.
type meter struct {
	table  store.Table
	mu     sync.Mutex
	tally  tally
	answer time.Duration // how long one takes, so that requests made at once overlap
}

var _ store.Table = (*meter)(nil)

// take is the tally since it was taken last.
func (m *meter) take() tally {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.tally
	m.tally = tally{}
	return t
}

// flight is one use of the table on its way.
type flight struct {
	meter *meter
	depth int // the requests in a row that it ends
}

// begin counts requests that follow one another. They come behind all that had been answered when
// they were sent, and beside those that had not.
func (m *meter) begin(requests int) flight {
	m.mu.Lock()
	m.tally.calls += requests
	f := flight{m, m.tally.steps + requests}
	m.mu.Unlock()
	time.Sleep(m.answer)
	return f
}

func (f flight) end(t tally) {
	f.meter.mu.Lock()
	defer f.meter.mu.Unlock()
	sum := &f.meter.tally
	sum.add(t)
	sum.steps = max(sum.steps, f.depth)
}

func (m *meter) Get(ctx context.Context, key store.Key) (store.Item, error) {
	f := m.begin(1)
	item, err := m.table.Get(ctx, key)
	f.end(tally{bytes: size(item)})
	return item, err
}

// Query of the index is two requests: the keys, and their items.
func (m *meter) Query(ctx context.Context, q store.Query) (store.Page, error) {
	requests := 1
	if q.Indexed && !q.KeysOnly {
		requests = 2
	}
	f := m.begin(requests)
	page, err := m.table.Query(ctx, q)
	t := tally{}
	for _, item := range page.Items {
		t.bytes += size(item)
	}
	f.end(t)
	return page, err
}

// Write is charged also when its conditions do not hold.
func (m *meter) Write(ctx context.Context, token string, ops ...store.Op) error {
	f := m.begin(1)
	t := tally{writes: 1}
	for _, op := range ops {
		old, err := m.table.Get(ctx, op.Item.Key)
		if err != nil && !fault.Is(err, fault.NotFound) {
			f.end(t)
			return err
		}
		bytes := size(op.Item)
		t.bytes += bytes
		if op.Kind == store.OpPut {
			t.largest = max(t.largest, bytes)
		}
		n := max(1, (max(bytes, size(old))+unit-1)/unit)
		if len(ops) > 1 {
			n *= 2 // a transaction prepares and commits
		}
		t.units += n + indexUnits(op, old)
	}
	err := m.table.Write(ctx, token, ops...)
	f.end(t)
	return err
}

// size is the item's size by DynamoDB's rules: the names and values of the attributes it has.
// store.Item.Size is an upper bound of it.
func size(i store.Item) int {
	sum := 0
	text := func(name, value string) {
		if value != "" {
			sum += len(name) + len(value)
		}
	}
	number := func(name string, value int64) {
		if value != 0 {
			sum += len(name) + (len(strconv.FormatInt(value, 10))+1)/2 + 1
		}
	}
	text("PK", i.PK)
	text("SK", i.SK)
	text("IPK", i.Index.PK)
	text("ISK", i.Index.SK)
	text("doc", i.Doc)
	text("events", i.Events)
	number("version", i.Version)
	number("asOf", i.AsOf)
	if !i.ExpiresAt.IsZero() {
		number("expiresAt", i.ExpiresAt.Unix())
	}
	return sum
}

// indexUnits are the writes to the index, which holds keys only: an entry that stays costs nothing.
func indexUnits(op store.Op, old store.Item) int {
	next := op.Item.Index
	if op.Kind == store.OpCheck || next == old.Index {
		return 0
	}
	n := 0
	for _, key := range []store.Key{next, old.Index} {
		if key != (store.Key{}) {
			n++
		}
	}
	return n
}

// countingTopic counts publishes into a meter.
type countingTopic struct{ meter *meter }

func (c countingTopic) Publish(context.Context, channel.Message) error {
	c.meter.mu.Lock()
	defer c.meter.mu.Unlock()
	c.meter.tally.alerts++
	return nil
}
