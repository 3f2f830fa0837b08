package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"bellwether/internal/fault"
	"bellwether/internal/store"
)

func testTooLarge(t *testing.T, h Harness) {
	big := item("L", "1", strings.Repeat("x", store.MaxItemBytes), 1)
	if err := h.Table.Write(t.Context(), "big", store.Put(big, store.Always())); !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
	fits := item("L", "1", strings.Repeat("x", store.MaxItemBytes-10<<10), 1) // emulators count a little more
	write(t, h, store.Put(fits, store.Always()))
	if got, ok := get(t, h, fits.Key); !ok || got != fits {
		t.Error("an item near the limit did not come back")
	}
}

func testRefusals(t *testing.T, h Harness) {
	var many []store.Op
	for i := range store.MaxOps + 1 {
		many = append(many, store.Put(item("N", fmt.Sprint(i), "x", 1), store.Always()))
	}
	var heavy []store.Op
	for i := range 11 {
		heavy = append(heavy, store.Put(item("N", fmt.Sprint(i), strings.Repeat("x", 390<<10), 1), store.Always()))
	}
	halfIndexed := item("N", "1", "x", 1)
	halfIndexed.Index.PK = "ORG#suite#I"
	same := store.Put(item("N", "1", "x", 1), store.Always())
	for name, ops := range map[string][]store.Op{
		"nothing": {}, "101 operations": many, "more than 4 MB": heavy, "one item twice": {same, same},
		"no key":         {store.Put(store.Item{Key: store.Key{PK: "ORG#suite#N"}}, store.Always())},
		"a long key":     {store.Put(item("N", strings.Repeat("x", store.MaxSortBytes+1), "x", 1), store.Always())},
		"half a place":   {store.Put(halfIndexed, store.Always())},
		"an empty check": {store.Check(same.Item.Key, store.Always())},
	} {
		if err := h.Table.Write(t.Context(), name, ops...); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, limit := range []int{0, -1, store.MaxPage + 1} {
		if _, err := h.Table.Query(t.Context(), store.Query{Partition: "ORG#suite#N", Limit: limit}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a page of %d: %v", limit, err)
		}
	}
	if got := all(t, h, store.Query{Partition: "ORG#suite#N"}); len(got) != 0 {
		t.Errorf("refused writes left %v", got)
	}
}

func testCancelled(t *testing.T, h Harness) {
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	i := item("N", "1", "x", 1)
	_, getting := h.Table.Get(stopped, i.Key)
	_, listing := h.Table.Query(stopped, store.Query{Partition: i.PK, Limit: 1})
	for name, err := range map[string]error{
		"write": h.Table.Write(stopped, "late", store.Put(i, store.Always())), "get": getting, "query": listing,
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("a cancelled %s: %v", name, err)
		}
	}
	if _, ok := get(t, h, i.Key); ok {
		t.Error("a cancelled write was done")
	}
}
