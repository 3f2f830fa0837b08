package store_test

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/money"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
	"bellwether/internal/tenant"
)

// movedTable is a table whose clock stands at *now.
func movedTable(t *testing.T, now *time.Time) store.Table {
	t.Helper()
	table, err := bolt.Open(filepath.Join(t.TempDir(), "table.db"), bolt.Options{Now: func() time.Time { return *now }, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { table.Close() })
	return table
}

func identity(name string) tenant.Identity {
	return tenant.Identity{UserID: tenant.UserID("https://login.example", name), Email: name + "@example.com", EmailVerified: true, Name: name}
}

func because(what string) event.Cause { return event.Edge(event.Derive(what), "user/test", start) }

func signIn(t *testing.T, s store.Tenants, name string) tenant.Principal {
	t.Helper()
	p, err := s.SignIn(t.Context(), identity(name), start)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// join makes the person a member of ada's organisation.
func join(t *testing.T, s store.Tenants, by tenant.Principal, name string, role tenant.Role) tenant.Principal {
	t.Helper()
	signIn(t, s, name)
	_, token := invite(t, s, by, name+"@example.com", role)
	if _, err := s.Accept(t.Context(), token, identity(name), because("accept "+name)); err != nil {
		t.Fatal(err)
	}
	return signIn(t, s, name)
}

func invite(t *testing.T, s store.Tenants, by tenant.Principal, email string, role tenant.Role) (tenant.Invitation, string) {
	t.Helper()
	i, token, err := tenant.NewInvitation(by, event.Derive("invitation", email), email, role, start, rand.NewChaCha8([32]byte([]byte(event.Derive(email))[:32])))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Invite(t.Context(), i, because("invite "+email)); err != nil {
		t.Fatal(err)
	}
	return i, token
}

func refused(t *testing.T, what string, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Errorf("%s: error %v, want %s", what, err, kind)
	}
}

func TestFirstLoginsAtOnceMakeOneOrganisation(t *testing.T) {
	s := store.Tenants{Table: openTable(t)}
	got := make([]tenant.Principal, 16)
	var group sync.WaitGroup
	for i := range got {
		group.Go(func() {
			p, err := s.SignIn(t.Context(), identity("ada"), start.Add(time.Duration(i)*time.Millisecond))
			if err != nil {
				t.Error(err)
			}
			got[i] = p
		})
	}
	group.Wait()
	if len(slices.Compact(got)) != 1 || got[0].Role != tenant.Owner {
		t.Errorf("principals %+v", got)
	}
	members, err := s.Members(t.Context(), got[0].OrgID)
	if err != nil || len(members) != 1 {
		t.Errorf("members %+v, error %v", members, err)
	}
	trail, _, err := store.Audit(s).List(t.Context(), got[0].OrgID, store.AuditFilter{Month: start}, 10, "")
	if err != nil || len(trail) != 1 || trail[0].Action != "org.created" {
		t.Errorf("audit %+v, error %v", trail, err)
	}
}

func TestTheLastOwnerStays(t *testing.T) {
	s := store.Tenants{Table: openTable(t)}
	ada := signIn(t, s, "ada")
	refused(t, "leaving", s.RemoveMember(t.Context(), ada, ada.ID, because("leave")), fault.Conflict)
	_, err := s.ChangeRole(t.Context(), ada, ada.ID, tenant.Admin, because("step down"))
	refused(t, "stepping down", err, fault.Conflict)

	bob := join(t, s, ada, "bob", tenant.Owner)
	// Two owners who step down at once: one of them stays.
	var group sync.WaitGroup
	for _, p := range []tenant.Principal{ada, bob} {
		group.Go(func() {
			if _, err := s.ChangeRole(t.Context(), p, p.ID, tenant.Viewer, because("down "+p.ID)); err != nil && !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
		})
	}
	group.Wait()
	members, err := s.Members(t.Context(), ada.OrgID)
	if err != nil {
		t.Fatal(err)
	}
	owners := slices.DeleteFunc(members, func(m tenant.Member) bool { return m.Role != tenant.Owner })
	org, err := s.Org(t.Context(), ada.OrgID)
	if err != nil || len(owners) == 0 || org.Owners != len(owners) {
		t.Errorf("owners %+v, counted %d, error %v", owners, org.Owners, err)
	}
}

func TestNobodyActsAboveTheirRole(t *testing.T) {
	s := store.Tenants{Table: openTable(t)}
	ada := signIn(t, s, "ada")
	admin, viewer := join(t, s, ada, "bob", tenant.Admin), join(t, s, ada, "eve", tenant.Viewer)
	change := func(p tenant.Principal, userID string, role tenant.Role) error {
		_, err := s.ChangeRole(t.Context(), p, userID, role, because(p.ID+userID+string(role)))
		return err
	}
	refused(t, "an admin makes an owner", change(admin, viewer.ID, tenant.Owner), fault.Denied)
	refused(t, "an admin makes themselves owner", change(admin, admin.ID, tenant.Owner), fault.Denied)
	refused(t, "an admin demotes the owner", change(admin, ada.ID, tenant.Viewer), fault.Denied)
	refused(t, "an admin removes the owner", s.RemoveMember(t.Context(), admin, ada.ID, because("oust")), fault.Denied)
	refused(t, "a viewer removes an admin", s.RemoveMember(t.Context(), viewer, admin.ID, because("oust")), fault.Denied)
	refused(t, "no such role", change(ada, viewer.ID, "king"), fault.Invalid)
	refused(t, "no such member", change(ada, event.Derive("nobody"), tenant.Viewer), fault.NotFound)
	_, _, err := tenant.NewInvitation(admin, event.Derive("i"), "x@example.com", tenant.Owner, start, nil)
	refused(t, "an admin invites an owner", err, fault.Denied)
	if err := change(admin, viewer.ID, tenant.Admin); err != nil {
		t.Errorf("an admin makes an admin: %v", err)
	}
	if err := s.RemoveMember(t.Context(), admin, viewer.ID, because("remove")); err != nil {
		t.Errorf("an admin removes an admin: %v", err)
	}
	if err := s.RemoveMember(t.Context(), admin, admin.ID, because("leave")); err != nil {
		t.Errorf("an admin leaves: %v", err)
	}
}

func TestInvitations(t *testing.T) {
	now := start
	s := store.Tenants{Table: movedTable(t, &now)}
	ada := signIn(t, s, "ada")
	signIn(t, s, "bob")
	signIn(t, s, "eve")
	invitation, token := invite(t, s, ada, "Bob@Example.com", tenant.Manager)
	accept := func(token string, who tenant.Identity) error {
		_, err := s.Accept(t.Context(), token, who, because("accept "+token+who.UserID))
		return err
	}
	unverified := identity("bob")
	unverified.EmailVerified = false
	refused(t, "somebody else", accept(token, identity("eve")), fault.Denied)
	refused(t, "an address that is not verified", accept(token, unverified), fault.Denied)
	refused(t, "a changed token", accept(token[:len(token)-1]+"_", identity("bob")), fault.NotFound)
	refused(t, "another organisation's id in it", accept(event.Derive("x")+token[36:], identity("bob")), fault.NotFound)
	refused(t, "no token", accept("", identity("bob")), fault.NotFound)
	refused(t, "its hash", accept(invitation.TokenHash, identity("bob")), fault.NotFound)

	now = start.Add(tenant.InvitationTTL)
	refused(t, "after seven days", accept(token, identity("bob")), fault.NotFound)
	now = now.Add(-time.Second)
	if err := accept(token, identity("bob")); err != nil {
		t.Fatalf("in time: %v", err)
	}
	refused(t, "a second time", accept(token, identity("bob")), fault.NotFound)
	if p := signIn(t, s, "bob"); p.OrgID != ada.OrgID || p.Role != tenant.Manager {
		t.Errorf("the new member acts as %+v", p)
	}
	if list, err := s.Invitations(t.Context(), ada.OrgID); err != nil || len(list) != 0 {
		t.Errorf("open invitations %+v, error %v", list, err)
	}
	_, again := invite(t, s, ada, "bob@example.com", tenant.Owner)
	refused(t, "a member already", accept(again, identity("bob")), fault.Conflict)

	revoked, token := invite(t, s, ada, "eve@example.com", tenant.Viewer)
	if err := s.RevokeInvitation(t.Context(), ada.OrgID, revoked.ID, because("revoke")); err != nil {
		t.Fatal(err)
	}
	refused(t, "revoked", accept(token, identity("eve")), fault.NotFound)
}

func TestAnInvitationIsAcceptedOnce(t *testing.T) {
	s := store.Tenants{Table: openTable(t)}
	ada := signIn(t, s, "ada")
	signIn(t, s, "bob")
	_, token := invite(t, s, ada, "bob@example.com", tenant.Analyst)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			_, err := s.Accept(t.Context(), token, identity("bob"), because("accept "+string(rune('a'+i))))
			if err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
		})
	}
	group.Wait()
	members, err := s.Members(t.Context(), ada.OrgID)
	if err != nil || len(members) != 2 {
		t.Errorf("members %+v, error %v", members, err)
	}
}

