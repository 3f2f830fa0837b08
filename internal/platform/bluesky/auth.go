package bluesky

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/secret"
)

// AuthorizeURL implements platform.Authorizer: it is the page beside the callback on which people give their
// handle and an app password.
func (k *Connector) AuthorizeURL(a platform.Authorization) string {
	u, err := url.Parse(a.RedirectURI)
	if err != nil { // ours, by configuration
		return a.RedirectURI
	}
	u.Path = path.Join(path.Dir(u.Path), "sign-in")
	u.RawQuery = url.Values{"state": {a.State}}.Encode()
	return u.String()
}

// session is what a sign-in, and each renewal of it, comes to.
type session struct {
	Access  string `json:"accessJwt"`
	Refresh string `json:"refreshJwt"`
}

// Exchange implements platform.Authorizer: code is a handle, a line feed, and an app password.
func (k *Connector) Exchange(ctx context.Context, code, _, _ string) (platform.Grant, error) {
	const op = "token"
	handle, password, ok := strings.Cut(code, "\n")
	handle = strings.TrimPrefix(strings.TrimSpace(handle), "@")
	if !ok || handle == "" || password == "" {
		return platform.Grant{}, k.invalid(op, "sign_in", "a handle and an app password are wanted")
	}
	r, err := platform.PostJSON(k.endpoint.TokenURL, map[string]string{"identifier": handle, "password": password})
	if err != nil {
		return platform.Grant{}, k.invalid(op, "", "the request can't be written")
	}
	return k.session(ctx, op, r, password)
}

// Refresh implements platform.Authorizer. The refresh token is a new one each time.
func (k *Connector) Refresh(ctx context.Context, g platform.Grant) (platform.Grant, error) {
	const op = "refresh"
	old := g.Refresh.Reveal()
	if old == "" {
		return platform.Grant{}, k.refuse(op, platform.ClassAuthRevoked, "no_refresh_token", "the grant has no refresh token")
	}
	r, err := http.NewRequest(http.MethodPost, k.method("com.atproto.server.refreshSession"), nil)
	if err != nil {
		return platform.Grant{}, k.invalid(op, "", "the request can't be written")
	}
	r.Header.Set("Authorization", "Bearer "+old)
	next, err := k.session(ctx, op, r, old, g.Access.Reveal())
	if platform.Is(err, platform.ClassAuthExpired) { // it is the refresh token that has ended
		e := *platform.AsError(err)
		e.Class = platform.ClassAuthRevoked
		return platform.Grant{}, &e
	}
	return next, err
}

// session makes a call that begins or renews a session.
func (k *Connector) session(ctx context.Context, op string, r *http.Request, secrets ...string) (platform.Grant, error) {
	var s session
	if err := k.answered(ctx, op, nil, r, &s, secrets...); err != nil {
		return platform.Grant{}, err
	}
	if s.Access == "" || s.Refresh == "" {
		return platform.Grant{}, k.refuse(op, platform.ClassTransient, "malformed", "the answer has no tokens")
	}
	return platform.Grant{
		Access: secret.NewText(s.Access), Refresh: secret.NewText(s.Refresh), ExpiresAt: end(s.Access), RefreshExpires: end(s.Refresh),
	}, nil
}

// end is when a token ends by its own word; zero when it doesn't say. Nothing hangs on its signature: an
// end that is wrong makes a renewal too many, or a refusal.
func end(token string) time.Time {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return time.Time{}
	}
	var claims struct {
		Exp platform.Number `json:"exp"`
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		return time.Time{}
	}
	seconds, err := claims.Exp.Int()
	if err != nil || seconds <= 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}

// Revoke implements platform.Authorizer. A session can be ended with its refresh token only, which a call
// doesn't carry: it ends by itself when that is renewed no more, and people take app passwords back.
func (k *Connector) Revoke(context.Context, platform.Call) error { return nil }

// Accounts implements platform.Authorizer: a session is one account's.
func (k *Connector) Accounts(ctx context.Context, c platform.Call) ([]platform.Account, error) {
	const op = "accounts"
	r, err := platform.Get(k.method("com.atproto.server.getSession"), "")
	if err != nil {
		return nil, k.invalid(op, "", "the request can't be written")
	}
	var s struct {
		DID    string `json:"did"`
		Handle string `json:"handle"`
		Active *bool  `json:"active"` // absent: it is
	}
	if err := k.ask(ctx, op, c, r, &s); err != nil {
		return nil, err
	}
	if !did.MatchString(s.DID) {
		return nil, k.refuse(op, platform.ClassTransient, "malformed", "the session has no account")
	}
	return []platform.Account{{ID: s.DID, Name: s.Handle, Suspended: s.Active != nil && !*s.Active}}, nil
}
