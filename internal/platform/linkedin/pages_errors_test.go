package linkedin_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/platformtest"
)

// TestPagesRefusals holds every refusal of the call that publishes to its class, and to whether it may have
// happened all the same.
func TestPagesRefusals(t *testing.T) {
	wait := http.Header{"Retry-After": {"90"}}
	tests := []struct {
		file   string
		status int
		header http.Header
		class  platform.Class
		code   string
		wait   time.Duration
		unsure bool
	}{
		{"expired.json", 401, nil, platform.ClassAuthExpired, "65602", 0, false},
		{"revoked.json", 401, nil, platform.ClassAuthRevoked, "65601", 0, false},
		{"revoked_code.json", 401, nil, platform.ClassAuthRevoked, "REVOKED_ACCESS_TOKEN", 0, false},
		{"permission.json", 403, nil, platform.ClassAuthScope, "ACCESS_DENIED", 0, false},
		{"suspended.json", 403, nil, platform.ClassSuspended, "ACCOUNT_SUSPENDED", 0, false},
		{"not_found.json", 404, nil, platform.ClassNotFound, "NOT_FOUND", 0, false},
		{"page.html", 404, nil, platform.ClassUnknown, "404", 0, false},
		{"invalid.json", 400, nil, platform.ClassInvalid, "ILLEGAL_ARGUMENT", 0, false},
		{"unprocessable.json", 422, nil, platform.ClassInvalid, "100", 0, false},
		{"duplicate.json", 422, nil, platform.ClassInvalid, "duplicate", 0, false},
		{"version.json", 426, nil, platform.ClassSunset, "NONEXISTENT_VERSION", 0, false},
		{"throttled.json", 429, wait, platform.ClassRateLimited, "TOO_MANY_REQUESTS", 90 * time.Second, false},
		{"throttled.json", 429, nil, platform.ClassQuota, "TOO_MANY_REQUESTS", 6 * time.Hour, false},
		// From here on, nobody can tell.
		{"page.html", 302, nil, platform.ClassUnknown, "302", 0, true},
		{"page.html", 408, nil, platform.ClassTransient, "408", 0, true},
		{"internal.json", 500, nil, platform.ClassTransient, "500", 0, true},
		{"page.html", 503, wait, platform.ClassTransient, "503", 90 * time.Second, true},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.file, " ", tt.status), func(t *testing.T) {
			k := wirePages(t, step{Response: "errors/" + tt.file, Status: tt.status, Header: tt.header})
			_, err := k.Publish(t.Context(), page, bare, platform.Prepared{})
			got := platform.AsError(err)
			if got.Class != tt.class || got.Code != tt.code || got.RetryAfter != tt.wait || got.Unsure != tt.unsure {
				t.Errorf("%s %q after %v, unsure %v, want %s %q after %v, unsure %v", got.Class, got.Code, got.RetryAfter, got.Unsure, tt.class, tt.code, tt.wait, tt.unsure)
			}
			if got.Platform != "linkedin_page" || got.Op != "publish" {
				t.Errorf("the error is %v", got)
			}
		})
	}
}

// TestPagesUnreadable: what names no post under 2xx may be one.
func TestPagesUnreadable(t *testing.T) {
	for _, s := range []step{
		{Response: "errors/page.html"}, {Status: 201}, {Status: 201, Header: out("")}, {Status: 201, Header: out("urn:li:image:1")},
		{Status: 201, Header: out("urn:li:share:1/../2")}, {Response: "errors/invalid.json"},
	} {
		_, err := wirePages(t, s).Publish(t.Context(), page, bare, platform.Prepared{})
		if got := platform.AsError(err); got.Class != platform.ClassTransient || got.Code != "malformed" || !got.Unsure {
			t.Errorf("%+v: error %v, unsure %v", s, err, got.Unsure)
		}
	}
}

// TestPagesNoAnswer: a call that was never sent can't have happened, one that was may have.
func TestPagesNoAnswer(t *testing.T) {
	for base, unsure := range map[string]bool{"http://127.0.0.1:1": false, losing(t): true} {
		_, err := connectPages(t, base).Publish(t.Context(), page, bare, platform.Prepared{})
		if got := platform.AsError(err); got.Class != platform.ClassTransient || got.Unsure != unsure {
			t.Errorf("error %v, unsure %v, want %v", err, got.Unsure, unsure)
		}
	}
}

// TestPagesNothingVisible: a failure of any call but the one that publishes leaves no doubt.
func TestPagesNothingVisible(t *testing.T) {
	for _, base := range []string{losing(t), platformtest.Answering(t, "<html></html>")} {
		k, ctx := connectPages(t, base), t.Context()
		_, prepare := k.Prepare(ctx, page, picture)
		_, ready := k.Ready(ctx, page, made)
		_, find := k.Find(ctx, page, bare, platform.Prepared{})
		_, accounts := k.Accounts(ctx, page)
		for n, err := range []error{prepare, ready, find, accounts} {
			if got := platform.AsError(err); got.Class != platform.ClassTransient || got.Unsure {
				t.Errorf("call %d: error %v, unsure %v", n, err, got.Unsure)
			}
		}
	}
}
