// Package schedule is the port to one-time timers.
package schedule

import (
	"context"
	"encoding/json"
	"time"
)

// Timer wakes a function once. It fires at least once, within about a minute after At.
type Timer struct {
	Name    string          // unique; derived from its cause, at most 64 characters of [0-9A-Za-z_.-]
	At      time.Time       // to the second
	Target  string          // the function's name: "watch-deadlines"
	Payload json.RawMessage // what the function is invoked with
}

// Scheduler keeps timers.
type Scheduler interface {
	// Set creates the timer. One of the same name is left as it is: same cause, same timer.
	Set(ctx context.Context, t Timer) error
	// Cancel removes the timer; one that is absent or has fired is no error.
	Cancel(ctx context.Context, name string) error
}
