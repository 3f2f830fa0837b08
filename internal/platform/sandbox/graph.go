package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/platform/meta"
)

const metaVersion = "v25.0"

// graphAPI is what Meta's platforms have in common.
type graphAPI struct {
	world *World
	name  string // of the platform
}

// routes are a platform's calls: those about the grant, and that for what is not there.
func (m graphAPI) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/dialog/oauth", m.world.authorize(m.name, "scope", "code"))
	mux.HandleFunc("GET /oauth/access_token", m.token)
	mux.HandleFunc("DELETE /"+metaVersion+meta.PermissionsPath, m.known(m.revoke))
	mux.HandleFunc("/", m.unrouted)
	return mux
}

// graphOp is which call about the grant it is; "" for another one.
func graphOp(r *http.Request) string {
	switch {
	case r.URL.Path == "/dialog/oauth":
		return "authorize"
	case r.URL.Path == "/oauth/access_token" && r.URL.Query().Get("grant_type") == "fb_exchange_token":
		return "refresh"
	case r.URL.Path == "/oauth/access_token":
		return "token"
	case r.URL.Path == "/"+metaVersion+meta.PermissionsPath:
		return "revoke"
	}
	return ""
}

// fail answers Meta's error object.
func (m graphAPI) fail(w http.ResponseWriter, status, code, subcode int, message string) {
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

func (m graphAPI) unrouted(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.URL.Path, "/"+metaVersion+"/") {
		m.fail(w, 400, 2635, 0, "You are calling a deprecated version of the Ads API. Please update to the latest version: "+metaVersion+".")
		return
	}
	m.fail(w, 400, 2500, 0, "Unknown path components: "+r.URL.Path)
}

// refuse speaks a fault, in the words of the Graph API.
func (m graphAPI) refuse(w http.ResponseWriter, _ *http.Request, kind string) {
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
		m.fail(w, 403, 200, meta.DisabledSubcode, "(#200) The ad account is disabled")
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

// pageToken is the token by which a Page acts: as long as the person may.
func pageToken(page, token string) string { return "page-" + page + "-" + token }

// person is the person's token, out of theirs or a Page's, and the Page.
func person(token string) (own, page string) {
	if parts := strings.SplitN(token, "-", 3); len(parts) == 3 && parts[0] == "page" {
		return parts[2], parts[1]
	}
	return token, ""
}

// known lets calls through whose token is good and whose proof fits it.
func (m graphAPI) known(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token := r.FormValue("access_token")
		mac := hmac.New(sha256.New, []byte(clientSecret))
		mac.Write([]byte(token))
		own, _ := person(token)
		_, state := m.world.Grant(m.name, own)
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

func (m graphAPI) token(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client_id") != clientID || q.Get("client_secret") != clientSecret {
		m.fail(w, 400, 101, 0, "Error validating client secret.")
		return
	}
	var g Grant
	var err error
	if q.Get("grant_type") == "fb_exchange_token" {
		g, err = m.world.Rotate(m.name, q.Get("fb_exchange_token"))
	} else {
		g, err = m.world.Redeem(m.name, q.Get("code"), q.Get("code_verifier"), q.Get("redirect_uri"))
	}
	if err != nil {
		m.fail(w, 400, 190, 460, "Error validating: "+err.Error())
		return
	}
	seconds := int64(g.ExpiresAt.Sub(m.world.now()) / time.Second)
	answer(w, 200, map[string]any{"access_token": g.Access, "token_type": "bearer", "expires_in": seconds})
}

func (m graphAPI) revoke(w http.ResponseWriter, r *http.Request) {
	m.world.Revoke(m.name, r.FormValue("access_token"))
	answer(w, 200, map[string]any{"success": true})
}

// paged cuts a list at the cursor, and says how it goes on, with an absolute address.
func paged[T any](r *http.Request, name string, size int, list []T) (page []T, paging map[string]any) {
	from, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Query().Get("after"), "QV"))
	from = min(max(from, 0), len(list))
	to := min(from+size, len(list))
	cursor := "QV" + strconv.Itoa(to)
	paging = map[string]any{"cursors": map[string]string{"before": "QV" + strconv.Itoa(from), "after": cursor}}
	if to < len(list) {
		q := r.URL.Query()
		q.Set("after", cursor)
		next := url.URL{Scheme: "http", Host: r.Host, Path: "/" + name + r.URL.Path, RawQuery: q.Encode()}
		paging["next"] = next.String()
	}
	return list[from:to], paging
}
