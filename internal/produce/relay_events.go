// Package produce holds the functions that make events follow: one file each.
package produce

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"bellwether/internal/bus"
	"bellwether/internal/entry"
	"bellwether/internal/event"
	"bellwether/internal/obs"
	"bellwether/internal/parallel"
)

const (
	relayName    = "relay-events"
	relayPasses  = 4                      // sendings of one event in an invocation; then the stream delivers it again
	relayAppends = 16                     // log entries written side by side
	relayBackoff = 100 * time.Millisecond // before the second pass, doubled before each further one
)

// EventLog keeps every event; appending one again changes nothing.
type EventLog interface {
	Append(ctx context.Context, e event.Raw) error
}

// Pause waits, or answers ctx's error when that ends first.
type Pause func(ctx context.Context, d time.Duration) error

// RelayEvents moves events from the table's stream to the event log and then to the bus. The
// events of one item are sent one after another, each only when the one before it was taken;
// those of different items share calls. An event that the bus refuses for good is parked.
// What could not be relayed is delivered again by the stream, with all that followed it, so
// events arrive at least once.
func RelayEvents(log EventLog, b bus.Bus, park entry.Parker, pause Pause, now func() time.Time) *entry.Stream {
	r := relay{log, b, park, pause, now}
	return entry.NewStream(r.run)
}

type relay struct {
	log   EventLog
	bus   bus.Bus
	park  entry.Parker
	pause Pause
	now   func() time.Time
}

// outgoing is an event on its way, and the number of the record that it came in.
type outgoing struct {
	event  event.Raw
	record int
}

// lane is the events of one item that are still to be sent, in order.
type lane struct {
	events []outgoing
	held   bool // its head was refused in this pass
}

func (r *relay) run(ctx context.Context, records []entry.StreamRecord) (failedFrom string, err error) {
	records, unread, err := r.parkUnreadable(ctx, records)
	lanes := sortIntoLanes(records)
	first, logErr := r.appendAll(ctx, lanes)
	sendErr := r.publish(ctx, lanes)
	for _, l := range lanes {
		if len(l.events) > 0 {
			first = min(first, l.events[0].record)
		}
	}
	if first < len(records) {
		unread = records[first].Sequence
	}
	return unread, errors.Join(err, logErr, sendErr)
}

// parkUnreadable takes records out whose events can't be decoded. Where one can't be parked,
// only the records before it are relayed: failedFrom is where the stream has to begin again.
func (r *relay) parkUnreadable(ctx context.Context, records []entry.StreamRecord) (rest []entry.StreamRecord, failedFrom string, err error) {
	for _, rec := range records {
		if rec.Err == nil {
			rest = append(rest, rec)
			continue
		}
		text, _ := json.Marshal(rec.Text)
		if err := r.parkEvent(ctx, event.Meta{ID: event.Derive(rec.ItemKey, rec.Text)}, text, rec.Err); err != nil {
			return rest, rec.Sequence, err
		}
	}
	return rest, "", nil
}

func sortIntoLanes(records []entry.StreamRecord) []*lane {
	var lanes []*lane
	ofItem := map[string]*lane{}
	for i, rec := range records {
		l := ofItem[rec.ItemKey]
		if l == nil {
			l = new(lane)
			ofItem[rec.ItemKey] = l
			lanes = append(lanes, l)
		}
		for _, e := range rec.Events {
			l.events = append(l.events, outgoing{e, i})
		}
	}
	return lanes
}

// appendAll logs the events. Where that fails, the lane ends before the event: nothing is
// published that is not in the log. first is the lowest record that failed.
func (r *relay) appendAll(ctx context.Context, lanes []*lane) (first int, err error) {
	type step struct {
		lane *lane
		at   int
		err  error
	}
	var steps []*step
	var calls []func(context.Context) error
	for _, l := range lanes {
		for i, out := range l.events {
			s := &step{lane: l, at: i}
			steps = append(steps, s)
			calls = append(calls, func(ctx context.Context) error {
				s.err = r.log.Append(ctx, out.event)
				return s.err
			})
		}
	}
	err = parallel.UpTo(ctx, relayAppends, calls...)
	first = math.MaxInt
	for _, s := range slices.Backward(steps) {
		if s.err != nil {
			first = min(first, s.lane.events[s.at].record)
			s.lane.events = s.lane.events[:s.at]
		}
	}
	return first, err
}

// publish empties the lanes as far as the bus takes their events; the error tells what it did not.
func (r *relay) publish(ctx context.Context, lanes []*lane) (err error) {
	for pass := range relayPasses {
		if pass > 0 && r.pause(ctx, relayBackoff<<(pass-1)) != nil {
			return err
		}
		if err = r.pass(ctx, lanes); err == nil {
			return nil
		}
	}
	return err
}

// pass sends until every lane is empty or held.
func (r *relay) pass(ctx context.Context, lanes []*lane) error {
	for _, l := range lanes {
		l.held = false
	}
	var errs []error
	for {
		heads := nextHeads(lanes)
		if len(heads) == 0 {
			return errors.Join(errs...)
		}
		events := make([]event.Raw, len(heads))
		for i, l := range heads {
			events[i] = l.events[0].event
		}
		results, err := r.bus.Put(ctx, events)
		if err != nil {
			return fmt.Errorf("publish: %w", err)
		}
		for i, l := range heads {
			errs = append(errs, r.settle(ctx, l, results[i]))
		}
	}
}

// nextHeads picks the lanes whose heads share the next call: the longest first, which needs the
// fewest calls for all of them.
func nextHeads(lanes []*lane) []*lane {
	ready := slices.DeleteFunc(slices.Clone(lanes), func(l *lane) bool { return l.held || len(l.events) == 0 })
	slices.SortStableFunc(ready, func(a, b *lane) int { return len(b.events) - len(a.events) })
	return ready[:min(len(ready), bus.MaxEntries)]
}

// settle moves the lane on when its head was taken or parked, and holds it otherwise.
func (r *relay) settle(ctx context.Context, l *lane, result error) error {
	head := l.events[0].event
	if errors.Is(result, bus.ErrMalformed) {
		text, err := json.Marshal(head)
		if err == nil {
			err = r.parkEvent(ctx, head.Meta, text, result)
		}
		result = err
	} else if result == nil {
		obs.Count(ctx, "Published", 1)
	}
	if result != nil {
		l.held = true
		return fmt.Errorf("publish event %s: %w", head.Meta.ID, result)
	}
	l.events = l.events[1:]
	return nil
}

func (r *relay) parkEvent(ctx context.Context, m event.Meta, text []byte, cause error) error {
	err := r.park.Park(ctx, event.Parked{
		Listener: relayName, Reason: cause.Error(), Code: "malformed_event",
		OrgID: m.OrgID, EventID: m.ID, Event: text, At: r.now(),
	})
	if err != nil {
		return err
	}
	obs.Count(ctx, "Parked", 1)
	obs.Fail(ctx, cause)
	return nil
}
