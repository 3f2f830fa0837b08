// Package mail writes a letter as mail: as plain text and as a page of HTML that loads nothing.
//
// Over the email protocol of SNS goes the plain text alone: it sends the message as it is, as text. The
// page is for what can send both, and for whoever looks at mails on this machine.
package mail

import (
	"html"
	"strings"

	"bellwether/internal/channel"
)

// Plain is the letter as plain text: the title, the lines, where to look, and what it is about.
func Plain(l channel.Letter) string {
	parts := []string{clean(l.Title), strings.Join(lines(l), "\n")}
	if l.Link != "" {
		parts = append(parts, clean(l.Link))
	}
	parts = append(parts, about(l))
	return strings.Join(compact(parts), "\n\n")
}

// style has no address in it, and leaves the colours to the reader's light or dark.
const style = `:root{color-scheme:light dark}body{font:16px/1.5 sans-serif;max-width:40em;margin:1em auto;padding:0 1em}` +
	`h1{font-size:1.25em}.about{font-size:.85em;border-top:1px solid;padding-top:.5em}`

// HTML is the letter as one page. Every text in it is escaped, and nothing is loaded from anywhere.
func HTML(l channel.Letter) string {
	language, dir := "en", "ltr"
	if l.Language == "ar" {
		language, dir = "ar", "rtl"
	}
	var b strings.Builder
	b.WriteString(`<!doctype html>` + "\n" + `<html lang="` + language + `" dir="` + dir + `">` + "\n<head>\n" + `<meta charset="utf-8">` + "\n")
	b.WriteString(`<meta name="color-scheme" content="light dark">` + "\n")
	b.WriteString("<title>" + text(l.Title) + "</title>\n<style>" + style + "</style>\n</head>\n<body>\n<h1>" + text(l.Title) + "</h1>\n")
	for _, line := range lines(l) {
		b.WriteString(`<p dir="auto">` + html.EscapeString(line) + "</p>\n")
	}
	if link := text(l.Link); linked(l.Link) {
		b.WriteString(`<p dir="ltr"><a href="` + link + `" rel="noreferrer">` + link + "</a></p>\n")
	}
	b.WriteString(`<p class="about" dir="ltr">` + text(about(l)) + "</p>\n</body>\n</html>\n")
	return b.String()
}

// linked reports whether the link may be one to click on: no other scheme is for people.
func linked(link string) bool {
	return strings.HasPrefix(link, "https://") || strings.HasPrefix(link, "http://")
}

// about names the severity in words, for those who see no colours, and the letter, by which a repeat is known.
func about(l channel.Letter) string {
	var at string
	if !l.At.IsZero() {
		at = l.At.UTC().Format("2006-01-02 15:04 UTC")
	}
	return strings.Join(compact([]string{clean(l.Severity), clean(l.Category), at, clean(l.ID)}), " · ")
}

func lines(l channel.Letter) []string {
	all := make([]string, len(l.Lines))
	for i, line := range l.Lines {
		all[i] = clean(line)
	}
	return compact(all)
}

func text(s string) string { return html.EscapeString(clean(s)) }

// clean takes out line breaks and other control characters: a line is one line, whatever a campaign is called.
func clean(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?")))
}

// compact leaves out what is empty.
func compact(parts []string) (full []string) {
	for _, p := range parts {
		if p != "" {
			full = append(full, p)
		}
	}
	return full
}
