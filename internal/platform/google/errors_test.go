package google_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/secret"
)

// TestRefusals holds every kind of refusal to the class that platforms.md gives it.
func TestRefusals(t *testing.T) {
	tests := []struct {
		file   string
		status int
		class  platform.Class
		code   string
		wait   time.Duration
	}{
		{"token_expired.json", 401, platform.ClassAuthExpired, "authenticationError.OAUTH_TOKEN_EXPIRED", 0},
		{"token_invalid.json", 401, platform.ClassAuthExpired, "authenticationError.OAUTH_TOKEN_INVALID", 0},
		{"bare_401.json", 401, platform.ClassAuthExpired, "UNAUTHENTICATED", 0},
		{"token_revoked.json", 401, platform.ClassAuthRevoked, "authenticationError.OAUTH_TOKEN_REVOKED", 0},
		{"token_disabled.json", 401, platform.ClassAuthRevoked, "authenticationError.OAUTH_TOKEN_DISABLED", 0},
		{"account_deleted.json", 401, platform.ClassAuthRevoked, "authenticationError.GOOGLE_ACCOUNT_DELETED", 0},
		{"not_ads_user.json", 401, platform.ClassAuthScope, "authenticationError.NOT_ADS_USER", 0},
		{"two_step.json", 401, platform.ClassAuthScope, "authenticationError.TWO_STEP_VERIFICATION_NOT_ENROLLED", 0},
		{"user_permission.json", 403, platform.ClassAuthScope, "authorizationError.USER_PERMISSION_DENIED", 0},
		{"action_not_permitted.json", 403, platform.ClassAuthScope, "authorizationError.ACTION_NOT_PERMITTED", 0},
		{"project_not_approved.json", 403, platform.ClassAuthScope, "authorizationError.CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION", 0},
		{"bare_403.json", 403, platform.ClassAuthScope, "PERMISSION_DENIED", 0},
		{"customer_not_enabled.json", 403, platform.ClassSuspended, "authorizationError.CUSTOMER_NOT_ENABLED", 0},
		{"quota_temporary.json", 429, platform.ClassRateLimited, "quotaError.RESOURCE_TEMPORARILY_EXHAUSTED", 30 * time.Second},
		{"array_throttled.json", 429, platform.ClassRateLimited, "quotaError.RESOURCE_TEMPORARILY_EXHAUSTED", 30 * time.Second},
		{"quota_no_delay.json", 429, platform.ClassRateLimited, "quotaError.RESOURCE_TEMPORARILY_EXHAUSTED", 0},
		{"bare_429.json", 429, platform.ClassRateLimited, "RESOURCE_EXHAUSTED", 41 * time.Second},
		{"quota_exhausted.json", 429, platform.ClassQuota, "quotaError.RESOURCE_EXHAUSTED", 2 * time.Hour},
		{"quota_prohibited.json", 403, platform.ClassAuthScope, "quotaError.ACCESS_PROHIBITED", 0},
		{"campaign_not_found.json", 404, platform.ClassNotFound, "mutateError.RESOURCE_NOT_FOUND", 0},
		{"request_not_found.json", 400, platform.ClassNotFound, "requestError.RESOURCE_NOT_FOUND", 0},
		{"customer_not_found.json", 401, platform.ClassNotFound, "authenticationError.CUSTOMER_NOT_FOUND", 0},
		{"internal.json", 500, platform.ClassTransient, "internalError.INTERNAL_ERROR", 0},
		{"internal_transient.json", 500, platform.ClassTransient, "internalError.TRANSIENT_ERROR", 0},
		{"deadline.json", 504, platform.ClassTransient, "internalError.DEADLINE_EXCEEDED", 0},
		{"concurrent.json", 400, platform.ClassTransient, "databaseError.CONCURRENT_MODIFICATION", 0},
		{"bare_503.json", 503, platform.ClassTransient, "UNAVAILABLE", 0},
		{"page_502.html", 502, platform.ClassTransient, "502", 0},
		{"page_502.html", 200, platform.ClassTransient, "malformed", 0},
		{"page_404.html", 404, platform.ClassSunset, "404", 0},
		{"version.json", 400, platform.ClassSunset, "requestError.UNSUPPORTED_VERSION", 0},
		{"page_size.json", 400, platform.ClassInvalid, "requestError.PAGE_SIZE_NOT_SUPPORTED", 0},
		{"field.json", 400, platform.ClassInvalid, "fieldError.REQUIRED", 0},
		{"in_array.json", 400, platform.ClassInvalid, "queryError.UNRECOGNIZED_FIELD", 0},
		{"in_array.json", 200, platform.ClassInvalid, "queryError.UNRECOGNIZED_FIELD", 0},
		{"partial.json", 200, platform.ClassInvalid, "campaignError.CANNOT_MODIFY_FOR_TRIAL_CAMPAIGN", 0},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.file, " ", tt.status), func(t *testing.T) {
			k, meter := wire(t, step{Request: "set_status", Response: "errors/" + tt.file, Status: tt.status})
			got := platform.AsError(k.SetStatus(t.Context(), call(meter, account), "9", platform.Off))
			if got.Class != tt.class || got.Code != tt.code || got.RetryAfter != tt.wait {
				t.Errorf("%s %q after %v, want %s %q after %v", got.Class, got.Code, got.RetryAfter, tt.class, tt.code, tt.wait)
			}
			if got.Platform != "google" || got.Op != "set_status" || strings.Contains(got.Error(), "test-access") {
				t.Errorf("the error is %v", got)
			}
		})
	}
}

