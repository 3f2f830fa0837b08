package incident

import (
	"slices"
	"unicode/utf8"

	"bellwether/internal/event"
	"bellwether/internal/fault"
)

// This file is what people do with an incident. Who repeats what they did changes nothing.

const (
	maxComment = 2000 // bytes
	maxReason  = 500  // of a change of state, which the story keeps for good
)

// Acknowledge is a person's word that they look after it. It becomes theirs unless it is somebody's; a
// program, whose userID is "", takes nothing. What another one looks after already they would have to be
// assigned: else each would believe that it is theirs.
func (i Incident) Acknowledge(userID string, cause event.Cause) (Change, error) {
	switch {
	case i.State == Resolved:
		return Change{}, fault.New(fault.Conflict, "incident_resolved", "the incident is over: reopen it first")
	case i.State == Acknowledged && (i.TakenBy == cause.Actor || (userID != "" && i.AssigneeID == userID)):
		return Change{Incident: i}, nil
	case i.State == Acknowledged:
		return Change{}, fault.New(fault.Conflict, "incident_taken", "somebody else looks after it: assign it to take it over")
	}
	ch := i.begin(cause)
	if i.AssigneeID == "" {
		ch.Incident.AssigneeID = userID
	}
	ch.Incident.TakenBy, ch.Incident.TakenAt = cause.Actor, i.moment(cause)
	ch.tell(cause, Acknowledged, "acknowledged")
	return ch, ch.emit(cause, ch.Incident.changed())
}

// Assign gives it to somebody; "" to nobody.
func (i Incident) Assign(userID string, cause event.Cause) (Change, error) {
	if i.AssigneeID == userID {
		return Change{Incident: i}, nil
	}
	ch := i.begin(cause)
	ch.Incident.AssigneeID = userID
	text := "assigned to nobody"
	if userID != "" {
		text = "assigned to user/" + userID
	}
	ch.tell(cause, "", text)
	return ch, nil
}

// Comment adds a line to its story.
func (i Incident) Comment(text string, cause event.Cause) (Change, error) {
	if !written(text, maxComment) {
		return Change{}, fault.InvalidFields(fault.Field{Name: "text", Message: "must be 1 to 2000 bytes"})
	}
	id := event.Derive(cause.ID, "comment")
	if slices.ContainsFunc(i.Timeline, func(e Entry) bool { return e.ID == id }) {
		return Change{Incident: i}, nil
	}
	ch := i.begin(cause)
	ch.tell(cause, "", text)
	ch.Incident.Timeline[len(ch.Incident.Timeline)-1].ID = id
	return ch, nil
}

// Resolve ends it by hand. What goes on being wrong opens it again.
func (i Incident) Resolve(reason string, cause event.Cause) (Change, error) {
	if !written(reason, maxReason) {
		return Change{}, fault.InvalidFields(fault.Field{Name: "reason", Message: "must be 1 to 500 bytes: what ended it"})
	}
	if i.State == Resolved {
		return Change{Incident: i}, nil
	}
	return i.begin(cause).end(reason, cause)
}

// Reopen takes an end back.
func (i Incident) Reopen(reason string, cause event.Cause) (Change, error) {
	if !written(reason, maxReason) {
		return Change{}, fault.InvalidFields(fault.Field{Name: "reason", Message: "must be 1 to 500 bytes: why it isn't over"})
	}
	if i.State != Resolved {
		return Change{Incident: i}, nil
	}
	if i.Reopened >= maxReopened {
		return Change{}, fault.Newf(fault.Conflict, "reopened_too_often", "the incident was opened again %d times: the next signal makes another one", maxReopened)
	}
	return i.reopen(Signal{}, "", reason, cause)
}

func written(text string, most int) bool {
	return text != "" && len(text) <= most && utf8.ValidString(text)
}
