package web

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"bellwether/internal/secret"
	"bellwether/internal/secret/local"
)

// answer is what a service answers to a path.
type answer struct {
	status int
	body   string
	etag   string
}

// services are an API and an issuer that answer from lists, and keep what they were asked.
type services struct {
	mu      sync.Mutex
	answers map[string]answer // by "GET /v1/me"
	asked   []string
	queries []string
	headers []http.Header
	forms   []url.Values
	picky   bool // no min_version is good
}

func (s *services) RoundTrip(r *http.Request) (*http.Response, error) {
	name := r.Method + " " + r.URL.Path
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked, s.queries, s.headers = append(s.asked, name), append(s.queries, r.URL.RawQuery), append(s.headers, r.Header)
	if s.picky && r.URL.Query().Has("min_version") {
		return &http.Response{StatusCode: http.StatusBadRequest, Body: io.NopCloser(strings.NewReader(`{"status":400}`)), Request: r}, nil
	}
	if r.Body != nil {
		text, _ := io.ReadAll(r.Body)
		form, _ := url.ParseQuery(string(text))
		s.forms = append(s.forms, form)
	}
	a, ok := s.answers[name]
	if !ok {
		a = answer{status: http.StatusNotFound, body: `{"status":404,"code":"not_found","detail":"none","title":"Not Found","type":"about:blank","requestId":"r"}`}
	}
	if a.etag != "" && r.Header.Get("If-None-Match") == a.etag {
		a = answer{status: http.StatusNotModified}
	}
	h := http.Header{"Content-Type": {"application/json"}}
	return &http.Response{StatusCode: a.status, Header: h, Body: io.NopCloser(strings.NewReader(a.body)), Request: r}, nil
}

var testNow = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// visitor is a browser at an App over services.
type visitor struct {
	t       *testing.T
	app     App
	handler http.Handler
	api     *services
	issuer  *services
	cookies map[string]*http.Cookie
	now     time.Time
	host    string
}

func visit(t *testing.T) *visitor {
	t.Helper()
	sealer, err := local.New(secret.NewText(strings.Repeat("k", 40)), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	v := &visitor{t: t, cookies: map[string]*http.Cookie{}, now: testNow, host: "app.example.com"}
	v.api = &services{answers: map[string]answer{
		"GET /v1/me":          {200, `{"id":"u1","actor":"user/u1","name":"Ada","role":"owner","orgId":"o1","orgs":[{"id":"o1","name":"Agency","role":"owner"}]}`, ""},
		"GET /v1/inbox/count": {200, `{"unread":3,"more":false}`, ""}, "GET /v1/incidents": {200, `{"items":[]}`, ""},
		"GET /v1/dashboard": {200, `{"version":"v7","stale":false,"staleAccounts":0,"accounts":[],"alerts":[],"campaigns":[],"posts":[],"totals":[]}`, `"v7"`},
	}}
	v.issuer = &services{answers: map[string]answer{
		"GET /.well-known/openid-configuration": {200, `{"authorization_endpoint":"https://id.example.com/authorize","token_endpoint":"https://id.example.com/token"}`, ""},
	}}
	v.app = App{API: v.api, Sealer: sealer, Issuer: "https://id.example.com", ClientID: "client", OIDC: &http.Client{Transport: v.issuer}, Now: func() time.Time { return v.now }}
	v.handler = v.app.Handler()
	return v
}

func (v *visitor) send(method, target, body string, header ...string) *httptest.ResponseRecorder {
	v.t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Host = v.host
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	for _, c := range v.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	v.handler.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if v.cookies[c.Name] = c; c.MaxAge < 0 {
			delete(v.cookies, c.Name)
		}
	}
	return w
}

func (v *visitor) get(target string, header ...string) *httptest.ResponseRecorder {
	v.t.Helper()
	return v.send(http.MethodGet, target, "", header...)
}

// token is what the issuer answers with.
func (v *visitor) token(nonce string, life time.Duration, refresh string) answer {
	v.t.Helper()
	claims := jwt.MapClaims{"exp": v.now.Add(life).Unix(), "email": "ada@example.com"}
	if nonce != "" {
		claims["nonce"] = nonce
	}
	id, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte("issuer"))
	if err != nil {
		v.t.Fatal(err)
	}
	body, err := json.Marshal(map[string]any{"id_token": id, "access_token": id, "refresh_token": refresh, "token_type": "Bearer", "expires_in": 3600})
	if err != nil {
		v.t.Fatal(err)
	}
	return answer{200, string(body), ""}
}

