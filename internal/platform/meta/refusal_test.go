package meta_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/secret"
)

// TestRefusals holds every kind of refusal to the class that platforms.md gives it. The status tells
// nothing: nearly all come under 400.
func TestRefusals(t *testing.T) {
	tests := []struct {
		file   string
		status int
		class  platform.Class
		code   string
	}{
		{"expired.json", 400, platform.ClassAuthExpired, "190/463"},
		{"changed.json", 400, platform.ClassAuthExpired, "190/467"},
		{"token.json", 400, platform.ClassAuthExpired, "190"},
		{"session.json", 400, platform.ClassAuthExpired, "102"},
		{"app_removed.json", 400, platform.ClassAuthRevoked, "190/458"},
		{"password.json", 400, platform.ClassAuthRevoked, "190/460"},
		{"capability.json", 400, platform.ClassAuthScope, "3"},
		{"denied.json", 403, platform.ClassAuthScope, "10"},
		{"permission.json", 403, platform.ClassAuthScope, "200"},
		{"permission_last.json", 403, platform.ClassAuthScope, "299"},
		{"granted.json", 400, platform.ClassAuthScope, "190"},
		{"missing.json", 400, platform.ClassAuthScope, "100"},
		{"policy.json", 400, platform.ClassAuthScope, "368"},
		{"suspended.json", 403, platform.ClassSuspended, "200/1487390"},
		{"app_limit.json", 400, platform.ClassRateLimited, "4"},
		{"user_limit.json", 400, platform.ClassRateLimited, "17"},
		{"page_limit.json", 403, platform.ClassRateLimited, "32"},
		{"custom_limit.json", 400, platform.ClassRateLimited, "613"},
		{"throttled.json", 400, platform.ClassRateLimited, "80000/2446079"},
		{"throttled_ads.json", 400, platform.ClassRateLimited, "80004"},
		{"throttled_last.json", 400, platform.ClassRateLimited, "80006"},
		{"throttled_catalog.json", 400, platform.ClassRateLimited, "80008"},
		{"account_limit.json", 400, platform.ClassQuota, "17/2446079"},
		{"ads_limit.json", 400, platform.ClassQuota, "613/1487742"},
		{"not_found.json", 400, platform.ClassNotFound, "100/33"},
		{"alias.json", 404, platform.ClassNotFound, "803"},
		{"invalid.json", 400, platform.ClassInvalid, "100"},
		{"subcode.json", 400, platform.ClassInvalid, "100/1885183"},
		{"duplicate.json", 400, platform.ClassInvalid, "506"},
		{"transient.json", 400, platform.ClassTransient, "2"},
		{"said_transient.json", 400, platform.ClassTransient, "2601"},
		{"unknown_1.json", 500, platform.ClassTransient, "1"},
		{"service.json", 400, platform.ClassTransient, "2"},
		{"subcode_99.json", 400, platform.ClassTransient, "1/99"},
		{"batch.json", 400, platform.ClassTransient, "960"},
		{"new.json", 500, platform.ClassTransient, "99999"},
		{"new.json", 400, platform.ClassUnknown, "99999"},
		{"new.json", 200, platform.ClassUnknown, "99999"},
		{"version.json", 400, platform.ClassSunset, "2635"},
		{"version_words.json", 400, platform.ClassSunset, "12"},
		{"empty.json", 500, platform.ClassTransient, "500"},
		{"empty.json", 400, platform.ClassUnknown, "400"},
		{"page.html", 502, platform.ClassTransient, "502"},
		{"page.html", 404, platform.ClassTransient, "404"},
		{"page.html", 302, platform.ClassTransient, "302"},
		{"page.html", 200, platform.ClassTransient, "malformed"},
		{"no_success.json", 200, platform.ClassUnknown, "no_success"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.file, " ", tt.status), func(t *testing.T) {
			k, meter := wire(t, step{Request: "set_status", Response: "errors/" + tt.file, Status: tt.status})
			got := platform.AsError(k.SetStatus(t.Context(), call(meter, account), "120210000000001", platform.Off))
			if got.Class != tt.class || got.Code != tt.code || got.RetryAfter != 0 {
				t.Errorf("%s %q after %v, want %s %q", got.Class, got.Code, got.RetryAfter, tt.class, tt.code)
			}
			if got.Platform != "meta" || got.Op != "set_status" {
				t.Errorf("the error is %v", got)
			}
		})
	}
}

// TestUnsure: a refusal of the request says that nothing was done, a server's failure doesn't.
func TestUnsure(t *testing.T) {
	tests := []struct {
		file   string
		status int
		want   bool
	}{
		{"invalid.json", 400, false}, {"throttled.json", 400, false}, {"expired.json", 400, false},
		{"transient.json", 400, true}, {"unknown_1.json", 500, true}, {"page.html", 502, true}, {"page.html", 200, true}, {"no_success.json", 200, true},
	}
	for _, tt := range tests {
		k, meter := wire(t, step{Response: "errors/" + tt.file, Status: tt.status})
		err := k.SetStatus(t.Context(), call(meter, account), "120210000000001", platform.Off)
		if got := platform.AsError(err).Unsure; err == nil || got != tt.want {
			t.Errorf("%s under %d: unsure %v, error %v", tt.file, tt.status, got, err)
		}
	}
}

