package linkedin

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/secret"
)

// AuthorizeURL is the consent page. It takes no code challenge.
func (k *rest) AuthorizeURL(a platform.Authorization) string {
	return k.endpoint.AuthURL + "?" + url.Values{
		"response_type": {"code"}, "client_id": {k.endpoint.ClientID}, "redirect_uri": {a.RedirectURI},
		"state": {a.State}, "scope": {strings.Join(k.scopes, " ")},
	}.Encode()
}

// Exchange turns a code into a grant. Only approved partners are given a refresh token.
func (k *rest) Exchange(ctx context.Context, code, _, redirectURI string) (platform.Grant, error) {
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirectURI}}
	return k.token(ctx, "token", form, platform.Grant{}, code)
}

// Refresh gets a new access token. The refresh token may be a new one, and ends when the first one would have.
func (k *rest) Refresh(ctx context.Context, g platform.Grant) (platform.Grant, error) {
	old := g.Refresh.Reveal()
	if old == "" {
		return platform.Grant{}, k.refuse("refresh", platform.ClassAuthRevoked, "no_refresh_token", "the grant has no refresh token")
	}
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {old}}
	return k.token(ctx, "refresh", form, g, old, g.Access.Reveal())
}

// token asks the token endpoint. What its answer leaves out stays as in old.
func (k *rest) token(ctx context.Context, op string, form url.Values, old platform.Grant, secrets ...string) (platform.Grant, error) {
	form.Set("client_id", k.endpoint.ClientID)
	form.Set("client_secret", k.endpoint.ClientSecret.Reveal())
	r, err := platform.PostForm(k.endpoint.TokenURL, form)
	if err != nil {
		return platform.Grant{}, k.invalid(op, "", "the request can't be written")
	}
	answer, err := k.client.Do(ctx, op, nil, r)
	if err != nil {
		return platform.Grant{}, err
	}
	if err := k.tokenRefusal(op, answer, append(secrets, k.endpoint.ClientSecret.Reveal())...); err != nil {
		return platform.Grant{}, err
	}
	var body struct {
		Access         string          `json:"access_token"`
		Expires        platform.Number `json:"expires_in"`
		Refresh        string          `json:"refresh_token"`
		RefreshExpires platform.Number `json:"refresh_token_expires_in"`
		Scope          string          `json:"scope"`
	}
	if err := k.client.Decode(op, answer, &body); err != nil {
		return platform.Grant{}, err
	}
	if body.Access == "" {
		return platform.Grant{}, k.refuse(op, platform.ClassTransient, "malformed", "the answer has no access token")
	}
	g := old
	g.Access, g.ExpiresAt = secret.NewText(body.Access), after(answer.At, body.Expires)
	if body.Refresh != "" {
		g.Refresh = secret.NewText(body.Refresh)
	}
	if body.RefreshExpires != "" {
		g.RefreshExpires = after(answer.At, body.RefreshExpires)
	}
	if scopes := scopesOf(body.Scope); len(scopes) > 0 {
		g.Scopes = scopes
	}
	return g, nil
}

// scopesOf takes both separators: LinkedIn is asked with spaces and answers with commas.
func scopesOf(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

// after is the moment so many seconds after at; zero when there is no number of them.
func after(at time.Time, seconds platform.Number) time.Time {
	n, err := seconds.Int()
	if err != nil || n <= 0 {
		return time.Time{}
	}
	return at.Add(time.Duration(n) * time.Second)
}

// Revoke gives the token back.
func (k *rest) Revoke(ctx context.Context, c platform.Call) error {
	const op = "revoke"
	r, err := platform.PostForm(revokeURL(k.endpoint.TokenURL), url.Values{
		"token": {c.Token.Reveal()}, "client_id": {k.endpoint.ClientID}, "client_secret": {k.endpoint.ClientSecret.Reveal()},
	})
	if err != nil {
		return k.invalid(op, "", "the request can't be written")
	}
	answer, err := k.client.Do(ctx, op, c.Meter, r)
	if err != nil {
		return err
	}
	if answer.Status == http.StatusNoContent {
		return nil
	}
	err = k.tokenRefusal(op, answer, c.Token.Reveal(), k.endpoint.ClientSecret.Reveal())
	if platform.Is(err, platform.ClassAuthRevoked) {
		return nil // it had ended before
	}
	if err != nil || len(answer.Body) == 0 {
		return err
	}
	return k.client.Decode(op, answer, new(any)) // a page of a proxy's is no word of LinkedIn's
}
