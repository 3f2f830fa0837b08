package google_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"bellwether/internal/money"
	"bellwether/internal/platform"
	"bellwether/internal/platform/google"
	"bellwether/internal/secret"
)

func TestNew(t *testing.T) {
	tests := []struct {
		name   string
		change func(*platform.Endpoint)
		ok     bool
	}{
		{"the defaults", func(*platform.Endpoint) {}, true},
		{"in the clear", func(e *platform.Endpoint) { e.BaseURL = "http://googleads.googleapis.com" }, false},
		{"another host", func(e *platform.Endpoint) { e.TokenURL = "https://oauth2.example/token" }, false},
		{"another host in a sandbox", func(e *platform.Endpoint) { e.TokenURL, e.Sandbox = "http://localhost:8091/google/token", true }, true},
		{"no version", func(e *platform.Endpoint) { e.Version = "" }, false},
		{"a version that is a path", func(e *platform.Endpoint) { e.Version = "v25/customers" }, false},
	}
	for _, tt := range tests {
		e := google.Defaults()
		tt.change(&e)
		if _, err := google.New(e, platform.Client{}); (err == nil) != tt.ok {
			t.Errorf("%s: error %v", tt.name, err)
		}
	}
}

func TestAuthorizeURL(t *testing.T) {
	k := connect(t, "http://google.example")
	u, err := url.Parse(k.AuthorizeURL(platform.Authorization{State: "s&1", RedirectURI: "https://app.example/callback", Challenge: "c"}))
	if err != nil || u.Host != "google.example" || u.Path != "/auth" {
		t.Fatalf("%v, error %v", u, err)
	}
	want := url.Values{
		"response_type": {"code"}, "client_id": {"test-client"}, "redirect_uri": {"https://app.example/callback"}, "state": {"s&1"},
		"scope": {"https://www.googleapis.com/auth/adwords"}, "access_type": {"offline"}, "prompt": {"consent"},
		"code_challenge": {"c"}, "code_challenge_method": {"S256"},
	}
	if got := u.Query(); !reflect.DeepEqual(got, want) {
		t.Errorf("asks %v, want %v", got, want)
	}
}

