package web

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"bellwether/internal/api"
	"bellwether/internal/money"
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
		h.Button(h.Type("submit"), h.Class("primary"), p.text("Let it watch"))))
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
			tripped = g.Group{g.Text(" "), h.Span(h.Class("chip bad"), p.text("only tells now")), h.P(h.Class("dim"), h.Lang("en"), g.Text(p.word(r.Tripped.Why)))}
		}
		rows = append(rows, []node{h.A(h.Href("/app/automations/"+r.Id), own(r.Name)), g.Group{p.chip(state), tripped}, h.Span(h.Dir("ltr"), g.Text(condition(r.When))), g.Text(p.does(r.Action.Kind, r.Action.Percent)), g.Text(p.scope(r.Scope))})
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
				p.form("action.decline", about, p.field("action.decline", "Why not", "reason", ""), h.Button(h.Type("submit"), p.text("Decline"))))))
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
	return h.P(h.Class("dim"), p.text("Approvals"), g.Text(" "), number(strconv.Itoa(len(a.Approvals))+" / "+strconv.Itoa(*a.ApprovalsNeeded)))
}

func (p *page) actionLine(a api.Action) node {
	budget := nothing
	if a.Budget != nil {
		budget = g.Group{g.Text(" "), number(grouped(a.Budget.From) + " → " + grouped(a.Budget.To) + " " + a.Budget.Currency)}
	}
	return h.P(g.Text(p.does(a.Kind, a.Percent)), budget, g.Text(" · "), h.A(h.Href("/app/campaigns/"+a.CampaignId), own(a.CampaignName)), g.Text(" · "), h.A(h.Href("/app/automations/"+a.RuleId), own(a.RuleName)))
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
			h.Div(h.Class("line"), p.chip(a.State), h.Span(h.Class("dim"), p.moment(a.DecidedAt)), h.A(h.Href("/app/automations/why/"+a.CampaignId), p.text("Why")), undo)))
	}
	return g.Group{h.Ul(h.Class("plain"), g.Group(items)), p.next(list.Next)}
}

func (p *page) advice(list *api.RecommendationPage) node {
	if list == nil {
		return p.missingPart()
	}
	if len(list.Items) == 0 {
		return p.empty("Nothing to recommend at the moment.")
	}
	var items []node
	for _, r := range list.Items {
		about := []string{"recommendationId", r.Id}
		var evidence []node
		for _, f := range r.Evidence {
			evidence = append(evidence, h.Li(g.Text(p.figureName(f.Name)+": "), number(figureText(f, r.Currency))))
		}
		items = append(items, h.Li(h.H3(g.Text(p.word("advice."+r.Kind)), g.Text(" "), p.chip("confidence."+r.Confidence)), h.P(h.A(h.Href("/app/campaigns/"+r.CampaignId), own(r.CampaignName)), g.Text(" · "+p.word("figure."+r.Effect.Name)+": "), number(figureText(r.Effect, r.Currency))),
			p.more(p.T("The numbers"), h.Ul(g.Group(evidence))),
			g.If(p.may("recommendation.accept"), h.Div(h.Class("line"), p.do("recommendation.accept", about, "Will do"),
				p.more(p.T("Dismiss"), p.form("recommendation.dismiss", about, p.field("recommendation.dismiss", "Why not", "reason", ""), h.Button(h.Type("submit"), p.text("Dismiss"))))))))
	}
	return h.Ul(h.Class("plain"), g.Group(items))
}

// figureName is the name of a figure: what it is of, and which of several.
func (p *page) figureName(name string) string {
	which, of, two := strings.Cut(name, "_")
	if !two {
		return p.word("figure." + name)
	}
	of = p.word("figure." + of)
	switch which {
	case "expected":
		return p.T("%s, expected", of)
	case "previous":
		return p.T("%s, before", of)
	case "projected":
		return p.T("%s, foreseen", of)
	case "moved":
		return p.T("%s, moved", of)
	case "from":
		return p.T("%s, from where it is taken", of)
	case "to":
		return p.T("%s, where it goes", of)
	}
	return p.word("figure." + name)
}

