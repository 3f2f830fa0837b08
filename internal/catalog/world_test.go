package catalog_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"bellwether/internal/catalog"
	"bellwether/internal/channel"
	"bellwether/internal/deadletter"
	"bellwether/internal/delivery"
	"bellwether/internal/event"
	"bellwether/internal/grant"
	"bellwether/internal/incident"
	"bellwether/internal/integration"
	"bellwether/internal/notification"
	"bellwether/internal/platform"
	"bellwether/internal/platform/connectors"
	"bellwether/internal/platform/meta"
	"bellwether/internal/produce"
	"bellwether/internal/queue"
	"bellwether/internal/recommendation"
	"bellwether/internal/schedule"
	"bellwether/internal/secret"
	"bellwether/internal/secret/local"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
	"bellwether/internal/tenant"
	"bellwether/internal/ticket"
)

var start = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// world is every HTTP function over one table.
type world struct {
	table     *bolt.Table
	functions []catalog.Function
	ours      tenancy // the organisation that requests are made in
	theirs    tenancy // another one
}

// tenancy is an organisation with one of everything.
type tenancy struct {
	owner                                          tenant.Principal
	org, campaign, member, invitation, key, notice string
	integration, connection                        string
	page, post, target                             string // an account for posts, a post on it, its target
	incident, silence                              string
	letter                                         string // the event of a dead letter
	channel, alert, delivery, contact              string // a webhook, what was sent there, the kind of an address
	ticket                                         string
	rule, action                                   string // a rule that asks, and what it proposes
	recommendation                                 string
	joinToken                                      string // of an invitation into it, for the owner of the other one
}

type quiet struct{}

func (quiet) Put(_ context.Context, events []event.Raw) ([]error, error) {
	return make([]error, len(events)), nil
}
func (quiet) Publish(context.Context, channel.Message) error { return nil }
func (quiet) Set(context.Context, schedule.Timer) error      { return nil }
func (quiet) Cancel(context.Context, string) error           { return nil }

type silent struct{}

func (silent) Send(context.Context, ...queue.Message) error { return nil }

type source struct {
	mu sync.Mutex
	r  *rand.ChaCha8
}

func (s *source) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.r.Read(p)
}

// openWorld runs the functions over the table file at path.
func openWorld(t testing.TB, path string) *world {
	t.Helper()
	now := func() time.Time { return start }
	table, err := bolt.Open(path, bolt.Options{Now: now, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	random := &source{r: rand.NewChaCha8([32]byte{1})}
	sealer, err := local.New(secret.NewText("0123456789abcdef0123456789abcdef"), random)
	if err != nil {
		t.Fatal(err)
	}
	endpoint := meta.Defaults()
	endpoint.ClientID, endpoint.ClientSecret, endpoint.VerifyToken = "1", secret.NewText("secret"), secret.NewText("token")
	platforms, err := connectors.New(map[string]platform.Endpoint{platform.Meta: endpoint}, unreachable(), now)
	if err != nil {
		t.Fatal(err)
	}
	return &world{table: table, functions: catalog.Functions(catalog.Adapters{
		Table: table, Bus: quiet{}, BudgetTopic: quiet{}, FailureTopic: quiet{}, Timers: quiet{}, Cursors: sealer,
		SyncQueue: silent{}, AlertQueue: silent{}, People: takingPeople{}, Senders: map[string]channel.Sender{channel.Webhook: takingSender{}}, Tokens: sealer, Connectors: platforms, PublicURL: "https://api.example.com",
		Trackers: catalog.Trackers{HTTP: unreachable()},
		Pause:    func(context.Context, time.Duration) error { return nil }, Now: now, Random: random,
	})}
}

// unreachable is the network of a test: nothing answers.
func unreachable() *http.Client {
	return &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		return nil, errors.New("there is no network")
	})}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// seed is a world that is copied for each test that changes it.
type seed struct {
	file         []byte
	ours, theirs tenancy
}

func newSeed(t testing.TB) seed {
	t.Helper()
	path := filepath.Join(t.TempDir(), "seed.db")
	w := openWorld(t, path)
	tenants := store.Tenants{Table: w.table}
	ada, eve := signIn(t, tenants, "ada"), signIn(t, tenants, "eve")
	s := seed{ours: w.furnish(t, ada, eve), theirs: w.furnish(t, eve, ada)}
	if err := w.table.Close(); err != nil {
		t.Fatal(err)
	}
	var err error
	if s.file, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s seed) open(t testing.TB) *world {
	t.Helper()
	path := filepath.Join(t.TempDir(), "world.db")
	if err := os.WriteFile(path, s.file, 0o600); err != nil {
		t.Fatal(err)
	}
	w := openWorld(t, path)
	t.Cleanup(func() { w.table.Close() })
	w.ours, w.theirs = s.ours, s.theirs
	return w
}

