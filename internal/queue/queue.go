// Package queue is the port to a queue of work that a function of ours reads.
package queue

import (
	"context"
	"encoding/json"
	"time"
)

// MaxDelay is the longest delay of a message: SQS's own. What is due later waits in the table.
const MaxDelay = 15 * time.Minute

// Message is one piece of work. It is delivered at least once, in no order.
type Message struct {
	Body  json.RawMessage
	Delay time.Duration // 0 to MaxDelay, whole seconds count
}

// Queue takes messages.
type Queue interface {
	// Send hands over all messages, ten in a call. With an error some may have been taken: sending all
	// again is harmless, for readers expect repeats.
	Send(ctx context.Context, messages ...Message) error
}
