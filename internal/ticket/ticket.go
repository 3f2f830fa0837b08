// Package ticket holds what a tracker is: where people keep what has to be done about an incident. One
// comes with the system; others stand outside, and adapters in folders of their own speak to them.
package ticket

import (
	"context"
	"errors"
	"time"
	"unicode/utf8"

	"bellwether/internal/fault"
)

// State is where a ticket stands.
type State string

const (
	Open State = "open"
	Done State = "done"
)

// Kinds of trackers.
const (
	Builtin = "builtin"
	GitHub  = "github"
	Jira    = "jira"
)

// Name is what people call a kind of tracker.
func Name(kind string) string {
	switch kind {
	case GitHub:
		return "GitHub"
	case Jira:
		return "Jira"
	}
	return "the tracker"
}

// Draft is a ticket that is to be made. Its texts are plain; a tracker escapes what it would take for a mark.
type Draft struct {
	IncidentID string
	Title      string
	Lines      []string
	Severity   int       // 1 to 4; 1 is the worst
	Link       string    // to the incident; "": none
	OpenedAt   time.Time // of the incident: its ticket can't be older
	TriedAt    time.Time // of the last try whose end nobody knows; zero: there was none
}

// Ref names a ticket.
type Ref struct {
	Tracker string `json:"tracker"`       // one of the kinds
	Key     string `json:"key"`           // as people say it: "acme/shop#12", "OPS-7"
	URL     string `json:"url,omitempty"` // its page
}

// News is what a tracker told of a ticket of its own accord.
type News struct {
	IncidentID string
	Ref        Ref
	State      State
	At         time.Time // when it became so, by the tracker's clock
}

// Tracker keeps tickets. Errors have a kind of package fault: Retryable with a wait where one was told,
// Denied when the tracker does not let us in, NotFound when the project or the ticket isn't there, Permanent
// for any other refusal; their messages are for admins, and hold no secret. Whatever it was, a call may be
// made again.
type Tracker interface {
	// Create makes the incident's ticket, or finds the one that an earlier call made whose answer was lost.
	Create(ctx context.Context, d Draft) (Ref, error)
	// Comment adds a text, once for its id.
	Comment(ctx context.Context, r Ref, id, text string) error
	// Close and Reopen bring it to a state; one that is there already is no error.
	Close(ctx context.Context, r Ref) error
	Reopen(ctx context.Context, r Ref) error
	State(ctx context.Context, r Ref) (State, error)
}

// Codes of failures that leave it open whether the call took effect.
const (
	CodeUnreachable = "tracker_unreachable" // there was no answer
	CodeUnreadable  = "tracker_unreadable"  // or none that makes sense
	CodeUnwell      = "tracker_unwell"
)

// Unsure reports whether a call that failed so may have taken effect all the same.
func Unsure(err error) bool {
	e, ok := errors.AsType[*fault.Error](err)
	return !ok || e.Code == CodeUnreachable || e.Code == CodeUnreadable || e.Code == CodeUnwell
}

// Cut is text cut to at most so many characters, the last of which then tells of it.
func Cut(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}
