package sandbox_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/sandbox"
	"bellwether/internal/secret"
)

// skeet is the text of these tests.
const skeet = "Tents & <more>: 50 % off – 東京 🎉 at https://shop.example/a?x=1&y=2."

func TestBlueskySignIn(t *testing.T) {
	n := openRoom(t, platform.Bluesky)
	ctx := t.Context()
	if n.account != (platform.Account{ID: "did:plc:u5cwb2mwiv2bfq53cjufe6yn", Name: "northwind.bsky.example"}) {
		t.Errorf("%+v", n.account)
	}
	if !n.grant.ExpiresAt.Equal(n.now.Add(2*time.Hour)) || !n.grant.RefreshExpires.Equal(n.now.AddDate(0, 0, 60)) {
		t.Errorf("until %v and %v", n.grant.ExpiresAt, n.grant.RefreshExpires)
	}
	if _, err := n.Exchange(ctx, "@"+n.account.ID+"\nsandbox-app-pass", "", ""); err != nil {
		t.Errorf("by the account's id: %v", err)
	}
	for _, code := range []string{"northwind.bsky.example\nanother", "another.bsky.example\nsandbox-app-pass", "northwind.bsky.example\nsandbox-app-pass "} {
		if _, err := n.Exchange(ctx, code, "", ""); !platform.Is(err, platform.ClassAuthRevoked) {
			t.Errorf("%q: error %v", code, err)
		}
	}
}

// TestBlueskyGrants: a session is renewed by a token that works once.
func TestBlueskyGrants(t *testing.T) {
	n := openRoom(t, platform.Bluesky)
	ctx, first := t.Context(), n.grant
	n.now = n.now.Add(2 * time.Hour)
	if _, err := n.Publish(ctx, n.call(), n.toot("Tents"), platform.Prepared{}); !platform.Is(err, platform.ClassAuthExpired) {
		t.Errorf("at its end: error %v", err)
	}
	next, err := n.Refresh(ctx, first)
	if err != nil || next.Refresh == first.Refresh || !next.ExpiresAt.Equal(n.now.Add(2*time.Hour)) || !next.RefreshExpires.Equal(first.RefreshExpires) {
		t.Errorf("until %v and %v, error %v", next.ExpiresAt, next.RefreshExpires, err)
	}
	n.grant = next
	n.publish(t, n.toot("Tents"))
	n.now = n.now.AddDate(0, 0, 60)
	if _, err := n.Refresh(ctx, next); !platform.Is(err, platform.ClassAuthRevoked) {
		t.Errorf("renewed too late: error %v", err)
	}
	n.signIn(t)
	if _, err := n.Refresh(ctx, first); !platform.Is(err, platform.ClassAuthRevoked) {
		t.Errorf("renewed by a token that was used: error %v", err)
	}
	if _, err := n.Accounts(ctx, n.call()); !platform.Is(err, platform.ClassAuthRevoked) {
		t.Errorf("after a token was used twice: error %v", err)
	}
	for _, token := range []string{"another", first.Access.Reveal(), n.grant.Refresh.Reveal()} {
		if _, err := n.Accounts(ctx, platform.Call{Token: secret.NewText(token)}); !platform.Is(err, platform.ClassAuthRevoked) {
			t.Errorf("with %s: error %v", token, err)
		}
	}
	if err := n.Revoke(ctx, n.call()); err != nil {
		t.Error(err)
	}
}

// TestBlueskyPosts: a post stands as it was written, with a card of its link, or with the link in it beside images.
func TestBlueskyPosts(t *testing.T) {
	n := openRoom(t, platform.Bluesky)
	p := n.toot(skeet)
	p.Link = "https://shop.example/tents"
	out := n.publish(t, p)
	posts := n.posts()
	if len(posts) != 1 || posts[0].ID != out.ID || posts[0].Permalink != out.Permalink || posts[0].Text != skeet || posts[0].Link != p.Link || !posts[0].At.Equal(out.At) {
		t.Fatalf("%+v, published as %+v", posts, out)
	}
	album := n.toot("Two tents", "a tent", "a lake")
	album.Link, album.Key = p.Link, "0199a000-0000-7000-8000-000000000002"
	pictures := n.publish(t, album)
	if one := n.posts()[0]; one.ID != pictures.ID || one.Text != "Two tents\nshop.example/tents" || one.Link != "" || len(one.Media) != 2 || one.Media[0] == one.Media[1] {
		t.Errorf("%+v", one)
	}
	for id, one := range map[string]platform.Publication{out.ID: p, pictures.ID: album} {
		found, err := n.Find(t.Context(), n.call(), one, platform.Prepared{})
		if err != nil || !found.There || found.ID != id {
			t.Errorf("found %+v, error %v, want %s", found, err, id)
		}
	}
}

// TestBlueskyTimeout is what never twice hangs on: the record's key tells what became of a lost answer, and a
// repeat makes no second post.
func TestBlueskyTimeout(t *testing.T) {
	for kind, there := range map[string]int{"timeout_after_commit": 1, "timeout_before": 0, "partial": 1, "malformed": 0, "5xx": 0} {
		for _, images := range [][]string{nil, {"a tent"}} {
			n := openRoom(t, platform.Bluesky)
			p := n.toot("Tents", images...)
			m := n.prepared(t, p)
			n.Arm(platform.Bluesky, "publish", kind, 1)
			_, err := n.Publish(t.Context(), n.call(), p, m)
			if got := platform.AsError(err); got.Class != platform.ClassTransient || !got.Unsure || len(n.posts()) != there {
				t.Errorf("%s: error %v, unsure %v, posts %+v", kind, err, got.Unsure, n.posts())
			}
			n.now = n.now.Add(time.Minute)
			found, err := n.Find(t.Context(), n.call(), p, m)
			if err != nil || found.There != (there == 1) || found.Sure == found.There || found.There && found.ID != n.posts()[0].ID {
				t.Errorf("%s: found %+v, error %v, posts %+v", kind, found, err, n.posts())
			}
			_, err = n.Publish(t.Context(), n.call(), p, m)
			if refused := err != nil; refused != (there == 1) || refused && !platform.AsError(err).Unsure || len(n.posts()) != 1 {
				t.Errorf("%s, repeated: error %v, posts %+v", kind, err, n.posts())
			}
			if found, err := n.Find(t.Context(), n.call(), p, m); err != nil || !found.There {
				t.Errorf("%s, after the repeat: found %+v, error %v", kind, found, err)
			}
		}
	}
}

// TestBlueskyFaults: each refusal of the call that publishes, in the platform's words, leaves no doubt.
func TestBlueskyFaults(t *testing.T) {
	n := openRoom(t, platform.Bluesky)
	for kind, want := range map[string]struct {
		class platform.Class
		wait  time.Duration
	}{
		"expired": {platform.ClassAuthExpired, 0}, "revoked": {platform.ClassAuthRevoked, 0}, "permission": {platform.ClassAuthScope, 0},
		"suspended": {platform.ClassSuspended, 0}, "not_found": {platform.ClassNotFound, 0}, "invalid": {platform.ClassInvalid, 0},
		"version_sunset": {platform.ClassSunset, 0}, "quota": {platform.ClassRateLimited, 3 * time.Hour},
		"throttled": {platform.ClassRateLimited, 90 * time.Second}, "throttled_seconds": {platform.ClassRateLimited, 90 * time.Second},
		"throttled_date": {platform.ClassRateLimited, 90 * time.Second}, "throttled_unix": {platform.ClassRateLimited, 90 * time.Second},
		"throttled_iso": {platform.ClassRateLimited, 90 * time.Second},
	} {
		n.Arm(platform.Bluesky, "publish", kind, 1)
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
		"token":    func() error { _, err := n.Exchange(t.Context(), "x\ny", "", ""); return err },
		"refresh":  func() error { _, err := n.Refresh(t.Context(), n.grant); return err },
		"prepare": func() error {
			_, err := n.Prepare(t.Context(), n.call(), n.toot("", "a tent"))
			return err
		},
		"find": func() error {
			_, err := n.Find(t.Context(), n.call(), n.toot("Tents"), platform.Prepared{})
			return err
		},
	} {
		n.Arm(platform.Bluesky, op, "throttled", 1)
		if err := call(); !platform.Is(err, platform.ClassRateLimited) {
			t.Errorf("%s: error %v", op, err)
		}
	}
}

