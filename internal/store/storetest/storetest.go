// Package storetest is the contract of store.Table: every adapter passes the same suite.
package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/store"
)

// Harness is one empty table to test, with what the test needs to know of it.
type Harness struct {
	Table  store.Table
	Clock  *Clock                   // what the table takes the time from
	Stream func() ([]Change, error) // the changes so far, in order per item; nil: it has no stream here
	Lacks  map[string]string        // names of tests that the endpoint can't pass, with the reason
}

// Change is one record of a table's stream.
type Change struct {
	Key      store.Key
	Old, New *store.Item
}

// Clock is a time that tests set.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock begins at a whole second.
func NewClock() *Clock { return &Clock{now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)} }

// Now is the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Add moves the clock on.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Run tests the adapter; open makes a fresh, empty table for each test.
func Run(t *testing.T, open func(t *testing.T) Harness) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Harness)
	}{
		{"Get", testGet}, {"Conditions", testConditions}, {"ConditionsInTransactions", testConditionsInTransactions},
		{"Repeats", testRepeats}, {"RepeatsOfDeletes", testRepeatsOfDeletes}, {"RepeatsDiffer", testRepeatsDiffer},
		{"Transaction", testTransaction}, {"TransactionRepeats", testTransactionRepeats}, {"TransactionHalfRepeated", testTransactionHalfRepeated},
		{"TransactionOf100", testHundred}, {"SameTokenOtherOps", testSameTokenOtherOps},
		{"Ranges", testRanges}, {"Paging", testPaging}, {"PagingBounds", testPagingBounds},
		{"SparseIndex", testSparseIndex}, {"IndexPaging", testIndexPaging}, {"IndexRanges", testIndexRanges}, {"IndexHundreds", testIndexHundreds},
		{"Expiry", testExpiry}, {"ExpiredPaging", testExpiredPaging}, {"ExpiredKeysOnly", testExpiredKeysOnly},
		{"TooLarge", testTooLarge}, {"Refusals", testRefusals}, {"Cancelled", testCancelled},
		{"RaceOnVersion", testRaceOnVersion}, {"RaceOnClaim", testRaceOnClaim}, {"RaceOfTransactions", testRaceOfTransactions},
		{"StreamOrder", testStreamOrder}, {"Model", testModel},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := open(t)
			if why := h.Lacks[test.name]; why != "" {
				t.Skip(why)
			}
			test.run(t, h)
		})
	}
}

// failer is what *testing.T and *rapid.T have in common.
type failer interface {
	Helper()
	Context() context.Context
	Fatal(...any)
	Fatalf(string, ...any)
}

// item is an item of a partition that only this suite uses.
func item(pk, sk, doc string, version int64) store.Item {
	return store.Item{Key: store.Key{PK: "ORG#suite#" + pk, SK: sk}, Version: version, Doc: doc}
}

func write(t *testing.T, h Harness, ops ...store.Op) {
	t.Helper()
	if err := h.Table.Write(t.Context(), token(ops), ops...); err != nil {
		t.Fatalf("write: %v", err)
	}
}

func token(ops []store.Op) string { return fmt.Sprintf("%+v", ops) }

func get(t *testing.T, h Harness, key store.Key) (store.Item, bool) {
	t.Helper()
	got, err := h.Table.Get(t.Context(), key)
	if fault.Is(err, fault.NotFound) {
		return got, false
	}
	if err != nil {
		t.Fatalf("get: %v", err)
	}
	return got, true
}
