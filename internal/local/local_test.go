package local

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"bellwether/internal/sam"
)

// clock is the tests' time.
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

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)} }

func deployed(t testing.TB) *sam.Template {
	t.Helper()
	tpl, err := sam.Load("../../template.yaml", "AlertEmail=alerts@example.com", "AlertPhone=+15550100123")
	if err != nil {
		t.Fatal(err)
	}
	return tpl
}

// running is a system with a client.
type running struct {
	*System
	t     testing.TB
	clock *clock
	token string
}

func start(t testing.TB, dir string, c *clock) *running {
	t.Helper()
	s, err := Start(Config{Template: deployed(t), Dir: dir, Now: c.Now, Virtual: true, NoSync: true, Log: io.Discard, Report: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	r := &running{System: s, t: t, clock: c}
	r.token = r.do("POST", "/_local/token", "email=ada@example.com", 200)
	return r
}

// do makes a request and wants the status.
func (r *running) do(method, target, body string, status int) string {
	r.t.Helper()
	req := httptest.NewRequest(method, target, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	if strings.HasPrefix(target, localPrefix) {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	w := httptest.NewRecorder()
	r.Handler().ServeHTTP(w, req)
	if w.Code != status {
		r.t.Fatalf("%s %s answered %d, want %d: %s", method, target, w.Code, status, w.Body)
	}
	return w.Body.String()
}

func (r *running) drain() {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := r.Drain(ctx); err != nil {
		r.t.Fatal(err)
	}
}

func (r *running) state() State {
	r.t.Helper()
	st, err := r.State()
	if err != nil {
		r.t.Fatal(err)
	}
	return st
}

// campaign creates one with 100 USD a month, and answers its path.
func (r *running) campaign() string {
	r.t.Helper()
	body := r.do("POST", "/v1/campaigns", `{"name":"Summer","objective":"sales","currency":"USD","timeZone":"UTC",
	 "budget":{"amount":"100","period":"monthly"},"placements":[{"platform":"meta","externalId":"m1","name":"Meta"}],"activate":true}`, 201)
	var created struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal([]byte(body), &created); err != nil {
		r.t.Fatal(err)
	}
	return "/v1/campaigns/" + created.ID
}

func wantText(t testing.TB, what, text string, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		if !strings.Contains(text, want) {
			t.Errorf("%s lacks %s:\n%s", what, want, text)
		}
	}
}

// The whole story as a client sees it.
func TestBudgetStory(t *testing.T) {
	r := start(t, t.TempDir(), newClock())
	defer r.Close()
	c := r.campaign()
	r.do("PUT", c+"/metrics", `{"rows":[{"date":"2026-11-22","spend":"95","impressions":4000,"clicks":80,"conversions":"8","revenue":"190"}]}`, 200)
	r.drain()
	wantText(t, "the dashboard", r.do("GET", "/v1/dashboard", "", 200), `"percentUsed":"95.00"`, `"severity":"high"`, `"alsoCrossed":[80]`, `"roas":"2"`)
	wantText(t, "the inbox", r.do("GET", "/v1/inbox/count", "", 200), `"unread":2`)

	answer := r.do("PUT", c+"/metrics", `{"rows":[{"date":"2026-11-23","spend":"5"}]}`, 200)
	wantText(t, "the report", answer, `"threshold":100`, `"percentUsed":"100.00"`)
	r.drain()
	wantText(t, "the campaign", r.do("GET", c, "", 200), `"status":"paused"`, `"pauseReasons":["budget"]`)
	wantText(t, "the dashboard", r.do("GET", "/v1/dashboard", "", 200), `"status":"paused"`, `"severity":"critical"`)
	st := r.state()
	if len(st.Sent) != 4 || len(st.Timers) != 1 || len(st.DeadLetters)+len(st.Parked) > 0 {
		t.Errorf("the state is %+v", st)
	}
	wantText(t, "resuming", r.do("POST", c+"/resume", `{}`, 409), `"budget_exhausted"`)
	wantText(t, "the raise", r.do("POST", c+"/budget", `{"amount":"400"}`, 200), `"status":"active"`, `"fired":[]`)
	r.drain()
	wantText(t, "the dashboard", r.do("GET", "/v1/dashboard", "", 200), `"alerts":[]`, `"percentUsed":"25.00"`)
	wantText(t, "the event log", r.do("GET", "/v1/events?subject="+strings.TrimPrefix(c, "/v1/"), "", 400), "") // a subject is campaign/<id>
}

func TestMonthsEndLetsItRunAgain(t *testing.T) {
	r := start(t, t.TempDir(), newClock())
	defer r.Close()
	c := r.campaign()
	r.do("PUT", c+"/metrics", `{"rows":[{"date":"2026-11-22","spend":"100"}]}`, 200)
	r.drain()
	wantText(t, "the campaign", r.do("GET", c, "", 200), `"status":"paused"`)
	r.clock.Add(8 * 24 * time.Hour)
	r.Tick()
	r.drain()
	r.token = r.do("POST", "/_local/token", "email=ada@example.com", 200)
	wantText(t, "the campaign in December", r.do("GET", c, "", 200), `"status":"active"`, `"percentUsed":"0.00"`)
}

// What is under way when the process ends is done after the next start: the stream that was not
// read, deliveries that were not made, timers that had not rung.
func TestNothingIsLostOverARestart(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	r := start(t, dir, c)
	path := r.campaign()
	r.drain()
	for day := range 20 {
		r.do("PUT", path+"/metrics", `{"rows":[{"date":"2026-11-`+string(rune('0'+(day+1)/10))+string(rune('0'+(day+1)%10))+`","spend":"6"}]}`, 200)
		if day%4 == 3 {
			// Whatever runs is finished; whatever waits is not.
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			r = start(t, dir, c)
		}
	}
	r.drain()
	wantText(t, "the campaign", r.do("GET", path, "", 200), `"status":"paused"`, `"fired":[80,90,100]`)
	wantText(t, "the dashboard", r.do("GET", "/v1/dashboard", "", 200), `"percentUsed":"120.00"`)
	if st := r.state(); len(st.Sent) != 6 || len(st.Timers) != 1 {
		t.Errorf("%d messages and %d timers, want 6 and 1", len(st.Sent), len(st.Timers))
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	c.Add(10 * 24 * time.Hour)
	r = start(t, dir, c)
	defer r.Close()
	r.Tick()
	r.drain()
	wantText(t, "the campaign in December", r.do("GET", path, "", 200), `"status":"active"`)
}

// flaky fails as long as it is told to.
type flaky struct {
	mu    sync.Mutex
	fails bool
	inner interface {
		Invoke(context.Context, []byte) ([]byte, error)
	}
	calls int
}

func (f *flaky) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	f.mu.Lock()
	f.calls++
	fails := f.fails
	f.mu.Unlock()
	if fails {
		return nil, os.ErrDeadlineExceeded
	}
	return f.inner.Invoke(ctx, payload)
}

func TestRetriesDeadLettersAndRedrive(t *testing.T) {
	r := start(t, t.TempDir(), newClock())
	defer r.Close()
	broken := &flaky{fails: true, inner: r.functions["notify-budget-threshold"]}
	r.functions["notify-budget-threshold"] = broken
	c := r.campaign()
	r.do("PUT", c+"/metrics", `{"rows":[{"date":"2026-11-22","spend":"100"}]}`, 200)
	r.drain()
	if st := r.state(); len(st.Waiting) != 1 || st.Waiting[0].Attempt != 1 || len(st.DeadLetters) != 0 {
		t.Fatalf("after one try: %+v", st)
	}
	for _, wait := range retryWaits {
		r.clock.Add(wait)
		r.Tick()
		r.drain()
	}
	st := r.state()
	if len(st.DeadLetters) != 1 || broken.calls != 3 {
		t.Fatalf("after %d tries: %+v", broken.calls, st.DeadLetters)
	}
	if d := st.DeadLetters[0]; d.Function != "notify-budget-threshold" || d.Queue == "" || d.What != "BudgetThresholdReached" {
		t.Errorf("the dead letter is %+v", d)
	}
	broken.mu.Lock()
	broken.fails = false
	broken.mu.Unlock()
	r.do("POST", "/_local/dead-letters/"+jsonNumber(st.DeadLetters[0].ID)+"/redrive", "", http.StatusSeeOther)
	r.drain()
	if st := r.state(); len(st.DeadLetters) != 0 || len(st.Sent) != 2 {
		t.Errorf("after the redrive: %+v", st)
	}
	wantText(t, "the campaign", r.do("GET", c, "", 200), `"status":"paused"`)
	r.do("POST", "/_local/dead-letters/12345/redrive", "", http.StatusNotFound)
}

func jsonNumber(n uint64) string {
	b, _ := json.Marshal(n)
	return string(b)
}

func TestParkedEventsAreShown(t *testing.T) {
	r := start(t, t.TempDir(), newClock())
	defer r.Close()
	bad := `{"source":"bellwether","detail-type":"CampaignCreated","detail":{"meta":{"id":"x"}}}`
	if _, err := r.invoke(context.Background(), "update-dashboard-cache", []byte(bad)); err != nil {
		t.Fatal(err)
	}
	r.drain()
	st := r.state()
	if len(st.Parked) != 1 || st.Parked[0].Listener != "update-dashboard-cache" {
		t.Fatalf("parked: %+v", st.Parked)
	}
	wantText(t, "the page", r.do("GET", "/_local", "", 200), "update-dashboard-cache", "Parked events (1)")
}

func TestGatewayAnswersLikeTheRealOne(t *testing.T) {
	r := start(t, t.TempDir(), newClock())
	defer r.Close()
	good := r.token
	tests := []struct {
		name, token, method, path string
		status                    int
		text                      string
	}{
		{"no credential", "", "GET", "/v1/me", 401, `{"message":"Unauthorized"}`},
		{"a bad token", "nonsense", "GET", "/v1/me", 403, `{"message":"Forbidden"}`},
		{"no such route", good, "GET", "/v1/nothing", 404, `{"message":"Not Found"}`},
		{"no such method", good, "DELETE", "/v1/me", 404, `{"message":"Not Found"}`},
		{"a campaign that is not there", good, "GET", "/v1/campaigns/0198f1c2-7c10-7b21-9c4f-5d2e3f4a5b6c", 404, `"campaign_not_found"`},
		{"an id that is none", good, "GET", "/v1/campaigns/..%2F..%2Fetc", 404, `"not_found"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r.t, r.token = t, tt.token
			wantText(t, "the answer", r.do(tt.method, tt.path, "", tt.status), tt.text)
		})
	}
}

// A removed member is out once the gateway's minute is over.
func TestAuthorizerIsAskedOnceAMinute(t *testing.T) {
	r := start(t, t.TempDir(), newClock())
	defer r.Close()
	counted := &flaky{inner: r.functions["authorize"]}
	r.functions["authorize"] = counted
	for range 5 {
		r.do("GET", "/v1/me", "", 200)
	}
	r.clock.Add(61 * time.Second)
	r.do("GET", "/v1/me", "", 200)
	if counted.calls != 2 {
		t.Errorf("the authorizer was asked %d times in 61 seconds, want 2", counted.calls)
	}
}

func TestPagesOfOtherSitesMayNotAsk(t *testing.T) {
	r := start(t, t.TempDir(), newClock())
	defer r.Close()
	req := httptest.NewRequest("POST", "/_local/token", strings.NewReader("email=ada@example.com"))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	r.Handler().ServeHTTP(w, req)
	if w.Code != http.StatusForbidden {
		t.Errorf("a page of another site got %d: %s", w.Code, w.Body)
	}
	r.token = ""
	wantText(t, "a bad address", r.do("POST", "/_local/token", "email=ada", 400), "email must be")
}

func TestATemplateThatCannotBeHonouredIsRefused(t *testing.T) {
	source, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, old, new, want string }{
		{"an unknown operator", "source: [bellwether]", "source: [{ numeric: ['>', 1] }]", "template.yaml:"},
		{"a missing function", "CodeUri: functions/watch-deadlines/", "CodeUri: functions/no-such-thing/", "no-such-thing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.Symlink(mustAbs(t, "../../functions"), filepath.Join(dir, "functions")); err != nil {
				t.Fatal(err)
			}
			changed := bytes.Replace(source, []byte(tt.old), []byte(tt.new), -1)
			if bytes.Equal(changed, source) {
				t.Fatalf("template.yaml has no %q", tt.old)
			}
			if err := os.WriteFile(filepath.Join(dir, "template.yaml"), changed, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := sam.Load(filepath.Join(dir, "template.yaml")); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v", err)
			}
		})
	}
}

func mustAbs(t *testing.T, path string) string {
	t.Helper()
	abs, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}
