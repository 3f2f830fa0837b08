package listen_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/campaign"
	"bellwether/internal/channel"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/grant"
	"bellwether/internal/incident"
	"bellwether/internal/integration"
	"bellwether/internal/listen"
	"bellwether/internal/notification"
	"bellwether/internal/parallel"
	"bellwether/internal/platform"
	"bellwether/internal/queue"
	"bellwether/internal/schedule"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
	"bellwether/internal/tenant"
)

const (
	ours, theirs = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5b", "0198f1c2-6b00-7a10-8b3e-ffffffffffff"
	ada, bob     = "0198f1c2-7000-7c32-8d50-6e3f4a5b6c7d", "0198f1c2-7000-7c32-8d50-6e3f4a5b6c7e" // an admin; who connected
	eve, gone    = "0198f1c2-7000-7c32-8d50-6e3f4a5b6c7f", "0198f1c2-7000-7c32-8d50-6e3f4a5b6c80" // a manager; a former member
)

var begin = time.Date(2026, 11, 16, 12, 0, 0, 0, time.UTC)

// call says what happens to a call that leaves a listener.
type call int

const (
	works call = iota
	failsBefore
	failsAfter
	diesBefore
	diesAfter
)

var errInjected = fault.New(fault.Retryable, "injected", "it did not answer")

type death struct{}

// world is two organisations with connected accounts, and the listeners over them. It stands itself
// behind every port that is no table.
type world struct {
	t        *testing.T
	now      time.Time
	raw      *bolt.Table
	table    store.Table // behind pass
	choose   func(n int) call
	calls    int
	dead     bool
	messages []channel.Message // for whoever subscribed to all
	handed   []channel.Message // for those who tell people by their own channels
	queued   []queue.Message
	timers   map[string]schedule.Timer
	between  func() // done once, before the next write
	only     string // the one listener that hears, "" for all that do
	desk     listen.Desk
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: begin, timers: map[string]schedule.Timer{}}
	var err error
	if w.raw, err = bolt.Open(filepath.Join(t.TempDir(), "listen.db"), bolt.Options{Now: w.clock, NoSync: true}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.raw.Close() })
	w.table = gated{w}
	return w
}

func (w *world) clock() time.Time { return w.now }

// pass is the gate before every call of a listener.
func (w *world) pass(do func() error) error {
	what := works
	if w.choose != nil {
		what = w.choose(w.calls)
	}
	w.calls++
	if w.dead || what == diesBefore {
		w.dead = true
		panic(death{})
	}
	if what == failsBefore {
		return errInjected
	}
	err := do()
	switch what {
	case failsAfter:
		return errInjected
	case diesAfter:
		w.dead = true
		panic(death{})
	}
	return err
}

type gated struct{ w *world }

func (g gated) Get(ctx context.Context, key store.Key) (item store.Item, err error) {
	err = g.w.pass(func() (err error) {
		item, err = g.w.raw.Get(ctx, key)
		return err
	})
	return item, err
}

func (g gated) Query(ctx context.Context, q store.Query) (page store.Page, err error) {
	err = g.w.pass(func() (err error) {
		page, err = g.w.raw.Query(ctx, q)
		return err
	})
	return page, err
}

func (g gated) Write(ctx context.Context, token string, ops ...store.Op) error {
	if do := g.w.between; do != nil {
		g.w.between = nil
		do()
	}
	return g.w.pass(func() error { return g.w.raw.Write(ctx, token, ops...) })
}

// Roster, Publish, Send and Park stand for the ports.
func (w *world) Roster(_ context.Context, orgID string) (r tenant.Roster, err error) {
	err = w.pass(func() error {
		r = tenant.Roster{Members: []string{orgID[:35] + "0"}, Admins: []string{orgID[:35] + "0"}}
		if orgID == ours {
			r = tenant.Roster{Members: []string{ada, bob, eve}, Admins: []string{ada}, AutoPause: true}
		}
		return nil
	})
	return r, err
}

