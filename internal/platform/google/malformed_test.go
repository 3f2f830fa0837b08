package google_test

import (
	"fmt"
	"strings"
	"testing"

	"bellwether/internal/platform"
	"bellwether/internal/platform/platformtest"
)

// TestMalformedNumbers: a number that can't be read is told, not taken for none.
func TestMalformedNumbers(t *testing.T) {
	for _, field := range []string{"impressions", "clicks", "costMicros", "conversions", "conversionsValue"} {
		for _, value := range []string{`"many"`, `"99999999999999999999999999"`} {
			k := connect(t, platformtest.Answering(t, fmt.Sprintf(`{"results":[{"campaign":{"id":"9"},"metrics":{%q:%s}}]}`, field, value)))
			_, err := k.Metrics(t.Context(), call(nil, account), "2026-11-01", "2026-11-07", "")
			if got := platform.AsError(err); got.Class != platform.ClassUnknown || got.Code != "malformed" || !strings.Contains(got.Message, "campaign 9") {
				t.Errorf("%s %s: error %v", field, value, err)
			}
		}
	}
	for _, budget := range []string{`{"amountMicros":"1.5"}`, `{"period":"CUSTOM_PERIOD","totalAmountMicros":"x"}`} {
		k := connect(t, platformtest.Answering(t, `{"results":[{"campaign":{"id":"9"},"campaignBudget":`+budget+`}]}`))
		_, listed := k.Campaigns(t.Context(), call(nil, account), "")
		_, read := k.Campaign(t.Context(), call(nil, account), "9")
		set := k.SetBudget(t.Context(), call(nil, account), "9", platform.Budget{})
		for _, err := range []error{listed, read, set} {
			if got := platform.AsError(err); got.Class != platform.ClassUnknown || got.Code != "malformed" {
				t.Errorf("%s: error %v", budget, err)
			}
		}
	}
}

// TestCurrencyOfTheAccount: a row without one is in the account's.
func TestCurrencyOfTheAccount(t *testing.T) {
	k := connect(t, platformtest.Answering(t, `{"results":[{"campaign":{"id":"9"},"campaignBudget":{"amountMicros":"5000000"}}]}`))
	if got, err := k.Campaign(t.Context(), call(nil, account), "9"); err != nil || got.Budget.Amount.Currency != "USD" {
		t.Errorf("%+v, error %v", got.Budget, err)
	}
}

func TestTokenAnswers(t *testing.T) {
	k := connect(t, platformtest.Answering(t, `{"expires_in":3599}`))
	if _, err := k.Exchange(t.Context(), "test-code", "test-verifier", "https://app.example/callback"); !platform.Is(err, platform.ClassTransient) {
		t.Errorf("without a token: error %v", err)
	}
	k = connect(t, platformtest.Answering(t, `{"access_token":"test-access","refresh_token_expires_in":604799}`))
	g, err := k.Exchange(t.Context(), "test-code", "test-verifier", "https://app.example/callback")
	if err != nil || !g.ExpiresAt.IsZero() || g.RefreshExpires.Sub(now).Hours() < 167 {
		t.Errorf("ends %v and %v, error %v", g.ExpiresAt, g.RefreshExpires, err)
	}
}

// TestAccountsLeavesOut what the person may not see any more, but hides no other failure.
func TestAccountsLeavesOut(t *testing.T) {
	first := step{Request: "accounts", Response: "accounts_one.response.json"}
	tests := []struct {
		file   string
		status int
		class  platform.Class // "": it is left out
	}{
		{"user_permission.json", 403, ""},
		{"token_expired.json", 401, platform.ClassAuthExpired},
		{"bare_503.json", 503, platform.ClassTransient},
		{"quota_temporary.json", 429, platform.ClassRateLimited},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			k, meter := wire(t, first, step{Request: "accounts_customer", Response: "errors/" + tt.file, Status: tt.status})
			got, err := k.Accounts(t.Context(), call(meter, platform.Account{}))
			if len(got) > 0 || tt.class == "" && err != nil || tt.class != "" && !platform.Is(err, tt.class) {
				t.Errorf("%+v, error %v, want class %q", got, err, tt.class)
			}
		})
	}
}
