package integrations_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"bellwether/internal/grant"
	"bellwether/internal/integration"
	"bellwether/internal/platform"
)

// wantPage wants a page for people that holds the text, and can do nothing.
func wantPage(t *testing.T, rec *httptest.ResponseRecorder, status int, text string) {
	t.Helper()
	body, h := rec.Body.String(), rec.Header()
	if rec.Code != status || !strings.Contains(body, text) {
		t.Errorf("status %d, want %d with %q: %s", rec.Code, status, text, body)
	}
	if h.Get("Content-Type") != "text/html; charset=utf-8" || !strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'none'; style-src 'sha256-") ||
		h.Get("Referrer-Policy") != "no-referrer" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store" {
		t.Errorf("header %v", h)
	}
	if strings.Contains(body, "<script") || strings.Contains(body, "<b>") {
		t.Errorf("the page is not escaped: %s", body)
	}
}

// refusedCase is a way back from the platform that connects nothing.
type refusedCase struct {
	body    string
	query   url.Values // instead of a code
	given   func(p *fakePlatform)
	problem string
}

func refusals() map[string]refusedCase {
	refusal := func(class platform.Class, message string) error {
		return &platform.Error{Platform: "meta", Op: "exchange", Class: class, Message: message}
	}
	usd := platform.Account{ID: "act_9", Name: "Other", Currency: "USD", TimeZone: "UTC"}
	suspended := platform.Account{ID: "act_1", Name: "Shop", Currency: "USD", TimeZone: "UTC", Suspended: true}
	return map[string]refusedCase{
		"access denied":          {query: url.Values{"error": {"access_denied"}, "error_description": {"<b>call 555</b>"}}, problem: "access was not allowed at Meta"},
		"cancelled at LinkedIn":  {query: url.Values{"error": {"user_cancelled_login"}}, problem: "access was not allowed at Meta"},
		"another error":          {query: url.Values{"error": {"server_error"}}, problem: "Meta refused the sign-in (server_error)"},
		"an error with a code":   {query: url.Values{"error": {"server_error"}, "code": {"x"}}, problem: "Meta refused the sign-in (server_error)"},
		"an error that is a lie": {query: url.Values{"error": {"Call 555-0199 <b>now</b>"}}, problem: "Meta refused the sign-in"},
		"an empty error":         {query: url.Values{"error": {""}}, problem: "Meta refused the sign-in"},
		"a wrong code":           {query: url.Values{"code": {"made-up"}}, problem: "Meta refused the sign-in: the code is no good"},
		"no answer":              {given: func(p *fakePlatform) { p.refuse = refusal(platform.ClassTransient, "dial tcp 10.0.0.7") }, problem: "Meta did not answer as it should; it may do so in a moment"},
		"no answer at all":       {given: func(p *fakePlatform) { p.refuse = errors.New("dial tcp 10.0.0.7") }, problem: "Meta refused the sign-in: the call failed"},
		"a scope is missing": {given: func(p *fakePlatform) { p.refuse = refusal(platform.ClassAuthScope, "<b>ads_read</b>\nis missing") },
			problem: "what was allowed at Meta is not enough: <b>ads_read</b> is missing"},
		"no list of accounts": {given: func(p *fakePlatform) { p.refuseAccounts = refusal(platform.ClassInvalid, "bad token access-1") },
			problem: "Meta refused the sign-in: bad token [redacted]"},
		"no accounts":       {given: func(p *fakePlatform) { p.accounts = nil }, problem: "this sign-in at Meta reaches no ad account"},
		"all suspended":     {given: func(p *fakePlatform) { p.accounts = []platform.Account{suspended} }, problem: "Meta has suspended every ad account that this sign-in reaches"},
		"the wrong account": {body: `,"accountId":"act_7"`, problem: "this sign-in at Meta does not reach the account act_7: sign in there as somebody who may use it"},
		"the wanted one is suspended": {body: `,"accountId":"act_1"`, given: func(p *fakePlatform) { p.accounts = []platform.Account{suspended, usd} },
			problem: "the platform has suspended the account Shop"},
		"no time zone": {given: func(p *fakePlatform) { p.accounts[0].TimeZone = "Mars" },
			problem: "some fields are not valid; account.timeZone must be an IANA time zone like America/New_York"},
	}
}

