package tiktok

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"time"

	"bellwether/internal/money"
	"bellwether/internal/platform"
	"bellwether/internal/secret"
)

// AuthorizeURL is the consent page. It takes no code challenge and no scopes.
func (k *Connector) AuthorizeURL(a platform.Authorization) string {
	return k.endpoint.AuthURL + "?" + url.Values{
		"app_id": {k.endpoint.ClientID}, "redirect_uri": {a.RedirectURI}, "state": {a.State},
	}.Encode()
}

// Exchange turns a code into a token that lives until somebody takes it back.
func (k *Connector) Exchange(ctx context.Context, code, _, _ string) (platform.Grant, error) {
	const op = "token"
	r, err := platform.PostJSON(k.endpoint.TokenURL, map[string]string{
		"app_id": k.endpoint.ClientID, "secret": k.endpoint.ClientSecret.Reveal(), "auth_code": code,
	})
	if err != nil {
		return platform.Grant{}, k.invalid(op, "", "the request can't be written")
	}
	answer, err := k.client.Do(ctx, op, nil, r)
	if err != nil {
		return platform.Grant{}, err
	}
	var data struct {
		Access string `json:"access_token"`
	}
	if err := k.read(op, answer, &data, code); err != nil {
		if refusal := platform.AsError(err); refusal.Class == platform.ClassAuthExpired {
			refusal.Class = platform.ClassAuthRevoked // a code can't be renewed
		}
		return platform.Grant{}, err
	}
	if data.Access == "" {
		return platform.Grant{}, k.refuse(op, platform.ClassTransient, "malformed", "the answer has no access token")
	}
	return platform.Grant{Access: secret.NewText(data.Access)}, nil
}

// Refresh can't prolong anything: tokens live until they are taken back.
func (k *Connector) Refresh(context.Context, platform.Grant) (platform.Grant, error) {
	return platform.Grant{}, k.refuse("refresh", platform.ClassAuthRevoked, "no_refresh_token", "the platform has no refresh tokens")
}

// Revoke gives the token back.
func (k *Connector) Revoke(ctx context.Context, c platform.Call) error {
	body := map[string]string{"app_id": k.endpoint.ClientID, "secret": k.endpoint.ClientSecret.Reveal(), "access_token": c.Token.Reveal()}
	err := k.post(ctx, "revoke", c, RevokePath, body, nil)
	if platform.Is(err, platform.ClassAuthRevoked) {
		return nil // it had ended before
	}
	return err
}

type advertiser struct {
	ID       platform.ID    `json:"advertiser_id"`
	Name     string         `json:"name"`
	Status   string         `json:"status"`   // StatusField
	Currency money.Currency `json:"currency"` // CurrencyField
	TimeZone string         `json:"timezone"` // TimeZoneField
}

var infoFields = []string{"advertiser_id", "name", StatusField, CurrencyField, TimeZoneField}

// Accounts are the advertisers that the token reaches.
func (k *Connector) Accounts(ctx context.Context, c platform.Call) ([]platform.Account, error) {
	const op = "accounts"
	var reached struct {
		List []struct {
			ID platform.ID `json:"advertiser_id"`
		} `json:"list"`
	}
	query := url.Values{"app_id": {k.endpoint.ClientID}, "secret": {k.endpoint.ClientSecret.Reveal()}}
	if err := k.get(ctx, op, c, "oauth2/advertiser/get/", query, &reached); err != nil {
		return nil, err
	}
	var ids []string
	for _, a := range reached.List {
		ids = append(ids, string(a.ID))
	}
	var all []platform.Account
	for part := range slices.Chunk(ids, infoPage) {
		var told struct {
			List []advertiser `json:"list"`
		}
		query := url.Values{"advertiser_ids": {jsonText(part)}, "fields": {jsonText(infoFields)}}
		if err := k.get(ctx, op, c, "advertiser/info/", query, &told); err != nil {
			return nil, err
		}
		for _, a := range told.List {
			if _, err := time.LoadLocation(a.TimeZone); err != nil || a.TimeZone == "" {
				return nil, k.refuse(op, platform.ClassUnknown, "malformed", "the time zone of advertiser "+string(a.ID)+" is not known")
			}
			all = append(all, platform.Account{
				ID: string(a.ID), Name: cmp.Or(a.Name, string(a.ID)), Currency: a.Currency, TimeZone: a.TimeZone, Suspended: closed[a.Status],
			})
		}
	}
	slices.SortFunc(all, func(a, b platform.Account) int { return cmp.Compare(a.ID, b.ID) })
	return all, nil
}
