package obs

import (
	"context"
	"log/slog"
	"sync"
)

// Invocation collects what one invocation has to say. It is safe for concurrent use.
type Invocation struct {
	mu     sync.Mutex
	notes  []slog.Attr
	counts []count
	err    error
}

type count struct {
	name string
	n    int
}

type invocationKey struct{}

// Begin puts a new Invocation into ctx.
func Begin(ctx context.Context) (context.Context, *Invocation) {
	inv := new(Invocation)
	return context.WithValue(ctx, invocationKey{}, inv), inv
}

// Note adds a field to the invocation's one log line; the same key again replaces the value.
// Notes are ids and numbers, never payloads. Outside an invocation it does nothing.
func Note(ctx context.Context, key string, value any) {
	inv, ok := ctx.Value(invocationKey{}).(*Invocation)
	if !ok {
		return
	}
	inv.mu.Lock()
	defer inv.mu.Unlock()
	for i := range inv.notes {
		if inv.notes[i].Key == key {
			inv.notes[i].Value = slog.AnyValue(value)
			return
		}
	}
	inv.notes = append(inv.notes, slog.Any(key, value))
}

// Count adds n to a metric of the invocation's one metrics line: "Parked", "AlertsSent".
func Count(ctx context.Context, name string, n int) {
	inv, ok := ctx.Value(invocationKey{}).(*Invocation)
	if !ok || n == 0 {
		return
	}
	inv.mu.Lock()
	defer inv.mu.Unlock()
	for i := range inv.counts {
		if inv.counts[i].name == name {
			inv.counts[i].n += n
			return
		}
	}
	inv.counts = append(inv.counts, count{name, n})
}

// Fail makes the invocation's line a warning although it returns no error: an event was parked,
// a message goes back to its queue, a client gets a 500. The first failure is the one that is told.
func Fail(ctx context.Context, err error) {
	inv, ok := ctx.Value(invocationKey{}).(*Invocation)
	if !ok || err == nil {
		return
	}
	inv.mu.Lock()
	defer inv.mu.Unlock()
	if inv.err == nil {
		inv.err = err
	}
}
