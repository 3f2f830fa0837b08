package sandbox_test

import (
	"testing"
	"time"

	"bellwether/internal/platform"
)

// TestLifetimes: tokens live as long as the platforms' own, and are kept or rotated as theirs are.
func TestLifetimes(t *testing.T) {
	const day = 24 * time.Hour
	tests := []struct {
		platform        string
		access, refresh time.Duration // 0: for ever, as far as the platform says
		rotates         bool
	}{
		{platform.Meta, 5183944 * time.Second, 0, false},
		{platform.Google, time.Hour, 0, false},
		{platform.LinkedIn, 60 * day, 365 * day, true},
	}
	for _, tt := range tests {
		v := open(t, tt.platform)
		first, began := v.Grant, v.Now
		if !first.ExpiresAt.Equal(began.Add(tt.access)) || tt.refresh > 0 && !first.RefreshExpires.Equal(began.Add(tt.refresh)) || tt.refresh == 0 && !first.RefreshExpires.IsZero() {
			t.Errorf("%s ends %v and %v", tt.platform, first.ExpiresAt, first.RefreshExpires)
		}
		v.Now = v.Now.Add(time.Minute)
		next, err := v.Connector.Refresh(t.Context(), first)
		if err != nil || !next.ExpiresAt.Equal(v.Now.Add(tt.access)) || !next.RefreshExpires.Equal(first.RefreshExpires) || (next.Refresh != first.Refresh) != tt.rotates {
			t.Errorf("%s renewed ends %v and %v, error %v", tt.platform, next.ExpiresAt, next.RefreshExpires, err)
		}
		for token, n := range v.World().Refreshes() {
			if n != 1 {
				t.Errorf("%s: %s was taken %d times", tt.platform, token, n)
			}
		}
	}
}
