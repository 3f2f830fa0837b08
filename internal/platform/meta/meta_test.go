package meta_test

import (
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"bellwether/internal/money"
	"bellwether/internal/platform"
	"bellwether/internal/platform/meta"
	"bellwether/internal/secret"
)

func TestNew(t *testing.T) {
	tests := []struct {
		name   string
		change func(*platform.Endpoint)
		ok     bool
	}{
		{"the defaults", func(*platform.Endpoint) {}, true},
		{"in the clear", func(e *platform.Endpoint) { e.BaseURL = "http://graph.facebook.com" }, false},
		{"another host", func(e *platform.Endpoint) { e.TokenURL = "https://graph.facebook.com.example/oauth/access_token" }, false},
		{"another host in a sandbox", func(e *platform.Endpoint) { e.BaseURL, e.Sandbox = "http://localhost:8091/meta", true }, true},
		{"no version", func(e *platform.Endpoint) { e.Version = "" }, false},
		{"a version that is a path", func(e *platform.Endpoint) { e.Version = "v25.0/me" }, false},
	}
	for _, tt := range tests {
		e := meta.Defaults()
		tt.change(&e)
		if _, err := meta.New(e, platform.Client{}); (err == nil) != tt.ok {
			t.Errorf("%s: error %v", tt.name, err)
		}
	}
}

func TestAuthorizeURL(t *testing.T) {
	k := connect(t, "http://meta.example")
	u, err := url.Parse(k.AuthorizeURL(platform.Authorization{State: "s&1", RedirectURI: "https://app.example/callback", Challenge: "c"}))
	if err != nil || u.Host != "meta.example" || u.Path != "/dialog/oauth" {
		t.Fatalf("%v, error %v", u, err)
	}
	want := url.Values{
		"response_type": {"code"}, "client_id": {"test-client"}, "redirect_uri": {"https://app.example/callback"}, "state": {"s&1"},
		"scope": {"ads_read,ads_management,business_management"}, "code_challenge": {"c"}, "code_challenge_method": {"S256"},
	}
	if got := u.Query(); !reflect.DeepEqual(got, want) {
		t.Errorf("asks %v, want %v", got, want)
	}
}

// TestExchangeAndRefresh: the code's token lives for hours, so it is exchanged at once.
func TestExchangeAndRefresh(t *testing.T) {
	k, _ := wire(t,
		step{Request: "token", Response: "token.response.json"},
		step{Request: "exchange", Response: "exchange.response.json"},
		step{Request: "refresh", Response: "refresh.response.json"},
	)
	g, err := k.Exchange(t.Context(), "test-code", "test-verifier", "https://app.example/callback")
	want := platform.Grant{Access: secret.NewText("test-access"), ExpiresAt: now.Add(5183944 * time.Second)}
	if err != nil || !reflect.DeepEqual(g, want) {
		t.Errorf("exchanged for %+v, error %v, want %+v", g, err, want)
	}
	g, err = k.Refresh(t.Context(), g)
	want = platform.Grant{Access: secret.NewText("test-access-2"), ExpiresAt: now.Add(5184000 * time.Second)}
	if err != nil || !reflect.DeepEqual(g, want) {
		t.Errorf("refreshed to %+v, error %v, want %+v", g, err, want)
	}
}

// TestUnendingToken: those of system users have no end.
func TestUnendingToken(t *testing.T) {
	k, _ := wire(t, step{Request: "refresh", Response: "token_unending.response.json"})
	g, err := k.Refresh(t.Context(), platform.Grant{Access: secret.NewText("test-access")})
	if err != nil || !g.ExpiresAt.IsZero() || g.Access.Reveal() != "test-access" {
		t.Errorf("%+v, error %v", g, err)
	}
}

