// Package integrations is the API of connected ad accounts: connecting by the platforms' OAuth, how
// their syncs go, disconnecting; and what the platforms call: the callback of a sign-in, webhooks.
package integrations

import (
	"context"
	"io"
	"net/http"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/fault"
	"bellwether/internal/grant"
	"bellwether/internal/integration"
	"bellwether/internal/platform"
	"bellwether/internal/queue"
	"bellwether/internal/secret"
	"bellwether/internal/store"
)

// Integrations keeps connected accounts and the course of their syncs.
type Integrations interface {
	Get(ctx context.Context, orgID, id string) (integration.Integration, error)
	List(ctx context.Context, orgID string) ([]integration.Integration, error)
	Connect(ctx context.Context, token string, before integration.Integration, ch integration.Change, g grant.Record, syncBefore, sync integration.Sync) error
	Update(ctx context.Context, token, orgID, id string, change func(integration.Integration) (integration.Change, error)) (integration.Integration, error)
	Sync(ctx context.Context, orgID, id string) (integration.Sync, error)
	AskSync(ctx context.Context, orgID, id string, ask func(integration.Sync) integration.Sync) (integration.Sync, error)
	Settle(ctx context.Context, token string, before integration.Sync, was integration.Integration, out integration.Settled) error
	Release(ctx context.Context, token string, before integration.Sync, was integration.Integration, out integration.Settled) error
	Links(ctx context.Context, orgID, id string) ([]integration.Link, error)
	Owners(ctx context.Context, platformName, accountID string) ([]store.Due, error)
	TakeDelivery(ctx context.Context, platformName, id, claimant string, now time.Time) error
}

// Grants keeps the sealed grants of connected accounts, and the attempts to connect one.
type Grants interface {
	Grant(ctx context.Context, orgID, integrationID string) (grant.Record, error)
	Connection(ctx context.Context, orgID, id string) (integration.Connection, error)
	PutConnection(ctx context.Context, c integration.Connection) error
}

// Runs reads the history of syncs.
type Runs interface {
	List(ctx context.Context, orgID, integrationID string, limit int, after string) ([]integration.RunRecord, string, error)
}

// API is the API of connected accounts.
type API struct {
	Integrations Integrations
	Grants       Grants
	Runs         Runs
	Keeper       grant.Keeper // seals grants
	Connectors   platform.Connectors
	Queue        queue.Queue   // of sync-integration
	States       secret.Sealer // of what a browser carries to a platform and back
	Cursors      api.Cursors
	PublicURL    string // where browsers reach us, like https://api.example.com; "" for where the request came in
	Random       io.Reader
}

// Routes are the API's routes.
func (a API) Routes() []api.Route {
	const all, connection, webhook = "/v1/integrations", "/v1/connections/{connectionId}", "/v1/webhooks/{platform}"
	const one = all + "/{integrationId}"
	return []api.Route{
		{Pattern: "GET /v1/platforms", Handle: a.platforms},
		{Pattern: "POST " + all, Handle: a.connect, Audit: "connection.begun"},
		{Pattern: "GET " + all, Handle: a.list},
		{Pattern: "GET " + all + "/callback", Handle: a.callback, Public: true},
		{Pattern: "GET " + signInPath, Handle: a.showSignIn, Public: true},
		{Pattern: "POST " + signInPath, Handle: a.finishSignIn, Public: true},
		{Pattern: "GET " + one, Handle: a.get},
		{Pattern: "PATCH " + one, Handle: a.update, Audit: "integration.updated"},
		{Pattern: "GET " + one + "/health", Handle: a.health},
		{Pattern: "GET " + one + "/runs", Handle: a.runs},
		{Pattern: "POST " + one + "/sync", Handle: a.syncNow, Audit: "integration.sync_asked"},
		{Pattern: "POST " + one + "/disconnect", Handle: a.disconnect, Audit: "integration.disconnected"},
		{Pattern: "POST " + one + "/reconnect", Handle: a.reconnect, Audit: "integration.reconnecting"},
		{Pattern: "GET " + connection, Handle: a.connection},
		{Pattern: "POST " + connection + "/account", Handle: a.choose, Audit: "connection.account_chosen"},
		{Pattern: "GET " + webhook, Handle: a.challenge, Public: true},
		{Pattern: "POST " + webhook, Handle: a.webhook, Public: true},
	}
}

func (a API) list(w http.ResponseWriter, r *http.Request) error {
	list, err := a.Integrations.List(r.Context(), api.Principal(r).OrgID)
	if err != nil {
		return err
	}
	now := api.RequestCause(r).At
	return api.JSON(w, http.StatusOK, api.IntegrationList{Items: api.Map(list, func(i integration.Integration) api.Integration { return wire(i, now) })})
}

func (a API) get(w http.ResponseWriter, r *http.Request) error {
	i, err := a.find(r)
	if err != nil {
		return err
	}
	return answer(w, r, i)
}

func (a API) find(r *http.Request) (integration.Integration, error) {
	id, err := api.PathID(r, "integrationId")
	if err != nil {
		return integration.Integration{}, err
	}
	return a.Integrations.Get(r.Context(), api.Principal(r).OrgID, id)
}

func answer(w http.ResponseWriter, r *http.Request, i integration.Integration) error {
	api.ETag(w, i.Version)
	return api.JSON(w, http.StatusOK, wire(i, api.RequestCause(r).At))
}

// update changes the interval. The next sync is not left where the old interval had it.
func (a API) update(w http.ResponseWriter, r *http.Request) error {
	var in api.IntegrationUpdate
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	i, err := a.find(r)
	if err != nil {
		return err
	}
	cause := api.RequestCause(r)
	i, err = a.Integrations.Update(r.Context(), cause.ID, i.OrgID, i.ID, func(i integration.Integration) (integration.Change, error) {
		if err := api.Match(r, i.Version); err != nil || in.EveryMinutes == nil {
			return integration.Change{Integration: i}, err
		}
		return i.SetInterval(*in.EveryMinutes, cause)
	})
	if err != nil {
		return err
	}
	if i.Status == integration.Connected && in.EveryMinutes != nil {
		if _, err := a.Integrations.AskSync(r.Context(), i.OrgID, i.ID, func(s integration.Sync) integration.Sync { return sooner(s, i, cause.At) }); err != nil {
			return err
		}
	}
	return answer(w, r, i)
}

// sooner brings the next sync forward when the interval says so. A run that waits goes by its own times.
func sooner(s integration.Sync, i integration.Integration, now time.Time) integration.Sync {
	if next := now.Truncate(i.Every()).Add(i.Every()); s.Run == nil && s.NextAt.After(next) && !s.Quota.Until.After(next) {
		s.NextAt = next.UTC()
		s.Version++
	}
	return s
}

// mustReach refuses what needs the platform while the account is out of reach.
func mustReach(i integration.Integration) error {
	switch i.Status {
	case integration.Connected:
		return nil
	case integration.NeedsReconnect:
		return fault.New(fault.Conflict, "needs_reconnect", "the platform no longer honours the grant: reconnect the account first")
	default:
		return fault.New(fault.Conflict, "integration_disconnected", "the account is disconnected: reconnect it first")
	}
}
