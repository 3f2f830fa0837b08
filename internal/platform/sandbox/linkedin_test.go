package sandbox_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"bellwether/internal/money"
	"bellwether/internal/platform"
	"bellwether/internal/platform/linkedin"
	"bellwether/internal/platform/sandbox"
)

func openLinkedIn(t *testing.T) (*visit, platform.Account) {
	t.Helper()
	v := open(t, platform.LinkedIn, func(e platform.Endpoint, c platform.Client) (platform.Connector, error) { return linkedin.New(e, c) })
	accounts, err := v.connector.Accounts(t.Context(), v.call(platform.Account{}))
	want := platform.Account{ID: "507654321", Name: "Northwind B2B", Currency: "EUR", TimeZone: "Europe/Berlin"}
	if err != nil || !slices.Contains(accounts, want) {
		t.Fatalf("accounts %+v, error %v", accounts, err)
	}
	return v, want
}

func TestLinkedInCampaigns(t *testing.T) {
	v, a := openLinkedIn(t)
	v.World().Change(platform.LinkedIn, "360002", func(c *sandbox.Campaign) { c.Status = "ACTIVE/CAMPAIGN_GROUP_STATUS_HOLD" })
	v.World().Change(platform.LinkedIn, "360003", func(c *sandbox.Campaign) { c.Deleted = true })
	list, pages := v.campaigns(t, a)
	known := v.World().Campaigns(platform.LinkedIn, a.ID)
	if len(list) != len(known) || pages != (len(known)+2)/3 {
		t.Fatalf("%d campaigns on %d pages, the sandbox has %d", len(list), pages, len(known))
	}
	want := []struct {
		status platform.Status
		raw    string
	}{{platform.StatusActive, "ACTIVE"}, {platform.StatusActive, "ACTIVE/CAMPAIGN_GROUP_STATUS_HOLD"}, {platform.StatusDeleted, "REMOVED"}, {platform.StatusActive, "ACTIVE"}}
	for i, w := range want {
		c := known[i]
		budget := platform.Budget{Kind: platform.BudgetKind(c.BudgetKind), Amount: money.Of(c.BudgetMicros, "EUR")}
		if list[i].ID != c.ID || list[i].RawStatus != w.raw || list[i].Status != w.status || *list[i].Budget != budget || list[i].StartDate != c.Start {
			t.Errorf("%+v with %+v, want %+v as %s", list[i], list[i].Budget, c, w.raw)
		}
	}
}

func TestLinkedInControl(t *testing.T) {
	v, a := openLinkedIn(t)
	ctx, c := t.Context(), v.call(a)
	const id = "360001"
	v.Arm(platform.LinkedIn, "set_status", "timeout_after_commit", 1)
	if err := v.connector.SetStatus(ctx, c, id, platform.Off); !platform.Is(err, platform.ClassTransient) {
		t.Errorf("error %v", err)
	}
	if got, err := v.connector.Campaign(ctx, c, id); err != nil || got.Status != platform.StatusPaused {
		t.Errorf("it was done before the connection broke, but shows %+v, error %v", got, err)
	}
	if err := v.connector.SetStatus(ctx, c, id, platform.Off); err != nil {
		t.Errorf("once more: %v", err)
	}
	if err := v.connector.SetBudget(ctx, c, id, platform.Budget{Kind: "daily", Amount: money.Of(75_500_000, "EUR")}); err != nil {
		t.Error(err)
	}
	if got, err := v.connector.Campaign(ctx, c, id); err != nil || got.Budget.Amount != money.Of(75_500_000, "EUR") {
		t.Errorf("%+v, error %v", got, err)
	}
	var log []string
	for _, entry := range v.World().Log() {
		log = append(log, entry.Op+" "+entry.CampaignID+" "+entry.Value)
	}
	want := []string{"set_status " + id + " PAUSED", "set_status " + id + " PAUSED", "set_budget " + id + " 75.50"}
	if !reflect.DeepEqual(log, want) {
		t.Errorf("log %v, want %v", log, want)
	}
}