// leave begins to sign in, and answers with what the issuer was asked.
func (v *visitor) leave() url.Values {
	v.t.Helper()
	w := v.get("/app/sign-in?next=/app/inbox")
	to, err := url.Parse(w.Header().Get("Location"))
	if err != nil || w.Code != http.StatusSeeOther || to.Host != "id.example.com" {
		v.t.Fatalf("signing in leads to %d %s", w.Code, to)
	}
	return to.Query()
}

func (v *visitor) signIn() {
	v.t.Helper()
	q := v.leave()
	v.issuer.answers["POST /token"] = v.token(q.Get("nonce"), time.Hour, "refresh-1")
	if w := v.get("/app/signed-in?code=c&state=" + q.Get("state")); w.Header().Get("Location") != "/app/inbox" {
		v.t.Fatalf("signed in: %d %s", w.Code, w.Header().Get("Location"))
	}
	v.api.asked, v.api.headers = nil, nil
}

func TestSigningIn(t *testing.T) {
	v := visit(t)
	q := v.leave()
	for name, want := range map[string]string{
		"client_id": "client", "response_type": "code", "code_challenge_method": "S256",
		"redirect_uri": "https://app.example.com/app/signed-in", "scope": "openid email profile",
	} {
		if q.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, q.Get(name), want)
		}
	}
	v.issuer.answers["POST /token"] = v.token(q.Get("nonce"), time.Hour, "refresh-1")
	w := v.get("/app/signed-in?code=the-code&state=" + q.Get("state"))
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/app/inbox" {
		t.Fatalf("%d %s", w.Code, w.Header().Get("Location"))
	}
	form := v.issuer.forms[len(v.issuer.forms)-1]
	if form.Get("code") != "the-code" || form.Get("code_verifier") == "" || form.Has("client_secret") {
		t.Errorf("the code was redeemed by %v", form)
	}
	for _, name := range []string{tokenCookie, refreshCookie} {
		c := v.cookies[name]
		if c == nil || !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || strings.Contains(c.Value, "refresh-1") {
			t.Errorf("%s is %+v", name, c)
		}
	}
	if v.cookies[signInCookie] != nil {
		t.Error("the attempt is kept")
	}
	w = v.get("/app")
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Agency") {
		t.Errorf("the overview: %d", w.Code)
	}
	if got := v.api.headers[0].Get("Authorization"); !strings.HasPrefix(got, "Bearer ey") {
		t.Errorf("the API was asked with %q", got)
	}
}

// Whatever is wrong with a way back, nobody gets in.
func TestNobodyGetsIn(t *testing.T) {
	for name, back := range map[string]func(*visitor, url.Values) string{
		"another state": func(_ *visitor, _ url.Values) string { return "code=c&state=x" },
		"no code":       func(_ *visitor, q url.Values) string { return "error=access_denied&state=" + q.Get("state") },
		"another nonce": func(v *visitor, q url.Values) string {
			v.issuer.answers["POST /token"] = v.token("other", time.Hour, "")
			return "code=c&state=" + q.Get("state")
		},
		"a code refused": func(v *visitor, q url.Values) string {
			v.issuer.answers["POST /token"] = answer{400, `{"error":"invalid_grant"}`, ""}
			return "code=c&state=" + q.Get("state")
		},
		"no attempt": func(v *visitor, q url.Values) string { clear(v.cookies); return "code=c&state=" + q.Get("state") },
		"no token": func(v *visitor, q url.Values) string {
			v.issuer.answers["POST /token"] = answer{200, `{"access_token":"x","token_type":"Bearer"}`, ""}
			return "code=c&state=" + q.Get("state")
		},
	} {
		v := visit(t)
		q := v.leave()
		v.issuer.answers["POST /token"] = v.token(q.Get("nonce"), time.Hour, "") // but for what the case changes, all would be well
		w := v.get("/app/signed-in?" + back(v, q))
		if w.Header().Get("Location") != "/?problem=sign-in" || v.cookies[tokenCookie] != nil {
			t.Errorf("%s: %d %s", name, w.Code, w.Header().Get("Location"))
		}
	}
	v := visit(t)
	v.signIn()
	c := v.cookies[tokenCookie]
	c.Value = c.Value[:len(c.Value)-4] + "AAAA"
	if w := v.get("/app/inbox?box=unread"); w.Header().Get("Location") != "/?next=%2Fapp%2Finbox%3Fbox%3Dunread" || len(v.api.asked) > 0 {
		t.Errorf("a changed cookie: %d %s, %v", w.Code, w.Header().Get("Location"), v.api.asked)
	}
	if w := v.get(
		"/app", "HX-Request", "true", "HX-Current-URL", "https://app.example.com/app/events?subject=x",
	); w.Header().Get("HX-Redirect") != "/?next=%2Fapp%2Fevents%3Fsubject%3Dx" {
		t.Errorf("a partial update leads to %q", w.Header().Get("HX-Redirect"))
	}
}