func (w *world) Publish(_ context.Context, m channel.Message) error {
	return w.pass(func() error {
		w.handed = append(w.handed, m)
		if m.Attributes[channel.RecipientAttribute] == "" {
			w.messages = append(w.messages, m)
		}
		return nil
	})
}

func (w *world) Send(_ context.Context, m ...queue.Message) error {
	return w.pass(func() error {
		w.queued = append(w.queued, m...)
		return nil
	})
}

func (w *world) Park(_ context.Context, p event.Parked) error {
	return fmt.Errorf("parked: %s", p.Reason)
}

// listeners are all that hear of accounts, by name.
func (w *world) listeners() map[string]lambda.Handler {
	accounts, campaigns, inbox := store.Integrations{Table: w.table}, store.Campaigns{Table: w.table}, store.Inbox{Table: w.table}
	posts := store.Posts{Table: w.table}
	runs, signals, alerts := store.Runs{Table: w.table}, store.Incidents{Table: w.table}, store.Alerts{Table: w.table}
	telling := func(topic channel.Topic) listen.Telling {
		return listen.Telling{Inbox: inbox, Alerts: alerts, Topic: topic}
	}
	return map[string]lambda.Handler{
		"connected": listen.NotifyIntegrationConnected(listen.IntegrationConnected{
			Accounts: accounts, Campaigns: campaigns, Roster: w, Telling: telling(w), Tiles: runs, Signals: signals, Queue: w, Park: w, Now: w.clock,
		}),
		"disconnected": listen.NotifyIntegrationDisconnected(listen.IntegrationDisconnected{
			Accounts: accounts, Campaigns: campaigns, Posts: posts, Roster: w, Telling: telling(w), Tiles: runs, Signals: signals, Park: w, Now: w.clock,
		}),
		"completion": listen.HandleSyncCompletion(listen.SyncCompletion{
			Accounts: accounts, Roster: w, Telling: telling(w), Runs: runs, Signals: signals, Park: w, Now: w.clock,
		}),
		"failure": listen.HandleSyncFailure(listen.SyncFailure{
			Accounts: accounts, Campaigns: campaigns, Posts: posts, Roster: w, Telling: telling(w), Runs: runs, Signals: signals, Park: w, Now: w.clock,
		}),
		"status": listen.NotifyCampaignStatusChange(listen.CampaignStatusChange{
			Campaigns: campaigns, Dashboard: store.Dashboard{Table: w.table}, Roster: w, Telling: telling(w), Signals: signals, Park: w, Now: w.clock,
		}),
		"threshold": listen.NotifyBudgetThreshold(listen.BudgetThreshold{
			Campaigns: campaigns, Roster: w, Telling: telling(w), Timers: w, Park: w, Now: w.clock,
		}),
		"dashboard": listen.UpdateDashboardCache(campaigns, posts, store.Dashboard{Table: w.table}, w, w.clock),
		"scheduled": listen.NotifyPostScheduled(listen.PostScheduled{Posts: posts, Roster: w, Telling: telling(w), Timers: w, Park: w, Now: w.clock}),
		"post-failure": listen.HandlePostFailure(listen.PostFailure{
			Posts: posts, Dashboard: store.Dashboard{Table: w.table}, Roster: w, Telling: telling(w), Signals: signals, Park: w, Now: w.clock,
		}),
		"incident": listen.NotifyIncident(listen.IncidentNews{
			Incidents: signals, Calendars: w, Silences: store.Silences{Table: w.table}, Accounts: accounts, Campaigns: campaigns, Posts: posts,
			Roster: w, Telling: telling(w), Timers: w, Park: w, Now: w.clock,
		}),
		"tickets": listen.SyncTickets(listen.TicketSync{Incidents: signals, Desk: w.desk, PublicURL: "https://api.example.com", Park: w, Now: w.clock}),
	}
}

