package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/money"
	"bellwether/internal/tenant"
)

// Tenants keeps organisations, members, invitations and API keys. A membership is true where the
// member's item says so; the person's own item only remembers where to look.
type Tenants struct{ Table Table }

// SignIn finds who the person is here, and in which organisation they act. The first time, it
// makes the person, an organisation and the membership, all or nothing. Somebody who was removed
// from every organisation gets none: that is not undone by signing in again.
func (s Tenants) SignIn(ctx context.Context, id tenant.Identity, now time.Time) (tenant.Principal, error) {
	u, err := s.user(ctx, id.UserID)
	if fault.Is(err, fault.NotFound) {
		if err = s.welcome(ctx, id, now); err == nil || fault.Is(err, fault.Conflict) {
			u, err = s.user(ctx, id.UserID) // a conflict means that another first login of theirs won
		}
	}
	if err != nil {
		return tenant.Principal{}, err
	}
	p := tenant.Principal{ID: u.ID, Actor: "user/" + u.ID, Name: cmp.Or(id.Name, u.Name)} // an access token names nobody
	if id.EmailVerified {
		p.Email = id.Email
	}
	for _, orgID := range slices.Compact(slices.Concat([]string{u.ActiveOrg}, u.Orgs)) {
		m, err := s.Member(ctx, orgID, u.ID)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		p.OrgID, p.Role = orgID, m.Role
		return p, err
	}
	return p, nil
}

func (s Tenants) welcome(ctx context.Context, id tenant.Identity, now time.Time) error {
	orgID := event.Derive("org", id.UserID)
	org, err := tenant.NewOrg(orgID, tenant.FirstOrgName(id), now)
	if err != nil {
		return err
	}
	u := tenant.User{ID: id.UserID, Email: id.Email, Name: id.Name, ActiveOrg: orgID, Orgs: []string{orgID}, Version: 1}
	cause := event.Edge(event.Derive(id.UserID, "first login", now.UTC().Format(time.RFC3339Nano)), "user/"+id.UserID, now)
	return s.create(ctx, cause, org, memberOf(id, tenant.Owner, now), u, NotExists())
}

func memberOf(id tenant.Identity, role tenant.Role, now time.Time) tenant.Member {
	return tenant.Member{UserID: id.UserID, Email: id.Email, Name: id.Name, Role: role, JoinedAt: now.UTC(), Version: 1}
}

// create writes an organisation with its first owner and the person's item.
func (s Tenants) create(ctx context.Context, cause event.Cause, org tenant.Org, owner tenant.Member, u tenant.User, userCond Condition) error {
	return s.write(ctx, cause, org.ID, "org.created", "org/"+org.ID, org.Name,
		put(Org(org.ID).Settings(), org, org.Version, NotExists()),
		put(Org(org.ID).Member(owner.UserID), owner, owner.Version, NotExists()),
		put(UserKey(u.ID), u, u.Version, userCond))
}

// part is an op that may have failed to encode.
type part struct {
	op  Op
	err error
}

func put(key Key, v any, version int64, cond Condition) part {
	item, err := jsonItem(key, v)
	item.Version = version
	return part{Put(item, cond), err}
}

func remove(key Key, cond Condition) part { return part{op: Delete(key, cond)} }

// write does the parts and their audit record, all or nothing.
func (s Tenants) write(ctx context.Context, cause event.Cause, orgID, action, subject, detail string, parts ...part) error {
	ops, err := auditOps(cause, orgID, action, subject, detail)
	for _, p := range parts {
		if p.err != nil {
			err = p.err
		}
		ops = append(ops, p.op)
	}
	if err != nil {
		return err
	}
	// The token is the try's: another try of the same request writes another time and perhaps another secret.
	return s.Table.Write(ctx, cause.CorrelationID+"/"+action, ops...)
}

// CreateOrg makes a further organisation for the person, and makes it the active one.
func (s Tenants) CreateOrg(ctx context.Context, id tenant.Identity, name string, cause event.Cause) (tenant.Org, error) {
	org, err := tenant.NewOrg(event.Derive(cause.ID, "org"), name, cause.At)
	if err != nil {
		return org, err
	}
	u, err := s.user(ctx, id.UserID)
	if err != nil {
		return org, err
	}
	if slices.Contains(u.Orgs, org.ID) {
		return s.Org(ctx, org.ID) // a repeat of the request
	}
	if err := u.MayJoin(); err != nil {
		return org, err
	}
	return org, s.create(ctx, cause, org, memberOf(id, tenant.Owner, cause.At), u.Join(org.ID), VersionIs(u.Version))
}

