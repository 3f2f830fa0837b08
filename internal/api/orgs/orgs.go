// Package orgs is the API of organisations: who you are, members and their roles, invitations,
// API keys and settings.
package orgs

import (
	"context"
	"net/http"

	"bellwether/internal/api"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/store"
	"bellwether/internal/tenant"
)

// Tenants keeps organisations and who belongs to them.
type Tenants interface {
	OrgsOf(ctx context.Context, userID string) ([]tenant.Membership, error)
	CreateOrg(ctx context.Context, id tenant.Identity, name string, cause event.Cause) (tenant.Org, error)
	SwitchOrg(ctx context.Context, userID, orgID string, cause event.Cause) error
	Org(ctx context.Context, orgID string) (tenant.Org, error)
	UpdateOrg(ctx context.Context, org tenant.Org, changed []string, cause event.Cause) (tenant.Org, error)
	Members(ctx context.Context, orgID string) ([]tenant.Member, error)
	ChangeRole(ctx context.Context, p tenant.Principal, userID string, role tenant.Role, cause event.Cause) (tenant.Member, error)
	RemoveMember(ctx context.Context, p tenant.Principal, userID string, cause event.Cause) error
	Invite(ctx context.Context, i tenant.Invitation, cause event.Cause) error
	Invitations(ctx context.Context, orgID string) ([]tenant.Invitation, error)
	RevokeInvitation(ctx context.Context, orgID, id string, cause event.Cause) error
	Accept(ctx context.Context, token string, who tenant.Identity, cause event.Cause) (tenant.Membership, error)
	CreateKey(ctx context.Context, k tenant.APIKey, cause event.Cause) error
	Keys(ctx context.Context, orgID string) ([]tenant.APIKey, error)
	RevokeKey(ctx context.Context, orgID, id string, cause event.Cause) error
}

// Audit reads the audit trail.
type Audit interface {
	List(ctx context.Context, orgID string, f store.AuditFilter, limit int, after string) ([]tenant.AuditRecord, string, error)
}

// API is the API of organisations.
type API struct {
	Tenants Tenants
	Audit   Audit
	Cursors api.Cursors
	Manners api.Manners // for its randomness: tokens and keys
}

// Routes are the API's routes.
func (a API) Routes() []api.Route {
	return []api.Route{
		{Pattern: "GET /v1/me", Handle: a.me},
		{Pattern: "POST /v1/me/org", Handle: a.switchOrg},
		{Pattern: "POST /v1/orgs", Handle: a.create},
		{Pattern: "GET /v1/org", Handle: a.get},
		{Pattern: "PATCH /v1/org", Handle: a.update},
		{Pattern: "GET /v1/org/audit", Handle: a.audit},
		{Pattern: "GET /v1/org/calendar", Handle: a.calendar},
		{Pattern: "PUT /v1/org/calendar", Handle: a.setCalendar},
		{Pattern: "GET /v1/org/members", Handle: a.members},
		{Pattern: "PATCH /v1/org/members/{userId}", Handle: a.changeRole},
		{Pattern: "DELETE /v1/org/members/{userId}", Handle: a.removeMember},
		{Pattern: "POST /v1/org/invitations", Handle: a.invite, ShownOnce: true},
		{Pattern: "GET /v1/org/invitations", Handle: a.invitations},
		{Pattern: "DELETE /v1/org/invitations/{invitationId}", Handle: a.revokeInvitation},
		{Pattern: "POST /v1/invitations/accept", Handle: a.accept},
		{Pattern: "POST /v1/org/api-keys", Handle: a.createKey, ShownOnce: true},
		{Pattern: "GET /v1/org/api-keys", Handle: a.keys},
		{Pattern: "DELETE /v1/org/api-keys/{keyId}", Handle: a.revokeKey},
	}
}

func (a API) me(w http.ResponseWriter, r *http.Request) error {
	p := api.Principal(r)
	if !p.IsPerson() {
		return api.JSON(w, http.StatusOK, me(p, nil)) // an API key belongs to the one organisation that it acts in
	}
	orgs, err := a.Tenants.OrgsOf(r.Context(), p.ID)
	if err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, me(p, orgs))
}