func signIn(t testing.TB, tenants store.Tenants, name string) tenant.Principal {
	t.Helper()
	p, err := tenants.SignIn(t.Context(), tenant.Identity{
		UserID: tenant.UserID("https://login.example", name), Email: name + "@example.com", EmailVerified: true, Name: name,
	}, start)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// furnish fills the owner's organisation with one of everything, over the API.
func (w *world) furnish(t testing.TB, owner, other tenant.Principal) tenancy {
	t.Helper()
	tenants := store.Tenants{Table: w.table}
	post := func(p tenant.Principal, path, body string) map[string]any {
		a := w.call(t, &p, request{method: "POST", path: path, body: body})
		var out map[string]any
		if a.Status >= 300 || json.Unmarshal([]byte(a.Body), &out) != nil {
			t.Fatalf("POST %s: %d %s", path, a.Status, a.Body)
		}
		return out
	}
	text := func(m map[string]any, name string) string { s, _ := m[name].(string); return s }
	c := tenancy{owner: owner, org: owner.OrgID}
	c.campaign = text(post(owner, "/v1/campaigns", `{"name":"Launch","objective":"sales","currency":"USD","timeZone":"UTC","activate":true,
		"budget":{"amount":"100","period":"monthly"},"placements":[{"platform":"meta","name":"Feed","externalId":"1"}]}`), "id")
	put := request{method: "PUT", path: "/v1/campaigns/" + c.campaign + "/metrics", body: `{"rows":[{"date":"2026-11-28","spend":"50","clicks":10,"impressions":1000}]}`}
	if a := w.call(t, &owner, put); a.Status != http.StatusOK {
		t.Fatalf("PUT metrics: %d %s", a.Status, a.Body)
	}
	c.invitation = text(post(owner, "/v1/org/invitations", `{"email":"later@example.com","role":"viewer"}`), "id")
	c.joinToken = text(post(owner, "/v1/org/invitations", `{"email":"`+other.Email+`","role":"viewer"}`), "token")
	c.key = text(post(owner, "/v1/org/api-keys", `{"name":"CI","role":"viewer"}`), "id")
	guest := signIn(t, tenants, "guest of "+owner.Name)
	guest.Email = "guest-" + owner.Name + "@example.com"
	token := text(post(owner, "/v1/org/invitations", `{"email":"`+guest.Email+`","role":"viewer"}`), "token")
	post(guest, "/v1/invitations/accept", `{"token":"`+token+`"}`)
	c.member = guest.ID
	notice := notification.BudgetMessage(event.BudgetThresholdReached{Threshold: 90}).
		To(owner.ID, notification.English, time.UTC, event.Meta{ID: event.Derive("cause", owner.ID), OrgID: owner.OrgID, Subject: "campaign/" + c.campaign, OccurredAt: start})
	inbox := store.Inbox{Table: w.table}
	if err := inbox.Add(t.Context(), notice); err != nil {
		t.Fatal(err)
	}
	c.notice = inbox.Ref(notice)
	c.integration = w.account(t, owner, platform.Meta)
	c.page = w.account(t, owner, platform.Facebook)
	planned := post(owner, "/v1/posts", `{"content":{"text":"Doors open at nine"},"targets":[{"integrationId":"`+c.page+`"}],"publishAt":"2026-12-24T09:00","timeZone":"Europe/Berlin"}`)
	c.post = text(planned, "id")
	c.target = text(planned["targets"].([]any)[0].(map[string]any), "id")
	c.incident = w.incident(t, owner, c.integration)
	c.ticket = w.ticket(t, owner, c.incident)
	c.silence = text(post(owner, "/v1/silences", `{"match":{"platform":"tiktok"},"expiresAt":"2026-12-02T12:00:00Z","reason":"it is being rebuilt"}`), "id")
	c.letter = w.letter(t, owner.OrgID)
	c.channel = text(post(owner, "/v1/channels", `{"kind":"webhook","name":"Ops","url":"https://hooks.example.com/in","from":"low"}`), "id")
	done := post(owner, "/v1/channels/"+c.channel+"/test", `{}`)
	c.alert, c.delivery, c.contact = text(done, "alertId"), text(done, "id"), channel.Email
	w.deliver(t, owner.OrgID, c.channel)
	if a := w.call(t, &owner, request{method: "PUT", path: "/v1/me/contacts/email", body: `{"address":"` + owner.Email + `"}`}); a.Status != http.StatusOK {
		t.Fatalf("PUT contact: %d %s", a.Status, a.Body)
	}
	c.connection = text(post(owner, "/v1/integrations", `{"platform":"meta"}`), "id")
	c.rule = text(post(owner, "/v1/automations", spendRule("shadow")), "id")
	if a := w.call(t, &owner, request{method: "PUT", path: "/v1/automations/" + c.rule, body: spendRule("approve")}); a.Status != http.StatusOK {
		t.Fatalf("PUT automation: %d %s", a.Status, a.Body)
	}
	c.action = w.proposal(t, owner.OrgID)
	c.recommendation = w.recommendation(t, owner.OrgID, c.campaign)
	return c
}

// recommendation is an open one about the campaign.
func (w *world) recommendation(t testing.TB, orgID, campaignID string) string {
	t.Helper()
	r := recommendation.Recommendation{
		ID: recommendation.ID(orgID, campaignID, recommendation.LowCTR, "2026-W48"), OrgID: orgID, Kind: recommendation.LowCTR, CampaignID: campaignID,
		CampaignName: "Launch", Week: "2026-W48", From: "2026-11-22", To: "2026-11-28", Currency: "USD", Confidence: recommendation.High,
		Evidence: []recommendation.Figure{{Name: "clicks", Value: 420, Unit: recommendation.Count}, {Name: "ctr", Value: 6_000, Unit: recommendation.Ratio}},
		Effect:   recommendation.Effect{Key: recommendation.EffectSaved, Value: 87_500_000, Unit: recommendation.Money},
		State:    recommendation.Open, CreatedAt: start, UpdatedAt: start, ExpiresAt: start.Add(recommendation.TTL),
	}
	if err := (store.Recommendations{Table: w.table}).Offer(t.Context(), r, nil, event.Edge(event.Derive("advice", orgID), "listener/evaluate-automations", start)); err != nil {
		t.Fatal(err)
	}
	return r.ID
}

// spendRule pauses what spent more than 10 of its currency in a week.
func spendRule(mode string) string {
	return `{"name":"Pause spenders","mode":"` + mode + `","currency":"USD","when":{"metric":"spend","days":7,"op":"at_least","value":"10"},"action":{"kind":"pause"}}`
}

// proposal lets the rules look at the organisation, and answers with the action that they propose.
func (w *world) proposal(t testing.TB, orgID string) string {
	t.Helper()
	hour, err := json.Marshal(produce.Hour{OrgID: orgID, At: start})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range w.functions {
		if f.Name == produce.EvaluateAutomationsFunction {
			if _, err := f.Handler.Invoke(t.Context(), hour); err != nil {
				t.Fatal(err)
			}
		}
	}
	list, _, err := (store.Automations{Table: w.table}).Actions(t.Context(), orgID, 2, "")
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	return list[0].ID
}

// incident is an open incident of an account.
func (w *world) incident(t testing.TB, owner tenant.Principal, integrationID string) string {
	t.Helper()
	incidents := store.Incidents{Table: w.table}
	cause := event.Edge(event.Derive("incident", integrationID), "incidents", start)
	err := incidents.Put(t.Context(), owner.OrgID, incident.Signal{
		Key: incident.AccessKey(integrationID), EventID: cause.ID, At: start, Version: 2, Kind: incident.KindAccess,
		Subject: "integration/" + integrationID, Title: "Shop has lost its connection", Severity: 2, Platforms: []string{"meta"}, Cause: cause,
	})
	if err != nil {
		t.Fatal(err)
	}
	list, err := incidents.List(t.Context(), owner.OrgID)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	return list[0].ID
}

// letter is an event that a listener could not handle.
func (w *world) letter(t testing.TB, orgID string) string {
	t.Helper()
	id := event.Derive("dead", orgID)
	p := event.Parked{
		Listener: "notify-budget-threshold", OrgID: orgID, EventID: id, Code: "tries_exhausted", Reason: "x", Public: "it failed", At: start,
		Event: json.RawMessage(`{"detail-type":"BudgetThresholdReached","detail":{"meta":{"id":"` + id + `","orgId":"` + orgID + `","subject":"campaign/1"}}}`),
	}
	if err := (store.Parked{Table: w.table}).File(t.Context(), deadletter.New(p, true, 3)); err != nil {
		t.Fatal(err)
	}
	return id
}

// deliver sends what is due to the channel.
func (w *world) deliver(t testing.TB, orgID, channelID string) {
	t.Helper()
	errand, err := json.Marshal(delivery.Errand{Wake: &delivery.Outgoing{OrgID: orgID, Target: delivery.ChannelTarget(channelID)}})
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(map[string]any{"Records": []any{map[string]any{"messageId": "1", "body": string(errand), "attributes": map[string]string{"ApproximateReceiveCount": "1"}}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range w.functions {
		if f.Name == produce.DeliverAlertsFunction {
			if out, err := f.Handler.Invoke(t.Context(), payload); err != nil || strings.Contains(string(out), "itemIdentifier") {
				t.Fatalf("deliver: %s (%v)", out, err)
			}
		}
	}
}

// taker is every far end of a channel: it takes all.
type taker struct{}

func (taker) Subscribe(context.Context, string, string, string) (string, bool, error) {
	return "endpoint", true, nil
}
func (taker) Confirmed(context.Context, string) (bool, error) { return false, nil }
func (taker) Unsubscribe(context.Context, string) error       { return nil }

type takingPeople struct{ taker }

func (takingPeople) Send(context.Context, string, string, channel.Letter) error { return nil }

type takingSender struct{}

func (takingSender) Send(context.Context, channel.Endpoint, channel.Letter) error { return nil }

// ticket is the incident's.
func (w *world) ticket(t testing.TB, owner tenant.Principal, incidentID string) string {
	t.Helper()
	tracker := store.Tickets{Table: w.table}.Tracker(owner.OrgID, event.Edge(event.Derive("ticket", incidentID), "listener/sync-tickets", start))
	ref, err := tracker.Create(t.Context(), ticket.Draft{IncidentID: incidentID, Title: "Shop has lost its connection", Severity: 2, OpenedAt: start})
	if err != nil {
		t.Fatal(err)
	}
	return ref.Key
}

// account is a connected account of the organisation.
func (w *world) account(t testing.TB, owner tenant.Principal, name string) string {
	t.Helper()
	id := integration.IDOf(owner.OrgID, name, "act_1")
	change, err := integration.Connect(integration.Spec{
		ID: id, OrgID: owner.OrgID, Platform: name, By: owner.ID,
		Account: platform.Account{ID: "act_1", Name: "Shop", Currency: "USD", TimeZone: "UTC"},
	}, event.Edge(event.Derive(id), owner.Actor, start))
	if err != nil {
		t.Fatal(err)
	}
	course := integration.Sync{OrgID: owner.OrgID, IntegrationID: id, NextAt: start.Add(time.Hour), Version: 1}
	record := grant.Record{OrgID: owner.OrgID, IntegrationID: id, Version: 1}
	if err := (store.Integrations{Table: w.table}).Connect(t.Context(), id, integration.Integration{}, change, record, integration.Sync{}, course); err != nil {
		t.Fatal(err)
	}
	return id
}

// request is a request to the API.
type request struct {
	method, path, query, body string
	header                    map[string]string
}

// answer is an answer of a function, as the gateway reads it.
type answer struct {
	Status  int               `json:"statusCode"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
	Base64  bool              `json:"isBase64Encoded"`
}

// call sends the request to the function that has its route, in API Gateway's own form.
func (w *world) call(t testing.TB, p *tenant.Principal, r request) answer {
	t.Helper()
	requestContext := map[string]any{
		"requestId": "JKJaXmPLvHcESHA=", "stage": "$default", "domainName": "api.example.com",
		"http": map[string]any{"method": r.method, "path": r.path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
	}
	if p != nil {
		requestContext["authorizer"] = map[string]any{"lambda": p.AuthorizerContext()}
	}
	payload, err := json.Marshal(map[string]any{
		"version": "2.0", "rawPath": r.path, "rawQueryString": r.query, "headers": r.header, "body": r.body, "requestContext": requestContext,
	})
	if err != nil {
		t.Fatal(err)
	}
	var last answer
	for _, f := range w.functions {
		if !strings.HasSuffix(f.Name, "-api") && f.Name != "redrive" {
			continue
		}
		out, err := f.Handler.Invoke(t.Context(), payload)
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		last = answer{}
		if err := json.Unmarshal(out, &last); err != nil {
			t.Fatal(err)
		}
		if last.Status != http.StatusNotFound || !strings.Contains(last.Body, `"no_such_route"`) {
			return last
		}
	}
	return last
}

// footprint is everything that is stored under the organisation.
func (w *world) footprint(t testing.TB, org string) string {
	t.Helper()
	var out bytes.Buffer
	err := w.table.DB().View(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("items")).ForEach(func(k, v []byte) error {
			if bytes.Contains(k, []byte(org)) {
				out.Write(k)
				out.Write(v)
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}
