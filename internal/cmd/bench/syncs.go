package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/grant"
	"bellwether/internal/integration"
	"bellwether/internal/lambdatest"
	"bellwether/internal/platform"
	"bellwether/internal/produce"
	"bellwether/internal/queue"
	"bellwether/internal/secret"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
)

// syncs measures goals 11 and 12 for an ad account with many campaigns: what a sync asks of the
// platform and of the table, and how its events leave.
func syncs(ctx context.Context, sizes []int, r *report) error {
	var perChange []float64
	for _, n := range sizes {
		s, err := newSyncStage(ctx, n)
		if err != nil {
			return err
		}
		change, err := s.measure(ctx, r)
		s.close()
		if err != nil {
			return err
		}
		perChange = append(perChange, change)
	}
	low, high := perChange[0], perChange[0]
	for _, v := range perChange {
		low, high = min(low, v), max(high, v)
	}
	r.atMost(11, "write units a changed campaign of a sync, most beside least", high/low, 1.05, "x", fmt.Sprintf("at %v campaigns", sizes))
	return nil
}

// syncStage is an account of a generated platform, and the worker that syncs it.
type syncStage struct {
	dir     string
	table   *bolt.Table
	meter   *meter
	account *bigAccount
	now     time.Time
	id      string
	relayed uint64
}

const benchAccount = "act_1"

func newSyncStage(ctx context.Context, campaigns int) (*syncStage, error) {
	dir, err := os.MkdirTemp("", "bellwether-bench")
	if err != nil {
		return nil, err
	}
	s := &syncStage{dir: dir, now: sampleTime, account: &bigAccount{campaigns: campaigns, today: sampleTime.Format(time.DateOnly)}}
	if s.table, err = bolt.Open(filepath.Join(dir, "table.db"), bolt.Options{Now: s.clock, NoSync: true}); err != nil {
		return nil, err
	}
	s.meter = &meter{table: s.table}
	if err := lambdatest.Seed(ctx, s.table, 0); err != nil {
		return nil, err
	}
	return s, s.connect(ctx)
}

func (s *syncStage) clock() time.Time { return s.now }

func (s *syncStage) close() {
	s.table.Close()
	os.RemoveAll(s.dir)
}

func (s *syncStage) connect(ctx context.Context) error {
	s.id = integration.IDOf(lambdatest.OrgID, platform.Meta, benchAccount)
	ch, err := integration.Connect(integration.Spec{
		ID: s.id, OrgID: lambdatest.OrgID, Platform: platform.Meta, By: lambdatest.UserID,
		Account: platform.Account{ID: benchAccount, Name: "Big", Currency: "USD", TimeZone: "UTC"},
	}, event.Edge(event.Derive("connect"), "user/"+lambdatest.UserID, s.now))
	if err != nil {
		return err
	}
	course := integration.Sync{OrgID: lambdatest.OrgID, IntegrationID: s.id, NextAt: s.now, Version: 1}
	record := grant.Record{OrgID: lambdatest.OrgID, IntegrationID: s.id, Version: 1}
	return store.Integrations{Table: s.table}.Connect(ctx, "connect", integration.Integration{}, ch, record, integration.Sync{}, course)
}

// sync runs the account's worker once.
func (s *syncStage) sync(ctx context.Context) (tally, int, error) {
	calls := s.account.calls
	body, err := json.Marshal(produce.SyncMessage{OrgID: lambdatest.OrgID, IntegrationID: s.id})
	if err != nil {
		return tally{}, 0, err
	}
	payload, err := json.Marshal(map[string]any{"Records": []any{map[string]any{
		"messageId": "1", "body": string(body), "attributes": map[string]string{"ApproximateReceiveCount": "1"},
	}}})
	if err != nil {
		return tally{}, 0, err
	}
	worker := produce.SyncIntegration(produce.Syncer{
		Accounts: store.Integrations{Table: s.meter}, Campaigns: store.Campaigns{Table: s.meter}, Orgs: store.Tenants{Table: s.meter},
		Tokens: anyToken{}, Connectors: platform.Connectors{platform.Meta: s.account}, Queue: noQueue{}, Now: s.clock, Random: rand.Reader,
	})
	s.meter.take()
	answer, err := worker.Invoke(ctx, payload)
	if err == nil && string(answer) != `{"batchItemFailures":[]}` {
		err = fmt.Errorf("the worker answered %s", answer)
	}
	return s.meter.take(), s.account.calls - calls, err
}

// measure runs the first sync, one with nothing new, and one in which a tenth of the campaigns changed.
// It answers the write units of a changed campaign.
func (s *syncStage) measure(ctx context.Context, r *report) (float64, error) {
	n := s.account.campaigns
	first, calls, err := s.sync(ctx)
	if err != nil {
		return 0, err
	}
	r.detail("first sync of %d campaigns: %d calls of the platform, %d DynamoDB requests, %d write units", n, calls, first.calls, first.units)
	s.relayed = s.table.Last()
	s.now = s.now.Add(15 * time.Minute)
	quiet, calls, err := s.sync(ctx)
	if err != nil {
		return 0, err
	}
	of := fmt.Sprintf("%d campaigns, %d calls of the platform, %d DynamoDB requests", n, calls, quiet.calls)
	// The lease, a save for each page, and the end of the run with its event.
	r.atMost(11, "write units of a sync that finds nothing new", float64(quiet.units), float64(12+2*calls), "", of)
	s.relayed = s.table.Last()

	s.now = s.now.Add(15 * time.Minute)
	s.account.round++
	changed, calls, err := s.sync(ctx)
	if err != nil {
		return 0, err
	}
	events, puts, largest, err := s.relay(ctx)
	if err != nil {
		return 0, err
	}
	r.detail("sync of %d campaigns with a tenth changed: %d calls of the platform, %d DynamoDB requests, %d write units, %d events", n, calls, changed.calls, changed.units, events)
	r.atMost(12, "PutEvents calls of a sync, beside ceil(n/10)", float64(puts), float64((events+9)/10), "", fmt.Sprintf("%d events of %d campaigns", events, n))
	r.atMost(12, "largest event of a sync", float64(largest), unit, " B", "")
	return float64(changed.units-quiet.units) / float64(n/10), nil
}

