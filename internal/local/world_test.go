package local

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/catalog"
	"bellwether/internal/sam"
)

// clock is the tests' time.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Microsecond)
	return c.now
}

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// set moves the time on to a moment, never back.
func (c *clock) set(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if to.After(c.now) {
		c.now = to
	}
}

var deployed = sync.OnceValues(func() (*sam.Template, error) {
	return sam.Load("../../template.yaml", "AlertEmail=alerts@example.com", "AlertPhone=+15550100123")
})

// running is a system with a client.
type running struct {
	*System
	t     testing.TB
	clock *clock
	token string
	host  string
}

// start starts a system in dir, changed as told, and signs Ada in.
func start(t testing.TB, dir string, c *clock, changes ...func(*Config)) *running {
	t.Helper()
	template, err := deployed()
	if err != nil {
		t.Fatal(err)
	}
	config := Config{Template: template, Dir: dir, Now: c.Now, Virtual: true, NoSync: true, Log: io.Discard, Report: io.Discard}
	for _, change := range changes {
		change(&config)
	}
	s, err := Start(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() }) // again, where the test has done so: it changes nothing then
	r := &running{System: s, t: t, clock: c, host: "localhost:8080"}
	r.signIn("ada@example.com")
	return r
}

// over wraps one function of the catalogue.
func over(name string, wrap func(lambda.Handler) lambda.Handler) func(*Config) {
	return func(c *Config) {
		inner := c.withDefaults().Catalog
		c.Catalog = func(a catalog.Adapters) []catalog.Function {
			functions := inner(a)
			for i := range functions {
				if functions[i].Name == name {
					functions[i].Handler = wrap(functions[i].Handler)
				}
			}
			return functions
		}
	}
}

// handler is a function of a test.
type handler func(ctx context.Context, payload []byte) ([]byte, error)

func (h handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) { return h(ctx, payload) }

// send makes a request.
func (r *running) send(method, target, body string, header ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, target, strings.NewReader(body))
	req.Host = r.host
	req.Header.Set("Content-Type", "application/json")
	if strings.HasPrefix(target, localPrefix) {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	r.Handler().ServeHTTP(w, req)
	return w
}

// do makes a request and wants the status.
func (r *running) do(method, target, body string, status int, header ...string) string {
	r.t.Helper()
	w := r.send(method, target, body, header...)
	if w.Code != status {
		r.t.Fatalf("%s %s answered %d, want %d: %s", method, target, w.Code, status, w.Body)
	}
	return w.Body.String()
}

func (r *running) signIn(email string) {
	r.t.Helper()
	r.token = r.do("POST", "/_local/token", "email="+email, http.StatusOK)
}

func (r *running) drain() {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 20*time.Second)
	defer cancel()
	if err := r.Drain(ctx); err != nil {
		r.t.Fatal(err)
	}
}

// later lets time go by, and all happen that is due then.
func (r *running) later(d time.Duration) {
	r.t.Helper()
	r.clock.Add(d)
	r.Tick()
	r.drain()
}

func (r *running) state() State {
	r.t.Helper()
	st, err := r.State()
	if err != nil {
		r.t.Fatal(err)
	}
	return st
}

const newCampaign = `{"name":"Summer","objective":"sales","currency":"USD","timeZone":"UTC","activate":true,
	"budget":{"amount":"100","period":"monthly"},"placements":[{"platform":"meta","externalId":"m1","name":"Meta"}]}`

// campaign creates one with 100 USD a month, and answers its path. The key makes it the same one each time.
func (r *running) campaign() string {
	r.t.Helper()
	body := r.do("POST", "/v1/campaigns", newCampaign, http.StatusCreated, "Idempotency-Key", "campaign")
	var created struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal([]byte(body), &created); err != nil {
		r.t.Fatal(err)
	}
	return "/v1/campaigns/" + created.ID
}

// spend reports a day's spend in USD.
func (r *running) spend(campaign, day, usd string) string {
	r.t.Helper()
	return r.do("PUT", campaign+"/metrics", `{"rows":[{"date":"2026-11-`+day+`","spend":"`+usd+`"}]}`, http.StatusOK)
}

func wantText(t testing.TB, what, text string, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		if !strings.Contains(text, want) {
			t.Errorf("%s lacks %s:\n%s", what, want, text)
		}
	}
}
