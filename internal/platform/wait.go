package platform

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Bounds of a wait that a platform tells us.
const (
	minWait = time.Second
	maxWait = 24 * time.Hour
	// unixFrom tells a moment from a number of seconds: nobody makes us wait thirty years.
	unixFrom = 1_000_000_000
)

// ParseWait reads how long to wait in every form that platforms use: seconds ("30", "1.5"), a
// duration ("30s"), an HTTP date, Unix seconds, an ISO 8601 time. It is clamped to 1 s to 24 h.
// What can't be read is 0: not told.
func ParseWait(text string, now time.Time) time.Duration {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0
	}
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		switch {
		case !(n >= 0):
			return 0
		case n >= unixFrom:
			return clampWait(time.Unix(int64(min(n, 1e12)), 0).Sub(now))
		}
		return clampWait(time.Duration(n * float64(time.Second)))
	}
	if d, err := time.ParseDuration(text); err == nil {
		return clampWait(d)
	}
	for _, layout := range []string{http.TimeFormat, time.RFC1123, time.RFC850, time.ANSIC, time.RFC3339Nano} {
		if at, err := time.Parse(layout, text); err == nil {
			return clampWait(at.Sub(now))
		}
	}
	return 0
}

// Minutes is a wait told in minutes, as Meta does; 0 is not told.
func Minutes(n int64) time.Duration {
	if n <= 0 {
		return 0
	}
	return clampWait(time.Duration(min(n, 24*60)) * time.Minute)
}

// UntilMidnightUTC is the wait for a quota that starts anew each UTC day.
func UntilMidnightUTC(now time.Time) time.Duration {
	return clampWait(now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(now))
}

func clampWait(d time.Duration) time.Duration { return min(max(d, minWait), maxWait) }
