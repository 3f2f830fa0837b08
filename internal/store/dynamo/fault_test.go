package dynamo_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
	"bellwether/internal/store/dynamo"
	"bellwether/internal/store/dynamotest"
	"bellwether/internal/store/storetest"
)

// world is a dynamo.Table whose calls go wrong on the client's side, over a table whose stream
// tells how often anything was really done.
type world struct {
	*dynamo.Table
	behind *bolt.Table
	server *dynamotest.Server
	wire   *dynamotest.Transport
	clock  *storetest.Clock
}

func newWorld(t *testing.T) *world {
	t.Helper()
	behind, err := bolt.Open(filepath.Join(t.TempDir(), "table.db"), bolt.Options{NoSync: true, Now: dynamotest.BeforeAll})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { behind.Close() })
	w := &world{behind: behind, server: dynamotest.New(behind), clock: storetest.NewClock()}
	t.Cleanup(w.server.Close)
	w.wire = &dynamotest.Transport{Next: w.server.Client().Transport}
	w.Table = dynamo.New(dynamotest.Config(w.server.URL, w.wire), "bellwether", dynamo.Clock(w.clock.Now))
	return w
}

// effects is how many items were written or removed so far.
func (w *world) effects() uint64 { return w.behind.Last() }

func item(sk, doc string, version int64) store.Item {
	return store.Item{Key: store.Key{PK: "ORG#1#T", SK: sk}, Version: version, Doc: doc}
}

// faultCase is a write, over an item "old" of version 1, that is done once though a call goes wrong.
type faultCase struct {
	name    string
	action  string
	ops     []store.Op
	effects uint64
}

func faultCases() []faultCase {
	old := item("old", "1", 1)
	newer := item("old", "2", 2)
	newer.AsOf = 7
	two := []store.Op{store.Put(newer, store.VersionIs(1)), store.Put(item("new", "1", 1), store.NotExists())}
	return []faultCase{
		{"create", "PutItem", []store.Op{store.Put(item("new", "1", 1), store.NotExists())}, 1},
		{"replace", "PutItem", []store.Op{store.Put(newer, store.VersionIs(1))}, 1},
		{"replace by a newer one", "PutItem", []store.Op{store.Put(newer, store.Newer())}, 1},
		{"remove", "DeleteItem", []store.Op{store.Delete(old.Key, store.VersionIs(1))}, 1},
		{"transaction", "TransactWriteItems", two, 2},
		{"transaction that removes", "TransactWriteItems", []store.Op{store.Delete(old.Key, store.VersionIs(1)), store.Put(item("new", "1", 1), store.NotExists())}, 2},
		{"transaction under no condition", "TransactWriteItems", []store.Op{store.Put(newer, store.Always()), store.Put(item("new", "1", 1), store.Always())}, 2},
	}
}

func TestAWriteIsDoneOnceWhateverGoesWrong(t *testing.T) {
	faults := map[string]dynamotest.Fault{
		"throttled": dynamotest.Throttle, "500": dynamotest.Break, "lost before": dynamotest.Drop,
		"answer lost": dynamotest.Lose, "contended": dynamotest.Contend,
	}
	for _, tt := range faultCases() {
		for name, f := range faults {
			t.Run(tt.name+", "+name, func(t *testing.T) {
				w := newWorld(t)
				if err := w.Write(t.Context(), "given", store.Put(item("old", "1", 1), store.NotExists())); err != nil {
					t.Fatal(err)
				}
				before := w.effects()
				w.server.Reset()
				w.wire.Plan = dynamotest.Once(f, tt.action)
				if err := w.Write(t.Context(), "cause", tt.ops...); err != nil {
					t.Fatal(err)
				}
				if n := w.effects() - before; n != tt.effects {
					t.Errorf("%d effects, want %d", n, tt.effects)
				}
				wantCalls := 1
				if f == dynamotest.Lose {
					wantCalls = 2
				}
				if n := w.server.Counts().Calls[tt.action]; n != wantCalls {
					t.Errorf("the server saw %d calls, want %d", n, wantCalls)
				}
				w.holds(t, tt.ops)
			})
		}
	}
}

