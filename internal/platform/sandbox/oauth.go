package sandbox

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"time"
)

// Grant is what somebody allowed at a platform.
type Grant struct {
	Platform       string    `json:"platform"`
	Access         string    `json:"access"`
	Refresh        string    `json:"refresh,omitempty"`
	ExpiresAt      time.Time `json:"expiresAt,omitzero"` // zero: never
	RefreshExpires time.Time `json:"refreshExpires,omitzero"`
	Scopes         []string  `json:"scopes,omitempty"`
	Revoked        bool      `json:"revoked,omitempty"`
}

// State is what a token is worth.
type State string

// The states of a token.
const (
	Valid   State = "valid"
	Expired State = "expired"
	Revoked State = "revoked"
	Unknown State = "unknown"
)

// code is an authorization code that waits to be redeemed.
type code struct {
	Platform    string   `json:"platform"`
	RedirectURI string   `json:"redirectUri"`
	Challenge   string   `json:"challenge,omitempty"`
	Scopes      []string `json:"scopes,omitempty"`
}

// Errors of the token endpoints.
var (
	ErrCode    = errors.New("the code is unknown, or was used")
	ErrPKCE    = errors.New("the verifier does not fit the challenge")
	ErrURI     = errors.New("the redirect address is not the one of the request")
	ErrRefresh = errors.New("the refresh token is unknown, revoked or was used")
)

// lifetimes are how long a platform's tokens live; zero is for ever.
var lifetimes = map[string]struct {
	access, refresh time.Duration
	rotates         bool
	hasRefresh      bool
}{
	"meta":     {access: 5183944 * time.Second},
	"google":   {access: time.Hour, hasRefresh: true},
	"linkedin": {access: 60 * 24 * time.Hour, refresh: 365 * 24 * time.Hour, hasRefresh: true, rotates: true},
	"tiktok":   {},

	"facebook":      {access: 5183944 * time.Second},
	"instagram":     {access: 5183944 * time.Second},
	"linkedin_page": {access: 60 * 24 * time.Hour, refresh: 365 * 24 * time.Hour, hasRefresh: true, rotates: true},
	"x":             {access: 2 * time.Hour, hasRefresh: true, rotates: true},
	"mastodon":      {},
	"bluesky":       {access: 2 * time.Hour, refresh: 60 * 24 * time.Hour, hasRefresh: true, rotates: true},
}

func (w *World) token(prefix string) string {
	b := make([]byte, 20)
	_, _ = io.ReadFull(w.random, b)
	return prefix + hex.EncodeToString(b)
}

// Issue makes a code that works once.
func (w *World) Issue(platform, redirectURI, challenge string, scopes []string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.token("code-")
	w.state.Codes[c] = code{platform, redirectURI, challenge, scopes}
	w.keep()
	return c
}

// Redeem turns a code into a grant.
func (w *World) Redeem(platform, text, verifier, redirectURI string) (Grant, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, ok := w.state.Codes[text]
	if !ok || c.Platform != platform {
		return Grant{}, ErrCode
	}
	delete(w.state.Codes, text)
	defer w.keep()
	if redirectURI != "" && c.RedirectURI != redirectURI {
		return Grant{}, ErrURI
	}
	if c.Challenge != "" {
		sum := sha256.Sum256([]byte(verifier))
		if base64.RawURLEncoding.EncodeToString(sum[:]) != c.Challenge {
			return Grant{}, ErrPKCE
		}
	}
	g := w.fresh(platform, c.Scopes)
	w.state.Grants = append(w.state.Grants, &g)
	return g, nil
}

// fresh is a grant with new tokens.
func (w *World) fresh(platform string, scopes []string) Grant {
	l, now := lifetimes[platform], w.now().UTC()
	g := Grant{Platform: platform, Access: w.token(platform + "-access-"), Scopes: scopes}
	if l.access > 0 {
		g.ExpiresAt = now.Add(l.access)
	}
	if l.hasRefresh {
		g.Refresh = w.token(platform + "-refresh-")
	}
	if l.refresh > 0 {
		g.RefreshExpires = now.Add(l.refresh)
	}
	return g
}

// Rotate renews a grant by its refresh token; Meta's access token renews itself. A token that was
// rotated away ends the grant, as with real providers: somebody else has it.
func (w *World) Rotate(platform, refresh string) (Grant, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	defer w.keep()
	if w.state.Used[refresh] == platform {
		for _, g := range w.state.Grants {
			g.Revoked = g.Revoked || g.Platform == platform
		}
		return Grant{}, ErrRefresh
	}
	for _, g := range w.state.Grants {
		self := g.Refresh == "" && g.Access == refresh
		if g.Platform != platform || g.Revoked || (g.Refresh != refresh && !self) || refresh == "" {
			continue
		}
		if self && !g.ExpiresAt.IsZero() && !w.now().Before(g.ExpiresAt) {
			return Grant{}, ErrRefresh
		}
		w.state.Refreshes[refresh]++
		next := w.fresh(platform, g.Scopes)
		if !lifetimes[platform].rotates && g.Refresh != "" {
			next.Refresh = g.Refresh
		} else if g.Refresh != "" {
			w.state.Used[g.Refresh] = platform
			next.RefreshExpires = g.RefreshExpires
		}
		*g = next
		return next, nil
	}
	return Grant{}, ErrRefresh
}

// Grant finds a grant by its access token, and what that is worth.
func (w *World) Grant(platform, access string) (Grant, State) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, g := range w.state.Grants {
		if g.Platform != platform || g.Access != access || access == "" {
			continue
		}
		switch {
		case g.Revoked:
			return *g, Revoked
		case !g.ExpiresAt.IsZero() && !w.now().Before(g.ExpiresAt):
			return *g, Expired
		}
		return *g, Valid
	}
	return Grant{}, Unknown
}

// Revoke ends the grant that has the token.
func (w *World) Revoke(platform, token string) {
	w.end(func(g *Grant) bool { return g.Platform == platform && (g.Access == token || g.Refresh == token) })
}

// RevokeAll ends all grants of a platform.
func (w *World) RevokeAll(platform string) {
	w.end(func(g *Grant) bool { return g.Platform == platform })
}

func (w *World) end(which func(*Grant) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, g := range w.state.Grants {
		g.Revoked = g.Revoked || which(g)
	}
	w.keep()
}

// Expire lets the access tokens of a platform run out now.
func (w *World) Expire(platform string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, g := range w.state.Grants {
		if g.Platform == platform {
			g.ExpiresAt = w.now().UTC()
		}
	}
	w.keep()
}

// Grants are all grants of a platform.
func (w *World) Grants(platform string) []Grant {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []Grant
	for _, g := range w.state.Grants {
		if g.Platform == platform {
			c := *g
			c.Scopes = slices.Clone(g.Scopes)
			list = append(list, c)
		}
	}
	return list
}

// Refreshes are how often each refresh token was taken.
func (w *World) Refreshes() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := map[string]int{}
	for token, count := range w.state.Refreshes {
		n[token] = count
	}
	return n
}
