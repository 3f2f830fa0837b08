package integration_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bellwether/internal/event"
	"bellwether/internal/integration"
	"bellwether/internal/platform"
)

// witness holds what an account tells to what happened to it.
type witness struct {
	*life
	events     []event.Raw
	final      map[string]bool // runs whose end was told
	streak     int             // final failures since the last success
	staleSince bool            // old data was told, and no success since
	lost       bool
}

func (w *witness) settles(out integration.Settled, err error) {
	w.t.Helper()
	run, fence := w.sync.Run, w.sync.Version
	w.settle(out, err)
	if w.sync.Version <= fence || w.sync.Holder != "" {
		w.t.Fatalf("fence %d after %d, held by %q", w.sync.Version, fence, w.sync.Holder)
	}
	if w.sync.Run != nil && w.sync.Run.Attempt > 4 {
		w.t.Fatalf("attempt %d", w.sync.Run.Attempt)
	}
	for _, raw := range out.Change.Events {
		w.hears(raw, run)
	}
	w.hearsAll(out.Change.Events)
}

// hearsAll checks that no two events share an id: a bus could not tell them apart.
func (w *witness) hearsAll(events []event.Raw) {
	w.t.Helper()
	for _, raw := range events {
		if slices.ContainsFunc(w.events, func(e event.Raw) bool { return e.Meta.ID == raw.Meta.ID }) {
			w.t.Fatalf("%s was told twice under one id", raw.Meta.Type)
		}
		w.events = append(w.events, raw)
	}
}

func (w *witness) hears(raw event.Raw, run *integration.Run) {
	w.t.Helper()
	switch raw.Meta.Type {
	case "IntegrationSyncCompleted":
		if len(run.Steps) != 0 || w.final[run.ID] {
			w.t.Fatalf("completed with %d steps left, ended before: %v", len(run.Steps), w.final[run.ID])
		}
		w.final[run.ID] = true
	case "IntegrationSyncFailed":
		env, err := event.Decode[event.IntegrationSyncFailed](raw)
		if err != nil || w.final[run.ID] {
			w.t.Fatalf("failed, ended before: %v, error %v", w.final[run.ID], err)
		}
		if !env.Data.WillRetry {
			w.final[run.ID] = true
			w.streak++
		}
	case "IntegrationRecovered":
		if w.streak < integration.FailingFrom && !w.staleSince {
			w.t.Fatalf("recovered from %d failures", w.streak)
		}
	case "MetricsStale":
		if w.staleSince || w.now.Sub(w.account.SinceSuccess()) <= 2*w.account.Every() {
			w.t.Fatalf("old data: told before %v, %v after the last success", w.staleSince, w.now.Sub(w.account.SinceSuccess()))
		}
		w.staleSince = true
	case "IntegrationDisconnected":
		if w.lost {
			w.t.Fatal("the loss was told twice")
		}
		w.lost = true
	}
}

// Whatever happens, in whatever order: a run's end is told once, completed means all of it, recovery and
// old data are told once a time, a loss once a connection, and no two events share an id.
func TestWhatALifeTells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &witness{life: newLife(t, platform.Meta, time.Time{}), final: map[string]bool{}}
		for n := range rapid.IntRange(1, 80).Draw(t, "steps") {
			w.now = w.now.Add(time.Duration(rapid.IntRange(1, 1200).Draw(t, "seconds")) * time.Second)
			held := w.sync.Holder != "" && w.sync.Run != nil
			switch op := rapid.IntRange(0, 7).Draw(t, fmt.Sprint("op ", n)); {
			case w.lost && op == 0:
				w.reconnects()
			case w.lost:
			case !held && w.now.Before(w.sync.NextAt):
				w.looks()
			case !held:
				w.take()
			case op <= 3 && len(w.sync.Run.Steps) == 0:
				w.settles(w.sync.Succeed(w.account, integration.Affected{}, w.now))
				w.streak, w.staleSince = 0, false
			case op <= 3:
				w.read()
			case op == 4:
				attempt := w.sync.Run.Attempt
				w.settles(w.sync.Throttle(w.account, w.now.Add(time.Minute), w.now))
				if w.sync.Run.Attempt != attempt {
					t.Fatal("a rate limit used an attempt")
				}
			case op == 5:
				w.looks()
			default:
				class := rapid.SampledFrom(platform.Classes()).Draw(t, "class")
				w.settles(w.sync.Fail(w.account, &platform.Error{Class: class}, integration.Affected{}, rapid.Float64Range(0, 1).Draw(t, "jitter"), w.now))
				if w.account.Health.Failures != w.streak {
					t.Fatalf("%d failures, %d were told", w.account.Health.Failures, w.streak)
				}
			}
			if w.lost != (w.account.Status == integration.NeedsReconnect) || w.lost != w.sync.NextAt.IsZero() {
				t.Fatalf("lost %v, %s, next at %v", w.lost, w.account.Status, w.sync.NextAt)
			}
		}
	})
}

// looks is the dead-man switch's look.
func (w *witness) looks() {
	w.t.Helper()
	ch, err := w.account.GoStale(causeAt(w.now))
	w.change(ch, err)
	for _, raw := range ch.Events {
		w.hears(raw, nil)
	}
	w.hearsAll(ch.Events)
}

func (w *witness) reconnects() {
	w.t.Helper()
	ch, err := w.account.Reconnect(connectSpec(shop()), causeAt(w.now))
	w.change(ch, err)
	w.hearsAll(ch.Events)
	w.lost, w.streak, w.staleSince = false, 0, false
	w.sync = w.sync.Ask(integration.TriggerConnect, "", w.now)
}
