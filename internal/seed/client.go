package seed

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
)

// client speaks to the system as any client would.
type client struct {
	handler http.Handler
	host    string
	token   string
}

func (c *client) signIn(ctx context.Context, email string) error {
	body, err := c.request(ctx, http.MethodPost, "/_local/token", "application/x-www-form-urlencoded", []byte(url.Values{"email": {email}}.Encode()), nil)
	c.token = string(body)
	return err
}

func (c *client) get(ctx context.Context, target string, out any) error {
	_, err := c.send(ctx, http.MethodGet, target, nil, out)
	return err
}

// post makes something under a key, so that a repeat makes it once.
func (c *client) post(ctx context.Context, target, key string, in any) error {
	text, err := json.Marshal(in)
	if err != nil {
		return err
	}
	_, err = c.request(ctx, http.MethodPost, target, "application/json", text, http.Header{"Idempotency-Key": {key}})
	return err
}

func (c *client) send(ctx context.Context, method, target string, in, out any) ([]byte, error) {
	var text []byte
	if in != nil {
		var err error
		if text, err = json.Marshal(in); err != nil {
			return nil, err
		}
	}
	body, err := c.request(ctx, method, target, "application/json", text, nil)
	if err != nil || out == nil {
		return body, err
	}
	return body, json.Unmarshal(body, out)
}

func (c *client) request(ctx context.Context, method, target, contentType string, body []byte, header http.Header) ([]byte, error) {
	r := httptest.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
	r.Host = c.host
	for name, values := range header {
		r.Header[name] = values
	}
	r.Header.Set("Content-Type", contentType)
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	if w.Code >= http.StatusBadRequest {
		return nil, fmt.Errorf("%s %s answered %d: %s", method, target, w.Code, bytes.TrimSpace(w.Body.Bytes()))
	}
	return w.Body.Bytes(), nil
}
