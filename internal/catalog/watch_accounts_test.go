package catalog_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"bellwether/internal/local"
	"bellwether/internal/platform"
	"bellwether/internal/platform/connectors"
	"bellwether/internal/platform/sandbox"
	"bellwether/internal/queue"
	"bellwether/internal/secret"
)

type spyQueue struct {
	queue.Queue
	spy  spy
	name string
}

func (q spyQueue) Send(ctx context.Context, messages ...queue.Message) error {
	q.spy.note("sqs:SendMessage", "sqs", "bellwether-dev-"+q.name)
	return q.Queue.Send(ctx, messages...)
}

// spySealer notes what the sealer by KMS would ask for.
type spySealer struct {
	secret.Sealer
	spy spy
}

func (s spySealer) Seal(ctx context.Context, plain []byte, context map[string]string) ([]byte, error) {
	s.spy.note("kms:GenerateDataKey", "local", "TokenKey")
	return s.Sealer.Seal(ctx, plain, context)
}

func (s spySealer) Open(ctx context.Context, sealed []byte, context map[string]string) ([]byte, error) {
	s.spy.note("kms:Decrypt", "local", "TokenKey")
	return s.Sealer.Open(ctx, sealed, context)
}

// platforms are the ad platforms' sandbox, without a network.
type platforms struct {
	sandbox    *sandbox.Server
	connectors platform.Connectors
}

func newPlatforms(t testing.TB, now *moving) platforms {
	t.Helper()
	server, err := sandbox.New(sandbox.Config{Now: now.Now, PageSize: 20})
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: server}
	all, err := connectors.New(map[string]platform.Endpoint{
		platform.Meta:     sandbox.Endpoint(platform.Meta, "http://sandbox.example"),
		platform.Facebook: sandbox.Endpoint(platform.Facebook, "http://sandbox.example"),
	}, client, now.Now)
	if err != nil {
		t.Fatal(err)
	}
	return platforms{server, all}
}

// connect takes a person's browser to the platform and back, and answers what the connection came to.
func (p platforms) connect(c *client, path, body string) map[string]any {
	c.t.Helper()
	begun := c.must("POST", path, body)
	r := httptest.NewRequest(http.MethodPost, begun["authorizationUrl"].(string), strings.NewReader("decision=allow"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	p.sandbox.ServeHTTP(w, r)
	back, err := url.Parse(w.Header().Get("Location"))
	if err != nil || w.Code != http.StatusSeeOther {
		c.t.Fatalf("the platform answered %d %s", w.Code, w.Body)
	}
	if a := c.send(request{method: "GET", path: back.Path, query: back.RawQuery}); a.Code != http.StatusOK {
		c.t.Fatalf("the callback answered %d %s", a.Code, a.Body)
	}
	return c.must("GET", "/v1/connections/"+begun["id"].(string), "")
}

// watchAccounts lives the life of an ad account: connected by choice, synced, paused at its platform,
// refused, failing, lost, reconnected, left without its schedule, disconnected.
func (w *watch) watchAccounts(system *local.System, p platforms, now *moving) {
	t := w.t
	ann := client{t: t, system: system}
	ann.signIn("ann@example.com")
	later := func(d time.Duration) {
		now.add(d)
		system.Tick()
		ann.drain()
		now.add(6 * time.Minute) // the messages of a tick are spread over five
		system.Tick()
		ann.drain()
		ann.signIn("ann@example.com")
	}
	ann.hear()
	ann.must("PUT", "/v1/org/tracker", `{"kind":"github","project":"acme/shop","token":"sandbox-github-token"}`)
	const account, campaign = "act_2039485761", "120210000000101"
	chosen := p.connect(&ann, "/v1/integrations", `{"platform":"meta"}`)
	if chosen["status"] != "choose_account" {
		t.Fatalf("the connection is %v", chosen)
	}
	one, _ := ann.must("POST", "/v1/connections/"+chosen["id"].(string)+"/account", `{"accountId":"`+account+`"}`)["id"].(string)
	integration := "/v1/integrations/" + one
	later(time.Minute)
	list, _ := ann.must("GET", "/v1/campaigns", "")["items"].([]any)
	if len(list) != 2 {
		t.Fatalf("%d campaigns came of the first sync", len(list))
	}
	var ours string
	for _, item := range list {
		if c := item.(map[string]any); c["status"] == "active" {
			ours = "/v1/campaigns/" + c["id"].(string)
		}
	}
	pause := func() {
		ann.must("POST", ours+"/pause", `{}`)
		later(time.Minute)
		ann.must("POST", ours+"/resume", "")
		later(time.Minute)
	}
	pause()
	if c, _ := p.sandbox.World().Campaign(platform.Meta, campaign); c.Status != "ACTIVE" || len(p.sandbox.World().Log()) != 2 {
		t.Fatalf("at the platform it is %s, by %d calls", c.Status, len(p.sandbox.World().Log()))
	}
	later(15 * time.Minute)
	p.sandbox.Arm(platform.Meta, "set_status", "permission", 1)
	pause()
	ann.must("POST", integration+"/sync", "")
	later(time.Minute)
	now.add(46 * 24 * time.Hour) // the time to renew the token: by whom, is chance
	ann.signIn("ann@example.com")
	ann.must("POST", ours+"/pause", `{}`)
	ann.drain()
	later(45 * time.Minute)
	p.sandbox.World().Change(platform.Meta, "120210000000102", func(c *sandbox.Campaign) { c.Deleted = true })
	for range 3 {
		later(15 * time.Minute)
	}
	p.sandbox.Arm(platform.Meta, "", "invalid", 100)
	for range 4 {
		later(15 * time.Minute)
	}
	p.sandbox.Clear()
	now.add(2 * time.Hour) // nobody took the work, says the dispatcher when it wakes
	if _, err := w.functions["dispatch-syncs"].Invoke(t.Context(), []byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	later(time.Minute)
	now.add(46 * 24 * time.Hour) // a second time to renew the token, for whoever did not
	later(time.Minute)
	ann.must("POST", ours+"/resume", "")
	ann.drain()
	p.sandbox.World().RevokeAll(platform.Meta)
	later(20 * time.Minute)
	if got := ann.must("GET", integration, "")["status"]; got != "needs_reconnect" {
		t.Fatalf("after the grant was taken back it is %v", got)
	}
	ann.must("POST", integration+"/disconnect", `{}`)
	p.connect(&ann, integration+"/reconnect", "")
	later(time.Minute)
	p.sandbox.World().RevokeAll(platform.Meta)
	ann.must("POST", ours+"/pause", `{}`) // which meets a grant that is gone before a sync does
	ann.drain()
	later(20 * time.Minute)
	p.connect(&ann, integration+"/reconnect", "")
	later(time.Minute)
	ann.must("POST", integration+"/disconnect", `{}`)
	for range 3 {
		later(time.Minute)
	}
	if got := ann.must("GET", integration, "")["status"]; got != "disconnected" {
		t.Fatalf("in the end it is %v", got)
	}
}
