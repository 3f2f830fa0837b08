package x_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/platformtest"
)

// TestRefusals holds every refusal of the call that publishes to its class, and to whether it may have
// happened all the same.
func TestRefusals(t *testing.T) {
	// In five minutes, and in seven hours.
	soon, late := "1795457100", "1795482000"
	header := func(pairs ...string) http.Header {
		h := http.Header{}
		for n := 0; n < len(pairs); n += 2 {
			h.Set(pairs[n], pairs[n+1])
		}
		return h
	}
	tests := []struct {
		file   string
		status int
		header http.Header
		class  platform.Class
		code   string
		wait   time.Duration
		unsure bool
	}{
		{"unauthorized.json", 401, nil, platform.ClassAuthExpired, "401", 0, false},
		{"token.json", 401, nil, platform.ClassAuthExpired, "89", 0, false},
		{"forbidden.json", 403, nil, platform.ClassAuthScope, "403", 0, false},
		{"client_forbidden.json", 403, nil, platform.ClassAuthScope, "client-forbidden", 0, false},
		{"duplicate.json", 403, nil, platform.ClassInvalid, "duplicate", 0, false},
		{"duplicate_code.json", 403, nil, platform.ClassInvalid, "duplicate", 0, false},
		{"suspended.json", 403, nil, platform.ClassSuspended, "64", 0, false},
		{"automated.json", 403, nil, platform.ClassBlocked, "226", 0, false},
		{"locked.json", 403, nil, platform.ClassBlocked, "326", 0, false},
		{"not_found.json", 404, nil, platform.ClassNotFound, "resource-not-found", 0, false},
		{"invalid.json", 400, header("X-Rate-Limit-Reset", soon), platform.ClassInvalid, "invalid-request", 0, false},
		{"page.html", 400, nil, platform.ClassInvalid, "400", 0, false},
		{"page.html", 403, nil, platform.ClassUnknown, "403", 0, false},
		{"page.html", 404, nil, platform.ClassUnknown, "404", 0, false},
		{"throttled.json", 429, nil, platform.ClassRateLimited, "429", 0, false},
		{"throttled.json", 429, header("X-Rate-Limit-Reset", soon), platform.ClassRateLimited, "429", 5 * time.Minute, false},
		{"throttled.json", 429, header("X-Rate-Limit-Reset", soon, "X-User-Limit-24hour-Remaining", "7", "X-User-Limit-24hour-Reset", late), platform.ClassRateLimited, "429", 5 * time.Minute, false},
		{"throttled.json", 429, header("X-Rate-Limit-Reset", soon, "X-User-Limit-24hour-Remaining", "0", "X-User-Limit-24hour-Reset", late), platform.ClassRateLimited, "429", 7 * time.Hour, false},
		{"throttled.json", 429, header("X-Rate-Limit-Reset", soon, "X-App-Limit-24hour-Remaining", "0", "X-App-Limit-24hour-Reset", late), platform.ClassRateLimited, "429", 7 * time.Hour, false},
		{"capped.json", 429, nil, platform.ClassQuota, "usage-capped", 24 * time.Hour, false},
		{"capped.json", 403, header("Retry-After", "90"), platform.ClassQuota, "usage-capped", 90 * time.Second, false},
		{"credits.json", 402, nil, platform.ClassQuota, "credits", 24 * time.Hour, false},
		{"page.html", 402, nil, platform.ClassQuota, "402", 24 * time.Hour, false},
		// From here on, nobody can tell.
		{"not_found.json", 200, nil, platform.ClassNotFound, "resource-not-found", 0, true},
		{"unseen.json", 200, nil, platform.ClassAuthScope, "not-authorized-for-resource", 0, true},
		{"invalid.json", 201, nil, platform.ClassUnknown, "invalid-request", 0, true},
		{"page.html", 302, nil, platform.ClassUnknown, "302", 0, true},
		{"page.html", 408, nil, platform.ClassTransient, "408", 0, true},
		{"internal.json", 500, nil, platform.ClassTransient, "500", 0, true},
		{"duplicate.json", 503, nil, platform.ClassTransient, "503", 0, true},
		{"capacity.json", 503, header("Retry-After", "20", "X-Rate-Limit-Reset", soon), platform.ClassTransient, "130", 20 * time.Second, true},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.file, " ", tt.status), func(t *testing.T) {
			k := wire(t, step{Request: "publish", Response: "errors/" + tt.file, Status: tt.status, Header: tt.header})
			_, err := k.Publish(t.Context(), call, tents, platform.Prepared{})
			got := platform.AsError(err)
			if got.Class != tt.class || got.Code != tt.code || got.RetryAfter != tt.wait || got.Unsure != tt.unsure {
				t.Errorf("%s %q after %v, unsure %v, want %s %q after %v, unsure %v", got.Class, got.Code, got.RetryAfter, got.Unsure, tt.class, tt.code, tt.wait, tt.unsure)
			}
			if got.Platform != "x" || got.Op != "publish" {
				t.Errorf("the error is %v", got)
			}
		})
	}
}

