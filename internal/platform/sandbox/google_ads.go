package sandbox

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"bellwether/internal/money"
	"bellwether/internal/platform/google"
)

// customers are the ids that a person reaches: accounts of his own, and managers.
func (g googleAPI) customers(w http.ResponseWriter, _ *http.Request) {
	var names []string
	for _, a := range g.world.Accounts("google") {
		id := a.ID
		if a.ManagerID != "" {
			id = a.ManagerID
		}
		names = append(names, "customers/"+id)
	}
	slices.Sort(names)
	answer(w, 200, map[string]any{"resourceNames": slices.Compact(names)})
}

var (
	oneCampaign = regexp.MustCompile(`FROM campaign WHERE campaign\.id = ([0-9]+)$`)
	window      = regexp.MustCompile(`FROM campaign WHERE segments\.date BETWEEN '([0-9-]{10})' AND '([0-9-]{10})'$`)
)

// search knows the queries that the connector asks, and refuses others.
func (g googleAPI) search(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Query     string `json:"query"`
		PageToken string `json:"pageToken"`
		PageSize  *int   `json:"pageSize"`
	}
	if !g.readJSON(w, r, &in) {
		return
	}
	if in.PageSize != nil {
		g.fail(w, 400, "requestError", "PAGE_SIZE_NOT_SUPPORTED", "Setting the page size is not supported.", nil)
		return
	}
	if strings.Contains(in.Query, "FROM customer") {
		g.searchCustomers(w, r, in.Query, in.PageToken)
		return
	}
	a, ok := g.account(w, r)
	if !ok {
		return
	}
	campaigns := g.world.Campaigns("google", a.ID)
	var rows []any
	switch one, days := oneCampaign.FindStringSubmatch(in.Query), window.FindStringSubmatch(in.Query); {
	case one != nil:
		campaigns = slices.DeleteFunc(campaigns, func(c Campaign) bool { return c.ID != one[1] })
		rows = g.campaignRows(campaigns, a)
	case days != nil:
		rows = g.metricsRows(campaigns, days[1], days[2])
	case strings.HasSuffix(in.Query, "FROM campaign"):
		rows = g.campaignRows(campaigns, a)
	default:
		g.fail(w, 400, "queryError", "UNEXPECTED_INPUT", "Error in query: unexpected input.", nil)
		return
	}
	answer(w, 200, g.page(rows, in.PageToken))
}

// searchCustomers answers for an account itself, or for those below a manager.
func (g googleAPI) searchCustomers(w http.ResponseWriter, r *http.Request, query, token string) {
	id, accounts := r.PathValue("customer"), g.world.Accounts("google")
	below := slices.DeleteFunc(slices.Clone(accounts), func(a Account) bool { return a.ManagerID != id })
	var rows []any
	if strings.HasSuffix(query, "FROM customer_client") {
		for _, a := range below {
			rows = append(rows, map[string]any{"customerClient": googleCustomer(a)})
		}
		answer(w, 200, g.page(rows, token))
		return
	}
	if len(below) > 0 {
		rows = []any{map[string]any{"customer": map[string]any{
			"id": id, "descriptiveName": "Manager " + id, "currencyCode": "USD", "timeZone": "America/New_York",
			"status": google.CustomerEnabled, "manager": true,
		}}}
	} else {
		n := slices.IndexFunc(accounts, func(a Account) bool { return a.ID == id && a.ManagerID == "" })
		if n < 0 {
			g.refuse(w, r, "permission")
			return
		}
		rows = []any{map[string]any{"customer": googleCustomer(accounts[n])}}
	}
	answer(w, 200, g.page(rows, token))
}

func googleCustomer(a Account) map[string]any {
	status := google.CustomerEnabled
	if a.Suspended {
		status = google.CustomerSuspended
	}
	return map[string]any{
		"resourceName": "customers/" + a.ID, "id": a.ID, "descriptiveName": a.Name, "currencyCode": a.Currency,
		"timeZone": a.TimeZone, "status": status, "manager": false,
	}
}

// campaignRows are campaigns in Google's words: whole numbers are texts.
func (g googleAPI) campaignRows(campaigns []Campaign, a Account) (rows []any) {
	for _, c := range campaigns {
		status, primary, told := strings.Cut(c.Status, "/")
		if c.Deleted {
			status, told = "REMOVED", false
		}
		switch {
		case told:
		case status == "ENABLED" && c.End != "" && c.End < g.world.Today(a):
			primary = "ENDED"
		case status == "ENABLED":
			primary = "ELIGIBLE"
		default:
			primary = status
		}
		end := google.NoEnd
		if c.End != "" {
			end = c.End
		}
		one := map[string]any{
			"resourceName": "customers/" + a.ID + "/campaigns/" + c.ID, "id": c.ID, "name": c.Name, "status": status,
			"primaryStatus": primary, "advertisingChannelType": c.Objective,
			"startDateTime": c.Start + " 00:00:00", "endDateTime": end + " 23:59:59",
		}
		row := map[string]any{"campaign": one, "customer": map[string]any{"currencyCode": a.Currency, "timeZone": a.TimeZone}}
		if c.BudgetKind != "" {
			one["campaignBudget"] = "customers/" + a.ID + "/campaignBudgets/" + c.BudgetID
			row["campaignBudget"] = googleBudget(c)
		}
		rows = append(rows, row)
	}
	return rows
}

