package x_test

import (
	"net/url"
	"reflect"
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/platformtest"
	"bellwether/internal/platform/x"
	"bellwether/internal/secret"
)

var scopes = []string{"tweet.read", "tweet.write", "users.read", "media.write", "offline.access"}

func TestNew(t *testing.T) {
	tests := []struct {
		name   string
		change func(*platform.Endpoint)
		ok     bool
	}{
		{"the defaults", func(*platform.Endpoint) {}, true},
		{"in the clear", func(e *platform.Endpoint) { e.BaseURL = "http://api.x.com/2" }, false},
		{"another host", func(e *platform.Endpoint) { e.TokenURL = "https://x.example/2/oauth2/token" }, false},
		{"a sandbox", func(e *platform.Endpoint) { e.TokenURL, e.Sandbox = "http://localhost:8091/x/2/oauth2/token", true }, true},
	}
	for _, tt := range tests {
		e := x.Defaults()
		tt.change(&e)
		if _, err := x.New(e, platform.Client{}); (err == nil) != tt.ok {
			t.Errorf("%s: error %v", tt.name, err)
		}
	}
}

func TestInfo(t *testing.T) {
	want := platform.Info{Platform: "x", Name: "X", Scopes: scopes, PKCE: true, Refreshes: true, Uploads: true}
	if got := wire(t).Info(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestAuthorizeURL(t *testing.T) {
	u, err := url.Parse(wire(t).AuthorizeURL(platform.Authorization{State: "s&1", RedirectURI: "https://app.example/callback", Challenge: "test-challenge"}))
	if err != nil || u.Host != "x.example" || u.Path != "/i/oauth2/authorize" {
		t.Fatalf("%v, error %v", u, err)
	}
	want := url.Values{
		"response_type": {"code"}, "client_id": {"test-client"}, "redirect_uri": {"https://app.example/callback"}, "state": {"s&1"},
		"scope":          {"tweet.read tweet.write users.read media.write offline.access"},
		"code_challenge": {"test-challenge"}, "code_challenge_method": {"S256"},
	}
	if got := u.Query(); !reflect.DeepEqual(got, want) {
		t.Errorf("asks %v, want %v", got, want)
	}
}

func TestExchangeAndRefresh(t *testing.T) {
	k := wire(t, step{Request: "token", Response: "token.response.json"}, step{Request: "refresh", Response: "refresh.response.json"})
	g, err := k.Exchange(t.Context(), "test-code", "test-verifier", "https://app.example/callback")
	want := platform.Grant{Access: secret.NewText("test-access"), Refresh: secret.NewText("test-refresh"), ExpiresAt: began.Add(2 * time.Hour), Scopes: scopes}
	if err != nil || !reflect.DeepEqual(g, want) {
		t.Fatalf("exchanged for %+v, error %v, want %+v", g, err, want)
	}
	want.Access, want.Refresh = secret.NewText("test-access-2"), secret.NewText("test-refresh-2")
	if g, err = k.Refresh(t.Context(), g); err != nil || !reflect.DeepEqual(g, want) {
		t.Errorf("refreshed to %+v, error %v, want %+v", g, err, want)
	}
}

// TestGrantWithoutRefresh: who leaves offline access out gets two hours.
func TestGrantWithoutRefresh(t *testing.T) {
	k := wire(t, step{Request: "token", Response: "token_plain.response.json"})
	g, err := k.Exchange(t.Context(), "test-code", "test-verifier", "https://app.example/callback")
	want := platform.Grant{Access: secret.NewText("test-access"), ExpiresAt: began.Add(2 * time.Hour), Scopes: []string{"tweet.read", "users.read"}}
	if err != nil || !reflect.DeepEqual(g, want) {
		t.Errorf("%+v, error %v, want %+v", g, err, want)
	}
	if _, err := k.Refresh(t.Context(), g); !platform.Is(err, platform.ClassAuthRevoked) {
		t.Errorf("renewed: error %v", err)
	}
	k = connect(t, platformtest.Answering(t, `{"token_type":"bearer"}`))
	if _, err := k.Exchange(t.Context(), "test-code", "", "https://app.example/callback"); platform.AsError(err).Code != "malformed" {
		t.Errorf("without a token: error %v", err)
	}
}

func TestRevoke(t *testing.T) {
	k := wire(t,
		step{Request: "revoke", Response: "revoke.response.json"},
		step{Request: "revoke", Response: "errors/oauth_invalid_request.json", Status: 400},
		step{Request: "revoke", Response: "errors/oauth_unauthorized_client.json", Status: 401},
		step{Request: "revoke", Response: "errors/page.html", Status: 502},
		step{Request: "revoke", Response: "errors/page.html"},
	)
	for n, class := range []platform.Class{"", "", platform.ClassInvalid, platform.ClassTransient, platform.ClassTransient} { // the second: it had ended already
		err := k.Revoke(t.Context(), call)
		if class == "" && err != nil || class != "" && !platform.Is(err, class) {
			t.Errorf("call %d: error %v, want class %q", n, err, class)
		}
	}
}

func TestAccounts(t *testing.T) {
	k := wire(t, step{Request: "accounts", Response: "accounts.response.json"}, step{Request: "accounts", Response: "accounts_nobody.response.json"})
	got, err := k.Accounts(t.Context(), call)
	if want := []platform.Account{{ID: "2244994945", Name: "northwindshop"}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, error %v, want %+v", got, err, want)
	}
	if got, err := k.Accounts(t.Context(), call); platform.AsError(err).Code != "malformed" {
		t.Errorf("nobody: %+v, error %v", got, err)
	}
}
