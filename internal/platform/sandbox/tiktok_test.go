package sandbox_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"bellwether/internal/platform"
	"bellwether/internal/platform/sandbox"
)

// TestTikTokStatuses: the switch and the delivery are told apart, and what was deleted stays in the list.
func TestTikTokStatuses(t *testing.T) {
	v := open(t, platform.TikTok)
	a := v.Accounts(t)[0]
	for id, status := range map[string]string{"1780000000000000002": "ENABLE/CAMPAIGN_STATUS_NOT_DELIVERY", "1780000000000000004": "ENABLE/CAMPAIGN_STATUS_BUDGET_EXCEED"} {
		v.World().Change(platform.TikTok, id, func(c *sandbox.Campaign) { c.Status = status })
	}
	v.World().Change(platform.TikTok, "1780000000000000003", func(c *sandbox.Campaign) { c.Deleted = true })
	want := map[string]string{
		"1780000000000000001": "active ENABLE/CAMPAIGN_STATUS_ENABLE",
		"1780000000000000002": "error ENABLE/CAMPAIGN_STATUS_NOT_DELIVERY",
		"1780000000000000003": "deleted DISABLE/CAMPAIGN_STATUS_DELETE",
		"1780000000000000004": "completed ENABLE/CAMPAIGN_STATUS_BUDGET_EXCEED", // its budget is one of a lifetime
	}
	list, _ := v.Campaigns(t, a)
	for _, c := range list {
		if got := string(c.Status) + " " + c.RawStatus; got != want[c.ID] {
			t.Errorf("%s: %s, want %s", c.ID, got, want[c.ID])
		}
	}
	if len(list) != len(want) {
		t.Errorf("%d campaigns, want %d", len(list), len(want))
	}
}

// TestTikTokToken: it has no end, nothing renews it, and its code works once.
func TestTikTokToken(t *testing.T) {
	v := open(t, platform.TikTok)
	if !v.Grant.ExpiresAt.IsZero() || !v.Grant.RefreshExpires.IsZero() || v.Grant.Refresh.Reveal() != "" {
		t.Errorf("ends %v", v.Grant.ExpiresAt)
	}
	v.Now = v.Now.AddDate(5, 0, 0)
	v.Accounts(t)
	code := v.World().Issue(platform.TikTok, "https://app.example/callback", "", nil)
	if _, err := v.Connector.Exchange(t.Context(), code, "", "https://app.example/callback"); err != nil {
		t.Error(err)
	}
	if _, err := v.Connector.Exchange(t.Context(), code, "", "https://app.example/callback"); !platform.Is(err, platform.ClassAuthRevoked) {
		t.Errorf("a code that was used: error %v", err)
	}
}

const (
	tiktokAccount  = "?advertiser_id=7012345678901234567"
	tiktokReport   = "/v1.3/report/integrated/get/" + tiktokAccount + "&service_type=AUCTION&report_type=BASIC&data_level=AUCTION_CAMPAIGN&dimensions=%5B%22campaign_id%22%2C%22stat_time_day%22%5D"
	tiktokCampaign = `{"advertiser_id":"7012345678901234567","campaign_id":"1780000000000000001","budget":`
)

