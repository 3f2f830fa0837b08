package linkedin_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"bellwether/internal/platform"
	"bellwether/internal/platform/linkedin"
)

var asked = regexp.MustCompile(`dateRange=\(start:\(year:2026,month:11,day:(\d+)\),end:\(year:2026,month:11,day:(\d+)\)\)`)

// long is an account with so many rows a day that only a part of a window fits into a report.
func long(t *testing.T, rowsADay int) (k *linkedin.Connector, windows *[]string) {
	t.Helper()
	windows = new([]string)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var from, to int
		days := asked.FindStringSubmatch(r.URL.RawQuery)
		if _, err := fmt.Sscan(days[1]+" "+days[2], &from, &to); err != nil {
			t.Error(err)
		}
		*windows = append(*windows, fmt.Sprintf("%d-%d", from, to))
		var rows []string
		for day := from; day <= to; day++ {
			for n := range rowsADay {
				if len(rows) < 15_000 { // the rest is cut off silently
					rows = append(rows, fmt.Sprintf(`{"dateRange":{"start":{"year":2026,"month":11,"day":%d}},"pivotValues":["urn:li:sponsoredCampaign:%d"],"clicks":1}`, day, n+1))
				}
			}
		}
		_, _ = io.WriteString(w, `{"elements":[`+strings.Join(rows, ",")+`]}`)
	}))
	t.Cleanup(server.Close)
	return connect(t, server.URL), windows
}

// TestLongReportsAreSplit: a report of as many rows as LinkedIn gives may have lost some, and no row may be lost.
func TestLongReportsAreSplit(t *testing.T) {
	k, windows := long(t, 4000)
	days, cursor := 0, ""
	for {
		page, err := k.Metrics(t.Context(), call(nil, account), "2026-11-01", "2026-11-07", cursor)
		if err != nil {
			t.Fatal(err)
		}
		days += len(page.Days)
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if days != 7*4000 {
		t.Errorf("%d rows, want %d", days, 7*4000)
	}
	if want := []string{"1-7", "1-3", "4-6", "7-7"}; !reflect.DeepEqual(*windows, want) {
		t.Errorf("asked for %v, want %v", *windows, want)
	}
}

func TestTooLongDay(t *testing.T) {
	k, _ := long(t, 15_000)
	if _, err := k.Metrics(t.Context(), call(nil, account), "2026-11-01", "2026-11-02", ""); !platform.Is(err, platform.ClassUnknown) {
		t.Errorf("error %v", err)
	}
}

func TestWindows(t *testing.T) {
	k, windows := long(t, 1)
	tests := []struct {
		from, to, cursor string
		ok               bool
	}{
		{"2026-11-01", "2026-11-30", "", true},
		{"2026-11-01", "2026-12-01", "", false}, // a day too many
		{"2026-11-02", "2026-11-01", "", false},
		{"2026-11-1", "2026-11-02", "", false},
		{"2026-11-01", "2026-11-07", "2026-11-05/2", true},
		{"2026-11-01", "2026-11-07", "2026-11-08/2", false},
		{"2026-11-01", "2026-11-07", "2026-10-31/2", false},
		{"2026-11-01", "2026-11-07", "2026-11-05/0", false},
		{"2026-11-01", "2026-11-07", "https://elsewhere.example/next", false},
	}
	for _, tt := range tests {
		if _, err := k.Metrics(t.Context(), call(nil, account), tt.from, tt.to, tt.cursor); (err == nil) != tt.ok || err != nil && !platform.Is(err, platform.ClassInvalid) {
			t.Errorf("%s to %s at %q: error %v", tt.from, tt.to, tt.cursor, err)
		}
	}
	if want := []string{"1-30", "5-6"}; !reflect.DeepEqual(*windows, want) {
		t.Errorf("asked for %v, want %v", *windows, want)
	}
}
