// Package meta speaks Meta's Graph and Marketing API: ad campaigns, and the posts of Facebook Pages and
// Instagram accounts. Budgets are whole minor units by Meta's own table, spend is a decimal of major units,
// and refusals come under HTTP 400 more often than under the status that they mean.
package meta

import "bellwether/internal/platform"

// Connector is Meta's. It is safe for concurrent use.
type Connector struct{ graph }

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
	g, err := newGraph(e, c, platform.Meta, "ads_read", "ads_management", "business_management")
	if err != nil {
		return nil, err
	}
	return &Connector{g}, nil
}

// Info implements platform.Party.
func (c *Connector) Info() platform.Info {
	return platform.Info{
		Platform: platform.Meta, Name: "Meta", Scopes: c.scopes,
		PKCE: true, Refreshes: true, Webhooks: true, MaxDays: maxDays, RenewBefore: renewBefore,
	}
}
