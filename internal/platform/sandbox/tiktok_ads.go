package sandbox

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/money"
	"bellwether/internal/platform/tiktok"
)

// account is the advertiser that a call is about.
func (t tiktokAPI) account(w http.ResponseWriter, r *http.Request, id string) (Account, bool) {
	a, ok := t.world.Account("tiktok", id)
	switch {
	case !ok:
		t.refuse(w, r, "permission")
		return a, false
	case a.Suspended:
		t.refuse(w, r, "suspended")
		return a, false
	}
	return a, true
}

func (t tiktokAPI) campaigns(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	a, ok := t.account(w, r, q.Get("advertiser_id"))
	if !ok {
		return
	}
	var filter struct {
		Status string   `json:"secondary_status"`
		IDs    []string `json:"campaign_ids"` // tiktok.IDsFilter
	}
	if text := q.Get("filtering"); text != "" && json.Unmarshal([]byte(text), &filter) != nil {
		t.refuse(w, r, "invalid")
		return
	}
	var all []any
	for _, c := range t.world.Campaigns("tiktok", a.ID) {
		hidden := c.Deleted && filter.Status != "CAMPAIGN_STATUS_ALL"
		if !hidden && (len(filter.IDs) == 0 || slices.Contains(filter.IDs, c.ID)) {
			all = append(all, tiktokCampaign(c))
		}
	}
	t.page(w, r, all)
}

// page cuts a list by the number of the page, to the sandbox's own size.
func (t tiktokAPI) page(w http.ResponseWriter, r *http.Request, all []any) {
	n, err := strconv.Atoi(cmp.Or(r.URL.Query().Get("page"), "1"))
	if err != nil || n < 1 {
		t.refuse(w, r, "invalid")
		return
	}
	from := min((n-1)*t.world.pages, len(all))
	to := min(from+t.world.pages, len(all))
	t.data(w, map[string]any{"list": append([]any{}, all[from:to]...), "page_info": map[string]int{
		"total_number": len(all), "page": n, "page_size": t.world.pages, "total_page": max(1, (len(all)+t.world.pages-1)/t.world.pages),
	}})
}

// tiktokCampaign is a campaign in TikTok's words: long ids stand unquoted, budgets are numbers of major
// units. A status may carry its delivery: "ENABLE/CAMPAIGN_STATUS_NOT_DELIVERY".
func tiktokCampaign(c Campaign) map[string]any {
	status, delivery, told := strings.Cut(c.Status, "/")
	if !told {
		delivery = "CAMPAIGN_STATUS_" + status
	}
	if c.Deleted {
		status, delivery = "DISABLE", tiktok.DeliveryDeleted
	}
	out := map[string]any{
		"campaign_id": json.Number(c.ID), "campaign_name": c.Name, "advertiser_id": json.Number(c.AccountID), "objective_type": c.Objective,
		"operation_status": status, "secondary_status": delivery, "budget": json.Number("0.0"), "budget_mode": "BUDGET_MODE_INFINITE",
		"modify_time": c.Updated.Format(time.DateTime),
	}
	if mode := tiktokModes[c.BudgetKind]; mode != "" {
		out["budget"], out["budget_mode"] = json.Number(money.FormatMicros(c.BudgetMicros, 1)), mode
	}
	return out
}

var tiktokModes = map[string]string{"daily": "BUDGET_MODE_DAY", "lifetime": "BUDGET_MODE_TOTAL"}

// one is the campaign that a change is about.
func (t tiktokAPI) one(w http.ResponseWriter, r *http.Request, account, id any) (Campaign, bool) {
	accountID, _ := account.(string)
	campaignID, _ := id.(string)
	a, ok := t.account(w, r, accountID)
	if !ok {
		return Campaign{}, false
	}
	c, ok := t.world.Campaign("tiktok", campaignID)
	if !ok || c.AccountID != a.ID {
		t.refuse(w, r, "not_found")
		return Campaign{}, false
	}
	return c, true
}

func (t tiktokAPI) setStatus(w http.ResponseWriter, r *http.Request) {
	in := tiktokBody(r)
	list, _ := in["campaign_ids"].([]any)
	status, _ := in["operation_status"].(string)
	if len(list) != 1 || !slices.Contains([]string{"ENABLE", "DISABLE"}, status) {
		t.refuse(w, r, "invalid")
		return
	}
	c, ok := t.one(w, r, in["advertiser_id"], list[0])
	switch {
	case !ok:
		return
	case c.Deleted:
		t.refuse(w, r, "invalid")
		return
	}
	t.change(r, c, "set_status", status, func(now *Campaign) { now.Status = status })
	t.data(w, map[string]any{"campaign_ids": list, "status": status})
}

func (t tiktokAPI) setBudget(w http.ResponseWriter, r *http.Request) {
	in := tiktokBody(r)
	c, ok := t.one(w, r, in["advertiser_id"], in["campaign_id"])
	if !ok {
		return
	}
	a, _ := t.world.Account("tiktok", c.AccountID)
	number, _ := in["budget"].(json.Number) // a text is none
	sum, err := money.Parse(number.String(), a.Currency)
	_, odd := money.ToMinor(sum.Micros, a.Currency.Digits())
	if err != nil || odd != nil || sum.Micros <= 0 || c.BudgetKind == "" || c.Deleted {
		t.refuse(w, r, "invalid")
		return
	}
	t.change(r, c, "set_budget", number.String(), func(now *Campaign) { now.BudgetMicros = sum.Micros })
	t.data(w, map[string]any{"campaign_id": c.ID})
}

func (t tiktokAPI) change(r *http.Request, c Campaign, op, value string, change func(*Campaign)) {
	t.world.Change("tiktok", c.ID, change)
	t.world.Note(Call{Platform: "tiktok", Op: op, Method: r.Method, Path: r.URL.Path, CampaignID: c.ID, Value: value})
}

func (t tiktokAPI) report(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	a, ok := t.account(w, r, q.Get("advertiser_id"))
	if !ok {
		return
	}
	from, fromErr := time.Parse(time.DateOnly, q.Get("start_date"))
	to, toErr := time.Parse(time.DateOnly, q.Get("end_date"))
	if fromErr != nil || toErr != nil || to.Before(from) || to.Sub(from) >= 29*24*time.Hour || q.Get("service_type") != "AUCTION" ||
		q.Get("data_level") != "AUCTION_CAMPAIGN" || q.Get("report_type") != "BASIC" || q.Get("dimensions") != `["campaign_id","stat_time_day"]` {
		t.refuse(w, r, "invalid")
		return
	}
	var all []any
	for _, c := range t.world.Campaigns("tiktok", a.ID) {
		for _, d := range t.world.Results("tiktok", c.ID, q.Get("start_date"), q.Get("end_date")) {
			conversions := money.FormatMicros(d.ConversionMicros, 0)
			if d.ConversionMicros == 0 {
				conversions = "-"
			}
			all = append(all, map[string]any{
				"dimensions": map[string]any{"campaign_id": c.ID, "stat_time_day": d.Date + " 00:00:00"},
				"metrics": map[string]any{
					"spend": money.FormatMicros(d.SpendMicros, 2), "impressions": strconv.FormatInt(d.Impressions, 10),
					"clicks": strconv.FormatInt(d.Clicks, 10), "conversion": conversions,
				},
			})
		}
	}
	t.page(w, r, all)
}
