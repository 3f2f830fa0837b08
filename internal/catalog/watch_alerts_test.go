package catalog_test

import (
	"context"
	"net/http"
	"time"

	"bellwether/internal/channel"
	"bellwether/internal/event"
	"bellwether/internal/queue"
)

// spyPeople notes what the subscriptions of persons would ask SNS for.
type spyPeople struct {
	channel.People
	spy spy
}

func (p spyPeople) topic(action string) {
	p.spy.note("sns:"+action, "sns", "bellwether-dev-failure-alerts")
}
func (p spyPeople) any(action string) { p.spy.watch.note(p.spy.function, "sns:"+action, "*") }

func (p spyPeople) Subscribe(ctx context.Context, recipient, protocol, address string) (string, bool, error) {
	p.topic("Subscribe")
	return p.People.Subscribe(ctx, recipient, protocol, address)
}

func (p spyPeople) Confirmed(ctx context.Context, endpoint string) (bool, error) {
	p.any("GetSubscriptionAttributes")
	return p.People.Confirmed(ctx, endpoint)
}

func (p spyPeople) Unsubscribe(ctx context.Context, endpoint string) error {
	p.any("Unsubscribe")
	return p.People.Unsubscribe(ctx, endpoint)
}

func (p spyPeople) Send(ctx context.Context, recipient, protocol string, l channel.Letter) error {
	p.topic("Publish")
	return p.People.Send(ctx, recipient, protocol, l)
}

// hear has the person told of everything: by a webhook at once, and by mail once a day.
func (c *client) hear() {
	c.t.Helper()
	id, _ := c.must("POST", "/v1/channels", `{"kind":"webhook","name":"Ops","url":"https://hooks.example.com/in","from":"low"}`)["id"].(string)
	c.must("POST", "/v1/channels/"+id+"/rotate-key", `{}`)
	c.must("PUT", "/v1/me/notifications", `{"rules":[{"channel":"email","from":"low","digest":"daily"}]}`)
	c.must("PUT", "/v1/me/contacts/email", `{"address":"me@example.com"}`)
	c.must("GET", "/v1/me/notifications", "")
	state := c.must("GET", "/_local/state", "")
	for _, s := range state["subscriptions"].([]any) {
		path := "/_local/subscriptions/" + s.(map[string]any)["id"].(string) + "/confirm"
		if w := c.send(request{method: "POST", path: path}); w.Code != http.StatusSeeOther {
			c.t.Fatalf("confirm: %d %s", w.Code, w.Body)
		}
	}
}

// watchAlerts has people who are told of everything do what the others are watched at.
func (w *watch) watchAlerts(c *client, now *moving) {
	c.hear()
	c.must("POST", "/v1/campaigns", `{"name":"Told","objective":"sales","currency":"USD","timeZone":"UTC","activate":true}`)
	c.drain()
	w.watchRedrive(c)
	now.add(26 * time.Hour) // the digest
	c.system.Tick()
	c.drain()
}

// spySource notes what a dead-letter queue is asked.
type spySource struct {
	queue.Source
	spy  spy
	name string
}

func (s spySource) note(action string) {
	s.spy.note("sqs:"+action, "sqs", "bellwether-dev-"+s.name+"-dead-letters")
}

func (s spySource) Receive(ctx context.Context) ([]queue.Received, error) {
	s.note("ReceiveMessage")
	return s.Source.Receive(ctx)
}

func (s spySource) Delete(ctx context.Context, receipt string) error {
	s.note("DeleteMessage")
	return s.Source.Delete(ctx, receipt)
}

// lost is a dead-letter queue with one message, which the system's own queue does not have.
type lost struct {
	queue.Source
	listener string
	given    *bool
}

func (l lost) Receive(ctx context.Context) ([]queue.Received, error) {
	if *l.given {
		return l.Source.Receive(ctx)
	}
	*l.given = true
	id := event.Derive("lost", l.listener)
	body := `{"detail-type":"CampaignCreated","detail":{"meta":{"id":"` + id + `","orgId":"` + event.Derive("lost") + `"}}}`
	return []queue.Received{{Body: []byte(body), Receipt: "0"}}, nil
}

// watchRedrive has a listener meet an event that it does not know, and a person give it that once more.
func (w *watch) watchRedrive(c *client) {
	const listener = "update-dashboard-cache"
	org, id := c.must("GET", "/v1/me", "")["orgId"].(string), event.Derive("nothing known")
	payload := `{"source":"bellwether","detail-type":"Nothing","detail":{"meta":{"id":"` + id + `","orgId":"` + org + `","type":"Nothing","version":1}}}`
	if _, err := w.functions[listener].Invoke(w.t.Context(), []byte(payload)); err != nil {
		w.t.Fatal(err)
	}
	c.must("GET", "/v1/dead-letters", "")
	c.must("GET", "/v1/dead-letters?listener="+listener, "")
	c.must("POST", "/v1/dead-letters/"+listener+"/"+id+"/redrive", "")
}
