package bluesky_test

import (
	"encoding/base64"
	"reflect"
	"strings"
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/bluesky"
	"bellwether/internal/platform/platformtest"
	"bellwether/internal/secret"
)

func TestNew(t *testing.T) {
	elsewhere := func(e *platform.Endpoint) {
		e.BaseURL, e.AuthURL, e.TokenURL = "https://pds.example", "https://pds.example", "https://pds.example/xrpc/com.atproto.server.createSession"
	}
	tests := []struct {
		name   string
		change func(*platform.Endpoint)
		ok     bool
	}{
		{"the defaults", func(*platform.Endpoint) {}, true},
		{"another server", elsewhere, true},
		{"sessions from another server", func(e *platform.Endpoint) { e.TokenURL = "https://pds.example/xrpc/com.atproto.server.createSession" }, false},
		{"in the clear", func(e *platform.Endpoint) {
			elsewhere(e)
			e.BaseURL = "http://pds.example"
		}, false},
		{"no address", func(e *platform.Endpoint) { e.BaseURL = "https://%" }, false},
		{"a sandbox", func(e *platform.Endpoint) { e.BaseURL, e.Sandbox = "http://localhost:8091/bluesky", true }, true},
	}
	for _, tt := range tests {
		e := bluesky.Defaults()
		tt.change(&e)
		if _, err := bluesky.New(e, platform.Client{}); (err == nil) != tt.ok {
			t.Errorf("%s: error %v", tt.name, err)
		}
	}
}

