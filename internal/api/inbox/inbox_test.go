package inbox_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/api/inbox"
	"bellwether/internal/event"
	"bellwether/internal/notification"
	"bellwether/internal/secret"
	"bellwether/internal/secret/local"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
	"bellwether/internal/tenant"
)

var ada = tenant.Principal{ID: "ada", OrgID: "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5b", Role: tenant.Viewer, Actor: "user/ada"}

// house is the API over a real store.
type house struct {
	http.Handler
	t   *testing.T
	now time.Time
}

// newHouse has four notices of ada's: 0 and 2 are low and of budgets, 1 and 3 high and of posts.
func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, now: time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return h.now }
	table, err := bolt.Open(filepath.Join(t.TempDir(), "table.db"), bolt.Options{Now: clock, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { table.Close() })
	random := rand.NewChaCha8([32]byte{1})
	sealer, err := local.New(secret.NewText("0123456789abcdef0123456789abcdef"), random)
	if err != nil {
		t.Fatal(err)
	}
	notices := store.Inbox{Table: table}
	for n := range 4 {
		notice := notification.Notice{
			ID: event.Derive("notice", fmt.Sprint(n)), OrgID: ada.OrgID, UserID: ada.ID, Title: fmt.Sprint(n), At: h.now.Add(time.Duration(n-9) * time.Minute), Version: 1,
			Category: []string{"budget", "post"}[n%2], Severity: []notification.Severity{notification.Low, notification.High}[n%2],
		}
		if err := notices.Add(t.Context(), notice); err != nil {
			t.Fatal(err)
		}
	}
	manners := api.Manners{Requests: store.Requests{Table: table}, Now: clock, Random: random}
	h.Handler = manners.Handler(inbox.API{Inbox: notices, Cursors: api.Cursors{Sealer: sealer, Now: clock}}.Routes()...)
	return h
}

// do makes a request and reads the answer into out, strictly.
func (h *house) do(p tenant.Principal, want int, out any, method, path, body string) string {
	h.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r.WithContext(tenant.WithPrincipal(r.Context(), p)))
	if w.Code != want {
		h.t.Fatalf("%s %s %s: status %d, want %d: %s", method, path, body, w.Code, want, w.Body)
	}
	text := w.Body.String()
	if out != nil {
		d := json.NewDecoder(w.Body)
		d.DisallowUnknownFields()
		if err := d.Decode(out); err != nil {
			h.t.Fatalf("%s %s: %v", method, path, err)
		}
	}
	return text
}

// list reads all pages of one notice each.
func (h *house) list(query string) (all []api.Notice) {
	h.t.Helper()
	path := "/v1/inbox?limit=1&" + query
	for page := 0; page < 9 && path != ""; page++ {
		var list api.NoticePage
		h.do(ada, 200, &list, "GET", path, "")
		if all, path = append(all, list.Items...), ""; list.Next != nil {
			path = "/v1/inbox?limit=1&" + query + "&cursor=" + *list.Next
		}
	}
	return all
}

func (h *house) want(when, query string, titles ...string) {
	h.t.Helper()
	var got []string
	for _, n := range h.list(query) {
		got = append(got, n.Title)
	}
	if !slices.Equal(got, titles) {
		h.t.Errorf("%s, %q: %v, want %v", when, query, got, titles)
	}
}

func (h *house) count(when string, want int) {
	h.t.Helper()
	var n api.InboxCount
	if h.do(ada, 200, &n, "GET", "/v1/inbox/count", ""); n.Unread != want || n.More {
		h.t.Errorf("%s: %+v are unread, want %d", when, n, want)
	}
}

func TestFilters(t *testing.T) {
	h := newHouse(t)
	all := h.list("")
	if len(all) != 4 {
		t.Fatalf("there are %d", len(all))
	}
	h.do(ada, 200, nil, "POST", "/v1/inbox/"+all[0].Id+"/read", "")
	h.do(ada, 200, nil, "POST", "/v1/inbox/"+all[3].Id+"/archive", "")
	h.want("changed", "", "3", "2", "1")
	h.want("changed", "unread=true", "2", "1")
	h.want("changed", "archived=true", "0")
	h.want("changed", "severity=high", "3", "1")
	h.want("changed", "severity=high&unread=true", "1")
	h.want("changed", "category=budget", "2")
	h.want("changed", "severity=critical")
	h.count("changed", 2)
	for query, field := range map[string]string{
		"unread=yes": "unread", "archived=1": "archived", "snoozed=x": "snoozed", "severity=loud": "severity", "category=x": "category", "limit=101": "limit", "tag=x": "tag",
	} {
		if got := h.do(ada, 422, nil, "GET", "/v1/inbox?"+query, ""); !strings.Contains(got, `"`+field+`"`) {
			t.Errorf("%s does not name %s: %s", query, field, got)
		}
	}
	bob := ada
	bob.ID, bob.Actor = "bob", "user/bob"
	h.do(bob, 404, nil, "POST", "/v1/inbox/"+all[1].Id+"/read", "")
	h.do(ada, 404, nil, "POST", "/v1/inbox/nothing/read", "")
}

// What is put off is out of sight until its time, and then the first.
func TestSnooze(t *testing.T) {
	h := newHouse(t)
	oldest := h.list("")[3]
	snooze := func(ahead time.Duration, want int) string {
		t.Helper()
		return h.do(ada, want, nil, "POST", "/v1/inbox/"+oldest.Id+"/snooze", `{"until":"`+h.now.Add(ahead).Format(time.RFC3339)+`"}`)
	}
	for _, ahead := range []time.Duration{-time.Hour, 0, 3*time.Minute - time.Second, 30*24*time.Hour + time.Second} {
		if got := snooze(ahead, 422); !strings.Contains(got, `"until"`) {
			t.Errorf("%v ahead: %s", ahead, got)
		}
	}
	h.count("before", 4)
	snooze(30*24*time.Hour, 200)
	if got := snooze(3*time.Minute, 200); !strings.Contains(got, `"snoozedUntil":"2026-11-30T12:03:00Z"`) {
		t.Errorf("put off is %s", got)
	}
	h.want("put off", "", "3", "2", "1")
	h.want("put off", "snoozed=true", "0")
	h.count("put off", 3)
	h.now = h.now.Add(3 * time.Minute)
	h.want("back", "unread=true", "0", "3", "2", "1")
	h.want("back", "snoozed=true")
	h.count("back", 4)
}

func TestReadAll(t *testing.T) {
	h := newHouse(t)
	var report api.ReadAllReport
	if h.do(ada, 200, &report, "POST", "/v1/inbox/read-all", ""); report.Read != 4 || report.More {
		t.Errorf("read are %+v", report)
	}
	h.count("afterwards", 0)
	h.do(ada, 200, nil, "POST", "/v1/inbox/"+h.list("")[0].Id+"/unread", "")
	h.want("one again", "unread=true", "3")
}