func (w *world) holds(t *testing.T, ops []store.Op) {
	t.Helper()
	for _, op := range ops {
		got, err := w.Get(t.Context(), op.Item.Key)
		if op.Kind == store.OpDelete {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s is still there: %+v, %v", op.Item.SK, got, err)
			}
		} else if err != nil || got != op.Item {
			t.Errorf("%s: %+v, %v", op.Item.SK, got, err)
		}
	}
}

// A later try of the same cause is another request: its conditions find the earlier one's work. In
// the same second it is the same request, which DynamoDB does once even without conditions.
func TestALaterTryFindsItsOwnWork(t *testing.T) {
	for _, wait := range []time.Duration{0, time.Second} {
		for _, tt := range faultCases() {
			t.Run(fmt.Sprint(tt.name, " after ", wait), func(t *testing.T) {
				w := newWorld(t)
				if err := w.Write(t.Context(), "given", store.Put(item("old", "1", 1), store.NotExists())); err != nil {
					t.Fatal(err)
				}
				before := w.effects()
				w.wire.Plan = loseOnceThenDrop(tt.action)
				if err := w.Write(t.Context(), "cause", tt.ops...); !fault.Is(err, fault.Retryable) {
					t.Fatalf("the first try: %v", err)
				}
				w.wire.Plan = nil
				w.clock.Add(wait)
				if err := w.Write(t.Context(), "cause", tt.ops...); err != nil {
					t.Fatalf("the second try: %v", err)
				}
				unconditional := tt.ops[0].If == store.Always()
				if n := w.effects() - before; n != tt.effects && !(unconditional && wait > 0) {
					t.Errorf("%d effects, want %d", n, tt.effects)
				}
				w.holds(t, tt.ops)
			})
		}
	}
}

func loseOnceThenDrop(action string) dynamotest.Plan {
	calls := 0
	return func(_ int, a string) dynamotest.Fault {
		if a != action {
			return dynamotest.None
		}
		calls++
		if calls == 1 {
			return dynamotest.Lose
		}
		return dynamotest.Drop
	}
}

func TestALastingFaultIsRetryable(t *testing.T) {
	for _, f := range []dynamotest.Fault{dynamotest.Throttle, dynamotest.Break, dynamotest.Drop, dynamotest.Contend} {
		for _, tt := range faultCases() {
			t.Run(fmt.Sprint(tt.name, ", ", f), func(t *testing.T) {
				w := newWorld(t)
				w.wire.Plan = dynamotest.Always(f, tt.action)
				if err := w.Write(t.Context(), "cause", tt.ops...); !fault.Is(err, fault.Retryable) {
					t.Errorf("%v", err)
				}
				if w.effects() != 0 {
					t.Error("something was written")
				}
			})
		}
	}
}

// Somebody else's item stands where ours was to go, and the answer that says so is lost.
func TestAnotherWritersItemIsAConflict(t *testing.T) {
	w := newWorld(t)
	theirs := item("new", "theirs", 1)
	if err := w.Write(t.Context(), "them", store.Put(theirs, store.NotExists())); err != nil {
		t.Fatal(err)
	}
	for name, ops := range map[string][]store.Op{
		"PutItem":            {store.Put(item("new", "ours", 1), store.NotExists())},
		"TransactWriteItems": {store.Put(item("new", "ours", 1), store.NotExists()), store.Put(item("beside", "", 1), store.Always())},
		"DeleteItem":         {store.Delete(theirs.Key, store.VersionIs(2))},
	} {
		w.wire.Plan = dynamotest.Once(dynamotest.Lose, name)
		if err := w.Write(t.Context(), "us", ops...); !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if w.effects() != 1 {
		t.Error("something of ours was written")
	}
}

func TestRefusalsAreNotRetried(t *testing.T) {
	w := newWorld(t)
	long := item("x", "doc", 1)
	long.PK = "" // past store.Validate: Get does not check its key
	if _, err := w.Get(t.Context(), long.Key); !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
	if n := w.server.Counts().Calls["GetItem"]; n != 1 {
		t.Errorf("%d calls", n)
	}
}
