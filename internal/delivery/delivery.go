// Package delivery is how, and when, each of those is told whom an alert concerns outside of their
// inboxes: one row for each alert and target, from its plan to its end, and one lane for each target.
// It is pure.
package delivery

import (
	"slices"
	"time"

	"bellwether/internal/channel"
	"bellwether/internal/notification"
)

// State is where a delivery stands.
type State string

const (
	Queued     State = "queued"     // its time has not come, or its turn
	Sending    State = "sending"    // somebody is about to send it
	Sent       State = "sent"       // the channel took it
	Unknown    State = "unknown"    // it may have arrived or not, and is not sent again
	Failed     State = "failed"     // it was not taken, and is not sent again
	Suppressed State = "suppressed" // it was not sent, on purpose: Reason says why
)

// Reasons for not sending.
const (
	Muted        = "muted"         // they want to hear nothing of this
	NoAddress    = "no_address"    // they gave none for this channel
	NotConfirmed = "not_confirmed" // they have not agreed to it yet
	Disabled     = "disabled"      // the channel is
	Throttled    = "throttled"     // the same was told less than an hour ago
	DailyCap     = "daily_cap"     // of text messages
	Acknowledged = "acknowledged"  // they know already
	Over         = "resolved"      // what it tells is over
	LeftOrg      = "left"          // they belong to the organisation no more
	Removed      = "removed"       // the channel does
	Unreadable   = "unreadable"    // the channel's address can't be opened: set it anew
	Silenced     = "silenced"      // by somebody, for a while
	Explained    = "explained"     // it follows from another incident, which was told
)

// Delivery is one alert on its way to one target. The attempts are kept one by one.
type Delivery struct {
	ID         string               `json:"id"`
	OrgID      string               `json:"orgId"`
	AlertID    string               `json:"alertId"`
	Target     string               `json:"target"`  // "user/<id>/email", "channel/<id>"
	Channel    string               `json:"channel"` // in_app, email, sms, slack, teams or webhook
	UserID     string               `json:"userId,omitempty"`
	ChannelID  string               `json:"channelId,omitempty"`
	Kind       string               `json:"kind,omitempty"`
	Key        string               `json:"key"`
	Subject    string               `json:"subject"`
	EventID    string               `json:"eventId"`
	CauseID    string               `json:"causeId"`
	Message    notification.Message `json:"message"`
	Matter     notification.Matter  `json:"matter"`
	At         time.Time            `json:"at"` // of what it tells
	State      State                `json:"state"`
	Reason     string               `json:"reason,omitempty"`
	OnlyUnread bool                 `json:"onlyUnread,omitempty"` // it is sent only if they have not read the notice
	Digest     notification.Digest  `json:"digest,omitempty"`
	Repeat     int                  `json:"repeat,omitempty"`   // which reminder it is
	Test       bool                 `json:"test,omitempty"`     // somebody tries the way
	LetterID   string               `json:"letterId,omitempty"` // of the letter that may be out with it
	Replayed   bool                 `json:"replayed,omitempty"` // it is sent once more, as the letter that it was
	Attempts   []Attempt            `json:"attempts,omitempty"`
	NotBefore  time.Time            `json:"notBefore"`
	CreatedAt  time.Time            `json:"createdAt"`
	EndedAt    time.Time            `json:"endedAt,omitzero"`
	Version    int64                `json:"-"`
}

// Attempt is one try to send it.
type Attempt struct {
	At       time.Time       `json:"at"`
	LetterID string          `json:"letterId"`          // by which the receiver knows a repeat
	Outcome  channel.Outcome `json:"outcome,omitempty"` // "" as long as nobody knows, or when it was taken
	Text     string          `json:"text,omitempty"`    // why not, for people
	Taken    bool            `json:"taken,omitempty"`
}

// Ref is where a delivery is found.
type Ref struct {
	AlertID string `json:"alertId"`
	ID      string `json:"id"`
}

// Ref is where the delivery is found.
func (d Delivery) Ref() Ref { return Ref{d.AlertID, d.ID} }

// Pending reports whether something is still to be done for it.
func (d Delivery) Pending() bool { return d.State == Queued || d.State == Sending }

func (d Delivery) critical() bool { return d.Message.Severity == notification.Critical }

// Suppress is the delivery not sent, on purpose; or not sent again, when it may have arrived.
func (d Delivery) Suppress(reason string, now time.Time) Delivery {
	d.State, d.Reason, d.EndedAt = Suppressed, reason, now.UTC()
	if d.LetterID != "" {
		d.State = Unknown
	}
	d.Version++
	return d
}

// begin is the delivery about to be sent in the letter.
func (d Delivery) begin(letterID string, now time.Time) Delivery {
	d.State, d.LetterID = Sending, letterID
	d.Attempts = append(slices.Clone(d.Attempts), Attempt{At: now.UTC(), LetterID: letterID})
	d.Version++
	return d
}

// settle is the delivery after what became of the letter. A text message of which nobody knows is not
// sent again: it costs, and wakes people.
func (d Delivery) settle(err *channel.Error, now time.Time) Delivery {
	d.Attempts = slices.Clone(d.Attempts)
	last := &d.Attempts[len(d.Attempts)-1]
	d.Version++
	if err == nil {
		last.Taken, d.State, d.EndedAt = true, Sent, now.UTC()
		return d
	}
	last.Outcome, last.Text = err.Outcome, err.Text
	wait, more := d.retryIn(err)
	switch maybe := d.maybeOut(); {
	case maybe && (d.Channel == channel.SMS || !more):
		d.State, d.EndedAt = Unknown, now.UTC()
		return d
	case !more:
		d.State, d.Reason, d.EndedAt = Failed, err.Text, now.UTC()
		return d
	case !maybe && !d.Replayed:
		d.LetterID = "" // it is surely not out: the next letter may be another
	}
	d.State, d.NotBefore = Queued, now.Add(wait).UTC()
	return d
}

// maybeOut reports whether a try of this letter ended so that nobody knows: a later one that was surely not
// taken changes nothing about that.
func (d Delivery) maybeOut() bool {
	return slices.ContainsFunc(d.Attempts, func(a Attempt) bool { return a.LetterID == d.LetterID && a.Outcome == channel.Unknown })
}

// retries are the waits after each failed attempt. Webhooks are tried for a day, for machines are down
// for hours; people are told soon or not at all.
var retries = map[string][]time.Duration{
	channel.Webhook: {5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 10 * time.Hour},
	"":              {5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour},
}

const (
	// maxThrottles is how often a delivery is put off by the other side before it counts as failed.
	maxThrottles = 50
	// maxRetryAfter is the longest that the other side is believed.
	maxRetryAfter = 6 * time.Hour
)

// retryIn is how long after the error it is tried again; more is false when it is not.
func (d Delivery) retryIn(err *channel.Error) (wait time.Duration, more bool) {
	throttled, failed := 0, 0
	for _, a := range d.Attempts {
		if a.Outcome == channel.Throttle {
			throttled++
		} else if !a.Taken {
			failed++
		}
	}
	switch err.Outcome {
	case channel.Refused, channel.Gone:
		return 0, false
	case channel.Throttle:
		return min(max(err.RetryAfter, time.Second), maxRetryAfter), throttled < maxThrottles
	}
	waits := retries[d.Channel]
	if waits == nil {
		waits = retries[""]
	}
	if failed > len(waits) {
		return 0, false
	}
	return waits[failed-1], true
}
