// Package bolt is the embedded adapter of the store: one bbolt file, with a change stream like
// DynamoDB's. The local runner and the simulation run on it.
package bolt

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"bellwether/internal/store"
)

var (
	itemsBucket  = []byte("items")  // place(PK, SK) -> item
	indexBucket  = []byte("index")  // place(Index.PK, Index.SK, PK, SK) -> place(PK, SK)
	streamBucket = []byte("stream") // sequence number -> record
)

// Options set how the table works.
type Options struct {
	Now    func() time.Time // what "expired" is measured by; nil: time.Now
	NoSync bool             // commits do not wait for the disk: for simulations
}

// Table is a store.Table in a bbolt file. It is safe for concurrent use; one process has the file at a time.
type Table struct {
	db    *bbolt.DB
	now   func() time.Time
	group group

	mu      sync.Mutex
	changed chan struct{}
}

var _ store.Table = (*Table)(nil)

// Open opens or creates the table in the file at path. Close it with Close.
func Open(path string, o Options) (*Table, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout: 2 * time.Second, NoSync: o.NoSync,
		NoFreelistSync: true, FreelistType: bbolt.FreelistMapType,
	})
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	if err := db.Update(makeBuckets); err != nil {
		db.Close()
		return nil, fmt.Errorf("prepare %s: %w", path, err)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Table{db: db, now: o.Now, group: group{db: db}, changed: make(chan struct{})}, nil
}

func makeBuckets(tx *bbolt.Tx) error {
	for _, name := range [][]byte{itemsBucket, indexBucket, streamBucket} {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	return nil
}

// Close closes the file.
func (t *Table) Close() error { return t.db.Close() }

// DB is the file itself, for buckets of others beside the table's.
func (t *Table) DB() *bbolt.DB { return t.db }

// Update changes buckets of others, in a commit that it shares with writers who come at the same
// time. The change is durable when Update returns. It may run twice; with an error it leaves nothing.
func (t *Table) Update(change func(*bbolt.Tx) error) error { return t.group.update(change) }

// Get implements store.Table.
func (t *Table) Get(ctx context.Context, key store.Key) (store.Item, error) {
	if err := ctx.Err(); err != nil {
		return store.Item{}, err
	}
	var stored *store.Item
	err := t.db.View(func(tx *bbolt.Tx) (err error) {
		stored, err = load(tx, key)
		return err
	})
	if err != nil {
		return store.Item{}, fmt.Errorf("get: %w", err)
	}
	if stored == nil || stored.Expired(t.now()) {
		return store.Item{}, store.ErrNotFound()
	}
	return *stored, nil
}

// load is the item under key, expired or not; nil when there is none.
func load(tx *bbolt.Tx, key store.Key) (*store.Item, error) {
	b := tx.Bucket(itemsBucket).Get(itemPlace(key))
	if b == nil {
		return nil, nil
	}
	item, err := decode(b)
	return &item, err
}
