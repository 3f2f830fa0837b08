package web

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

func asProblem(err error) (*problem, bool) { return errors.AsType[*problem](err) }

// live is the part of a page that keeps itself fresh: it is asked for again every so often, and what did not
// change is not sent. What a person is writing is left alone. The one that asks stands beside it: links and forms
// inside must not take over its ways.
func (p *page) live(every string, children ...node) node {
	return g.Group{p.poll(p.r.URL.RequestURI(), every, "#live"), h.Div(h.ID("live"), g.Group(children))}
}

// poll asks for an address every so often, and brings a part of the page up to date by the answer.
func (p *page) poll(address, every, part string) node {
	return h.Div(g.Attr("hidden"), h.Data("poll", ""), g.Attr("hx-get", address), g.Attr("hx-trigger", "every "+every+", refresh"), g.Attr("hx-select", part),
		g.Attr("hx-target", part), g.Attr("hx-swap", "morph:outerHTML"), g.Attr("hx-push-url", "false"))
}

// heading begins a page.
func (p *page) heading(title string, beside ...node) node {
	p.title = title
	return h.Div(h.Class("heading"), h.H1(h.TabIndex("-1"), g.El("bdi", g.Text(title))), g.Group(beside))
}

func card(title string, children ...node) node {
	return h.Section(h.Class("card"), h.H2(g.Text(title)), g.Group(children))
}

// empty stands where there is nothing yet, and says how something comes there.
func (p *page) empty(text string, more ...node) node {
	return h.Div(h.Class("empty"), h.P(g.Text(p.T(text))), g.Group(more))
}

// missingPart stands where one part of a page could not be loaded.
func (p *page) missingPart() node {
	return h.P(h.Class("empty"), g.Text(p.T("This part does not load right now. It is tried again by itself.")))
}

// chip is a state: its name, and a tone that only underlines it.
func (p *page) chip(state string) node {
	return h.Span(h.Class("chip "+tone(state)), g.Text(p.word(state)))
}

// tone is how a state feels: good, wait, bad or plain.
func tone(state string) string {
	for name, states := range map[string]string{
		"good": " active connected published resolved done succeeded completed confirmed accepted low act on_pace met passes open ",
		"wait": " paused draft scheduled publishing acknowledged proposed medium retrying shadow shadowed approve notify told insufficient_data disconnecting waiting ahead behind redriven partial ",
		"bad":  " failed needs_reconnect disconnected triggered critical high partially_published unconfirmed blocked dead parked breached stale disabled ",
	} {
		if strings.Contains(states, " "+state+" ") {
			return name
		}
	}
	return "plain"
}

// moment is a time for people and for programs.
func (p *page) moment(t time.Time) node {
	return h.Time(h.DateTime(t.UTC().Format(time.RFC3339)), g.El("bdi", g.Text(p.at(t))))
}

func (p *page) momentOr(t *time.Time, otherwise string) node {
	if t == nil {
		return g.Text(p.T(otherwise))
	}
	return p.moment(*t)
}

// table is a table whose cells carry the name of their column, for narrow screens, on which rows are cards.
func (p *page) table(caption string, columns []string, rows ...[]node) node {
	var head []node
	for _, c := range columns {
		head = append(head, h.Th(g.Attr("scope", "col"), g.Text(p.T(c))))
	}
	var body []node
	for _, row := range rows {
		var cells []node
		for i, cell := range row {
			if i == 0 {
				cells = append(cells, h.Th(g.Attr("scope", "row"), cell))
				continue
			}
			cells = append(cells, h.Td(h.Data("label", p.T(columns[i])), cell))
		}
		body = append(body, h.Tr(cells...))
	}
	return h.Div(h.Class("table"), h.Table(h.Caption(h.Class("visually-hidden"), g.Text(p.T(caption))), h.THead(h.Tr(head...)), h.TBody(body...)))
}

// facts is a list of names and values.
func (p *page) facts(pairs ...node) node {
	var items []node
	for i := 0; i+1 < len(pairs); i += 2 {
		items = append(items, h.Div(h.Dt(pairs[i]), h.Dd(pairs[i+1])))
	}
	return h.Dl(h.Class("facts"), g.Group(items))
}

func (p *page) text(s string) node { return g.Text(p.T(s)) }

// own is text that people wrote: it keeps its direction.
func own(s string) node { return g.El("bdi", g.Text(s)) }

// dim is what stands in the second row.
func dim(children ...node) node { return h.P(h.Class("dim"), g.Group(children)) }

// link leads to a page of ours by a name that people gave.
func link(path, name string) node { return h.A(h.Href(path), own(name)) }

// count is a whole number.
func count(n int) node { return number(grouped(strconv.Itoa(n))) }

// number is a figure: it is written from left to right in every language.
func number(s string) node { return h.Span(h.Class("number"), h.Dir("ltr"), g.Text(s)) }

// webAddress tells an address that a browser may be led to.
func webAddress(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http")
}

// outside is a link to another site; what is no web address is text.
func outside(address, text string) node {
	if !webAddress(address) {
		return own(text)
	}
	return h.A(h.Href(address), h.Rel("noopener noreferrer"), h.Target("_blank"), g.Attr("hx-boost", "false"), own(text))
}

// pathOf is the page of a subject like "campaign/<id>"; "" where there is none.
func pathOf(subject string) string {
	kind, id, _ := strings.Cut(subject, "/")
	switch kind {
	case "campaign":
		return "/app/campaigns/" + url.PathEscape(id)
	case "integration":
		return "/app/integrations/" + url.PathEscape(id)
	case "post":
		return "/app/posts/" + url.PathEscape(id)
	case "incident":
		return "/app/incidents/" + url.PathEscape(id)
	}
	return ""
}

// next leads to the following page of a list.
func (p *page) next(cursor *string) node {
	if cursor == nil {
		return nothing
	}
	q := p.r.URL.Query()
	q.Set("cursor", *cursor)
	return h.P(h.A(h.Class("button"), h.Href(p.r.URL.Path+"?"+q.Encode()), p.text("Older")))
}