func TestLinkedInResults(t *testing.T) {
	v, a := openLinkedIn(t)
	const id = "360002"
	today := v.World().Today(sandbox.Account{TimeZone: a.TimeZone})
	v.World().AddResult(platform.LinkedIn, id, sandbox.Result{Date: today, SpendMicros: 12_340_000, ConversionMicros: 2_000_000})
	got, want := v.days(t, a, id, "2026-11-01", "2026-11-23"), v.World().Results(platform.LinkedIn, id, "2026-11-01", "2026-11-23")
	for i := range want {
		want[i].RevenueMicros = 0 // it is not reported
	}
	if len(want) < 3 || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestLinkedInFaults(t *testing.T) {
	v, a := openLinkedIn(t)
	v.meets(t, platform.LinkedIn, a, classes)
	v.Arm(platform.LinkedIn, "metrics", "quota", 1)
	_, err := v.connector.Metrics(t.Context(), v.call(a), "2026-11-01", "2026-11-07", "")
	if got := platform.AsError(err); got.Class != platform.ClassQuota || got.RetryAfter != 6*time.Hour { // it is 18:00 UTC
		t.Errorf("%v after %v", err, got.RetryAfter)
	}
}

func TestLinkedInGrants(t *testing.T) {
	v, a := openLinkedIn(t)
	first, ctx := v.grant, t.Context()
	if !first.ExpiresAt.Equal(v.now.Add(60*24*time.Hour)) || !first.RefreshExpires.Equal(v.now.Add(365*24*time.Hour)) {
		t.Errorf("ends %v and %v", first.ExpiresAt, first.RefreshExpires)
	}
	v.now = v.now.Add(60 * 24 * time.Hour)
	if _, err := v.connector.Campaigns(ctx, v.call(a), ""); !platform.Is(err, platform.ClassAuthExpired) {
		t.Errorf("60 days later: %v", err)
	}
	second, err := v.connector.Refresh(ctx, first)
	if err != nil || second.Refresh == first.Refresh || !second.RefreshExpires.Equal(first.RefreshExpires) {
		t.Errorf("ends %v, error %v", second.RefreshExpires, err)
	}
	v.grant = second
	if _, err := v.connector.Campaigns(ctx, v.call(a), ""); err != nil {
		t.Error(err)
	}
	if _, err := v.connector.Refresh(ctx, first); !platform.Is(err, platform.ClassAuthRevoked) {
		t.Errorf("a refresh token that was rotated away: %v", err)
	}
	if _, err := v.connector.Campaigns(ctx, v.call(a), ""); !platform.Is(err, platform.ClassAuthRevoked) {
		t.Errorf("and so the grant is gone: %v", err)
	}
}

func TestLinkedInRevoke(t *testing.T) {
	v, a := openLinkedIn(t)
	for range 2 {
		if err := v.connector.Revoke(t.Context(), v.call(a)); err != nil {
			t.Error(err)
		}
	}
	if _, err := v.connector.Campaigns(t.Context(), v.call(a), ""); !platform.Is(err, platform.ClassAuthRevoked) {
		t.Errorf("error %v", err)
	}
}

// TestLinkedInRefuses what LinkedIn would.
func TestLinkedInRefuses(t *testing.T) {
	v, a := openLinkedIn(t)
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
		if status, text := v.send(t, http.MethodGet, v.endpoint.BaseURL+tt.path, "", tt.header); status != tt.status {
			t.Errorf("%s: %d %s", tt.name, status, text)
		}
	}
	patch, address := `{"patch":{"$set":{"status":"PAUSED"}}}`, v.endpoint.BaseURL+"/adAccounts/"+a.ID+"/adCampaigns/360001"
	if status, text := v.send(t, http.MethodPost, address, patch, good); status != 400 || len(v.World().Log()) > 0 {
		t.Errorf("a change that is no partial update: %d %s, log %v", status, text, v.World().Log())
	}
}

// TestLinkedInWebhook: what the sandbox sends is what the connector takes.
func TestLinkedInWebhook(t *testing.T) {
	v, a := openLinkedIn(t)
	var hint platform.Hint
	ours := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if hint, err = v.connector.VerifyWebhook(body, r.Header, v.now); err != nil {
			t.Error(err)
		}
	}))
	defer ours.Close()
	control := strings.TrimSuffix(v.endpoint.BaseURL, "/linkedin/rest") + "/_sandbox/webhook"
	if status, text := v.send(t, http.MethodPost, control, `{"platform":"linkedin","url":"`+ours.URL+`","kind":"created"}`, nil); status != 200 {
		t.Fatalf("%d %s", status, text)
	}
	if want := []string{a.ID}; !reflect.DeepEqual(hint.AccountIDs, want) || hint.DeliveryID == "" {
		t.Errorf("%+v", hint)
	}
}
