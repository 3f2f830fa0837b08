package integrations

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"net/http"

	"bellwether/internal/integration"
	"bellwether/internal/platform"
)

// page is what a person sees who comes back from a platform. Everything in it is escaped.
type page struct {
	status int
	title  string
	text   string
	form   string // markup: a form to fill in
}

var (
	pageForeign = page{status: http.StatusBadRequest, title: "This link can't be used", text: "It is not complete, none of ours, or too old. Begin again where you started."}
	pageBroken  = page{status: http.StatusServiceUnavailable, title: "Something went wrong on our side", text: "The account may not be connected. Look where you started, and begin again there."}
)

// pageOf tells what came of the attempt.
func (a API) pageOf(c integration.Connection) page {
	name := a.nameOf(c.Platform)
	switch c.Status {
	case integration.ConnectionDone:
		account := "The account"
		if len(c.Accounts) > 0 {
			account = "The account " + c.Accounts[0].Name
		}
		return page{status: http.StatusOK, title: "Connected to " + name, text: account + " is connected" + begun(c.Platform) + ". You can close this window."}
	case integration.ConnectionChoose:
		return page{status: http.StatusOK, title: "Which account?", text: fmt.Sprintf("This sign-in reaches %d accounts at %s. Choose one where you started; you can close this window.", len(c.Accounts), name)}
	case integration.ConnectionFailed:
		return page{status: http.StatusOK, title: "Not connected to " + name, text: "The account was not connected: " + c.Problem + ". Begin again where you started."}
	default:
		return page{status: http.StatusOK, title: "Connecting to " + name, text: "The account is being connected. Look where you started in a moment."}
	}
}

// begun is what connecting an account began.
func begun(platformName string) string {
	if platform.Posts(platformName) {
		return ""
	}
	return ", and its first sync has begun"
}

const style = "body{font:16px/1.5 system-ui,sans-serif;max-width:34em;margin:4em auto;padding:0 1em}"

// policy lets a page do nothing but look as it does, and send its form to us.
func policy(form string) string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action " + form + "; frame-ancestors 'none'"
}

func (p page) write(w http.ResponseWriter) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	form := "'none'"
	if p.form != "" {
		form = "'self'"
	}
	h.Set("Content-Security-Policy", policy(form))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer") // the address holds the code
	w.WriteHeader(p.status)
	title, text := html.EscapeString(p.title), html.EscapeString(p.text)
	_, err := fmt.Fprintf(w, "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"+
		"<title>%s</title><style>%s</style><h1>%s</h1><p>%s</p>%s</html>\n", title, style, title, text, p.form)
	return err
}
