package incident

import (
	"slices"
	"time"

	"bellwether/internal/event"
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
	Name         string    `json:"name,omitempty"` // of what it is about
	Severity     Severity  `json:"severity"`
	State        State     `json:"state"`
	Class        string    `json:"class,omitempty"`
	Platforms    []string  `json:"platforms,omitempty"` // on which it is wrong, sorted
	AssigneeID   string    `json:"assigneeId,omitempty"`
	TakenBy      string    `json:"takenBy,omitempty"`      // the actor whose acknowledgement holds
	TakenAt      time.Time `json:"takenAt,omitzero"`       // when they acknowledged
	Marks        []Mark    `json:"marks,omitempty"`        // of its clocks, of which people were told
	SuppressedBy string    `json:"suppressedBy,omitempty"` // the incident that explains it: nobody is asked to look after both
	Suppressed   bool      `json:"suppressed,omitempty"`   // it once was
	ReleasedAt   time.Time `json:"releasedAt,omitzero"`    // when that ended, though it stood: people are asked since
	Silences     []string  `json:"silences,omitempty"`     // by which nobody was told of it
	Signals      int       `json:"signals"`                // that said it is wrong
	Healthy      int       `json:"healthy,omitempty"`      // in a row, since
	Reopened     int       `json:"reopened,omitempty"`
	OpenedAt     time.Time `json:"openedAt"`
	ResolvedAt   time.Time `json:"resolvedAt,omitzero"`
	Heard        int64     `json:"heard"` // the version of the last signal: an older one says nothing
	Ticket       Ticket    `json:"ticket,omitzero"`
	Timeline     []Entry   `json:"timeline"`
	Version      int64     `json:"-"`
	UpdatedAt    time.Time `json:"updatedAt"`
}

// Entry is one line of an incident's story. Those that change its state are the log by which its clocks
// are read.
type Entry struct {
	ID    string    `json:"id,omitempty"` // of a comment: by it a repeated request is known
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
	// maxReopened bounds the log of states, none of which may go: after so often, the next is another incident.
	maxReopened = 50
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
	i.Timeline = trim(append(i.Timeline, Entry{At: i.moment(cause), Actor: cause.Actor, State: state, Text: text}))
}

// moment is when the cause takes effect: the story never goes back in time, in whatever order causes come.
func (i Incident) moment(cause event.Cause) time.Time {
	at := cause.At.UTC()
	if n := len(i.Timeline); n > 0 {
		at = later(at, i.Timeline[n-1].At)
	}
	return at
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
	case i.ID != "" && cause.At.Sub(i.ResolvedAt) < reopenWithin && i.Reopened < maxReopened:
		return i.reopen(s, parent, "it happened again", cause)
	}
	next := Incident{
		ID: event.Derive(orgID, "incident", s.Key, s.EventID), OrgID: orgID, Key: s.Key, Kind: s.Kind, Subject: s.Subject, Title: s.Title, Name: s.Name,
		Severity: s.Severity, Class: s.Class, Platforms: s.Platforms, Signals: 1, OpenedAt: cause.At.UTC(), Heard: s.Version, Version: i.Version,
	}
	ch := next.begin(cause)
	ch.tell(cause, Triggered, "opened: "+s.Title)
	ch.suppress(parent, cause)
	return ch, ch.emit(cause, ch.Incident.opened(false))
}

// suppress leaves the incident to the one that explains it, if any.
func (ch *Change) suppress(parent string, cause event.Cause) {
	ch.Incident.SuppressedBy = parent
	if parent != "" {
		ch.Incident.Suppressed = true
		ch.tell(cause, "", "nobody is told: incident "+parent+" explains it")
	}
}

// again appends a signal to an open incident. Its severity may rise, and never falls by itself.
func (i Incident) again(s Signal, cause event.Cause) (Change, error) {
	ch := i.begin(cause)
	next := &ch.Incident
	next.Signals, next.Healthy, next.Heard, next.Class, next.Platforms = i.Signals+1, 0, s.Version, s.Class, s.Platforms
	if s.Severity < i.Severity {
		next.Severity, next.Title = s.Severity, s.Title
		ch.tell(cause, "", "worse: "+s.Title)
		return ch, ch.emit(cause, next.changed())
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
	suppressedBy := ch.Incident.SuppressedBy
	ch.Incident.ResolvedAt, ch.Incident.SuppressedBy, ch.Incident.TakenBy, ch.Incident.TakenAt = ch.Incident.moment(cause), "", "", time.Time{}
	ch.tell(cause, Resolved, text)
	return ch, ch.emit(cause, event.IncidentResolved{
		IncidentID: ch.Incident.ID, Kind: ch.Incident.Kind, Subject: ch.Incident.Subject, Title: ch.Incident.Title,
		OpenedAt: ch.Incident.OpenedAt, Severity: int(ch.Incident.Severity), SuppressedBy: suppressedBy,
	})
}

func (i Incident) reopen(s Signal, parent, text string, cause event.Cause) (Change, error) {
	ch := i.begin(cause)
	next := &ch.Incident
	next.Reopened, next.Healthy, next.ResolvedAt = i.Reopened+1, 0, time.Time{}
	if s.Key != "" {
		next.Signals, next.Heard, next.Class, next.Platforms = i.Signals+1, s.Version, s.Class, s.Platforms
		next.Severity = min(i.Severity, s.Severity)
	}
	ch.tell(cause, Triggered, "opened again: "+text)
	ch.suppress(parent, cause)
	return ch, ch.emit(cause, ch.Incident.opened(true))
}

func (i Incident) opened(again bool) event.IncidentOpened {
	return event.IncidentOpened{
		IncidentID: i.ID, Kind: i.Kind, Subject: i.Subject, Title: i.Title, Severity: int(i.Severity), Reopened: again, SuppressedBy: i.SuppressedBy,
	}
}

func (i Incident) changed() event.IncidentChanged {
	return event.IncidentChanged{IncidentID: i.ID, State: string(i.State), Severity: int(i.Severity), Cycle: i.Cycle()}
}

// Release asks people to look after it from now on, because what explained it is over.
func (i Incident) Release(by string, cause event.Cause) (Change, error) {
	if !i.Open() || by == "" || i.SuppressedBy != by {
		return Change{Incident: i}, nil
	}
	ch := i.begin(cause)
	ch.Incident.SuppressedBy, ch.Incident.ReleasedAt = "", i.moment(cause)
	ch.tell(cause, "", "incident "+by+", which explained it, is over, and this one is not")
	opened := ch.Incident.opened(false)
	opened.Released = true
	return ch, ch.emit(cause, opened)
}

// AckTimeout is how long an acknowledgement holds without an end.
const AckTimeout = 30 * time.Minute
