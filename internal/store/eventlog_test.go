package store_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
)

var start = time.Date(2026, 11, 20, 22, 0, 0, 0, time.UTC)

func openTable(t testing.TB) *bolt.Table {
	t.Helper()
	table, err := bolt.Open(filepath.Join(t.TempDir(), "table.db"), bolt.Options{Now: func() time.Time { return start }, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { table.Close() })
	return table
}

func logged(n int, at time.Time, subject, correlation string) event.Raw {
	return event.Raw{
		Meta: event.Meta{
			ID: event.Derive("test", fmt.Sprint(n)), Type: "CampaignCreated", Version: 1, OrgID: orgID, Subject: subject,
			Sequence: int64(n), OccurredAt: at, CorrelationID: correlation, CausationID: correlation, Actor: "user/a",
		},
		Data: json.RawMessage(`{"n":1}`),
	}
}

func appendAll(t failer, log store.EventLog, events ...event.Raw) {
	t.Helper()
	for _, e := range events {
		if err := log.Append(t.Context(), e); err != nil {
			t.Fatalf("append: %v", err)
		}
	}
}

func TestEventLogKeepsAnEventOnceForNinetyDays(t *testing.T) {
	table := openTable(t)
	e := logged(1, start.Add(123456*time.Microsecond), "campaign/c1", "k")
	appendAll(t, store.EventLog{Table: table}, e, e)
	changed := e
	changed.Meta.Actor = "user/b"
	appendAll(t, store.EventLog{Table: table}, changed)

	item, err := table.Get(t.Context(), store.Org(orgID).LoggedEvent(e.Meta.Subject, e.Meta.ID, e.Meta.OccurredAt))
	if err != nil {
		t.Fatal(err)
	}
	if want := start.AddDate(0, 0, 90); !item.ExpiresAt.Equal(want) {
		t.Errorf("expires at %v, want %v", item.ExpiresAt, want)
	}
	want, _ := json.Marshal(e)
	if item.Doc != string(want) {
		t.Errorf("kept %s, want %s", item.Doc, want)
	}
	if records, err := table.Records(0, 10); err != nil || len(records) != 1 {
		t.Errorf("%d writes, error %v", len(records), err)
	}
}

func TestEventLogFollowsACorrelation(t *testing.T) {
	log := store.EventLog{Table: openTable(t)}
	random := strings.NewReader(strings.Repeat("x", 100))
	correlation, err := event.NewID(start, random)
	if err != nil {
		t.Fatal(err)
	}
	appendAll(t, log,
		logged(1, start, "campaign/c1", correlation),
		logged(2, start.Add(time.Second), "campaign/c2", "another"),
		logged(3, start.Add(3*time.Hour), "campaign/c2", correlation), // the next day
		logged(4, start.Add(25*time.Hour), "campaign/c1", correlation),
	)
	page, err := log.List(t.Context(), orgID, store.EventQuery{CorrelationID: correlation, Limit: 10})
	if err != nil || page.Next != "" || fmt.Sprint(numbers(page.Events)) != "[1 3]" {
		t.Errorf("events %v, next %q, error %v", numbers(page.Events), page.Next, err)
	}
	wider := store.EventQuery{CorrelationID: correlation, To: start.Add(48 * time.Hour), Limit: 10}
	if page, err := log.List(t.Context(), orgID, wider); err != nil || fmt.Sprint(numbers(page.Events)) != "[1 3 4]" {
		t.Errorf("events %v, error %v", numbers(page.Events), err)
	}
	if page, err := log.List(t.Context(), "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5c", wider); err != nil || len(page.Events) != 0 {
		t.Errorf("another organisation reads %v, error %v", numbers(page.Events), err)
	}
}

func TestEventLogWantsARangeAndItsOwnCursors(t *testing.T) {
	log := store.EventLog{Table: openTable(t)}
	day := store.EventQuery{From: start, To: start.Add(time.Hour), Limit: 10}
	tests := []struct {
		name  string
		given func(*store.EventQuery)
	}{
		{"no beginning", func(q *store.EventQuery) { q.From = time.Time{} }},
		{"no end", func(q *store.EventQuery) { q.To = time.Time{} }},
		{"a correlation id without a time", func(q *store.EventQuery) { *q = store.EventQuery{CorrelationID: event.Derive("x"), Limit: 1} }},
		{"no cursor of ours", func(q *store.EventQuery) { q.After = "x" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q := day
			tt.given(&q)
			if _, err := log.List(t.Context(), orgID, q); !fault.Is(err, fault.Invalid) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// However many events do not match, one call reads a bounded number and says where to go on.
func TestEventLogReadsABoundedNumber(t *testing.T) {
	log := store.EventLog{Table: openTable(t)}
	for i := range 2100 {
		appendAll(t, log, logged(i, start.Add(time.Duration(i)*time.Second), fmt.Sprintf("campaign/c%d", i%40), "other"))
	}
	appendAll(t, log, logged(9999, start.Add(time.Hour), "campaign/c1", "wanted"))
	q := store.EventQuery{From: start, To: start.Add(24 * time.Hour), CorrelationID: "wanted", Limit: 10}
	page, err := log.List(t.Context(), orgID, q)
	if err != nil || len(page.Events) != 0 || page.Next == "" {
		t.Fatalf("%d events, next %q, error %v", len(page.Events), page.Next, err)
	}
	q.After = page.Next
	page, err = log.List(t.Context(), orgID, q)
	if err != nil || fmt.Sprint(numbers(page.Events)) != "[9999]" || page.Next != "" {
		t.Fatalf("events %v, next %q, error %v", numbers(page.Events), page.Next, err)
	}
}

// A range of empty days is walked in steps.
func TestEventLogReadsABoundedNumberOfDays(t *testing.T) {
	log := store.EventLog{Table: openTable(t)}
	appendAll(t, log, logged(1, start, "campaign/c1", "k"), logged(2, start.AddDate(0, 0, 80), "campaign/c1", "k"))
	for _, descending := range []bool{false, true} {
		q := store.EventQuery{From: start, To: start.AddDate(0, 0, 81), Subject: "campaign/c1", Descending: descending, Limit: 10}
		got, pages := list(t, log, q)
		if descending {
			slices.Reverse(got)
		}
		if fmt.Sprint(got) != "[1 2]" || pages != 3 {
			t.Errorf("descending %v: events %v in %d pages", descending, got, pages)
		}
	}
}

// All pages together are exactly the matching events, in order.
func TestEventLogListsLikeAPlainFilter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, err := bolt.Open(filepath.Join(tempDir(t), "table.db"), bolt.Options{NoSync: true, Now: func() time.Time { return start }})
		if err != nil {
			t.Fatal(err)
		}
		defer table.Close()
		log := store.EventLog{Table: table}
		subjects := []string{"campaign/a", "campaign/b", "post/c"}
		var all []event.Raw
		for i := range rapid.IntRange(0, 60).Draw(t, "events") {
			at := start.Add(time.Duration(rapid.IntRange(0, 50).Draw(t, "hour")) * time.Hour)
			e := logged(i, at, rapid.SampledFrom(subjects).Draw(t, "subject"), rapid.SampledFrom([]string{"k1", "k2"}).Draw(t, "correlation"))
			all = append(all, e)
		}
		appendAll(t, log, all...)
		q := store.EventQuery{
			From:          start.Add(time.Duration(rapid.IntRange(0, 30).Draw(t, "from")) * time.Hour),
			To:            start.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "to")) * time.Hour),
			Subject:       rapid.SampledFrom(append(subjects, "")).Draw(t, "wanted subject"),
			CorrelationID: rapid.SampledFrom([]string{"", "k1"}).Draw(t, "wanted correlation"),
			Descending:    rapid.Bool().Draw(t, "descending"),
			Limit:         rapid.IntRange(1, 9).Draw(t, "limit"),
		}
		got, _ := list(t, log, q)
		if want := oracle(all, q); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("listed %v, want %v", got, want)
		}
	})
}

