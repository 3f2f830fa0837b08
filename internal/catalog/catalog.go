// Package catalog lists all functions over given adapters, as a plain slice. The local runner and
// the tests run what is listed here; a test holds the list to template.yaml and to functions/.
package catalog

import (
	"context"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/api"
	"bellwether/internal/api/authorize"
	"bellwether/internal/api/automations"
	"bellwether/internal/api/campaigns"
	"bellwether/internal/api/channels"
	"bellwether/internal/api/dashboard"
	"bellwether/internal/api/events"
	"bellwether/internal/api/inbox"
	"bellwether/internal/api/incidents"
	"bellwether/internal/api/integrations"
	"bellwether/internal/api/metrics"
	"bellwether/internal/api/orgs"
	postsapi "bellwether/internal/api/posts"
	"bellwether/internal/api/recommendations"
	"bellwether/internal/api/redrive"
	"bellwether/internal/api/tickets"
	"bellwether/internal/bus"
	"bellwether/internal/channel"
	"bellwether/internal/consent"
	"bellwether/internal/entry"
	"bellwether/internal/grant"
	"bellwether/internal/listen"
	"bellwether/internal/outbound"
	"bellwether/internal/platform"
	"bellwether/internal/produce"
	"bellwether/internal/queue"
	"bellwether/internal/schedule"
	"bellwether/internal/secret"
	"bellwether/internal/store"
	"bellwether/internal/web"
)

// Adapters are what the functions are wired to.
type Adapters struct {
	Table        store.Table
	Bus          bus.Bus
	BudgetTopic  channel.Topic
	FailureTopic channel.Topic
	Timers       schedule.Scheduler
	SyncQueue    queue.Queue
	AlertQueue   queue.Queue
	People       channel.People            // the own addresses of persons
	Senders      map[string]channel.Sender // to channels of organisations, by kind
	Connectors   platform.Connectors
	Tokens       secret.Sealer                      // of connected accounts
	Cursors      secret.Sealer                      // of page cursors, and of the state that a browser carries to a platform and back
	DeadQueue    func(listener string) queue.Source // its dead-letter queue
	Outbound     outbound.Guard                     // what may be reached of the addresses that people give
	PublicURL    string                             // where browsers reach us; "" for where a request came in
	Images       produce.Images
	Trackers     Trackers
	Browser      Browser
	Verifier     authorize.Verifier
	Pause        func(ctx context.Context, d time.Duration) error
	Now          func() time.Time
	Random       io.Reader
}

// Browser is what the pages for people reach.
type Browser struct {
	API              http.RoundTripper
	Issuer, ClientID string // who signs people in
	OIDC             *http.Client
}

// Function is one Lambda function.
type Function struct {
	Name    string // its folder under functions/
	Handler lambda.Handler
	Events  []string // the event types that it listens to
}

// Functions are all of them.
func Functions(a Adapters) []Function {
	listeners := a.listeners()
	return slices.Concat(a.producers(), listeners, a.redrivers(listeners))
}

// redrivers look after what the listeners could not handle.
func (a Adapters) redrivers(listeners []Function) []Function {
	var names []string
	queues := map[string]queue.Source{}
	for _, f := range listeners {
		names = append(names, f.Name)
		if a.DeadQueue != nil {
			queues[f.Name] = a.DeadQueue(f.Name)
		}
	}
	letters := store.Parked{Table: a.Table}
	manners := api.Manners{Requests: store.Requests{Table: a.Table}, Now: a.Now, Random: a.Random}
	routes := redrive.API{Letters: letters, Timers: a.Timers, Listeners: names, Cursors: api.Cursors{Sealer: a.Cursors, Now: a.Now}}.Routes()
	return []Function{
		{Name: "redrive", Handler: entry.NewHTTP(manners.Handler(routes...))},
		{Name: "collect-dead-letters", Handler: produce.CollectDeadLetters(queues, letters, a.Now)},
	}
}

