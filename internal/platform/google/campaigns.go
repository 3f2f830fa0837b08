package google

import (
	"context"
	"slices"
	"strings"
	"time"

	"bellwether/internal/money"
	"bellwether/internal/platform"
)

// campaignQuery reads removed campaigns as well: a plain FROM campaign lists them.
const campaignQuery = "SELECT campaign.id, campaign.name, campaign.status, campaign.primary_status, " +
	"campaign.advertising_channel_type, campaign.start_date_time, campaign.end_date_time, campaign.campaign_budget, " +
	"campaign_budget.amount_micros, campaign_budget.total_amount_micros, campaign_budget.period, " +
	"campaign_budget.explicitly_shared, customer.currency_code, customer.time_zone FROM campaign"

type campaignRow struct {
	Campaign struct {
		ID            platform.ID `json:"id"`
		Name          string      `json:"name"`
		Status        string      `json:"status"`
		PrimaryStatus string      `json:"primaryStatus"`
		Channel       string      `json:"advertisingChannelType"`
		Start         string      `json:"startDateTime"`
		End           string      `json:"endDateTime"`
		Budget        string      `json:"campaignBudget"`
	} `json:"campaign"`
	Budget struct {
		Amount platform.Number `json:"amountMicros"`
		Total  platform.Number `json:"totalAmountMicros"`
		Period string          `json:"period"`
		Shared bool            `json:"explicitlyShared"`
	} `json:"campaignBudget"`
	Customer struct {
		Currency money.Currency `json:"currencyCode"`
		TimeZone string         `json:"timeZone"`
	} `json:"customer"`
}

type campaignPage struct {
	Results []campaignRow `json:"results"`
	Next    string        `json:"nextPageToken"`
}

// Campaigns reads one page of at most 10,000.
func (k *Connector) Campaigns(ctx context.Context, c platform.Call, cursor string) (platform.CampaignPage, error) {
	const op = "campaigns"
	var page campaignPage
	if err := k.search(ctx, op, c, campaignQuery, cursor, &page); err != nil {
		return platform.CampaignPage{}, err
	}
	out := platform.CampaignPage{Next: page.Next}
	for _, row := range page.Results {
		one, err := row.normal(c.Account)
		if err != nil {
			return platform.CampaignPage{}, k.refuse(op, platform.ClassUnknown, "malformed", "campaign "+string(row.Campaign.ID)+": "+err.Error())
		}
		out.Campaigns = append(out.Campaigns, one)
	}
	return out, nil
}

// Campaign reads one.
func (k *Connector) Campaign(ctx context.Context, c platform.Call, id string) (platform.Campaign, error) {
	row, err := k.campaign(ctx, "campaign", c, id)
	if err != nil {
		return platform.Campaign{}, err
	}
	one, err := row.normal(c.Account)
	if err != nil {
		return platform.Campaign{}, k.refuse("campaign", platform.ClassUnknown, "malformed", err.Error())
	}
	return one, nil
}

func (k *Connector) campaign(ctx context.Context, op string, c platform.Call, id string) (campaignRow, error) {
	if err := k.checkCampaign(op, id); err != nil {
		return campaignRow{}, err
	}
	var page campaignPage
	if err := k.search(ctx, op, c, campaignQuery+" WHERE campaign.id = "+id, "", &page); err != nil {
		return campaignRow{}, err
	}
	n := slices.IndexFunc(page.Results, func(r campaignRow) bool { return string(r.Campaign.ID) == id })
	if n < 0 {
		return campaignRow{}, k.refuse(op, platform.ClassNotFound, "", "the account has no such campaign")
	}
	return page.Results[n], nil
}

func (r campaignRow) normal(a platform.Account) (platform.Campaign, error) {
	budget, err := r.budget(a)
	if err != nil {
		return platform.Campaign{}, err
	}
	status, raw := r.status()
	return platform.Campaign{
		ID: string(r.Campaign.ID), Name: r.Campaign.Name, Objective: objective(r.Campaign.Channel), RawObjective: r.Campaign.Channel,
		Status: status, RawStatus: raw, Budget: budget, StartDate: date(r.Campaign.Start), EndDate: date(r.Campaign.End),
	}, nil
}

// status is made of the wish and of how it goes. The raw one names both where the second adds something.
func (r campaignRow) status() (status platform.Status, raw string) {
	wish, delivery := r.Campaign.Status, r.Campaign.PrimaryStatus
	switch wish {
	case "PAUSED":
		return platform.StatusPaused, wish
	case "REMOVED":
		return platform.StatusDeleted, wish
	case "ENABLED":
	default:
		return platform.StatusUnknown, wish
	}
	switch delivery {
	case "ELIGIBLE":
		return platform.StatusActive, wish
	case "LIMITED", "LEARNING":
		status = platform.StatusActive
	case "PENDING":
		status = platform.StatusPending
	case "ENDED":
		status = platform.StatusCompleted
	case "MISCONFIGURED", "NOT_ELIGIBLE":
		status = platform.StatusError
	default:
		status = platform.StatusUnknown
	}
	return status, wish + "/" + delivery
}

// budget is the campaign's; nil without one. The row tells the currency.
func (r campaignRow) budget(a platform.Account) (*platform.Budget, error) {
	kind, amount := platform.DailyBudget, r.Budget.Amount
	if r.Budget.Period == CustomPeriod {
		kind, amount = platform.LifetimeBudget, r.Budget.Total
	}
	micros, err := amount.Int()
	if err != nil {
		return nil, err
	}
	if micros == 0 {
		return nil, nil
	}
	return &platform.Budget{Kind: kind, Amount: money.Of(micros, r.currency(a)), Shared: r.Budget.Shared}, nil
}

func (r campaignRow) currency(a platform.Account) money.Currency {
	if r.Customer.Currency != "" {
		return r.Customer.Currency
	}
	return a.Currency
}

// objective is what a channel says about the goal, which is little: Google has no objective here.
func objective(channel string) string {
	switch channel {
	case "SHOPPING":
		return "sales"
	case "VIDEO":
		return "video"
	}
	return "other"
}

// date is the day of "2026-11-01 00:00:00", which is in the account's time zone already.
func date(text string) string {
	day, _, _ := strings.Cut(text, " ")
	if _, err := time.Parse(time.DateOnly, day); err != nil || day == NoEnd {
		return ""
	}
	return day
}
