package campaigns

import (
	"time"

	"bellwether/internal/api"
	"bellwether/internal/campaign"
	"bellwether/internal/money"
)

// wire is the campaign as clients see it at the given time.
func wire(c campaign.Campaign, now time.Time) (api.Campaign, error) {
	totals, err := api.SumsOf(c.Totals, c.ValuePer, c.Currency)
	if err != nil {
		return api.Campaign{}, err
	}
	period, err := api.SumsOf(c.PeriodSums(now), c.ValuePer, c.Currency)
	if err != nil {
		return api.Campaign{}, err
	}
	out := api.Campaign{
		Id: c.ID, Name: c.Name, Objective: c.Objective, Description: c.Description, Status: api.CampaignStatus(c.Status()),
		PauseReasons: api.List(c.PauseReasons), Currency: string(c.Currency), TimeZone: c.TimeZone,
		StartDate: api.Optional(c.StartDate), EndDate: api.Optional(c.EndDate), Budget: wireBudget(c, now),
		ConversionValue: perConversion(c.ValuePer.ConversionMicros), ApprovedConversionValue: perConversion(c.ValuePer.ApprovedMicros),
		ManagerIds: api.List(c.ManagerIDs), CreatedBy: c.CreatedBy, Source: api.CampaignSource(c.Origin),
		Placements: []api.Placement{}, Totals: totals, PeriodTotals: period,
		Version: c.Version, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt,
	}
	if !c.AsOf.IsZero() {
		out.AsOf = &c.AsOf
	}
	for _, p := range c.Placements {
		placement, err := wirePlacement(c, p)
		if err != nil {
			return out, err
		}
		out.Placements = append(out.Placements, placement)
	}
	return out, nil
}

func wirePlacement(c campaign.Campaign, p campaign.Placement) (api.Placement, error) {
	totals, err := api.SumsOf(p.Totals, c.ValuePer, c.Currency)
	out := api.Placement{
		Id: p.ID, Platform: api.PlacementPlatform(p.Platform), ExternalId: api.Optional(p.ExternalID),
		IntegrationId: api.Optional(p.IntegrationID), Name: p.Name, Totals: totals, Held: p.Held, Lost: p.Lost,
	}
	if seen := p.Remote; !seen.SeenAt.IsZero() {
		out.Remote = &api.RemotePlacement{Status: api.RemotePlacementStatus(seen.Status), RawStatus: seen.Raw, SeenAt: seen.SeenAt, Gone: seen.Gone}
		if b := seen.Budget; b != nil {
			out.Remote.Budget = &api.RemoteBudget{Kind: api.RemoteBudgetKind(b.Kind), Amount: money.Of(b.AmountMicros, c.Currency), Shared: b.Shared}
		}
	}
	if control := p.Control; control.State != "" {
		out.Control = &api.PlacementControl{
			State: api.PlacementControlState(control.State), At: control.At,
			Class: api.Optional(string(control.Class)), Message: api.Optional(control.Message),
		}
		if control.Want != "" {
			want := api.PlacementControlWant(control.Want)
			out.Control.Want = &want
		}
	}
	return out, err
}

func wireBudget(c campaign.Campaign, now time.Time) *api.CampaignBudget {
	b := c.Budget
	if b == nil {
		return nil
	}
	window := c.Window(now)
	lands := b.Landing != nil
	out := &api.CampaignBudget{
		Landing: &lands,
		Amount:  money.Of(b.AmountMicros, c.Currency), Period: api.CampaignBudgetPeriod(b.Period),
		PeriodStart: api.Optional(window.Start), PeriodEnd: api.Optional(window.End), Version: b.Version,
		Thresholds: api.List(b.Thresholds), Fired: api.List(b.FiredIn(window.Start)),
		PercentUsed: money.PercentUsed(c.PeriodSums(now).SpendMicros, b.AmountMicros),
	}
	if b.Overridden(window.Start) {
		out.Override = &api.BudgetOverride{Reason: b.Override.Reason, By: b.Override.By, At: b.Override.At, Until: api.Optional(window.End)}
	}
	return out
}

func perConversion(micros int64) *string {
	if micros == 0 {
		return nil
	}
	text := api.Decimal(micros)
	return &text
}