func (a Adapters) producers() []Function {
	campaignStore, tenants := store.Campaigns{Table: a.Table}, store.Tenants{Table: a.Table}
	posts := store.Posts{Table: a.Table}
	cursors := api.Cursors{Sealer: a.Cursors, Now: a.Now}
	manners := api.Manners{Requests: store.Requests{Table: a.Table}, Now: a.Now, Random: a.Random}
	served := func(name string, routes []api.Route) Function {
		return Function{Name: name, Handler: entry.NewHTTP(manners.Handler(routes...))}
	}
	return []Function{
		served("campaigns-api", campaigns.API{Campaigns: campaignStore, Posts: posts, Orgs: tenants, Accounts: store.Integrations{Table: a.Table}, Freshness: store.Scenes{Table: a.Table}, Cursors: cursors}.Routes()),
		served("metrics-api", metrics.API{Campaigns: campaignStore, Snapshots: store.Snapshots{Table: a.Table}, Cursors: cursors}.Routes()),
		served("dashboard-api", dashboard.API{Rows: store.Dashboard{Table: a.Table}, Alerts: store.Alerts{Table: a.Table}, Accounts: store.Runs{Table: a.Table}, Calendar: posts, Campaigns: campaignStore, Cursors: cursors, Sleep: a.Pause}.Routes()),
		served("inbox-api", inbox.API{Inbox: store.Inbox{Table: a.Table}, Cursors: cursors}.Routes()),
		served("channels-api", channels.API{
			Orgs: tenants, Settings: store.Notify{Table: a.Table}, Ledger: store.Deliveries{Table: a.Table}, People: a.People, Sealer: a.Tokens,
			Queue: a.AlertQueue, Guard: a.Outbound, Cursors: cursors, Random: a.Random,
		}.Routes()),
		served("events-api", events.API{Log: store.EventLog{Table: a.Table}, Cursors: cursors}.Routes()),
		served("integrations-api", integrations.API{
			Integrations: store.Integrations{Table: a.Table}, Grants: store.Grants{Table: a.Table}, Runs: store.Runs{Table: a.Table},
			Keeper: a.keeper(), Connectors: a.Connectors, Queue: a.SyncQueue, States: a.Cursors, Cursors: cursors,
			PublicURL: a.PublicURL, Random: a.Random,
		}.Routes()),
		served("posts-api", postsapi.API{
			Posts: posts, Accounts: store.Integrations{Table: a.Table}, Campaigns: campaignStore, Orgs: tenants, Cursors: cursors,
			Feeds: a.Cursors, PublicURL: a.PublicURL,
		}.Routes()),
		served("incidents-api", incidents.API{
			Incidents: store.Incidents{Table: a.Table}, Silences: store.Silences{Table: a.Table}, Accounts: store.Integrations{Table: a.Table},
			Campaigns: campaignStore, Orgs: tenants, Cursors: cursors,
		}.Routes()),
		served("automations-api", slices.Concat(automations.API{
			Rules: store.Rules{Table: a.Table}, Decisions: store.Automations{Table: a.Table}, Campaigns: campaignStore,
			Scenes: store.Scenes{Table: a.Table}, Orgs: tenants, Links: consent.Links{Sealer: a.Cursors}, Cursors: cursors,
		}.Routes(), recommendations.API{Recommendations: store.Recommendations{Table: a.Table}, Cursors: cursors}.Routes())),
		served("orgs-api", orgs.API{Tenants: tenants, Audit: store.Audit{Table: a.Table}, Cursors: cursors, Manners: manners}.Routes()),
		served("tickets-api", tickets.API{
			Tickets: store.Tickets{Table: a.Table}, Trackers: store.Trackers{Table: a.Table}, Incidents: store.Incidents{Table: a.Table},
			Sealer: a.Tokens, Address: a.Outbound.Check, Cursors: cursors, PublicURL: a.PublicURL, Random: a.Random,
		}.Routes()),
		{Name: "web", Handler: entry.NewHTTP(web.App{
			API: a.Browser.API, Sealer: a.Cursors, Issuer: a.Browser.Issuer, ClientID: a.Browser.ClientID, OIDC: a.Browser.OIDC, PublicURL: a.PublicURL, Now: a.Now,
		}.Handler())},
		{Name: "authorize", Handler: authorize.New(a.Verifier, tenants, a.Now)},
		{Name: "relay-events", Handler: produce.RelayEvents(store.EventLog{Table: a.Table}, a.Bus, store.Parked{Table: a.Table}, a.Pause, a.Now)},
		{Name: produce.WatchDeadlinesFunction, Handler: produce.WatchDeadlines(produce.Deadlines{
			Campaigns: campaignStore, Incidents: store.Incidents{Table: a.Table}, Calendars: tenants, Timers: a.Timers, Alerts: a.AlertQueue, Now: a.Now,
		})},
		{Name: produce.PublishPostFunction, Handler: produce.PublishPost(produce.Publisher{
			Posts: posts, Accounts: store.Integrations{Table: a.Table}, Tokens: a.keeper(), Connectors: a.Connectors, Images: a.Images,
			Timers: a.Timers, Syncs: a.SyncQueue, Now: a.Now, Random: a.Random,
		})},
		{Name: produce.DeliverAlertsFunction, Handler: produce.DeliverAlerts(produce.Deliverer{
			Ledger: store.Deliveries{Table: a.Table}, Addresses: store.Notify{Table: a.Table}, Rosters: tenants, Inboxes: store.Inbox{Table: a.Table},
			Incidents: store.Incidents{Table: a.Table}, Silences: store.Silences{Table: a.Table}, Campaigns: campaignStore, People: a.People, Senders: a.Senders, Sealer: a.Tokens,
			Links: consent.Links{Sealer: a.Cursors, PublicURL: a.PublicURL}, Queue: a.AlertQueue, Timers: a.Timers, Now: a.Now, Random: a.Random,
		})},
		{Name: "dispatch-syncs", Handler: produce.DispatchSyncs(store.Integrations{Table: a.Table}, a.SyncQueue, a.Now)},
		{Name: "sync-integration", Handler: produce.SyncIntegration(produce.Syncer{
			Accounts: store.Integrations{Table: a.Table}, Campaigns: campaignStore, Orgs: tenants, Tokens: a.keeper(),
			Connectors: a.Connectors, Queue: a.SyncQueue, Now: a.Now, Random: a.Random,
		})},
	}
}

