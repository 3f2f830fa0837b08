package web

import (
	"context"
	"strconv"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"bellwether/internal/api"
	"bellwether/internal/parallel"
)

// automationsView is what the page of automations shows.
type automationsView struct {
	rules   api.AutomationList
	actions *api.ActionPage
	presets *api.AutomationPresetList
	advice  *api.RecommendationPage
}

func automationsPage(p *page) (draw, error) {
	var v automationsView
	err := parallel.UpTo(p.r.Context(), 8,
		func(ctx context.Context) error { return p.client.get(ctx, "/v1/automations", &v.rules) },
		func(ctx context.Context) error {
			_ = optional(p, &v.actions)(ctx, query("/v1/actions", "limit", "30", "cursor", p.r.URL.Query().Get("cursor")))
			return nil
		},
		func(ctx context.Context) error {
			_ = optional(p, &v.presets)(ctx, "/v1/automations/presets")
			return nil
		},
		func(ctx context.Context) error {
			_ = optional(p, &v.advice)(ctx, "/v1/recommendations?limit=10")
			return nil
		},
	)
	if err != nil {
		return nil, err
	}
	return func() node {
		return g.Group{
			p.heading(p.T("Automations")),
			p.newRule(v.presets),
			p.live("15s",
				card(p.T("Waiting for an answer"), p.proposals(v.actions)),
				card(p.T("Rules"), p.ruleList(v.rules.Items)),
				card(p.T("What rules did, or would have done"), p.actionList(v.actions)),
				card(p.T("Recommendations"), p.advice(v.advice)),
			),
		}
	}, nil
}

func (p *page) newRule(presets *api.AutomationPresetList) node {
	if presets == nil {
		return nothing
	}
	var options []node
	for _, x := range presets.Items {
		options = append(options, h.Option(h.Value(x.Id), h.Lang("en"), g.Text(x.Rule.Name)))
	}
	if len(options) == 0 {
		return nothing
	}
	return p.more(p.T("New rule"), p.form("rule.create", nil,
		h.Label(h.Span(p.text("Begin with")), h.Select(h.Name("preset"), g.Group(options))),
		p.field("rule.create", "Currency", "currency", "USD", g.Attr("size", "4"), h.MaxLength("3")),
		p.field("rule.create", "ROAS to reach", "targetRoas", "2", g.Attr("inputmode", "decimal"), g.Attr("size", "6")),
		p.field("rule.create", "Cost of a conversion to reach", "targetCpa", "50", g.Attr("inputmode", "decimal"), g.Attr("size", "6")),
		p.submit("Let it watch", h.Class("primary"))))
}

func (p *page) ruleList(rules []api.Automation) node {
	if len(rules) == 0 {
		return p.empty("No rules yet. A new rule begins in shadow: it records what it would have done, and does nothing.")
	}
	var rows [][]node
	for _, r := range rules {
		state := r.Mode
		if !r.Enabled {
			state = "off"
		}
		tripped := nothing
		if r.Tripped != nil {
			tripped = g.Group{g.Text(" "), h.Span(h.Class("chip bad"), p.text("only tells now")), dim(h.Lang("en"), g.Text(p.word(r.Tripped.Why)))}
		}
		rows = append(rows, []node{
			link("/app/automations/"+r.Id, r.Name), g.Group{p.chip(state), tripped},
			h.Span(h.Dir("ltr"), g.Text(condition(r.When))), g.Text(p.does(r.Action.Kind, r.Action.Percent)),
			g.Text(p.scope(r.Scope)),
		})
	}
	return p.table("Rules", []string{"Rule", "Mode", "When", "Then", "Where"}, rows...)
}

func (p *page) scope(s api.AutomationScope) string {
	switch {
	case s.CampaignIds != nil && len(*s.CampaignIds) > 0:
		return p.T("campaigns: %d", len(*s.CampaignIds))
	case s.Platforms != nil && len(*s.Platforms) > 0:
		return p.platforms(*s.Platforms)
	}
	return p.T("everywhere")
}

