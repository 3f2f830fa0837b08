package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

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
	mux.HandleFunc("POST "+tiktokRoot+tiktok.RevokePath+"{$}", t.known(t.revoke))
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
		t.refuse(w, r, "not_found")
	})
	slashed := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, tiktokRoot) && !strings.HasSuffix(r.URL.Path, "/") {
			t.refuse(w, r, "not_found") // the mux would send it to the path with a slash
			return
		}
		mux.ServeHTTP(w, r)
	})
	return api{name: "tiktok", op: tiktokOp, refuse: t.refuse, serve: slashed, hook: t.hook}
}

func tiktokOp(r *http.Request) string {
	switch path := strings.TrimPrefix(r.URL.Path, tiktokRoot); path {
	case "/portal/auth":
		return "authorize"
	case "oauth2/access_token/":
		return "token"
	case tiktok.RevokePath:
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
	if strings.Contains(r.URL.Query().Get("filtering"), tiktok.IDsFilter) {
		return "campaign"
	}
	return "campaigns"
}

// tiktokRequest stands in every answer.
const tiktokRequest = "20261115120000010001"

func (t tiktokAPI) data(w http.ResponseWriter, data any) {
	answer(w, 200, map[string]any{"code": 0, "message": "OK", "request_id": tiktokRequest, "data": data})
}

func (t tiktokAPI) fail(w http.ResponseWriter, code int, message string) {
	answer(w, 200, map[string]any{"code": code, "message": message, "request_id": tiktokRequest, "data": map[string]any{}})
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
		t.fail(w, 40007, "This API "+tiktok.VersionText+" is no longer supported.")
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

// tiktokBody reads a JSON object, numbers as they stand; what is none is empty.
func tiktokBody(r *http.Request) map[string]any {
	out := map[string]any{}
	d := json.NewDecoder(r.Body)
	d.UseNumber()
	if d.Decode(&out) != nil {
		return map[string]any{}
	}
	return out
}

func (t tiktokAPI) token(w http.ResponseWriter, r *http.Request) {
	in := tiktokBody(r)
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
	ids := []string{}
	for _, a := range t.world.Accounts("tiktok") {
		ids = append(ids, a.ID)
	}
	t.data(w, map[string]any{"access_token": g.Access, "advertiser_ids": ids, "scope": []int{4}})
}

func (t tiktokAPI) revoke(w http.ResponseWriter, r *http.Request) {
	in := tiktokBody(r)
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
			status = tiktok.AccountDisabled
		}
		list = append(list, map[string]any{
			"advertiser_id": json.Number(a.ID), "name": a.Name,
			tiktok.StatusField: status, tiktok.CurrencyField: a.Currency, tiktok.TimeZoneField: a.TimeZone,
		})
	}
	t.data(w, map[string]any{"list": list})
}

// hook is a signed delivery about the first advertiser.
func (t tiktokAPI) hook(now time.Time, kind string) ([]byte, http.Header) {
	if kind == "revoked" {
		kind = tiktok.EventRevoked
	}
	text, _ := json.Marshal(map[string]any{
		"client_key": clientID, "event": kind, "event_id": strconv.FormatInt(now.UnixMilli(), 10), "create_time": now.Unix(),
		tiktok.AdvertiserField: json.Number(t.world.Accounts("tiktok")[0].ID),
	})
	return text, http.Header{"Content-Type": {"application/json"}, tiktok.SignatureHeader: {tiktok.Signature(clientSecret, now, text)}}
}
