package platformtest

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/sandbox"
)

// classes are what the sandbox's faults end in, at every platform.
var classes = map[string]platform.Class{
	"expired": platform.ClassAuthExpired, "revoked": platform.ClassAuthRevoked, "throttled": platform.ClassRateLimited,
	"throttled_seconds": platform.ClassRateLimited, "throttled_date": platform.ClassRateLimited, "throttled_unix": platform.ClassRateLimited,
	"throttled_iso": platform.ClassRateLimited, "quota": platform.ClassQuota, "permission": platform.ClassAuthScope,
	"suspended": platform.ClassSuspended, "not_found": platform.ClassNotFound, "invalid": platform.ClassInvalid, "5xx": platform.ClassTransient,
	"timeout_before": platform.ClassTransient, "timeout_after_commit": platform.ClassTransient, "partial": platform.ClassTransient,
	"malformed": platform.ClassTransient, "version_sunset": platform.ClassSunset,
}

// tells reports an error, or one inside it, that tells a secret.
func tells(t *testing.T, err error, secrets ...string) {
	t.Helper()
	for e := err; e != nil; e = errors.Unwrap(e) {
		for _, s := range secrets {
			if s != "" && strings.Contains(fmt.Sprintf("%v %+v", e, e), s) {
				t.Errorf("%v tells a secret", e)
			}
		}
	}
}

// read are the calls that change nothing.
func (v *Visit) read(t *testing.T, a platform.Account, id string) map[string]func(m *platform.Meter) error {
	t.Helper()
	call := func(m *platform.Meter) platform.Call {
		return platform.Call{Token: v.Grant.Access, Account: a, Meter: m}
	}
	return map[string]func(m *platform.Meter) error{
		"accounts":  func(m *platform.Meter) error { _, err := v.Connector.Accounts(t.Context(), call(m)); return err },
		"campaigns": func(m *platform.Meter) error { _, err := v.Connector.Campaigns(t.Context(), call(m), ""); return err },
		"campaign":  func(m *platform.Meter) error { _, err := v.Connector.Campaign(t.Context(), call(m), id); return err },
		"metrics": func(m *platform.Meter) error {
			_, err := v.Connector.Metrics(t.Context(), call(m), "2026-11-20", "2026-11-23", "")
			return err
		},
	}
}

func (v *Visit) write(t *testing.T, a platform.Account, c platform.Campaign) map[string]func(m *platform.Meter) error {
	t.Helper()
	call := func(m *platform.Meter) platform.Call {
		return platform.Call{Token: v.Grant.Access, Account: a, Meter: m}
	}
	return map[string]func(m *platform.Meter) error{
		"set_status": func(m *platform.Meter) error { return v.Connector.SetStatus(t.Context(), call(m), c.ID, platform.Off) },
		"set_budget": func(m *platform.Meter) error { return v.Connector.SetBudget(t.Context(), call(m), c.ID, *c.Budget) },
	}
}

// meets makes the call meet each fault.
func (v *Visit) meets(t *testing.T, s Subject, op string, call func(*platform.Meter) error, skip ...string) {
	t.Helper()
	for _, kind := range sandbox.Kinds {
		class, ok := classes[kind]
		if !ok || slices.Contains(skip, kind) {
			continue
		}
		m, before := new(platform.Meter), v.requests.Load()
		v.Arm(s.Platform, op, kind, 1)
		err := call(m)
		e := platform.AsError(err)
		if e.Class != class || e.Platform != s.Platform || e.Op != op {
			t.Errorf("%s %s: %+v, want %s", op, kind, e, class)
		}
		if told := strings.HasPrefix(kind, "throttled_"); told && e.RetryAfter != cmp.Or(s.Wait, 90*time.Second) || kind == "throttled" && e.RetryAfter < time.Minute {
			t.Errorf("%s %s: wait %v", op, kind, e.RetryAfter)
		}
		if sent := v.requests.Load() - before; int64(m.Calls()) != sent || sent == 0 {
			t.Errorf("%s %s: %d calls counted of %d", op, kind, m.Calls(), sent)
		}
		tells(t, err, v.Grant.Access.Reveal(), v.Endpoint.ClientSecret.Reveal())
		v.Clear()
	}
	if err := call(nil); err != nil {
		t.Errorf("%s after the faults: %v", op, err)
	}
}

