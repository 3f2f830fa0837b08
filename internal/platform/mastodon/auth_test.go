package mastodon_test

import (
	"net/url"
	"reflect"
	"testing"

	"bellwether/internal/platform"
	"bellwether/internal/platform/mastodon"
	"bellwether/internal/platform/platformtest"
	"bellwether/internal/secret"
)

func TestNew(t *testing.T) {
	elsewhere := func(e *platform.Endpoint) {
		e.BaseURL, e.AuthURL, e.TokenURL = "https://m.example", "https://m.example/oauth/authorize", "https://m.example/oauth/token"
	}
	tests := []struct {
		name   string
		change func(*platform.Endpoint)
		ok     bool
	}{
		{"the defaults", func(*platform.Endpoint) {}, true},
		{"another instance", elsewhere, true},
		{"tokens from another instance", func(e *platform.Endpoint) { e.TokenURL = "https://m.example/oauth/token" }, false},
		{"in the clear", func(e *platform.Endpoint) {
			elsewhere(e)
			e.BaseURL = "http://m.example"
		}, false},
		{"no address", func(e *platform.Endpoint) { e.BaseURL = "https://%" }, false},
		{"nothing", func(e *platform.Endpoint) { *e = platform.Endpoint{} }, false},
		{"a sandbox", func(e *platform.Endpoint) { e.BaseURL, e.Sandbox = "http://localhost:8091/mastodon", true }, true},
	}
	for _, tt := range tests {
		e := mastodon.Defaults()
		tt.change(&e)
		if _, err := mastodon.New(e, platform.Client{}); (err == nil) != tt.ok {
			t.Errorf("%s: error %v", tt.name, err)
		}
	}
}

func TestInfo(t *testing.T) {
	want := platform.Info{
		Platform: "mastodon", Name: "Mastodon", Scopes: []string{"read:accounts", "read:statuses", "write:media", "write:statuses"}, PKCE: true, Uploads: true,
	}
	if got := connect(t, "http://m.example", began).Info(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestAuthorizeURL(t *testing.T) {
	k := connect(t, "http://m.example", began)
	want := url.Values{
		"response_type": {"code"}, "client_id": {"test-client"}, "redirect_uri": {"https://app.example/callback"}, "state": {"s&1"},
		"scope": {"read:accounts read:statuses write:media write:statuses"},
	}
	for _, challenge := range []string{"", "test-challenge"} {
		if challenge != "" {
			want["code_challenge"], want["code_challenge_method"] = []string{challenge}, []string{"S256"}
		}
		u, err := url.Parse(k.AuthorizeURL(platform.Authorization{State: "s&1", RedirectURI: "https://app.example/callback", Challenge: challenge}))
		if err != nil || u.Host != "m.example" || u.Path != "/oauth/authorize" || !reflect.DeepEqual(u.Query(), want) {
			t.Errorf("asks %v, error %v, want %v", u, err, want)
		}
	}
}

func TestExchange(t *testing.T) {
	k := wire(t, step{Request: "token", Response: "token.response.json"})
	g, err := k.Exchange(t.Context(), "test-code", "test-verifier", "https://app.example/callback")
	want := platform.Grant{Access: secret.NewText("test-access"), Scopes: []string{"read:accounts", "read:statuses", "write:media", "write:statuses"}}
	if err != nil || !reflect.DeepEqual(g, want) {
		t.Errorf("%+v, error %v, want %+v", g, err, want)
	}
	if _, err := k.Refresh(t.Context(), g); !platform.Is(err, platform.ClassAuthRevoked) {
		t.Errorf("renewed: error %v", err)
	}
	k = connect(t, platformtest.Answering(t, `{"token_type":"Bearer"}`), began)
	if _, err := k.Exchange(t.Context(), "test-code", "", "https://app.example/callback"); platform.AsError(err).Code != "malformed" {
		t.Errorf("without a token: error %v", err)
	}
}

func TestRevoke(t *testing.T) {
	k := wire(t,
		step{Request: "revoke", Response: "empty.response.json"},
		step{Request: "revoke", Response: "errors/oauth_invalid_grant.json", Status: 400},
		step{Request: "revoke", Response: "errors/oauth_unauthorized.json", Status: 403},
		step{Request: "revoke", Response: "errors/page.html", Status: 502},
	)
	for n, class := range []platform.Class{"", "", platform.ClassInvalid, platform.ClassTransient} { // the second: it had ended already
		err := k.Revoke(t.Context(), call)
		if class == "" && err != nil || class != "" && !platform.Is(err, class) {
			t.Errorf("call %d: error %v, want class %q", n, err, class)
		}
	}
}

func TestAccounts(t *testing.T) {
	k := wire(t,
		step{Request: "accounts", Response: "accounts.response.json"},
		step{Request: "accounts", Response: "accounts_suspended.response.json"},
		step{Request: "accounts", Response: "accounts_nobody.response.json"},
	)
	for _, suspended := range []bool{false, true} {
		got, err := k.Accounts(t.Context(), call)
		want := []platform.Account{{ID: "109252111498807689", Name: "northwind@mastodon.example", Suspended: suspended}}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, error %v, want %+v", got, err, want)
		}
	}
	if got, err := k.Accounts(t.Context(), call); platform.AsError(err).Code != "malformed" {
		t.Errorf("nobody: %+v, error %v", got, err)
	}
}
