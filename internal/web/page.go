package web

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/notification"
	"bellwether/internal/obs"
	"bellwether/internal/parallel"
	"bellwether/internal/tenant"
)

// page is one rendering of a page for one person.
type page struct {
	app    *App
	r      *http.Request
	client client
	lang   notification.Language
	zone   *time.Location
	theme  string // "light" or "dark"; "" for the system's
	now    time.Time

	me        api.Me
	role      tenant.Role
	unread    api.InboxCount
	open      int // incidents
	openMore  bool
	title     string
	status    int
	outcome   outcome // of the action whose page is shown again at once
	done      string  // the action that the person has just done
	fresh     string  // the dashboard's version, of the overview
	countless bool    // the counts beside the navigation could not be had
}

func (s *signIn) newPage(w http.ResponseWriter, r *http.Request) (*page, error) {
	p := s.app.plainPage(r)
	token, err := s.token(w, r)
	if err != nil {
		return p, err
	}
	p.client = client{transport: s.app.API, base: api.Base(r, s.app.PublicURL), token: token}
	return p, nil
}

// plainPage is a page for a person who is not known.
func (a *App) plainPage(r *http.Request) *page {
	p := &page{app: a, r: r, lang: language(r), zone: time.UTC, now: a.Now(), status: http.StatusOK}
	if zone, err := time.LoadLocation(zoneName(r)); err == nil {
		p.zone = zone
	}
	if r.Header.Get(pollHeader) == "" { // what was done is told by the page that follows, not by one that keeps itself fresh
		p.done = cookieValue(r, doneCookie)
	}
	p.outcome, _ = r.Context().Value(outcomeKey{}).(outcome)
	if p.outcome.err != nil {
		p.status = cmp.Or(statusOf(p.outcome.err), http.StatusBadGateway)
	}
	if theme := cookieValue(r, themeCookie); theme == "light" || theme == "dark" {
		p.theme = theme
	}
	return p
}

func zoneName(r *http.Request) string {
	name, err := url.QueryUnescape(cookieValue(r, zoneCookie))
	if err != nil || strings.EqualFold(name, "local") {
		return "UTC" // the machine's own zone is nobody's
	}
	return cmp.Or(name, "UTC")
}

// language is the one that the person chose, or else the browser's first one that we speak.
func language(r *http.Request) notification.Language {
	if l := notification.Language(cookieValue(r, langCookie)); l.Known() {
		return l
	}
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		tag, _, _ = strings.Cut(tag, "-")
		if l := notification.Language(strings.ToLower(tag)); l.Known() {
			return l
		}
	}
	return notification.English
}

// show answers with a page.
func (s *signIn) show(w http.ResponseWriter, r *http.Request, v view) {
	p, err := s.newPage(w, r)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	s.render(w, p, v)
}

