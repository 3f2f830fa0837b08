package local

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// retryWaits are how long Lambda waits before the second and the third try of an asynchronous invocation.
var retryWaits = []time.Duration{time.Minute, 2 * time.Minute}

// perFunction is how many invocations of one function run at once.
const perFunction = 8

// dispatcher runs the deliveries that are due.
type dispatcher struct {
	system *System

	mu      sync.Mutex
	changed *sync.Cond
	running map[string]int
	total   int
	stopped bool
}

func newDispatcher(s *System) *dispatcher {
	d := &dispatcher{system: s, running: map[string]int{}}
	d.changed = sync.NewCond(&d.mu)
	return d
}

// poke lets workers and waiters look again.
func (d *dispatcher) poke() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.changed.Broadcast()
}

// work runs deliveries until stop; several goroutines do.
func (d *dispatcher) work(ctx context.Context) {
	for {
		delivery, ok := d.next()
		if !ok {
			return
		}
		d.run(ctx, delivery)
		d.mu.Lock()
		d.running[delivery.Function]--
		d.total--
		d.changed.Broadcast()
		d.mu.Unlock()
	}
}

// next waits for a delivery that may run; false after stop.
func (d *dispatcher) next() (Delivery, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for !d.stopped {
		delivery, ok := d.system.journal.waiting.take(d.system.now(), func(f string) bool { return d.running[f] < d.system.plan.atOnce(f) })
		if ok {
			d.running[delivery.Function]++
			d.total++
			return delivery, true
		}
		d.changed.Wait()
	}
	return Delivery{}, false
}

// run invokes once. A crash between the invocation and the note that it is done repeats it: at least once, as on AWS.
func (d *dispatcher) run(ctx context.Context, delivery Delivery) {
	s := d.system
	_, queued := s.plan.queues[delivery.Function]
	payload := []byte(delivery.Payload)
	if queued {
		payload = messagePayload(delivery)
	}
	answer, err := s.invoke(ctx, delivery.Function, payload)
	if err == nil && (queued || delivery.Function == s.plan.stream.function) {
		_, err = taken(answer, nil) // a message, or a record of the stream that was redriven
	}
	switch {
	case err == nil:
		err = s.journal.done(delivery)
	case delivery.Attempt < s.plan.retries(delivery.Function):
		delivery.Due = s.now().Add(s.scaled(s.plan.retryWait(delivery.Function, delivery.Attempt)))
		delivery.Attempt++
		err = s.journal.again(delivery)
	default:
		delivery.Attempt++
		err = s.journal.bury(DeadLetter{Delivery: delivery, Queue: s.plan.deadLetters(delivery.Function), Reason: err.Error(), At: s.now()})
	}
	if err != nil {
		s.log("keep the outcome of a delivery to %s: %v", delivery.Function, err)
	}
}

// underWay is how many deliveries run.
func (d *dispatcher) underWay() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.total
}

// stop ends the workers when what they run is done.
func (d *dispatcher) stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stopped = true
	d.changed.Broadcast()
}

// drain waits until nothing is due, nothing runs and the stream is read to its end.
func (d *dispatcher) drain(ctx context.Context) error {
	stop := context.AfterFunc(ctx, d.poke)
	defer stop()
	d.mu.Lock()
	defer d.mu.Unlock()
	for {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("the system is not quiet yet: %w", err)
		}
		if d.stopped || (d.total == 0 && d.system.stream.source.CaughtUp() && !d.system.journal.waiting.due(d.system.now())) {
			return nil
		}
		d.changed.Wait()
	}
}
