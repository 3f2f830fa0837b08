package incident_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/incident"
)

// step is one change of an incident.
type step func(incident.Incident) (incident.Change, error)

// said is a signal of the given version, after noon.
func said(version int64, after time.Duration, spoil func(*incident.Signal)) step {
	s := incident.Signal{
		Key: "k", EventID: fmt.Sprint("e", version), Version: version, Kind: incident.KindAccess,
		Subject: "integration/i", Title: "lost", Severity: 2, Cause: by("incidents", noon.Add(after)),
	}
	if spoil != nil {
		spoil(&s)
	}
	return func(i incident.Incident) (incident.Change, error) { return i.Hear("o", s, "", s.Cause) }
}

func well(s *incident.Signal)  { s.Resolved = true }
func probe(s *incident.Signal) { s.Resolved, s.Probe = true, true }

func acknowledged(user string, after time.Duration) step {
	return func(i incident.Incident) (incident.Change, error) {
		return i.Acknowledge(user, by("user/"+user, noon.Add(after)))
	}
}

func resolved(reason string, after time.Duration) step {
	return func(i incident.Incident) (incident.Change, error) {
		return i.Resolve(reason, by("user/ada", noon.Add(after)))
	}
}

func reopened(reason string, after time.Duration) step {
	return func(i incident.Incident) (incident.Change, error) {
		return i.Reopen(reason, by("user/ada", noon.Add(after)))
	}
}

// after is the incident that the steps make.
func after(t failer, i incident.Incident, steps ...step) incident.Incident {
	t.Helper()
	for n, do := range steps {
		ch, err := do(i)
		if err != nil {
			t.Fatalf("step %d: %v", n, err)
		}
		i = ch.Incident
	}
	return i
}

type failer interface {
	Helper()
	Fatalf(string, ...any)
}

