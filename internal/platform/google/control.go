package google

import (
	"context"
	"strconv"

	"bellwether/internal/money"
	"bellwether/internal/platform"
)

// operation is one change; fields that the mask doesn't name stay as they are.
type operation struct {
	Mask   string `json:"updateMask"`
	Update update `json:"update"`
}

type update struct {
	Name   string `json:"resourceName"`
	Status string `json:"status,omitempty"`
	Amount string `json:"amountMicros,omitempty"`
	Total  string `json:"totalAmountMicros,omitempty"`
}

// mutate makes one change of a resource: "campaigns".
func (k *Connector) mutate(ctx context.Context, op string, c platform.Call, resource string, o operation) error {
	body := struct {
		Operations []operation `json:"operations"`
	}{[]operation{o}}
	var done struct {
		Results []struct {
			Name string `json:"resourceName"`
		} `json:"results"`
	}
	if err := k.post(ctx, op, c, "customers/"+c.Account.ID+"/"+resource+":mutate", body, &done); err != nil {
		return err
	}
	if len(done.Results) != 1 || done.Results[0].Name == "" {
		return k.refuse(op, platform.ClassUnknown, "no_result", "the answer names nothing that was changed")
	}
	return nil
}

// SetStatus enables or pauses a campaign.
func (k *Connector) SetStatus(ctx context.Context, c platform.Call, id string, s platform.Switch) error {
	const op = "set_status"
	if err := k.checkCampaign(op, id); err != nil {
		return err
	}
	change := update{Name: "customers/" + c.Account.ID + "/campaigns/" + id}
	switch s {
	case platform.On:
		change.Status = "ENABLED"
	case platform.Off:
		change.Status = "PAUSED"
	default:
		return k.invalid(op, "status", "must be on or off")
	}
	return k.mutate(ctx, op, c, "campaigns", operation{"status", change})
}

// SetBudget sets the amount of the campaign's budget, which is a thing of its own at Google: it is read
// first, because others may spend from it too.
func (k *Connector) SetBudget(ctx context.Context, c platform.Call, id string, b platform.Budget) error {
	const op = "set_budget"
	row, err := k.campaign(ctx, op, c, id)
	if err != nil {
		return err
	}
	has, err := row.budget(c.Account)
	switch {
	case err != nil:
		return k.refuse(op, platform.ClassUnknown, "malformed", err.Error())
	case has == nil || row.Campaign.Budget == "":
		return k.invalid(op, "no_budget", "the campaign has no budget")
	case has.Shared:
		return k.invalid(op, "shared_budget", "other campaigns share the budget")
	case has.Kind != b.Kind:
		return k.invalid(op, "budget_kind", "the campaign's budget is "+string(has.Kind))
	case has.Amount.Currency != b.Amount.Currency:
		return k.invalid(op, "currency", "the account's currency is "+string(has.Amount.Currency))
	}
	if minor, err := money.ToMinor(b.Amount.Micros, b.Amount.Currency.Digits()); err != nil || minor <= 0 {
		return k.invalid(op, "amount", "must be more than nothing, in whole units of the currency's smallest coin")
	}
	amount := strconv.FormatInt(b.Amount.Micros, 10)
	change := operation{"amountMicros", update{Name: row.Campaign.Budget, Amount: amount}}
	if b.Kind == platform.LifetimeBudget {
		change = operation{"totalAmountMicros", update{Name: row.Campaign.Budget, Total: amount}}
	}
	return k.mutate(ctx, op, c, "campaignBudgets", change)
}
