package platformtest

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/sandbox"
)

// The addresses and secrets of these tests' authorizations.
const (
	redirectURI = "https://app.example/callback"
	verifier    = "a-verifier-that-is-long-enough-for-the-rfc-7636"
	state       = "the state & more"
)

// Visit is a sandbox, and a connector that a person let in by the sandbox's consent page.
type Visit struct {
	*sandbox.Server
	Connector platform.Connector
	Endpoint  platform.Endpoint
	Grant     platform.Grant
	Now       time.Time // what the clock of both shows; only to be set between calls
	requests  *atomic.Int64
}

// Open begins a visit at 18:00 UTC of 23 November 2026.
func Open(t *testing.T, s Subject) *Visit {
	t.Helper()
	v := &Visit{Now: time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC), requests: new(atomic.Int64)}
	clock := func() time.Time { return v.Now }
	server, err := sandbox.New(sandbox.Config{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	client := Client(clock)
	client.HTTP.Transport = guard{t, strings.TrimPrefix(listener.URL, "http://"), client.HTTP.Transport, v.requests}
	v.Server, v.Endpoint = server, sandbox.Endpoint(s.Platform, listener.URL)
	if v.Connector, err = s.New(v.Endpoint, client); err != nil {
		t.Fatal(err)
	}
	if v.Grant, err = v.Connector.Exchange(t.Context(), v.consent(t), v.verifier(), redirectURI); err != nil {
		t.Fatal(err)
	}
	return v
}

// guard lets requests to one host through, and counts them. Whatever else is called would have got tokens.
type guard struct {
	t    *testing.T
	host string
	next http.RoundTripper
	n    *atomic.Int64
}

func (g guard) RoundTrip(r *http.Request) (*http.Response, error) {
	g.n.Add(1)
	if r.URL.Host != g.host {
		g.t.Errorf("%s %s left the platform", r.Method, r.URL.Host)
	}
	return g.next.RoundTrip(r)
}

// verifier is the one of PKCE, where the platform has it.
func (v *Visit) verifier() string {
	if v.Connector.Info().PKCE {
		return verifier
	}
	return ""
}

// consent lets the connector in as a person does, and answers the code that came back.
func (v *Visit) consent(t *testing.T) string {
	t.Helper()
	q := v.decide(t, "allow")
	code := cmp.Or(q.Get("code"), q.Get("auth_code"))
	if q.Get("state") != state || code == "" {
		t.Fatalf("came back with %v", q)
	}
	return code
}

// decide answers the consent page, and answers the query that the browser is sent back with.
func (v *Visit) decide(t *testing.T, decision string) url.Values {
	t.Helper()
	a := platform.Authorization{State: state, RedirectURI: redirectURI}
	if v.Connector.Info().PKCE {
		sum := sha256.Sum256([]byte(verifier))
		a.Challenge = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	answer, err := Client(nil).HTTP.PostForm(v.Connector.AuthorizeURL(a), url.Values{"decision": {decision}})
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	to, err := answer.Location()
	if err != nil || !strings.HasPrefix(to.String(), redirectURI+"?") {
		t.Fatalf("sent to %v, error %v", to, err)
	}
	return to.Query()
}

// Call is a call with the visit's token, counted by nobody.
func (v *Visit) Call(a platform.Account) platform.Call {
	return platform.Call{Token: v.Grant.Access, Account: a}
}

// Accounts are those of the platform, in the connector's order.
func (v *Visit) Accounts(t *testing.T) []platform.Account {
	t.Helper()
	list, err := v.Connector.Accounts(t.Context(), v.Call(platform.Account{}))
	if err != nil || len(list) == 0 {
		t.Fatalf("%d accounts, error %v", len(list), err)
	}
	return list
}

// Campaigns are those of all pages.
func (v *Visit) Campaigns(t *testing.T, a platform.Account) (list []platform.Campaign, pages int) {
	t.Helper()
	for cursor := ""; ; {
		page, err := v.Connector.Campaigns(t.Context(), v.Call(a), cursor)
		if err != nil {
			t.Fatal(err)
		}
		list, pages = append(list, page.Campaigns...), pages+1
		if cursor = page.Next; cursor == "" {
			return list, pages
		}
	}
}

// Days are those of all pages.
func (v *Visit) Days(t *testing.T, a platform.Account, from, to string) (list []platform.Day) {
	t.Helper()
	for cursor := ""; ; {
		page, err := v.Connector.Metrics(t.Context(), v.Call(a), from, to, cursor)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, page.Days...)
		if cursor = page.Next; cursor == "" {
			return list
		}
	}
}
