// Package rest makes the HTTP calls of trackers, and says what their failures mean.
package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/outbound"
	"bellwether/internal/platform"
	"bellwether/internal/secret"
	"bellwether/internal/ticket"
)

// Client makes calls. Its HTTP client must be one of package outbound's: addresses are given by people.
type Client struct {
	Name   string // of the tracker, for people
	HTTP   *http.Client
	Now    func() time.Time
	Header http.Header // of every call
	Secret secret.Text // which no message may hold
	// Throttled reports whether a refusal with status 403 only means: not now.
	Throttled func(Answer) bool
	// Text finds the tracker's words in the body of a refusal.
	Text func(body []byte) string
}

// Answer is an answer, read whole.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

const maxAnswer = 4 << 20

// Call sends in as JSON, unless it is nil, and reads the answer into out, unless that is nil. Errors are of
// package fault.
func (c Client) Call(ctx context.Context, method, address string, in, out any) error {
	a, err := c.send(ctx, method, address, in)
	if err != nil {
		return err
	}
	if a.Status < 200 || a.Status > 299 {
		return c.refusal(a)
	}
	if out == nil {
		return nil
	}
	// Proxies in between answer with pages of their own; the next try mostly meets the tracker again.
	return fault.Wrap(json.Unmarshal(a.Body, out), fault.Retryable, ticket.CodeUnreadable, c.Name+"'s answer can't be read")
}

func (c Client) send(ctx context.Context, method, address string, in any) (a Answer, err error) {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return a, err
		}
		body = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return a, fault.New(fault.Permanent, "tracker_address", "the tracker's address can't be read")
	}
	r.Header = c.Header.Clone()
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := c.HTTP.Do(r)
	if err != nil {
		return a, c.lost(err)
	}
	defer answer.Body.Close()
	a = Answer{Status: answer.StatusCode, Header: answer.Header}
	if a.Body, err = io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1)); err != nil || len(a.Body) > maxAnswer {
		return a, fault.New(fault.Retryable, ticket.CodeUnreadable, c.Name+"'s answer broke off, or has no end")
	}
	return a, nil
}

// lost is the failure of a call without an answer. The transport's text holds the address, so it is dropped.
func (c Client) lost(err error) error {
	if errors.Is(err, outbound.ErrBlocked) || errors.Is(err, outbound.ErrAddress) {
		return fault.New(fault.Permanent, "tracker_address", "the tracker's address "+outbound.ErrBlocked.Error())
	}
	return fault.New(fault.Retryable, ticket.CodeUnreachable, c.Name+" does not answer")
}

// refusal is what the answer refuses.
func (c Client) refusal(a Answer) error {
	kind, code, text := fault.Permanent, "tracker_refused", c.Name+" refuses"
	switch status := a.Status; {
	case status == http.StatusTooManyRequests, status == http.StatusForbidden && c.Throttled != nil && c.Throttled(a):
		kind, code, text = fault.Retryable, "tracker_throttled", c.Name+" asks us to wait"
	case status == http.StatusRequestTimeout || status == http.StatusTooEarly || status >= 500:
		kind, code, text = fault.Retryable, ticket.CodeUnwell, c.Name+" is unwell"
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		kind, code, text = fault.Denied, "tracker_denied", c.Name+" does not let us in"
	case status == http.StatusNotFound || status == http.StatusGone:
		kind, code, text = fault.NotFound, "tracker_not_found", c.Name+" does not have it, or hides it from us"
	case status < 400:
		code, text = "tracker_moved", "what we ask "+c.Name+" for has moved: name its new place"
	}
	if c.Text != nil && kind != fault.Retryable {
		if told := platform.Clip(c.Text(a.Body), c.Secret.Reveal()); told != "" {
			text += ": " + told
		}
	}
	err := fault.New(kind, code, text)
	if kind == fault.Retryable {
		err.RetryAfter = c.wait(a)
	}
	return err
}

// wait is how long the tracker wants to be left alone; 0: it does not tell.
func (c Client) wait(a Answer) time.Duration {
	if told := platform.ParseWait(a.Header.Get("Retry-After"), c.Now()); told > 0 {
		return told
	}
	if a.Header.Get("X-Ratelimit-Remaining") == "0" {
		return platform.ParseWait(a.Header.Get("X-Ratelimit-Reset"), c.Now())
	}
	return 0
}
