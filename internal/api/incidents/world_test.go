package incidents_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/api/incidents"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/incident"
	"bellwether/internal/integration"
	"bellwether/internal/money"
	"bellwether/internal/secret"
	"bellwether/internal/secret/local"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
	"bellwether/internal/tenant"
)

// start is a Monday.
var start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// ads are accounts with their campaigns, and the campaigns' results.
type ads struct {
	links     map[string][]integration.Link
	campaigns map[string]campaign.Campaign
	rows      map[string][]campaign.Row
}

func (a ads) Links(_ context.Context, _, id string) ([]integration.Link, error) {
	return a.links[id], nil
}

func (a ads) Get(_ context.Context, _, id string) (campaign.Campaign, error) {
	if c, ok := a.campaigns[id]; ok {
		return c, nil
	}
	return campaign.Campaign{}, fault.New(fault.NotFound, "campaign_not_found", "there is no such campaign")
}

func (a ads) Rows(_ context.Context, _, id, from, to string) (list []campaign.Row, err error) {
	for _, r := range a.rows[id] {
		if r.Date >= from && r.Date <= to {
			list = append(list, r)
		}
	}
	return list, nil
}

// runs adds a running campaign at an account, with what it spent on each of the days up to start.
func (a ads) runs(id, account string, currency money.Currency, spend map[string]int64) {
	a.links[account] = append(a.links[account], integration.Link{ExternalID: id, CampaignID: id, PlacementID: "p"})
	a.campaigns[id] = campaign.Campaign{
		ID: id, Lifecycle: campaign.Active, Currency: currency, TimeZone: "UTC", AsOf: start,
		Placements: []campaign.Placement{{ID: "p", IntegrationID: account, ExternalID: id}, {ID: "elsewhere", IntegrationID: "other"}},
	}
	for date, units := range spend {
		a.rows[id] = append(a.rows[id],
			campaign.Row{Date: date, PlacementID: "p", SpendMicros: units * money.Micro, AsOf: start},
			campaign.Row{Date: date, PlacementID: "elsewhere", SpendMicros: 1000 * money.Micro, AsOf: start})
	}
}

// house is the API over a real store of incidents.
type house struct {
	http.Handler
	ads
	t         *testing.T
	now       time.Time
	incidents store.Incidents
	tenants   store.Tenants
	ada       tenant.Principal
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, now: start, ads: ads{map[string][]integration.Link{}, map[string]campaign.Campaign{}, map[string][]campaign.Row{}}}
	clock := func() time.Time { return h.now }
	table, err := bolt.Open(filepath.Join(t.TempDir(), "table.db"), bolt.Options{Now: clock, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { table.Close() })
	random := rand.NewChaCha8([32]byte{1})
	sealer, err := local.New(secret.NewText("0123456789abcdef0123456789abcdef"), random)
	if err != nil {
		t.Fatal(err)
	}
	h.incidents, h.tenants = store.Incidents{Table: table}, store.Tenants{Table: table}
	h.Handler = api.Manners{Requests: store.Requests{Table: table}, Now: clock, Random: random}.Handler(incidents.API{
		Incidents: h.incidents, Silences: store.Silences{Table: table}, Accounts: h.ads, Campaigns: h.ads, Orgs: h.tenants,
		Cursors: api.Cursors{Sealer: sealer, Now: clock},
	}.Routes()...)
	h.ada = h.signIn("ada")
	return h
}

func (h *house) signIn(name string) tenant.Principal {
	h.t.Helper()
	p, err := h.tenants.SignIn(h.t.Context(), tenant.Identity{UserID: tenant.UserID("https://login.example", name), Name: name}, h.now)
	if err != nil {
		h.t.Fatal(err)
	}
	return p
}

// signal lets ada's organisation hear one of the key, and answers the id of the key's incident.
func (h *house) signal(key string, version int64, change func(*incident.Signal)) string {
	h.t.Helper()
	cause := event.Edge(event.Derive(key, fmt.Sprint(version)), "incidents", h.now)
	s := incident.Signal{
		Key: key, EventID: cause.ID, Version: version, Kind: incident.KindAccess, Subject: key, Title: key, Severity: 2, Cause: cause,
		Platforms: []string{"meta"},
	}
	if change != nil {
		change(&s)
	}
	if err := h.incidents.Put(h.t.Context(), h.ada.OrgID, s); err != nil {
		h.t.Fatal(err)
	}
	list, err := h.incidents.List(h.t.Context(), h.ada.OrgID)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, i := range list {
		if i.Key == key {
			return i.ID
		}
	}
	h.t.Fatalf("there is no incident of %s", key)
	return ""
}

// do makes a request and reads the answer into out, strictly.
func (h *house) do(p tenant.Principal, want int, out any, method, path, body string, header ...string) http.Header {
	h.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r.WithContext(tenant.WithPrincipal(r.Context(), p)))
	if w.Code != want {
		h.t.Fatalf("%s %s: status %d, want %d: %s", method, path, w.Code, want, w.Body)
	}
	if out == nil {
		return w.Header()
	}
	d := json.NewDecoder(w.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(out); err != nil {
		h.t.Fatalf("%s %s: %v", method, path, err)
	}
	return w.Header()
}
