package local

import (
	"context"
	"strconv"
	"sync/atomic"
	"time"

	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
)

// Change is one record of a table's stream.
type Change struct {
	Shard    string // "" where the stream has but one
	Sequence string
	New      *store.Item // nil: deleted
	Old      *store.Item
	At       time.Time
}

// key is the item's.
func (c Change) key() store.Key {
	if c.New == nil {
		return c.Old.Key
	}
	return c.New.Key
}

// Source is a table's stream.
type Source interface {
	// Read answers the next changes, and none when there are none.
	Read(ctx context.Context, limit int) ([]Change, error)
	// Commit notes that everything up to and including the change is done with.
	Commit(last Change) error
	// CaughtUp reports whether there is nothing left to read. A source that polls knows that of its last poll.
	CaughtUp() bool
	// Changed is closed when there may be more to read.
	Changed() <-chan struct{}
}

// Checkpoints keeps how far a stream was read.
type Checkpoints struct{ journal *journal }

// Get is the checkpoint of the name, "" before the first.
func (c *Checkpoints) Get(name string) string { return string(c.journal.state("checkpoint." + name)) }

// Set keeps it.
func (c *Checkpoints) Set(name, value string) error {
	return c.journal.setState("checkpoint."+name, []byte(value))
}

// embedded is the checkpoint of the embedded table's stream.
const embedded = "embedded"

// boltSource is the stream of the embedded table.
type boltSource struct {
	table       *bolt.Table
	checkpoints *Checkpoints
	at          atomic.Uint64 // of the last committed change
}

func newBoltSource(table *bolt.Table, checkpoints *Checkpoints) (*boltSource, error) {
	s := &boltSource{table: table, checkpoints: checkpoints}
	text := checkpoints.Get(embedded)
	if text == "" {
		return s, nil
	}
	at, err := strconv.ParseUint(text, 10, 64)
	s.at.Store(at)
	return s, err
}

func (s *boltSource) Read(_ context.Context, limit int) ([]Change, error) {
	records, err := s.table.Records(s.at.Load(), limit)
	changes := make([]Change, len(records))
	for i, r := range records {
		changes[i] = Change{Sequence: strconv.FormatUint(r.Seq, 10), New: r.New, Old: r.Old, At: r.At}
	}
	return changes, err
}

func (s *boltSource) Commit(last Change) error {
	n, err := strconv.ParseUint(last.Sequence, 10, 64)
	if err != nil {
		return err
	}
	if err := s.checkpoints.Set(embedded, last.Sequence); err != nil {
		return err
	}
	s.at.Store(n)
	return s.table.Trim(n)
}

func (s *boltSource) CaughtUp() bool           { return s.table.Last() == s.at.Load() }
func (s *boltSource) Changed() <-chan struct{} { return s.table.Changed() }
