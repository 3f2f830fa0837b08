package tiktok

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"bellwether/internal/money"
	"bellwether/internal/platform"
)

const pageSize = 1000

// pageInfo says how many pages there are. Which one was answered is what was asked for: to believe an answer
// about that could go round for ever.
type pageInfo struct {
	Pages int `json:"total_page"`
}

// pageOf reads a cursor, which is the number of a page.
func (k *Connector) pageOf(op, cursor string) (int, error) {
	if cursor == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(cursor)
	if err != nil || n < 1 {
		return 0, k.invalid(op, "cursor", "is none of this list")
	}
	return n, nil
}

type campaign struct {
	ID        platform.ID     `json:"campaign_id"`
	Name      string          `json:"campaign_name"`
	Objective string          `json:"objective_type"`
	Switch    string          `json:"operation_status"`
	Delivery  string          `json:"secondary_status"`
	Budget    platform.Number `json:"budget"` // major units
	Mode      string          `json:"budget_mode"`
}

var fields = []string{"campaign_id", "campaign_name", "objective_type", "operation_status", "secondary_status", "budget", "budget_mode"}

// filter asks for what is deleted too: a campaign that vanishes and one that can't be seen must differ.
type filter struct {
	Status string   `json:"secondary_status,omitempty"`
	IDs    []string `json:"campaign_ids,omitempty"` // IDsFilter
}

const anyStatus = "CAMPAIGN_STATUS_ALL"

// list reads a page of campaigns, and says how many pages there are.
func (k *Connector) list(ctx context.Context, op string, c platform.Call, page int, f filter) (out []platform.Campaign, pages int, err error) {
	if !digits(c.Account.ID) {
		return nil, 0, k.invalid(op, "account", "the id of an account is a number")
	}
	var data struct {
		List []campaign `json:"list"`
		Info *pageInfo  `json:"page_info"`
	}
	query := url.Values{
		"advertiser_id": {c.Account.ID}, "page": {strconv.Itoa(page)}, "page_size": {strconv.Itoa(pageSize)},
		"fields": {jsonText(fields)}, "filtering": {jsonText(f)},
	}
	if err := k.get(ctx, op, c, "campaign/get/", query, &data); err != nil {
		return nil, 0, err
	}
	if data.Info == nil {
		return nil, 0, k.noList(op)
	}
	for _, raw := range data.List {
		one, err := raw.normal(c.Account.Currency)
		if err != nil {
			return nil, 0, k.refuse(op, platform.ClassUnknown, "malformed", "campaign "+string(raw.ID)+": "+err.Error())
		}
		out = append(out, one)
	}
	return out, data.Info.Pages, nil
}

// noList is the failure of an answer without pages: taken for an empty list, all would look gone.
func (k *Connector) noList(op string) error {
	return k.refuse(op, platform.ClassTransient, "malformed", "the answer is no list")
}

// Campaigns reads one page of at most 1,000. TikTok lists those of its auction; the ones with reserved places
// have reports of another kind, and without those they would seem to cost nothing.
func (k *Connector) Campaigns(ctx context.Context, c platform.Call, cursor string) (platform.CampaignPage, error) {
	const op = "campaigns"
	page, err := k.pageOf(op, cursor)
	if err != nil {
		return platform.CampaignPage{}, err
	}
	list, pages, err := k.list(ctx, op, c, page, filter{Status: anyStatus})
	if err != nil {
		return platform.CampaignPage{}, err
	}
	out := platform.CampaignPage{Campaigns: list}
	if page < pages {
		out.Next = strconv.Itoa(page + 1)
	}
	return out, nil
}

// Campaign reads one.
func (k *Connector) Campaign(ctx context.Context, c platform.Call, id string) (platform.Campaign, error) {
	return k.campaign(ctx, "campaign", c, id)
}

func (k *Connector) campaign(ctx context.Context, op string, c platform.Call, id string) (platform.Campaign, error) {
	if !digits(id) {
		return platform.Campaign{}, k.invalid(op, "campaign", "the id of a campaign is a number")
	}
	list, _, err := k.list(ctx, op, c, 1, filter{Status: anyStatus, IDs: []string{id}})
	if err != nil {
		return platform.Campaign{}, err
	}
	for _, one := range list {
		if one.ID == id {
			return one, nil
		}
	}
	return platform.Campaign{}, k.refuse(op, platform.ClassNotFound, "", "the account has no such campaign")
}

func (c campaign) normal(currency money.Currency) (platform.Campaign, error) {
	budget, err := c.budget(currency)
	if err != nil {
		return platform.Campaign{}, err
	}
	return platform.Campaign{
		ID: string(c.ID), Name: c.Name, Objective: objective(c.Objective), RawObjective: c.Objective,
		Status: c.status(), RawStatus: strings.TrimSuffix(c.Switch+"/"+c.Delivery, "/"), Budget: budget,
	}, nil
}

// status is by the switch; of one that is on, the delivery says more.
func (c campaign) status() platform.Status {
	status, known := deliveries[c.Delivery]
	switch {
	case c.Delivery == DeliveryDeleted || c.Switch == "DELETE":
		return platform.StatusDeleted
	case c.Switch == "DISABLE":
		return platform.StatusPaused
	case c.Switch != "ENABLE":
		return platform.StatusUnknown
	case c.Delivery == DeliveryExceeded && c.Mode == "BUDGET_MODE_TOTAL":
		return platform.StatusCompleted
	case c.Delivery == DeliveryExceeded:
		return platform.StatusActive // it goes on with the next day
	case known:
		return status
	}
	return platform.StatusError
}

var kinds = map[string]platform.BudgetKind{"BUDGET_MODE_DAY": platform.DailyBudget, "BUDGET_MODE_TOTAL": platform.LifetimeBudget}

func (c campaign) budget(currency money.Currency) (*platform.Budget, error) {
	kind, ok := kinds[c.Mode]
	if !ok {
		return nil, nil // infinite: the limits are further down
	}
	micros, err := c.Budget.Micros()
	if err != nil {
		return nil, err
	}
	return &platform.Budget{Kind: kind, Amount: money.Of(micros, currency)}, nil
}

var objectives = map[string]string{
	"REACH": "awareness", "TRAFFIC": "traffic", "ENGAGEMENT": "engagement", "LEAD_GENERATION": "leads", "WEB_CONVERSIONS": "sales",
	"PRODUCT_SALES": "sales", "CONVERSIONS": "sales", "APP_PROMOTION": "app", "APP_INSTALL": "app", "VIDEO_VIEWS": "video",
}

func objective(raw string) string {
	if o, ok := objectives[raw]; ok {
		return o
	}
	return "other"
}
