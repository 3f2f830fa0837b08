package sandbox

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/money"
	"bellwether/internal/platform/linkedin"
)

func (l linkedinAPI) accounts(w http.ResponseWriter, r *http.Request) {
	q := linkedinQuery(r)
	if q["q"] != "search" {
		l.refuse(w, r, "invalid")
		return
	}
	var all []any
	for _, a := range l.world.Accounts("linkedin") {
		status := linkedin.AccountActive
		if a.Suspended {
			status = linkedin.AccountCanceled
		}
		all = append(all, map[string]any{
			"id": json.Number(a.ID), "name": a.Name, "status": status, "type": "BUSINESS", "test": false,
			linkedin.CurrencyField: a.Currency, linkedin.TimeZoneField: a.TimeZone,
		})
	}
	answer(w, 200, l.page(all, q["pageToken"]))
}

func (l linkedinAPI) account(w http.ResponseWriter, r *http.Request, id string) (Account, bool) {
	a, ok := l.world.Account("linkedin", id)
	switch {
	case !ok:
		l.refuse(w, r, "permission")
		return Account{}, false
	case a.Suspended:
		l.refuse(w, r, "suspended")
		return Account{}, false
	}
	return a, true
}

var statusSearch = regexp.MustCompile(`^\(status:\(values:List\(([A-Z_,]+)\)\)\)$`)

func (l linkedinAPI) campaigns(w http.ResponseWriter, r *http.Request) {
	a, ok := l.account(w, r, r.PathValue("account"))
	if !ok {
		return
	}
	q := linkedinQuery(r)
	asked := statusSearch.FindStringSubmatch(q["search"])
	if q["q"] != "search" || asked == nil {
		l.fail(w, 400, "ILLEGAL_ARGUMENT", 0, "Invalid query parameters passed to request")
		return
	}
	var all []any
	for _, c := range l.world.Campaigns("linkedin", a.ID) {
		status, _ := linkedinStatus(c)
		if slices.Contains(strings.Split(asked[1], ","), status) {
			all = append(all, linkedinCampaign(c, a))
		}
	}
	answer(w, 200, l.page(all, q["pageToken"]))
}

// linkedinStatus is the wish, and what it serves: "ACTIVE/CAMPAIGN_GROUP_STATUS_HOLD" holds both.
func linkedinStatus(c Campaign) (status string, serving []string) {
	if c.Deleted {
		return "REMOVED", []string{"STOPPED"}
	}
	status, held, ok := strings.Cut(c.Status, "/")
	switch {
	case ok:
		return status, strings.Split(held, "+")
	case status == "ACTIVE":
		return status, []string{"RUNNABLE"}
	}
	return status, []string{"STOPPED"}
}

