package bolt

import (
	"encoding/binary"
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

func sequence(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// appendRecord adds a change to the stream, in the transaction that makes it.
func (t *Table) appendRecord(tx *bbolt.Tx, old, item *store.Item) error {
	bucket := tx.Bucket(streamBucket)
	n, err := bucket.NextSequence()
	if err != nil {
		return err
	}
	return bucket.Put(sequence(n), encodeRecord(Record{Old: old, New: item, At: t.now()}))
}

// encodeRecord writes the time and both images; an image that is missing has no length.
func encodeRecord(r Record) []byte {
	b := binary.AppendVarint(nil, r.At.Unix())
	b = binary.AppendVarint(b, int64(r.At.Nanosecond()))
	for _, image := range []*store.Item{r.Old, r.New} {
		var encoded []byte
		if image != nil {
			encoded = encode(*image)
		}
		b = appendText(b, encoded)
	}
	return b
}

func decodeRecord(k, v []byte) (Record, error) {
	in := reader{rest: v}
	r := Record{Seq: binary.BigEndian.Uint64(k), At: time.Unix(in.number(), in.number()).UTC()}
	for _, image := range []**store.Item{&r.Old, &r.New} {
		encoded := in.text()
		if len(encoded) == 0 {
			continue
		}
		item, err := decode(encoded)
		if err != nil {
			return Record{}, err
		}
		*image = &item
	}
	return r, in.err
}

// Records are up to limit changes behind the one with sequence number after, in order of commit.
func (t *Table) Records(after uint64, limit int) ([]Record, error) {
	var records []Record
	err := t.db.View(func(tx *bbolt.Tx) error {
		c := tx.Bucket(streamBucket).Cursor()
		for k, v := c.Seek(sequence(after + 1)); k != nil && len(records) < limit; k, v = c.Next() {
			r, err := decodeRecord(k, v)
			if err != nil {
				return fmt.Errorf("read stream record %x: %w", k, err)
			}
			records = append(records, r)
		}
		return nil
	})
	return records, err
}

// Last is the sequence number of the newest change, trimmed or not; 0 before the first.
func (t *Table) Last() (n uint64) {
	t.db.View(func(tx *bbolt.Tx) error { // fails only once the table is closed
		n = tx.Bucket(streamBucket).Sequence()
		return nil
	})
	return n
}

// Trim drops the changes up to and including the given sequence number.
func (t *Table) Trim(upTo uint64) error {
	return t.group.update(func(tx *bbolt.Tx) error {
		c := tx.Bucket(streamBucket).Cursor()
		for k, _ := c.First(); k != nil && binary.BigEndian.Uint64(k) <= upTo; k, _ = c.First() {
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
