package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// client speaks HTTP with the runner, as any client would.
type client struct {
	base  string // "http://127.0.0.1:54321"
	token string
}

func (c *client) signIn(email string) error {
	body, err := c.do(http.MethodPost, "/_local/token", "application/x-www-form-urlencoded", []byte(url.Values{"email": {email}}.Encode()))
	c.token = string(body)
	return err
}

func (c *client) do(method, target, contentType string, body []byte) ([]byte, error) {
	r, err := http.NewRequest(method, c.base+target, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", contentType)
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer w.Body.Close()
	answer, err := io.ReadAll(w.Body)
	if err == nil && w.StatusCode >= 300 {
		err = fmt.Errorf("%s %s answered %d: %s", method, target, w.StatusCode, strings.TrimSpace(string(answer)))
	}
	return answer, err
}

func (c *client) post(target string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	answer, err := c.do(http.MethodPost, target, "application/json", body)
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, out)
}

func (c *client) get(target string, out any) error {
	answer, err := c.do(http.MethodGet, target, "", nil)
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, out)
}
