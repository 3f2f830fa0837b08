package tiktok

import (
	"context"
	"net/url"
	"strconv"

	"bellwether/internal/money"
	"bellwether/internal/platform"
)

const pageSize = 1000

type pageInfo struct {
	Page  int `json:"page"`
	Pages int `json:"total_page"`
}

// next is the number of the next page as a cursor; "" on the last one.
func (p pageInfo) next() string {
	if p.Page >= p.Pages {
		return ""
	}
	return strconv.Itoa(p.Page + 1)
}

// pageOf reads a cursor, which is the number of a page.
func (k *Connector) pageOf(op, cursor string) (string, error) {
	if cursor == "" {
		return "1", nil
	}
	if n, err := strconv.Atoi(cursor); err != nil || n < 1 {
		return "", k.invalid(op, "cursor", "is none of this list")
	}
	return cursor, nil
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
	IDs    []string `json:"campaign_ids,omitempty"`
}

const anyStatus = "CAMPAIGN_STATUS_ALL"

func (k *Connector) list(ctx context.Context, op string, c platform.Call, page string, f filter) ([]platform.Campaign, pageInfo, error) {
	if !digits(c.Account.ID) {
		return nil, pageInfo{}, k.invalid(op, "account", "the id of an account is a number")
	}
	var data struct {
		List []campaign `json:"list"`
		Info pageInfo   `json:"page_info"`
	}
	query := url.Values{
		"advertiser_id": {c.Account.ID}, "page": {page}, "page_size": {strconv.Itoa(pageSize)}, "fields": {jsonText(fields)}, "filtering": {jsonText(f)},
	}
	if err := k.get(ctx, op, c, "campaign/get/", query, &data); err != nil {
		return nil, pageInfo{}, err
	}
	var out []platform.Campaign
	for _, raw := range data.List {
		one, err := raw.normal(c.Account.Currency)
		if err != nil {
			return nil, pageInfo{}, k.refuse(op, platform.ClassUnknown, "malformed", "campaign "+string(raw.ID)+": "+err.Error())
		}
		out = append(out, one)
	}
	return out, data.Info, nil
}

// Campaigns reads one page of at most 1,000.
func (k *Connector) Campaigns(ctx context.Context, c platform.Call, cursor string) (platform.CampaignPage, error) {
	const op = "campaigns"
	page, err := k.pageOf(op, cursor)
	if err != nil {
		return platform.CampaignPage{}, err
	}
	list, info, err := k.list(ctx, op, c, page, filter{Status: anyStatus})
	return platform.CampaignPage{Campaigns: list, Next: info.next()}, err
}

// Campaign reads one.
func (k *Connector) Campaign(ctx context.Context, c platform.Call, id string) (platform.Campaign, error) {
	return k.campaign(ctx, "campaign", c, id)
}

func (k *Connector) campaign(ctx context.Context, op string, c platform.Call, id string) (platform.Campaign, error) {
	if !digits(id) {
		return platform.Campaign{}, k.invalid(op, "campaign", "the id of a campaign is a number")
	}
	list, _, err := k.list(ctx, op, c, "1", filter{Status: anyStatus, IDs: []string{id}})
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
		Status: c.status(), RawStatus: c.Switch + "/" + c.Delivery, Budget: budget,
	}, nil
}

// status is by the switch; of one that is on, the delivery says more.
func (c campaign) status() platform.Status {
	delivery, known := secondary[c.Delivery]
	if known && delivery == platform.StatusDeleted {
		return delivery
	}
	switch {
	case c.Switch == "DISABLE":
		return platform.StatusPaused
	case c.Switch == "DELETE":
		return platform.StatusDeleted
	case c.Switch != "ENABLE":
		return platform.StatusUnknown
	case known:
		return delivery
	}
	return platform.StatusActive
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
