package listen

import (
	"context"
	"errors"
	"fmt"
	"time"

	"bellwether/internal/entry"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/incident"
	"bellwether/internal/ticket"
)

// Incidents keeps incidents.
type Incidents interface {
	Get(ctx context.Context, orgID, id string) (incident.Incident, error)
	UpdateFrom(ctx context.Context, token string, before incident.Incident, change func(incident.Incident) (incident.Change, error)) (incident.Incident, error)
}

// Desk opens the tracker that an organisation uses.
type Desk interface {
	Open(ctx context.Context, orgID, kind string, cause event.Cause) (ticket.Tracker, string, error)
	Note(ctx context.Context, orgID, kind, text string, cause event.Cause) error
}

// TicketSync holds what SyncTickets works with.
type TicketSync struct {
	Incidents Incidents
	Desk      Desk
	PublicURL string // where incidents are shown; "": nowhere
	Park      entry.Parker
	Now       func() time.Time
}

// SyncTickets makes an incident's ticket, and brings it to where the incident is. It goes by the incident as it
// is, not by the event that gave occasion to look, so that their order doesn't matter. A tracker that refuses
// is written down, and holds nothing up.
func SyncTickets(s TicketSync) *entry.Listener {
	opened := func(ctx context.Context, e event.Envelope[event.IncidentOpened]) error {
		return s.sync(ctx, e.Meta, e.Data.IncidentID)
	}
	resolved := func(ctx context.Context, e event.Envelope[event.IncidentResolved]) error {
		return s.sync(ctx, e.Meta, e.Data.IncidentID)
	}
	return entry.NewListener("sync-tickets", s.Park, s.Now, entry.On(opened), entry.On(resolved))
}

// maxTurns is how often an incident is looked at again that turned while we were at its ticket.
const maxTurns = 3

func (s TicketSync) sync(ctx context.Context, m event.Meta, id string) error {
	i, err := s.Incidents.Get(ctx, m.OrgID, id)
	if err != nil {
		return err
	}
	w := ticketWork{s, m.By("sync-tickets", m.OccurredAt)}
	if i.Ticket.Key == "" {
		if !i.Open() || i.SuppressedBy != "" {
			return nil
		}
		if i, err = w.create(ctx, i); err != nil || i.Ticket.Key == "" {
			return err
		}
	}
	for range maxTurns {
		was := i.Open()
		if err := w.follow(ctx, i); err != nil {
			return err
		}
		if i, err = s.Incidents.Get(ctx, m.OrgID, id); err != nil || i.Open() == was {
			return err
		}
	}
	return nil // the event of the last turn is on its way
}

// ticketWork is the work that one event causes.
type ticketWork struct {
	TicketSync
	cause event.Cause
}

// update changes the incident. One that a later one has followed can't be changed: then ok is false.
func (w ticketWork) update(ctx context.Context, i incident.Incident, step string, change func(incident.Incident) (incident.Change, error)) (after incident.Incident, ok bool, err error) {
	after, err = w.Incidents.UpdateFrom(ctx, event.Derive(w.cause.ID, "ticket", step), i, change)
	if e, is := errors.AsType[*fault.Error](err); is && e.Code == "incident_past" {
		return after, false, nil
	}
	return after, true, err
}

// create makes the ticket. That a try begins is written first where its end may stay unknown: so two are never
// at it at once, and the next one knows that it has to look for what the last one made.
func (w ticketWork) create(ctx context.Context, i incident.Incident) (incident.Incident, error) {
	tracker, kind, err := w.Desk.Open(ctx, i.OrgID, "", w.cause)
	if err != nil {
		return i, w.refused(ctx, i, kind, err)
	}
	draft := w.draft(i)
	if kind != ticket.Builtin {
		var ok bool
		i, ok, err = w.update(ctx, i, "try", func(i incident.Incident) (incident.Change, error) {
			draft.TriedAt = i.Ticket.TriedAt
			return i.TryTicket(w.Now(), w.cause)
		})
		if err != nil || !ok || i.Ticket.Key != "" {
			return i, err
		}
	}
	ref, err := tracker.Create(ctx, draft)
	if err != nil {
		return i, w.notMade(ctx, i, kind, draft.TriedAt, err)
	}
	after, ok, err := w.update(ctx, i, "made", func(i incident.Incident) (incident.Change, error) { return i.Ticketed(ref, w.cause) })
	if err == nil && !ok { // nobody will look after this ticket any more
		return incident.Incident{}, tracker.Close(ctx, ref)
	}
	if err != nil {
		return i, err
	}
	return after, w.Desk.Note(ctx, i.OrgID, kind, "", w.cause)
}