func TestAPersonWithSeveralOrganisations(t *testing.T) {
	s := store.Tenants{Table: openTable(t)}
	ada, eve := signIn(t, s, "ada"), signIn(t, s, "eve")
	create := func() tenant.Org {
		t.Helper()
		org, err := s.CreateOrg(t.Context(), identity("ada"), "Agency", because("create"))
		if err != nil {
			t.Fatal(err)
		}
		return org
	}
	org := create()
	if again := create(); again.ID != org.ID {
		t.Error("a repeat of the request made another organisation")
	}
	if p := signIn(t, s, "ada"); p.OrgID != org.ID || p.Role != tenant.Owner {
		t.Errorf("after creating it %+v", p)
	}
	if err := s.SwitchOrg(t.Context(), ada.ID, ada.OrgID, because("switch")); err != nil {
		t.Fatal(err)
	}
	if p := signIn(t, s, "ada"); p.OrgID != ada.OrgID {
		t.Errorf("after going back %+v", p)
	}
	refused(t, "somebody else's", s.SwitchOrg(t.Context(), ada.ID, eve.OrgID, because("intrude")), fault.NotFound)
	list, err := s.OrgsOf(t.Context(), ada.ID)
	if err != nil || len(list) != 2 {
		t.Errorf("organisations %+v, error %v", list, err)
	}
	_, err = s.CreateOrg(t.Context(), identity("ada"), " ", because("blank"))
	refused(t, "a blank name", err, fault.Invalid)
}