func oracle(all []event.Raw, q store.EventQuery) []int64 {
	var match []event.Raw
	for _, e := range all {
		m := e.Meta
		if !m.OccurredAt.Before(q.From) && m.OccurredAt.Before(q.To) &&
			(q.Subject == "" || q.Subject == m.Subject) && (q.CorrelationID == "" || q.CorrelationID == m.CorrelationID) {
			match = append(match, e)
		}
	}
	slices.SortFunc(match, func(a, b event.Raw) int {
		if c := a.Meta.OccurredAt.Compare(b.Meta.OccurredAt); c != 0 {
			return c
		}
		return strings.Compare(a.Meta.ID, b.Meta.ID)
	})
	if q.Descending {
		slices.Reverse(match)
	}
	return numbers(match)
}

// list reads all pages.
func list(t failer, log store.EventLog, q store.EventQuery) (got []int64, pages int) {
	t.Helper()
	for {
		page, err := log.List(t.Context(), orgID, q)
		if err != nil {
			t.Fatalf("list: %v", err)
		}
		pages++
		got = append(got, numbers(page.Events)...)
		if len(page.Events) > q.Limit || pages > 200 {
			t.Fatalf("%d events in page %d, limit %d", len(page.Events), pages, q.Limit)
		}
		if page.Next == "" {
			return got, pages
		}
		q.After = page.Next
	}
}

func numbers(events []event.Raw) []int64 {
	var out []int64
	for _, e := range events {
		out = append(out, e.Meta.Sequence)
	}
	return out
}
