package connectors_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/connectors"
	"bellwether/internal/platform/sandbox"
	"bellwether/internal/secret"
)

func clock() time.Time { return time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC) }

func TestRead(t *testing.T) {
	for _, text := range []string{"", "{}", "null"} {
		if all, err := connectors.Read(secret.NewText(text), clock); err != nil || len(all) != 0 {
			t.Errorf("%q: %v, error %v", text, all, err)
		}
	}
	all, err := connectors.Read(secret.NewText(`{
		"meta": {"clientId": "the-app", "clientSecret": "the-secret", "verifyToken": "the-verify-token", "version": "v26.0", "authUrl": "https://www.facebook.com/v26.0/dialog/oauth"},
		"google": {"clientId": "the-client", "clientSecret": "the-secret", "developerToken": "the-developer-token"},
		"linkedin": {"clientId": "the-client", "clientSecret": "the-secret"},
		"tiktok": {"clientId": "the-app", "clientSecret": "the-secret", "baseUrl": "https://sandbox-ads.tiktok.com/open_api"}
	}`), clock)
	if err != nil || len(all) != 4 {
		t.Fatalf("%v, error %v", all, err)
	}
	for name, page := range map[string]string{ // one is set, the others are the usual ones
		"meta":     "https://www.facebook.com/v26.0/dialog/oauth?client_id=the-app&",
		"google":   "https://accounts.google.com/o/oauth2/v2/auth?",
		"linkedin": "https://www.linkedin.com/oauth/v2/authorization?client_id=the-client&",
		"tiktok":   "https://business-api.tiktok.com/portal/auth?app_id=the-app&",
	} {
		connector, err := all.Ads(name)
		if err != nil || connector.Info().Platform != name {
			t.Errorf("%s: %v, error %v", name, connector, err)
			continue
		}
		if got := connector.AuthorizeURL(platform.Authorization{State: "s"}); !strings.HasPrefix(got, page) {
			t.Errorf("%s asks people at %s", name, got)
		}
	}
	if connector, err := all.Ads(platform.Meta); err != nil || !challenged(connector) {
		t.Errorf("the verify token is not Meta's, error %v", err)
	}
}

func challenged(c platform.Connector) bool {
	_, _, ok := c.Challenge(map[string][]string{"hub.mode": {"subscribe"}, "hub.verify_token": {"the-verify-token"}, "hub.challenge": {"1"}})
	return ok
}

// TestReadRefuses what an operator set wrongly, by its name and never by its value.
func TestReadRefuses(t *testing.T) {
	const known = `"clientId": "the-app", "clientSecret": "the-secret"`
	tests := []struct{ name, settings, want string }{
		{"no JSON", `{"meta": {` + known, "no JSON object"},
		{"a list", `[{"clientSecret": "the-secret"}]`, "no JSON object"},
		{"a platform without a connector", `{"myspace": {` + known + `}}`, `"myspace"`},
		{"no client", `{"meta": {"clientSecret": "the-secret"}}`, "meta: clientId"},
		{"no secret", `{"google": {"clientId": "the-app"}}`, "google: clientSecret"},
		{"nothing at all", `{"linkedin": null}`, "linkedin: clientId"},
		{"a text in place of the fields", `{"linkedin": "the-secret"}`, "linkedin: each field must be a text"},
		{"a number", `{"meta": {"clientId": 42, "clientSecret": "the-secret"}}`, "meta: clientId"},
		{"a field that is none", `{"meta": {` + known + `, "baseURI": "https://graph.facebook.com"}}`, `meta: unknown field "baseURI"`},
		{"an API in the clear", `{"meta": {` + known + `, "baseUrl": "http://graph.facebook.com"}}`, "meta: baseUrl"},
		{"another host", `{"meta": {` + known + `, "tokenUrl": "https://elsewhere.example/token"}}`, "meta: tokenUrl"},
		{"a page at another host", `{"linkedin": {` + known + `, "authUrl": "https://elsewhere.example/auth"}}`, "authUrl"},
		{"a token endpoint elsewhere", `{"tiktok": {` + known + `, "tokenUrl": "https://open.tiktokapis.com/v2/oauth/token/"}}`, "tiktok: tokenUrl"},
		{"a version that is none", `{"meta": {` + known + `, "version": "latest"}}`, "version"},
		{"the first of two", `{"meta": {"clientSecret": "the-secret"}, "linkedin": {"clientSecret": "the-secret"}}`, "linkedin: clientId"},
	}
	for _, tt := range tests {
		all, err := connectors.Read(secret.NewText(tt.settings), clock)
		if err == nil || all != nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "the-secret") {
			t.Errorf("%s: %v, error %v, want one about %s", tt.name, all, err, tt.want)
		}
	}
}

func TestSandboxEndpoints(t *testing.T) {
	endpoints := map[string]platform.Endpoint{}
	for _, name := range sandbox.Platforms() {
		endpoints[name] = sandbox.Endpoint(name, "http://localhost:8091/")
	}
	all, err := connectors.New(endpoints, http.DefaultClient, clock)
	if err != nil || len(all) != len(sandbox.Platforms()) {
		t.Fatalf("%v, error %v", all, err)
	}
	for name, party := range all {
		page := party.AuthorizeURL(platform.Authorization{State: "s", RedirectURI: "https://app.example/callback"})
		theirs := strings.HasPrefix(page, "http://localhost:8091/"+name+"/")
		if party.Info().Platform != name || theirs == party.Info().Password {
			t.Errorf("%s: %+v asks people at %s", name, party.Info(), page)
		}
		if platform.Posts(name) {
			if _, err := all.Publisher(name); err != nil {
				t.Error(err)
			}
		} else if _, err := all.Ads(name); err != nil {
			t.Error(err)
		}
	}
	// Without the leave of a sandbox, none of the addresses will do.
	for name, e := range endpoints {
		e.Sandbox = false
		if _, err := connectors.New(map[string]platform.Endpoint{name: e}, http.DefaultClient, clock); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if _, err := connectors.New(map[string]platform.Endpoint{"myspace": {}}, http.DefaultClient, clock); err == nil || !strings.Contains(err.Error(), "myspace") {
		t.Errorf("error %v", err)
	}
}

// TestRedirectsAreNotFollowed: the address of some calls holds a token, and so would the next one's.
func TestRedirectsAreNotFollowed(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s went elsewhere", r.Method, r.URL)
	}))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+r.URL.RequestURI(), status)
		}))
		r, err := platform.Get(server.URL, "access_token=test-access")
		if err != nil {
			t.Fatal(err)
		}
		c := platform.Client{Platform: platform.Meta, HTTP: connectors.NewClient(), Now: clock}
		if a, err := c.Do(t.Context(), "campaigns", nil, r); err != nil || a.Status != status {
			t.Errorf("%d: %d, error %v", status, a.Status, err)
		}
		server.Close()
	}
}

// At Bluesky we are nobody: people give us an app password.
func TestSettingsWithoutAClient(t *testing.T) {
	all, err := connectors.Read(secret.NewText(`{"bluesky": {}}`), time.Now)
	if err != nil || len(all) != 1 {
		t.Errorf("%d connectors, %v", len(all), err)
	}
}
