package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/tenant"
)

// Member reads a membership.
func (s Tenants) Member(ctx context.Context, orgID, userID string) (tenant.Member, error) {
	return read(ctx, s.Table, Org(orgID).Member(userID), "member", func(m *tenant.Member, v int64) { m.Version = v })
}

// Members are all members of the organisation.
func (s Tenants) Members(ctx context.Context, orgID string) ([]tenant.Member, error) {
	return list[tenant.Member](ctx, s.Table, orgID, memberPrefix)
}

// Invitations are the open invitations.
func (s Tenants) Invitations(ctx context.Context, orgID string) ([]tenant.Invitation, error) {
	return list[tenant.Invitation](ctx, s.Table, orgID, invitationPrefix)
}

// Keys are the API keys that have not expired.
func (s Tenants) Keys(ctx context.Context, orgID string) ([]tenant.APIKey, error) {
	return list[tenant.APIKey](ctx, s.Table, orgID, apiKeyPrefix)
}

func list[T any](ctx context.Context, t Table, orgID, prefix string) ([]T, error) {
	items, err := All(ctx, t, Query{Partition: Org(orgID).Members(), From: prefix, To: PrefixEnd(prefix)}, 0)
	if err != nil {
		return nil, fmt.Errorf("list %s of %s: %w", prefix, orgID, err)
	}
	return decodeAll(items, decodeJSON[T])
}

// ChangeRole gives a member another role. The number of owners in the settings is written with it,
// so that two owners who demote each other at once don't leave the organisation without any.
func (s Tenants) ChangeRole(ctx context.Context, p tenant.Principal, userID string, role tenant.Role, cause event.Cause) (m tenant.Member, err error) {
	err = again(func() error {
		m, err = s.changeRole(ctx, p, userID, role, cause)
		return err
	})
	return m, err
}

func (s Tenants) changeRole(ctx context.Context, p tenant.Principal, userID string, role tenant.Role, cause event.Cause) (tenant.Member, error) {
	org, err := s.Org(ctx, p.OrgID)
	if err != nil {
		return tenant.Member{}, err
	}
	m, err := s.Member(ctx, p.OrgID, userID)
	if err != nil || m.Role == role {
		return m, err
	}
	if err := p.MayGrant(m.Role, role); err != nil {
		return m, err
	}
	settings, err := countOwners(org, m.Role, role, cause)
	if err != nil {
		return m, err
	}
	before, old := m.Version, m.Role
	m.Role, m.Version = role, before+1
	return m, s.write(ctx, cause, p.OrgID, "member.role_changed", "user/"+userID, fmt.Sprintf("%s -> %s", old, role),
		settings, put(Org(p.OrgID).Member(userID), m, m.Version, VersionIs(before)))
}

// RemoveMember ends a membership: one's own, or as an admin another's.
func (s Tenants) RemoveMember(ctx context.Context, p tenant.Principal, userID string, cause event.Cause) error {
	return again(func() error { return s.removeMember(ctx, p, userID, cause) })
}

func (s Tenants) removeMember(ctx context.Context, p tenant.Principal, userID string, cause event.Cause) error {
	org, err := s.Org(ctx, p.OrgID)
	if err != nil {
		return err
	}
	m, err := s.Member(ctx, p.OrgID, userID)
	if err != nil {
		return err
	}
	if userID != p.ID {
		if err := p.MayRemove(m.Role); err != nil {
			return err
		}
	}
	settings, err := countOwners(org, m.Role, "", cause)
	if err != nil {
		return err
	}
	return s.write(ctx, cause, p.OrgID, "member.removed", "user/"+userID, m.Email,
		settings, remove(Org(p.OrgID).Member(userID), VersionIs(m.Version)))
}

// countOwners is the write of the settings with the number of owners after a role changed. It is
// written also when the number stays, so that changes of who belongs to one organisation go one by
// one. For that the settings are read before all that the change depends on (deleting what another
// change has deleted already would succeed), and carry their cause (else the same number written
// by another change would pass for an earlier try of this one).
func countOwners(org tenant.Org, before, after tenant.Role, cause event.Cause) (part, error) {
	owners, err := org.OwnersAfter(before, after)
	if err != nil {
		return part{}, err
	}
	next := org.Changed(cause.ID)
	next.Owners = owners
	return put(Org(org.ID).Settings(), next, next.Version, VersionIs(org.Version)), nil
}

// again repeats a change that lost against another one of the same organisation. An error that a
// rule gave is final, also when it is a conflict.
func again(change func() error) (err error) {
	for range attempts {
		err = change()
		if e, ok := errors.AsType[*fault.Error](err); !ok || e.Code != codeConflict {
			return err
		}
	}
	return err
}

// Invite keeps an invitation.
func (s Tenants) Invite(ctx context.Context, i tenant.Invitation, cause event.Cause) error {
	return s.write(ctx, cause, i.OrgID, "member.invited", "invitation/"+i.ID, fmt.Sprintf("%s as %s", i.Email, i.Role),
		expiring(put(Org(i.OrgID).Invitation(i.ID), i, 1, NotExists()), i.ExpiresAt))
}

