package redrive_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/api/redrive"
	"bellwether/internal/deadletter"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/schedule"
	"bellwether/internal/secret"
	"bellwether/internal/secret/local"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
	"bellwether/internal/tenant"
)

const (
	orgID    = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5b"
	listener = "notify-budget-threshold"
)

var (
	start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	admin = tenant.Principal{ID: "ada", OrgID: orgID, Role: tenant.Admin, Actor: "user/ada"}
)

// house is the API over a real store, whose calls may fail.
type house struct {
	t      *testing.T
	raw    *bolt.Table
	now    time.Time
	timers map[string]schedule.Timer
	calls  int
	fail   func(n int) (before, after bool)
	random *rand.ChaCha8
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, now: start, timers: map[string]schedule.Timer{}, random: rand.NewChaCha8([32]byte{5})}
	var err error
	if h.raw, err = bolt.Open(filepath.Join(t.TempDir(), "redrive.db"), bolt.Options{Now: func() time.Time { return h.now }, NoSync: true}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.raw.Close() })
	return h
}

var errInjected = fault.New(fault.Retryable, "injected", "it did not answer")

// pass is the gate before every call.
func (h *house) pass(do func() error) error {
	n := h.calls
	h.calls++
	before, after := false, false
	if h.fail != nil {
		before, after = h.fail(n)
	}
	if before {
		return errInjected
	}
	if err := do(); err != nil || !after {
		return err
	}
	return errInjected
}

type table struct{ h *house }

func (g table) Get(ctx context.Context, key store.Key) (item store.Item, err error) {
	err = g.h.pass(func() (err error) {
		item, err = g.h.raw.Get(ctx, key)
		return err
	})
	return item, err
}

func (g table) Query(ctx context.Context, q store.Query) (page store.Page, err error) {
	err = g.h.pass(func() (err error) {
		page, err = g.h.raw.Query(ctx, q)
		return err
	})
	return page, err
}

func (g table) Write(ctx context.Context, token string, ops ...store.Op) error {
	return g.h.pass(func() error { return g.h.raw.Write(ctx, token, ops...) })
}

// Set implements schedule.Scheduler.
func (h *house) Set(_ context.Context, t schedule.Timer) error {
	return h.pass(func() error {
		if _, had := h.timers[t.Name]; !had {
			h.timers[t.Name] = t
		}
		return nil
	})
}

// Cancel implements schedule.Scheduler.
func (h *house) Cancel(context.Context, string) error { return nil }

// do makes a request and answers its status.
func (h *house) do(method, path, body string) (int, string) {
	h.t.Helper()
	sealer, err := local.New(secret.NewText("0123456789abcdef0123456789abcdef"), h.random)
	if err != nil {
		h.t.Fatal(err)
	}
	clock := func() time.Time { return h.now }
	manners := api.Manners{Requests: store.Requests{Table: table{h}}, Now: clock, Random: h.random}
	handler := manners.Handler(redrive.API{
		Letters: store.Parked{Table: table{h}}, Timers: h, Listeners: []string{listener, "update-dashboard-cache"}, Cursors: api.Cursors{Sealer: sealer, Now: clock},
	}.Routes()...)
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r.WithContext(tenant.WithPrincipal(r.Context(), admin)))
	return w.Code, w.Body.String()
}

// lose files letters that the listener could not handle.
func (h *house) lose(names ...string) {
	h.t.Helper()
	for _, name := range names {
		id := event.Derive(name)
		p := event.Parked{
			Listener: listener, OrgID: orgID, EventID: id, Code: "tries_exhausted", Reason: "inner", Public: "it failed", At: h.now,
			Event: json.RawMessage(`{"detail-type":"BudgetThresholdReached","detail":{"meta":{"id":"` + id + `","subject":"campaign/1"}}}`),
		}
		if err := (store.Parked{Table: h.raw}).File(h.t.Context(), deadletter.New(p, true, 3)); err != nil {
			h.t.Fatal(err)
		}
	}
}

