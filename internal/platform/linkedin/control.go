package linkedin

import (
	"context"

	"bellwether/internal/money"
	"bellwether/internal/platform"
)

// patch is a partial update: only the named fields change.
type patch struct {
	Patch struct {
		Set map[string]any `json:"$set"`
	} `json:"patch"`
}

func (k *Connector) update(ctx context.Context, op string, c platform.Call, id string, set map[string]any) error {
	if id == "" {
		return k.invalid(op, "campaign", "the id of a campaign is a number")
	}
	path, err := k.campaignPath(op, c.Account, id)
	if err != nil {
		return err
	}
	var body patch
	body.Patch.Set = set
	r, err := platform.PostJSON(k.endpoint.BaseURL+"/"+path, body)
	if err != nil {
		return k.invalid(op, "", "the request can't be written")
	}
	r.Header.Set("X-RestLi-Method", "PARTIAL_UPDATE")
	answer, err := k.ask(ctx, op, c, r)
	if err != nil || len(answer.Body) == 0 { // done is 204, without a body
		return err
	}
	return k.client.Decode(op, answer, new(any)) // a page of a proxy's is no word of LinkedIn's
}

// SetStatus activates or pauses a campaign.
func (k *Connector) SetStatus(ctx context.Context, c platform.Call, id string, s platform.Switch) error {
	const op = "set_status"
	switch s {
	case platform.On:
		return k.update(ctx, op, c, id, map[string]any{"status": "ACTIVE"})
	case platform.Off:
		return k.update(ctx, op, c, id, map[string]any{"status": "PAUSED"})
	}
	return k.invalid(op, "status", "must be on or off")
}

// SetBudget sets the campaign's budget. The campaign is read first: setting the kind that it doesn't
// have would give it a second limit.
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
	field := "dailyBudget"
	if b.Kind == platform.LifetimeBudget {
		field = "totalBudget"
	}
	return k.update(ctx, op, c, id, map[string]any{
		field: amount{platform.Number(b.Amount.Decimal()), b.Amount.Currency},
	})
}