func TestTokensAreRenewed(t *testing.T) {
	v := visit(t)
	v.signIn()
	v.now = v.now.Add(time.Hour - 30*time.Second)
	v.issuer.answers["POST /token"] = v.token("", time.Hour, "refresh-2")
	if w := v.get("/app"); w.Code != http.StatusOK {
		t.Fatalf("after an hour: %d", w.Code)
	}
	if form := v.issuer.forms[len(v.issuer.forms)-1]; form.Get("grant_type") != "refresh_token" || form.Get("refresh_token") != "refresh-1" {
		t.Errorf("renewed by %v", form)
	}
	before := len(v.issuer.asked)
	v.get("/app")
	if len(v.issuer.asked) != before {
		t.Error("a fresh token was renewed")
	}
	v.now = v.now.Add(2 * time.Hour)
	v.issuer.answers["POST /token"] = answer{500, "{}", ""}
	if w := v.get("/app"); w.Code != http.StatusBadGateway || v.cookies[tokenCookie] == nil {
		t.Errorf("an issuer that is not well: %d", w.Code)
	}
	v.issuer.answers["POST /token"] = answer{400, `{"error":"invalid_grant"}`, ""}
	if w := v.get("/app"); w.Header().Get("Location") != "/?next=%2Fapp" {
		t.Errorf("a grant that is gone: %d %s", w.Code, w.Header().Get("Location"))
	}
}

// What did not change is not sent again; an open overview asks one question to know.
func TestUnchangedPages(t *testing.T) {
	v := visit(t)
	v.signIn()
	first := v.get("/app")
	tag := first.Header().Get("ETag")
	if !strings.HasSuffix(tag, `.v7"`) {
		t.Fatalf("the tag is %s", tag)
	}
	if w := v.get("/app", "If-None-Match", tag); w.Code != http.StatusNotModified || w.Body.Len() > 0 {
		t.Errorf("unchanged: %d", w.Code)
	}
	v.api.asked = nil
	if w := v.get("/app", "If-None-Match", tag, pollHeader, "1"); w.Code != http.StatusNotModified || !slices.Equal(v.api.asked, []string{"GET /v1/dashboard"}) {
		t.Errorf("polled: %d after %v", w.Code, v.api.asked)
	}
	v.api.answers["GET /v1/dashboard"] = answer{200, strings.Replace(v.api.answers["GET /v1/dashboard"].body, "v7", "v8", 1), `"v8"`}
	if w := v.get("/app", "If-None-Match", tag, pollHeader, "1"); w.Code != http.StatusOK || !strings.HasSuffix(w.Header().Get("ETag"), `.v8"`) {
		t.Errorf("changed: %d %s", w.Code, w.Header().Get("ETag"))
	}
}

// What fails is told in the page's frame, and nothing from inside shows.
func TestFailures(t *testing.T) {
	for name, c := range map[string]struct {
		path   string
		answer answer
		status int
		says   string
	}{
		"the API is not well":  {"GET /v1/dashboard", answer{503, `{"status":503,"code":"retryable","detail":"secret detail","title":"x","type":"about:blank","requestId":"r"}`, ""}, 502, "This can&#39;t be shown right now"},
		"the gateway fails":    {"GET /v1/dashboard", answer{500, `<html>secret detail</html>`, ""}, 502, "This can&#39;t be shown right now"},
		"not for this role":    {"GET /v1/dashboard", answer{403, `{"status":403,"code":"forbidden","detail":"secret detail"}`, ""}, 403, "This page is not for your role"},
		"the token is refused": {"GET /v1/me", answer{401, `{"message":"Unauthorized"}`, ""}, 303, ""},
	} {
		v := visit(t)
		v.signIn()
		v.api.answers[c.path] = c.answer
		w := v.get("/app")
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.says) || strings.Contains(w.Body.String(), "secret detail") {
			t.Errorf("%s: %d %.300s", name, w.Code, w.Body)
		}
	}
	v := visit(t)
	v.signIn()
	if w := v.get("/app/campaigns/0198f1c2-7c10-7b21-9c4f-5d2e3f4a5b6c"); w.Code != 404 || !strings.Contains(w.Body.String(), "There is nothing here") {
		t.Errorf("a campaign that is not there: %d", w.Code)
	}
	if w := v.get("/app/no/such/page"); w.Code != 404 || !strings.Contains(w.Body.String(), "There is nothing here") {
		t.Errorf("a page that is not there: %d", w.Code)
	}
}

