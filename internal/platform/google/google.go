// Package google is the connector to Google Ads, by its REST interface: JSON as the protos are
// transcoded, with whole numbers as texts. It has no webhooks and no posts.
package google

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"bellwether/internal/platform"
)

// scope is the one that Google Ads has: everything.
const scope = "https://www.googleapis.com/auth/adwords"

const (
	maxDays    = 90
	dailyCalls = 15_000 // operations of a project with basic access
)

// Defaults are the production addresses, and the version that the connector was written against.
func Defaults() platform.Endpoint {
	return platform.Endpoint{
		BaseURL:  "https://googleads.googleapis.com",
		AuthURL:  "https://accounts.google.com/o/oauth2/v2/auth",
		TokenURL: "https://oauth2.googleapis.com/token",
		Version:  "v25",
	}
}

// Connector is Google Ads.
type Connector struct {
	endpoint platform.Endpoint
	client   platform.Client
}

var _ platform.Connector = (*Connector)(nil)

var version = regexp.MustCompile(`^v[1-9][0-9]{0,2}$`)

// New refuses an endpoint outside Google, unless it is a sandbox.
func New(e platform.Endpoint, c platform.Client) (*Connector, error) {
	if err := e.Check("googleads.googleapis.com", "accounts.google.com", "oauth2.googleapis.com"); err != nil {
		return nil, fmt.Errorf("google: %w", err)
	}
	if !version.MatchString(e.Version) {
		return nil, fmt.Errorf("google: %q is no version like v25", e.Version)
	}
	c.Platform = platform.Google
	return &Connector{e, c}, nil
}

// Info says what the connector can do.
func (*Connector) Info() platform.Info {
	return platform.Info{
		Platform: platform.Google, Name: "Google Ads", Scopes: []string{scope}, PKCE: true, Refreshes: true,
		MaxDays: maxDays, DailyCalls: dailyCalls,
	}
}

// address is that of a path of the API: "customers:listAccessibleCustomers".
func (k *Connector) address(path string) string {
	return k.endpoint.BaseURL + "/" + k.endpoint.Version + "/" + path
}

// ask makes the call and reads its answer into v. A refusal is an *platform.Error, whatever the status
// was that it came under.
func (k *Connector) ask(ctx context.Context, op string, c platform.Call, r *http.Request, v any) error {
	r.Header.Set("Authorization", "Bearer "+c.Token.Reveal())
	if c.Account.ManagerID != "" {
		r.Header.Set("login-customer-id", c.Account.ManagerID)
	}
	if token := k.endpoint.Extra.Reveal(); token != "" {
		r.Header.Set("developer-token", token)
	}
	answer, err := k.client.Do(ctx, op, c.Meter, r)
	if err != nil {
		return err
	}
	if err := k.refusal(op, answer, c.Token.Reveal()); err != nil {
		return err
	}
	return k.client.Decode(op, answer, v)
}

// post sends body to a path of the API and reads the answer into v.
func (k *Connector) post(ctx context.Context, op string, c platform.Call, path string, body, v any) error {
	if err := k.checkAccount(op, c.Account); err != nil {
		return err
	}
	r, err := platform.PostJSON(k.address(path), body)
	if err != nil {
		return k.invalid(op, "", "the request can't be written")
	}
	return k.ask(ctx, op, c, r, v)
}

// search runs one page of a query over the account into v. It never says how large pages are to be:
// Google refuses that.
func (k *Connector) search(ctx context.Context, op string, c platform.Call, query, cursor string, v any) error {
	body := struct {
		Query     string `json:"query"`
		PageToken string `json:"pageToken,omitempty"`
	}{query, cursor}
	return k.post(ctx, op, c, "customers/"+c.Account.ID+"/googleAds:search", body, v)
}

// checkAccount keeps ids that are no numbers out of paths and headers.
func (k *Connector) checkAccount(op string, a platform.Account) error {
	if !digits(a.ID) || a.ManagerID != "" && !digits(a.ManagerID) {
		return k.invalid(op, "account", "the id of an account is a number without dashes")
	}
	return nil
}

func (k *Connector) checkCampaign(op, id string) error {
	if !digits(id) {
		return k.invalid(op, "campaign", "the id of a campaign is a number")
	}
	return nil
}

// digits reports whether text is a positive whole number of at most 19 digits.
func digits(text string) bool {
	return text != "" && len(text) <= 19 && strings.Trim(text, "0123456789") == ""
}
