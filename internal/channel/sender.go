package channel

import (
	"context"
	"fmt"
	"time"

	"bellwether/internal/secret"
)

// Kinds of channel: how people and machines are told.
const (
	InApp   = "in_app"
	Email   = "email"
	SMS     = "sms"
	Slack   = "slack"
	Teams   = "teams"
	Webhook = "webhook"
)

// Letter is one message as one receiver reads it: rendered in their language, whole in every channel.
type Letter struct {
	ID       string    // the delivery's id, the same at each try: receivers know a repeat by it
	Severity string    // "critical"
	Category string    // "budget"
	Title    string    // one line
	Lines    []string  // the paragraphs
	SMS      string    // the short form, at most 160 characters of GSM-7 or 70 of UCS-2; "" where there is none
	Link     string    // where to look, "" for nowhere
	Language string    // "en" or "ar"; Arabic is written from right to left
	At       time.Time // when it came to be known
	Event    []byte    // what a machine gets instead of texts: one JSON object
}

// Endpoint is where a letter goes.
type Endpoint struct {
	Address secret.Text   // the URL: whoever has it may write there
	Keys    []secret.Text // what a webhook is signed with, the newest first; two while they are rotated
}

// Sender delivers letters over one kind of channel. Its errors are *Error.
type Sender interface {
	Send(ctx context.Context, to Endpoint, l Letter) error
}

// Outcome says what is known of a letter that was not surely delivered.
type Outcome string

const (
	Unsent   Outcome = "unsent"   // surely not taken; a later try may succeed
	Throttle Outcome = "throttle" // surely not taken; not before RetryAfter
	Refused  Outcome = "refused"  // surely not taken, and never will be
	Gone     Outcome = "gone"     // the endpoint is no more: nothing is sent there again
	Unknown  Outcome = "unknown"  // taken or not: no answer came
)

// Error is why a letter may not have arrived. Text is for people and holds no address.
type Error struct {
	Outcome    Outcome
	Text       string
	RetryAfter time.Duration // of Throttle: as told
	Err        error
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %s", e.Outcome, e.Text) }
func (e *Error) Unwrap() error { return e.Err }
