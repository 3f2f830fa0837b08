package sandbox_test

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"bellwether/internal/platform"
)

// TestXGrants: a token lives two hours, and each refresh token is good for one more.
func TestXGrants(t *testing.T) {
	n := openRoom(t, platform.X)
	ctx, first := t.Context(), n.grant
	if n.account != (platform.Account{ID: "2244994945", Name: "northwindshop"}) || !first.ExpiresAt.Equal(n.now.Add(2*time.Hour)) || len(first.Scopes) != 5 {
		t.Errorf("%+v, grant until %v for %v", n.account, first.ExpiresAt, first.Scopes)
	}
	n.now = n.now.Add(2 * time.Hour)
	if _, err := n.Accounts(ctx, n.call()); !platform.Is(err, platform.ClassAuthExpired) {
		t.Errorf("when it has ended: error %v", err)
	}
	next, err := n.Refresh(ctx, first)
	if err != nil || next.Refresh == first.Refresh || !next.ExpiresAt.Equal(n.now.Add(2*time.Hour)) {
		t.Fatalf("ends %v, error %v", next.ExpiresAt, err)
	}
	n.grant = next
	if _, err := n.Accounts(ctx, n.call()); err != nil {
		t.Errorf("renewed: %v", err)
	}
	if _, err := n.Refresh(ctx, first); !platform.Is(err, platform.ClassAuthRevoked) {
		t.Errorf("renewed twice by one token: error %v", err)
	}
	if _, err := n.Refresh(ctx, next); !platform.Is(err, platform.ClassAuthRevoked) {
		t.Errorf("somebody else has the grant, but it is renewed: error %v", err)
	}
	n.signIn(t)
	for range 2 {
		if err := n.Revoke(ctx, n.call()); err != nil {
			t.Error(err)
		}
	}
	_, err = n.Publish(ctx, n.call(), n.toot("Tents"), platform.Prepared{})
	if got := platform.AsError(err); got.Class != platform.ClassAuthExpired || got.Unsure {
		t.Errorf("taken back: error %v, unsure %v", err, got.Unsure)
	}
	if _, err := n.Refresh(ctx, n.grant); !platform.Is(err, platform.ClassAuthRevoked) {
		t.Errorf("taken back, renewed: error %v", err)
	}
}

// TestXClient: nobody is let in without a challenge, and tokens are given to the application alone.
func TestXClient(t *testing.T) {
	n := openRoom(t, platform.X)
	page := n.AuthorizeURL(platform.Authorization{State: "s", RedirectURI: "https://app.example/callback"})
	if status := n.form(t, page, url.Values{"decision": {"allow"}}); status != 400 {
		t.Errorf("without a challenge: %d", status)
	}
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {n.grant.Refresh.Reveal()}, "client_id": {n.endpoint.ClientID}}
	if status := n.form(t, n.endpoint.TokenURL, form); status != 401 {
		t.Errorf("without the secret: %d", status)
	}
	if _, err := n.Refresh(t.Context(), n.grant); err != nil {
		t.Errorf("with it: %v", err)
	}
	code := n.World().Issue(platform.X, "https://app.example/callback", "", []string{"users.read"})
	g, err := n.Exchange(t.Context(), code, "", "https://app.example/callback")
	if err != nil || g.Refresh.Reveal() != "" {
		t.Fatalf("without offline access: error %v", err)
	}
	if _, err := n.Publish(t.Context(), platform.Call{Token: g.Access, Account: n.account}, n.toot("Tents"), platform.Prepared{}); !platform.Is(err, platform.ClassAuthScope) {
		t.Errorf("that was not allowed: error %v", err)
	}
}

// form is the status of a form that is sent without a word of who sends it.
func (n *newsroom) form(t *testing.T, address string, form url.Values) (status int) {
	t.Helper()
	answer, err := n.client.PostForm(address, form)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}

