package incident

import (
	"strings"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/ticket"
)

// Ticket is where people keep what has to be done about an incident.
type Ticket struct {
	ticket.Ref
	TriedAt time.Time    `json:"triedAt,omitzero"`  // of a try whose end nobody knows yet
	Refused string       `json:"refused,omitempty"` // why the tracker takes none
	Set     ticket.State `json:"set,omitempty"`     // what we last made of it, from SetAt on
	SetAt   time.Time    `json:"setAt,omitzero"`
	HeardAt time.Time    `json:"heardAt,omitzero"` // of the tracker's last word
}

const (
	// tryTime is longer than a try can take: until then another one might make a second ticket.
	tryTime = 45 * time.Second
	// echoTime is how long after we changed a ticket the tracker may tell us of it, by its clock.
	echoTime = 2 * time.Minute
)

// TryTicket notes that a ticket is about to be made; fault.Retryable while somebody else is at it.
func (i Incident) TryTicket(now time.Time, cause event.Cause) (Change, error) {
	if i.Ticket.Key != "" {
		return Change{Incident: i}, nil
	}
	if left := i.Ticket.TriedAt.Add(tryTime).Sub(now); left > 0 {
		err := fault.New(fault.Retryable, "ticket_under_way", "a ticket may be being made")
		err.RetryAfter = left
		return Change{}, err
	}
	ch := i.begin(cause)
	ch.Incident.Ticket.TriedAt = now.UTC()
	return ch, nil
}

// TicketUntried takes a try back that made nothing, for sure: was is when the one before was.
func (i Incident) TicketUntried(was time.Time, cause event.Cause) (Change, error) {
	if i.Ticket.Key != "" || i.Ticket.TriedAt.Equal(was) {
		return Change{Incident: i}, nil
	}
	ch := i.begin(cause)
	ch.Incident.Ticket.TriedAt = was
	return ch, nil
}

// Ticketed notes the incident's ticket; the first one stays.
func (i Incident) Ticketed(ref ticket.Ref, cause event.Cause) (Change, error) {
	if i.Ticket.Key != "" {
		return Change{Incident: i}, nil
	}
	ch := i.begin(cause)
	ch.Incident.Ticket = Ticket{Ref: ref}
	ch.tell(cause, "", "ticket "+ref.Key+" at "+ticket.Name(ref.Tracker))
	return ch, nil
}

// TicketRefused notes why the tracker doesn't do what it was asked for, once.
func (i Incident) TicketRefused(why string, cause event.Cause) (Change, error) {
	if i.Ticket.Refused == why {
		return Change{Incident: i}, nil
	}
	ch := i.begin(cause)
	ch.Incident.Ticket.Refused, ch.Incident.Ticket.TriedAt = why, time.Time{}
	ch.tell(cause, "", "the ticket was refused: "+why)
	return ch, nil
}

// SetTicket notes that the ticket is about to be brought to a state: what the tracker tells of that is our
// own echo.
func (i Incident) SetTicket(state ticket.State, now time.Time, cause event.Cause) (Change, error) {
	ch := i.begin(cause)
	ch.Incident.Ticket.Set, ch.Incident.Ticket.SetAt = state, now.UTC()
	return ch, nil
}

// HearTicket takes what the tracker tells: a ticket that is closed ends the incident by hand, one that is
// opened again opens it again. The last word by its time counts: what is older than another word, than what
// we made of the ticket or than the incident's own last turn, says nothing, and neither does our echo.
func (i Incident) HearTicket(n ticket.News, cause event.Cause) (Change, error) {
	t := i.Ticket
	turn := i.Turn()
	if turn.Actor == cause.Actor { // it stands as of when we heard of it, which is later than it was
		turn.At = t.HeardAt
	}
	switch {
	case t.Key == "" || t.Tracker != n.Ref.Tracker || !strings.EqualFold(t.Key, n.Ref.Key):
		return Change{Incident: i}, nil
	case !n.At.After(t.HeardAt), n.At.Before(t.SetAt), n.At.Before(turn.At.Truncate(time.Second)):
		return Change{Incident: i}, nil
	case n.State == t.Set && n.At.Before(t.SetAt.Add(echoTime)):
		return Change{Incident: i}, nil
	}
	i.Ticket.HeardAt = n.At.UTC()
	name := t.Key + " at " + ticket.Name(t.Tracker)
	switch {
	case n.State == ticket.Done && i.Open():
		return i.begin(cause).end("closed as "+name, cause)
	case n.State == ticket.Open && !i.Open() && i.Reopened < maxReopened:
		return i.reopen(Signal{}, "", "by "+name, cause)
	}
	return i.begin(cause), nil
}

// Turn is the line of its story by which the incident last began or ended.
func (i Incident) Turn() (turn Entry) {
	previous := Resolved
	for _, e := range i.Timeline {
		if e.State == "" {
			continue
		}
		if (e.State == Resolved) != (previous == Resolved) {
			turn = e
		}
		previous = e.State
	}
	return turn
}