func (a Adapters) keeper() grant.Keeper {
	return grant.Keeper{Store: store.Grants{Table: a.Table}, Sealer: a.Tokens, Connectors: a.Connectors, Now: a.Now}
}

func (a Adapters) listeners() []Function {
	campaignStore, tenants := store.Campaigns{Table: a.Table}, store.Tenants{Table: a.Table}
	dashboard, inbox, park := store.Dashboard{Table: a.Table}, store.Inbox{Table: a.Table}, store.Parked{Table: a.Table}
	listener := func(name string, l *entry.Listener) Function {
		return Function{Name: name, Handler: l, Events: l.Types()}
	}
	alerts, signals, runs := store.Alerts{Table: a.Table}, store.Incidents{Table: a.Table}, store.Runs{Table: a.Table}
	telling := func(topic channel.Topic) listen.Telling {
		return listen.Telling{Inbox: inbox, Alerts: alerts, Topic: topic}
	}
	accounts, posts := store.Integrations{Table: a.Table}, store.Posts{Table: a.Table}
	return []Function{
		listener("apply-campaign-status", produce.ApplyCampaignStatus(produce.Driver{
			Campaigns: campaignStore, Accounts: accounts, Tokens: a.keeper(), Connectors: a.Connectors, Park: park, Now: a.Now, Random: a.Random,
		})),
		listener("update-dashboard-cache", listen.UpdateDashboardCache(campaignStore, posts, dashboard, park, a.Now)),
		listener("update-performance-metrics", listen.UpdatePerformanceMetrics(campaignStore, store.Snapshots{Table: a.Table}, park, a.Now)),
		listener("notify-campaign-status-change", listen.NotifyCampaignStatusChange(listen.CampaignStatusChange{
			Campaigns: campaignStore, Dashboard: dashboard, Roster: tenants, Telling: telling(a.FailureTopic),
			Signals: signals, Park: park, Now: a.Now,
		})),
		listener("notify-budget-threshold", listen.NotifyBudgetThreshold(listen.BudgetThreshold{
			Campaigns: campaignStore, Roster: tenants, Telling: telling(a.BudgetTopic), Timers: a.Timers, Park: park, Now: a.Now,
		})),
		listener("notify-integration-connected", listen.NotifyIntegrationConnected(listen.IntegrationConnected{
			Accounts: accounts, Campaigns: campaignStore, Roster: tenants, Telling: telling(a.FailureTopic), Tiles: runs, Signals: signals,
			Queue: a.SyncQueue, Park: park, Now: a.Now,
		})),
		listener("notify-integration-disconnected", listen.NotifyIntegrationDisconnected(listen.IntegrationDisconnected{
			Accounts: accounts, Campaigns: campaignStore, Posts: posts, Roster: tenants, Telling: telling(a.FailureTopic),
			Tiles: runs, Signals: signals, Park: park, Now: a.Now,
		})),
		listener("notify-post-scheduled", listen.NotifyPostScheduled(listen.PostScheduled{
			Posts: posts, Roster: tenants, Telling: telling(a.FailureTopic), Timers: a.Timers, Park: park, Now: a.Now,
		})),
		listener("handle-post-failure", listen.HandlePostFailure(listen.PostFailure{
			Posts: posts, Dashboard: dashboard, Roster: tenants, Telling: telling(a.FailureTopic),
			Signals: signals, Park: park, Now: a.Now,
		})),
		listener("notify-incident", listen.NotifyIncident(listen.IncidentNews{
			Incidents: signals, Calendars: tenants, Silences: store.Silences{Table: a.Table}, Accounts: accounts, Campaigns: campaignStore,
			Posts: posts, Roster: tenants, Telling: telling(a.FailureTopic), Timers: a.Timers, Park: park, Now: a.Now,
		})),
		listener("handle-sync-completion", listen.HandleSyncCompletion(listen.SyncCompletion{
			Accounts: accounts, Roster: tenants, Telling: telling(a.FailureTopic), Runs: runs, Signals: signals, Park: park, Now: a.Now,
		})),
		listener("handle-sync-failure", listen.HandleSyncFailure(listen.SyncFailure{
			Accounts: accounts, Campaigns: campaignStore, Posts: posts, Roster: tenants, Telling: telling(a.FailureTopic),
			Runs: runs, Signals: signals, Park: park, Now: a.Now,
		})),
		listener("sync-tickets", a.syncTickets()),
		a.evaluateAutomations(),
	}
}

func (a Adapters) evaluateAutomations() Function {
	l := produce.EvaluateAutomations(produce.Evaluator{
		Campaigns: store.Campaigns{Table: a.Table}, Scenes: store.Scenes{Table: a.Table}, Rules: store.Rules{Table: a.Table},
		Decisions: store.Automations{Table: a.Table}, Timers: a.Timers,
		Reviewers: []produce.Reviewer{
			produce.ForecastReview{Campaigns: store.Campaigns{Table: a.Table}, Now: a.Now},
			produce.Recommending{
				Campaigns: store.Campaigns{Table: a.Table}, Freshness: store.Scenes{Table: a.Table},
				Recommendations: store.Recommendations{Table: a.Table}, Now: a.Now,
			},
		},
		Park: store.Parked{Table: a.Table}, Now: a.Now,
	})
	return Function{Name: produce.EvaluateAutomationsFunction, Handler: l, Events: l.Types()}
}
