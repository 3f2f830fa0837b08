package storetest

import (
	"fmt"
	"sync"
	"testing"

	"bellwether/internal/fault"
	"bellwether/internal/store"
)

const writers = 64

// race lets all writers write at once, and tells who went through. The others meet a conflict; one
// with a transaction may also be told to come back, when many have the items.
func race(t *testing.T, h Harness, ops func(i int) []store.Op) (won []int) {
	t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range writers {
		wg.Go(func() {
			<-start
			err := h.Table.Write(t.Context(), fmt.Sprint("writer ", i), ops(i)...)
			if err != nil && !fault.Is(err, fault.Conflict) && (len(ops(i)) == 1 || !fault.Is(err, fault.Retryable)) {
				t.Errorf("writer %d: %v", i, err)
			}
			if err == nil {
				mu.Lock()
				won = append(won, i)
				mu.Unlock()
			}
		})
	}
	close(start)
	wg.Wait()
	return won
}

func testRaceOnVersion(t *testing.T, h Harness) {
	write(t, h, store.Put(item("V", "1", "start", 1), store.NotExists()))
	won := race(t, h, func(i int) []store.Op {
		return []store.Op{store.Put(item("V", "1", fmt.Sprint("writer ", i), 2), store.VersionIs(1))}
	})
	got, _ := get(t, h, item("V", "1", "", 0).Key)
	if len(won) != 1 || got.Doc != fmt.Sprint("writer ", won[0]) {
		t.Errorf("%v went through, %q is stored", won, got.Doc)
	}
}

func testRaceOnClaim(t *testing.T, h Harness) {
	won := race(t, h, func(i int) []store.Op {
		return []store.Op{store.Put(item("K", "1", fmt.Sprint("claimed by ", i), 1), store.NotExists())}
	})
	if len(won) != 1 {
		t.Errorf("%v hold the claim", won)
	}
}

func testRaceOfTransactions(t *testing.T, h Harness) {
	a, b := item("VT", "a", "start", 1), item("VT", "b", "start", 1)
	write(t, h, store.Put(a, store.NotExists()), store.Put(b, store.NotExists()))
	won := race(t, h, func(i int) []store.Op {
		a, b := item("VT", "a", fmt.Sprint("writer ", i), 2), item("VT", "b", fmt.Sprint("writer ", i), 2)
		return []store.Op{store.Put(a, store.VersionIs(1)), store.Put(b, store.VersionIs(1))}
	})
	gotA, _ := get(t, h, a.Key)
	gotB, _ := get(t, h, b.Key)
	if len(won) != 1 || gotA.Doc != fmt.Sprint("writer ", won[0]) || gotB.Doc != gotA.Doc {
		t.Errorf("%v went through, %q and %q are stored", won, gotA.Doc, gotB.Doc)
	}
}
