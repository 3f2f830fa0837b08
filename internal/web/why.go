package web

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"bellwether/internal/api"
	"bellwether/internal/parallel"
)

// whyPage explains what rules decided about a campaign, and why they did nothing.
func whyPage(p *page) (draw, error) {
	id := p.r.PathValue("id")
	var c api.Campaign
	var list api.DecisionPage
	err := parallel.Do(p.r.Context(),
		func(ctx context.Context) error { return p.client.get(ctx, "/v1/campaigns/"+url.PathEscape(id), &c) },
		func(ctx context.Context) error {
			return p.client.get(ctx, query("/v1/decisions", "subject", "campaign/"+id, "limit", "20", "cursor", p.r.URL.Query().Get("cursor")), &list)
		},
	)
	if err != nil {
		return nil, err
	}
	return func() node {
		body := p.empty("No rule has looked at this campaign in the last 90 days.")
		if len(list.Items) > 0 {
			var items []node
			for i, e := range list.Items {
				items = append(items, h.Li(h.ID("look-"+e.Id), p.evaluation(e, i == 0)))
			}
			body = h.Ol(h.Class("plain"), g.Group(items))
		}
		return g.Group{
			p.heading(p.T("Why, and why not: %s", c.Name)),
			h.P(h.A(h.Href("/app/campaigns/"+c.Id), p.text("Back to the campaign"))), p.live("30s", body, p.next(list.Next)),
		}
	}, nil
}

// evaluation is one look at a campaign: what came of it, and inside why.
func (p *page) evaluation(e api.Evaluation, open bool) node {
	var decisions, outcomes []node
	for _, d := range e.Decisions {
		by := nothing
		if d.BlockedBy != nil {
			by = g.Text(" " + p.T("by") + " " + p.word("gate."+*d.BlockedBy))
		}
		outcomes = append(outcomes, g.Text(" "), own(d.RuleName), g.Text(" "), p.chip(d.Outcome), by)
		decisions = append(decisions, h.Div(h.Class("decision"), h.P(
			link("/app/automations/"+d.RuleId, d.RuleName), g.Text(" "), p.chip(d.Outcome), by,
		),
			p.checks(d.Checks), p.gates(d.Gates)))
	}
	return h.Details(h.Class("card"), g.If(open, g.Attr("open")), h.Summary(p.moment(e.At), g.Group(outcomes)),
		dim(
			p.text("Results as of"), g.Text(" "), p.momentOr(e.AsOf, "no results yet"), g.Text(" · "),
			h.A(h.Href(query("/app/events", "correlationId", e.CorrelationId)), p.text("What led to this")),
		), g.Group(decisions))
}

func (p *page) checks(list []api.DecisionCheck) node {
	var rows [][]node
	for _, c := range list {
		op := c.Op
		if sign, ok := signs[op]; ok {
			op = sign
		}
		rows = append(rows, []node{
			h.Span(h.Dir("ltr"), g.Text(c.Metric)), number(c.From + " – " + c.To), number(grouped(cut(api.Value(c.Value), 4))),
			number(op + " " + grouped(api.Value(c.Bar))),
			g.Group{g.Text(p.word("truth." + c.Truth)), g.If(c.Why != nil, h.Span(h.Class("dim"), g.Text(" "+p.word(api.Value(c.Why)))))},
		})
	}
	if len(rows) == 0 {
		return nothing
	}
	return p.table("What was compared", []string{"Figure", "Days", "Was", "Had to be", "Holds"}, rows...)
}

func (p *page) gates(list []api.DecisionGate) node {
	var items []node
	for _, x := range list {
		verdict := "passes"
		if !x.Pass {
			verdict = "blocked"
		}
		detail := ""
		if x.Value != nil && x.Limit != nil {
			detail = " " + strconv.FormatInt(*x.Value, 10) + " / " + strconv.FormatInt(*x.Limit, 10)
		}
		until := nothing
		if x.Until != nil {
			until = g.Group{g.Text(" "), p.text("until"), g.Text(" "), p.moment(*x.Until)}
		}
		items = append(items, h.Li(
			g.Text(p.word("gate."+x.Gate)+" "), p.chip(verdict),
			g.If(detail != "", g.Group{g.Text(" "), number(strings.TrimSpace(detail))}),
			g.If(x.Why != nil, g.Text(" "+p.word(api.Value(x.Why)))), until,
		))
	}
	if len(items) == 0 {
		return nothing
	}
	return g.Group{h.P(p.text("The gates")), h.Ul(h.Class("gates"), g.Group(items))}
}