const campaignBody = `{"id":"0198f1c2-7c10-7b21-9c4f-5d2e3f4a5b6c","name":"<script>alert(1)</script>","objective":"sales","currency":"USD","timeZone":"UTC","status":"active","version":4,
	"pauseReasons":[],"managerIds":[],"description":"","source":"api","createdBy":"user/u1","createdAt":"2026-11-01T00:00:00Z","updatedAt":"2026-11-01T00:00:00Z",
	"periodTotals":{"impressions":0,"clicks":0,"spend":{"amount":"0","currency":"USD"},"conversions":"0","approvedConversions":"0","revenue":{"amount":"0","currency":"USD"}},
	"totals":{"impressions":0,"clicks":0,"spend":{"amount":"0","currency":"USD"},"conversions":"0","approvedConversions":"0","revenue":{"amount":"0","currency":"USD"}},"placements":[]}`

const campaignPath = "/v1/campaigns/0198f1c2-7c10-7b21-9c4f-5d2e3f4a5b6c"

// A part that can't be had is told as such; the rest of the page stands. What people wrote is text.
func TestAPartIsMissing(t *testing.T) {
	v := visit(t)
	v.signIn()
	v.api.answers["GET "+campaignPath] = answer{200, campaignBody, ""}
	v.api.answers["GET "+campaignPath+"/performance"] = answer{503, `{}`, ""}
	w := v.get("/app/campaigns/0198f1c2-7c10-7b21-9c4f-5d2e3f4a5b6c")
	text := w.Body.String()
	if w.Code != 200 || !strings.Contains(text, "This part does not load right now") || !strings.Contains(text, "&lt;script&gt;alert(1)&lt;/script&gt;") || strings.Contains(text, "<script>alert") {
		t.Errorf("%d %.400s", w.Code, text)
	}
}

func TestAnAction(t *testing.T) {
	v := visit(t)
	v.signIn()
	const key = "0198f1c2-9d00-4b21-8c4f-5d6e7f8a9b0c"
	v.api.answers["POST "+campaignPath+"/budget"] = answer{200, campaignBody, ""}
	form := "campaignId=0198f1c2-7c10-7b21-9c4f-5d2e3f4a5b6c&amount=4000&version=3&key=" + key + "&back=/app/campaigns/x%3Fa%3Db"
	w := v.send(http.MethodPost, "/app/do/campaign.budget", form)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/app/campaigns/x?a=b" {
		t.Fatalf("%d %s", w.Code, w.Header().Get("Location"))
	}
	h := v.api.headers[len(v.api.headers)-1]
	if h.Get("Idempotency-Key") != key || h.Get("If-Match") != `"3"` {
		t.Errorf("sent with %v", h)
	}
	if c := v.cookies[seenCookie]; c == nil || c.Value != "0198f1c2-7c10-7b21-9c4f-5d2e3f4a5b6c.4" {
		t.Errorf("seen is %+v", c)
	}
	if w := v.get("/app", pollHeader, "1"); strings.Contains(w.Body.String(), "The budget is changed.") {
		t.Error("what was done is told by a page that keeps itself fresh")
	}
	if w := v.get("/app"); !strings.Contains(w.Body.String(), "The budget is changed.") {
		t.Error("what was done is not told")
	}
	if w := v.get("/app"); strings.Contains(w.Body.String(), "The budget is changed.") {
		t.Error("what was done is told twice")
	}
	if w := v.send(
		http.MethodPost, "/app/do/campaign.budget", form+"&back=https://evil.example/",
	); strings.Contains(w.Header().Get("Location"), "evil") {
		t.Errorf("it leads to %s", w.Header().Get("Location"))
	}
	v.api.asked = nil
	for name, w := range map[string]*httptest.ResponseRecorder{
		"from another site": v.send(http.MethodPost, "/app/do/campaign.budget", form, "Sec-Fetch-Site", "cross-site"),
		"too long":          v.send(http.MethodPost, "/app/do/campaign.budget", form+"&x="+strings.Repeat("x", maxForm)),
		"unknown":           v.send(http.MethodPost, "/app/do/campaign.explode", form),
	} {
		if w.Code < 400 || len(v.api.asked) > 0 {
			t.Errorf("%s: %d after %v", name, w.Code, v.api.asked)
		}
	}
}