// render loads and draws the page. What the person may not see, or what fails, is told in the page's frame.
func (s *signIn) render(w http.ResponseWriter, p *page, v view) {
	if p.unchanged() {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	var draw draw
	var viewErr error
	err := parallel.Do(p.r.Context(),
		func(ctx context.Context) error { return p.client.get(ctx, "/v1/me", &p.me) },
		func(ctx context.Context) error { p.count(ctx); return nil },
		func(context.Context) error { draw, viewErr = v(p); return nil },
	)
	switch err := cmp.Or(err, viewErr); {
	case statusOf(err) == http.StatusUnauthorized:
		s.refuse(w, p.r, errSignedOut)
		return
	case err != nil:
		draw = p.failure(err)
	}
	p.known()
	p.write(w, draw)
}

// known takes the role of who the person turned out to be.
func (p *page) known() {
	if p.me.Role != nil {
		p.role = tenant.Role(*p.me.Role)
	}
}

// count reads what the navigation shows. A page without its counts is better than none.
func (p *page) count(ctx context.Context) {
	var incidents api.IncidentPage
	err := parallel.Do(ctx,
		func(ctx context.Context) error { return p.client.get(ctx, "/v1/inbox/count", &p.unread) },
		func(ctx context.Context) error { return p.client.get(ctx, "/v1/incidents?state=open", &incidents) },
	)
	if err != nil {
		obs.Note(ctx, "counts", err.Error())
		p.countless = true
	}
	p.open, p.openMore = len(incidents.Items), incidents.Next != nil
}

// write answers with the page and its entity tag.
func (p *page) write(w http.ResponseWriter, draw draw) { p.answer(w, p.shell(draw())) }

func (p *page) answer(w http.ResponseWriter, content node) {
	var out bytes.Buffer
	if err := content.Render(&out); err != nil {
		obs.Note(p.r.Context(), "error", err.Error())
		http.Error(w, "this page can't be shown", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Add("Vary", "Cookie, Accept-Language")
	if p.done != "" {
		http.SetCookie(w, p.app.cookie(p.r, doneCookie, "", 0)) // told once
	}
	if p.status == http.StatusOK && p.outcome.do == "" {
		tag := p.tag(out.Bytes())
		h.Set("ETag", tag)
		if p.r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	w.WriteHeader(p.status)
	_, _ = w.Write(out.Bytes())
}

// tag is the page's entity tag: its own sum, and behind it the version of the dashboard that it shows.
func (p *page) tag(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:9]) + "." + p.fresh + `"`
}

// pollHeader marks the requests by which a page keeps itself fresh.
const pollHeader = "X-Poll"

// unchanged asks for an open overview whether the dashboard is still what it shows: one small request in
// place of all that the page is made from.
func (p *page) unchanged() bool {
	_, version, ok := strings.Cut(strings.Trim(p.r.Header.Get("If-None-Match"), `"`), ".")
	if !ok || version == "" || p.r.Header.Get(pollHeader) == "" || p.r.URL.Path != "/app" {
		return false
	}
	_, err := p.client.send(p.r.Context(), http.MethodGet, "/v1/dashboard", nil, nil, http.Header{"If-None-Match": {`"` + version + `"`}})
	return statusOf(err) == http.StatusNotModified
}

// failure draws what became of a page that could not be loaded.
func (p *page) failure(err error) draw {
	p.status = statusOf(err)
	obs.Note(p.r.Context(), "error", err.Error())
	switch {
	case p.status == http.StatusNotFound:
		return notThere(p)
	case p.status == http.StatusForbidden:
		return func() node {
			return p.lost("This page is not for your role", "Ask an admin of your organisation if you need it.")
		}
	case p.status == 0 || p.status >= http.StatusInternalServerError:
		p.status = http.StatusBadGateway
		if errors.Is(err, context.DeadlineExceeded) {
			p.status = http.StatusGatewayTimeout
		}
		return func() node {
			return p.lost("This can't be shown right now", "A service that this page needs does not answer. Nothing is lost; try again in a moment.")
		}
	}
	return func() node {
		return p.lost("This can't be shown", "The address is not one that this page understands.")
	}
}

func missing(p *page) (draw, error) {
	p.status = http.StatusNotFound
	return notThere(p), nil
}

func notThere(p *page) draw {
	return func() node {
		return p.lost("There is nothing here", "It may have been removed, or belong to another organisation.")
	}
}

// refuse sends a person who is signed in no more to the welcome page, and says when signing in can't work.
func (s *signIn) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if !errors.Is(err, errSignedOut) {
		s.broken(w, r, err)
		return
	}
	next := r.URL.RequestURI()
	if current, err := url.Parse(r.Header.Get("HX-Current-URL")); err == nil && current.Path != "" {
		next = current.RequestURI()
	}
	leave(w, r, query("/", "next", ownPath(next)))
}

// broken says that nobody can sign in at the moment.
func (s *signIn) broken(w http.ResponseWriter, r *http.Request, err error) {
	obs.Note(r.Context(), "error", err.Error())
	p := s.app.plainPage(r)
	p.status = http.StatusBadGateway
	p.write(w, func() node {
		return p.lost("Signing in does not work right now", "The service that signs people in does not answer. Try again in a moment.")
	})
}