func TestInfo(t *testing.T) {
	want := platform.Info{Platform: "bluesky", Name: "Bluesky", Password: true, Refreshes: true, RenewBefore: 5 * time.Minute, Uploads: true}
	if got := connect(t, "http://pds.example").Info(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// TestAuthorizeURL: people sign in beside where a platform would send them back to.
func TestAuthorizeURL(t *testing.T) {
	k := connect(t, "http://pds.example")
	for redirect, want := range map[string]string{
		"https://app.example/v1/integrations/callback": "https://app.example/v1/integrations/sign-in?state=s%261",
		"http://localhost:8080/callback":               "http://localhost:8080/sign-in?state=s%261",
	} {
		if got := k.AuthorizeURL(platform.Authorization{State: "s&1", RedirectURI: redirect}); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestExchangeAndRefresh(t *testing.T) {
	k := wire(t,
		step{Request: "token", Response: "token.response.json"},
		step{Request: "token", Response: "token.response.json"},
		step{Request: "refresh", Response: "refresh.response.json"},
	)
	if _, err := k.Exchange(t.Context(), " @northwind.bsky.example\ntest-app-pass", "", ""); err != nil {
		t.Errorf("a handle as people write it: %v", err)
	}
	g, err := k.Exchange(t.Context(), "northwind.bsky.example\ntest-app-pass", "", "")
	if err != nil || !g.ExpiresAt.Equal(began.Add(2*time.Hour)) || !g.RefreshExpires.Equal(began.AddDate(0, 0, 60)) || len(g.Scopes) > 0 {
		t.Errorf("until %v and %v, error %v", g.ExpiresAt, g.RefreshExpires, err)
	}
	if !strings.HasSuffix(g.Access.Reveal(), ".test-access") || !strings.HasSuffix(g.Refresh.Reveal(), ".test-refresh") {
		t.Error("the tokens are not those of the answer")
	}
	g, err = k.Refresh(t.Context(), g)
	want := platform.Grant{Access: secret.NewText("test-access-2"), Refresh: secret.NewText("test-refresh-2")} // tokens that tell no end
	if err != nil || !reflect.DeepEqual(g, want) {
		t.Errorf("%+v, error %v, want %+v", g, err, want)
	}
	if _, err := k.Refresh(t.Context(), platform.Grant{Access: g.Access}); !platform.Is(err, platform.ClassAuthRevoked) {
		t.Errorf("without a refresh token: error %v", err)
	}
}

// TestTokensWithoutAnEnd: a token is what the server makes it, and need not be readable.
func TestTokensWithoutAnEnd(t *testing.T) {
	for _, claims := range []string{`{}`, `{"exp":"soon"}`, `{"exp":-1}`, `{"exp":[]}`, `x`} {
		for _, token := range []string{"a." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c", "a.%.c", "a.b"} {
			k := connect(t, platformtest.Answering(t, `{"accessJwt":"`+token+`","refreshJwt":"`+token+`"}`))
			g, err := k.Exchange(t.Context(), "x\ntest-app-pass", "", "")
			if err != nil || !g.ExpiresAt.IsZero() || !g.RefreshExpires.IsZero() || g.Access.Reveal() != token {
				t.Errorf("%s: until %v, error %v", claims, g.ExpiresAt, err)
			}
		}
	}
}

func TestSignInRefusals(t *testing.T) {
	tests := []struct {
		file           string
		status         int
		class, renewed platform.Class // of a sign-in, and of a renewal
	}{
		{"password.json", 401, platform.ClassAuthRevoked, platform.ClassAuthRevoked},
		{"factor.json", 401, platform.ClassAuthScope, platform.ClassAuthScope},
		{"expired.json", 400, platform.ClassAuthExpired, platform.ClassAuthRevoked},
		{"invalid_token.json", 400, platform.ClassAuthRevoked, platform.ClassAuthRevoked},
		{"takedown.json", 401, platform.ClassSuspended, platform.ClassSuspended},
		{"throttled.json", 429, platform.ClassRateLimited, platform.ClassRateLimited},
		{"internal.json", 500, platform.ClassTransient, platform.ClassTransient},
		{"page.html", 200, platform.ClassTransient, platform.ClassTransient},
		{"no_repo.json", 200, platform.ClassTransient, platform.ClassTransient}, // no tokens
	}
	for _, tt := range tests {
		k := wire(t, step{Response: "errors/" + tt.file, Status: tt.status}, step{Response: "errors/" + tt.file, Status: tt.status})
		_, err := k.Exchange(t.Context(), "northwind.bsky.example\ntest-app-pass", "", "")
		_, renewal := k.Refresh(t.Context(), platform.Grant{Access: secret.NewText("test-access"), Refresh: secret.NewText("test-refresh")})
		if !platform.Is(err, tt.class) || !platform.Is(renewal, tt.renewed) || platform.AsError(err).Unsure || platform.AsError(renewal).Unsure {
			t.Errorf("%s under %d: errors %v and %v, want %s and %s", tt.file, tt.status, err, renewal, tt.class, tt.renewed)
		}
	}
	k := wire(t)
	for _, code := range []string{"", "northwind.bsky.example", "\ntest-app-pass", " @\ntest-app-pass", "northwind.bsky.example\n"} {
		if _, err := k.Exchange(t.Context(), code, "", ""); !platform.Is(err, platform.ClassInvalid) || strings.Contains(err.Error(), "test-app-pass") {
			t.Errorf("%q: error %v", code, err)
		}
	}
}

func TestAccounts(t *testing.T) {
	k := wire(t,
		step{Request: "accounts", Response: "accounts.response.json"},
		step{Request: "accounts", Response: "accounts_plain.response.json"},
		step{Request: "accounts", Response: "accounts_suspended.response.json"},
		step{Request: "accounts", Response: "accounts_nobody.response.json"},
	)
	for _, suspended := range []bool{false, false, true} {
		got, err := k.Accounts(t.Context(), call)
		want := []platform.Account{{ID: "did:plc:u5cwb2mwiv2bfq53cjufe6yn", Name: "northwind.bsky.example", Suspended: suspended}}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, error %v, want %+v", got, err, want)
		}
	}
	if got, err := k.Accounts(t.Context(), call); platform.AsError(err).Code != "malformed" {
		t.Errorf("nobody: %+v, error %v", got, err)
	}
}

// TestRevoke asks nothing: a session can't be ended with what a call has.
func TestRevoke(t *testing.T) {
	if err := wire(t).Revoke(t.Context(), call); err != nil {
		t.Error(err)
	}
}
