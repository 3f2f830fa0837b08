package store

import "bellwether/internal/fault"

// Validate refuses ops that DynamoDB would refuse, before anything is sent; both adapters call it.
func Validate(ops []Op) error {
	if len(ops) == 0 || len(ops) > MaxOps {
		return fault.Newf(fault.Invalid, "bad_write", "a write takes 1 to %d operations, not %d", MaxOps, len(ops))
	}
	seen := make(map[Key]bool, len(ops))
	total := 0
	for _, op := range ops {
		if seen[op.Item.Key] {
			return fault.New(fault.Invalid, "bad_write", "a write names the same item twice")
		}
		seen[op.Item.Key] = true
		if err := op.validate(); err != nil {
			return err
		}
		total += op.Item.Size()
	}
	if total > MaxWriteBytes {
		return fault.Newf(fault.Invalid, "write_too_large", "a write takes at most %d bytes in all", MaxWriteBytes)
	}
	return nil
}

func (op Op) validate() error {
	if !op.Item.Key.valid() {
		return fault.New(fault.Invalid, "bad_write", "an item needs a partition key and a sort key, neither too long")
	}
	if op.Item.Index != (Key{}) && !op.Item.Index.valid() {
		return fault.New(fault.Invalid, "bad_write", "a place in the index needs both its keys, neither too long")
	}
	if op.Kind == OpCheck && op.If.kind == condNone {
		return fault.New(fault.Invalid, "bad_write", "a check needs a condition")
	}
	if op.Item.Size() > MaxItemBytes {
		return fault.Newf(fault.Invalid, "item_too_large", "an item takes at most %d bytes", MaxItemBytes)
	}
	return nil
}

func (k Key) valid() bool {
	return k.PK != "" && k.SK != "" && len(k.PK) <= MaxPartitionBytes && len(k.SK) <= MaxSortBytes
}

// Validate refuses a query that no page can answer; both adapters call it.
func (q Query) Validate() error {
	if q.Limit < 1 || q.Limit > MaxPage {
		return fault.Newf(fault.Invalid, "bad_query", "a page has 1 to %d items, not %d", MaxPage, q.Limit)
	}
	if q.Partition == "" {
		return fault.New(fault.Invalid, "bad_query", "a query needs a partition")
	}
	return nil
}
