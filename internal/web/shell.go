package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"bellwether/internal/notification"
	"bellwether/internal/parallel"
	"bellwether/internal/tenant"
)

type node = g.Node

// nothing draws nothing.
var nothing = g.Text("")

// places are the pages of the navigation, each with the route that it is made from: who may not use that one
// is not led there.
var places = []struct{ path, name, route string }{
	{"/app", "Overview", "GET /v1/dashboard"},
	{"/app/calendar", "Calendar", "GET /v1/calendar"},
	{"/app/integrations", "Integrations", "GET /v1/integrations"},
	{"/app/inbox", "Inbox", "GET /v1/inbox"},
	{"/app/incidents", "Incidents", "GET /v1/incidents"},
	{"/app/automations", "Automations", "GET /v1/automations"},
	{"/app/events", "Events", "GET /v1/events"},
	{"/app/settings", "Settings", "GET /v1/org"},
}

// htmxConfig keeps htmx within the policy, and lets pages that tell of errors be shown like others.
const htmxConfig = `{"includeIndicatorStyles":false,"allowEval":false,"selfRequestsOnly":true,"historyCacheSize":0,"refreshOnHistoryMiss":true,` +
	`"responseHandling":[{"code":"204","swap":false},{"code":"304","swap":false},{"code":"...","swap":true}]}`

// shell is the whole document around a page's content.
func (p *page) shell(content node) node {
	direction := "ltr"
	if p.lang == notification.Arabic {
		direction = "rtl"
	}
	title := "Bellwether"
	if p.title != "" {
		title = p.title + " · Bellwether"
	}
	return h.Doctype(h.HTML(h.Lang(string(p.lang)), h.Dir(direction), g.If(p.theme != "", h.Data("theme", p.theme)),
		h.Head(
			h.Meta(h.Charset("utf-8")), h.Meta(h.Name("viewport"), h.Content("width=device-width, initial-scale=1")),
			h.Meta(h.Name("color-scheme"), h.Content("light dark")), h.Meta(h.Name("htmx-config"), h.Content(htmxConfig)),
			h.TitleEl(g.Text(title)),
			h.Link(h.Rel("icon"), h.Href(assetPath("mark.svg")), h.Type("image/svg+xml")),
			h.Link(h.Rel("stylesheet"), h.Href(assetPath("app.css"))),
			h.Script(h.Src(assetPath("htmx.min.js")), h.Defer()),
			h.Script(h.Src(assetPath("idiomorph-ext.min.js")), h.Defer()),
			h.Script(h.Src(assetPath("app.js")), h.Defer()),
		),
		h.Body(g.Attr("hx-ext", "morph"),
			h.A(h.Class("skip"), h.Href("#content"), g.Text(p.T("Skip to the content"))),
			h.Div(h.ID("page"), g.Attr("hx-boost", "true"), g.Attr("hx-target", "#page"), g.Attr("hx-select", "#page"),
				g.Attr("hx-swap", "outerHTML show:window:top"), h.Data("url", p.r.URL.RequestURI()),
				p.header(),
				h.Main(h.ID("content"), h.TabIndex("-1"), p.banner(), content),
				h.Footer(h.A(h.Href("/docs"), g.Attr("hx-boost", "false"), p.text("The API"))),
			),
			p.notices(),
		),
	))
}

// notices are what the page says of itself: that it loads, that it is cut off, what just happened.
func (p *page) notices() node {
	return g.Group{
		h.Div(h.ID("loading"), h.Aria("hidden", "true")),
		h.Div(h.ID("offline"), h.Role("alert"), g.Attr("hidden"),
			g.Text(p.T("The connection is lost. What you see is what was known before; it is tried again by itself."))),
		h.Div(h.ID("said"), h.Class("visually-hidden"), h.Role("status"), h.Aria("live", "polite")),
	}
}

func (p *page) header() node {
	if p.me.Id == "" {
		return h.Header(h.Class("bar"), p.brand("/"))
	}
	org := ""
	for _, o := range p.me.Orgs {
		if p.me.OrgId != nil && o.Id == *p.me.OrgId {
			org = o.Name
		}
	}
	who := p.me.Actor
	if p.me.Name != nil {
		who = *p.me.Name
	}
	return h.Header(h.Class("bar"),
		p.brand("/app"),
		h.Nav(h.Aria("label", p.T("Pages")), p.places(p.r.URL.Path),
			p.poll("/app/counts", "30s", "#places")),
		h.Div(h.Class("who"),
			h.Span(h.Class("org"), own(org)), h.Span(own(who), g.Text(" · "), g.Text(p.word("role."+string(p.role)))),
			h.Form(h.Method("post"), h.Action("/app/sign-out"), h.Button(h.Class("quiet"), g.Text(p.T("Sign out")))),
		),
	)
}

