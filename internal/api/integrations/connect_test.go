package integrations_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/event"
	"bellwether/internal/integration"
	"bellwether/internal/platform"
	"bellwether/internal/produce"
	"bellwether/internal/replay"
	"bellwether/internal/tenant"
)

func TestPlatforms(t *testing.T) {
	w := newWorld(t)
	var list api.PlatformList
	w.do(ada, 200, &list, "GET", "/v1/platforms", "")
	if len(list.Items) != 2 || list.Items[0].Platform != "google" || list.Items[1].Platform != "meta" {
		t.Fatalf("platforms %+v", list.Items)
	}
	google, meta := list.Items[0], list.Items[1]
	reads := []api.AdPlatformCapabilities{"campaigns", "metrics", "status", "budget"}
	if !slices.Equal(google.Capabilities, reads) || google.Name != "Google Ads" || google.Scopes == nil {
		t.Errorf("google %+v", google)
	}
	if !slices.Equal(meta.Capabilities, append(reads, "refresh", "webhooks")) || !slices.Equal(meta.Scopes, []string{"ads_read", "ads_management"}) {
		t.Errorf("meta %+v", meta)
	}
}

// The whole way: to the platform with a challenge, back with a code, and an account is connected.
func TestConnect(t *testing.T) {
	w := newWorld(t)
	var c api.Connection
	header := w.do(ada, 201, &c, "POST", "/v1/integrations", `{"platform":"meta"}`)
	if c.Status != "pending" || header.Get("Location") != "/v1/connections/"+c.Id || !c.ExpiresAt.Equal(start.Add(30*time.Minute)) {
		t.Errorf("connection %+v, header %v", c, header)
	}
	to, err := url.Parse(*c.AuthorizationUrl)
	if err != nil || to.Query().Get("redirect_uri") != base+callback || len(to.Query().Get("code_challenge")) != 43 {
		t.Errorf("authorization URL %s", to)
	}
	if now := w.read(c.Id); now.Status != "pending" || now.AuthorizationUrl != nil {
		t.Errorf("connection %+v", now)
	}
	page := w.finish(w.stateOf(c))
	if page.Code != 200 || !strings.Contains(page.Body.String(), "The account Shop &lt;b&gt; is connected") {
		t.Fatalf("page %d %s", page.Code, page.Body)
	}
	now := w.read(c.Id)
	id := integration.IDOf(ourOrg, "meta", "act_1")
	if now.Status != "connected" || now.IntegrationId == nil || *now.IntegrationId != id {
		t.Fatalf("connection %+v", now)
	}
	var i api.Integration
	header = w.do(ada, 200, &i, "GET", "/v1/integrations/"+id, "")
	if i.Status != "connected" || i.Platform != "meta" || i.Account.Id != "act_1" || api.Value(i.Account.Currency) != "USD" || i.ConnectedBy != adaID ||
		i.EveryMinutes != 15 || !slices.Equal(i.Scopes, []string{"ads_read"}) || !i.GrantEndsAt.Equal(w.platform.ends) || header.Get("ETag") != `"1"` {
		t.Errorf("integration %+v, header %v", i, header)
	}
	w.wantConnected(id, 1)
}

// wantConnected wants the account's first sync due and asked for, its n'th grant in place, and the event.
func (w *world) wantConnected(id string, n int) {
	w.t.Helper()
	s := w.sync(id)
	if !s.NextAt.Equal(w.now) || s.Trigger != integration.TriggerConnect || s.CorrelationID == "" {
		w.t.Errorf("sync %+v", s)
	}
	if len(w.sent) == 0 {
		w.t.Fatal("nobody was asked to sync")
	}
	var m produce.SyncMessage
	if err := json.Unmarshal(w.sent[len(w.sent)-1].Body, &m); err != nil || m != (produce.SyncMessage{OrgID: ourOrg, IntegrationID: id}) {
		w.t.Errorf("message %+v, error %v", m, err)
	}
	w.wantToken(id, fmt.Sprintf("access-%d", n))
	events := w.events("IntegrationConnected")
	if len(events) == 0 {
		w.t.Fatal("no event")
	}
	last, err := event.Decode[event.IntegrationConnected](events[len(events)-1])
	if err != nil || last.Data.AccountID != "act_1" || last.Data.ConnectedBy != adaID || last.Meta.Actor != ada.Actor || last.Meta.CorrelationID != s.CorrelationID {
		w.t.Errorf("event %+v, error %v", last, err)
	}
}

