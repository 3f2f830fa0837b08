package produce

import (
	"context"
	"errors"

	"bellwether/internal/campaign"
	"bellwether/internal/fault"
	"bellwether/internal/integration"
	"bellwether/internal/money"
	"bellwether/internal/obs"
	"bellwether/internal/platform"
)

// budget brings the placement's budget at its platform to what is wanted. The amount is absolute, and read
// before it is set, so that a wish changes the platform once, however often it is tried.
func (d drive) budget(ctx context.Context, c campaign.Campaign, id string) error {
	c, err := d.update(ctx, c, func(c campaign.Campaign) (campaign.Change, error) { return c.IntendBudget(id, d.holder, d.cause()) })
	if err != nil {
		return err
	}
	p, ok := c.Placement(id)
	if !ok || !c.WantsBudget(p) {
		return nil
	}
	wait, err := d.mustWait(ctx, c, p)
	if err != nil || wait {
		return errors.Join(err, d.letBudgetGo(ctx, c, p))
	}
	seen, err := d.with(ctx, c, p, "set_budget", func(connector platform.Connector, call platform.Call) (campaign.Remote, error) {
		return d.pay(ctx, connector, call, c, p)
	})
	if err == nil {
		_, err = d.update(ctx, c, func(c campaign.Campaign) (campaign.Change, error) {
			return c.ConfirmBudget(id, d.holder, p.Money.Micros, seen, d.cause())
		})
		return err
	}
	refusal, ok := errors.AsType[*platform.Error](err)
	if !ok {
		return errors.Join(err, d.letBudgetGo(ctx, c, p))
	}
	obs.Note(ctx, "class", string(refusal.Class))
	switch refusal.Class {
	case platform.ClassTransient, platform.ClassRateLimited, platform.ClassQuota, platform.ClassUnknown:
		return errors.Join(&fault.Error{
			Kind: fault.Retryable, Code: "platform_unwell", Message: "the platform could not be told", RetryAfter: refusal.RetryAfter, Err: err,
		}, d.letBudgetGo(ctx, c, p))
	case platform.ClassAuthExpired, platform.ClassAuthRevoked:
		return d.letBudgetGo(ctx, c, p) // the next sync finds the grant gone, and tells people
	default:
		obs.Count(ctx, "BudgetsRefused", 1)
		_, err := d.update(ctx, c, func(c campaign.Campaign) (campaign.Change, error) {
			return c.RefuseBudget(id, d.holder, refusal, d.cause())
		})
		return err
	}
}

// mustWait reports whether the change can wait and the account's quota is short: the last part of it is kept for
// what saves money. The next sync has it tried again.
func (d drive) mustWait(ctx context.Context, c campaign.Campaign, p campaign.Placement) (bool, error) {
	if !p.Money.Raise {
		return false, nil
	}
	course, err := d.Accounts.Sync(ctx, c.OrgID, p.IntegrationID)
	if err != nil {
		return false, err
	}
	quota := course.Quota
	short := quota.Until.After(d.Now()) || (quota.Day == d.Now().UTC().Format("2006-01-02") && quota.Percent >= integration.SyncShare)
	if short {
		obs.Note(ctx, "waits", "quota")
	}
	return short, nil
}

func (d drive) letBudgetGo(ctx context.Context, c campaign.Campaign, p campaign.Placement) error {
	_, err := d.update(ctx, c, func(c campaign.Campaign) (campaign.Change, error) { return c.LetBudgetGo(p.ID, d.holder, d.cause()) })
	return err
}

// pay reads the budget, sets it where that is needed, and reads it again.
func (d drive) pay(ctx context.Context, connector platform.Connector, call platform.Call, c campaign.Campaign, p campaign.Placement) (campaign.Remote, error) {
	seen, err := d.see(ctx, connector, call, p)
	if err != nil || seen.Gone || pays(seen, p.Money) {
		return seen, err
	}
	want := platform.Budget{Kind: p.Money.Kind, Amount: money.Of(p.Money.Micros, c.Currency)}
	if err := connector.SetBudget(ctx, call, p.ExternalID, want); err != nil {
		return seen, err
	}
	obs.Count(ctx, "BudgetsDriven", 1)
	if seen, err = d.see(ctx, connector, call, p); err != nil || pays(seen, p.Money) {
		return seen, err
	}
	return seen, fault.New(fault.Retryable, "not_seen_yet", "the platform took the change, and doesn't show it yet")
}

// pays reports whether what was seen keeps to the wish.
func pays(seen campaign.Remote, w campaign.Wish) bool {
	return seen.Budget != nil && seen.Budget.Kind == w.Kind && seen.Budget.AmountMicros == w.Micros
}
