package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/fault"
	"bellwether/internal/tenant"
)

// counter is a route that counts its runs and answers what it is told to.
type counter struct {
	runs   atomic.Int32
	mu     sync.Mutex
	causes []string
	answer func(w http.ResponseWriter, run int32) error
}

func (c *counter) route(pattern string) api.Route {
	return api.Route{Pattern: pattern, Handle: func(w http.ResponseWriter, r *http.Request) error {
		var in struct {
			Name string `json:"name"`
		}
		if err := api.Decode(r, &in); err != nil {
			return err
		}
		c.mu.Lock()
		c.causes = append(c.causes, api.RequestCause(r).ID)
		c.mu.Unlock()
		n := c.runs.Add(1)
		if c.answer != nil {
			return c.answer(w, n)
		}
		api.ETag(w, int64(n))
		w.Header().Set("Location", "/v1/campaigns/7")
		return api.JSON(w, http.StatusCreated, map[string]any{"run": n, "name": in.Name})
	}}
}

func TestARepeatGetsTheFirstAnswer(t *testing.T) {
	c := &counter{}
	h := manners(t).Handler(c.route(createPattern))
	first := send(h, ada, "POST", campaignsPath, `{"name":"a"}`, "Idempotency-Key", "k")
	again := send(h, ada, "POST", campaignsPath, `{"name":"a"}`, "Idempotency-Key", "k")
	if first.Code != http.StatusCreated || again.Code != first.Code || again.Body.String() != first.Body.String() || c.runs.Load() != 1 {
		t.Errorf("first %d %s, again %d %s, %d runs", first.Code, first.Body, again.Code, again.Body, c.runs.Load())
	}
	if first.Header().Get("Idempotent-Replayed") != "" || again.Header().Get("Idempotent-Replayed") != "true" {
		t.Errorf("headers %v, %v", first.Header(), again.Header())
	}
	for _, name := range []string{"ETag", "Location", "Content-Type"} {
		if again.Header().Get(name) != first.Header().Get(name) || first.Header().Get(name) == "" {
			t.Errorf("%s: %q, %q", name, first.Header().Get(name), again.Header().Get(name))
		}
	}
	other := send(h, ada, "POST", campaignsPath, `{"name":"b"}`, "Idempotency-Key", "k")
	if p := problemIn(t, other); p.Status != http.StatusUnprocessableEntity || p.Code != "idempotency_key_reused" {
		t.Errorf("another body: %+v", p)
	}
	if w := send(h, ada, "POST", campaignsPath+"?dryRun=true", `{"name":"a"}`, "Idempotency-Key", "k"); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("another query: %d", w.Code)
	}
	for name, w := range map[string]int{
		"another key": send(h, ada, "POST", campaignsPath, `{"name":"a"}`, "Idempotency-Key", "K").Code,
		"no key":      send(h, ada, "POST", campaignsPath, `{"name":"a"}`).Code,
	} {
		if w != http.StatusCreated {
			t.Errorf("%s: %d", name, w)
		}
	}
	if c.runs.Load() != 3 {
		t.Errorf("%d runs, want 3", c.runs.Load())
	}
}

func TestKeysOfOthersAreOthers(t *testing.T) {
	c := &counter{}
	h := manners(t).Handler(c.route(createPattern), c.route("POST /v1/orgs"))
	eve, elsewhere := ada, ada
	eve.ID, elsewhere.OrgID = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4aff", "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4aff"
	for _, p := range []tenant.Principal{ada, eve, elsewhere} {
		if w := send(h, p, "POST", campaignsPath, "", "Idempotency-Key", "k"); w.Code != http.StatusCreated || w.Header().Get("Idempotent-Replayed") != "" {
			t.Errorf("%+v: %d %v", p, w.Code, w.Header())
		}
	}
	// To make an organisation changes the active one: a repeat is a repeat all the same.
	first := send(h, ada, "POST", "/v1/orgs", "", "Idempotency-Key", "o")
	again := send(h, elsewhere, "POST", "/v1/orgs", "", "Idempotency-Key", "o")
	if again.Header().Get("Idempotent-Replayed") != "true" || again.Body.String() != first.Body.String() {
		t.Errorf("first %s, again %s", first.Body, again.Body)
	}
}

func TestOneKeyRunsOnce(t *testing.T) {
	started, release := make(chan struct{}), make(chan struct{})
	c := &counter{answer: func(w http.ResponseWriter, _ int32) error {
		close(started)
		<-release
		w.WriteHeader(http.StatusNoContent)
		return nil
	}}
	h := manners(t).Handler(c.route(createPattern))
	var group sync.WaitGroup
	group.Go(func() {
		if w := send(h, ada, "POST", campaignsPath, "", "Idempotency-Key", "k"); w.Code != http.StatusNoContent {
			t.Errorf("the first: %d", w.Code)
		}
	})
	<-started
	w := send(h, ada, "POST", campaignsPath, "", "Idempotency-Key", "k")
	if p := problemIn(t, w); p.Status != http.StatusConflict || p.Code != "request_running" || w.Header().Get("Retry-After") == "" {
		t.Errorf("while it runs: %+v, header %v", p, w.Header())
	}
	close(release)
	group.Wait()
	if w := send(h, ada, "POST", campaignsPath, "", "Idempotency-Key", "k"); w.Code != http.StatusNoContent || c.runs.Load() != 1 {
		t.Errorf("afterwards: %d, %d runs", w.Code, c.runs.Load())
	}
}

