package store_test

import (
	"testing"
	"time"

	"bellwether/internal/incident"
	"bellwether/internal/store"
)

// The signal of the highest version stands, in whatever order they are written.
func TestNewestSignalStands(t *testing.T) {
	signals := store.Signals{Table: openTable(t)}
	put := func(orgID, key string, version int64, resolved bool) {
		t.Helper()
		s := incident.Signal{Key: key, Class: "transient", Count: 3, EventID: "e", At: time.Date(2026, 11, 16, 12, 0, 0, 0, time.UTC), Resolved: resolved, Version: version}
		if err := signals.Put(t.Context(), orgID, s); err != nil {
			t.Fatal(err)
		}
	}
	wrong := func(orgID, key string) bool {
		t.Helper()
		got, err := signals.Unresolved(t.Context(), orgID, key)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	const other = "0198f1c2-6b00-7a10-8b3e-ffffffffffff"
	if wrong(someOrg, "k") {
		t.Error("what nobody wrote is wrong")
	}
	put(someOrg, "k", 5, false)
	put(someOrg, "k", 4, true)
	put(someOrg, "k", 5, true)
	if !wrong(someOrg, "k") || wrong(someOrg, "other") || wrong(other, "k") {
		t.Error("an older signal, or another one, was taken")
	}
	put(someOrg, "k", 6, true)
	put(someOrg, "k", 5, false)
	if wrong(someOrg, "k") {
		t.Error("it was not resolved")
	}
	put(someOrg, "a", 1, false)
	put(other, "k", 9, false)
	list, err := signals.List(t.Context(), someOrg)
	if err != nil || len(list) != 2 || list[0].Key != "a" || list[1].Key != "k" || list[1].Version != 6 || !list[1].Resolved || list[0].Count != 3 {
		t.Errorf("%v %+v", err, list)
	}
}
