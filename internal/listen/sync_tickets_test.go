package listen_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/incident"
	"bellwether/internal/listen"
	"bellwether/internal/secret"
	"bellwether/internal/secret/local"
	"bellwether/internal/store"
	"bellwether/internal/ticket"
	"bellwether/internal/ticket/desk"
	"bellwether/internal/ticket/sandbox"
)

// bureau is a world with trackers outside, of which our organisation uses one.
type bureau struct {
	*world
	kind   string
	out    *sandbox.Server
	sealer secret.Sealer
	heard  int64
}

var trackerKinds = []string{ticket.Builtin, ticket.GitHub, ticket.Jira}

func newBureau(t *testing.T, kind string) *bureau {
	t.Helper()
	w := &bureau{world: newWorld(t), kind: kind}
	w.only = "tickets"
	w.out = sandbox.New(sandbox.Config{Now: w.clock, Lag: 10 * time.Second})
	var err error
	if w.sealer, err = local.New(secret.NewText(strings.Repeat("k", 32)), strings.NewReader(strings.Repeat("r", 4096))); err != nil {
		t.Fatal(err)
	}
	w.desk = desk.Desk{
		Settings: store.Trackers{Table: w.table}, Builtin: store.Tickets{Table: w.table}, Sealer: w.sealer, GitHubURL: "https://sandbox.example/github",
		HTTP: &http.Client{Transport: wires{w}}, Now: w.clock,
	}
	if kind != ticket.Builtin {
		w.settle(sandbox.Token(kind).Reveal())
	}
	return w
}

// settle makes the tracker the organisation's.
func (w *bureau) settle(token string) {
	w.t.Helper()
	trackers := store.Trackers{Table: w.raw}
	was, err := trackers.Settings(w.t.Context(), ours)
	if err != nil {
		w.t.Fatal(err)
	}
	s := ticket.Settings{OrgID: ours, Kind: w.kind, Project: sandbox.Repo, Version: was.Version + 1}
	if w.kind == ticket.Jira {
		s.Project, s.BaseURL, s.Email = sandbox.Project, "https://sandbox.example/jira", sandbox.Email
	}
	if s.Sealed, err = desk.Seal(w.t.Context(), w.sealer, ours, ticket.Keys{Token: token}); err != nil {
		w.t.Fatal(err)
	}
	if err := trackers.Put(w.t.Context(), s, was.Version, event.Edge(event.Derive(w.now.String(), fmt.Sprint(was.Version)), "user/"+ada, w.now)); err != nil {
		w.t.Fatal(err)
	}
}

// wires lead to the trackers, past the gate.
type wires struct{ w *bureau }

