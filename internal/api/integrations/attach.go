package integrations

import (
	"context"
	"fmt"
	"strings"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/grant"
	"bellwether/internal/integration"
	"bellwether/internal/platform"
)

// tries is how often a write is repeated that others get in the way of.
const tries = 8

// ahead is how far the version of a new grant is ahead of the one that it replaces: a renewal of the
// old one that is under way then finds that it was overtaken.
const ahead = 1000

// attach connects the account by the grant: a new one, or the one that the organisation has already.
// The account, its first sync and its grant are one write.
func (a API) attach(ctx context.Context, c integration.Connection, g platform.Grant, account platform.Account, cause event.Cause) (integration.Integration, error) {
	_, person, _ := strings.Cut(cause.Actor, "/")
	spec := integration.Spec{
		ID: integration.IDOf(c.OrgID, c.Platform, account.ID), OrgID: c.OrgID, Platform: c.Platform, Account: account,
		Grant: grant.Facts(g), By: person,
	}
	for try := 1; ; try++ {
		before, was, err := a.present(ctx, spec)
		if err != nil {
			return before, err
		}
		ch, err := connected(before, spec, cause)
		if err != nil {
			return before, err
		}
		record, err := a.record(ctx, spec, g)
		if err != nil {
			return before, err
		}
		next := integration.Sync{
			OrgID: spec.OrgID, IntegrationID: spec.ID, NextAt: cause.At.UTC(), Trigger: integration.TriggerConnect,
			CorrelationID: cause.CorrelationID, Version: 1,
		}
		if was.Version > 0 {
			next = was.Ask(integration.TriggerConnect, cause.CorrelationID, cause.At)
		}
		err = a.Integrations.Connect(ctx, fmt.Sprintf("%s/connect/%d", cause.CorrelationID, try), before, ch, record, was, next)
		if err == nil {
			a.wake(ctx, next)
			return ch.Integration, nil
		}
		if !fault.Is(err, fault.Conflict) || try == tries {
			return before, err
		}
	}
}

// present are the account and its sync as they are, zero values for a new one.
func (a API) present(ctx context.Context, spec integration.Spec) (i integration.Integration, s integration.Sync, err error) {
	i, err = a.Integrations.Get(ctx, spec.OrgID, spec.ID)
	if fault.Is(err, fault.NotFound) {
		return integration.Integration{}, s, nil
	}
	if err != nil {
		return i, s, err
	}
	s, err = a.Integrations.Sync(ctx, spec.OrgID, spec.ID)
	return i, s, err
}

func connected(before integration.Integration, spec integration.Spec, cause event.Cause) (integration.Change, error) {
	switch {
	case spec.Account.Suspended:
		return integration.Change{}, errSuspended(spec.Account)
	case before.Version == 0:
		return integration.Connect(spec, cause)
	case before.Status == integration.Disconnecting:
		return integration.Change{}, errDisconnecting()
	case before.Account.Currency != spec.Account.Currency:
		return integration.Change{}, fault.Newf(fault.Conflict, "currency_changed",
			"the account was in %s and is in %s now: the results that are here can't be gone on with", before.Account.Currency, spec.Account.Currency)
	default:
		return before.Reconnect(spec, cause)
	}
}

func errSuspended(account platform.Account) error {
	return fault.Newf(fault.Conflict, "account_suspended", "the platform has suspended the account %s", account.Name)
}

// record seals the grant, ahead of the one that it replaces.
func (a API) record(ctx context.Context, spec integration.Spec, g platform.Grant) (grant.Record, error) {
	old, err := a.Grants.Grant(ctx, spec.OrgID, spec.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return old, err
	}
	record, err := a.Keeper.Seal(ctx, spec.OrgID, spec.ID, g)
	record.Version += old.Version
	if old.Version > 0 {
		record.Version += ahead
	}
	return record, err
}
