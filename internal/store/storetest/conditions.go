package storetest

import (
	"fmt"
	"testing"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/store"
)

func testGet(t *testing.T, h Harness) {
	want := store.Item{
		Key: store.Key{PK: "ORG#suite#A", SK: "ä#1"}, Index: store.Key{PK: "ORG#suite#I", SK: "x"}, Version: 3, AsOf: 7,
		ExpiresAt: h.Clock.Now().Add(time.Hour), Doc: `{"text":"größer, 日本, \"quoted\""}`, Events: `[{"meta":{}}]`,
	}
	write(t, h, store.Put(want, store.Always()))
	got, ok := get(t, h, want.Key)
	if !ok || !got.ExpiresAt.Equal(want.ExpiresAt) {
		t.Fatalf("got %+v, %v", got, ok)
	}
	got.ExpiresAt = want.ExpiresAt
	if got != want {
		t.Fatalf("got %+v\nwant %+v", got, want)
	}
	if _, ok := get(t, h, store.Key{PK: "ORG#suite#A", SK: "ä#"}); ok {
		t.Error("an absent item was found")
	}
}

// conditionCase is an op on one item: given what is stored, it is done or refused.
type conditionCase struct {
	name  string
	given *store.Item
	op    store.Op
	holds bool
}

func conditionCases(h Harness) []conditionCase {
	one, two, none := item("C", "1", "one", 1), item("C", "1", "two", 2), item("C", "1", "none", 0)
	asOf := func(n int64, doc string) store.Item {
		i := item("C", "1", doc, 0)
		i.AsOf = n
		return i
	}
	expired := func(i store.Item) *store.Item {
		i.ExpiresAt = h.Clock.Now()
		return &i
	}
	old := asOf(4, "old")
	five := asOf(5, "five")
	six := asOf(6, "six")
	return []conditionCase{
		{"NotExists, absent", nil, store.Put(one, store.NotExists()), true},
		{"NotExists, there", &two, store.Put(one, store.NotExists()), false},
		{"NotExists, expired", expired(two), store.Put(one, store.NotExists()), true},
		{"VersionIs, same", &one, store.Put(two, store.VersionIs(1)), true},
		{"VersionIs, other", &one, store.Put(item("C", "1", "x", 8), store.VersionIs(7)), false},
		{"VersionIs, absent", nil, store.Put(two, store.VersionIs(1)), false},
		{"VersionIs, expired", expired(one), store.Put(two, store.VersionIs(1)), false},
		{"VersionIs 0, same", &none, store.Put(one, store.VersionIs(0)), true},
		{"VersionIs 0, other", &one, store.Put(none, store.VersionIs(0)), false},
		{"VersionIs 0, absent", nil, store.Put(one, store.VersionIs(0)), false},
		{"Newer, absent", nil, store.Put(five, store.Newer()), true},
		{"Newer, newer", &old, store.Put(five, store.Newer()), true},
		{"Newer, equal", &five, store.Put(asOf(5, "other"), store.Newer()), false},
		{"Newer, older", &six, store.Put(five, store.Newer()), false},
		{"Newer, expired", expired(six), store.Put(five, store.Newer()), true},
		{"Newer than nothing", &none, store.Put(five, store.Newer()), true},
		{"Newer with nothing", &one, store.Put(two, store.Newer()), false},
		{"Newer with nothing, absent", nil, store.Put(two, store.Newer()), true},
		{"Always", &two, store.Put(one, store.Always()), true},
		{"Delete VersionIs, same", &one, store.Delete(one.Key, store.VersionIs(1)), true},
		{"Delete VersionIs, other", &two, store.Delete(one.Key, store.VersionIs(1)), false},
		{"Delete VersionIs, absent", nil, store.Delete(one.Key, store.VersionIs(1)), true},
		{"Delete VersionIs, expired", expired(two), store.Delete(one.Key, store.VersionIs(1)), true},
		{"Delete VersionIs 0, other", &two, store.Delete(one.Key, store.VersionIs(0)), false},
		{"Delete Always", &one, store.Delete(one.Key, store.Always()), true},
		{"Delete Always, absent", nil, store.Delete(one.Key, store.Always()), true},
		{"Check NotExists, absent", nil, store.Check(one.Key, store.NotExists()), true},
		{"Check NotExists, there", &one, store.Check(one.Key, store.NotExists()), false},
		{"Check VersionIs, same", &one, store.Check(one.Key, store.VersionIs(1)), true},
		{"Check VersionIs, other", &two, store.Check(one.Key, store.VersionIs(1)), false},
		{"Check VersionIs, expired", expired(one), store.Check(one.Key, store.VersionIs(1)), false},
	}
}

