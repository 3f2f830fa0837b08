package listen_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"bellwether/internal/deadletter"
	"bellwether/internal/event"
	"bellwether/internal/incident"
	"bellwether/internal/notification"
	"bellwether/internal/produce"
	"bellwether/internal/queue"
	"bellwether/internal/schedule"
	"bellwether/internal/store"
)

// finds lets the incident of the key hear that it is wrong, or well.
func (w *town) finds(key string, version int64, well bool, severity incident.Severity, parent string) {
	w.t.Helper()
	w.only = "incident"
	id := event.Derive("signal", key, fmt.Sprint(version))
	err := store.Incidents{Table: w.raw}.Put(w.t.Context(), ours, incident.Signal{
		Key: key, EventID: id, At: w.now, Resolved: well, Version: version, Kind: incident.KindSync, Subject: "integration/" + w.meta,
		Name: "Shop 1", Title: "Shop 1 fails to sync", Severity: severity, Parent: parent, Cause: event.Edge(id, "listener/incidents", w.now),
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// acts changes the incident of the key as the API or a timer does.
func (w *town) acts(key, actor string, change func(incident.Incident, event.Cause) (incident.Change, error)) {
	w.t.Helper()
	cause := event.Edge(event.Derive(key, actor, w.now.String()), actor, w.now)
	_, err := store.Incidents{Table: w.raw}.UpdateFrom(w.t.Context(), cause.ID, w.incident(ours, key), func(i incident.Incident) (incident.Change, error) {
		return change(i, cause)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func taken(by string) func(incident.Incident, event.Cause) (incident.Change, error) {
	return func(i incident.Incident, cause event.Cause) (incident.Change, error) { return i.Acknowledge(by, cause) }
}

func watched(i incident.Incident, cause event.Cause) (incident.Change, error) {
	return i.Watch(incident.Office(time.UTC), cause)
}

// silence keeps people from being told of everything for an hour.
func (w *town) silence() {
	w.t.Helper()
	cause := event.Edge(event.Derive("silence"), "user/"+ada, w.now)
	s, err := incident.NewSilence(incident.Silence{OrgID: ours, Match: incident.Match{Severity: 1}, ExpiresAt: w.now.Add(time.Hour), Reason: "work"}, cause)
	if err == nil {
		err = store.Silences{Table: w.raw}.Create(w.t.Context(), s, cause)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// orphan opens an incident that another one explains, and ends that one before anybody hears of it.
func orphan(w *town) event.Raw {
	w.finds("parent", 1, false, 2, "")
	w.finds("child", 1, false, 1, "parent")
	e := w.last("IncidentOpened")
	w.finds("parent", 2, true, 2, "")
	return e
}

// incidentScenarios are what may happen to an incident; each answers the event to be delivered.
var incidentScenarios = map[string]func(w *town) event.Raw{
	"an incident opens": func(w *town) event.Raw {
		w.finds("k", 1, false, 1, "")
		return w.last("IncidentOpened")
	},
	"an incident opens again": func(w *town) event.Raw {
		w.finds("k", 1, false, 2, "")
		w.finds("k", 2, true, 2, "")
		w.finds("k", 3, false, 2, "")
		return w.last("IncidentOpened")
	},
	"what explains two others ends": func(w *town) event.Raw {
		w.finds("parent", 1, false, 2, "")
		w.finds("child 1", 1, false, 3, "parent")
		w.finds("child 2", 1, false, 3, "parent")
		w.finds("alone", 1, false, 3, "")
		w.finds("parent", 2, true, 2, "")
		return w.last("IncidentResolved")
	},
	"what explains it ended as it opened": orphan,
	"one that is released is told": func(w *town) event.Raw {
		w.deliver(orphan(w))
		return w.last("IncidentOpened")
	},
	"an incident is taken": func(w *town) event.Raw {
		w.finds("k", 1, false, 2, "")
		w.acts("k", "user/"+eve, taken(eve))
		return w.last("IncidentChanged")
	},
	"an incident is over": func(w *town) event.Raw {
		w.finds("k", 1, false, 2, "")
		w.acts("k", "user/"+eve, taken(eve))
		w.now = w.now.Add(time.Hour)
		w.finds("k", 2, true, 2, "")
		return w.last("IncidentResolved")
	},
	"a goal is at risk": func(w *town) event.Raw {
		w.finds("k", 1, false, 2, "")
		w.now = w.now.Add(24 * time.Minute)
		w.acts("k", "schedule/watch-deadlines", watched)
		return w.last("SlaAtRisk")
	},
	"a goal is missed": func(w *town) event.Raw {
		w.finds("k", 1, false, 4, "")
		w.now = w.now.AddDate(0, 0, 7)
		w.acts("k", "schedule/watch-deadlines", watched)
		return w.last("SlaBreached")
	},
	"a goal is missed in silence": func(w *town) event.Raw {
		w.finds("k", 1, false, 1, "")
		w.silence()
		w.now = w.now.Add(15 * time.Minute)
		w.acts("k", "schedule/watch-deadlines", watched)
		return w.last("SlaBreached")
	},
	"an acknowledgement times out": func(w *town) event.Raw {
		w.finds("k", 1, false, 1, "")
		w.acts("k", "user/"+eve, taken(eve))
		w.now = w.now.Add(30 * time.Minute)
		w.acts("k", "schedule/watch-deadlines", watched)
		return w.last("AckTimedOut")
	},
}

// heads are the person's notices, with their severities.
func (w *town) heads(user string) (all []string) {
	for _, n := range w.inbox(ours, user) {
		all = append(all, string(n.Severity)+": "+n.Title)
	}
	return all
}

func TestWhatIsToldOfIncidents(t *testing.T) {
	const name = "Shop 1 fails to sync"
	tests := map[string]struct {
		ada, bob, eve string // their notice: an admin, who connected the account, who took it
		alarm         bool
	}{
		"an incident opens":                   {},
		"an incident opens again":             {"high: Incident open again: " + name, "high: Incident open again: " + name, "", false},
		"what explains two others ends":       {ada: "low: Incident over: " + name},
		"what explains it ended as it opened": {},
		"one that is released is told":        {"critical: Incident: " + name, "critical: Incident: " + name, "", true},
		"an incident is taken":                {},
		"an incident is over":                 {"low: Incident over: " + name, "", "low: Incident over: " + name, false},
		"a goal is at risk":                   {"high: Nobody has taken it, with 80 % of the time gone: " + name, "high: Nobody has taken it, with 80 % of the time gone: " + name, "", true},
		"a goal is missed in silence":         {},
		"an acknowledgement times out":        {"critical: Taken, and not over: " + name, "critical: Taken, and not over: " + name, "critical: Taken, and not over: " + name, true},
	}
	for title, tt := range tests {
		w := newTown(t)
		w.deliver(incidentScenarios[title](w))
		for user, want := range map[string]string{ada: tt.ada, bob: tt.bob, eve: tt.eve} {
			if got := strings.Join(w.heads(user), "; "); got != want {
				t.Errorf("%s: %s is told %q, want %q", title, user, got, want)
			}
		}
		if alarm := len(w.alerts(ours)) == 1 && len(w.messages) == 1; alarm != tt.alarm {
			t.Errorf("%s: alarm %t, want %t", title, alarm, tt.alarm)
		}
		if tt.alarm {
			if a := w.alerts(ours)[0]; a.Kind != notification.AlertIncident || a.IntegrationID != w.meta {
				t.Errorf("%s: %+v", title, a)
			}
		}
	}
}

func TestSilenceIsNoted(t *testing.T) {
	w := newTown(t)
	w.deliver(incidentScenarios["a goal is missed in silence"](w))
	story := w.incident(ours, "k").Timeline
	if last := story[len(story)-1].Text; !strings.HasPrefix(last, "nobody is told: silence ") {
		t.Errorf("the story ends with %q", last)
	}
}

// What an incident explains is released when it ends, and what it doesn't is left alone. When it is open
// again by the time that its end is heard of, nothing is.
func TestChildrenOfAParent(t *testing.T) {
	w := newTown(t)
	ended := incidentScenarios["what explains two others ends"](w)
	w.deliver(ended, ended)
	for _, key := range []string{"child 1", "child 2"} {
		if i := w.incident(ours, key); i.SuppressedBy != "" || !i.ReleasedAt.Equal(w.now) {
			t.Errorf("%s: %+v", key, i)
		}
	}
	if i := w.incident(ours, "alone"); i.Version != 1 {
		t.Errorf("what nothing explained was changed: %+v", i)
	}
	w = newTown(t)
	ended = incidentScenarios["what explains two others ends"](w)
	w.finds("parent", 3, false, 2, "")
	w.deliver(ended)
	if i := w.incident(ours, "child 1"); i.SuppressedBy == "" {
		t.Errorf("released though its parent is open: %+v", i)
	}
}

// The timers of an incident are those of its clocks, and one more while somebody has it.
func TestTimersOfAnIncident(t *testing.T) {
	for title, want := range map[string][]time.Duration{
		"an incident opens":             {12 * time.Minute, 15 * time.Minute, 192 * time.Minute, 240 * time.Minute},
		"an incident is taken":          {30 * time.Minute, 384 * time.Minute, 480 * time.Minute},
		"an incident is over":           nil,
		"what explains two others ends": nil,
	} {
		w := newTown(t)
		w.deliver(incidentScenarios[title](w))
		var got []time.Duration
		for _, timer := range w.timers {
			got = append(got, timer.At.Sub(begin))
			if timer.Target != produce.WatchDeadlinesFunction || !strings.HasPrefix(timer.Name, "incident-") {
				t.Errorf("%s: timer %+v", title, timer)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: timers after %v, want %v", title, got, want)
		}
	}
}

// ring lets the first timer ring, twice if asked, and all events that come of it be heard twice. It answers
// false when there is none.
func (w *town) ring(calls int) bool {
	w.t.Helper()
	first := ""
	for name, timer := range w.timers {
		if first == "" || timer.At.Before(w.timers[first].At) || (timer.At.Equal(w.timers[first].At) && name < first) {
			first = name
		}
	}
	if first == "" {
		return false
	}
	timer, before := w.timers[first], len(w.events())
	delete(w.timers, first)
	if timer.At.After(w.now) {
		w.now = timer.At
	}
	for range calls {
		if err := w.wake(timer.Payload, nil); err != nil {
			w.t.Fatal(err)
		}
	}
	w.hearAll(before)
	return true
}

// hearAll has the events since the given one heard, twice and the last one first.
func (w *town) hearAll(since int) {
	w.t.Helper()
	for heard := since; heard < len(w.events()); {
		fresh := w.events()[heard:]
		heard += len(fresh)
		slices.Reverse(fresh)
		w.deliver(fresh...)
		w.deliver(fresh...)
	}
}

func (w *town) wake(payload json.RawMessage, choose func(int) call) error {
	h := produce.WatchDeadlines(produce.Deadlines{
		Campaigns: store.Campaigns{Table: w.table}, Incidents: store.Incidents{Table: w.table}, Calendars: w, Timers: w, Alerts: nowhere{}, Now: w.clock,
	})
	w.choose, w.calls = choose, 0
	defer func() { w.choose = nil }()
	return w.invoke(h, payload)
}

type nowhere struct{ queue.Queue }

// A life of the worst kind, by timers alone: each mark is told once, though all comes twice and in disorder.
func TestLifeOfAnIncident(t *testing.T) {
	w := newTown(t)
	was := len(w.events())
	w.finds("k", 1, false, 1, "")
	w.hearAll(was)
	w.ring(2)
	w.ring(2)
	w.now = begin.Add(20 * time.Minute)
	was = len(w.events())
	w.acts("k", "user/"+eve, taken(eve))
	w.hearAll(was)
	for n := 0; w.ring(2); n++ {
		if n == 50 {
			t.Fatal("it rings for ever")
		}
	}
	var got []string
	for _, e := range w.events("IncidentOpened", "IncidentChanged", "SlaAtRisk", "SlaBreached", "AckTimedOut", "IncidentResolved") {
		var goal event.Goal
		if err := json.Unmarshal(e.Data, &goal); err != nil {
			t.Fatal(err)
		}
		got = append(got, strings.TrimSpace(fmt.Sprintf("%.0f %s %s", e.Meta.OccurredAt.Sub(begin).Minutes(), e.Meta.Type, goal.Clock)))
	}
	want := []string{
		"0 IncidentOpened", "12 SlaAtRisk acknowledge", "15 SlaBreached acknowledge", "20 IncidentChanged", "50 AckTimedOut",
		"192 SlaAtRisk resolve", "240 SlaBreached resolve",
	}
	if !slices.Equal(got, want) {
		t.Errorf("events %q, want %q", got, want)
	}
	// In an inbox 5 notices, and outside as many alarms: all are loud.
	if n, alarms := len(w.inbox(ours, ada)), len(w.alerts(ours)); n != 5 || alarms != 5 || len(w.messages) != 5 {
		t.Errorf("%d notices, %d alerts, %d messages", n, alarms, len(w.messages))
	}
	if i := w.incident(ours, "k"); i.State != incident.Triggered || i.TakenBy != "" || i.AssigneeID != eve || len(i.Marks) != 4 {
		t.Errorf("%+v", i)
	}
}

// Whatever call of a wake-up fails or is its last: once the timer has rung again, all is as it would have been.
func TestEveryCallOfAWakeUpMayFail(t *testing.T) {
	given := func() (*town, json.RawMessage) {
		w := newTown(t)
		w.deliver(incidentScenarios["an incident is taken"](w))
		first := slices.MinFunc(slices.Collect(maps.Values(w.timers)), func(a, b schedule.Timer) int { return a.At.Compare(b.At) })
		w.timers = map[string]schedule.Timer{}
		w.now = first.At
		return w, first.Payload
	}
	clean, payload := given()
	if err := clean.wake(payload, nil); err != nil {
		t.Fatal(err)
	}
	want, calls := clean.footprint(ours), clean.calls
	if clean.incident(ours, "k").State != incident.Triggered || len(clean.timers) != 1 || calls < 4 {
		t.Fatalf("%d calls, timers %v", calls, clean.timers)
	}
	if err := clean.wake(payload, nil); err != nil || clean.footprint(ours) != want {
		t.Fatalf("a second ring changes it: %v", err)
	}
	for n := range calls {
		for _, what := range []call{failsBefore, failsAfter, diesBefore, diesAfter} {
			w, payload := given()
			err := w.wake(payload, func(at int) call {
				if at == n {
					return what
				}
				return works
			})
			if err == nil {
				t.Errorf("call %d, fault %d: nobody noticed", n, what)
			}
			if err := w.wake(payload, nil); err != nil || w.footprint(ours) != want {
				t.Fatalf("call %d of %d, fault %d: %v, it comes to\n%s\nwant\n%s", n, calls, what, err, w.footprint(ours), want)
			}
		}
	}
}

// A timer that rings before its time, by this machine's clock, is tried again; one for nothing is no error.
func TestWakeUpsForNothing(t *testing.T) {
	w := newTown(t)
	w.deliver(incidentScenarios["an incident opens"](w))
	for _, timer := range w.timers {
		if err := w.wake(timer.Payload, nil); err == nil {
			t.Errorf("the timer of %v rang at %v, and nobody minds", timer.At, w.now)
		}
	}
	timers := slices.Collect(maps.Values(w.timers))
	w.now = w.now.Add(time.Minute)
	w.acts("k", "user/"+ada, func(i incident.Incident, cause event.Cause) (incident.Change, error) { return i.Resolve("done", cause) })
	was := w.incident(ours, "k").Version
	w.now = w.now.AddDate(0, 0, 7)
	for _, timer := range timers {
		if err := w.wake(timer.Payload, nil); err != nil || w.incident(ours, "k").Version != was {
			t.Errorf("a late timer: %v", err)
		}
	}
	unknown := []byte(`{"kind":"incident-due","orgId":"` + ours + `","incidentId":"` + ada + `"}`)
	if err := w.wake(unknown, nil); err != nil {
		t.Errorf("an incident that never was: %v", err)
	}
}

// Of what a listener could not handle nobody else tells: the admins hear that it opened, and that it opened again.
func TestDeadLettersAreTold(t *testing.T) {
	w := newTown(t)
	w.only = "incident"
	letter := func(version int64, well bool) {
		id := event.Derive("letter", fmt.Sprint(version))
		s := incident.DeadLetters(deadletter.Letter{Parked: event.Parked{Listener: "handle-sync-failure", OrgID: ours, EventID: id}, FailedAt: w.now, ChangedAt: w.now, Version: version}, well)
		if err := (store.Incidents{Table: w.raw}).Put(t.Context(), ours, s); err != nil {
			t.Fatal(err)
		}
	}
	letter(1, false)
	w.deliver(w.last("IncidentOpened"))
	if got := w.heads(ada); len(got) != 1 || got[0] != "medium: Incident: handle-sync-failure could not handle an event" {
		t.Fatalf("told %q", got)
	}
	w.now = w.now.Add(time.Minute)
	letter(2, true)
	w.now = w.now.Add(time.Minute)
	letter(3, false)
	w.deliver(w.last("IncidentOpened"))
	if got := w.heads(ada); len(got) != 2 {
		t.Errorf("told %q", got)
	}
	if len(w.heads(bob))+len(w.heads(eve)) != 0 {
		t.Error("others than the admins were told")
	}
}
