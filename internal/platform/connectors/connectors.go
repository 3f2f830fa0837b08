// Package connectors makes the connectors of all platforms from one configuration.
package connectors

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/bluesky"
	"bellwether/internal/platform/google"
	"bellwether/internal/platform/linkedin"
	"bellwether/internal/platform/mastodon"
	"bellwether/internal/platform/meta"
	"bellwether/internal/platform/tiktok"
	"bellwether/internal/platform/x"
	"bellwether/internal/secret"
)

// Access is who we are at a platform, and what differs from its usual addresses.
type Access struct {
	ClientID     string `json:"clientId"`
	ClientSecret string `json:"clientSecret"`
	VerifyToken  string `json:"verifyToken,omitempty"` // Meta: chosen by us for its webhook challenge
	Developer    string `json:"developerToken,omitempty"`
	BaseURL      string `json:"baseUrl,omitempty"`
	AuthURL      string `json:"authUrl,omitempty"`
	TokenURL     string `json:"tokenUrl,omitempty"`
	Version      string `json:"version,omitempty"` // of the API
}

// maker is a platform's usual addresses, and its constructor.
type maker struct {
	defaults func() platform.Endpoint
	make     func(platform.Endpoint, platform.Client) (platform.Party, error)
}

var makers = map[string]maker{
	platform.Meta:     {meta.Defaults, connector(meta.New)},
	platform.Google:   {google.Defaults, connector(google.New)},
	platform.LinkedIn: {linkedin.Defaults, connector(linkedin.New)},
	platform.TikTok:   {tiktok.Defaults, connector(tiktok.New)},

	platform.Facebook:     {meta.DefaultsFacebook, connector(meta.NewFacebook)},
	platform.Instagram:    {meta.DefaultsInstagram, connector(meta.NewInstagram)},
	platform.Mastodon:     {mastodon.Defaults, connector(mastodon.New)},
	platform.X:            {x.Defaults, connector(x.New)},
	platform.LinkedInPage: {linkedin.DefaultsPages, connector(linkedin.NewPages)},
	platform.Bluesky:      {bluesky.Defaults, connector(bluesky.New)},
}

func connector[T platform.Party](make func(platform.Endpoint, platform.Client) (T, error)) func(platform.Endpoint, platform.Client) (platform.Party, error) {
	return func(e platform.Endpoint, c platform.Client) (platform.Party, error) { return make(e, c) }
}

// Read makes a connector for each platform that the JSON object of settings names: {"meta": {"clientId": ...}}.
// An empty text is no platform at all.
func Read(settings secret.Text, now func() time.Time) (platform.Connectors, error) {
	named := map[string]json.RawMessage{}
	if text := settings.Reveal(); text != "" {
		if err := json.Unmarshal([]byte(text), &named); err != nil {
			return nil, errors.New("the settings of the platforms are no JSON object of platforms") // the decoder's own words might quote them
		}
	}
	endpoints := map[string]platform.Endpoint{}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		m, ok := makers[name]
		if !ok {
			return nil, fmt.Errorf("there is no connector for the platform %q", name)
		}
		access, err := readAccess(named[name], name != platform.Bluesky)
		if err != nil {
			return nil, fmt.Errorf("the settings of %s: %w", name, err)
		}
		endpoints[name] = access.endpoint(m.defaults())
	}
	return New(endpoints, NewClient(), now)
}

// readAccess names the field that is wrong, and no value. Without client it is a platform to which we are
// nobody: people give us a password of theirs.
func readAccess(text []byte, client bool) (a Access, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	err = d.Decode(&a)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return a, fmt.Errorf("%s must be a text", cmp.Or(wrong.Field, "each field"))
	}
	if err != nil { // the text itself is good JSON
		return a, errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	for _, field := range []struct{ name, value string }{{"clientId", a.ClientID}, {"clientSecret", a.ClientSecret}} {
		if client && field.value == "" {
			return a, fmt.Errorf("%s is wanted", field.name)
		}
	}
	return a, nil
}

// New makes a connector for each endpoint.
func New(endpoints map[string]platform.Endpoint, client *http.Client, now func() time.Time) (platform.Connectors, error) {
	all := platform.Connectors{}
	for name, e := range endpoints {
		m, ok := makers[name]
		if !ok {
			return nil, fmt.Errorf("there is no connector for the platform %q", name)
		}
		c, err := m.make(e, platform.Client{Platform: name, HTTP: client, Now: now})
		if err != nil {
			return nil, fmt.Errorf("connector of %s: %w", name, err)
		}
		all[name] = c
	}
	return all, nil
}

func (a Access) endpoint(e platform.Endpoint) platform.Endpoint {
	e.BaseURL, e.AuthURL, e.TokenURL = cmp.Or(a.BaseURL, e.BaseURL), cmp.Or(a.AuthURL, e.AuthURL), cmp.Or(a.TokenURL, e.TokenURL)
	e.Version = cmp.Or(a.Version, e.Version)
	e.ClientID, e.ClientSecret = a.ClientID, secret.NewText(a.ClientSecret)
	e.VerifyToken, e.Extra = secret.NewText(a.VerifyToken), secret.NewText(a.Developer)
	return e
}

// NewClient is an HTTP client for platforms. They answer slower than AWS does, so it waits longer than
// the one of the process; it follows no redirect, which would carry tokens along.
func NewClient() *http.Client {
	dialer := &net.Dialer{Timeout: 3 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Client{
		Transport: &http.Transport{
			DialContext:         dialer.DialContext,
			TLSHandshakeTimeout: 3 * time.Second,
			IdleConnTimeout:     55 * time.Second,
			MaxIdleConnsPerHost: 4,
			ForceAttemptHTTP2:   true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
