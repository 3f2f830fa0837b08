// Package incidents is the incidents API: what is wrong, who looks after it, how it went, and of what
// nobody shall be told.
package incidents

import (
	"context"
	"net/http"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/incident"
	"bellwether/internal/integration"
	"bellwether/internal/tenant"
)

// Incidents keeps incidents.
type Incidents interface {
	Get(ctx context.Context, orgID, id string) (incident.Incident, error)
	UpdateFrom(ctx context.Context, token string, i incident.Incident, change func(incident.Incident) (incident.Change, error)) (incident.Incident, error)
	List(ctx context.Context, orgID string) ([]incident.Incident, error)
	Past(ctx context.Context, orgID string, from, to time.Time) ([]incident.Incident, error)
}

// Silences keeps silences.
type Silences interface {
	Create(ctx context.Context, s incident.Silence, cause event.Cause) error
	Get(ctx context.Context, orgID, id string) (incident.Silence, error)
	End(ctx context.Context, orgID, id string, cause event.Cause) error
	List(ctx context.Context, orgID string, limit int, after string) ([]incident.Silence, string, error)
}

// Accounts finds the campaigns of an account.
type Accounts interface {
	Links(ctx context.Context, orgID, id string) ([]integration.Link, error)
}

// Campaigns reads campaigns and their results.
type Campaigns interface {
	Get(ctx context.Context, orgID, id string) (campaign.Campaign, error)
	Rows(ctx context.Context, orgID, id, from, to string) ([]campaign.Row, error)
}

// Orgs reads who belongs to an organisation, and when they work.
type Orgs interface {
	Member(ctx context.Context, orgID, userID string) (tenant.Member, error)
	Calendar(ctx context.Context, orgID string) (incident.Calendar, error)
}

// API is the incidents API.
type API struct {
	Incidents Incidents
	Silences  Silences
	Accounts  Accounts
	Campaigns Campaigns
	Orgs      Orgs
	Cursors   api.Cursors
}

// Routes are the API's routes.
func (a API) Routes() []api.Route {
	const one = "/v1/incidents/{incidentId}"
	return []api.Route{
		{Pattern: "GET /v1/incidents", Handle: a.list},
		{Pattern: "GET /v1/incidents/report", Handle: a.report},
		{Pattern: "GET " + one, Handle: a.get},
		{Pattern: "POST " + one + "/acknowledge", Handle: a.acknowledge, Audit: "incident.acknowledged"},
		{Pattern: "POST " + one + "/assign", Handle: a.assign, Audit: "incident.assigned"},
		{Pattern: "POST " + one + "/comments", Handle: a.comment, Audit: "incident.commented"},
		{Pattern: "POST " + one + "/resolve", Handle: a.resolve, Audit: "incident.resolved"},
		{Pattern: "POST " + one + "/reopen", Handle: a.reopen, Audit: "incident.reopened"},
		{Pattern: "GET /v1/silences", Handle: a.silences},
		{Pattern: "POST /v1/silences", Handle: a.silence},
		{Pattern: "DELETE /v1/silences/{silenceId}", Handle: a.endSilence},
	}
}

func (a API) find(r *http.Request) (incident.Incident, error) {
	id, err := api.PathID(r, "incidentId")
	if err != nil {
		return incident.Incident{}, err
	}
	return a.Incidents.Get(r.Context(), api.Principal(r).OrgID, id)
}

func (a API) get(w http.ResponseWriter, r *http.Request) error {
	i, err := a.find(r)
	if err != nil {
		return err
	}
	return a.answer(w, r, i)
}

// change applies what the request asks for and answers with the incident as it is then. A client that
// named a version gets its change on that one or none.
func (a API) change(w http.ResponseWriter, r *http.Request, apply func(incident.Incident, event.Cause) (incident.Change, error)) error {
	i, err := a.find(r)
	if err != nil {
		return err
	}
	cause := api.RequestCause(r)
	i, err = a.Incidents.UpdateFrom(r.Context(), cause.ID, i, func(i incident.Incident) (incident.Change, error) {
		if err := api.Match(r, i.Version); err != nil {
			return incident.Change{}, err
		}
		return apply(i, cause)
	})
	if err != nil {
		return err
	}
	return a.answer(w, r, i)
}

func (a API) acknowledge(w http.ResponseWriter, r *http.Request) error {
	if err := api.Decode(r, &struct{}{}); err != nil {
		return err
	}
	var userID string // of a person: a program looks after nothing
	if p := api.Principal(r); p.IsPerson() {
		userID = p.ID
	}
	return a.change(w, r, func(i incident.Incident, cause event.Cause) (incident.Change, error) {
		return i.Acknowledge(userID, cause)
	})
}

func (a API) assign(w http.ResponseWriter, r *http.Request) error {
	var in api.IncidentAssign
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	bad := fault.InvalidFields(fault.Field{Name: "userId", Message: "must be the id of a member of the organisation"})
	if !event.IsID(in.UserId) {
		return bad
	}
	_, err := a.Orgs.Member(r.Context(), api.Principal(r).OrgID, in.UserId)
	if fault.Is(err, fault.NotFound) {
		return bad
	}
	if err != nil {
		return err
	}
	return a.change(w, r, func(i incident.Incident, cause event.Cause) (incident.Change, error) {
		return i.Assign(in.UserId, cause)
	})
}

func (a API) comment(w http.ResponseWriter, r *http.Request) error {
	var in api.IncidentComment
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	return a.change(w, r, func(i incident.Incident, cause event.Cause) (incident.Change, error) {
		return i.Comment(in.Text, cause)
	})
}

func (a API) resolve(w http.ResponseWriter, r *http.Request) error {
	var in api.IncidentReason
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	return a.change(w, r, func(i incident.Incident, cause event.Cause) (incident.Change, error) {
		return i.Resolve(in.Reason, cause)
	})
}

func (a API) reopen(w http.ResponseWriter, r *http.Request) error {
	var in api.IncidentReason
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	return a.change(w, r, func(i incident.Incident, cause event.Cause) (incident.Change, error) {
		return i.Reopen(in.Reason, cause)
	})
}

// answer is the incident with its story, its clocks, and the money at risk.
func (a API) answer(w http.ResponseWriter, r *http.Request, i incident.Incident) error {
	orgID, now := api.Principal(r).OrgID, api.RequestCause(r).At
	office, err := a.Orgs.Calendar(r.Context(), orgID)
	if err != nil {
		return err
	}
	risks, err := a.risks(r.Context(), orgID, []incident.Incident{i})
	if err != nil {
		return err
	}
	out := wire(i, risks[i.ID], office, now)
	story := api.Map(i.Timeline, wireEntry)
	out.Timeline = &story
	api.ETag(w, i.Version)
	return api.JSON(w, http.StatusOK, out)
}
