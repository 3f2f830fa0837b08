package seed

import (
	"bytes"
	"context"
	"encoding/csv"
	"net/http"
	"net/url"
	"time"

	"bellwether/internal/platform/sandbox"
)

// The file's month ends on its last day; here it ends yesterday.
var lastDay = time.Date(2023, 8, 31, 0, 0, 0, 0, time.UTC)

const fileDay = "02-01-2006"

// plan is one of the file's campaigns, with a budget under which it stands at 60 %, 93 % and 111 %.
type plan struct{ file, name, amount string }

func plans() []plan {
	return []plan{{"916", "Campaign 916", "250"}, {"936", "Campaign 936", "3100"}, {"1178", "Campaign 1178", "50000"}}
}

func (s *seeder) campaigns(ctx context.Context) error {
	for _, p := range plans() {
		id, err := s.campaign(ctx, map[string]any{
			"name": p.name, "objective": "sales", "currency": "USD", "timeZone": "UTC", "activate": true,
			"startDate": s.day(-31), "endDate": s.day(14), "budget": map[string]any{"amount": p.amount},
			"conversionValue": "5", "approvedConversionValue": "100",
			"placements": []map[string]any{{"platform": "meta", "externalId": p.file, "name": "Facebook"}},
		})
		if err != nil {
			return err
		}
		if err := s.results(ctx, id, p.file); err != nil {
			return err
		}
	}
	return nil
}

// day is so many days from today, YYYY-MM-DD.
func (s *seeder) day(n int) string { return s.today.AddDate(0, 0, n).Format(time.DateOnly) }

// campaign makes a campaign, or finds the one that has its name.
func (s *seeder) campaign(ctx context.Context, in map[string]any) (string, error) {
	return s.named(ctx, "/v1/campaigns", in)
}

// named makes something that has a name, or finds what a broken try has made.
func (s *seeder) named(ctx context.Context, path string, in map[string]any) (string, error) {
	type thing struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	var list struct {
		Items []thing `json:"items"`
	}
	if err := s.get(ctx, path, &list); err != nil {
		return "", err
	}
	for _, t := range list.Items {
		if t.Name == in["name"] {
			return t.ID, nil
		}
	}
	var made thing
	_, err := s.send(ctx, http.MethodPost, path, in, &made)
	return made.ID, err
}

// results imports the campaign's lines of the file.
func (s *seeder) results(ctx context.Context, id, file string) error {
	lines, err := s.shifted(file)
	if err != nil {
		return err
	}
	q := url.Values{
		"date": {"Date"}, "dateFormat": {"DD-MM-YYYY"}, "spend": {"Spent"}, "impressions": {"Impressions"}, "clicks": {"Clicks"},
		"conversions": {"Total_Conversion"}, "approvedConversions": {"Approved_Conversion"}, "duplicates": {"sum"},
	}
	_, err = s.request(ctx, http.MethodPost, "/v1/campaigns/"+id+"/metrics/import?"+q.Encode(), "text/csv", lines, nil)
	return err
}

// shifted are the file's lines of a campaign, with their days moved so that the last one is yesterday.
func (s *seeder) shifted(campaign string) ([]byte, error) {
	records, err := csv.NewReader(bytes.NewReader(sandbox.RealResults)).ReadAll()
	if err != nil {
		return nil, err
	}
	const colDate, colCampaign = 0, 2
	by := s.today.AddDate(0, 0, -1).Sub(lastDay)
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	for i, r := range records {
		if i > 0 {
			if r[colCampaign] != campaign {
				continue
			}
			day, err := time.Parse(fileDay, r[colDate])
			if err != nil {
				return nil, err
			}
			r[colDate] = day.Add(by).Format(fileDay)
		}
		if err := w.Write(r); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return out.Bytes(), w.Error()
}

// rules are two: one that watches, and one that has asked something.
func (s *seeder) rules(ctx context.Context) error {
	id, err := s.campaign(ctx, map[string]any{
		"name": "Clearance", "objective": "sales", "currency": "USD", "timeZone": "UTC", "activate": true,
		"placements": []map[string]any{{"platform": "meta", "name": "Feed"}},
	})
	if err != nil {
		return err
	}
	dear := map[string]any{
		"name": "Pause dear conversions", "currency": "USD", "action": map[string]any{"kind": "pause"},
		"when":  map[string]any{"metric": "cpa", "days": 7, "op": "above", "value": "15"},
		"scope": map[string]any{"campaignIds": []string{id}},
	}
	rule, err := s.named(ctx, "/v1/automations", dear)
	if err != nil {
		return err
	}
	dear["mode"] = "approve"
	if _, err := s.send(ctx, http.MethodPut, "/v1/automations/"+rule, dear, nil); err != nil {
		return err
	}
	watch := map[string]any{
		"name": "Low returns", "currency": "USD", "action": map[string]any{"kind": "pause"},
		"when": map[string]any{"metric": "roas", "days": 7, "op": "below", "value": "1"},
	}
	if _, err := s.named(ctx, "/v1/automations", watch); err != nil {
		return err
	}
	rows := []map[string]any{}
	for n := -7; n < 0; n++ {
		rows = append(rows, map[string]any{"date": s.day(n), "spend": "110", "conversions": "5", "impressions": 9000, "clicks": 120})
	}
	_, err = s.send(ctx, http.MethodPut, "/v1/campaigns/"+id+"/metrics", map[string]any{"rows": rows}, nil)
	return err
}
