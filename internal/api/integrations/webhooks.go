package integrations

import (
	"cmp"
	"context"
	"net/http"

	"bellwether/internal/api"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/integration"
	"bellwether/internal/obs"
	"bellwether/internal/platform"
)

// maxHinted is how many syncs one delivery may start.
const maxHinted = 100

// hooked is the connector of the platform in the path, when that platform calls us.
func (a API) hooked(r *http.Request) (platform.Connector, error) {
	connector, err := a.Connectors.Ads(r.PathValue("platform"))
	if err != nil || !connector.Info().Webhooks {
		return nil, fault.New(fault.NotFound, "not_found", "no such platform sends webhooks")
	}
	return connector, nil
}

// challenge answers the platform's check that the address is ours.
func (a API) challenge(w http.ResponseWriter, r *http.Request) error {
	connector, err := a.hooked(r)
	if err != nil {
		return err
	}
	body, contentType, ok := connector.Challenge(r.URL.Query())
	if !ok {
		return fault.New(fault.Denied, "bad_challenge", "this is no check of the platform's")
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("X-Content-Type-Options", "nosniff") // part of the body came with the request
	_, err = w.Write(body)
	return err
}

// webhook takes a platform's hint that something changed: the accounts that it names are synced early.
// What it says is not trusted as data, not even that a grant was taken back: the sync finds out. The
// delivery is remembered first, for it may be replayed by whoever saw it; a hint that gets lost after
// that costs nothing but time, as the schedule syncs the account anyway. So the answer is always 200.
func (a API) webhook(w http.ResponseWriter, r *http.Request) error {
	connector, err := a.hooked(r)
	if err != nil {
		return err
	}
	body, err := api.Body(r)
	if err != nil {
		return err
	}
	ctx, cause, name := r.Context(), api.RequestCause(r), connector.Info().Platform
	hint, err := connector.VerifyWebhook(body, r.Header, cause.At)
	if err != nil {
		obs.Count(ctx, "WebhooksRefused", 1)
		return fault.Wrap(err, fault.Denied, "bad_signature", "the delivery is not signed by the platform")
	}
	// Whatever the id looks like, the digest of it can be part of a key.
	id := event.Derive(name, cmp.Or(hint.DeliveryID, string(body)))
	err = a.Integrations.TakeDelivery(ctx, name, id, cause.ID, cause.At)
	if err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	if err == nil {
		a.hint(ctx, name, hint, cause)
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

// hint makes syncs due for the accounts that organisations have connected, and that can be synced.
func (a API) hint(ctx context.Context, platformName string, hint platform.Hint, cause event.Cause) {
	var asked []integration.Sync
	for _, accountID := range hint.AccountIDs[:min(len(hint.AccountIDs), maxHinted)] {
		if accountID == "" {
			continue
		}
		owners, err := a.Integrations.Owners(ctx, platformName, accountID)
		if err != nil {
			obs.Note(ctx, "unhinted", err.Error())
			continue
		}
		for _, o := range owners[:min(len(owners), maxHinted-len(asked))] {
			s, ok, err := a.hintOne(ctx, o.OrgID, o.IntegrationID, cause)
			if err != nil {
				obs.Note(ctx, "unhinted", err.Error())
			} else if ok {
				asked = append(asked, s)
			}
		}
	}
	obs.Count(ctx, "SyncsHinted", len(asked))
	a.wake(ctx, asked...)
}

func (a API) hintOne(ctx context.Context, orgID, id string, cause event.Cause) (s integration.Sync, ok bool, err error) {
	i, err := a.Integrations.Get(ctx, orgID, id)
	if err != nil || i.Status != integration.Connected {
		return s, false, err
	}
	s, err = a.Integrations.AskSync(ctx, orgID, id, func(s integration.Sync) integration.Sync {
		return s.Ask(integration.TriggerHint, cause.CorrelationID, cause.At)
	})
	return s, err == nil && s.Due(cause.At), err
}
