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
		totals, err := api.SumsOf(p.Totals, c.ValuePer, c.Currency)
		if err != nil {
			return out, err
		}
		out.Placements = append(out.Placements, api.Placement{
			Id: p.ID, Platform: api.PlacementPlatform(p.Platform), ExternalId: api.Optional(p.ExternalID),
			IntegrationId: api.Optional(p.IntegrationID), Name: p.Name, Totals: totals,
		})
	}
	return out, nil
}

func wireBudget(c campaign.Campaign, now time.Time) *api.CampaignBudget {
	b := c.Budget
	if b == nil {
		return nil
	}
	window := c.Window(now)
	out := &api.CampaignBudget{
		Amount: money.Of(b.AmountMicros, c.Currency), Period: api.CampaignBudgetPeriod(b.Period),
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