// testConditions does every op alone, testConditionsInTransactions beside another put: an adapter
// may take two ways. A check is of use only beside another op.
func testConditions(t *testing.T, h Harness) {
	for _, tt := range conditionCases(h) {
		if tt.op.Kind == store.OpCheck {
			continue
		}
		t.Run(tt.name, func(t *testing.T) {
			testCondition(t, h, tt, tt.op)
		})
	}
}

func testConditionsInTransactions(t *testing.T, h Harness) {
	for n, tt := range conditionCases(h) {
		t.Run(tt.name, func(t *testing.T) {
			beside := item("C2", fmt.Sprint(n), "beside", 1)
			testCondition(t, h, tt, store.Put(beside, store.NotExists()), tt.op)
			if _, written := get(t, h, beside.Key); written != tt.holds {
				t.Errorf("the other item was written: %v", written)
			}
		})
	}
}

func testCondition(t *testing.T, h Harness, tt conditionCase, ops ...store.Op) {
	key := tt.op.Item.Key
	write(t, h, store.Delete(key, store.Always()))
	if tt.given != nil {
		write(t, h, store.Put(*tt.given, store.Always()))
	}
	before, had := get(t, h, key)
	err := h.Table.Write(t.Context(), t.Name(), ops...)
	if tt.holds != (err == nil) || (err != nil && !fault.Is(err, fault.Conflict)) {
		t.Fatalf("error %v, want the condition to hold: %v", err, tt.holds)
	}
	after, has := get(t, h, key)
	switch {
	case err != nil || tt.op.Kind == store.OpCheck:
		if after != before || had != has {
			t.Errorf("the item is %+v now", after)
		}
	case tt.op.Kind == store.OpDelete && has:
		t.Errorf("after its removal there is %+v", after)
	case tt.op.Kind == store.OpPut && after != tt.op.Item:
		t.Errorf("after the write there is %+v", after)
	}
}

func testRepeats(t *testing.T, h Harness) {
	one, two := item("R", "1", "one", 1), item("R", "1", "two", 2)
	for range 3 {
		if err := h.Table.Write(t.Context(), "first", store.Put(one, store.NotExists())); err != nil {
			t.Fatalf("creating the same item again: %v", err)
		}
	}
	for range 3 {
		if err := h.Table.Write(t.Context(), "second", store.Put(two, store.VersionIs(1))); err != nil {
			t.Fatalf("making the same change again: %v", err)
		}
	}
	if err := h.Table.Write(t.Context(), "third", store.Put(item("R", "1", "other", 2), store.VersionIs(1))); !fault.Is(err, fault.Conflict) {
		t.Errorf("another change of the old version: %v", err)
	}
}

func testRepeatsOfDeletes(t *testing.T, h Harness) {
	one := item("RD", "1", "one", 1)
	write(t, h, store.Put(one, store.NotExists()))
	for range 3 {
		if err := h.Table.Write(t.Context(), "remove", store.Delete(one.Key, store.VersionIs(1))); err != nil {
			t.Fatalf("removing the same item again: %v", err)
		}
	}
	write(t, h, store.Put(one, store.NotExists()))
}

// testRepeatsDiffer changes one attribute of a claim at a time: none passes for the stored one.
func testRepeatsDiffer(t *testing.T, h Harness) {
	claim := item("RX", "1", "doc", 1)
	claim.AsOf, claim.Events, claim.Index = 3, "[]", store.Key{PK: "ORG#suite#RXI", SK: "1"}
	claim.ExpiresAt = h.Clock.Now().Add(time.Hour)
	write(t, h, store.Put(claim, store.NotExists()))
	for name, change := range map[string]func(*store.Item){
		"doc": func(i *store.Item) { i.Doc += " " }, "events": func(i *store.Item) { i.Events = "" },
		"version": func(i *store.Item) { i.Version++ }, "as of": func(i *store.Item) { i.AsOf++ },
		"index": func(i *store.Item) { i.Index.SK = "2" }, "expiry": func(i *store.Item) { i.ExpiresAt = i.ExpiresAt.Add(time.Second) },
	} {
		other := claim
		change(&other)
		if err := h.Table.Write(t.Context(), name, store.Put(other, store.NotExists())); !fault.Is(err, fault.Conflict) {
			t.Errorf("another %s: %v", name, err)
		}
	}
	if err := h.Table.Write(t.Context(), "same", store.Put(claim, store.NotExists())); err != nil {
		t.Errorf("the same claim: %v", err)
	}
}
