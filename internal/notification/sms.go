package notification

import (
	"strings"
	"time"
	"unicode/utf16"
)

// What one SMS holds; a longer one, or one odd letter, would be split and cost more.
const (
	gsmCharacters = 160
	ucsUnits      = 70
)

// short is the text as one SMS. It bears no marks of direction: old phones show them as boxes.
func short(t Text, lang Language, zone *time.Location) string {
	text := writer{lang: lang, zone: zone}.text(t)
	if lang.spoken() == Arabic {
		return ucs(text, ucsUnits)
	}
	return gsm(text, gsmCharacters)
}

// gsm is the text in printable ASCII, all of which GSM-7 can carry but for a few signs, cut to n
// characters.
func gsm(text string, n int) string {
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune("`[]{}\\^|~", r) {
			return '?'
		}
		return r
	}, text)
	return clean[:min(n, len(clean))]
}

// ucs is the text cut to n units of UTF-16, and never within a character.
func ucs(text string, n int) string {
	for i, r := range text {
		if n -= utf16.RuneLen(r); n < 0 {
			return text[:i]
		}
	}
	return text
}

// titled is the SMS that says no more than a title.
func titled(title Text) Text { return say("sms", Args{"text": {Text: &title}}) }
