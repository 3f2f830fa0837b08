package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
	"bellwether/internal/tenant"
)

var start = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// source is a seeded source of randomness that several requests may read at once.
type source struct {
	mu sync.Mutex
	r  *rand.ChaCha8
}

func (s *source) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.r.Read(p)
}

var _ io.Reader = (*source)(nil)

func manners(t *testing.T) api.Manners {
	t.Helper()
	return mannersAt(t, func() time.Time { return start })
}

func mannersAt(t *testing.T, now func() time.Time) api.Manners {
	t.Helper()
	table, err := bolt.Open(filepath.Join(t.TempDir(), "table.db"), bolt.Options{Now: now, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { table.Close() })
	return api.Manners{Requests: store.Requests{Table: table}, Now: now, Random: &source{r: rand.NewChaCha8([32]byte{1})}}
}

// ada may do everything in her organisation.
var ada = tenant.Principal{
	ID: "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5b", OrgID: "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5c", Role: tenant.Owner,
	Actor: "user/0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5b",
}

// send makes a request as the principal.
func send(h http.Handler, p tenant.Principal, method, path, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r.WithContext(tenant.WithPrincipal(r.Context(), p)))
	return w
}

// problem is a problem document, read strictly.
type problem struct {
	Type, Title, Code, Detail, RequestID string
	Status                               int
	Fields                               []fault.Field
	Errors                               any
}

func problemIn(t *testing.T, w *httptest.ResponseRecorder) problem {
	t.Helper()
	d := json.NewDecoder(w.Body)
	d.DisallowUnknownFields()
	var p problem
	if err := d.Decode(&p); err != nil {
		t.Fatalf("status %d: %v", w.Code, err)
	}
	if w.Header().Get("Content-Type") != "application/problem+json" || p.Status != w.Code || p.Type != "about:blank" ||
		p.Title != http.StatusText(w.Code) || p.Code == "" || p.Detail == "" {
		t.Errorf("problem %+v, header %v", p, w.Header())
	}
	return p
}

const (
	campaignsPath = "/v1/campaigns"
	createPattern = "POST " + campaignsPath
)

func answering(err error) api.Route {
	return api.Route{Pattern: createPattern, Handle: func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("X-Secret", "begun")
		return err
	}}
}

func TestErrorsBecomeProblems(t *testing.T) {
	inside := errors.New("dial tcp 10.0.0.7: the password is hunter2")
	cases := map[string]struct {
		err    error
		status int
		code   string
		retry  string
	}{
		"invalid":            {fault.New(fault.Invalid, "bad_thing", "bad"), 400, "bad_thing", ""},
		"invalid fields":     {fault.InvalidFields(fault.Field{Name: "name", Message: "must be"}), 422, "invalid_fields", ""},
		"denied":             {fault.New(fault.Denied, "no", "no"), 403, "no", ""},
		"not found":          {fault.New(fault.NotFound, "not_found", "none"), 404, "not_found", ""},
		"conflict":           {fault.New(fault.Conflict, "conflict", "changed"), 409, "conflict", ""},
		"precondition":       {fault.New(fault.Conflict, "precondition_failed", "changed"), 412, "precondition_failed", ""},
		"permanent":          {fault.Wrap(inside, fault.Permanent, "x", "hunter2"), 502, "permanent", ""},
		"retryable":          {fault.Wrap(inside, fault.Retryable, "x", "hunter2"), 503, "retryable", "1"},
		"retryable, later":   {&fault.Error{Kind: fault.Retryable, Code: "x", Message: "hunter2", RetryAfter: 1500 * time.Millisecond}, 503, "retryable", "2"},
		"wrapped":            {fmt.Errorf("read hunter2: %w", fault.New(fault.NotFound, "not_found", "none")), 404, "not_found", ""},
		"unknown":            {inside, 500, "internal", ""},
		"deadline":           {fmt.Errorf("hunter2: %w", context.DeadlineExceeded), 503, "timeout", "1"},
		"cancelled":          {context.Canceled, 503, "timeout", "1"},
		"wrapped unknown":    {fmt.Errorf("hunter2: %w", inside), 500, "internal", ""},
		"invalid by a cause": {fault.Wrap(inside, fault.Invalid, "bad", "bad"), 400, "bad", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := send(manners(t).Handler(answering(c.err)), ada, "POST", campaignsPath, "")
			body := w.Body.String()
			p := problemIn(t, w)
			if w.Code != c.status || p.Code != c.code || w.Header().Get("Retry-After") != c.retry {
				t.Errorf("status %d, code %s, Retry-After %q", w.Code, p.Code, w.Header().Get("Retry-After"))
			}
			if strings.Contains(body, "hunter2") || strings.Contains(body, "10.0.0.7") {
				t.Errorf("told from inside: %s", body)
			}
			if p.RequestID == "" || p.RequestID != w.Header().Get(api.RequestIDHeader) {
				t.Errorf("request id %q, header %q", p.RequestID, w.Header().Get(api.RequestIDHeader))
			}
		})
	}
}

func TestNoRoute(t *testing.T) {
	h := manners(t).Handler(answering(nil), api.Route{Pattern: "GET /v1/campaigns/{campaignId}", Handle: func(http.ResponseWriter, *http.Request) error { return nil }})
	cases := map[string]struct {
		method, path string
		status       int
		allow        string
	}{
		"nothing there":  {"GET", "/v1/nothing", 404, ""},
		"the root":       {"GET", "/", 404, ""},
		"a slash behind": {"POST", campaignsPath + "/", 404, ""},
		"two slashes":    {"POST", "//v1/campaigns", 404, ""},
		"dots":           {"POST", "/v1/x/../campaigns", 404, ""},
		"another method": {"DELETE", campaignsPath, 405, "POST"},
		"OPTIONS":        {"OPTIONS", campaignsPath, 405, "POST"},
		"a made-up one":  {"FROBNICATE", "/v1/campaigns/7", 405, "GET, HEAD"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := send(h, ada, c.method, c.path, "")
			problemIn(t, w)
			if w.Code != c.status || w.Header().Get("Allow") != c.allow {
				t.Errorf("status %d, Allow %q", w.Code, w.Header().Get("Allow"))
			}
		})
	}
}

// A request's id is a fresh UUIDv7, and the cause of everything behind it.
func TestRequestCause(t *testing.T) {
	var causes []event.Cause
	h := manners(t).Handler(api.Route{Pattern: createPattern, Handle: func(w http.ResponseWriter, r *http.Request) error {
		causes = append(causes, api.RequestCause(r))
		return api.JSON(w, http.StatusCreated, api.Principal(r).ID)
	}})
	for range 2 {
		w := send(h, ada, "POST", campaignsPath, "")
		c := causes[len(causes)-1]
		if c.ID != w.Header().Get(api.RequestIDHeader) || c.CorrelationID != c.ID || c.Actor != ada.Actor || !c.At.Equal(start) || c.Hop != 0 {
			t.Errorf("cause %+v, header %v", c, w.Header())
		}
		if at, ok := event.TimeOf(c.ID); !ok || !at.Equal(start) {
			t.Errorf("id %s", c.ID)
		}
	}
	if causes[0].ID == causes[1].ID {
		t.Error("two requests have one id")
	}
}
