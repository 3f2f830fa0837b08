package outbound

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"
)

// Answer is what a server answered to a post.
type Answer struct {
	Status     int
	RetryAfter time.Duration // as it asks; 0 where it does not
	Body       string        // its beginning
}

// PostError is why there is no answer. It names no address: those are secrets.
type PostError struct {
	Maybe   bool // the body may have arrived
	Refused bool // by the guard: nothing was sent, and nothing will be
	Err     error
}

func (e *PostError) Error() string { return e.Err.Error() }
func (e *PostError) Unwrap() error { return e.Err }

// maxAnswer is how much of an answer is read: no more than says what was wrong.
const maxAnswer = 4 << 10

// Poster posts to what the guard allows.
type Poster struct {
	guard  Guard
	client *http.Client
}

// NewPoster makes a poster that waits so long for an answer.
func NewPoster(g Guard, wait time.Duration) Poster {
	client := g.NewClient()
	client.Timeout = wait
	return Poster{g, client}
}

// Post sends the body once, and follows nothing. Errors are *PostError.
func (p Poster) Post(ctx context.Context, address string, header http.Header, body []byte) (Answer, error) {
	if err := p.guard.Check(address); err != nil {
		return Answer{}, &PostError{Refused: true, Err: err}
	}
	var left atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { left.Store(true) }})
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return Answer{}, &PostError{Refused: true, Err: ErrAddress}
	}
	r.Header = header.Clone()
	r.Header.Set("User-Agent", "Bellwether")
	r.GetBody = nil // it is sent once
	answer, err := p.client.Do(r)
	if err != nil {
		blocked := errors.Is(err, ErrBlocked) || errors.Is(err, ErrAddress)
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err // the other one holds the address
		}
		return Answer{}, &PostError{Maybe: left.Load(), Refused: blocked, Err: err}
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(answer.Body, maxAnswer)) // the status has said what counts
	return Answer{Status: answer.StatusCode, RetryAfter: retryAfter(answer.Header), Body: string(text)}, nil
}

// retryAfter is a number of seconds, or a time by the server's own clock.
func retryAfter(h http.Header) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds > 0 {
		return time.Duration(min(seconds, 7*24*60*60)) * time.Second
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}
	return max(at.Sub(now), 0)
}