func TestAFailureIsTriedAgainUnderTheSameCause(t *testing.T) {
	for name, err := range map[string]error{
		"our failure": fmt.Errorf("boom"), "a dependency's": fault.New(fault.Retryable, "throttled", "slow"),
		"somebody was first": fault.New(fault.Conflict, "conflict", "changed"),
	} {
		t.Run(name, func(t *testing.T) {
			c := &counter{answer: func(w http.ResponseWriter, run int32) error {
				if run == 1 {
					return err
				}
				return api.JSON(w, http.StatusCreated, run)
			}}
			h := manners(t).Handler(c.route(createPattern))
			first := send(h, ada, "POST", campaignsPath, "", "Idempotency-Key", "k")
			if first.Code < 400 {
				t.Fatalf("first %d", first.Code)
			}
			for want := range 2 {
				w := send(h, ada, "POST", campaignsPath, "", "Idempotency-Key", "k")
				if w.Code != http.StatusCreated || w.Body.String() != "2" {
					t.Errorf("repeat %d: %d %s", want, w.Code, w.Body)
				}
			}
			if len(c.causes) != 2 || c.causes[0] != c.causes[1] {
				t.Errorf("causes %v", c.causes)
			}
		})
	}
}

func TestAProcessThatDiedIsReplaced(t *testing.T) {
	now := start
	var mu sync.Mutex
	m := mannersAt(t, func() time.Time { mu.Lock(); defer mu.Unlock(); return now })
	c := &counter{answer: func(w http.ResponseWriter, run int32) error {
		if run == 1 {
			panic(http.ErrAbortHandler) // nothing is settled: as if the process were gone
		}
		return api.JSON(w, http.StatusCreated, run)
	}}
	h := m.Handler(c.route(createPattern))
	func() {
		defer func() { recover() }()
		send(h, ada, "POST", campaignsPath, "", "Idempotency-Key", "k")
	}()
	if w := send(h, ada, "POST", campaignsPath, "", "Idempotency-Key", "k"); w.Code != http.StatusConflict {
		t.Errorf("at once: %d", w.Code)
	}
	mu.Lock()
	now = now.Add(time.Minute)
	mu.Unlock()
	if w := send(h, ada, "POST", campaignsPath, "", "Idempotency-Key", "k"); w.Code != http.StatusCreated || c.causes[0] != c.causes[1] {
		t.Errorf("after a minute: %d, causes %v", w.Code, c.causes)
	}
}

// An answer with a secret is never kept.
func TestASecretIsShownOnce(t *testing.T) {
	c := &counter{answer: func(w http.ResponseWriter, _ int32) error {
		return api.JSON(w, http.StatusCreated, map[string]string{"key": "bw_hunter2"})
	}}
	route := c.route("POST /v1/org/api-keys")
	route.ShownOnce = true
	h := manners(t).Handler(route)
	first := send(h, ada, "POST", "/v1/org/api-keys", "", "Idempotency-Key", "k")
	if !strings.Contains(first.Body.String(), "bw_hunter2") {
		t.Errorf("first %s", first.Body)
	}
	again := send(h, ada, "POST", "/v1/org/api-keys", "", "Idempotency-Key", "k")
	if strings.Contains(again.Body.String(), "hunter2") || c.runs.Load() != 1 {
		t.Errorf("again %s, %d runs", again.Body, c.runs.Load())
	}
	if p := problemIn(t, again); p.Status != http.StatusConflict || p.Code != "shown_once" {
		t.Errorf("again %+v", p)
	}
}

func TestIdempotencyKeysAreLimited(t *testing.T) {
	c := &counter{}
	h := manners(t).Handler(c.route(createPattern))
	if w := send(h, ada, "POST", campaignsPath, "", "Idempotency-Key", strings.Repeat("k", 255)); w.Code != http.StatusCreated {
		t.Errorf("255 letters: %d", w.Code)
	}
	if w := send(h, ada, "POST", campaignsPath, "", "Idempotency-Key", strings.Repeat("k", 256)); w.Code != http.StatusBadRequest {
		t.Errorf("256 letters: %d", w.Code)
	}
	if w := send(h, ada, "POST", campaignsPath, strings.Repeat(" ", api.MaxBody+1), "Idempotency-Key", "large"); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a large body: %d", w.Code)
	}
	// A refusal is an answer too; a role that does not suffice is none: it may change.
	viewer := ada
	viewer.Role = tenant.Viewer
	if w := send(h, viewer, "POST", campaignsPath, "", "Idempotency-Key", "v"); w.Code != http.StatusForbidden {
		t.Errorf("a viewer: %d", w.Code)
	}
	if w := send(h, ada, "POST", campaignsPath, "", "Idempotency-Key", "v"); w.Code != http.StatusCreated {
		t.Errorf("promoted: %d", w.Code)
	}
}
