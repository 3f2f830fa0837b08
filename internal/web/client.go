package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"

	"bellwether/internal/api"
)

// client asks the API in a person's name.
type client struct {
	transport http.RoundTripper
	base      string // "https://api.example.com"
	token     string
}

// problem is an answer of the API that tells what is wrong.
type problem struct{ api.Problem }

func (p *problem) Error() string { return p.Code + ": " + p.Detail }

// statusOf is the status of a problem of the API; 0 for anything else.
func statusOf(err error) int {
	if p, ok := errors.AsType[*problem](err); ok {
		return p.Status
	}
	return 0
}

// largest is the longest answer that is read.
const largest = 6 << 20

// send makes a request and reads the answer into out, which may be nil. The answer's header is returned also
// with an error.
func (c client) send(ctx context.Context, method, target string, in, out any, header http.Header) (http.Header, error) {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.base+target, body)
	if err != nil {
		return nil, err
	}
	for name, values := range header {
		r.Header[name] = values
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	w, err := c.transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer w.Body.Close()
	text, err := io.ReadAll(io.LimitReader(w.Body, largest))
	switch {
	case err != nil:
		return w.Header, err
	case w.StatusCode >= http.StatusMultipleChoices:
		return w.Header, problemOf(w.StatusCode, text)
	case out == nil || len(text) == 0:
		return w.Header, nil
	}
	return w.Header, json.Unmarshal(text, out)
}

// problemOf is what an answer says is wrong. API Gateway's own refusals have no more than a status.
func problemOf(status int, text []byte) error {
	var p problem
	if json.Unmarshal(text, &p.Problem) != nil || p.Status == 0 {
		p.Problem = api.Problem{Status: status, Code: "gateway", Title: http.StatusText(status)}
	}
	return &p
}

func (c client) get(ctx context.Context, target string, out any) error {
	_, err := c.send(ctx, http.MethodGet, target, nil, out, nil)
	return err
}

// query is a path with its parameters, the empty ones left out.
func query(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}
