package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/incident"
	"bellwether/internal/store"
)

// signal is one of the key k, wrong or well, at the harness's time.
func signal(h Harness, version int64, well bool) incident.Signal {
	cause := event.Edge(event.Derive("signal", fmt.Sprint(version)), "incidents", h.Clock.Now())
	return incident.Signal{
		Key: "k", EventID: cause.ID, At: cause.At, Version: version, Resolved: well,
		Kind: incident.KindAccess, Subject: "integration/i", Title: "lost", Severity: 2, Cause: cause,
	}
}

func put(t *testing.T, h Harness, s incident.Signal) {
	t.Helper()
	if err := (store.Incidents{Table: h.Table}).Put(t.Context(), someOrg, s); err != nil {
		t.Fatal(err)
	}
}

func ids(list []incident.Incident) (names []string) {
	for _, i := range list {
		names = append(names, i.ID)
	}
	return names
}

// Two that find the same thing wrong at once open one incident.
func testRaceOfSignals(t *testing.T, h Harness) {
	incidents := store.Incidents{Table: h.Table}
	var wg sync.WaitGroup
	for n := range int64(2) {
		wg.Go(func() {
			if err := incidents.Put(t.Context(), someOrg, signal(h, n+1, false)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	list, err := incidents.List(t.Context(), someOrg)
	if err != nil || len(list) != 1 || list[0].Heard != 2 || list[0].Signals < 1 || list[0].State != incident.Triggered {
		t.Errorf("%+v, %v", list, err)
	}
	if past, err := incidents.Past(t.Context(), someOrg, time.Time{}, h.Clock.Now().Add(time.Hour)); err != nil || len(past) != 0 {
		t.Errorf("past %+v, %v", past, err)
	}
	if other, err := incidents.List(t.Context(), otherOrg); err != nil || len(other) != 0 {
		t.Errorf("another organisation's %+v, %v", other, err)
	}
}

// An incident that another one of its key follows moves among the past ones, and is found by its id there.
func testPastIncidents(t *testing.T, h Harness) {
	incidents, begin := store.Incidents{Table: h.Table}, h.Clock.Now()
	var opened []string
	for n := range int64(3) {
		put(t, h, signal(h, 2*n+1, false))
		put(t, h, signal(h, 2*n+2, true))
		list, err := incidents.List(t.Context(), someOrg)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		opened = append(opened, list[0].ID)
		h.Clock.Add(time.Hour)
	}
	for _, tt := range []struct {
		from, to time.Duration
		want     []string
	}{
		{0, 9 * time.Hour, opened[:2]}, {0, time.Hour, opened[:1]}, {time.Hour, 9 * time.Hour, opened[1:2]}, {time.Microsecond, time.Hour, nil},
	} {
		past, err := incidents.Past(t.Context(), someOrg, begin.Add(tt.from), begin.Add(tt.to))
		if err != nil || !slices.Equal(ids(past), tt.want) {
			t.Errorf("from %v to %v: %v, %v", tt.from, tt.to, ids(past), err)
		}
	}
	for n, id := range opened {
		for name, read := range map[string]func(context.Context, string, string) (incident.Incident, error){"Get": incidents.Get, "Newest": incidents.Newest} {
			i, err := read(t.Context(), someOrg, id)
			if err != nil || i.ID != id || i.Open() || !i.OpenedAt.Equal(begin.Add(time.Duration(n)*time.Hour)) {
				t.Errorf("%s of incident %s: %+v, %v", name, id, i, err)
			}
		}
	}
	if _, err := incidents.Get(t.Context(), otherOrg, opened[0]); !fault.Is(err, fault.NotFound) {
		t.Errorf("another organisation reads it: %v", err)
	}
	if _, err := incidents.Newest(t.Context(), otherOrg, opened[0]); !fault.Is(err, fault.NotFound) {
		t.Errorf("another organisation reads it: %v", err)
	}
	past, _ := incidents.Get(t.Context(), someOrg, opened[0])
	_, err := incidents.UpdateFrom(t.Context(), "reopen", past, func(i incident.Incident) (incident.Change, error) {
		return i.Reopen("again", event.Edge("reopen", "user/ada", h.Clock.Now()))
	})
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("a past one was changed: %v", err)
	}
}

// What an incident explains is found as long as both stand so.
func testExplainedIncidents(t *testing.T, h Harness) {
	incidents := store.Incidents{Table: h.Table}
	put(t, h, signal(h, 1, false))
	parent, err := incidents.Last(t.Context(), someOrg, "k")
	if err != nil {
		t.Fatal(err)
	}
	for n, key := range []string{"one", "two", "alone"} {
		s := signal(h, int64(n+2), false)
		if s.Key = key; key != "alone" {
			s.Parent = "k"
		}
		put(t, h, s)
	}
	over := signal(h, 9, true)
	over.Key = "two"
	put(t, h, over)
	list, err := incidents.Explained(t.Context(), someOrg, parent.ID)
	if err != nil || len(list) != 1 || list[0].Key != "one" {
		t.Errorf("%+v, %v", list, err)
	}
	if list, err := incidents.Explained(t.Context(), otherOrg, parent.ID); err != nil || len(list) != 0 {
		t.Errorf("another organisation's %+v, %v", list, err)
	}
}

// A change that was made on an older version is made anew on the present one.
func testIncidentConflict(t *testing.T, h Harness) {
	incidents := store.Incidents{Table: h.Table}
	put(t, h, signal(h, 1, false))
	list, err := incidents.List(t.Context(), someOrg)
	if err != nil {
		t.Fatal(err)
	}
	put(t, h, signal(h, 2, false))
	cause := event.Edge(event.Derive("acknowledge"), "user/ada", h.Clock.Now())
	after, err := incidents.UpdateFrom(t.Context(), cause.ID, list[0], func(i incident.Incident) (incident.Change, error) {
		return i.Acknowledge("ada", cause)
	})
	if err != nil || after.State != incident.Acknowledged || after.Signals != 2 || after.Version != 3 {
		t.Errorf("%+v, %v", after, err)
	}
	if stored, err := incidents.Get(t.Context(), someOrg, after.ID); err != nil || stored.Version != 3 || stored.AssigneeID != "ada" {
		t.Errorf("stored %+v, %v", stored, err)
	}
}

func testSilences(t *testing.T, h Harness) {
	silences, now := store.Silences{Table: h.Table}, h.Clock.Now()
	var made []incident.Silence
	for n := range 3 {
		cause := event.Edge(event.Derive("silence", fmt.Sprint(n)), "user/ada", now)
		s, err := incident.NewSilence(incident.Silence{
			OrgID: someOrg, Match: incident.Match{Severity: 3}, ExpiresAt: now.Add(time.Duration(n+1) * time.Hour), Reason: "work",
		}, cause)
		if err == nil {
			err = silences.Create(t.Context(), s, cause)
		}
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, s)
	}
	h.Clock.Add(90 * time.Minute)
	end := event.Edge(event.Derive("end"), "user/bob", h.Clock.Now())
	for range 2 { // the second time it is over
		if err := silences.End(t.Context(), someOrg, made[2].ID, end); err != nil {
			t.Fatal(err)
		}
	}
	current, err := silences.Current(t.Context(), someOrg, h.Clock.Now())
	if err != nil || len(current) != 1 || current[0].ID != made[1].ID {
		t.Errorf("in force %+v, %v", current, err)
	}
	first, next, err := silences.List(t.Context(), someOrg, 2, "")
	if err != nil || len(first) != 2 || first[0].ID != made[1].ID || first[1].ID != made[2].ID || first[1].EndedBy != "user/bob" || first[1].Version != 2 {
		t.Errorf("first page %+v, %v", first, err)
	}
	rest, next, err := silences.List(t.Context(), someOrg, 2, next)
	if err != nil || next != "" || len(rest) != 1 || rest[0].ID != made[0].ID {
		t.Errorf("second page %+v, %v", rest, err)
	}
	if err := silences.End(t.Context(), otherOrg, made[1].ID, end); !fault.Is(err, fault.NotFound) {
		t.Errorf("another organisation ends it: %v", err)
	}
}
