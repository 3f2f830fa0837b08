package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bellwether/internal/browsertest"
	"bellwether/internal/catalog"
	"bellwether/internal/local"
	"bellwether/internal/sam"
	"bellwether/internal/seed"
)

// clock is the tests' time: a Monday morning.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Microsecond)
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is what `make run` starts, with its organisation, at an address of this machine.
type world struct {
	t      testing.TB
	base   string // "http://localhost:34567"
	server *http.Server
	system *local.System
	clock  *clock
	broken atomic.Bool // the listener update-performance-metrics
	token  string
}

var errBroken = errors.New("this listener is broken")

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, clock: &clock{now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}}
	dir := t.TempDir()
	platforms, err := openPlatforms(dir, "0", w.clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(platforms.close)
	template, err := sam.Load("../../../template.yaml", "AlertEmail=alerts@example.com", "AlertPhone=+15550100123")
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	w.base = "http://localhost:" + port
	w.system, err = local.Start(local.Config{
		Template: template, Dir: filepath.Join(dir, "state"), Connectors: platforms.connectors, Trackers: catalog.Trackers{GitHubURL: platforms.url + "/github"},
		PublicURL: w.base, NoSync: true, Log: io.Discard, Report: io.Discard, Now: w.clock.Now, Virtual: true, Catalog: w.catalog,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.server = &http.Server{Handler: w.system.Handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = w.server.Serve(listener) }()
	t.Cleanup(func() { w.server.Close(); w.system.Close() })
	target := seed.Target{API: w.system.Handler(), Host: "localhost:" + port, Sandbox: platforms.url, Now: w.clock.Now, Settle: func(context.Context) error { w.later(time.Second); return nil }}
	if done, err := seed.Fill(t.Context(), target); err != nil || !done {
		t.Fatalf("seeded: %v, %v", done, err)
	}
	w.later(time.Second)
	return w
}

// catalog is what runs, with one listener that can be broken.
func (w *world) catalog(a catalog.Adapters) []catalog.Function {
	functions := catalog.Functions(a)
	for i, f := range functions {
		if f.Name == "update-performance-metrics" {
			functions[i].Handler = handler(func(ctx context.Context, payload []byte) ([]byte, error) {
				if w.broken.Load() {
					return nil, errBroken
				}
				return f.Handler.Invoke(ctx, payload)
			})
		}
	}
	return functions
}

type handler func(ctx context.Context, payload []byte) ([]byte, error)

func (h handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) { return h(ctx, payload) }

// later lets time go by, and all happen that is due then.
func (w *world) later(d time.Duration) {
	w.t.Helper()
	w.clock.add(d)
	w.system.Tick()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	if err := w.system.Drain(ctx); err != nil {
		w.t.Fatal(err)
	}
}

// ask makes a request to the API as the owner.
func (w *world) ask(method, target, body string, out any) {
	w.t.Helper()
	send := func(method, target, kind, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, target, strings.NewReader(body))
		r.Host = "localhost"
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Authorization", "Bearer "+w.token)
		answer := httptest.NewRecorder()
		w.system.Handler().ServeHTTP(answer, r)
		if answer.Code >= 300 {
			w.t.Fatalf("%s %s answered %d: %s", method, target, answer.Code, answer.Body)
		}
		return answer
	}
	if w.token == "" {
		w.token = send("POST", "/_local/token", "application/x-www-form-urlencoded", "email="+seed.Email).Body.String()
	}
	answer := send(method, target, "application/json", body)
	if out == nil {
		return
	}
	if err := json.Unmarshal(answer.Body.Bytes(), out); err != nil {
		w.t.Fatal(err)
	}
}

// thing is what has an id and a name.
type thing struct{ ID, Name, Title, State, Status string }

// find is the id of the thing with the name, in a list of the API.
func (w *world) find(list, name string) string {
	w.t.Helper()
	var page struct{ Items []thing }
	w.ask("GET", list, "", &page)
	for _, i := range page.Items {
		if i.Name == name || i.Title == name || name == "" {
			return i.ID
		}
	}
	w.t.Fatalf("%s has no %s", list, name)
	return ""
}

// signIn goes the whole way: the welcome page, the issuer's page, and back.
func (w *world) signIn(p *browsertest.Page, who string) {
	w.t.Helper()
	p.Goto("/")
	p.Click("a.primary")
	p.Type("input[type=email]", who)
	p.Press("Enter")
	p.WaitFor("nav a[aria-current=page]")
}
