// Package grant keeps the tokens of connected accounts: sealed at rest, renewed before they end, and
// never by two at once. Refresh tokens rotate: two workers renewing at the same time would lose the
// grant, and so would a renewed token that is used before it is stored.
package grant

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/integration"
	"bellwether/internal/platform"
	"bellwether/internal/secret"
)

// Record is a grant as it is stored. What is not secret stands beside the sealed tokens.
type Record struct {
	OrgID          string    `json:"orgId"`
	IntegrationID  string    `json:"integrationId"`
	Sealed         []byte    `json:"sealed"`
	ExpiresAt      time.Time `json:"expiresAt,omitzero"`
	RefreshExpires time.Time `json:"refreshExpires,omitzero"`
	HasRefresh     bool      `json:"hasRefresh,omitempty"`
	Holder         string    `json:"holder,omitempty"` // who renews it
	HeldUntil      time.Time `json:"heldUntil,omitzero"`
	FailedAt       time.Time `json:"failedAt,omitzero"` // of the last renewal that failed
	Version        int64     `json:"-"`
}

// Ends is when the grant ends unless a person renews it; zero when that is not foreseen.
func (r Record) Ends() time.Time {
	if r.HasRefresh {
		return r.RefreshExpires
	}
	return r.ExpiresAt
}

// Facts are what may be known of a fresh grant.
func Facts(g platform.Grant) integration.GrantFacts {
	ends := g.ExpiresAt
	if g.Refresh.Reveal() != "" {
		ends = g.RefreshExpires
	}
	return integration.GrantFacts{Scopes: g.Scopes, Ends: ends}
}

// Store keeps records.
type Store interface {
	// Grant is fault.NotFound for an account without one.
	Grant(ctx context.Context, orgID, integrationID string) (Record, error)
	// PutGrant writes the record's next version; fault.Conflict when the stored one is not before.
	PutGrant(ctx context.Context, r Record, before int64) error
	DropGrant(ctx context.Context, orgID, integrationID string) error
}

// Keeper is the one way to an account's tokens.
type Keeper struct {
	Store      Store
	Sealer     secret.Sealer
	Connectors platform.Connectors
	Now        func() time.Time
}

const (
	renewBefore = 15 * time.Minute
	// leaseTime is longer than a renewal can take.
	leaseTime = time.Minute
	// coolDown keeps a platform that is unwell from being asked by every call.
	coolDown = 30 * time.Second
	attempts = 5
)

// tokens are what is sealed.
type tokens struct {
	Access  string   `json:"a"`
	Refresh string   `json:"r,omitempty"`
	Scopes  []string `json:"s,omitempty"`
}

// binding ties sealed tokens to their account: they can't be opened for another one.
func binding(orgID, integrationID string) map[string]string {
	return map[string]string{"orgId": orgID, "integrationId": integrationID}
}

// Seal makes the record of a new grant at version 1, to be stored under whatever condition its owner needs.
func (k Keeper) Seal(ctx context.Context, orgID, integrationID string, g platform.Grant) (Record, error) {
	plain, err := json.Marshal(tokens{g.Access.Reveal(), g.Refresh.Reveal(), g.Scopes})
	if err != nil {
		return Record{}, err
	}
	sealed, err := k.Sealer.Seal(ctx, plain, binding(orgID, integrationID))
	if err != nil {
		return Record{}, fmt.Errorf("seal a grant: %w", err)
	}
	return Record{
		OrgID: orgID, IntegrationID: integrationID, Sealed: sealed, ExpiresAt: g.ExpiresAt.UTC(),
		RefreshExpires: g.RefreshExpires.UTC(), HasRefresh: g.Refresh.Reveal() != "", Version: 1,
	}, nil
}

func (k Keeper) open(ctx context.Context, r Record) (platform.Grant, error) {
	plain, err := k.Sealer.Open(ctx, r.Sealed, binding(r.OrgID, r.IntegrationID))
	if err != nil {
		return platform.Grant{}, fmt.Errorf("open a grant: %w", err)
	}
	var t tokens
	if err := json.Unmarshal(plain, &t); err != nil {
		return platform.Grant{}, fault.Wrap(err, fault.Permanent, "bad_record", "a stored grant can't be read")
	}
	return platform.Grant{
		Access: secret.NewText(t.Access), Refresh: secret.NewText(t.Refresh), Scopes: t.Scopes,
		ExpiresAt: r.ExpiresAt, RefreshExpires: r.RefreshExpires,
	}, nil
}

// Token is the account's access token, renewed before it ends. claimant names the invocation. Errors
// of the platform are *platform.Error; an account without a grant is ClassAuthRevoked.
func (k Keeper) Token(ctx context.Context, i integration.Integration, claimant string) (secret.Text, Record, error) {
	return k.token(ctx, i, claimant, func(g platform.Grant, c platform.Party) (old, works bool) {
		before := c.Info().RenewBefore
		if before == 0 {
			before = renewBefore
		}
		left := g.ExpiresAt.Sub(k.Now())
		return c.Info().Refreshes && !g.ExpiresAt.IsZero() && left <= before, left > 0
	})
}

