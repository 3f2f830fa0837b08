package orgs_test

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/api/orgs"
	"bellwether/internal/event"
	"bellwether/internal/secret"
	"bellwether/internal/secret/local"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
	"bellwether/internal/tenant"
)

var start = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// house is the API over a real store.
type house struct {
	http.Handler
	tenants store.Tenants
	now     time.Time
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{now: start}
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
	h.tenants = store.Tenants{Table: table}
	manners := api.Manners{Requests: store.Requests{Table: table}, Now: clock, Random: random}
	h.Handler = manners.Handler(orgs.API{
		Tenants: h.tenants, Audit: store.Audit{Table: table}, Cursors: api.Cursors{Sealer: sealer, Now: clock}, Manners: manners,
	}.Routes()...)
	return h
}

// signIn is the person as the authorizer would hand them on now.
func (h *house) signIn(t *testing.T, name string) tenant.Principal {
	t.Helper()
	p, err := h.tenants.SignIn(t.Context(), tenant.Identity{
		UserID: tenant.UserID("https://login.example", name), Email: name + "@example.com", EmailVerified: true, Name: name,
	}, h.now)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// do makes a request and reads the answer into out, strictly.
func (h *house) do(t *testing.T, p tenant.Principal, want int, out any, method, path, body string, header ...string) http.Header {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r.WithContext(tenant.WithPrincipal(r.Context(), p)))
	if w.Code != want {
		t.Fatalf("%s %s: status %d, want %d: %s", method, path, w.Code, want, w.Body)
	}
	if out == nil {
		return w.Header()
	}
	d := json.NewDecoder(w.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(out); err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return w.Header()
}

// join makes the person a member of p's organisation, over HTTP.
func (h *house) join(t *testing.T, p tenant.Principal, name string, role tenant.Role) tenant.Principal {
	t.Helper()
	var invitation api.Invitation
	h.do(t, p, 201, &invitation, "POST", "/v1/org/invitations", `{"email":"`+name+`@example.com","role":"`+string(role)+`"}`)
	var m api.Membership
	h.do(t, h.signIn(t, name), 200, &m, "POST", "/v1/invitations/accept", `{"token":"`+*invitation.Token+`"}`)
	if m.Id != p.OrgID || m.Role != role {
		t.Fatalf("membership %+v", m)
	}
	return h.signIn(t, name)
}

func TestSettings(t *testing.T) {
	h := newHouse(t)
	ada := h.signIn(t, "ada")
	var org api.Org
	header := h.do(t, ada, 200, &org, "GET", "/v1/org", "")
	if header.Get("ETag") != `"1"` || org.Id != ada.OrgID || org.Name != "ada's organisation" || !org.AutoPause || len(org.Thresholds) != 3 || org.CampaignLimit != nil {
		t.Errorf("organisation %+v, header %v", org, header)
	}
	const change = `{"name":"Agency","timeZone":"Europe/Berlin","thresholds":[50,100],"autoPause":false,"campaignLimit":{"amount":"1000","currency":"EUR"}}`
	h.do(t, ada, 412, nil, "PATCH", "/v1/org", change, "If-Match", `"7"`)
	var changed api.Org
	header = h.do(t, ada, 200, &changed, "PATCH", "/v1/org", change, "If-Match", `"1"`)
	if header.Get("ETag") != `"2"` || changed.Version != 2 || changed.Name != "Agency" || changed.AutoPause || changed.CampaignLimit.String() != "1000.00 EUR" {
		t.Errorf("changed %+v, header %v", changed, header)
	}
	var same api.Org
	if h.do(t, ada, 200, &same, "PATCH", "/v1/org", change); same.Version != 2 {
		t.Errorf("the same settings made version %d", same.Version)
	}
	var without api.Org
	if h.do(t, ada, 200, &without, "PATCH", "/v1/org", `{"campaignLimit":null}`); without.CampaignLimit != nil || without.Name != "Agency" {
		t.Errorf("without a limit %+v", without)
	}
	for _, bad := range []string{
		`{"name":""}`, `{"timeZone":"Mars"}`, `{"thresholds":[]}`, `{"thresholds":[90,80]}`, `{"campaignLimit":{"amount":"0","currency":"EUR"}}`,
		`{"campaignLimit":{"amount":"1","currency":"XXX1"}}`, `{"owners":0}`, `{"autoPause":"no"}`,
	} {
		h.do(t, ada, 422, nil, "PATCH", "/v1/org", bad)
	}
}

func TestWhoIAm(t *testing.T) {
	h := newHouse(t)
	ada := h.signIn(t, "ada")
	var me api.Me
	h.do(t, ada, 200, &me, "GET", "/v1/me", "")
	if me.Id != ada.ID || *me.Email != "ada@example.com" || *me.OrgId != ada.OrgID || *me.Role != tenant.Owner || len(me.Orgs) != 1 {
		t.Errorf("me %+v", me)
	}
	var org api.Org
	h.do(t, ada, 201, &org, "POST", "/v1/orgs", `{"name":"Second"}`, "Idempotency-Key", "k")
	moved := h.signIn(t, "ada")
	var again api.Org
	if h.do(t, moved, 201, &again, "POST", "/v1/orgs", `{"name":"Second"}`, "Idempotency-Key", "k"); again.Id != org.Id || moved.OrgID != org.Id {
		t.Errorf("repeat made %s, not %s; ada acts in %s", again.Id, org.Id, moved.OrgID)
	}
	h.do(t, moved, 200, &me, "POST", "/v1/me/org", `{"orgId":"`+ada.OrgID+`"}`)
	if *me.OrgId != ada.OrgID || len(me.Orgs) != 2 || h.signIn(t, "ada").OrgID != ada.OrgID {
		t.Errorf("after switching %+v", me)
	}
	eve := h.signIn(t, "eve")
	h.do(t, ada, 404, nil, "POST", "/v1/me/org", `{"orgId":"`+eve.OrgID+`"}`)
	h.do(t, ada, 422, nil, "POST", "/v1/me/org", `{"orgId":"../"}`)
	h.do(t, ada, 422, nil, "POST", "/v1/orgs", `{"name":"  "}`)
}

func TestMembers(t *testing.T) {
	h := newHouse(t)
	ada := h.signIn(t, "ada")
	bob, eve := h.join(t, ada, "bob", tenant.Admin), h.join(t, ada, "eve", tenant.Viewer)
	var list api.MemberList
	if h.do(t, eve, 200, &list, "GET", "/v1/org/members", ""); len(list.Items) != 3 {
		t.Errorf("members %+v", list)
	}
	var m api.Member
	if h.do(t, bob, 200, &m, "PATCH", "/v1/org/members/"+eve.ID, `{"role":"analyst"}`); m.Role != tenant.Analyst || m.Id != eve.ID {
		t.Errorf("member %+v", m)
	}
	h.do(t, bob, 403, nil, "PATCH", "/v1/org/members/"+eve.ID, `{"role":"owner"}`)
	h.do(t, bob, 403, nil, "PATCH", "/v1/org/members/"+ada.ID, `{"role":"viewer"}`)
	h.do(t, bob, 422, nil, "PATCH", "/v1/org/members/"+eve.ID, `{"role":"king"}`)
	h.do(t, bob, 422, nil, "PATCH", "/v1/org/members/"+eve.ID, `{}`)
	h.do(t, ada, 409, nil, "PATCH", "/v1/org/members/"+ada.ID, `{"role":"admin"}`)
	h.do(t, ada, 409, nil, "DELETE", "/v1/org/members/"+ada.ID, "")
	h.do(t, eve, 403, nil, "DELETE", "/v1/org/members/"+bob.ID, "")
	h.do(t, bob, 403, nil, "DELETE", "/v1/org/members/"+ada.ID, "")
	h.do(t, eve, 204, nil, "DELETE", "/v1/org/members/"+eve.ID, "")
	h.do(t, ada, 204, nil, "DELETE", "/v1/org/members/"+bob.ID, "")
	h.do(t, ada, 404, nil, "DELETE", "/v1/org/members/"+bob.ID, "")
	h.do(t, ada, 404, nil, "DELETE", "/v1/org/members/bob", "")
	if p := h.signIn(t, "bob"); p.OrgID == ada.OrgID {
		t.Error("bob is still in")
	}
}

func TestInvitations(t *testing.T) {
	h := newHouse(t)
	ada, eve := h.signIn(t, "ada"), h.signIn(t, "eve")
	var made api.Invitation
	h.do(t, ada, 201, &made, "POST", "/v1/org/invitations", `{"email":"Bob@Example.com","role":"manager"}`, "Idempotency-Key", "k")
	if made.Email != "bob@example.com" || made.Token == nil || !made.ExpiresAt.Equal(start.Add(7*24*time.Hour)) {
		t.Errorf("invitation %+v", made)
	}
	h.do(t, ada, 409, nil, "POST", "/v1/org/invitations", `{"email":"Bob@Example.com","role":"manager"}`, "Idempotency-Key", "k")
	var list api.InvitationList
	if h.do(t, ada, 200, &list, "GET", "/v1/org/invitations", ""); len(list.Items) != 1 || list.Items[0].Token != nil {
		t.Errorf("invitations %+v", list)
	}
	h.do(t, eve, 403, nil, "POST", "/v1/invitations/accept", `{"token":"`+*made.Token+`"}`)
	h.do(t, eve, 404, nil, "POST", "/v1/invitations/accept", `{"token":"nothing"}`)
	h.do(t, ada, 204, nil, "DELETE", "/v1/org/invitations/"+made.Id, "")
	h.do(t, ada, 404, nil, "DELETE", "/v1/org/invitations/"+made.Id, "")
	h.do(t, h.signIn(t, "bob"), 404, nil, "POST", "/v1/invitations/accept", `{"token":"`+*made.Token+`"}`)
	for _, bad := range []string{`{"email":"bob","role":"viewer"}`, `{"email":"bob@example.com","role":""}`, `{"email":"bob@example.com"}`} {
		h.do(t, ada, 422, nil, "POST", "/v1/org/invitations", bad)
	}
}

func TestAPIKeys(t *testing.T) {
	h := newHouse(t)
	ada := h.signIn(t, "ada")
	var made api.ApiKey
	h.do(t, ada, 201, &made, "POST", "/v1/org/api-keys", `{"name":"CI","role":"admin"}`)
	key, err := h.tenants.PrincipalOfKey(t.Context(), *made.Key)
	if err != nil || key.OrgID != ada.OrgID || key.Role != tenant.Admin || key.ID != made.Id || !made.ExpiresAt.Equal(start.AddDate(0, 0, 90)) {
		t.Fatalf("key %+v, principal %+v, error %v", made, key, err)
	}
	var list api.ApiKeyList
	if h.do(t, key, 200, &list, "GET", "/v1/org/api-keys", ""); len(list.Items) != 1 || list.Items[0].Key != nil || !strings.HasPrefix(*made.Key, list.Items[0].Prefix) {
		t.Errorf("keys %+v", list)
	}
	t.Run("are no persons", func(t *testing.T) {
		var me api.Me
		if h.do(t, key, 200, &me, "GET", "/v1/me", ""); me.Actor != "key/"+made.Id || len(me.Orgs) != 0 {
			t.Errorf("me %+v", me)
		}
		h.do(t, key, 403, nil, "POST", "/v1/orgs", `{"name":"Mine"}`)
		h.do(t, key, 403, nil, "POST", "/v1/me/org", `{"orgId":"`+ada.OrgID+`"}`)
		h.do(t, key, 403, nil, "POST", "/v1/invitations/accept", `{"token":"x"}`)
	})
	t.Run("grant nothing above themselves", func(t *testing.T) {
		h.do(t, key, 403, nil, "POST", "/v1/org/invitations", `{"email":"x@example.com","role":"owner"}`)
		h.do(t, key, 403, nil, "DELETE", "/v1/org/members/"+ada.ID, "")
	})
	for _, bad := range []string{`{"name":"","role":"viewer"}`, `{"name":"x","role":"owner"}`, `{"name":"x","role":"viewer","expiresInDays":366}`, `{"name":"x","role":"viewer","expiresInDays":0}`} {
		h.do(t, ada, 422, nil, "POST", "/v1/org/api-keys", bad)
	}
	h.do(t, ada, 204, nil, "DELETE", "/v1/org/api-keys/"+made.Id, "")
	h.do(t, ada, 404, nil, "DELETE", "/v1/org/api-keys/"+made.Id, "")
	if _, err := h.tenants.PrincipalOfKey(t.Context(), *made.Key); err == nil {
		t.Error("the revoked key still works")
	}
}

func TestTheTrailIsReadPageByPage(t *testing.T) {
	h := newHouse(t)
	ada := h.signIn(t, "ada")
	for _, name := range []string{"a", "b", "c", "d"} {
		h.now = h.now.Add(time.Second)
		h.do(t, ada, 200, nil, "PATCH", "/v1/org", `{"name":"`+name+`"}`)
	}
	var seen []string
	for path := "/v1/org/audit?limit=2"; path != ""; {
		var page api.AuditPage
		h.do(t, ada, 200, &page, "GET", path, "")
		for _, r := range page.Items {
			if r.Actor != ada.Actor && r.Action != "org.created" || !event.IsID(r.CorrelationId) {
				t.Errorf("record %+v", r)
			}
			seen = append(seen, r.Action)
		}
		path = ""
		if page.Next != nil {
			path = "/v1/org/audit?limit=2&cursor=" + *page.Next
		}
	}
	if got := strings.Join(seen, " "); got != "org.updated org.updated org.updated org.updated org.created" {
		t.Errorf("trail: %s", got)
	}
	var empty api.AuditPage
	if h.do(t, ada, 200, &empty, "GET", "/v1/org/audit?month=2026-10", ""); len(empty.Items) != 0 {
		t.Errorf("October: %+v", empty)
	}
	h.do(t, ada, 422, nil, "GET", "/v1/org/audit?month=October", "")
	h.do(t, ada, 422, nil, "GET", "/v1/org/audit?moon=full", "")
	h.do(t, ada, 422, nil, "GET", "/v1/org/audit?limit=0", "")
	h.do(t, ada, 400, nil, "GET", "/v1/org/audit?cursor=x", "")
}
