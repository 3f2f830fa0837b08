// Package linkedin holds the connectors to LinkedIn: its advertising, and its Pages. Their query language is written by
// hand: the usual encoding of a query breaks it.
package linkedin

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"bellwether/internal/platform"
)

const maxDays = 30

// Defaults are the production addresses, and the version that the connector was written against.
func Defaults() platform.Endpoint {
	return platform.Endpoint{
		BaseURL:  "https://api.linkedin.com/rest",
		AuthURL:  "https://www.linkedin.com/oauth/v2/authorization",
		TokenURL: "https://www.linkedin.com/oauth/v2/accessToken",
		Version:  "202607",
	}
}

// rest is what the connectors share: LinkedIn's API, and who we are there. It is safe for concurrent use.
type rest struct {
	endpoint platform.Endpoint
	client   platform.Client
	scopes   []string
}

// Connector is LinkedIn's advertising.
type Connector struct{ rest }

var _ platform.Connector = (*Connector)(nil)

var version = regexp.MustCompile(`^20[0-9]{2}(0[1-9]|1[0-2])$`)

// New refuses an endpoint outside LinkedIn, unless it is a sandbox.
func New(e platform.Endpoint, c platform.Client) (*Connector, error) {
	r, err := newRest(e, c, platform.LinkedIn, "r_ads", "rw_ads", "r_ads_reporting")
	if err != nil {
		return nil, err
	}
	return &Connector{r}, nil
}

func newRest(e platform.Endpoint, c platform.Client, name string, scopes ...string) (rest, error) {
	if err := e.Check("api.linkedin.com", "www.linkedin.com"); err != nil {
		return rest{}, fmt.Errorf("linkedin: %w", err)
	}
	if !version.MatchString(e.Version) {
		return rest{}, fmt.Errorf("linkedin: %q is no version like 202607", e.Version)
	}
	c.Platform = name
	return rest{e, c, scopes}, nil
}

// Info says what the connector can do.
func (k *Connector) Info() platform.Info {
	return platform.Info{
		Platform: platform.LinkedIn, Name: "LinkedIn", Scopes: k.scopes,
		Refreshes: true, Webhooks: true, MaxDays: maxDays,
	}
}

// get asks for a path of the API; query is written as LinkedIn wants it.
func (k *rest) get(ctx context.Context, op string, c platform.Call, path, query string, v any) error {
	r, err := platform.Get(k.endpoint.BaseURL+"/"+path, query)
	if err != nil {
		return k.invalid(op, "", "the request can't be written")
	}
	answer, err := k.ask(ctx, op, c, r)
	if err != nil {
		return err
	}
	return k.client.Decode(op, answer, v)
}

// ask makes the call. A refusal is an *platform.Error.
func (k *rest) ask(ctx context.Context, op string, c platform.Call, r *http.Request) (platform.Answer, error) {
	r.Header.Set("Authorization", "Bearer "+c.Token.Reveal())
	r.Header.Set("LinkedIn-Version", k.endpoint.Version)
	r.Header.Set("X-Restli-Protocol-Version", "2.0.0")
	answer, err := k.client.Do(ctx, op, c.Meter, r)
	if err != nil {
		return platform.Answer{}, err
	}
	return answer, k.refusal(op, answer, c.Token.Reveal())
}

// campaignPath is the path of the account's campaigns, or of one of them.
func (k *Connector) campaignPath(op string, a platform.Account, id string) (string, error) {
	if !digits(a.ID) {
		return "", k.invalid(op, "account", "the id of an account is a number")
	}
	path := "adAccounts/" + a.ID + "/adCampaigns"
	if id == "" {
		return path, nil
	}
	if !digits(id) {
		return "", k.invalid(op, "campaign", "the id of a campaign is a number")
	}
	return path + "/" + id, nil
}

// digits reports whether text is a positive whole number of at most 19 digits.
func digits(text string) bool {
	return text != "" && len(text) <= 19 && strings.Trim(text, "0123456789") == ""
}
