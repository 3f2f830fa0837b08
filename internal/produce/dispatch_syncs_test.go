package produce_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/integration"
	"bellwether/internal/produce"
	"bellwether/internal/queue"
	"bellwether/internal/store"
)

func (w *syncWorld) tick() error {
	w.sent = nil
	_, err := produce.DispatchSyncs(w.accounts, w, w.clock).Invoke(w.t.Context(), []byte(`{}`))
	return err
}

// due puts further accounts on the schedule, whose sync is due at the given time.
func (w *syncWorld) due(n int, at time.Time) {
	w.t.Helper()
	for i := range n {
		org := event.Derive("org", fmt.Sprint(i%7))
		id := event.Derive("account", fmt.Sprint(i))
		doc, _ := json.Marshal(integration.Sync{OrgID: org, IntegrationID: id, NextAt: at})
		item := store.Item{Key: store.Org(org).Sync(id), Index: store.DueSync(org, id, at), Version: 1, Doc: string(doc)}
		if err := w.table.Write(w.t.Context(), id, store.Put(item, store.Always())); err != nil {
			w.t.Fatal(err)
		}
	}
}

func TestEveryDueAccountIsSentOnceAndSpreadOverFiveMinutes(t *testing.T) {
	w := newSyncWorld(t)
	w.due(2500, begin)
	if err := w.tick(); err != nil {
		t.Fatal(err)
	}
	seen, minutes := map[string]bool{}, map[time.Duration]int{}
	for _, m := range w.sent {
		var body produce.SyncMessage
		if err := json.Unmarshal(m.Body, &body); err != nil || seen[body.IntegrationID] {
			t.Fatalf("%s was sent twice, or is no message: %v", m.Body, err)
		}
		seen[body.IntegrationID] = true
		minutes[m.Delay.Truncate(time.Minute)]++
		if m.Delay < 0 || m.Delay > queue.MaxDelay || m.Delay%time.Second != 0 {
			t.Errorf("a delay of %s", m.Delay)
		}
	}
	if len(seen) != 2501 { // and the world's own
		t.Errorf("%d accounts were sent, want 2501", len(seen))
	}
	for minute := range 5 {
		if n := minutes[time.Duration(minute)*time.Minute]; n < 300 || n > 700 {
			t.Errorf("%d accounts begin in minute %d", n, minute)
		}
	}
}

func TestWhatIsNotDueIsNotSent(t *testing.T) {
	w := newSyncWorld(t)
	w.work() // the world's own is done; it is due again at 12:15
	w.due(5, begin.Add(14*time.Minute))
	// What gets due a moment after the tick is taken along.
	for at, want := range map[time.Duration]int{time.Minute: 0, 13 * time.Minute: 5, 15 * time.Minute: 6} {
		w.now = begin.Add(at)
		if err := w.tick(); err != nil || len(w.sent) != want {
			t.Errorf("after %s %d were sent, want %d (%v)", at, len(w.sent), want, err)
		}
	}
}

// An account that needs a person is off the schedule.
func TestLostAccountIsLeftAlone(t *testing.T) {
	w := newSyncWorld(t)
	w.platform.fail = func(op string) error { return refusal(op, "auth_revoked") }
	w.work()
	w.later(24 * time.Hour)
	if err := w.tick(); err != nil || len(w.sent) != 0 {
		t.Errorf("%d were sent (%v)", len(w.sent), err)
	}
}

// When nobody takes the work, the dispatcher is the one who notices: once.
func TestDeadManSwitch(t *testing.T) {
	w := newSyncWorld(t)
	w.work()
	for range 8 {
		w.later(15 * time.Minute)
		if err := w.tick(); err != nil {
			t.Fatal(err)
		}
	}
	stale := last[event.MetricsStale](w)
	if n := w.events(); n["MetricsStale"] != 1 || stale.IntervalMinutes != 15 || !stale.LastSuccessAt.Equal(begin) {
		t.Errorf("events %v, %+v", n, stale)
	}
	w.work()
	if n := w.events(); n["IntegrationRecovered"] != 1 || n["IntegrationSyncCompleted"] != 2 {
		t.Errorf("events %v", n)
	}
}

// The schedule comes back after a queue that is down: what was not sent is still due.
func TestTickThatFailsIsMadeGoodByTheNext(t *testing.T) {
	w := newSyncWorld(t)
	broken := produce.DispatchSyncs(w.accounts, brokenQueue{}, w.clock)
	if _, err := broken.Invoke(t.Context(), []byte(`{}`)); err == nil {
		t.Fatal("a queue that is down is no error")
	}
	if err := w.tick(); err != nil || len(w.sent) != 1 {
		t.Errorf("%d were sent (%v)", len(w.sent), err)
	}
}
