package bolt

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"bellwether/internal/store"
)

// Record is one change, like a record of a DynamoDB stream with both images.
type Record struct {
	Seq uint64
	Old *store.Item // nil: the item was created
	New *store.Item // nil: it was deleted
	At  time.Time
}

type storedRecord struct {
	Old json.RawMessage `json:"old,omitempty"`
	New json.RawMessage `json:"new,omitempty"`
	At  time.Time       `json:"at"`
}

// appendRecord adds a change to the stream, in the transaction that makes it.
func (t *Table) appendRecord(tx *bbolt.Tx, old, item *store.Item) error {
	r := storedRecord{At: t.now()}
	var err error
	for _, image := range []struct {
		from *store.Item
		to   *json.RawMessage
	}{{old, &r.Old}, {item, &r.New}} {
		if image.from == nil {
			continue
		}
		if *image.to, err = encode(*image.from); err != nil {
			return err
		}
	}
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	bucket := tx.Bucket(streamBucket)
	n, err := bucket.NextSequence()
	if err != nil {
		return err
	}
	return bucket.Put(sequence(n), b)
}

// Records are up to limit changes behind the one with sequence number after, in order of commit.
func (t *Table) Records(after uint64, limit int) ([]Record, error) {
	var records []Record
	err := t.db.View(func(tx *bbolt.Tx) error {
		c := tx.Bucket(streamBucket).Cursor()
		for k, v := c.Seek(sequence(after + 1)); k != nil && len(records) < limit; k, v = c.Next() {
			r, err := decodeRecord(k, v)
			if err != nil {
				return err
			}
			records = append(records, r)
		}
		return nil
	})
	return records, err
}

func decodeRecord(k, v []byte) (Record, error) {
	var s storedRecord
	if err := json.Unmarshal(v, &s); err != nil {
		return Record{}, fmt.Errorf("decode a stream record: %w", err)
	}
	r := Record{Seq: binary.BigEndian.Uint64(k), At: s.At}
	for _, image := range []struct {
		from json.RawMessage
		to   **store.Item
	}{{s.Old, &r.Old}, {s.New, &r.New}} {
		if image.from == nil {
			continue
		}
		item, err := decode(image.from)
		if err != nil {
			return Record{}, err
		}
		*image.to = &item
	}
	return r, nil
}

// Last is the sequence number of the newest change; 0 before the first.
func (t *Table) Last() (n uint64) {
	t.db.View(func(tx *bbolt.Tx) error {
		n = tx.Bucket(streamBucket).Sequence()
		return nil
	})
	return n
}

// Trim drops the changes up to and including the given sequence number.
func (t *Table) Trim(upTo uint64) error {
	return t.commit(func(tx *bbolt.Tx) error {
		c := tx.Bucket(streamBucket).Cursor()
		for k, _ := c.First(); k != nil && binary.BigEndian.Uint64(k) <= upTo; k, _ = c.Next() {
			if err := c.Delete(); err != nil {
				return err
			}
		}
		return nil
	})
}

// Changed is closed at the next change: take it before reading Records, wait for it after.
func (t *Table) Changed() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.changed
}

func (t *Table) announce() {
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.changed)
	t.changed = make(chan struct{})
}