func me(p tenant.Principal, orgs []tenant.Membership) api.Me {
	out := api.Me{
		Id: p.ID, Actor: p.Actor, Email: api.Optional(p.Email), Name: api.Optional(p.Name),
		OrgId: api.Optional(p.OrgID), Orgs: api.Map(orgs, wireMembership),
	}
	if p.Role != "" {
		out.Role = &p.Role
	}
	return out
}

// switchOrg takes effect with the next request whose authorization the gateway has not cached.
func (a API) switchOrg(w http.ResponseWriter, r *http.Request) error {
	who, err := person(r)
	if err != nil {
		return err
	}
	var in api.SwitchOrg
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	if !event.IsID(in.OrgId) {
		return fault.InvalidFields(fault.Field{Name: "orgId", Message: "must be the id of one of your organisations"})
	}
	if err := a.Tenants.SwitchOrg(r.Context(), who.UserID, in.OrgId, api.RequestCause(r)); err != nil {
		return err
	}
	orgs, err := a.Tenants.OrgsOf(r.Context(), who.UserID)
	if err != nil {
		return err
	}
	p := api.Principal(r)
	for _, m := range orgs {
		if m.OrgID == in.OrgId {
			p.OrgID, p.Role = m.OrgID, m.Role
		}
	}
	return api.JSON(w, http.StatusOK, me(p, orgs))
}

func (a API) create(w http.ResponseWriter, r *http.Request) error {
	who, err := person(r)
	if err != nil {
		return err
	}
	var in api.OrgCreate
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	org, err := a.Tenants.CreateOrg(r.Context(), who, in.Name, api.RequestCause(r))
	if err != nil {
		return err
	}
	return answerOrg(w, http.StatusCreated, org)
}

func (a API) get(w http.ResponseWriter, r *http.Request) error {
	org, err := a.Tenants.Org(r.Context(), api.Principal(r).OrgID)
	if err != nil {
		return err
	}
	return answerOrg(w, http.StatusOK, org)
}

func (a API) update(w http.ResponseWriter, r *http.Request) error {
	var in api.OrgUpdate
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	org, err := a.Tenants.Org(r.Context(), api.Principal(r).OrgID)
	if err != nil {
		return err
	}
	if err := api.Match(r, org.Version); err != nil {
		return err
	}
	edited, changed := org.Edit(tenant.OrgEdit{
		Name: in.Name, TimeZone: in.TimeZone, Thresholds: in.Thresholds, AutoPause: in.AutoPause,
		SetLimit: in.CampaignLimit.Set, CampaignLimit: in.CampaignLimit.Value,
	})
	if len(changed) == 0 {
		return answerOrg(w, http.StatusOK, org)
	}
	if err := edited.Validate(); err != nil {
		return err
	}
	if org, err = a.Tenants.UpdateOrg(r.Context(), edited, changed, api.RequestCause(r)); err != nil {
		return err
	}
	return answerOrg(w, http.StatusOK, org)
}

func answerOrg(w http.ResponseWriter, status int, org tenant.Org) error {
	api.ETag(w, org.Version)
	return api.JSON(w, status, api.Org{
		Id: org.ID, Name: org.Name, TimeZone: org.TimeZone, Thresholds: api.List(org.Thresholds), AutoPause: org.AutoPause,
		CampaignLimit: org.CampaignLimit, Version: org.Version, CreatedAt: org.CreatedAt,
	})
}

// person is who is signed in. API keys are refused: what concerns a person is not for programs.
func person(r *http.Request) (tenant.Identity, error) {
	p := api.Principal(r)
	if !p.IsPerson() {
		return tenant.Identity{}, fault.New(fault.Denied, "not_a_person", "an API key can't do this: sign in")
	}
	// The authorizer hands an address on only when it is verified.
	return tenant.Identity{UserID: p.ID, Email: p.Email, EmailVerified: p.Email != "", Name: p.Name}, nil
}

func wireMembership(m tenant.Membership) api.Membership {
	return api.Membership{Id: m.OrgID, Name: m.OrgName, Role: m.Role}
}
