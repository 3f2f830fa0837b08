package store_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
	"bellwether/internal/ticket"
	"bellwether/internal/ticket/tickettest"
)

type counter struct {
	t   *testing.T
	now time.Time
	store.Tickets
}

func openTickets(t *testing.T) *counter {
	t.Helper()
	c := &counter{t: t, now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	table, err := bolt.Open(filepath.Join(t.TempDir(), "tickets.db"), bolt.Options{Now: c.clock, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { table.Close() })
	c.Tickets = store.Tickets{Table: table}
	return c
}

func (c *counter) clock() time.Time { return c.now }

func (c *counter) tracker() ticket.Tracker {
	return c.Tracker("o1", event.Cause{ID: "e1", Actor: "listener/sync-tickets", At: c.now})
}

// list are all tickets, page by page.
func (c *counter) list(size int) (all []ticket.Ticket) {
	c.t.Helper()
	for after := ""; ; {
		page, next, err := c.List(c.t.Context(), "o1", size, after)
		if err != nil || len(page) > size {
			c.t.Fatal(len(page), err)
		}
		if all = append(all, page...); next == "" {
			return all
		}
		after = next
	}
}

func TestBuiltinTracker(t *testing.T) {
	tickettest.Run(t, func(t *testing.T) tickettest.Room {
		c := openTickets(t)
		show := func() (shown []tickettest.Shown) {
			for _, k := range c.list(2) {
				s := tickettest.Shown{Key: k.Key, Title: k.Title, Body: strings.Join(k.Lines, "\n"), State: k.State}
				for _, e := range k.Story {
					if e.State == "" {
						s.Comments = append(s.Comments, e.Text)
					}
				}
				shown = append(shown, s)
			}
			return shown
		}
		return tickettest.Room{Tracker: c.tracker(), Kind: ticket.Builtin, Now: c.clock, Show: show, Pass: func(d time.Duration) { c.now = c.now.Add(d) }}
	})
}

// The open ones come first, the worst of them first; then the last closed.
func TestTicketsInOrder(t *testing.T) {
	c := openTickets(t)
	keys := map[string]string{}
	for n, one := range []struct {
		name     string
		severity int
	}{{"old", 3}, {"closed first", 1}, {"worst", 1}, {"new", 3}, {"closed last", 4}} {
		c.now = c.now.Add(time.Minute)
		ref, err := c.tracker().Create(t.Context(), ticket.Draft{IncidentID: string(rune('a' + n)), Title: one.name, Severity: one.severity, OpenedAt: c.now})
		if err != nil {
			t.Fatal(err)
		}
		keys[one.name] = ref.Key
	}
	for _, name := range []string{"closed first", "closed last"} {
		c.now = c.now.Add(time.Minute)
		if err := c.tracker().Close(t.Context(), ticket.Ref{Key: keys[name]}); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, k := range c.list(2) {
		got = append(got, k.Title)
	}
	if want := "worst, old, new, closed last, closed first"; strings.Join(got, ", ") != want {
		t.Errorf("%q, want %q", got, want)
	}
	if other, _, err := c.List(t.Context(), "o2", 10, ""); err != nil || len(other) > 0 {
		t.Errorf("another organisation has %+v, error %v", other, err)
	}
	if _, err := c.Get(t.Context(), "o2", keys["old"]); !fault.Is(err, fault.NotFound) {
		t.Errorf("another organisation's: error %v", err)
	}
}

// Two incidents of one key have two tickets all the same.
func TestTicketsOfOneKey(t *testing.T) {
	c := openTickets(t)
	taken := ticket.New("o1", ticket.Key("i1", 0), ticket.Draft{IncidentID: "another", Title: "x", OpenedAt: c.now})
	if _, err := c.Tracker("o1", event.Cause{}).Create(t.Context(), ticket.Draft{IncidentID: "i0", OpenedAt: c.now}); err != nil {
		t.Fatal(err)
	}
	if err := c.Table.Write(t.Context(), "x", store.Put(store.Item{Key: store.Org("o1").Ticket(taken.Key), Version: 1, Doc: `{"key":"` + taken.Key + `","incidentId":"another"}`}, store.Always())); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		ref, err := c.tracker().Create(t.Context(), ticket.Draft{IncidentID: "i1", OpenedAt: c.now})
		if err != nil || ref.Key != ticket.Key("i1", 1) {
			t.Errorf("%+v, error %v", ref, err)
		}
	}
}

func TestTrackerSettings(t *testing.T) {
	c := openTickets(t)
	s := store.Trackers{Table: c.Table}
	ctx, cause := t.Context(), event.Edge("0198f1c2-6b00-7a10-8b3e-000000000001", "user/ada", c.now)
	got, err := s.Settings(ctx, "o1")
	if err != nil || got.Kind != ticket.Builtin || got.Version != 0 {
		t.Errorf("at first %+v, error %v", got, err)
	}
	if err := s.Note(ctx, "o1", ticket.Builtin, "x", cause); err != nil {
		t.Error(err)
	}
	one := ticket.Settings{OrgID: "o1", Kind: ticket.GitHub, Project: "acme/shop", Version: 1}
	if err := s.Put(ctx, one, 0, cause); err != nil {
		t.Fatal(err)
	}
	two := one
	two.Project = "acme/other"
	if err := s.Put(ctx, two, 0, cause); !fault.Is(err, fault.Conflict) {
		t.Errorf("over another's: %v", err)
	}
	for _, kind := range []string{ticket.Jira, ticket.GitHub, ticket.GitHub} {
		if err := s.Note(ctx, "o1", kind, "no access", cause); err != nil {
			t.Error(err)
		}
	}
	if got, err = s.Settings(ctx, "o1"); err != nil || got.LastError != "no access" || !got.LastErrorAt.Equal(c.now) || got.Version != 2 || got.Project != "acme/shop" {
		t.Errorf("%+v, error %v", got, err)
	}
	if err := s.Note(ctx, "o1", ticket.GitHub, "", cause); err != nil {
		t.Error(err)
	}
	if got, err = s.Settings(ctx, "o1"); err != nil || got.LastError != "" || !got.LastErrorAt.IsZero() {
		t.Errorf("%+v, error %v", got, err)
	}
}
