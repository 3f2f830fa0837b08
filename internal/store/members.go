package store

import (
	"context"
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
func (s Tenants) ChangeRole(ctx context.Context, p tenant.Principal, userID string, role tenant.Role, cause event.Cause) (tenant.Member, error) {
	m, err := s.Member(ctx, p.OrgID, userID)
	if err != nil || m.Role == role {
		return m, err
	}
	if err := p.MayGrant(m.Role, role); err != nil {
		return m, err
	}
	settings, err := s.countOwners(ctx, p.OrgID, m.Role, role)
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
	m, err := s.Member(ctx, p.OrgID, userID)
	if err != nil {
		return err
	}
	if userID != p.ID {
		if err := p.MayRemove(m.Role); err != nil {
			return err
		}
	}
	settings, err := s.countOwners(ctx, p.OrgID, m.Role, "")
	if err != nil {
		return err
	}
	return s.write(ctx, cause, p.OrgID, "member.removed", "user/"+userID, m.Email,
		settings, remove(Org(p.OrgID).Member(userID), VersionIs(m.Version)))
}

// countOwners is the write of the settings with the number of owners after a role changed. It is
// written also when the number stays, so that role changes of one organisation go one by one.
func (s Tenants) countOwners(ctx context.Context, orgID string, before, after tenant.Role) (part, error) {
	org, err := s.Org(ctx, orgID)
	if err != nil {
		return part{}, err
	}
	if org.Owners, err = org.OwnersAfter(before, after); err != nil {
		return part{}, err
	}
	was := org.Version
	return put(Org(orgID).Settings(), org, was+1, VersionIs(was)), nil
}

// Invite keeps an invitation.
func (s Tenants) Invite(ctx context.Context, i tenant.Invitation, cause event.Cause) error {
	return s.write(ctx, cause, i.OrgID, "member.invited", "invitation/"+i.ID, fmt.Sprintf("%s as %s", i.Email, i.Role),
		expiring(put(Org(i.OrgID).Invitation(i.ID), i, 1, NotExists()), i.ExpiresAt))
}

// RevokeInvitation ends an invitation.
func (s Tenants) RevokeInvitation(ctx context.Context, orgID, id string, cause event.Cause) error {
	if _, err := read(ctx, s.Table, Org(orgID).Invitation(id), "invitation", func(*tenant.Invitation, int64) {}); err != nil {
		return err
	}
	return s.write(ctx, cause, orgID, "invitation.revoked", "invitation/"+id, "", remove(Org(orgID).Invitation(id), Always()))
}

// Accept makes the person a member, by an invitation's token, and the organisation their active one.
func (s Tenants) Accept(ctx context.Context, token string, who tenant.Identity, cause event.Cause) (tenant.Membership, error) {
	orgID, id, ok := tenant.SplitToken(token)
	if !ok || !event.IsID(orgID) || !event.IsID(id) {
		return tenant.Membership{}, tenant.ErrInvitation()
	}
	i, err := read(ctx, s.Table, Org(orgID).Invitation(id), "invitation", func(*tenant.Invitation, int64) {})
	if fault.Is(err, fault.NotFound) {
		return tenant.Membership{}, tenant.ErrInvitation()
	}
	if err != nil {
		return tenant.Membership{}, err
	}
	if err := i.Accept(token, who); err != nil {
		return tenant.Membership{}, err
	}
	u, err := s.user(ctx, who.UserID)
	if err != nil {
		return tenant.Membership{}, err
	}
	if err := u.MayJoin(); err != nil && !slices.Contains(u.Orgs, orgID) {
		return tenant.Membership{}, err
	}
	org, err := s.Org(ctx, orgID)
	if err != nil {
		return tenant.Membership{}, err
	}
	return tenant.Membership{OrgID: orgID, OrgName: org.Name, Role: i.Role}, s.join(ctx, i, u, who, cause)
}

func (s Tenants) join(ctx context.Context, i tenant.Invitation, u tenant.User, who tenant.Identity, cause event.Cause) error {
	settings, err := s.countOwners(ctx, i.OrgID, "", i.Role)
	if err != nil {
		return err
	}
	next := u.Join(i.OrgID)
	err = s.write(ctx, cause, i.OrgID, "member.joined", "user/"+u.ID, fmt.Sprintf("%s as %s", i.Email, i.Role), settings,
		remove(Org(i.OrgID).Invitation(i.ID), VersionIs(1)),
		put(Org(i.OrgID).Member(u.ID), memberOf(who, i.Role, cause.At), 1, NotExists()),
		put(UserKey(u.ID), next, next.Version, VersionIs(u.Version)))
	if fault.Is(err, fault.Conflict) {
		if _, had := s.Member(ctx, i.OrgID, u.ID); had == nil {
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
