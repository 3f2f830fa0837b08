package sandbox_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/sandbox"
)

// TestLinkedInPageGrants: they are none of the ads' grants, live sixty days, and are renewed within a year.
func TestLinkedInPageGrants(t *testing.T) {
	n := openRoom(t, platform.LinkedInPage)
	ctx, first, day := t.Context(), n.grant, 24*time.Hour
	if n.account != (platform.Account{ID: "urn:li:organization:5515715", Name: "Northwind"}) || !first.ExpiresAt.Equal(n.now.Add(60*day)) || len(first.Scopes) != 3 {
		t.Errorf("%+v, grant until %v for %v", n.account, first.ExpiresAt, first.Scopes)
	}
	n.now = n.now.Add(60 * day)
	if _, err := n.Accounts(ctx, n.call()); !platform.Is(err, platform.ClassAuthExpired) {
		t.Errorf("when it has ended: error %v", err)
	}
	next, err := n.Refresh(ctx, first)
	if err != nil || next.Refresh == first.Refresh || !next.ExpiresAt.Equal(n.now.Add(60*day)) || !next.RefreshExpires.Equal(first.RefreshExpires) {
		t.Fatalf("ends %v and %v, error %v", next.ExpiresAt, next.RefreshExpires, err)
	}
	n.grant = next
	if _, err := n.Accounts(ctx, n.call()); err != nil {
		t.Errorf("renewed: %v", err)
	}
	if len(n.World().Grants(platform.LinkedIn)) > 0 {
		t.Error("it is a grant for ads")
	}
	for range 2 {
		if err := n.Revoke(ctx, n.call()); err != nil {
			t.Error(err)
		}
	}
	_, err = n.Publish(ctx, n.call(), n.toot("Tents"), platform.Prepared{})
	if got := platform.AsError(err); got.Class != platform.ClassAuthRevoked || got.Unsure {
		t.Errorf("taken back: error %v, unsure %v", err, got.Unsure)
	}
}

// TestLinkedInPageScopes: a token is good for what was allowed.
func TestLinkedInPageScopes(t *testing.T) {
	n := openRoom(t, platform.LinkedInPage)
	code := n.World().Issue(platform.LinkedInPage, "https://app.example/callback", "", nil)
	g, err := n.Exchange(t.Context(), code, "", "https://app.example/callback")
	if err != nil {
		t.Fatal(err)
	}
	c := platform.Call{Token: g.Access, Account: n.account}
	_, accounts := n.Accounts(t.Context(), c)
	_, prepare := n.Prepare(t.Context(), c, n.toot("", "a tent"))
	_, publish := n.Publish(t.Context(), c, n.toot("Tents"), platform.Prepared{})
	_, find := n.Find(t.Context(), c, n.toot("Tents"), platform.Prepared{})
	for i, err := range []error{accounts, prepare, publish, find} {
		if !platform.Is(err, platform.ClassAuthScope) {
			t.Errorf("call %d: error %v", i, err)
		}
	}
}

// TestLinkedInPagePosts: a post stands as it was written, with its link below, and is found again though
// LinkedIn writes its text in a language of its own.
func TestLinkedInPagePosts(t *testing.T) {
	n := openRoom(t, platform.LinkedInPage)
	linked, pictured := n.toot("Tents & <more>: (50 % off) – 東京 🎉\n\n#campers_of #campers and #2 @home "), n.toot("A [tent]", "a tent")
	linked.Link, pictured.Link = "https://shop.example/tents?a=1&b=2", "https://shop.example/a_tent"
	m := n.prepared(t, pictured)
	first := n.publish(t, linked)
	second, err := n.Publish(t.Context(), n.call(), pictured, m)
	if err != nil {
		t.Fatal(err)
	}
	posts := n.posts()
	if len(posts) != 2 || posts[1].ID != first.ID || posts[0].ID != second.ID {
		t.Fatalf("%+v, published as %+v and %+v", posts, first, second)
	}
	if want := "Tents & <more>: (50 % off) – 東京 🎉\n\n#campers_of #campers and #2 @home"; posts[1].Text != want || posts[1].Link != linked.Link {
		t.Errorf("shows %+v", posts[1])
	}
	if want := "A [tent]\nhttps://shop.example/a_tent"; posts[0].Text != want || posts[0].Link != "" || len(posts[0].Media) != 1 {
		t.Errorf("shows %+v", posts[0])
	}
	if shown := n.page(t, first.Permalink); !strings.Contains(shown, linked.Link) {
		t.Errorf("%s shows %q", first.Permalink, shown)
	}
	for _, text := range []string{"One", "Two", "Three", "Four"} { // more than a page of the list
		n.now = n.now.Add(time.Minute)
		n.publish(t, n.toot(text))
	}
	for id, one := range map[string]platform.Publication{first.ID: linked, second.ID: pictured} {
		found, err := n.Find(t.Context(), n.call(), one, platform.Prepared{IDs: m.IDs[:len(one.Media)]})
		if err != nil || found.ID != id || found.Sure {
			t.Errorf("found %+v, error %v, want %s", found, err, id)
		}
	}
	if found, err := n.Find(t.Context(), n.call(), n.toot("A [tent]"), platform.Prepared{}); err != nil || found.There {
		t.Errorf("another: %+v, error %v", found, err)
	}
}

// TestLinkedInPageImages: an image is ready when it is asked for the second time, and no post goes out before.
func TestLinkedInPageImages(t *testing.T) {
	n := openRoom(t, platform.LinkedInPage)
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
	if _, err := n.Publish(ctx, n.call(), p, m); err != nil || len(n.posts()) != 1 {
		t.Errorf("error %v, posts %+v", err, n.posts())
	}
	if _, err := n.Ready(ctx, n.call(), platform.Prepared{IDs: []string{"urn:li:image:1"}}); !platform.Is(err, platform.ClassNotFound) {
		t.Errorf("an image that is none: error %v", err)
	}
	n.World().AddMedium(sandbox.Medium{Platform: platform.LinkedInPage, ID: "urn:li:image:2"})
	for range 3 {
		if m, err := n.Ready(ctx, n.call(), platform.Prepared{IDs: []string{"urn:li:image:2"}}); err != nil || !m.Pending {
			t.Errorf("an image that never came: %+v, error %v", m, err)
		}
	}
}

// TestLinkedInPageTimeout is what never twice hangs on: of two lost answers, one is of a post that is out.
// An answer that breaks off has no body to lose: its header tells the post.
func TestLinkedInPageTimeout(t *testing.T) {
	for kind, there := range map[string]int{"timeout_after_commit": 1, "timeout_before": 0, "malformed": 0, "5xx": 0} {
		for _, images := range [][]string{nil, {"a tent"}} {
			n := openRoom(t, platform.LinkedInPage)
			n.publish(t, n.toot("Another one"))
			p := n.toot("Tents (#campers)", images...)
			p.Link = "https://shop.example/tents"
			m := n.prepared(t, p)
			n.Arm(platform.LinkedInPage, "publish", kind, 1)
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

// TestLinkedInPageFaults: each refusal of the call that publishes, in the platform's words, leaves no doubt.
func TestLinkedInPageFaults(t *testing.T) {
	n := openRoom(t, platform.LinkedInPage)
	for kind, want := range map[string]struct {
		class platform.Class
		wait  time.Duration
	}{
		"expired": {platform.ClassAuthExpired, 0}, "revoked": {platform.ClassAuthRevoked, 0}, "permission": {platform.ClassAuthScope, 0},
		"suspended": {platform.ClassSuspended, 0}, "not_found": {platform.ClassNotFound, 0}, "invalid": {platform.ClassInvalid, 0},
		"version_sunset": {platform.ClassSunset, 0}, "quota": {platform.ClassQuota, 6 * time.Hour}, // till midnight
		"throttled": {platform.ClassRateLimited, 90 * time.Second}, "throttled_seconds": {platform.ClassRateLimited, 90 * time.Second},
		"throttled_date": {platform.ClassRateLimited, 90 * time.Second}, "throttled_unix": {platform.ClassRateLimited, 90 * time.Second},
		"throttled_iso": {platform.ClassRateLimited, 90 * time.Second},
	} {
		n.Arm(platform.LinkedInPage, "publish", kind, 1)
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
			_, err := n.Ready(t.Context(), n.call(), platform.Prepared{IDs: []string{"urn:li:image:1"}})
			return err
		},
		"find": func() error {
			_, err := n.Find(t.Context(), n.call(), n.toot("Tents"), platform.Prepared{})
			return err
		},
	} {
		n.Arm(platform.LinkedInPage, op, "throttled_seconds", 1)
		if err := call(); !platform.Is(err, platform.ClassRateLimited) {
			t.Errorf("%s: error %v", op, err)
		}
	}
}

// tell makes a call that is not the connector's, and answers its status.
func (n *newsroom) tell(t *testing.T, method, path, body string, header map[string]string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, strings.TrimSuffix(n.endpoint.BaseURL, "/rest")+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+n.grant.Access.Reveal())
	for name, value := range header {
		r.Header.Set(name, value)
	}
	answer, err := n.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}

// TestLinkedInPageRefuses: what the real one does not take, this one doesn't.
func TestLinkedInPageRefuses(t *testing.T) {
	n := openRoom(t, platform.LinkedInPage)
	good := map[string]string{"LinkedIn-Version": "202607", "X-Restli-Protocol-Version": "2.0.0", "X-RestLi-Method": "FINDER"}
	post := func(author, text, more string) string {
		return `{"author":"` + author + `","commentary":"` + text + `","visibility":"PUBLIC","lifecycleState":"PUBLISHED","distribution":{"feedDistribution":"MAIN_FEED"}` + more + `}`
	}
	const us, urn = "urn:li:organization:5515715", "urn%3Ali%3Aorganization%3A5515715"
	tests := []struct {
		name, method, path, body string
		header                   map[string]string
		status                   int
	}{
		{"a post", "POST", "/rest/posts", post(us, "x", ""), good, 201},
		{"as long as may be", "POST", "/rest/posts", post(us, strings.Repeat("é", 3000), ""), good, 201},
		{"too long", "POST", "/rest/posts", post(us, strings.Repeat("é", 3001), ""), good, 422},
		{"nothing to say", "POST", "/rest/posts", post(us, " ", ""), good, 422},
		{"the same again", "POST", "/rest/posts", post(us, "x", ""), good, 422},
		{"somebody else's", "POST", "/rest/posts", post("urn:li:organization:1", "x", ""), good, 403},
		{"a link without a title", "POST", "/rest/posts", post(us, "y", `,"content":{"article":{"source":"https://shop.example"}}`), good, 422},
		{"an image that is none", "POST", "/rest/posts", post(us, "y", `,"content":{"media":{"id":"urn:li:image:1"}}`), good, 422},
		{"no distribution", "POST", "/rest/posts", `{"author":"` + us + `","commentary":"y","visibility":"PUBLIC","lifecycleState":"PUBLISHED"}`, good, 400},
		{"no version", "POST", "/rest/posts", post(us, "y", ""), nil, 400},
		{"a list", "GET", "/rest/posts?author=" + urn + "&q=author", "", good, 200},
		{"a list of a plain URN", "GET", "/rest/posts?author=" + us + "&q=author", "", good, 400},
		{"a list without its method", "GET", "/rest/posts?author=" + urn + "&q=author", "", map[string]string{"LinkedIn-Version": "202607", "X-Restli-Protocol-Version": "2.0.0"}, 400},
		{"somebody else's list", "GET", "/rest/posts?author=urn%3Ali%3Aorganization%3A1&q=author", "", good, 403},
		{"another role", "GET", "/rest/organizationAcls?q=roleAssignee&role=ANALYST&state=APPROVED", "", good, 400},
		{"organisations without a list", "GET", "/rest/organizations?ids=5515715", "", good, 400},
		{"somebody else's image", "POST", "/rest/images?action=initializeUpload", `{"initializeUploadRequest":{"owner":"urn:li:organization:1"}}`, good, 403},
		{"an image without a word", "POST", "/rest/images", `{"initializeUploadRequest":{"owner":"` + us + `"}}`, good, 400},
		{"bytes of no image", "PUT", "/dms-uploads/urn:li:image:1", "x", nil, 400},
	}
	for _, tt := range tests {
		if status := n.tell(t, tt.method, tt.path, tt.body, tt.header); status != tt.status {
			t.Errorf("%s: %d, want %d", tt.name, status, tt.status)
		}
	}
	if posts := n.posts(); len(posts) != 2 {
		t.Errorf("%+v", posts)
	}
}

// TestLinkedInPageCutsText: signs that mean something end a text that doesn't mean it.
func TestLinkedInPageCutsText(t *testing.T) {
	n := openRoom(t, platform.LinkedInPage)
	good := map[string]string{"LinkedIn-Version": "202607", "X-Restli-Protocol-Version": "2.0.0"}
	body := `{"author":"urn:li:organization:5515715","commentary":"Two #tents \\(red\\) for (all)","visibility":"PUBLIC","lifecycleState":"PUBLISHED","distribution":{"feedDistribution":"MAIN_FEED"}}`
	if status := n.tell(t, "POST", "/rest/posts", body, good); status != 201 || n.posts()[0].Text != "Two #tents (red) for" {
		t.Errorf("%d, posts %+v", status, n.posts())
	}
}

// TestLinkedInPageRepeats: an organisation may not say the same again, until it has said something else.
func TestLinkedInPageRepeats(t *testing.T) {
	n := openRoom(t, platform.LinkedInPage)
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
