// Package meta speaks Meta's Graph and Marketing API: ad campaigns of Facebook and Instagram. Budgets are
// whole minor units by Meta's own table, spend is a decimal of major units, and refusals come under HTTP
// 400 more often than under the status that they mean.
package meta

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/secret"
)

// Connector is Meta's. It is safe for concurrent use.
type Connector struct {
	endpoint platform.Endpoint
	client   platform.Client
}

var _ platform.Connector = (*Connector)(nil)

// Defaults is where Meta is.
func Defaults() platform.Endpoint {
	return platform.Endpoint{
		BaseURL: "https://graph.facebook.com", AuthURL: "https://www.facebook.com/v25.0/dialog/oauth",
		TokenURL: "https://graph.facebook.com/v25.0/oauth/access_token", Version: "v25.0",
	}
}

// New makes a connector; its addresses must be Meta's, or the endpoint a sandbox.
func New(e platform.Endpoint, c platform.Client) (*Connector, error) {
	if err := e.Check("graph.facebook.com", "www.facebook.com"); err != nil {
		return nil, err
	}
	return &Connector{e, c}, nil
}

// Info implements platform.Connector. A token is renewed by exchanging it while it is good, so that is
// done two weeks and more before its end.
func (c *Connector) Info() platform.Info {
	return platform.Info{
		Platform: platform.Meta, Name: "Meta", Scopes: []string{"ads_read", "ads_management", "business_management"},
		PKCE: true, Refreshes: true, Webhooks: true, MaxDays: 7, RenewBefore: 15 * 24 * time.Hour,
	}
}

// AuthorizeURL implements platform.Authorizer.
func (c *Connector) AuthorizeURL(a platform.Authorization) string {
	q := url.Values{
		"client_id": {c.endpoint.ClientID}, "redirect_uri": {a.RedirectURI}, "state": {a.State},
		"scope": {strings.Join(c.Info().Scopes, ",")}, "response_type": {"code"},
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
func (c *Connector) Exchange(ctx context.Context, code, verifier, redirectURI string) (platform.Grant, error) {
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

func (c *Connector) client0() url.Values {
	return url.Values{"client_id": {c.endpoint.ClientID}, "client_secret": {c.endpoint.ClientSecret.Reveal()}}
}

// Refresh implements platform.Authorizer. There is no refresh token: the access token renews itself,
// as long as it is good.
func (c *Connector) Refresh(ctx context.Context, g platform.Grant) (platform.Grant, error) {
	q := c.client0()
	q.Set("grant_type", "fb_exchange_token")
	q.Set("fb_exchange_token", g.Access.Reveal())
	next, err := c.token(ctx, "refresh", q)
	if platform.Is(err, platform.ClassAuthExpired) {
		refused := *platform.AsError(err)
		refused.Class = platform.ClassAuthRevoked // what has ended can't be exchanged any more
		return next, &refused
	}
	return next, err
}

func (c *Connector) token(ctx context.Context, op string, q url.Values) (platform.Grant, error) {
	r, err := platform.Get(c.endpoint.TokenURL, q.Encode())
	if err != nil {
		return platform.Grant{}, c.broken(op, err)
	}
	var t token
	secrets := []string{q.Get("client_secret"), q.Get("code"), q.Get("fb_exchange_token"), q.Get("code_verifier")}
	answer, err := c.send(ctx, op, nil, r, secrets, &t)
	if err != nil {
		return platform.Grant{}, err
	}
	if t.Access == "" {
		return platform.Grant{}, &platform.Error{Platform: platform.Meta, Op: op, Class: platform.ClassTransient, Code: "malformed", Message: "the answer has no token"}
	}
	g := platform.Grant{Access: secret.NewText(t.Access)}
	if seconds, err := t.Seconds.Int(); err == nil && seconds > 0 {
		g.ExpiresAt = answer.At.Add(time.Duration(seconds) * time.Second)
	}
	return g, nil
}

// Revoke implements platform.Authorizer.
func (c *Connector) Revoke(ctx context.Context, call platform.Call) error {
	r, err := http.NewRequest(http.MethodDelete, c.url(PermissionsPath)+"?"+c.signed(call, url.Values{}).Encode(), nil)
	if err != nil {
		return c.broken("revoke", err)
	}
	_, err = c.send(ctx, "revoke", call.Meter, r, []string{call.Token.Reveal()}, nil)
	if platform.Is(err, platform.ClassAuthRevoked) || platform.Is(err, platform.ClassAuthExpired) {
		return nil
	}
	return err
}

// url is the address of a path of the configured version.
func (c *Connector) url(path string) string {
	return c.endpoint.BaseURL + "/" + c.endpoint.Version + path
}

// signed adds the token, and the proof that we know the app's secret: a stolen token alone is no use.
func (c *Connector) signed(call platform.Call, q url.Values) url.Values {
	q.Set("access_token", call.Token.Reveal())
	mac := hmac.New(sha256.New, []byte(c.endpoint.ClientSecret.Reveal()))
	mac.Write([]byte(call.Token.Reveal()))
	q.Set("appsecret_proof", hex.EncodeToString(mac.Sum(nil)))
	return q
}

// get reads a path.
func (c *Connector) get(ctx context.Context, op string, call platform.Call, path string, q url.Values, v any) error {
	r, err := platform.Get(c.url(path), c.signed(call, q).Encode())
	if err != nil {
		return c.broken(op, err)
	}
	_, err = c.send(ctx, op, call.Meter, r, []string{call.Token.Reveal()}, v)
	return err
}

// send makes the call and reads the answer into v, or the refusal.
func (c *Connector) send(ctx context.Context, op string, meter *platform.Meter, r *http.Request, secrets []string, v any) (platform.Answer, error) {
	a, err := c.client.Do(ctx, op, meter, r)
	if err != nil {
		return a, err
	}
	usage(a.Header, meter)
	if err := c.refusal(op, a, secrets); err != nil {
		return a, err
	}
	if v == nil {
		return a, nil
	}
	return a, c.client.Decode(op, a, v)
}

// broken is a request that could not be made.
func (c *Connector) broken(op string, err error) error {
	return &platform.Error{Platform: platform.Meta, Op: op, Class: platform.ClassInvalid, Message: "the request could not be made", Err: err}
}
