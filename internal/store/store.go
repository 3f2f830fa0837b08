// Package store is the port to Bellwether's single table, and the repositories over it.
//
// Callers see typed operations only; no expression string leaves an adapter. The two
// adapters, bolt (embedded) and dynamo (Amazon DynamoDB), pass one suite, storetest.
package store

import (
	"context"
	"time"

	"bellwether/internal/fault"
)

// Limits that both adapters hold, because DynamoDB does.
const (
	MaxItemBytes      = 400 << 10 // one item, keys and attribute names included
	MaxWriteBytes     = 4 << 20   // all items of one Write
	MaxOps            = 100       // one Write
	MaxPage           = 1000      // one Query
	MaxPartitionBytes = 2048      // a PK
	MaxSortBytes      = 1024      // an SK
)

// Key is an item's place in the table.
type Key struct {
	PK string // partition: begins with the organisation, see keys.go
	SK string // sort key inside the partition
}

// Item is one aggregate, row or record. A Write replaces it whole.
type Item struct {
	Key
	Index     Key       // place in the sparse index; empty: not in it
	Version   int64     // the aggregate's version, from 1; 0 for items that are never rewritten
	AsOf      int64     // for Newer: the source's own ordering (a sequence, or Unix milliseconds); 0: none
	ExpiresAt time.Time // from then on the item reads as absent; zero: never. Whole seconds.
	Doc       string    // the JSON document
	Events    string    // the JSON array of event envelopes that this write produced; empty: none
}

// Table is the port. Implementations are safe for concurrent use.
type Table interface {
	// Get reads one item, strongly consistent. An absent or expired one is fault.NotFound.
	Get(ctx context.Context, key Key) (Item, error)
	// Query reads one page of a partition in sort-key order.
	Query(ctx context.Context, q Query) (Page, error)
	// Write does all ops or none. When a condition does not hold the error is fault.Conflict, unless
	// every failed op finds exactly the item it meant to write: then an earlier try of ours went
	// through and its answer was lost, and Write succeeds. So an item that claims something (a lease,
	// a request) must carry who claims it. The conditions decide whether a second call does anything:
	// ops under Always are done again, and leave the same items. token names the cause; an adapter
	// that resends a call by itself uses it to have the call done once.
	Write(ctx context.Context, token string, ops ...Op) error
}

// Query selects a range of one partition.
type Query struct {
	Indexed    bool   // read the sparse index instead of the table: Partition and the range are of Index keys. The index may be moments behind the table; the items themselves never are
	Partition  string // PK, or Index.PK
	From       string // lowest sort key, inclusive; empty: from the beginning
	To         string // sort keys below this one; empty: to the end
	Descending bool
	Limit      int    // 1 to MaxPage
	After      string // Page.Next of the page before
	KeysOnly   bool   // only Key and Index are filled: cheaper, for counting. With Indexed, items that expired within the last days may count
}

// Page is one page of items. Next is empty on the last one. A page may be shorter than
// the limit, even empty, and still have a Next: expired items are left out after reading.
type Page struct {
	Items []Item
	Next  string
}

type condition int

const (
	condNone condition = iota
	condNotExists
	condVersionIs
	condNewer
)

// Condition says what must hold of the stored item for an op to be done.
// An expired item counts as absent for every condition.
type Condition struct {
	kind    condition
	version int64
}

// Always sets no condition.
func Always() Condition { return Condition{} }

// NotExists holds when there is no item under the key.
func NotExists() Condition { return Condition{kind: condNotExists} }

// VersionIs holds when the stored item has version n.
func VersionIs(n int64) Condition { return Condition{kind: condVersionIs, version: n} }

// Newer holds when there is no item, or one whose AsOf is below that of the item to write.
func Newer() Condition { return Condition{kind: condNewer} }

// Match calls the function of c's kind: how an adapter turns a condition into its own terms.
func (c Condition) Match(always, notExists func(), versionIs func(int64), newer func()) {
	switch c.kind {
	case condNotExists:
		notExists()
	case condVersionIs:
		versionIs(c.version)
	case condNewer:
		newer()
	default:
		always()
	}
}

// OpKind is what an Op does.
type OpKind int

const (
	OpPut    OpKind = iota // replace or create the item
	OpDelete               // remove it; removing an absent one succeeds under Always and VersionIs
	OpCheck                // only the condition, in a Write with other ops
)

// Op is one part of a Write.
type Op struct {
	Kind OpKind
	Item Item // OpPut: the whole item; OpDelete and OpCheck: its Key
	If   Condition
}

// Holds reports whether the op may be done on the stored item; old is nil when there is none.
func (op Op) Holds(old *Item) bool {
	switch op.If.kind {
	case condNotExists:
		return old == nil
	case condVersionIs:
		return (old == nil && op.Kind == OpDelete) || (old != nil && old.Version == op.If.version)
	case condNewer:
		return old == nil || old.AsOf < op.Item.AsOf
	default:
		return true
	}
}

// Repeats reports whether the stored item is exactly the one that the op writes: an earlier try of
// ours went through. The token and the time play no part.
func (op Op) Repeats(old *Item) bool {
	return op.Kind == OpPut && old != nil && old.equal(op.Item)
}

func (i Item) equal(o Item) bool {
	sameExpiry := i.ExpiresAt.Unix() == o.ExpiresAt.Unix() // whole seconds are what is stored
	i.ExpiresAt, o.ExpiresAt = time.Time{}, time.Time{}
	return sameExpiry && i == o
}

// Put writes item if cond holds.
func Put(item Item, cond Condition) Op { return Op{Kind: OpPut, Item: item, If: cond} }

// Delete removes the item under key if cond holds.
func Delete(key Key, cond Condition) Op { return Op{Kind: OpDelete, Item: Item{Key: key}, If: cond} }

// Check lets the Write go on only if cond holds of the item under key.
func Check(key Key, cond Condition) Op { return Op{Kind: OpCheck, Item: Item{Key: key}, If: cond} }

// ErrNotFound is what Get answers for an absent item.
func ErrNotFound() error {
	return fault.New(fault.NotFound, "not_found", "there is no such item")
}

// codeConflict tells a lost race from the conflicts with a rule, which have codes of their own.
const codeConflict = "conflict"

// ErrConflict is what Write answers when a condition does not hold.
func ErrConflict() error {
	return fault.New(fault.Conflict, codeConflict, "it was changed by somebody else in the meantime; read it again and repeat")
}

// PrefixEnd is the lowest text above every text that begins with prefix: Query{From: p, To: PrefixEnd(p)}.
func PrefixEnd(prefix string) string { return prefix + "\U0010FFFF" }

// attribute names as they stand in the table; they count towards an item's size.
const attributeNames = "PK" + "SK" + "IPK" + "ISK" + "version" + "asOf" + "expiresAt" + "doc" + "events"

// Size is an upper bound of the item's size in DynamoDB, in bytes: the texts' UTF-8, the numbers, the names.
func (i Item) Size() int {
	const numbers = 3 * 12
	return len(i.PK) + len(i.SK) + len(i.Index.PK) + len(i.Index.SK) + len(i.Doc) + len(i.Events) + len(attributeNames) + numbers
}

// Expired reports whether the item reads as absent at now.
func (i Item) Expired(now time.Time) bool {
	return !i.ExpiresAt.IsZero() && !i.ExpiresAt.After(now)
}
