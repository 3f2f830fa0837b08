package sandbox_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"
	"time"

	"bellwether/internal/platform"
)

// TestFacebookPosts: a link stands below the text, or in it beside images.
func TestFacebookPosts(t *testing.T) {
	n := openRoom(t, platform.Facebook)
	plain := platform.Publication{Text: "Tents", Link: "https://shop.example/tents?a=1&b=2", Began: n.now}
	bare := platform.Publication{Link: "https://shop.example/lakes", Began: n.now}
	album := n.piece("Two tents")
	album.Link = "https://shop.example/tents"
	album.Media = append(album.Media, platform.Medium{URL: "https://img.example/lake.png", Type: "image/png"})
	var ids []string
	for _, p := range []platform.Publication{plain, bare, album} {
		ids = append(ids, n.publish(t, p).ID)
		n.now = n.now.Add(time.Second)
	}
	posts := n.posts()
	if len(posts) != 3 {
		t.Fatalf("%+v", posts)
	}
	if p := posts[2]; p.Text != "Tents" || p.Link != plain.Link || len(p.Media) != 0 {
		t.Errorf("%+v", p)
	}
	if p := posts[1]; p.Text != "" || p.Link != bare.Link {
		t.Errorf("%+v", p)
	}
	if p := posts[0]; p.Text != "Two tents\nhttps://shop.example/tents" || p.Link != "" || len(p.Media) != 2 {
		t.Errorf("%+v", p)
	}
	for i, p := range []platform.Publication{plain, bare, album} {
		if found, err := n.Find(t.Context(), n.call(), p, platform.Prepared{}); err != nil || found.ID != ids[i] {
			t.Errorf("%+v: found %+v, error %v, want %s", p, found, err, ids[i])
		}
	}
	alone := n.piece("")
	m := n.prepared(t, alone)
	if found, err := n.Find(t.Context(), n.call(), alone, m); err != nil || found.There {
		t.Errorf("photos that are not out: %+v, error %v", found, err)
	}
	out, err := n.Publish(t.Context(), n.call(), alone, m)
	if err != nil {
		t.Fatal(err)
	}
	if found, err := n.Find(t.Context(), n.call(), alone, m); err != nil || found.ID != out.ID {
		t.Errorf("photos without a text: %+v, error %v", found, err)
	}
}

// TestFacebookRepeats: a Page may not say the same again, until it has said something else.
func TestFacebookRepeats(t *testing.T) {
	n := openRoom(t, platform.Facebook)
	p := platform.Publication{Text: "Tents", Began: n.now}
	n.publish(t, p)
	_, err := n.Publish(t.Context(), n.call(), p, platform.Prepared{})
	if got := platform.AsError(err); got.Class != platform.ClassInvalid || got.Code != "duplicate" || got.Unsure {
		t.Errorf("error %v, unsure %v", err, got.Unsure)
	}
	for _, text := range []string{"One", "Two", "Three", "Tents"} {
		n.publish(t, platform.Publication{Text: text, Began: n.now})
	}
	if posts := n.posts(); len(posts) != 5 {
		t.Errorf("%+v", posts)
	}
}

// proven is a call's parameters with a token and the proof that we know the app's secret.
func (n *newsroom) proven(token string, more url.Values) url.Values {
	mac := hmac.New(sha256.New, []byte(n.endpoint.ClientSecret.Reveal()))
	mac.Write([]byte(token))
	more.Set("access_token", token)
	more.Set("appsecret_proof", hex.EncodeToString(mac.Sum(nil)))
	return more
}

// says is what the platform answers to a call that is not the connector's.
func (n *newsroom) says(t *testing.T, path string, form url.Values) string {
	t.Helper()
	answer, err := n.client.PostForm(n.endpoint.BaseURL+"/v25.0"+path, form)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var text strings.Builder
	if err := answer.Write(&text); err != nil {
		t.Error(err)
	}
	return text.String()
}

func TestFacebookRefuses(t *testing.T) {
	n := openRoom(t, platform.Facebook)
	feed, photos, own := "/"+n.account.ID+"/feed", "/"+n.account.ID+"/photos", n.grant.Access.Reveal()
	page := "page-" + n.account.ID + "-" + own
	tests := []struct {
		name, path, token string
		form              url.Values
		code              string
	}{
		{"the person's token", feed, own, url.Values{"message": {"x"}}, `"code":200`},
		{"another Page's token", feed, "page-101990000000002-" + own, url.Values{"message": {"x"}}, `"code":200`},
		{"a Page's token of a grant that is none", feed, "page-" + n.account.ID + "-x", url.Values{"message": {"x"}}, `"code":190`},
		{"a Page that is none", "/1/feed", page, url.Values{"message": {"x"}}, `"error_subcode":33`},
		{"nothing to say", feed, page, url.Values{"message": {" "}}, `"code":100`},
		{"too long", feed, page, url.Values{"message": {strings.Repeat("🎉", 31_604)}}, `"code":100`},
		{"no photo of this Page", feed, page, url.Values{"message": {"x"}, "attached_media": {`[{"media_fbid":"1"}]`}}, `"error_subcode":33`},
		{"photos that can't be read", feed, page, url.Values{"message": {"x"}, "attached_media": {`1`}}, `"code":100`},
		{"no address", photos, page, url.Values{"url": {"tent.jpg"}, "published": {"false"}}, `"code":324`},
		{"a visible photo", photos, page, url.Values{"url": {"https://img.example/tent.jpg"}}, `"code":324`},
	}
	for _, tt := range tests {
		if got := n.says(t, tt.path, n.proven(tt.token, tt.form)); !strings.Contains(got, tt.code) {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.code)
		}
	}
	if got := n.says(t, feed, url.Values{"access_token": {page}, "message": {"x"}}); !strings.Contains(got, "appsecret_proof") {
		t.Errorf("without a proof: %s", got)
	}
	if posts := n.posts(); len(posts) > 0 {
		t.Errorf("%+v", posts)
	}
	if got := n.says(t, feed, n.proven(page, url.Values{"message": {strings.Repeat("🎉", 31_603)}})); len(n.posts()) != 1 {
		t.Errorf("as long as may be: %s", got)
	}
}
