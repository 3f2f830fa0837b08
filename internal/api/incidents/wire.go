package incidents

import (
	"time"

	"bellwether/internal/api"
	"bellwether/internal/incident"
)

// wire is the incident as clients see it, without its story.
func wire(i incident.Incident, r risk, office incident.Calendar, now time.Time) api.Incident {
	acknowledge, resolve := i.Clocks(office, now)
	return api.Incident{
		Id: i.ID, Key: i.Key, Kind: i.Kind, Subject: i.Subject, Title: i.Title, Severity: int(i.Severity), State: api.IncidentState(i.State),
		Class: api.Optional(i.Class), Platforms: api.List(i.Platforms), AssigneeId: api.Optional(i.AssigneeID),
		SuppressedBy: api.Optional(i.SuppressedBy), Silences: api.List(i.Silences), Signals: i.Signals, Reopened: i.Reopened,
		MoneyAtRisk: api.MoneyAtRisk{PerHour: api.List(r.perHour), AtLeast: r.partial},
		Acknowledge: wireClock(acknowledge), Resolve: wireClock(resolve),
		Ticket:   wireTicket(i.Ticket),
		OpenedAt: i.OpenedAt, ResolvedAt: api.Moment(i.ResolvedAt), UpdatedAt: i.UpdatedAt, Version: i.Version,
	}
}

func wireTicket(t incident.Ticket) *api.TicketRef {
	if t.Key == "" {
		return nil
	}
	return &api.TicketRef{Tracker: api.TicketRefTracker(t.Tracker), Key: t.Key, Url: api.Optional(t.URL)}
}

func wireClock(c incident.Clock) api.IncidentClock {
	return api.IncidentClock{
		Goal: seconds(c.Goal), Elapsed: seconds(c.Elapsed), Remaining: seconds(c.Remaining()), BreachAt: c.BreachAt,
		Running: c.Running, Breached: c.Breached, WithinCalendar: c.Working,
	}
}

func wireEntry(e incident.Entry) api.IncidentEntry {
	return api.IncidentEntry{At: e.At, Actor: e.Actor, State: api.Optional(string(e.State)), Text: e.Text}
}

func wireSilence(s incident.Silence, now time.Time) api.Silence {
	m := api.SilenceMatch{Kind: api.Optional(s.Match.Kind), Subject: api.Optional(s.Match.Subject), Platform: api.Optional(s.Match.Platform)}
	if n := int(s.Match.Severity); n > 0 {
		m.Severity = &n
	}
	return api.Silence{
		Id: s.ID, Match: m, Freeze: s.Freeze, StartsAt: s.StartsAt, ExpiresAt: s.ExpiresAt, AuthorId: s.AuthorID, Reason: s.Reason,
		EndedBy: api.Optional(s.EndedBy), InForce: s.In(now), CreatedAt: s.CreatedAt,
	}
}

func wireFigures(f incident.Figures) api.IncidentFigures {
	return api.IncidentFigures{
		Count: f.Count, Reopened: f.Reopened, Suppressed: f.Suppressed,
		Acknowledge: wireAspect(f.Acknowledge), Resolve: wireAspect(f.Resolve),
	}
}

func wireAspect(a incident.Aspect) api.IncidentAspect {
	took := func(d *time.Duration) *int64 {
		if d == nil {
			return nil
		}
		n := seconds(*d)
		return &n
	}
	out := api.IncidentAspect{MeanSeconds: took(a.Mean), MedianSeconds: took(a.Median)}
	if a.Attained != nil {
		text := api.Decimal(int64(*a.Attained) * 100_000) // permille as percent, in millionths
		out.AttainedPercent = &text
	}
	return out
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }
