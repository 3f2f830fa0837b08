package dashboard

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"bellwether/internal/analytics"
	"bellwether/internal/api"
	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/money"
	"bellwether/internal/parallel"
)

// Campaigns reads campaigns and their results.
type Campaigns interface {
	Get(ctx context.Context, orgID, id string) (campaign.Campaign, error)
	Rows(ctx context.Context, orgID, id, from, to string) ([]campaign.Row, error)
	List(ctx context.Context, orgID string, limit int, after string) ([]campaign.Campaign, string, error)
}

// Bounds of a breakdown: each campaign is one query.
const (
	longestSpan   = 92 // days
	usualSpan     = 30
	mostCampaigns = 500
	campaignPage  = 100
	atOnce        = 8
)

// asked is what a breakdown is asked for.
type asked struct {
	by, from, to, campaignID string
	csv                      bool
}

// group is one line of a breakdown. Currencies are apart: no sum of two means anything.
type group struct {
	key, name string
	currency  money.Currency
}

// breakdown is results by group.
type breakdown struct {
	mu             sync.Mutex
	sums           map[group]analytics.Results
	oldest, newest time.Time
	campaigns      int
}

func (a API) analytics(w http.ResponseWriter, r *http.Request) error {
	q, err := readAsked(r)
	if err != nil {
		return err
	}
	orgID := api.Principal(r).OrgID
	list, err := a.campaigns(r.Context(), orgID, q.campaignID)
	if err != nil {
		return err
	}
	b := breakdown{sums: map[group]analytics.Results{}}
	reads := make([]func(context.Context) error, len(list))
	for i, c := range list {
		reads[i] = func(ctx context.Context) error {
			rows, err := a.Campaigns.Rows(ctx, orgID, c.ID, q.from, q.to)
			if err != nil {
				return err
			}
			return b.add(q.by, c, rows)
		}
	}
	if err := parallel.UpTo(r.Context(), atOnce, reads...); err != nil {
		return err
	}
	if q.csv {
		return b.csv(w, q)
	}
	out := api.Analytics{By: q.by, From: q.from, To: q.to, Campaigns: b.campaigns, AsOf: api.Moment(b.newest), OldestAsOf: api.Moment(b.oldest), Items: []api.AnalyticsItem{}}
	for _, g := range b.groups() {
		sum := b.sums[g]
		out.Items = append(out.Items, api.AnalyticsItem{
			Key: g.key, Name: api.Optional(g.name), Currency: string(g.currency), Results: api.ResultsOf(sum, g.currency), Kpis: api.KPIsOf(sum.KPIs(), g.currency),
		})
	}
	return api.JSON(w, http.StatusOK, out)
}

func readAsked(r *http.Request) (q asked, err error) {
	if err := api.Known(r, "by", "from", "to", "campaignId", "format"); err != nil {
		return q, err
	}
	get := r.URL.Query().Get
	today := budget.Today(api.RequestCause(r).At, time.UTC)
	q = asked{by: cmp.Or(get("by"), "day"), to: cmp.Or(get("to"), today), campaignID: get("campaignId"), csv: get("format") == "csv"}
	q.from = cmp.Or(get("from"), budget.AddDays(q.to, 1-usualSpan))
	var bad []fault.Field
	refuse := func(name, message string) { bad = append(bad, fault.Field{Name: name, Message: message}) }
	if !slices.Contains([]string{"day", "placement", "campaign", "platform", "org"}, q.by) {
		refuse("by", "must be day, placement, campaign, platform or org")
	}
	if q.by == "placement" && q.campaignID == "" {
		refuse("campaignId", "must be given to break down by placement")
	}
	if q.campaignID != "" && !event.IsID(q.campaignID) {
		refuse("campaignId", "must be the id of a campaign")
	}
	if f := get("format"); f != "" && f != "csv" && f != "json" {
		refuse("format", "must be json or csv")
	}
	switch {
	case !budget.ValidDate(q.from):
		refuse("from", "must be a day like 2026-11-30")
	case !budget.ValidDate(q.to):
		refuse("to", "must be a day like 2026-11-30")
	case q.to < q.from || q.to > budget.AddDays(q.from, longestSpan-1):
		refuse("to", "must be 0 to 91 days after from")
	}
	if len(bad) > 0 {
		return q, fault.InvalidFields(bad...)
	}
	return q, nil
}

