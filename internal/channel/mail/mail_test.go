package mail_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"bellwether/internal/channel"
	"bellwether/internal/channel/mail"
)

func letter() channel.Letter {
	return channel.Letter{
		ID: "0198f1c2-7000-7c32-8d50-6e3f4a5b6c7d", Severity: "critical", Category: "budget", Title: "Summer <sale> & more has used 104 %",
		Lines: []string{"104.00 USD of 100.00 USD is spent.", " ", `"Half" of it since <b>noon</b>.`}, Link: "https://app.example/c?id=1&tab=spend",
		Language: "en", At: time.Date(2026, 11, 23, 12, 0, 0, 0, time.FixedZone("+3", 3*60*60)),
	}
}

func TestBothParts(t *testing.T) {
	for name, got := range map[string]string{"letter.txt": mail.Plain(letter()) + "\n", "letter.html": mail.HTML(letter())} {
		want, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
	}
}

func TestArabic(t *testing.T) {
	l := letter()
	l.Language, l.Title, l.Lines = "ar", "نفدت الميزانية", []string{"أُنفق 104.00"}
	page := mail.HTML(l)
	for _, want := range []string{`<html lang="ar" dir="rtl">`, "<h1>نفدت الميزانية</h1>", `<p dir="auto">أُنفق 104.00</p>`, `<p class="about" dir="ltr">critical`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

// element is whatever a browser would take for a tag.
var element = regexp.MustCompile(`<[a-zA-Z/!][^>]*>`)

// No text of a letter becomes an element, an attribute, a second line or a link that runs.
func TestHostileTexts(t *testing.T) {
	plain := channel.Letter{ID: "x", Severity: "x", Category: "x", Title: "x", Lines: []string{"x"}}
	want := element.FindAllString(mail.HTML(plain), -1)
	for _, text := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</title><base href=//evil.example>`, `'-->`, "a\r\nBcc: all@example.com",
		`</style><link rel=stylesheet href=//evil.example>`, "&lt;b&gt;", "x\x00<b\x00>", string([]byte{0xff, '<', 'i', '>'}), strings.Repeat("<p>", 4000),
	} {
		l := channel.Letter{ID: text, Severity: text, Category: text, Title: text, Lines: []string{text}, Link: "javascript:" + text, Language: text}
		page := mail.HTML(l)
		if got := element.FindAllString(page, -1); strings.Join(got, "") != strings.Join(want, "") {
			t.Errorf("%.40q makes the elements %q", text, got)
		}
		if strings.Contains(page, "javascript:") || strings.ContainsAny(page, "\x00\r") {
			t.Errorf("%.40q leaves what may run or break", text)
		}
		if n := strings.Count(mail.Plain(l), "\n"); n != 6 {
			t.Errorf("%.40q makes %d line breaks, want 6", text, n)
		}
	}
}

// Without what a letter may lack, nothing of it is left behind.
func TestASmallLetter(t *testing.T) {
	l := channel.Letter{ID: "d-1", Title: "Spent"}
	if got := mail.Plain(l); got != "Spent\n\nd-1" {
		t.Errorf("it is %q", got)
	}
	if page := mail.HTML(l); strings.Contains(page, "<a ") || strings.Contains(page, "0001-01-01") {
		t.Errorf("the page is %s", page)
	}
}
