package platform_test

import (
	"testing"
	"time"

	"bellwether/internal/platform"
)

func TestParseWait(t *testing.T) {
	const day = 24 * time.Hour
	tests := []struct {
		name, text string
		want       time.Duration
	}{
		{"seconds", "90", 90 * time.Second},
		{"with spaces", " 90 ", 90 * time.Second},
		{"parts of seconds", "1.5", 1500 * time.Millisecond},
		{"in exponents", "9e1", 90 * time.Second},
		{"at once", "0", time.Second},
		{"nearly at once", "0.2", time.Second},
		{"more than a day", "86401", day},
		{"just less than Unix seconds", "999999999", day},
		{"a duration", "30s", 30 * time.Second},
		{"a longer duration", "1m30.5s", 90500 * time.Millisecond},
		{"a duration of days", "100h", day},
		{"an HTTP date", "Mon, 23 Nov 2026 18:01:30 GMT", 90 * time.Second},
		{"an HTTP date of old", "Monday, 23-Nov-26 18:01:30 GMT", 90 * time.Second},
		{"an HTTP date of C", "Mon Nov 23 18:01:30 2026", 90 * time.Second},
		{"a date that has passed", "Mon, 23 Nov 2026 17:59:59 GMT", time.Second},
		{"a date next month", "Wed, 23 Dec 2026 18:00:00 GMT", day},
		{"Unix seconds", "1795456890", 90 * time.Second},
		{"parts of Unix seconds", "1795456890.25", 90 * time.Second},
		{"Unix seconds that have passed", "1000000000", time.Second},
		{"Unix milliseconds", "1795456890000", day},
		{"more than there is", "1e300", day},
		{"for ever", "Inf", day},
		{"ISO 8601", "2026-11-23T18:01:30Z", 90 * time.Second},
		{"ISO 8601 in a zone", "2026-11-23T13:01:30.500-05:00", 90500 * time.Millisecond},
		{"ISO 8601 that has passed", "2026-11-23T17:01:30Z", time.Second},
		{"nothing", "", 0},
		{"spaces", "  ", 0},
		{"less than nothing", "-5", 0},
		{"no number", "NaN", 0},
		{"words", "soon", 0},
		{"a day without a time", "2026-11-23", 0},
		{"two numbers", "90, 120", 0},
	}
	for _, tt := range tests {
		if got := platform.ParseWait(tt.text, now); got != tt.want {
			t.Errorf("%s, %q: %v, want %v", tt.name, tt.text, got, tt.want)
		}
	}
}

func TestMinutes(t *testing.T) {
	tests := map[int64]time.Duration{
		-1: 0, 0: 0, 1: time.Minute, 12: 12 * time.Minute, 1440: 24 * time.Hour, 1441: 24 * time.Hour, 1 << 62: 24 * time.Hour,
	}
	for n, want := range tests {
		if got := platform.Minutes(n); got != want {
			t.Errorf("%d: %v, want %v", n, got, want)
		}
	}
}

func TestUntilMidnightUTC(t *testing.T) {
	tests := []struct {
		at   string
		want time.Duration
	}{
		{"2026-11-23T18:00:00Z", 6 * time.Hour},
		{"2026-11-23T00:00:00Z", 24 * time.Hour},
		{"2026-11-23T23:59:59.5Z", time.Second},
		{"2026-11-23T20:00:00-05:00", 23 * time.Hour}, // where the next day has begun
		{"2026-12-31T23:00:00Z", time.Hour},
	}
	for _, tt := range tests {
		at, err := time.Parse(time.RFC3339Nano, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := platform.UntilMidnightUTC(at); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.at, got, tt.want)
		}
	}
}
