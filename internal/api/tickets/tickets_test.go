package tickets_test

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/api/tickets"
	"bellwether/internal/event"
	"bellwether/internal/incident"
	"bellwether/internal/outbound"
	"bellwether/internal/secret"
	"bellwether/internal/secret/local"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
	"bellwether/internal/tenant"
	"bellwether/internal/ticket"
	"bellwether/internal/ticket/desk"
	"bellwether/internal/ticket/sandbox"
)

const (
	ourOrg   = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5c"
	theirOrg = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5d"
	adaID    = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5b"
	token    = "ghp_never-to-be-seen"
)

var ada = tenant.Principal{ID: adaID, OrgID: ourOrg, Role: tenant.Owner, Actor: "user/" + adaID}

// world is the API over a real store.
type world struct {
	t         *testing.T
	now       time.Time
	handler   http.Handler
	table     *bolt.Table
	sealer    secret.Sealer
	incidents store.Incidents
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return w.now }
	var err error
	if w.table, err = bolt.Open(filepath.Join(t.TempDir(), "table.db"), bolt.Options{Now: clock, NoSync: true}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.table.Close() })
	random := rand.NewChaCha8([32]byte{1})
	if w.sealer, err = local.New(secret.NewText(strings.Repeat("k", 32)), random); err != nil {
		t.Fatal(err)
	}
	w.incidents = store.Incidents{Table: w.table}
	routes := tickets.API{
		Tickets: store.Tickets{Table: w.table}, Trackers: store.Trackers{Table: w.table}, Incidents: w.incidents, Sealer: w.sealer,
		Address: outbound.Guard{}.Check, Cursors: api.Cursors{Sealer: w.sealer, Now: clock}, PublicURL: "https://api.example.com", Random: random,
	}.Routes()
	w.handler = api.Manners{Requests: store.Requests{Table: w.table}, Now: clock, Random: random}.Handler(routes...)
	return w
}

// do makes a request as ada, wants the status, and reads the answer.
func (w *world) do(want int, method, path, body string) map[string]any {
	w.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r = r.WithContext(tenant.WithPrincipal(r.Context(), ada))
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	if rec.Code != want || strings.Contains(rec.Body.String(), token) {
		w.t.Fatalf("%s %s %s: %d %s", method, path, body, rec.Code, rec.Body)
	}
	var out map[string]any
	if rec.Body.Len() > 0 {
		if err := json.Unmarshal(rec.Body.Bytes(), &out); err != nil {
			w.t.Fatal(err)
		}
	}
	return out
}

// refused wants the request refused for the field.
func (w *world) refused(field, method, path, body string) {
	w.t.Helper()
	out := w.do(422, method, path, body)
	text, _ := json.Marshal(out["fields"])
	if !strings.Contains(string(text), `"`+field+`"`) {
		w.t.Errorf("%s: refused for %s, want %s", body, text, field)
	}
}

// hook delivers to a webhook.
func (w *world) hook(want int, path string, body []byte, header http.Header) {
	w.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(string(body)))
	for name, values := range header {
		r.Header[name] = values
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	if rec.Code != want {
		w.t.Errorf("%s: %d %s, want %d", path, rec.Code, rec.Body, want)
	}
}

// incident is an open one of the key, with the ticket.
func (w *world) incident(key string, ref func(id string) ticket.Ref) string {
	w.t.Helper()
	cause := event.Edge(event.Derive(key), "listener/incidents", w.now)
	err := w.incidents.Put(w.t.Context(), ourOrg, incident.Signal{Key: key, EventID: cause.ID, Version: 1, Title: "Shop fails", Severity: 2, Cause: cause})
	if err != nil {
		w.t.Fatal(err)
	}
	list, err := w.incidents.List(w.t.Context(), ourOrg)
	if err != nil || len(list) != 1 {
		w.t.Fatal(list, err)
	}
	_, err = w.incidents.UpdateFrom(w.t.Context(), "t", list[0], func(i incident.Incident) (incident.Change, error) { return i.Ticketed(ref(i.ID), cause) })
	if err != nil {
		w.t.Fatal(err)
	}
	return list[0].ID
}

