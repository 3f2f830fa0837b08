package campaigns

import (
	"context"
	"fmt"

	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/integration"
	"bellwether/internal/money"
)

// checkAccounts wants placements that name a connected account to fit it: the platform's, in the
// campaign's currency, with the platform's own id, without which nothing could be read or driven.
func (a API) checkAccounts(ctx context.Context, orgID string, currency money.Currency, specs []campaign.PlacementSpec) error {
	var bad fields
	known := map[string]integration.Integration{}
	for n, spec := range specs {
		if spec.IntegrationID == "" {
			continue
		}
		field := fmt.Sprintf("placements[%d]", n)
		account, err := a.account(ctx, orgID, spec.IntegrationID, known)
		if fault.Is(err, fault.NotFound) {
			bad = append(bad, fault.Field{Name: field + ".integrationId", Message: "must be the id of an integration of the organisation"})
			continue
		}
		if err != nil {
			return err
		}
		bad = append(bad, misfit(field, spec, account, currency)...)
	}
	return bad.err()
}

// account reads each account once.
func (a API) account(ctx context.Context, orgID, id string, known map[string]integration.Integration) (integration.Integration, error) {
	if i, ok := known[id]; ok {
		return i, nil
	}
	if !event.IsID(id) {
		return integration.Integration{}, fault.New(fault.NotFound, "integration_not_found", "there is no such integration")
	}
	i, err := a.Accounts.Get(ctx, orgID, id)
	if err == nil {
		known[id] = i
	}
	return i, err
}

func misfit(field string, spec campaign.PlacementSpec, account integration.Integration, currency money.Currency) []fault.Field {
	var bad []fault.Field
	refuse := func(name, format string, args ...any) {
		bad = append(bad, fault.Field{Name: field + "." + name, Message: fmt.Sprintf(format, args...)})
	}
	if account.Platform != spec.Platform {
		refuse("platform", "must be that of the account: %s", account.Platform)
	}
	if account.Account.Currency != currency {
		refuse("integrationId", "the account is in %s and the campaign in %s; one budget can't hold both", account.Account.Currency, currency)
	}
	if spec.ExternalID == "" {
		refuse("externalId", "must be the platform's own id of the ad campaign, so that it can be read and driven")
	}
	if account.Status != integration.Connected {
		refuse("integrationId", "the account is not connected: reconnect it first")
	}
	return bad
}
