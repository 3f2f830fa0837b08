package post_test

import (
	"strings"
	"testing"

	"bellwether/internal/platform"
	"bellwether/internal/post"
)

// Lengths are those that the platforms' own documentation counts.
func TestLength(t *testing.T) {
	for _, tt := range []struct {
		platform, text string
		want           int
	}{
		{platform.X, "hello", 5},
		{platform.X, "日本語", 6},
		{platform.X, "👨‍👩‍👧‍👦", 2},
		{platform.X, "🇩🇪", 2},
		{platform.X, "see https://example.com/a/very/long/path?with=a&query=that+goes+on+and+on for more", 4 + 23 + 9},
		{platform.X, "naïve café", 10},
		{platform.Mastodon, "see https://example.com/a/very/long/path/that/goes/on", 4 + 23},
		{platform.Mastodon, "日本語", 3},
		{platform.Bluesky, "👨‍👩‍👧‍👦", 1},
		{platform.Bluesky, "e\u0301", 1},
		{platform.LinkedInPage, "👍", 2}, // two UTF-16 units
		{platform.Instagram, "日本語", 3},
	} {
		l, ok := post.LimitsOf(tt.platform)
		if got := l.Length(tt.text); !ok || got != tt.want {
			t.Errorf("%s counts %q as %d, want %d", tt.platform, tt.text, got, tt.want)
		}
	}
}

// What a platform would refuse is refused at the edge, by field.
func TestLimits(t *testing.T) {
	picture := post.Media{URL: "https://example.com/a.jpg", Type: "image/jpeg"}
	for name, tt := range map[string]struct {
		platform string
		content  post.Content
		field    string
	}{
		"a long text":            {platform.X, post.Content{Text: strings.Repeat("a", 281)}, "content.text"},
		"the longest text":       {platform.X, post.Content{Text: strings.Repeat("a", 280)}, ""},
		"a text with its link":   {platform.X, post.Content{Text: strings.Repeat("a", 257), Link: "https://example.com"}, "content.text"},
		"a link apart":           {platform.Bluesky, post.Content{Text: strings.Repeat("a", 300), Link: "https://example.com"}, ""},
		"a link beside an image": {platform.Bluesky, post.Content{Text: strings.Repeat("a", 300), Link: "https://example.com", Media: []post.Media{picture}}, "content.text"},
		"no image":               {platform.Instagram, post.Content{Text: "a"}, "content.media"},
		"five images":            {platform.Mastodon, post.Content{Media: []post.Media{picture, picture, picture, picture, picture}}, "content.media"},
		"a kind it doesn't take": {platform.Instagram, post.Content{Media: []post.Media{{URL: "https://example.com/a.png", Type: "image/png"}}}, "content.media[0].type"},
		"nothing":                {platform.Facebook, post.Content{}, "content.text"},
		"no address":             {platform.Facebook, post.Content{Link: "javascript:alert(1)"}, "content.link"},
		"a control character":    {platform.Facebook, post.Content{Text: "a\x00b"}, "content.text"},
	} {
		_, err := post.Create(post.Spec{ID: "p", TimeZone: "UTC", Content: tt.content, Targets: []post.TargetSpec{{IntegrationID: "a", Platform: tt.platform}}}, at(0))
		if tt.field == "" && err != nil || tt.field != "" && (err == nil || !named(err, tt.field)) {
			t.Errorf("%s: %v, want a word about %q", name, err, tt.field)
		}
	}
}

func TestTypeOf(t *testing.T) {
	for address, want := range map[string]string{
		"https://example.com/a.JPG?size=1": "image/jpeg", "https://example.com/a.b/c.png": "image/png", "https://example.com/image": "", "https://example.com/a.pdf": "",
	} {
		if got := post.TypeOf(address); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}
