package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/money"
	"bellwether/internal/platform/meta"
)

// metaAPI is Meta's Graph API.
type metaAPI struct{ world *World }

const metaVersion = "v25.0"

func newMeta(w *World) api {
	m := metaAPI{w}
	mux := http.NewServeMux()
	const v = "/" + metaVersion
	mux.HandleFunc("/dialog/oauth", w.authorize("meta", "scope", "code"))
	mux.HandleFunc("GET /oauth/access_token", m.token)
	mux.HandleFunc("DELETE "+v+meta.PermissionsPath, m.known(m.revoke))
	mux.HandleFunc("GET "+v+meta.AccountsPath, m.known(m.accounts))
	mux.HandleFunc("GET "+v+"/{account}/campaigns", m.known(m.campaigns))
	mux.HandleFunc("GET "+v+"/{account}/insights", m.known(m.insights))
	mux.HandleFunc("GET "+v+"/{id}", m.known(m.campaign))
	mux.HandleFunc("POST "+v+"/{id}", m.known(m.change))
	mux.HandleFunc("/", m.unrouted)
	return api{name: "meta", op: metaOp, refuse: m.refuse, serve: mux, hook: m.hook}
}

func metaOp(r *http.Request) string {
	path := strings.TrimPrefix(r.URL.Path, "/"+metaVersion)
	switch {
	case r.URL.Path == "/dialog/oauth":
		return "authorize"
	case r.URL.Path == "/oauth/access_token" && r.URL.Query().Get("grant_type") == "fb_exchange_token":
		return "refresh"
	case r.URL.Path == "/oauth/access_token":
		return "token"
	case path == meta.PermissionsPath:
		return "revoke"
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

// fail answers Meta's error object.
func (m metaAPI) fail(w http.ResponseWriter, status, code, subcode int, message string) {
	e := map[string]any{"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "sandbox"}
	if subcode != 0 {
		e["error_subcode"] = subcode
	}
	answer(w, status, map[string]any{"error": e})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func (m metaAPI) unrouted(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.URL.Path, "/"+metaVersion+"/") {
		m.fail(w, 400, 2635, 0, "You are calling a deprecated version of the Ads API. Please update to the latest version: "+metaVersion+".")
		return
	}
	m.fail(w, 400, 2500, 0, "Unknown path components: "+r.URL.Path)
}

func (m metaAPI) refuse(w http.ResponseWriter, _ *http.Request, kind string) {
	switch kind {
	case "expired":
		m.fail(w, 400, 190, 463, "Error validating access token: Session has expired")
	case "revoked":
		m.fail(w, 400, 190, 458, "Error validating access token: The user has not authorized application.")
	case "throttled_seconds", "throttled_date", "throttled_unix", "throttled_iso":
		w.Header().Set("Retry-After", retryAfter(m.world.now(), kind))
		m.fail(w, 400, 80000, 2446079, "(#80000) There have been too many calls from this ad-account.")
	case "throttled":
		w.Header().Set("X-Business-Use-Case-Usage", `{"1019283746":[{"type":"ads_management","call_count":100,"total_cputime":25,"total_time":25,"estimated_time_to_regain_access":3}]}`)
		m.fail(w, 400, 80000, 2446079, "(#80000) There have been too many calls from this ad-account. Wait a bit and try again.")
	case "quota":
		m.fail(w, 400, 17, 2446079, "(#17) User request limit reached")
	case "permission":
		m.fail(w, 403, 200, 0, "(#200) Requires ads_management permission to manage the object")
	case "suspended":
		m.fail(w, 403, 200, 1487390, "(#200) The ad account is disabled")
	case "not_found":
		m.fail(w, 400, 100, 33, "Unsupported get request. Object with ID '1' does not exist, cannot be loaded due to missing permissions")
	case "version_sunset":
		m.fail(w, 400, 2635, 0, "You are calling a deprecated version of the Ads API.")
	default:
		m.fail(w, 400, 100, 0, "(#100) Invalid parameter")
	}
}

// retryAfter is a wait of 90 seconds in the form that the kind names.
func retryAfter(now time.Time, kind string) string {
	at := now.Add(90 * time.Second)
	switch kind {
	case "throttled_date":
		return at.UTC().Format(http.TimeFormat)
	case "throttled_unix":
		return strconv.FormatInt(at.Unix(), 10)
	case "throttled_iso":
		return at.UTC().Format(time.RFC3339)
	}
	return "90"
}

// known lets calls through whose token is good and whose proof fits it.
func (m metaAPI) known(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token := r.FormValue("access_token")
		mac := hmac.New(sha256.New, []byte(clientSecret))
		mac.Write([]byte(token))
		_, state := m.world.Grant("meta", token)
		switch {
		case r.FormValue("appsecret_proof") != hex.EncodeToString(mac.Sum(nil)):
			m.fail(w, 400, 100, 0, "Invalid appsecret_proof provided in the API argument")
		case state == Expired:
			m.fail(w, 400, 190, 463, "Error validating access token: Session has expired")
		case state != Valid:
			m.fail(w, 400, 190, 460, "Error validating access token: The session has been invalidated")
		default:
			w.Header().Set("X-Business-Use-Case-Usage", `{"1019283746":[{"type":"ads_insights","call_count":12,"total_cputime":5,"total_time":7,"estimated_time_to_regain_access":0}]}`)
			next(w, r)
		}
	}
}

func (m metaAPI) token(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client_id") != clientID || q.Get("client_secret") != clientSecret {
		m.fail(w, 400, 101, 0, "Error validating client secret.")
		return
	}
	var g Grant
	var err error
	if q.Get("grant_type") == "fb_exchange_token" {
		g, err = m.world.Rotate("meta", q.Get("fb_exchange_token"))
	} else {
		g, err = m.world.Redeem("meta", q.Get("code"), q.Get("code_verifier"), q.Get("redirect_uri"))
	}
	if err != nil {
		m.fail(w, 400, 190, 460, "Error validating: "+err.Error())
		return
	}
	seconds := int64(g.ExpiresAt.Sub(m.world.now()) / time.Second)
	answer(w, 200, map[string]any{"access_token": g.Access, "token_type": "bearer", "expires_in": seconds})
}

func (m metaAPI) revoke(w http.ResponseWriter, r *http.Request) {
	m.world.Revoke("meta", r.FormValue("access_token"))
	answer(w, 200, map[string]any{"success": true})
}

// paged cuts a list at the cursor, and says how it goes on, with an absolute address.
func paged[T any](r *http.Request, size int, list []T) (page []T, paging map[string]any) {
	from, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Query().Get("after"), "QV"))
	from = min(max(from, 0), len(list))
	to := min(from+size, len(list))
	cursor := "QV" + strconv.Itoa(to)
	paging = map[string]any{"cursors": map[string]string{"before": "QV" + strconv.Itoa(from), "after": cursor}}
	if to < len(list) {
		q := r.URL.Query()
		q.Set("after", cursor)
		next := url.URL{Scheme: "http", Host: r.Host, Path: "/meta" + r.URL.Path, RawQuery: q.Encode()}
		paging["next"] = next.String()
	}
	return list[from:to], paging
}

func (m metaAPI) accounts(w http.ResponseWriter, r *http.Request) {
	page, paging := paged(r, m.world.pages, m.world.Accounts("meta"))
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
	page, paging := paged(r, m.world.pages, list)
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
		"start_time": c.Start + "T00:00:00-0400",
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
	page, paging := paged(r, m.world.pages, rows)
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
