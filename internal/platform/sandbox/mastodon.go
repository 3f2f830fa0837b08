package sandbox

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/mastodon"
)

// mastodonAPI is an instance, mastodon.example.
type mastodonAPI struct{ world *World }

// mastodonImage is the largest image, in bytes.
const mastodonImage = 16 << 20

func newMastodon(w *World) api {
	m := mastodonAPI{w}
	mux := http.NewServeMux()
	mux.HandleFunc("/oauth/authorize", w.authorize(platform.Mastodon, "scope", "code"))
	mux.HandleFunc("POST /oauth/token", m.token)
	mux.HandleFunc("POST /oauth/revoke", m.revoke)
	mux.HandleFunc("GET /api/v1/accounts/verify_credentials", m.known("read:accounts", m.me))
	mux.HandleFunc("POST /api/v2/media", m.known("write:media", m.upload))
	mux.HandleFunc("GET /api/v1/media/{id}", m.known("write:media", m.medium))
	mux.HandleFunc("POST /api/v1/statuses", m.known("write:statuses", m.post))
	mux.HandleFunc("GET /api/v1/accounts/{id}/statuses", m.known("read:statuses", m.statuses))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { m.fail(w, 404, "Record not found") })
	return api{name: platform.Mastodon, op: mastodonOp, refuse: m.refuse, serve: mux}
}

func mastodonOp(r *http.Request) string {
	switch path := r.URL.Path; {
	case path == "/oauth/authorize":
		return "authorize"
	case path == "/oauth/token":
		return "token"
	case path == "/oauth/revoke":
		return "revoke"
	case path == "/api/v2/media":
		return "prepare"
	case strings.HasPrefix(path, "/api/v1/media/"):
		return "ready"
	case path == "/api/v1/statuses":
		return "publish"
	case strings.HasSuffix(path, "/statuses"):
		return "find"
	}
	return "accounts"
}

// fail answers Mastodon's error object, which is a sentence.
func (m mastodonAPI) fail(w http.ResponseWriter, status int, text string) {
	answer(w, status, map[string]string{"error": text})
}

func (m mastodonAPI) refuse(w http.ResponseWriter, r *http.Request, kind string) {
	if strings.HasPrefix(r.URL.Path, "/oauth/") {
		oauthRefusal(w, m.world.now(), kind)
		return
	}
	switch kind {
	case "expired":
		m.fail(w, 401, "The access token expired")
	case "revoked":
		m.fail(w, 401, "The access token was revoked")
	case "throttled", "throttled_seconds", "throttled_date", "throttled_unix", "throttled_iso":
		form := kind
		if form == "throttled" { // as Mastodon does it
			form = "throttled_iso"
		}
		w.Header().Set("X-RateLimit-Reset", retryAfter(m.world.now(), form))
		m.fail(w, 429, "Too many requests")
	case "quota":
		w.Header().Set("X-RateLimit-Reset", m.world.now().Add(3*time.Hour).UTC().Format(time.RFC3339Nano))
		m.fail(w, 429, "Too many requests")
	case "permission":
		m.fail(w, 403, "This action is outside the authorized scopes")
	case "suspended":
		m.fail(w, 403, mastodon.DisabledText)
	case "not_found":
		m.fail(w, 404, "Record not found")
	default:
		m.fail(w, 422, "Validation failed: The request is not valid")
	}
}

// known lets calls through whose token is good for the scope.
func (m mastodonAPI) known(scope string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		switch g, state := m.world.Grant(platform.Mastodon, token); {
		case state == Expired:
			m.refuse(w, r, "expired")
		case state == Revoked:
			m.refuse(w, r, "revoked")
		case state != Valid:
			m.fail(w, 401, "The access token is invalid")
		case !slices.Contains(g.Scopes, scope):
			m.refuse(w, r, "permission")
		default:
			w.Header().Set("X-RateLimit-Limit", "300")
			w.Header().Set("X-RateLimit-Remaining", "299")
			w.Header().Set("X-RateLimit-Reset", m.world.now().Add(5*time.Minute).UTC().Format(time.RFC3339Nano))
			next(w, r)
		}
	}
}

// client reports whether it is the registered application that asks, and refuses any other.
func (m mastodonAPI) client(w http.ResponseWriter, r *http.Request) bool {
	if r.FormValue("client_id") == clientID && r.FormValue("client_secret") == clientSecret {
		return true
	}
	answer(w, 401, map[string]string{"error": "invalid_client", "error_description": "Client authentication failed"})
	return false
}

func (m mastodonAPI) token(w http.ResponseWriter, r *http.Request) {
	if !m.client(w, r) {
		return
	}
	g, err := m.world.Redeem(platform.Mastodon, r.FormValue("code"), r.FormValue("code_verifier"), r.FormValue("redirect_uri"))
	if err != nil {
		answer(w, 400, map[string]string{"error": "invalid_grant", "error_description": err.Error()})
		return
	}
	answer(w, 200, map[string]any{"access_token": g.Access, "token_type": "Bearer", "scope": strings.Join(g.Scopes, " "), "created_at": m.world.now().Unix()})
}

func (m mastodonAPI) revoke(w http.ResponseWriter, r *http.Request) {
	if m.client(w, r) {
		m.world.Revoke(platform.Mastodon, r.FormValue("token"))
		answer(w, 200, struct{}{})
	}
}

// account is whose instance it is: it has one.
func (m mastodonAPI) account() Account { return m.world.Accounts(platform.Mastodon)[0] }

func (m mastodonAPI) me(w http.ResponseWriter, _ *http.Request) {
	a := m.account()
	name, home, _ := strings.Cut(a.Name, "@")
	answer(w, 200, map[string]any{"id": a.ID, "username": name, "acct": name, "url": "https://" + home + "/@" + name, "suspended": a.Suspended})
}

// upload keeps an image: the instance is at work on it until it was asked twice.
func (m mastodonAPI) upload(w http.ResponseWriter, r *http.Request) {
	file, head, err := r.FormFile("file")
	if err != nil || !strings.HasPrefix(head.Header.Get("Content-Type"), "image/") {
		m.fail(w, 422, "Validation failed: File content type is invalid, File is invalid")
		return
	}
	defer file.Close()
	size, err := io.Copy(io.Discard, file)
	if err != nil || size == 0 || size > mastodonImage {
		m.fail(w, 422, "Validation failed: File file size must be less than 16 MB")
		return
	}
	one := m.world.AddMedium(Medium{Platform: platform.Mastodon, AccountID: m.account().ID, Bytes: int(size), Caption: r.FormValue("description")})
	answer(w, 202, mastodonMedium(one.ID, false))
}

// mastodonMedium is an image in Mastodon's words: until it is ready it has no address.
func mastodonMedium(id string, ready bool) map[string]any {
	out := map[string]any{"id": id, "type": "image", "url": nil}
	if ready {
		out["url"] = "https://files.mastodon.example/" + id
	}
	return out
}

// attached reports whether an image is in a post: then it can't be in another, nor asked for.
func (m mastodonAPI) attached(id string) bool {
	return slices.ContainsFunc(m.world.Posts(platform.Mastodon, ""), func(p Post) bool { return slices.Contains(p.Media, id) })
}

func (m mastodonAPI) medium(w http.ResponseWriter, r *http.Request) {
	one, ok := m.world.Medium(platform.Mastodon, r.PathValue("id"))
	switch {
	case !ok || m.attached(one.ID):
		m.fail(w, 404, "Record not found")
	case one.Polls < 2:
		answer(w, 206, mastodonMedium(one.ID, false))
	default:
		answer(w, 200, mastodonMedium(one.ID, true))
	}
}
