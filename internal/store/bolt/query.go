package bolt

import (
	"bytes"
	"context"
	"fmt"

	"go.etcd.io/bbolt"

	"bellwether/internal/store"
)

// Query implements store.Table.
func (t *Table) Query(ctx context.Context, q store.Query) (store.Page, error) {
	if err := ctx.Err(); err != nil {
		return store.Page{}, err
	}
	if err := q.Validate(); err != nil {
		return store.Page{}, err
	}
	var page store.Page
	err := t.db.View(func(tx *bbolt.Tx) (err error) {
		page, err = t.scan(tx, q)
		return err
	})
	if err != nil {
		return store.Page{}, fmt.Errorf("query: %w", err)
	}
	return page, nil
}

func (t *Table) scan(tx *bbolt.Tx, q store.Query) (page store.Page, err error) {
	bucket := itemsBucket
	if q.Indexed {
		bucket = indexBucket
	}
	low, high := bounds(q)
	cursor := tx.Bucket(bucket).Cursor()
	read := 0
	for k, v := first(cursor, q, low, high); k != nil && inside(k, low, high); k, v = step(cursor, q) {
		if read == q.Limit {
			return page, nil
		}
		read++
		page.Next = string(k)
		item, err := t.itemAt(tx, q, v)
		if err != nil {
			return page, err
		}
		if item != nil {
			page.Items = append(page.Items, *item)
		}
	}
	page.Next = ""
	return page, nil
}

// itemAt is the item that an entry stands for, nil when it has expired.
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
