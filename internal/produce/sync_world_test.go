package produce_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/grant"
	"bellwether/internal/integration"
	"bellwether/internal/money"
	"bellwether/internal/platform"
	"bellwether/internal/produce"
	"bellwether/internal/queue"
	"bellwether/internal/secret"
	"bellwether/internal/secret/local"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
	"bellwether/internal/tenant"
)

// begin is a noon in the middle of a month.
var begin = time.Date(2026, 11, 16, 12, 0, 0, 0, time.UTC)

const orgID, accountID = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5b", "act_1"

// syncWorld is an account with its platform, and the handlers that sync it.
type syncWorld struct {
	t        *testing.T
	now      time.Time
	platform *fakePlatform
	table    *bolt.Table
	accounts store.Integrations
	keeper   grant.Keeper
	sent     []queue.Message
	id       string
	random   *rand.ChaCha8
}

func newSyncWorld(t *testing.T) *syncWorld {
	t.Helper()
	w := &syncWorld{t: t, now: begin, platform: newFakePlatform(), random: rand.NewChaCha8([32]byte{7})}
	var err error
	if w.table, err = bolt.Open(filepath.Join(t.TempDir(), "sync.db"), bolt.Options{Now: w.clock, NoSync: true}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.table.Close() })
	w.accounts = store.Integrations{Table: w.table}
	sealer, err := local.New(secret.NewText("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"), w.random)
	if err != nil {
		t.Fatal(err)
	}
	w.keeper = grant.Keeper{
		Store: store.Grants{Table: w.table}, Sealer: sealer, Connectors: platform.Connectors{platform.Meta: w.platform}, Now: w.clock,
	}
	org, err := json.Marshal(tenant.Org{ID: orgID, Name: "Org", TimeZone: "UTC", Thresholds: []int{80, 90, 100}, AutoPause: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.table.Write(t.Context(), "org", store.Put(store.Item{Key: store.Org(orgID).Settings(), Version: 1, Doc: string(org)}, store.Always())); err != nil {
		t.Fatal(err)
	}
	w.connect()
	return w
}

func (w *syncWorld) clock() time.Time { return w.now }

// connect connects the platform's account, whose first sync is due at once.
func (w *syncWorld) connect() {
	w.t.Helper()
	g := platform.Grant{Access: secret.NewText("access-1"), Refresh: secret.NewText("refresh-1"), ExpiresAt: w.now.Add(time.Hour), Scopes: []string{"ads"}}
	w.id = integration.IDOf(orgID, platform.Meta, accountID)
	record, err := w.keeper.Seal(w.t.Context(), orgID, w.id, g)
	if err != nil {
		w.t.Fatal(err)
	}
	ch, err := integration.Connect(integration.Spec{
		ID: w.id, OrgID: orgID, Platform: platform.Meta, Grant: grant.Facts(g), By: "0198f1c2-7000-7c32-8d50-6e3f4a5b6c7d",
		Account: platform.Account{ID: accountID, Name: "Shop", Currency: "USD", TimeZone: "UTC"},
	}, event.Edge("0198f1c2-7100-7c32-8d50-6e3f4a5b6c7d", "user/1", w.now))
	if err != nil {
		w.t.Fatal(err)
	}
	course := integration.Sync{OrgID: orgID, IntegrationID: w.id, NextAt: w.now, Trigger: integration.TriggerConnect, Version: 1}
	if err := w.accounts.Connect(w.t.Context(), "connect", integration.Integration{}, ch, record, integration.Sync{}, course); err != nil {
		w.t.Fatal(err)
	}
}

// Send implements queue.Queue.
func (w *syncWorld) Send(_ context.Context, messages ...queue.Message) error {
	w.sent = append(w.sent, messages...)
	return nil
}

func (w *syncWorld) syncer() produce.Syncer {
	return produce.Syncer{
		Accounts: w.accounts, Campaigns: store.Campaigns{Table: w.table}, Orgs: store.Tenants{Table: w.table}, Tokens: w.keeper,
		Connectors: w.keeper.Connectors, Queue: w, Now: w.clock, Random: w.random,
	}
}

// work delivers the account's message once.
func (w *syncWorld) work() {
	w.t.Helper()
	w.workUnder(w.t.Context())
}

func (w *syncWorld) workUnder(ctx context.Context) {
	w.t.Helper()
	if answer, err := w.invoke(ctx); err != nil || answer != `{"batchItemFailures":[]}` {
		w.t.Fatalf("the worker answered %s, %v", answer, err)
	}
}

// invoke delivers the message, whatever comes of it.
func (w *syncWorld) invoke(ctx context.Context) (string, error) {
	w.t.Helper()
	return w.deliver(ctx, w.syncer())
}

// deliver delivers the message to a worker of the given parts.
func (w *syncWorld) deliver(ctx context.Context, s produce.Syncer) (string, error) {
	w.t.Helper()
	body, _ := json.Marshal(produce.SyncMessage{OrgID: orgID, IntegrationID: w.id})
	payload, _ := json.Marshal(map[string]any{"Records": []any{map[string]any{
		"messageId": "m", "body": string(body), "attributes": map[string]string{"ApproximateReceiveCount": "1"},
	}}})
	answer, err := produce.SyncIntegration(s).Invoke(ctx, payload)
	return string(answer), err
}

// later lets time go by.
func (w *syncWorld) later(d time.Duration) { w.now = w.now.Add(d) }

func (w *syncWorld) account() integration.Integration {
	w.t.Helper()
	i, err := w.accounts.Get(w.t.Context(), orgID, w.id)
	if err != nil {
		w.t.Fatal(err)
	}
	return i
}

func (w *syncWorld) course() integration.Sync {
	w.t.Helper()
	s, err := w.accounts.Sync(w.t.Context(), orgID, w.id)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w *syncWorld) campaign(externalID string) campaign.Campaign {
	w.t.Helper()
	c, err := store.Campaigns{Table: w.table}.Get(w.t.Context(), orgID, campaign.DiscoveredID(orgID, w.id, externalID))
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// change changes a campaign as an API does.
func (w *syncWorld) change(externalID string, change func(campaign.Campaign) (campaign.Change, error)) {
	w.t.Helper()
	_, err := store.Campaigns{Table: w.table}.UpdateFrom(w.t.Context(), "change", w.campaign(externalID), func(_ context.Context, c campaign.Campaign) (campaign.Change, error) {
		return change(c)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// events are the types of all events that were written, with how often.
func (w *syncWorld) events() map[string]int {
	w.t.Helper()
	count := map[string]int{}
	for _, e := range w.written() {
		count[e.Meta.Type]++
	}
	return count
}

func (w *syncWorld) written() (all []event.Raw) {
	w.t.Helper()
	return eventsIn(w.t, w.table)
}

// eventsIn are all events that were written to the table, in order.
func eventsIn(t *testing.T, table *bolt.Table) (all []event.Raw) {
	t.Helper()
	records, err := table.Records(0, 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if r.New == nil || r.New.Events == "" {
			continue
		}
		var events []event.Raw
		if err := json.Unmarshal([]byte(r.New.Events), &events); err != nil {
			t.Fatal(err)
		}
		all = append(all, events...)
	}
	return all
}

// last is the newest event of the type.
func last[T event.Data](w *syncWorld) T {
	w.t.Helper()
	var zero T
	all := w.written()
	for _, e := range slices.Backward(all) {
		if e.Meta.Type == zero.EventType() {
			env, err := event.Decode[T](e)
			if err != nil {
				w.t.Fatal(err)
			}
			return env.Data
		}
	}
	w.t.Fatalf("no %s was written", zero.EventType())
	return zero
}

// fakePlatform is a platform whose truth is two maps. Its lists have pages of three.
type fakePlatform struct {
	info      platform.Info
	campaigns map[string]platform.Campaign
	days      map[string]platform.Day // campaign + " " + date
	suspended bool
	fail      func(op string) error // nil, or the answer of the next calls
	calls     []string
	set       []string // "campaign switch" of every SetStatus
	access    string   // the token that is good; "" for any
	refreshes int
	revoked   int
}

func newFakePlatform() *fakePlatform {
	return &fakePlatform{
		info:      platform.Info{Platform: platform.Meta, Name: "Meta", Refreshes: true, MaxDays: 7},
		campaigns: map[string]platform.Campaign{}, days: map[string]platform.Day{},
	}
}

var _ platform.Connector = (*fakePlatform)(nil)

func (p *fakePlatform) Info() platform.Info                         { return p.info }
func (p *fakePlatform) AuthorizeURL(platform.Authorization) string  { return "" }
func (p *fakePlatform) Challenge(url.Values) ([]byte, string, bool) { return nil, "", false }
func (p *fakePlatform) VerifyWebhook([]byte, http.Header, time.Time) (platform.Hint, error) {
	return platform.Hint{}, nil
}

func (p *fakePlatform) Exchange(context.Context, string, string, string) (platform.Grant, error) {
	return platform.Grant{}, nil
}

// begin notes a call and answers its failure.
func (p *fakePlatform) begin(op string, c platform.Call) error {
	c.Meter.Called()
	p.calls = append(p.calls, op)
	if p.access != "" && c.Token.Reveal() != p.access {
		return refusal(op, platform.ClassAuthExpired)
	}
	if p.fail != nil {
		return p.fail(op)
	}
	return nil
}

func refusal(op string, class platform.Class) *platform.Error {
	return &platform.Error{Platform: platform.Meta, Op: op, Class: class, Message: "the platform says " + string(class)}
}

func (p *fakePlatform) Refresh(_ context.Context, g platform.Grant) (platform.Grant, error) {
	if err := p.begin("refresh", platform.Call{Token: secret.NewText(p.access)}); err != nil {
		return platform.Grant{}, err
	}
	p.refreshes++
	p.access = fmt.Sprint("access-", p.refreshes+1)
	return platform.Grant{Access: secret.NewText(p.access), Refresh: secret.NewText(fmt.Sprint("refresh-", p.refreshes+1)), ExpiresAt: g.ExpiresAt.Add(30 * 24 * time.Hour)}, nil
}

func (p *fakePlatform) Revoke(_ context.Context, c platform.Call) error {
	if err := p.begin("revoke", c); err != nil {
		return err
	}
	p.revoked++
	return nil
}

func (p *fakePlatform) Accounts(_ context.Context, c platform.Call) ([]platform.Account, error) {
	err := p.begin("accounts", c)
	return []platform.Account{{ID: accountID, Name: "Shop", Currency: "USD", TimeZone: "UTC", Suspended: p.suspended}}, err
}

func (p *fakePlatform) Campaigns(_ context.Context, c platform.Call, cursor string) (page platform.CampaignPage, err error) {
	if err := p.begin("campaigns", c); err != nil {
		return page, err
	}
	ids := slices.Sorted(maps.Keys(p.campaigns))
	ids = slices.DeleteFunc(ids, func(id string) bool { return id <= cursor })
	for _, id := range ids[:min(3, len(ids))] {
		page.Campaigns = append(page.Campaigns, p.campaigns[id])
	}
	if len(ids) > 3 {
		page.Next = ids[2]
	}
	return page, nil
}

func (p *fakePlatform) Campaign(_ context.Context, c platform.Call, id string) (platform.Campaign, error) {
	if err := p.begin("campaign", c); err != nil {
		return platform.Campaign{}, err
	}
	found, ok := p.campaigns[id]
	if !ok {
		return platform.Campaign{}, refusal("campaign", platform.ClassNotFound)
	}
	return found, nil
}

func (p *fakePlatform) Metrics(_ context.Context, c platform.Call, from, to, cursor string) (page platform.MetricsPage, err error) {
	if err := p.begin("metrics", c); err != nil {
		return page, err
	}
	keys := slices.SortedFunc(maps.Keys(p.days), func(a, b string) int { return cmp.Compare(a, b) })
	keys = slices.DeleteFunc(keys, func(k string) bool { d := p.days[k]; return k <= cursor || d.Date < from || d.Date > to })
	for _, k := range keys[:min(3, len(keys))] {
		page.Days = append(page.Days, p.days[k])
	}
	if len(keys) > 3 {
		page.Next = keys[2]
	}
	return page, nil
}

func (p *fakePlatform) SetStatus(_ context.Context, c platform.Call, id string, s platform.Switch) error {
	if err := p.begin("set_status", c); err != nil {
		return err
	}
	p.set = append(p.set, id+" "+string(s))
	found := p.campaigns[id]
	found.Status, found.RawStatus = platform.StatusActive, "ACTIVE"
	if s == platform.Off {
		found.Status, found.RawStatus = platform.StatusPaused, "PAUSED"
	}
	p.campaigns[id] = found
	return nil
}

func (p *fakePlatform) SetBudget(_ context.Context, c platform.Call, id string, b platform.Budget) error {
	if err := p.begin("set_budget", c); err != nil {
		return err
	}
	p.set = append(p.set, fmt.Sprint(id, " ", b.Kind, " ", b.Amount.Decimal()))
	found := p.campaigns[id]
	found.Budget = &b
	p.campaigns[id] = found
	return nil
}

// has gives the platform a running campaign; a lifetime budget of 0 is none.
func (p *fakePlatform) has(id string, lifetime int64) {
	c := platform.Campaign{ID: id, Name: "Campaign " + id, Objective: "sales", Status: platform.StatusActive, RawStatus: "ACTIVE", StartDate: "2026-11-01"}
	if lifetime > 0 {
		c.Budget = &platform.Budget{Kind: platform.LifetimeBudget, Amount: money.Of(lifetime*money.Micro, "USD")}
	}
	p.campaigns[id] = c
}

// spends sets a campaign's results of a day, in whole dollars.
func (p *fakePlatform) spends(id, date string, dollars int64) {
	p.days[id+" "+date] = platform.Day{CampaignID: id, Date: date, Impressions: dollars * 100, Clicks: dollars, SpendMicros: dollars * money.Micro}
}

// brokenQueue takes nothing.
type brokenQueue struct{}

func (brokenQueue) Send(context.Context, ...queue.Message) error { return errBroken }

var errBroken = errors.New("the queue is down")
