package tiktok_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"bellwether/internal/money"
	"bellwether/internal/platform"
	"bellwether/internal/platform/platformtest"
	"bellwether/internal/platform/tiktok"
	"bellwether/internal/secret"
)

var now = time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)

var call = platform.Call{
	Token:   secret.NewText("test-access"),
	Account: platform.Account{ID: "7012345678901234567", Currency: "USD", TimeZone: "America/Los_Angeles"},
}

func connect(t *testing.T, address string) *tiktok.Connector {
	t.Helper()
	e := tiktok.Defaults()
	e.BaseURL, e.AuthURL, e.TokenURL = address+"/open_api", address+"/portal/auth", address+"/open_api/v1.3/oauth2/access_token/"
	e.ClientID, e.ClientSecret, e.Sandbox = "test-client", secret.NewText("test-secret"), true
	k, err := tiktok.New(e, platformtest.Client(func() time.Time { return now }))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func wire(t *testing.T, steps ...platformtest.Step) *tiktok.Connector {
	t.Helper()
	return connect(t, platformtest.Wire(t, steps...))
}

func TestNew(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*platform.Endpoint)
		ok     bool
	}{
		"the defaults":         {func(*platform.Endpoint) {}, true},
		"in the clear":         {func(e *platform.Endpoint) { e.BaseURL = "http://business-api.tiktok.com/open_api" }, false},
		"another host":         {func(e *platform.Endpoint) { e.TokenURL = "https://tiktok.example/token" }, false},
		"no version":           {func(e *platform.Endpoint) { e.Version = "1.3" }, false},
		"TikTok's own sandbox": {func(e *platform.Endpoint) { e.BaseURL = "https://sandbox-ads.tiktok.com/open_api" }, true},
	} {
		e := tiktok.Defaults()
		tt.change(&e)
		if _, err := tiktok.New(e, platform.Client{}); (err == nil) != tt.ok {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestExchange(t *testing.T) {
	k := wire(t, platformtest.Step{Request: "token", Response: "token.response.json"})
	g, err := k.Exchange(t.Context(), "test-code", "", "")
	if want := (platform.Grant{Access: secret.NewText("test-access")}); err != nil || !reflect.DeepEqual(g, want) {
		t.Errorf("%+v, error %v", g, err)
	}
}

func TestAccounts(t *testing.T) {
	k := wire(t, platformtest.Step{Request: "accounts", Response: "accounts.response.json"}, platformtest.Step{Request: "accounts_info", Response: "accounts_info.response.json"})
	got, err := k.Accounts(t.Context(), call)
	want := []platform.Account{
		{ID: "7012345678901234567", Name: "Clips", Currency: "USD", TimeZone: "America/Los_Angeles"},
		{ID: "7012345678901234568", Name: "Closed", Currency: "JPY", TimeZone: "Asia/Tokyo", Suspended: true},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, error %v", got, err)
	}
}

// Budgets are major units, ids of nineteen digits stand unquoted, and what isn't known is not guessed to run.
func TestCampaigns(t *testing.T) {
	k := wire(t, platformtest.Step{Request: "campaigns", Response: "campaigns.response.json"}, platformtest.Step{Request: "campaigns_next", Response: "campaigns.response.json"})
	page, err := k.Campaigns(t.Context(), call, "")
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
		t.Errorf("%+v", page.Campaigns)
	}
	if _, err := k.Campaigns(t.Context(), call, "2"); err != nil {
		t.Error(err)
	}
	if _, err := k.Campaigns(t.Context(), call, "x"); !platform.Is(err, platform.ClassInvalid) {
		t.Errorf("a cursor that is none: %v", err)
	}
}

func TestMetrics(t *testing.T) {
	k := wire(t, platformtest.Step{Request: "metrics", Response: "metrics.response.json"})
	page, err := k.Metrics(t.Context(), call, "2026-11-01", "2026-11-07", "")
	want := []platform.Day{
		{CampaignID: "1788", Date: "2026-11-01", Impressions: 4696, Clicks: 51, SpendMicros: 20_000_000, ConversionMicros: 3_000_000},
		{CampaignID: "1780000000000000001", Date: "2026-11-02", Impressions: 7, SpendMicros: 150_000},
	}
	if err != nil || page.Next != "" || !reflect.DeepEqual(page.Days, want) {
		t.Errorf("%+v, error %v", page, err)
	}
}

// A report that is too large is asked for in halves.
func TestMetricsTooLarge(t *testing.T) {
	k := wire(t, platformtest.Step{Request: "metrics", Response: "too_large.response.json"}, platformtest.Step{Request: "metrics_half", Response: "metrics.response.json"})
	page, err := k.Metrics(t.Context(), call, "2026-11-01", "2026-11-07", "")
	if err != nil || page.Next != "2026-11-04/3/1" || len(page.Days) != 2 {
		t.Errorf("%+v, error %v", page, err)
	}
}

func TestControl(t *testing.T) {
	k := wire(t,
		platformtest.Step{Request: "set_status", Response: "set_status.response.json"},
		platformtest.Step{Request: "campaign", Response: "campaigns.response.json"}, platformtest.Step{Request: "set_budget", Response: "set_budget.response.json"},
		platformtest.Step{Request: "revoke", Response: "revoke.response.json"})
	if err := k.SetStatus(t.Context(), call, "1788", platform.Off); err != nil {
		t.Error(err)
	}
	if err := k.SetBudget(t.Context(), call, "1788", platform.Budget{Kind: platform.DailyBudget, Amount: money.Of(75_500_000, "USD")}); err != nil {
		t.Error(err)
	}
	if err := k.Revoke(t.Context(), call); err != nil {
		t.Error(err)
	}
}

// Every code has the class that the table gives it. TikTok answers them all under 200.
func TestRefusals(t *testing.T) {
	const tillMidnight = 6 * time.Hour // the clock stands at 18:00 UTC
	for _, tt := range []struct {
		code    int
		message string
		class   platform.Class
		wait    time.Duration
		unsure  bool
	}{
		{40133, "Advertiser (8727)'s QPS (21) reaches QPS limit 20 for current path, request is temporarily restricted.", platform.ClassRateLimited, 5 * time.Minute, false},
		{40016, "Too many requests.", platform.ClassRateLimited, 5 * time.Minute, false},
		{40100, "Requests made too frequently.", platform.ClassRateLimited, 5 * time.Minute, false},
		{40101, "QPD limit reached.", platform.ClassQuota, tillMidnight, false},
		{40102, "Requests made too frequently.", platform.ClassRateLimited, 5 * time.Minute, false},
		{40105, "Access token is incorrect or has been revoked.", platform.ClassAuthRevoked, 0, false},
		{40105, "Access token has expired.", platform.ClassAuthExpired, 0, false},
		{40110, "The token is invalid.", platform.ClassAuthRevoked, 0, false},
		{40131, "auth_code is expired.", platform.ClassAuthRevoked, 0, false},
		{40001, "No permission to operate advertiser.", platform.ClassAuthScope, 0, false},
		{40001, "The advertiser is suspended.", platform.ClassSuspended, 0, false},
		{40002, "Invalid value.", platform.ClassInvalid, 0, false},
		{40006, "Wrong method.", platform.ClassInvalid, 0, false},
		{40007, "It does not exist.", platform.ClassNotFound, 0, false},
		{50000, "System error.", platform.ClassTransient, 0, true},
		{51001, "Server error.", platform.ClassTransient, 0, true},
		{60001, "The service is busy.", platform.ClassTransient, 0, true},
		{49999, "Something new, with test-access in it.", platform.ClassUnknown, 0, false},
	} {
		t.Run(fmt.Sprint(tt.code, " ", tt.class), func(t *testing.T) {
			address := platformtest.Answering(t, fmt.Sprintf(`{"code":%d,"message":%q,"data":{}}`, tt.code, tt.message))
			got := platform.AsError(connect(t, address).SetStatus(t.Context(), call, "1788", platform.Off))
			if got.Class != tt.class || got.RetryAfter != tt.wait || got.Unsure != tt.unsure || got.Code != fmt.Sprint(tt.code) {
				t.Errorf("%+v", got)
			}
			if strings.Contains(got.Error(), "test-access") {
				t.Errorf("it tells the token: %v", got)
			}
		})
	}
}

// What stands between TikTok and us has no envelope.
func TestAnswersOfOthers(t *testing.T) {
	for status, class := range map[int]platform.Class{200: platform.ClassTransient, 404: platform.ClassUnknown, 429: platform.ClassRateLimited, 503: platform.ClassTransient} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte("<html>We'll be back soon</html>"))
		}))
		err := connect(t, server.URL).SetStatus(t.Context(), call, "1788", platform.Off)
		if !platform.Is(err, class) {
			t.Errorf("%d: %v, want %s", status, err, class)
		}
		server.Close()
	}
}
