package tiktok_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"bellwether/internal/platform"
)

// TestRefusals holds every kind of refusal to the class that platforms.md gives it. TikTok answers them all
// under 200; other statuses are those of what stands between it and us.
func TestRefusals(t *testing.T) {
	const (
		minutes      = 5 * time.Minute
		tillMidnight = 6 * time.Hour // the clock stands at 18:00 UTC
	)
	tests := []struct {
		file       string
		status     int
		retryAfter string
		class      platform.Class
		code       string
		wait       time.Duration
		unsure     bool
	}{
		{"qps.json", 200, "", platform.ClassRateLimited, "40133", minutes, false},
		{"qpm.json", 200, "", platform.ClassRateLimited, "40100", minutes, false},
		{"frequent.json", 200, "", platform.ClassRateLimited, "40016", minutes, false},
		{"frequent_user.json", 200, "", platform.ClassRateLimited, "40102", minutes, false},
		{"frequent.json", 200, "90", platform.ClassRateLimited, "40016", 90 * time.Second, false},
		{"qpd.json", 200, "", platform.ClassQuota, "40101", tillMidnight, false},
		{"revoked.json", 200, "", platform.ClassAuthRevoked, "40105", 0, false},
		{"bearer.json", 200, "", platform.ClassAuthRevoked, "40105", 0, false},
		{"invalid_token.json", 200, "", platform.ClassAuthRevoked, "40110", 0, false},
		{"auth_code.json", 200, "", platform.ClassAuthRevoked, "40131", 0, false},
		{"expired.json", 200, "", platform.ClassAuthExpired, "40105", 0, false},
		{"expired_token.json", 200, "", platform.ClassAuthExpired, "40110", 0, false},
		{"permission.json", 200, "", platform.ClassAuthScope, "40001", 0, false},
		{"suspended.json", 200, "", platform.ClassSuspended, "40001", 0, false},
		{"gone.json", 200, "", platform.ClassSuspended, "40001", 0, false},
		{"invalid.json", 200, "", platform.ClassInvalid, "40002", 0, false},
		{"method.json", 200, "", platform.ClassInvalid, "40006", 0, false},
		{"too_large.json", 200, "", platform.ClassInvalid, "40067", 0, false},
		{"not_found.json", 200, "", platform.ClassNotFound, "40007", 0, false},
		{"version.json", 200, "", platform.ClassSunset, "40007", 0, false},
		{"system.json", 200, "", platform.ClassTransient, "50000", 0, true},
		{"internal.json", 200, "", platform.ClassTransient, "51001", 0, true},
		{"busy.json", 200, "", platform.ClassTransient, "60001", 0, true},
		{"new.json", 200, "", platform.ClassUnknown, "49999", 0, false},

		{"permission.json", 403, "", platform.ClassAuthScope, "40001", 0, false}, // the body tells more than the status
		{"new.json", 503, "20", platform.ClassTransient, "49999", 20 * time.Second, true},
		{"ok.json", 500, "", platform.ClassTransient, "500", 0, true}, // no status but 200 is done
		{"ok.json", 302, "", platform.ClassUnknown, "302", 0, true},
		{"page.html", 200, "", platform.ClassTransient, "malformed", 0, true},
		{"page.html", 302, "", platform.ClassUnknown, "302", 0, true},
		{"page.html", 404, "", platform.ClassUnknown, "404", 0, false},
		{"page.html", 408, "", platform.ClassTransient, "408", 0, true},
		{"page.html", 429, "", platform.ClassRateLimited, "429", minutes, false},
		{"page.html", 429, "30", platform.ClassRateLimited, "429", 30 * time.Second, false},
		{"page.html", 503, "20", platform.ClassTransient, "503", 20 * time.Second, true},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.file, " ", tt.status, " ", tt.retryAfter), func(t *testing.T) {
			k, meter := wire(t, step{Request: "set_status", Response: "errors/" + tt.file, Status: tt.status, Header: after(tt.retryAfter)})
			got := platform.AsError(k.SetStatus(t.Context(), call(meter, account), "1788", platform.Off))
			if got.Class != tt.class || got.Code != tt.code || got.RetryAfter != tt.wait || got.Unsure != tt.unsure {
				t.Errorf("%s %q after %v, unsure %v, want %s %q after %v, unsure %v", got.Class, got.Code, got.RetryAfter, got.Unsure, tt.class, tt.code, tt.wait, tt.unsure)
			}
			if got.Platform != "tiktok" || got.Op != "set_status" || strings.Contains(got.Error(), "test-access") {
				t.Errorf("the error is %v", got)
			}
		})
	}
}

