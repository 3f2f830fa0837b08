package integrations

import (
	"fmt"
	"net/http"

	"bellwether/internal/api"
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

func (p page) write(w http.ResponseWriter) error {
	return api.Page{Status: p.status, Title: p.title, Lines: []string{p.text}, Form: p.form}.Write(w)
}
