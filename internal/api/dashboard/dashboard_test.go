package dashboard

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"bellwether/internal/analytics"
	"bellwether/internal/api"
	"bellwether/internal/integration"
	"bellwether/internal/notification"
	"bellwether/internal/post"
	"bellwether/internal/tenant"
)

const (
	one = "0198f1c2-7c10-7b21-9c4f-5d2e3f4a5b6c"
	two = "0198f1c2-7c10-7b21-9c4f-5d2e3f4a5b6d"
)

// rows is what the dashboard is read from; each wait brings the first tile to its next version.
type rows struct {
	tiles  []analytics.Tile
	alerts []notification.Alert
	waits  int
	grows  bool

	accounts tiles
}

// tiles are the rows of the ad accounts.
type tiles []integration.Tile

func (list tiles) Tiles(context.Context, string) ([]integration.Tile, error) { return list, nil }

func (r *rows) Tiles(context.Context, string) ([]analytics.Tile, error) { return r.tiles, nil }

func (r *rows) Posts(context.Context, string) ([]analytics.PostTile, error) { return nil, nil }

// calendar has no posts.
type calendar struct{}

func (calendar) List(context.Context, string, time.Time, time.Time, int, string) ([]post.Post, string, error) {
	return nil, "", nil
}

func (r *rows) TileVersion(_ context.Context, _, campaignID string) (int64, error) {
	for _, t := range r.tiles {
		if t.CampaignID == campaignID {
			return t.Version, nil
		}
	}
	return 0, nil
}

func (r *rows) List(context.Context, string, int, string) ([]notification.Alert, string, error) {
	return r.alerts, "", nil
}

func (r *rows) sleep(context.Context, time.Duration) error {
	r.waits++
	if r.grows {
		r.tiles[0].Version++
	}
	return nil
}

func tile(id, currency string, spend int64) analytics.Tile {
	return analytics.Tile{
		CampaignID: id, Name: id, Status: "active", Currency: currency, TimeZone: "UTC", Period: "monthly", BudgetMicros: 100_000_000, BudgetVersion: 2,
		PeriodStart: "2026-11-01", PeriodSpend: spend, Totals: analytics.Results{SpendMicros: spend, RevenueMicros: 2 * spend}, Version: 3,
	}
}

// get reads the dashboard at now.
func get(t *testing.T, r *rows, now time.Time, query, etag string) (api.Dashboard, *http.Response) {
	t.Helper()
	manners := api.Manners{Now: func() time.Time { return now }, Random: rand.NewChaCha8([32]byte{})}
	h := manners.Handler(API{Rows: r, Alerts: r, Accounts: r.accounts, Calendar: calendar{}, Sleep: r.sleep}.Routes()...)
	req := httptest.NewRequest("GET", "/v1/dashboard"+query, nil)
	req = req.WithContext(tenant.WithPrincipal(req.Context(), tenant.Principal{ID: "u", OrgID: "o", Role: tenant.Viewer, Actor: "user/u"}))
	if etag != "" {
		req.Header.Set("If-None-Match", etag)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	var d api.Dashboard
	if w.Code == http.StatusOK {
		if err := json.Unmarshal(w.Body.Bytes(), &d); err != nil {
			t.Fatal(err)
		}
	}
	return d, w.Result()
}

var noon = time.Date(2026, 11, 15, 12, 0, 0, 0, time.UTC)

func TestTotalsAreOfOneCurrencyEach(t *testing.T) {
	d, _ := get(t, &rows{tiles: []analytics.Tile{tile(one, "USD", 40_000_000), tile(two, "EUR", 10_000_000), tile("x", "USD", 5_000_000)}}, noon, "", "")
	if len(d.Totals) != 2 || d.Totals[0].Currency != "EUR" || d.Totals[1].Results.Spend.Decimal() != "45.00" || d.Totals[1].Campaigns != 2 || *d.Totals[1].Kpis.Roas != "2" {
		t.Errorf("%+v", d.Totals)
	}
}

func TestPercentAndPaceAreOfNow(t *testing.T) {
	r := &rows{tiles: []analytics.Tile{tile(one, "USD", 96_666_667)}}
	d, _ := get(t, r, noon, "", "")
	b := d.Campaigns[0].Budget
	// 14.5 of 30 days are over, so 96.666667 of 100 is twice the pace.
	if b.PercentUsed != "96.66" || *b.Pace != "2" || *b.Band != "ahead" {
		t.Errorf("%+v pace %s band %s", b, *b.Pace, *b.Band)
	}
	d, _ = get(t, r, noon.AddDate(0, 1, 0), "", "")
	if b := d.Campaigns[0].Budget; b.PercentUsed != "0.00" || *b.PeriodStart != "2026-12-01" {
		t.Errorf("in December: %+v", b)
	}
}

func TestAlertsOfFormerBudgetsAndPeriodsAreGone(t *testing.T) {
	alert := func(version int64, period string) notification.Alert {
		return notification.Alert{ID: one, CampaignID: one, BudgetVersion: version, PeriodStart: period, Currency: "USD"}
	}
	r := &rows{tiles: []analytics.Tile{tile(one, "USD", 1)}, alerts: []notification.Alert{alert(2, "2026-11-01"), alert(1, "2026-11-01"), alert(2, "2026-10-01")}}
	if d, _ := get(t, r, noon, "", ""); len(d.Alerts) != 1 {
		t.Errorf("%d alerts, want that of the present budget and period", len(d.Alerts))
	}
}

func TestNothingNewIsNotModified(t *testing.T) {
	r := &rows{tiles: []analytics.Tile{tile(one, "USD", 1)}}
	_, first := get(t, r, noon, "", "")
	tag := first.Header.Get("ETag")
	if _, again := get(t, r, noon.Add(30*time.Second), "", tag); again.StatusCode != http.StatusNotModified {
		t.Errorf("unchanged: %d", again.StatusCode)
	}
	r.tiles[0].Version++
	if _, changed := get(t, r, noon, "", tag); changed.StatusCode != http.StatusOK {
		t.Errorf("changed: %d", changed.StatusCode)
	}
}

func TestReadYourWrites(t *testing.T) {
	tests := []struct {
		name   string
		rows   rows
		want   string
		stale  bool
		waits  int
		status int
	}{
		{"there already", rows{}, one + ".3", false, 0, 200},
		{"there in a moment", rows{grows: true}, one + ".6", false, 3, 200},
		{"not in two seconds", rows{}, one + ".9", true, 20, 200},
		{"of a campaign that is not there", rows{}, two + ".1", true, 20, 200},
		{"no version", rows{}, one, false, 0, 422},
		{"no campaign", rows{}, "x.1", false, 0, 422},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.rows.tiles = []analytics.Tile{tile(one, "USD", 1)}
			d, answer := get(t, &tt.rows, noon, "?min_version="+tt.want, "")
			if answer.StatusCode != tt.status || d.Stale != tt.stale || tt.rows.waits != tt.waits {
				t.Errorf("%d, stale %v after %d waits", answer.StatusCode, d.Stale, tt.rows.waits)
			}
		})
	}
}
