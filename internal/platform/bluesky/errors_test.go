package bluesky_test

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
		code   string
		wait   time.Duration
		unsure bool
	}{
		{"expired.json", 400, nil, platform.ClassAuthExpired, "ExpiredToken", 0, false},
		{"other.json", 401, nil, platform.ClassAuthExpired, "SomethingNew", 0, false},
		{"invalid_token.json", 400, nil, platform.ClassAuthRevoked, "InvalidToken", 0, false},
		{"auth_missing.json", 401, nil, platform.ClassAuthRevoked, "AuthMissing", 0, false},
		{"takedown.json", 401, nil, platform.ClassSuspended, "AccountTakedown", 0, false},
		{"other.json", 403, nil, platform.ClassAuthScope, "SomethingNew", 0, false},
		{"other.json", 404, nil, platform.ClassNotFound, "SomethingNew", 0, false},
		{"blob.json", 400, nil, platform.ClassTransient, "BlobNotFound", 0, false},
		{"method.json", 501, nil, platform.ClassSunset, "MethodNotImplemented", 0, false},
		{"page.html", 401, nil, platform.ClassUnknown, "401", 0, false},
		{"page.html", 403, nil, platform.ClassUnknown, "403", 0, false},
		{"page.html", 404, nil, platform.ClassUnknown, "404", 0, false},
		{"throttled.json", 429, nil, platform.ClassRateLimited, "RateLimitExceeded", 0, false},
		{"throttled.json", 429, wait("Ratelimit-Reset", "1795457100"), platform.ClassRateLimited, "RateLimitExceeded", 5*time.Minute - 3250999*time.Microsecond, false},
		{"throttled.json", 429, wait("Retry-After", "90"), platform.ClassRateLimited, "RateLimitExceeded", 90 * time.Second, false},
		{"page.html", 429, wait("Retry-After", "90"), platform.ClassRateLimited, "429", 90 * time.Second, false},
		// From here on, nobody can tell.
		{"page.html", 302, nil, platform.ClassUnknown, "302", 0, true},
		{"page.html", 408, nil, platform.ClassTransient, "408", 0, true},
		{"internal.json", 500, nil, platform.ClassTransient, "InternalServerError", 0, true}, // this is how a key that is taken is refused
		{"invalid.json", 500, nil, platform.ClassTransient, "InvalidRequest", 0, true},
		{"page.html", 502, nil, platform.ClassTransient, "502", 0, true},
		{"page.html", 503, wait("Ratelimit-Reset", "1795457100"), platform.ClassTransient, "503", 0, true},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.file, " ", tt.status), func(t *testing.T) {
			k := wire(t, step{Request: "publish_plain", Response: "errors/" + tt.file, Status: tt.status, Header: tt.header})
			_, err := k.Publish(t.Context(), call, piece("Tents", ""), platform.Prepared{})
			got := platform.AsError(err)
			if got.Class != tt.class || got.Code != tt.code || got.RetryAfter != tt.wait || got.Unsure != tt.unsure {
				t.Errorf("%s %q after %v, unsure %v, want %s %q after %v, unsure %v", got.Class, got.Code, got.RetryAfter, got.Unsure, tt.class, tt.code, tt.wait, tt.unsure)
			}
			if got.Platform != "bluesky" || got.Op != "publish" || strings.Contains(got.Error(), "test-access") {
				t.Errorf("the error is %v", got)
			}
		})
	}
}

// TestTaken: a request that is refused may have met the record of an attempt before. Whether there is one,
// the server is asked; while it doesn't say, there is a doubt.
func TestTaken(t *testing.T) {
	tests := []struct {
		name   string
		status int
		after  step
		there  bool
		unsure bool
	}{
		{"exists", 400, step{Response: "find.response.json"}, true, false},
		{"exists", 409, step{Response: "find.response.json"}, true, false},
		{"invalid", 400, step{Response: "find.response.json"}, true, false},
		{"invalid", 400, step{Response: "errors/not_found.json", Status: 400}, false, false},
		{"invalid", 413, step{Response: "errors/not_located.json", Status: 400}, false, false},
		{"invalid", 400, step{Response: "errors/internal.json", Status: 500}, false, true},
		{"invalid", 400, step{Response: "errors/page.html"}, false, true},
	}
	for _, tt := range tests {
		tt.after.Request = "find"
		k := wire(t, step{Request: "publish_plain", Response: "errors/" + tt.name + ".json", Status: tt.status}, tt.after)
		out, err := k.Publish(t.Context(), call, piece("Tents", ""), platform.Prepared{})
		if tt.there {
			if err != nil || out.ID != postURI || out.Permalink != postLink {
				t.Errorf("%s under %d: %+v, error %v", tt.name, tt.status, out, err)
			}
			continue
		}
		if got := platform.AsError(err); got.Class != platform.ClassInvalid || got.Op != "publish" || got.Unsure != tt.unsure {
			t.Errorf("%s under %d, then %s: error %v, unsure %v, want %v", tt.name, tt.status, tt.after.Response, err, got.Unsure, tt.unsure)
		}
	}
}

// TestUnreadable: what can't be read under 200 may be a post.
func TestUnreadable(t *testing.T) {
	for _, body := range []string{"<html></html>", "", "{}", `{"uri":7}`, platformtest.File(t, "publish_other.response.json"), platformtest.File(t, "errors/invalid.json")} {
		_, err := connect(t, platformtest.Answering(t, body)).Publish(t.Context(), call, piece("Tents", ""), platform.Prepared{})
		if got := platform.AsError(err); got.Class != platform.ClassTransient || got.Code != "malformed" || !got.Unsure {
			t.Errorf("%q: error %v, unsure %v", body, err, got.Unsure)
		}
	}
}

// TestNoAnswer: a call that was never sent can't have happened, one that was may have.
func TestNoAnswer(t *testing.T) {
	for base, unsure := range map[string]bool{"http://127.0.0.1:1": false, losing(t): true} {
		_, err := connect(t, base).Publish(t.Context(), call, piece("Tents", ""), platform.Prepared{})
		if got := platform.AsError(err); got.Class != platform.ClassTransient || got.Unsure != unsure {
			t.Errorf("error %v, unsure %v, want %v", err, got.Unsure, unsure)
		}
	}
}

// TestNothingVisible: a failure of any call but the one that publishes leaves no doubt.
func TestNothingVisible(t *testing.T) {
	for _, base := range []string{losing(t), platformtest.Answering(t, "<html></html>"), platformtest.Answering(t, `{"blob":{"ref":{}}}`)} {
		k, ctx := connect(t, base), t.Context()
		_, prepare := k.Prepare(ctx, call, piece("", "", tent))
		_, find := k.Find(ctx, call, piece("Tents", ""), platform.Prepared{})
		_, accounts := k.Accounts(ctx, call)
		_, token := k.Exchange(ctx, "x\ntest-app-pass", "", "")
		for n, err := range []error{prepare, find, accounts, token} {
			if got := platform.AsError(err); got.Class != platform.ClassTransient || got.Unsure {
				t.Errorf("call %d: error %v, unsure %v", n, err, got.Unsure)
			}
		}
	}
}
