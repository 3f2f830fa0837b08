package storetest

import (
	"fmt"
	"testing"

	"bellwether/internal/fault"
	"bellwether/internal/store"
)

func testTransaction(t *testing.T, h Harness) {
	a, b, c := item("T1", "1", "a", 1), item("T2", "1", "b", 1), item("T3", "1", "c", 1)
	write(t, h, store.Put(c, store.NotExists()))
	err := h.Table.Write(t.Context(), "fails", store.Put(a, store.NotExists()), store.Put(b, store.NotExists()), store.Put(item("T3", "1", "d", 1), store.NotExists()))
	if !fault.Is(err, fault.Conflict) {
		t.Fatalf("%v", err)
	}
	for _, i := range []store.Item{a, b} {
		if _, ok := get(t, h, i.Key); ok {
			t.Errorf("%s was written though the transaction failed", i.PK)
		}
	}
	err = h.Table.Write(t.Context(), "check fails", store.Put(a, store.NotExists()), store.Check(c.Key, store.VersionIs(2)))
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("a failed check let the write go on: %v", err)
	}
	write(t, h, store.Put(a, store.NotExists()), store.Check(c.Key, store.VersionIs(1)), store.Delete(b.Key, store.Always()))
	if got, ok := get(t, h, a.Key); !ok || got != a {
		t.Errorf("got %+v", got)
	}
}

func testTransactionRepeats(t *testing.T, h Harness) {
	state, row := item("TR", "STATE", "v1", 1), item("TR", "ROW", "r", 0)
	ops := []store.Op{store.Put(state, store.NotExists()), store.Put(row, store.Always())}
	for range 3 {
		if err := h.Table.Write(t.Context(), "same", ops...); err != nil {
			t.Fatalf("repeating a transaction: %v", err)
		}
	}
	other := []store.Op{store.Put(item("TR", "STATE", "else", 1), store.NotExists()), store.Put(row, store.Always())}
	if err := h.Table.Write(t.Context(), "other", other...); !fault.Is(err, fault.Conflict) {
		t.Errorf("another transaction on the same version: %v", err)
	}
}

func testHundred(t *testing.T, h Harness) {
	var ops []store.Op
	for i := range store.MaxOps {
		ops = append(ops, store.Put(item("H", fmt.Sprintf("%03d", i), "x", 1), store.NotExists()))
	}
	write(t, h, ops...)
	if n := len(all(t, h, store.Query{Partition: "ORG#suite#H"})); n != store.MaxOps {
		t.Errorf("%d items are there, want %d", n, store.MaxOps)
	}
}

// testTransactionHalfRepeated finds one of its items written as meant, the other by somebody else.
func testTransactionHalfRepeated(t *testing.T, h Harness) {
	mine, theirs := item("TP", "1", "mine", 1), item("TP", "2", "theirs", 1)
	write(t, h, store.Put(mine, store.NotExists()))
	write(t, h, store.Put(theirs, store.NotExists()))
	err := h.Table.Write(t.Context(), "half", store.Put(mine, store.NotExists()), store.Put(item("TP", "2", "mine", 1), store.NotExists()))
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("%v", err)
	}
	if got, _ := get(t, h, theirs.Key); got != theirs {
		t.Errorf("the other's item is %+v now", got)
	}
}

// testSameTokenOtherOps writes different things for one cause, as the chunks of an import do: to
// other items, and to the same ones.
func testSameTokenOtherOps(t *testing.T, h Harness) {
	a, b := item("TT", "a", "first", 1), item("TT", "b", "x", 1)
	second, third, fourth, other := a, a, a, item("TT", "c", "x", 1)
	second.Doc, third.Events, fourth.Version = "second", "[]", 2
	for _, last := range []store.Item{a, second, third, fourth, other} {
		if err := h.Table.Write(t.Context(), "one cause", store.Put(last, store.Always()), store.Put(b, store.Always())); err != nil {
			t.Errorf("%+v: %v", last, err)
		}
		if got, _ := get(t, h, last.Key); got != last {
			t.Errorf("%+v is stored, want %+v", got, last)
		}
	}
}
