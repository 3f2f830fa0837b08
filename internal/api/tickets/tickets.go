// Package tickets is the API of tickets: those of the built-in tracker, which tracker an organisation uses, and
// what the others tell of theirs.
package tickets

import (
	"context"
	"errors"
	"io"
	"net/http"

	"bellwether/internal/api"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/incident"
	"bellwether/internal/secret"
	"bellwether/internal/ticket"
	"bellwether/internal/ticket/github"
	"bellwether/internal/ticket/jira"
)

// Tickets keeps the tickets of the built-in tracker.
type Tickets interface {
	Get(ctx context.Context, orgID, key string) (ticket.Ticket, error)
	List(ctx context.Context, orgID string, limit int, after string) ([]ticket.Ticket, string, error)
	Update(ctx context.Context, token, orgID, key string, change func(ticket.Ticket) (ticket.Ticket, error)) (ticket.Ticket, error)
}

// Trackers keeps which tracker each organisation uses.
type Trackers interface {
	Settings(ctx context.Context, orgID string) (ticket.Settings, error)
	Put(ctx context.Context, t ticket.Settings, before int64, cause event.Cause) error
}

// Incidents keeps incidents.
type Incidents interface {
	Get(ctx context.Context, orgID, id string) (incident.Incident, error)
	UpdateFrom(ctx context.Context, token string, before incident.Incident, change func(incident.Incident) (incident.Change, error)) (incident.Incident, error)
}

// API is the API of tickets.
type API struct {
	Tickets   Tickets
	Trackers  Trackers
	Incidents Incidents
	Sealer    secret.Sealer      // of the trackers' keys
	Address   func(string) error // judges the address of a Jira site
	Cursors   api.Cursors
	PublicURL string // where trackers reach us; "" for where a request came in
	Random    io.Reader
}

// Routes are the API's routes.
func (a API) Routes() []api.Route {
	const one = "/v1/tickets/{ticketId}"
	return []api.Route{
		{Pattern: "GET /v1/org/tracker", Handle: a.tracker},
		{Pattern: "PUT /v1/org/tracker", Handle: a.setTracker},
		{Pattern: "DELETE /v1/org/tracker", Handle: a.dropTracker},
		{Pattern: "GET /v1/tickets", Handle: a.list},
		{Pattern: "GET " + one, Handle: a.get},
		{Pattern: "POST " + one + "/close", Handle: a.turn(ticket.Done), Audit: "ticket.closed"},
		{Pattern: "POST " + one + "/reopen", Handle: a.turn(ticket.Open), Audit: "ticket.reopened"},
		{Pattern: "POST " + one + "/comments", Handle: a.comment, Audit: "ticket.commented"},
		{Pattern: "POST /v1/webhooks/github/{orgId}", Handle: a.hook(ticket.GitHub, "X-Hub-Signature-256", github.Hear), Public: true},
		{Pattern: "POST /v1/webhooks/jira/{orgId}", Handle: a.hook(ticket.Jira, "X-Hub-Signature", jira.Hear), Public: true},
	}
}

func (a API) list(w http.ResponseWriter, r *http.Request) error {
	if err := api.Known(r, "limit", "cursor"); err != nil {
		return err
	}
	limit, after, err := a.Cursors.Page(r)
	if err != nil {
		return err
	}
	list, next, err := a.Tickets.List(r.Context(), api.Principal(r).OrgID, limit, after)
	if err != nil {
		return err
	}
	page := api.TicketPage{Items: api.Map(list, wire)}
	if page.Next, err = a.Cursors.Next(r, next); err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, page)
}

func (a API) find(r *http.Request) (ticket.Ticket, error) {
	return a.Tickets.Get(r.Context(), api.Principal(r).OrgID, r.PathValue("ticketId"))
}

func (a API) get(w http.ResponseWriter, r *http.Request) error {
	t, err := a.find(r)
	if err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, wireWhole(t))
}

func (a API) comment(w http.ResponseWriter, r *http.Request) error {
	var in api.IncidentComment
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	cause := api.RequestCause(r)
	return a.change(w, r, func(t ticket.Ticket) (ticket.Ticket, error) {
		return t.Comment(event.Derive(cause.ID, "comment"), cause.Actor, in.Text, cause.At)
	})
}

func (a API) change(w http.ResponseWriter, r *http.Request, change func(ticket.Ticket) (ticket.Ticket, error)) error {
	t, err := a.Tickets.Update(r.Context(), api.RequestCause(r).ID, api.Principal(r).OrgID, r.PathValue("ticketId"), change)
	if err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, wireWhole(t))
}

// turn closes a ticket, or opens it again. Its incident goes first: should we die after that, the listener
// brings the ticket to where the incident is.
func (a API) turn(state ticket.State) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		var in api.IncidentReason
		if err := api.Decode(r, &in); err != nil {
			return err
		}
		t, err := a.find(r)
		if err != nil {
			return err
		}
		if err := a.turnIncident(r, t, state, in.Reason); err != nil {
			return err
		}
		cause := api.RequestCause(r)
		return a.change(w, r, func(t ticket.Ticket) (ticket.Ticket, error) {
			if t.State == state {
				return t, nil
			}
			return t.Set(state, cause.Actor, cause.At).Comment(event.Derive(cause.ID, "reason"), cause.Actor, in.Reason, cause.At)
		})
	}
}

func (a API) turnIncident(r *http.Request, t ticket.Ticket, state ticket.State, reason string) error {
	i, err := a.Incidents.Get(r.Context(), t.OrgID, t.IncidentID)
	if err != nil {
		return err
	}
	cause := api.RequestCause(r)
	_, err = a.Incidents.UpdateFrom(r.Context(), cause.ID, i, func(i incident.Incident) (incident.Change, error) {
		if state == ticket.Done {
			return i.Resolve(reason, cause)
		}
		return i.Reopen(reason, cause)
	})
	if state == ticket.Done && past(err) {
		return nil // the incident is over for long; so may be its ticket
	}
	return err
}

// past reports whether the incident can't be changed any more, since a later one has taken its place.
func past(err error) bool {
	e, ok := errors.AsType[*fault.Error](err)
	return ok && e.Code == "incident_past"
}