// TestXPosts: a post stands as it was written, with its link on a line of its own, and is found again
// though X shows neither the links nor the signs of HTML as they were.
func TestXPosts(t *testing.T) {
	n := openRoom(t, platform.X)
	p := n.toot("Tents & <more>: 50 % off – 東京 🎉\n\nfor #campers @home ")
	p.Link = "https://shop.example/a/very/long/way/to/tents?a=1&b=2"
	out := n.publish(t, p)
	posts := n.posts()
	if want := "Tents & <more>: 50 % off – 東京 🎉\n\nfor #campers @home \n" + p.Link; len(posts) != 1 || posts[0].ID != out.ID || posts[0].Text != want {
		t.Fatalf("%+v, published as %+v, want %q", posts, out, want)
	}
	if shown := n.page(t, out.Permalink); !strings.Contains(shown, p.Link) {
		t.Errorf("%s shows %q", out.Permalink, shown)
	}
	album, alone := n.toot("Two tents https://shop.example/tents", "a tent", "a lake"), n.toot("", "a tent")
	pictures, picture := n.prepared(t, album), n.prepared(t, alone)
	wanted := map[string]platform.Prepared{out.ID: {}}
	for one, m := range map[*platform.Publication]platform.Prepared{&album: pictures, &alone: picture} {
		made, err := n.Publish(t.Context(), n.call(), *one, m)
		if err != nil || !slices.Equal(n.posts()[0].Media, m.IDs) {
			t.Fatalf("%+v, error %v, posts %+v", made, err, n.posts())
		}
		wanted[made.ID] = m
	}
	for _, text := range []string{"One", "Two", "Three", "Four"} { // more than a page of the list
		n.now = n.now.Add(time.Minute)
		n.publish(t, n.toot(text))
	}
	for id, m := range wanted {
		one := map[int]platform.Publication{0: p, 1: alone, 2: album}[len(m.IDs)]
		found, err := n.Find(t.Context(), n.call(), one, m)
		if err != nil || found.ID != id || found.Sure {
			t.Errorf("found %+v, error %v, want %s", found, err, id)
		}
	}
	if found, err := n.Find(t.Context(), n.call(), n.toot("Two tents"), platform.Prepared{}); err != nil || found.There {
		t.Errorf("another: %+v, error %v", found, err)
	}
}

// page is what people see of a post.
func (n *newsroom) page(t *testing.T, address string) string {
	t.Helper()
	answer, err := n.client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("%s: %d, error %v", address, answer.StatusCode, err)
	}
	return string(text)
}

// TestXImages: an image is ready when it is asked for the second time, and no post goes out before.
func TestXImages(t *testing.T) {
	n := openRoom(t, platform.X)
	ctx, p := t.Context(), n.toot("Tents", "a tent")
	m, err := n.Prepare(ctx, n.call(), p)
	if err != nil || !m.Pending || len(m.IDs) != 1 {
		t.Fatalf("%+v, error %v", m, err)
	}
	if m, err = n.Ready(ctx, n.call(), m); err != nil || !m.Pending {
		t.Errorf("asked once: %+v, error %v", m, err)
	}
	_, err = n.Publish(ctx, n.call(), p, m)
	if got := platform.AsError(err); got.Class != platform.ClassInvalid || got.Unsure || len(n.posts()) != 0 {
		t.Errorf("before it is ready: error %v, unsure %v, posts %+v", err, got.Unsure, n.posts())
	}
	if m, err = n.Ready(ctx, n.call(), m); err != nil || m.Pending {
		t.Errorf("asked twice: %+v, error %v", m, err)
	}
	if one, ok := n.World().Medium(platform.X, m.IDs[0]); !ok || one.Caption != "A tent" || one.Bytes != len("a tent") {
		t.Errorf("%+v", one)
	}
	if _, err := n.Publish(ctx, n.call(), p, m); err != nil || len(n.posts()) != 1 {
		t.Errorf("error %v, posts %+v", err, n.posts())
	}
	if _, err := n.Ready(ctx, n.call(), platform.Prepared{IDs: []string{"1"}}); !platform.Is(err, platform.ClassNotFound) {
		t.Errorf("an image that is none: error %v", err)
	}
}

// TestXTimeout is what never twice hangs on: of two lost answers, one is of a post that is out.
func TestXTimeout(t *testing.T) {
	for kind, there := range map[string]int{"timeout_after_commit": 1, "timeout_before": 0, "partial": 1, "malformed": 0, "5xx": 0} {
		for _, images := range [][]string{nil, {"a tent"}} {
			n := openRoom(t, platform.X)
			n.publish(t, n.toot("Another one"))
			p := n.toot("Tents", images...)
			p.Link = "https://shop.example/tents"
			m := n.prepared(t, p)
			n.Arm(platform.X, "publish", kind, 1)
			_, err := n.Publish(t.Context(), n.call(), p, m)
			if got := platform.AsError(err); got.Class != platform.ClassTransient || !got.Unsure || len(n.posts()) != there+1 {
				t.Errorf("%s: error %v, unsure %v, posts %+v", kind, err, got.Unsure, n.posts())
			}
			n.now = n.now.Add(time.Minute)
			found, err := n.Find(t.Context(), n.call(), p, m)
			if err != nil || found.There != (there == 1) || found.Sure || there == 1 && found.ID != n.posts()[0].ID {
				t.Errorf("%s: found %+v, error %v", kind, found, err)
			}
		}
	}
}

