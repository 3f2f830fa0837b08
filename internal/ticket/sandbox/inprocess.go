package sandbox

import (
	"errors"
	"net/http"
	"net/http/httptest"
)

// ErrLost is a connection that broke.
var ErrLost = errors.New("the connection was lost")

// RoundTrip answers a request within the process, as if over a network.
func (s *Server) RoundTrip(r *http.Request) (answer *http.Response, err error) {
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
	s.ServeHTTP(w, inner)
	answer = w.Result()
	answer.Request = r
	return answer, nil
}
