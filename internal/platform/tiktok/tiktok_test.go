package tiktok_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"testing"

	"bellwether/internal/money"
	"bellwether/internal/platform"
	"bellwether/internal/platform/tiktok"
	"bellwether/internal/secret"
)

func TestNew(t *testing.T) {
	tests := []struct {
		name   string
		change func(*platform.Endpoint)
		ok     bool
	}{
		{"the defaults", func(*platform.Endpoint) {}, true},
		{"TikTok's own sandbox", func(e *platform.Endpoint) { e.BaseURL = "https://sandbox-ads.tiktok.com/open_api" }, true},
		{"in the clear", func(e *platform.Endpoint) { e.BaseURL = "http://business-api.tiktok.com/open_api" }, false},
		{"another host", func(e *platform.Endpoint) { e.TokenURL = "https://tiktok.example/token" }, false},
		{"another host in a sandbox", func(e *platform.Endpoint) { e.AuthURL, e.Sandbox = "http://localhost:8091/tiktok/portal/auth", true }, true},
		{"no version", func(e *platform.Endpoint) { e.Version = "" }, false},
		{"a version of another form", func(e *platform.Endpoint) { e.Version = "1.3" }, false},
	}
	for _, tt := range tests {
		e := tiktok.Defaults()
		tt.change(&e)
		if _, err := tiktok.New(e, platform.Client{}); (err == nil) != tt.ok {
			t.Errorf("%s: error %v", tt.name, err)
		}
	}
}

func TestAuthorizeURL(t *testing.T) {
	k := connect(t, "http://tiktok.example")
	u, err := url.Parse(k.AuthorizeURL(platform.Authorization{State: "s&1", RedirectURI: "https://app.example/callback"}))
	if err != nil || u.Host != "tiktok.example" || u.Path != "/portal/auth" {
		t.Fatalf("%v, error %v", u, err)
	}
	want := url.Values{"app_id": {"test-client"}, "redirect_uri": {"https://app.example/callback"}, "state": {"s&1"}}
	if got := u.Query(); !reflect.DeepEqual(got, want) {
		t.Errorf("asks %v, want %v", got, want)
	}
}

// TestExchange: the token has no end, and nothing renews it.
func TestExchange(t *testing.T) {
	k, _ := wire(t, step{Request: "token", Response: "token.response.json"})
	g, err := k.Exchange(t.Context(), "test-code", "", "https://app.example/callback")
	if want := (platform.Grant{Access: secret.NewText("test-access")}); err != nil || !reflect.DeepEqual(g, want) {
		t.Errorf("exchanged for %+v, error %v, want %+v", g, err, want)
	}
	if _, err := k.Refresh(t.Context(), g); !platform.Is(err, platform.ClassAuthRevoked) {
		t.Errorf("refreshed: error %v", err)
	}
}

func TestRevoke(t *testing.T) {
	k, meter := wire(t, step{Request: "revoke", Response: "revoke.response.json"}, step{Request: "revoke", Response: "errors/revoked.json"}, step{Request: "revoke", Response: "errors/busy.json"})
	for n, class := range []platform.Class{"", "", platform.ClassTransient} { // done, ended before, not done
		err := k.Revoke(t.Context(), call(meter, platform.Account{}))
		if (err != nil) != (class != "") || err != nil && !platform.Is(err, class) {
			t.Errorf("%d: error %v, want %q", n, err, class)
		}
	}
	if meter.Calls() != 3 {
		t.Errorf("%d calls counted", meter.Calls())
	}
}

// TestAccounts: ids stand quoted and unquoted.
func TestAccounts(t *testing.T) {
	k, meter := wire(t, step{Request: "accounts", Response: "accounts.response.json"}, step{Request: "accounts_info", Response: "accounts_info.response.json"})
	got, err := k.Accounts(t.Context(), call(meter, platform.Account{}))
	want := []platform.Account{
		{ID: "7012345678901234567", Name: "Clips", Currency: "USD", TimeZone: "America/Los_Angeles"},
		{ID: "7012345678901234568", Name: "Closed", Currency: "JPY", TimeZone: "Asia/Tokyo", Suspended: true},
	}
	if err != nil || !reflect.DeepEqual(got, want) || meter.Calls() != 2 {
		t.Errorf("%+v by %d calls, error %v, want %+v", got, meter.Calls(), err, want)
	}
}

