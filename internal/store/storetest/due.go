package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"bellwether/internal/store"
)

// Each account that is due is found once, whatever the size of a page; one that is due later is not.
func testDueSyncs(t *testing.T, h Harness) {
	var want []string
	var last account
	for n := range 12 {
		a := connect(t, h, fmt.Sprint(n))
		if want = append(want, a.is.ID); n == 11 {
			last = a
		}
	}
	later := last.sync
	later.NextAt, later.Version = h.Clock.Now().Add(time.Hour), 2
	if err := last.PutSync(t.Context(), last.sync, later); err != nil {
		t.Fatal(err)
	}
	slices.Sort(want[:11])
	for _, limit := range []int{1, 3, 100} {
		if got := dueSyncs(t, last, h.Clock.Now(), limit); !slices.Equal(got, want[:11]) {
			t.Errorf("limit %d: %v, want %v", limit, got, want[:11])
		}
	}
	if got := dueSyncs(t, last, h.Clock.Now().Add(time.Hour), 100); len(got) != 12 {
		t.Errorf("an hour later %d are due", len(got))
	}
}

// dueSyncs are the ids of the accounts that are due, in order of id.
func dueSyncs(t *testing.T, a account, until time.Time, limit int) (ids []string) {
	t.Helper()
	for shard := range store.Shards {
		for after := ""; ; {
			page, next, err := a.DueSyncs(t.Context(), shard, until, limit, after)
			if err != nil {
				t.Fatal(err)
			}
			for _, due := range page {
				if due.OrgID != someOrg || due.At.After(until) {
					t.Errorf("due: %+v", due)
				}
				ids = append(ids, due.IntegrationID)
			}
			if after = next; after == "" {
				break
			}
		}
	}
	slices.Sort(ids)
	return ids
}
