package web

import (
	"context"
	"net/url"
	"strconv"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"bellwether/internal/api"
	"bellwether/internal/parallel"
)

func incidentsPage(p *page) (draw, error) {
	q := p.r.URL.Query()
	state := "open"
	if q.Get("state") == "resolved" {
		state = "resolved"
	}
	var list api.IncidentPage
	var silences *api.SilencePage
	err := parallel.Do(p.r.Context(),
		func(ctx context.Context) error {
			return p.client.get(ctx, query("/v1/incidents", "state", state, "cursor", q.Get("cursor")), &list)
		},
		func(ctx context.Context) error { _ = optional(p, &silences)(ctx, "/v1/silences"); return nil },
	)
	if err != nil {
		return nil, err
	}
	return func() node { return p.drawIncidents(state, list, silences) }, nil
}

func (p *page) drawIncidents(state string, list api.IncidentPage, silences *api.SilencePage) node {
	tab := func(name, label string) node {
		return h.A(h.Class("button"), h.Href(query("/app/incidents", "state", name)), g.If(name == state, h.Aria("current", "true")), p.text(label))
	}
	body := p.empty("No incident is open. What goes wrong with an account, a pause or a post shows here.")
	if state == "resolved" {
		body = p.empty("No incident was resolved yet.")
	}
	if len(list.Items) > 0 {
		var items []node
		for _, i := range list.Items {
			items = append(items, h.Li(h.ID("incident-"+i.Id), p.incidentLine(i)))
		}
		body = h.Ol(h.Class("plain incidents"), g.Group(items))
	}
	return g.Group{
		p.heading(p.T("Incidents")),
		h.Nav(h.Class("steering"), h.Aria("label", p.T("Which incidents")), tab("open", "Open"), tab("resolved", "Resolved")),
		p.live("10s", dim(p.text("The worst first, then by the money that an hour may cost.")), body, p.next(list.Next)),
		card(p.T("Silences and freezes"), p.silences(silences)),
	}
}

func (p *page) incidentLine(i api.Incident) node {
	about := []string{"incidentId", i.Id}
	return g.Group{
		h.H2(
			h.Class("small"), p.severity(i.Severity), g.Text(" "),
			h.A(h.Href("/app/incidents/"+i.Id), h.Span(h.Lang("en"), own(i.Title))), g.Text(" "), p.chip(string(i.State)),
		),
		h.P(
			h.Class("line"), p.atRisk(i.MoneyAtRisk), p.slaClock("Acknowledge", i.Acknowledge, i.State == "triggered"),
			p.slaClock("Resolve", i.Resolve, i.State != "resolved"),
		),
		dim(
			g.Text(p.platforms(i.Platforms)+" · "), p.text("open since"), g.Text(" "), p.moment(i.OpenedAt),
			g.If(i.Ticket != nil, g.Text(" · ")), p.ticket(i.Ticket),
		),
		g.If(i.State == "triggered", p.do("incident.acknowledge", about, "Acknowledge", h.Class("primary"))),
	}
}

func (p *page) severity(n int) node {
	return h.Span(h.Class("chip "+[]string{"bad", "bad", "bad", "wait", "plain"}[min(max(n, 0), 4)]), g.Text(p.T("SEV%d", n)))
}

func (p *page) ticket(t *api.TicketRef) node {
	switch {
	case t == nil:
		return nothing
	case t.Url != nil:
		return outside(*t.Url, t.Key)
	}
	return own(t.Key)
}

func (p *page) atRisk(m api.MoneyAtRisk) node {
	if len(m.PerHour) == 0 {
		return h.Span(h.Class("dim"), p.text("no money at risk"))
	}
	text := ""
	for i, amount := range m.PerHour {
		if i > 0 {
			text += " + "
		}
		text += amountText(amount)
	}
	if m.AtLeast {
		text = "≥ " + text
	}
	return h.Span(h.Strong(number(text)), g.Text(" "), p.text("an hour at risk"))
}

// slaClock is how long is left to a goal; a clock that stands shows what came of it.
func (p *page) slaClock(name string, c api.IncidentClock, counts bool) node {
	label := g.Group{p.text(name), g.Text(": ")}
	switch {
	case !counts:
		return h.Span(h.Class("clock"), label, p.chip(map[bool]string{true: "breached", false: "met"}[c.Breached]))
	case c.Breached:
		return h.Span(h.Class("clock"), label, p.chip("breached"), g.Text(" "), p.text("since"), g.Text(" "), p.moment(c.BreachAt))
	}
	left := p.T("%s left", p.span(time.Duration(c.Remaining)*time.Second))
	return h.Span(h.Class("clock"), label,
		h.Meter(
			h.Min("0"), h.Max(strconv.FormatInt(c.Goal, 10)), g.Attr("high", strconv.FormatInt(c.Goal*8/10, 10)),
			g.Attr("optimum", "0"), h.Value(strconv.FormatInt(c.Elapsed, 10)), h.Aria("label", left),
		),
		g.Text(" "), h.Strong(g.Text(left)), g.Text(" · "), p.moment(c.BreachAt), g.If(!c.Running, g.Group{g.Text(" "), p.text("(stands still)")}))
}

// incidentView is what one incident's page shows.
type incidentView struct {
	i       api.Incident
	members *api.MemberList
}

