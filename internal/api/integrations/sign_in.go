package integrations

import (
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"

	"bellwether/internal/api"
	"bellwether/internal/fault"
	"bellwether/internal/integration"
	"bellwether/internal/obs"
)

// This file is the sign-in at platforms that have no page of their own for it: people make an app
// password there and give it to us.

const (
	signInPath = "/v1/integrations/sign-in"
	// maxSignIn is the longest handle, and the longest app password.
	maxSignIn = 300
)

// showSignIn is the form. It asks for nothing that the sealed state does not vouch for.
func (a API) showSignIn(w http.ResponseWriter, r *http.Request) error {
	text := r.URL.Query().Get("state")
	c, p, err := a.waiting(r, text)
	if err != nil {
		return err
	}
	if p.title != "" {
		return p.write(w)
	}
	p = page{status: http.StatusOK, title: "Sign in at " + a.nameOf(c.Platform), text: "Make an app password in the settings of your account there, and give it here. It can be taken back there at any time. Your own password is not wanted."}
	p.form = fmt.Sprintf(`<form method="post" action="%s"><input type="hidden" name="state" value="%s">`+
		`<p><label>Handle<br><input name="handle" autocomplete="username" required maxlength="%d"></label></p>`+
		`<p><label>App password<br><input name="password" type="password" autocomplete="off" required maxlength="%d"></label></p>`+
		`<button>Connect</button></form>`, signInPath, html.EscapeString(text), maxSignIn, maxSignIn)
	return p.write(w)
}

// waiting is the attempt that the state names, when it still waits for a person; or a page that says why not.
func (a API) waiting(r *http.Request, text string) (integration.Connection, page, error) {
	s, err := a.openState(r.Context(), text, api.RequestCause(r).At)
	if fault.Is(err, fault.Invalid) {
		return integration.Connection{}, pageForeign, nil
	}
	if err != nil {
		return integration.Connection{}, page{}, err
	}
	c, err := a.Grants.Connection(r.Context(), s.OrgID, s.ConnectionID)
	if fault.Is(err, fault.NotFound) {
		return c, pageForeign, nil
	}
	if err != nil {
		return c, page{}, err
	}
	if connector, err := a.Connectors.For(c.Platform); err != nil || !connector.Info().Password {
		return c, pageForeign, nil
	}
	if c.Status != integration.ConnectionPending {
		return c, a.pageOf(seen(c, api.RequestCause(r).At)), nil
	}
	return c, page{}, nil
}

// finishSignIn takes the form.
func (a API) finishSignIn(w http.ResponseWriter, r *http.Request) error {
	p, err := a.signedIn(w, r)
	if err != nil {
		obs.Note(r.Context(), "error", err.Error())
		p = pageBroken
	}
	return p.write(w)
}

func (a API) signedIn(w http.ResponseWriter, r *http.Request) (page, error) {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	if err := r.ParseForm(); err != nil {
		p := pageForeign
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			p.status = http.StatusRequestEntityTooLarge
		}
		return p, nil
	}
	c, p, err := a.waiting(r, r.PostForm.Get("state"))
	if err != nil || p.title != "" {
		return p, err
	}
	handle, password := strings.TrimSpace(r.PostForm.Get("handle")), strings.TrimSpace(r.PostForm.Get("password"))
	if handle == "" || password == "" || len(handle) > maxSignIn || len(password) > maxSignIn || strings.ContainsAny(handle+password, "\r\n") {
		return page{status: http.StatusOK, title: "Not connected to " + a.nameOf(c.Platform), text: "A handle and an app password are wanted. Go back and try again."}, nil
	}
	// From here on it is a person who came back from a platform, with a code.
	back := r.Clone(r.Context())
	back.Method = http.MethodGet
	back.URL = &url.URL{Path: callbackPath, RawQuery: url.Values{"state": {r.PostForm.Get("state")}, "code": {handle + "\n" + password}}.Encode()}
	return a.returned(back)
}
