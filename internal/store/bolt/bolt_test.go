package bolt_test

import (
	"path/filepath"
	"testing"

	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
	"bellwether/internal/store/storetest"
)

func open(t *testing.T, path string, clock *storetest.Clock) *bolt.Table {
	t.Helper()
	table, err := bolt.Open(path, bolt.Options{Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { table.Close() })
	return table
}

func TestContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Harness {
		clock := storetest.NewClock()
		table := open(t, filepath.Join(t.TempDir(), "table.db"), clock)
		return storetest.Harness{Table: table, Clock: clock, Stream: func() ([]storetest.Change, error) { return changes(table) }}
	})
}

func changes(table *bolt.Table) ([]storetest.Change, error) {
	records, err := table.Records(0, 10_000)
	var list []storetest.Change
	for _, r := range records {
		list = append(list, storetest.Change{Old: r.Old, New: r.New})
	}
	return list, err
}

func TestItemsAndStreamSurviveARestart(t *testing.T) {
	path, clock := filepath.Join(t.TempDir(), "table.db"), storetest.NewClock()
	table := open(t, path, clock)
	item := store.Item{Key: store.Key{PK: "ORG#1", SK: "A"}, Version: 1, Doc: "{}"}
	if err := table.Write(t.Context(), "", store.Put(item, store.NotExists())); err != nil {
		t.Fatal(err)
	}
	if err := table.Close(); err != nil {
		t.Fatal(err)
	}
	table = open(t, path, clock)
	if got, err := table.Get(t.Context(), item.Key); err != nil || got != item {
		t.Errorf("%+v, %v", got, err)
	}
	records, err := table.Records(0, 10)
	if err != nil || len(records) != 1 || *records[0].New != item {
		t.Fatalf("%+v, %v", records, err)
	}
	if err := table.Trim(records[0].Seq); err != nil {
		t.Fatal(err)
	}
	if left, err := table.Records(0, 10); err != nil || len(left) != 0 {
		t.Errorf("after the trim: %+v, %v", left, err)
	}
}

func TestChangedTellsOfEachWrite(t *testing.T) {
	table := open(t, filepath.Join(t.TempDir(), "table.db"), storetest.NewClock())
	changed := table.Changed()
	select {
	case <-changed:
		t.Fatal("told of a change before there was one")
	default:
	}
	if err := table.Write(t.Context(), "", store.Put(store.Item{Key: store.Key{PK: "a", SK: "b"}}, store.Always())); err != nil {
		t.Fatal(err)
	}
	<-changed
}