func incidentPage(p *page) (draw, error) {
	var v incidentView
	err := parallel.Do(p.r.Context(),
		func(ctx context.Context) error {
			return p.client.get(ctx, "/v1/incidents/"+url.PathEscape(p.r.PathValue("id")), &v.i)
		},
		func(ctx context.Context) error { _ = optional(p, &v.members)(ctx, "/v1/org/members"); return nil },
	)
	if err != nil {
		return nil, err
	}
	return func() node { return p.drawIncident(v) }, nil
}

func (p *page) drawIncident(v incidentView) node {
	i := v.i
	subject := own(i.Subject)
	if path := pathOf(i.Subject); path != "" {
		subject = h.A(h.Href(path), p.text("Look at it"))
	}
	return g.Group{
		p.heading(i.Title, p.severity(i.Severity), p.chip(string(i.State))),
		p.incidentForms(v),
		p.live("10s",
			card(p.T("State"), p.facts(
				p.text("What it is about"), subject, p.text("Platforms"), g.Text(p.platforms(i.Platforms)),
				p.text("Money at risk"), p.atRisk(i.MoneyAtRisk), p.text("Owner"), own(p.member(v.members, i.AssigneeId)),
				p.text("Acknowledge"), p.slaClock("Goal", i.Acknowledge, i.State == "triggered"), p.text("Resolve"), p.slaClock("Goal", i.Resolve, i.State != "resolved"),
				p.text("Signals"), count(i.Signals), p.text("Ticket"), p.ticket(i.Ticket),
			)),
			card(p.T("What happened"), p.incidentTimeline(v)),
		),
	}
}

// member is the name of a member; what is no id is shown as it is.
func (p *page) member(members *api.MemberList, id *string) string {
	if id == nil {
		return p.T("nobody yet")
	}
	if members != nil {
		for _, m := range members.Items {
			if m.Id == *id || "user/"+m.Id == *id {
				return m.Name
			}
		}
	}
	return *id
}

func (p *page) incidentForms(v incidentView) node {
	i := v.i
	about := []string{"incidentId", i.Id}
	if i.State == "resolved" {
		return h.Div(
			h.Class("steering"),
			p.form("incident.reopen", about, p.field("incident.reopen", "Why", "reason", "", h.Required()), p.submit("Reopen")),
		)
	}
	forms := []node{}
	if i.State == "triggered" {
		forms = append(forms, p.do("incident.acknowledge", about, "Acknowledge", h.Class("primary")))
	}
	forms = append(forms, p.form(
		"incident.resolve", about, p.field("incident.resolve", "What was done", "reason", "", h.Required()),
		p.submit("Resolve"),
	),
		p.form("incident.comment", about, p.field("incident.comment", "Comment", "text", "", h.Required()), p.submit("Add")))
	if v.members != nil {
		var options []node
		for _, m := range v.members.Items {
			options = append(options, h.Option(h.Value(m.Id), h.Dir("auto"), g.If(i.AssigneeId != nil && *i.AssigneeId == m.Id, h.Selected()), g.Text(m.Name)))
		}
		forms = append(forms, p.form("incident.assign", about, h.Label(h.Span(p.text("Owner")), h.Select(h.Name("userId"), g.Group(options))), p.submit("Assign")))
	}
	forms = append(forms, p.more(p.T("Silence"), p.silenceForm([]string{"match.subject", i.Subject})))
	return h.Div(h.Class("steering"), g.Group(forms))
}

// silenceForm keeps people from being told, of one thing or of all.
func (p *page) silenceForm(about []string) node {
	return p.form("silence.create", about,
		p.field("silence.create", "Why", "reason", "", h.Required()),
		h.Label(h.Span(p.text("For how long")), h.Select(h.Name("hours"), h.Option(h.Value("1"), p.text("1 hour")), h.Option(h.Value("4"), p.text("4 hours")),
			h.Option(h.Value("24"), p.text("1 day")), h.Option(h.Value("168"), p.text("1 week")))),
		p.check(p.text("Freeze: no automation touches it either"), "freeze", "true", false),
		p.submit("Silence"))
}

func (p *page) silences(list *api.SilencePage) node {
	if list == nil {
		return p.missingPart()
	}
	var rows [][]node
	for _, s := range list.Items {
		if !s.InForce && !s.StartsAt.After(p.now) {
			continue
		}
		what := "silence"
		if s.Freeze {
			what = "freeze"
		}
		rows = append(rows, []node{
			own(s.Reason), g.Text(p.word(what)), g.Text(p.matched(s.Match)), p.moment(s.ExpiresAt),
			p.do("silence.end", []string{"silenceId", s.Id}, "End it"),
		})
	}
	form := p.more(p.T("New silence"), p.silenceForm(nil))
	if len(rows) == 0 {
		return g.Group{p.empty("Nothing is silenced or frozen."), form}
	}
	return g.Group{p.table("Silences and freezes", []string{"Why", "Kind", "What", "Until", "Do"}, rows...), form}
}

func (p *page) matched(m api.SilenceMatch) string {
	text := ""
	for _, part := range []*string{m.Platform, m.Kind, m.Subject} {
		if part != nil {
			text += *part + " "
		}
	}
	if text == "" {
		return p.T("everything")
	}
	return text
}

func (p *page) incidentTimeline(v incidentView) node {
	if v.i.Timeline == nil {
		return nothing
	}
	var items []node
	for n := len(*v.i.Timeline) - 1; n >= 0; n-- {
		e := (*v.i.Timeline)[n]
		items = append(items, h.Li(h.Span(h.Lang("en"), own(e.Text)), dim(p.moment(e.At), g.Text(" · "), own(p.member(v.members, &e.Actor)))))
	}
	return h.Ol(h.Class("timeline"), g.Group(items))
}