// notMade takes the try back, unless something may have come of it.
func (w ticketWork) notMade(ctx context.Context, i incident.Incident, kind string, was time.Time, cause error) error {
	if kind != ticket.Builtin && !ticket.Unsure(cause) {
		var err error
		i, _, err = w.update(ctx, i, "untried", func(i incident.Incident) (incident.Change, error) { return i.TicketUntried(was, w.cause) })
		if err != nil {
			return errors.Join(err, cause)
		}
	}
	return w.refused(ctx, i, kind, cause)
}

// follow brings the ticket to where the incident is, and says why there.
func (w ticketWork) follow(ctx context.Context, i incident.Incident) error {
	if i.Open() && i.SuppressedBy != "" {
		return nil
	}
	want, ref := ticket.Done, i.Ticket.Ref
	if i.Open() {
		want = ticket.Open
	}
	tracker, kind, err := w.Desk.Open(ctx, i.OrgID, ref.Tracker, w.cause)
	if err != nil {
		return w.refused(ctx, i, kind, err)
	}
	is, err := tracker.State(ctx, ref)
	if err != nil {
		return w.refused(ctx, i, kind, err)
	}
	if is == want {
		return nil
	}
	if kind != ticket.Builtin {
		var ok bool
		i, ok, err = w.update(ctx, i, "set "+string(want), func(i incident.Incident) (incident.Change, error) { return i.SetTicket(want, w.Now(), w.cause) })
		if err != nil || !ok {
			return err
		}
	}
	turn := i.Turn()
	text := turn.Text
	if want == ticket.Done {
		text = "resolved: " + text
	}
	err = tracker.Comment(ctx, ref, event.Derive(i.ID, "turn", turn.At.UTC().Format(time.RFC3339Nano)), text)
	if err == nil {
		err = bring(ctx, tracker, ref, want)
	}
	if err != nil {
		return w.refused(ctx, i, kind, err)
	}
	return w.Desk.Note(ctx, i.OrgID, kind, "", w.cause)
}

func bring(ctx context.Context, tracker ticket.Tracker, ref ticket.Ref, want ticket.State) error {
	if want == ticket.Done {
		return tracker.Close(ctx, ref)
	}
	return tracker.Reopen(ctx, ref)
}

// refused writes down what the tracker did not do: for the organisation's admins, and when it is for good,
// into the incident's story. What may go better later is tried again.
func (w ticketWork) refused(ctx context.Context, i incident.Incident, kind string, cause error) error {
	text := "the tracker does not work"
	if e, ok := errors.AsType[*fault.Error](cause); ok {
		text = ticket.Cut(e.Message, 300)
	}
	if err := w.Desk.Note(ctx, i.OrgID, kind, text, w.cause); err != nil {
		return errors.Join(err, cause)
	}
	if k := fault.KindOf(cause); k == fault.Retryable || k == fault.Conflict {
		return cause
	}
	_, _, err := w.update(ctx, i, "refused", func(i incident.Incident) (incident.Change, error) { return i.TicketRefused(text, w.cause) })
	return err
}

// draft is the ticket as it is made.
func (w ticketWork) draft(i incident.Incident) ticket.Draft {
	d := ticket.Draft{
		IncidentID: i.ID, Title: i.Title, Severity: int(i.Severity), OpenedAt: i.OpenedAt,
		Lines: []string{
			fmt.Sprintf("Severity %d, since %s.", i.Severity, i.OpenedAt.UTC().Format("2 Jan 2006 15:04 UTC")),
			"It is about " + i.Subject + ". This ticket follows the incident: what ends one ends the other.",
		},
	}
	if w.PublicURL != "" {
		d.Link = w.PublicURL + "/v1/incidents/" + i.ID
	}
	return d
}