// Whatever the platform or a rule refuses ends the attempt, and is told in words of ours.
func TestRefusals(t *testing.T) {
	for name, c := range refusals() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if c.given != nil {
				c.given(w.platform)
			}
			begun, state := w.begin("/v1/integrations", `{"platform":"meta"`+c.body+`}`)
			query := c.query
			if query == nil {
				query = url.Values{"code": {w.platform.newCode(state)}}
			}
			query.Set("state", state)
			wantPage(t, w.visit(query), 200, "Not connected to Meta")
			now := w.read(begun.Id)
			if now.Status != "failed" || now.Problem == nil || *now.Problem != c.problem {
				t.Errorf("connection %+v, problem %q", now, deref(now.Problem))
			}
			if list, err := w.store.List(t.Context(), ourOrg); err != nil || len(list) != 0 {
				t.Errorf("integrations %+v, error %v", list, err)
			}
			exchanges := w.platform.exchanges
			wantPage(t, w.finish(state), 200, "Not connected to Meta")
			if w.platform.exchanges != exchanges {
				t.Error("the attempt was used again")
			}
		})
	}
}

func deref(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// TikTok calls its code otherwise.
func TestAuthCode(t *testing.T) {
	w := newWorld(t)
	c, state := w.begin("/v1/integrations", `{"platform":"meta"}`)
	wantPage(t, w.visit(url.Values{"state": {state}, "auth_code": {w.platform.newCode(state)}}), 200, "Connected to Meta")
	if now := w.read(c.Id); now.Status != "connected" {
		t.Errorf("connection %+v", now)
	}
}

// A state that we did not make for this, or that is too old, names nothing, and nothing is done for it.
func TestStates(t *testing.T) {
	w := newWorld(t)
	c, state := w.begin("/v1/integrations", `{"platform":"meta"}`)
	sealed := func(context map[string]string, content any) string {
		plain, err := json.Marshal(content)
		if err != nil {
			t.Fatal(err)
		}
		out, err := w.api.States.Seal(t.Context(), plain, context)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(out)
	}
	good, expires := map[string]string{"purpose": "connect"}, start.Add(time.Hour).Unix()
	cases := map[string]url.Values{
		"none":                   {},
		"empty":                  {"state": {""}},
		"not base64":             {"state": {"%%%"}},
		"a line break":           {"state": {state[:20] + "\n" + state[20:]}},
		"cut":                    {"state": {state[:len(state)-4]}},
		"changed":                {"state": {strings.Replace(state, state[30:31], string(state[30]^1), 1)}},
		"another purpose":        {"state": {sealed(map[string]string{"purpose": "verifier"}, map[string]any{"o": ourOrg, "c": c.Id, "x": expires})}},
		"another org":            {"state": {sealed(good, map[string]any{"o": theirOrg, "c": c.Id, "x": expires})}},
		"no such attempt":        {"state": {sealed(good, map[string]any{"o": ourOrg, "c": theirOrg, "x": expires})}},
		"expired":                {"state": {sealed(good, map[string]any{"o": ourOrg, "c": c.Id, "x": start.Unix()})}},
		"no JSON":                {"state": {sealed(good, "text")}},
		"neither code nor error": {"state": {state}, "code": nil},
		"a code without end":     {"state": {state}, "code": {strings.Repeat("c", 8001)}},
	}
	for name, query := range cases {
		t.Run(name, func(t *testing.T) {
			if !query.Has("code") {
				query.Set("code", "code-x")
			}
			wantPage(t, w.visit(query), http.StatusBadRequest, "can&#39;t be used")
			if now := w.read(c.Id); now.Status != "pending" || w.platform.exchanges != 0 {
				t.Errorf("connection %+v, %d exchanges", now, w.platform.exchanges)
			}
		})
	}
	w.now = start.Add(integration.ConnectionLifetime)
	wantPage(t, w.finish(state), http.StatusBadRequest, "can&#39;t be used")
	if w.platform.exchanges != 0 {
		t.Error("an attempt that is over was used")
	}
}

// Who looks without coming back, as a preview of the link does, uses nothing up.
func TestLookingIsNotComingBack(t *testing.T) {
	w := newWorld(t)
	c, state := w.begin("/v1/integrations", `{"platform":"meta"}`)
	w.send(httptest.NewRequest("HEAD", callback+"?"+url.Values{"state": {state}, "code": {w.platform.newCode(state)}}.Encode(), nil))
	if now := w.read(c.Id); now.Status != "pending" {
		t.Errorf("connection %+v", now)
	}
}

// A repeat sees what came of it, and the code is redeemed once: also while the first one is at it.
func TestCallbackTwice(t *testing.T) {
	w := newWorld(t)
	c, state := w.begin("/v1/integrations", `{"platform":"meta"}`)
	query := url.Values{"state": {state}, "code": {w.platform.newCode(state)}}
	w.platform.meanwhile = func() {
		wantPage(t, w.visit(query), 200, "Connecting to Meta")
		if now := w.read(c.Id); now.Status != "working" {
			t.Errorf("connection %+v", now)
		}
	}
	wantPage(t, w.visit(query), 200, "Shop &lt;b&gt; is connected")
	wantPage(t, w.visit(query), 200, "Shop &lt;b&gt; is connected")
	if w.platform.exchanges != 1 || len(w.events("IntegrationConnected")) != 1 {
		t.Errorf("%d exchanges, %d events", w.platform.exchanges, len(w.events("IntegrationConnected")))
	}
}

// between lets somebody else in before the first claim of an attempt is written.
type between struct {
	store interface {
		Grant(ctx context.Context, orgID, integrationID string) (grant.Record, error)
		Connection(ctx context.Context, orgID, id string) (integration.Connection, error)
		PutConnection(ctx context.Context, c integration.Connection) error
	}
	first func()
	fails string // the status that can't be written
}

func (b *between) Grant(ctx context.Context, orgID, integrationID string) (grant.Record, error) {
	return b.store.Grant(ctx, orgID, integrationID)
}

func (b *between) Connection(ctx context.Context, orgID, id string) (integration.Connection, error) {
	return b.store.Connection(ctx, orgID, id)
}

func (b *between) PutConnection(ctx context.Context, c integration.Connection) error {
	if c.Status == integration.ConnectionWorking && b.first != nil {
		run := b.first
		b.first = nil
		run()
	}
	if c.Status == b.fails {
		return errors.New("the table is down")
	}
	return b.store.PutConnection(ctx, c)
}

// Two that come at the very same moment: one of them gets it.
func TestCallbackTwiceAtOnce(t *testing.T) {
	w := newWorld(t)
	grants := &between{store: w.grants}
	w.api.Grants = grants
	w.serve(nil)
	_, state := w.begin("/v1/integrations", `{"platform":"meta"}`)
	query := url.Values{"state": {state}, "code": {w.platform.newCode(state)}}
	grants.first = func() { wantPage(t, w.visit(query), 200, "is connected") }
	wantPage(t, w.visit(query), 200, "is connected")
	if w.platform.exchanges != 1 {
		t.Errorf("%d exchanges", w.platform.exchanges)
	}
}

// An attempt whose request died is over after a while: the person begins again.
func TestBrokenOff(t *testing.T) {
	for name, fails := range map[string]string{"before the outcome": integration.ConnectionDone, "before the claim": integration.ConnectionWorking} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.api.Grants = &between{store: w.grants, fails: fails}
			w.serve(nil)
			c, state := w.begin("/v1/integrations", `{"platform":"meta"}`)
			page := w.finish(state)
			if fails == integration.ConnectionWorking {
				wantPage(t, page, http.StatusServiceUnavailable, "Something went wrong on our side")
				if now := w.read(c.Id); now.Status != "pending" || w.platform.exchanges != 0 {
					t.Errorf("connection %+v, %d exchanges", now, w.platform.exchanges)
				}
				return
			}
			wantPage(t, page, 200, "is connected")
			w.now = start.Add(time.Minute)
			if now := w.read(c.Id); now.Status != "working" {
				t.Errorf("connection %+v", now)
			}
			w.now = start.Add(2 * time.Minute)
			if now := w.read(c.Id); now.Status != "failed" || *now.Problem != "connecting broke off" {
				t.Errorf("connection %+v", now)
			}
			wantPage(t, w.finish(state), 200, "connecting broke off. Begin again where you started.")
		})
	}
}
