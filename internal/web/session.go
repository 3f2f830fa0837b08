package web

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/oauth2"

	"bellwether/internal/api"
	"bellwether/internal/obs"
)

// signIn is the code flow of OpenID Connect with PKCE. We are a public client: there is no secret to keep.
type signIn struct {
	app   *App
	pages *http.ServeMux // to show a page again, with what came of an action

	mu   sync.Mutex
	site *site
}

// site is what an issuer says of itself.
type site struct {
	Authorization string `json:"authorization_endpoint"`
	Token         string `json:"token_endpoint"`
}

// attempt is one person's way to the issuer and back.
type attempt struct {
	State    string `json:"s"`
	Verifier string `json:"v"`
	Nonce    string `json:"n"`
	Next     string `json:"x"` // where they wanted to go
}

// session is who a browser is signed in as.
type session struct {
	Token   string    `json:"t"` // the ID token
	Expires time.Time `json:"x"`
}

// refreshAhead is how long before its end a token is renewed.
const refreshAhead = time.Minute

var errSignedOut = errors.New("nobody is signed in")

// discover asks the issuer where its pages are, once a process.
func (s *signIn) discover(ctx context.Context) (*site, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.site != nil {
		return s.site, nil
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.app.Issuer+"/.well-known/openid-configuration", nil)
	if err != nil {
		return nil, err
	}
	w, err := s.app.OIDC.Do(r)
	if err != nil {
		return nil, fmt.Errorf("ask the issuer: %w", err)
	}
	defer w.Body.Close()
	var found site
	if err := json.NewDecoder(w.Body).Decode(&found); err != nil || w.StatusCode != http.StatusOK || found.Authorization == "" || found.Token == "" {
		return nil, fmt.Errorf("the issuer answered %d, and not with its endpoints: %w", w.StatusCode, err)
	}
	s.site = &found
	return s.site, nil
}

func (s *signIn) config(r *http.Request) (*oauth2.Config, context.Context, error) {
	found, err := s.discover(r.Context())
	if err != nil {
		return nil, nil, err
	}
	return &oauth2.Config{
		ClientID:    s.app.ClientID,
		Endpoint:    oauth2.Endpoint{AuthURL: found.Authorization, TokenURL: found.Token, AuthStyle: oauth2.AuthStyleInParams},
		RedirectURL: api.Base(r, s.app.PublicURL) + "/app/signed-in",
		Scopes:      []string{"openid", "email", "profile"},
	}, context.WithValue(r.Context(), oauth2.HTTPClient, s.app.OIDC), nil
}

// begin sends the browser to the issuer.
func (s *signIn) begin(w http.ResponseWriter, r *http.Request) {
	// Cookies belong to a name: the way back has to end where it began.
	if base := api.Base(r, s.app.PublicURL); base != api.Base(r, "") {
		http.Redirect(w, r, base+r.URL.RequestURI(), http.StatusSeeOther)
		return
	}
	config, _, err := s.config(r)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	t := attempt{State: rand.Text(), Verifier: oauth2.GenerateVerifier(), Nonce: rand.Text(), Next: ownPath(r.URL.Query().Get("next"))}
	if err := s.app.setSealed(w, r, signInCookie, t, signInLife); err != nil {
		s.broken(w, r, err)
		return
	}
	target := config.AuthCodeURL(t.State, oauth2.S256ChallengeOption(t.Verifier), oauth2.SetAuthURLParam("nonce", t.Nonce))
	http.Redirect(w, r, target, http.StatusSeeOther)
}

// finish takes the browser back from the issuer.
func (s *signIn) finish(w http.ResponseWriter, r *http.Request) {
	var t attempt
	q := r.URL.Query()
	if !s.app.sealed(r, signInCookie, &t) || t.State == "" || q.Get("state") != t.State || q.Get("code") == "" {
		// Another tab's attempt, an old address, a refusal: beginning again mends all of them.
		http.Redirect(w, r, "/?problem=sign-in", http.StatusSeeOther)
		return
	}
	config, ctx, err := s.config(r)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	token, err := config.Exchange(ctx, q.Get("code"), oauth2.VerifierOption(t.Verifier))
	if err == nil {
		err = s.keep(w, r, token, t.Nonce)
	}
	if err != nil {
		obs.Note(r.Context(), "error", err.Error())
		http.Redirect(w, r, "/?problem=sign-in", http.StatusSeeOther)
		return
	}
	http.SetCookie(w, s.app.cookie(r, signInCookie, "", 0))
	http.Redirect(w, r, t.Next, http.StatusSeeOther)
}

// keep keeps the tokens in the browser. The ID token came to us from the issuer itself; the API checks its
// signature with each request. nonce is "" after a refresh.
func (s *signIn) keep(w http.ResponseWriter, r *http.Request, token *oauth2.Token, nonce string) error {
	text, _ := token.Extra("id_token").(string)
	var claims struct {
		jwt.RegisteredClaims
		Nonce string `json:"nonce"`
	}
	if _, _, err := jwt.NewParser().ParseUnverified(text, &claims); err != nil {
		return fmt.Errorf("read the ID token: %w", err)
	}
	if claims.ExpiresAt == nil || nonce != "" && claims.Nonce != nonce {
		return errors.New("the ID token is not for this attempt")
	}
	kept := session{text, claims.ExpiresAt.Time}
	*r = *r.WithContext(context.WithValue(r.Context(), sessionKey{}, kept))
	if token.RefreshToken != "" {
		if err := s.app.setSealed(w, r, refreshCookie, token.RefreshToken, refreshLife); err != nil {
			return err
		}
	}
	return s.app.setSealed(w, r, tokenCookie, kept, refreshLife)
}

type sessionKey struct{}

// token is the person's token, renewed where it is about to end.
func (s *signIn) token(w http.ResponseWriter, r *http.Request) (string, error) {
	if kept, ok := r.Context().Value(sessionKey{}).(session); ok {
		return kept.Token, nil
	}
	var now session
	if !s.app.sealed(r, tokenCookie, &now) {
		return "", errSignedOut
	}
	if s.app.Now().Before(now.Expires.Add(-refreshAhead)) {
		return now.Token, nil
	}
	var refresh string
	if !s.app.sealed(r, refreshCookie, &refresh) {
		return "", errSignedOut
	}
	config, ctx, err := s.config(r)
	if err != nil {
		return "", err
	}
	token, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: refresh}).Token()
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok && refused.Response.StatusCode < http.StatusInternalServerError {
		return "", errSignedOut
	}
	if err == nil {
		err = s.keep(w, r, token, "")
	}
	if err != nil {
		return "", err
	}
	kept, _ := r.Context().Value(sessionKey{}).(session)
	return kept.Token, nil
}

// end signs the browser out.
func (s *signIn) end(w http.ResponseWriter, r *http.Request) {
	for _, name := range []string{tokenCookie, refreshCookie, seenCookie} {
		http.SetCookie(w, s.app.cookie(r, name, "", 0))
	}
	w.Header().Set("Clear-Site-Data", `"cache"`) // the way back shows nothing either
	leave(w, r, "/")
}

// leave sends the browser to another page as a whole, also out of a partial update.
func leave(w http.ResponseWriter, r *http.Request, target string) {
	if r.Header.Get("HX-Request") != "" {
		w.Header().Set("HX-Redirect", target)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	http.Redirect(w, r, target, http.StatusSeeOther)
}

// ownPath is a path of ours, or else the overview: an address that somebody else made must not lead elsewhere.
func ownPath(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(u.Path, "/app") || strings.ContainsAny(text, "\\\r\n") {
		return "/app"
	}
	return u.RequestURI()
}
