package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/linkedin"
)

// linkedinAPI is LinkedIn's token endpoint and its advertising API.
type linkedinAPI struct {
	world *World
	name  string // of the platform: Pages have grants of their own
}

const linkedinVersion = "202607"

func newLinkedIn(w *World) api {
	l := linkedinAPI{w, platform.LinkedIn}
	mux := l.routes()
	mux.HandleFunc("GET /rest/adAccounts", l.known(l.accounts))
	mux.HandleFunc("GET /rest/adAccounts/{account}/adCampaigns", l.known(l.campaigns))
	mux.HandleFunc("GET /rest/adAccounts/{account}/adCampaigns/{id}", l.known(l.campaign))
	mux.HandleFunc("POST /rest/adAccounts/{account}/adCampaigns/{id}", l.known(l.change))
	mux.HandleFunc("GET /rest/adAnalytics", l.known(l.analytics))
	return api{name: l.name, op: linkedinOp, refuse: l.refuse, serve: mux, hook: l.hook}
}

// routes are those of the token endpoint, and the answer to all that nothing else answers.
func (l linkedinAPI) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/oauth/v2/authorization", l.world.authorize(l.name, "scope", "code"))
	mux.HandleFunc("POST /oauth/v2/accessToken", l.token)
	mux.HandleFunc("POST /oauth/v2/revoke", l.revoke)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		l.fail(w, 404, "RESOURCE_NOT_FOUND", 0, "No virtual resource found")
	})
	return mux
}

// linkedinAuthOp is which call of the token endpoint it is, "" for none.
func linkedinAuthOp(r *http.Request) string {
	switch path := r.URL.Path; {
	case path == "/oauth/v2/authorization":
		return "authorize"
	case path == "/oauth/v2/accessToken" && r.FormValue("grant_type") == "refresh_token":
		return "refresh"
	case path == "/oauth/v2/accessToken":
		return "token"
	case path == "/oauth/v2/revoke":
		return "revoke"
	}
	return ""
}

func linkedinOp(r *http.Request) string {
	if op := linkedinAuthOp(r); op != "" {
		return op
	}
	switch path := r.URL.Path; {
	case path == "/rest/adAccounts":
		return "accounts"
	case path == "/rest/adAnalytics":
		return "metrics"
	case strings.HasSuffix(path, "/adCampaigns"):
		return "campaigns"
	case r.Method == http.MethodPost && strings.Contains(peek(r), "Budget"):
		return "set_budget"
	case r.Method == http.MethodPost:
		return "set_status"
	}
	return "campaign"
}

// fail answers LinkedIn's error object, which has either code.
func (l linkedinAPI) fail(w http.ResponseWriter, status int, code string, service int, message string) {
	out := map[string]any{"status": status, "message": message}
	if code != "" {
		out["code"] = code
	}
	if service != 0 {
		out["serviceErrorCode"] = service
	}
	answer(w, status, out)
}

func (l linkedinAPI) refuse(w http.ResponseWriter, r *http.Request, kind string) {
	if strings.HasPrefix(r.URL.Path, "/oauth/") {
		oauthRefusal(w, l.world.now(), kind)
		return
	}
	switch kind {
	case "expired":
		l.fail(w, 401, "", linkedin.ExpiredCode, "The token used in the request has expired")
	case "revoked":
		l.fail(w, 401, "REVOKED_ACCESS_TOKEN", linkedin.RevokedCode, "The token used in the request has been revoked by the user")
	case "throttled", "throttled_seconds", "throttled_date", "throttled_unix", "throttled_iso":
		w.Header().Set("Retry-After", retryAfter(l.world.now(), kind))
		l.fail(w, 429, "TOO_MANY_REQUESTS", 0, "Too many requests")
	case "quota": // the allowance of the day: nothing says until when
		l.fail(w, 429, "TOO_MANY_REQUESTS", 101, "Resource level throttle APPLICATION_AND_MEMBER DAY limit for calls to this resource is reached.")
	case "permission":
		l.fail(w, 403, "ACCESS_DENIED", 100, "Not enough permissions to access: GET /adAccounts")
	case "suspended":
		l.fail(w, 403, linkedin.SuspendedCode, 0, "The ad account is suspended")
	case "not_found":
		l.fail(w, 404, "NOT_FOUND", 0, "The resource was not found")
	case "version_sunset":
		l.fail(w, 426, "NONEXISTENT_VERSION", 0, "Requested version is not active")
	default:
		l.fail(w, 400, "INVALID_ARGUMENT", 0, "The request is not valid")
	}
}

