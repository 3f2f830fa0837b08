package tiktok

import (
	"context"
	"encoding/json"

	"bellwether/internal/money"
	"bellwether/internal/platform"
)

// SetStatus switches a campaign.
func (k *Connector) SetStatus(ctx context.Context, c platform.Call, id string, s platform.Switch) error {
	const op = "set_status"
	operation, ok := map[platform.Switch]string{platform.On: "ENABLE", platform.Off: "DISABLE"}[s]
	if !ok {
		return k.invalid(op, "status", "must be on or off")
	}
	if !digits(c.Account.ID) || !digits(id) {
		return k.invalid(op, "campaign", "the ids of an account and of a campaign are numbers")
	}
	return k.post(ctx, op, c, "campaign/status/update/", map[string]any{
		"advertiser_id": c.Account.ID, "campaign_ids": []string{id}, "operation_status": operation,
	}, nil)
}

// SetBudget sets the campaign's budget. The campaign is read first: the kind of a budget can't be changed.
func (k *Connector) SetBudget(ctx context.Context, c platform.Call, id string, b platform.Budget) error {
	const op = "set_budget"
	has, err := k.campaign(ctx, op, c, id)
	switch {
	case err != nil:
		return err
	case has.Budget == nil:
		return k.invalid(op, "no_budget", "the campaign has no budget")
	case has.Budget.Kind != b.Kind:
		return k.invalid(op, "budget_kind", "the campaign's budget is "+string(has.Budget.Kind))
	case has.Budget.Amount.Currency != b.Amount.Currency:
		return k.invalid(op, "currency", "the account's currency is "+string(has.Budget.Amount.Currency))
	}
	if minor, err := money.ToMinor(b.Amount.Micros, b.Amount.Currency.Digits()); err != nil || minor <= 0 {
		return k.invalid(op, "amount", "must be more than nothing, in whole units of the currency's smallest coin")
	}
	return k.post(ctx, op, c, "campaign/update/", map[string]any{
		"advertiser_id": c.Account.ID, "campaign_id": id, "budget": json.Number(b.Amount.Decimal()),
	}, nil)
}