func (w *world) wantToken(id, want string) {
	w.t.Helper()
	token, _, err := w.api.Keeper.Token(w.t.Context(), integration.Integration{ID: id, OrgID: ourOrg, Platform: "meta"}, "test")
	if err != nil || token.Reveal() != want {
		w.t.Errorf("token %s, error %v", token.Reveal(), err)
	}
}

func TestConnectRefusesBadRequests(t *testing.T) {
	w := newWorld(t)
	for _, body := range []string{
		`{}`, `{"platform":"myspace"}`, `{"platform":"tiktok"}`, `{"platform":7}`, `{"platform":"meta","accountId":""}`, `{"platform":"meta","accountId":" act_1"}`,
		`{"platform":"meta","accountId":"` + strings.Repeat("9", 101) + `"}`, `{"platform":"meta","accountId":"a\u0000"}`, `{"platform":"meta","redirectUri":"https://evil.example"}`,
	} {
		w.refused(ada, 422, "invalid_fields", "POST", "/v1/integrations", body)
	}
}

// Without a public address of our own, browsers come back to where the request came in.
func TestWhereBrowsersComeBack(t *testing.T) {
	cases := map[string]string{
		"localhost:8080": "http://localhost:8080", "127.0.0.1:8080": "http://127.0.0.1:8080", "[::1]:8080": "http://[::1]:8080",
		"api.example.com": "https://api.example.com", "localhost.example.com": "https://localhost.example.com",
	}
	for host, want := range cases {
		w := newWorld(t)
		w.api.PublicURL = ""
		w.serve(nil)
		var c api.Connection
		w.do(ada, 201, &c, "POST", "http://"+host+"/v1/integrations", `{"platform":"meta"}`)
		if u, err := url.Parse(*c.AuthorizationUrl); err != nil || u.Query().Get("redirect_uri") != want+callback {
			t.Errorf("%s: %s", host, u)
		}
	}
}

// forgetful knows no answer, as when a request died before its answer was kept.
type forgetful struct{}

func (forgetful) Begin(_ context.Context, c replay.Claim) (replay.Claim, *replay.Answer, error) {
	return c, nil, nil
}
func (forgetful) Finish(context.Context, replay.Claim, *replay.Answer) error { return nil }
func (forgetful) Record(context.Context, tenant.AuditRecord) error           { return nil }

// A repeat under the same Idempotency-Key goes on with the same attempt, whose verifier holds for both states.
func TestBeginAgainAfterALostAnswer(t *testing.T) {
	w := newWorld(t)
	w.serve(forgetful{})
	var first, second api.Connection
	for _, c := range []*api.Connection{&first, &second} {
		w.do(ada, 201, c, "POST", "/v1/integrations", `{"platform":"meta"}`, "Idempotency-Key", "k")
	}
	if first.Id != second.Id || w.stateOf(first) == w.stateOf(second) {
		t.Errorf("connections %+v, %+v", first, second)
	}
	w.finish(w.stateOf(second))
	if c := w.read(first.Id); c.Status != "connected" {
		t.Errorf("connection %+v", c)
	}
}

