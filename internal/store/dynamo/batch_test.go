package dynamo_test

import (
	"fmt"
	"testing"

	"bellwether/internal/fault"
	"bellwether/internal/store"
	"bellwether/internal/store/dynamotest"
)

const listed = 25

var list = store.Query{Indexed: true, Partition: "ORG#1#LIST", Limit: 100}

func newList(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	for n := range listed {
		i := item(fmt.Sprint("item ", n), "doc", 1)
		i.Index = store.Key{PK: "ORG#1#LIST", SK: fmt.Sprintf("%02d", n)}
		if err := w.Write(t.Context(), "given", store.Put(i, store.NotExists())); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func TestKeysLeftOverAreAskedForAgain(t *testing.T) {
	w := newList(t)
	calls := 0
	w.wire.Plan = func(_ int, action string) dynamotest.Fault {
		if action != "BatchGetItem" {
			return dynamotest.None
		}
		calls++
		if calls == 2 {
			return dynamotest.LeaveAll // no progress, once
		}
		if calls < 5 {
			return dynamotest.Leave
		}
		return dynamotest.None
	}
	w.server.Reset()
	page, err := w.Query(t.Context(), list)
	if err != nil || len(page.Items) != listed {
		t.Fatalf("%d items, %v", len(page.Items), err)
	}
	if units := w.server.Counts().ReadUnits; units != listed+0.5 {
		t.Errorf("%v read units: want each item read once, and the index", units)
	}
	for n, i := range page.Items {
		if i.Index.SK != fmt.Sprintf("%02d", n) || i.Doc != "doc" {
			t.Errorf("item %d is %+v", n, i)
		}
	}
	if calls != 5 {
		t.Errorf("%d calls, want 5", calls)
	}
}

func TestABatchThatGetsNothingGivesUp(t *testing.T) {
	w := newList(t)
	w.wire.Plan = dynamotest.Always(dynamotest.LeaveAll, "BatchGetItem")
	if _, err := w.Query(t.Context(), list); !fault.Is(err, fault.Retryable) {
		t.Errorf("%v", err)
	}
}

// The index lags behind the table: between its answer and the batch, items go and move.
func TestItemsThatWentOrMovedAreLeftOut(t *testing.T) {
	w := newList(t)
	change := func() {
		moved := item("item 4", "moved", 2)
		moved.Index = store.Key{PK: "ORG#1#LIST", SK: "99"}
		left := item("item 5", "unlisted", 2)
		for _, op := range []store.Op{store.Delete(item("item 3", "", 0).Key, store.Always()), store.Put(moved, store.Always()), store.Put(left, store.Always())} {
			if err := w.behind.Write(t.Context(), "", op); err != nil {
				t.Error(err)
			}
		}
	}
	w.wire.Plan = func(_ int, action string) dynamotest.Fault {
		if action == "BatchGetItem" {
			change()
		}
		return dynamotest.None
	}
	page, err := w.Query(t.Context(), list)
	if err != nil || len(page.Items) != listed-3 {
		t.Fatalf("%d items, %v", len(page.Items), err)
	}
	for _, i := range page.Items {
		if i.Version != 1 {
			t.Errorf("%+v is at another place now", i)
		}
	}
}

func TestReadsGoThroughFaults(t *testing.T) {
	for _, f := range []dynamotest.Fault{dynamotest.Throttle, dynamotest.Break, dynamotest.Drop, dynamotest.Lose} {
		for _, action := range []string{"GetItem", "Query", "BatchGetItem"} {
			t.Run(fmt.Sprint(action, " ", f), func(t *testing.T) {
				w := newList(t)
				w.wire.Plan = dynamotest.Once(f, action)
				if page, err := w.Query(t.Context(), list); err != nil || len(page.Items) != listed {
					t.Errorf("%d items, %v", len(page.Items), err)
				}
				if _, err := w.Get(t.Context(), item("item 1", "", 0).Key); err != nil {
					t.Error(err)
				}
				w.wire.Plan = dynamotest.Always(f, action)
				_, listing := w.Query(t.Context(), list)
				_, getting := w.Get(t.Context(), item("item 1", "", 0).Key)
				if err := map[bool]error{true: getting, false: listing}[action == "GetItem"]; !fault.Is(err, fault.Retryable) {
					t.Errorf("a lasting fault: %v", err)
				}
			})
		}
	}
}
