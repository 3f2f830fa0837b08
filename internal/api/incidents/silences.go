package incidents

import (
	"net/http"

	"bellwether/internal/api"
	"bellwether/internal/fault"
	"bellwether/internal/incident"
)

func (a API) silences(w http.ResponseWriter, r *http.Request) error {
	if err := api.Known(r, "limit", "cursor"); err != nil {
		return err
	}
	limit, after, err := a.Cursors.Page(r)
	if err != nil {
		return err
	}
	list, next, err := a.Silences.List(r.Context(), api.Principal(r).OrgID, limit, after)
	if err != nil {
		return err
	}
	now := api.RequestCause(r).At
	page := api.SilencePage{Items: api.Map(list, func(s incident.Silence) api.Silence { return wireSilence(s, now) })}
	if page.Next, err = a.Cursors.Next(r, next); err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, page)
}

func (a API) silence(w http.ResponseWriter, r *http.Request) error {
	var in api.SilenceCreate
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	p, cause := api.Principal(r), api.RequestCause(r)
	match := api.Value(in.Match)
	s, err := incident.NewSilence(incident.Silence{
		OrgID: p.OrgID, Match: incident.Match{
			Kind: api.Value(match.Kind), Severity: incident.Severity(api.Value(match.Severity)),
			Subject: api.Value(match.Subject), Platform: api.Value(match.Platform),
		},
		Freeze: api.Value(in.Freeze), StartsAt: api.Value(in.StartsAt), ExpiresAt: in.ExpiresAt, AuthorID: p.ID, Reason: in.Reason,
	}, cause)
	if err != nil {
		return err
	}
	err = a.Silences.Create(r.Context(), s, cause)
	if fault.Is(err, fault.Conflict) {
		// The id is derived from the request: this request made it before, and its answer was lost.
		s, err = a.Silences.Get(r.Context(), p.OrgID, s.ID)
	}
	if err != nil {
		return err
	}
	return api.JSON(w, http.StatusCreated, wireSilence(s, cause.At))
}

func (a API) endSilence(w http.ResponseWriter, r *http.Request) error {
	id, err := api.PathID(r, "silenceId")
	if err != nil {
		return err
	}
	if err := a.Silences.End(r.Context(), api.Principal(r).OrgID, id, api.RequestCause(r)); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
