// Package channel is the port to the ways in which people outside the system are told.
package channel

import "context"

// Message is what a topic's subscribers get.
type Message struct {
	ID         string            // the alert's id: derived from its cause, and shown to people, so that a repeat can be recognised
	Subject    string            // one line, at most 100 characters, for email
	Text       string            // the email body
	SMS        string            // at most 160 GSM-7 characters; empty: the text
	Attributes map[string]string // what subscriptions filter on: orgId, severity, threshold
	Handover   []byte            // for the queue of those who tell people by their own channels; nil: nothing
}

// Attributes that tell the subscriptions of one topic apart.
const (
	// RecipientAttribute names whom a message is for. One without it is for whoever subscribed to all.
	RecipientAttribute = "recipient"
	// NoRecipient marks what is for the queue only.
	NoRecipient = "none"
	// HandoverAttribute is "true" on what the queue gets.
	HandoverAttribute = "handover"
)

// Topic publishes to everyone who subscribed. There is no idempotency key: a repeat after a
// lost answer is delivered twice, carrying the same ID.
type Topic interface {
	Publish(ctx context.Context, m Message) error
}
