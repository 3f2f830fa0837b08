package bolt

import (
	"context"

	"go.etcd.io/bbolt"

	"bellwether/internal/fault"
	"bellwether/internal/store"
)

// Write implements store.Table. The token is not needed: a commit here is never in doubt.
func (t *Table) Write(ctx context.Context, _ string, ops ...store.Op) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := store.Validate(ops); err != nil {
		return err
	}
	err := t.group.update(func(tx *bbolt.Tx) error { return t.apply(tx, ops) })
	if fault.Is(err, fault.Conflict) {
		return err
	}
	if err != nil {
		return fault.Wrap(err, fault.Retryable, "store_unavailable", "the store can't write now")
	}
	t.announce()
	return nil
}

// apply does all ops or reports the conflict. Ops that find exactly what they meant to write count as done.
func (t *Table) apply(tx *bbolt.Tx, ops []store.Op) error {
	stored := make([]*store.Item, len(ops))
	failed, repeated := 0, 0
	for i, op := range ops {
		var err error
		if stored[i], err = load(tx, op.Item.Key); err != nil {
			return err
		}
		live := stored[i]
		if live != nil && live.Expired(t.now()) {
			live = nil
		}
		if op.Holds(live) {
			continue
		}
		failed++
		if op.Repeats(live) {
			repeated++
		}
	}
	switch {
	case failed > repeated:
		return store.ErrConflict()
	case failed > 0:
		return nil
	}
	for i, op := range ops {
		if err := t.do(tx, op, stored[i]); err != nil {
			return err
		}
	}
	return nil
}

// do makes one op's change. stored may have expired: its place in the index goes all the same.
func (t *Table) do(tx *bbolt.Tx, op store.Op, stored *store.Item) error {
	if op.Kind == store.OpCheck || (op.Kind == store.OpDelete && stored == nil) {
		return nil
	}
	if stored != nil && stored.Index.PK != "" {
		if err := tx.Bucket(indexBucket).Delete(indexPlace(*stored)); err != nil {
			return err
		}
	}
	if op.Kind == store.OpDelete {
		if err := tx.Bucket(itemsBucket).Delete(itemPlace(op.Item.Key)); err != nil {
			return err
		}
		return t.appendRecord(tx, stored, nil)
	}
	if err := put(tx, op.Item); err != nil {
		return err
	}
	return t.appendRecord(tx, stored, &op.Item)
}

func put(tx *bbolt.Tx, item store.Item) error {
	where := itemPlace(item.Key)
	if err := tx.Bucket(itemsBucket).Put(where, encode(item)); err != nil {
		return err
	}
	if item.Index.PK == "" {
		return nil
	}
	return tx.Bucket(indexBucket).Put(indexPlace(item), where)
}