// hears are the listeners of each event.
var hears = map[string][]string{
	"IntegrationConnected": {"connected"}, "IntegrationDisconnected": {"disconnected"},
	"IntegrationSyncCompleted": {"completion"}, "IntegrationRecovered": {"completion"},
	"IntegrationSyncFailed": {"failure"}, "MetricsStale": {"failure"}, "IntegrationTokenExpiring": {"failure"},
	"CampaignStatusChanged": {"status"}, "CampaignStatusRefused": {"status"}, "CampaignStatusConfirmed": {"status", "dashboard"},
	"PostScheduled": {"scheduled"}, "PostCancelled": {"scheduled"}, "PostPublished": {"dashboard"},
	"IncidentOpened": {"tickets", "incident"}, "IncidentResolved": {"tickets", "incident"}, "IncidentChanged": {"incident"},
	"AckTimedOut": {"incident"}, "SlaAtRisk": {"incident"}, "SlaBreached": {"incident"},
	"RecommendationCreated": {"status"}, "BudgetLandingReached": {"threshold"}, "BudgetForecastReached": {"threshold"},
	"PostFailed": {"post-failure"}, "PostAtRisk": {"post-failure"}, "PostFailureResolved": {"post-failure"},
}

var errDied = errors.New("the process died")

// try delivers the event once to each of its listeners.
func (w *world) try(e event.Raw) error {
	payload, err := json.Marshal(map[string]any{"source": event.Source, "detail-type": e.Meta.Type, "detail": e})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, name := range hears[e.Meta.Type] {
		if w.only != "" && name != w.only {
			continue
		}
		if err := w.invoke(w.listeners()[name], payload); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (w *world) invoke(h lambda.Handler, payload []byte) (err error) {
	defer func() {
		if p := recover(); p != nil && p != (death{}) {
			panic(p)
		}
		if w.dead {
			err = errDied
		}
		w.dead = false
	}()
	_, err = h.Invoke(parallel.InOrder(w.t.Context()), payload)
	return err
}

// deliver delivers the events without faults.
func (w *world) deliver(events ...event.Raw) {
	w.t.Helper()
	for _, e := range events {
		if err := w.try(e); err != nil {
			w.t.Fatalf("%s: %v", e.Meta.Type, err)
		}
	}
}

// connect connects, or reconnects, an account of an organisation.
func (w *world) connect(org, platformName, accountID string) string {
	w.t.Helper()
	spec := integration.Spec{
		ID: integration.IDOf(org, platformName, accountID), OrgID: org, Platform: platformName, By: bob,
		Account: platform.Account{ID: accountID, Name: "Shop " + accountID, Currency: "USD", TimeZone: "UTC"},
		Grant:   integration.GrantFacts{Ends: w.now.AddDate(0, 0, 60)},
	}
	accounts := store.Integrations{Table: w.raw}
	before, err := accounts.Get(w.t.Context(), org, spec.ID)
	var sync integration.Sync
	var ch integration.Change
	cause := event.Edge(event.Derive(spec.ID, w.now.String()), "user/"+bob, w.now)
	if fault.Is(err, fault.NotFound) {
		before = integration.Integration{}
		ch, err = integration.Connect(spec, cause)
	} else if err == nil {
		if sync, err = accounts.Sync(w.t.Context(), org, spec.ID); err == nil {
			ch, err = before.Reconnect(spec, cause)
		}
	}
	if err != nil {
		w.t.Fatal(err)
	}
	next := integration.Sync{OrgID: org, IntegrationID: spec.ID, NextAt: w.now, Trigger: integration.TriggerConnect, Version: sync.Version + 1}
	record := grant.Record{OrgID: org, IntegrationID: spec.ID, Version: 1}
	if err := accounts.Connect(w.t.Context(), "connect", before, ch, record, sync, next); err != nil {
		w.t.Fatal(err)
	}
	return spec.ID
}

// account changes an account as its API or a worker does.
func (w *world) account(org, id string, change func(integration.Integration, event.Cause) (integration.Change, error)) {
	w.t.Helper()
	accounts := store.Integrations{Table: w.raw}
	_, err := accounts.Update(w.t.Context(), "t", org, id, func(i integration.Integration) (integration.Change, error) {
		return change(i, event.Edge(event.Derive(id, w.now.String(), fmt.Sprint(i.Version)), "sync/1", w.now))
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// lose takes the grant of an account away.
func (w *world) lose(org, id, reason string, affected ...string) {
	w.t.Helper()
	w.account(org, id, func(i integration.Integration, cause event.Cause) (integration.Change, error) {
		return i.Lose(reason, integration.Affected{Count: len(affected), IDs: affected}, cause)
	})
}

// disconnect is a person's.
func (w *world) disconnect(org, id string, keep bool, affected ...string) {
	w.t.Helper()
	w.account(org, id, func(i integration.Integration, cause event.Cause) (integration.Change, error) {
		return i.Disconnect(keep, integration.Affected{Count: len(affected), IDs: affected}, cause)
	})
}

// run runs a sync of the account to its end: one that fails with the class, or "" for one that succeeds.
func (w *world) run(org, id string, class platform.Class) {
	w.t.Helper()
	accounts := store.Integrations{Table: w.raw}
	i, err := accounts.Get(w.t.Context(), org, id)
	if err != nil {
		w.t.Fatal(err)
	}
	stored, err := accounts.Sync(w.t.Context(), org, id)
	if err != nil {
		w.t.Fatal(err)
	}
	if stored.NextAt.After(w.now) {
		w.now = stored.NextAt
	}
	taken, err := stored.Take("worker", i, w.now)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := accounts.PutSync(w.t.Context(), stored, taken); err != nil {
		w.t.Fatal(err)
	}
	var out integration.Settled
	if class == "" {
		out, err = taken.Succeed(i, integration.Affected{}, w.now)
	} else {
		failure := &platform.Error{Platform: i.Platform, Op: "campaigns", Class: class, Message: "the platform says " + string(class)}
		out, err = taken.Fail(i, failure, integration.Affected{}, 0, w.now)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	if err := accounts.Settle(w.t.Context(), "settle", taken, i, out); err != nil {
		w.t.Fatal(err)
	}
}

// campaign makes a campaign with a placement on each account, which runs there.
func (w *world) campaign(org, name string, accounts ...string) string {
	w.t.Helper()
	spec := campaign.Spec{
		ID: event.Derive(org, name), OrgID: org, Name: name, Objective: "sales", Currency: "USD", TimeZone: "UTC", Activate: true,
		Origin: campaign.OriginAPI, CreatedBy: bob, ManagerIDs: []string{eve, gone},
	}
	for n, id := range accounts {
		spec.Placements = append(spec.Placements, campaign.PlacementSpec{
			Platform: platform.Meta, IntegrationID: id, ExternalID: fmt.Sprint(name, n), Name: fmt.Sprint(name, " ", n),
		})
	}
	ch, err := campaign.Create(spec, event.Edge(spec.ID, "user/"+bob, w.now))
	if err != nil {
		w.t.Fatal(err)
	}
	if err := (store.Campaigns{Table: w.raw}).Create(w.t.Context(), "create", ch); err != nil {
		w.t.Fatal(err)
	}
	for _, p := range ch.Campaign.Placements {
		w.change(org, spec.ID, func(c campaign.Campaign, cause event.Cause) (campaign.Change, error) {
			seen := platform.Campaign{ID: p.ExternalID, Name: p.Name, Status: platform.StatusActive}
			return c.Observe(p.ID, seen, w.now, nil, cause)
		})
	}
	return spec.ID
}

// change changes a campaign as a worker does.
func (w *world) change(org, id string, change func(campaign.Campaign, event.Cause) (campaign.Change, error)) {
	w.t.Helper()
	_, err := store.Campaigns{Table: w.raw}.Update(w.t.Context(), "t", org, id, func(_ context.Context, c campaign.Campaign) (campaign.Change, error) {
		return change(c, event.Edge(event.Derive(id, fmt.Sprint(c.Version)), "sync/1", w.now))
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) read(org, id string) campaign.Campaign {
	w.t.Helper()
	c, err := store.Campaigns{Table: w.raw}.Get(w.t.Context(), org, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *world) integration(org, id string) integration.Integration {
	w.t.Helper()
	i, err := store.Integrations{Table: w.raw}.Get(w.t.Context(), org, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return i
}

// inbox are a person's notices, the oldest first.
func (w *world) inbox(org, user string) []notification.Notice {
	w.t.Helper()
	list, _, err := store.Inbox{Table: w.raw}.List(w.t.Context(), org, user, store.NoticeFilter{}, w.now, 100, "")
	if err != nil {
		w.t.Fatal(err)
	}
	slices.Reverse(list)
	return list
}

func (w *world) alerts(org string) []notification.Alert {
	w.t.Helper()
	list, _, err := store.Alerts{Table: w.raw}.List(w.t.Context(), org, 100, "")
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// wrong are the keys of what is wrong.
func (w *world) wrong(org string) (keys []string) {
	w.t.Helper()
	list, err := store.Incidents{Table: w.raw}.List(w.t.Context(), org)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, s := range list {
		if s.Open() {
			keys = append(keys, s.Key)
		}
	}
	return keys
}

// incident is the last one of the key.
func (w *world) incident(org, key string) incident.Incident {
	w.t.Helper()
	list, err := store.Incidents{Table: w.raw}.List(w.t.Context(), org)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, s := range list {
		if s.Key == key {
			return s
		}
	}
	w.t.Fatalf("there is no incident of %s", key)
	return incident.Incident{}
}

func (w *world) runs() store.Runs { return store.Runs{Table: w.raw} }

func (w *world) items() map[store.Key]store.Item {
	w.t.Helper()
	records, err := w.raw.Records(0, 1_000_000)
	if err != nil {
		w.t.Fatal(err)
	}
	items := map[store.Key]store.Item{}
	for _, r := range records {
		if r.New == nil {
			delete(items, r.Old.Key)
		} else {
			items[r.New.Key] = *r.New
		}
	}
	return items
}

// footprint is everything that stands under the organisation, and which messages went out for it. A
// signal of a later version that says the same is the same.
func (w *world) footprint(org string) string {
	w.t.Helper()
	var lines []string
	for key, item := range w.items() {
		if !strings.HasPrefix(key.PK, "ORG#"+org) {
			continue
		}
		if strings.HasSuffix(key.PK, "#SIGNALS") {
			item.AsOf = 0
		}
		lines = append(lines, fmt.Sprintf("%+v", item))
	}
	sent := map[string]bool{}
	for _, m := range w.messages {
		if m.Attributes["orgId"] == org {
			sent["sent "+m.ID+" "+m.Text] = true
		}
	}
	for _, timer := range w.timers {
		if strings.Contains(string(timer.Payload), org) {
			lines = append(lines, fmt.Sprintf("timer %s at %v", timer.Name, timer.At))
		}
	}
	lines = slices.AppendSeq(lines, maps.Keys(sent))
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// events are all events of the types that were written, in order; no types are all.
func (w *world) events(types ...string) (all []event.Raw) {
	w.t.Helper()
	records, err := w.raw.Records(0, 1_000_000)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, r := range records {
		if r.New == nil || r.New.Events == "" {
			continue
		}
		var events []event.Raw
		if err := json.Unmarshal([]byte(r.New.Events), &events); err != nil {
			w.t.Fatal(err)
		}
		for _, e := range events {
			if len(types) == 0 || slices.Contains(types, e.Meta.Type) {
				all = append(all, e)
			}
		}
	}
	return all
}

// last is the newest event of the type.
func (w *world) last(kind string) event.Raw {
	w.t.Helper()
	all := w.events(kind)
	if len(all) == 0 {
		w.t.Fatalf("no %s was written", kind)
	}
	return all[len(all)-1]
}

// Calendar is nine to five, by UTC.
func (w *world) Calendar(context.Context, string) (c incident.Calendar, err error) {
	err = w.pass(func() error {
		c = incident.Office(time.UTC)
		return nil
	})
	return c, err
}

// Set and Cancel keep timers, by name.
func (w *world) Set(_ context.Context, t schedule.Timer) error {
	return w.pass(func() error {
		w.timers[t.Name] = t
		return nil
	})
}

func (w *world) Cancel(_ context.Context, name string) error {
	delete(w.timers, name)
	return nil
}