func (h *house) letter(name string) deadletter.Letter {
	h.t.Helper()
	l, err := store.Parked{Table: h.raw}.Get(h.t.Context(), orgID, listener, event.Derive(name))
	if err != nil {
		h.t.Fatal(err)
	}
	return l
}

// Whatever call of a redrive fails: once the request is made again, each letter is on its way, by one timer
// that invokes its listener with the event as it came, and by no other.
func TestEveryCallOfARedriveMayFail(t *testing.T) {
	requests := map[string]func(h *house) int{
		"one": func(h *house) int {
			status, _ := h.do("POST", "/v1/dead-letters/"+listener+"/"+event.Derive("a")+"/redrive", "")
			return status
		},
		"all": func(h *house) int {
			status, _ := h.do("POST", "/v1/dead-letters/redrive", `{"listener":"`+listener+`"}`)
			return status
		},
	}
	for name, request := range requests {
		letters := []string{"a"}
		if name == "all" {
			letters = []string{"a", "b", "c"}
		}
		clean := newHouse(t)
		clean.lose(letters...)
		clean.calls = 0
		if status := request(clean); status != 200 || len(clean.timers) != len(letters) {
			t.Fatalf("%s: status %d, %d timers", name, status, len(clean.timers))
		}
		for n := range clean.calls {
			for _, after := range []bool{false, true} {
				what := fmt.Sprintf("%s, call %d, after %t", name, n, after)
				h := newHouse(t)
				h.lose(letters...)
				h.calls = 0
				h.fail = func(at int) (bool, bool) { return at == n && !after, at == n && after }
				if status := request(h); status < 500 {
					t.Fatalf("%s: status %d", what, status)
				}
				h.fail = nil
				if status := request(h); status != 200 {
					t.Fatalf("%s: the repeat answers %d", what, status)
				}
				for _, name := range letters {
					l := h.letter(name)
					if l.State != deadletter.Redriven || l.Redrives != 1 {
						t.Fatalf("%s: %s is %s, redriven %d times", what, name, l.State, l.Redrives)
					}
				}
				if len(h.timers) != len(letters) {
					t.Fatalf("%s: %d timers for %d letters", what, len(h.timers), len(letters))
				}
				for _, timer := range h.timers {
					if timer.Target != listener || !strings.Contains(string(timer.Payload), `"detail-type":"BudgetThresholdReached"`) {
						t.Fatalf("%s: the timer is %+v", what, timer)
					}
				}
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	h := newHouse(t)
	h.lose("a", "b")
	one := "/v1/dead-letters/" + listener + "/" + event.Derive("a")
	for _, tt := range []struct {
		method, path, body string
		status             int
		says               string
	}{
		{"GET", "/v1/dead-letters?listener=nobody", "", 422, `"listener"`},
		{"GET", "/v1/dead-letters/nobody/" + event.Derive("a"), "", 404, "dead_letter_not_found"},
		{"GET", "/v1/dead-letters/" + listener + "/x", "", 404, "not_found"},
		{"POST", "/v1/dead-letters/redrive", `{"listener":"nobody"}`, 422, `"listener"`},
		{"POST", one + "/discard", `{"reason":""}`, 422, `"reason"`},
		{"POST", one + "/discard", `{"reason":"it was a test"}`, 200, `"state":"discarded"`},
		{"POST", one + "/redrive", "", 409, "discarded"},
		{"GET", "/v1/dead-letters", "", 200, event.Derive("b")},
	} {
		if status, body := h.do(tt.method, tt.path, tt.body); status != tt.status || !strings.Contains(body, tt.says) || strings.Contains(body, "inner") {
			t.Errorf("%s %s: %d %s", tt.method, tt.path, status, body)
		}
	}
	if len(h.timers) != 0 {
		t.Error("something was redriven")
	}
}
