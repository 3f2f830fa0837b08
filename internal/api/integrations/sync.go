package integrations

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"bellwether/internal/api"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/integration"
	"bellwether/internal/obs"
	"bellwether/internal/queue"
)

// message asks sync-integration to look after an account.
type message struct {
	OrgID         string `json:"orgId"`
	IntegrationID string `json:"integrationId"`
}

// wake tells sync-integration of work that is due. A message that can't be sent is no failure: the
// schedule finds the work too, only later.
func (a API) wake(ctx context.Context, syncs ...integration.Sync) {
	var messages []queue.Message
	for _, s := range syncs {
		body, err := json.Marshal(message{s.OrgID, s.IntegrationID})
		if err != nil {
			continue // a struct of two texts always encodes
		}
		messages = append(messages, queue.Message{Body: body})
	}
	if len(messages) == 0 {
		return
	}
	if err := a.Queue.Send(ctx, messages...); err != nil {
		obs.Note(ctx, "unsent", err.Error())
	}
}

// syncNow makes a sync due at once, or as soon as the platform may be asked again.
func (a API) syncNow(w http.ResponseWriter, r *http.Request) error {
	if err := api.Decode(r, &struct{}{}); err != nil {
		return err
	}
	i, err := a.find(r)
	if err != nil {
		return err
	}
	if err := mustReach(i); err != nil {
		return err
	}
	cause := api.RequestCause(r)
	s, err := a.Integrations.AskSync(r.Context(), i.OrgID, i.ID, func(s integration.Sync) integration.Sync {
		return s.Ask(integration.TriggerUser, cause.CorrelationID, cause.At)
	})
	if err != nil {
		return err
	}
	out := api.SyncAccepted{NextSyncAt: cause.At.UTC()}
	if until := s.Quota.Until; until.After(cause.At) {
		out.ThrottledUntil, out.NextSyncAt = &until, until
	}
	a.wake(r.Context(), s)
	return api.JSON(w, http.StatusAccepted, out)
}

// disconnect ends a connection. Its campaigns are paused at the platform first, unless they are not to
// be; sync-integration then gives the grant up. One whose grant is gone ends at once.
func (a API) disconnect(w http.ResponseWriter, r *http.Request) error {
	var in api.DisconnectRequest
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	i, err := a.find(r)
	if err != nil {
		return err
	}
	if i.Status == integration.Connected || i.Status == integration.NeedsReconnect {
		affected, err := a.affected(r.Context(), i)
		if err != nil {
			return err
		}
		keep := in.PauseCampaigns != nil && !*in.PauseCampaigns
		if i, err = a.end(r.Context(), i, keep, affected, api.RequestCause(r)); err != nil {
			return err
		}
	}
	return answer(w, r, i)
}

// affected are the account's campaigns that are left at the platform.
func (a API) affected(ctx context.Context, i integration.Integration) (out integration.Affected, err error) {
	links, err := a.Integrations.Links(ctx, i.OrgID, i.ID)
	if err != nil {
		return out, err
	}
	for _, l := range links {
		if l.Missing >= 0 { // a negative count is one that the platform deleted
			out.IDs = append(out.IDs, l.CampaignID)
		}
	}
	out = out.Sorted()
	out.IDs = slices.Compact(out.IDs)
	out.Count = len(out.IDs)
	return out, nil
}

// end writes the disconnecting together with the work that follows from it.
func (a API) end(ctx context.Context, i integration.Integration, keep bool, affected integration.Affected, cause event.Cause) (integration.Integration, error) {
	for try := 1; ; try++ {
		was, err := a.Integrations.Sync(ctx, i.OrgID, i.ID)
		if err != nil {
			return i, err
		}
		ch, err := i.Disconnect(keep, affected, cause)
		if err != nil || ch.Integration.Version == i.Version {
			return i, err
		}
		asked := was.Ask(integration.TriggerUser, cause.CorrelationID, cause.At)
		out, write := integration.Settled{Sync: asked, Change: ch}, a.Integrations.Settle
		if ch.Integration.Status == integration.Disconnected {
			out.Sync, write = was.Stop(), a.Integrations.Release
		}
		err = write(ctx, cause.ID+"/disconnect", was, i, out)
		if err == nil {
			if ch.Integration.Status == integration.Disconnecting {
				a.wake(ctx, out.Sync)
			}
			return ch.Integration, nil
		}
		if !fault.Is(err, fault.Conflict) || try == tries {
			return i, err
		}
		if i, err = a.Integrations.Get(ctx, i.OrgID, i.ID); err != nil {
			return i, err
		}
	}
}