// A form may not lead to another site, so the person is led there; what is no web address leads nowhere.
func TestConnecting(t *testing.T) {
	v := visit(t)
	v.signIn()
	v.api.answers["POST /v1/integrations"] = answer{201, `{"id":"c","authorizationUrl":"https://meta.example/oauth?state=x"}`, ""}
	const form = "platform=meta&back=/app/integrations"
	if w := v.send(
		http.MethodPost, "/app/do/account.connect", form, "HX-Request", "true",
	); w.Header().Get("HX-Redirect") != "https://meta.example/oauth?state=x" {
		t.Errorf("it leads to %q", w.Header().Get("HX-Redirect"))
	}
	if w := v.send(http.MethodPost, "/app/do/account.connect", form); w.Code != 200 || !strings.Contains(w.Body.String(), `href="https://meta.example/oauth?state=x"`) {
		t.Errorf("%d %.300s", w.Code, w.Body)
	}
	v.api.answers["POST /v1/integrations"] = answer{201, `{"id":"c","authorizationUrl":"javascript:alert(1)"}`, ""}
	if w := v.send(http.MethodPost, "/app/do/account.connect", form, "HX-Request", "true"); w.Header().Get("HX-Redirect") != "" {
		t.Errorf("it leads to %q", w.Header().Get("HX-Redirect"))
	}
	if w := v.send(http.MethodPost, "/app/do/account.connect", form); strings.Contains(w.Body.String(), `href="javascript`) {
		t.Errorf("%.300s", w.Body)
	}
}

// After an action the overview is asked for with what it led to; a cookie that is none of ours is passed over.
func TestReadYourWrites(t *testing.T) {
	v := visit(t)
	v.signIn()
	const seen = "0198f1c2-7c10-7b21-9c4f-5d2e3f4a5b6c.4"
	v.cookies[seenCookie] = &http.Cookie{Name: seenCookie, Value: seen}
	if w := v.get("/app"); w.Code != http.StatusOK || !slices.Contains(v.api.queries, "min_version="+seen) {
		t.Errorf("%d after %v", w.Code, v.api.queries)
	}
	v.api.picky = true
	if w := v.get("/app"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Overview") {
		t.Errorf("with a cookie that is none of ours: %d", w.Code)
	}
}

// The radar shows whose grant ends within a month, the next one first.
func TestRadar(t *testing.T) {
	v := visit(t)
	v.signIn()
	const account = `{"id":"%s","platform":"meta","status":"%s","account":{"id":"a","name":"%s","suspended":false},"scopes":[],"connectedAt":"2026-11-01T00:00:00Z","connectedBy":"u","createdAt":"2026-11-01T00:00:00Z",
		"updatedAt":"2026-11-01T00:00:00Z","everyMinutes":15,"failures":0,"stale":false,"version":1,"grantEndsAt":"%s"}`
	var list []string
	for _, a := range [][3]string{
		{"later", "connected", "2026-12-20T00:00:00Z"}, {"soon", "connected", "2026-11-25T00:00:00Z"},
		{"in time", "connected", "2026-12-24T00:00:00Z"}, {"lost", "needs_reconnect", "2026-11-24T00:00:00Z"},
	} {
		list = append(list, fmt.Sprintf(account, a[0], a[1], a[0], a[2]))
	}
	v.api.answers["GET /v1/integrations"] = answer{200, `{"items":[` + strings.Join(list, ",") + `]}`, ""}
	text := v.get("/app/integrations").Body.String()
	radar := text[strings.Index(text, "Expiry radar"):strings.Index(text, "<h2>Accounts</h2>")]
	if soon, later := strings.Index(radar, ">soon<"), strings.Index(radar, ">later<"); soon < 0 || later < soon || strings.Contains(radar, "in time") || strings.Contains(radar, "lost") {
		t.Errorf("the radar shows %s", radar)
	}
}

