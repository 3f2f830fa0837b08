package orgs

import (
	"net/http"

	"bellwether/internal/api"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/tenant"
)

// createKey answers with the key itself: the only time that it is seen. Of the id see invite.
func (a API) createKey(w http.ResponseWriter, r *http.Request) error {
	var in api.ApiKeyCreate
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	days := tenant.DefaultKeyDays
	if in.ExpiresInDays != nil {
		days = *in.ExpiresInDays
	}
	cause := api.RequestCause(r)
	k, text, err := tenant.NewAPIKey(api.Principal(r), event.Derive(cause.ID, "api key"), in.Name, in.Role, days, cause.At, a.Manners.Random)
	if err != nil {
		return err
	}
	// The id is derived from the request: another try of it made this already, and its answer was lost.
	if err := a.Tenants.CreateKey(r.Context(), k, cause); fault.Is(err, fault.Conflict) {
		return api.ErrShownOnce()
	} else if err != nil {
		return err
	}
	out := wireKey(k)
	out.Key = &text
	return api.JSON(w, http.StatusCreated, out)
}

func wireKey(k tenant.APIKey) api.ApiKey {
	return api.ApiKey{Id: k.ID, Name: k.Name, Role: k.Role, Prefix: k.Prefix, CreatedAt: k.CreatedAt, ExpiresAt: k.ExpiresAt}
}

func (a API) keys(w http.ResponseWriter, r *http.Request) error {
	list, err := a.Tenants.Keys(r.Context(), api.Principal(r).OrgID)
	if err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, api.ApiKeyList{Items: api.Map(list, wireKey)})
}

func (a API) revokeKey(w http.ResponseWriter, r *http.Request) error {
	id, err := api.PathID(r, "keyId")
	if err != nil {
		return err
	}
	if err := a.Tenants.RevokeKey(r.Context(), api.Principal(r).OrgID, id, api.RequestCause(r)); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
