// Package inprocess answers HTTP requests within the process, as if over a network.
package inprocess

import (
	"errors"
	"net/http"
	"net/http/httptest"
)

// ErrLost is a connection that broke.
var ErrLost = errors.New("the connection was lost")

// RoundTrip lets the handler answer, where a client has no network. One that aborts breaks the connection.
func RoundTrip(h http.Handler, r *http.Request) (answer *http.Response, err error) {
	w := httptest.NewRecorder()
	defer func() {
		// Servers abort connections by a panic.
		if p := recover(); p != nil {
			if p != http.ErrAbortHandler {
				panic(p)
			}
			answer, err = nil, ErrLost
		}
	}()
	inner := r.Clone(r.Context())
	inner.RequestURI = r.URL.RequestURI()
	if inner.Body == nil {
		inner.Body = http.NoBody
	}
	h.ServeHTTP(w, inner)
	answer = w.Result()
	answer.Request = r
	return answer, nil
}
