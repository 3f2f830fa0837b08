package campaigns

import (
	"context"
	"net/http"

	"bellwether/internal/api"
	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
)

func (a API) pause(w http.ResponseWriter, r *http.Request) error {
	var in api.PauseRequest
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	reason := ""
	if in.Reason != nil {
		reason = *in.Reason
	}
	return a.change(w, r, func(_ context.Context, c campaign.Campaign, cause event.Cause) (campaign.Change, error) {
		return c.Pause(reason, cause)
	})
}

func (a API) resume(w http.ResponseWriter, r *http.Request) error {
	if err := api.Decode(r, &struct{}{}); err != nil {
		return err
	}
	return a.change(w, r, func(_ context.Context, c campaign.Campaign, cause event.Cause) (campaign.Change, error) {
		return c.Resume(cause)
	})
}

func (a API) archive(w http.ResponseWriter, r *http.Request) error {
	if err := api.Decode(r, &struct{}{}); err != nil {
		return err
	}
	return a.change(w, r, func(_ context.Context, c campaign.Campaign, cause event.Cause) (campaign.Change, error) {
		return c.Archive(cause)
	})
}

func (a API) budget(w http.ResponseWriter, r *http.Request) error {
	var in api.BudgetChange
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	spec := campaign.BudgetSpec{Landing: in.Landing}
	if in.Thresholds != nil {
		spec.Thresholds = *in.Thresholds
	}
	if in.Period != nil {
		spec.Period = budget.Period(*in.Period)
	}
	return a.change(w, r, func(ctx context.Context, c campaign.Campaign, cause event.Cause) (campaign.Change, error) {
		var bad fields
		spec.AmountMicros = bad.money("amount", in.Amount, c.Currency)
		if err := bad.err(); err != nil {
			return campaign.Change{}, err
		}
		if c.Budget == nil && spec.Thresholds == nil {
			var err error
			if spec.Thresholds, err = a.thresholds(ctx, c.OrgID); err != nil {
				return campaign.Change{}, err
			}
		}
		rows, err := a.rowsFor(ctx, c, c.WithBudget(spec), cause)
		if err != nil {
			return campaign.Change{}, err
		}
		return c.ChangeBudget(spec, rows, cause)
	})
}

// rowsFor are the results that the change needs to know the spend of the period that next would have.
func (a API) rowsFor(ctx context.Context, c, next campaign.Campaign, cause event.Cause) ([]campaign.Row, error) {
	from, to, ok := next.Span(nil, cause.At)
	if !ok {
		return nil, nil
	}
	return a.Campaigns.Rows(ctx, c.OrgID, c.ID, from, to)
}

func (a API) override(w http.ResponseWriter, r *http.Request) error {
	var in api.BudgetOverrideRequest
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	return a.change(w, r, func(_ context.Context, c campaign.Campaign, cause event.Cause) (campaign.Change, error) {
		return c.Override(in.Reason, cause.Actor, cause)
	})
}

func (a API) placements(w http.ResponseWriter, r *http.Request) error {
	var in api.PlacementsRequest
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	if len(in.Placements) == 0 {
		return fault.InvalidFields(fault.Field{Name: "placements", Message: "must be at least one placement"})
	}
	specs := placementSpecs(in.Placements)
	return a.change(w, r, func(ctx context.Context, c campaign.Campaign, cause event.Cause) (campaign.Change, error) {
		if err := a.checkAccounts(ctx, c.OrgID, c.Currency, specs); err != nil {
			return campaign.Change{}, err
		}
		return c.AddPlacements(specs, cause)
	})
}

func (a API) edit(w http.ResponseWriter, r *http.Request) error {
	var in api.CampaignUpdate
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	if err := a.checkManagers(r.Context(), api.Principal(r).OrgID, api.Value(in.ManagerIds)); err != nil {
		return err
	}
	return a.change(w, r, func(ctx context.Context, c campaign.Campaign, cause event.Cause) (campaign.Change, error) {
		e, err := editOf(in, c)
		if err != nil {
			return campaign.Change{}, err
		}
		var rows []campaign.Row
		if moved := c.WithFlight(e); moved.StartDate != c.StartDate || moved.EndDate != c.EndDate {
			first, last := moved.FlightDays(cause.At)
			if rows, err = a.Campaigns.Rows(ctx, c.OrgID, c.ID, first, last); err != nil {
				return campaign.Change{}, err
			}
		}
		return c.Edit(e, rows, cause)
	})
}
