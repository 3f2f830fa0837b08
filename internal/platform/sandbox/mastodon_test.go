package sandbox_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/sandbox"
	"bellwether/internal/secret"
)

// tootKey names the publications of these tests.
const tootKey = "0199a000-0000-7000-8000-000000000001"

// toot is a publication that Mastodon and Bluesky take. They want the images themselves.
func (n *newsroom) toot(text string, images ...string) platform.Publication {
	p := platform.Publication{Text: text, Key: tootKey, Began: n.now}
	for _, data := range images {
		p.Media = append(p.Media, platform.Medium{URL: "https://img.example/tent.png", Type: "image/png", Alt: "A tent", Data: []byte(data)})
	}
	return p
}

func TestMastodonGrants(t *testing.T) {
	n := openRoom(t, platform.Mastodon)
	ctx := t.Context()
	if n.account != (platform.Account{ID: "109252111498807689", Name: "northwind@mastodon.example"}) || !n.grant.ExpiresAt.IsZero() || len(n.grant.Scopes) != 4 {
		t.Errorf("%+v, grant until %v for %v", n.account, n.grant.ExpiresAt, n.grant.Scopes)
	}
	n.now = n.now.AddDate(10, 0, 0)
	if _, err := n.Accounts(ctx, n.call()); err != nil {
		t.Errorf("after ten years: %v", err)
	}
	if _, err := n.Refresh(ctx, n.grant); !platform.Is(err, platform.ClassAuthRevoked) {
		t.Errorf("renewed: error %v", err)
	}
	for range 2 {
		if err := n.Revoke(ctx, n.call()); err != nil {
			t.Error(err)
		}
	}
	_, err := n.Publish(ctx, n.call(), n.toot("Tents"), platform.Prepared{})
	if got := platform.AsError(err); got.Class != platform.ClassAuthRevoked || got.Unsure {
		t.Errorf("taken back: error %v, unsure %v", err, got.Unsure)
	}
	if _, err := n.Accounts(ctx, platform.Call{Token: secret.NewText("another")}); !platform.Is(err, platform.ClassAuthRevoked) {
		t.Errorf("a token that is none: error %v", err)
	}
	if _, err := n.Exchange(ctx, "another", "", "https://app.example/callback"); !platform.Is(err, platform.ClassAuthRevoked) {
		t.Errorf("a code that is none: error %v", err)
	}
}

// TestMastodonPosts: a post stands as it was written, with its link on a line of its own.
func TestMastodonPosts(t *testing.T) {
	n := openRoom(t, platform.Mastodon)
	p := n.toot("Tents & <more>: 50 % off – 東京 🎉\n\nfor @ann@other.example ")
	p.Link = "https://shop.example/a/very/long/way/to/tents?a=1&b=2"
	out := n.publish(t, p)
	posts := n.posts()
	if len(posts) != 1 || posts[0].ID != out.ID || posts[0].Permalink != out.Permalink || !posts[0].At.Equal(out.At) {
		t.Fatalf("%+v, published as %+v", posts, out)
	}
	if want := "Tents & <more>: 50 % off – 東京 🎉\n\nfor @ann@other.example \n" + p.Link; posts[0].Text != want {
		t.Errorf("shows %q, want %q", posts[0].Text, want)
	}
	album := n.toot("Two tents", "a tent", "a lake")
	album.Key = ""
	m := n.prepared(t, album)
	pictures, err := n.Publish(t.Context(), n.call(), album, m)
	if err != nil || len(n.posts()) != 2 || len(n.posts()[0].Media) != 2 {
		t.Fatalf("%+v, error %v, posts %+v", pictures, err, n.posts())
	}
	for range 5 { // more than a page of the list
		n.publish(t, platform.Publication{Text: "Another"})
	}
	n.now = n.now.Add(time.Hour) // the keys are forgotten
	for id, one := range map[string]platform.Publication{out.ID: p, pictures.ID: album} {
		found, err := n.Find(t.Context(), n.call(), one, platform.Prepared{IDs: m.IDs[:len(one.Media)]})
		if err != nil || found.ID != id || found.Sure {
			t.Errorf("found %+v, error %v, want %s", found, err, id)
		}
	}
	if found, err := n.Find(t.Context(), n.call(), n.toot("Lakes"), platform.Prepared{}); err != nil || !found.There || len(n.posts()) != 8 {
		t.Errorf("a new one, while its key is good: %+v, error %v, %d posts", found, err, len(n.posts()))
	}
}

// TestMastodonImages: an image is ready when it is asked for the second time, and goes into one post.
func TestMastodonImages(t *testing.T) {
	n := openRoom(t, platform.Mastodon)
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
	out, err := n.Publish(ctx, n.call(), p, m)
	if err != nil || len(n.posts()) != 1 || n.posts()[0].ID != out.ID {
		t.Errorf("%+v, error %v", out, err)
	}
	p.Key = "another"
	if _, err := n.Publish(ctx, n.call(), p, m); !platform.Is(err, platform.ClassInvalid) {
		t.Errorf("in another post: error %v", err)
	}
	if _, err := n.Ready(ctx, n.call(), m); !platform.Is(err, platform.ClassNotFound) {
		t.Errorf("asked for, in a post: error %v", err)
	}
}

