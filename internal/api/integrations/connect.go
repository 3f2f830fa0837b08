package integrations

import (
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"bellwether/internal/api"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/integration"
	"bellwether/internal/platform"
)

const callbackPath = "/v1/integrations/callback"

// connect begins to connect an account that may be new.
func (a API) connect(w http.ResponseWriter, r *http.Request) error {
	var in api.ConnectRequest
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	if in.AccountId != nil {
		if err := checkAccountID(*in.AccountId); err != nil {
			return err
		}
	}
	return a.begin(w, r, integration.Connection{Platform: string(in.Platform), AccountID: api.Value(in.AccountId)})
}

func checkAccountID(id string) error {
	n := utf8.RuneCountInString(id)
	if n >= 1 && n <= 100 && strings.TrimSpace(id) == id && !strings.ContainsFunc(id, unicode.IsControl) {
		return nil
	}
	return fault.InvalidFields(fault.Field{Name: "accountId", Message: "must be the platform's own id of an ad account"})
}

// reconnect begins to connect the same account again. While it is being disconnected that must wait:
// the grant that is given up may take a new one of the same person with it.
func (a API) reconnect(w http.ResponseWriter, r *http.Request) error {
	if err := api.Decode(r, &struct{}{}); err != nil {
		return err
	}
	i, err := a.find(r)
	if err != nil {
		return err
	}
	if i.Status == integration.Disconnecting {
		return errDisconnecting()
	}
	return a.begin(w, r, integration.Connection{Platform: i.Platform, IntegrationID: i.ID, AccountID: i.Account.ID})
}

func errDisconnecting() error {
	return fault.New(fault.Conflict, "integration_disconnecting", "the account is being disconnected: connect it again when that is done")
}

// begin answers with where to send the person's browser.
func (a API) begin(w http.ResponseWriter, r *http.Request, c integration.Connection) error {
	ctx, p, cause := r.Context(), api.Principal(r), api.RequestCause(r)
	connector, err := a.Connectors.For(c.Platform)
	if err != nil {
		return err
	}
	c.ID, c.OrgID, c.Status = event.Derive(cause.ID, "connection"), p.OrgID, integration.ConnectionPending
	c.ActorID, c.RequestID, c.RedirectURI = p.Actor, cause.CorrelationID, api.Base(r, a.PublicURL)+callbackPath
	c.ExpiresAt, c.Version = cause.At.Add(integration.ConnectionLifetime).UTC(), 1
	if connector.Info().PKCE {
		if c.Verifier, err = a.newVerifier(ctx, c); err != nil {
			return err
		}
	}
	err = a.Grants.PutConnection(ctx, c)
	if fault.Is(err, fault.Conflict) {
		// The id is derived from the request: another try of it made this already, and its answer was lost.
		c, err = a.Grants.Connection(ctx, c.OrgID, c.ID)
	}
	if err != nil {
		return err
	}
	url, err := a.authorizeURL(r, connector, c)
	if err != nil {
		return err
	}
	out := wireConnection(c)
	out.AuthorizationUrl = &url
	w.Header().Set("Location", "/v1/connections/"+c.ID)
	return api.JSON(w, http.StatusCreated, out)
}

func (a API) authorizeURL(r *http.Request, connector platform.Party, c integration.Connection) (string, error) {
	verifier, err := a.verifier(r.Context(), c)
	if err != nil {
		return "", err
	}
	state, err := a.sealState(r.Context(), c)
	if err != nil {
		return "", err
	}
	return connector.AuthorizeURL(platform.Authorization{State: state, RedirectURI: c.RedirectURI, Challenge: challengeOf(verifier)}), nil
}
