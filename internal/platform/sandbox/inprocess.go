package sandbox

import (
	"net/http"

	"bellwether/internal/inprocess"
)

// ErrLost is a connection that broke.
var ErrLost = inprocess.ErrLost

// RoundTrip answers a request within the process: it makes the server an http.RoundTripper for clients that
// have no network.
func (s *Server) RoundTrip(r *http.Request) (*http.Response, error) { return inprocess.RoundTrip(s, r) }