// Renew is Token after the platform refused the given one as out of date: it renews the grant, unless
// somebody else has done that already.
func (k Keeper) Renew(ctx context.Context, i integration.Integration, refused secret.Text, claimant string) (secret.Text, Record, error) {
	return k.token(ctx, i, claimant, func(g platform.Grant, _ platform.Party) (old, works bool) { return g.Access == refused, false })
}

// token answers the stored token, or a renewed one when judge says that it is old. One that works is
// answered all the same while it can't be renewed.
func (k Keeper) token(ctx context.Context, i integration.Integration, claimant string, judge func(platform.Grant, platform.Party) (old, works bool)) (secret.Text, Record, error) {
	connector, err := k.Connectors.For(i.Platform)
	if err != nil {
		return secret.Text{}, Record{}, err
	}
	for range attempts {
		r, err := k.Store.Grant(ctx, i.OrgID, i.ID)
		if fault.Is(err, fault.NotFound) {
			return secret.Text{}, r, &platform.Error{Platform: i.Platform, Op: "token", Class: platform.ClassAuthRevoked, Message: "there is no grant for the account"}
		}
		if err != nil {
			return secret.Text{}, r, err
		}
		g, err := k.open(ctx, r)
		if err != nil {
			return secret.Text{}, r, err
		}
		old, works := judge(g, connector)
		if !old {
			return g.Access, r, nil
		}
		g, r, err = k.renew(ctx, r, g, connector, works, claimant)
		if err == nil {
			return g.Access, r, nil
		}
		if !fault.Is(err, fault.Conflict) {
			return secret.Text{}, r, err
		}
	}
	return secret.Text{}, Record{}, busy(i.Platform)
}

// busy is the answer while somebody else renews: to wait for that is no failure.
func busy(platformName string) error {
	return &platform.Error{Platform: platformName, Op: "token", Class: platform.ClassRateLimited, RetryAfter: 5 * time.Second, Message: "the grant is being renewed"}
}

// renew takes the lease, renews, and stores the new tokens before anybody can use them. While somebody
// else does so, or right after a failure, a token that still works is good enough. fault.Conflict asks
// to begin again.
func (k Keeper) renew(ctx context.Context, r Record, g platform.Grant, c platform.Party, works bool, claimant string) (platform.Grant, Record, error) {
	now := k.Now()
	if (r.Holder != "" && r.Holder != claimant && now.Before(r.HeldUntil)) || now.Before(r.FailedAt.Add(coolDown)) {
		if works {
			return g, r, nil
		}
		return g, r, busy(c.Info().Platform)
	}
	held := r
	held.Holder, held.HeldUntil = claimant, now.Add(leaseTime).UTC()
	held.Version++
	if err := k.Store.PutGrant(ctx, held, r.Version); err != nil {
		return g, r, err
	}
	renewed, err := c.Refresh(ctx, g)
	if err != nil {
		return k.failed(ctx, held, g, works, err)
	}
	if len(renewed.Scopes) == 0 {
		renewed.Scopes = g.Scopes
	}
	next, err := k.keep(ctx, held, renewed)
	if err != nil {
		// Not a conflict to begin again from: the token at hand must not be used unless it is stored.
		return platform.Grant{}, r, fault.Wrap(err, fault.Retryable, "grant_not_stored", "the renewed grant could not be stored")
	}
	return renewed, next, nil
}

// keep seals and stores a renewed grant. It tries hard: the old refresh token may be worth nothing by now.
func (k Keeper) keep(ctx context.Context, held Record, renewed platform.Grant) (next Record, err error) {
	for range attempts {
		if next, err = k.Seal(ctx, held.OrgID, held.IntegrationID, renewed); err == nil {
			next.Version = held.Version + 1
			err = k.Store.PutGrant(ctx, next, held.Version)
		}
		if err == nil || ctx.Err() != nil {
			break
		}
	}
	return next, err
}

// failed gives the lease back. A token that still works is used on, unless the grant is gone.
func (k Keeper) failed(ctx context.Context, held Record, g platform.Grant, works bool, cause error) (platform.Grant, Record, error) {
	free := held
	free.Holder, free.HeldUntil, free.FailedAt = "", time.Time{}, k.Now().UTC()
	free.Version++
	if err := k.Store.PutGrant(ctx, free, held.Version); err != nil && !fault.Is(err, fault.Conflict) {
		return g, held, err
	}
	class := platform.AsError(cause).Class
	if works && class != platform.ClassAuthRevoked && class != platform.ClassAuthScope {
		return g, free, nil
	}
	return g, free, cause
}
