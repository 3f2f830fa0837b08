// Package bolt is the embedded adapter of the store: one bbolt file, with a change stream like
// DynamoDB's. The local runner and the simulation run on it.
package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"bellwether/internal/fault"
	"bellwether/internal/store"
)

var (
	itemsBucket  = []byte("items")
	indexBucket  = []byte("index")
	streamBucket = []byte("stream")
)

// groupDelay is how long a commit waits for others to share its fsync.
const groupDelay = time.Millisecond

// Options set how the table works.
type Options struct {
	Now    func() time.Time // what "expired" is measured by; nil: time.Now
	NoSync bool             // commits do not wait for the disk: for simulations
}

// Table is a store.Table in a bbolt file. It is safe for concurrent use; one process has the file at a time.
type Table struct {
	db     *bbolt.DB
	now    func() time.Time
	commit func(func(*bbolt.Tx) error) error

	mu      sync.Mutex
	changed chan struct{}
}

var _ store.Table = (*Table)(nil)

// Open opens or creates the table in the file at path. Close it with Close.
func Open(path string, o Options) (*Table, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: 2 * time.Second, NoSync: o.NoSync, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	db.MaxBatchDelay = groupDelay
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{itemsBucket, indexBucket, streamBucket} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("prepare %s: %w", path, err)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	t := &Table{db: db, now: o.Now, commit: db.Batch, changed: make(chan struct{})}
	if o.NoSync {
		t.commit = db.Update // nothing to share: a group would only wait
	}
	return t, nil
}

// Close closes the file.
func (t *Table) Close() error { return t.db.Close() }

// DB is the file itself, for buckets of others beside the table's.
func (t *Table) DB() *bbolt.DB { return t.db }

// record is an item as it is kept in the file.
type record struct {
	store.Item
	Expires int64 `json:"x,omitempty"` // epoch seconds
}

func encode(i store.Item) ([]byte, error) {
	r := record{Item: i}
	if !i.ExpiresAt.IsZero() {
		r.Expires = i.ExpiresAt.Unix()
	}
	r.ExpiresAt = time.Time{}
	return json.Marshal(r)
}

func decode(b []byte) (store.Item, error) {
	var r record
	if err := json.Unmarshal(b, &r); err != nil {
		return store.Item{}, fmt.Errorf("decode an item: %w", err)
	}
	if r.Expires != 0 {
		r.ExpiresAt = time.Unix(r.Expires, 0).UTC()
	}
	return r.Item, nil
}

// place is a key as the file orders it. Keys are texts, so a zero byte separates the parts.
func place(parts ...string) []byte {
	var b []byte
	for i, p := range parts {
		if i > 0 {
			b = append(b, 0)
		}
		b = append(b, p...)
	}
	return b
}

func indexPlace(i store.Item) []byte { return place(i.Index.PK, i.Index.SK, i.PK, i.SK) }

// Get implements store.Table.
func (t *Table) Get(ctx context.Context, key store.Key) (store.Item, error) {
	if err := ctx.Err(); err != nil {
		return store.Item{}, err
	}
	var found *store.Item
	err := t.db.View(func(tx *bbolt.Tx) (err error) {
		found, err = t.live(tx, key)
		return err
	})
	if err != nil {
		return store.Item{}, fmt.Errorf("get: %w", err)
	}
	if found == nil {
		return store.Item{}, store.ErrNotFound()
	}
	return *found, nil
}

// live is the item under key, nil when there is none or it has expired.
func (t *Table) live(tx *bbolt.Tx, key store.Key) (*store.Item, error) {
	stored, err := load(tx, key)
	if stored == nil || err != nil || stored.Expired(t.now()) {
		return nil, err
	}
	return stored, nil
}

func load(tx *bbolt.Tx, key store.Key) (*store.Item, error) {
	b := tx.Bucket(itemsBucket).Get(place(key.PK, key.SK))
	if b == nil {
		return nil, nil
	}
	item, err := decode(b)
	return &item, err
}

// Write implements store.Table. The token is not needed: a commit here is never in doubt.
func (t *Table) Write(ctx context.Context, _ string, ops ...store.Op) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := store.Validate(ops); err != nil {
		return err
	}
	err := t.commit(func(tx *bbolt.Tx) error { return t.apply(tx, ops) })
	if err != nil {
		if fault.Is(err, fault.Conflict) {
			return err
		}
		return fault.Wrap(err, fault.Retryable, "store_unavailable", "the store can't write now")
	}
	t.announce()
	return nil
}