// TestTikTokAnswers what TikTok would: all of it under 200, with a code.
func TestTikTokAnswers(t *testing.T) {
	v := open(t, platform.TikTok)
	token := map[string]string{"Access-Token": v.Grant.Access.Reveal()}
	filtered := "/v1.3/campaign/get/" + tiktokAccount + "&filtering=" + url.QueryEscape(`{"campaign_ids":["1780000000000000002"]}`)
	tests := []struct {
		name, path string
		header     map[string]string
		want       string
	}{
		{"the first page, unasked", "/v1.3/campaign/get/" + tiktokAccount, token, `"total_page":2`},
		{"a long id, unquoted", "/v1.3/campaign/get/" + tiktokAccount, token, `"campaign_id":1780000000000000001,`},
		{"one campaign", filtered, token, `"total_number":1,`},
		{"a page that is none", "/v1.3/campaign/get/" + tiktokAccount + "&page=0", token, `"code":40002`},
		{"a filter that is none", "/v1.3/campaign/get/" + tiktokAccount + "&filtering=deleted", token, `"code":40002`},
		{"no token", "/v1.3/campaign/get/" + tiktokAccount, nil, `"code":40105`},
		{"a bearer's token", "/v1.3/campaign/get/" + tiktokAccount, map[string]string{"Access-Token": "Bearer " + v.Grant.Access.Reveal()}, `"code":40105`},
		{"no slash at the end", "/v1.3/campaign/get" + tiktokAccount, token, `"code":40007`},
		{"the path of an older client", "/v1.3/reports/integrated/get/" + tiktokAccount, token, `"code":40007`},
		{"a version that is over", "/v1.2/campaign/get/" + tiktokAccount, token, "version is no longer supported"},
		{"a foreign account", "/v1.3/campaign/get/?advertiser_id=1", token, `"code":40001`},
		{"another client's accounts", "/v1.3/oauth2/advertiser/get/?app_id=another&secret=another", token, `"code":40002`},
		{"a list that is none", "/v1.3/advertiser/info/?advertiser_ids=7012345678901234567", token, `"code":40002`},
		{"a report of 29 days", tiktokReport + "&start_date=2026-10-26&end_date=2026-11-23", token, `"code":0`},
		{"a report of 30 days", tiktokReport + "&start_date=2026-10-25&end_date=2026-11-23", token, `"code":40002`},
		{"a report of another service", strings.Replace(tiktokReport, "AUCTION&", "RESERVATION&", 1) + "&start_date=2026-11-01&end_date=2026-11-02", token, `"code":40002`},
	}
	for _, tt := range tests {
		status, text := send(t, v, http.MethodGet, v.Endpoint.BaseURL+tt.path, "", tt.header)
		if status != http.StatusOK || !strings.Contains(text, tt.want) {
			t.Errorf("%s: %d %s, want %s", tt.name, status, text, tt.want)
		}
	}
}

// TestTikTokRefuses changes that TikTok would not make.
func TestTikTokRefuses(t *testing.T) {
	v := open(t, platform.TikTok)
	token := map[string]string{"Access-Token": v.Grant.Access.Reveal()}
	v.World().Change(platform.TikTok, "1780000000000000003", func(c *sandbox.Campaign) { c.Deleted = true })
	tests := []struct{ name, path, body, want string }{
		{"a budget that is a text", "/v1.3/campaign/update/", tiktokCampaign + `"75.50"}`, `"code":40002`},
		{"half a cent", "/v1.3/campaign/update/", tiktokCampaign + `75.505}`, `"code":40002`},
		{"nothing", "/v1.3/campaign/update/", tiktokCampaign + `0}`, `"code":40002`},
		{"an id that is a number", "/v1.3/campaign/update/", `{"advertiser_id":"7012345678901234567","campaign_id":1780000000000000001,"budget":75.5}`, `"code":40007`},
		{"a campaign that is none", "/v1.3/campaign/update/", strings.Replace(tiktokCampaign, "0001", "0009", 1) + `75.5}`, `"code":40007`},
		{"a deleted one", "/v1.3/campaign/update/", strings.Replace(tiktokCampaign, "0001", "0003", 1) + `75.5}`, `"code":40002`},
		{"a status that is none", "/v1.3/campaign/status/update/", `{"advertiser_id":"7012345678901234567","campaign_ids":["1780000000000000001"],"operation_status":"PAUSED"}`, `"code":40002`},
		{"no campaign", "/v1.3/campaign/status/update/", `{"advertiser_id":"7012345678901234567","campaign_ids":[],"operation_status":"DISABLE"}`, `"code":40002`},
		{"the switch of a deleted one", "/v1.3/campaign/status/update/", `{"advertiser_id":"7012345678901234567","campaign_ids":["1780000000000000003"],"operation_status":"ENABLE"}`, `"code":40002`},
		{"no JSON", "/v1.3/campaign/update/", "budget=75.5", `"code":40001`},
	}
	for _, tt := range tests {
		status, text := send(t, v, http.MethodPost, v.Endpoint.BaseURL+tt.path, tt.body, token)
		if status != http.StatusOK || !strings.Contains(text, tt.want) || len(v.World().Log()) > 0 {
			t.Errorf("%s: %d %s, want %s, log %v", tt.name, status, text, tt.want, v.World().Log())
		}
	}
	if status, text := send(t, v, http.MethodPost, v.Endpoint.BaseURL+"/v1.3/campaign/update/", tiktokCampaign+`75.5}`, token); status != http.StatusOK || !strings.Contains(text, `"code":0`) {
		t.Errorf("a good one: %d %s", status, text)
	}
	c, _ := v.World().Campaign(platform.TikTok, "1780000000000000001")
	if log := v.World().Log(); c.BudgetMicros != 75_500_000 || len(log) != 1 || log[0].Op != "set_budget" || log[0].Value != "75.5" {
		t.Errorf("%+v, log %v", c, log)
	}
}
