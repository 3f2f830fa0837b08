package linkedin_test

import (
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"bellwether/internal/money"
	"bellwether/internal/platform"
	"bellwether/internal/platform/linkedin"
	"bellwether/internal/secret"
)

func TestNew(t *testing.T) {
	tests := []struct {
		name   string
		change func(*platform.Endpoint)
		ok     bool
	}{
		{"the defaults", func(*platform.Endpoint) {}, true},
		{"in the clear", func(e *platform.Endpoint) { e.BaseURL = "http://api.linkedin.com/rest" }, false},
		{"another host", func(e *platform.Endpoint) { e.AuthURL = "https://linkedin.example/oauth" }, false},
		{"another host in a sandbox", func(e *platform.Endpoint) { e.AuthURL, e.Sandbox = "http://localhost:8091/linkedin/oauth", true }, true},
		{"no version", func(e *platform.Endpoint) { e.Version = "" }, false},
		{"a month that is none", func(e *platform.Endpoint) { e.Version = "202613" }, false},
	}
	for _, tt := range tests {
		e := linkedin.Defaults()
		tt.change(&e)
		if _, err := linkedin.New(e, platform.Client{}); (err == nil) != tt.ok {
			t.Errorf("%s: error %v", tt.name, err)
		}
	}
}

func TestAuthorizeURL(t *testing.T) {
	k := connect(t, "http://linkedin.example")
	u, err := url.Parse(k.AuthorizeURL(platform.Authorization{State: "s&1", RedirectURI: "https://app.example/callback"}))
	if err != nil || u.Host != "linkedin.example" || u.Path != "/oauth/v2/authorization" {
		t.Fatalf("%v, error %v", u, err)
	}
	want := url.Values{
		"response_type": {"code"}, "client_id": {"test-client"}, "redirect_uri": {"https://app.example/callback"}, "state": {"s&1"},
		"scope": {"r_ads rw_ads r_ads_reporting"},
	}
	if got := u.Query(); !reflect.DeepEqual(got, want) {
		t.Errorf("asks %v, want %v", got, want)
	}
}