// apply does all ops or reports the conflict. Ops that find exactly what they meant to write count as done.
func (t *Table) apply(tx *bbolt.Tx, ops []store.Op) error {
	var failed, repeated int
	olds := make([]*store.Item, len(ops))
	for i, op := range ops {
		old, err := t.live(tx, op.Item.Key)
		if err != nil {
			return err
		}
		olds[i] = old
		if op.Holds(old) {
			continue
		}
		failed++
		if op.Repeats(old) {
			repeated++
		}
	}
	if failed > 0 {
		if failed == repeated {
			return nil
		}
		return store.ErrConflict()
	}
	for i, op := range ops {
		if err := t.do(tx, op, olds[i]); err != nil {
			return err
		}
	}
	return nil
}

func (t *Table) do(tx *bbolt.Tx, op store.Op, old *store.Item) error {
	if op.Kind == store.OpCheck {
		return nil
	}
	// An expired item is absent for conditions, but its index entry must go all the same.
	stored, err := load(tx, op.Item.Key)
	if err != nil {
		return err
	}
	if stored != nil && stored.Index.PK != "" {
		if err := tx.Bucket(indexBucket).Delete(indexPlace(*stored)); err != nil {
			return err
		}
	}
	if op.Kind == store.OpDelete {
		if stored == nil {
			return nil
		}
		if err := tx.Bucket(itemsBucket).Delete(place(op.Item.PK, op.Item.SK)); err != nil {
			return err
		}
		return t.appendRecord(tx, stored, nil)
	}
	item := op.Item
	if err := put(tx, item); err != nil {
		return err
	}
	return t.appendRecord(tx, stored, &item)
}

func put(tx *bbolt.Tx, item store.Item) error {
	b, err := encode(item)
	if err != nil {
		return err
	}
	if err := tx.Bucket(itemsBucket).Put(place(item.PK, item.SK), b); err != nil {
		return err
	}
	if item.Index.PK == "" {
		return nil
	}
	return tx.Bucket(indexBucket).Put(indexPlace(item), place(item.PK, item.SK))
}

// Query implements store.Table.
func (t *Table) Query(ctx context.Context, q store.Query) (store.Page, error) {
	if err := ctx.Err(); err != nil {
		return store.Page{}, err
	}
	if q.Limit < 1 || q.Limit > store.MaxPage {
		return store.Page{}, fault.Newf(fault.Invalid, "bad_query", "a page has 1 to %d items, not %d", store.MaxPage, q.Limit)
	}
	var page store.Page
	err := t.db.View(func(tx *bbolt.Tx) error {
		return t.scan(tx, q, &page)
	})
	return page, err
}

func (t *Table) scan(tx *bbolt.Tx, q store.Query, page *store.Page) error {
	bucket := itemsBucket
	if q.Indexed {
		bucket = indexBucket
	}
	low, high := bounds(q)
	cursor := tx.Bucket(bucket).Cursor()
	read := 0
	for k, v := first(cursor, q, low, high); k != nil && inside(k, low, high); k, v = step(cursor, q) {
		if read == q.Limit {
			return nil
		}
		read++
		page.Next = string(k)
		item, err := t.itemAt(tx, q, v)
		if err != nil {
			return err
		}
		if item != nil {
			page.Items = append(page.Items, *item)
		}
	}
	page.Next = ""
	return nil
}

func (t *Table) itemAt(tx *bbolt.Tx, q store.Query, value []byte) (*store.Item, error) {
	if q.Indexed {
		value = tx.Bucket(itemsBucket).Get(value)
	}
	item, err := decode(value)
	if err != nil || item.Expired(t.now()) {
		return nil, err
	}
	if q.KeysOnly {
		item = store.Item{Key: item.Key, Index: item.Index}
	}
	return &item, nil
}

// bounds are the lowest key of the range and the lowest one above it.
func bounds(q store.Query) (low, high []byte) {
	low = place(q.Partition, q.From)
	high = append([]byte(q.Partition), 1)
	if q.To != "" {
		high = place(q.Partition, q.To)
	}
	if q.After != "" && q.Descending {
		high = []byte(q.After)
	} else if q.After != "" {
		low = append([]byte(q.After), 0)
	}
	return low, high
}

func inside(k, low, high []byte) bool {
	return bytes.Compare(k, low) >= 0 && bytes.Compare(k, high) < 0
}

func first(c *bbolt.Cursor, q store.Query, low, high []byte) (k, v []byte) {
	if !q.Descending {
		return c.Seek(low)
	}
	if k, _ = c.Seek(high); k == nil {
		return c.Last()
	}
	return c.Prev()
}

func step(c *bbolt.Cursor, q store.Query) (k, v []byte) {
	if q.Descending {
		return c.Prev()
	}
	return c.Next()
}

func sequence(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }
