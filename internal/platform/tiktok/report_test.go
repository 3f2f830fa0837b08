package tiktok_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/tiktok"
)

func TestMetrics(t *testing.T) {
	k, meter := wire(t, step{Request: "metrics", Response: "metrics_pages.response.json"}, step{Request: "metrics_next", Response: "metrics.response.json"})
	first := platform.Day{CampaignID: "1788", Date: "2026-11-01", Impressions: 4696, Clicks: 51, SpendMicros: 20_000_000, ConversionMicros: 3_000_000}
	page, err := k.Metrics(t.Context(), call(meter, account), "2026-11-01", "2026-11-07", "")
	if err != nil || page.Next != "2026-11-01/7/2" || !reflect.DeepEqual(page.Days, []platform.Day{first}) {
		t.Fatalf("%+v, error %v", page, err)
	}
	page, err = k.Metrics(t.Context(), call(meter, account), "2026-11-01", "2026-11-07", page.Next)
	want := []platform.Day{first, {CampaignID: "1780000000000000001", Date: "2026-11-02", Impressions: 7, SpendMicros: 150_000}}
	if err != nil || page.Next != "" || !reflect.DeepEqual(page.Days, want) {
		t.Errorf("%+v, error %v, want %+v", page, err, want)
	}
}

// TestMetricsTooLarge: a report that is too large is asked for in halves, from their beginning.
func TestMetricsTooLarge(t *testing.T) {
	for request, cursor := range map[string]string{"metrics": "", "metrics_next": "2026-11-01/7/2"} {
		k, meter := wire(t, step{Request: request, Response: "errors/too_large.json"}, step{Request: "metrics_half", Response: "metrics.response.json"})
		page, err := k.Metrics(t.Context(), call(meter, account), "2026-11-01", "2026-11-07", cursor)
		if err != nil || page.Next != "2026-11-04/3/1" || len(page.Days) != 2 || meter.Calls() != 2 {
			t.Errorf("at %q: %+v by %d calls, error %v", cursor, page, meter.Calls(), err)
		}
	}
}

// large is an account whose reports have a row a day on pages of two, and are too large from a number of days on.
func large(t *testing.T, tooLarge int) (k *tiktok.Connector, asked *[]string) {
	t.Helper()
	asked = new([]string)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		*asked = append(*asked, fmt.Sprintf("%s-%s/%s", q.Get("start_date")[8:], q.Get("end_date")[8:], q.Get("page")))
		from, fromErr := time.Parse(time.DateOnly, q.Get("start_date"))
		to, toErr := time.Parse(time.DateOnly, q.Get("end_date"))
		page := 0
		if _, err := fmt.Sscan(q.Get("page"), &page); err != nil || fromErr != nil || toErr != nil {
			t.Error(r.URL)
			return
		}
		var rows []string
		for day := from; !day.After(to); day = day.AddDate(0, 0, 1) {
			rows = append(rows, fmt.Sprintf(`{"dimensions":{"campaign_id":"1788","stat_time_day":"%s"},"metrics":{"clicks":"1"}}`, day.Format(time.DateTime)))
		}
		if len(rows) >= tooLarge {
			_, _ = io.WriteString(w, `{"code":40067,"message":"The data requested is too large.","data":{}}`)
			return
		}
		shown := rows[min(2*page-2, len(rows)):min(2*page, len(rows))]
		_, _ = fmt.Fprintf(w, `{"code":0,"data":{"list":[%s],"page_info":{"page":%d,"total_page":%d}}}`, strings.Join(shown, ","), page, (len(rows)+1)/2)
	}))
	t.Cleanup(server.Close)
	return connect(t, server.URL), asked
}

// TestLargeReportsAreSplit: each day is read once, over halves and their pages.
func TestLargeReportsAreSplit(t *testing.T) {
	k, asked := large(t, 5)
	var days []string
	for cursor := ""; ; {
		page, err := k.Metrics(t.Context(), call(nil, account), "2026-11-01", "2026-11-07", cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range page.Days {
			days = append(days, d.Date[8:])
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if want := []string{"01", "02", "03", "04", "05", "06", "07"}; !reflect.DeepEqual(days, want) {
		t.Errorf("days %v, want %v", days, want)
	}
	if want := []string{"01-07/1", "01-03/1", "01-03/2", "04-06/1", "04-06/2", "07-07/1"}; !reflect.DeepEqual(*asked, want) {
		t.Errorf("asked for %v, want %v", *asked, want)
	}
}

// TestTooLargeDay: a day can't be halved.
func TestTooLargeDay(t *testing.T) {
	k, asked := large(t, 1)
	if _, err := k.Metrics(t.Context(), call(nil, account), "2026-11-01", "2026-11-02", ""); !platform.Is(err, platform.ClassInvalid) {
		t.Errorf("error %v", err)
	}
	if want := []string{"01-02/1", "01-01/1"}; !reflect.DeepEqual(*asked, want) {
		t.Errorf("asked for %v, want %v", *asked, want)
	}
}

func TestWindows(t *testing.T) {
	k, asked := large(t, 31)
	tests := []struct {
		from, to, cursor string
		ok               bool
	}{
		{"2026-11-01", "2026-11-29", "", true},
		{"2026-11-01", "2026-11-30", "", false}, // a day too many
		{"2026-11-02", "2026-11-01", "", false},
		{"2026-11-1", "2026-11-02", "", false},
		{"2026-11-01", "2026-11-07", "2026-11-05/2/1", true},
		{"2026-11-01", "2026-11-07", "2026-11-06/3/1", true}, // the last part is the shorter one
		{"2026-11-01", "2026-11-07", "2026-11-08/2/1", false},
		{"2026-11-01", "2026-11-07", "2026-10-31/2/1", false},
		{"2026-11-01", "2026-11-07", "2026-11-05/0/1", false},
		{"2026-11-01", "2026-11-07", "2026-11-05/30/1", false},
		{"2026-11-01", "2026-11-07", "2026-11-05/2/0", false},
		{"2026-11-01", "2026-11-07", "2026-11-05/2", false},
		{"2026-11-01", "2026-11-07", "https://elsewhere.example/next", false},
	}
	for _, tt := range tests {
		if _, err := k.Metrics(t.Context(), call(nil, account), tt.from, tt.to, tt.cursor); (err == nil) != tt.ok || err != nil && !platform.Is(err, platform.ClassInvalid) {
			t.Errorf("%s to %s at %q: error %v", tt.from, tt.to, tt.cursor, err)
		}
	}
	if want := []string{"01-29/1", "05-06/1", "06-07/1"}; !reflect.DeepEqual(*asked, want) {
		t.Errorf("asked for %v, want %v", *asked, want)
	}
}