func googleBudget(c Campaign) map[string]any {
	amount := strconv.FormatInt(c.BudgetMicros, 10)
	if c.BudgetKind == "lifetime" {
		return map[string]any{"period": google.CustomPeriod, "totalAmountMicros": amount, "explicitlyShared": c.Shared}
	}
	return map[string]any{"period": google.DailyPeriod, "amountMicros": amount, "explicitlyShared": c.Shared}
}

func (g googleAPI) metricsRows(campaigns []Campaign, from, to string) (rows []any) {
	for _, c := range campaigns {
		for _, d := range g.world.Results("google", c.ID, from, to) {
			rows = append(rows, map[string]any{
				"campaign": map[string]any{"id": c.ID}, "segments": map[string]any{"date": d.Date},
				"metrics": map[string]any{
					"impressions": strconv.FormatInt(d.Impressions, 10), "clicks": strconv.FormatInt(d.Clicks, 10),
					"costMicros":       strconv.FormatInt(d.SpendMicros, 10),
					"conversions":      json.RawMessage(money.FormatMicros(d.ConversionMicros, 1)),
					"conversionsValue": json.RawMessage(money.FormatMicros(d.RevenueMicros, 1)),
				},
			})
		}
	}
	return rows
}

// googleChange is a body of the mutate calls.
type googleChange struct {
	Operations []struct {
		Mask   string `json:"updateMask"`
		Update struct {
			Name   string `json:"resourceName"`
			Status string `json:"status"`
			Amount string `json:"amountMicros"`
			Total  string `json:"totalAmountMicros"`
		} `json:"update"`
	} `json:"operations"`
	ValidateOnly bool `json:"validateOnly"`
}

// change reads a body of one operation, and the id that its resource has.
func (g googleAPI) change(w http.ResponseWriter, r *http.Request, resource string) (a Account, in googleChange, id string, ok bool) {
	if a, ok = g.account(w, r); !ok || !g.readJSON(w, r, &in) {
		return a, in, "", false
	}
	if len(in.Operations) != 1 {
		g.refuse(w, r, "invalid")
		return a, in, "", false
	}
	id, ok = strings.CutPrefix(in.Operations[0].Update.Name, "customers/"+a.ID+"/"+resource+"/")
	if !ok {
		g.refuse(w, r, "not_found")
	}
	return a, in, id, ok
}

func (g googleAPI) setStatus(w http.ResponseWriter, r *http.Request) {
	a, in, id, ok := g.change(w, r, "campaigns")
	if !ok {
		return
	}
	o := in.Operations[0]
	c, found := g.world.Campaign("google", id)
	switch {
	case !found || c.AccountID != a.ID:
		g.refuse(w, r, "not_found")
		return
	case c.Deleted || c.Status == "REMOVED":
		g.fail(w, 400, "operationAccessDeniedError", "OPERATION_NOT_PERMITTED_FOR_REMOVED_ENTITY", "The campaign has been removed.", nil)
		return
	case o.Mask != "status" || o.Update.Status != "ENABLED" && o.Update.Status != "PAUSED":
		g.refuse(w, r, "invalid")
		return
	}
	if !in.ValidateOnly {
		g.world.Change("google", id, func(c *Campaign) { c.Status = o.Update.Status })
		g.world.Note(Call{Platform: "google", Op: "set_status", Method: r.Method, Path: r.URL.Path, CampaignID: id, Value: o.Update.Status})
	}
	answer(w, 200, map[string]any{"results": []any{map[string]any{"resourceName": o.Update.Name}}})
}

// setBudget changes a budget, and with it all campaigns that share it.
func (g googleAPI) setBudget(w http.ResponseWriter, r *http.Request) {
	a, in, id, ok := g.change(w, r, "campaignBudgets")
	if !ok {
		return
	}
	o := in.Operations[0]
	spenders := slices.DeleteFunc(g.world.Campaigns("google", a.ID), func(c Campaign) bool { return c.BudgetID != id || c.BudgetKind == "" })
	if len(spenders) == 0 {
		g.refuse(w, r, "not_found")
		return
	}
	mask, text := "amountMicros", o.Update.Amount
	if spenders[0].BudgetKind == "lifetime" {
		mask, text = "totalAmountMicros", o.Update.Total
	}
	micros, err := strconv.ParseInt(text, 10, 64)
	if err != nil || o.Mask != mask || micros <= 0 {
		g.refuse(w, r, "invalid")
		return
	}
	if _, err := money.ToMinor(micros, a.Currency.Digits()); err != nil {
		g.fail(w, 400, "campaignBudgetError", "NON_MULTIPLE_OF_MINIMUM_CURRENCY_UNIT", "The money amount is not a multiple of the minimum unit.", nil)
		return
	}
	if !in.ValidateOnly {
		for _, c := range spenders {
			g.world.Change("google", c.ID, func(c *Campaign) { c.BudgetMicros = micros })
		}
		g.world.Note(Call{Platform: "google", Op: "set_budget", Method: r.Method, Path: r.URL.Path, CampaignID: spenders[0].ID, Value: text})
	}
	answer(w, 200, map[string]any{"results": []any{map[string]any{"resourceName": o.Update.Name}}})
}
