// Package bluesky is the connector to a server of personal data of the AT Protocol, such as Bluesky's own.
// People sign in with an app password. A post is a record whose key is ours to choose, so that one
// publication is one record, however often it is tried.
package bluesky

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"bellwether/internal/platform"
)

// Defaults are the addresses of Bluesky's own server. The page that asks people is ours.
func Defaults() platform.Endpoint {
	const server = "https://bsky.social"
	return platform.Endpoint{BaseURL: server, AuthURL: server, TokenURL: server + "/xrpc/com.atproto.server.createSession"}
}

// renewBefore is how long before its end a session is renewed: some servers' tokens live for minutes.
const renewBefore = 5 * time.Minute

// Connector is a server. It is safe for concurrent use.
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
		return nil, fmt.Errorf("bluesky: %w", err)
	}
	c.Platform = platform.Bluesky
	return &Connector{e, c}, nil
}

// Info implements platform.Party. An app password has no scopes.
func (*Connector) Info() platform.Info {
	return platform.Info{Platform: platform.Bluesky, Name: "Bluesky", Password: true, Refreshes: true, RenewBefore: renewBefore, Uploads: true}
}

// Allowance implements platform.Publisher: a server counts points, and tells what is left of some window only.
func (*Connector) Allowance(context.Context, platform.Call) (int, bool, error) { return 0, false, nil }

// method is the address of a call.
func (k *Connector) method(name string) string { return k.endpoint.BaseURL + "/xrpc/" + name }

// ask makes the call, and reads the answer into v. A failure is an *platform.Error.
func (k *Connector) ask(ctx context.Context, op string, c platform.Call, r *http.Request, v any) error {
	r.Header.Set("Authorization", "Bearer "+c.Token.Reveal())
	return k.answered(ctx, op, c.Meter, r, v, c.Token.Reveal())
}

// answered is ask with whatever authority the request has.
func (k *Connector) answered(ctx context.Context, op string, m *platform.Meter, r *http.Request, v any, secrets ...string) error {
	answer, err := k.client.Do(ctx, op, m, r)
	if err == nil {
		err = k.refusal(op, answer, secrets...)
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

// did is the id of an account.
var did = regexp.MustCompile(`^did:[a-z]+:[A-Za-z0-9._:%-]{1,200}$`)
