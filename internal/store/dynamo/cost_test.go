package dynamo_test

import (
	"fmt"
	"strings"
	"testing"

	"bellwether/internal/store"
	"bellwether/internal/store/dynamotest"
)

// TestCosts holds each operation to its number of calls and to what DynamoDB charges for it.
func TestCosts(t *testing.T) {
	old := item("old", strings.Repeat("x", 800), 1)
	old.Index = store.Key{PK: "ORG#1#LIST", SK: "a"}
	same, moved, unlisted, large := old, old, old, old
	same.Version, moved.Version, unlisted.Version, large.Version = 2, 2, 2, 2
	moved.Index.SK, unlisted.Index, large.Doc = "b", store.Key{}, strings.Repeat("x", 1100)
	fresh := item("new", "doc", 1)
	tests := []struct {
		name   string
		ops    []store.Op
		units  int
		failed bool
	}{
		{"create", []store.Op{store.Put(fresh, store.NotExists())}, 1, false},
		{"replace", []store.Op{store.Put(same, store.VersionIs(1))}, 1, false},
		{"replace by more than 1 KB", []store.Op{store.Put(large, store.VersionIs(1))}, 2, false},
		{"replace and move in the index", []store.Op{store.Put(moved, store.VersionIs(1))}, 3, false},
		{"replace and leave the index", []store.Op{store.Put(unlisted, store.VersionIs(1))}, 2, false},
		{"remove from the index too", []store.Op{store.Delete(old.Key, store.VersionIs(1))}, 2, false},
		{"remove what is not there", []store.Op{store.Delete(fresh.Key, store.VersionIs(1))}, 1, false},
		{"a failed condition", []store.Op{store.Put(moved, store.VersionIs(7))}, 1, true},
		{"transaction", []store.Op{store.Put(same, store.VersionIs(1)), store.Put(fresh, store.NotExists())}, 4, false},
		{"transaction with a check", []store.Op{store.Check(old.Key, store.VersionIs(1)), store.Put(fresh, store.NotExists())}, 4, false},
		{"a cancelled transaction", []store.Op{store.Put(large, store.VersionIs(7)), store.Put(fresh, store.NotExists())}, 4, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			if err := w.Write(t.Context(), "given", store.Put(old, store.NotExists())); err != nil {
				t.Fatal(err)
			}
			w.server.Reset()
			if err := w.Write(t.Context(), "cause", tt.ops...); (err != nil) != tt.failed {
				t.Fatal(err)
			}
			counts := w.server.Counts()
			if counts.WriteUnits != tt.units || counts.ReadUnits != 0 || calls(counts) != 1 {
				t.Errorf("%+v, want %d write units in one call", counts, tt.units)
			}
		})
	}
}

func calls(c dynamotest.Counts) (n int) {
	for _, of := range c.Calls {
		n += of
	}
	return n
}

func TestReadCosts(t *testing.T) {
	w := newWorld(t)
	for n := range 150 {
		i := item(fmt.Sprint(n), strings.Repeat("x", 900), 1)
		i.Index = store.Key{PK: "ORG#1#LIST", SK: fmt.Sprintf("%03d", n)}
		if err := w.Write(t.Context(), "given", store.Put(i, store.Always())); err != nil {
			t.Fatal(err)
		}
	}
	read := func(q store.Query) func() error {
		return func() error {
			_, err := w.Query(t.Context(), q)
			return err
		}
	}
	tests := []struct {
		name  string
		read  func() error
		units float64
		calls int
	}{
		{"one item", func() error { _, err := w.Get(t.Context(), item("7", "", 0).Key); return err }, 1, 1},
		{"a partition: 150 items of about 1 KB in one sum", read(store.Query{Partition: "ORG#1#T", Limit: 1000}), 35, 1},
		{"the keys in the index: half units", read(store.Query{Indexed: true, Partition: "ORG#1#LIST", Limit: 1000, KeysOnly: true}), 1, 1},
		{"the items by the index: a unit each, two batches", read(store.Query{Indexed: true, Partition: "ORG#1#LIST", Limit: 1000}), 151, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w.server.Reset()
			if err := tt.read(); err != nil {
				t.Fatal(err)
			}
			counts := w.server.Counts()
			if counts.ReadUnits != tt.units || counts.WriteUnits != 0 || calls(counts) != tt.calls {
				t.Errorf("%+v, want %v read units in %d calls", counts, tt.units, tt.calls)
			}
		})
	}
}