// campaigns are the one that was asked for, or all of the organisation.
func (a API) campaigns(ctx context.Context, orgID, id string) (list []campaign.Campaign, err error) {
	if id != "" {
		c, err := a.Campaigns.Get(ctx, orgID, id)
		return []campaign.Campaign{c}, err
	}
	for after := ""; ; {
		page, next, err := a.Campaigns.List(ctx, orgID, campaignPage, after)
		if err != nil {
			return nil, err
		}
		if list = append(list, page...); len(list) > mostCampaigns {
			return nil, fault.InvalidFields(fault.Field{Name: "campaignId", Message: "must be given: there are more than 500 campaigns"})
		}
		if after = next; next == "" {
			return list, nil
		}
	}
}

// add takes a campaign's rows. A campaign that brought nothing plays no part.
func (b *breakdown) add(by string, c campaign.Campaign, rows []campaign.Row) error {
	if len(rows) == 0 {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.campaigns++
	if b.oldest.IsZero() || c.AsOf.Before(b.oldest) {
		b.oldest = c.AsOf
	}
	if c.AsOf.After(b.newest) {
		b.newest = c.AsOf
	}
	for _, row := range rows {
		r, err := row.Sums().Results(c.ValuePer)
		if err != nil {
			return err
		}
		g := groupOf(by, c, row)
		b.sums[g] = b.sums[g].Plus(r)
	}
	return nil
}

func groupOf(by string, c campaign.Campaign, row campaign.Row) group {
	g := group{currency: c.Currency}
	p, _ := c.Placement(row.PlacementID)
	switch by {
	case "placement":
		g.key, g.name = p.ID, p.Name
	case "campaign":
		g.key, g.name = c.ID, c.Name
	case "platform":
		g.key = p.Platform
	case "org":
		g.key = c.OrgID
	default:
		g.key = row.Date
	}
	return g
}

// groups are in order of key; campaigns and placements in order of name.
func (b *breakdown) groups() []group {
	groups := make([]group, 0, len(b.sums))
	for g := range b.sums {
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(x, y group) int {
		return cmp.Or(cmp.Compare(x.name, y.name), cmp.Compare(x.key, y.key), cmp.Compare(x.currency, y.currency))
	})
	return groups
}

func (b *breakdown) csv(w http.ResponseWriter, q asked) error {
	header := []string{
		q.by, "name", "currency", "impressions", "clicks", "spend", "conversions", "approved conversions", "revenue",
		"ctr (clicks/impressions)", "cvr (conversions/clicks)", "cpc", "cpm (per 1000 impressions)", "cpa", "roas (revenue/spend)", "roi ((revenue-spend)/spend)",
	}
	var rows [][]string
	for _, g := range b.groups() {
		sum := b.sums[g]
		k := sum.KPIs()
		decimal := func(micros int64) string { return money.Of(micros, g.currency).Decimal() }
		cost := func(micros *int64) string {
			if micros == nil {
				return ""
			}
			return decimal(*micros)
		}
		rows = append(rows, []string{
			api.Text(g.key), api.Text(g.name), string(g.currency), strconv.FormatInt(sum.Impressions, 10), strconv.FormatInt(sum.Clicks, 10),
			decimal(sum.SpendMicros), api.Decimal(sum.ConversionMicros), api.Decimal(sum.ApprovedMicros), decimal(sum.RevenueMicros),
			api.Value(api.Ratio(k.CTR)), api.Value(api.Ratio(k.CVR)), cost(k.CPCMicros), cost(k.CPMMicros), cost(k.CPAMicros), api.Value(api.Ratio(k.ROAS)), api.Value(api.Ratio(k.ROI)),
		})
	}
	return api.CSV(w, "bellwether-"+q.by+"-"+q.from+"-"+q.to, header, rows)
}
