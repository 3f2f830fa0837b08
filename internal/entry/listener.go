package entry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/obs"
)

// Parked is an event that a listener will never be able to handle.
type Parked = event.Parked

// Parker keeps parked events. Parking the same event of the same listener again changes nothing.
type Parker interface {
	Park(ctx context.Context, p Parked) error
}

// Route is one event type, in one version, that a listener handles; On makes it.
type Route struct {
	kind    string
	version int
	handle  func(context.Context, event.Raw) error
}

// On routes events of type T to fn. A listener that handles two versions of a type has a route for each.
func On[T event.Data](fn func(context.Context, event.Envelope[T]) error) Route {
	var zero T
	return Route{
		kind:    zero.EventType(),
		version: zero.EventVersion(),
		handle: func(ctx context.Context, raw event.Raw) error {
			env, err := event.Decode[T](raw)
			if err != nil {
				return fault.Wrap(err, fault.Invalid, "bad_payload", "the event's data can't be read")
			}
			return fn(ctx, env)
		},
	}
}

// Listener is the handler of a function that an EventBridge rule invokes. Events that can't
// ever be handled are parked and count as done; other failures are returned, and Lambda
// retries them twice before they go to the function's failure queue.
type Listener struct {
	name   string
	park   Parker
	now    func() time.Time
	routes []Route
}

// NewListener makes the listener of the given name, which is also its function's.
func NewListener(name string, park Parker, now func() time.Time, routes ...Route) *Listener {
	return &Listener{name: name, park: park, now: now, routes: routes}
}

// Types are the event types that the listener handles, sorted.
func (l *Listener) Types() []string {
	var types []string
	for _, r := range l.routes {
		types = append(types, r.kind)
	}
	slices.Sort(types)
	return slices.Compact(types)
}

// Invoke implements lambda.Handler.
func (l *Listener) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	raw, err := readEvent(payload)
	if raw.Meta.ID != "" {
		obs.Note(ctx, "event", raw.Meta.ID)
	}
	if err == nil {
		err = l.dispatch(ctx, raw)
	}
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Denied, fault.Permanent:
		err = l.parkEvent(ctx, raw.Meta, payload, err)
	}
	if err != nil {
		return nil, err
	}
	return []byte("null"), nil
}

func (l *Listener) dispatch(ctx context.Context, raw event.Raw) error {
	if raw.Meta.Hop > event.MaxHop {
		return fault.Newf(fault.Permanent, "hop_limit", "the chain of causes is longer than %d: a loop", event.MaxHop)
	}
	for _, r := range l.routes {
		if r.kind == raw.Meta.Type && r.version == raw.Meta.Version {
			return r.handle(ctx, raw)
		}
	}
	return fault.Newf(fault.Invalid, "unknown_event", "%s does not handle %s version %d", l.name, raw.Meta.Type, raw.Meta.Version)
}

func (l *Listener) parkEvent(ctx context.Context, m event.Meta, payload []byte, cause error) error {
	p := Parked{
		Listener: l.name,
		Reason:   cause.Error(),
		Code:     codeOf(cause),
		Public:   publicOf(cause),
		OrgID:    m.OrgID,
		EventID:  m.ID,
		Event:    payload,
		At:       l.now(),
	}
	if p.EventID == "" {
		p.EventID = event.Derive("unreadable event", string(payload))
	}
	if !json.Valid(payload) {
		p.Event, _ = json.Marshal(string(payload))
	}
	if err := l.park.Park(ctx, p); err != nil {
		return fmt.Errorf("park event %s: %w", p.EventID, errors.Join(err, cause))
	}
	obs.Count(ctx, "Parked", 1)
	obs.Note(ctx, "parked", p.Code)
	obs.Fail(ctx, cause)
	return nil
}

func publicOf(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Message
	}
	return "it can't be handled"
}

func codeOf(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Code
	}
	return ""
}

// readEvent takes our envelope out of an EventBridge event. The metadata is returned as far
// as it could be read, also with an error.
func readEvent(payload []byte) (event.Raw, error) {
	var in struct {
		Source     string    `json:"source"`
		DetailType string    `json:"detail-type"`
		Detail     event.Raw `json:"detail"`
	}
	err := json.Unmarshal(payload, &in)
	raw := in.Detail
	// A parked event is filed under its ids, so they are taken only when they are ids.
	known := event.IsID(raw.Meta.ID) && event.IsID(raw.Meta.OrgID)
	if !known {
		raw.Meta.ID, raw.Meta.OrgID = "", ""
	}
	switch {
	case err != nil:
		return raw, fault.Wrap(err, fault.Invalid, "bad_payload", "the event can't be read")
	case in.Source != event.Source:
		return raw, fault.Newf(fault.Invalid, "bad_payload", "the event's source is not %s", event.Source)
	case !known:
		return raw, fault.New(fault.Invalid, "bad_payload", "the event's metadata lacks its id or its organisation's")
	case raw.Meta.Type != in.DetailType:
		return raw, fault.Newf(fault.Invalid, "bad_payload", "a %s came as %s", raw.Meta.Type, in.DetailType)
	}
	return raw, nil
}
