package incident

import (
	"slices"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
)

// State is where an incident stands.
type State string

const (
	Triggered    State = "triggered"    // nobody has taken it
	Acknowledged State = "acknowledged" // somebody has
	Resolved     State = "resolved"
)

// Severity is how bad it is: 1 is the worst.
type Severity int

// Incident is the aggregate: what is wrong with one thing, from its first signal to its end. There is one
// open incident a key; the next one takes its place only when it has been over for a while.
type Incident struct {
	ID           string    `json:"id"`
	OrgID        string    `json:"orgId"`
	Key          string    `json:"key"`
	Kind         string    `json:"kind"`
	Subject      string    `json:"subject"` // what it is about: "integration/<id>"
	Title        string    `json:"title"`
	Severity     Severity  `json:"severity"`
	State        State     `json:"state"`
	Class        string    `json:"class,omitempty"`
	AssigneeID   string    `json:"assigneeId,omitempty"`
	SuppressedBy string    `json:"suppressedBy,omitempty"` // the incident that explains it: nobody is asked to look after both
	Signals      int       `json:"signals"`                // that said it is wrong
	Healthy      int       `json:"healthy,omitempty"`      // in a row, since
	Reopened     int       `json:"reopened,omitempty"`
	OpenedAt     time.Time `json:"openedAt"`
	ResolvedAt   time.Time `json:"resolvedAt,omitzero"`
	Heard        int64     `json:"heard"` // the version of the last signal: an older one says nothing
	Timeline     []Entry   `json:"timeline"`
	Version      int64     `json:"-"`
	UpdatedAt    time.Time `json:"updatedAt"`
}

// Entry is one line of an incident's story. Those that change its state are the log by which its clocks
// are read.
type Entry struct {
	At    time.Time `json:"at"`
	Actor string    `json:"actor"`
	State State     `json:"state,omitempty"` // from then on; "" for none of a state
	Text  string    `json:"text"`
}

const (
	// reopenWithin is how soon after its end a new signal opens the same incident again.
	reopenWithin = 30 * time.Minute
	// healthyToEnd is how many probes in a row must be well: one may be luck.
	healthyToEnd = 2
	maxTimeline  = 200
)

// Change is a changed incident with the events that go with it into the same write.
type Change struct {
	Incident Incident
	Events   []event.Raw
}

// Open reports whether the incident still stands.
func (i Incident) Open() bool { return i.ID != "" && i.State != Resolved }

// Subject is the incident's name in events.
func (i Incident) subject() string { return "incident/" + i.ID }

func (i Incident) begin(cause event.Cause) Change {
	next := i
	next.Timeline = slices.Clone(i.Timeline)
	next.Version++
	next.UpdatedAt = cause.At.UTC()
	return Change{Incident: next}
}

func (ch *Change) tell(cause event.Cause, state State, text string) {
	i := &ch.Incident
	if state != "" {
		i.State = state
	}
	all := append(i.Timeline, Entry{At: cause.At.UTC(), Actor: cause.Actor, State: state, Text: text})
	if len(all) > maxTimeline { // what opened it stays
		all = append(all[:1:1], all[len(all)-maxTimeline+1:]...)
	}
	i.Timeline = all
}

func (ch *Change) emit(cause event.Cause, data event.Data) error {
	i := ch.Incident
	raw, err := event.New(cause, i.OrgID, i.subject(), i.Version, len(ch.Events), data)
	if err != nil {
		return err
	}
	ch.Events = append(ch.Events, raw)
	return nil
}

// Hear takes a signal. i is the last incident of its key, the zero value when there was none; parent is
// the open incident that explains this one, "" for none. A signal that is older than one that was heard
// says nothing, and neither does one that all is well when nothing is known to be wrong.
func (i Incident) Hear(orgID string, s Signal, parent string, cause event.Cause) (Change, error) {
	if i.ID != "" && s.Version <= i.Heard || s.Resolved && !i.Open() {
		return Change{Incident: i}, nil
	}
	if s.Resolved {
		return i.well(s, cause)
	}
	switch {
	case i.Open():
		return i.again(s, cause)
	case i.ID != "" && cause.At.Sub(i.ResolvedAt) < reopenWithin:
		return i.reopen(s, parent, "it happened again", cause)
	}
	next := Incident{
		ID: event.Derive(orgID, "incident", s.Key, s.EventID), OrgID: orgID, Key: s.Key, Kind: s.Kind, Subject: s.Subject, Title: s.Title,
		Severity: s.Severity, Class: s.Class, SuppressedBy: parent, Signals: 1, OpenedAt: cause.At.UTC(), Heard: s.Version, Version: i.Version,
	}
	ch := next.begin(cause)
	ch.tell(cause, Triggered, "opened: "+s.Title)
	return ch, ch.emit(cause, ch.Incident.opened(false))
}

