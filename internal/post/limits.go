package post

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"bellwether/internal/fault"
	"bellwether/internal/platform"
)

// Limits are what a platform takes in one post.
type Limits struct {
	Name      string // of the platform, for people
	Text      int    // the longest text
	Unit      Unit   // of Text
	Media     int    // the most images
	NeedMedia bool   // it takes no post without an image
	Types     []string
	Bytes     int64 // of one image; 0: the platform doesn't say
	LinkApart bool  // the link of a post without images is shown apart, and takes no room in the text
	ShortLink int   // a link in the text is shown with at most so many characters; 0: whole
}

// Unit is how a platform counts characters.
type Unit string

const (
	Graphemes Unit = "graphemes" // what people take for one character
	UTF16     Unit = "UTF-16 units"
	Weighted  Unit = "weighted characters" // X: two for most signs outside the Latin scripts, 23 for a link
	LinksAs23 Unit = "characters"          // Mastodon: 23 for a link
)

// limits are those of the platforms' documentation.
var limits = map[string]Limits{
	platform.Facebook:     {Name: "Facebook", Text: 63206, Unit: UTF16, Media: 10, Types: []string{"image/jpeg", "image/png", "image/gif"}, Bytes: 10 << 20, LinkApart: true},
	platform.Instagram:    {Name: "Instagram", Text: 2200, Unit: UTF16, Media: 10, NeedMedia: true, Types: []string{"image/jpeg"}, Bytes: 8 << 20},
	platform.LinkedInPage: {Name: "LinkedIn", Text: 3000, Unit: UTF16, Media: 1, Types: []string{"image/jpeg", "image/png", "image/gif"}, Bytes: 36152320 / 4, LinkApart: true},
	platform.X:            {Name: "X", Text: 280, Unit: Weighted, Media: 4, Types: []string{"image/jpeg", "image/png", "image/webp"}, Bytes: 5 << 20},
	platform.Mastodon:     {Name: "Mastodon", Text: 500, Unit: LinksAs23, Media: 4, Types: []string{"image/jpeg", "image/png", "image/gif", "image/webp"}, Bytes: 16 << 20},
	platform.Bluesky:      {Name: "Bluesky", Text: 300, Unit: Graphemes, Media: 4, Types: []string{"image/jpeg", "image/png", "image/gif", "image/webp"}, Bytes: 1_000_000, LinkApart: true, ShortLink: 30},
}

// LimitsOf are a platform's limits; ok is false for one that takes no posts.
func LimitsOf(platformName string) (l Limits, ok bool) {
	l, ok = limits[platformName]
	return l, ok
}

var link = regexp.MustCompile(`https?://[^\s]+`)

// linkLength is what X and Mastodon count a link as, whatever its length.
const linkLength = 23

// Length is how long the platform counts a text to be.
func (l Limits) Length(text string) int {
	switch l.Unit {
	case Graphemes:
		return uniseg.GraphemeClusterCount(text)
	case UTF16:
		return len(utf16.Encode([]rune(text)))
	}
	links := len(link.FindAllString(text, -1))
	rest := link.ReplaceAllString(text, "")
	if l.Unit == LinksAs23 {
		return links*linkLength + utf8.RuneCountInString(rest)
	}
	n := links * linkLength
	for clusters := uniseg.NewGraphemes(rest); clusters.Next(); {
		n += weight(clusters.Runes())
	}
	return n
}

// weight is what X counts a grapheme as: an emoji is two however it is composed, otherwise each code
// point counts for itself.
func weight(runes []rune) int {
	n := 0
	for _, r := range runes {
		if r >= 0x1F000 || r == 0x20E3 || (r >= 0x2600 && r <= 0x27BF) {
			return 2
		}
		if light(r) {
			n++
		} else {
			n += 2
		}
	}
	return n
}

// light are the ranges of code points that X counts as one.
func light(r rune) bool {
	return r <= 0x10FF || (r >= 0x2000 && r <= 0x200D) || (r >= 0x2010 && r <= 0x201F) || (r >= 0x2032 && r <= 0x2037)
}

// Shown is the text as it counts on the platform: with its link, where that stands in the text.
func (l Limits) Shown(c Content) string {
	if c.Link == "" || (l.LinkApart && len(c.Media) == 0) {
		return c.Text
	}
	link := c.Link
	if l.ShortLink > 0 && len(link) > l.ShortLink {
		link = link[:l.ShortLink]
	}
	return strings.TrimSpace(c.Text + "\n" + link)
}

// check is what the platform would refuse about the content. field is the content's name in the request.
func (l Limits) check(c Content, field string) []fault.Field {
	var bad []fault.Field
	refuse := func(name, format string, args ...any) {
		bad = append(bad, fault.Field{Name: field + name, Message: fmt.Sprintf(format, args...)})
	}
	if c.Text == "" && c.Link == "" && len(c.Media) == 0 {
		refuse("text", "must not be empty: %s takes no post without text, link or image", l.Name)
	}
	if n := l.Length(l.Shown(c)); n > l.Text {
		refuse("text", "is %d %s long for %s, which takes %d", n, l.Unit, l.Name, l.Text)
	}
	if len(c.Media) > l.Media {
		refuse("media", "are %d images; %s takes %d", len(c.Media), l.Name, l.Media)
	}
	if l.NeedMedia && len(c.Media) == 0 {
		refuse("media", "must be at least one image: %s takes no post without", l.Name)
	}
	for n, m := range c.Media {
		if !slices.Contains(l.Types, m.Type) {
			refuse(fmt.Sprintf("media[%d].type", n), "%s takes %s", l.Name, strings.Join(l.Types, ", "))
		}
	}
	return bad
}

// imageTypes are those that a file's name tells.
var imageTypes = map[string]string{"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp"}

// TypeOf is an image's type by the name of its file; "" when that doesn't tell.
func TypeOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return imageTypes[strings.ToLower(u.Path[strings.LastIndex(u.Path, ".")+1:])]
}
