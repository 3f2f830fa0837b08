// Package mastodon is the connector to a Mastodon instance. Instances are many: a configuration is one of
// them, with the application that was registered there.
package mastodon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"bellwether/internal/platform"
)

// Defaults are the addresses of the largest instance.
func Defaults() platform.Endpoint {
	const instance = "https://mastodon.social"
	return platform.Endpoint{BaseURL: instance, AuthURL: instance + "/oauth/authorize", TokenURL: instance + "/oauth/token"}
}

// Connector is an instance. It is safe for concurrent use.
type Connector struct {
	endpoint platform.Endpoint
	client   platform.Client
}

var _ platform.Publisher = (*Connector)(nil)

// New takes any host, but the same one for all addresses, and outside a sandbox nothing in the clear.
func New(e platform.Endpoint, c platform.Client) (*Connector, error) {
	host := ""
	if u, err := url.Parse(e.BaseURL); err == nil { // Check says what is wrong with another one
		host = u.Host
	}
	if err := e.Check(host); err != nil {
		return nil, fmt.Errorf("mastodon: %w", err)
	}
	c.Platform = platform.Mastodon
	return &Connector{e, c}, nil
}

// Info implements platform.Party.
func (*Connector) Info() platform.Info {
	return platform.Info{
		Platform: platform.Mastodon, Name: "Mastodon", Scopes: []string{"read:accounts", "read:statuses", "write:media", "write:statuses"},
		PKCE: true, Uploads: true,
	}
}

// Allowance implements platform.Publisher: an instance tells what is left of five minutes, not of a day.
func (*Connector) Allowance(context.Context, platform.Call) (int, bool, error) { return 0, false, nil }

// get asks for a path of the API, and reads the answer into v.
func (k *Connector) get(ctx context.Context, op string, c platform.Call, path, query string, v any) (status int, err error) {
	r, err := platform.Get(k.endpoint.BaseURL+path, query)
	if err != nil {
		return 0, k.invalid(op, "", "the request can't be written")
	}
	return k.ask(ctx, op, c, r, v)
}

// ask makes the call, and reads the answer into v. A failure is an *platform.Error.
func (k *Connector) ask(ctx context.Context, op string, c platform.Call, r *http.Request, v any) (status int, err error) {
	r.Header.Set("Authorization", "Bearer "+c.Token.Reveal())
	answer, err := k.client.Do(ctx, op, c.Meter, r)
	if err == nil {
		err = k.refusal(op, answer, c.Token.Reveal())
	}
	if err == nil {
		err = k.client.Decode(op, answer, v)
	}
	return answer.Status, settled(op, err)
}

// settled is the failure of a call. Only the one that publishes leaves a doubt: whatever became of
// another, nothing of it is visible.
func settled(op string, err error) error {
	e, ok := errors.AsType[*platform.Error](err)
	if !ok || op == opPublish {
		return err
	}
	sure := *e
	sure.Unsure = false
	return &sure
}

// maxID is more characters than an id has.
const maxID = 50

// plain reports whether text may be an id: instances of other make than Mastodon have letters in theirs.
func plain(text string) bool {
	return text != "" && len(text) <= maxID &&
		strings.Trim(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == ""
}
