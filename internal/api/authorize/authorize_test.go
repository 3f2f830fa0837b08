package authorize_test

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellwether/internal/api/authorize"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
	"bellwether/internal/tenant"
)

// house is an authorizer over a real store.
type house struct {
	*authorize.Authorizer
	provider *provider
	tenants  store.Tenants
}

func newHouse(t *testing.T) house {
	t.Helper()
	p := newProvider(t)
	table, err := bolt.Open(filepath.Join(t.TempDir(), "table"), bolt.Options{Now: p.clock.now, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { table.Close() })
	tenants := store.Tenants{Table: table}
	return house{authorize.New(p.issuer(t), tenants, p.clock.now), p, tenants}
}

type answer struct {
	IsAuthorized bool           `json:"isAuthorized"`
	Context      map[string]any `json:"context"`
}

func ask(t *testing.T, a *authorize.Authorizer, header, value string) (answer, string, error) {
	t.Helper()
	payload, err := json.Marshal(map[string]any{
		"version": "2.0", "type": "REQUEST", "routeKey": "GET /v1/org", "identitySource": []string{value},
		"headers": map[string]string{header: value, "accept": "*/*"},
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := a.Invoke(t.Context(), payload)
	var got answer
	if err == nil {
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatal(err)
		}
	}
	return got, string(out), err
}

// signIn is the principal that the authorizer finds for a credential.
func (h house) signIn(t *testing.T, credential string) tenant.Principal {
	t.Helper()
	got, text, err := ask(t, h.Authorizer, "authorization", "Bearer "+credential)
	if err != nil || !got.IsAuthorized {
		t.Fatalf("answer %s, error %v", text, err)
	}
	p, ok := tenant.FromAuthorizer(got.Context)
	if !ok {
		t.Fatalf("no principal in %s", text)
	}
	return p
}

func (h house) refused(t *testing.T, header, value string) {
	t.Helper()
	if _, text, err := ask(t, h.Authorizer, header, value); err != nil || text != `{"isAuthorized":false}` {
		t.Errorf("answer %s, error %v, want a refusal without a word", text, err)
	}
}

func TestFirstLoginMakesAnOrganisation(t *testing.T) {
	h := newHouse(t)
	first := h.signIn(t, h.provider.token(t, nil))
	want := tenant.Principal{
		ID: tenant.UserID(h.provider.URL, "ada"), OrgID: first.OrgID, Role: tenant.Owner,
		Actor: "user/" + first.ID, Email: "ada@example.com", Name: "Ada Lovelace",
	}
	if first != want || !event.IsID(first.OrgID) {
		t.Errorf("principal %+v", first)
	}
	if again := h.signIn(t, h.provider.token(t, nil)); again != first {
		t.Errorf("the second time %+v", again)
	}
	access := h.signIn(t, h.provider.token(t, cognitoAccess(audience)))
	if access.OrgID != first.OrgID || access.Name != "Ada Lovelace" || access.Email != "" {
		t.Errorf("by an access token %+v: same person, no verified address", access)
	}
	if eve := h.signIn(t, h.provider.token(t, map[string]any{"sub": "eve"})); eve.OrgID == first.OrgID {
		t.Error("two persons share an organisation")
	}
}

func TestAnUnverifiedAddressIsNotHandedOn(t *testing.T) {
	h := newHouse(t)
	if p := h.signIn(t, h.provider.token(t, map[string]any{"email_verified": false})); p.Email != "" {
		t.Errorf("principal %+v", p)
	}
}

func TestRemovedMembersLoseTheirOrganisation(t *testing.T) {
	h := newHouse(t)
	ada := h.signIn(t, h.provider.token(t, nil))
	cause := event.Edge(event.Derive("test"), ada.Actor, start)
	if err := h.tenants.RemoveMember(t.Context(), ada, ada.ID, cause); !fault.Is(err, fault.Conflict) {
		t.Fatalf("the last owner left: %v", err)
	}
	eveToken := h.provider.token(t, map[string]any{"sub": "eve", "email": "eve@example.com"})
	eve := h.signIn(t, eveToken)
	invitation, token, err := tenant.NewInvitation(ada, event.Derive("invitation"), "eve@example.com", tenant.Analyst, start, strings.NewReader(strings.Repeat("x", 32)))
	if err != nil {
		t.Fatal(err)
	}
	if err := h.tenants.Invite(t.Context(), invitation, cause); err != nil {
		t.Fatal(err)
	}
	who := tenant.Identity{UserID: eve.ID, Email: eve.Email, EmailVerified: true}
	if _, err := h.tenants.Accept(t.Context(), token, who, cause); err != nil {
		t.Fatal(err)
	}
	if p := h.signIn(t, eveToken); p.OrgID != ada.OrgID || p.Role != tenant.Analyst {
		t.Fatalf("after accepting %+v", p)
	}
	if err := h.tenants.RemoveMember(t.Context(), ada, eve.ID, cause); err != nil {
		t.Fatal(err)
	}
	if p := h.signIn(t, eveToken); p.OrgID != eve.OrgID || p.Role != tenant.Owner {
		t.Errorf("after the removal %+v, want back in her own organisation", p)
	}
}

// Who belongs nowhere is let in as nobody's member: to accept an invitation or to begin anew.
func TestAPersonWithoutAnOrganisationIsLetIn(t *testing.T) {
	h := newHouse(t)
	ada := h.signIn(t, h.provider.token(t, nil))
	eveToken := h.provider.token(t, map[string]any{"sub": "eve", "email": "eve@example.com"})
	eve := h.signIn(t, eveToken)
	cause := event.Edge(event.Derive("leave"), ada.Actor, start)
	invitation, token, err := tenant.NewInvitation(ada, event.Derive("invitation"), "eve@example.com", tenant.Owner, start, strings.NewReader(strings.Repeat("x", 32)))
	if err != nil {
		t.Fatal(err)
	}
	if err := h.tenants.Invite(t.Context(), invitation, cause); err != nil {
		t.Fatal(err)
	}
	who := tenant.Identity{UserID: eve.ID, Email: eve.Email, EmailVerified: true}
	if _, err := h.tenants.Accept(t.Context(), token, who, cause); err != nil {
		t.Fatal(err)
	}
	if err := h.tenants.RemoveMember(t.Context(), ada, ada.ID, cause); err != nil {
		t.Fatal(err)
	}
	want := ada
	want.OrgID, want.Role = "", ""
	if got := h.signIn(t, h.provider.token(t, nil)); got != want {
		t.Errorf("principal %+v, want %+v", got, want)
	}
}

func (h house) newKey(t *testing.T, days int) (tenant.Principal, tenant.APIKey, string) {
	t.Helper()
	ada := h.signIn(t, h.provider.token(t, nil))
	source := rand.NewChaCha8([32]byte{1})
	key, text, err := tenant.NewAPIKey(ada, event.Derive("key"), "CI", tenant.Analyst, days, start, source)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.tenants.CreateKey(t.Context(), key, event.Edge(event.Derive("create key"), ada.Actor, start)); err != nil {
		t.Fatal(err)
	}
	return ada, key, text
}

func TestAPIKeysActForTheirOrganisation(t *testing.T) {
	h := newHouse(t)
	ada, key, text := h.newKey(t, 90)
	want := tenant.Principal{ID: key.ID, OrgID: ada.OrgID, Role: tenant.Analyst, Actor: "key/" + key.ID, Name: "CI"}
	if got := h.signIn(t, text); got != want {
		t.Errorf("principal %+v, want %+v", got, want)
	}
	t.Run("until revoked", func(t *testing.T) {
		if err := h.tenants.RevokeKey(t.Context(), ada.OrgID, key.ID, event.Edge(event.Derive("revoke"), ada.Actor, start)); err != nil {
			t.Fatal(err)
		}
		h.refused(t, "authorization", "Bearer "+text)
	})
}

func TestAPIKeysExpire(t *testing.T) {
	h := newHouse(t)
	_, _, text := h.newKey(t, 2)
	h.provider.clock.advance(48*time.Hour - time.Second)
	h.signIn(t, text)
	h.provider.clock.advance(time.Second)
	h.refused(t, "authorization", "Bearer "+text)
}

func TestTheHeader(t *testing.T) {
	h := newHouse(t)
	_, _, text := h.newKey(t, 90)
	for _, header := range []string{"authorization", "Authorization", "AUTHORIZATION"} {
		for _, scheme := range []string{"Bearer ", "bearer ", "BEARER "} {
			if got, _, err := ask(t, h.Authorizer, header, scheme+text); err != nil || !got.IsAuthorized {
				t.Errorf("%s: %s: %v, error %v", header, scheme, got, err)
			}
		}
	}
	for header, value := range map[string]string{
		"Authorization": text, "authorization": "Basic " + text, "AUTHORIZATION": "Bearer  " + text, "X-Api-Key": text,
		"authorizatioN": "Bearer " + text + " ", "authorIzation": "Bearer", "authoriZation": "", "authOrization": "Bearer " + strings.ToUpper(text),
	} {
		h.refused(t, header, value)
	}
}

// G11: no change of a good key is good.
func TestNoChangedKeyIsAccepted(t *testing.T) {
	h := newHouse(t)
	_, key, text := h.newKey(t, 90)
	random := rand.New(rand.NewPCG(3, 4))
	for i := range 10_000 {
		other := changed(text, random)
		if other == text {
			continue
		}
		if _, out, err := ask(t, h.Authorizer, "authorization", "Bearer "+other); err != nil || out != `{"isAuthorized":false}` {
			t.Fatalf("change %d, %q: answer %s, error %v", i, other, out, err)
		}
	}
	// What is stored and shown of a key opens nothing.
	for _, shown := range []string{key.Hash, key.Prefix, "bw_" + key.Hash, key.ID} {
		h.refused(t, "authorization", "Bearer "+shown)
	}
}

// brokenTenants is a store that can't be reached.
type brokenTenants struct{ err error }

func (b brokenTenants) SignIn(context.Context, tenant.Identity, time.Time) (tenant.Principal, error) {
	return tenant.Principal{}, b.err
}

func (b brokenTenants) PrincipalOfKey(context.Context, string) (tenant.Principal, error) {
	return tenant.Principal{}, b.err
}

func TestAnOutageSignsNobodyOut(t *testing.T) {
	h := newHouse(t)
	_, _, key := h.newKey(t, 90)
	token := h.provider.token(t, nil)
	for name, err := range map[string]error{
		"unwell": fault.New(fault.Retryable, "throttled", "slow down"), "unknown": errors.New("no route to host"), "deadline": context.DeadlineExceeded,
	} {
		t.Run(name, func(t *testing.T) {
			a := authorize.New(h.provider.issuer(t), brokenTenants{err}, h.provider.clock.now)
			for _, credential := range []string{key, token} {
				if got, text, got2 := ask(t, a, "authorization", "Bearer "+credential); got2 == nil {
					t.Errorf("answer %+v %s, want an error", got, text)
				}
			}
		})
	}
	t.Run("issuer", func(t *testing.T) {
		a := authorize.New(h.provider.issuer(t), h.tenants, h.provider.clock.now)
		h.provider.set(func(p *provider) { p.down = true })
		if got, text, err := ask(t, a, "authorization", "Bearer "+token); err == nil {
			t.Errorf("answer %+v %s, want an error", got, text)
		}
	})
}
