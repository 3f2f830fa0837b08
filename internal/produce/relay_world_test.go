package produce_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"bellwether/internal/bus"
	"bellwether/internal/event"
	"bellwether/internal/parallel"
	"bellwether/internal/produce"
)

// world is the log, the bus and the parked events around a relay, with faults on demand.
// Every call that reaches it goes through fail first.
type world struct {
	logged   map[string]int
	accepted []event.Raw // in the order in which the bus took them
	parked   map[string]event.Parked
	puts     int
	pauses   []time.Duration
	bad      map[string]bool // events that the bus refuses for good
	fail     func(call string) error
}

var errDown = errors.New("down")

func newWorld() *world {
	return &world{logged: map[string]int{}, parked: map[string]event.Parked{}, bad: map[string]bool{}, fail: func(string) error { return nil }}
}

func (w *world) Append(_ context.Context, e event.Raw) error {
	if err := w.fail("log " + e.Meta.ID); err != nil {
		return err
	}
	w.logged[e.Meta.ID] = 1
	return nil
}

func (w *world) Park(_ context.Context, p event.Parked) error {
	if err := w.fail("park " + p.EventID); err != nil {
		return err
	}
	if _, ok := w.parked[p.EventID]; !ok {
		w.parked[p.EventID] = p
	}
	return nil
}

func (w *world) Put(_ context.Context, events []event.Raw) ([]error, error) {
	w.puts++
	if err := w.fail("put"); err != nil {
		return nil, err
	}
	results := make([]error, len(events))
	items := map[string]bool{}
	for i, e := range events {
		if items[e.Meta.Subject] {
			results[i] = fmt.Errorf("two events of %s in one call", e.Meta.Subject)
			continue
		}
		items[e.Meta.Subject] = true
		if w.bad[e.Meta.ID] {
			results[i] = fmt.Errorf("%w: MalformedDetail", bus.ErrMalformed)
		} else if results[i] = w.fail("entry " + e.Meta.ID); results[i] == nil {
			w.accepted = append(w.accepted, e)
		}
	}
	return results, nil
}

func (w *world) pause(_ context.Context, d time.Duration) error {
	w.pauses = append(w.pauses, d)
	return nil
}

// deliver hands the records to a relay as the stream would, and answers the record to begin again from.
func (w *world) deliver(t failer, records []record) (failedFrom int, failed bool) {
	t.Helper()
	relay := produce.RelayEvents(w, w, w, w.pause, func() time.Time { return time.Unix(0, 0) })
	answer, err := relay.Invoke(parallel.InOrder(context.Background()), streamPayload(records))
	if err != nil {
		t.Fatalf("the whole batch failed: %v", err)
	}
	var response struct {
		Failures []struct {
			ID string `json:"itemIdentifier"`
		} `json:"batchItemFailures"`
	}
	if err := json.Unmarshal(answer, &response); err != nil || len(response.Failures) > 1 {
		t.Fatalf("answer %s, error %v", answer, err)
	}
	if len(response.Failures) == 0 {
		return 0, false
	}
	i := slices.IndexFunc(records, func(r record) bool { return r.sequence == response.Failures[0].ID })
	if i < 0 {
		t.Fatalf("no record has the sequence %s", response.Failures[0].ID)
	}
	return i, true
}

type failer interface {
	Helper()
	Fatalf(string, ...any)
	Errorf(string, ...any)
}

// record is one write of an item, with its events; the item's n'th event has the id "<item>-<n>".
type record struct {
	sequence string
	item     string
	ids      []string
	text     string // in place of the events
}

// writes makes one record a given item, each with the given number of events.
func writes(events int, items ...string) []record {
	count := map[string]int{}
	var out []record
	for i, item := range items {
		r := record{sequence: fmt.Sprintf("%024d", 7000+i), item: item}
		for range events {
			r.ids = append(r.ids, fmt.Sprintf("%s-%03d", item, count[item]))
			count[item]++
		}
		out = append(out, r)
	}
	return out
}

func streamPayload(records []record) []byte {
	type attr map[string]string
	var in struct{ Records []any }
	for _, r := range records {
		text := r.text
		if text == "" {
			var events []event.Raw
			for _, id := range r.ids {
				events = append(events, event.Raw{Meta: event.Meta{ID: id, Type: "CampaignCreated", Subject: r.item}, Data: json.RawMessage("{}")})
			}
			b, _ := json.Marshal(events)
			text = string(b)
		}
		image := map[string]attr{"PK": {"S": "ORG#o#" + r.item}, "SK": {"S": "CAMPAIGN"}, "events": {"S": text}}
		in.Records = append(in.Records, map[string]any{"dynamodb": map[string]any{"SequenceNumber": r.sequence, "NewImage": image}})
	}
	b, _ := json.Marshal(in)
	return b
}

func items(n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf("item%03d", i))
	}
	return out
}

// check holds the invariants that stay true whatever failed: what the bus has is in the log,
// and the events of an item arrived in order, none before the one ahead of it was taken or parked.
func (w *world) check(t failer) {
	t.Helper()
	next := map[string]int{}
	for _, e := range w.accepted {
		if w.logged[e.Meta.ID] == 0 {
			t.Errorf("%s is on the bus and not in the log", e.Meta.ID)
		}
		item := e.Meta.Subject
		for w.parked[fmt.Sprintf("%s-%03d", item, next[item])].EventID != "" {
			next[item]++
		}
		var n int
		fmt.Sscanf(e.Meta.ID[len(item)+1:], "%d", &n)
		if n > next[item] {
			t.Errorf("%s arrived before %s-%03d", e.Meta.ID, item, next[item])
		}
		next[item] = max(next[item], n+1)
	}
}

// complete checks that nothing is missing.
func (w *world) complete(t failer, records []record) {
	t.Helper()
	w.check(t)
	onBus := map[string]bool{}
	for _, e := range w.accepted {
		onBus[e.Meta.ID] = true
	}
	for _, r := range records {
		for _, id := range r.ids {
			_, parked := w.parked[id]
			if w.logged[id] != 1 || parked != w.bad[id] || onBus[id] == parked {
				t.Errorf("%s: logged %d times, on the bus %v, parked %v", id, w.logged[id], onBus[id], parked)
			}
		}
	}
}
