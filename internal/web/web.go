// Package web is the dashboard for people: pages that are rendered here, in English and Arabic, and that htmx
// keeps fresh. It is a client of the API and nothing more: it reads no table, and what a person may do is
// decided there. Roles decide here only what is shown.
package web

import (
	"net/http"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/secret"
	"bellwether/internal/web/apidocs"
)

// App serves the pages.
type App struct {
	API       http.RoundTripper // reaches the API, where browsers reach it
	Sealer    secret.Sealer     // of the cookies that hold a person's tokens
	Issuer    string            // OpenID Connect: who signs people in
	ClientID  string            // what we are called there
	OIDC      *http.Client      // reaches the issuer
	PublicURL string            // where browsers reach us; "" for where a request came in
	Now       func() time.Time
}

// view loads what a page shows, and answers with what draws it. Loading and who the person is go side by side,
// so that drawing knows both.
type view func(p *page) (draw, error)

type draw func() node

// Handler serves the pages, their assets and signing in.
func (a App) Handler() http.Handler {
	mux := http.NewServeMux()
	s := &signIn{app: &a, pages: mux}
	mux.HandleFunc("GET /{$}", s.welcome)
	mux.HandleFunc("GET /app/sign-in", s.begin)
	mux.HandleFunc("GET /app/signed-in", s.finish)
	mux.HandleFunc("POST /app/sign-out", s.end)
	mux.HandleFunc("POST /app/look", a.look)
	mux.HandleFunc("GET /assets/{sum}/{file}", asset)
	for pattern, v := range views {
		mux.HandleFunc("GET "+pattern, func(w http.ResponseWriter, r *http.Request) { s.show(w, r, v) })
	}
	mux.HandleFunc("GET /app/counts", s.counts)
	mux.HandleFunc("POST /app/do/{action}", s.act)
	mux.HandleFunc("GET /app/", func(w http.ResponseWriter, r *http.Request) { s.show(w, r, missing) })
	whole := http.NewServeMux()
	whole.Handle("/", guarded(compressed(mux)))
	whole.Handle("/docs", apidocs.Handler())
	whole.Handle("/docs/", apidocs.Handler())
	return whole
}

// views are the pages by path.
var views = map[string]view{
	"/app":                      overview,
	"/app/campaigns/{id}":       campaignPage,
	"/app/calendar":             calendarPage,
	"/app/posts/{id}":           postPage,
	"/app/integrations":         integrationsPage,
	"/app/integrations/{id}":    integrationPage,
	"/app/inbox":                inboxPage,
	"/app/incidents":            incidentsPage,
	"/app/incidents/{id}":       incidentPage,
	"/app/automations":          automationsPage,
	"/app/automations/{id}":     rulePage,
	"/app/automations/why/{id}": whyPage,
	"/app/events":               eventsPage,
	"/app/settings":             settingsPage,
}

// policy lets a page do nothing but what ours do: no inline script or style, no other host, no frame.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guarded sets the header that every answer has, and refuses forms that come from other sites.
func guarded(next http.Handler) http.Handler {
	return http.NewCrossOriginProtection().Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "private, no-cache")
		if !onThisMachine(api.Base(r, "")) {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	}))
}