// relay hands what the last sync wrote to relay-events, in batches as the stream's mapping makes them.
func (s *syncStage) relay(ctx context.Context) (events, puts, largest int, err error) {
	bus := &countingBus{}
	relay := produce.RelayEvents(store.EventLog{Table: s.table}, bus, store.Parked{Table: s.table}, noPause, s.clock)
	type attr map[string]string
	const batch = 100
	records, err := s.table.Records(s.relayed, 1<<20)
	if err != nil {
		return 0, 0, 0, err
	}
	var lines []map[string]any
	flush := func() error {
		payload, err := json.Marshal(map[string]any{"Records": lines})
		if err != nil || len(lines) == 0 {
			return err
		}
		lines = nil
		_, err = relay.Invoke(ctx, payload)
		return err
	}
	for _, rec := range records {
		if rec.New == nil || rec.New.Events == "" {
			continue // the mapping's filter
		}
		lines = append(lines, map[string]any{"dynamodb": map[string]any{
			"SequenceNumber": strconv.FormatUint(rec.Seq, 10),
			"NewImage":       map[string]attr{"PK": {"S": rec.New.PK}, "SK": {"S": rec.New.SK}, "events": {"S": rec.New.Events}},
		}})
		if len(lines) == batch {
			if err := flush(); err != nil {
				return 0, 0, 0, err
			}
		}
	}
	err = flush()
	return bus.events, bus.calls, bus.largest, err
}

func noPause(context.Context, time.Duration) error { return nil }

// countingBus counts calls and the events in them.
type countingBus struct{ calls, events, largest int }

func (b *countingBus) Put(_ context.Context, events []event.Raw) ([]error, error) {
	b.calls++
	b.events += len(events)
	for _, e := range events {
		text, err := json.Marshal(e)
		if err != nil {
			return nil, err
		}
		b.largest = max(b.largest, len(text))
	}
	return make([]error, len(events)), nil
}

type anyToken struct{}

func (anyToken) Token(context.Context, integration.Integration, string) (secret.Text, grant.Record, error) {
	return secret.NewText("token"), grant.Record{}, nil
}

func (t anyToken) Renew(ctx context.Context, i integration.Integration, _ secret.Text, claimant string) (secret.Text, grant.Record, error) {
	return t.Token(ctx, i, claimant)
}

type noQueue struct{}

func (noQueue) Send(context.Context, ...queue.Message) error { return nil }

// bigAccount is an ad account with many campaigns that spend a little every day. Each round, every
// tenth has spent more today. Pages are those of Meta: 500 rows.
type bigAccount struct {
	platform.Connector // what a sync never calls
	campaigns          int
	today              string
	round              int64
	calls              int
}

const bigPage = 500

func (a *bigAccount) Info() platform.Info {
	return platform.Info{Platform: platform.Meta, Name: "Meta", MaxDays: 7}
}

func (a *bigAccount) Accounts(_ context.Context, c platform.Call) ([]platform.Account, error) {
	a.called(c)
	return []platform.Account{c.Account}, nil
}

func (a *bigAccount) called(c platform.Call) {
	a.calls++
	c.Meter.Called()
}

func (a *bigAccount) Campaigns(_ context.Context, c platform.Call, cursor string) (page platform.CampaignPage, err error) {
	a.called(c)
	from, _ := strconv.Atoi(cursor)
	to := min(from+bigPage, a.campaigns)
	for i := from; i < to; i++ {
		page.Campaigns = append(page.Campaigns, platform.Campaign{
			ID: strconv.Itoa(i), Name: fmt.Sprint("Campaign ", i), Objective: "sales", Status: platform.StatusActive, RawStatus: "ACTIVE",
		})
	}
	if to < a.campaigns {
		page.Next = strconv.Itoa(to)
	}
	return page, nil
}

// Metrics has one row a campaign: today's. Other days have none, so that a first sync stays affordable.
func (a *bigAccount) Metrics(_ context.Context, c platform.Call, _, to, cursor string) (page platform.MetricsPage, err error) {
	a.called(c)
	if to < a.today {
		return page, nil
	}
	from, _ := strconv.Atoi(cursor)
	end := min(from+bigPage, a.campaigns)
	for i := from; i < end; i++ {
		spend := int64(1000)
		if i%10 == 0 {
			spend += a.round * 100
		}
		page.Days = append(page.Days, platform.Day{CampaignID: strconv.Itoa(i), Date: a.today, Impressions: 10 * spend, Clicks: spend, SpendMicros: spend})
	}
	if end < a.campaigns {
		page.Next = strconv.Itoa(end)
	}
	return page, nil
}
