package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/platform/google"
)

// googleAPI is Google's token endpoint and Google Ads.
type googleAPI struct{ world *World }

const googleVersion = "v25"

func newGoogle(w *World) api {
	g := googleAPI{w}
	mux := http.NewServeMux()
	const v = "/" + googleVersion + "/customers"
	mux.HandleFunc("/o/oauth2/v2/auth", w.authorize("google", "scope", "code"))
	mux.HandleFunc("POST /token", g.token)
	mux.HandleFunc("POST /revoke", g.revoke)
	mux.HandleFunc("GET "+v+":listAccessibleCustomers", g.known(g.customers))
	mux.HandleFunc("POST "+v+"/{customer}/googleAds:search", g.known(g.search))
	mux.HandleFunc("POST "+v+"/{customer}/campaigns:mutate", g.known(g.setStatus))
	mux.HandleFunc("POST "+v+"/{customer}/campaignBudgets:mutate", g.known(g.setBudget))
	mux.HandleFunc("/", g.unrouted)
	return api{name: "google", op: googleOp, refuse: g.refuse, serve: mux}
}

func googleOp(r *http.Request) string {
	switch {
	case strings.HasPrefix(r.URL.Path, "/o/oauth2/"):
		return "authorize"
	case r.URL.Path == "/token" && r.FormValue("grant_type") == "refresh_token":
		return "refresh"
	case r.URL.Path == "/token":
		return "token"
	case r.URL.Path == "/revoke":
		return "revoke"
	case strings.HasSuffix(r.URL.Path, "/campaigns:mutate"):
		return "set_status"
	case strings.HasSuffix(r.URL.Path, "/campaignBudgets:mutate"):
		return "set_budget"
	case strings.HasSuffix(r.URL.Path, ":listAccessibleCustomers"):
		return "accounts"
	}
	query := peek(r)
	switch {
	case strings.Contains(query, "FROM customer"):
		return "accounts"
	case strings.Contains(query, "segments.date"):
		return "metrics"
	case strings.Contains(query, "WHERE campaign.id"):
		return "campaign"
	}
	return "campaigns"
}

// peek reads a body and leaves it to be read again.
func peek(r *http.Request) string {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	return string(body)
}

// fail answers Google's status object, with the failure of Google Ads in its details. quota is what
// stands beside a quotaError; nil for none.
func (g googleAPI) fail(w http.ResponseWriter, code int, kind, name, message string, quota map[string]string) {
	status := map[int]string{400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED"}[code]
	one := map[string]any{"errorCode": map[string]string{kind: name}, "message": message}
	if quota != nil {
		one["details"] = map[string]any{"quotaErrorDetails": quota}
	}
	answer(w, code, map[string]any{"error": map[string]any{
		"code": code, "message": message, "status": status, "details": []any{map[string]any{
			"@type":  "type.googleapis.com/google.ads.googleads." + googleVersion + ".errors.GoogleAdsFailure",
			"errors": []any{one}, "requestId": "sandbox",
		}},
	}})
}

// unrouted tells a version that is not served from a path that is none, which gets a page.
func (g googleAPI) unrouted(w http.ResponseWriter, r *http.Request) {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if _, err := strconv.Atoi(strings.TrimPrefix(first, "v")); err == nil && strings.HasPrefix(first, "v") && first != googleVersion {
		g.refuse(w, r, "version_sunset")
		return
	}
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(http.StatusNotFound)
	_, _ = io.WriteString(w, "<html><title>Error 404 (Not Found)</title></html>")
}

func (g googleAPI) refuse(w http.ResponseWriter, r *http.Request, kind string) {
	switch r.URL.Path {
	case "/token", "/revoke":
		oauthRefusal(w, g.world.now(), kind)
		return
	}
	switch kind {
	case "expired":
		g.fail(w, 401, "authenticationError", "OAUTH_TOKEN_EXPIRED", "The access token in the request header has expired.", nil)
	case "revoked":
		g.fail(w, 401, "authenticationError", "OAUTH_TOKEN_REVOKED", "The access token in the request header has been revoked.", nil)
	case "throttled", "throttled_seconds":
		quota := map[string]string{"rateScope": "ACCOUNT", "rateName": "Requests per account", "retryDelay": "90s"}
		g.fail(w, 429, "quotaError", "RESOURCE_TEMPORARILY_EXHAUSTED", "Too many requests. Retry in 90 seconds.", quota)
	case "throttled_date", "throttled_unix", "throttled_iso":
		w.Header().Set("Retry-After", retryAfter(g.world.now(), kind))
		g.fail(w, 429, "quotaError", "RESOURCE_TEMPORARILY_EXHAUSTED", "Too many requests.", nil)
	case "quota":
		quota := map[string]string{"rateScope": "DEVELOPER", "rateName": "Operations per day", "retryDelay": "3600s"}
		g.fail(w, 429, "quotaError", "RESOURCE_EXHAUSTED", "Resource has been exhausted.", quota)
	case "permission":
		g.fail(w, 403, "authorizationError", "USER_PERMISSION_DENIED", "User doesn't have permission to access customer.", nil)
	case "suspended":
		g.fail(w, 403, "authorizationError", google.ClosedCode, "The customer account is not enabled or has been deactivated.", nil)
	case "not_found":
		g.fail(w, 404, "mutateError", "RESOURCE_NOT_FOUND", "Resource was not found.", nil)
	case "version_sunset":
		g.fail(w, 400, "requestError", "UNSUPPORTED_VERSION", "The version is deprecated, requests to it are blocked.", nil)
	default:
		g.fail(w, 400, "requestError", "INVALID_INPUT", "The request is not valid.", nil)
	}
}

// oauthRefusal answers a fault in the words of a token endpoint, which are the same everywhere.
func oauthRefusal(w http.ResponseWriter, now time.Time, kind string) {
	status, code := 400, "invalid_request"
	switch {
	case kind == "expired" || kind == "revoked":
		code = "invalid_grant"
	case strings.HasPrefix(kind, "throttled") || kind == "quota":
		status, code = 429, "rate_limit_exceeded"
		w.Header().Set("Retry-After", retryAfter(now, kind))
	case kind == "permission" || kind == "suspended":
		code = "unauthorized_client"
	}
	answer(w, status, map[string]string{"error": code, "error_description": "The request was refused: " + code})
}

// known lets calls through whose token is good, and whose customer it reaches the way that it goes.
func (g googleAPI) known(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		switch _, state := g.world.Grant("google", token); state {
		case Valid:
			next(w, r)
		case Expired:
			g.refuse(w, r, "expired")
		case Revoked:
			g.refuse(w, r, "revoked")
		default:
			g.fail(w, 401, "authenticationError", "OAUTH_TOKEN_INVALID", "The OAuth access token in the header is not valid.", nil)
		}
	}
}

