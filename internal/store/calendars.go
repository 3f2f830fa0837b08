package store

import (
	"context"
	"time"

	"bellwether/internal/incident"
	"bellwether/internal/tenant"
)

// Calendar is when the organisation's people work, as the clocks of incidents take it.
func (s Tenants) Calendar(ctx context.Context, orgID string) (incident.Calendar, error) {
	org, err := s.Org(ctx, orgID)
	if err != nil {
		return incident.Calendar{}, err
	}
	return calendarOf(org.Calendar()), nil
}

func calendarOf(c tenant.Calendar) incident.Calendar {
	out := incident.Calendar{Zone: time.UTC}
	if zone, err := time.LoadLocation(c.TimeZone); err == nil { // refused at the edge; a later tzdata may have dropped it
		out.Zone = zone
	}
	out.From, _ = tenant.Minutes(c.From)
	out.To, _ = tenant.Minutes(c.To)
	for _, name := range c.Days {
		if d, ok := tenant.Weekday(name); ok {
			out.Days = append(out.Days, d)
		}
	}
	for _, h := range c.Holidays {
		out.Holidays = append(out.Holidays, h.Date)
	}
	return out
}
