package linkedin_test

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
	const tillMidnight = 6 * time.Hour // the clock stands at 18:00 UTC
	tests := []struct {
		file       string
		status     int
		retryAfter string
		class      platform.Class
		code       string
		wait       time.Duration
	}{
		{"expired.json", 401, "", platform.ClassAuthExpired, "65602", 0},
		{"expired_code.json", 401, "", platform.ClassAuthExpired, "EXPIRED_ACCESS_TOKEN", 0},
		{"invalid_token.json", 401, "", platform.ClassAuthExpired, "65600", 0},
		{"page.html", 401, "", platform.ClassAuthExpired, "401", 0},
		{"revoked.json", 401, "", platform.ClassAuthRevoked, "65601", 0},
		{"revoked_code.json", 401, "", platform.ClassAuthRevoked, "REVOKED_ACCESS_TOKEN", 0},
		{"permission.json", 403, "", platform.ClassAuthScope, "ACCESS_DENIED", 0},
		{"suspended.json", 403, "", platform.ClassSuspended, "ACCOUNT_SUSPENDED", 0},
		{"not_found.json", 404, "", platform.ClassNotFound, "NOT_FOUND", 0},
		{"page.html", 404, "", platform.ClassUnknown, "404", 0},
		{"invalid.json", 400, "", platform.ClassInvalid, "ILLEGAL_ARGUMENT", 0},
		{"version_missing.json", 400, "", platform.ClassInvalid, "VERSION_MISSING", 0},
		{"unprocessable.json", 422, "", platform.ClassInvalid, "100", 0},
		{"version.json", 426, "", platform.ClassSunset, "NONEXISTENT_VERSION", 0},
		{"throttled.json", 429, "", platform.ClassQuota, "TOO_MANY_REQUESTS", tillMidnight},
		{"throttled.json", 429, "90", platform.ClassRateLimited, "TOO_MANY_REQUESTS", 90 * time.Second},
		{"throttled.json", 429, "Mon, 23 Nov 2026 18:05:00 GMT", platform.ClassRateLimited, "TOO_MANY_REQUESTS", 5 * time.Minute},
		{"page.html", 429, "", platform.ClassQuota, "429", tillMidnight},
		{"internal.json", 500, "", platform.ClassTransient, "500", 0},
		{"page.html", 503, "20", platform.ClassTransient, "503", 20 * time.Second},
		{"page.html", 302, "", platform.ClassUnknown, "302", 0},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.file, " ", tt.status), func(t *testing.T) {
			k, meter := wire(t, step{Request: "set_status", Response: "errors/" + tt.file, Status: tt.status, Header: after(tt.retryAfter)})
			got := platform.AsError(k.SetStatus(t.Context(), call(meter, account), "1001", platform.Off))
			if got.Class != tt.class || got.Code != tt.code || got.RetryAfter != tt.wait {
				t.Errorf("%s %q after %v, want %s %q after %v", got.Class, got.Code, got.RetryAfter, tt.class, tt.code, tt.wait)
			}
			if got.Platform != "linkedin" || got.Op != "set_status" || strings.Contains(got.Error(), "test-access") {
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

func TestMalformed(t *testing.T) {
	k, meter := wire(t, step{Request: "campaign", Response: "errors/page.html"})
	if _, err := k.Campaign(t.Context(), call(meter, account), "1001"); !platform.Is(err, platform.ClassTransient) {
		t.Errorf("error %v", err)
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
		{"page.html", 502, platform.ClassTransient, "502"},
		{"page.html", 200, platform.ClassTransient, "malformed"},
		{"page.html", 429, platform.ClassRateLimited, "429"},
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
		raw  string
		want platform.Status
	}{
		{"ACTIVE", platform.StatusActive}, {"PAUSED", platform.StatusPaused}, {"DRAFT", platform.StatusDraft}, {"COMPLETED", platform.StatusCompleted},
		{"ARCHIVED", platform.StatusArchived}, {"CANCELED", platform.StatusArchived}, {"CANCELLED", platform.StatusArchived},
		{"REMOVED", platform.StatusDeleted}, {"PENDING_DELETION", platform.StatusDeleted}, {"SOMETHING_NEW", platform.StatusUnknown}, {"", platform.StatusUnknown},
	}
	for _, tt := range tests {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, fmt.Sprintf(`{"id":1001,"status":%q,"servingStatuses":["RUNNABLE"]}`, tt.raw))
		}))
		got, err := connect(t, server.URL).Campaign(t.Context(), call(nil, account), "1001")
		server.Close()
		if err != nil || got.Status != tt.want || got.RawStatus != tt.raw || got.Budget != nil {
			t.Errorf("%s: %+v, error %v, want %s", tt.raw, got, err, tt.want)
		}
	}
}
