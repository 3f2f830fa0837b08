package tickets

import (
	"context"
	"net/http"

	"bellwether/internal/api"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/incident"
	"bellwether/internal/obs"
	"bellwether/internal/secret"
	"bellwether/internal/ticket"
	"bellwether/internal/ticket/desk"
)

// hearer reads a signed delivery.
type hearer func(body []byte, header http.Header, key secret.Text) (ticket.News, bool, error)

// hook takes what a tracker tells of its tickets. Whoever can't sign learns nothing, not even whether there is
// such an organisation. A delivery may be replayed: what is older than what is known says nothing.
func (a API) hook(kind, signature string, hear hearer) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		refused := func(err error) error {
			obs.Count(r.Context(), "WebhooksRefused", 1)
			return fault.Wrap(err, fault.Denied, "bad_signature", "the delivery is not signed by the tracker")
		}
		body, err := api.Body(r)
		if err != nil {
			return err
		}
		unknown := fault.New(fault.Denied, "unknown_tracker", "no such tracker")
		orgID := r.PathValue("orgId")
		if !event.IsID(orgID) || r.Header.Get(signature) == "" {
			return refused(unknown)
		}
		s, err := a.Trackers.Settings(r.Context(), orgID)
		if err != nil {
			return err
		}
		if s.Kind != kind {
			return refused(unknown)
		}
		keys, err := desk.Unseal(r.Context(), a.Sealer, s)
		if err != nil {
			return err
		}
		news, told, err := hear(body, r.Header, secret.NewText(keys.Hook))
		if fault.Is(err, fault.Denied) {
			return refused(err)
		}
		if err == nil && told {
			cause := api.RequestCause(r)
			cause.Actor = "tracker/" + kind
			err = a.heard(r.Context(), orgID, news, cause)
		}
		if err != nil {
			return err
		}
		w.WriteHeader(http.StatusOK)
		return nil
	}
}

// heard hands the news to the incident. One that is not there, or over for long, has nothing to learn.
func (a API) heard(ctx context.Context, orgID string, news ticket.News, cause event.Cause) error {
	i, err := a.Incidents.Get(ctx, orgID, news.IncidentID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = a.Incidents.UpdateFrom(ctx, cause.ID, i, func(i incident.Incident) (incident.Change, error) { return i.HearTicket(news, cause) })
	if past(err) {
		return nil
	}
	return err
}
