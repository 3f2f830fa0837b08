package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/money"
	"bellwether/internal/platform/meta"
)

// metaAPI is Meta's Graph API.
type metaAPI struct{ graphAPI }

func newMeta(w *World) api {
	m := metaAPI{graphAPI{w, "meta"}}
	mux := m.routes()
	const v = "/" + metaVersion
	mux.HandleFunc("GET "+v+meta.AccountsPath, m.known(m.accounts))
	mux.HandleFunc("GET "+v+"/{account}/campaigns", m.known(m.campaigns))
	mux.HandleFunc("GET "+v+"/{account}/insights", m.known(m.insights))
	mux.HandleFunc("GET "+v+"/{id}", m.known(m.campaign))
	mux.HandleFunc("POST "+v+"/{id}", m.known(m.change))
	return api{name: "meta", op: metaOp, refuse: m.refuse, serve: mux, hook: m.hook}
}

func metaOp(r *http.Request) string {
	path := strings.TrimPrefix(r.URL.Path, "/"+metaVersion)
	switch op := graphOp(r); {
	case op != "":
		return op
	case path == meta.AccountsPath:
		return "accounts"
	case strings.HasSuffix(path, "/campaigns"):
		return "campaigns"
	case strings.HasSuffix(path, "/insights"):
		return "metrics"
	case r.Method == http.MethodPost && r.FormValue("status") != "":
		return "set_status"
	case r.Method == http.MethodPost:
		return "set_budget"
	}
	return "campaign"
}

func (m metaAPI) accounts(w http.ResponseWriter, r *http.Request) {
	page, paging := paged(r, m.name, m.world.pages, m.world.Accounts("meta"))
	data := []map[string]any{}
	for _, a := range page {
		status := meta.AccountActive
		if a.Suspended {
			status = 2
		}
		data = append(data, map[string]any{"id": a.ID, "name": a.Name, "currency": a.Currency, "timezone_name": a.TimeZone, "account_status": status})
	}
	answer(w, 200, map[string]any{"data": data, "paging": paging})
}

func (m metaAPI) account(w http.ResponseWriter, r *http.Request) (Account, bool) {
	a, ok := m.world.Account("meta", r.PathValue("account"))
	if !ok {
		m.fail(w, 400, 100, 33, "Unsupported get request. Object with ID '"+r.PathValue("account")+"' does not exist")
	}
	return a, ok
}

func (m metaAPI) campaigns(w http.ResponseWriter, r *http.Request) {
	a, ok := m.account(w, r)
	if !ok {
		return
	}
	var asked []string
	_ = json.Unmarshal([]byte(r.URL.Query().Get("effective_status")), &asked)
	list := slices.DeleteFunc(m.world.Campaigns("meta", a.ID), func(c Campaign) bool {
		hidden := c.Status == "ARCHIVED" || c.Status == "DELETED"
		return c.Deleted || (hidden && !slices.Contains(asked, c.Status))
	})
	page, paging := paged(r, m.name, m.world.pages, list)
	data := []map[string]any{}
	for _, c := range page {
		data = append(data, metaCampaign(c, a))
	}
	answer(w, 200, map[string]any{"data": data, "paging": paging})
}

// metaCampaign is a campaign in Meta's words: budgets are texts of whole minor units.
func metaCampaign(c Campaign, a Account) map[string]any {
	out := map[string]any{
		"id": c.ID, "name": c.Name, "objective": c.Objective, "status": c.Status, "effective_status": c.Status,
		"start_time": metaTime(c.Start, "00:00:00", a),
	}
	if c.End != "" {
		out["stop_time"] = metaTime(c.End, "23:59:59", a)
	}
	if c.BudgetKind != "" {
		unit := int64(10_000)
		if a.Currency == "JPY" {
			unit = money.Micro
		}
		out[c.BudgetKind+"_budget"] = strconv.FormatInt(c.BudgetMicros/unit, 10)
	}
	return out
}