// SwitchOrg makes another of the person's organisations the active one.
func (s Tenants) SwitchOrg(ctx context.Context, userID, orgID string, cause event.Cause) error {
	if _, err := s.Member(ctx, orgID, userID); err != nil {
		return err
	}
	u, err := s.user(ctx, userID)
	if err != nil || u.ActiveOrg == orgID {
		return err
	}
	next := u.Join(orgID)
	return s.write(ctx, cause, orgID, "org.entered", "user/"+userID, "", put(UserKey(userID), next, next.Version, VersionIs(u.Version)))
}

// OrgsOf are the organisations that the person belongs to, with their roles.
func (s Tenants) OrgsOf(ctx context.Context, userID string) ([]tenant.Membership, error) {
	u, err := s.user(ctx, userID)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []tenant.Membership
	for _, orgID := range u.Orgs {
		m, err := s.Member(ctx, orgID, userID)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		org, err := s.Org(ctx, orgID)
		if err != nil {
			return nil, err
		}
		list = append(list, tenant.Membership{OrgID: orgID, OrgName: org.Name, Role: m.Role})
	}
	return list, nil
}

// Org reads an organisation.
func (s Tenants) Org(ctx context.Context, orgID string) (tenant.Org, error) {
	return read(ctx, s.Table, Org(orgID).Settings(), "organisation", func(o *tenant.Org, v int64) { o.Version = v })
}

// UpdateOrg writes settings of which some changed over the version that they were read at.
func (s Tenants) UpdateOrg(ctx context.Context, org tenant.Org, changed []string, cause event.Cause) (tenant.Org, error) {
	before := org.Version
	org = org.Changed(cause.ID)
	return org, s.write(ctx, cause, org.ID, "org.updated", "org/"+org.ID, strings.Join(changed, ", "),
		put(Org(org.ID).Settings(), org, org.Version, VersionIs(before)))
}

// Roster reads in one query whom to tell and what may be done by itself.
func (s Tenants) Roster(ctx context.Context, orgID string) (tenant.Roster, error) {
	items, err := All(ctx, s.Table, Query{Partition: Org(orgID).Members(), From: memberPrefix, To: PrefixEnd(settingsKey)}, 0)
	if err != nil {
		return tenant.Roster{}, fmt.Errorf("read the members of %s: %w", orgID, err)
	}
	var r tenant.Roster
	for _, item := range items {
		if err := rosterRow(&r, item); err != nil {
			return tenant.Roster{}, err
		}
	}
	return r, nil
}

// rosterOrg is what a roster takes from the settings.
type rosterOrg struct {
	TimeZone      string        `json:"timeZone"`
	AutoPause     bool          `json:"autoPause"`
	CampaignLimit *money.Amount `json:"campaignLimit"`
}

// rosterRow adds what one item says.
func rosterRow(r *tenant.Roster, item Item) error {
	if strings.HasPrefix(item.SK, memberPrefix) {
		m, err := decodeJSON[tenant.Member](item)
		r.Members = append(r.Members, m.UserID)
		if m.Role.AtLeast(tenant.Admin) {
			r.Admins = append(r.Admins, m.UserID)
		}
		return err
	}
	if item.SK == settingsKey {
		org, err := decodeJSON[rosterOrg](item)
		r.AutoPause, r.CampaignLimit, r.Notify.TimeZone = org.AutoPause, org.CampaignLimit, org.TimeZone
		return err
	}
	return directoryRow(&r.Notify, item)
}

func (s Tenants) user(ctx context.Context, id string) (tenant.User, error) {
	return read(ctx, s.Table, UserKey(id), "person", func(u *tenant.User, v int64) { u.Version = v })
}

// read reads one record; its absence is told as that of the named thing.
func read[T any](ctx context.Context, t Table, key Key, thing string, setVersion func(*T, int64)) (v T, err error) {
	item, err := t.Get(ctx, key)
	if fault.Is(err, fault.NotFound) {
		return v, fault.New(fault.NotFound, "not_found", "there is no such "+thing)
	}
	if err != nil {
		return v, fmt.Errorf("read a %s: %w", thing, err)
	}
	if v, err = decodeJSON[T](item); err == nil {
		setVersion(&v, item.Version)
	}
	return v, err
}