// What can't be trusted is marked.
func TestStaleFigures(t *testing.T) {
	for change, want := range map[string]string{
		`"stale":true,"staleAccounts":0,"dataAsOf":"2026-11-23T11:00:00Z"`:  "catching up",
		`"stale":false,"staleAccounts":2,"dataAsOf":"2026-11-23T09:00:00Z"`: "stale accounts: 2",
	} {
		v := visit(t)
		v.signIn()
		v.api.answers["GET /v1/dashboard"] = answer{200, strings.Replace(v.api.answers["GET /v1/dashboard"].body, `"stale":false,"staleAccounts":0`, change, 1), `"v7"`}
		if w := v.get("/app"); !strings.Contains(w.Body.String(), want) {
			t.Errorf("%q is not said", want)
		}
	}
}

// People read times on their own clock.
func TestClocks(t *testing.T) {
	for zone, want := range map[string]string{
		"Asia%2FTokyo": "23 Nov 2026 20:00 JST", "": "23 Nov 2026 11:00 UTC", "Mars": "23 Nov 2026 11:00 UTC",
		"Local": "23 Nov 2026 11:00 UTC",
	} {
		v := visit(t)
		v.signIn()
		v.cookies[zoneCookie] = &http.Cookie{Name: zoneCookie, Value: zone}
		v.api.answers["GET /v1/dashboard"] = answer{200, strings.Replace(v.api.answers["GET /v1/dashboard"].body, `"stale":false`, `"stale":false,"dataAsOf":"2026-11-23T11:00:00Z"`, 1), `"v7"`}
		if w := v.get("/app"); !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %q is not there", zone, want)
		}
	}
}

// The policy, and all else that keeps a page to itself, stands on every answer.
func TestHeaders(t *testing.T) {
	v := visit(t)
	v.signIn()
	for _, path := range []string{"/", "/app", "/app/nothing", assetPath("app.css"), "/assets/x/none"} {
		h := v.get(path).Header()
		if h.Get("Content-Security-Policy") != policy || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Strict-Transport-Security") == "" {
			t.Errorf("%s: %v", path, h)
		}
	}
	if h := v.get("/app").Header(); h.Get("Cache-Control") != "private, no-cache" {
		t.Errorf("a page may be kept: %s", h.Get("Cache-Control"))
	}
	if h := v.get(assetPath("app.js")).Header(); !strings.Contains(h.Get("Cache-Control"), "immutable") || !strings.HasPrefix(h.Get("Content-Type"), "text/javascript") {
		t.Errorf("an asset: %v", h)
	}
	if h := v.get("/assets/old/app.js").Header(); strings.Contains(h.Get("Cache-Control"), "immutable") {
		t.Error("an asset under another sum is kept for ever")
	}
}

func TestPacked(t *testing.T) {
	v := visit(t)
	v.signIn()
	plain := v.get("/app")
	small := v.get("/app", "Accept-Encoding", "gzip")
	r, err := gzip.NewReader(small.Body)
	if err != nil || small.Header().Get("Content-Encoding") != "gzip" {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(r); err != nil || !bytes.Equal(text, plain.Body.Bytes()) {
		t.Errorf("packed it is another page: %v", err)
	}
}

func TestLanguageAndColours(t *testing.T) {
	for _, c := range []struct{ accept, cookie, want string }{
		{"ar-EG,ar;q=0.9,en;q=0.8", "", `lang="ar" dir="rtl"`}, {"de-DE,en;q=0.5", "", `lang="en" dir="ltr"`}, {"", "", `lang="en" dir="ltr"`}, {"en", "ar", `lang="ar" dir="rtl"`}, {"ar", "fr", `lang="ar"`},
	} {
		v := visit(t)
		if c.cookie != "" {
			v.cookies[langCookie] = &http.Cookie{Name: langCookie, Value: c.cookie}
		}
		if w := v.get("/", "Accept-Language", c.accept); !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%q, %q: %.200s", c.accept, c.cookie, w.Body)
		}
	}
	v := visit(t)
	w := v.send(http.MethodPost, "/app/look", "lang=ar&theme=dark&back=/")
	if w.Header().Get("Location") != "/" || v.cookies[langCookie].Value != "ar" || v.cookies[themeCookie].Value != "dark" {
		t.Errorf("%s %v", w.Header().Get("Location"), v.cookies)
	}
	if w := v.get("/"); !strings.Contains(w.Body.String(), `data-theme="dark"`) || !strings.Contains(w.Body.String(), `dir="rtl"`) {
		t.Errorf("%.200s", w.Body)
	}
	v.send(http.MethodPost, "/app/look", "lang=xx&theme=&back=https://evil.example")
	if v.cookies[langCookie].Value != "ar" || v.cookies[themeCookie] != nil {
		t.Errorf("%v", v.cookies)
	}
}
