// Package metrics is the metrics API: daily results in, as JSON or CSV, and figures out.
package metrics

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/money"
)

// chunk is how many rows are written at once: with the campaign they fill one transaction.
const chunk = 99

// Campaigns keeps campaigns and their daily rows.
type Campaigns interface {
	Get(ctx context.Context, orgID, id string) (campaign.Campaign, error)
	Record(ctx context.Context, token string, c campaign.Campaign, change func(context.Context, campaign.Campaign) (campaign.Recorded, error)) (campaign.Campaign, error)
	Rows(ctx context.Context, orgID, id, from, to string) ([]campaign.Row, error)
	RowPage(ctx context.Context, orgID, id, from, to string, limit int, after string) ([]campaign.Row, string, error)
}

// API is the metrics API.
type API struct {
	Campaigns Campaigns
	Snapshots Snapshots
	Cursors   api.Cursors
}

// Routes are the API's routes.
func (a API) Routes() []api.Route {
	const one = "/v1/campaigns/{campaignId}"
	return []api.Route{
		{Pattern: "PUT " + one + "/metrics", Handle: a.put, Audit: "campaign.results_put"},
		{Pattern: "GET " + one + "/metrics", Handle: a.list},
		{Pattern: "POST " + one + "/metrics/import", Handle: a.importCSV, Audit: "campaign.results_imported"},
		{Pattern: "GET " + one + "/performance", Handle: a.performance},
	}
}

func (a API) find(r *http.Request) (campaign.Campaign, error) {
	id, err := api.PathID(r, "campaignId")
	if err != nil {
		return campaign.Campaign{}, err
	}
	return a.Campaigns.Get(r.Context(), api.Principal(r).OrgID, id)
}

func (a API) put(w http.ResponseWriter, r *http.Request) error {
	var in api.MetricsPut
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	c, err := a.find(r)
	if err != nil {
		return err
	}
	cause := api.RequestCause(r)
	rows, err := readRows(in, c, cause.At)
	if err != nil {
		return err
	}
	report, err := a.record(r.Context(), c, rows, cause)
	if err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, report)
}

// record checks all rows, then writes them in order of day, a chunk at a time, each with the
// totals and events that it causes. An error leaves the chunks before it written; repeating the
// request completes it, for rows that are there already change nothing.
func (a API) record(ctx context.Context, c campaign.Campaign, rows []campaign.Row, cause event.Cause) (api.MetricsReport, error) {
	report := api.MetricsReport{Rows: len(rows), Thresholds: []api.ThresholdReached{}, CampaignVersion: c.Version}
	if err := c.CheckRows(rows, cause.At); err != nil {
		return report, err
	}
	slices.SortFunc(rows, func(x, y campaign.Row) int {
		return strings.Compare(x.Date+x.PlacementID, y.Date+y.PlacementID)
	})
	n := 0
	for part := range slices.Chunk(rows, chunk) {
		var out campaign.Recorded
		var err error
		step := cause
		step.ID = event.Derive(cause.ID, "chunk", strconv.Itoa(n))
		c, err = a.Campaigns.Record(ctx, step.ID, c, func(ctx context.Context, c campaign.Campaign) (campaign.Recorded, error) {
			have, err := a.stored(ctx, c, part, cause.At)
			if err != nil {
				return campaign.Recorded{}, err
			}
			out, err = c.Record(part, have, step)
			return out, err
		})
		if err != nil {
			return report, err
		}
		if err := addTo(&report, out); err != nil {
			return report, err
		}
		n++
	}
	report.CampaignVersion = c.Version
	return report, nil
}

// stored are the rows that c.Record wants to know.
func (a API) stored(ctx context.Context, c campaign.Campaign, rows []campaign.Row, now time.Time) ([]campaign.Row, error) {
	from, to, ok := c.Span(rows, now)
	if !ok {
		return nil, nil
	}
	return a.Campaigns.Rows(ctx, c.OrgID, c.ID, from, to)
}

func addTo(report *api.MetricsReport, out campaign.Recorded) error {
	report.Updated += out.Updated
	report.Unchanged += out.Unchanged
	report.Outdated += out.Outdated
	for _, raw := range out.Events {
		if raw.Meta.Type != (event.BudgetThresholdReached{}).EventType() {
			continue
		}
		e, err := event.Decode[event.BudgetThresholdReached](raw)
		if err != nil {
			return err
		}
		report.Thresholds = append(report.Thresholds, api.ThresholdReached{
			Threshold: e.Data.Threshold, AlsoCrossed: e.Data.AlsoCrossed, PercentUsed: e.Data.PercentUsed,
			PeriodStart: e.Data.PeriodStart, Late: e.Data.Late,
		})
	}
	return nil
}

// maxRows is the most rows of one PUT.
const maxRows = 1000

func readRows(in api.MetricsPut, c campaign.Campaign, now time.Time) ([]campaign.Row, error) {
	if len(in.Rows) < 1 || len(in.Rows) > maxRows {
		return nil, fault.InvalidFields(fault.Field{Name: "rows", Message: "must be 1 to 1000 rows"})
	}
	asOf := now
	if in.AsOf != nil {
		asOf = *in.AsOf
	}
	var bad []fault.Field
	rows := make([]campaign.Row, len(in.Rows))
	for i, row := range in.Rows {
		p := rowReader{name: fmt.Sprintf("rows[%d].", i), bad: &bad}
		rows[i] = p.row(row, c, asOf)
	}
	if len(bad) > 0 {
		return nil, fault.InvalidFields(bad...)
	}
	return rows, nil
}

// rowReader reads one row and notes what is wrong with it.
type rowReader struct {
	name string
	bad  *[]fault.Field
}

func (p rowReader) row(in api.MetricRowPut, c campaign.Campaign, asOf time.Time) campaign.Row {
	row := campaign.Row{
		Date: in.Date, Impressions: api.Value(in.Impressions), Clicks: api.Value(in.Clicks), AsOf: asOf.UTC(),
		SpendMicros:      p.micros("spend", in.Spend),
		ConversionMicros: p.micros("conversions", orZero(in.Conversions)),
		ApprovedMicros:   p.micros("approvedConversions", orZero(in.ApprovedConversions)),
	}
	if in.Revenue != nil {
		revenue := p.micros("revenue", *in.Revenue)
		row.RevenueMicros = &revenue
	}
	place, ok := c.Placement(api.Value(in.PlacementId))
	if !ok {
		p.refuse("placementId", "must be a placement of the campaign; it may be left out when there is just one")
	}
	row.PlacementID = place.ID
	return row
}

func (p rowReader) refuse(field, message string) {
	*p.bad = append(*p.bad, fault.Field{Name: p.name + field, Message: message})
}

func (p rowReader) micros(field, text string) int64 {
	amount, err := money.Parse(text, anyCurrency)
	switch {
	case errors.Is(err, money.ErrOverflow), errors.Is(err, money.ErrPrecision):
		p.refuse(field, err.Error())
	case err != nil:
		p.refuse(field, "must be a decimal number like 1234.56, as a string")
	}
	return amount.Micros
}

// anyCurrency is for reading decimals, whose form does not depend on the currency.
const anyCurrency = money.Currency("USD")

func orZero(text *string) string {
	if text == nil {
		return "0"
	}
	return *text
}
