package local

import (
	"errors"
	"testing"
	"time"

	"bellwether/internal/bus"
	"bellwether/internal/event"
	"bellwether/internal/schedule"
)

func TestTimers(t *testing.T) {
	r := start(t, t.TempDir(), newClock())
	timers, at := localTimers{r.System}, time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	timer := schedule.Timer{Name: "budget-1", At: at, Target: "watch-deadlines", Payload: []byte(`{}`)}
	set := func(timer schedule.Timer) {
		t.Helper()
		if err := timers.Set(t.Context(), timer); err != nil {
			t.Fatal(err)
		}
	}
	set(timer)
	timer.At = at.Add(time.Hour)
	set(timer) // the same cause: the first one stays
	timer.Name, timer.At = "budget-2", at.Add(-time.Hour)
	set(timer)
	if st := r.state(); len(st.Timers) != 2 || st.Timers[0].Name != "budget-2" || !st.Timers[1].At.Equal(at) {
		t.Errorf("the timers are %+v", st.Timers)
	}
	for _, name := range []string{"budget-2", "never-set"} {
		if err := timers.Cancel(t.Context(), name); err != nil {
			t.Errorf("cancel %s: %v", name, err)
		}
	}
	if st := r.state(); len(st.Timers) != 1 {
		t.Errorf("after one is cancelled: %+v", st.Timers)
	}
	if err := timers.Set(t.Context(), schedule.Timer{Name: "x", At: at, Target: "nobody"}); err == nil {
		t.Error("a timer for no function was taken")
	}
}

// The bus takes what EventBridge takes: ten at most, and all that is no event for nobody.
func TestBusTakesTen(t *testing.T) {
	r := start(t, t.TempDir(), newClock())
	unheard := event.Raw{Meta: event.Meta{ID: event.Derive("x"), Type: "NobodyListens"}, Data: []byte(`{}`)}
	events := make([]event.Raw, bus.MaxEntries+1)
	for i := range events {
		events[i] = unheard
	}
	b := localBus{r.System}
	if _, err := b.Put(t.Context(), events); err == nil {
		t.Error("eleven events were taken in one call")
	}
	events = events[:bus.MaxEntries]
	events[3].Data = []byte(`{`)
	results, err := b.Put(t.Context(), events)
	if err != nil || results[2] != nil || !errors.Is(results[3], bus.ErrMalformed) {
		t.Errorf("the results are %v, %v", results, err)
	}
	if st := r.state(); len(st.Waiting) != 0 || st.Running != 0 {
		t.Errorf("somebody got them: %+v", st)
	}
}