// metaTime is a moment of a day of the account, with the offset that its zone has then.
func metaTime(date, clock string, a Account) string {
	zone, err := time.LoadLocation(a.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	at, err := time.ParseInLocation(time.DateTime, date+" "+clock, zone)
	if err != nil {
		return ""
	}
	return at.Format("2006-01-02T15:04:05-0700")
}

func (m metaAPI) campaign(w http.ResponseWriter, r *http.Request) {
	c, ok := m.world.Campaign("meta", r.PathValue("id"))
	if !ok || c.Deleted {
		m.refuse(w, r, "not_found")
		return
	}
	a, _ := m.world.Account("meta", c.AccountID)
	answer(w, 200, metaCampaign(c, a))
}

func (m metaAPI) insights(w http.ResponseWriter, r *http.Request) {
	a, ok := m.account(w, r)
	if !ok {
		return
	}
	var window struct{ Since, Until string }
	if err := json.Unmarshal([]byte(r.URL.Query().Get("time_range")), &window); err != nil || r.URL.Query().Get("time_increment") != "1" {
		m.fail(w, 400, 100, 0, "(#100) time_range and time_increment are wanted")
		return
	}
	rows := []map[string]any{}
	for _, c := range m.world.Campaigns("meta", a.ID) {
		for _, d := range m.world.Results("meta", c.ID, window.Since, window.Until) {
			row := map[string]any{
				"campaign_id": c.ID, "campaign_name": c.Name, "impressions": strconv.FormatInt(d.Impressions, 10), "clicks": strconv.FormatInt(d.Clicks, 10),
				"spend": money.FormatMicros(d.SpendMicros, 2), "account_currency": a.Currency, "date_start": d.Date, "date_stop": d.Date,
			}
			if d.ConversionMicros > 0 {
				row["actions"] = []map[string]string{
					{"action_type": "link_click", "value": strconv.FormatInt(d.Clicks, 10)},
					{"action_type": "purchase", "value": money.FormatMicros(d.ConversionMicros, 0)},
				}
			}
			if d.RevenueMicros > 0 {
				row["action_values"] = []map[string]string{{"action_type": "purchase", "value": money.FormatMicros(d.RevenueMicros, 2)}}
			}
			rows = append(rows, row)
		}
	}
	page, paging := paged(r, m.name, m.world.pages, rows)
	answer(w, 200, map[string]any{"data": page, "paging": paging})
}

func (m metaAPI) change(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	c, ok := m.world.Campaign("meta", id)
	if !ok || c.Deleted {
		m.refuse(w, r, "not_found")
		return
	}
	a, _ := m.world.Account("meta", c.AccountID)
	op, value := "set_status", r.FormValue("status")
	switch {
	case value == "ACTIVE" || value == "PAUSED":
		m.world.Change("meta", id, func(c *Campaign) { c.Status = value })
	case c.BudgetKind != "" && r.FormValue(c.BudgetKind+"_budget") != "":
		op, value = "set_budget", r.FormValue(c.BudgetKind+"_budget")
		units, err := strconv.ParseInt(value, 10, 64)
		if err != nil || units <= 0 {
			m.refuse(w, r, "invalid")
			return
		}
		unit := int64(10_000)
		if a.Currency == "JPY" {
			unit = money.Micro
		}
		m.world.Change("meta", id, func(c *Campaign) { c.BudgetMicros = units * unit })
	default:
		m.refuse(w, r, "invalid")
		return
	}
	m.world.Note(Call{Platform: "meta", Op: op, Method: r.Method, Path: r.URL.Path, CampaignID: id, Value: value})
	answer(w, 200, map[string]any{"success": true})
}

// hook is a signed delivery about the first account.
func (m metaAPI) hook(now time.Time, kind string) ([]byte, http.Header) {
	object := "ad_account"
	if kind == "revoked" {
		object = "permissions"
	}
	id := strings.TrimPrefix(m.world.Accounts("meta")[0].ID, "act_")
	body := fmt.Appendf(nil, `{"object":%q,"entry":[{"id":%q,"time":%d,"changes":[{"field":"in_process_ad_objects","value":{}}]}]}`, object, id, now.Unix())
	mac := hmac.New(sha256.New, []byte(clientSecret))
	mac.Write(body)
	return body, http.Header{"Content-Type": {"application/json"}, "X-Hub-Signature-256": {"sha256=" + hex.EncodeToString(mac.Sum(nil))}}
}
