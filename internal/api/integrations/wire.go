package integrations

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/integration"
	"bellwether/internal/platform"
)

// wire is the account as clients see it at the given time.
func wire(i integration.Integration, now time.Time) api.Integration {
	out := api.Integration{
		Id: i.ID, Platform: i.Platform, Account: wireAccount(i.Account), Status: api.IntegrationStatus(i.Status), Scopes: api.List(i.Scopes),
		ConnectedBy: i.ConnectedBy, ConnectedAt: i.ConnectedAt, EndedAt: api.Moment(i.EndedAt), GrantEndsAt: api.Moment(i.GrantEnds),
		EveryMinutes: int(i.Every() / time.Minute), Failures: i.Health.Failures, LastSuccessAt: api.Moment(i.Health.LastSuccessAt),
		DataAsOf: api.Moment(i.Health.DataAsOf), Stale: i.Stale(now), Version: i.Version, CreatedAt: i.CreatedAt, UpdatedAt: i.UpdatedAt,
	}
	if i.Reason != "" {
		reason := api.IntegrationReason(i.Reason)
		out.Reason = &reason
	}
	return out
}

func wireAccount(a platform.Account) api.AdAccount {
	return api.AdAccount{Id: a.ID, Name: a.Name, Currency: api.Optional(string(a.Currency)), TimeZone: api.Optional(a.TimeZone), Suspended: a.Suspended}
}

// wireConnection is the attempt to connect as clients see it: nothing that is sealed in it.
func wireConnection(c integration.Connection) api.Connection {
	out := api.Connection{
		Id: c.ID, Platform: c.Platform, Status: api.ConnectionStatus(c.Status), ExpiresAt: c.ExpiresAt,
		IntegrationId: api.Optional(c.IntegrationID), Problem: api.Optional(c.Problem),
	}
	if c.Status == integration.ConnectionChoose {
		accounts := api.Map(c.Accounts, wireAccount)
		out.Accounts = &accounts
	}
	return out
}

func wireRun(r integration.RunRecord) api.SyncRun {
	out := api.SyncRun{
		Id: r.RunID, Trigger: r.Trigger, Status: r.Status, StartedAt: r.StartedAt, EndedAt: r.EndedAt,
		Counts: api.SyncCounts{
			Added: r.Counts.Added, Updated: r.Counts.Updated, Unchanged: r.Counts.Unchanged,
			Archived: r.Counts.Archived, Skipped: r.Counts.Skipped,
		},
		ApiCalls: r.APICalls, DataAsOf: api.Moment(r.DataAsOf), Class: api.Optional(r.Class), Message: api.Optional(r.Message),
	}
	if r.Attempt > 0 {
		out.Attempt = &r.Attempt
	}
	return out
}

// platforms are those that can be connected, with what their connectors can do.
func (a API) platforms(w http.ResponseWriter, _ *http.Request) error {
	out := api.PlatformList{Items: []api.AdPlatform{}}
	for _, name := range slices.Sorted(maps.Keys(a.Connectors)) {
		info := a.Connectors[name].Info()
		can := []api.AdPlatformCapabilities{api.AdPlatformCapabilitiesPosts}
		if !platform.Posts(name) {
			can = []api.AdPlatformCapabilities{api.AdPlatformCapabilitiesCampaigns, api.AdPlatformCapabilitiesMetrics, api.AdPlatformCapabilitiesStatus, api.AdPlatformCapabilitiesBudget}
		}
		if info.Refreshes {
			can = append(can, api.AdPlatformCapabilitiesRefresh)
		}
		if info.Webhooks {
			can = append(can, api.AdPlatformCapabilitiesWebhooks)
		}
		out.Items = append(out.Items, api.AdPlatform{Platform: info.Platform, Name: info.Name, Scopes: api.List(info.Scopes), Capabilities: can})
	}
	return api.JSON(w, http.StatusOK, out)
}
