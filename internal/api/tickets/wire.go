package tickets

import (
	"bellwether/internal/api"
	"bellwether/internal/ticket"
)

// wire is a ticket as lists have it.
func wire(t ticket.Ticket) api.Ticket {
	return api.Ticket{
		Id: t.Key, IncidentId: t.IncidentID, Title: t.Title, Severity: t.Severity, State: api.TicketState(t.State),
		OpenedAt: t.OpenedAt, ClosedAt: api.Moment(t.ClosedAt), UpdatedAt: t.UpdatedAt,
	}
}

// wireWhole is a ticket with its text and its story.
func wireWhole(t ticket.Ticket) api.TicketDetail {
	return api.TicketDetail{
		Id: t.Key, IncidentId: t.IncidentID, Title: t.Title, Severity: t.Severity, State: api.TicketDetailState(t.State),
		OpenedAt: t.OpenedAt, ClosedAt: api.Moment(t.ClosedAt), UpdatedAt: t.UpdatedAt, Lines: api.List(t.Lines),
		Story: api.Map(t.Story, func(e ticket.Entry) api.TicketEntry {
			return api.TicketEntry{At: e.At, Actor: e.Actor, State: api.Optional(string(e.State)), Text: api.Optional(e.Text)}
		}),
	}
}
