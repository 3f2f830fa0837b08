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

// Received is a message that was taken from a queue, until it is deleted or comes back.
type Received struct {
	Body       []byte
	Attributes map[string]string // of the message: why EventBridge could not deliver it, say
	Receipt    string            // by which it is deleted
	SentAt     time.Time
}

// Source gives out messages, to those who look after a queue that no function reads.
type Source interface {
	// Receive answers up to ten messages, none when there seem to be none.
	Receive(ctx context.Context) ([]Received, error)
	// Delete takes a message out of the queue for good; one that is gone is no error.
	Delete(ctx context.Context, receipt string) error
}