// TestMastodonTimeout is what never twice hangs on. While the key is good, looking ends in one post whatever
// became of the lost answer; later it tells what is there.
func TestMastodonTimeout(t *testing.T) {
	for kind, there := range map[string]int{"timeout_after_commit": 1, "timeout_before": 0, "partial": 1, "malformed": 0, "5xx": 0} {
		for _, images := range [][]string{nil, {"a tent"}} {
			for _, late := range []bool{false, true} {
				n := openRoom(t, platform.Mastodon)
				p := n.toot("Tents", images...)
				m := n.prepared(t, p)
				n.Arm(platform.Mastodon, "publish", kind, 1)
				_, err := n.Publish(t.Context(), n.call(), p, m)
				if got := platform.AsError(err); got.Class != platform.ClassTransient || !got.Unsure || len(n.posts()) != there {
					t.Errorf("%s: error %v, unsure %v, posts %+v", kind, err, got.Unsure, n.posts())
				}
				n.now = n.now.Add(time.Minute)
				want := 1
				if late {
					n.now, want = n.now.Add(time.Hour), there
				}
				for range 2 {
					found, err := n.Find(t.Context(), n.call(), p, m)
					if err != nil || found.There != (want == 1) || found.Sure || len(n.posts()) != want || want == 1 && found.ID != n.posts()[0].ID {
						t.Errorf("%s, late %v: found %+v, error %v, posts %+v", kind, late, found, err, n.posts())
					}
				}
			}
		}
	}
}

// TestMastodonKeys: an instance knows a key for an hour.
func TestMastodonKeys(t *testing.T) {
	n := openRoom(t, platform.Mastodon)
	p := n.toot("Tents")
	first := n.publish(t, p)
	n.now = n.now.Add(time.Hour - time.Second)
	if again := n.publish(t, p); again.ID != first.ID {
		t.Errorf("within the hour: %s, want %s", again.ID, first.ID)
	}
	n.now = n.now.Add(time.Second)
	if again := n.publish(t, p); again.ID == first.ID || len(n.posts()) != 2 {
		t.Errorf("after the hour: %s, posts %+v", again.ID, n.posts())
	}
}

// TestMastodonFaults: each refusal of the call that publishes, in the platform's words, leaves no doubt.
func TestMastodonFaults(t *testing.T) {
	n := openRoom(t, platform.Mastodon)
	for kind, want := range map[string]struct {
		class platform.Class
		wait  time.Duration
	}{
		"expired": {platform.ClassAuthRevoked, 0}, "revoked": {platform.ClassAuthRevoked, 0}, "permission": {platform.ClassAuthScope, 0},
		"suspended": {platform.ClassSuspended, 0}, "not_found": {platform.ClassNotFound, 0}, "invalid": {platform.ClassInvalid, 0},
		"throttled": {platform.ClassRateLimited, 90 * time.Second}, "throttled_seconds": {platform.ClassRateLimited, 90 * time.Second},
		"throttled_date": {platform.ClassRateLimited, 90 * time.Second}, "throttled_unix": {platform.ClassRateLimited, 90 * time.Second},
		"throttled_iso": {platform.ClassRateLimited, 90 * time.Second}, "quota": {platform.ClassRateLimited, 3 * time.Hour},
	} {
		n.Arm(platform.Mastodon, "publish", kind, 1)
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
		"revoke":   func() error { return n.Revoke(t.Context(), n.call()) },
		"prepare": func() error {
			_, err := n.Prepare(t.Context(), n.call(), n.toot("", "a tent"))
			return err
		},
		"ready": func() error {
			_, err := n.Ready(t.Context(), n.call(), platform.Prepared{IDs: []string{"1"}})
			return err
		},
		"find": func() error {
			_, err := n.Find(t.Context(), n.call(), platform.Publication{Text: "Tents"}, platform.Prepared{})
			return err
		},
	} {
		n.Arm(platform.Mastodon, op, "throttled_seconds", 1)
		if err := call(); !platform.Is(err, platform.ClassRateLimited) {
			t.Errorf("%s: error %v", op, err)
		}
	}
}

// TestMastodonRefuses: what the real one does not take, this one doesn't.
func TestMastodonRefuses(t *testing.T) {
	n := openRoom(t, platform.Mastodon)
	link := "https://shop.example/" + strings.Repeat("x", 100)
	refused := map[string]platform.Publication{
		"nothing to say":  {Text: " "},
		"too long":        {Text: strings.Repeat("é", 501)},
		"too long a link": {Text: strings.Repeat("é", 477), Link: link},
	}
	for name, p := range refused {
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
	n.publish(t, platform.Publication{Text: strings.Repeat("é", 500)})
	n.publish(t, platform.Publication{Text: strings.Repeat("é", 476), Link: link})
	if len(n.posts()) != 2 {
		t.Errorf("%+v", n.posts())
	}
}

// TestMastodonScopes: a token is good for what was allowed, at the instance that gave it.
func TestMastodonScopes(t *testing.T) {
	n := openRoom(t, platform.Mastodon)
	code := n.World().Issue(platform.Mastodon, "https://app.example/callback", "", []string{"read:accounts"})
	g, err := n.Exchange(t.Context(), code, "", "https://app.example/callback")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Publish(t.Context(), platform.Call{Token: g.Access, Account: n.account}, n.toot("Tents"), platform.Prepared{}); !platform.Is(err, platform.ClassAuthScope) {
		t.Errorf("error %v", err)
	}
	answer, err := http.Post(n.endpoint.TokenURL, "application/x-www-form-urlencoded", strings.NewReader("grant_type=authorization_code&client_id=another"))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("another client is answered %d", answer.StatusCode)
	}
	n.World().Publish(sandbox.Post{Platform: platform.Mastodon, AccountID: "1", Text: "Tents"})
	found, err := n.Find(t.Context(), n.call(), platform.Publication{Text: "Tents"}, platform.Prepared{})
	if err != nil || found.There {
		t.Errorf("somebody else's: %+v, error %v", found, err)
	}
}
