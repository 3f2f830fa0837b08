package produce_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/channel"
	"bellwether/internal/delivery"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/notification"
	"bellwether/internal/parallel"
	"bellwether/internal/produce"
	"bellwether/internal/queue"
	"bellwether/internal/schedule"
	"bellwether/internal/secret"
	"bellwether/internal/secret/local"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
	"bellwether/internal/tenant"
)

const (
	ada, bob                     = "0198f1c2-7000-7c32-8d50-6e3f4a5b6c7d", "0198f1c2-7000-7c32-8d50-6e3f4a5b6c7e"
	slackID, teamsID, machineID  = "0198f1c2-7000-7c32-8d50-00000000000a", "0198f1c2-7000-7c32-8d50-00000000000b", "0198f1c2-7000-7c32-8d50-00000000000c"
	visibility, deliverAtMost    = 6 * time.Minute, 8
	works, failsBefore           = fate(0), fate(1)
	failsAfter, diesBefore       = fate(2), fate(3)
	diesAfter                    = fate(4)
	alertID, alertCause, another = "0198f1c2-7000-7c32-8d50-00000000a1e7", "0198f1c2-7000-7c32-8d50-00000000ca5e", "0198f1c2-7000-7c32-8d50-00000000a1e8"
)

// fate is what happens to a call.
type fate int

type death struct{}

// office is an organisation of two people and three channels, the queue and the timers by which they are
// told, and the ends of the channels themselves.
type office struct {
	t         *testing.T
	now       time.Time
	raw       *bolt.Table
	fate      func(n int) fate
	calls     int
	dead      bool
	mail      []errand
	timers    map[string]schedule.Timer
	letters   map[string][]channel.Letter // by target
	sendFate  func(target string) *channel.Error
	maybe     map[string]int // letters that came without an answer, by target
	deaths    int            // processes that may have died over a letter
	sealer    secret.Sealer
	campaigns fewCampaigns
	random    *rand.ChaCha8
}

type errand struct {
	at    time.Time
	body  json.RawMessage
	tries int
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, now: begin, timers: map[string]schedule.Timer{}, letters: map[string][]channel.Letter{}, maybe: map[string]int{}, random: rand.NewChaCha8([32]byte{9})}
	var err error
	if o.raw, err = bolt.Open(filepath.Join(t.TempDir(), "deliver.db"), bolt.Options{Now: o.clock, NoSync: true}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.raw.Close() })
	if o.sealer, err = local.New(secret.NewText("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"), o.random); err != nil {
		t.Fatal(err)
	}
	o.put(store.Org(orgID).Settings(), tenant.Org{ID: orgID, Name: "Org", TimeZone: "UTC"})
	for _, id := range []string{ada, bob} {
		o.put(store.Org(orgID).Member(id), tenant.Member{UserID: id, Role: tenant.Admin})
		email, sms := o.contact(id, channel.Email), o.contact(id, channel.SMS)
		o.put(store.Org(orgID).Person(id), notification.Person{UserID: id, Email: &email, SMS: &sms})
	}
	for kind, id := range map[string]string{channel.Slack: slackID, channel.Teams: teamsID, channel.Webhook: machineID} {
		c, err := delivery.SealChannel(t.Context(), o.sealer, orgID, notification.Channel{ID: id, Kind: kind, Name: kind, From: notification.Low},
			channel.Endpoint{Address: secret.NewText("https://example.com/" + id)})
		if err != nil {
			t.Fatal(err)
		}
		o.put(store.Org(orgID).Channel(id), c)
	}
	return o
}

// contact is an address of a person.
func (o *office) contact(userID, by string) notification.Contact {
	if by == channel.SMS {
		return notification.Contact{Address: "+491701234567", Endpoint: "s", Confirmed: true}
	}
	return notification.Contact{Address: userID + "@example.com", Endpoint: "e", Confirmed: true}
}

func (o *office) clock() time.Time { return o.now }

func (o *office) put(key store.Key, v any) {
	o.t.Helper()
	doc, err := json.Marshal(v)
	if err == nil {
		err = o.raw.Write(o.t.Context(), key.SK, store.Put(store.Item{Key: key, Version: 1, Doc: string(doc)}, store.Always()))
	}
	if err != nil {
		o.t.Fatal(err)
	}
}