// TestThrottled: the wait stands in minutes beside the usage, and the usage tells before the throttling.
func TestThrottled(t *testing.T) {
	const useCases = `{"1019283746":[{"type":"ads_management","call_count":100,"total_cputime":25,"total_time":30,"estimated_time_to_regain_access":3}],
		"7":[{"type":"ads_insights","call_count":4,"estimated_time_to_regain_access":12}]}`
	tests := []struct {
		name    string
		header  map[string]string
		wait    time.Duration
		percent int
	}{
		{"in minutes", map[string]string{"X-Business-Use-Case-Usage": useCases}, 12 * time.Minute, 100},
		{"in minutes before the usual header", map[string]string{"X-Business-Use-Case-Usage": useCases, "Retry-After": "5"}, 12 * time.Minute, 100},
		{"of more than a day", map[string]string{"X-Business-Use-Case-Usage": `{"1":[{"estimated_time_to_regain_access":4000}]}`}, 24 * time.Hour, 0},
		{"none", map[string]string{"X-Business-Use-Case-Usage": `{"1":[{"call_count":88,"estimated_time_to_regain_access":0}]}`}, 0, 88},
		{"by the usual header", map[string]string{"X-App-Usage": `{"call_count":28,"total_time":25.2,"total_cputime":96.1}`, "Retry-After": "90"}, 90 * time.Second, 97},
		{"of the account", map[string]string{"X-Ad-Account-Usage": `{"acc_id_util_pct":9.67}`}, 0, 10},
		{"of insights", map[string]string{"X-Fb-Ads-Insights-Throttle": `{"app_id_util_pct":0.5,"acc_id_util_pct":76}`, "X-App-Usage": `{"call_count":3}`}, 0, 76},
		{"that can't be read", map[string]string{"X-App-Usage": `{"call_count":`, "X-Business-Use-Case-Usage": "soon"}, 0, 0},
	}
	for _, tt := range tests {
		header := http.Header{}
		for name, value := range tt.header {
			header.Set(name, strings.Join(strings.Fields(value), ""))
		}
		k, meter := wire(t, step{Request: "campaigns", Response: "errors/throttled.json", Status: 400, Header: header})
		_, err := k.Campaigns(t.Context(), call(meter, account), "")
		if got := platform.AsError(err); got.Class != platform.ClassRateLimited || got.RetryAfter != tt.wait {
			t.Errorf("%s: %v after %v, want %v", tt.name, err, got.RetryAfter, tt.wait)
		}
		if meter.Percent() != tt.percent || meter.Calls() != 1 {
			t.Errorf("%s: %d %% used in %d calls, want %d %%", tt.name, meter.Percent(), meter.Calls(), tt.percent)
		}
	}
}

func TestTokenRefusals(t *testing.T) {
	tests := []struct {
		file   string
		status int
		class  platform.Class
		code   string
	}{
		{"expired.json", 400, platform.ClassAuthRevoked, "190/463"}, // what has ended can't be exchanged
		{"password.json", 400, platform.ClassAuthRevoked, "190/460"},
		{"app_limit.json", 400, platform.ClassRateLimited, "4"},
		{"page.html", 502, platform.ClassTransient, "502"},
		{"page.html", 200, platform.ClassTransient, "malformed"},
		{"empty.json", 200, platform.ClassTransient, "malformed"},
	}
	for _, tt := range tests {
		k, _ := wire(t, step{Request: "refresh", Response: "errors/" + tt.file, Status: tt.status})
		_, err := k.Refresh(t.Context(), platform.Grant{Access: secret.NewText("test-access")})
		if got := platform.AsError(err); got.Class != tt.class || got.Code != tt.code {
			t.Errorf("%s under %d: %v, want %s %q", tt.file, tt.status, err, tt.class, tt.code)
		}
	}
}

// TestSecretsStayOutOfErrors: Meta quotes tokens in its messages.
func TestSecretsStayOutOfErrors(t *testing.T) {
	k, meter := wire(t,
		step{Response: "errors/telling.json", Status: 400},
		step{Response: "errors/telling.json", Status: 400},
	)
	_, read := k.Campaign(t.Context(), call(meter, account), "120210000000001")
	_, exchanged := k.Exchange(t.Context(), "test-code", "test-verifier", "https://app.example/callback")
	for i, err := range []error{read, exchanged} {
		said := []string{"test-access", "test-client-secret"}
		if i == 1 {
			said = []string{"test-code", "test-verifier", "test-client-secret"}
		}
		for _, s := range said {
			if err == nil || strings.Contains(err.Error(), s) {
				t.Errorf("%v tells %q", err, s)
			}
		}
	}
}
