package campaigns

import (
	"errors"

	"bellwether/internal/api"
	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/fault"
	"bellwether/internal/money"
	"bellwether/internal/tenant"
)

// fields collects what is wrong with a request.
type fields []fault.Field

// money reads an amount of major units; a bad one is noted under the name.
func (f *fields) money(name, text string, currency money.Currency) int64 {
	amount, err := money.Parse(text, currency)
	switch {
	case err == nil:
		return amount.Micros
	case !currency.Valid():
		*f = append(*f, fault.Field{Name: "currency", Message: "must be an ISO 4217 code like USD"})
	case errors.Is(err, money.ErrOverflow), errors.Is(err, money.ErrPrecision):
		*f = append(*f, fault.Field{Name: name, Message: err.Error()})
	default:
		*f = append(*f, fault.Field{Name: name, Message: "must be a decimal number like 1234.56, as a string"})
	}
	return 0
}

func (f *fields) optional(name string, text *string, currency money.Currency) *int64 {
	if text == nil {
		return nil
	}
	n := f.money(name, *text, currency)
	return &n
}

func (f fields) err() error {
	if len(f) == 0 {
		return nil
	}
	return fault.InvalidFields(f...)
}

func specOf(in api.CampaignCreate, id string, p tenant.Principal) (campaign.Spec, error) {
	currency := money.Currency(in.Currency)
	spec := campaign.Spec{
		ID: id, OrgID: p.OrgID, Name: in.Name, Objective: string(in.Objective), Description: api.Value(in.Description),
		Currency: currency, TimeZone: in.TimeZone, StartDate: api.Value(in.StartDate), EndDate: api.Value(in.EndDate),
		ManagerIDs: api.Value(in.ManagerIds), Placements: placementSpecs(api.Value(in.Placements)),
		Activate: api.Value(in.Activate), CreatedBy: p.ID, Origin: campaign.OriginAPI,
	}
	var bad fields
	spec.ValuePer = campaign.Value{
		ConversionMicros: api.Value(bad.optional("conversionValue", in.ConversionValue, currency)),
		ApprovedMicros:   api.Value(bad.optional("approvedConversionValue", in.ApprovedConversionValue, currency)),
	}
	if b := in.Budget; b != nil {
		spec.Budget = &budget.Budget{AmountMicros: bad.money("budget.amount", b.Amount, currency), Period: budget.Lifetime}
		if b.Period != nil {
			spec.Budget.Period = budget.Period(*b.Period)
		}
		if b.Thresholds != nil {
			spec.Budget.Thresholds = *b.Thresholds
		}
		if api.Value(b.Landing) {
			spec.Budget.Landing = &budget.Landing{}
		}
	}
	return spec, bad.err()
}

func placementSpecs(in []api.PlacementCreate) []campaign.PlacementSpec {
	return api.Map(in, func(p api.PlacementCreate) campaign.PlacementSpec {
		return campaign.PlacementSpec{
			Platform: string(p.Platform), IntegrationID: api.Value(p.IntegrationId), ExternalID: api.Value(p.ExternalId),
			Name: p.Name, Currency: money.Currency(api.Value(p.Currency)),
		}
	})
}

func editOf(in api.CampaignUpdate, c campaign.Campaign) (campaign.Edit, error) {
	var bad fields
	e := campaign.Edit{
		Name: in.Name, Description: in.Description, StartDate: in.StartDate, EndDate: in.EndDate, ManagerIDs: in.ManagerIds,
		ValuePerConversionMicros: bad.optional("conversionValue", in.ConversionValue, c.Currency),
		ValuePerApprovedMicros:   bad.optional("approvedConversionValue", in.ApprovedConversionValue, c.Currency),
	}
	if in.Objective != nil {
		objective := string(*in.Objective)
		e.Objective = &objective
	}
	return e, bad.err()
}
