// Package dashboard is the dashboard API: the organisation's totals, campaigns, alerts and recent
// posts, read from rows that listeners keep fresh.
package dashboard

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/analytics"
	"bellwether/internal/api"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/integration"
	"bellwether/internal/notification"
	"bellwether/internal/parallel"
	"bellwether/internal/post"
)

// Rows reads what the dashboard shows.
type Rows interface {
	Tiles(ctx context.Context, orgID string) ([]analytics.Tile, error)
	Posts(ctx context.Context, orgID string) ([]analytics.PostTile, error)
	TileVersion(ctx context.Context, orgID, campaignID string) (int64, error)
}

// Alerts reads alert records.
type Alerts interface {
	List(ctx context.Context, orgID string, limit int, after string) ([]notification.Alert, string, error)
}

// Accounts reads how fresh the ad accounts' data is.
type Accounts interface {
	Tiles(ctx context.Context, orgID string) ([]integration.Tile, error)
}

// Calendar reads posts by their time.
type Calendar interface {
	List(ctx context.Context, orgID string, from, to time.Time, limit int, after string) ([]post.Post, string, error)
}

// How many posts are shown.
const (
	shownPosts    = 100
	shownUpcoming = 10
)

// API is the dashboard API.
type API struct {
	Rows      Rows
	Alerts    Alerts
	Accounts  Accounts
	Calendar  Calendar
	Campaigns Campaigns
	Cursors   api.Cursors
	Sleep     func(ctx context.Context, d time.Duration) error // waits, or returns ctx's error
}

// Routes are the API's routes.
func (a API) Routes() []api.Route {
	return []api.Route{
		{Pattern: "GET /v1/dashboard", Handle: a.dashboard},
		{Pattern: "GET /v1/analytics", Handle: a.analytics},
		{Pattern: "GET /v1/campaigns/{campaignId}/trends", Handle: a.trends},
		{Pattern: "GET /v1/campaigns/{campaignId}/anomalies", Handle: a.anomalies},
		{Pattern: "GET /v1/alerts", Handle: a.alerts},
	}
}

const (
	shownAlerts = 50
	// How long a reader that wants its own write may wait, and how often it looks.
	waitLimit = 2 * time.Second
	waitStep  = 100 * time.Millisecond
)

func (a API) dashboard(w http.ResponseWriter, r *http.Request) error {
	if err := api.Known(r, "min_version"); err != nil {
		return err
	}
	orgID, now := api.Principal(r).OrgID, api.RequestCause(r).At
	stale, err := a.await(r, orgID)
	if err != nil {
		return err
	}
	s, err := a.read(r.Context(), orgID, now)
	if err != nil {
		return err
	}
	d := build(s, now)
	d.Stale = stale
	return respond(w, r, d, s.fingerprint(now))
}

// shown are the rows that a dashboard is made of.
type shown struct {
	tiles    []analytics.Tile
	posts    []analytics.PostTile
	upcoming []post.Post
	alerts   []notification.Alert
	accounts []integration.Tile
}

func (a API) read(ctx context.Context, orgID string, now time.Time) (s shown, err error) {
	err = parallel.Do(ctx,
		func(ctx context.Context) (err error) {
			s.tiles, err = a.Rows.Tiles(ctx, orgID)
			return err
		},
		func(ctx context.Context) (err error) {
			s.posts, err = a.Rows.Posts(ctx, orgID)
			return err
		},
		func(ctx context.Context) (err error) {
			s.upcoming, _, err = a.Calendar.List(ctx, orgID, now, now.Add(post.MaxAhead), shownUpcoming, "")
			return err
		},
		func(ctx context.Context) (err error) {
			s.alerts, _, err = a.Alerts.List(ctx, orgID, shownAlerts, "")
			return err
		},
		func(ctx context.Context) (err error) {
			s.accounts, err = a.Accounts.Tiles(ctx, orgID)
			return err
		})
	return s, err
}

// await waits until the dashboard shows the version that the client has written, a moment at most.
func (a API) await(r *http.Request, orgID string) (stale bool, err error) {
	text := r.URL.Query().Get("min_version")
	if text == "" {
		return false, nil
	}
	campaignID, number, _ := strings.Cut(text, ".")
	version, err := strconv.ParseInt(number, 10, 64)
	if err != nil || !event.IsID(campaignID) {
		return false, fault.InvalidFields(fault.Field{Name: "min_version", Message: "must be <campaignId>.<version>"})
	}
	for waited := time.Duration(0); ; waited += waitStep {
		shown, err := a.Rows.TileVersion(r.Context(), orgID, campaignID)
		if err != nil || shown >= version || waited >= waitLimit {
			return shown < version, err
		}
		if err := a.Sleep(r.Context(), waitStep); err != nil {
			return false, err
		}
	}
}

// fingerprint names what is shown: the version of every row, and the minute, for pace moves with time.
func (s shown) fingerprint(now time.Time) string {
	h := sha256.New()
	fmt.Fprint(h, now.Truncate(time.Minute).Unix(), "\n")
	for _, t := range s.tiles {
		fmt.Fprint(h, t.CampaignID, " ", t.Version, "\n")
	}
	for _, p := range s.posts {
		fmt.Fprint(h, p.PostID, " ", p.Version, "\n")
	}
	for _, p := range s.upcoming {
		fmt.Fprint(h, p.ID, " ", p.Version, "\n")
	}
	for _, a := range s.alerts {
		io.WriteString(h, a.ID+"\n")
	}
	for _, i := range s.accounts {
		fmt.Fprint(h, i.IntegrationID, " ", i.Version, "\n")
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:12])
}

func respond(w http.ResponseWriter, r *http.Request, d api.Dashboard, version string) error {
	d.Version = version
	tag := `"` + version + `"`
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "private, no-cache")
	if !d.Stale && strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return api.JSON(w, http.StatusOK, d)
}

func (a API) alerts(w http.ResponseWriter, r *http.Request) error {
	if err := api.Known(r, "limit", "cursor"); err != nil {
		return err
	}
	limit, after, err := a.Cursors.Page(r)
	if err != nil {
		return err
	}
	list, next, err := a.Alerts.List(r.Context(), api.Principal(r).OrgID, limit, after)
	if err != nil {
		return err
	}
	page := api.AlertPage{Items: api.Map(list, wireAlert)}
	if page.Next, err = a.Cursors.Next(r, next); err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, page)
}