func (w *world) read(id string) incident.Incident {
	w.t.Helper()
	i, err := w.incidents.Get(w.t.Context(), ourOrg, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return i
}

// builtin makes the incident's ticket.
func (w *world) builtin(id string) ticket.Ref {
	w.t.Helper()
	tracker := store.Tickets{Table: w.table}.Tracker(ourOrg, event.Edge(event.Derive(id), "listener/sync-tickets", w.now))
	ref, err := tracker.Create(w.t.Context(), ticket.Draft{IncidentID: id, Title: "Shop fails", Lines: []string{"Look."}, Severity: 2, OpenedAt: w.now})
	if err != nil {
		w.t.Fatal(err)
	}
	return ref
}

// A ticket that is closed ends its incident by the person's hand, and one that is opened again opens it.
func TestTurns(t *testing.T) {
	w := newWorld(t)
	id := w.incident("k", w.builtin)
	list := w.do(200, "GET", "/v1/tickets", "")["items"].([]any)
	path := "/v1/tickets/" + list[0].(map[string]any)["id"].(string)
	w.refused("reason", "POST", path+"/close", `{"reason":""}`)
	w.refused("text", "POST", path+"/comments", `{"text":""}`)
	w.do(200, "POST", path+"/comments", `{"text":"I look after it"}`)
	for n, turn := range []struct {
		verb, state string
		open        bool
	}{{"close", "done", false}, {"close", "done", false}, {"reopen", "open", true}, {"close", "done", false}} {
		w.now = w.now.Add(time.Minute)
		out := w.do(200, "POST", path+"/"+turn.verb, `{"reason":"because"}`)
		if i := w.read(id); out["state"] != turn.state || i.Open() != turn.open || i.Timeline[len(i.Timeline)-1].Actor != ada.Actor {
			t.Errorf("step %d: %v, incident %+v", n, out, i)
		}
	}
	out := w.do(200, "GET", path, "")
	if story := out["story"].([]any); len(story) != 7 || out["closedAt"] != "2026-11-30T12:04:00Z" {
		t.Errorf("%v", out)
	}
	for _, bad := range []string{"BW-000000", "x", "BW-"} {
		w.do(404, "GET", "/v1/tickets/"+bad, "")
	}
}

// Settings: what can't be is refused by field; the token is not seen again, and not used at another address.
func TestTracker(t *testing.T) {
	w := newWorld(t)
	const path = "/v1/org/tracker"
	if out := w.do(200, "GET", path, ""); out["kind"] != "builtin" || out["tokenSet"] != false {
		t.Errorf("%v", out)
	}
	jira := func(more string) string {
		return `{"kind":"jira","project":"OPS","email":"ada@example.com","token":"` + token + `"` + more + `}`
	}
	for body, field := range map[string]string{
		`{}`: "kind", `{"kind":"trello"}`: "kind",
		`{"kind":"github","token":"x"}`:                                               "project",
		`{"kind":"github","project":"acme/shop"}`:                                     "token",
		`{"kind":"github","project":"acme/shop","token":""}`:                          "token",
		`{"kind":"github","project":"acme/../x","token":"x"}`:                         "project",
		`{"kind":"builtin","project":"OPS"}`:                                          "project",
		`{"kind":"builtin","token":"x"}`:                                              "kind",
		`{"kind":"github","project":"a/b","baseUrl":"https://x.example","token":"x"}`: "baseUrl",
		jira(``): "baseUrl", jira(`,"baseUrl":"http://acme.atlassian.net"`): "baseUrl", jira(`,"baseUrl":"https://10.0.0.1"`): "baseUrl",
		jira(`,"baseUrl":"https://acme.atlassian.net?x=1"`): "baseUrl", jira(`,"baseUrl":"https://u:p@acme.atlassian.net"`): "baseUrl",
		`{"kind":"jira","project":"OPS","email":"nobody","token":"x","baseUrl":"https://acme.atlassian.net"}`: "email",
	} {
		w.refused(field, "PUT", path, body)
	}
	out := w.do(200, "PUT", path, jira(`,"baseUrl":"https://acme.atlassian.net/"`))
	hook, _ := out["webhookSecret"].(string)
	if out["baseUrl"] != "https://acme.atlassian.net" || out["tokenSet"] != true || len(hook) != 64 || out["webhookUrl"] != "https://api.example.com/v1/webhooks/jira/"+ourOrg {
		t.Errorf("%v", out)
	}
	if out = w.do(200, "GET", path, ""); out["webhookSecret"] != nil || out["tokenSet"] != true {
		t.Errorf("read: %v", out)
	}
	const same = `{"kind":"jira","project":"WEB","email":"ada@example.com","baseUrl":"https://acme.atlassian.net"`
	if out = w.do(200, "PUT", path, same+`}`); out["project"] != "WEB" || out["webhookSecret"] != nil || w.keys() != (ticket.Keys{Token: token, Hook: hook}) {
		t.Errorf("another project: %v", out)
	}
	w.refused("token", "PUT", path, `{"kind":"jira","project":"WEB","email":"ada@example.com","baseUrl":"https://other.atlassian.net"}`)
	w.refused("token", "PUT", path, `{"kind":"jira","project":"WEB","email":"eve@example.com","baseUrl":"https://acme.atlassian.net"}`)
	if out = w.do(200, "PUT", path, same+`,"newWebhookSecret":true}`); out["webhookSecret"] == hook || len(out["webhookSecret"].(string)) != 64 || w.keys().Token != token {
		t.Errorf("another secret: %v", out)
	}
	w.do(204, "DELETE", path, "")
	if out = w.do(200, "GET", path, ""); out["kind"] != "builtin" || out["tokenSet"] != false || out["project"] != nil {
		t.Errorf("given up: %v", out)
	}
}

func (w *world) settings() ticket.Settings {
	w.t.Helper()
	s, err := store.Trackers{Table: w.table}.Settings(w.t.Context(), ourOrg)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w *world) keys() ticket.Keys {
	w.t.Helper()
	k, err := desk.Unseal(w.t.Context(), w.sealer, w.settings())
	if err != nil {
		w.t.Fatal(err)
	}
	return k
}

// A ticket that somebody closes outside ends its incident; whoever can't sign changes nothing.
func TestWebhooks(t *testing.T) {
	for kind, body := range map[string]string{
		ticket.GitHub: `{"kind":"github","project":"acme/shop","token":"x"}`,
		ticket.Jira:   `{"kind":"jira","project":"OPS","email":"ada@example.com","token":"x","baseUrl":"https://acme.atlassian.net"}`,
	} {
		w := newWorld(t)
		hook, _ := w.do(200, "PUT", "/v1/org/tracker", body)["webhookSecret"].(string)
		out := sandbox.New(sandbox.Config{Now: func() time.Time { return w.now }})
		var issue sandbox.Issue
		id := w.incident("k", func(id string) ticket.Ref {
			issue = out.Add(sandbox.Issue{Tracker: kind, Body: "x\n\n<!-- bellwether:incident:" + id + " -->", Labels: []string{"bellwether-" + id}})
			return ticket.Ref{Tracker: kind, Key: issue.Key}
		})
		path, key := "/v1/webhooks/"+kind+"/", secret.NewText(hook)
		deliver := func(state ticket.State) (body []byte, header http.Header) {
			w.now = w.now.Add(time.Hour)
			issue, _ = out.Set(kind, issue.Key, state)
			return sandbox.Delivery(issue, key)
		}
		closed, signed := deliver(ticket.Done)
		_, foreign := sandbox.Delivery(issue, secret.NewText("another"))
		w.hook(403, path+ourOrg, closed, foreign)
		w.hook(403, path+ourOrg, closed, nil)
		w.hook(403, path+ourOrg, append([]byte(" "), closed...), signed)
		w.hook(403, path+theirOrg, closed, signed)
		w.hook(403, path+"x", closed, signed)
		if !w.read(id).Open() {
			t.Fatalf("%s: it ended without a signature", kind)
		}
		w.hook(200, path+ourOrg, closed, signed)
		if i := w.read(id); i.Open() || i.Timeline[len(i.Timeline)-1].Actor != "tracker/"+kind {
			t.Errorf("%s: closed: %+v", kind, i)
		}
		again, signedAgain := deliver(ticket.Open)
		w.hook(200, path+ourOrg, again, signedAgain)
		w.hook(200, path+ourOrg, closed, signed) // replayed
		if i := w.read(id); !i.Open() || i.Reopened != 1 {
			t.Errorf("%s: opened again: %+v", kind, i)
		}
		stranger := out.Add(sandbox.Issue{Tracker: kind, Status: "done", Body: "<!-- bellwether:incident:" + theirOrg + " -->", Labels: []string{"bellwether-" + theirOrg}})
		body, header := sandbox.Delivery(stranger, key)
		w.hook(200, path+ourOrg, body, header) // of an incident that we don't have
		w.do(204, "DELETE", "/v1/org/tracker", "")
		w.hook(403, path+ourOrg, closed, signed)
	}
}