func TestExchangeAndRefresh(t *testing.T) {
	k, _ := wire(t, step{Request: "token", Response: "token.response.json"}, step{Request: "refresh", Response: "refresh.response.json"})
	g, err := k.Exchange(t.Context(), "test-code", "test-verifier", "https://app.example/callback")
	if err != nil {
		t.Fatal(err)
	}
	want := platform.Grant{
		Access: secret.NewText("test-access"), Refresh: secret.NewText("test-refresh"), ExpiresAt: now.Add(3599 * time.Second),
		Scopes: []string{"https://www.googleapis.com/auth/adwords"},
	}
	if !reflect.DeepEqual(g, want) {
		t.Errorf("exchanged for %+v, want %+v", g, want)
	}
	g, err = k.Refresh(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	want.Access = secret.NewText("test-access-2")
	if !reflect.DeepEqual(g, want) { // the refresh token stays, though the answer has none
		t.Errorf("refreshed to %+v, want %+v", g, want)
	}
}

func TestRefreshWithoutAToken(t *testing.T) {
	k, _ := wire(t)
	if _, err := k.Refresh(t.Context(), platform.Grant{Access: secret.NewText("test-access")}); !platform.Is(err, platform.ClassAuthRevoked) {
		t.Errorf("error %v", err)
	}
}

func TestRevoke(t *testing.T) {
	k, meter := wire(t, step{Request: "revoke", Response: "revoke.response.json"}, step{Request: "revoke", Response: "errors/oauth_invalid_grant.json", Status: 400}, step{Request: "revoke", Response: "errors/page_502.html", Status: 502})
	for _, class := range []platform.Class{"", "", platform.ClassTransient} { // the second: it had ended already
		err := k.Revoke(t.Context(), call(meter, account))
		if class == "" && err != nil || class != "" && !platform.Is(err, class) {
			t.Errorf("error %v, want class %q", err, class)
		}
	}
}

func TestAccounts(t *testing.T) {
	k, meter := wire(t,
		step{Request: "accounts", Response: "accounts.response.json"},
		step{Request: "accounts_customer", Response: "accounts_customer.response.json"},
		step{Request: "accounts_closed", Response: "errors/customer_not_enabled.json", Status: 403},
		step{Request: "accounts_manager", Response: "accounts_manager.response.json"},
		step{Request: "accounts_clients", Response: "accounts_clients.response.json"},
	)
	got, err := k.Accounts(t.Context(), call(meter, platform.Account{}))
	want := []platform.Account{
		{ID: "1234567890", Name: "Northwind Search", Currency: "USD", TimeZone: "America/New_York"}, // reached without the manager
		{ID: "2222222222", Name: "A client", Currency: "EUR", TimeZone: "Europe/Berlin", ManagerID: "9000000001"},
		{ID: "3333333333", Name: "A client that was stopped", Currency: "JPY", TimeZone: "Asia/Tokyo", Suspended: true, ManagerID: "9000000001"},
		{ID: "5000000005", Name: "5000000005", Suspended: true},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, error %v, want %+v", got, err, want)
	}
	if meter.Calls() != 5 {
		t.Errorf("%d calls counted", meter.Calls())
	}
}

func TestCampaigns(t *testing.T) {
	k, meter := wire(t, step{Request: "campaigns", Response: "campaigns.response.json"}, step{Request: "campaigns_next", Response: "campaigns_next.response.json"})
	page, err := k.Campaigns(t.Context(), call(meter, account), "")
	want := platform.CampaignPage{Next: "CPii5aS87vfFTBAKGJTL", Campaigns: []platform.Campaign{
		{
			ID: "9", Name: "Brand", Objective: "other", RawObjective: "SEARCH", Status: platform.StatusActive, RawStatus: "ENABLED", StartDate: "2026-11-01",
			Budget: &platform.Budget{Kind: platform.DailyBudget, Amount: money.Of(50_000_000, "USD")},
		},
		{ // more than a float can hold
			ID: "9223372036854775807", Name: "Shopping", Objective: "sales", RawObjective: "SHOPPING", Status: platform.StatusPaused, RawStatus: "PAUSED",
			StartDate: "2026-11-02", EndDate: "2026-12-24",
			Budget: &platform.Budget{Kind: platform.DailyBudget, Amount: money.Of(9007199254740993, "USD"), Shared: true},
		},
	}}
	if err != nil || !reflect.DeepEqual(page, want) {
		t.Errorf("%+v, error %v, want %+v", page, err, want)
	}
	through := account
	through.ManagerID = "9000000001"
	page, err = k.Campaigns(t.Context(), call(meter, through), page.Next)
	want = platform.CampaignPage{Campaigns: []platform.Campaign{
		{
			ID: "11", Name: "Launch film", Objective: "video", RawObjective: "VIDEO", Status: platform.StatusActive, RawStatus: "ENABLED/LEARNING",
			StartDate: "2026-11-05", Budget: &platform.Budget{Kind: platform.LifetimeBudget, Amount: money.Of(600_000_000, "USD")},
		},
		{ID: "13", Name: "Of last year", Objective: "other", RawObjective: "DISPLAY", Status: platform.StatusDeleted, RawStatus: "REMOVED", StartDate: "2025-11-05"},
	}}
	if err != nil || !reflect.DeepEqual(page, want) {
		t.Errorf("%+v, error %v, want %+v", page, err, want)
	}
}

func TestCampaign(t *testing.T) {
	k, meter := wire(t, step{Request: "campaign", Response: "campaign.response.json"}, step{Request: "campaign", Response: "campaign_none.response.json"})
	got, err := k.Campaign(t.Context(), call(meter, account), "9")
	if err != nil || got.ID != "9" || got.Status != platform.StatusActive {
		t.Errorf("%+v, error %v", got, err)
	}
	if _, err := k.Campaign(t.Context(), call(meter, account), "9"); !platform.Is(err, platform.ClassNotFound) {
		t.Errorf("one that is gone: error %v", err)
	}
}

func TestMetrics(t *testing.T) {
	k, meter := wire(t, step{Request: "metrics", Response: "metrics.response.json"})
	page, err := k.Metrics(t.Context(), call(meter, account), "2026-11-01", "2026-11-07", "")
	if err != nil || page.Next != "CPii5aS87vfFTBAKGJTM" {
		t.Fatalf("next %q, error %v", page.Next, err)
	}
	first, second := int64(99_500_000), int64(12)
	want := []platform.Day{
		{CampaignID: "9", Date: "2026-11-01", Impressions: 1200, Clicks: 51, SpendMicros: 20_370_000, ConversionMicros: 3_000_000, RevenueMicros: &first},
		{CampaignID: "9", Date: "2026-11-02", Impressions: 9007199254740993, SpendMicros: 9007199254740993, ConversionMicros: 123_456, RevenueMicros: &second},
		{CampaignID: "11", Date: "2026-11-02", Impressions: 7},
	}
	if !reflect.DeepEqual(page.Days, want) {
		t.Errorf("%+v, want %+v", page.Days, want)
	}
}

func TestSetStatus(t *testing.T) {
	k, meter := wire(t, step{Request: "set_status", Response: "set_status.response.json"}, step{Request: "set_status_on", Response: "set_status.response.json"}, step{Request: "set_status", Response: "revoke.response.json"})
	if err := k.SetStatus(t.Context(), call(meter, account), "9", platform.Off); err != nil {
		t.Error(err)
	}
	if err := k.SetStatus(t.Context(), call(meter, account), "9", platform.On); err != nil {
		t.Error(err)
	}
	if err := k.SetStatus(t.Context(), call(meter, account), "9", platform.Off); !platform.Is(err, platform.ClassUnknown) {
		t.Errorf("an answer that names nothing: error %v", err)
	}
}

func TestSetBudget(t *testing.T) {
	read := step{Request: "campaign", Response: "campaign.response.json"}
	budget := func(kind platform.BudgetKind, micros int64, c money.Currency) platform.Budget {
		return platform.Budget{Kind: kind, Amount: money.Of(micros, c)}
	}
	tests := []struct {
		name   string
		budget platform.Budget
		steps  []step
		code   string
	}{
		{"daily", budget("daily", 75_500_000, "USD"), []step{read, {Request: "set_budget", Response: "set_budget.response.json"}}, ""},
		{"lifetime", budget("lifetime", 700_000_000, "USD"), []step{{Request: "campaign", Response: "campaign_lifetime.response.json"}, {Request: "set_budget_lifetime", Response: "set_budget_lifetime.response.json"}}, ""},
		{"shared", budget("daily", 75_500_000, "USD"), []step{{Request: "campaign", Response: "campaign_shared.response.json"}}, "shared_budget"},
		{"of the other kind", budget("lifetime", 75_500_000, "USD"), []step{read}, "budget_kind"},
		{"in another currency", budget("daily", 75_500_000, "EUR"), []step{read}, "currency"},
		{"less than a cent", budget("daily", 75_505_000, "USD"), []step{read}, "amount"},
		{"nothing", budget("daily", 0, "USD"), []step{read}, "amount"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k, meter := wire(t, tt.steps...)
			err := k.SetBudget(t.Context(), call(meter, account), "9", tt.budget)
			if tt.code == "" && err != nil {
				t.Error(err)
			}
			if tt.code != "" && (!platform.Is(err, platform.ClassInvalid) || platform.AsError(err).Code != tt.code) {
				t.Errorf("error %v, want %s", err, tt.code)
			}
		})
	}
}

