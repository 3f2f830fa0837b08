package meta

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"regexp"

	"bellwether/internal/platform"
)

var version = regexp.MustCompile(`^v[0-9]{1,3}\.[0-9]{1,3}$`)

// graph calls the Graph API for one connector. Its platform is the client's.
type graph struct {
	endpoint platform.Endpoint
	client   platform.Client
	scopes   []string
}

func newGraph(e platform.Endpoint, c platform.Client, name string, scopes ...string) (graph, error) {
	c.Platform = name
	if !version.MatchString(e.Version) {
		return graph{}, fmt.Errorf("meta: %q is no version like v25.0", e.Version)
	}
	return graph{e, c, scopes}, e.Check("graph.facebook.com", "www.facebook.com")
}

// url is the address of a path of the configured version.
func (c *graph) url(path string) string {
	return c.endpoint.BaseURL + "/" + c.endpoint.Version + path
}

// signed adds the token, and the proof that we know the app's secret: a stolen token alone is no use.
func (c *graph) signed(call platform.Call, q url.Values) url.Values {
	q.Set("access_token", call.Token.Reveal())
	mac := hmac.New(sha256.New, []byte(c.endpoint.ClientSecret.Reveal()))
	mac.Write([]byte(call.Token.Reveal()))
	q.Set("appsecret_proof", hex.EncodeToString(mac.Sum(nil)))
	return q
}

// get reads a path.
func (c *graph) get(ctx context.Context, op string, call platform.Call, path string, q url.Values, v any) error {
	r, err := platform.Get(c.url(path), c.signed(call, q).Encode())
	if err != nil {
		return c.broken(op, err)
	}
	_, err = c.send(ctx, op, call.Meter, r, []string{call.Token.Reveal()}, v)
	return err
}

// send makes the call and reads the answer into v, or the refusal.
func (c *graph) send(ctx context.Context, op string, meter *platform.Meter, r *http.Request, secrets []string, v any) (platform.Answer, error) {
	a, err := c.client.Do(ctx, op, meter, r)
	if err != nil {
		return a, err
	}
	usage(a.Header, meter)
	if err := c.refusal(op, a, secrets); err != nil {
		return a, err
	}
	if v == nil {
		return a, nil
	}
	return a, c.client.Decode(op, a, v)
}

// done is Meta's answer to a change, as far as it tells.
type done struct {
	Success *bool `json:"success"`
}

// undone is the failure of a change that Meta answered with success: false.
func (c *graph) undone(op string, d done) error {
	if d.Success == nil || *d.Success {
		return nil
	}
	return &platform.Error{Platform: c.client.Platform, Op: op, Class: platform.ClassUnknown, Code: "no_success", Message: "Meta says that it did not work, and not why", Unsure: true}
}

// broken is a request that could not be made.
func (c *graph) broken(op string, err error) error {
	return &platform.Error{Platform: c.client.Platform, Op: op, Class: platform.ClassInvalid, Message: "the request could not be made", Err: err}
}
