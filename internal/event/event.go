// Package event holds the ten canonical events and the further ones that features needed:
// one struct each, the metadata that travels with it, and the rules by which ids are made.
package event

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// Source is the EventBridge source of every Bellwether event.
const Source = "bellwether"

// MaxHop is the longest allowed chain of causes. A longer one is a loop and is parked.
const MaxHop = 8

// MaxBytes is the largest event that may be published, envelope included.
const MaxBytes = 64 << 10

// Data is the payload of one event type. Names and versions are written by hand:
// renaming a Go type must not rename what is on the wire.
type Data interface {
	EventType() string
	EventVersion() int
}

// Meta travels with every event.
type Meta struct {
	ID            string    `json:"id"`
	Type          string    `json:"type"`
	Version       int       `json:"version"`
	OrgID         string    `json:"orgId"`
	Subject       string    `json:"subject"`  // the aggregate: "campaign/<id>", "post/<id>", "integration/<id>"
	Sequence      int64     `json:"sequence"` // the aggregate's version after the write that carried this event
	OccurredAt    time.Time `json:"occurredAt"`
	CorrelationID string    `json:"correlationId"` // the request or run that began the chain
	CausationID   string    `json:"causationId"`   // the event or request that caused this one
	Hop           int       `json:"hop"`           // events between the beginning of the chain and this one
	Actor         string    `json:"actor"`         // "user/<id>", "key/<id>", "listener/<name>", "sync/<id>"
}

// Envelope is an event as it is stored, logged and published: the EventBridge detail.
type Envelope[T any] struct {
	Meta Meta `json:"meta"`
	Data T    `json:"data"`
}

// Raw is an envelope whose payload is not decoded.
type Raw = Envelope[json.RawMessage]

// Cause is what a new event follows from: a request at the edge, a schedule, or another event.
type Cause struct {
	ID            string
	CorrelationID string
	Hop           int // the hop that an event caused by it gets
	Actor         string
	At            time.Time
}

// Edge is the cause of events that begin a chain: id is the request's or the run's own.
func Edge(id, actor string, at time.Time) Cause {
	return Cause{ID: id, CorrelationID: id, Actor: actor, At: at}
}

// By is the cause of events that listener emits, at the given time, because of m.
func (m Meta) By(listener string, at time.Time) Cause {
	return Cause{ID: m.ID, CorrelationID: m.CorrelationID, Hop: m.Hop + 1, Actor: "listener/" + listener, At: at}
}

// New makes the event that cause had on the subject: the step'th of the write that brought it to
// version sequence. Its id is derived from these, so a write that is sent twice carries the same
// event twice, and two writes of one cause (the chunks of an import) carry two.
func New(cause Cause, orgID, subject string, sequence int64, step int, data Data) (Raw, error) {
	body, err := json.Marshal(data)
	if err != nil {
		return Raw{}, fmt.Errorf("encode %s: %w", data.EventType(), err)
	}
	return Raw{
		Meta: Meta{
			ID:            Derive(cause.ID, data.EventType(), subject, strconv.FormatInt(sequence, 10), strconv.Itoa(step)),
			Type:          data.EventType(),
			Version:       data.EventVersion(),
			OrgID:         orgID,
			Subject:       subject,
			Sequence:      sequence,
			OccurredAt:    cause.At.UTC(),
			CorrelationID: cause.CorrelationID,
			CausationID:   cause.ID,
			Hop:           cause.Hop,
			Actor:         cause.Actor,
		},
		Data: body,
	}, nil
}

// Decode reads the payload of raw as T.
func Decode[T Data](raw Raw) (Envelope[T], error) {
	env := Envelope[T]{Meta: raw.Meta}
	if want := env.Data.EventType(); raw.Meta.Type != want {
		return env, fmt.Errorf("event %s is a %s, want %s", raw.Meta.ID, raw.Meta.Type, want)
	}
	if err := json.Unmarshal(raw.Data, &env.Data); err != nil {
		return env, fmt.Errorf("decode %s %s: %w", raw.Meta.Type, raw.Meta.ID, err)
	}
	return env, nil
}