// Who left every organisation is nobody's member, and does not get another one by signing in.
func TestAPersonWithoutAnOrganisation(t *testing.T) {
	s := store.Tenants{Table: openTable(t)}
	ada := signIn(t, s, "ada")
	bob := signIn(t, s, "bob")
	_, token := invite(t, s, bob, "ada@example.com", tenant.Owner)
	if _, err := s.Accept(t.Context(), token, identity("ada"), because("accept")); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveMember(t.Context(), bob, bob.ID, because("leave")); err != nil {
		t.Fatal(err)
	}
	refused(t, "leaving twice", s.RemoveMember(t.Context(), bob, bob.ID, because("leave again")), fault.NotFound)
	want := tenant.Principal{ID: bob.ID, Actor: bob.Actor, Email: bob.Email, Name: bob.Name}
	if p := signIn(t, s, "bob"); p != want {
		t.Errorf("principal %+v, want one without organisation and role", p)
	}
	if p := signIn(t, s, "ada"); p.OrgID != bob.OrgID {
		t.Errorf("ada acts in %s, not in %s or %s", p.OrgID, bob.OrgID, ada.OrgID)
	}
}

func TestSettingsAndRoster(t *testing.T) {
	s := store.Tenants{Table: openTable(t)}
	ada := signIn(t, s, "ada")
	bob := join(t, s, ada, "bob", tenant.Admin)
	eve := join(t, s, ada, "eve", tenant.Viewer)
	invite(t, s, ada, "later@example.com", tenant.Admin)
	org, err := s.Org(t.Context(), ada.OrgID)
	if err != nil {
		t.Fatal(err)
	}
	limit, off := money.Of(5*money.Micro, "USD"), false
	edited, changed := org.Edit(tenant.OrgEdit{AutoPause: &off, SetLimit: true, CampaignLimit: &limit})
	if _, err := s.UpdateOrg(t.Context(), edited, changed, because("edit")); err != nil {
		t.Fatal(err)
	}
	edited.Name = "Late"
	_, err = s.UpdateOrg(t.Context(), edited, changed, because("edit late"))
	refused(t, "an outdated version", err, fault.Conflict)
	r, err := s.Roster(t.Context(), ada.OrgID)
	everybody, admins := []string{ada.ID, bob.ID, eve.ID}, []string{ada.ID, bob.ID}
	slices.Sort(everybody)
	slices.Sort(admins)
	if err != nil || !slices.Equal(r.Members, everybody) || !slices.Equal(r.Admins, admins) || r.AutoPause || *r.CampaignLimit != limit {
		t.Errorf("roster %+v, error %v", r, err)
	}
}

