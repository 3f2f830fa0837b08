package produce_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bellwether/internal/produce"
)

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
