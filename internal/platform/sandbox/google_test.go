package sandbox_test

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"bellwether/internal/money"
	"bellwether/internal/platform"
	"bellwether/internal/platform/google"
	"bellwether/internal/platform/sandbox"
	"bellwether/internal/secret"
)

// visit is a sandbox, and a connector that was allowed in by its consent page.
type visit struct {
	*sandbox.Server
	connector platform.Connector
	endpoint  platform.Endpoint
	grant     platform.Grant
	now       time.Time
}

func open(t *testing.T, name string, make func(platform.Endpoint, platform.Client) (platform.Connector, error)) *visit {
	t.Helper()
	v := &visit{now: time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return v.now }
	s, err := sandbox.New(sandbox.Config{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	client := &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{DisableKeepAlives: true}, // on a used connection, a GET that breaks is sent again
	}
	v.Server, v.endpoint = s, sandbox.Endpoint(name, server.URL)
	if v.connector, err = make(v.endpoint, platform.Client{HTTP: client, Now: clock}); err != nil {
		t.Fatal(err)
	}
	const back, verifier = "https://app.example/callback", "a-verifier-that-is-long-enough-for-the-rfc-7636"
	sum := sha256.Sum256([]byte(verifier))
	page := v.connector.AuthorizeURL(platform.Authorization{State: "the-state", RedirectURI: back, Challenge: base64.RawURLEncoding.EncodeToString(sum[:])})
	answer, err := client.PostForm(page, url.Values{"decision": {"allow"}})
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	to, err := answer.Location()
	if err != nil || to.Query().Get("state") != "the-state" {
		t.Fatalf("sent to %v, error %v", to, err)
	}
	if v.grant, err = v.connector.Exchange(t.Context(), to.Query().Get("code"), verifier, back); err != nil {
		t.Fatal(err)
	}
	return v
}

func (v *visit) call(a platform.Account) platform.Call {
	return platform.Call{Token: v.grant.Access, Account: a}
}

// campaigns are all pages.
func (v *visit) campaigns(t *testing.T, a platform.Account) (list []platform.Campaign, pages int) {
	t.Helper()
	for cursor := ""; ; pages++ {
		page, err := v.connector.Campaigns(t.Context(), v.call(a), cursor)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, page.Campaigns...)
		if cursor = page.Next; cursor == "" {
			return list, pages + 1
		}
	}
}

