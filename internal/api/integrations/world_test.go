package integrations_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/api/integrations"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/grant"
	"bellwether/internal/integration"
	"bellwether/internal/platform"
	"bellwether/internal/queue"
	"bellwether/internal/secret"
	"bellwether/internal/secret/local"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
	"bellwether/internal/tenant"
)

var start = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

const (
	ourOrg   = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5c"
	theirOrg = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5d"
	adaID    = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5b"
	base     = "https://api.example.com"
	callback = "/v1/integrations/callback"
)

var (
	ada = tenant.Principal{ID: adaID, OrgID: ourOrg, Role: tenant.Owner, Actor: "user/" + adaID}
	eve = tenant.Principal{ID: theirOrg, OrgID: theirOrg, Role: tenant.Owner, Actor: "user/" + theirOrg}
)

// world is the API over a real store, with a platform made up for it.
type world struct {
	http.Handler
	t        *testing.T
	now      time.Time
	api      integrations.API
	store    store.Integrations
	grants   store.Grants
	table    *bolt.Table
	platform *fakePlatform
	sent     []queue.Message
	down     bool // the queue takes nothing
}

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

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: start, platform: newFakePlatform()}
	clock := func() time.Time { return w.now }
	var err error
	if w.table, err = bolt.Open(filepath.Join(t.TempDir(), "table.db"), bolt.Options{Now: clock, NoSync: true}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.table.Close() })
	random := &source{r: rand.NewChaCha8([32]byte{1})}
	states, tokens := sealer(t, "s", random), sealer(t, "t", random)
	w.store, w.grants = store.Integrations{Table: w.table}, store.Grants{Table: w.table}
	connectors := platform.Connectors{platform.Meta: w.platform, platform.Google: &fakePlatform{info: platform.Info{Platform: platform.Google, Name: "Google Ads"}}}
	w.api = integrations.API{
		Integrations: w.store, Grants: w.grants, Runs: store.Runs{Table: w.table},
		Keeper:     grant.Keeper{Store: w.grants, Sealer: tokens, Connectors: connectors, Now: clock},
		Connectors: connectors, Queue: w, States: states, Cursors: api.Cursors{Sealer: states, Now: clock},
		PublicURL: base + "/", Random: random,
	}
	w.serve(store.Requests{Table: w.table})
	return w
}

// serve begins to serve the API as it is now.
func (w *world) serve(requests api.RequestLog) {
	manners := api.Manners{Requests: requests, Now: func() time.Time { return w.now }, Random: w.api.Random}
	w.Handler = manners.Handler(w.api.Routes()...)
}

