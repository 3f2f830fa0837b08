// Package storetest is the contract of store.Table, and of what the repositories of connected accounts
// need of one: every adapter passes the same suite.
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
	Lacks  map[Feature]string       // what the endpoint is known not to do, with the reason; what needs it is skipped
}

// Feature is something that not every endpoint does.
type Feature string

const (
	Transactions  Feature = "transactions"      // writes of several ops
	FailureImages Feature = "images on failure" // a failed condition answers with the stored item
)

// Change is one record of a table's stream.
type Change struct {
	Old, New *store.Item // the images; nil: the item was not there before, or is not any more
}

func (c Change) key() store.Key {
	if c.New != nil {
		return c.New.Key
	}
	return c.Old.Key
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
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h := open(t)
			for _, feature := range test.needs {
				if why := h.Lacks[feature]; why != "" {
					t.Skipf("this needs %s: %s", feature, why)
				}
			}
			test.run(t, h)
		})
	}
}

type contractTest struct {
	name  string
	run   func(*testing.T, Harness)
	needs []Feature
}

var tests = []contractTest{
	{"Get", testGet, nil},
	{"Conditions", testConditions, nil},
	{"ConditionsInTransactions", testConditionsInTransactions, []Feature{Transactions}},
	{"Repeats", testRepeats, []Feature{FailureImages}},
	{"RepeatsOfDeletes", testRepeatsOfDeletes, nil},
	{"RepeatsDiffer", testRepeatsDiffer, []Feature{FailureImages}},
	{"Transaction", testTransaction, []Feature{Transactions}},
	{"TransactionRepeats", testTransactionRepeats, []Feature{Transactions, FailureImages}},
	{"TransactionHalfRepeated", testTransactionHalfRepeated, []Feature{Transactions}},
	{"TransactionOf100", testHundred, []Feature{Transactions}},
	{"SameTokenOtherOps", testSameTokenOtherOps, []Feature{Transactions}},
	{"Ranges", testRanges, nil},
	{"Paging", testPaging, nil},
	{"PagingBounds", testPagingBounds, nil},
	{"SparseIndex", testSparseIndex, nil},
	{"IndexPaging", testIndexPaging, nil},
	{"IndexRanges", testIndexRanges, nil},
	{"IndexHundreds", testIndexHundreds, nil},
	{"Expiry", testExpiry, nil},
	{"ExpiredPaging", testExpiredPaging, nil},
	{"ExpiredKeysOnly", testExpiredKeysOnly, nil},
	{"TooLarge", testTooLarge, nil},
	{"Refusals", testRefusals, nil},
	{"Cancelled", testCancelled, nil},
	{"RaceOnVersion", testRaceOnVersion, nil},
	{"RaceOnClaim", testRaceOnClaim, nil},
	{"RaceOfTransactions", testRaceOfTransactions, []Feature{Transactions}},
	{"StreamOrder", testStreamOrder, nil},
	{"Model", testModel, []Feature{Transactions}},
	{"Accounts", testAccounts, []Feature{Transactions}},
	{"RaceOnLease", testRaceOnLease, []Feature{Transactions}},
	{"Settle", testSettle, []Feature{Transactions}},
	{"AskSync", testAskSync, []Feature{Transactions}},
	{"Release", testRelease, []Feature{Transactions}},
	{"DueSyncs", testDueSyncs, []Feature{Transactions}},
	{"IngestIsFenced", testIngestIsFenced, []Feature{Transactions}},
	{"IngestOfAChangedAccount", testIngestOfAChangedAccount, []Feature{Transactions}},
	{"IngestOfAChangedCampaign", testIngestOfAChangedCampaign, []Feature{Transactions}},
	{"UnsettledMarks", testUnsettledMarks, []Feature{Transactions}},
	{"Links", testLinks, []Feature{Transactions}},
	{"Runs", testRuns, nil},
	{"Tiles", testTiles, nil},
	{"Grants", testGrants, []Feature{Transactions}},
	{"Connections", testConnections, nil},
	{"Deliveries", testDeliveries, []Feature{FailureImages}},
	{"RaceOfSignals", testRaceOfSignals, nil},
	{"PastIncidents", testPastIncidents, []Feature{Transactions}},
	{"ExplainedIncidents", testExplainedIncidents, nil},
	{"IncidentConflict", testIncidentConflict, nil},
	{"Recommendations", testRecommendations, nil},
	{"RecommendationLists", testRecommendationLists, nil},
	{"Rules", testRules, []Feature{Transactions}},
	{"Automations", testAutomations, []Feature{Transactions}},
	{"AutomationLists", testAutomationLists, []Feature{Transactions}},
	{"RuleFailures", testRuleFailures, []Feature{Transactions}},
	{"Silences", testSilences, []Feature{Transactions}},
	{"Outbox", testOutbox, []Feature{Transactions}},
	{"Done", testDone, nil},
	{"Lane", testLane, []Feature{Transactions, FailureImages}},
	{"Directory", testDirectory, []Feature{Transactions}},
	{"Channels", testChannels, []Feature{Transactions}},
	{"SnoozedNotices", testSnoozedNotices, nil},
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
