package platform_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"bellwether/internal/platform"
)

func TestError(t *testing.T) {
	tests := []struct {
		e    platform.Error
		want string
	}{
		{platform.Error{Platform: "meta", Op: "campaigns", Class: platform.ClassTransient}, "meta campaigns: transient"},
		{platform.Error{Platform: "meta", Op: "campaigns", Class: platform.ClassAuthExpired, Code: "190/463"}, "meta campaigns: auth_expired 190/463"},
		{platform.Error{Platform: "meta", Op: "set_status", Class: platform.ClassInvalid, Message: "it is no status", Err: errors.New("inner")}, "meta set_status: invalid_request: it is no status"},
		{platform.Error{Platform: "x", Op: "publish", Class: platform.ClassQuota, Code: "429", Message: "too many"}, "x publish: quota 429: too many"},
	}
	for _, tt := range tests {
		if got := tt.e.Error(); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

func TestAsError(t *testing.T) {
	inner := errors.New("inner")
	refused := &platform.Error{Class: platform.ClassQuota, Err: inner}
	wrapped := fmt.Errorf("sync: %w", refused)
	if got := platform.AsError(wrapped); got != refused || !errors.Is(wrapped, inner) {
		t.Errorf("%+v", got)
	}
	if got := platform.AsError(inner); got.Class != platform.ClassUnknown || !errors.Is(got, inner) || strings.Contains(got.Error(), "inner") {
		t.Errorf("%+v", got)
	}
	if !platform.Is(wrapped, platform.ClassQuota) || platform.Is(wrapped, platform.ClassRateLimited) || !platform.Is(inner, platform.ClassUnknown) || platform.Is(nil, platform.ClassUnknown) {
		t.Error("classes are mixed up")
	}
}

func TestClip(t *testing.T) {
	tests := []struct {
		name, text string
		secrets    []string
		want       string
	}{
		{"plain", "no such campaign", []string{"test-access"}, "no such campaign"},
		{"with a secret, twice", "token test-access, yes test-access", []string{"test-access"}, "token [redacted], yes [redacted]"},
		{"with two secrets", "test-access by test-client-secret", []string{"test-access", "test-client-secret"}, "[redacted] by [redacted]"},
		{"with a secret that is a word", "the code is bad", []string{"code", ""}, "the code is bad"},
		{"in lines", " one\r\n two\t three ", nil, "one two three"},
		{"broken", "caf\xe9", nil, "caf?"},
		{"as long as may be", strings.Repeat("ü", 500), nil, strings.Repeat("ü", 500)},
		{"too long", strings.Repeat("ü", 501), nil, strings.Repeat("ü", 499) + "…"},
		{"with a secret at its end", strings.Repeat("a", 495) + "test-access", []string{"test-access"}, strings.Repeat("a", 495) + "[red…"},
	}
	for _, tt := range tests {
		if got := platform.Clip(tt.text, tt.secrets...); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestClasses: each has a text of its own, under which it is stored.
func TestClasses(t *testing.T) {
	seen := map[platform.Class]bool{}
	for _, c := range platform.Classes() {
		if c == "" || seen[c] {
			t.Errorf("%q is there twice", c)
		}
		seen[c] = true
	}
	for _, c := range []platform.Class{"transient", "rate_limited", "quota", "auth_expired", "auth_revoked", "auth_scope", "account_suspended", "action_blocked", "invalid_request", "not_found", "api_version_sunset", "unknown"} {
		if !seen[c] {
			t.Errorf("%s is missing", c)
		}
		delete(seen, c)
	}
	if len(seen) > 0 {
		t.Errorf("%v are new", seen)
	}
}
