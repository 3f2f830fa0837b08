// Package tickettest holds every tracker to one contract.
package tickettest

import (
	"strings"
	"testing"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/ticket"
)

// Shown is a ticket as it stands in the tracker.
type Shown struct {
	Key, Title, Body string
	State            ticket.State
	Comments         []string
}

// Room is a tracker with its other side.
type Room struct {
	ticket.Tracker
	Kind string
	Show func() []Shown // all of its tickets, in order
	Pass func(time.Duration)
	Now  func() time.Time
	// Lose makes the next call that writes take effect and lose its answer; nil: none gets lost.
	Lose func()
}

const incidentID = "0198f1c2-6b00-5a10-8b3e-4c1d2e3f4a5b"

func (r Room) draft() ticket.Draft {
	return ticket.Draft{
		IncidentID: incidentID, Title: "Shop & <Sons> @ada fails to sync", Lines: []string{"It began at noon.", `A "line" with <!-- marks --> [x](y) *b* #1`},
		Severity: 2, Link: "https://api.example.com/v1/incidents/" + incidentID, OpenedAt: r.Now(),
	}
}

func (r Room) create(t *testing.T, d ticket.Draft) ticket.Ref {
	t.Helper()
	ref, err := r.Create(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func (r Room) one(t *testing.T) Shown {
	t.Helper()
	all := r.Show()
	if len(all) != 1 {
		t.Fatalf("%d tickets: %+v", len(all), all)
	}
	return all[0]
}

// Run holds a tracker to the contract; open makes one that is empty.
func Run(t *testing.T, open func(t *testing.T) Room) {
	for name, test := range map[string]func(*testing.T, Room){
		"create": create, "create once": createOnce, "comment once": commentOnce, "states": states, "not there": notThere, "lost": lost,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func create(t *testing.T, r Room) {
	d := r.draft()
	ref := r.create(t, d)
	is := r.one(t)
	if ref.Tracker != r.Kind || ref.Key != is.Key || is.State != ticket.Open || is.Title != d.Title {
		t.Errorf("%+v, shown as %+v", ref, is)
	}
	if !strings.Contains(is.Body, d.Lines[0]) || !strings.Contains(is.Body, d.Link) {
		t.Errorf("it says %q", is.Body)
	}
	if state, err := r.State(t.Context(), ref); err != nil || state != ticket.Open {
		t.Errorf("state %q, error %v", state, err)
	}
	other := d
	other.IncidentID = "0198f1c2-6b00-5a10-8b3e-4c1d2e3f4a5c"
	if next := r.create(t, other); next.Key == ref.Key || len(r.Show()) != 2 {
		t.Errorf("another incident's is %+v", next)
	}
}

// createOnce: a repeat finds the ticket, whatever became of it.
func createOnce(t *testing.T, r Room) {
	d := r.draft()
	ref := r.create(t, d)
	d.TriedAt = r.Now()
	r.Pass(time.Hour)
	if again := r.create(t, d); again != ref {
		t.Errorf("%+v, then %+v", ref, again)
	}
	if err := r.Close(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	if again := r.create(t, d); again != ref {
		t.Errorf("closed: %+v, then %+v", ref, again)
	}
	r.one(t)
}

func commentOnce(t *testing.T, r Room) {
	ref := r.create(t, r.draft())
	for _, c := range [][2]string{{"c1", "first <b>"}, {"c2", "second"}, {"c1", "first <b>"}, {"c2", "second"}} {
		if err := r.Comment(t.Context(), ref, c[0], c[1]); err != nil {
			t.Fatal(err)
		}
	}
	if got := r.one(t).Comments; len(got) != 2 || !strings.Contains(got[0], "first") || !strings.Contains(got[1], "second") {
		t.Errorf("comments %q", got)
	}
	for n := range 120 { // more than a page
		if err := r.Comment(t.Context(), ref, "n"+strings.Repeat("x", n), "more"); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []string{"c1", "n", "n" + strings.Repeat("x", 119)} {
		if err := r.Comment(t.Context(), ref, id, "again"); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(r.one(t).Comments); got != 122 {
		t.Errorf("%d comments", got)
	}
}

func states(t *testing.T, r Room) {
	ref := r.create(t, r.draft())
	for _, step := range []struct {
		do   func() error
		want ticket.State
	}{
		{func() error { return r.Reopen(t.Context(), ref) }, ticket.Open},
		{func() error { return r.Close(t.Context(), ref) }, ticket.Done},
		{func() error { return r.Close(t.Context(), ref) }, ticket.Done},
		{func() error { return r.Reopen(t.Context(), ref) }, ticket.Open},
		{func() error { return r.Close(t.Context(), ref) }, ticket.Done},
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		if got, err := r.State(t.Context(), ref); err != nil || got != step.want || r.one(t).State != step.want {
			t.Errorf("%q, error %v, want %q", got, err, step.want)
		}
	}
}

func notThere(t *testing.T, r Room) {
	ref := r.create(t, r.draft())
	for _, key := range []string{ref.Key + "9", "", "x/../y#1", "OPS-1/../2", "acme/shop#-1"} {
		bad := ticket.Ref{Tracker: r.Kind, Key: key}
		_, err := r.State(t.Context(), bad)
		for _, err := range []error{err, r.Close(t.Context(), bad), r.Reopen(t.Context(), bad), r.Comment(t.Context(), bad, "c", "x")} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%q: error %v", key, err)
			}
		}
	}
	if is := r.one(t); is.State != ticket.Open || len(is.Comments) > 0 {
		t.Errorf("%+v", is)
	}
}

// lost: what took effect and was not answered is not done again.
func lost(t *testing.T, r Room) {
	if r.Lose == nil {
		t.Skip("its answers can't get lost")
	}
	d := r.draft()
	r.Lose()
	if _, err := r.Create(t.Context(), d); !fault.Is(err, fault.Retryable) {
		t.Fatalf("error %v", err)
	}
	d.TriedAt = r.Now()
	var ref ticket.Ref
	for n := 0; ref.Key == ""; n++ {
		var err error
		if ref, err = r.Create(t.Context(), d); err != nil && (!fault.Is(err, fault.Retryable) || n > 3) {
			t.Fatal(err)
		}
		r.Pass(time.Minute)
	}
	if is := r.one(t); is.Key != ref.Key {
		t.Errorf("%+v, shown as %+v", ref, is)
	}
	r.Lose()
	if err := r.Comment(t.Context(), ref, "c", "x"); !fault.Is(err, fault.Retryable) {
		t.Errorf("error %v", err)
	}
	r.Lose()
	if err := r.Close(t.Context(), ref); !fault.Is(err, fault.Retryable) {
		t.Errorf("error %v", err)
	}
	if err := r.Comment(t.Context(), ref, "c", "x"); err != nil {
		t.Error(err)
	}
	if err := r.Close(t.Context(), ref); err != nil {
		t.Error(err)
	}
	if is := r.one(t); is.State != ticket.Done || len(is.Comments) != 1 {
		t.Errorf("%+v", is)
	}
}