// TestXFaults: each refusal of the call that publishes, in the platform's words, leaves no doubt.
func TestXFaults(t *testing.T) {
	n := openRoom(t, platform.X)
	for kind, want := range map[string]struct {
		class platform.Class
		wait  time.Duration
	}{
		"expired": {platform.ClassAuthExpired, 0}, "revoked": {platform.ClassAuthExpired, 0}, "permission": {platform.ClassAuthScope, 0},
		"suspended": {platform.ClassSuspended, 0}, "blocked": {platform.ClassBlocked, 0}, "not_found": {platform.ClassNotFound, 0},
		"invalid": {platform.ClassInvalid, 0}, "quota": {platform.ClassQuota, 24 * time.Hour},
		"throttled": {platform.ClassRateLimited, 90 * time.Second}, "throttled_seconds": {platform.ClassRateLimited, 90 * time.Second},
		"throttled_date": {platform.ClassRateLimited, 90 * time.Second}, "throttled_unix": {platform.ClassRateLimited, 90 * time.Second},
		"throttled_iso": {platform.ClassRateLimited, 90 * time.Second},
	} {
		n.Arm(platform.X, "publish", kind, 1)
		_, err := n.Publish(t.Context(), n.call(), n.toot("Tents"), platform.Prepared{})
		if got := platform.AsError(err); got.Class != want.class || got.RetryAfter != want.wait || got.Unsure {
			t.Errorf("%s: error %v after %v, unsure %v, want %s after %v", kind, err, got.RetryAfter, got.Unsure, want.class, want.wait)
		}
	}
	if posts := n.posts(); len(posts) > 0 {
		t.Errorf("%+v", posts)
	}
	for op, call := range map[string]func() error{
		"accounts": func() error { _, err := n.Accounts(t.Context(), n.call()); return err },
		"token":    func() error { _, err := n.Exchange(t.Context(), "x", "", "https://app.example/callback"); return err },
		"refresh":  func() error { _, err := n.Refresh(t.Context(), n.grant); return err },
		"revoke":   func() error { return n.Revoke(t.Context(), n.call()) },
		"prepare":  func() error { _, err := n.Prepare(t.Context(), n.call(), n.toot("", "a tent")); return err },
		"ready": func() error {
			_, err := n.Ready(t.Context(), n.call(), platform.Prepared{IDs: []string{"1"}})
			return err
		},
		"find": func() error {
			_, err := n.Find(t.Context(), n.call(), n.toot("Tents"), platform.Prepared{})
			return err
		},
	} {
		n.Arm(platform.X, op, "throttled_seconds", 1)
		if err := call(); !platform.Is(err, platform.ClassRateLimited) {
			t.Errorf("%s: error %v", op, err)
		}
	}
}

// TestXRefuses: what the real one does not take, this one doesn't.
func TestXRefuses(t *testing.T) {
	n := openRoom(t, platform.X)
	link := "https://shop.example/" + strings.Repeat("x", 300)
	for name, p := range map[string]platform.Publication{
		"nothing to say":   {Text: " "},
		"too long":         {Text: strings.Repeat("é", 281)},
		"too long by half": {Text: strings.Repeat("東", 141)},
		"too long a link":  {Text: strings.Repeat("é", 257), Link: link},
	} {
		_, err := n.Publish(t.Context(), n.call(), p, platform.Prepared{})
		if got := platform.AsError(err); got.Class != platform.ClassInvalid || got.Unsure {
			t.Errorf("%s: error %v, unsure %v", name, err, got.Unsure)
		}
	}
	five := n.toot("Tents", "1", "2", "3", "4", "5")
	if _, err := n.Publish(t.Context(), n.call(), five, n.prepared(t, five)); !platform.Is(err, platform.ClassInvalid) {
		t.Errorf("five images: error %v", err)
	}
	text := n.toot("", "a tent")
	text.Media[0].Type = "text/plain"
	if _, err := n.Prepare(t.Context(), n.call(), text); !platform.Is(err, platform.ClassInvalid) {
		t.Errorf("no image: error %v", err)
	}
	other := n.call()
	other.Account.ID = "1"
	if _, err := n.Find(t.Context(), other, n.toot("Tents"), platform.Prepared{}); !platform.Is(err, platform.ClassNotFound) {
		t.Errorf("somebody else's: error %v", err)
	}
	n.publish(t, platform.Publication{Text: strings.Repeat("東", 140)})
	n.publish(t, platform.Publication{Text: strings.Repeat("é", 256), Link: link})
	if len(n.posts()) != 2 {
		t.Errorf("%+v", n.posts())
	}
}

// TestXRepeats: an account may not say the same again, until it has said something else.
func TestXRepeats(t *testing.T) {
	n := openRoom(t, platform.X)
	n.publish(t, n.toot("Tents"))
	_, err := n.Publish(t.Context(), n.call(), n.toot("Tents"), platform.Prepared{})
	if got := platform.AsError(err); got.Class != platform.ClassInvalid || got.Code != "duplicate" || got.Unsure {
		t.Errorf("error %v, unsure %v", err, got.Unsure)
	}
	n.publish(t, n.toot("Tents", "a tent"))
	for _, text := range []string{"One", "Two", "Three", "Tents"} {
		n.publish(t, n.toot(text))
	}
	if len(n.posts()) != 6 {
		t.Errorf("%+v", n.posts())
	}
}
