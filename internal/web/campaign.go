package web

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"bellwether/internal/api"
	"bellwether/internal/budget"
	"bellwether/internal/event"
	"bellwether/internal/parallel"
)

// campaignView is all that a campaign's page shows. A part that could not be had is nil.
type campaignView struct {
	c        api.Campaign
	days     *api.Analytics
	perf     *api.Performance
	forecast *api.Forecast
	events   *api.EventPage
	advice   *api.RecommendationPage
	zone     *time.Location
}

// longestChart is how many days a chart goes back: the API's own bound.
const longestChart = 92

func campaignPage(p *page) (draw, error) {
	ctx, v := p.r.Context(), campaignView{}
	id := url.PathEscape(p.r.PathValue("id"))
	if err := p.client.get(ctx, "/v1/campaigns/"+id, &v.c); err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(v.c.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	v.zone = zone
	today := budget.Today(p.now, zone)
	part := func(target string, take func(context.Context, string) error) func(context.Context) error {
		return func(ctx context.Context) error { return take(ctx, target) }
	}
	_ = parallel.UpTo(ctx, 8,
		part(query("/v1/analytics", "by", "day", "campaignId", v.c.Id, "from", v.from(today), "to", today), optional(p, &v.days)),
		part("/v1/campaigns/"+id+"/performance", optional(p, &v.perf)),
		part("/v1/campaigns/"+id+"/forecast", optional(p, &v.forecast)),
		part(
			query(
				"/v1/events", "subject", "campaign/"+v.c.Id, "from",
				p.now.AddDate(0, 0, -30).UTC().Truncate(time.Minute).Format(time.RFC3339), "limit", "40",
			),
			optional(p, &v.events),
		),
		part(query("/v1/recommendations", "campaignId", v.c.Id), optional(p, &v.advice)),
	) // a part that is not there is drawn as such
	return func() node { return p.drawCampaign(v) }, nil
}

// optional reads a part of a page into *out, which stays nil when it can't be had.
func optional[T any](p *page, out **T) func(context.Context, string) error {
	return func(ctx context.Context, target string) error {
		var v T
		if err := p.client.get(ctx, target, &v); err != nil {
			return err
		}
		*out = &v
		return nil
	}
}

// from is the first day of the chart: the period's, but no longer ago than the API adds up.
func (v campaignView) from(today string) string {
	earliest := budget.AddDays(today, 1-longestChart)
	for _, day := range []*string{v.periodStart(), v.c.StartDate} {
		if day != nil {
			return max(min(*day, today), earliest)
		}
	}
	return budget.AddDays(today, -29)
}

func (v campaignView) periodStart() *string {
	if v.c.Budget == nil {
		return nil
	}
	return v.c.Budget.PeriodStart
}

func (p *page) drawCampaign(v campaignView) node {
	c := v.c
	return g.Group{
		p.heading(c.Name, p.chip(string(c.Status)), p.reasons(c.PauseReasons)),
		p.steering(c),
		p.live("15s",
			h.P(
				h.Class("asof"), g.Text(p.word("objective."+c.Objective)+" · "+c.Currency+" · "+c.TimeZone+" · "), p.text("As of"),
				g.Text(" "), p.momentOr(c.AsOf, "no results yet"),
			),
			h.Div(h.Class("columns wide"),
				h.Div(
					card(p.T("Spend and budget"), p.spendChart(v)),
					card(p.T("Placements"), p.placements(c)),
					card(p.T("Day by day"), p.dayTable(v)),
				),
				h.Div(
					card(p.T("Figures"), p.figures(v)),
					card(p.T("Recommendations"), p.advice(v.advice)),
					card(p.T("What happened"), p.timeline(v.events),
						h.P(h.A(h.Href(query("/app/events", "subject", "campaign/"+c.Id)), p.text("All events")), g.Text(" · "),
							h.A(h.Href("/app/automations/why/"+c.Id), p.text("What the rules decided, and why")))),
				),
			),
		),
	}
}

// steering are the controls. They stand outside of what refreshes itself.
func (p *page) steering(c api.Campaign) node {
	var buttons []node
	about := campaignID(c.Id)
	switch c.Status {
	case "active":
		buttons = append(buttons, p.do("campaign.pause", atVersion(about, c.Version), "Pause"))
	case "paused", "draft":
		buttons = append(buttons, p.do("campaign.resume", atVersion(about, c.Version), "Resume"))
	}
	amount, period := "", "lifetime"
	if c.Budget != nil {
		amount, period = c.Budget.Amount.Decimal(), string(c.Budget.Period)
	}
	buttons = append(buttons, p.form("campaign.budget", atVersion(about, c.Version),
		p.field("campaign.budget", "Budget", "amount", amount, h.Required(), g.Attr("inputmode", "decimal"), g.Attr("size", "10")),
		p.choice("Period", "period", period, "lifetime", "monthly", "daily"),
		input("hidden", "landing", strconv.FormatBool(c.Budget != nil && api.Value(c.Budget.Landing))),
		p.submit("Change the budget")))
	if c.Budget != nil && strings.HasPrefix(c.Budget.PercentUsed, "1") && len(cut(c.Budget.PercentUsed, 0)) > 2 {
		buttons = append(buttons, p.form("campaign.override", atVersion(about, c.Version),
			p.field("campaign.override", "Why it may spend more", "reason", "", h.Required(), h.MaxLength("500")),
			p.submit("Override the budget")))
	}
	if c.Budget != nil && c.Budget.Override != nil {
		buttons = append(buttons, dim(p.text("The budget is overridden:"), g.Text(" "), own(c.Budget.Override.Reason)))
	}
	return h.Div(h.Class("steering"), g.Group(buttons))
}

func (p *page) spendChart(v campaignView) node {
	if v.days == nil {
		return p.missingPart()
	}
	if len(v.days.Items) == 0 {
		return p.empty("No results yet. They come with the next sync, or by an import.")
	}
	bar := nothing
	if b := v.c.Budget; b != nil {
		bar = g.Group{p.bar(v.c.PeriodTotals.Spend, b.Amount, b.PercentUsed, v.forecast),
			dim(
				number(b.PercentUsed+" %"), g.Text(" · "), number(amountText(v.c.PeriodTotals.Spend)+" / "+amountText(b.Amount)),
				g.Text(" · "+p.word("period."+string(b.Period))),
			)}
	}
	return g.Group{bar, p.chart(v.course(p)), p.forecastText(v.forecast), p.legend(true)}
}

// course is what the chart draws.
func (v campaignView) course(p *page) course {
	first := v.days.From
	if start := v.periodStart(); start == nil && len(v.days.Items) > 0 {
		first = v.days.Items[0].Key
	}
	c := course{currency: v.c.Currency, label: p.T("Spend of %s day by day, beside its budget", v.c.Name)}
	c.start, _ = time.ParseInLocation(time.DateOnly, first, v.zone)
	last, _ := time.ParseInLocation(time.DateOnly, v.days.To, v.zone)
	c.end = last.AddDate(0, 0, 1)
	sums := map[string]float64{}
	for _, item := range v.days.Items {
		sums[item.Key] += float64(item.Results.Spend.Micros) / 1e6
	}
	shown := 0.0
	for _, spend := range sums {
		shown += spend
	}
	c.before = max(float64(v.c.PeriodTotals.Spend.Micros)/1e6-shown, 0) // the period may be longer than the chart
	total := c.before
	for day := first; day <= v.days.To; day = budget.AddDays(day, 1) {
		total += sums[day]
		c.days = append(c.days, total)
	}
	if b := v.c.Budget; b != nil {
		c.budget, c.thresholds = float64(b.Amount.Micros)/1e6, b.Thresholds
		if b.PeriodEnd != nil {
			c.period, _ = time.ParseInLocation(time.DateOnly, *b.PeriodEnd, v.zone)
			if c.period.After(c.end) {
				c.end = c.period
			}
		}
	}
	if f := v.forecast; f != nil && f.P10 != nil && f.P50 != nil && f.P90 != nil {
		c.p10, c.p50, c.p90 = float64(f.P10.Micros)/1e6, float64(f.P50.Micros)/1e6, float64(f.P90.Micros)/1e6
	}
	if start := v.periodStart(); start != nil {
		c.began, _ = time.ParseInLocation(time.DateOnly, *start, v.zone)
	}
	c.pauses = v.pauses()
	return c
}

// pauses are the moments at which the campaign stopped running.
func (v campaignView) pauses() (moments []time.Time) {
	if v.events == nil {
		return nil
	}
	for _, e := range v.events.Items {
		var change event.CampaignStatusChanged
		if e.Meta.Type == "CampaignStatusChanged" && json.Unmarshal(e.Data, &change) == nil && change.Current == "paused" {
			moments = append(moments, e.Meta.OccurredAt)
		}
	}
	return moments
}

func (p *page) forecastText(f *api.Forecast) node {
	if f == nil || f.P50 == nil {
		why := ""
		if f != nil && f.Reason != nil {
			why = p.word("forecast." + *f.Reason)
		}
		return dim(p.text("No forecast yet."), g.Text(" "+why))
	}
	pairs := []node{
		p.text("By the period's end"), number(amountText(*f.P50)), p.text("8 of 10 cases"),
		number(amountText(*f.P10) + " – " + amountText(*f.P90)),
	}
	if f.ExhaustsAt != nil {
		pairs = append(pairs, p.text("Budget is spent"), p.moment(*f.ExhaustsAt))
	}
	if f.DailyTarget != nil {
		pairs = append(pairs, p.text("To land on the budget, a day"), number(amountText(*f.DailyTarget)))
	}
	if f.PaceBand != nil {
		pairs = append(pairs, p.text("Pace"), g.Group{number(percent(f.Pace)), g.Text(" "), p.chip(*f.PaceBand)})
	}
	return p.facts(pairs...)
}

func (p *page) placements(c api.Campaign) node {
	if len(c.Placements) == 0 {
		return p.empty("This campaign runs nowhere yet.")
	}
	var rows [][]node
	for _, x := range c.Placements {
		state := "–"
		if x.Remote != nil {
			state = p.word(string(x.Remote.Status))
		}
		if x.Held {
			state += " · " + p.T("held")
		}
		if x.Lost {
			state += " · " + p.T("out of reach")
		}
		rows = append(rows, []node{own(x.Name), g.Text(p.lang.Platform(string(x.Platform))), g.Text(state), number(amountText(x.Totals.Spend)),
			number(grouped(strconv.FormatInt(x.Totals.Clicks, 10))), number(grouped(cut(x.Totals.Conversions, 2))), number(amountText(x.Totals.Revenue))})
	}
	return p.table("Placements", []string{"Placement", "Platform", "At the platform", "Spend", "Clicks", "Conversions", "Revenue"}, rows...)
}

func (p *page) dayTable(v campaignView) node {
	if v.days == nil || len(v.days.Items) == 0 {
		return p.empty("No results yet.")
	}
	var rows [][]node
	for i := len(v.days.Items) - 1; i >= 0; i-- {
		d := v.days.Items[i]
		rows = append(rows, []node{g.Text(p.day(d.Key)), number(amountText(d.Results.Spend)), number(grouped(strconv.FormatInt(d.Results.Impressions, 10))),
			number(grouped(strconv.FormatInt(d.Results.Clicks, 10))), number(grouped(cut(d.Results.Conversions, 2))), number(amountText(d.Results.Revenue)),
			number(percent(d.Kpis.Ctr)), number(ratio(d.Kpis.Roas))})
	}
	table := func(caption string, rows ...[]node) node {
		return p.table(caption, []string{"Day", "Spend", "Impressions", "Clicks", "Conversions", "Revenue", "CTR", "ROAS"}, rows...)
	}
	newest := min(len(rows), week)
	out := g.Group{table("Day by day", rows[:newest]...)}
	if len(rows) > newest {
		out = append(out, p.more(p.T("Older days"), table("Older days", rows[newest:]...)))
	}
	return out
}

// week is how many days are shown at once.
const week = 7

func (p *page) figures(v campaignView) node {
	if v.perf == nil {
		return p.missingPart()
	}
	k, cost := v.perf.Period.Kpis, func(m *api.Money) string {
		if m == nil {
			return "–"
		}
		return amountText(*m)
	}
	return p.facts(
		p.text("Spend"), number(amountText(v.perf.Period.Results.Spend)), p.text("Revenue"), number(amountText(v.perf.Period.Results.Revenue)),
		p.text("ROAS"), number(ratio(k.Roas)), p.text("ROI"), number(percent(k.Roi)), p.text("CTR"), number(percent(k.Ctr)),
		p.text("Conversion rate"), number(percent(k.Cvr)), p.text("Cost of a click"), number(cost(k.Cpc)), p.text("Cost of a conversion"), number(cost(k.Cpa)),
	)
}

// timeline tells what happened, the newest first.
func (p *page) timeline(events *api.EventPage) node {
	if events == nil {
		return p.missingPart()
	}
	if len(events.Items) == 0 {
		return p.empty("Nothing happened in the last 30 days.")
	}
	var items []node
	for _, e := range events.Items[:min(len(events.Items), 15)] {
		items = append(items, h.Li(
			h.A(h.Href(query("/app/events", "correlationId", e.Meta.CorrelationID)), g.Text(p.word(e.Meta.Type))),
			dim(p.moment(e.Meta.OccurredAt)),
		))
	}
	return h.Ol(h.Class("timeline"), g.Group(items))
}
