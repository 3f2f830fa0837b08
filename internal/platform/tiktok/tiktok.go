// Package tiktok is the connector to TikTok's advertising API. It answers every call with 200 and says
// in the body whether it did it.
package tiktok

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"bellwether/internal/platform"
)

const maxDays = 29

// Defaults are the production addresses, and the version that the connector was written against.
func Defaults() platform.Endpoint {
	return platform.Endpoint{
		BaseURL:  "https://business-api.tiktok.com/open_api",
		AuthURL:  "https://business-api.tiktok.com/portal/auth",
		TokenURL: "https://business-api.tiktok.com/open_api/v1.3/oauth2/access_token/",
		Version:  "v1.3",
	}
}

// Connector is TikTok.
type Connector struct {
	endpoint platform.Endpoint
	client   platform.Client
}

var _ platform.Connector = (*Connector)(nil)

var version = regexp.MustCompile(`^v[1-9][0-9]*\.[0-9]+$`)

// New refuses an endpoint outside TikTok, unless it is a sandbox.
func New(e platform.Endpoint, c platform.Client) (*Connector, error) {
	if err := e.Check("business-api.tiktok.com", "sandbox-ads.tiktok.com"); err != nil {
		return nil, fmt.Errorf("tiktok: %w", err)
	}
	if !version.MatchString(e.Version) {
		return nil, fmt.Errorf("tiktok: %q is no version like v1.3", e.Version)
	}
	c.Platform = platform.TikTok
	return &Connector{e, c}, nil
}

// Info says what the connector can do. What is asked for is set where the application is registered, and
// named here for people.
func (*Connector) Info() platform.Info {
	return platform.Info{
		Platform: platform.TikTok, Name: "TikTok", Scopes: []string{"Ad Account Management", "Ads Management", "Reporting"},
		Webhooks: true, MaxDays: maxDays,
	}
}

// get asks for a path of the API, which ends in a slash.
func (k *Connector) get(ctx context.Context, op string, c platform.Call, path string, query url.Values, v any) error {
	r, err := platform.Get(k.address(path), query.Encode())
	if err != nil {
		return k.invalid(op, "", "the request can't be written")
	}
	return k.ask(ctx, op, c, r, v)
}

func (k *Connector) post(ctx context.Context, op string, c platform.Call, path string, body, v any) error {
	r, err := platform.PostJSON(k.address(path), body)
	if err != nil {
		return k.invalid(op, "", "the request can't be written")
	}
	return k.ask(ctx, op, c, r, v)
}

func (k *Connector) address(path string) string {
	return k.endpoint.BaseURL + "/" + k.endpoint.Version + "/" + path
}

// ask makes the call and reads the data of its answer. The token stands in a header of its own; as a
// bearer it would be refused.
func (k *Connector) ask(ctx context.Context, op string, c platform.Call, r *http.Request, v any) error {
	r.Header.Set("Access-Token", c.Token.Reveal())
	answer, err := k.client.Do(ctx, op, c.Meter, r)
	if err != nil {
		return err
	}
	return k.read(op, answer, v, c.Token.Reveal())
}

// envelope is the form of every answer.
type envelope struct {
	Code    *int            `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data"`
}

// read takes the data out of an answer, or what it refuses.
func (k *Connector) read(op string, a platform.Answer, v any, secrets ...string) error {
	var body envelope
	if json.Unmarshal(a.Body, &body) != nil || body.Code == nil {
		return k.unread(op, a)
	}
	if err := k.refusal(op, a, body, secrets...); err != nil {
		return err
	}
	if v == nil {
		return nil
	}
	return k.client.Decode(op, platform.Answer{Body: body.Data}, v)
}

// digits reports whether text is a positive whole number of at most 19 digits.
func digits(text string) bool {
	return text != "" && len(text) <= 19 && strings.Trim(text, "0123456789") == ""
}

// jsonText is a value as TikTok wants lists and filters in a query.
func jsonText(v any) string {
	text, _ := json.Marshal(v) // of texts alone, it can't fail
	return string(text)
}
