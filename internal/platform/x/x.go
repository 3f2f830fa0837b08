// Package x is the connector to X.
package x

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"bellwether/internal/platform"
)

// Defaults are the production addresses.
func Defaults() platform.Endpoint {
	return platform.Endpoint{
		BaseURL: "https://api.x.com/2", AuthURL: "https://x.com/i/oauth2/authorize", TokenURL: "https://api.x.com/2/oauth2/token",
	}
}

// Connector is X. It is safe for concurrent use.
type Connector struct {
	endpoint platform.Endpoint
	client   platform.Client
}

var _ platform.Publisher = (*Connector)(nil)

// New refuses an endpoint outside X, unless it is a sandbox.
func New(e platform.Endpoint, c platform.Client) (*Connector, error) {
	if err := e.Check("api.x.com", "x.com"); err != nil {
		return nil, fmt.Errorf("x: %w", err)
	}
	c.Platform = platform.X
	return &Connector{e, c}, nil
}

// Info implements platform.Party. Without offline.access there would be no refresh token.
func (*Connector) Info() platform.Info {
	return platform.Info{
		Platform: platform.X, Name: "X", Scopes: []string{"tweet.read", "tweet.write", "users.read", "media.write", "offline.access"},
		PKCE: true, Refreshes: true, Uploads: true,
	}
}

// Allowance implements platform.Publisher: X tells what is left only in the answer to a post.
func (*Connector) Allowance(context.Context, platform.Call) (int, bool, error) { return 0, false, nil }

// get asks for a path of the API, and reads the answer into v.
func (k *Connector) get(ctx context.Context, op string, c platform.Call, path, query string, v any) error {
	r, err := platform.Get(k.endpoint.BaseURL+path, query)
	if err != nil {
		return k.invalid(op, "", "the request can't be written")
	}
	return k.ask(ctx, op, c, r, v)
}

// post sends body as JSON to a path of the API, and reads the answer into v.
func (k *Connector) post(ctx context.Context, op string, c platform.Call, path string, body, v any) error {
	r, err := platform.PostJSON(k.endpoint.BaseURL+path, body)
	if err != nil {
		return k.invalid(op, "", "the request can't be written")
	}
	return k.ask(ctx, op, c, r, v)
}

// ask makes the call, and reads the answer into v. A failure is an *platform.Error.
func (k *Connector) ask(ctx context.Context, op string, c platform.Call, r *http.Request, v any) error {
	r.Header.Set("Authorization", "Bearer "+c.Token.Reveal())
	answer, err := k.client.Do(ctx, op, c.Meter, r)
	if err == nil {
		err = k.refusal(op, answer, c.Token.Reveal())
	}
	if err == nil {
		err = k.client.Decode(op, answer, v)
	}
	return settled(op, err)
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
