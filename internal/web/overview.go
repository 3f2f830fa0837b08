package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"bellwether/internal/api"
	"bellwether/internal/parallel"
)

// fans is how many budgets of the overview show a forecast: those that are nearest to their end.
const fans = 8

// overview is the first page: what is spent, what it brought, which budgets end, what went wrong.
func overview(p *page) (draw, error) {
	ctx := p.r.Context()
	var d api.Dashboard
	// What the person just did has to be in it.
	if err := p.client.get(ctx, query("/v1/dashboard", "min_version", cookieValue(p.r, seenCookie)), &d); err != nil {
		if status := statusOf(err); status != http.StatusBadRequest && status != http.StatusUnprocessableEntity {
			return nil, err
		}
		if err := p.client.get(ctx, "/v1/dashboard", &d); err != nil { // the cookie was none of ours
			return nil, err
		}
	}
	p.fresh = d.Version
	slices.SortStableFunc(d.Campaigns, nearest)
	forecasts := p.forecasts(ctx, d.Campaigns)
	return func() node { return p.drawOverview(d, forecasts) }, nil
}

// nearest puts running campaigns first, and those that have spent most of their budget.
func nearest(a, b api.Tile) int {
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(used(b), used(a)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.CampaignId, b.CampaignId))
}

func rank(t api.Tile) int {
	return slices.Index([]string{"active", "paused", "draft", "archived"}, t.Status)
}

// used is how much of its budget a campaign has spent, in thousandths; -1 without one.
func used(t api.Tile) int64 {
	if t.Budget == nil {
		return -1
	}
	return inThousandths(t.Budget.Spent, t.Budget.Amount)
}

// forecasts are those of the first running campaigns with a budget. One that can't be had is left out.
func (p *page) forecasts(ctx context.Context, tiles []api.Tile) map[string]*api.Forecast {
	found := map[string]*api.Forecast{}
	var calls []func(context.Context) error
	for _, t := range tiles {
		if t.Budget == nil || t.Status != "active" || len(calls) == fans {
			continue
		}
		f := &api.Forecast{}
		found[t.CampaignId] = f
		calls = append(calls, func(ctx context.Context) error {
			return p.client.get(ctx, "/v1/campaigns/"+t.CampaignId+"/forecast", f)
		})
	}
	_ = parallel.Do(ctx, calls...) // a bar without its fan is shown
	return found
}

func (p *page) drawOverview(d api.Dashboard, forecasts map[string]*api.Forecast) node {
	return g.Group{
		p.heading(p.T("Overview")),
		p.live("10s",
			p.freshness(d),
			p.totals(d),
			h.Div(h.Class("columns"),
				h.Div(card(p.T("Budgets"), p.budgets(d.Campaigns, forecasts))),
				h.Div(
					card(p.T("Alerts"), p.alerts(d.Alerts)), card(p.T("Next posts"), p.upcoming(d.Upcoming)),
					card(p.T("Accounts"), p.accountTiles(d.Accounts)),
				),
			),
		),
	}
}

// freshness says of when the figures are, and when they can't be trusted.
func (p *page) freshness(d api.Dashboard) node {
	at := cmp.Or(d.DataAsOf, d.AsOf)
	if at == nil {
		return h.P(h.Class("asof"), p.text("No results yet."))
	}
	stale := nothing
	switch {
	case d.Stale:
		stale = h.Span(h.Class("chip wait"), p.text("catching up"))
	case d.StaleAccounts > 0:
		stale = h.A(h.Href("/app/integrations"), h.Class("chip bad"), g.Text(p.T("stale accounts: %d", d.StaleAccounts)))
	}
	return h.P(h.Class("asof"), p.text("As of"), g.Text(" "), p.moment(*at), g.Text(" "), stale)
}

func (p *page) totals(d api.Dashboard) node {
	if len(d.Totals) == 0 {
		return p.empty("No campaigns yet. Connect an ad account and its campaigns come by themselves, or make one by the API.",
			h.P(h.A(h.Class("button"), h.Href("/app/integrations"), p.text("Connect an account"))))
	}
	var rows []node
	for _, t := range d.Totals {
		figure := func(name, value string) node {
			return h.Div(h.Class("figure"), h.Dt(p.text(name)), h.Dd(number(value)))
		}
		rows = append(rows, h.Dl(h.Class("figures"), h.Aria("label", p.T("Totals in %s", t.Currency)),
			figure("Spend", amountText(t.Results.Spend)), figure("Revenue", amountText(t.Results.Revenue)),
			figure("ROAS", ratio(t.Kpis.Roas)), figure("ROI", percent(t.Kpis.Roi)),
			figure("Active campaigns", strconv.Itoa(t.Active)+" / "+strconv.Itoa(t.Campaigns)),
		))
	}
	return g.Group(rows)
}

