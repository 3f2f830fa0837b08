package x

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/secret"
)

// AuthorizeURL implements platform.Authorizer. X takes no request without a code challenge.
func (k *Connector) AuthorizeURL(a platform.Authorization) string {
	return k.endpoint.AuthURL + "?" + url.Values{
		"response_type": {"code"}, "client_id": {k.endpoint.ClientID}, "redirect_uri": {a.RedirectURI}, "state": {a.State},
		"scope": {strings.Join(k.Info().Scopes, " ")}, "code_challenge": {a.Challenge}, "code_challenge_method": {"S256"},
	}.Encode()
}

// Exchange implements platform.Authorizer. A code lives 30 seconds.
func (k *Connector) Exchange(ctx context.Context, code, verifier, redirectURI string) (platform.Grant, error) {
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirectURI}, "code_verifier": {verifier}}
	return k.token(ctx, "token", form, platform.Grant{}, code, verifier)
}

// Refresh implements platform.Authorizer. A refresh token works once.
func (k *Connector) Refresh(ctx context.Context, g platform.Grant) (platform.Grant, error) {
	old := g.Refresh.Reveal()
	if old == "" {
		return platform.Grant{}, k.refuse("refresh", platform.ClassAuthRevoked, "no_refresh_token", "the grant has no refresh token")
	}
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {old}}
	return k.token(ctx, "refresh", form, g, old, g.Access.Reveal())
}

// token asks the token endpoint. What its answer leaves out stays as in old.
func (k *Connector) token(ctx context.Context, op string, form url.Values, old platform.Grant, secrets ...string) (platform.Grant, error) {
	answer, err := k.oauth(ctx, op, nil, k.endpoint.TokenURL, form, secrets...)
	if err != nil {
		return platform.Grant{}, err
	}
	var body struct {
		Access  string          `json:"access_token"`
		Expires platform.Number `json:"expires_in"` // seconds
		Refresh string          `json:"refresh_token"`
		Scope   string          `json:"scope"`
	}
	if err := k.client.Decode(op, answer, &body); err != nil {
		return platform.Grant{}, settled(op, err)
	}
	if body.Access == "" {
		return platform.Grant{}, k.refuse(op, platform.ClassTransient, "malformed", "the answer has no access token")
	}
	g := old
	g.Access, g.ExpiresAt = secret.NewText(body.Access), time.Time{}
	if n, err := body.Expires.Int(); err == nil && n > 0 {
		g.ExpiresAt = answer.At.Add(time.Duration(n) * time.Second)
	}
	if body.Refresh != "" {
		g.Refresh = secret.NewText(body.Refresh)
	}
	if scopes := strings.Fields(body.Scope); len(scopes) > 0 {
		g.Scopes = scopes
	}
	return g, nil
}

// Revoke implements platform.Authorizer.
func (k *Connector) Revoke(ctx context.Context, c platform.Call) error {
	const op = "revoke"
	form := url.Values{"token": {c.Token.Reveal()}, "token_type_hint": {"access_token"}}
	answer, err := k.oauth(ctx, op, c.Meter, revokeURL(k.endpoint.TokenURL), form, c.Token.Reveal())
	if platform.Is(err, platform.ClassAuthRevoked) {
		return nil // it had ended before
	}
	if err != nil {
		return err
	}
	return settled(op, k.client.Decode(op, answer, new(any))) // a page of a proxy's is no word of X's
}

// oauth posts a form in the name of the application, which shows who it is as HTTP's basic authentication does.
func (k *Connector) oauth(ctx context.Context, op string, m *platform.Meter, address string, form url.Values, secrets ...string) (platform.Answer, error) {
	own := k.endpoint.ClientSecret.Reveal()
	r, err := platform.PostForm(address, form)
	if err != nil {
		return platform.Answer{}, k.invalid(op, "", "the request can't be written")
	}
	r.SetBasicAuth(url.QueryEscape(k.endpoint.ClientID), url.QueryEscape(own))
	answer, err := k.client.Do(ctx, op, m, r)
	if err == nil && answer.Status != http.StatusOK {
		err = k.oauthRefusal(op, answer, append(secrets, own)...)
	}
	return answer, settled(op, err)
}

// Accounts implements platform.Authorizer: a grant reaches the account of the person who gave it.
func (k *Connector) Accounts(ctx context.Context, c platform.Call) ([]platform.Account, error) {
	const op = "accounts"
	var body struct {
		Data struct {
			ID   platform.ID `json:"id"`
			Name string      `json:"username"`
		} `json:"data"`
	}
	if err := k.get(ctx, op, c, "/users/me", "", &body); err != nil {
		return nil, err
	}
	if !digits(string(body.Data.ID)) {
		return nil, k.refuse(op, platform.ClassTransient, "malformed", "the account has no id")
	}
	return []platform.Account{{ID: string(body.Data.ID), Name: body.Data.Name}}, nil
}
