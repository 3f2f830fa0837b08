package produce_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"bellwether/internal/integration"
	"bellwether/internal/money"
	"bellwether/internal/produce"
	"bellwether/internal/store"
)

// watchedAccounts counts the pages that are written, and lets the worker die before one of them.
type watchedAccounts struct {
	produce.SyncAccounts
	pages, dieAt int
}

func (a *watchedAccounts) Ingest(ctx context.Context, token string, account integration.Integration, fence integration.Sync, parts ...store.Ingest) error {
	if a.pages++; a.pages == a.dieAt {
		panic("the process dies")
	}
	return a.SyncAccounts.Ingest(ctx, token, account, fence, parts...)
}

// workWatched delivers the account's message to a worker that writes through a.
func (w *syncWorld) workWatched(a *watchedAccounts) (done bool) {
	w.t.Helper()
	s := w.syncer()
	a.SyncAccounts, s.Accounts = s.Accounts, a
	answer, err := w.deliver(w.t.Context(), s)
	return err == nil && answer == `{"batchItemFailures":[]}`
}

// Wherever a worker dies between reading a page and writing it, the next one reads that page again.
func TestNoPageIsLostWithItsWorker(t *testing.T) {
	for dieAt := 1; ; dieAt++ {
		w := newSyncWorld(t)
		for i := range 4 {
			id := fmt.Sprint("c", i)
			w.platform.has(id, 0)
			w.platform.spends(id, "2026-11-15", 10)
		}
		watched := &watchedAccounts{dieAt: dieAt}
		if w.workWatched(watched) {
			if dieAt < 4 {
				t.Errorf("only %d pages were written", dieAt-1)
			}
			return
		}
		w.later(integration.LeaseTime)
		w.work()
		for i := range 4 {
			if got := w.campaign(fmt.Sprint("c", i)).Totals.SpendMicros; got != 10*money.Micro {
				t.Errorf("died at page %d: campaign %d spent %d", dieAt, i, got)
			}
		}
		if n := w.events(); n["IntegrationSyncCompleted"] != 1 || n["CampaignCreated"] != 4 {
			t.Errorf("died at page %d: events %v", dieAt, n)
		}
	}
}

// What is read again as it was is not written again: digests spare the look.
func TestWhatIsKnownIsNotWrittenAgain(t *testing.T) {
	w := newSyncWorld(t)
	w.platform.has("a", 0)
	w.platform.spends("a", "2026-11-15", 10)
	for _, tt := range []struct {
		when  string
		given func()
		pages int
	}{
		{"at first", func() {}, 2}, // its campaign, and its results
		{"as it was", func() {}, 0},
		{"restated", func() { w.platform.spends("a", "2026-11-15", 11) }, 1},
		{"as it was by then", func() {}, 0},
	} {
		tt.given()
		watched := &watchedAccounts{}
		if !w.workWatched(watched) || watched.pages != tt.pages {
			t.Errorf("%s: %d pages were written, want %d", tt.when, watched.pages, tt.pages)
		}
		w.later(15 * time.Minute)
	}
}
