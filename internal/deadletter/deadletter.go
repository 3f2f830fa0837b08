// Package deadletter is what a listener could not handle: parked by itself, because it never will, or dead
// after its last try. It is kept until a person redrives it to that listener, or discards it. It is pure.
package deadletter

import (
	"encoding/json"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
)

// State is what became of it.
type State string

const (
	Waiting   State = "waiting"   // for a person
	Redriven  State = "redriven"  // given to its listener again; if that fails, it waits again
	Discarded State = "discarded" // a person said why nobody needs it
)

// Letter is one event that one listener could not handle, once, however often it failed.
type Letter struct {
	event.Parked
	EventType string    `json:"eventType,omitempty"`
	Subject   string    `json:"subject,omitempty"` // what the event is about: "campaign/<id>"
	Dead      bool      `json:"dead,omitempty"`    // it failed at its last try; else it was parked at its first
	Tries     int       `json:"tries,omitempty"`   // of a dead one, in its last delivery
	State     State     `json:"state,omitempty"`
	Redrives  int       `json:"redrives,omitempty"`
	FailedAt  time.Time `json:"failedAt"`       // the last time
	By        string    `json:"by,omitempty"`   // who redrove or discarded it
	Note      string    `json:"note,omitempty"` // why it was discarded
	ChangedAt time.Time `json:"changedAt,omitzero"`
	Version   int64     `json:"-"`
}

// New is a letter that was not there before, at version 1.
func New(p event.Parked, dead bool, tries int) Letter {
	l := Letter{Parked: p, Dead: dead, Tries: tries, State: Waiting, FailedAt: p.At.UTC(), Version: 1}
	var in struct {
		Type   string `json:"detail-type"`
		Detail struct {
			Meta struct {
				Subject string `json:"subject"`
			} `json:"meta"`
		} `json:"detail"`
	}
	if json.Unmarshal(p.Event, &in) == nil {
		l.EventType, l.Subject = in.Type, in.Detail.Meta.Subject
	}
	return l
}

// Again is the letter after its event failed once more. One that waits already stays as it is: the first
// reason is the one to look for.
func (l Letter) Again(next Letter) (Letter, bool) {
	if l.State == Waiting || l.State == "" {
		return l, false
	}
	l.State, l.Reason, l.Code, l.Dead, l.Tries, l.FailedAt = Waiting, next.Reason, next.Code, next.Dead, next.Tries, next.FailedAt
	l.Version++
	return l, true
}

// Redrive is the letter given to its listener again. One that is on its way stays as it is: giving it once
// more does no harm, for listeners take repeats.
func (l Letter) Redrive(cause event.Cause) (Letter, error) {
	switch l.State {
	case Discarded:
		return l, fault.New(fault.Conflict, "discarded", "somebody has discarded it")
	case Redriven:
		return l, nil
	}
	if event.Derive("unreadable event", string(l.Event)) == l.EventID || l.EventType == "" {
		return l, fault.New(fault.Conflict, "unreadable", "it is no event: no listener will ever take it")
	}
	l.State, l.By, l.ChangedAt = Redriven, cause.Actor, cause.At.UTC()
	l.Redrives++
	l.Version++
	return l, nil
}

// maxNote is the longest reason, in bytes.
const maxNote = 500

// Discard is the letter that nobody needs.
func (l Letter) Discard(reason string, cause event.Cause) (Letter, error) {
	if reason == "" || len(reason) > maxNote {
		return l, fault.InvalidFields(fault.Field{Name: "reason", Message: "must be 1 to 500 bytes: why nobody needs it"})
	}
	if l.State == Discarded {
		return l, nil
	}
	l.State, l.By, l.Note, l.ChangedAt = Discarded, cause.Actor, reason, cause.At.UTC()
	l.Version++
	return l, nil
}
