// Package api is the shared manners of the HTTP functions: routes with roles, problem+json,
// strict bodies, idempotent POSTs, entity tags and sealed cursors. The types of requests and
// answers are generated from openapi.yaml. One subpackage per function translates:
// HTTP -> domain -> store -> HTTP.
package api

import (
	"context"
	"io"
	"net/http"
	"path"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/obs"
	"bellwether/internal/tenant"
)

// RequestIDHeader carries the request's id to the client: the correlation id of all that follows from it.
const RequestIDHeader = "X-Request-Id"

// Route is one route of a function. Handle answers, or returns an error that becomes a problem.
type Route struct {
	Pattern string // as http.ServeMux takes it: "POST /v1/campaigns/{campaignId}/pause"
	Handle  func(w http.ResponseWriter, r *http.Request) error
	// ShownOnce is set where the answer holds a secret: it is never kept, so a repeat under the same
	// Idempotency-Key repeats neither the work nor the secret.
	ShownOnce bool
	// Audit is what the route does, in the past tense, for the audit trail: "campaign.paused". It is "" where
	// the change itself writes its record, and where nothing of the organisation is changed.
	Audit string
	// Public is set where nobody signs in: a platform's calls, a browser that comes from one. Package
	// tenant lists these routes too; one that stands in one place only is denied to everybody.
	Public bool
}

// Manners is what all routes have in common.
type Manners struct {
	Requests RequestLog // of functions with POST routes
	Now      func() time.Time
	Random   io.Reader
}

// Handler serves the routes. A route that the table of roles does not name is denied to everybody.
func (m Manners) Handler(routes ...Route) http.Handler {
	mux := http.NewServeMux()
	for _, route := range routes {
		mux.Handle(route.Pattern, m.serve(route))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler, pattern := mux.Handler(r)
		// ServeMux would redirect from a path that is not clean, and a POST's body gets lost on the way.
		if pattern == "" || r.URL.Path != path.Clean(r.URL.Path) {
			writeProblem(w, unrouted(w, handler, r))
			return
		}
		mux.ServeHTTP(w, r) // it fills in the path's values; handler would not
	})
}

func (m Manners) serve(route Route) http.Handler {
	handle := m.authorized(route, m.identified(route, m.idempotent(route, m.audited(route, route.Handle))))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if err := handle(w, r); err != nil {
			obs.Note(r.Context(), "error", err.Error())
			writeProblem(w, err)
		}
	})
}

type handlerFunc = func(w http.ResponseWriter, r *http.Request) error

// authorized lets only principals through whose role may use the route, and everybody on public ones.
func (m Manners) authorized(route Route, next handlerFunc) handlerFunc {
	if route.Public && tenant.Public(route.Pattern) {
		return next
	}
	return func(w http.ResponseWriter, r *http.Request) error {
		p, ok := tenant.FromContext(r.Context())
		if !ok {
			return fault.New(fault.Denied, codeUnauthenticated, "sign in first: send a token or an API key as Authorization: Bearer ...")
		}
		if !tenant.Allowed(route.Pattern, p.Role) {
			return fault.New(fault.Denied, "forbidden", "your role does not allow this")
		}
		return next(w, r)
	}
}

type causeKey struct{}

// identified gives the request the id under which everything that follows from it can be found.
func (m Manners) identified(route Route, next handlerFunc) handlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		now := m.Now()
		id, err := event.NewID(now, m.Random)
		if err != nil {
			return err
		}
		w.Header().Set(RequestIDHeader, id)
		return next(w, withCause(r, event.Edge(id, route.actor(r), now)))
	}
}

// actor is who makes the request, as events name it.
func (route Route) actor(r *http.Request) string {
	name := r.PathValue("platform")
	switch {
	case !route.Public:
		return Principal(r).Actor
	case name != "":
		return "platform/" + name
	default:
		return "browser"
	}
}

func withCause(r *http.Request, cause event.Cause) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), causeKey{}, cause))
}

// scope is the organisation inside which an Idempotency-Key is one; "" on routes that concern the
// person: those change the active organisation, and a repeat must find its first try all the same.
func (route Route) scope(p tenant.Principal) string {
	if tenant.Personal(route.Pattern) {
		return ""
	}
	return p.OrgID
}

// RequestCause is the cause of everything that the request changes. Its id is the request's own, or
// under an Idempotency-Key that of all its tries.
func RequestCause(r *http.Request) event.Cause {
	cause, _ := r.Context().Value(causeKey{}).(event.Cause)
	return cause
}

// Principal is who makes the request. There is always one behind Handler, but on public routes.
func Principal(r *http.Request) tenant.Principal {
	p, _ := tenant.FromContext(r.Context())
	return p
}

// unrouted is the problem of a path that nobody serves, or not by this method.
func unrouted(w http.ResponseWriter, handler http.Handler, r *http.Request) error {
	probe := &probe{header: http.Header{}}
	handler.ServeHTTP(probe, r)
	if probe.status == http.StatusMethodNotAllowed {
		allow := probe.header.Get("Allow")
		w.Header().Set("Allow", allow)
		return fault.Newf(fault.Invalid, codeMethod, "this path takes %s", allow)
	}
	return fault.New(fault.NotFound, "no_such_route", "there is nothing at this path")
}

// probe asks a handler for its status and header, and drops the rest.
type probe struct {
	header http.Header
	status int
}

func (p *probe) Header() http.Header         { return p.header }
func (p *probe) WriteHeader(status int)      { p.status = status }
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }

// PathID is the id that stands in the path. What is no id names nothing.
func PathID(r *http.Request, name string) (string, error) {
	id := r.PathValue(name)
	if !event.IsID(id) {
		return "", fault.New(fault.NotFound, "not_found", "there is no such "+name[:len(name)-len("Id")])
	}
	return id, nil
}