func (g googleAPI) token(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("client_id") != clientID || r.FormValue("client_secret") != clientSecret {
		answer(w, 401, map[string]string{"error": "invalid_client", "error_description": "The OAuth client was not found."})
		return
	}
	var grant Grant
	var err error
	refresh := r.FormValue("grant_type") == "refresh_token"
	if refresh {
		grant, err = g.world.Rotate("google", r.FormValue("refresh_token"))
	} else {
		grant, err = g.world.Redeem("google", r.FormValue("code"), r.FormValue("code_verifier"), r.FormValue("redirect_uri"))
	}
	if err != nil {
		answer(w, 400, map[string]string{"error": "invalid_grant", "error_description": err.Error()})
		return
	}
	out := map[string]any{
		"access_token": grant.Access, "token_type": "Bearer", "scope": strings.Join(grant.Scopes, " "),
		"expires_in": int64(grant.ExpiresAt.Sub(g.world.now()) / time.Second),
	}
	if !refresh { // it is told once
		out["refresh_token"] = grant.Refresh
	}
	answer(w, 200, out)
}

func (g googleAPI) revoke(w http.ResponseWriter, r *http.Request) {
	token := r.FormValue("token")
	if _, state := g.world.Grant("google", token); state == Unknown || state == Revoked {
		answer(w, 400, map[string]string{"error": "invalid_token", "error_description": "Token expired or revoked"})
		return
	}
	g.world.Revoke("google", token)
	answer(w, 200, map[string]any{})
}

// account is the customer of the path; a client of a manager is reached through that alone.
func (g googleAPI) account(w http.ResponseWriter, r *http.Request) (Account, bool) {
	a, ok := g.world.Account("google", r.PathValue("customer"))
	switch {
	case !ok || a.ManagerID != "" && r.Header.Get("login-customer-id") != a.ManagerID:
		g.refuse(w, r, "permission")
		return Account{}, false
	case a.Suspended:
		g.refuse(w, r, "suspended")
		return Account{}, false
	}
	return a, true
}

// page cuts rows at the token of a page, which says nothing to clients.
func (g googleAPI) page(rows []any, token string) map[string]any {
	from, _ := strconv.Atoi(strings.TrimPrefix(token, "CK"))
	from = min(max(from, 0), len(rows))
	to := min(from+g.world.pages, len(rows))
	out := map[string]any{"fieldMask": "campaign.id"}
	if to > from {
		out["results"] = rows[from:to]
	}
	if to < len(rows) {
		out["nextPageToken"] = "CK" + strconv.Itoa(to)
	}
	return out
}

// readJSON reads a body; what is none is refused.
func (g googleAPI) readJSON(w http.ResponseWriter, r *http.Request, v any) bool {
	if err := json.NewDecoder(r.Body).Decode(v); err != nil {
		g.refuse(w, r, "invalid")
		return false
	}
	return true
}
