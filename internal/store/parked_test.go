package store_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"bellwether/internal/deadletter"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/store"
)

const orgID = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5b"

func parkedEvent(id string) event.Parked {
	return event.Parked{
		Listener: "notify-budget-threshold", Reason: "no such currency", Code: "bad_payload",
		OrgID: orgID, EventID: id, Event: json.RawMessage(`{"a":1}`), At: start,
	}
}

func TestParkKeepsTheFirst(t *testing.T) {
	repo := store.Parked{Table: openTable(t)}
	first := parkedEvent("e1")
	again := first
	again.Reason, again.At = "another reason", start.Add(time.Hour)
	for _, p := range []event.Parked{first, again} {
		if err := repo.Park(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	list, next, err := repo.List(t.Context(), orgID, first.Listener, 10, "")
	if err != nil || len(list) != 1 || next != "" {
		t.Fatalf("page %+v, error %v", list, err)
	}
	got := list[0]
	if got.Reason != first.Reason || !got.At.Equal(start) || string(got.Event) != `{"a":1}` {
		t.Errorf("parked %+v", got)
	}
}

func TestParkedPages(t *testing.T) {
	repo := store.Parked{Table: openTable(t)}
	for _, id := range []string{"e1", "e2", "e3"} {
		if err := repo.Park(t.Context(), parkedEvent(id)); err != nil {
			t.Fatal(err)
		}
	}
	other := parkedEvent("e4")
	other.Listener = "update-dashboard-cache"
	if err := repo.Park(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	var got []string
	for after := ""; ; {
		list, next, err := repo.List(t.Context(), orgID, "notify-budget-threshold", 2, after)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list {
			got = append(got, p.EventID)
		}
		if after = next; after == "" {
			break
		}
	}
	if strings.Join(got, " ") != "e1 e2 e3" {
		t.Errorf("listed %v", got)
	}
}

func TestParkWhatNamesNoOrganisation(t *testing.T) {
	repo := store.Parked{Table: openTable(t)}
	p := parkedEvent("e1")
	p.OrgID = "a#CAMPAIGN#b" // an id that would be somebody else's key
	if err := repo.Park(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	list, _, err := repo.List(t.Context(), "", p.Listener, 10, "")
	if err != nil || len(list) != 1 {
		t.Fatalf("page %+v, error %v", list, err)
	}
}

func TestParkWhatIsTooLarge(t *testing.T) {
	repo := store.Parked{Table: openTable(t)}
	p := parkedEvent("e1")
	p.Event = json.RawMessage(`"` + strings.Repeat("x", store.MaxItemBytes) + `"`)
	if err := repo.Park(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	list, _, err := repo.List(t.Context(), orgID, p.Listener, 10, "")
	if err != nil || len(list) != 1 {
		t.Fatalf("page %+v, error %v", list, err)
	}
	if got := list[0]; !strings.Contains(got.Reason, "first") || len(got.Event) < 1000 {
		t.Errorf("%d bytes kept, reason %q", len(got.Event), got.Reason)
	}
}

// A letter lives from its failure to a person's word, and again if it fails again; while any waits, an
// incident says so.
func TestALettersLife(t *testing.T) {
	table := openTable(t)
	repo, incidents := store.Parked{Table: table}, store.Incidents{Table: table}
	type letter = deadletter.Letter
	at := start
	cause := func(id string) event.Cause {
		at = at.Add(time.Minute)
		return event.Edge(event.Derive(id, at.String()), "user/ada", at)
	}
	dead := func(id string) letter {
		p := parkedEvent(event.Derive(id))
		p.Event, p.At = json.RawMessage(`{"detail-type":"BudgetThresholdReached","detail":{"meta":{"subject":"campaign/1"}}}`), at
		return deadletter.New(p, true, 3)
	}
	expect := func(when string, waiting int, open bool) {
		t.Helper()
		list, _, err := repo.Waiting(t.Context(), orgID, []string{"notify-budget-threshold", "other"}, 10, "")
		if err != nil || len(list) != waiting {
			t.Fatalf("%s: %d wait (%v)", when, len(list), err)
		}
		if is, err := incidents.Unresolved(t.Context(), orgID, "dead_letters:notify-budget-threshold"); err != nil || is != open {
			t.Fatalf("%s: an incident is open: %v (%v)", when, is, err)
		}
	}
	for _, id := range []string{"a", "b", "a"} {
		if err := repo.File(t.Context(), dead(id)); err != nil {
			t.Fatal(err)
		}
	}
	expect("two are dead", 2, true)
	get := func(id string) letter {
		t.Helper()
		l, err := repo.Get(t.Context(), orgID, "notify-budget-threshold", event.Derive(id))
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	change := func(id string, how func(letter, event.Cause) (letter, error)) letter {
		t.Helper()
		c := cause(id)
		l, err := repo.Change(t.Context(), "changed", get(id), func(l letter) (letter, error) { return how(l, c) }, c)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	if l := change("a", letter.Redrive); l.State != deadletter.Redriven || l.Redrives != 1 || l.EventType != "BudgetThresholdReached" || l.Subject != "campaign/1" {
		t.Errorf("redriven: %+v", l)
	}
	expect("one is redriven", 1, true)
	change("a", letter.Redrive)
	if l := get("a"); l.Redrives != 1 {
		t.Error("redriving twice counts twice")
	}
	change("b", func(l letter, c event.Cause) (letter, error) { return l.Discard("a test", c) })
	expect("the other one is discarded", 0, false)
	cause("later")
	if err := repo.File(t.Context(), dead("a")); err != nil {
		t.Fatal(err)
	}
	expect("it failed again", 1, true)
	if err := repo.File(t.Context(), dead("b")); err != nil {
		t.Fatal(err)
	}
	if l := get("b"); l.State != deadletter.Waiting {
		t.Errorf("what failed after it was discarded is %s", l.State)
	}
}

func TestWhatIsNoEventIsNotRedriven(t *testing.T) {
	l := deadletter.New(parkedEvent("e1"), false, 0)
	if _, err := l.Redrive(event.Edge(event.Derive("1"), "user/ada", start)); !fault.Is(err, fault.Conflict) {
		t.Errorf("it ends with %v", err)
	}
	if _, err := l.Discard("", event.Edge(event.Derive("1"), "user/ada", start)); !fault.Is(err, fault.Invalid) {
		t.Errorf("discarded without a reason: %v", err)
	}
}
