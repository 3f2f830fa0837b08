package sandbox_test

import (
	"net/http"
	"strings"
	"testing"

	"bellwether/internal/platform"
	"bellwether/internal/platform/sandbox"
)

// TestLinkedInStatuses: the wish and what it serves are told apart, and what was deleted stays in the list.
func TestLinkedInStatuses(t *testing.T) {
	v := open(t, platform.LinkedIn)
	a := v.Accounts(t)[0]
	v.World().Change(platform.LinkedIn, "360002", func(c *sandbox.Campaign) { c.Status = "ACTIVE/CAMPAIGN_GROUP_STATUS_HOLD" })
	v.World().Change(platform.LinkedIn, "360003", func(c *sandbox.Campaign) { c.Deleted = true })
	want := map[string]string{"360001": "active ACTIVE", "360002": "active ACTIVE/CAMPAIGN_GROUP_STATUS_HOLD", "360003": "deleted REMOVED", "360004": "active ACTIVE"}
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

// TestLinkedInRefuses what LinkedIn would.
func TestLinkedInRefuses(t *testing.T) {
	v := open(t, platform.LinkedIn)
	a := v.Accounts(t)[0]
	good := map[string]string{"LinkedIn-Version": "202607", "X-Restli-Protocol-Version": "2.0.0"}
	const days = "&pivot=CAMPAIGN&timeGranularity=DAILY&dateRange=(start:(year:2026,month:11,day:1),end:(year:2026,month:11,day:7))"
	const list = "/adAccounts/507654321/adCampaigns?q=search&search="
	tests := []struct {
		name, path string
		header     map[string]string
		status     int
	}{
		{"the search as it is written", list + "(status:(values:List(ACTIVE)))", good, 200},
		{"an encoded search", list + "%28status%3A%28values%3AList%28ACTIVE%29%29%29", good, 400},
		{"no version", "/adAccounts?q=search", map[string]string{"X-Restli-Protocol-Version": "2.0.0"}, 400},
		{"a version that is over", "/adAccounts?q=search", map[string]string{"X-Restli-Protocol-Version": "2.0.0", "LinkedIn-Version": "202501"}, 426},
		{"no protocol", "/adAccounts?q=search", map[string]string{"LinkedIn-Version": "202607"}, 400},
		{"a report with an encoded URN", "/adAnalytics?q=analytics&accounts=List(urn%3Ali%3AsponsoredAccount%3A507654321)&fields=clicks" + days, good, 200},
		{"a report with a plain URN", "/adAnalytics?q=analytics&accounts=List(urn:li:sponsoredAccount:507654321)&fields=clicks" + days, good, 400},
		{"too many fields", "/adAnalytics?q=analytics&accounts=List(urn%3Ali%3AsponsoredAccount%3A507654321)&fields=clicks" + strings.Repeat(",clicks", 20) + days, good, 400},
		{"a foreign account", "/adAccounts/1/adCampaigns?q=search&search=(status:(values:List(ACTIVE)))", good, 403},
		{"a campaign that is none", "/adAccounts/507654321/adCampaigns/1", good, 404},
		{"a path that is none", "/adCampaignsV2", good, 404},
	}
	for _, tt := range tests {
		if status, text := send(t, v, http.MethodGet, v.Endpoint.BaseURL+tt.path, "", tt.header); status != tt.status {
			t.Errorf("%s: %d %s", tt.name, status, text)
		}
	}
	patch, address := `{"patch":{"$set":{"status":"PAUSED"}}}`, v.Endpoint.BaseURL+"/adAccounts/"+a.ID+"/adCampaigns/360001"
	if status, text := send(t, v, http.MethodPost, address, patch, good); status != 400 || len(v.World().Log()) > 0 {
		t.Errorf("a change that is no partial update: %d %s, log %v", status, text, v.World().Log())
	}
}
