package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/money"
	"bellwether/internal/platform/tiktok"
)

// tiktokAPI is TikTok's advertising API. It answers 200 whatever happens.
type tiktokAPI struct{ world *World }

const tiktokRoot = "/open_api/v1.3/"

func newTikTok(w *World) api {
	t := tiktokAPI{w}
	mux := http.NewServeMux()
	mux.HandleFunc("/portal/auth", w.authorize("tiktok", "scope", "auth_code"))
	mux.HandleFunc("POST "+tiktokRoot+"oauth2/access_token/{$}", t.token)
	mux.HandleFunc("POST "+tiktokRoot+"oauth2/revoke_token/{$}", t.known(t.revoke))
	mux.HandleFunc("GET "+tiktokRoot+"oauth2/advertiser/get/{$}", t.known(t.advertisers))
	mux.HandleFunc("GET "+tiktokRoot+"advertiser/info/{$}", t.known(t.info))
	mux.HandleFunc("GET "+tiktokRoot+"campaign/get/{$}", t.known(t.campaigns))
	mux.HandleFunc("POST "+tiktokRoot+"campaign/status/update/{$}", t.known(t.setStatus))
	mux.HandleFunc("POST "+tiktokRoot+"campaign/update/{$}", t.known(t.setBudget))
	mux.HandleFunc("GET "+tiktokRoot+"report/integrated/get/{$}", t.known(t.report))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, tiktokRoot) {
			t.refuse(w, r, "version_sunset")
			return
		}
		t.fail(w, 40007, "The requested resource does not exist.")
	})
	return api{name: "tiktok", op: tiktokOp, refuse: t.refuse, serve: mux, hook: t.hook}
}

func tiktokOp(r *http.Request) string {
	switch path := strings.TrimPrefix(r.URL.Path, tiktokRoot); path {
	case "/portal/auth":
		return "authorize"
	case "oauth2/access_token/":
		return "token"
	case "oauth2/revoke_token/":
		return "revoke"
	case "oauth2/advertiser/get/", "advertiser/info/":
		return "accounts"
	case "campaign/status/update/":
		return "set_status"
	case "campaign/update/":
		return "set_budget"
	case "report/integrated/get/":
		return "metrics"
	}
	if strings.Contains(r.URL.Query().Get("filtering"), "campaign_ids") {
		return "campaign"
	}
	return "campaigns"
}

// requestID stands in every answer.
const requestID = "20261115120000010001"

func (t tiktokAPI) data(w http.ResponseWriter, data any) {
	answer(w, 200, map[string]any{"code": 0, "message": "OK", "request_id": requestID, "data": data})
}

func (t tiktokAPI) fail(w http.ResponseWriter, code int, message string) {
	answer(w, 200, map[string]any{"code": code, "message": message, "request_id": requestID, "data": map[string]any{}})
}

func (t tiktokAPI) refuse(w http.ResponseWriter, _ *http.Request, kind string) {
	switch kind {
	case "expired":
		t.fail(w, 40105, "Access token is incorrect or has been "+tiktok.ExpiredText+".")
	case "revoked":
		t.fail(w, 40105, "Access token is incorrect or has been revoked.")
	case "throttled", "throttled_seconds", "throttled_date", "throttled_unix", "throttled_iso": // it tells no time, in no form
		t.fail(w, 40133, "Advertiser's QPM (601) reaches QPM limit 600 for current path, request is temporarily restricted.")
	case "quota":
		t.fail(w, 40100, "Too many requests: the QPD limit of the app is reached.")
	case "permission":
		t.fail(w, 40001, "No permission to operate advertiser.")
	case "suspended":
		t.fail(w, 40001, "The advertiser has been "+tiktok.SuspendedText+".")
	case "not_found":
		t.fail(w, 40007, "The requested resource does not exist.")
	case "version_sunset":
		t.fail(w, 40007, "This API version is no longer supported.")
	default:
		t.fail(w, 40002, "Invalid value for a parameter.")
	}
}

// known lets calls through whose token stands in the header of its own, bare.
func (t tiktokAPI) known(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch _, state := t.world.Grant("tiktok", r.Header.Get("Access-Token")); state {
		case Valid:
			next(w, r)
		case Expired:
			t.refuse(w, r, "expired")
		case Revoked:
			t.refuse(w, r, "revoked")
		default:
			t.fail(w, 40105, "Access token is incorrect or has been revoked.") // with 'Bearer ' before it, too
		}
	}
}

// body reads a JSON object of texts and lists.
func body(r *http.Request) map[string]any {
	out := map[string]any{}
	d := json.NewDecoder(r.Body)
	d.UseNumber()
	if d.Decode(&out) != nil {
		return map[string]any{}
	}
	return out
}

func (t tiktokAPI) token(w http.ResponseWriter, r *http.Request) {
	in := body(r)
	code, _ := in["auth_code"].(string)
	if in["app_id"] != clientID || in["secret"] != clientSecret {
		t.fail(w, 40002, "app_id or secret is not correct.")
		return
	}
	g, err := t.world.Redeem("tiktok", code, "", "")
	if err != nil {
		t.fail(w, 40131, "auth_code is expired or was used.")
		return
	}
	t.data(w, map[string]any{"access_token": g.Access, "advertiser_ids": ids(t.world.Accounts("tiktok")), "scope": []int{4}})
}