// TestManyAccounts: more than one call can tell of are asked for in parts.
func TestManyAccounts(t *testing.T) {
	parts := []int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var list []map[string]any
		asked := r.URL.Query().Get("advertiser_ids")
		if asked == "" { // all that the token reaches
			for n := range 230 {
				list = append(list, map[string]any{"advertiser_id": fmt.Sprint(7000 + n)})
			}
		} else {
			var ids []string
			if err := json.Unmarshal([]byte(asked), &ids); err != nil {
				t.Error(err)
			}
			for _, id := range ids {
				list = append(list, map[string]any{"advertiser_id": json.Number(id), "currency": "USD", "timezone": "UTC"})
			}
			parts = append(parts, len(ids))
		}
		if err := json.NewEncoder(w).Encode(map[string]any{"code": 0, "data": map[string]any{"list": list}}); err != nil {
			t.Error(err)
		}
	}))
	defer server.Close()
	got, err := connect(t, server.URL).Accounts(t.Context(), call(nil, platform.Account{}))
	if err != nil || len(got) != 230 || got[0].ID != "7000" || got[0].Name != "7000" || got[229].ID != "7229" || !reflect.DeepEqual(parts, []int{100, 100, 30}) {
		t.Errorf("%d accounts in parts of %v, error %v", len(got), parts, err)
	}
}

// TestCampaigns: budgets are major units, ids of nineteen digits stand unquoted, and what isn't known is not guessed
// to run. The second answer claims to be the first page, which must not go round for ever.
func TestCampaigns(t *testing.T) {
	k, meter := wire(t, step{Request: "campaigns", Response: "campaigns.response.json"}, step{Request: "campaigns_next", Response: "campaigns_next.response.json"})
	page, err := k.Campaigns(t.Context(), call(meter, account), "")
	if err != nil || page.Next != "2" {
		t.Fatalf("next %q, error %v", page.Next, err)
	}
	want := []platform.Campaign{
		{ID: "1788", Name: "UGC test", Objective: "traffic", RawObjective: "TRAFFIC", Status: platform.StatusActive, RawStatus: "ENABLE/CAMPAIGN_STATUS_ENABLE",
			Budget: &platform.Budget{Kind: platform.DailyBudget, Amount: money.Of(100_000_000, "USD")}},
		{ID: "1780000000000000001", Name: "Long id", Objective: "app", RawObjective: "APP_PROMOTION", Status: platform.StatusPaused, RawStatus: "DISABLE/CAMPAIGN_STATUS_DISABLE",
			Budget: &platform.Budget{Kind: platform.LifetimeBudget, Amount: money.Of(2_500_500_000, "USD")}},
		{ID: "1790", Name: "Gone", Objective: "awareness", RawObjective: "REACH", Status: platform.StatusDeleted, RawStatus: "DISABLE/CAMPAIGN_STATUS_DELETE"},
		{ID: "1791", Name: "Odd", Objective: "other", RawObjective: "NEW_KIND", Status: platform.StatusUnknown, RawStatus: "FROZEN/CAMPAIGN_STATUS_NEW"},
	}
	if !reflect.DeepEqual(page.Campaigns, want) {
		t.Errorf("%+v, want %+v", page.Campaigns, want)
	}
	page, err = k.Campaigns(t.Context(), call(meter, account), page.Next)
	want = []platform.Campaign{{ID: "1792", Name: "Last", Objective: "video", RawObjective: "VIDEO_VIEWS", Status: platform.StatusError, RawStatus: "ENABLE/CAMPAIGN_STATUS_NOT_DELIVERY"}}
	if err != nil || page.Next != "" || !reflect.DeepEqual(page.Campaigns, want) {
		t.Errorf("%+v, error %v, want %+v", page, err, want)
	}
}

func TestCampaign(t *testing.T) {
	yen := platform.Account{ID: account.ID, Currency: "JPY", TimeZone: "Asia/Tokyo"}
	k, meter := wire(t, step{Request: "campaign_yen", Response: "campaign_yen.response.json"}, step{Request: "campaign_yen", Response: "campaign_none.response.json"})
	got, err := k.Campaign(t.Context(), call(meter, yen), "1780000000000000001")
	want := platform.Campaign{
		ID: "1780000000000000001", Name: "東京", Objective: "leads", RawObjective: "LEAD_GENERATION", Status: platform.StatusActive, RawStatus: "ENABLE/CAMPAIGN_STATUS_ENABLE",
		Budget: &platform.Budget{Kind: platform.DailyBudget, Amount: money.Of(5_000_000_000, "JPY")},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, error %v, want %+v", got, err, want)
	}
	if _, err := k.Campaign(t.Context(), call(meter, yen), "1780000000000000001"); !platform.Is(err, platform.ClassNotFound) {
		t.Errorf("one that is gone: error %v", err)
	}
}

