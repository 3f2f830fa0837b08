package web

import (
	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"bellwether/internal/api"
)

func inboxPage(p *page) (draw, error) {
	q := p.r.URL.Query()
	box := q.Get("box")
	params := []string{"cursor", q.Get("cursor"), "category", q.Get("category"), "severity", q.Get("severity"), "limit", "50"}
	switch box {
	case "unread", "archived", "snoozed":
		params = append(params, box, "true")
	default:
		box = "all"
	}
	var list api.NoticePage
	if err := p.client.get(p.r.Context(), query("/v1/inbox", params...), &list); err != nil {
		return nil, err
	}
	return func() node { return p.drawInbox(box, list) }, nil
}

func (p *page) drawInbox(box string, list api.NoticePage) node {
	var tabs []node
	for _, name := range []string{"all", "unread", "snoozed", "archived"} {
		tabs = append(tabs, h.A(
			h.Class("button"), h.Href(query("/app/inbox", "box", name)), g.If(name == box, h.Aria("current", "true")),
			g.Text(p.word("box."+name)),
		))
	}
	var items []node
	for _, n := range list.Items {
		items = append(items, h.Li(h.ID("notice-"+n.Id), g.If(!n.Read, h.Class("unread")), p.notice(n)))
	}
	body := node(h.Ul(h.Class("notices plain"), g.Group(items)))
	if len(items) == 0 {
		body = p.empty("Nothing here. What you should know comes to this place.")
	}
	return g.Group{
		p.heading(p.T("Inbox"), p.do("notice.all", nil, "Mark all as read")),
		h.Nav(h.Class("steering"), h.Aria("label", p.T("Which notices")), g.Group(tabs)),
		h.Form(h.Class("do"), h.Method("get"), h.Action("/app/inbox"), input("hidden", "box", box),
			p.only("About", "category", "campaign", "budget", "account", "post", "incident"),
			p.only("Severity", "severity", "low", "medium", "high", "critical"), p.submit("Show")),
		p.live("15s", body, p.next(list.Next)),
	}
}

// only is a labelled selection that a list is narrowed by.
func (p *page) only(label, name string, values ...string) node {
	options := []node{h.Option(h.Value(""), p.text("All"))}
	for _, v := range values {
		options = append(options, h.Option(h.Value(v), g.If(p.r.URL.Query().Get(name) == v, h.Selected()), g.Text(p.word("only."+v))))
	}
	return h.Label(h.Span(p.text(label)), h.Select(h.Name(name), g.Group(options)))
}

func (p *page) notice(n api.Notice) node {
	about := []string{"noticeId", n.Id}
	title := own(n.Title)
	if path := pathOf(n.Subject); path != "" {
		title = h.A(h.Href(path), own(n.Title))
	}
	read, keep := p.do("notice.read", about, "Mark as read"), p.do("notice.archive", about, "Archive")
	if n.Read {
		read = p.do("notice.unread", about, "Mark as unread")
	}
	if n.Archived {
		keep = p.do("notice.unarchive", about, "Back to the inbox")
	}
	until := nothing
	if n.SnoozedUntil != nil && n.SnoozedUntil.After(p.now) {
		until = dim(p.text("Put off until"), g.Text(" "), p.moment(*n.SnoozedUntil))
	}
	return g.Group{
		h.H2(
			h.Class("small"), p.chip(string(n.Severity)), g.Text(" "), title,
			g.If(!n.Read, h.Span(h.Class("visually-hidden"), g.Text(" ("+p.T("unread")+")"))),
		),
		h.P(h.Class("prose"), own(n.Text)), until,
		h.Div(h.Class("line"), h.Span(h.Class("dim"), p.moment(n.At)), read, keep,
			p.form("notice.snooze", about, h.Label(h.Span(h.Class("visually-hidden"), p.text("Put off for")), h.Select(h.Name("hours"),
				h.Option(h.Value("1"), p.text("1 hour")), h.Option(h.Value("4"), p.text("4 hours")), h.Option(h.Value("24"), p.text("1 day")))), p.submit("Put off"))),
	}
}
