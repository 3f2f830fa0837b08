package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/x"
)

// xAPI is X, with one account.
type xAPI struct{ world *World }

func newX(w *World) api {
	a := xAPI{w}
	mux := http.NewServeMux()
	mux.HandleFunc("/i/oauth2/authorize", a.consent)
	mux.HandleFunc("GET /i/web/status/{id}", w.show(platform.X))
	mux.HandleFunc("POST /2/oauth2/token", a.client(a.token))
	mux.HandleFunc("POST /2/oauth2/revoke", a.client(a.revoke))
	mux.HandleFunc("GET /2/users/me", a.known("users.read", a.me))
	mux.HandleFunc("GET /2/users/{id}/tweets", a.known("tweet.read", a.tweets))
	mux.HandleFunc("POST /2/media/upload", a.known("media.write", a.upload))
	mux.HandleFunc("GET /2/media/upload", a.known("media.write", a.uploaded))
	mux.HandleFunc("POST /2/media/metadata", a.known("media.write", a.describe))
	mux.HandleFunc("POST /2/tweets", a.known("tweet.write", a.post))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { a.fail(w, 404, "", "Not Found", "Not Found") })
	return api{name: platform.X, op: xOp, refuse: a.refuse, serve: mux}
}

func xOp(r *http.Request) string {
	switch path := r.URL.Path; {
	case path == "/i/oauth2/authorize":
		return "authorize"
	case path == "/2/oauth2/token" && r.FormValue("grant_type") == "refresh_token":
		return "refresh"
	case path == "/2/oauth2/token":
		return "token"
	case path == "/2/oauth2/revoke":
		return "revoke"
	case path == "/2/users/me":
		return "accounts"
	case strings.HasPrefix(path, "/2/media/") && r.Method == http.MethodPost:
		return "prepare"
	case strings.HasPrefix(path, "/2/media/"):
		return "ready"
	case path == "/2/tweets":
		return "publish"
	case strings.HasPrefix(path, "/2/users/"):
		return "find"
	}
	return "show"
}

// show is the page of a post, as people see it.
func (w *World) show(platform string) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		posts := w.Posts(platform, "")
		n := slices.IndexFunc(posts, func(p Post) bool { return p.ID == r.PathValue("id") })
		if n < 0 {
			http.NotFound(rw, r)
			return
		}
		rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprintf(rw, "%s\n%s\n", posts[n].Text, posts[n].Link)
	}
}

// fail answers a problem. kind is what its type ends in.
func (xAPI) fail(w http.ResponseWriter, status int, kind, title, detail string) {
	of := "about:blank"
	if kind != "" {
		of = "https://api.x.com/2/problems/" + kind
	}
	answer(w, status, map[string]any{"type": of, "title": title, "detail": detail, "status": status})
}

// failCode answers a problem in its older form.
func (xAPI) failCode(w http.ResponseWriter, status int, code, message string) {
	answer(w, status, map[string]any{"errors": []map[string]string{{"code": code, "message": message}}})
}

func (a xAPI) refuse(w http.ResponseWriter, r *http.Request, kind string) {
	if strings.HasPrefix(r.URL.Path, "/2/oauth2/") {
		oauthRefusal(w, a.world.now(), kind)
		return
	}
	switch kind {
	case "expired", "revoked": // X doesn't tell them apart
		a.fail(w, 401, "", "Unauthorized", "Unauthorized")
	case "throttled", "throttled_seconds", "throttled_date", "throttled_unix", "throttled_iso":
		form := kind
		if form == "throttled" { // as X does it
			form = "throttled_unix"
		}
		w.Header().Set("X-Rate-Limit-Reset", retryAfter(a.world.now(), form))
		a.fail(w, 429, "", "Too Many Requests", "Too Many Requests")
	case "quota":
		a.fail(w, 429, x.CappedType, "UsageCapExceeded", "Usage cap exceeded: Monthly product cap")
	case "permission":
		a.fail(w, 403, "", "Forbidden", "You are not permitted to perform this action.")
	case "suspended":
		a.failCode(w, 403, x.SuspendedCode, "Your account is suspended and is not permitted to access this feature.")
	case "blocked":
		a.failCode(w, 403, x.LockedCode, "To protect our users from spam and other malicious activity, this account is temporarily locked. Please log in to unlock your account.")
	case "not_found":
		a.fail(w, 404, "resource-not-found", "Not Found Error", "Could not find what was asked for.")
	default:
		a.fail(w, 400, "invalid-request", "Invalid Request", "One or more parameters to your request was invalid.")
	}
}

// consent wants a code challenge.
func (a xAPI) consent(w http.ResponseWriter, r *http.Request) {
	if q := r.URL.Query(); q.Get("code_challenge") == "" || q.Get("code_challenge_method") != "S256" {
		http.Error(w, "Something went wrong: there is no code challenge", http.StatusBadRequest)
		return
	}
	a.world.authorize(platform.X, "scope", "code")(w, r)
}

// client lets calls through that the application makes.
func (xAPI) client(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, password, _ := r.BasicAuth()
		if u, err := url.QueryUnescape(password); err != nil || id != clientID || u != clientSecret {
			answer(w, 401, map[string]string{"error": "unauthorized_client", "error_description": "Missing valid authorization header"})
			return
		}
		next(w, r)
	}
}

func (a xAPI) token(w http.ResponseWriter, r *http.Request) {
	var g Grant
	var err error
	if r.FormValue("grant_type") == "refresh_token" {
		g, err = a.world.Rotate(platform.X, r.FormValue("refresh_token"))
	} else {
		g, err = a.world.Redeem(platform.X, r.FormValue("code"), r.FormValue("code_verifier"), r.FormValue("redirect_uri"))
	}
	if err != nil {
		answer(w, 400, map[string]string{"error": "invalid_request", "error_description": "Value passed for the token was invalid: " + err.Error()})
		return
	}
	out := map[string]any{
		"token_type": "bearer", "expires_in": int64(g.ExpiresAt.Sub(a.world.now()) / time.Second),
		"access_token": g.Access, "scope": strings.Join(g.Scopes, " "),
	}
	if slices.Contains(g.Scopes, "offline.access") {
		out["refresh_token"] = g.Refresh
	}
	answer(w, 200, out)
}

func (a xAPI) revoke(w http.ResponseWriter, r *http.Request) {
	a.world.Revoke(platform.X, r.FormValue("token"))
	answer(w, 200, map[string]bool{"revoked": true})
}

// known lets calls through whose token is good for the scope.
func (a xAPI) known(scope string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		switch g, state := a.world.Grant(platform.X, token); {
		case state != Valid:
			a.refuse(w, r, "expired")
		case !slices.Contains(g.Scopes, scope):
			a.refuse(w, r, "permission")
		default:
			w.Header().Set("X-Rate-Limit-Limit", "100")
			w.Header().Set("X-Rate-Limit-Remaining", "99")
			w.Header().Set("X-Rate-Limit-Reset", retryAfter(a.world.now(), "throttled_unix"))
			next(w, r)
		}
	}
}
