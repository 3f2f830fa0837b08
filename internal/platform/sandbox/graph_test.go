package sandbox_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/connectors"
	"bellwether/internal/platform/sandbox"
	"bellwether/internal/secret"
)

// newsroom is a sandbox, and a connector that may publish on an account there.
type newsroom struct {
	*sandbox.Server
	platform.Publisher
	endpoint platform.Endpoint
	client   *http.Client
	grant    platform.Grant
	account  platform.Account
	now      time.Time
}

// openRoom signs in by the platform's consent page. The account is the first one.
func openRoom(t *testing.T, name string) *newsroom {
	t.Helper()
	n := &newsroom{now: time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return n.now }
	s, err := sandbox.New(sandbox.Config{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	n.client = &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{DisableKeepAlives: true},
	}
	n.Server, n.endpoint = s, sandbox.Endpoint(name, server.URL)
	all, err := connectors.New(map[string]platform.Endpoint{name: n.endpoint}, n.client, clock)
	if err != nil {
		t.Fatal(err)
	}
	if n.Publisher, err = all.Publisher(name); err != nil {
		t.Fatal(err)
	}
	n.signIn(t)
	accounts, err := n.Accounts(t.Context(), n.call())
	if err != nil || len(accounts) == 0 {
		t.Fatalf("accounts %+v, error %v", accounts, err)
	}
	n.account = accounts[0]
	return n
}

// signIn allows access on the platform's page, or where it has none, gives an app password.
func (n *newsroom) signIn(t *testing.T) {
	t.Helper()
	if n.Info().Password {
		g, err := n.Exchange(t.Context(), "northwind.bsky.example\nsandbox-app-pass", "", "")
		if err != nil {
			t.Fatal(err)
		}
		n.grant = g
		return
	}
	const back, verifier = "https://app.example/callback", "a-verifier-that-is-long-enough-for-the-rfc-7636"
	sum := sha256.Sum256([]byte(verifier))
	page := n.AuthorizeURL(platform.Authorization{State: "the-state", RedirectURI: back, Challenge: base64.RawURLEncoding.EncodeToString(sum[:])})
	answer, err := n.client.PostForm(page, url.Values{"decision": {"allow"}})
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	to, err := answer.Location()
	if err != nil || to.Query().Get("state") != "the-state" {
		t.Fatalf("sent to %v, error %v", to, err)
	}
	if n.grant, err = n.Exchange(t.Context(), to.Query().Get("code"), verifier, back); err != nil {
		t.Fatal(err)
	}
}

func (n *newsroom) call() platform.Call {
	return platform.Call{Token: n.grant.Access, Account: n.account}
}

// prepared is the publication with its images handed over, as far as the platform wants it.
func (n *newsroom) prepared(t *testing.T, p platform.Publication) platform.Prepared {
	t.Helper()
	if len(p.Media) == 0 {
		return platform.Prepared{}
	}
	m, err := n.Prepare(t.Context(), n.call(), p)
	for polls := 0; err == nil && m.Pending && polls < 3; polls++ {
		m, err = n.Ready(t.Context(), n.call(), m)
	}
	if err != nil || m.Pending {
		t.Fatalf("%+v, error %v", m, err)
	}
	return m
}

// publish makes a post.
func (n *newsroom) publish(t *testing.T, p platform.Publication) platform.Published {
	t.Helper()
	out, err := n.Publish(t.Context(), n.call(), p, n.prepared(t, p))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// posts are what stands on the account, the newest first.
func (n *newsroom) posts() []sandbox.Post { return n.World().Posts(n.Info().Platform, n.account.ID) }

// piece is a publication that both platforms take.
func (n *newsroom) piece(text string) platform.Publication {
	return platform.Publication{Text: text, Media: []platform.Medium{{URL: "https://img.example/tent.jpg", Type: "image/jpeg", Alt: "A tent"}}, Began: n.now}
}

var rooms = []string{platform.Facebook, platform.Instagram}

// TestPagesGrants: a token renews itself as long as it is good, and only then.
func TestPagesGrants(t *testing.T) {
	for _, name := range rooms {
		n := openRoom(t, name)
		ctx, first := t.Context(), n.grant
		n.now = n.now.Add(50 * 24 * time.Hour)
		next, err := n.Refresh(ctx, first)
		if err != nil || next.Access == first.Access || !next.ExpiresAt.Equal(n.now.Add(5183944*time.Second)) {
			t.Errorf("%s: ends %v, error %v", name, next.ExpiresAt, err)
		}
		if _, err := n.Accounts(ctx, platform.Call{Token: first.Access}); !platform.Is(err, platform.ClassAuthRevoked) {
			t.Errorf("%s: the token before: error %v", name, err)
		}
		n.grant = next
		n.now = n.now.Add(60 * 24 * time.Hour)
		if _, err := n.Accounts(ctx, n.call()); !platform.Is(err, platform.ClassAuthExpired) {
			t.Errorf("%s: when it has ended: error %v", name, err)
		}
		if _, err := n.Refresh(ctx, n.grant); !platform.Is(err, platform.ClassAuthRevoked) {
			t.Errorf("%s: renewed too late: error %v", name, err)
		}
		n.signIn(t)
		for range 2 {
			if err := n.Revoke(ctx, n.call()); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := n.Publish(ctx, n.call(), n.piece("Tents"), platform.Prepared{IDs: []string{"1"}}); !platform.Is(err, platform.ClassAuthRevoked) {
			t.Errorf("%s: taken back: error %v", name, err)
		}
	}
}

// TestPagesPublish: a post stands as it was written, is told by its id, and is found again behind others.
func TestPagesPublish(t *testing.T) {
	for _, name := range rooms {
		n := openRoom(t, name)
		p := n.piece("Tents & <more>: 50 % off – 東京 🎉\nfor (all) #campers @home ")
		out := n.publish(t, p)
		posts := n.posts()
		if len(posts) != 1 || posts[0].ID != out.ID || posts[0].Permalink != out.Permalink || !posts[0].At.Equal(out.At) || len(posts[0].Media) != 1 {
			t.Fatalf("%s: %+v, published as %+v", name, posts, out)
		}
		if want := "Tents & <more>: 50 % off – 東京 🎉\nfor (all) #campers @home"; posts[0].Text != want {
			t.Errorf("%s: shows %q", name, posts[0].Text)
		}
		m := platform.Prepared{IDs: posts[0].Media}
		for _, text := range []string{"One", "Two", "Three", "Four"} { // more than a page of the list
			n.now = n.now.Add(time.Minute)
			n.publish(t, n.piece(text))
		}
		n.Arm(name, "find", "foreign_next", 2) // the list goes on at our host, whatever it says
		found, err := n.Find(t.Context(), n.call(), p, m)
		n.Clear()
		if err != nil || !found.There || found.ID != out.ID || found.Permalink != out.Permalink {
			t.Errorf("%s: found %+v, error %v, want %+v", name, found, err, out)
		}
	}
}

// TestPagesTimeout is what never twice hangs on: of two lost answers, one is of a post that is out.
func TestPagesTimeout(t *testing.T) {
	for _, name := range rooms {
		for kind, there := range map[string]int{"timeout_after_commit": 1, "timeout_before": 0, "partial": 1, "malformed": 0, "5xx": 0} {
			n := openRoom(t, name)
			n.publish(t, n.piece("Another one"))
			p := n.piece("Tents")
			m := n.prepared(t, p)
			n.Arm(name, "publish", kind, 1)
			_, err := n.Publish(t.Context(), n.call(), p, m)
			if got := platform.AsError(err); got.Class != platform.ClassTransient || !got.Unsure {
				t.Errorf("%s %s: error %v, unsure %v", name, kind, err, got.Unsure)
			}
			if posts := n.posts(); len(posts) != there+1 {
				t.Errorf("%s %s: %+v", name, kind, posts)
			}
			n.now = n.now.Add(time.Minute)
			found, err := n.Find(t.Context(), n.call(), p, m)
			if err != nil || found.There != (there == 1) || found.Sure || there == 1 && found.ID != n.posts()[0].ID {
				t.Errorf("%s %s: found %+v, error %v", name, kind, found, err)
			}
		}
	}
}

// TestPagesFaults: each refusal of the call that publishes, in the platform's words, leaves no doubt.
func TestPagesFaults(t *testing.T) {
	want := map[string]platform.Class{
		"expired": platform.ClassAuthExpired, "revoked": platform.ClassAuthRevoked, "permission": platform.ClassAuthScope,
		"blocked": platform.ClassBlocked, "not_found": platform.ClassNotFound, "invalid": platform.ClassInvalid, "version_sunset": platform.ClassSunset,
		"throttled": platform.ClassRateLimited, "throttled_seconds": platform.ClassRateLimited, "throttled_date": platform.ClassRateLimited,
		"throttled_unix": platform.ClassRateLimited, "throttled_iso": platform.ClassRateLimited, "quota": platform.ClassQuota,
	}
	for _, name := range rooms {
		n := openRoom(t, name)
		p := n.piece("Tents")
		m := n.prepared(t, p)
		for kind, class := range want {
			if !slices.Contains(sandbox.Kinds, kind) {
				t.Errorf("%s is no kind of fault", kind)
			}
			n.Arm(name, "publish", kind, 1)
			_, err := n.Publish(t.Context(), n.call(), p, m)
			if got := platform.AsError(err); got.Class != class || got.Unsure {
				t.Errorf("%s %s: error %v, unsure %v, want %s", name, kind, err, got.Unsure, class)
			}
		}
		if posts := n.posts(); len(posts) > 0 {
			t.Errorf("%s: %+v", name, posts)
		}
		n.Arm(name, "published", "5xx", 1)
		if out, err := n.Publish(t.Context(), n.call(), p, m); err != nil || out.ID != n.posts()[0].ID || out.Permalink != "" {
			t.Errorf("%s: out, but nobody can tell where: %+v, error %v", name, out, err)
		}
	}
}

// TestPagesAccounts: they are what posts can be published on, and nobody sees them without a grant.
func TestPagesAccounts(t *testing.T) {
	want := map[string][]platform.Account{
		platform.Facebook:  {{ID: "101990000000001", Name: "Northwind"}, {ID: "101990000000002", Name: "Northwind Japan"}},
		platform.Instagram: {{ID: "17841400000000001", Name: "northwind.shop"}},
	}
	for _, name := range rooms {
		n := openRoom(t, name)
		if got, err := n.Accounts(t.Context(), n.call()); err != nil || !reflect.DeepEqual(got, want[name]) {
			t.Errorf("%+v, error %v, want %+v", got, err, want[name])
		}
		if _, err := n.Accounts(t.Context(), platform.Call{Token: secret.NewText("somebody's")}); !platform.Is(err, platform.ClassAuthRevoked) {
			t.Errorf("%s: a token that nobody gave: error %v", name, err)
		}
	}
}
