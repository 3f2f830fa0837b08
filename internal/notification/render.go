package notification

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

// A template is a sentence with places: {name} is filled by the argument of that name, and
// {n:one=# campaign|other=# campaigns} by the form of the number's category, in which # is the number.
// There is no more to it than that, and what fills a place is never read as a template: text/template
// and x/text/message would cost every cold start more than all the sentences here.

// writer writes texts in one language.
type writer struct {
	lang    Language
	zone    *time.Location
	isolate bool // keep what fills a place from turning the sentence around it
}

// text fills the template. A key that isn't known is shown: what a newer version queued is not silence.
func (w writer) text(t Text) string {
	left, ok := template(t.Key, w.lang)
	if !ok {
		return t.Key
	}
	var b strings.Builder
	for left != "" {
		before, rest, _ := strings.Cut(left, "{")
		place, after, found := strings.Cut(rest, "}")
		b.WriteString(before)
		if found {
			b.WriteString(w.place(place, t.Args))
		}
		left = after
	}
	return b.String()
}

// place fills one place. What nothing fills stays visible, for tests to find.
func (w writer) place(place string, args Args) string {
	name, forms, plural := strings.Cut(place, ":")
	arg, ok := args[name]
	switch {
	case !ok, plural && arg.Count == nil:
		return "{" + name + "}"
	case !plural:
		return w.arg(arg)
	}
	category := w.lang.category(*arg.Count)
	for form := range strings.SplitSeq(forms, "|") {
		if words, ok := strings.CutPrefix(form, category+"="); ok {
			return strings.ReplaceAll(words, "#", w.arg(arg))
		}
	}
	return "{" + name + "}"
}

func (w writer) arg(a Arg) string {
	switch {
	case a.Count != nil:
		return w.apart(strconv.FormatInt(*a.Count, 10))
	case a.Percent != "":
		return w.apart(w.lang.percent(clean(a.Percent)))
	case a.Money != nil:
		return w.apart(w.lang.money(*a.Money))
	case a.Instant != nil:
		return w.apart(w.lang.instant(*a.Instant, w.zone))
	case a.Date != "":
		return w.apart(w.lang.date(clean(a.Date)))
	case a.Month != "":
		return w.apart(w.lang.month(clean(a.Month)))
	case a.Platform != "":
		return w.apart(clean(w.lang.platform(a.Platform)))
	case a.Text != nil:
		return w.text(*a.Text) // of this language already, and its own places are kept apart
	case a.List != nil:
		parts := make([]string, len(a.List))
		for n, part := range a.List {
			parts[n] = w.arg(part)
		}
		return strings.Join(parts, w.lang.comma())
	}
	return w.apart(clean(a.Plain))
}

// Marks that keep a part of a sentence from turning what is around it, whichever way it is read.
const (
	firstStrongIsolate    = "\u2068"
	popDirectionalIsolate = "\u2069"
)

// apart isolates what fills a place in an Arabic sentence, and in an English one what is read from right
// to left.
func (w writer) apart(text string) string {
	if !w.isolate || text == "" || (w.lang.spoken() != Arabic && !strings.ContainsFunc(text, rightToLeft)) {
		return text
	}
	return firstStrongIsolate + text + popDirectionalIsolate
}

func rightToLeft(r rune) bool {
	return unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko)
}

// clean takes from somebody's words what could break the line they stand in, or turn the text around
// them: controls become a space, and marks of direction that reach beyond the words go.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
			return -1
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		}
		return r
	}, text)
}
