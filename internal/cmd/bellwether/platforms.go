package main

import (
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"bellwether/internal/outbound"
	"bellwether/internal/platform"
	"bellwether/internal/platform/connectors"
	"bellwether/internal/platform/sandbox"
	tickets "bellwether/internal/ticket/sandbox"
)

// platforms are the ad platforms of this machine: a sandbox on a port of its own, as the real ones are on
// hosts of their own, and the connectors that speak to it over HTTP.
type platforms struct {
	url        string
	connectors platform.Connectors
	server     *http.Server
}

func openPlatforms(dir, port string, now func() time.Time) (*platforms, error) {
	server, err := sandbox.New(sandbox.Config{Now: now, Path: filepath.Join(dir, "sandbox.json")})
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "localhost:"+port)
	if err != nil {
		return nil, fmt.Errorf("the ad platforms need a port of their own (SANDBOX_PORT): %w", err)
	}
	p := &platforms{url: "http://" + listener.Addr().String(), server: &http.Server{Handler: withTrackers(server, now), ReadHeaderTimeout: 10 * time.Second}}
	endpoints := map[string]platform.Endpoint{}
	for _, name := range sandbox.Platforms() {
		endpoints[name] = sandbox.Endpoint(name, p.url)
	}
	if p.connectors, err = connectors.New(endpoints, connectors.NewClient(), now); err != nil {
		listener.Close()
		return nil, err
	}
	go func() { _ = p.server.Serve(listener) }()
	return p, nil
}

// withTrackers serves a sandbox of trackers beside that of the platforms.
func withTrackers(platforms http.Handler, now func() time.Time) http.Handler {
	trackers := tickets.New(tickets.Config{Now: now, Lag: 5 * time.Second, HTTP: outbound.Guard{Private: true}.NewClient()})
	mux := http.NewServeMux()
	for _, path := range []string{"/github/", "/jira/", "/_tickets", "/_tickets/"} {
		mux.Handle(path, trackers)
	}
	mux.Handle("/", platforms)
	return mux
}

func (p *platforms) close() { p.server.Close() }
