package storetest

import (
	"fmt"
	"sync"
	"testing"

	"bellwether/internal/store"
)

func testStreamOrder(t *testing.T, h Harness) {
	if h.Stream == nil {
		t.Skip("no stream to read here")
	}
	const items, versions = 5, 20
	var wg sync.WaitGroup
	for i := range items {
		wg.Go(func() {
			for v := int64(1); v <= versions; v++ {
				cond := store.VersionIs(v - 1)
				if v == 1 {
					cond = store.NotExists()
				}
				it := item("ST", fmt.Sprint(i), fmt.Sprint("v", v), v)
				if err := h.Table.Write(t.Context(), fmt.Sprint(i, v), store.Put(it, cond)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	write(t, h, store.Delete(item("ST", "0", "", 0).Key, store.Always()))
	changes, err := h.Stream()
	if err != nil {
		t.Fatal(err)
	}
	last := map[store.Key]int64{}
	for _, c := range changes {
		if c.Old != nil && c.Old.Version != last[c.key()] {
			t.Fatalf("%v: the old image is of version %d, want %d", c.key(), c.Old.Version, last[c.key()])
		}
		if c.New == nil {
			last[c.key()] = -1
			continue
		}
		if c.New.Version != last[c.key()]+1 {
			t.Fatalf("%v: version %d came after %d", c.key(), c.New.Version, last[c.key()])
		}
		last[c.key()] = c.New.Version
	}
	if len(last) != items || last[item("ST", "0", "", 0).Key] != -1 || last[item("ST", "1", "", 0).Key] != versions {
		t.Errorf("the stream ends with %v", last)
	}
}
