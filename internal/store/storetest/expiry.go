package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/store"
)

func testExpiry(t *testing.T, h Harness) {
	i := indexed("1", "a")
	i.ExpiresAt = h.Clock.Now().Add(time.Minute)
	write(t, h, store.Put(i, store.NotExists()))
	h.Clock.Add(59 * time.Second)
	if _, ok := get(t, h, i.Key); !ok {
		t.Error("it expired a second early")
	}
	h.Clock.Add(time.Second)
	if _, ok := get(t, h, i.Key); ok {
		t.Error("an expired item was read")
	}
	if got := all(t, h, store.Query{Partition: i.PK}); len(got) != 0 {
		t.Errorf("expired items were listed: %v", got)
	}
	if got := all(t, h, store.Query{Indexed: true, Partition: i.Index.PK}); len(got) != 0 {
		t.Errorf("expired items were listed by index: %v", got)
	}
	if err := h.Table.Write(t.Context(), "v", store.Put(changed(i), store.VersionIs(1))); !fault.Is(err, fault.Conflict) {
		t.Errorf("an expired version was taken: %v", err)
	}
	again := item("S", "1", "again", 1)
	if err := h.Table.Write(t.Context(), "again", store.Put(again, store.NotExists())); err != nil {
		t.Errorf("an expired item stands in the way: %v", err)
	}
	if got, ok := get(t, h, again.Key); !ok || got != again {
		t.Errorf("got %+v, %v", got, ok)
	}
}

func testExpiredPaging(t *testing.T, h Harness) {
	for i := range 20 {
		it := item("XP", fmt.Sprintf("%02d", i), "x", 1)
		if i%4 != 3 {
			it.ExpiresAt = h.Clock.Now().Add(time.Second)
		}
		write(t, h, store.Put(it, store.Always()))
	}
	h.Clock.Add(time.Minute)
	want := []string{"03", "07", "11", "15", "19"}
	if got := pages(t, h, store.Query{Partition: "ORG#suite#XP", Limit: 3}); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func changed(i store.Item) store.Item {
	i.Doc += " changed"
	return i
}

func testExpiredKeysOnly(t *testing.T, h Harness) {
	stays, goes := item("XK", "1", "stays", 1), item("XK", "2", "goes", 1)
	stays.Index = store.Key{PK: "ORG#suite#XKI", SK: "1"}
	goes.ExpiresAt = h.Clock.Now().Add(time.Second)
	write(t, h, store.Put(stays, store.Always()))
	write(t, h, store.Put(goes, store.Always()))
	h.Clock.Add(time.Second)
	page, err := h.Table.Query(t.Context(), store.Query{Partition: stays.PK, KeysOnly: true, Limit: 9})
	if err != nil || len(page.Items) != 1 || page.Items[0] != (store.Item{Key: stays.Key, Index: stays.Index}) {
		t.Errorf("%+v, %v", page.Items, err)
	}
}
