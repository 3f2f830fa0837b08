package store_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"bellwether/internal/store"
	"bellwether/internal/tenant"
)

// interrupted is a table where something else happens right before one of the calls to it.
type interrupted struct {
	store.Table
	calls int // until then; negative: it has happened
	other func()
}

func (i *interrupted) count() {
	if i.calls--; i.calls == -1 {
		i.other()
	}
}

func (i *interrupted) Get(ctx context.Context, key store.Key) (store.Item, error) {
	i.count()
	return i.Table.Get(ctx, key)
}

func (i *interrupted) Write(ctx context.Context, token string, ops ...store.Op) error {
	i.count()
	return i.Table.Write(ctx, token, ops...)
}

// cast is an organisation with three owners and a fourth invited.
type cast struct {
	ada, bob, carl tenant.Principal
	invitation     tenant.Invitation
	token          string
}

func newCast(t *testing.T, s store.Tenants) (c cast) {
	t.Helper()
	c.ada = signIn(t, s, "ada")
	c.bob = join(t, s, c.ada, "bob", tenant.Owner)
	c.carl = join(t, s, c.ada, "carl", tenant.Owner)
	signIn(t, s, "eve")
	c.invitation, c.token = invite(t, s, c.ada, "eve@example.com", tenant.Owner)
	return c
}

// change is one person's doing in the organisation.
type change func(context.Context, store.Tenants, cast) error

func remove(ctx context.Context, s store.Tenants, c cast) error {
	return s.RemoveMember(ctx, c.ada, c.bob.ID, because("remove"))
}

func leave(ctx context.Context, s store.Tenants, c cast) error {
	return s.RemoveMember(ctx, c.bob, c.bob.ID, because("leave"))
}

func carlLeaves(ctx context.Context, s store.Tenants, c cast) error {
	return s.RemoveMember(ctx, c.carl, c.carl.ID, because("carl leaves"))
}

func othersLeave(ctx context.Context, s store.Tenants, c cast) error {
	return errors.Join(s.RemoveMember(ctx, c.ada, c.ada.ID, because("ada leaves")), carlLeaves(ctx, s, c))
}

func demote(ctx context.Context, s store.Tenants, c cast) error {
	return errOf(s.ChangeRole(ctx, c.ada, c.bob.ID, tenant.Viewer, because("demote")))
}

func demoteCarl(ctx context.Context, s store.Tenants, c cast) error {
	return errOf(s.ChangeRole(ctx, c.ada, c.carl.ID, tenant.Viewer, because("demote carl")))
}

func accept(ctx context.Context, s store.Tenants, c cast) error {
	return errOf(s.Accept(ctx, c.token, identity("eve"), because("accept")))
}

func revoke(ctx context.Context, s store.Tenants, c cast) error {
	return s.RevokeInvitation(ctx, c.ada.OrgID, c.invitation.ID, because("revoke"))
}

// Two changes of the members meet, the second one at every point of the first: what is confirmed
// is done, what is done once holds, and the owners are counted right.
func TestChangesOfMembersMeet(t *testing.T) {
	cases := map[string]struct {
		own, other change
		both       bool   // the other one does not keep the first from what it wants
		want       string // the members after both
	}{
		"removed while leaving":        {leave, remove, false, "ada carl"},
		"demoted while removed":        {remove, demote, true, "ada carl"},
		"removed while demoted":        {demote, remove, false, "ada carl"},
		"two go":                       {leave, carlLeaves, true, "ada"},
		"two are demoted":              {demote, demoteCarl, true, "ada bob:viewer carl:viewer"},
		"the last owner leaves":        {leave, othersLeave, false, "bob"},
		"a join while somebody goes":   {leave, accept, true, "ada carl eve"},
		"one goes while another joins": {accept, leave, true, "ada carl eve"},
		"revoked while accepted":       {accept, revoke, false, "ada bob carl"},
		"accepted while revoked":       {revoke, accept, false, "ada bob carl eve"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for point, met := 0, true; met; point++ {
				table := &interrupted{Table: openTable(t), calls: -1}
				calm := store.Tenants{Table: table.Table}
				people := newCast(t, calm)
				met = false
				table.calls, table.other = point, func() {
					met = true
					if err := c.other(t.Context(), calm, people); err != nil {
						t.Errorf("point %d: the change in between: %v", point, err)
					}
				}
				err := c.own(t.Context(), store.Tenants{Table: table}, people)
				if want := c.both || !met; (err == nil) != want {
					t.Errorf("point %d: error %v, want success %t", point, err, want)
				}
				if got := membersOf(t, calm, people.ada.OrgID); met && got != c.want {
					t.Errorf("point %d: members %s, want %s", point, got, c.want)
				}
			}
		})
	}
}

// membersOf are the members by name, with the roles of those who are no owners. The settings'
// number of owners is held to them.
func membersOf(t *testing.T, s store.Tenants, orgID string) string {
	t.Helper()
	members, err := s.Members(t.Context(), orgID)
	if err != nil {
		t.Fatal(err)
	}
	org, err := s.Org(t.Context(), orgID)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	owners := 0
	for _, m := range members {
		if m.Role == tenant.Owner {
			owners++
			names = append(names, m.Name)
			continue
		}
		names = append(names, m.Name+":"+string(m.Role))
	}
	if owners == 0 || owners != org.Owners {
		t.Errorf("%d owners, counted %d", owners, org.Owners)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}
