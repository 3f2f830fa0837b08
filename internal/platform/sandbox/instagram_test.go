package sandbox_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/sandbox"
)

// TestInstagramSteps: the container is pending when it is asked for first, and ready the second time.
func TestInstagramSteps(t *testing.T) {
	n := openRoom(t, platform.Instagram)
	ctx, c, p := t.Context(), n.call(), n.piece("Two tents")
	p.Link = "https://shop.example/tents"
	p.Media = append(p.Media, p.Media[0])
	m, err := n.Prepare(ctx, c, p)
	if err != nil || !m.Pending || len(m.IDs) != 1 {
		t.Fatalf("%+v, error %v", m, err)
	}
	if m, err = n.Ready(ctx, c, m); err != nil || !m.Pending {
		t.Errorf("asked once: %+v, error %v", m, err)
	}
	if found, err := n.Find(ctx, c, p, platform.Prepared{}); err != nil || found.There {
		t.Errorf("a container is no post: %+v, error %v", found, err)
	}
	_, err = n.Publish(ctx, c, p, m)
	if got := platform.AsError(err); got.Class != platform.ClassTransient || got.Code != "9007/2207027" || got.Unsure {
		t.Errorf("before it is ready: error %v, unsure %v", err, got.Unsure)
	}
	if m, err = n.Ready(ctx, c, m); err != nil || m.Pending {
		t.Errorf("asked twice: %+v, error %v", m, err)
	}
	out, err := n.Publish(ctx, c, p, m)
	posts := n.posts()
	if err != nil || len(posts) != 1 || posts[0].ID != out.ID || posts[0].Text != "Two tents\nhttps://shop.example/tents" || len(posts[0].Media) != 2 {
		t.Fatalf("%+v, error %v, posts %+v", out, err, posts)
	}
	if _, err := n.Publish(ctx, c, p, m); !platform.Is(err, platform.ClassNotFound) || len(n.posts()) != 1 {
		t.Errorf("once more: error %v, posts %+v", err, n.posts())
	}
	if found, err := n.Find(ctx, c, p, m); err != nil || found.ID != out.ID {
		t.Errorf("found %+v, error %v", found, err)
	}
}

// TestInstagramExpires: a container lives for a day, and then a post that is not there will never be.
func TestInstagramExpires(t *testing.T) {
	n := openRoom(t, platform.Instagram)
	ctx, c, p := t.Context(), n.call(), n.piece("Tents")
	m := n.prepared(t, p)
	n.now = n.now.Add(24 * time.Hour)
	if _, err := n.Ready(ctx, c, m); platform.AsError(err).Code != "EXPIRED" {
		t.Errorf("error %v", err)
	}
	_, err := n.Publish(ctx, c, p, m)
	if got := platform.AsError(err); got.Class != platform.ClassTransient || got.Code != "-2/2207020" || got.Unsure {
		t.Errorf("error %v, unsure %v", err, got.Unsure)
	}
	if found, err := n.Find(ctx, c, p, m); err != nil || found.There || !found.Sure {
		t.Errorf("found %+v, error %v", found, err)
	}
}

func TestInstagramQuota(t *testing.T) {
	n := openRoom(t, platform.Instagram)
	ctx, c := t.Context(), n.call()
	for i := range 49 {
		n.World().Publish(sandbox.Post{Platform: platform.Instagram, AccountID: n.account.ID, Text: fmt.Sprint(i)})
	}
	if left, ok, err := n.Allowance(ctx, c); left != 1 || !ok || err != nil {
		t.Errorf("%d left, told %v, error %v", left, ok, err)
	}
	n.publish(t, n.piece("The last one"))
	if left, ok, err := n.Allowance(ctx, c); left != 0 || !ok || err != nil {
		t.Errorf("%d left, told %v, error %v", left, ok, err)
	}
	one := n.piece("One too many")
	_, err := n.Publish(ctx, c, one, n.prepared(t, one))
	if got := platform.AsError(err); got.Class != platform.ClassQuota || got.Unsure || len(n.posts()) != 50 {
		t.Errorf("error %v, unsure %v, %d posts", err, got.Unsure, len(n.posts()))
	}
	n.now = n.now.Add(24 * time.Hour)
	if left, _, err := n.Allowance(ctx, c); left != 50 || err != nil {
		t.Errorf("%d left, error %v", left, err)
	}
}

func TestInstagramRefuses(t *testing.T) {
	n := openRoom(t, platform.Instagram)
	media, own := "/"+n.account.ID+"/media", n.grant.Access.Reveal()
	child := n.prepared(t, n.piece("")).IDs[0]
	tests := []struct {
		name, path string
		form       url.Values
		code       string
	}{
		{"text alone", media, url.Values{"caption": {"x"}}, `2207052`},
		{"no address", media, url.Values{"image_url": {"tent.jpg"}}, `2207052`},
		{"too long", media, url.Values{"image_url": {"https://img.example/tent.jpg"}, "caption": {strings.Repeat("x", 2_201)}}, `2207010`},
		{"a carousel of one", media, url.Values{"media_type": {"CAROUSEL"}, "children": {child}}, `2207028`},
		{"a carousel of what is not there", media, url.Values{"media_type": {"CAROUSEL"}, "children": {child + ",1"}}, `2207028`},
		{"an account that is none", "/1/media", url.Values{"image_url": {"https://img.example/tent.jpg"}}, `"error_subcode":33`},
		{"a container that is none", "/" + n.account.ID + "/media_publish", url.Values{"creation_id": {"1"}}, `2207006`},
	}
	for _, tt := range tests {
		if got := n.says(t, tt.path, n.proven(own, tt.form)); !strings.Contains(got, tt.code) {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.code)
		}
	}
	longest := url.Values{"image_url": {"https://img.example/tent.jpg"}, "caption": {strings.Repeat("x", 2_200)}}
	if got := n.says(t, media, n.proven(own, longest)); strings.Contains(got, "error") {
		t.Errorf("as long as may be: %s", got)
	}
	if posts := n.posts(); len(posts) > 0 {
		t.Errorf("%+v", posts)
	}
}
