package integrations

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"net/http"

	"bellwether/internal/integration"
)

// page is what a person sees who comes back from a platform. Everything in it is escaped.
type page struct {
	status int
	title  string
	text   string
}

var (
	pageForeign = page{http.StatusBadRequest, "This link can't be used", "It is not complete, none of ours, or too old. Begin again where you started."}
	pageBroken  = page{http.StatusServiceUnavailable, "Something went wrong on our side", "The account may not be connected. Look where you started, and begin again there."}
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
		return page{http.StatusOK, "Connected to " + name, account + " is connected, and its first sync has begun. You can close this window."}
	case integration.ConnectionChoose:
		return page{http.StatusOK, "Which account?", fmt.Sprintf("This sign-in reaches %d accounts at %s. Choose one where you started; you can close this window.", len(c.Accounts), name)}
	case integration.ConnectionFailed:
		return page{http.StatusOK, "Not connected to " + name, "The account was not connected: " + c.Problem + ". Begin again where you started."}
	default:
		return page{http.StatusOK, "Connecting to " + name, "The account is being connected. Look where you started in a moment."}
	}
}

const style = "body{font:16px/1.5 system-ui,sans-serif;max-width:34em;margin:4em auto;padding:0 1em}"

// policy lets the page do nothing but look as it does.
var policy = func() string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}()

func (p page) write(w http.ResponseWriter) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer") // the address holds the code
	w.WriteHeader(p.status)
	title, text := html.EscapeString(p.title), html.EscapeString(p.text)
	_, err := fmt.Fprintf(w, "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"+
		"<title>%s</title><style>%s</style><h1>%s</h1><p>%s</p></html>\n", title, style, title, text)
	return err
}
