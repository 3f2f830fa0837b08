package meta

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"bellwether/internal/platform"
)

// maxDays is the longest window. Meta takes longer ones, but answers them slowly or not at all.
const maxDays = 7

// action is one kind of what people did after an ad.
type action struct {
	Type  string          `json:"action_type"`
	Value platform.Number `json:"value"`
}

// conversions are the action types that count as conversions. The broad ones include the others, so only
// one of each family is here: counting both would count a purchase twice.
var conversions = map[string]bool{"purchase": true, "lead": true, "complete_registration": true, "mobile_app_install": true}

// Metrics implements platform.Reader.
func (c *Connector) Metrics(ctx context.Context, call platform.Call, from, to, cursor string) (platform.MetricsPage, error) {
	path, err := c.accountPath("metrics", call)
	if err != nil {
		return platform.MetricsPage{}, err
	}
	if err := c.checkWindow(from, to); err != nil {
		return platform.MetricsPage{}, err
	}
	window, err := json.Marshal(map[string]string{"since": from, "until": to})
	if err != nil {
		return platform.MetricsPage{}, c.broken("metrics", err)
	}
	q := url.Values{
		"level": {"campaign"}, "time_increment": {"1"}, "time_range": {string(window)}, "limit": {"500"},
		"fields": {"campaign_id,impressions,clicks,spend,actions,action_values,account_currency,date_start,date_stop"},
	}
	if cursor != "" {
		q.Set("after", cursor)
	}
	var page struct {
		Data   []row  `json:"data"`
		Paging paging `json:"paging"`
	}
	if err := c.get(ctx, "metrics", call, path+"/insights", q, &page); err != nil {
		return platform.MetricsPage{}, err
	}
	out := platform.MetricsPage{Next: page.Paging.next()}
	for _, r := range page.Data {
		d, err := r.day()
		if err != nil {
			return platform.MetricsPage{}, &platform.Error{Platform: platform.Meta, Op: "metrics", Class: platform.ClassTransient, Code: "malformed", Message: "a row of results can't be read", Err: err}
		}
		out.Days = append(out.Days, d)
	}
	return out, nil
}

// checkWindow refuses days that Meta would refuse, or answer slowly.
func (c *Connector) checkWindow(from, to string) error {
	first, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return c.invalid("metrics", "the first day must be a date like 2026-11-01")
	}
	last, err := time.Parse(time.DateOnly, to)
	if err != nil || last.Before(first) || last.Sub(first) >= maxDays*24*time.Hour {
		return c.invalid("metrics", "the last day must be a date like 2026-11-07, not before the first and less than 7 days after it")
	}
	return nil
}

// row is one row of insights. All of its numbers are texts.
type row struct {
	CampaignID  platform.ID     `json:"campaign_id"`
	Impressions platform.Number `json:"impressions"`
	Clicks      platform.Number `json:"clicks"`
	Spend       platform.Number `json:"spend"` // a decimal of major units, unlike budgets
	Actions     []action        `json:"actions"`
	Values      []action        `json:"action_values"`
	Date        string          `json:"date_start"`
}

func (r row) day() (d platform.Day, err error) {
	d = platform.Day{CampaignID: string(r.CampaignID), Date: r.Date}
	if d.Impressions, err = r.Impressions.Int(); err != nil {
		return d, err
	}
	if d.Clicks, err = r.Clicks.Int(); err != nil {
		return d, err
	}
	if d.SpendMicros, err = r.Spend.Micros(); err != nil {
		return d, err
	}
	if d.ConversionMicros, err = sum(r.Actions); err != nil {
		return d, err
	}
	revenue, err := sum(r.Values)
	if len(r.Values) > 0 {
		d.RevenueMicros = &revenue
	}
	return d, err
}

func sum(actions []action) (total int64, err error) {
	for _, a := range actions {
		if !conversions[a.Type] {
			continue
		}
		n, err := a.Value.Micros()
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}