// after is the header that tells a wait.
func after(wait string) http.Header {
	if wait == "" {
		return nil
	}
	return http.Header{"Retry-After": {wait}}
}

// TestTokenRefusals: a code that is out of date can't be renewed, and no refusal tells what was sent.
func TestTokenRefusals(t *testing.T) {
	tests := []struct {
		file   string
		status int
		class  platform.Class
		code   string
	}{
		{"auth_code.json", 200, platform.ClassAuthRevoked, "40131"},
		{"expired.json", 200, platform.ClassAuthRevoked, "40105"},
		{"secret.json", 200, platform.ClassInvalid, "40002"},
		{"qpm.json", 200, platform.ClassRateLimited, "40100"},
		{"busy.json", 200, platform.ClassTransient, "60001"},
		{"page.html", 200, platform.ClassTransient, "malformed"},
		{"page.html", 502, platform.ClassTransient, "502"},
	}
	for _, tt := range tests {
		k, _ := wire(t, step{Request: "token", Response: "errors/" + tt.file, Status: tt.status})
		_, err := k.Exchange(t.Context(), "test-code", "", "https://app.example/callback")
		if got := platform.AsError(err); got.Class != tt.class || got.Code != tt.code {
			t.Errorf("%s under %d: %v, want %s %q", tt.file, tt.status, err, tt.class, tt.code)
		}
		if text := err.Error(); strings.Contains(text, "test-code") || strings.Contains(text, "test-client-secret") {
			t.Errorf("it tells a secret: %v", err)
		}
	}
}

// TestStatuses: what runs is never guessed, and what is switched on is never taken for paused.
func TestStatuses(t *testing.T) {
	tests := []struct {
		operation, delivery, mode string
		want                      platform.Status
	}{
		{"ENABLE", "CAMPAIGN_STATUS_ENABLE", "BUDGET_MODE_INFINITE", platform.StatusActive},
		{"ENABLE", "", "BUDGET_MODE_INFINITE", platform.StatusActive},
		{"ENABLE", "CAMPAIGN_STATUS_AWAITING_REVIEW", "BUDGET_MODE_INFINITE", platform.StatusPending},
		{"ENABLE", "CAMPAIGN_STATUS_DONE", "BUDGET_MODE_INFINITE", platform.StatusCompleted},
		{"ENABLE", "CAMPAIGN_STATUS_BUDGET_EXCEED", "BUDGET_MODE_DAY", platform.StatusActive},
		{"ENABLE", "CAMPAIGN_STATUS_BUDGET_EXCEED", "BUDGET_MODE_TOTAL", platform.StatusCompleted},
		{"ENABLE", "CAMPAIGN_STATUS_SOMETHING_NEW", "BUDGET_MODE_INFINITE", platform.StatusError},
		{"DISABLE", "CAMPAIGN_STATUS_DISABLE", "BUDGET_MODE_INFINITE", platform.StatusPaused},
		{"DISABLE", "CAMPAIGN_STATUS_ENABLE", "BUDGET_MODE_INFINITE", platform.StatusPaused},
		{"DISABLE", "CAMPAIGN_STATUS_SOMETHING_NEW", "BUDGET_MODE_INFINITE", platform.StatusPaused},
		{"DISABLE", "CAMPAIGN_STATUS_DELETE", "BUDGET_MODE_INFINITE", platform.StatusDeleted},
		{"ENABLE", "CAMPAIGN_STATUS_DELETE", "BUDGET_MODE_INFINITE", platform.StatusDeleted},
		{"DELETE", "", "BUDGET_MODE_INFINITE", platform.StatusDeleted},
		{"SOMETHING_NEW", "CAMPAIGN_STATUS_ENABLE", "BUDGET_MODE_INFINITE", platform.StatusUnknown},
		{"", "", "BUDGET_MODE_INFINITE", platform.StatusUnknown},
	}
	for _, tt := range tests {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, fmt.Sprintf(`{"code":0,"data":{"list":[{"campaign_id":1788,"operation_status":%q,"secondary_status":%q,"budget_mode":%q,"budget":"100"}],"page_info":{"total_page":1}}}`,
				tt.operation, tt.delivery, tt.mode))
		}))
		got, err := connect(t, server.URL).Campaign(t.Context(), call(nil, account), "1788")
		server.Close()
		if raw := strings.TrimSuffix(tt.operation+"/"+tt.delivery, "/"); err != nil || got.Status != tt.want || got.RawStatus != raw {
			t.Errorf("%s with %s: %+v, error %v, want %s", raw, tt.mode, got, err, tt.want)
		}
	}
}