func ids(accounts []Account) []string {
	list := make([]string, len(accounts))
	for n, a := range accounts {
		list[n] = a.ID
	}
	return list
}

func (t tiktokAPI) revoke(w http.ResponseWriter, r *http.Request) {
	in := body(r)
	token, _ := in["access_token"].(string)
	if in["app_id"] != clientID || in["secret"] != clientSecret {
		t.fail(w, 40002, "app_id or secret is not correct.")
		return
	}
	t.world.Revoke("tiktok", token)
	t.data(w, map[string]any{})
}

func (t tiktokAPI) advertisers(w http.ResponseWriter, r *http.Request) {
	if q := r.URL.Query(); q.Get("app_id") != clientID || q.Get("secret") != clientSecret {
		t.fail(w, 40002, "app_id or secret is not correct.")
		return
	}
	list := []any{}
	for _, a := range t.world.Accounts("tiktok") {
		list = append(list, map[string]any{"advertiser_id": a.ID, "advertiser_name": a.Name})
	}
	t.data(w, map[string]any{"list": list})
}

func (t tiktokAPI) info(w http.ResponseWriter, r *http.Request) {
	var wanted []string
	if json.Unmarshal([]byte(r.URL.Query().Get("advertiser_ids")), &wanted) != nil {
		t.refuse(w, r, "invalid")
		return
	}
	list := []any{}
	for _, a := range t.world.Accounts("tiktok") {
		if !slices.Contains(wanted, a.ID) {
			continue
		}
		status := tiktok.AccountEnabled
		if a.Suspended {
			status = "STATUS_DISABLE"
		}
		list = append(list, map[string]any{"advertiser_id": a.ID, "name": a.Name, "status": status, "currency": a.Currency, "timezone": a.TimeZone})
	}
	t.data(w, map[string]any{"list": list})
}

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
		IDs    []string `json:"campaign_ids"`
	}
	if text := q.Get("filtering"); text != "" && json.Unmarshal([]byte(text), &filter) != nil {
		t.refuse(w, r, "invalid")
		return
	}
	var all []any
	for _, c := range t.world.Campaigns("tiktok", a.ID) {
		deleted := c.Deleted && filter.Status != "CAMPAIGN_STATUS_ALL"
		if !deleted && (len(filter.IDs) == 0 || slices.Contains(filter.IDs, c.ID)) {
			all = append(all, tiktokCampaign(c))
		}
	}
	t.page(w, r, all)
}

// page cuts a list by the number of the page, to the sandbox's own size.
func (t tiktokAPI) page(w http.ResponseWriter, r *http.Request, all []any) {
	n, err := strconv.Atoi(r.URL.Query().Get("page"))
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
	status, delivery, ok := strings.Cut(c.Status, "/")
	if !ok {
		delivery = "CAMPAIGN_STATUS_" + status
	}
	if c.Deleted {
		status, delivery = "DISABLE", "CAMPAIGN_STATUS_DELETE"
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
	in := body(r)
	list, _ := in["campaign_ids"].([]any)
	status, _ := in["operation_status"].(string)
	if len(list) != 1 || !slices.Contains([]string{"ENABLE", "DISABLE"}, status) {
		t.refuse(w, r, "invalid")
		return
	}
	c, ok := t.one(w, r, in["advertiser_id"], list[0])
	if !ok {
		return
	}
	if c.Deleted {
		t.refuse(w, r, "invalid")
		return
	}
	t.change(r, c, "set_status", status, func(now *Campaign) { now.Status = status })
	t.data(w, map[string]any{"campaign_ids": list, "status": status})
}

func (t tiktokAPI) setBudget(w http.ResponseWriter, r *http.Request) {
	in := body(r)
	c, ok := t.one(w, r, in["advertiser_id"], in["campaign_id"])
	if !ok {
		return
	}
	text, isNumber := in["budget"].(json.Number)
	micros, err := money.ParseMicrosRounded(text.String())
	if !isNumber || err != nil || micros <= 0 || c.BudgetKind == "" {
		t.refuse(w, r, "invalid")
		return
	}
	t.change(r, c, "set_budget", text.String(), func(now *Campaign) { now.BudgetMicros = micros })
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
	if fromErr != nil || toErr != nil || to.Before(from) || to.Sub(from) > 29*24*time.Hour ||
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

// hook is a signed delivery about the first advertiser.
func (t tiktokAPI) hook(now time.Time, kind string) ([]byte, http.Header) {
	text, _ := json.Marshal(map[string]any{
		"event": kind, "event_id": strconv.FormatInt(now.UnixMilli(), 10), "advertiser_id": json.Number(t.world.Accounts("tiktok")[0].ID), "create_time": now.Unix(),
	})
	return text, http.Header{"Content-Type": {"application/json"}, tiktok.SignatureHeader: {tiktok.Signature(clientSecret, now, text)}}
}
