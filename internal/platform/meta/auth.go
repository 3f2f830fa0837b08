package meta

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/secret"
)

// renewBefore is how long before its end a token is renewed: that is done by exchanging it while it is
// good, so it must not be missed.
const renewBefore = 15 * 24 * time.Hour

// AuthorizeURL implements platform.Authorizer.
func (c *graph) AuthorizeURL(a platform.Authorization) string {
	q := url.Values{
		"client_id": {c.endpoint.ClientID}, "redirect_uri": {a.RedirectURI}, "state": {a.State},
		"scope": {strings.Join(c.scopes, ",")}, "response_type": {"code"},
	}
	if a.Challenge != "" {
		q.Set("code_challenge", a.Challenge)
		q.Set("code_challenge_method", "S256")
	}
	return c.endpoint.AuthURL + "?" + q.Encode()
}

type token struct {
	Access  string          `json:"access_token"`
	Seconds platform.Number `json:"expires_in"`
}

// Exchange implements platform.Authorizer: the code brings a token of hours, which is exchanged for one
// of about sixty days at once.
func (c *graph) Exchange(ctx context.Context, code, verifier, redirectURI string) (platform.Grant, error) {
	q := c.client0()
	q.Set("code", code)
	q.Set("redirect_uri", redirectURI)
	if verifier != "" {
		q.Set("code_verifier", verifier)
	}
	short, err := c.token(ctx, "token", q)
	if err != nil {
		return short, err
	}
	return c.Refresh(ctx, short)
}

func (c *graph) client0() url.Values {
	return url.Values{"client_id": {c.endpoint.ClientID}, "client_secret": {c.endpoint.ClientSecret.Reveal()}}
}

// Refresh implements platform.Authorizer. There is no refresh token: the access token renews itself,
// as long as it is good.
func (c *graph) Refresh(ctx context.Context, g platform.Grant) (platform.Grant, error) {
	q := c.client0()
	q.Set("grant_type", "fb_exchange_token")
	q.Set("fb_exchange_token", g.Access.Reveal())
	return c.token(ctx, "refresh", q)
}

func (c *graph) token(ctx context.Context, op string, q url.Values) (platform.Grant, error) {
	r, err := platform.Get(c.endpoint.TokenURL, q.Encode())
	if err != nil {
		return platform.Grant{}, c.broken(op, err)
	}
	var t token
	secrets := []string{q.Get("client_secret"), q.Get("code"), q.Get("fb_exchange_token"), q.Get("code_verifier")}
	answer, err := c.send(ctx, op, nil, r, secrets, &t)
	if platform.Is(err, platform.ClassAuthExpired) {
		refused := *platform.AsError(err)
		refused.Class = platform.ClassAuthRevoked // what has ended can't be exchanged any more
		return platform.Grant{}, &refused
	}
	if err != nil {
		return platform.Grant{}, err
	}
	if t.Access == "" {
		return platform.Grant{}, &platform.Error{Platform: c.client.Platform, Op: op, Class: platform.ClassTransient, Code: "malformed", Message: "the answer has no token"}
	}
	g := platform.Grant{Access: secret.NewText(t.Access)}
	if seconds, err := t.Seconds.Int(); err == nil && seconds > 0 {
		g.ExpiresAt = answer.At.Add(time.Duration(seconds) * time.Second)
	}
	return g, nil
}

// Revoke implements platform.Authorizer.
func (c *graph) Revoke(ctx context.Context, call platform.Call) error {
	r, err := http.NewRequest(http.MethodDelete, c.url(PermissionsPath)+"?"+c.signed(call, url.Values{}).Encode(), nil)
	if err != nil {
		return c.broken("revoke", err)
	}
	var d done
	_, err = c.send(ctx, "revoke", call.Meter, r, []string{call.Token.Reveal()}, &d)
	switch {
	case err == nil:
		return c.undone("revoke", d)
	case platform.Is(err, platform.ClassAuthRevoked), platform.Is(err, platform.ClassAuthExpired):
		return nil // it had ended before
	}
	return err
}
