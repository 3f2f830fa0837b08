package seed_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"bellwether/internal/local"
	"bellwether/internal/platform"
	"bellwether/internal/platform/connectors"
	"bellwether/internal/platform/sandbox"
	"bellwether/internal/sam"
	"bellwether/internal/seed"
)

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

// world is a runner beside a sandbox.
type world struct {
	system  *local.System
	sandbox string
	clock   *clock
}

func newWorld(t *testing.T) world {
	t.Helper()
	c := &clock{now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	platforms, err := sandbox.New(sandbox.Config{Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(platforms)
	t.Cleanup(server.Close)
	endpoints := map[string]platform.Endpoint{}
	for _, name := range sandbox.Platforms() {
		endpoints[name] = sandbox.Endpoint(name, server.URL)
	}
	all, err := connectors.New(endpoints, connectors.NewClient(), c.Now)
	if err != nil {
		t.Fatal(err)
	}
	template, err := sam.Load("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	system, err := local.Start(local.Config{
		Template: template, Dir: filepath.Join(t.TempDir(), "state"), Connectors: all, PublicURL: "http://localhost:8080", NoSync: true, Log: io.Discard, Report: io.Discard, Now: c.Now, Virtual: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { system.Close() })
	return world{system, server.URL, c}
}

func (w world) settle(ctx context.Context) error {
	w.clock.add(time.Second)
	w.system.Tick()
	return w.system.Drain(ctx)
}

func (w world) fill(ctx context.Context, api http.Handler) (bool, error) {
	return seed.Fill(ctx, seed.Target{API: api, Host: "localhost:8080", Sandbox: w.sandbox, Now: w.clock.Now, Settle: w.settle})
}

// look is what the organisation has, in few words.
func (w world) look(t *testing.T) string {
	t.Helper()
	ask := func(method, target, kind, body, token string) string {
		r := httptest.NewRequest(method, target, strings.NewReader(body))
		r.Host = "localhost:8080"
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Authorization", "Bearer "+token)
		answer := httptest.NewRecorder()
		w.system.Handler().ServeHTTP(answer, r)
		if answer.Code != http.StatusOK {
			t.Fatalf("%s answered %d: %s", target, answer.Code, answer.Body)
		}
		return answer.Body.String()
	}
	token := ask("POST", "/_local/token", "application/x-www-form-urlencoded", "email="+seed.Email, "")
	count := func(path string) int {
		var list struct{ Items []json.RawMessage }
		if err := json.Unmarshal([]byte(ask("GET", path, "application/json", "", token)), &list); err != nil {
			t.Fatal(err)
		}
		return len(list.Items)
	}
	var d struct {
		Campaigns []struct {
			Name, Status string
			Budget       struct{ PercentUsed string }
		}
	}
	if err := json.Unmarshal([]byte(ask("GET", "/v1/dashboard", "application/json", "", token)), &d); err != nil {
		t.Fatal(err)
	}
	states := ""
	for _, name := range []string{"916", "936", "1178"} {
		for _, c := range d.Campaigns {
			if c.Name == "Campaign "+name {
				states += fmt.Sprintf(" %s %s at %s;", name, c.Status, c.Budget.PercentUsed)
			}
		}
	}
	return fmt.Sprintf("members %d, channels %d, rules %d, accounts %d, posts %d, open incidents %d, campaigns %d:%s", count("/v1/org/members"), count("/v1/channels"), count("/v1/automations"),
		count("/v1/integrations"), count("/v1/posts"), count("/v1/incidents?state=open"), len(d.Campaigns), states)
}

// What spends what, from the file: 149.71 of 250, 2,893.37 of 3,100, 55,662.15 of 50,000.
const whole = "members 3, channels 1, rules 2, accounts 5, posts 6, open incidents 1, campaigns 21: 916 active at 59.88; 936 active at 93.33; 1178 paused at 111.32;"

func TestFill(t *testing.T) {
	w := newWorld(t)
	done, err := w.fill(t.Context(), w.system.Handler())
	if err != nil || !done {
		t.Fatalf("%v, %v", done, err)
	}
	if got := w.look(t); got != whole {
		t.Errorf("it has %s\nwant   %s", got, whole)
	}
	if done, err := w.fill(t.Context(), w.system.Handler()); err != nil || done {
		t.Errorf("a second time: %v, %v", done, err)
	}
}

var errCut = errors.New("cut off")

// cutOff is an API that answers so many requests, and then takes them and answers nothing any more.
type cutOff struct {
	http.Handler
	left int
}

func (c *cutOff) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.left--
	if c.left < 0 {
		c.Handler.ServeHTTP(httptest.NewRecorder(), r) // done, and nobody heard of it
		http.Error(w, errCut.Error(), http.StatusServiceUnavailable)
		return
	}
	c.Handler.ServeHTTP(w, r)
}

// A filling that broke off anywhere is gone on with at the next start, and ends the same.
func TestFillBreaksOff(t *testing.T) {
	w := newWorld(t)
	for cut := 0; ; cut += 1 + cut/8 {
		done, err := w.fill(t.Context(), &cutOff{w.system.Handler(), cut})
		if done || err == nil {
			break
		}
		if cut > 2000 {
			t.Fatal("it never ends")
		}
	}
	if got := w.look(t); got != whole {
		t.Errorf("it has %s\nwant   %s", got, whole)
	}
}
