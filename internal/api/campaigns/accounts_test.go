package campaigns_test

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
	"bellwether/internal/api/campaigns"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/integration"
	"bellwether/internal/money"
	"bellwether/internal/platform"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
	"bellwether/internal/tenant"
)

var start = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

const (
	orgID     = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5c"
	dollars   = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a01"
	euros     = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a02"
	lost      = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a03"
	elsewhere = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a04"
	page      = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a06"
)

// accounts are connected ad accounts, by id.
type accounts map[string]integration.Integration

func (list accounts) Get(_ context.Context, org, id string) (integration.Integration, error) {
	if i, ok := list[id]; ok && i.OrgID == org {
		return i, nil
	}
	return integration.Integration{}, fault.New(fault.NotFound, "integration_not_found", "there is no such integration")
}

func connected(id, org string, currency money.Currency, status integration.Status) integration.Integration {
	return integration.Integration{ID: id, OrgID: org, Platform: "meta", Status: status, Account: platform.Account{ID: "act_" + id[34:], Currency: currency}}
}

// house is the API over a real store.
type house struct {
	http.Handler
	t         *testing.T
	campaigns store.Campaigns
	posts     store.Posts
}

func newHouse(t *testing.T) *house {
	t.Helper()
	clock := func() time.Time { return start }
	table, err := bolt.Open(filepath.Join(t.TempDir(), "table.db"), bolt.Options{Now: clock, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { table.Close() })
	h := &house{t: t, campaigns: store.Campaigns{Table: table}, posts: store.Posts{Table: table}}
	manners := api.Manners{Now: clock, Random: rand.NewChaCha8([32]byte{1})}
	h.Handler = manners.Handler(campaigns.API{
		Campaigns: h.campaigns, Posts: h.posts, Orgs: store.Tenants{Table: table}, Accounts: accounts{
			page:      {ID: page, OrgID: orgID, Platform: platform.Facebook, Status: integration.Connected, Account: platform.Account{ID: "1", Name: "Page"}},
			dollars:   connected(dollars, orgID, "USD", integration.Connected),
			euros:     connected(euros, orgID, "EUR", integration.Connected),
			lost:      connected(lost, orgID, "USD", integration.NeedsReconnect),
			elsewhere: connected(elsewhere, lost, "USD", integration.Connected),
		},
	}.Routes()...)
	return h
}

// send makes a request as the organisation's owner; the answer is read into out, strictly.
func (h *house) send(method, path, body string, want int, out any) {
	h.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	p := tenant.Principal{ID: dollars, OrgID: orgID, Role: tenant.Owner, Actor: "user/" + dollars}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r.WithContext(tenant.WithPrincipal(r.Context(), p)))
	if w.Code != want {
		h.t.Fatalf("%s %s: status %d, want %d: %s", method, path, w.Code, want, w.Body)
	}
	if out == nil {
		return
	}
	d := json.NewDecoder(w.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(out); err != nil {
		h.t.Fatal(err)
	}
}

func withPlacements(placements string) string {
	return `{"name":"Launch","objective":"sales","currency":"USD","timeZone":"UTC","placements":[` + placements + `]}`
}

// A placement in a connected account fits that account, or is refused by field.
func TestPlacementsInConnectedAccounts(t *testing.T) {
	h := newHouse(t)
	placement := func(id, more string) string {
		return `{"platform":"meta","name":"Feed","integrationId":"` + id + `"` + more + `}`
	}
	cases := map[string]struct{ placement, field, message string }{
		"no such account":             {placement(orgID, `,"externalId":"1"`), "integrationId", "must be the id of an integration of the organisation"},
		"another organisation's":      {placement(elsewhere, `,"externalId":"1"`), "integrationId", "must be the id of an integration of the organisation"},
		"no id":                       {placement("act_1", `,"externalId":"1"`), "integrationId", "must be the id of an integration of the organisation"},
		"another currency":            {placement(euros, `,"externalId":"1"`), "integrationId", "the account is in EUR and the campaign in USD; one budget can't hold both"},
		"out of reach":                {placement(lost, `,"externalId":"1"`), "integrationId", "the account is not connected: reconnect it first"},
		"without the platform's id":   {placement(dollars, ``), "externalId", "must be the platform's own id of the ad campaign, so that it can be read and driven"},
		"with an empty platform's id": {placement(dollars, `,"externalId":""`), "externalId", "must be the platform's own id of the ad campaign, so that it can be read and driven"},
		"another platform": {`{"platform":"google","name":"Search","externalId":"1","integrationId":"` + dollars + `"}`,
			"platform", "must be that of the account: meta"},
	}
	var c api.Campaign
	h.send("POST", "/v1/campaigns", withPlacements(""), 201, &c)
	for name, tt := range cases {
		t.Run(name, func(t *testing.T) {
			for path, body := range map[string]string{
				"/v1/campaigns":                         withPlacements(placement(dollars, `,"externalId":"good"`) + "," + tt.placement),
				"/v1/campaigns/" + c.Id + "/placements": `{"placements":[` + placement(dollars, `,"externalId":"good"`) + "," + tt.placement + `]}`,
			} {
				var problem struct {
					Type, Title, Code, Detail, RequestID string
					Status                               int
					Fields                               []fault.Field
				}
				h.send("POST", path, body, 422, &problem)
				if want := (fault.Field{Name: "placements[1]." + tt.field, Message: tt.message}); len(problem.Fields) != 1 || problem.Fields[0] != want {
					t.Errorf("%s: fields %+v, want %+v", path, problem.Fields, want)
				}
			}
		})
	}
}

// An ad campaign is a placement of one campaign only.
func TestAPlacementIsTakenOnce(t *testing.T) {
	h := newHouse(t)
	body := withPlacements(`{"platform":"meta","name":"Feed","externalId":"77","integrationId":"` + dollars + `"}`)
	var c, other api.Campaign
	h.send("POST", "/v1/campaigns", body, 201, &c)
	if p := c.Placements[0]; p.IntegrationId == nil || *p.IntegrationId != dollars || p.Remote != nil || p.Control != nil || p.Held || p.Lost {
		t.Errorf("placement %+v", p)
	}
	var problem struct {
		Type, Title, Code, Detail, RequestID string
		Status                               int
	}
	if h.send("POST", "/v1/campaigns", body, 409, &problem); problem.Code != "placement_taken" {
		t.Errorf("problem %+v", problem)
	}
	h.send("POST", "/v1/campaigns", withPlacements(""), 201, &other)
	taken := `{"placements":[{"platform":"meta","name":"Feed","externalId":"77","integrationId":"` + dollars + `"}]}`
	h.send("POST", "/v1/campaigns/"+other.Id+"/placements", taken, 409, nil)
}

// The most placements that a campaign takes fit the store's one write, with their ties and marks.
func TestTheMostPlacements(t *testing.T) {
	h := newHouse(t)
	var list []string
	for n := range campaign.MaxPlacements {
		list = append(list, fmt.Sprintf(`{"platform":"meta","name":"Feed","externalId":"%d","integrationId":"%s"}`, n, dollars))
	}
	body := strings.Replace(withPlacements(strings.Join(list, ",")), `{"name"`, `{"activate":true,"name"`, 1)
	var c api.Campaign
	h.send("POST", "/v1/campaigns", body, 201, &c)
	if len(c.Placements) != 40 {
		t.Errorf("%d placements", len(c.Placements))
	}
	h.send("POST", "/v1/campaigns/"+c.Id+"/placements", `{"placements":[{"platform":"x","name":"One more"}]}`, 422, nil)
	h.send("POST", "/v1/campaigns/"+c.Id+"/pause", `{}`, 200, nil)
}

// What the platform told of a placement, and how far our wish got, is shown.
func TestPlacementsShowTheirPlatform(t *testing.T) {
	h := newHouse(t)
	var c api.Campaign
	h.send("POST", "/v1/campaigns", withPlacements(`{"platform":"meta","name":"Feed","externalId":"77","integrationId":"`+dollars+`"}`), 201, &c)
	stored, err := h.campaigns.Get(t.Context(), orgID, c.Id)
	if err != nil {
		t.Fatal(err)
	}
	seenAt := start.Add(-time.Minute)
	_, err = h.campaigns.UpdateFrom(t.Context(), event.Derive("sync"), stored, func(_ context.Context, c campaign.Campaign) (campaign.Change, error) {
		p := &c.Placements[0]
		p.Remote = campaign.Remote{
			Status: platform.StatusActive, Raw: "WITH_ISSUES", SeenAt: seenAt,
			Budget: &campaign.RemoteBudget{Kind: platform.DailyBudget, AmountMicros: 12_500_000, Shared: true},
		}
		p.Control = campaign.Control{Want: platform.Off, State: campaign.ControlFailed, At: start, Class: "auth_scope", Message: "not allowed", Holder: "worker"}
		p.Held, p.Lost = true, true
		c.Version++
		return campaign.Change{Campaign: c}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var now api.Campaign
	h.send("GET", "/v1/campaigns/"+c.Id, "", 200, &now)
	p := now.Placements[0]
	if r := p.Remote; r == nil || r.Status != "active" || r.RawStatus != "WITH_ISSUES" || !r.SeenAt.Equal(seenAt) || r.Gone ||
		r.Budget.Kind != "daily" || r.Budget.Amount.String() != "12.50 USD" || !r.Budget.Shared {
		t.Errorf("remote %+v", r)
	}
	if k := p.Control; k == nil || k.State != "failed" || *k.Want != "off" || *k.Class != "auth_scope" || *k.Message != "not allowed" || !k.At.Equal(start) {
		t.Errorf("control %+v", k)
	}
	if !p.Held || !p.Lost {
		t.Errorf("placement %+v", p)
	}
}