func TestTransitions(t *testing.T) {
	const m = time.Minute
	given := map[string][]step{
		"none":         nil,
		"triggered":    {said(1, 0, nil)},
		"acknowledged": {said(1, 0, nil), acknowledged("ada", m)},
		"resolved":     {said(1, 0, nil), resolved("done", m)},
	}
	comment := func(i incident.Incident) (incident.Change, error) {
		return i.Comment("text", by("user/ada", noon.Add(2*m)))
	}
	assign := func(i incident.Incident) (incident.Change, error) {
		return i.Assign("bob", by("user/ada", noon.Add(2*m)))
	}
	type want struct {
		state incident.State // "same": nothing changes; "!code": it is refused
		event string
	}
	tests := []struct {
		when string
		do   step
		want map[string]want
	}{
		{"it is wrong", said(2, 2*m, nil), map[string]want{
			"none": {"triggered", "IncidentOpened"}, "triggered": {"triggered", ""}, "acknowledged": {"acknowledged", ""}, "resolved": {"triggered", "IncidentOpened"}}},
		{"it is well", said(2, 2*m, well), map[string]want{
			"none": {"same", ""}, "triggered": {"resolved", "IncidentResolved"}, "acknowledged": {"resolved", "IncidentResolved"}, "resolved": {"same", ""}}},
		{"a probe is well", said(2, 2*m, probe), map[string]want{
			"none": {"same", ""}, "triggered": {"triggered", ""}, "acknowledged": {"acknowledged", ""}, "resolved": {"same", ""}}},
		{"the same signal again", said(1, 2*m, nil), map[string]want{
			"none": {"triggered", "IncidentOpened"}, "triggered": {"same", ""}, "acknowledged": {"same", ""}, "resolved": {"same", ""}}},
		{"ada acknowledges", acknowledged("ada", 2*m), map[string]want{
			"triggered": {"acknowledged", "IncidentChanged"}, "acknowledged": {"same", ""}, "resolved": {"!incident_resolved", ""}}},
		{"bob acknowledges", acknowledged("bob", 2*m), map[string]want{
			"triggered": {"acknowledged", "IncidentChanged"}, "acknowledged": {"!incident_taken", ""}, "resolved": {"!incident_resolved", ""}}},
		{"a person resolves", resolved("done", 2*m), map[string]want{
			"triggered": {"resolved", "IncidentResolved"}, "acknowledged": {"resolved", "IncidentResolved"}, "resolved": {"same", ""}}},
		{"a person resolves without a reason", resolved("", 2*m), map[string]want{
			"triggered": {"!invalid_fields", ""}, "acknowledged": {"!invalid_fields", ""}, "resolved": {"!invalid_fields", ""}}},
		{"a person reopens", reopened("still wrong", 2*m), map[string]want{
			"triggered": {"same", ""}, "acknowledged": {"same", ""}, "resolved": {"triggered", "IncidentOpened"}}},
		{"a person comments", comment, map[string]want{
			"triggered": {"triggered", ""}, "acknowledged": {"acknowledged", ""}, "resolved": {"resolved", ""}}},
		{"a person assigns", assign, map[string]want{
			"triggered": {"triggered", ""}, "acknowledged": {"acknowledged", ""}, "resolved": {"resolved", ""}}},
	}
	for _, tt := range tests {
		for state, want := range tt.want {
			before := after(t, incident.Incident{}, given[state]...)
			ch, err := tt.do(before)
			if code, refused := strings.CutPrefix(string(want.state), "!"); refused {
				if e, ok := errors.AsType[*fault.Error](err); !ok || e.Code != code {
					t.Errorf("%s, %s: %v, want %s", state, tt.when, err, code)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s, %s: %v", state, tt.when, err)
				continue
			}
			var types []string
			for _, raw := range ch.Events {
				types = append(types, raw.Meta.Type)
			}
			changed := ch.Incident.Version != before.Version
			if changed != (want.state != "same") || (changed && ch.Incident.State != want.state) || strings.Join(types, " ") != want.event {
				t.Errorf("%s, %s: changed %t, %s, events %v", state, tt.when, changed, ch.Incident.State, types)
			}
			if last := ch.Incident.Timeline; changed && (last[len(last)-1].Actor == "" || last[len(last)-1].At.IsZero() || last[len(last)-1].Text == "") &&
				tt.when != "it is wrong" {
				t.Errorf("%s, %s: its story ends with %+v", state, tt.when, last[len(last)-1])
			}
		}
	}
}

func TestTwoHealthyProbes(t *testing.T) {
	i := after(t, incident.Incident{}, said(1, 0, nil), said(2, time.Minute, probe))
	if again := after(t, i, said(3, 2*time.Minute, nil), said(4, 3*time.Minute, probe)); !again.Open() {
		t.Error("a probe that failed in between does not count from anew")
	}
	if over := after(t, i, said(3, 2*time.Minute, probe)); over.Open() || !over.ResolvedAt.Equal(noon.Add(2*time.Minute)) {
		t.Errorf("two healthy probes: %+v", over)
	}
}

func TestOpensAgainWithinHalfAnHour(t *testing.T) {
	over := after(t, incident.Incident{}, said(1, 0, nil), said(2, time.Minute, well))
	same := after(t, over, said(3, time.Minute+30*time.Minute-time.Second, nil))
	if same.ID != over.ID || same.Reopened != 1 || !same.Open() || !same.ResolvedAt.IsZero() {
		t.Errorf("after 29:59: %+v", same)
	}
	other := after(t, over, said(3, time.Minute+30*time.Minute, nil))
	if other.ID == over.ID || other.Reopened != 0 || !other.Open() || other.Version != over.Version+1 {
		t.Errorf("after 30:00: %+v", other)
	}
	// What a person ended too early opens again by what goes on.
	if hand := after(t, incident.Incident{}, said(1, 0, nil), resolved("done", time.Minute), said(2, 2*time.Minute, nil)); hand.Reopened != 1 {
		t.Errorf("ended by hand: %+v", hand)
	}
}

// After so many times the log of states is long enough: the next is another incident.
func TestFlappingEndsInAnotherIncident(t *testing.T) {
	i := after(t, incident.Incident{}, said(1, 0, nil))
	first, version := i.ID, int64(1)
	for range 50 {
		version += 2
		i = after(t, i, said(version-1, 0, well), said(version, 0, nil))
	}
	if i.ID != first || i.Reopened != 50 {
		t.Fatalf("%d times: %+v", i.Reopened, i)
	}
	over := after(t, i, said(version+1, 0, well))
	if next := after(t, over, said(version+2, 0, nil)); next.ID == first || next.Reopened != 0 || len(next.Timeline) != 1 {
		t.Errorf("it opened again: %+v", next)
	}
	if _, err := over.Reopen("again", by("user/ada", noon)); !fault.Is(err, fault.Conflict) {
		t.Errorf("a person opened it again: %v", err)
	}
}

func TestSuppressedByWhatExplainsIt(t *testing.T) {
	s := incident.Signal{Key: "k", EventID: "e", Version: 1, Kind: incident.KindSync, Severity: 3, Title: "fails"}
	ch, err := incident.Incident{}.Hear("o", s, "parent", by("incidents", noon))
	if err != nil {
		t.Fatal(err)
	}
	i := ch.Incident
	if told, err := event.Decode[event.IncidentOpened](ch.Events[0]); err != nil || told.Data.SuppressedBy != "parent" {
		t.Errorf("told %+v, %v", told, err)
	}
	if i.SuppressedBy != "parent" || !i.Suppressed || i.State != incident.Triggered || i.Timeline[1].Text != "nobody is told: incident parent explains it" {
		t.Errorf("suppressed %+v", i)
	}
	if over := after(t, i, said(2, time.Minute, well)); over.SuppressedBy != "" || !over.Suppressed {
		t.Errorf("over %+v", over)
	}
}

func TestSeverityNeverFalls(t *testing.T) {
	as := func(severity incident.Severity) func(*incident.Signal) {
		return func(s *incident.Signal) { s.Severity, s.Title = severity, fmt.Sprint("as bad as ", severity) }
	}
	i := after(t, incident.Incident{}, said(1, 0, as(3)), said(2, time.Minute, as(1)), said(3, 2*time.Minute, as(4)))
	if i.Severity != 1 || i.Title != "as bad as 1" || i.Signals != 3 {
		t.Errorf("%+v", i)
	}
	again := after(t, i, resolved("done", 3*time.Minute), said(4, 4*time.Minute, as(4)))
	if again.Severity != 1 {
		t.Errorf("opened again with severity %d", again.Severity)
	}
}

func TestAcknowledgeOfWhatIsAssigned(t *testing.T) {
	assigned := after(t, incident.Incident{}, said(1, 0, nil), func(i incident.Incident) (incident.Change, error) { return i.Assign("bob", by("user/eve", noon)) })
	taken := after(t, assigned, acknowledged("ada", time.Minute))
	if taken.AssigneeID != "bob" || taken.TakenBy != "user/ada" {
		t.Errorf("taken %+v", taken)
	}
	for user, want := range map[string]bool{"ada": true, "bob": true, "eve": false} {
		if _, err := taken.Acknowledge(user, by("user/"+user, noon)); (err == nil) != want {
			t.Errorf("%s acknowledges too: %v", user, err)
		}
	}
	program := after(t, incident.Incident{}, said(1, 0, nil), func(i incident.Incident) (incident.Change, error) { return i.Acknowledge("", by("api-key/k", noon)) })
	if program.AssigneeID != "" || program.State != incident.Acknowledged {
		t.Errorf("by a program: %+v", program)
	}
}

func TestACommentIsMadeOnce(t *testing.T) {
	cause := by("user/ada", noon)
	i := after(t, incident.Incident{}, said(1, 0, nil))
	for range 2 {
		i = after(t, i, func(i incident.Incident) (incident.Change, error) { return i.Comment("looking", cause) })
	}
	if len(i.Timeline) != 2 || i.Version != 2 {
		t.Errorf("%+v", i)
	}
	for _, bad := range []string{"", strings.Repeat("a", 2001), "\xff"} {
		if _, err := i.Comment(bad, cause); !fault.Is(err, fault.Invalid) {
			t.Errorf("comment of %d bytes: %v", len(bad), err)
		}
	}
}

// However much is said, the story stays small, the log of states stays whole and the clocks keep their time.
func TestAStoryIsCutWithoutItsStates(t *testing.T) {
	i := after(t, incident.Incident{}, said(1, 0, nil), acknowledged("ada", 10*time.Minute))
	for n := range 300 {
		text := strings.Repeat("<", 2000)
		i = after(t, i, func(i incident.Incident) (incident.Change, error) {
			return i.Comment(text, by("user/ada", noon.Add(time.Hour+time.Duration(n)*time.Second)))
		})
	}
	if i.Timeline[0].State != incident.Triggered || i.Timeline[1].State != incident.Acknowledged || len(i.Timeline) > 20 {
		t.Errorf("%d lines, the first %+v and %+v", len(i.Timeline), i.Timeline[0].State, i.Timeline[1].State)
	}
	ack, _ := i.Clocks(incident.Always, noon.Add(3*time.Hour))
	if ack.Running || ack.Elapsed != 10*time.Minute {
		t.Errorf("clock %+v", ack)
	}
}

// A cause of earlier that comes late does not take the story back in time.
func TestALateCause(t *testing.T) {
	i := after(t, incident.Incident{}, said(1, 0, nil), resolved("done", 10*time.Minute), said(2, 5*time.Minute, nil))
	last := i.Timeline[len(i.Timeline)-1]
	if i.State != incident.Triggered || !last.At.Equal(noon.Add(10*time.Minute)) {
		t.Errorf("ends with %+v", last)
	}
}

// Whatever happens in whatever order: one incident a key is open, its log begins with its opening, each state
// follows another, times never go back, and a repeat changes nothing.
func TestHistories(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i, now := incident.Incident{}, time.Duration(0)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now += time.Duration(rapid.IntRange(0, 40).Draw(t, "minutes")) * time.Minute
			version := int64(rapid.IntRange(1, 40).Draw(t, "version"))
			do := rapid.SampledFrom([]step{
				said(version, now, nil), said(version, now, func(s *incident.Signal) { s.Severity = 1 }), said(version, now, well), said(version, now, probe),
				acknowledged("ada", now), acknowledged("bob", now), resolved("done", now), reopened("not done", now),
			}).Draw(t, "step")
			ch, err := do(i)
			if err != nil || (i.ID == "" && ch.Incident.Heard == 0) { // nobody does anything with what is not there
				continue
			}
			if next := ch.Incident; i.Open() && next.ID != i.ID {
				t.Fatalf("%s took the place of %s, which is open", next.ID, i.ID)
			}
			i = ch.Incident
			wellFormed(t, i)
			if again, err := do(i); err != nil || again.Incident.Version != i.Version {
				t.Fatalf("a repeat: %v, version %d after %d", err, again.Incident.Version, i.Version)
			}
		}
	})
}

func wellFormed(t *rapid.T, i incident.Incident) {
	var log []incident.State
	for n, e := range i.Timeline {
		if n > 0 && e.At.Before(i.Timeline[n-1].At) {
			t.Fatalf("line %d goes back in time", n)
		}
		if e.State != "" {
			log = append(log, e.State)
		}
	}
	follows := map[incident.State][]incident.State{
		incident.Triggered: {incident.Acknowledged, incident.Resolved}, incident.Acknowledged: {incident.Resolved}, incident.Resolved: {incident.Triggered},
	}
	if len(log) == 0 || log[0] != incident.Triggered || log[len(log)-1] != i.State {
		t.Fatalf("log %v of one that is %s", log, i.State)
	}
	for n := 1; n < len(log); n++ {
		if !slices.Contains(follows[log[n-1]], log[n]) {
			t.Fatalf("%s follows %s", log[n], log[n-1])
		}
	}
	if i.Open() != i.ResolvedAt.IsZero() {
		t.Fatalf("%s, and resolved at %v", i.State, i.ResolvedAt)
	}
}
