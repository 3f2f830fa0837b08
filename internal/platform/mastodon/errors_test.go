package mastodon_test

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
	wait := func(name, value string) http.Header { return http.Header{name: {value}} }
	tests := []struct {
		file   string
		status int
		header http.Header
		class  platform.Class
		wait   time.Duration
		unsure bool
	}{
		{"revoked.json", 401, nil, platform.ClassAuthRevoked, 0, false},
		{"invalid_token.json", 401, nil, platform.ClassAuthRevoked, 0, false},
		{"scope.json", 403, nil, platform.ClassAuthScope, 0, false},
		{"disabled.json", 403, nil, platform.ClassSuspended, 0, false},
		{"not_found.json", 404, nil, platform.ClassNotFound, 0, false},
		{"not_found.json", 410, nil, platform.ClassNotFound, 0, false},
		{"validation.json", 422, nil, platform.ClassInvalid, 0, false},
		{"unfinished.json", 422, nil, platform.ClassInvalid, 0, false},
		{"page.html", 400, nil, platform.ClassInvalid, 0, false},
		{"page.html", 401, nil, platform.ClassUnknown, 0, false},
		{"page.html", 403, nil, platform.ClassUnknown, 0, false},
		{"page.html", 404, nil, platform.ClassUnknown, 0, false},
		{"throttled.json", 429, nil, platform.ClassRateLimited, 0, false},
		{"throttled.json", 429, wait("X-Ratelimit-Reset", "2026-11-23T18:04:30.000000Z"), platform.ClassRateLimited, 270 * time.Second, false},
		{"throttled.json", 429, wait("X-Ratelimit-Reset", "1795457100"), platform.ClassRateLimited, 5 * time.Minute, false},
		{"page.html", 429, wait("Retry-After", "90"), platform.ClassRateLimited, 90 * time.Second, false},
		// From here on, nobody can tell.
		{"page.html", 302, nil, platform.ClassUnknown, 0, true},
		{"page.html", 408, nil, platform.ClassTransient, 0, true},
		{"temporary.json", 500, nil, platform.ClassTransient, 0, true},
		{"validation.json", 500, nil, platform.ClassTransient, 0, true},
		{"temporary.json", 503, wait("X-Ratelimit-Reset", "2026-11-23T18:04:30.000000Z"), platform.ClassTransient, 0, true},
		{"page.html", 503, wait("Retry-After", "20"), platform.ClassTransient, 20 * time.Second, true},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.file, " ", tt.status), func(t *testing.T) {
			k := wire(t, step{Request: "publish", Response: "errors/" + tt.file, Status: tt.status, Header: tt.header})
			_, err := k.Publish(t.Context(), call, tents, platform.Prepared{})
			got := platform.AsError(err)
			if got.Class != tt.class || got.Code != fmt.Sprint(tt.status) || got.RetryAfter != tt.wait || got.Unsure != tt.unsure {
				t.Errorf("%s %q after %v, unsure %v, want %s after %v, unsure %v", got.Class, got.Code, got.RetryAfter, got.Unsure, tt.class, tt.wait, tt.unsure)
			}
			if got.Platform != "mastodon" || got.Op != "publish" {
				t.Errorf("the error is %v", got)
			}
		})
	}
}

// TestUnreadable: what can't be read under 200 may be a post.
func TestUnreadable(t *testing.T) {
	for _, body := range []string{"<html></html>", "", "{}", `{"id":""}`, `{"id":17.5}`, `{"error":"Try again"}`, `[]`} {
		_, err := connect(t, platformtest.Answering(t, body), began).Publish(t.Context(), call, tents, platform.Prepared{})
		if got := platform.AsError(err); got.Class != platform.ClassTransient || got.Code != "malformed" || !got.Unsure {
			t.Errorf("%q: error %v, unsure %v", body, err, got.Unsure)
		}
	}
}

// TestNoAnswer: a call that was never sent can't have happened, one that was may have.
func TestNoAnswer(t *testing.T) {
	for base, unsure := range map[string]bool{"http://127.0.0.1:1": false, losing(t): true} {
		_, err := connect(t, base, began).Publish(t.Context(), call, tents, platform.Prepared{})
		if got := platform.AsError(err); got.Class != platform.ClassTransient || got.Unsure != unsure {
			t.Errorf("error %v, unsure %v, want %v", err, got.Unsure, unsure)
		}
	}
}

// TestNothingVisible: a failure of any call but the one that publishes leaves no doubt.
func TestNothingVisible(t *testing.T) {
	for _, base := range []string{losing(t), platformtest.Answering(t, "<html></html>"), platformtest.Answering(t, `{"url":null}`)} {
		k, ctx := connect(t, base, late), t.Context()
		_, prepare := k.Prepare(ctx, call, pictures)
		_, find := k.Find(ctx, call, tents, platform.Prepared{})
		_, again := connect(t, base, began).Find(ctx, call, tents, platform.Prepared{})
		_, accounts := k.Accounts(ctx, call)
		_, token := k.Exchange(ctx, "test-code", "", "https://app.example/callback")
		for n, err := range []error{prepare, find, again, accounts, token} {
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
		class  platform.Class
		code   string
	}{
		{"oauth_invalid_grant.json", 400, platform.ClassAuthRevoked, "invalid_grant"},
		{"oauth_invalid_client.json", 401, platform.ClassInvalid, "invalid_client"},
		{"throttled.json", 429, platform.ClassRateLimited, "Too many requests"},
		{"page.html", 404, platform.ClassUnknown, "404"},
		{"page.html", 503, platform.ClassTransient, "503"},
	}
	for _, tt := range tests {
		k := wire(t, step{Response: "errors/" + tt.file, Status: tt.status})
		_, err := k.Exchange(t.Context(), "test-code", "test-verifier", "https://app.example/callback")
		if got := platform.AsError(err); got.Class != tt.class || got.Code != tt.code {
			t.Errorf("%s under %d: %v, want %s %q", tt.file, tt.status, err, tt.class, tt.code)
		}
		for _, s := range []string{"test-code", "test-client-secret"} {
			if strings.Contains(fmt.Sprint(err), s) {
				t.Errorf("%s under %d tells %s", tt.file, tt.status, s)
			}
		}
	}
}
