package meta_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"bellwether/internal/money"
	"bellwether/internal/platform"
	"bellwether/internal/platform/platformtest"
)

// TestUnits: Meta counts budgets by a table of its own, which is not ISO 4217: no decimals for forints,
// which have two, and two for dinars, which have three. Spend is always a decimal of major units.
func TestUnits(t *testing.T) {
	tests := []struct {
		currency money.Currency
		micros   int64 // of a budget that Meta writes as 5000
	}{
		{"CLP", 5_000_000_000}, {"COP", 5_000_000_000}, {"CRC", 5_000_000_000}, {"HUF", 5_000_000_000}, {"ISK", 5_000_000_000}, {"IDR", 5_000_000_000},
		{"JPY", 5_000_000_000}, {"KRW", 5_000_000_000}, {"PYG", 5_000_000_000}, {"TWD", 5_000_000_000}, {"VND", 5_000_000_000},
		{"USD", 50_000_000}, {"EUR", 50_000_000}, {"GBP", 50_000_000}, {"BHD", 50_000_000}, {"JOD", 50_000_000},
	}
	for _, tt := range tests {
		var wrote string
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			wrote = r.PostFormValue("lifetime_budget")
			_, _ = io.WriteString(w, `{"id":"9","effective_status":"ACTIVE","lifetime_budget":"5000","data":[{"campaign_id":"9","spend":"20.37","date_start":"2026-11-01"}]}`)
		}))
		k, c := connect(t, server.URL), call(nil, platform.Account{ID: "act_1", Currency: tt.currency})
		budget := platform.Budget{Kind: platform.LifetimeBudget, Amount: money.Of(tt.micros, tt.currency)}
		got, err := k.Campaign(t.Context(), c, "9")
		if err != nil || got.Budget == nil || *got.Budget != budget {
			t.Errorf("read %+v, error %v, want %+v", got.Budget, err, budget)
		}
		if err := k.SetBudget(t.Context(), c, "9", budget); err != nil || wrote != "5000" {
			t.Errorf("%s: wrote %q, error %v", budget.Amount, wrote, err)
		}
		page, err := k.Metrics(t.Context(), c, "2026-11-01", "2026-11-07", "")
		if err != nil || len(page.Days) != 1 || page.Days[0].SpendMicros != 20_370_000 {
			t.Errorf("%s: spend %+v, error %v", tt.currency, page.Days, err)
		}
		server.Close()
	}
}

// TestBudgetsThatMetaCantHold are refused, not rounded, and nothing is sent.
func TestBudgetsThatMetaCantHold(t *testing.T) {
	tests := []struct {
		amount  money.Amount
		account money.Currency
	}{
		{money.Of(10_500_000, "JPY"), "JPY"},
		{money.Of(10_500_000, "HUF"), "HUF"}, // it has decimals, but not at Meta
		{money.Of(10_500_000, "COP"), "COP"},
		{money.Of(1_005_000, "BHD"), "BHD"},
		{money.Of(75_505_000, "USD"), "USD"},
		{money.Of(1, "USD"), "USD"},
		{money.Of(0, "USD"), "USD"},
		{money.Of(-75_000_000, "USD"), "USD"},
		{money.Of(75_000_000, "EUR"), "USD"},
	}
	for _, tt := range tests {
		k, meter := wire(t)
		err := k.SetBudget(t.Context(), call(meter, platform.Account{ID: "act_1", Currency: tt.account}), "9", platform.Budget{Kind: platform.DailyBudget, Amount: tt.amount})
		if !platform.Is(err, platform.ClassInvalid) || platform.AsError(err).Code != "amount" {
			t.Errorf("%s for an account in %s: error %v", tt.amount, tt.account, err)
		}
	}
}

// TestMalformedNumbers: a number that can't be read is told, not taken for none.
func TestMalformedNumbers(t *testing.T) {
	const much = `"99999999999999999999999999"`
	rows := []string{`"actions":[{"action_type":"purchase","value":"many"}]`, `"action_values":[{"action_type":"purchase","value":"many"}]`}
	for _, field := range []string{"impressions", "clicks", "spend"} {
		rows = append(rows, fmt.Sprintf("%q:%q", field, "many"), fmt.Sprintf("%q:%s", field, much))
	}
	for _, row := range rows {
		k := connect(t, platformtest.Answering(t, `{"data":[{"campaign_id":"9","date_start":"2026-11-01",`+row+`}]}`))
		_, err := k.Metrics(t.Context(), call(nil, account), "2026-11-01", "2026-11-07", "")
		if got := platform.AsError(err); got.Class != platform.ClassTransient || got.Code != "malformed" {
			t.Errorf("%s: error %v", row, err)
		}
	}
	for _, budget := range []string{`"daily_budget":"50.5"`, `"daily_budget":"x"`, `"lifetime_budget":` + much} {
		k := connect(t, platformtest.Answering(t, `{"id":"9",`+budget+`,"data":[{"id":"9",`+budget+`}]}`))
		_, listed := k.Campaigns(t.Context(), call(nil, account), "")
		_, read := k.Campaign(t.Context(), call(nil, account), "9")
		for _, err := range []error{listed, read} {
			if got := platform.AsError(err); got.Class != platform.ClassTransient || got.Code != "malformed" {
				t.Errorf("%s: error %v", budget, err)
			}
		}
	}
}
