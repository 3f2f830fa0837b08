package web

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"bellwether/internal/api"
	"bellwether/internal/parallel"
)

// radar is how long before its end a grant is on the radar.
const radar = 30 * 24 * time.Hour

func integrationsPage(p *page) (draw, error) {
	var list api.IntegrationList
	var platforms *api.PlatformList
	err := parallel.Do(p.r.Context(),
		func(ctx context.Context) error { return p.client.get(ctx, "/v1/integrations", &list) },
		func(ctx context.Context) error { _ = optional(p, &platforms)(ctx, "/v1/platforms"); return nil },
	)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(list.Items, func(a, b api.Integration) int {
		return cmp.Or(cmp.Compare(ill(a), ill(b)), cmp.Compare(a.Platform, b.Platform), cmp.Compare(a.Account.Name, b.Account.Name))
	})
	return func() node {
		return g.Group{
			p.heading(p.T("Integrations")),
			p.connectForm(platforms),
			p.live("15s", p.expiring(list.Items), card(p.T("Accounts"), p.accounts(list.Items))),
		}
	}, nil
}

// ill puts what needs somebody first.
func ill(i api.Integration) int {
	return slices.Index([]string{"needs_reconnect", "connected", "disconnected"}, string(i.Status))
}

func (p *page) connectForm(platforms *api.PlatformList) node {
	if platforms == nil || !p.may("account.connect") {
		return nothing
	}
	var options []node
	for _, x := range platforms.Items {
		options = append(options, h.Option(h.Value(x.Platform), g.Text(x.Name)))
	}
	return p.more(p.T("Connect an account"), p.form("account.connect", nil,
		h.Label(h.Span(p.text("Platform")), h.Select(h.Name("platform"), g.Group(options))),
		p.field("account.connect", "Account id, if the sign-in reaches several", "accountId", ""),
		p.submit("Connect", h.Class("primary"))))
}

// expiring is the radar: whose grants end within a month, the next one first.
func (p *page) expiring(list []api.Integration) node {
	var soon []api.Integration
	for _, i := range list {
		if i.GrantEndsAt != nil && i.Status == "connected" && i.GrantEndsAt.Sub(p.now) < radar {
			soon = append(soon, i)
		}
	}
	slices.SortFunc(soon, func(a, b api.Integration) int { return a.GrantEndsAt.Compare(*b.GrantEndsAt) })
	if len(soon) == 0 {
		return card(p.T("Expiry radar"), p.empty("No connection ends within 30 days."))
	}
	var items []node
	for _, i := range soon {
		items = append(items, h.Li(link("/app/integrations/"+i.Id, i.Account.Name), g.Text(" · "+p.lang.Platform(i.Platform)+" · "), p.text("ends"), g.Text(" "), p.moment(*i.GrantEndsAt),
			p.do("account.reconnect", []string{"integrationId", i.Id}, "Reconnect")))
	}
	return card(p.T("Expiry radar"), h.Ul(h.Class("plain"), g.Group(items)))
}

func (p *page) accounts(list []api.Integration) node {
	if len(list) == 0 {
		return p.empty("No account is connected. Connect one above, and its campaigns and results come by themselves.")
	}
	var rows [][]node
	for _, i := range list {
		about := []string{"integrationId", i.Id}
		act := p.do("account.sync", about, "Sync now")
		if i.Status != "connected" {
			act = p.do("account.reconnect", about, "Reconnect")
		}
		rows = append(rows, []node{link("/app/integrations/"+i.Id, i.Account.Name), g.Text(p.lang.Platform(i.Platform)), p.accountState(i),
			p.momentOr(i.LastSuccessAt, "never"), p.momentOr(i.DataAsOf, "never"), count(i.Failures), act})
	}
	return p.table("Accounts", []string{"Account", "Platform", "State", "Last sync", "Data as of", "Failures in a row", "Do"}, rows...)
}

func (p *page) accountState(i api.Integration) node {
	parts := g.Group{p.chip(string(i.Status))}
	if i.Stale && i.Status == "connected" {
		parts = append(parts, g.Text(" "), p.chip("stale"))
	}
	if i.Reason != nil {
		parts = append(parts, g.Text(" "+p.word("lost."+string(*i.Reason))))
	}
	return parts
}