func TestRevoke(t *testing.T) {
	k, meter := wire(t,
		step{Request: "revoke", Response: "done.response.json"},
		step{Request: "revoke", Response: "errors/app_removed.json", Status: 400},
		step{Request: "revoke", Response: "errors/expired.json", Status: 400},
		step{Request: "revoke", Response: "errors/page.html", Status: 502},
		step{Request: "revoke", Response: "errors/page.html"},
	)
	for _, class := range []platform.Class{"", "", "", platform.ClassTransient, platform.ClassTransient} { // the second and third: it had ended already
		err := k.Revoke(t.Context(), call(meter, account))
		if class == "" && err != nil || class != "" && !platform.Is(err, class) {
			t.Errorf("error %v, want class %q", err, class)
		}
	}
	if meter.Calls() != 5 {
		t.Errorf("%d calls counted", meter.Calls())
	}
}

// TestAccounts: the address of the next page is at another host, which sees nothing.
func TestAccounts(t *testing.T) {
	k, meter := wire(t, step{Request: "accounts", Response: "accounts.response.json"}, step{Request: "accounts_next", Response: "accounts_next.response.json"})
	got, err := k.Accounts(t.Context(), call(meter, platform.Account{}))
	want := []platform.Account{
		{ID: "act_1019283746", Name: "Northwind Shop", Currency: "USD", TimeZone: "America/New_York"},
		{ID: "act_2039485761", Name: "Northwind Japan", Currency: "JPY", TimeZone: "Asia/Tokyo"},
		{ID: "act_3", Name: "Closed", Currency: "EUR", TimeZone: "Europe/Berlin", Suspended: true},
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
	want := platform.CampaignPage{Next: "QVFJ", Campaigns: []platform.Campaign{
		{
			ID: "120210000000001", Name: "Spring sale", Objective: "sales", RawObjective: "OUTCOME_SALES", Status: platform.StatusActive, RawStatus: "ACTIVE",
			StartDate: "2026-11-01", Budget: &platform.Budget{Kind: platform.DailyBudget, Amount: money.Of(50_000_000, "USD")},
		},
		{ // ends in New York before it is midnight there, which is the next day in UTC
			ID: "9223372036854775807", Name: "Whole flight", Objective: "traffic", RawObjective: "LINK_CLICKS", Status: platform.StatusPending, RawStatus: "IN_PROCESS",
			StartDate: "2026-11-01", EndDate: "2026-11-30", Budget: &platform.Budget{Kind: platform.LifetimeBudget, Amount: money.Of(1_234_560_000, "USD")},
		},
	}}
	if err != nil || !reflect.DeepEqual(page, want) {
		t.Errorf("%+v, error %v, want %+v", page, err, want)
	}
	page, err = k.Campaigns(t.Context(), call(meter, account), page.Next)
	want = platform.CampaignPage{Campaigns: []platform.Campaign{
		{ID: "120210000000003", Name: "By ad set", Objective: "other", RawObjective: "SOMETHING_NEW", Status: platform.StatusPaused, RawStatus: "PAUSED"},
	}}
	if err != nil || !reflect.DeepEqual(page, want) {
		t.Errorf("%+v, error %v, want %+v", page, err, want)
	}
}

func TestCampaign(t *testing.T) {
	k, meter := wire(t, step{Request: "campaign", Response: "campaign.response.json"}, step{Request: "campaign", Response: "errors/not_found.json", Status: 400})
	got, err := k.Campaign(t.Context(), call(meter, account), "120210000000001")
	if err != nil || got.ID != "120210000000001" || got.Status != platform.StatusPaused {
		t.Errorf("%+v, error %v", got, err)
	}
	if _, err := k.Campaign(t.Context(), call(meter, account), "120210000000001"); !platform.Is(err, platform.ClassNotFound) {
		t.Errorf("one that is gone: error %v", err)
	}
}

// TestMetrics: of the families of action types, whose broad ones include the narrow, one type each counts.
func TestMetrics(t *testing.T) {
	k, meter := wire(t, step{Request: "metrics", Response: "metrics.response.json"}, step{Request: "metrics_next", Response: "metrics_next.response.json"})
	page, err := k.Metrics(t.Context(), call(meter, account), "2026-11-01", "2026-11-07", "")
	revenue := int64(149_970_000)
	want := platform.MetricsPage{Next: "MTAx", Days: []platform.Day{
		{CampaignID: "120210000000001", Date: "2026-11-01", Impressions: 4696, Clicks: 51, SpendMicros: 20_370_000, ConversionMicros: 4_000_000, RevenueMicros: &revenue},
		{CampaignID: "9223372036854775807", Date: "2026-11-02", Impressions: 10},
	}}
	if err != nil || !reflect.DeepEqual(page, want) {
		t.Errorf("%+v, error %v, want %+v", page, err, want)
	}
	page, err = k.Metrics(t.Context(), call(meter, account), "2026-11-01", "2026-11-07", page.Next)
	want = platform.MetricsPage{Days: []platform.Day{{CampaignID: "120210000000001", Date: "2026-11-07", Impressions: 1, SpendMicros: 15_000}}}
	if err != nil || !reflect.DeepEqual(page, want) {
		t.Errorf("%+v, error %v, want %+v", page, err, want)
	}
}

func TestSetStatus(t *testing.T) {
	k, meter := wire(t, step{Request: "set_status", Response: "done.response.json"}, step{Request: "set_status_on", Response: "done.response.json"})
	if err := k.SetStatus(t.Context(), call(meter, account), "120210000000001", platform.Off); err != nil {
		t.Error(err)
	}
	if err := k.SetStatus(t.Context(), call(meter, account), "120210000000001", platform.On); err != nil {
		t.Error(err)
	}
}

func TestSetBudget(t *testing.T) {
	yen := platform.Account{ID: "act_2039485761", Currency: "JPY", TimeZone: "Asia/Tokyo"}
	k, meter := wire(t, step{Request: "set_budget", Response: "done.response.json"}, step{Request: "set_budget_lifetime", Response: "done.response.json"})
	if err := k.SetBudget(t.Context(), call(meter, account), "120210000000001", platform.Budget{Kind: "daily", Amount: money.Of(75_500_000, "USD")}); err != nil {
		t.Error(err)
	}
	if err := k.SetBudget(t.Context(), call(meter, yen), "120210000000001", platform.Budget{Kind: "lifetime", Amount: money.Of(20_000_000_000, "JPY")}); err != nil {
		t.Error(err)
	}
}

// TestIDsStayOutOfPaths: nothing that isn't a number reaches an address.
func TestIDsStayOutOfPaths(t *testing.T) {
	k, meter := wire(t)
	for _, id := range []string{"", "1/../2", "1001?fields=x", "me", "..", strings.Repeat("1", 21), "act_act_1"} {
		a := platform.Account{ID: id, Currency: "USD"}
		_, listed := k.Campaigns(t.Context(), call(meter, a), "")
		_, rows := k.Metrics(t.Context(), call(meter, a), "2026-11-01", "2026-11-07", "")
		_, read := k.Campaign(t.Context(), call(meter, account), id)
		set := k.SetStatus(t.Context(), call(meter, account), id, platform.Off)
		budget := k.SetBudget(t.Context(), call(meter, account), id, platform.Budget{Kind: "daily", Amount: money.Of(75_500_000, "USD")})
		for i, err := range []error{listed, rows, read, set, budget} {
			if !platform.Is(err, platform.ClassInvalid) {
				t.Errorf("%q, call %d: error %v", id, i+1, err)
			}
		}
	}
}

// TestWindows: Meta refuses long ones, and slowly.
func TestWindows(t *testing.T) {
	k, meter := wire(t)
	for _, days := range [][2]string{{"2026-11-01", "2026-11-08"}, {"2026-11-02", "2026-11-01"}, {"2026-11-1", "2026-11-02"}, {"", ""}} {
		if _, err := k.Metrics(t.Context(), call(meter, account), days[0], days[1], ""); !platform.Is(err, platform.ClassInvalid) {
			t.Errorf("%v: error %v", days, err)
		}
	}
}