// figureText is a figure of a recommendation.
func figureText(f api.RecommendationFigure, currency string) string {
	if f.Unit == "money" {
		if m, err := money.ParseMicrosRounded(f.Value); err == nil {
			return amountText(money.Of(m, money.Currency(currency)))
		}
	}
	if f.Unit == "ratio" {
		return cut(f.Value, 5)
	}
	return grouped(cut(f.Value, 2))
}

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
			p.form("rule.mode", about, p.choice("Mode", "mode", r.Mode, "shadow", "notify", "approve", "act"), h.Button(h.Type("submit"), p.text("Change"))),
			power,
			p.more(p.T("Remove"), p.do("rule.delete", append(about, "back", "/app/automations"), "Remove the rule", h.Class("danger")))),
		p.live("30s",
			card(p.T("The rule"), p.facts(p.text("When"), h.Span(h.Dir("ltr"), g.Text(condition(r.When))), p.text("Then"), g.Text(p.does(r.Action.Kind, r.Action.Percent)), p.text("Where"), g.Text(p.scope(r.Scope)),
				p.text("Days in a row"), number(strconv.Itoa(r.ConsecutiveDays)), p.text("At most a day and campaign"), number(strconv.Itoa(r.DailyActions)), p.text("Last changed"), p.moment(r.UpdatedAt))),
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
	parts := g.Group{h.P(h.Class("dim"), g.Text(p.T("%s to %s", p.day(s.From), p.day(s.To))))}
	for _, t := range s.Totals {
		parts = append(parts, p.facts(p.text("Spend avoided"), number(grouped(t.SpendAvoided)+" "+t.Currency), p.text("Conversions forgone"), number(grouped(t.ConversionsForgone)), p.text("Revenue forgone"), number(grouped(t.RevenueForgone)+" "+t.Currency)))
	}
	var rows [][]node
	for _, l := range s.Items {
		rows = append(rows, []node{h.A(h.Href("/app/campaigns/"+l.CampaignId), own(l.CampaignName)), p.moment(l.At), g.Text(p.word("do." + l.Kind)), number(grouped(l.SpendAvoided) + " " + l.Currency), number(grouped(l.ConversionsForgone)), number(strconv.Itoa(l.Days))})
	}
	return append(parts, p.table("What it would have done", []string{"Campaign", "When", "What", "Spend avoided", "Conversions forgone", "Days"}, rows...))
}

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
		return g.Group{p.heading(p.T("Why, and why not: %s", c.Name)), h.P(h.A(h.Href("/app/campaigns/"+c.Id), p.text("Back to the campaign"))), p.live("30s", body, p.next(list.Next))}
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
		decisions = append(decisions, h.Div(h.Class("decision"), h.P(h.A(h.Href("/app/automations/"+d.RuleId), own(d.RuleName)), g.Text(" "), p.chip(d.Outcome), by),
			p.checks(d.Checks), p.gates(d.Gates)))
	}
	return h.Details(h.Class("card"), g.If(open, g.Attr("open")), h.Summary(p.moment(e.At), g.Group(outcomes)),
		h.P(h.Class("dim"), p.text("Results as of"), g.Text(" "), p.momentOr(e.AsOf, "no results yet"), g.Text(" · "), h.A(h.Href(query("/app/events", "correlationId", e.CorrelationId)), p.text("What led to this"))), g.Group(decisions))
}

func (p *page) checks(list []api.DecisionCheck) node {
	var rows [][]node
	for _, c := range list {
		op := c.Op
		if sign, ok := signs[op]; ok {
			op = sign
		}
		rows = append(rows, []node{h.Span(h.Dir("ltr"), g.Text(c.Metric)), number(c.From + " – " + c.To), number(grouped(cut(api.Value(c.Value), 4))), number(op + " " + grouped(api.Value(c.Bar))), g.Group{g.Text(p.word("truth." + c.Truth)), g.If(c.Why != nil, h.Span(h.Class("dim"), g.Text(" "+p.word(api.Value(c.Why)))))}})
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
		items = append(items, h.Li(g.Text(p.word("gate."+x.Gate)+" "), p.chip(verdict), g.If(detail != "", g.Group{g.Text(" "), number(strings.TrimSpace(detail))}), g.If(x.Why != nil, g.Text(" "+p.word(api.Value(x.Why)))), until))
	}
	if len(items) == 0 {
		return nothing
	}
	return g.Group{h.P(p.text("The gates")), h.Ul(h.Class("gates"), g.Group(items))}
}