func TestTokenRefusals(t *testing.T) {
	tests := []struct {
		file   string
		status int
		class  platform.Class
		code   string
	}{
		{"oauth_invalid_grant.json", 400, platform.ClassAuthRevoked, "invalid_grant"},
		{"oauth_invalid_client.json", 401, platform.ClassInvalid, "invalid_client"},
		{"page_502.html", 502, platform.ClassTransient, "502"},
		{"page_502.html", 200, platform.ClassTransient, "malformed"},
		{"page_502.html", 429, platform.ClassRateLimited, "429"},
	}
	for _, tt := range tests {
		k, _ := wire(t, step{Request: "refresh", Response: "errors/" + tt.file, Status: tt.status})
		_, err := k.Refresh(t.Context(), platform.Grant{Access: secret.NewText("test-access"), Refresh: secret.NewText("test-refresh")})
		if got := platform.AsError(err); got.Class != tt.class || got.Code != tt.code {
			t.Errorf("%s under %d: %v, want %s %q", tt.file, tt.status, err, tt.class, tt.code)
		}
	}
}

// TestStatuses: what runs is never guessed.
func TestStatuses(t *testing.T) {
	tests := []struct {
		status, primary string
		want            platform.Status
		raw             string
	}{
		{"ENABLED", "ELIGIBLE", platform.StatusActive, "ENABLED"},
		{"ENABLED", "LIMITED", platform.StatusActive, "ENABLED/LIMITED"},
		{"ENABLED", "LEARNING", platform.StatusActive, "ENABLED/LEARNING"},
		{"ENABLED", "PENDING", platform.StatusPending, "ENABLED/PENDING"},
		{"ENABLED", "ENDED", platform.StatusCompleted, "ENABLED/ENDED"},
		{"ENABLED", "MISCONFIGURED", platform.StatusError, "ENABLED/MISCONFIGURED"},
		{"ENABLED", "NOT_ELIGIBLE", platform.StatusError, "ENABLED/NOT_ELIGIBLE"},
		{"ENABLED", "SOMETHING_NEW", platform.StatusUnknown, "ENABLED/SOMETHING_NEW"},
		{"PAUSED", "PAUSED", platform.StatusPaused, "PAUSED"},
		{"PAUSED", "ELIGIBLE", platform.StatusPaused, "PAUSED"}, // the wish is newer
		{"REMOVED", "REMOVED", platform.StatusDeleted, "REMOVED"},
		{"SOMETHING_NEW", "ELIGIBLE", platform.StatusUnknown, "SOMETHING_NEW"},
	}
	for _, tt := range tests {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, fmt.Sprintf(`{"results":[{"campaign":{"id":"9","status":%q,"primaryStatus":%q}}]}`, tt.status, tt.primary))
		}))
		got, err := connect(t, server.URL).Campaign(t.Context(), call(nil, account), "9")
		server.Close()
		if err != nil || got.Status != tt.want || got.RawStatus != tt.raw || got.Budget != nil {
			t.Errorf("%s %s: %+v, error %v, want %s %q", tt.status, tt.primary, got, err, tt.want, tt.raw)
		}
	}
}