func (x wires) RoundTrip(r *http.Request) (answer *http.Response, err error) {
	err = x.w.pass(func() (err error) {
		answer, err = x.w.out.RoundTrip(r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return answer, nil
}

// hear lets the incident hear that it is wrong, or well; it answers the event of that.
func (w *bureau) hear(well bool, parent string) event.Raw {
	w.t.Helper()
	w.heard++
	w.now = w.now.Add(time.Minute)
	id := event.Derive("signal", fmt.Sprint(w.heard))
	s := incident.Signal{
		Key: "integration:1:sync", EventID: id, At: w.now, Resolved: well, Version: w.heard, Kind: incident.KindSync, Subject: "integration/1",
		Title: "Shop 1 fails to sync", Severity: 3, Parent: parent, Cause: event.Edge(id, "listener/incidents", w.now),
	}
	if err := (store.Incidents{Table: w.raw}).Put(w.t.Context(), ours, s); err != nil {
		w.t.Fatal(err)
	}
	all := w.events("IncidentOpened", "IncidentResolved")
	return all[len(all)-1]
}

func (w *bureau) sync1() incident.Incident { return w.incident(ours, "integration:1:sync") }

// settleDown delivers the event as Lambda does, a minute after every failure.
func (w *bureau) settleDown(e event.Raw) (tries int) {
	w.t.Helper()
	for tries = 1; ; tries++ {
		err := w.try(e)
		if err == nil {
			return tries
		}
		if tries > 6 {
			w.t.Fatal(err)
		}
		w.choose, w.dead = nil, false
		w.now = w.now.Add(time.Minute)
	}
}

// tickets are all that stand in the tracker: key, state and comments without what marks them.
func (w *bureau) tickets() (lines []string) {
	w.t.Helper()
	if w.kind == ticket.Builtin {
		list, _, err := store.Tickets{Table: w.raw}.List(w.t.Context(), ours, 100, "")
		if err != nil {
			w.t.Fatal(err)
		}
		for _, k := range list {
			line := string(k.State)
			for _, e := range k.Story {
				if e.State == "" {
					line += "|" + e.Text
				}
			}
			lines = append(lines, line)
		}
		return lines
	}
	for _, i := range w.out.Issues(w.kind) {
		line := string(ticket.Open)
		if i.Status == "closed" || i.Status == "done" {
			line = string(ticket.Done)
		}
		for _, text := range i.Comments {
			for _, said := range []string{"resolved: it is well again", "opened again: it happened again"} {
				if strings.Contains(text, said) {
					line += "|" + said
				}
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// wantTicket is that the incident has this one ticket, and knows it.
func (w *bureau) wantTicket(want string) {
	w.t.Helper()
	if got := w.tickets(); len(got) != 1 || got[0] != want {
		w.t.Fatalf("%s: tickets %q, want %q", w.kind, got, want)
	}
	i, made := w.sync1(), 0
	for _, e := range i.Timeline {
		if strings.HasPrefix(e.Text, "ticket ") {
			made++
		}
	}
	if i.Ticket.Key == "" || i.Ticket.Tracker != w.kind || !i.Ticket.TriedAt.IsZero() || made != 1 {
		w.t.Fatalf("%s: %+v, told %d times", w.kind, i.Ticket, made)
	}
}

const (
	closed   = "done|resolved: it is well again"
	reopened = "open|resolved: it is well again|opened again: it happened again"
)

// course is an incident's, each step with the ticket after it.
var course = []struct {
	well bool
	want string
}{{false, "open"}, {true, closed}, {false, reopened}, {true, strings.Replace(reopened, "open", "done", 1) + "|resolved: it is well again"}}

// Whatever call fails, or is the process's last, before or after it took effect: there is one ticket, where
// the incident is, and everything is said once.
func TestTicketsWhateverFails(t *testing.T) {
	for _, kind := range trackerKinds {
		for step := range course[:3] { // the last is like the second
			calls := 0
			for n := 0; n == 0 || n < calls; n++ {
				for _, what := range []call{works, failsBefore, failsAfter, diesBefore, diesAfter} {
					w := newBureau(t, kind)
					for at, s := range course[:step+1] {
						e := w.hear(s.well, "")
						w.calls = 0
						if at == step && what != works {
							w.choose = func(at int) call {
								if at == n {
									return what
								}
								return works
							}
						}
						tries := w.settleDown(e)
						if at == step && what == works {
							calls = w.calls
						}
						if at == step && what != works && tries == 1 {
							t.Errorf("%s, step %d, call %d, fault %d: nobody noticed", kind, step, n, what)
						}
						w.wantTicket(s.want)
						again := w.sync1().Version
						w.settleDown(e)
						if w.wantTicket(s.want); w.sync1().Version != again {
							t.Errorf("%s: a redelivery changes the incident", kind)
						}
					}
				}
			}
			if calls < 4 {
				t.Errorf("%s, step %d: only %d calls", kind, step, calls)
			}
		}
	}
}

// Late events find a ticket that is where it should be, and leave it there.
func TestTicketsInAnyOrder(t *testing.T) {
	for _, kind := range trackerKinds {
		w := newBureau(t, kind)
		var events []event.Raw
		for _, s := range course[:3] {
			events = append(events, w.hear(s.well, ""))
		}
		for _, n := range []int{1, 2, 0, 1} {
			w.settleDown(events[n])
			w.wantTicket("open")
		}
		events = append(events, w.hear(true, ""))
		for _, n := range []int{0, 3, 2, 1} {
			w.settleDown(events[n])
			w.wantTicket(closed)
		}
	}
}

func TestNoTicket(t *testing.T) {
	for _, kind := range trackerKinds {
		w := newBureau(t, kind)
		opened := w.hear(false, "")
		over := w.hear(true, "")
		w.settleDown(over)
		w.settleDown(opened)
		if got := w.tickets(); len(got) > 0 {
			t.Errorf("%s: it was over before anybody looked: %q", kind, got)
		}
		if line := w.sync1().Timeline; strings.Contains(line[len(line)-1].Text, "ticket") {
			t.Errorf("%s: %+v", kind, line)
		}
	}
	w := newBureau(t, ticket.Builtin)
	parent := incident.Signal{Key: "integration:1:auth", EventID: "e", Version: 1, Title: "x", Severity: 2, Cause: event.Edge("e", "listener/incidents", w.now)}
	if err := (store.Incidents{Table: w.raw}).Put(t.Context(), ours, parent); err != nil {
		t.Fatal(err)
	}
	if w.settleDown(w.hear(false, parent.Key)); len(w.tickets()) > 0 || w.sync1().SuppressedBy == "" {
		t.Errorf("what another explains has %q", w.tickets())
	}
}

// Two deliveries at once make one ticket.
func TestTicketsAtOnce(t *testing.T) {
	for _, kind := range trackerKinds {
		w := newBureau(t, kind)
		e := w.hear(false, "")
		w.between = func() {
			if err := w.try(e); err != nil {
				t.Errorf("%s: %v", kind, err)
			}
		}
		w.settleDown(e)
		w.wantTicket("open")
	}
}

// A tracker that refuses for good is written down once, where people look, and holds nothing up; the next
// turn tries again.
func TestTicketRefused(t *testing.T) {
	for _, kind := range trackerKinds[1:] {
		w := newBureau(t, kind)
		w.settle("another token")
		e := w.hear(false, "")
		for range 3 {
			if err := w.try(e); err != nil {
				t.Fatalf("%s: it holds up: %v", kind, err)
			}
			w.now = w.now.Add(time.Minute)
		}
		told := slices.DeleteFunc(w.sync1().Timeline, func(e incident.Entry) bool { return !strings.HasPrefix(e.Text, "the ticket was refused: ") })
		if len(told) != 1 || !strings.Contains(told[0].Text, "does not let us in") {
			t.Errorf("%s: told %+v", kind, told)
		}
		s, err := store.Trackers{Table: w.raw}.Settings(t.Context(), ours)
		if err != nil || !strings.Contains(s.LastError, "does not let us in") || s.LastErrorAt.IsZero() || strings.Contains(s.LastError, "token") && kind == ticket.Jira {
			t.Errorf("%s: settings %+v, error %v", kind, s, err)
		}
		w.settle(sandbox.Token(kind).Reveal())
		w.settleDown(w.hear(true, ""))
		w.settleDown(w.hear(false, ""))
		if w.wantTicket("open"); w.sync1().Ticket.Refused != "" {
			t.Errorf("%s: %+v", kind, w.sync1().Ticket)
		}
	}
}

// A tracker that wants us to wait is asked again; until it obliges, the admins see why there is none.
func TestTicketThrottled(t *testing.T) {
	for _, kind := range trackerKinds[1:] {
		w := newBureau(t, kind)
		e := w.hear(false, "")
		w.out.Arm(kind, "create", "throttled")
		if err := w.try(e); err == nil {
			t.Errorf("%s: nobody tries again", kind)
		}
		if s, err := (store.Trackers{Table: w.raw}).Settings(t.Context(), ours); err != nil || !strings.Contains(s.LastError, "asks us to wait") {
			t.Errorf("%s: settings %+v, error %v", kind, s, err)
		}
		w.now = w.now.Add(time.Minute)
		w.settleDown(e)
		w.wantTicket("open")
		if s, err := (store.Trackers{Table: w.raw}).Settings(t.Context(), ours); err != nil || s.LastError != "" {
			t.Errorf("%s: settings %+v, error %v", kind, s, err)
		}
	}
}

// A ticket in a tracker that the organisation has left is not followed there.
func TestTrackerLeft(t *testing.T) {
	w := newBureau(t, ticket.GitHub)
	w.settleDown(w.hear(false, ""))
	w.kind = ticket.Jira
	w.settle(sandbox.JiraToken)
	if err := w.try(w.hear(true, "")); err != nil {
		t.Fatal(err)
	}
	w.kind = ticket.GitHub
	w.wantTicket("open")
	if line := w.sync1().Timeline; !strings.Contains(line[len(line)-1].Text, "another tracker now") {
		t.Errorf("%+v", line)
	}
}

var _ listen.Desk = desk.Desk{}