// TestUnreadable: what can't be read under 201 may be a post.
func TestUnreadable(t *testing.T) {
	for _, body := range []string{"<html></html>", "", "{}", `{"data":{}}`, `{"data":{"id":17.5}}`, `{"data":null}`, `[]`} {
		_, err := connect(t, platformtest.Answering(t, body)).Publish(t.Context(), call, tents, platform.Prepared{})
		if got := platform.AsError(err); got.Class != platform.ClassTransient || got.Code != "malformed" || !got.Unsure {
			t.Errorf("%q: error %v, unsure %v", body, err, got.Unsure)
		}
	}
}

// TestNoAnswer: a call that was never sent can't have happened, one that was may have.
func TestNoAnswer(t *testing.T) {
	for base, unsure := range map[string]bool{"http://127.0.0.1:1": false, losing(t): true} {
		_, err := connect(t, base).Publish(t.Context(), call, tents, platform.Prepared{})
		if got := platform.AsError(err); got.Class != platform.ClassTransient || got.Unsure != unsure {
			t.Errorf("error %v, unsure %v, want %v", err, got.Unsure, unsure)
		}
	}
}

// TestNothingVisible: a failure of any call but the one that publishes leaves no doubt.
func TestNothingVisible(t *testing.T) {
	for _, base := range []string{losing(t), platformtest.Answering(t, "<html></html>")} {
		k, ctx := connect(t, base), t.Context()
		_, prepare := k.Prepare(ctx, call, pictures)
		_, ready := k.Ready(ctx, call, made)
		_, find := k.Find(ctx, call, tents, platform.Prepared{})
		_, accounts := k.Accounts(ctx, call)
		_, token := k.Exchange(ctx, "test-code", "", "https://app.example/callback")
		for n, err := range []error{prepare, ready, find, accounts, token, k.Revoke(ctx, call)} {
			if got := platform.AsError(err); got.Class != platform.ClassTransient || got.Unsure {
				t.Errorf("call %d: error %v, unsure %v", n, err, got.Unsure)
			}
		}
	}
}

func TestTokenRefusals(t *testing.T) {
	tests := []struct {
		file   string
		status int
		first  platform.Class // of a code
		later  platform.Class // of a refresh token
		code   string
	}{
		{"oauth_invalid_grant.json", 400, platform.ClassAuthRevoked, platform.ClassAuthRevoked, "invalid_grant"},
		{"oauth_invalid_request.json", 400, platform.ClassInvalid, platform.ClassAuthRevoked, "invalid_request"},
		{"oauth_unauthorized_client.json", 401, platform.ClassInvalid, platform.ClassInvalid, "unauthorized_client"},
		{"throttled.json", 429, platform.ClassRateLimited, platform.ClassRateLimited, "429"},
		{"page.html", 404, platform.ClassUnknown, platform.ClassUnknown, "404"},
		{"oauth_invalid_request.json", 503, platform.ClassTransient, platform.ClassTransient, "invalid_request"},
	}
	g := platform.Grant{Access: call.Token, Refresh: call.Token}
	for _, tt := range tests {
		s := step{Response: "errors/" + tt.file, Status: tt.status}
		k := wire(t, s, s)
		_, first := k.Exchange(t.Context(), "test-refresh", "test-verifier", "https://app.example/callback")
		_, later := k.Refresh(t.Context(), g)
		for err, class := range map[error]platform.Class{first: tt.first, later: tt.later} {
			if got := platform.AsError(err); got.Class != class || got.Code != tt.code {
				t.Errorf("%s under %d: %v, want %s %q", tt.file, tt.status, err, class, tt.code)
			}
		}
		if strings.Contains(fmt.Sprint(first), "test-refresh") {
			t.Errorf("%s tells the code: %v", tt.file, first)
		}
	}
}
