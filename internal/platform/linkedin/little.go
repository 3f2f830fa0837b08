package linkedin

import (
	"regexp"
	"strings"
)

// LinkedIn's texts are "little": signs that mention people and set tags must be escaped where they are
// meant as they stand, or the text ends there.

// reserved are the signs that are escaped by a backslash.
const reserved = `\<>#~_|*@()[]{}`

var (
	// escapedTag is a word that is meant as a tag: it must not be escaped to be one.
	escapedTag = regexp.MustCompile(`(^|\s)\\#([\pN]*\pL[\pL\pN\pM]*)`)
	// tagTemplate is how LinkedIn writes a tag back.
	tagTemplate = regexp.MustCompile(`\{hashtag\|\\?[#＃]\|([^}]*)\}`)
	escape      = regexp.MustCompile(`\\(.)`)
	// webLink is a link in a text.
	webLink = regexp.MustCompile(`https?://\S+`)
)

// little is a plain text as little text. Its tags stay tags.
func little(text string) string {
	var out strings.Builder
	for _, r := range text {
		if strings.ContainsRune(reserved, r) {
			out.WriteByte('\\')
		}
		out.WriteRune(r)
	}
	return escapedTag.ReplaceAllString(out.String(), "${1}#${2}")
}

// plain is the text that a little text shows.
func plain(little string) string {
	return escape.ReplaceAllString(tagTemplate.ReplaceAllString(little, "#$1"), "$1")
}

// same reports whether a text that LinkedIn shows is the one that was published: white space may have
// changed, and links have been shortened.
func same(shown, published string) bool {
	if strings.Contains(shown, ShortLink) {
		shown, published = webLink.ReplaceAllString(shown, ShortLink), webLink.ReplaceAllString(published, ShortLink)
	}
	return strings.Join(strings.Fields(shown), " ") == strings.Join(strings.Fields(published), " ")
}