// does is what an action changes.
func (p *page) does(kind string, percent *int) string {
	if percent != nil {
		return p.word("do."+kind) + " " + strconv.Itoa(*percent) + " %"
	}
	return p.word("do." + kind)
}

// signs are how comparisons are written everywhere.
var signs = map[string]string{"above": ">", "below": "<", "at_least": "≥", "at_most": "≤"}

// condition is a rule's condition as a formula: its terms are the API's own.
func condition(c api.AutomationCondition) string {
	for word, list := range map[string]*[]api.AutomationCondition{" and ": c.All, " or ": c.Any} {
		if list == nil {
			continue
		}
		var parts []string
		for _, part := range *list {
			parts = append(parts, condition(part))
		}
		return "(" + strings.Join(parts, word) + ")"
	}
	if c.Metric == nil {
		return ""
	}
	text := *c.Metric
	if c.Days != nil {
		text += "[" + strconv.Itoa(*c.Days) + "d]"
	}
	op := api.Value(c.Op)
	if sign, ok := signs[op]; ok {
		op = sign
	}
	text += " " + op + " " + api.Value(c.Value)
	if c.Than != nil && *c.Than != "value" {
		text += " × " + *c.Than
	}
	return text
}

func (p *page) proposals(list *api.ActionPage) node {
	if list == nil {
		return p.missingPart()
	}
	var items []node
	for _, a := range list.Items {
		if a.State != "proposed" {
			continue
		}
		about := []string{"actionId", a.Id}
		items = append(items, h.Li(h.ID("proposal-"+a.Id), p.actionLine(a), p.approvals(a),
			h.Div(h.Class("line"), p.do("action.approve", about, "Approve", h.Class("primary")),
				p.form("action.decline", about, p.field("action.decline", "Why not", "reason", ""), p.submit("Decline")))))
	}
	if len(items) == 0 {
		return p.empty("No rule asks for anything.")
	}
	return h.Ul(h.Class("plain"), g.Group(items))
}

func (p *page) approvals(a api.Action) node {
	if a.ApprovalsNeeded == nil || *a.ApprovalsNeeded < 2 {
		return nothing
	}
	return dim(p.text("Approvals"), g.Text(" "), number(strconv.Itoa(len(a.Approvals))+" / "+strconv.Itoa(*a.ApprovalsNeeded)))
}

func (p *page) actionLine(a api.Action) node {
	budget := nothing
	if a.Budget != nil {
		budget = g.Group{g.Text(" "), number(grouped(a.Budget.From) + " → " + grouped(a.Budget.To) + " " + a.Budget.Currency)}
	}
	return h.P(
		g.Text(p.does(a.Kind, a.Percent)), budget, g.Text(" · "), link("/app/campaigns/"+a.CampaignId, a.CampaignName),
		g.Text(" · "), link("/app/automations/"+a.RuleId, a.RuleName),
	)
}

func (p *page) actionList(list *api.ActionPage) node {
	if list == nil {
		return p.missingPart()
	}
	if len(list.Items) == 0 {
		return p.empty("No rule found anything to do yet.")
	}
	var items []node
	for _, a := range list.Items {
		undo := nothing
		if a.State == "done" && a.UndoUntil != nil && a.UndoUntil.After(p.now) {
			undo = p.do("action.undo", []string{"actionId", a.Id}, "Undo")
		}
		items = append(items, h.Li(h.ID("action-"+a.Id), p.actionLine(a),
			h.Div(
				h.Class("line"), p.chip(a.State), h.Span(h.Class("dim"), p.moment(a.DecidedAt)),
				h.A(h.Href("/app/automations/why/"+a.CampaignId), p.text("Why")), undo,
			)))
	}
	return g.Group{h.Ul(h.Class("plain"), g.Group(items)), p.next(list.Next)}
}
