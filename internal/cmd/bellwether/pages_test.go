package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"bellwether/internal/browsertest"
	"bellwether/internal/catalog"
	"bellwether/internal/local"
	"bellwether/internal/parallel"
	"bellwether/internal/sam"
	"bellwether/internal/seed"
)

// world is what `make run` starts, with its organisation, and reached by HTTP.
type world struct {
	base   string // "http://localhost:34567"
	system *local.System
	ids    map[string]string
}

func newWorld(t *testing.T, changes ...func(*local.Config)) *world {
	t.Helper()
	dir := t.TempDir()
	platforms, err := openPlatforms(dir, "0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(platforms.close)
	template, err := sam.Load("../../../template.yaml", "AlertEmail=alerts@example.com", "AlertPhone=+15550100123")
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	host := "localhost:" + port
	config := local.Config{
		Template: template, Dir: filepath.Join(dir, "state"), Connectors: platforms.connectors, Trackers: catalog.Trackers{GitHubURL: platforms.url + "/github"},
		PublicURL: "http://" + host, NoSync: true, Log: io.Discard, Report: io.Discard, Speed: 600,
	}
	for _, change := range changes {
		change(&config)
	}
	system, err := local.Start(config)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: system.Handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close(); system.Close() })
	w := &world{base: "http://" + host, system: system, ids: map[string]string{}}
	done, err := seed.Fill(t.Context(), seed.Target{API: system.Handler(), Host: host, Sandbox: platforms.url, Now: time.Now, Settle: func(ctx context.Context) error {
		return parallel.Sleep(ctx, 20*time.Millisecond)
	}})
	if err != nil || !done {
		t.Fatalf("seeded: %v, %v", done, err)
	}
	return w
}

var _ = json.Marshal

// signIn goes the whole way: the welcome page, the issuer's page, and back.
func signIn(p *browsertest.Page, who string) {
	p.Goto("/")
	p.Click("a.primary")
	p.Type("input[type=email]", who)
	p.Press("Enter")
	p.WaitFor("nav a[aria-current=page]")
}