func readFaults(t *testing.T, s Subject) {
	v := Open(t, s)
	a, c := v.known(t, s, platform.DailyBudget)
	for op, call := range v.read(t, a, c.ID) {
		v.meets(t, s, op, call)
	}
}

// writeFaults: nothing that wasn't done is taken for done.
func writeFaults(t *testing.T, s Subject) {
	v := Open(t, s)
	a, c := v.known(t, s, platform.DailyBudget)
	for op, call := range v.write(t, a, c) {
		before := len(v.writes())
		v.meets(t, s, op, call, "partial") // an answer may be empty, and so whole
		if done := len(v.writes()) - before; done != 2 {
			t.Errorf("%s: done %d times, want once before the connection broke, and once at the end", op, done)
		}
	}
}

// redirects lead nowhere: tokens would go along.
func redirects(t *testing.T, s Subject) {
	v := Open(t, s)
	a, c := v.known(t, s, platform.DailyBudget)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s was sent elsewhere", r.Method, r.URL.Path)
	}))
	t.Cleanup(elsewhere.Close)
	for _, status := range []int{http.StatusFound, http.StatusTemporaryRedirect} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL+r.RequestURI, status) }))
		k, err := s.New(sandbox.Endpoint(s.Platform, server.URL), Client(func() time.Time { return v.Now }))
		if err != nil {
			t.Fatal(err)
		}
		moved := *v
		moved.Connector = k
		for op, call := range moved.read(t, a, c.ID) {
			if call(nil) == nil {
				t.Errorf("%s: %d was taken for an answer", op, status)
			}
		}
		for op, call := range moved.write(t, a, c) {
			if call(nil) == nil {
				t.Errorf("%s: %d was taken for done", op, status)
			}
		}
		if _, err := k.Exchange(t.Context(), "a-code", moved.verifier(), redirectURI); err == nil {
			t.Errorf("%d was taken for a grant", status)
		}
		server.Close()
	}
}

// foreignPages: lists that go on at another host are read to their end, and nothing is sent there (the
// visit's guard sees that).
func foreignPages(t *testing.T, s Subject) {
	v := Open(t, s)
	a := v.Accounts(t)[0]
	list, pages := v.Campaigns(t, a)
	days := v.Days(t, a, "2026-11-18", "2026-11-23")
	v.Arm(s.Platform, "", "foreign_next", 1000)
	if got, n := v.Campaigns(t, a); !reflect.DeepEqual(got, list) || n != pages {
		t.Errorf("%d campaigns on %d pages, want %d on %d", len(got), n, len(list), pages)
	}
	if got := v.Days(t, a, "2026-11-18", "2026-11-23"); !reflect.DeepEqual(got, days) {
		t.Errorf("%d rows, want %d", len(got), len(days))
	}
	v.Accounts(t)
	v.Clear()
	for _, cursor := range []string{"https://elsewhere.example/next?after=QVFJ", "//elsewhere.example/", "../../elsewhere", "a&access_token=b#c"} {
		_, listed := v.Connector.Campaigns(t.Context(), v.Call(a), cursor)
		_, rows := v.Connector.Metrics(t.Context(), v.Call(a), "2026-11-18", "2026-11-23", cursor)
		for _, err := range []error{listed, rows} {
			if err != nil && !platform.Is(err, platform.ClassInvalid) {
				t.Errorf("%q: %v", cursor, err)
			}
		}
	}
}

// meter counts every request, and keeps what the platform told of its quota.
func meter(t *testing.T, s Subject) {
	v := Open(t, s)
	a, c := v.known(t, s, platform.DailyBudget)
	calls := v.read(t, a, c.ID)
	for op, call := range v.write(t, a, c) {
		calls[op] = call
	}
	for op, call := range calls {
		m, before := new(platform.Meter), v.requests.Load()
		if err := call(m); err != nil {
			t.Errorf("%s: %v", op, err)
		}
		if sent := v.requests.Load() - before; int64(m.Calls()) != sent || m.Percent() != s.Percent {
			t.Errorf("%s: %d calls of %d, %d %% used, want %d %%", op, m.Calls(), sent, m.Percent(), s.Percent)
		}
	}
	m, before := new(platform.Meter), v.requests.Load()
	if err := v.Connector.Revoke(t.Context(), platform.Call{Token: v.Grant.Access, Meter: m}); err != nil || int64(m.Calls()) != v.requests.Load()-before {
		t.Errorf("revoke: %d calls, error %v", m.Calls(), err)
	}
}
