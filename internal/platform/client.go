package platform

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"bellwether/internal/secret"
)

// Endpoint says where a platform's API is and who we are there.
type Endpoint struct {
	BaseURL      string // of the API, without version and without a slash at the end
	AuthURL      string // the page that asks people
	TokenURL     string
	Version      string // of the API: "v25.0"
	ClientID     string
	ClientSecret secret.Text
	VerifyToken  secret.Text // that we chose for webhook challenges, where the platform has one
	Extra        secret.Text // Google: the developer token, where one is still in use
	Sandbox      bool        // allows plain HTTP and any host: tests and the local runner
}

// Check refuses an endpoint that would send tokens in the clear or to a host other than the given ones.
func (e Endpoint) Check(hosts ...string) error {
	for _, a := range []struct{ name, text string }{{"baseUrl", e.BaseURL}, {"authUrl", e.AuthURL}, {"tokenUrl", e.TokenURL}} {
		u, err := url.Parse(a.text)
		if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || a.name == "baseUrl" && strings.HasSuffix(a.text, "/") {
			return fmt.Errorf("%s %q is no address of an API", a.name, a.text)
		}
		if e.Sandbox {
			continue
		}
		if u.Scheme != "https" || !slices.Contains(hosts, u.Host) {
			return fmt.Errorf("%s %q is not https on one of %s", a.name, a.text, strings.Join(hosts, ", "))
		}
	}
	return nil
}

// Client makes a connector's HTTP calls.
type Client struct {
	Platform string
	HTTP     *http.Client  // must not follow redirects: they would carry tokens along
	Timeout  time.Duration // of one call, answer included; 0: 20 s
	Now      func() time.Time
}

const (
	defaultTimeout = 20 * time.Second
	maxAnswer      = 32 << 20
)

// Answer is a platform's answer, read whole.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	At     time.Time // when it was there
}

// Do makes the call. An answer of any status is no error; only a call without one is, ClassTransient.
func (c Client) Do(ctx context.Context, op string, meter *Meter, r *http.Request) (Answer, error) {
	timeout := c.Timeout
	if timeout == 0 {
		timeout = defaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	meter.Called()
	response, err := c.HTTP.Do(r.WithContext(ctx))
	if err != nil {
		return Answer{}, c.lost(op, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return Answer{}, c.lost(op, err)
	}
	if len(body) > maxAnswer {
		return Answer{}, &Error{Platform: c.Platform, Op: op, Class: ClassUnknown, Message: "the answer is larger than 32 MiB", Unsure: true}
	}
	return Answer{Status: response.StatusCode, Header: response.Header, Body: body, At: c.Now()}, nil
}

// lost is the failure of a call that had no whole answer. The transport's text holds the address, and
// with it what some platforms want in the query: tokens. So it is dropped.
func (c Client) lost(op string, err error) error {
	if u, ok := err.(*url.Error); ok {
		err = u.Err
	}
	return &Error{Platform: c.Platform, Op: op, Class: ClassTransient, Message: "there was no whole answer", Unsure: !unreached(err), Err: err}
}

// Decode reads a JSON answer into v; what can't be read is ClassTransient: proxies in between answer
// with pages of their own, and the next try mostly meets the API again.
func (c Client) Decode(op string, a Answer, v any) error {
	if err := json.Unmarshal(a.Body, v); err != nil {
		return &Error{Platform: c.Platform, Op: op, Class: ClassTransient, Code: "malformed", Message: "the answer can't be read", Unsure: true, Err: err}
	}
	return nil
}

// Get makes a GET request; query is sent as it is.
func Get(address, query string) (*http.Request, error) {
	if query != "" {
		address += "?" + query
	}
	return http.NewRequest(http.MethodGet, address, nil)
}

// PostForm makes a POST request of a form.
func PostForm(address string, form url.Values) (*http.Request, error) {
	r, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	if err == nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r, err
}

// PostJSON makes a POST request of v as JSON.
func PostJSON(address string, v any) (*http.Request, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequest(http.MethodPost, address, bytes.NewReader(body))
	if err == nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return r, err
}
