package web

import (
	"context"
	"net/url"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"bellwether/internal/api"
	"bellwether/internal/parallel"
)

// ruleView is what one rule's page shows.
type ruleView struct {
	rule   api.Automation
	report *api.ShadowReport
}

func rulePage(p *page) (draw, error) {
	id := url.PathEscape(p.r.PathValue("id"))
	var v ruleView
	err := parallel.Do(p.r.Context(),
		func(ctx context.Context) error { return p.client.get(ctx, "/v1/automations/"+id, &v.rule) },
		func(ctx context.Context) error {
			_ = optional(p, &v.report)(ctx, "/v1/automations/"+id+"/shadow-report")
			return nil
		},
	)
	if err != nil {
		return nil, err
	}
	return func() node { return p.drawRule(v) }, nil
}

func (p *page) drawRule(v ruleView) node {
	r := v.rule
	about := atVersion([]string{"ruleId", r.Id}, r.Version)
	power := p.do("rule.mode", append(about, "enabled", "false"), "Switch off")
	if !r.Enabled {
		power = p.do("rule.mode", append(about, "enabled", "true"), "Switch on")
	}
	return g.Group{
		p.heading(r.Name, p.chip(r.Mode), g.If(!r.Enabled, p.chip("off"))),
		h.Div(h.Class("steering"),
			p.form("rule.mode", about, p.choice("Mode", "mode", r.Mode, "shadow", "notify", "approve", "act"), p.submit("Change")),
			power,
			p.more(p.T("Remove"), p.do("rule.delete", append(about, "back", "/app/automations"), "Remove the rule", h.Class("danger")))),
		p.live("30s",
			card(p.T("The rule"), p.facts(
				p.text("When"), h.Span(h.Dir("ltr"), g.Text(condition(r.When))), p.text("Then"), g.Text(p.does(r.Action.Kind, r.Action.Percent)),
				p.text("Where"), g.Text(p.scope(r.Scope)), p.text("Days in a row"), count(r.ConsecutiveDays),
				p.text("At most a day and campaign"), count(r.DailyActions), p.text("Last changed"), p.moment(r.UpdatedAt),
			)),
			card(p.T("What it would have done"), p.shadow(v.report)),
		),
	}
}

func (p *page) shadow(s *api.ShadowReport) node {
	if s == nil {
		return p.missingPart()
	}
	if len(s.Items) == 0 {
		return p.empty("In these days it would have done nothing.")
	}
	parts := g.Group{dim(g.Text(p.T("%s to %s", p.day(s.From), p.day(s.To))))}
	for _, t := range s.Totals {
		parts = append(parts, p.facts(
			p.text("Spend avoided"), number(grouped(t.SpendAvoided)+" "+t.Currency), p.text("Conversions forgone"),
			number(grouped(t.ConversionsForgone)), p.text("Revenue forgone"), number(grouped(t.RevenueForgone)+" "+t.Currency),
		))
	}
	var rows [][]node
	for _, l := range s.Items {
		rows = append(rows, []node{
			link("/app/campaigns/"+l.CampaignId, l.CampaignName), p.moment(l.At), g.Text(p.word("do." + l.Kind)),
			number(grouped(l.SpendAvoided) + " " + l.Currency), number(grouped(l.ConversionsForgone)), count(l.Days),
		})
	}
	return append(parts, p.table("What it would have done", []string{"Campaign", "When", "What", "Spend avoided", "Conversions forgone", "Days"}, rows...))
}
