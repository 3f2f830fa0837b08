package catalog_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	handlers "github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/bus"
	"bellwether/internal/catalog"
	"bellwether/internal/channel"
	"bellwether/internal/event"
	"bellwether/internal/local"
	"bellwether/internal/queue"
	"bellwether/internal/sam"
	"bellwether/internal/schedule"
	"bellwether/internal/store/dynamo"
	"bellwether/internal/store/dynamotest"
	trackers "bellwether/internal/ticket/sandbox"
)

// arn begins the names of our resources, as package sam has them.
const arn = "arn:aws:%s:us-east-1:000000000000:%s"

// use is an action on a resource.
type use struct{ action, resource string }

func (u use) String() string { return u.action + " on " + u.resource }

// watch notes what each function asks of AWS: of DynamoDB on the wire, of the others at their ports.
type watch struct {
	t         testing.TB
	server    *dynamotest.Server
	functions map[string]handlers.Handler

	mu   sync.Mutex
	used map[string]map[use]bool // by function
}

func (w *watch) note(function, action, resource string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.used[function] == nil {
		w.used[function] = map[use]bool{}
	}
	w.used[function][use{action, resource}] = true
}

// catalog wires every function on its own, so that it is known who asks.
func (w *watch) catalog(a catalog.Adapters) []catalog.Function {
	w.server = dynamotest.New(a.Table)
	all := catalog.Functions(a)
	for i, f := range all {
		own := a
		s := spy{w, f.Name}
		own.Table = dynamo.New(dynamotest.Config(w.server.URL, s), "bellwether-dev")
		own.Bus, own.Timers = spyBus{a.Bus, s}, spyTimers{a.Timers, s}
		own.BudgetTopic, own.FailureTopic = spyTopic{a.BudgetTopic, s, "budget-alerts"}, spyTopic{a.FailureTopic, s, "failure-alerts"}
		own.SyncQueue, own.Tokens = spyQueue{a.SyncQueue, s, "syncs"}, spySealer{a.Tokens, s}
		own.AlertQueue, own.People = spyQueue{a.AlertQueue, s, "alerts"}, spyPeople{a.People, s}
		if a.Tokens == nil {
			own.Tokens = nil
		}
		if a.DeadQueue != nil {
			own.DeadQueue = func(listener string) queue.Source {
				return spySource{lost{a.DeadQueue(listener), listener, new(bool)}, s, listener}
			}
		}
		all[i] = catalog.Functions(own)[i]
		w.functions[f.Name] = all[i].Handler
	}
	return all
}

// spy is one function's part.
type spy struct {
	watch    *watch
	function string
}

func (s spy) note(action, service, resource string) {
	s.watch.note(s.function, action, fmt.Sprintf(arn, service, resource))
}

// RoundTrip notes a call of DynamoDB. A transaction needs the actions of its parts.
func (s spy) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	var call struct {
		IndexName     string
		TransactItems []map[string]json.RawMessage
	}
	if err := json.Unmarshal(body, &call); err != nil {
		return nil, err
	}
	_, action, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	table := "table/bellwether-dev"
	switch {
	case call.IndexName != "":
		s.note("dynamodb:"+action, "dynamodb", table+"/index/"+call.IndexName)
	case action == "TransactWriteItems":
		for _, item := range call.TransactItems {
			for kind := range item {
				s.note("dynamodb:"+strings.TrimSuffix(kind, "Item")+"Item", "dynamodb", table)
			}
		}
	default:
		s.note("dynamodb:"+action, "dynamodb", table)
	}
	return s.watch.server.Client().Transport.RoundTrip(r)
}

type spyBus struct {
	bus.Bus
	spy spy
}

func (b spyBus) Put(ctx context.Context, events []event.Raw) ([]error, error) {
	b.spy.note("events:PutEvents", "events", "event-bus/bellwether-dev")
	return b.Bus.Put(ctx, events)
}

type spyTopic struct {
	channel.Topic
	spy  spy
	name string
}

func (c spyTopic) Publish(ctx context.Context, m channel.Message) error {
	c.spy.note("sns:Publish", "sns", "bellwether-dev-"+c.name)
	return c.Topic.Publish(ctx, m)
}

type spyTimers struct {
	schedule.Scheduler
	spy spy
}

func (s spyTimers) Set(ctx context.Context, timer schedule.Timer) error {
	s.spy.note("scheduler:CreateSchedule", "scheduler", "schedule/bellwether-dev/"+timer.Name)
	s.spy.watch.note(s.spy.function, "iam:PassRole", "arn:aws:iam::000000000000:role/TimerRole")
	return s.Scheduler.Set(ctx, timer)
}

func (s spyTimers) Cancel(ctx context.Context, name string) error {
	s.spy.note("scheduler:DeleteSchedule", "scheduler", "schedule/bellwether-dev/"+name)
	return s.Scheduler.Cancel(ctx, name)
}

// watchAll runs the whole system through every route and event.
func (w *watch) watchAll() {
	t := w.t
	tpl, err := sam.Load(root + "/template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	now := &moving{at: start}
	platforms := newPlatforms(t, now)
	system, err := local.Start(local.Config{
		Connectors: platforms.connectors, PublicURL: "http://localhost",
		Trackers: catalog.Trackers{HTTP: &http.Client{Transport: trackers.New(trackers.Config{Now: now.Now})}, GitHubURL: "http://sandbox.example/github"},
		Senders:  map[string]channel.Sender{channel.Webhook: takingSender{}},
		Template: tpl, Dir: t.TempDir(), Now: now.Now, Virtual: true, NoSync: true, Log: io.Discard, Report: io.Discard, Catalog: w.catalog,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer system.Close()
	defer w.server.Close()
	ada, eve := client{t: t, system: system}, client{t: t, system: system}
	ada.signIn("ada@example.com")
	eve.signIn("eve@example.com")
	ours, theirs := ada.furnish("eve@example.com"), eve.furnish("ada@example.com")
	apiKey, _ := ada.must("POST", "/v1/org/api-keys", `{"name":"Program","role":"viewer"}`)["key"].(string)
	spent := ada.furnish("other@example.com").campaign
	for _, o := range operations(t) {
		r := example(o, ours, &world{theirs: theirs})
		r.header["Idempotency-Key"] = o.id
		for range 2 { // the second one gets the first one's answer
			if a := ada.send(r); a.Code >= 500 {
				t.Fatalf("%s: %d %s", o.pattern(), a.Code, a.Body)
			}
		}
	}
	me, _ := ada.must("GET", "/v1/me", "")["id"].(string)
	ada.must("PATCH", "/v1/campaigns/"+spent, `{"managerIds":["`+me+`"]}`)
	ada.must("GET", "/v1/dashboard?min_version="+spent+".1", "")
	ada.token = apiKey
	ada.send(request{method: "GET", path: "/v1/campaigns"})
	for name, f := range w.functions {
		if !strings.HasSuffix(name, "-api") && name != "authorize" {
			f.Invoke(t.Context(), []byte(`{"source":"bellwether","detail-type":"Nothing"}`)) // what is no event is parked
		}
	}
	ada.drain()
	ada.signIn("nia@example.com")
	w.watchAlerts(&ada, now)
	w.watchAccounts(system, platforms, now)
	w.watchPosts(system, platforms, now)
	now.add(40 * 24 * time.Hour) // the timers ring
	system.Tick()
	ada.drain()
}