func sealer(t *testing.T, key string, random io.Reader) secret.Sealer {
	t.Helper()
	s, err := local.New(secret.NewText(strings.Repeat(key, 32)), random)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Send implements queue.Queue.
func (w *world) Send(_ context.Context, messages ...queue.Message) error {
	if w.down {
		return errors.New("the queue is down")
	}
	w.sent = append(w.sent, messages...)
	return nil
}

// send makes a request; whatever is answered, it holds no secret.
func (w *world) send(r *http.Request) *httptest.ResponseRecorder {
	w.t.Helper()
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	for _, s := range w.platform.secrets {
		if strings.Contains(rec.Body.String(), s) || strings.Contains(rec.Header().Get("Location"), s) {
			w.t.Errorf("%s %s: the answer holds the secret %s: %s", r.Method, r.URL.Path, s, rec.Body)
		}
	}
	return rec
}

// do makes a request as the principal, wants the status, and reads the answer into out, strictly.
func (w *world) do(p tenant.Principal, want int, out any, method, path, body string, header ...string) http.Header {
	w.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := w.send(r.WithContext(tenant.WithPrincipal(r.Context(), p)))
	if rec.Code != want {
		w.t.Fatalf("%s %s: status %d, want %d: %s", method, path, rec.Code, want, rec.Body)
	}
	if out == nil {
		return rec.Header()
	}
	d := json.NewDecoder(rec.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(out); err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	return rec.Header()
}

// refused wants the request refused with the status and the code.
func (w *world) refused(p tenant.Principal, status int, code, method, path, body string) {
	w.t.Helper()
	var problem struct {
		Type, Title, Code, Detail, RequestID string
		Status                               int
		Fields                               []fault.Field
	}
	if w.do(p, status, &problem, method, path, body); problem.Code != code {
		w.t.Errorf("%s %s: code %s, want %s", method, path, problem.Code, code)
	}
}

// visit is a browser at the path: no principal, a page for an answer.
func (w *world) visit(query url.Values) *httptest.ResponseRecorder {
	w.t.Helper()
	return w.send(httptest.NewRequest("GET", callback+"?"+query.Encode(), nil))
}

// begin begins to connect an account, and is the state that the browser carries.
func (w *world) begin(path, body string) (c api.Connection, state string) {
	w.t.Helper()
	w.do(ada, 201, &c, "POST", path, body)
	return c, w.stateOf(c)
}

func (w *world) stateOf(c api.Connection) string {
	w.t.Helper()
	if c.AuthorizationUrl == nil {
		w.t.Fatalf("the connection %+v has no authorization URL", c)
	}
	u, err := url.Parse(*c.AuthorizationUrl)
	if err != nil {
		w.t.Fatal(err)
	}
	return u.Query().Get("state")
}

// finish brings the browser back with a good code.
func (w *world) finish(state string) *httptest.ResponseRecorder {
	w.t.Helper()
	return w.visit(url.Values{"state": {state}, "code": {w.platform.newCode(state)}})
}

// connect connects the platform's only account.
func (w *world) connect() api.Integration {
	w.t.Helper()
	c, state := w.begin("/v1/integrations", `{"platform":"meta"}`)
	w.finish(state)
	now := w.read(c.Id)
	if now.Status != "connected" {
		w.t.Fatalf("connection %+v", now)
	}
	var i api.Integration
	w.do(ada, 200, &i, "GET", "/v1/integrations/"+*now.IntegrationId, "")
	return i
}

func (w *world) read(connectionID string) (c api.Connection) {
	w.t.Helper()
	w.do(ada, 200, &c, "GET", "/v1/connections/"+connectionID, "")
	return c
}

func (w *world) sync(id string) integration.Sync {
	w.t.Helper()
	s, err := w.store.Sync(w.t.Context(), ourOrg, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// change changes the account behind the API's back, as a sync does.
func (w *world) change(id string, change func(integration.Integration, event.Cause) (integration.Change, error)) {
	w.t.Helper()
	cause := event.Edge(event.Derive("behind", w.now.String()), "sync/x", w.now)
	_, err := w.store.Update(w.t.Context(), cause.ID, ourOrg, id, func(i integration.Integration) (integration.Change, error) { return change(i, cause) })
	if err != nil {
		w.t.Fatal(err)
	}
}

// lose takes the grant of the account away, as the platform does.
func (w *world) lose(id string) {
	w.t.Helper()
	w.change(id, func(i integration.Integration, cause event.Cause) (integration.Change, error) {
		return i.Lose(integration.ReasonRevoked, integration.Affected{}, cause)
	})
	before := w.sync(id)
	if err := w.store.PutSync(w.t.Context(), before, before.Stop()); err != nil {
		w.t.Fatal(err)
	}
}

// events are the events of the type that were written, in order.
func (w *world) events(eventType string) (all []event.Raw) {
	w.t.Helper()
	records, err := w.table.Records(0, 1_000_000)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, r := range records {
		var events []event.Raw
		if r.New == nil || r.New.Events == "" {
			continue
		}
		if err := json.Unmarshal([]byte(r.New.Events), &events); err != nil {
			w.t.Fatal(err)
		}
		for _, e := range events {
			if e.Meta.Type == eventType {
				all = append(all, e)
			}
		}
	}
	return all
}