// Each mutation leaves one record, and nothing that failed leaves any.
func TestTheAuditTrail(t *testing.T) {
	s := store.Tenants{Table: openTable(t)}
	ada := signIn(t, s, "ada")
	join(t, s, ada, "bob", tenant.Viewer)
	bob := identity("bob").UserID
	key, text, err := tenant.NewAPIKey(ada, event.Derive("key"), "CI", tenant.Viewer, 1, start, rand.NewChaCha8([32]byte{}))
	steps := []error{
		err,
		s.CreateKey(t.Context(), key, because("key")),
		s.RevokeKey(t.Context(), ada.OrgID, key.ID, because("revoke key")),
		errOf(s.ChangeRole(t.Context(), ada, bob, tenant.Admin, because("promote"))),
		s.RemoveMember(t.Context(), ada, bob, because("remove")),
	}
	for i, err := range steps {
		if err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
	}
	if err := s.RemoveMember(t.Context(), ada, ada.ID, because("leave")); err == nil {
		t.Fatal("the last owner left")
	}
	trail, _, err := store.Audit(s).List(t.Context(), ada.OrgID, store.AuditFilter{Month: start}, 100, "")
	if err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, r := range trail {
		if r.OrgID != ada.OrgID || r.Subject == "" || r.Actor == "" || r.CorrelationID == "" {
			t.Errorf("record %+v", r)
		}
		actions = append(actions, r.Action)
	}
	slices.Sort(actions)
	want := []string{"api_key.created", "api_key.revoked", "member.invited", "member.joined", "member.removed", "member.role_changed", "org.created"}
	if !slices.Equal(actions, want) {
		t.Errorf("actions %v, want %v", actions, want)
	}
	noSecrets(t, s.Table, ada.OrgID, text)
}

// noSecrets fails when a secret stands in any item of the organisation's members.
func noSecrets(t *testing.T, table store.Table, orgID string, secrets ...string) {
	t.Helper()
	items, err := store.All(context.WithoutCancel(t.Context()), table, store.Query{Partition: store.Org(orgID).Members()}, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range items {
		for _, secret := range secrets {
			if strings.Contains(item.PK+item.SK+item.Doc, secret) {
				t.Errorf("a secret is stored in %s", item.SK)
			}
		}
	}
}

func errOf[T any](_ T, err error) error { return err }
