// Package bus is the port to the event bus.
package bus

import (
	"context"
	"errors"

	"bellwether/internal/event"
)

// MaxEntries is the most events that one Put takes.
const MaxEntries = 10

// ErrMalformed marks an entry that the bus will never take; resending it can't help.
var ErrMalformed = errors.New("the bus refuses this event for good")

// Bus publishes events.
type Bus interface {
	// Put publishes up to MaxEntries events. The call may succeed while entries fail:
	// results has one element an event, nil where it was taken. err is set when nothing is known
	// of any entry. An entry that fails with ErrMalformed must not be sent again.
	Put(ctx context.Context, events []event.Raw) (results []error, err error)
}