func (p *page) budgets(tiles []api.Tile, forecasts map[string]*api.Forecast) node {
	if len(tiles) == 0 {
		return p.empty("Campaigns and their budgets show here.")
	}
	var budgeted, others []node
	for _, t := range tiles {
		item := h.Li(h.ID("campaign-"+t.CampaignId), p.budgetLine(t, forecasts[t.CampaignId]))
		if t.Budget == nil {
			others = append(others, item)
		} else {
			budgeted = append(budgeted, item)
		}
	}
	out := g.Group{}
	if len(budgeted) > 0 {
		out = append(out, h.Ul(h.Class("budgets"), g.Group(budgeted)), p.legend(false))
	}
	if len(others) > 0 {
		out = append(out, p.more(p.T("Campaigns without a budget: %d", len(others)), h.Ul(h.Class("budgets"), g.Group(others))))
	}
	return out
}

func (p *page) budgetLine(t api.Tile, f *api.Forecast) node {
	head := h.Div(h.Class("line"),
		link("/app/campaigns/"+t.CampaignId, t.Name), p.chip(t.Status), p.reasons(t.PauseReasons),
		h.Span(h.Class("dim"), g.Text(p.platforms(t.Platforms))))
	if t.Budget == nil {
		return g.Group{head, dim(p.text("No budget."), g.Text(" "), p.text("Spend"), g.Text(" "), number(amountText(t.Results.Spend)))}
	}
	b := t.Budget
	band := nothing
	if b.Band != nil {
		band = g.Group{g.Text(" "), p.chip(string(*b.Band))}
	}
	return g.Group{head, p.bar(b.Spent, b.Amount, b.PercentUsed, f),
		dim(
			number(b.PercentUsed+" %"), g.Text(" · "), number(amountText(b.Spent)+" / "+amountText(b.Amount)),
			g.Text(" · "+p.word("period."+string(b.Period))), band,
		)}
}

// reasons are why a campaign is paused: it runs only when none is left.
func (p *page) reasons(list []string) node {
	var chips []node
	for _, reason := range list {
		chips = append(chips, h.Span(h.Class("chip plain"), g.Text(p.reason(reason))))
	}
	return g.Group(chips)
}

func (p *page) reason(reason string) string {
	if len(reason) > 5 && reason[:5] == "rule:" {
		return p.T("by a rule")
	}
	return p.word("pause." + reason)
}

func (p *page) platforms(ids []string) string {
	text := ""
	for i, id := range ids {
		if i > 0 {
			text += " · "
		}
		text += p.lang.Platform(id)
	}
	return text
}

// legend tells what the marks mean; of a chart, also those that a bar has not.
func (p *page) legend(chart bool) node {
	more := nothing
	if chart {
		more = g.Group{g.Text(" "), h.Span(h.Class("key pace")), p.text("an even pace"), g.Text(" "), h.Span(h.Class("key paused")), p.text("paused")}
	}
	return h.P(h.Class("legend dim"), h.Span(h.Class("key spent")), p.text("spent"), g.Text(" "), h.Span(h.Class("key fan")), p.text("forecast, 8 of 10 cases"),
		g.Text(" "), h.Span(h.Class("key marks")), p.text("80, 90 and 100 %"), more)
}

func (p *page) alerts(list []api.Alert) node {
	if len(list) == 0 {
		return p.empty("No alerts in the running periods.")
	}
	var items []node
	for _, a := range list[:min(len(list), 8)] {
		title := own(a.Title)
		if a.CampaignId != nil {
			title = h.A(h.Href("/app/campaigns/"+*a.CampaignId), own(a.Title))
		} else if a.IntegrationId != nil {
			title = h.A(h.Href("/app/integrations/"+*a.IntegrationId), own(a.Title))
		}
		items = append(items, h.Li(h.Class("alert"), p.chip(string(a.Severity)), g.Text(" "), title, dim(p.moment(a.At))))
	}
	return h.Ul(h.Class("plain"), g.Group(items))
}

func (p *page) upcoming(list *[]api.PostTile) node {
	if list == nil || len(*list) == 0 {
		return p.empty("No post is scheduled.", h.P(h.A(h.Href("/app/calendar"), p.text("Calendar"))))
	}
	var items []node
	for _, t := range (*list)[:min(len(*list), 5)] {
		items = append(items, h.Li(
			h.A(h.Href("/app/posts/"+t.PostId), own(t.Summary)),
			dim(p.momentOr(t.ScheduledFor, "no time yet"), g.Text(" · "+p.platforms(t.Platforms))),
		))
	}
	return h.Ul(h.Class("plain"), g.Group(items))
}

func (p *page) accountTiles(list []api.AccountTile) node {
	if len(list) == 0 {
		return p.empty("No account is connected.", h.P(h.A(h.Href("/app/integrations"), p.text("Connect an account"))))
	}
	var items []node
	for _, a := range list {
		state := string(a.Status)
		if a.Stale && state == "connected" {
			state = "stale"
		}
		items = append(items, h.Li(link("/app/integrations/"+a.IntegrationId, a.Name), g.Text(" "), p.chip(state),
			dim(g.Text(p.lang.Platform(a.Platform)+" · "), p.text("data as of"), g.Text(" "), p.momentOr(a.DataAsOf, "never"))))
	}
	return h.Ul(h.Class("plain"), g.Group(items))
}