func TestSetStatus(t *testing.T) {
	k, meter := wire(t, step{Request: "set_status", Response: "set_status.response.json"}, step{Request: "set_status_on", Response: "set_status.response.json"})
	if err := k.SetStatus(t.Context(), call(meter, account), "1788", platform.Off); err != nil {
		t.Error(err)
	}
	if err := k.SetStatus(t.Context(), call(meter, account), "1780000000000000001", platform.On); err != nil {
		t.Error(err)
	}
	if err := k.SetStatus(t.Context(), call(meter, account), "1788", "sideways"); !platform.Is(err, platform.ClassInvalid) || meter.Calls() != 2 {
		t.Errorf("a switch that is none: %d calls, error %v", meter.Calls(), err)
	}
}

// TestSetBudget: a budget goes over the wire as a number of major units, not as a text and not in cents.
func TestSetBudget(t *testing.T) {
	k, meter := wire(t,
		step{Request: "campaign", Response: "campaigns.response.json"}, step{Request: "set_budget", Response: "set_budget.response.json"},
		step{Request: "campaign_yen", Response: "campaign_yen.response.json"}, step{Request: "set_budget_yen", Response: "set_budget.response.json"})
	if err := k.SetBudget(t.Context(), call(meter, account), "1788", platform.Budget{Kind: platform.DailyBudget, Amount: money.Of(75_500_000, "USD")}); err != nil {
		t.Error(err)
	}
	yen := platform.Account{ID: account.ID, Currency: "JPY"}
	if err := k.SetBudget(t.Context(), call(meter, yen), "1780000000000000001", platform.Budget{Kind: platform.DailyBudget, Amount: money.Of(7_500_000_000, "JPY")}); err != nil {
		t.Error(err)
	}
}

// TestBudgetsRefused: what TikTok would take otherwise than it was meant is not sent.
func TestBudgetsRefused(t *testing.T) {
	tests := []struct {
		id, code string
		budget   platform.Budget
	}{
		{"1788", "amount", platform.Budget{Kind: platform.DailyBudget, Amount: money.Of(75_505_000, "USD")}},
		{"1788", "amount", platform.Budget{Kind: platform.DailyBudget, Amount: money.Of(0, "USD")}},
		{"1788", "currency", platform.Budget{Kind: platform.DailyBudget, Amount: money.Of(75_000_000, "EUR")}},
		{"1788", "budget_kind", platform.Budget{Kind: platform.LifetimeBudget, Amount: money.Of(75_000_000, "USD")}},
		{"1791", "no_budget", platform.Budget{Kind: platform.DailyBudget, Amount: money.Of(75_000_000, "USD")}},
	}
	for _, tt := range tests {
		k, meter := wire(t, step{Response: "campaigns.response.json"})
		err := k.SetBudget(t.Context(), call(meter, account), tt.id, tt.budget)
		if got := platform.AsError(err); got.Class != platform.ClassInvalid || got.Code != tt.code {
			t.Errorf("%+v: error %v, want %s", tt.budget, err, tt.code)
		}
	}
}

// TestNoNumbers: what can't be an id or a place in a list is not sent.
func TestNoNumbers(t *testing.T) {
	k := connect(t, "http://tiktok.invalid")
	good := platform.Budget{Kind: platform.DailyBudget, Amount: money.Of(75_000_000, "USD")}
	for _, id := range []string{"", "act_1", "1788/../1", "-1", "17800000000000000010", `1"]`} {
		elsewhere := platform.Account{ID: id, Currency: "USD"}
		_, listed := k.Campaigns(t.Context(), call(nil, elsewhere), "")
		_, read := k.Campaign(t.Context(), call(nil, account), id)
		_, days := k.Metrics(t.Context(), call(nil, elsewhere), "2026-11-01", "2026-11-07", "")
		switched, there := k.SetStatus(t.Context(), call(nil, account), id, platform.Off), k.SetStatus(t.Context(), call(nil, elsewhere), "1788", platform.Off)
		for n, err := range []error{listed, read, days, switched, there, k.SetBudget(t.Context(), call(nil, account), id, good)} {
			if !platform.Is(err, platform.ClassInvalid) {
				t.Errorf("%q in call %d: error %v", id, n, err)
			}
		}
	}
	for _, cursor := range []string{"x", "0", "-1", "2&advertiser_id=1"} {
		if _, err := k.Campaigns(t.Context(), call(nil, account), cursor); !platform.Is(err, platform.ClassInvalid) {
			t.Errorf("at %q: error %v", cursor, err)
		}
	}
}
