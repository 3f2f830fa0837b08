package produce_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

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

func TestRelayPacksTens(t *testing.T) {
	tests := []struct {
		name  string
		given []record
		calls int
	}{
		{"nothing", nil, 0},
		{"one event", writes(1, "a"), 1},
		{"10 events of 10 items", writes(1, items(10)...), 1},
		{"11 events of 11 items", writes(1, items(11)...), 2},
		{"100 events of 100 items", writes(1, items(100)...), 10},
		{"95 events of 95 items", writes(1, items(95)...), 10},
		{"3 events of one item", writes(1, "a", "a", "a"), 3},
		{"2 events a write, 10 items", writes(2, items(10)...), 2},
		{"one long item after many short ones", append(writes(1, items(45)...), writes(5, "a")...), 5},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			if from, failed := w.deliver(t, tt.given); failed {
				t.Fatalf("failed from %d", from)
			}
			if w.puts != tt.calls {
				t.Errorf("%d calls, want %d", w.puts, tt.calls)
			}
			w.complete(t, tt.given)
		})
	}
}

func TestRelayResendsOnlyWhatFailed(t *testing.T) {
	w := newWorld()
	tries := map[string]int{}
	w.fail = func(call string) error {
		if tries[call]++; strings.HasPrefix(call, "entry item00") && tries[call] == 1 && strings.HasSuffix(call, "000") {
			return errDown
		}
		return nil
	}
	given := writes(1, append(items(20), "item000")...)
	if _, failed := w.deliver(t, given); failed {
		t.Fatal("failed")
	}
	w.complete(t, given)
	if len(w.accepted) != 21 {
		t.Errorf("%d entries were taken for 21 events", len(w.accepted))
	}
	// item000 goes first, being the longest: [0..9 fail], [10..19], pause, [0..9], [000 again].
	if w.puts != 4 || fmt.Sprint(w.pauses) != "[100ms]" {
		t.Errorf("%d calls, pauses %v", w.puts, w.pauses)
	}
}

func TestRelayAnswersTheLowestFailure(t *testing.T) {
	given := writes(1, "a", "b", "c", "b", "d")
	tests := []struct {
		name string
		down string // calls that begin so fail always
		from int
		want int // accepted
	}{
		{"the bus", "put", 0, 0},
		{"an item on the bus", "entry b", 1, 3},
		{"the last item on the bus", "entry d", 4, 4},
		{"the log", "log", 0, 0},
		{"an item in the log", "log b-001", 3, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			w.fail = func(call string) error {
				if strings.HasPrefix(call, tt.down) {
					return errDown
				}
				return nil
			}
			from, failed := w.deliver(t, given)
			if !failed || from != tt.from || len(w.accepted) != tt.want {
				t.Errorf("failed %v from %d, %d accepted; want from %d, %d accepted", failed, from, len(w.accepted), tt.from, tt.want)
			}
			w.check(t)
		})
	}
}

func TestRelayParksWhatTheBusRefusesForGood(t *testing.T) {
	w := newWorld()
	w.bad["b-000"] = true
	given := writes(1, "a", "b", "b", "c")
	if _, failed := w.deliver(t, given); failed {
		t.Fatal("failed")
	}
	w.complete(t, given)
	if p := w.parked["b-000"]; p.Listener != "relay-events" || p.Code != "malformed_event" || !strings.Contains(string(p.Event), `"b-000"`) {
		t.Errorf("parked %+v", p)
	}
}

func TestRelayParksUnreadableEvents(t *testing.T) {
	given := writes(1, "a", "b", "c")
	given[1] = record{sequence: given[1].sequence, item: "b", text: `[{"meta":`}
	t.Run("and relays the others", func(t *testing.T) {
		w := newWorld()
		if _, failed := w.deliver(t, given); failed || len(w.parked) != 1 || len(w.accepted) != 2 {
			t.Errorf("failed %v, parked %d, accepted %d", failed, len(w.parked), len(w.accepted))
		}
	})
	t.Run("or begins again from there", func(t *testing.T) {
		w := newWorld()
		w.fail = func(call string) error {
			if strings.HasPrefix(call, "park") {
				return errDown
			}
			return nil
		}
		if from, failed := w.deliver(t, given); !failed || from != 1 || len(w.accepted) != 1 {
			t.Errorf("failed %v from %d, accepted %d", failed, from, len(w.accepted))
		}
	})
}

// Whatever fails whenever, an item's events arrive in order, and when the faults end, all has arrived.
func TestRelayKeepsOrderUnderEveryFailurePattern(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		var all []record
		for range rapid.IntRange(1, 4).Draw(t, "writes") {
			names := rapid.SliceOfN(rapid.SampledFrom(items(12)), 1, 12).Draw(t, "items")
			all = append(all, writes(1, names...)...)
		}
		all = renumber(all, rapid.IntRange(1, 2).Draw(t, "events a write"))
		for _, r := range all {
			for _, id := range r.ids {
				w.bad[id] = rapid.IntRange(0, 9).Draw(t, "bad") == 0
			}
		}
		faults := rapid.IntRange(0, 40).Draw(t, "faults")
		w.fail = func(string) error {
			if faults > 0 && rapid.IntRange(0, 2).Draw(t, "fault") == 0 {
				faults--
				return errDown
			}
			return nil
		}
		rest := all
		for range 60 {
			from, failed := w.deliver(t, rest)
			w.check(t)
			if !failed {
				w.complete(t, all)
				return
			}
			rest = rest[from:]
		}
		t.Fatalf("it never ends")
	})
}

func renumber(records []record, events int) []record {
	var names []string
	for _, r := range records {
		names = append(names, r.item)
	}
	return writes(events, names...)
}

// A process that dies at any call, before or after its effect, leaves nothing that a redelivery does not mend.
func TestRelayAfterACrashAtAnyCall(t *testing.T) {
	given := writes(2, append(items(12), "item003", "item003")...)
	type crash struct{}
	for _, after := range []bool{false, true} {
		for at := 0; ; at++ {
			w := newWorld()
			w.bad["item005-001"] = true
			calls, crashed := 0, false
			w.fail = func(string) error {
				calls++
				// After the k'th call's effect is before the next call.
				if !crashed && (calls == at+1 && !after || calls == at+2 && after) {
					crashed = true
					panic(crash{})
				}
				return nil
			}
			func() {
				defer func() {
					if p := recover(); p != nil && p != (crash{}) {
						panic(p)
					}
				}()
				w.deliver(t, given)
			}()
			w.check(t)
			if !crashed {
				break
			}
			if _, failed := w.deliver(t, given); failed {
				t.Fatal("failed")
			}
			w.complete(t, given)
		}
	}
}

func TestRelayStopsWhenItsTimeIsUp(t *testing.T) {
	w := newWorld()
	w.fail = func(string) error { return errDown }
	relay := produce.RelayEvents(w, w, w, func(context.Context, time.Duration) error { return context.DeadlineExceeded }, time.Now)
	answer, err := relay.Invoke(t.Context(), streamPayload(writes(1, "a")))
	if err != nil || !strings.Contains(string(answer), "itemIdentifier") || w.puts > 1 {
		t.Errorf("answer %s, error %v, %d calls", answer, err, w.puts)
	}
}
