package api

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"net/http"
	"strings"
)

// Page is one of the few pages that a person meets outside of the dashboard, to which it leads. Everything in it is escaped,
// but for the form.
type Page struct {
	Status   int
	Title    string
	Lines    []string
	Form     string // markup: a form to fill in
	Language string // "" for English; "ar" is written from right to left
}

const pageStyle = "body{font:16px/1.5 system-ui,sans-serif;max-width:34em;margin:4em auto;padding:0 1em}"

// pagePolicy lets a page do nothing but look as it does, and send its form to us.
func pagePolicy(form string) string {
	sum := sha256.Sum256([]byte(pageStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action " + form + "; frame-ancestors 'none'"
}

// Write answers with the page.
func (p Page) Write(w http.ResponseWriter) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	form := "'none'"
	if p.Form != "" {
		form = "'self'"
	}
	h.Set("Content-Security-Policy", pagePolicy(form))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer") // the address holds what lets its bearer in
	w.WriteHeader(p.Status)
	language, direction := cmp.Or(p.Language, "en"), ""
	if language == "ar" {
		direction = " dir=\"rtl\""
	}
	var text strings.Builder
	for _, line := range p.Lines {
		text.WriteString("<p>" + html.EscapeString(line) + "</p>")
	}
	title := html.EscapeString(p.Title)
	_, err := fmt.Fprintf(w, "<!doctype html><html lang=\"%s\"%s><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"+
		"<title>%s</title><style>%s</style><h1>%s</h1>%s%s<p><a href=\"/app\">Bellwether</a></p></html>\n", language, direction, title, pageStyle, title, text.String(), p.Form)
	return err
}