// places is the navigation, with what waits behind its entries.
func (p *page) places(path string) node {
	var items []node
	for _, place := range places {
		if !tenant.Allowed(place.route, p.role) {
			continue
		}
		current := path == place.path || place.path != "/app" && strings.HasPrefix(path, place.path+"/")
		items = append(items, h.Li(h.A(h.Href(place.path), g.If(current, h.Aria("current", "page")), g.Text(p.T(place.name)), p.badge(place.path))))
	}
	return h.Ul(h.ID("places"), g.Group(items))
}

// counts answers with the navigation alone: an open page keeps its counts fresh by it.
func (s *signIn) counts(w http.ResponseWriter, r *http.Request) {
	p, err := s.newPage(w, r)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	err = parallel.Do(r.Context(),
		func(ctx context.Context) error { return p.client.get(ctx, "/v1/me", &p.me) },
		func(ctx context.Context) error { p.count(ctx); return nil },
	)
	if err != nil || p.countless {
		w.WriteHeader(http.StatusNoContent) // what is known stays
		return
	}
	p.known()
	path := ""
	if current, err := url.Parse(r.Header.Get("HX-Current-URL")); err == nil {
		path = current.Path
	}
	p.answer(w, p.places(path))
}

func (p *page) brand(home string) node {
	return h.A(h.Class("brand"), h.Href(home), h.Img(h.Src(assetPath("mark.svg")), h.Alt(""), h.Width("24"), h.Height("24")), h.Span(g.Text("Bellwether")))
}

// badge is how much waits behind an entry of the navigation.
func (p *page) badge(path string) node {
	n, more, text := 0, false, ""
	switch path {
	case "/app/inbox":
		n, more, text = p.unread.Unread, p.unread.More, p.T("unread")
	case "/app/incidents":
		n, more, text = p.open, p.openMore, p.T("open")
	}
	if n == 0 {
		return nothing
	}
	count := strconv.Itoa(n)
	if more {
		count += "+"
	}
	return g.Group{g.Text(" "), h.Span(h.Class("badge"), g.Text(count), h.Span(h.Class("visually-hidden"), g.Text(" "+text)))}
}

// banner tells what came of the person's last action.
func (p *page) banner() node {
	switch {
	case p.outcome.err != nil:
		return h.Div(h.Class("banner bad"), h.Role("alert"), p.explain(p.outcome.err))
	case p.outcome.once != "":
		return h.Div(h.Class("banner good"), h.Role("alert"), h.P(
			g.Text(p.T(actions[p.outcome.do].done)), g.Text(" "), p.text("Copy this now: it is not shown again."),
		),
			h.P(h.Code(h.Class("secret"), h.Dir("ltr"), g.Text(p.outcome.once))))
	}
	if done, ok := actions[p.done]; ok {
		return h.Div(h.Class("banner good"), h.Data("say", ""), g.Text(p.T(done.done)))
	}
	return nothing
}

// explain tells what the API said was wrong, field by field.
func (p *page) explain(err error) node {
	q, ok := asProblem(err)
	switch {
	case !ok || q.Status >= http.StatusInternalServerError:
		return g.Text(p.T("That did not work: a service does not answer. Nothing was changed twice; try again in a moment."))
	case q.Status == http.StatusForbidden && q.Code != "four_eyes":
		return g.Text(p.T("Your role does not allow this."))
	case q.Status == http.StatusPreconditionFailed:
		return g.Text(p.T("Somebody else changed this in the meantime. Here it is as it is now; look again before you save."))
	}
	if q.Fields == nil || len(*q.Fields) == 0 {
		return g.Group{g.Text(p.T("That was refused:")), g.Text(" "), h.Span(h.Lang("en"), h.Dir("ltr"), g.Text(q.Detail))}
	}
	items := []node{}
	for _, f := range *q.Fields {
		items = append(items, h.Li(h.Lang("en"), h.Dir("ltr"), g.El("code", g.Text(f.Name)), g.Text(" "+f.Message)))
	}
	return g.Group{g.Text(p.T("That was refused:")), h.Ul(items...)}
}

// lost is a page in place of one that can't be shown.
func (p *page) lost(title, advice string) node {
	p.title = p.T(title)
	return h.Section(h.Class("card lost"), h.H1(g.Text(p.T(title))), h.P(g.Text(p.T(advice))),
		h.P(h.A(h.Class("button"), h.Href(p.r.URL.RequestURI()), g.Text(p.T("Try again"))), g.Text(" "), h.A(h.Href("/"), g.Text(p.T("Overview")))))
}
