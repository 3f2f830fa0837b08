package local

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// The issuer's own pages: the code flow with PKCE, as Cognito's hosted page has it. Browsers reach them at the
// runner's address, the functions without a network.
const (
	authorizePath   = "/authorize"
	tokenPath       = "/token"
	codeLife        = time.Minute
	refreshLife     = 30 * 24 * time.Hour
	refreshAudience = "bellwether-local-refresh" // so that no API takes it for a token
)

// codes are the sign-ins that were answered and not yet redeemed. A restart forgets them: people sign in again.
type codes struct {
	mu   sync.Mutex
	open map[string]granted
}

type granted struct {
	email, nonce, challenge, redirect, client string
	until                                     time.Time
}

func (c *codes) add(g granted) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	code := rand.Text()
	c.open[code] = g
	return code
}

// take redeems a code, once.
func (c *codes) take(code string) (granted, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	g, ok := c.open[code]
	delete(c.open, code)
	return g, ok
}

// signInPage asks who signs in, and sends the browser back with a code.
func (v viewer) signInPage(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if problem := wrongAttempt(r, q); problem != "" {
		http.Error(w, problem, http.StatusBadRequest)
		return
	}
	if r.Method == http.MethodGet {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'")
		if err := v.page.ExecuteTemplate(w, "signin.html", nil); err != nil {
			v.system.log("show the sign-in page: %v", err)
		}
		return
	}
	email := r.PostFormValue("email")
	if _, err := v.system.issuer.token(email, "", ""); err != nil {
		http.Error(w, "email must be an address like ada@example.com", http.StatusBadRequest)
		return
	}
	back, _ := url.Parse(q.Get("redirect_uri")) // wrongAttempt has read it
	code := v.system.issuer.codes.add(granted{
		email: email, nonce: q.Get("nonce"), challenge: q.Get("code_challenge"), redirect: q.Get("redirect_uri"), client: q.Get("client_id"),
		until: v.system.now().Add(codeLife),
	})
	v.system.gateway.forget()
	back.RawQuery = url.Values{"code": {code}, "state": {q.Get("state")}}.Encode()
	http.Redirect(w, r, back.String(), http.StatusSeeOther)
}

// wrongAttempt says what is wrong with a request to sign in. Nobody is sent anywhere but back to this host.
func wrongAttempt(r *http.Request, q url.Values) string {
	back, err := url.Parse(q.Get("redirect_uri"))
	switch {
	case err != nil || back.Host != r.Host:
		return "redirect_uri must be an address of this host"
	case q.Get("client_id") != Audience:
		return "client_id must be " + Audience
	case q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") == "":
		return "this issuer knows the code flow with PKCE (S256) only"
	}
	return ""
}

// redeem answers the token endpoint.
func (i *issuer) redeem(form url.Values) (status int, answer map[string]any) {
	refused := map[string]any{"error": "invalid_grant"}
	var email, nonce string
	switch form.Get("grant_type") {
	case "authorization_code":
		g, ok := i.codes.take(form.Get("code"))
		sum := sha256.Sum256([]byte(form.Get("code_verifier")))
		if !ok || i.now().After(g.until) || base64.RawURLEncoding.EncodeToString(sum[:]) != g.challenge ||
			form.Get("redirect_uri") != g.redirect || form.Get("client_id") != g.client {
			return http.StatusBadRequest, refused
		}
		email, nonce = g.email, g.nonce
	case "refresh_token":
		var claims jwt.RegisteredClaims
		_, err := jwt.ParseWithClaims(form.Get("refresh_token"), &claims, func(*jwt.Token) (any, error) { return &i.key.PublicKey, nil },
			jwt.WithAudience(refreshAudience), jwt.WithValidMethods([]string{"ES256"}), jwt.WithTimeFunc(i.now), jwt.WithExpirationRequired())
		if err != nil {
			return http.StatusBadRequest, refused
		}
		email = claims.Subject
	default:
		return http.StatusBadRequest, map[string]any{"error": "unsupported_grant_type"}
	}
	token, err := i.token(email, "", nonce)
	if err != nil {
		return http.StatusBadRequest, refused
	}
	refresh, err := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.RegisteredClaims{
		Issuer: IssuerURL, Audience: jwt.ClaimStrings{refreshAudience}, Subject: email, ExpiresAt: jwt.NewNumericDate(i.now().Add(refreshLife)),
	}).SignedString(i.key)
	if err != nil {
		return http.StatusInternalServerError, map[string]any{"error": "server_error"}
	}
	return http.StatusOK, map[string]any{
		"id_token": token, "access_token": token, "refresh_token": refresh, "token_type": "Bearer", "expires_in": int(tokenTTL / time.Second),
	}
}

// tokenAnswer is the answer to a request to the token endpoint.
func (i *issuer) tokenAnswer(r *http.Request) (int, []byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 64<<10))
	if err != nil {
		return 0, nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return http.StatusBadRequest, []byte(`{"error":"invalid_request"}`), nil
	}
	status, answer := i.redeem(form)
	text, err := json.Marshal(answer)
	return status, text, err
}

// isToken reports whether the request is for the token endpoint.
func isToken(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, tokenPath)
}