// known lets calls through that name the version and the protocol, and whose token is good.
func (l linkedinAPI) known(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		_, state := l.world.Grant(l.name, token)
		switch version := r.Header.Get("LinkedIn-Version"); {
		case version == "":
			l.fail(w, 400, "VERSION_MISSING", 0, "A version must be present. Please specify a version by adding the LinkedIn-Version header.")
		case version != linkedinVersion:
			l.refuse(w, r, "version_sunset")
		case r.Header.Get("X-Restli-Protocol-Version") != "2.0.0":
			l.fail(w, 400, "", 0, "Invalid query parameters passed to request")
		case state == Expired:
			l.refuse(w, r, "expired")
		case state == Revoked:
			l.refuse(w, r, "revoked")
		case state != Valid:
			l.fail(w, 401, "INVALID_ACCESS_TOKEN", 65600, "Invalid access token")
		default:
			next(w, r)
		}
	}
}

func (l linkedinAPI) token(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("client_id") != clientID || r.FormValue("client_secret") != clientSecret {
		answer(w, 401, map[string]string{"error": "invalid_client", "error_description": "Client authentication failed"})
		return
	}
	var g Grant
	var err error
	if r.FormValue("grant_type") == "refresh_token" {
		g, err = l.world.Rotate(l.name, r.FormValue("refresh_token"))
	} else {
		g, err = l.world.Redeem(l.name, r.FormValue("code"), "", r.FormValue("redirect_uri"))
	}
	if err != nil {
		answer(w, 400, map[string]string{"error": "invalid_grant", "error_description": err.Error()})
		return
	}
	now := l.world.now()
	answer(w, 200, map[string]any{
		"access_token": g.Access, "expires_in": int64(g.ExpiresAt.Sub(now) / time.Second), "scope": strings.Join(g.Scopes, ","),
		"refresh_token": g.Refresh, "refresh_token_expires_in": int64(g.RefreshExpires.Sub(now) / time.Second), "token_type": "Bearer",
	})
}

func (l linkedinAPI) revoke(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("client_id") != clientID || r.FormValue("client_secret") != clientSecret {
		answer(w, 401, map[string]string{"error": "invalid_client"})
		return
	}
	l.world.Revoke(l.name, r.FormValue("token"))
	w.WriteHeader(http.StatusOK)
}

// linkedinQuery reads a query as LinkedIn does: by its raw text, in which the signs of its own language
// stand as they are.
func linkedinQuery(r *http.Request) map[string]string {
	values := map[string]string{}
	for part := range strings.SplitSeq(r.URL.RawQuery, "&") {
		name, value, _ := strings.Cut(part, "=")
		values[name] = value
	}
	return values
}

// page cuts a list at the token of a page.
func (l linkedinAPI) page(all []any, token string) map[string]any {
	from, _ := strconv.Atoi(strings.TrimPrefix(token, "DgGp"))
	from = min(max(from, 0), len(all))
	to := min(from+l.world.pages, len(all))
	meta := map[string]any{}
	if to < len(all) {
		meta["nextPageToken"] = "DgGp" + strconv.Itoa(to)
	}
	return map[string]any{"elements": append([]any{}, all[from:to]...), "metadata": meta}
}

// hook is a signed delivery about the first account.
func (l linkedinAPI) hook(now time.Time, kind string) ([]byte, http.Header) {
	body, _ := json.Marshal(map[string]any{
		"type": "LEAD_ACTION", "notificationId": now.UnixMilli(), "occurredAt": now.UnixMilli(), "leadAction": strings.ToUpper(kind),
		"owner": map[string]string{"sponsoredAccount": fmt.Sprint("urn:li:sponsoredAccount:", l.world.Accounts("linkedin")[0].ID)},
	})
	return body, http.Header{"Content-Type": {"application/json"}, "X-Li-Signature": {linkedin.Signature(clientSecret, body)}}
}
