package local

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	firstPause = 100 * time.Millisecond // before a batch is tried again, doubled each time
	longPause  = 5 * time.Second        // at most
)

// pump hands the stream to the function that the template maps it to, as Lambda does: what fails is
// tried again in smaller batches, and a record that fails for the last time goes to the dead letters,
// so that it can't hold the others up. Unlike Lambda it drops nothing for its age: a laptop may sleep
// for days.
type pump struct {
	system *System
	source Source
	size   int    // of the next batch
	front  string // the record that the last failure began with
	tries  int    // how often one began with it
}

func newPump(s *System, source Source) *pump {
	return &pump{system: s, source: source, size: s.plan.stream.batch}
}

// run pumps until ctx ends.
func (p *pump) run(ctx context.Context) {
	pause := firstPause
	for ctx.Err() == nil {
		changed := p.source.Changed()
		moved, err := p.round(ctx)
		if err != nil {
			p.system.log("read the table's stream: %v", err)
		}
		switch {
		case moved:
			pause = firstPause
		case err != nil:
			p.system.wait(ctx, pause)
			pause = min(2*pause, longPause)
		default:
			p.system.poke()
			select {
			case <-changed:
			case <-ctx.Done():
			}
		}
	}
}

// round reads one batch and hands it on; moved reports whether the checkpoint did.
func (p *pump) round(ctx context.Context) (moved bool, err error) {
	changes, err := p.source.Read(ctx, p.size)
	if err != nil || len(changes) == 0 {
		return false, err
	}
	if err := p.system.journal.noteParked(changes); err != nil {
		return false, err
	}
	var batch []Change
	for _, c := range changes {
		if p.system.plan.stream.passes(c) {
			batch = append(batch, c)
		}
	}
	done, err := p.deliver(ctx, batch)
	if err != nil {
		return p.failed(changes, batch, done, err)
	}
	p.size, p.front = min(2*p.size, p.system.plan.stream.batch), ""
	return true, p.source.Commit(changes[len(changes)-1])
}

// deliver invokes the function with the batch; done is how many records from the front it took.
func (p *pump) deliver(ctx context.Context, batch []Change) (done int, err error) {
	if len(batch) == 0 {
		return 0, nil
	}
	payload, err := streamPayload(batch...)
	if err != nil {
		return 0, err
	}
	answer, err := p.system.invoke(ctx, p.system.plan.stream.function, payload)
	if err != nil {
		return 0, err
	}
	return taken(answer, batch)
}

// failed moves past what was taken, and past what has had its last try.
func (p *pump) failed(changes, batch []Change, done int, cause error) (moved bool, err error) {
	stream, rest := p.system.plan.stream, batch[done:]
	if rest[0].Sequence != p.front {
		p.front, p.tries = rest[0].Sequence, 0
	}
	p.tries++
	last := stream.retries >= 0 && p.tries > stream.retries
	switch {
	case errors.Is(cause, errPartial):
		rest = rest[:1] // the function told which one
	case stream.bisect && len(changes) > 1:
		p.size, last = (len(changes)+1)/2, false // in halves, the one at fault is found
	}
	end := before(changes, rest[0])
	if last {
		if err := p.bury(rest, cause); err != nil {
			return false, err
		}
		end = before(changes, rest[len(rest)-1]) + 1
	}
	if end > 0 {
		if err := p.source.Commit(changes[end-1]); err != nil {
			return false, err
		}
	}
	return end > 0, cause
}

// before is how many changes stand before the one.
func before(changes []Change, one Change) int {
	for i, c := range changes {
		if c.Sequence == one.Sequence {
			return i
		}
	}
	return 0
}

// bury puts records into the queue that the template names for them.
func (p *pump) bury(records []Change, cause error) error {
	s := p.system
	for _, c := range records {
		payload, err := streamPayload(c)
		if err != nil {
			return err
		}
		d := Delivery{Function: s.plan.stream.function, What: fmt.Sprintf("stream record %s", c.Sequence), Payload: payload, Attempt: p.tries, Due: s.now()}
		if err := s.journal.bury(DeadLetter{Delivery: d, Queue: s.plan.stream.onFailure, Reason: cause.Error(), At: s.now()}); err != nil {
			return err
		}
	}
	return nil
}