// RevokeInvitation ends an invitation. It goes by the settings, like accepting: once it is
// confirmed, nobody comes in by the invitation any more.
func (s Tenants) RevokeInvitation(ctx context.Context, orgID, id string, cause event.Cause) error {
	return again(func() error {
		org, err := s.Org(ctx, orgID)
		if err != nil {
			return err
		}
		if _, err := s.invitation(ctx, orgID, id); err != nil {
			return err
		}
		settings, err := countOwners(org, "", "", cause)
		if err != nil {
			return err
		}
		return s.write(ctx, cause, orgID, "invitation.revoked", "invitation/"+id, "", settings, remove(Org(orgID).Invitation(id), VersionIs(1)))
	})
}

func (s Tenants) invitation(ctx context.Context, orgID, id string) (tenant.Invitation, error) {
	return read(ctx, s.Table, Org(orgID).Invitation(id), "invitation", func(*tenant.Invitation, int64) {})
}

// Accept makes the person a member, by an invitation's token, and the organisation their active one.
func (s Tenants) Accept(ctx context.Context, token string, who tenant.Identity, cause event.Cause) (m tenant.Membership, err error) {
	orgID, id, ok := tenant.SplitToken(token)
	if !ok || !event.IsID(orgID) || !event.IsID(id) {
		return m, tenant.ErrInvitation()
	}
	err = again(func() error {
		org, err := s.Org(ctx, orgID)
		if err != nil {
			return noInvitation(err)
		}
		i, err := s.invitation(ctx, orgID, id)
		if err != nil {
			return noInvitation(err)
		}
		if err := i.Accept(token, who); err != nil {
			return err
		}
		m = tenant.Membership{OrgID: orgID, OrgName: org.Name, Role: i.Role}
		return s.join(ctx, org, i, who, cause)
	})
	if err != nil {
		return tenant.Membership{}, err
	}
	return m, nil
}

// noInvitation tells nobody what a token was wrong about.
func noInvitation(err error) error {
	if fault.Is(err, fault.NotFound) {
		return tenant.ErrInvitation()
	}
	return err
}

func (s Tenants) join(ctx context.Context, org tenant.Org, i tenant.Invitation, who tenant.Identity, cause event.Cause) error {
	u, err := s.user(ctx, who.UserID)
	if err != nil {
		return err
	}
	if err := u.MayJoin(); err != nil && !slices.Contains(u.Orgs, org.ID) {
		return err
	}
	settings, err := countOwners(org, "", i.Role, cause)
	if err != nil {
		return err
	}
	next := u.Join(org.ID)
	err = s.write(ctx, cause, org.ID, "member.joined", "user/"+u.ID, fmt.Sprintf("%s as %s", i.Email, i.Role), settings,
		remove(Org(org.ID).Invitation(i.ID), VersionIs(1)),
		put(Org(org.ID).Member(u.ID), memberOf(who, i.Role, cause.At), 1, NotExists()),
		put(UserKey(u.ID), next, next.Version, VersionIs(u.Version)))
	if fault.Is(err, fault.Conflict) {
		if _, had := s.Member(ctx, org.ID, u.ID); had == nil {
			return fault.New(fault.Conflict, "member_already", "you are a member of this organisation already")
		}
	}
	return err
}

// CreateKey keeps an API key: once for the organisation's list, once to be found by its hash.
func (s Tenants) CreateKey(ctx context.Context, k tenant.APIKey, cause event.Cause) error {
	return s.write(ctx, cause, k.OrgID, "api_key.created", "key/"+k.ID, fmt.Sprintf("%s as %s", k.Name, k.Role),
		expiring(put(Org(k.OrgID).APIKeyEntry(k.ID), k, 1, NotExists()), k.ExpiresAt),
		expiring(put(APIKeyKey(k.Hash), k, 1, NotExists()), k.ExpiresAt))
}

// RevokeKey ends an API key.
func (s Tenants) RevokeKey(ctx context.Context, orgID, id string, cause event.Cause) error {
	k, err := read(ctx, s.Table, Org(orgID).APIKeyEntry(id), "API key", func(*tenant.APIKey, int64) {})
	if err != nil {
		return err
	}
	return s.write(ctx, cause, orgID, "api_key.revoked", "key/"+id, k.Name,
		remove(Org(orgID).APIKeyEntry(id), Always()), remove(APIKeyKey(k.Hash), Always()))
}

// PrincipalOfKey is who the API key acts as; fault.NotFound for one that was never given, is revoked or has expired.
func (s Tenants) PrincipalOfKey(ctx context.Context, key string) (tenant.Principal, error) {
	k, err := read(ctx, s.Table, APIKeyKey(tenant.Hash(key)), "API key", func(*tenant.APIKey, int64) {})
	return k.Principal(), err
}

func expiring(p part, at time.Time) part {
	p.op.Item.ExpiresAt = at
	return p
}
