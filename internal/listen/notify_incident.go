package listen

import (
	"context"
	"time"

	"bellwether/internal/entry"
	"bellwether/internal/event"
	"bellwether/internal/incident"
	"bellwether/internal/notification"
	"bellwether/internal/parallel"
	"bellwether/internal/produce"
	"bellwether/internal/schedule"
)

// WatchedIncidents keeps incidents.
type WatchedIncidents interface {
	Newest(ctx context.Context, orgID, id string) (incident.Incident, error)
	Explained(ctx context.Context, orgID, by string) ([]incident.Incident, error)
	UpdateFrom(ctx context.Context, token string, before incident.Incident, change func(incident.Incident) (incident.Change, error)) (incident.Incident, error)
}

// Silences knows of which incidents nobody shall be told: those in force at now or later.
type Silences interface {
	Current(ctx context.Context, orgID string, now time.Time) ([]incident.Silence, error)
}

// IncidentNews holds what NotifyIncident works with.
type IncidentNews struct {
	Incidents WatchedIncidents
	Calendars produce.Calendars
	Silences  Silences
	Accounts  Accounts
	Campaigns Campaigns
	Posts     Posts
	Roster    Roster
	Telling
	Timers schedule.Scheduler
	Park   entry.Parker
	Now    func() time.Time
}

const notifyIncident = "notify-incident"

// NotifyIncident sets the timers of an incident's clocks and tells people how it goes on. That it opened they
// hear from whoever found out what is wrong, and with an alert where it is loud; so only what follows is told
// here: that it opened again (and of dead letters, that it opened), that its goals are in danger or missed, that whoever took it did not end it, that
// it is over. What another incident explains is left in peace until that one ends.
func NotifyIncident(n IncidentNews) *entry.Listener {
	return entry.NewListener(notifyIncident, n.Park, n.Now, entry.On(n.opened), entry.On(n.changed), entry.On(n.resolved),
		entry.On(n.atRisk), entry.On(n.breached), entry.On(n.timedOut))
}

func (n IncidentNews) opened(ctx context.Context, e event.Envelope[event.IncidentOpened]) error {
	is, err := n.Incidents.Newest(ctx, e.Meta.OrgID, e.Data.IncidentID)
	if err != nil {
		return err
	}
	if is.Open() && is.SuppressedBy != "" {
		if is, err = n.releaseIfOver(ctx, is, e.Meta); err != nil {
			return err
		}
	}
	office, err := n.Calendars.Calendar(ctx, e.Meta.OrgID)
	if err != nil {
		return err
	}
	unheard := e.Data.Kind == incident.KindLetters // nobody else tells of these
	if err := n.arm(ctx, is, office, e.Meta); err != nil || !(e.Data.Reopened || e.Data.Released || unheard) || e.Data.SuppressedBy != "" {
		return err
	}
	facts := factsOf(is, e.Data.Severity)
	if acknowledge, resolve := is.Clocks(office, e.Meta.OccurredAt); acknowledge.Running {
		facts.Acknowledge, facts.Resolve = acknowledge.BreachAt, resolve.BreachAt
	}
	if e.Data.Released || unheard && !e.Data.Reopened {
		return n.say(ctx, e.Meta, is, notification.IncidentOpenedMessage(facts), is.Open())
	}
	if unheard {
		return n.say(ctx, e.Meta, is, notification.IncidentReopenedMessage(facts), is.Open())
	}
	// Whoever found it wrong again raises the alarm.
	return n.say(ctx, e.Meta, is, notification.IncidentReopenedMessage(facts), false)
}

func (n IncidentNews) changed(ctx context.Context, e event.Envelope[event.IncidentChanged]) error {
	is, err := n.Incidents.Newest(ctx, e.Meta.OrgID, e.Data.IncidentID)
	if err != nil {
		return err
	}
	office, err := n.Calendars.Calendar(ctx, e.Meta.OrgID)
	if err != nil {
		return err
	}
	return n.arm(ctx, is, office, e.Meta)
}

// arm sets the timers of the incident as it is now: none once it is over.
func (n IncidentNews) arm(ctx context.Context, is incident.Incident, office incident.Calendar, m event.Meta) error {
	timers, err := produce.IncidentTimers(is, office, produce.Deadline{CorrelationID: m.CorrelationID, CausationID: m.ID, Hop: m.Hop})
	if err != nil {
		return err
	}
	sets := make([]func(context.Context) error, len(timers))
	for i, timer := range timers {
		sets[i] = func(ctx context.Context) error { return n.Timers.Set(ctx, timer) }
	}
	return parallel.Do(ctx, sets...)
}

// resolved gives back to people what the incident explained, and tells them that it is over.
func (n IncidentNews) resolved(ctx context.Context, e event.Envelope[event.IncidentResolved]) error {
	is, err := n.Incidents.Newest(ctx, e.Meta.OrgID, e.Data.IncidentID)
	if err != nil {
		return err
	}
	if !is.Open() { // else it explains them again
		if err := n.releaseAll(ctx, e); err != nil {
			return err
		}
	}
	if e.Data.SuppressedBy != "" {
		return nil
	}
	m := notification.IncidentResolvedMessage(factsOf(is, e.Data.Severity), e.Data.OpenedAt, e.Meta.OccurredAt)
	return n.say(ctx, e.Meta, is, m, true)
}

// releaseAll releases what the incident explained.
func (n IncidentNews) releaseAll(ctx context.Context, e event.Envelope[event.IncidentResolved]) error {
	children, err := n.Incidents.Explained(ctx, e.Meta.OrgID, e.Data.IncidentID)
	if err != nil {
		return err
	}
	for _, child := range children {
		if _, err := n.release(ctx, child, e.Meta); err != nil {
			return err
		}
	}
	return nil
}

// releaseIfOver releases an incident whose explanation ended just when it opened: the end has not seen it.
func (n IncidentNews) releaseIfOver(ctx context.Context, child incident.Incident, m event.Meta) (incident.Incident, error) {
	parent, err := n.Incidents.Newest(ctx, child.OrgID, child.SuppressedBy)
	if err != nil || parent.Open() {
		return child, err
	}
	return n.release(ctx, child, m)
}

func (n IncidentNews) release(ctx context.Context, child incident.Incident, m event.Meta) (incident.Incident, error) {
	by, cause := child.SuppressedBy, m.By(notifyIncident, n.Now())
	return n.Incidents.UpdateFrom(ctx, event.Derive(m.ID, "release", child.ID), child, func(i incident.Incident) (incident.Change, error) {
		return i.Release(by, cause)
	})
}
