// Package sim runs the production handlers in one process under virtual time, and lets everything
// that can go wrong between them go wrong: calls that fail before or after they took effect,
// processes that die between two calls, deliveries that come twice, late or in another order.
// What the handlers promise must hold all the same.
package sim

import (
	"context"
	"fmt"
	"time"

	"bellwether/internal/bus"
	"bellwether/internal/channel"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/schedule"
	"bellwether/internal/store"
)

// Fault is what happens to one call.
type Fault int

// The faults. Each call of a handler has two places where the process can die, and two ways to fail.
const (
	None        Fault = iota
	FailBefore        // throttled, refused, or timed out before it took effect
	FailAfter         // it took effect, and the answer was lost
	CrashBefore       // the process died before the call
	CrashAfter        // and after it
)

// Faults are all of them, for choosing one.
var Faults = []Fault{FailBefore, FailAfter, CrashBefore, CrashAfter}

func (f Fault) String() string {
	return [...]string{"none", "failed before", "failed after", "crashed before", "crashed after"}[f]
}

// crash is the panic of a process that dies.
type crash struct{}

// gate stands before every call that leaves a handler.
type gate struct {
	invocation
	seen map[Fault]int
}

// invocation is one run of a handler.
type invocation struct {
	choose func(call int, name string) Fault // nil: no faults
	calls  int
	dead   bool // the process died: nothing of it may happen any more
}

func newGate() *gate { return &gate{seen: map[Fault]int{}} }

// begin starts another invocation, with its own faults, and answers the one that it interrupts.
func (g *gate) begin(choose func(call int, name string) Fault) (interrupted invocation) {
	interrupted, g.invocation = g.invocation, invocation{choose: choose}
	return interrupted
}

func (g *gate) pass(name string, call func() error) error {
	if g.dead {
		panic(crash{})
	}
	f := None
	if g.choose != nil {
		f = g.choose(g.calls, name)
	}
	g.calls++
	g.seen[f]++
	lost := fault.New(fault.Retryable, "injected", fmt.Sprintf("%s %s", name, f))
	switch f {
	case FailBefore:
		return lost
	case CrashBefore:
		g.dead = true
		panic(crash{})
	}
	err := call()
	switch f {
	case FailAfter:
		return lost
	case CrashAfter:
		g.dead = true
		panic(crash{})
	}
	return err
}

// table is a store.Table behind the gate.
type table struct {
	gate  *gate
	inner store.Table
}

func (t table) Get(ctx context.Context, key store.Key) (item store.Item, err error) {
	err = t.gate.pass("Get", func() (err error) {
		item, err = t.inner.Get(ctx, key)
		return err
	})
	return item, err
}

func (t table) Query(ctx context.Context, q store.Query) (page store.Page, err error) {
	err = t.gate.pass("Query", func() (err error) {
		page, err = t.inner.Query(ctx, q)
		return err
	})
	return page, err
}

func (t table) Write(ctx context.Context, token string, ops ...store.Op) error {
	return t.gate.pass("Write", func() error { return t.inner.Write(ctx, token, ops...) })
}

// recordingBus keeps what was published.
type recordingBus struct {
	gate  *gate
	world *World
}

func (b recordingBus) Put(_ context.Context, events []event.Raw) (results []error, err error) {
	err = b.gate.pass("Put", func() error {
		results = make([]error, len(events))
		for _, e := range events {
			b.world.publish(e)
		}
		return nil
	})
	return results, err
}

// recordingTopic keeps what was sent.
type recordingTopic struct {
	gate  *gate
	world *World
}

func (t recordingTopic) Publish(_ context.Context, m channel.Message) error {
	return t.gate.pass("Publish", func() error {
		t.world.Messages = append(t.world.Messages, m)
		return nil
	})
}

// memoryTimers keeps timers.
type memoryTimers struct {
	gate  *gate
	world *World
}

func (t memoryTimers) Set(_ context.Context, timer schedule.Timer) error {
	return t.gate.pass("Set", func() error {
		if _, ok := t.world.Timers[timer.Name]; !ok {
			t.world.Timers[timer.Name] = timer
		}
		return nil
	})
}

func (t memoryTimers) Cancel(_ context.Context, name string) error {
	return t.gate.pass("Cancel", func() error {
		delete(t.world.Timers, name)
		return nil
	})
}

var (
	_ store.Table        = table{}
	_ bus.Bus            = recordingBus{}
	_ channel.Topic      = recordingTopic{}
	_ schedule.Scheduler = memoryTimers{}
)

// Clock is the virtual time.
type Clock struct{ now time.Time }

// Now is the virtual time; it goes on a little with every look, so that no two moments are the same.
func (c *Clock) Now() time.Time {
	c.now = c.now.Add(time.Microsecond)
	return c.now
}

// Add lets time go by.
func (c *Clock) Add(d time.Duration) { c.now = c.now.Add(d) }