// days are all pages of one campaign's results.
func (v *visit) days(t *testing.T, a platform.Account, id, from, to string) (list []sandbox.Result) {
	t.Helper()
	for cursor := ""; ; {
		page, err := v.connector.Metrics(t.Context(), v.call(a), from, to, cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range page.Days {
			if d.CampaignID != id {
				continue
			}
			r := sandbox.Result{Date: d.Date, Impressions: d.Impressions, Clicks: d.Clicks, SpendMicros: d.SpendMicros, ConversionMicros: d.ConversionMicros}
			if d.RevenueMicros != nil {
				r.RevenueMicros = *d.RevenueMicros
			}
			list = append(list, r)
		}
		if cursor = page.Next; cursor == "" {
			return list
		}
	}
}

// send makes a request of its own, as clients do that are not ours.
func (v *visit) send(t *testing.T, method, address, body string, header map[string]string) (status int, text string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+v.grant.Access.Reveal())
	for name, value := range header {
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	all, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(all)
}

// meets is what a read of the campaigns ends in after each fault.
func (v *visit) meets(t *testing.T, name string, a platform.Account, want map[string]platform.Class) {
	t.Helper()
	for _, kind := range sandbox.Kinds {
		class, ok := want[kind]
		if !ok {
			continue
		}
		v.Arm(name, "campaigns", kind, 1)
		_, err := v.connector.Campaigns(t.Context(), v.call(a), "")
		if got := platform.AsError(err); got.Class != class || strings.Contains(got.Error(), v.grant.Access.Reveal()) {
			t.Errorf("%s: %v, want %s", kind, err, class)
		} else if strings.HasPrefix(kind, "throttled") && got.RetryAfter != 90*time.Second {
			t.Errorf("%s: wait %v", kind, got.RetryAfter)
		}
	}
	if _, err := v.connector.Campaigns(t.Context(), v.call(a), ""); err != nil {
		t.Errorf("after the faults: %v", err)
	}
}

// classes are what faults end in everywhere.
var classes = map[string]platform.Class{
	"expired": platform.ClassAuthExpired, "revoked": platform.ClassAuthRevoked, "throttled": platform.ClassRateLimited,
	"throttled_seconds": platform.ClassRateLimited, "throttled_date": platform.ClassRateLimited, "throttled_unix": platform.ClassRateLimited,
	"throttled_iso": platform.ClassRateLimited, "quota": platform.ClassQuota, "permission": platform.ClassAuthScope,
	"suspended": platform.ClassSuspended, "not_found": platform.ClassNotFound, "invalid": platform.ClassInvalid, "5xx": platform.ClassTransient,
	"timeout_before": platform.ClassTransient, "timeout_after_commit": platform.ClassTransient, "partial": platform.ClassTransient,
	"malformed": platform.ClassTransient, "version_sunset": platform.ClassSunset,
}

func openGoogle(t *testing.T) (*visit, platform.Account) {
	t.Helper()
	v := open(t, platform.Google, func(e platform.Endpoint, c platform.Client) (platform.Connector, error) { return google.New(e, c) })
	accounts, err := v.connector.Accounts(t.Context(), v.call(platform.Account{}))
	want := platform.Account{ID: "1234567890", Name: "Northwind Search", Currency: "USD", TimeZone: "America/New_York"}
	if err != nil || !slices.Contains(accounts, want) {
		t.Fatalf("accounts %+v, error %v", accounts, err)
	}
	return v, want
}

func TestGoogleCampaigns(t *testing.T) {
	v, a := openGoogle(t)
	list, pages := v.campaigns(t, a)
	known := v.World().Campaigns(platform.Google, a.ID)
	if len(list) != len(known) || pages != (len(known)+2)/3 {
		t.Fatalf("%d campaigns on %d pages, the sandbox has %d", len(list), pages, len(known))
	}
	for i, c := range known {
		budget := platform.Budget{Kind: platform.BudgetKind(c.BudgetKind), Amount: money.Of(c.BudgetMicros, "USD"), Shared: c.Shared}
		if list[i].ID != c.ID || list[i].RawStatus != "ENABLED" || list[i].Status != platform.StatusActive || *list[i].Budget != budget || list[i].StartDate != c.Start {
			t.Errorf("%+v with %+v, want %+v", list[i], list[i].Budget, c)
		}
	}
}

func TestGoogleControl(t *testing.T) {
	v, a := openGoogle(t)
	ctx, c := t.Context(), v.call(a)
	const id = "21000000003" // with a budget for the whole flight
	v.Arm(platform.Google, "set_status", "timeout_after_commit", 1)
	if err := v.connector.SetStatus(ctx, c, id, platform.Off); !platform.Is(err, platform.ClassTransient) {
		t.Errorf("error %v", err)
	}
	if got, err := v.connector.Campaign(ctx, c, id); err != nil || got.Status != platform.StatusPaused {
		t.Errorf("it was done before the connection broke, but shows %+v, error %v", got, err)
	}
	if err := v.connector.SetStatus(ctx, c, id, platform.Off); err != nil {
		t.Errorf("once more: %v", err)
	}
	if err := v.connector.SetBudget(ctx, c, id, platform.Budget{Kind: "lifetime", Amount: money.Of(650_250_000, "USD")}); err != nil {
		t.Error(err)
	}
	if got, err := v.connector.Campaign(ctx, c, id); err != nil || got.Budget.Amount != money.Of(650_250_000, "USD") || got.Budget.Kind != "lifetime" {
		t.Errorf("%+v, error %v", got, err)
	}
	if err := v.connector.SetBudget(ctx, c, "21000000011", platform.Budget{Kind: "daily", Amount: money.Of(10_000_000, "USD")}); !platform.Is(err, platform.ClassInvalid) {
		t.Errorf("a shared budget: %v", err)
	}
	var log []string
	for _, entry := range v.World().Log() {
		log = append(log, entry.Op+" "+entry.CampaignID+" "+entry.Value)
	}
	want := []string{"set_status " + id + " PAUSED", "set_status " + id + " PAUSED", "set_budget " + id + " 650250000"}
	if !reflect.DeepEqual(log, want) {
		t.Errorf("log %v, want %v", log, want)
	}
}

func TestGoogleResults(t *testing.T) {
	v, a := openGoogle(t)
	const id = "21000000002"
	today := v.World().Today(sandbox.Account{TimeZone: a.TimeZone})
	v.World().AddResult(platform.Google, id, sandbox.Result{Date: today, SpendMicros: 12_340_000, ConversionMicros: 500_000})
	got, want := v.days(t, a, id, "2026-11-01", "2026-11-23"), v.World().Results(platform.Google, id, "2026-11-01", "2026-11-23")
	if len(want) < 10 || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestGoogleFaults(t *testing.T) {
	v, a := openGoogle(t)
	v.meets(t, platform.Google, a, classes)
}

func TestGoogleGrants(t *testing.T) {
	v, a := openGoogle(t)
	ctx := t.Context()
	v.now = v.now.Add(time.Hour)
	if _, err := v.connector.Campaigns(ctx, v.call(a), ""); !platform.Is(err, platform.ClassAuthExpired) {
		t.Errorf("an hour later: %v", err)
	}
	renewed, err := v.connector.Refresh(ctx, v.grant)
	if err != nil || renewed.Refresh != v.grant.Refresh || renewed.Access == v.grant.Access || !renewed.ExpiresAt.Equal(v.now.Add(time.Hour)) {
		t.Errorf("%v, error %v", renewed.ExpiresAt, err)
	}
	v.grant = renewed
	if err := v.connector.Revoke(ctx, v.call(a)); err != nil {
		t.Error(err)
	}
	if err := v.connector.Revoke(ctx, v.call(a)); err != nil {
		t.Errorf("once more: %v", err)
	}
	if _, err := v.connector.Campaigns(ctx, v.call(a), ""); !platform.Is(err, platform.ClassAuthRevoked) {
		t.Errorf("revoked: %v", err)
	}
	if _, err := v.connector.Refresh(ctx, v.grant); !platform.Is(err, platform.ClassAuthRevoked) {
		t.Errorf("refreshed after it was revoked: %v", err)
	}
	v.grant.Access = secret.NewText("a-token-of-nobody")
	if _, err := v.connector.Campaigns(ctx, v.call(a), ""); !platform.Is(err, platform.ClassAuthExpired) {
		t.Errorf("unknown: %v", err)
	}
}

// TestGoogleRefuses what Google would.
func TestGoogleRefuses(t *testing.T) {
	v, a := openGoogle(t)
	base := v.endpoint.BaseURL
	tests := []struct{ name, address, body, want string }{
		{"a page size", "/v25/customers/" + a.ID + "/googleAds:search", `{"query":"SELECT campaign.id FROM campaign","pageSize":100}`, "PAGE_SIZE_NOT_SUPPORTED"},
		{"a query that it can't read", "/v25/customers/" + a.ID + "/googleAds:search", `{"query":"SELECT ad.id FROM ad"}`, "UNEXPECTED_INPUT"},
		{"a version that is over", "/v18/customers/" + a.ID + "/googleAds:search", `{}`, "UNSUPPORTED_VERSION"},
		{"a foreign customer", "/v25/customers/1/googleAds:search", `{"query":"SELECT campaign.id FROM campaign"}`, "USER_PERMISSION_DENIED"},
		{"a number that is no text", "/v25/customers/" + a.ID + "/campaignBudgets:mutate", `{"operations":[{"updateMask":"amountMicros","update":{"resourceName":"customers/` + a.ID + `/campaignBudgets/7002","amountMicros":50000000}}]}`, "INVALID_INPUT"},
		{"half a cent", "/v25/customers/" + a.ID + "/campaignBudgets:mutate", `{"operations":[{"updateMask":"amountMicros","update":{"resourceName":"customers/` + a.ID + `/campaignBudgets/7002","amountMicros":"50005000"}}]}`, "NON_MULTIPLE_OF_MINIMUM_CURRENCY_UNIT"},
		{"a path that is none", "/v25/accounts", `{}`, "Error 404"},
	}
	for _, tt := range tests {
		if status, text := v.send(t, http.MethodPost, base+tt.address, tt.body, nil); status < 400 || !strings.Contains(text, tt.want) {
			t.Errorf("%s: %d %s", tt.name, status, text)
		}
	}
	dry := `{"validateOnly":true,"operations":[{"updateMask":"status","update":{"resourceName":"customers/` + a.ID + `/campaigns/21000000002","status":"PAUSED"}}]}`
	if status, text := v.send(t, http.MethodPost, base+"/v25/customers/"+a.ID+"/campaigns:mutate", dry, nil); status != 200 || len(v.World().Log()) > 0 {
		t.Errorf("a dry run: %d %s, log %v", status, text, v.World().Log())
	}
}