// pass is the gate before every call: what does not work may have been done all the same.
func (o *office) pass(do func() error) error {
	what := works
	if o.fate != nil {
		what = o.fate(o.calls)
	}
	o.calls++
	if o.dead || what == diesBefore {
		o.die()
	}
	if what == failsBefore {
		return fault.New(fault.Retryable, "injected", "it did not answer")
	}
	err := do()
	switch what {
	case failsAfter:
		return fault.New(fault.Retryable, "injected", "its answer was lost")
	case diesAfter:
		o.die()
	}
	return err
}

func (o *office) die() {
	if !o.dead {
		o.dead = true
		o.deaths++
	}
	panic(death{})
}

type officeTable struct{ o *office }

func (g officeTable) Get(ctx context.Context, key store.Key) (item store.Item, err error) {
	err = g.o.pass(func() (err error) {
		item, err = g.o.raw.Get(ctx, key)
		return err
	})
	return item, err
}

func (g officeTable) Query(ctx context.Context, q store.Query) (page store.Page, err error) {
	err = g.o.pass(func() (err error) {
		page, err = g.o.raw.Query(ctx, q)
		return err
	})
	return page, err
}

func (g officeTable) Write(ctx context.Context, token string, ops ...store.Op) error {
	return g.o.pass(func() error { return g.o.raw.Write(ctx, token, ops...) })
}

// Queue and Timers.
type officeQueue struct{ o *office }

func (q officeQueue) Send(_ context.Context, messages ...queue.Message) error {
	return q.o.pass(func() error {
		for _, m := range messages {
			q.o.mail = append(q.o.mail, errand{at: q.o.now.Add(m.Delay), body: m.Body})
		}
		return nil
	})
}

func (q officeQueue) Set(_ context.Context, t schedule.Timer) error {
	return q.o.pass(func() error {
		if _, ok := q.o.timers[t.Name]; !ok {
			q.o.timers[t.Name] = t
		}
		return nil
	})
}

func (q officeQueue) Cancel(context.Context, string) error { return nil }

// officeEnd is the far end of the channels.
type officeEnd struct{ o *office }

func (e officeEnd) Confirmed(context.Context, string) (bool, error) { return true, nil }

// take is a letter that comes in; a fault at it is a letter without an answer, taken or not.
func (e officeEnd) take(target string, l channel.Letter) error {
	if e.o.sendFate != nil {
		if err := e.o.sendFate(target); err != nil {
			if err.Outcome == channel.Unknown {
				e.o.letters[target] = append(e.o.letters[target], l)
				e.o.maybe[target]++
			}
			return err
		}
	}
	before := e.o.calls
	err := func() (err error) {
		defer func() {
			if e.o.fate != nil && e.o.fate(before) != works {
				e.o.maybe[target]++
			}
		}()
		return e.o.pass(func() error {
			e.o.letters[target] = append(e.o.letters[target], l)
			return nil
		})
	}()
	if err != nil {
		return &channel.Error{Outcome: channel.Unknown, Text: "no answer", Err: err}
	}
	return nil
}

type officePeople struct{ officeEnd }

func (p officePeople) Send(_ context.Context, recipient, protocol string, l channel.Letter) error {
	for _, id := range []string{ada, bob} {
		if recipient == p.o.contact(id, protocol).Recipient(id, protocol) {
			return p.take(delivery.PersonTarget(id, protocol), l)
		}
	}
	return &channel.Error{Outcome: channel.Refused, Text: "nobody has subscribed for " + recipient}
}

type officeSender struct{ officeEnd }

func (s officeSender) Send(_ context.Context, to channel.Endpoint, l channel.Letter) error {
	address := to.Address.Reveal()
	return s.take("channel/"+address[len(address)-len(ada):], l)
}

func (o *office) deliverer() produce.Deliverer {
	table := officeTable{o}
	sender := officeSender{officeEnd{o}}
	return produce.Deliverer{
		Ledger: store.Deliveries{Table: table}, Addresses: store.Notify{Table: table}, Rosters: store.Tenants{Table: table},
		Inboxes: store.Inbox{Table: table}, Incidents: store.Incidents{Table: table}, Silences: store.Silences{Table: table}, Campaigns: o.campaigns,
		People:  officePeople{officeEnd{o}},
		Senders: map[string]channel.Sender{channel.Slack: sender, channel.Teams: sender, channel.Webhook: sender},
		Sealer:  o.sealer, Queue: officeQueue{o}, Timers: officeQueue{o}, Now: o.clock, Random: o.random,
	}
}