// linkedinCampaign is a campaign in LinkedIn's words: ids are numbers, amounts texts of major units.
func linkedinCampaign(c Campaign, a Account) map[string]any {
	status, serving := linkedinStatus(c)
	zone, err := time.LoadLocation(a.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	schedule := map[string]int64{}
	for field, date := range map[string]string{"start": c.Start, "end": c.End} {
		if day, err := time.ParseInLocation(time.DateOnly, date, zone); err == nil {
			schedule[field] = day.UnixMilli()
		}
	}
	out := map[string]any{
		"id": json.Number(c.ID), "name": c.Name, "account": "urn:li:sponsoredAccount:" + a.ID, "status": status, "servingStatuses": serving,
		"type": "SPONSORED_UPDATES", "objectiveType": c.Objective, "campaignGroup": "urn:li:sponsoredCampaignGroup:9", "runSchedule": schedule,
	}
	if c.BudgetKind != "" {
		out[budgetField(c)] = map[string]any{"amount": money.Of(c.BudgetMicros, a.Currency).Decimal(), "currencyCode": a.Currency}
	}
	return out
}

func budgetField(c Campaign) string {
	if c.BudgetKind == "lifetime" {
		return "totalBudget"
	}
	return "dailyBudget"
}

// one is the campaign of the path.
func (l linkedinAPI) one(w http.ResponseWriter, r *http.Request) (Account, Campaign, bool) {
	a, ok := l.account(w, r, r.PathValue("account"))
	if !ok {
		return Account{}, Campaign{}, false
	}
	c, ok := l.world.Campaign("linkedin", r.PathValue("id"))
	if !ok || c.AccountID != a.ID {
		l.refuse(w, r, "not_found")
		return Account{}, Campaign{}, false
	}
	return a, c, true
}

func (l linkedinAPI) campaign(w http.ResponseWriter, r *http.Request) {
	if a, c, ok := l.one(w, r); ok {
		answer(w, 200, linkedinCampaign(c, a))
	}
}

// change takes partial updates of the status and of the budget that the campaign has.
func (l linkedinAPI) change(w http.ResponseWriter, r *http.Request) {
	a, c, ok := l.one(w, r)
	if !ok {
		return
	}
	var in struct {
		Patch struct {
			Set map[string]json.RawMessage `json:"$set"`
		} `json:"patch"`
	}
	if r.Header.Get("X-RestLi-Method") != "PARTIAL_UPDATE" || json.NewDecoder(r.Body).Decode(&in) != nil || len(in.Patch.Set) != 1 {
		l.refuse(w, r, "invalid")
		return
	}
	op, value, ok := "set_status", "", false
	if raw, isStatus := in.Patch.Set["status"]; isStatus {
		ok = json.Unmarshal(raw, &value) == nil && (value == "ACTIVE" || value == "PAUSED") && !c.Deleted
	} else {
		var budget struct {
			Amount   string         `json:"amount"`
			Currency money.Currency `json:"currencyCode"`
		}
		op = "set_budget"
		err := json.Unmarshal(in.Patch.Set[budgetField(c)], &budget)
		sum, parseErr := money.Parse(budget.Amount, a.Currency)
		value, ok = budget.Amount, err == nil && parseErr == nil && budget.Currency == a.Currency && sum.Micros > 0 && c.BudgetKind != ""
		c.BudgetMicros = sum.Micros
	}
	if !ok {
		l.refuse(w, r, "invalid")
		return
	}
	l.world.Change("linkedin", c.ID, func(now *Campaign) {
		if op == "set_status" {
			now.Status = value
		} else {
			now.BudgetMicros = c.BudgetMicros
		}
	})
	l.world.Note(Call{Platform: "linkedin", Op: op, Method: r.Method, Path: r.URL.Path, CampaignID: c.ID, Value: value})
	w.WriteHeader(http.StatusNoContent)
}

var (
	dateRange = regexp.MustCompile(`^\(start:\(year:(\d+),month:(\d+),day:(\d+)\),end:\(year:(\d+),month:(\d+),day:(\d+)\)\)$`)
	urnList   = regexp.MustCompile(`^List\(urn%3Ali%3AsponsoredAccount%3A(\d+)\)$`)
)

// analytics answers all days at once: LinkedIn has no pages here.
func (l linkedinAPI) analytics(w http.ResponseWriter, r *http.Request) {
	q := linkedinQuery(r)
	days, account := dateRange.FindStringSubmatch(q["dateRange"]), urnList.FindStringSubmatch(q["accounts"])
	pivot, step := q["pivot"], q["timeGranularity"]
	fields, err := url.QueryUnescape(q["fields"])
	if q["q"] != "analytics" || days == nil || account == nil || pivot != "(value:CAMPAIGN)" && pivot != "CAMPAIGN" ||
		step != "(value:DAILY)" && step != "DAILY" || err != nil || strings.Count(fields, ",") > 19 {
		l.fail(w, 400, "ILLEGAL_ARGUMENT", 0, "Invalid query parameters passed to request")
		return
	}
	a, ok := l.account(w, r, account[1])
	if !ok {
		return
	}
	day := func(n int) string {
		y, _ := strconv.Atoi(days[n])
		m, _ := strconv.Atoi(days[n+1])
		d, _ := strconv.Atoi(days[n+2])
		return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	}
	elements := []any{}
	for _, c := range l.world.Campaigns("linkedin", a.ID) {
		for _, d := range l.world.Results("linkedin", c.ID, day(1), day(4)) {
			elements = append(elements, linkedinRow(c, d, strings.Split(fields, ",")))
		}
	}
	answer(w, 200, map[string]any{"elements": elements, "paging": map[string]any{"start": 0, "count": 10, "links": []any{}}})
}

// linkedinRow has the fields that were asked for, and no others.
func linkedinRow(c Campaign, d Result, fields []string) map[string]any {
	at, _ := time.Parse(time.DateOnly, d.Date)
	day := map[string]int{"year": at.Year(), "month": int(at.Month()), "day": at.Day()}
	all := map[string]any{
		"dateRange": map[string]any{"start": day, "end": day}, "pivotValues": []string{"urn:li:sponsoredCampaign:" + c.ID},
		"impressions": d.Impressions, "clicks": d.Clicks, "costInLocalCurrency": money.FormatMicros(d.SpendMicros, 2),
		"externalWebsiteConversions": d.ConversionMicros / money.Micro,
	}
	row := map[string]any{}
	for _, f := range fields {
		if v, ok := all[f]; ok {
			row[f] = v
		}
	}
	return row
}
