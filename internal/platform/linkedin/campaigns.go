package linkedin

import (
	"context"
	"slices"
	"strings"
	"time"

	"bellwether/internal/money"
	"bellwether/internal/platform"
)

// campaignsQuery asks for every status: a search without them leaves the ended ones out.
const campaignsQuery = "q=search&search=(status:(values:List(ACTIVE,PAUSED,ARCHIVED,COMPLETED,CANCELED,DRAFT,PENDING_DELETION,REMOVED)))&pageSize=500"

type amount struct {
	Amount   platform.Number `json:"amount"` // major units
	Currency money.Currency  `json:"currencyCode"`
}

type campaign struct {
	ID        platform.ID `json:"id"`
	Name      string      `json:"name"`
	Status    string      `json:"status"`
	Serving   []string    `json:"servingStatuses"`
	Objective string      `json:"objectiveType"`
	Daily     *amount     `json:"dailyBudget"`
	Total     *amount     `json:"totalBudget"`
	Schedule  struct {
		Start int64 `json:"start"` // milliseconds
		End   int64 `json:"end"`
	} `json:"runSchedule"`
}

// Campaigns reads one page of at most 500.
func (k *Connector) Campaigns(ctx context.Context, c platform.Call, cursor string) (platform.CampaignPage, error) {
	const op = "campaigns"
	path, err := k.campaignPath(op, c.Account, "")
	if err != nil {
		return platform.CampaignPage{}, err
	}
	var page struct {
		Elements []campaign `json:"elements"`
		Metadata metadata   `json:"metadata"`
	}
	if err := k.get(ctx, op, c, path, campaignsQuery+pageOf(cursor), &page); err != nil {
		return platform.CampaignPage{}, err
	}
	out := platform.CampaignPage{Next: page.Metadata.Next}
	for _, raw := range page.Elements {
		one, err := raw.normal(c.Account)
		if err != nil {
			return platform.CampaignPage{}, k.refuse(op, platform.ClassUnknown, "malformed", "campaign "+string(raw.ID)+": "+err.Error())
		}
		out.Campaigns = append(out.Campaigns, one)
	}
	return out, nil
}

// Campaign reads one.
func (k *Connector) Campaign(ctx context.Context, c platform.Call, id string) (platform.Campaign, error) {
	return k.campaign(ctx, "campaign", c, id)
}

func (k *Connector) campaign(ctx context.Context, op string, c platform.Call, id string) (platform.Campaign, error) {
	if id == "" {
		return platform.Campaign{}, k.invalid(op, "campaign", "the id of a campaign is a number")
	}
	path, err := k.campaignPath(op, c.Account, id)
	if err != nil {
		return platform.Campaign{}, err
	}
	var raw campaign
	if err := k.get(ctx, op, c, path, "", &raw); err != nil {
		return platform.Campaign{}, err
	}
	one, err := raw.normal(c.Account)
	if err != nil {
		return platform.Campaign{}, k.refuse(op, platform.ClassUnknown, "malformed", err.Error())
	}
	return one, nil
}

func (c campaign) normal(a platform.Account) (platform.Campaign, error) {
	zone, err := time.LoadLocation(a.TimeZone)
	if err != nil {
		return platform.Campaign{}, err
	}
	budget, err := c.budget()
	if err != nil {
		return platform.Campaign{}, err
	}
	status, raw := c.status()
	return platform.Campaign{
		ID: string(c.ID), Name: c.Name, Objective: objective(c.Objective), RawObjective: c.Objective,
		Status: status, RawStatus: raw, Budget: budget, StartDate: date(c.Schedule.Start, zone), EndDate: date(c.Schedule.End, zone),
	}, nil
}

var statuses = map[string]platform.Status{
	"ACTIVE": platform.StatusActive, "PAUSED": platform.StatusPaused, "DRAFT": platform.StatusDraft,
	"COMPLETED": platform.StatusCompleted, "ARCHIVED": platform.StatusArchived,
	"CANCELED": platform.StatusArchived, "CANCELLED": platform.StatusArchived, // sources spell it both ways
	"REMOVED": platform.StatusDeleted, "PENDING_DELETION": platform.StatusDeleted,
}

// status is by the wish alone: an active campaign that something holds up runs as soon as it may. The
// raw one names what holds it.
func (c campaign) status() (status platform.Status, raw string) {
	status, ok := statuses[c.Status]
	switch {
	case !ok:
		return platform.StatusUnknown, c.Status
	case status == platform.StatusActive && len(c.Serving) > 0 && !slices.Contains(c.Serving, "RUNNABLE"):
		return status, c.Status + "/" + strings.Join(c.Serving, "+")
	}
	return status, c.Status
}

// budget is the limit of the whole flight where there is one: it ends the spending for good.
func (c campaign) budget() (*platform.Budget, error) {
	kind, limit := platform.LifetimeBudget, c.Total
	if limit == nil {
		kind, limit = platform.DailyBudget, c.Daily
	}
	if limit == nil {
		return nil, nil
	}
	sum, err := money.Parse(string(limit.Amount), limit.Currency)
	if err != nil {
		return nil, err
	}
	return &platform.Budget{Kind: kind, Amount: sum}, nil
}

var objectives = map[string]string{
	"BRAND_AWARENESS": "awareness", "WEBSITE_VISITS": "traffic", "ENGAGEMENT": "engagement", "VIDEO_VIEWS": "video",
	"LEAD_GENERATION": "leads", "JOB_APPLICANTS": "leads", "WEBSITE_CONVERSIONS": "sales",
}

func objective(raw string) string {
	if o, ok := objectives[raw]; ok {
		return o
	}
	return "other"
}

// date is the account's day of a moment in milliseconds; "" for none.
func date(millis int64, zone *time.Location) string {
	if millis == 0 {
		return ""
	}
	return time.UnixMilli(millis).In(zone).Format(time.DateOnly)
}
