package store_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"bellwether/internal/event"
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
	page, err := repo.List(t.Context(), orgID, first.Listener, 10, "")
	if err != nil || len(page.Events) != 1 || page.Next != "" {
		t.Fatalf("page %+v, error %v", page, err)
	}
	got := page.Events[0]
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
		page, err := repo.List(t.Context(), orgID, "notify-budget-threshold", 2, after)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range page.Events {
			got = append(got, p.EventID)
		}
		if after = page.Next; after == "" {
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
	page, err := repo.List(t.Context(), "", p.Listener, 10, "")
	if err != nil || len(page.Events) != 1 {
		t.Fatalf("page %+v, error %v", page, err)
	}
}

func TestParkWhatIsTooLarge(t *testing.T) {
	repo := store.Parked{Table: openTable(t)}
	p := parkedEvent("e1")
	p.Event = json.RawMessage(`"` + strings.Repeat("x", store.MaxItemBytes) + `"`)
	if err := repo.Park(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	page, err := repo.List(t.Context(), orgID, p.Listener, 10, "")
	if err != nil || len(page.Events) != 1 {
		t.Fatalf("page %+v, error %v", page, err)
	}
	if got := page.Events[0]; !strings.Contains(got.Reason, "first") || len(got.Event) < 1000 {
		t.Errorf("%d bytes kept, reason %q", len(got.Event), got.Reason)
	}
}
