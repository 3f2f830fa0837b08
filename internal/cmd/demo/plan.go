package main

import (
	"net/http"
	"net/url"
)

// plan is one of the three campaigns.
type plan struct {
	name   string // xyz_campaign_id
	budget string // USD for August
	id     string // ours, once it is created
}

func plans() []plan {
	return []plan{{name: "916", budget: "150.00"}, {name: "936", budget: "2500.00"}, {name: "1178", budget: "50000.00"}}
}

// What a conversion is worth, in USD.
const (
	perConversion = 5
	perApproved   = 100
)

func (p *plan) create(c *client) error {
	var created struct {
		ID string `json:"id"`
	}
	err := c.post("/v1/campaigns", map[string]any{
		"name": "Campaign " + p.name, "objective": "sales", "currency": "USD", "timeZone": "UTC",
		"startDate": "2023-08-01", "endDate": "2023-08-31",
		"budget":          map[string]any{"amount": p.budget, "period": "monthly"},
		"conversionValue": "5", "approvedConversionValue": "100",
		"placements": []map[string]any{{"platform": "meta", "externalId": p.name, "name": "Facebook"}}, "activate": true,
	}, &created)
	p.id = created.ID
	return err
}

// send imports one day's lines.
func (p plan) send(c *client, _ string, lines []byte) error {
	q := url.Values{
		"date": {"Date"}, "dateFormat": {"DD-MM-YYYY"}, "spend": {"Spent"}, "impressions": {"Impressions"}, "clicks": {"Clicks"},
		"conversions": {"Total_Conversion"}, "approvedConversions": {"Approved_Conversion"},
		"placement": {"xyz_campaign_id"}, "duplicates": {"sum"},
	}
	_, err := c.do(http.MethodPost, "/v1/campaigns/"+p.id+"/metrics/import?"+q.Encode(), "text/csv", lines)
	return err
}
