package mastodon

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"bellwether/internal/platform"
	"bellwether/internal/secret"
)

// AuthorizeURL implements platform.Authorizer: it is the instance's consent page.
func (k *Connector) AuthorizeURL(a platform.Authorization) string {
	q := url.Values{
		"response_type": {"code"}, "client_id": {k.endpoint.ClientID}, "redirect_uri": {a.RedirectURI},
		"state": {a.State}, "scope": {strings.Join(k.Info().Scopes, " ")},
	}
	if a.Challenge != "" {
		q.Set("code_challenge", a.Challenge)
		q.Set("code_challenge_method", "S256")
	}
	return k.endpoint.AuthURL + "?" + q.Encode()
}

// Exchange implements platform.Authorizer. The token never ends by itself.
func (k *Connector) Exchange(ctx context.Context, code, verifier, redirectURI string) (platform.Grant, error) {
	const op = "token"
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirectURI}}
	if verifier != "" {
		form.Set("code_verifier", verifier)
	}
	answer, err := k.oauth(ctx, op, nil, k.endpoint.TokenURL, form, code, verifier)
	if err != nil {
		return platform.Grant{}, err
	}
	var body struct {
		Access string `json:"access_token"`
		Scope  string `json:"scope"`
	}
	if err := k.client.Decode(op, answer, &body); err != nil {
		return platform.Grant{}, settled(op, err)
	}
	if body.Access == "" {
		return platform.Grant{}, k.refuse(op, platform.ClassTransient, "malformed", "the answer has no access token")
	}
	return platform.Grant{Access: secret.NewText(body.Access), Scopes: strings.Fields(body.Scope)}, nil
}

// Refresh implements platform.Authorizer: there is nothing to renew.
func (k *Connector) Refresh(context.Context, platform.Grant) (platform.Grant, error) {
	return platform.Grant{}, k.refuse("refresh", platform.ClassAuthRevoked, "no_refresh_token", "Mastodon's grants can't be renewed")
}

// Revoke implements platform.Authorizer.
func (k *Connector) Revoke(ctx context.Context, c platform.Call) error {
	_, err := k.oauth(ctx, "revoke", c.Meter, revokeURL(k.endpoint.TokenURL), url.Values{"token": {c.Token.Reveal()}}, c.Token.Reveal())
	if platform.Is(err, platform.ClassAuthRevoked) {
		return nil // it had ended before
	}
	return err
}

// oauth posts a form in the name of the application.
func (k *Connector) oauth(ctx context.Context, op string, m *platform.Meter, address string, form url.Values, secrets ...string) (platform.Answer, error) {
	own := k.endpoint.ClientSecret.Reveal()
	form.Set("client_id", k.endpoint.ClientID)
	form.Set("client_secret", own)
	r, err := platform.PostForm(address, form)
	if err != nil {
		return platform.Answer{}, k.invalid(op, "", "the request can't be written")
	}
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
		ID        platform.ID `json:"id"`
		Acct      string      `json:"acct"`
		URL       string      `json:"url"`
		Suspended bool        `json:"suspended"`
	}
	if _, err := k.get(ctx, op, c, "/api/v1/accounts/verify_credentials", "", &body); err != nil {
		return nil, err
	}
	if !plain(string(body.ID)) {
		return nil, k.refuse(op, platform.ClassTransient, "malformed", "the account has no id")
	}
	name := body.Acct
	if u, err := url.Parse(body.URL); err == nil && u.Host != "" {
		name += "@" + u.Host // at home, an instance leaves itself out
	}
	return []platform.Account{{ID: string(body.ID), Name: name, Suspended: body.Suspended}}, nil
}