// TestIDsStayOutOfPaths: nothing that isn't a number reaches an address, a header or a query.
func TestIDsStayOutOfPaths(t *testing.T) {
	k, meter := wire(t)
	for _, id := range []string{"", "1/../2", "123-456-7890", "1 OR 1=1", strings.Repeat("1", 20)} {
		if _, err := k.Campaigns(t.Context(), call(meter, platform.Account{ID: id}), ""); !platform.Is(err, platform.ClassInvalid) {
			t.Errorf("account %q: error %v", id, err)
		}
		if _, err := k.Campaign(t.Context(), call(meter, account), id); !platform.Is(err, platform.ClassInvalid) {
			t.Errorf("campaign %q: error %v", id, err)
		}
		if err := k.SetStatus(t.Context(), call(meter, account), id, platform.Off); !platform.Is(err, platform.ClassInvalid) {
			t.Errorf("campaign %q: error %v", id, err)
		}
	}
	for _, days := range [][2]string{{"2026-11-01", "2026-10-31"}, {"2026-01-01", "2026-04-01"}, {"2026-11-01' OR '", "2026-11-02"}, {"", ""}} {
		if _, err := k.Metrics(t.Context(), call(meter, account), days[0], days[1], ""); !platform.Is(err, platform.ClassInvalid) {
			t.Errorf("days %v: error %v", days, err)
		}
	}
}

// TestDeveloperToken: projects of before its retirement still have one.
func TestDeveloperToken(t *testing.T) {
	var got string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Get("developer-token")
		_, _ = io.WriteString(w, "{}")
	}))
	defer server.Close()
	e := endpoint(server.URL)
	e.Extra = secret.NewText("test-developer-token")
	k, err := google.New(e, platform.Client{HTTP: server.Client(), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Campaigns(t.Context(), call(nil, account), ""); err != nil || got != "test-developer-token" {
		t.Errorf("sent %q, error %v", got, err)
	}
}

func TestHooks(t *testing.T) {
	k := connect(t, "http://google.example")
	if _, _, ok := k.Challenge(url.Values{"challengeCode": {"x"}, "hub.challenge": {"x"}}); ok {
		t.Error("a challenge was answered")
	}
	if _, err := k.VerifyWebhook([]byte("{}"), nil, now); !platform.Is(err, platform.ClassInvalid) {
		t.Errorf("error %v", err)
	}
}