// Connecting the same account again finds the first integration, and takes the new grant.
func TestConnectTwice(t *testing.T) {
	w := newWorld(t)
	first := w.connect()
	before, err := w.grants.Grant(t.Context(), ourOrg, first.Id)
	if err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Hour)
	synced := w.sync(first.Id)
	synced.NextAt = w.now.Add(10 * time.Minute)
	synced.Version++
	if err := w.store.PutSync(t.Context(), w.sync(first.Id), synced); err != nil {
		t.Fatal(err)
	}
	second := w.connect()
	if second.Id != first.Id || second.Version != first.Version+1 || !second.ConnectedAt.Equal(first.ConnectedAt) {
		t.Errorf("first %+v, second %+v", first, second)
	}
	if s := w.sync(first.Id); !s.NextAt.Equal(w.now) || s.Trigger != integration.TriggerConnect {
		t.Errorf("sync %+v", s)
	}
	w.wantToken(first.Id, "access-2")
	if n := len(w.events("IntegrationConnected")); n != 1 {
		t.Errorf("%d events", n)
	}
	var list api.IntegrationList
	if w.do(ada, 200, &list, "GET", "/v1/integrations", ""); len(list.Items) != 1 {
		t.Errorf("integrations %+v", list.Items)
	}
	// A worker that was renewing the old grant all the while can't put its outcome over the new one.
	for late := before.Version; late < before.Version+10; late++ {
		stale := before
		stale.Version = late + 1
		if err := w.grants.PutGrant(t.Context(), stale, late); err == nil {
			t.Fatalf("the old grant came back at version %d", late)
		}
	}
}

func TestReconnect(t *testing.T) {
	w := newWorld(t)
	i := w.connect()
	w.lose(i.Id)
	w.now = w.now.Add(time.Hour)
	one := "/v1/integrations/" + i.Id

	w.platform.accounts[0].ID = "act_2"
	c, state := w.begin(one+"/reconnect", "")
	if c.IntegrationId == nil || *c.IntegrationId != i.Id {
		t.Errorf("connection %+v", c)
	}
	if page := w.finish(state).Body.String(); !strings.Contains(page, "does not reach the account act_1") {
		t.Errorf("page %s", page)
	}
	if now := w.read(c.Id); now.Status != "failed" {
		t.Errorf("connection %+v", now)
	}

	w.platform.accounts = append(w.platform.accounts, platform.Account{ID: "act_1", Name: "Shop", Currency: "USD", TimeZone: "UTC"})
	_, state = w.begin(one+"/reconnect", "")
	w.finish(state)
	var now api.Integration
	w.do(ada, 200, &now, "GET", one, "")
	if now.Status != "connected" || now.Reason != nil || now.Account.Name != "Shop" || !now.ConnectedAt.Equal(w.now) {
		t.Errorf("integration %+v", now)
	}
	w.wantConnected(i.Id, 3)
	last, err := event.Decode[event.IntegrationConnected](w.events("IntegrationConnected")[1])
	if err != nil || !last.Data.Reconnected {
		t.Errorf("event %+v, error %v", last, err)
	}
}

// An account in another currency is not the one whose results are here.
func TestReconnectInAnotherCurrency(t *testing.T) {
	w := newWorld(t)
	i := w.connect()
	w.lose(i.Id)
	w.platform.accounts[0].Currency = "EUR"
	c, state := w.begin("/v1/integrations/"+i.Id+"/reconnect", "")
	w.finish(state)
	if now := w.read(c.Id); now.Status != "failed" || !strings.Contains(*now.Problem, "EUR") {
		t.Errorf("connection %+v", now)
	}
}

// What an organisation has is nobody else's.
func TestOtherOrganisations(t *testing.T) {
	w := newWorld(t)
	c, _ := w.begin("/v1/integrations", `{"platform":"meta"}`)
	i := w.connect()
	one := "/v1/integrations/" + i.Id
	for _, request := range []string{
		"GET " + one, "PATCH " + one, "GET " + one + "/health", "GET " + one + "/runs", "POST " + one + "/sync",
		"POST " + one + "/disconnect", "POST " + one + "/reconnect", "GET /v1/integrations/not-an-id",
	} {
		method, path, _ := strings.Cut(request, " ")
		w.do(eve, 404, nil, method, path, "")
	}
	w.do(eve, 404, nil, "GET", "/v1/connections/"+c.Id, "")
	w.do(eve, 404, nil, "POST", "/v1/connections/"+c.Id+"/account", `{"accountId":"act_1"}`)
	var list api.IntegrationList
	if w.do(eve, 200, &list, "GET", "/v1/integrations", ""); len(list.Items) != 0 {
		t.Errorf("integrations %+v", list.Items)
	}
}