// fewCampaigns are campaigns by id.
type fewCampaigns map[string]campaign.Campaign

func (f fewCampaigns) Get(_ context.Context, _, id string) (campaign.Campaign, error) {
	c, ok := f[id]
	if !ok {
		return c, fault.New(fault.NotFound, "not_found", "there is none")
	}
	return c, nil
}

func (o *office) hand(h notification.Handover) {
	o.t.Helper()
	body, err := json.Marshal(delivery.Errand{Handover: &h})
	if err != nil {
		o.t.Fatal(err)
	}
	o.mail = append(o.mail, errand{at: o.now, body: body})
}

func critical(id string, people ...string) notification.Handover {
	return notification.Handover{
		ID: id, OrgID: orgID, Key: id, Subject: "campaign/1", CauseID: event.Derive(id, "cause"), EventID: alertCause, At: begin, People: people,
		Message: notification.Message{Category: "budget", Severity: notification.Critical, Title: notification.Said("It is spent"), Lines: []notification.Text{notification.Said("All of it.")}, SMS: notification.Said("Spent")},
	}
}

// until lets the time go by, up to the given one, and does what is due.
func (o *office) until(end time.Time) {
	o.t.Helper()
	for range 10_000 {
		i := o.next()
		if i < 0 || o.mail[i].at.After(end) {
			o.now = end
			return
		}
		m := o.mail[i]
		o.mail = slices.Delete(o.mail, i, i+1)
		if m.at.After(o.now) {
			o.now = m.at
		}
		if err := o.invoke(m); err == nil {
			continue
		} else if m.tries++; m.tries == deliverAtMost {
			o.t.Fatalf("a message has become a dead letter: %s: %v", m.body, err)
		}
		m.at = o.now.Add(visibility)
		o.mail = append(o.mail, m)
	}
	o.t.Fatal("it never comes to an end")
}

// next turns the timers that are due into messages, as watch-deadlines does, and finds the next one.
func (o *office) next() int {
	for name, t := range o.timers {
		var d produce.Deadline
		if err := json.Unmarshal(t.Payload, &d); err != nil || t.Target != produce.WatchDeadlinesFunction || d.Kind != produce.DeliveryDue {
			o.t.Fatalf("timer %+v: %v", t, err)
		}
		body, err := json.Marshal(delivery.Errand{Wake: &delivery.Outgoing{OrgID: d.OrgID, Target: d.Target}})
		if err != nil {
			o.t.Fatal(err)
		}
		o.mail = append(o.mail, errand{at: t.At, body: body})
		delete(o.timers, name)
	}
	first := -1
	for i, m := range o.mail {
		if first < 0 || m.at.Before(o.mail[first].at) {
			first = i
		}
	}
	return first
}

func (o *office) invoke(m errand) error {
	o.dead = false
	payload, err := json.Marshal(map[string]any{"Records": []any{map[string]any{
		"messageId": "1", "body": string(m.body), "attributes": map[string]string{"ApproximateReceiveCount": fmt.Sprint(m.tries + 1)},
	}}})
	if err != nil {
		return err
	}
	answer, err := produce.DeliverAlerts(o.deliverer()).Invoke(parallel.InOrder(o.t.Context()), payload)
	if err != nil {
		return err
	}
	var response struct {
		BatchItemFailures []any `json:"batchItemFailures"`
	}
	if err := json.Unmarshal(answer, &response); err != nil || len(response.BatchItemFailures) > 0 {
		return fmt.Errorf("it failed: %w", err)
	}
	return nil
}

// rows are the ledger's rows of an alert, by target; reminders are left out.
func (o *office) rows(id string) map[string]delivery.Delivery {
	o.t.Helper()
	list, err := store.Deliveries{Table: o.raw}.OfAlert(o.t.Context(), orgID, id)
	if err != nil {
		o.t.Fatal(err)
	}
	rows := map[string]delivery.Delivery{}
	for _, d := range list {
		if d.Repeat == 0 {
			rows[d.Target] = d
		}
	}
	return rows
}