// integrationPage is one account: how it is, and its last syncs.
func integrationPage(p *page) (draw, error) {
	id := url.PathEscape(p.r.PathValue("id"))
	var i api.Integration
	var health *api.IntegrationHealth
	var runs *api.SyncRunPage
	err := parallel.Do(p.r.Context(),
		func(ctx context.Context) error { return p.client.get(ctx, "/v1/integrations/"+id, &i) },
		func(ctx context.Context) error {
			_ = optional(p, &health)(ctx, "/v1/integrations/"+id+"/health")
			return nil
		},
		func(ctx context.Context) error {
			_ = optional(p, &runs)(ctx, "/v1/integrations/"+id+"/runs?limit=20")
			return nil
		},
	)
	if err != nil {
		return nil, err
	}
	return func() node {
		return g.Group{
			p.heading(i.Account.Name, p.accountState(i)),
			p.accountForms(i),
			p.live("10s", card(p.T("Health"), p.health(i, health)), card(p.T("Last syncs"), p.runs(runs))),
		}
	}, nil
}

func (p *page) accountForms(i api.Integration) node {
	about := []string{"integrationId", i.Id}
	if i.Status != "connected" {
		return h.Div(h.Class("steering"), p.do("account.reconnect", about, "Reconnect"))
	}
	return h.Div(h.Class("steering"),
		p.do("account.sync", about, "Sync now"),
		p.form(
			"account.interval", atVersion(about, i.Version),
			p.field("account.interval", "Minutes between syncs", "everyMinutes", strconv.Itoa(i.EveryMinutes), h.Type("number"), h.Min("1")),
			p.submit("Change"),
		),
		p.more(
			p.T("Disconnect"),
			p.form(
				"account.disconnect", about,
				p.check(p.text("Pause its campaigns at the platform first"), "pauseCampaigns", "true", true),
				p.submit("Disconnect", h.Class("danger")),
			),
		),
	)
}

func (p *page) health(i api.Integration, x *api.IntegrationHealth) node {
	if x == nil {
		return p.missingPart()
	}
	rate := func(s api.SyncStatistics) string { return p.T("%s of %d", percent(s.SuccessRate), s.Runs) }
	pairs := []node{
		p.text("Platform"), g.Text(p.lang.Platform(i.Platform)),
		p.text("Data as of"), p.momentOr(x.DataAsOf, "never"), p.text("Last sync"), p.momentOr(x.LastSuccessAt, "never"), p.text("Next sync"), p.momentOr(x.NextSyncAt, "not planned"),
		p.text("Succeeded of 7 days' syncs"), number(rate(x.Last7Days)), p.text("Of 30 days'"), number(rate(x.Last30Days)),
		p.text("Calls to the platform today"), count(x.Quota.ApiCalls), p.text("The grant ends"), p.momentOr(x.GrantEndsAt, "not by itself"),
	}
	if x.FailingSince != nil {
		pairs = append(pairs, p.text("Failing since"), p.moment(*x.FailingSince))
	}
	if x.ThrottledUntil != nil {
		pairs = append(pairs, p.text("Throttled until"), p.moment(*x.ThrottledUntil))
	}
	out := g.Group{p.facts(pairs...)}
	if x.Message != nil {
		out = append(out, h.P(h.Class("banner bad"), h.Lang("en"), own(*x.Message)))
	}
	return out
}

func (p *page) runs(runs *api.SyncRunPage) node {
	if runs == nil {
		return p.missingPart()
	}
	if len(runs.Items) == 0 {
		return p.empty("It was not synced yet.")
	}
	var rows [][]node
	for _, r := range runs.Items {
		what := r.Status
		if r.Class != nil {
			what = *r.Class
		}
		note := ""
		if r.Message != nil {
			note = *r.Message
		}
		rows = append(rows, []node{p.moment(r.StartedAt), g.Group{p.chip(r.Status), g.If(what != r.Status, g.Text(" "+p.word(what)))}, number(p.span(r.EndedAt.Sub(r.StartedAt))),
			number(p.T(
				"%d new, %d changed, %d the same", r.Counts.Added, r.Counts.Updated, r.Counts.Unchanged,
			)), count(r.ApiCalls), h.Span(h.Lang("en"), own(note))})
	}
	return p.table("Last syncs", []string{"Began", "State", "Took", "Rows", "Calls", "Message"}, rows...)
}
