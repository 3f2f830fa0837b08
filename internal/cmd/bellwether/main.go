// The command bellwether runs the whole system on a laptop: make run.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"bellwether/internal/catalog"
	"bellwether/internal/local"
	"bellwether/internal/parallel"
	"bellwether/internal/sam"
	"bellwether/internal/seed"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bellwether:", err)
		os.Exit(1)
	}
}

func run() error {
	addr := flag.String("addr", "localhost:"+env("PORT", "8080"), "where to listen")
	dir := flag.String("dir", env("DIR", ".bellwether"), "where the state is kept")
	path := flag.String("template", "template.yaml", "the template to run by")
	faster := flag.String("speed", env("SPEED", "1"), "how many times faster than on AWS failed work is tried again")
	filled := flag.String("seed", env("SEED", "yes"), "whether the first start makes the organisation of demo@example.com: yes or no; never in a table elsewhere")
	flag.Parse()
	speed, err := strconv.ParseFloat(*faster, 64)
	if err != nil || speed <= 0 {
		return fmt.Errorf("SPEED must be a number above 0, not %q", *faster)
	}

	if *filled != "yes" && *filled != "no" {
		return fmt.Errorf("SEED must be yes or no, not %q", *filled)
	}
	template, err := sam.Load(*path, "AlertEmail=alerts@example.com", "AlertPhone=+15550100123")
	if err != nil {
		return err
	}
	platforms, err := openPlatforms(*dir, env("SANDBOX_PORT", "8081"), time.Now)
	if err != nil {
		return err
	}
	defer platforms.close()
	config := local.Config{Template: template, Dir: *dir, Speed: speed, Connectors: platforms.connectors, Trackers: catalog.Trackers{GitHubURL: platforms.url + "/github"}}
	switch kind := env("STORE", "bolt"); kind {
	case "bolt":
	case "dynamodb":
		if err := useDynamoDB(context.Background(), &config); err != nil {
			return err
		}
	default:
		return fmt.Errorf("STORE must be bolt or dynamodb, not %q", kind)
	}
	if strings.HasPrefix(*addr, "localhost:") { // links in letters lead there
		config.PublicURL = "http://" + *addr
	}
	system, err := local.Start(config)
	if err != nil {
		return err
	}
	if err := errors.Join(serve(system, *addr, platforms, *filled == "yes" && config.Table == nil), system.Close()); err != nil {
		return err
	}
	fmt.Println("\nStopped. Everything is kept for the next start; `make reset` clears it.")
	return nil
}

// requestsEnd is how long requests that are under way may go on after Ctrl-C: the gateway gives none
// of them longer.
const requestsEnd = 30 * time.Second

// serve answers until the process is told to stop; what is under way is finished.
func serve(system *local.System, addr string, platforms *platforms, filled bool) error {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	server := &http.Server{Handler: system.Handler(), ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	greet(addr, platforms)
	if filled {
		host := addr
		if strings.HasPrefix(addr, ":") { // every name of this machine
			host = "localhost" + addr
		}
		go fill(ctx, seed.Target{API: system.Handler(), Host: host, Sandbox: platforms.url, Now: time.Now, Settle: settle})
	}
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	stop() // a second Ctrl-C ends the process at once; nothing is lost by that either
	ending, cancel := context.WithTimeout(context.Background(), requestsEnd)
	defer cancel()
	if err := server.Shutdown(ending); err != nil {
		return fmt.Errorf("end the requests under way: %w", err)
	}
	return nil
}

// fill makes the organisation that a newcomer looks at. Without it everything works too.
func fill(ctx context.Context, t seed.Target) {
	done, err := seed.Fill(ctx, t)
	switch {
	case err != nil && ctx.Err() == nil:
		fmt.Fprintln(os.Stderr, "bellwether: the organisation of", seed.Email, "is not whole; the next start goes on with it:", err)
	case done:
		fmt.Printf("\n%s is there: sign in as %s.\n", seed.Org, seed.Email)
	}
}

// settle gives the system a moment.
func settle(ctx context.Context) error { return parallel.Sleep(ctx, 100*time.Millisecond) }

func greet(addr string, platforms *platforms) {
	fmt.Printf(`Bellwether runs at http://%[1]s -- open it in a browser, and go in as demo@example.com

  What it sends and what waits:  http://%[1]s/_local
  The ad platforms (a sandbox):  %[2]s
  A token for curl:              TOKEN=$(curl -s http://%[1]s/_local/token -d email=ada@example.com)
  Who am I:                      curl -s http://%[1]s/v1/me -H "Authorization: Bearer $TOKEN"

README.md goes on from here. Ctrl-C stops it and loses nothing.
`, addr, platforms.url)
}

func env(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}
