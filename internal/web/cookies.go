package web

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"bellwether/internal/api"
)

// Cookies. Tokens are sealed: what stands in a browser's profile opens nothing elsewhere. They are apart
// because a browser keeps no cookie beyond 4 KB.
const (
	tokenCookie   = "bellwether_token"
	refreshCookie = "bellwether_refresh"
	signInCookie  = "bellwether_sign_in" // between leaving for the issuer and coming back
	seenCookie    = "bellwether_seen"    // the version that the person's last change led to
	doneCookie    = "bellwether_done"    // the action that the next page tells of, once
	langCookie    = "bellwether_lang"
	themeCookie   = "bellwether_theme"
	zoneCookie    = "bellwether_zone" // set by app.js: a browser doesn't tell otherwise
)

const (
	signInLife  = 10 * time.Minute
	refreshLife = 30 * 24 * time.Hour
	lookLife    = 365 * 24 * time.Hour
	seenLife    = time.Minute
	doneLife    = time.Minute
)

// onThisMachine tells an address of this machine, where there is no TLS.
func onThisMachine(base string) bool { return strings.HasPrefix(base, "http://") }

func (a *App) cookie(r *http.Request, name, value string, life time.Duration) *http.Cookie {
	c := &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(life / time.Second), HttpOnly: true,
		Secure: !onThisMachine(api.Base(r, a.PublicURL)), SameSite: http.SameSiteLaxMode,
	}
	if value == "" {
		c.MaxAge = -1
	}
	return c
}

// setSealed keeps v in the browser for as long as it is good.
func (a *App) setSealed(w http.ResponseWriter, r *http.Request, name string, v any, life time.Duration) error {
	plain, err := json.Marshal(v)
	if err != nil {
		return err
	}
	sealed, err := a.Sealer.Seal(r.Context(), plain, cookiePurpose(name))
	if err != nil {
		return err
	}
	http.SetCookie(w, a.cookie(r, name, base64.RawURLEncoding.EncodeToString(sealed), life))
	return nil
}

// sealed reads what setSealed kept. A cookie that is not ours counts as none.
func (a *App) sealed(r *http.Request, name string, v any) bool {
	c, err := r.Cookie(name)
	if err != nil {
		return false
	}
	sealed, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil {
		return false
	}
	plain, err := a.Sealer.Open(context.WithoutCancel(r.Context()), sealed, cookiePurpose(name))
	return err == nil && json.Unmarshal(plain, v) == nil
}

func cookiePurpose(name string) map[string]string { return map[string]string{"cookie": name} }

func cookieValue(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}
