package produce

import (
	"context"
	"encoding/json"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/incident"
	"bellwether/internal/schedule"
)

// IncidentDue is the deadline at which time does something with an incident: see incident.Watch.
const IncidentDue = "incident-due"

// DeadlineIncidents keeps incidents.
type DeadlineIncidents interface {
	Newest(ctx context.Context, orgID, id string) (incident.Incident, error)
	UpdateFrom(ctx context.Context, token string, before incident.Incident, change func(incident.Incident) (incident.Change, error)) (incident.Incident, error)
}

// Calendars knows when the people of an organisation work.
type Calendars interface {
	Calendar(ctx context.Context, orgID string) (incident.Calendar, error)
}

// IncidentTimers are the timers that wake WatchDeadlines for an incident as it is now, the first one first.
// What they are to do stands in the incident itself: so a moment has one timer, whatever it is for, and a
// calendar that changes makes other ones.
func IncidentTimers(i incident.Incident, office incident.Calendar, cause Deadline) (timers []schedule.Timer, err error) {
	for _, at := range i.Wakes(office) {
		d := Deadline{
			Kind: IncidentDue, OrgID: i.OrgID, IncidentID: i.ID, At: at.UTC(),
			CorrelationID: cause.CorrelationID, CausationID: cause.CausationID, Hop: cause.Hop,
		}
		payload, err := json.Marshal(d)
		if err != nil {
			return nil, err
		}
		name := "incident-" + event.Derive(i.ID, "due", d.At.Format(time.RFC3339))
		timers = append(timers, schedule.Timer{Name: name, At: d.At, Target: WatchDeadlinesFunction, Payload: payload})
	}
	return timers, nil
}

// incident does what is due of an incident, and sets the timer for what is due next: it is there already,
// unless the calendar has changed since.
func (w Deadlines) incident(ctx context.Context, d Deadline) error {
	now := w.Now()
	if d.At.After(now) {
		return fault.New(fault.Retryable, "too_early", "the incident's deadline is not there yet")
	}
	is, err := w.Incidents.Newest(ctx, d.OrgID, d.IncidentID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || !is.Open() {
		return err
	}
	office, err := w.Calendars.Calendar(ctx, d.OrgID)
	if err != nil {
		return err
	}
	cause := event.Cause{
		ID: event.Derive(d.CausationID, d.Kind, d.At.UTC().Format(time.RFC3339)), CorrelationID: d.CorrelationID,
		Hop: d.Hop + 1, Actor: "schedule/" + WatchDeadlinesFunction, At: now,
	}
	is, err = w.Incidents.UpdateFrom(ctx, cause.ID, is, func(i incident.Incident) (incident.Change, error) { return i.Watch(office, cause) })
	if err != nil {
		return err
	}
	timers, err := IncidentTimers(is, office, d)
	if err != nil || len(timers) == 0 {
		return err
	}
	return w.Timers.Set(ctx, timers[0])
}