func TestExchangeAndRefresh(t *testing.T) {
	k, _ := wire(t, step{Request: "token", Response: "token.response.json"}, step{Request: "refresh", Response: "refresh.response.json"})
	g, err := k.Exchange(t.Context(), "test-code", "", "https://app.example/callback")
	if err != nil {
		t.Fatal(err)
	}
	want := platform.Grant{
		Access: secret.NewText("test-access"), Refresh: secret.NewText("test-refresh"), ExpiresAt: now.Add(5183999 * time.Second),
		RefreshExpires: now.Add(31535999 * time.Second), Scopes: []string{"r_ads", "rw_ads", "r_ads_reporting"},
	}
	if !reflect.DeepEqual(g, want) {
		t.Errorf("exchanged for %+v, want %+v", g, want)
	}
	g, err = k.Refresh(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	want.Access, want.Refresh = secret.NewText("test-access-2"), secret.NewText("test-refresh-2")
	want.RefreshExpires = now.Add(27000000 * time.Second)
	if !reflect.DeepEqual(g, want) {
		t.Errorf("refreshed to %+v, want %+v", g, want)
	}
}

// TestGrantWithoutRefresh: only approved partners have a refresh token.
func TestGrantWithoutRefresh(t *testing.T) {
	k, _ := wire(t, step{Request: "token", Response: "token_plain.response.json"})
	g, err := k.Exchange(t.Context(), "test-code", "", "https://app.example/callback")
	if err != nil || g.Refresh.Reveal() != "" || !g.RefreshExpires.IsZero() || !reflect.DeepEqual(g.Scopes, []string{"r_ads", "rw_ads"}) {
		t.Errorf("%+v, error %v", g, err)
	}
	if _, err := k.Refresh(t.Context(), g); !platform.Is(err, platform.ClassAuthRevoked) {
		t.Errorf("error %v", err)
	}
}

func TestRevoke(t *testing.T) {
	k, meter := wire(t,
		step{Request: "revoke", Response: "nothing.response.json"},
		step{Request: "revoke", Response: "errors/oauth_invalid_grant.json", Status: 400},
		step{Request: "revoke", Response: "errors/page.html", Status: 502},
	)
	for _, class := range []platform.Class{"", "", platform.ClassTransient} { // the second: it had ended already
		err := k.Revoke(t.Context(), call(meter, account))
		if class == "" && err != nil || class != "" && !platform.Is(err, class) {
			t.Errorf("error %v, want class %q", err, class)
		}
	}
}

func TestAccounts(t *testing.T) {
	k, meter := wire(t, step{Request: "accounts", Response: "accounts.response.json"}, step{Request: "accounts_next", Response: "accounts_next.response.json"})
	got, err := k.Accounts(t.Context(), call(meter, platform.Account{}))
	want := []platform.Account{
		{ID: "111", Name: "Northwind Japan", Currency: "JPY", TimeZone: "Asia/Tokyo"},
		{ID: "507654321", Name: "Northwind B2B", Currency: "EUR", TimeZone: "UTC"},
		{ID: "9223372036854775807", Name: "Closed", Currency: "USD", TimeZone: "UTC", Suspended: true},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, error %v, want %+v", got, err, want)
	}
	if meter.Calls() != 2 {
		t.Errorf("%d calls counted", meter.Calls())
	}
}

func TestCampaigns(t *testing.T) {
	k, meter := wire(t, step{Request: "campaigns", Response: "campaigns.response.json"}, step{Request: "campaigns_next", Response: "campaigns_next.response.json"})
	page, err := k.Campaigns(t.Context(), call(meter, account), "")
	want := platform.CampaignPage{Next: "DgGp", Campaigns: []platform.Campaign{
		{
			ID: "1001", Name: "CFO leads", Objective: "leads", RawObjective: "LEAD_GENERATION", Status: platform.StatusActive, RawStatus: "ACTIVE",
			StartDate: "2026-11-01", Budget: &platform.Budget{Kind: platform.DailyBudget, Amount: money.Of(100_000_000, "EUR")},
		},
		{ // begins at midnight in Berlin, on the day on which summer time ends: still the day before in UTC
			ID: "9223372036854775807", Name: "Whole flight", Objective: "traffic", RawObjective: "WEBSITE_VISITS",
			Status: platform.StatusActive, RawStatus: "ACTIVE/CAMPAIGN_GROUP_STATUS_HOLD+ACCOUNT_SERVING_HOLD",
			StartDate: "2026-10-25", EndDate: "2026-10-31", Budget: &platform.Budget{Kind: platform.LifetimeBudget, Amount: money.Of(5_000_500_000, "EUR")},
		},
	}}
	if err != nil || !reflect.DeepEqual(page, want) {
		t.Errorf("%+v, error %v, want %+v", page, err, want)
	}
	page, err = k.Campaigns(t.Context(), call(meter, account), page.Next)
	want = platform.CampaignPage{Campaigns: []platform.Campaign{
		{ID: "1003", Name: "By group", Objective: "other", RawObjective: "SOMETHING_NEW", Status: platform.StatusDraft, RawStatus: "DRAFT"},
	}}
	if err != nil || !reflect.DeepEqual(page, want) {
		t.Errorf("%+v, error %v, want %+v", page, err, want)
	}
}

func TestCampaign(t *testing.T) {
	k, meter := wire(t, step{Request: "campaign", Response: "campaign.response.json"}, step{Request: "campaign", Response: "errors/not_found.json", Status: 404})
	got, err := k.Campaign(t.Context(), call(meter, account), "1001")
	if err != nil || got.ID != "1001" || got.Status != platform.StatusPaused {
		t.Errorf("%+v, error %v", got, err)
	}
	if _, err := k.Campaign(t.Context(), call(meter, account), "1001"); !platform.Is(err, platform.ClassNotFound) {
		t.Errorf("one that is gone: error %v", err)
	}
}

func TestMetrics(t *testing.T) {
	k, meter := wire(t, step{Request: "metrics", Response: "metrics.response.json"})
	page, err := k.Metrics(t.Context(), call(meter, account), "2026-11-01", "2026-11-07", "")
	want := platform.MetricsPage{Days: []platform.Day{
		{CampaignID: "1001", Date: "2026-11-01", Impressions: 1000, Clicks: 50, SpendMicros: 10_000_000, ConversionMicros: 3_000_000},
		{CampaignID: "9223372036854775807", Date: "2026-11-07", SpendMicros: 1_430_000},
	}}
	if err != nil || !reflect.DeepEqual(page, want) {
		t.Errorf("%+v, error %v, want %+v", page, err, want)
	}
}

func TestSetStatus(t *testing.T) {
	k, meter := wire(t,
		step{Request: "set_status", Response: "nothing.response.json", Status: 204},
		step{Request: "set_status_on", Response: "nothing.response.json", Status: 204},
	)
	if err := k.SetStatus(t.Context(), call(meter, account), "1001", platform.Off); err != nil {
		t.Error(err)
	}
	if err := k.SetStatus(t.Context(), call(meter, account), "1001", platform.On); err != nil {
		t.Error(err)
	}
}

func TestSetBudget(t *testing.T) {
	euro := step{Request: "campaign", Response: "campaign.response.json"}
	yen := step{Request: "campaign", Response: "campaign_yen.response.json"}
	done := func(request string) step {
		return step{Request: request, Response: "nothing.response.json", Status: 204}
	}
	budget := func(kind platform.BudgetKind, micros int64, c money.Currency) platform.Budget {
		return platform.Budget{Kind: kind, Amount: money.Of(micros, c)}
	}
	tests := []struct {
		name   string
		budget platform.Budget
		steps  []step
		code   string
	}{
		{"daily", budget("daily", 75_500_000, "EUR"), []step{euro, done("set_budget")}, ""},
		{"of the flight, in yen", budget("lifetime", 20_000_000_000, "JPY"), []step{yen, done("set_budget_lifetime")}, ""},
		{"less than a yen", budget("lifetime", 20_000_500_000, "JPY"), []step{yen}, "amount"},
		{"less than a cent", budget("daily", 75_505_000, "EUR"), []step{euro}, "amount"},
		{"of the other kind", budget("lifetime", 75_500_000, "EUR"), []step{euro}, "budget_kind"},
		{"in another currency", budget("daily", 75_500_000, "USD"), []step{euro}, "currency"},
		{"nothing", budget("daily", 0, "EUR"), []step{euro}, "amount"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k, meter := wire(t, tt.steps...)
			err := k.SetBudget(t.Context(), call(meter, account), "1001", tt.budget)
			if tt.code == "" && err != nil {
				t.Error(err)
			}
			if tt.code != "" && (!platform.Is(err, platform.ClassInvalid) || platform.AsError(err).Code != tt.code) {
				t.Errorf("error %v, want %s", err, tt.code)
			}
		})
	}
}

// TestIDsStayOutOfPaths: nothing that isn't a number reaches an address.
func TestIDsStayOutOfPaths(t *testing.T) {
	k, meter := wire(t)
	for _, id := range []string{"", "1/../2", "1001?fields=x", "urn:li:sponsoredCampaign:1", strings.Repeat("1", 20)} {
		if _, err := k.Campaigns(t.Context(), call(meter, platform.Account{ID: id}), ""); !platform.Is(err, platform.ClassInvalid) {
			t.Errorf("account %q: error %v", id, err)
		}
		if _, err := k.Metrics(t.Context(), call(meter, platform.Account{ID: id}), "2026-11-01", "2026-11-07", ""); !platform.Is(err, platform.ClassInvalid) {
			t.Errorf("account %q: error %v", id, err)
		}
		if _, err := k.Campaign(t.Context(), call(meter, account), id); !platform.Is(err, platform.ClassInvalid) {
			t.Errorf("campaign %q: error %v", id, err)
		}
		if err := k.SetStatus(t.Context(), call(meter, account), id, platform.Off); !platform.Is(err, platform.ClassInvalid) {
			t.Errorf("campaign %q: error %v", id, err)
		}
	}
}