// TestBlueskyLimits: what the real one does not take, this one doesn't.
func TestBlueskyLimits(t *testing.T) {
	n := openRoom(t, platform.Bluesky)
	ctx := t.Context()
	family := "👨‍👩‍👧‍👦" // one grapheme of seven code points
	if _, err := n.Publish(ctx, n.call(), n.toot(strings.Repeat(family, 301)), platform.Prepared{}); !platform.Is(err, platform.ClassInvalid) {
		t.Errorf("too long: error %v", err)
	}
	many := n.toot("Tents", "1", "2", "3", "4", "5")
	large := n.toot("Tents", strings.Repeat("x", 1_000_001))
	text := n.toot("Tents", "a tent")
	text.Media[0].Type = "text/plain"
	for name, p := range map[string]platform.Publication{"five images": many, "a large image": large, "no image": text} {
		_, err := n.Publish(ctx, n.call(), p, n.prepared(t, p))
		if got := platform.AsError(err); got.Class != platform.ClassInvalid || got.Unsure {
			t.Errorf("%s: error %v, unsure %v", name, err, got.Unsure)
		}
	}
	gone := platform.Prepared{IDs: []string{`{"$type":"blob","ref":{"$link":"bafkreibabalobzn6cd366ukcsjycp4yymjymgfxcv6xczmlgpemzkz3cfa"},"mimeType":"image/png","size":1}`}}
	_, err := n.Publish(ctx, n.call(), n.toot("Tents", "a tent"), gone)
	if got := platform.AsError(err); got.Class != platform.ClassTransient || got.Unsure {
		t.Errorf("an image that is gone: error %v, unsure %v", err, got.Unsure)
	}
	if posts := n.posts(); len(posts) > 0 {
		t.Errorf("%+v", posts)
	}
	n.publish(t, n.toot(strings.Repeat(family, 300)))
	if len(n.posts()) != 1 {
		t.Errorf("as long as may be: %+v", n.posts())
	}
}

// TestBlueskyRefuses calls that are not the connector's.
func TestBlueskyRefuses(t *testing.T) {
	n := openRoom(t, platform.Bluesky)
	const did = "did:plc:u5cwb2mwiv2bfq53cjufe6yn"
	record := func(repo, collection, key, more string) string {
		return `{"repo":"` + repo + `","collection":"` + collection + `","rkey":"` + key + `","record":{"$type":"app.bsky.feed.post","text":"é"` + more + `}}`
	}
	const post, key, now = "app.bsky.feed.post", "3n2ypigg43j6p", `,"createdAt":"2026-11-23T18:00:00Z"`
	tests := []struct{ name, call, body, want string }{
		{"somebody else's", "createRecord", record("did:plc:another", post, key, now), "Could not find repo"},
		{"another collection", "createRecord", record(did, "app.bsky.feed.like", key, now), "Invalid $type"},
		{"no key", "createRecord", record(did, post, "", now), "no TID"},
		{"a key after the year 2255", "createRecord", record(did, post, "z222222222222", now), "no TID"},
		{"no time", "createRecord", record(did, post, key, ""), "createdAt"},
		{"a link outside the text", "createRecord", record(did, post, key, now+`,"facets":[{"index":{"byteStart":0,"byteEnd":3}}]`), "facets"},
		{"a card without a title", "createRecord", record(did, post, key, now+`,"embed":{"$type":"app.bsky.embed.external","external":{"uri":"https://a.example","description":""}}`), "embed"},
		{"images without a text for them", "createRecord", record(did, post, key, now+`,"embed":{"$type":"app.bsky.embed.images","images":[{"image":{"$type":"blob"}}]}`), "embed"},
		{"what can't be read", "createRecord", "[", "InvalidRequest"},
		{"an image of nothing", "uploadBlob", "", "InvalidRequest"},
		{"a call that is none", "getRecords", "", "MethodNotImplemented"},
	}
	send := func(call, body string) string {
		r, err := http.NewRequest(http.MethodPost, n.endpoint.BaseURL+"/xrpc/com.atproto.repo."+call, bytes.NewBufferString(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+n.grant.Access.Reveal())
		r.Header.Set("Content-Type", "application/json")
		answer, err := n.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Error(err)
		}
		return string(text)
	}
	for _, tt := range tests {
		if got := send(tt.call, tt.body); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	if len(n.posts()) != 0 {
		t.Errorf("%+v", n.posts())
	}
	if got := send("createRecord", record(did, post, key, now+`,"facets":[{"index":{"byteStart":0,"byteEnd":2}}]`)); !strings.Contains(got, `"uri":"at://`+did+`/app.bsky.feed.post/`+key) {
		t.Errorf("a good one: %s", got)
	}
	answer, err := n.client.Get(n.endpoint.BaseURL + "/xrpc/com.atproto.server.getSession")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a token: %d", answer.StatusCode)
	}
	n.World().Publish(sandbox.Post{Platform: platform.Bluesky, AccountID: "did:plc:another", Key: key})
	other := platform.Call{Token: n.grant.Access, Account: platform.Account{ID: "did:plc:another"}}
	if found, err := n.Find(t.Context(), other, n.toot("Tents"), platform.Prepared{}); err == nil || found.Sure {
		t.Errorf("in another's: %+v, error %v", found, err)
	}
}
