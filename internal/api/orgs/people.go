package orgs

import (
	"net/http"

	"bellwether/internal/api"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/tenant"
)

func (a API) members(w http.ResponseWriter, r *http.Request) error {
	list, err := a.Tenants.Members(r.Context(), api.Principal(r).OrgID)
	if err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, api.MemberList{Items: api.Map(list, wireMember)})
}

func wireMember(m tenant.Member) api.Member {
	return api.Member{Id: m.UserID, Email: m.Email, Name: m.Name, Role: m.Role, JoinedAt: m.JoinedAt}
}

func (a API) changeRole(w http.ResponseWriter, r *http.Request) error {
	var in api.RoleChange
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	userID, err := api.PathID(r, "userId")
	if err != nil {
		return err
	}
	m, err := a.Tenants.ChangeRole(r.Context(), api.Principal(r), userID, in.Role, api.RequestCause(r))
	if err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, wireMember(m))
}

func (a API) removeMember(w http.ResponseWriter, r *http.Request) error {
	userID, err := api.PathID(r, "userId")
	if err != nil {
		return err
	}
	if err := a.Tenants.RemoveMember(r.Context(), api.Principal(r), userID, api.RequestCause(r)); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// invite answers with the token that accepts the invitation: the only time that it is seen. Its id
// is the try's own, not derived from the cause: a repeat after a crash needs a token that it can show.
func (a API) invite(w http.ResponseWriter, r *http.Request) error {
	var in api.InvitationCreate
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	cause := api.RequestCause(r)
	i, token, err := tenant.NewInvitation(api.Principal(r), event.Derive(cause.ID, "invitation"), in.Email, in.Role, cause.At, a.Manners.Random)
	if err != nil {
		return err
	}
	// The id is derived from the request: another try of it made this already, and its answer was lost.
	if err := a.Tenants.Invite(r.Context(), i, cause); fault.Is(err, fault.Conflict) {
		return api.ErrShownOnce()
	} else if err != nil {
		return err
	}
	out := wireInvitation(i)
	out.Token = &token
	return api.JSON(w, http.StatusCreated, out)
}

func wireInvitation(i tenant.Invitation) api.Invitation {
	return api.Invitation{Id: i.ID, Email: i.Email, Role: i.Role, ExpiresAt: i.ExpiresAt}
}

func (a API) invitations(w http.ResponseWriter, r *http.Request) error {
	list, err := a.Tenants.Invitations(r.Context(), api.Principal(r).OrgID)
	if err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, api.InvitationList{Items: api.Map(list, wireInvitation)})
}

func (a API) revokeInvitation(w http.ResponseWriter, r *http.Request) error {
	id, err := api.PathID(r, "invitationId")
	if err != nil {
		return err
	}
	if err := a.Tenants.RevokeInvitation(r.Context(), api.Principal(r).OrgID, id, api.RequestCause(r)); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (a API) accept(w http.ResponseWriter, r *http.Request) error {
	who, err := person(r)
	if err != nil {
		return err
	}
	var in api.AcceptInvitation
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	m, err := a.Tenants.Accept(r.Context(), in.Token, who, api.RequestCause(r))
	if err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, wireMembership(m))
}