// again appends a signal to an open incident. Its severity may rise, and never falls by itself.
func (i Incident) again(s Signal, cause event.Cause) (Change, error) {
	ch := i.begin(cause)
	next := &ch.Incident
	next.Signals, next.Healthy, next.Heard, next.Class = i.Signals+1, 0, s.Version, s.Class
	if s.Severity < i.Severity {
		next.Severity, next.Title = s.Severity, s.Title
		ch.tell(cause, "", "worse: "+s.Title)
	}
	return ch, nil
}

// well counts healthy signals. A probe must be well twice in a row; a fact ends it at once.
func (i Incident) well(s Signal, cause event.Cause) (Change, error) {
	ch := i.begin(cause)
	ch.Incident.Heard, ch.Incident.Healthy = s.Version, i.Healthy+1
	if s.Probe && ch.Incident.Healthy < healthyToEnd {
		ch.tell(cause, "", "well once: once more, and it is over")
		return ch, nil
	}
	return ch.end("it is well again", cause)
}

func (ch Change) end(text string, cause event.Cause) (Change, error) {
	ch.Incident.ResolvedAt, ch.Incident.SuppressedBy = cause.At.UTC(), ""
	ch.tell(cause, Resolved, text)
	return ch, ch.emit(cause, event.IncidentResolved{
		IncidentID: ch.Incident.ID, Kind: ch.Incident.Kind, Subject: ch.Incident.Subject, Title: ch.Incident.Title,
		OpenedAt: ch.Incident.OpenedAt, Severity: int(ch.Incident.Severity),
	})
}

func (i Incident) reopen(s Signal, parent, text string, cause event.Cause) (Change, error) {
	ch := i.begin(cause)
	next := &ch.Incident
	next.Reopened, next.Healthy, next.ResolvedAt, next.SuppressedBy = i.Reopened+1, 0, time.Time{}, parent
	if s.Key != "" {
		next.Signals, next.Heard, next.Class = i.Signals+1, s.Version, s.Class
		next.Severity = min(i.Severity, s.Severity)
	}
	ch.tell(cause, Triggered, "opened again: "+text)
	return ch, ch.emit(cause, ch.Incident.opened(true))
}

func (i Incident) opened(again bool) event.IncidentOpened {
	return event.IncidentOpened{
		IncidentID: i.ID, Kind: i.Kind, Subject: i.Subject, Title: i.Title, Severity: int(i.Severity), Reopened: again, SuppressedBy: i.SuppressedBy,
	}
}

// Acknowledge is a person's word that they look after it. It becomes theirs unless it is somebody's.
func (i Incident) Acknowledge(userID string, cause event.Cause) (Change, error) {
	switch i.State {
	case Acknowledged:
		return Change{Incident: i}, nil
	case Resolved:
		return Change{}, fault.New(fault.Conflict, "incident_resolved", "the incident is over: reopen it first")
	}
	ch := i.begin(cause)
	if i.AssigneeID == "" {
		ch.Incident.AssigneeID = userID
	}
	ch.tell(cause, Acknowledged, "acknowledged")
	return ch, nil
}

// AckTimeout is how long an acknowledgement holds without an end.
const AckTimeout = 30 * time.Minute

// Assign gives it to somebody; "" to nobody.
func (i Incident) Assign(userID string, cause event.Cause) (Change, error) {
	if i.AssigneeID == userID {
		return Change{Incident: i}, nil
	}
	ch := i.begin(cause)
	ch.Incident.AssigneeID = userID
	ch.tell(cause, "", "assigned")
	return ch, nil
}

// maxComment is the longest comment, in bytes.
const maxComment = 2000

// Comment adds a line to its story.
func (i Incident) Comment(text string, cause event.Cause) (Change, error) {
	if text == "" || len(text) > maxComment {
		return Change{}, fault.InvalidFields(fault.Field{Name: "text", Message: "must be 1 to 2000 bytes"})
	}
	ch := i.begin(cause)
	ch.tell(cause, "", text)
	return ch, nil
}

// Resolve ends it by hand. What goes on being wrong opens it again.
func (i Incident) Resolve(reason string, cause event.Cause) (Change, error) {
	if i.State == Resolved {
		return Change{Incident: i}, nil
	}
	if reason == "" || len(reason) > maxComment {
		return Change{}, fault.InvalidFields(fault.Field{Name: "reason", Message: "must be 1 to 2000 bytes: what ended it"})
	}
	return i.begin(cause).end(reason, cause)
}

// Reopen takes an end back.
func (i Incident) Reopen(reason string, cause event.Cause) (Change, error) {
	if i.State != Resolved {
		return Change{Incident: i}, nil
	}
	if reason == "" || len(reason) > maxComment {
		return Change{}, fault.InvalidFields(fault.Field{Name: "reason", Message: "must be 1 to 2000 bytes: why it isn't over"})
	}
	return i.reopen(Signal{}, "", reason, cause)
}
