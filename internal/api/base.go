package api

import (
	"net"
	"net/http"
	"strings"
)

// Base is where browsers reach us: by configuration, or else where the request came in. On this machine
// there is no TLS.
func Base(r *http.Request, publicURL string) string {
	if publicURL != "" {
		return strings.TrimSuffix(publicURL, "/")
	}
	name := r.Host
	if host, _, err := net.SplitHostPort(r.Host); err == nil {
		name = host
	}
	if ip := net.ParseIP(strings.Trim(name, "[]")); name == "localhost" || ip.IsLoopback() {
		return "http://" + r.Host
	}
	return "https://" + r.Host
}
