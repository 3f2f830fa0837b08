package sandbox

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/bluesky"
)

// blueskyAPI is a server of personal data with one account.
type blueskyAPI struct{ world *World }

// blueskyPassword is the app password of the account. Nobody signs in with another.
const blueskyPassword = "sandbox-app-pass"

// xrpc is where the calls are.
const xrpc = "/xrpc/"

// blueskyOps are the calls that the server has.
var blueskyOps = map[string]string{
	"com.atproto.server.createSession":  "token",
	"com.atproto.server.refreshSession": "refresh",
	"com.atproto.server.getSession":     "accounts",
	"com.atproto.repo.uploadBlob":       "prepare",
	"com.atproto.repo.createRecord":     "publish",
	"com.atproto.repo.getRecord":        "find",
}

func newBluesky(w *World) api {
	b := blueskyAPI{w}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+xrpc+"com.atproto.server.createSession", b.signIn)
	mux.HandleFunc("POST "+xrpc+"com.atproto.server.refreshSession", b.refresh)
	mux.HandleFunc("GET "+xrpc+"com.atproto.server.getSession", b.known(b.session))
	mux.HandleFunc("POST "+xrpc+"com.atproto.repo.uploadBlob", b.known(b.upload))
	mux.HandleFunc("POST "+xrpc+"com.atproto.repo.createRecord", b.known(b.create))
	mux.HandleFunc("GET "+xrpc+"com.atproto.repo.getRecord", b.known(b.record))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { b.refuse(w, r, "version_sunset") })
	op := func(r *http.Request) string { return blueskyOps[strings.TrimPrefix(r.URL.Path, xrpc)] }
	return api{name: platform.Bluesky, op: op, refuse: b.refuse, serve: mux}
}

// fail answers the protocol's error object.
func (b blueskyAPI) fail(w http.ResponseWriter, status int, name, message string) {
	answer(w, status, map[string]string{"error": name, "message": message})
}

func (b blueskyAPI) invalid(w http.ResponseWriter, message string) {
	b.fail(w, 400, "InvalidRequest", message)
}

func (b blueskyAPI) refuse(w http.ResponseWriter, _ *http.Request, kind string) {
	switch kind {
	case "expired":
		b.fail(w, 400, "ExpiredToken", "Token has expired")
	case "revoked":
		b.fail(w, 400, "InvalidToken", "Token could not be verified")
	case "throttled", "throttled_seconds", "throttled_date", "throttled_unix", "throttled_iso":
		if kind == "throttled" { // as Bluesky does it
			kind = "throttled_unix"
		}
		w.Header().Set("RateLimit-Reset", retryAfter(b.world.now(), kind))
		b.fail(w, 429, "RateLimitExceeded", "Rate Limit Exceeded")
	case "quota":
		w.Header().Set("RateLimit-Reset", strconv.FormatInt(b.world.now().Add(3*time.Hour).Unix(), 10))
		b.fail(w, 429, "RateLimitExceeded", "Rate Limit Exceeded")
	case "permission":
		b.fail(w, 403, "Forbidden", "The session does not allow this")
	case "suspended":
		b.fail(w, 401, "AccountTakedown", "Account has been taken down")
	case "not_found":
		b.fail(w, 400, "RecordNotFound", "Could not locate record")
	case "version_sunset":
		b.fail(w, 501, bluesky.MethodUnknown, "Method Not Implemented")
	default:
		b.invalid(w, "The request is not valid")
	}
}

// jwt is a token that tells its end, as the server's do. What counts is its last part, which stands in the grants.
func (b blueskyAPI) jwt(token string, ends time.Time) string {
	claims, _ := json.Marshal(map[string]any{"scope": "com.atproto.appPass", "sub": b.account().ID, "exp": ends.Unix()})
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256"}`)) + "." + base64.RawURLEncoding.EncodeToString(claims) + "." + token
}

// bearer is the part of the request's token that counts.
func (b blueskyAPI) bearer(r *http.Request) string {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return token[strings.LastIndexByte(token, '.')+1:]
}

// known lets calls through whose token is good.
func (b blueskyAPI) known(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch _, state := b.world.Grant(platform.Bluesky, b.bearer(r)); {
		case r.Header.Get("Authorization") == "":
			b.fail(w, 401, "AuthMissing", "Authentication Required")
		case state == Expired:
			b.refuse(w, r, "expired")
		case state != Valid:
			b.refuse(w, r, "revoked")
		default:
			next(w, r)
		}
	}
}

// account is whose server it is: it has one.
func (b blueskyAPI) account() Account { return b.world.Accounts(platform.Bluesky)[0] }

func (b blueskyAPI) signIn(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Identifier string `json:"identifier"`
		Password   string `json:"password"`
	}
	a := b.account()
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		b.invalid(w, "Input must have the property \"identifier\"")
		return
	}
	if (in.Identifier != a.Name && in.Identifier != a.ID) || in.Password != blueskyPassword {
		b.fail(w, 401, "AuthenticationRequired", "Invalid identifier or password")
		return
	}
	g, err := b.world.Redeem(platform.Bluesky, b.world.Issue(platform.Bluesky, "", "", nil), "", "")
	b.begin(w, g, err)
}

// begin answers a new session, or one that was renewed.
func (b blueskyAPI) begin(w http.ResponseWriter, g Grant, err error) {
	if err != nil {
		b.fail(w, 400, "ExpiredToken", "Token has been revoked")
		return
	}
	a := b.account()
	answer(w, 200, map[string]any{
		"did": a.ID, "handle": a.Name, "active": !a.Suspended, "accessJwt": b.jwt(g.Access, g.ExpiresAt), "refreshJwt": b.jwt(g.Refresh, g.RefreshExpires),
	})
}

// refresh renews a session as long as its refresh token lives.
func (b blueskyAPI) refresh(w http.ResponseWriter, r *http.Request) {
	token := b.bearer(r)
	ended := slices.ContainsFunc(b.world.Grants(platform.Bluesky), func(g Grant) bool {
		return g.Refresh == token && !b.world.now().Before(g.RefreshExpires)
	})
	if ended {
		b.refuse(w, r, "expired")
		return
	}
	g, err := b.world.Rotate(platform.Bluesky, token)
	b.begin(w, g, err)
}

func (b blueskyAPI) session(w http.ResponseWriter, _ *http.Request) {
	a := b.account()
	answer(w, 200, map[string]any{"did": a.ID, "handle": a.Name, "active": !a.Suspended})
}
