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
	"syscall"
	"time"

	"bellwether/internal/local"
	"bellwether/internal/sam"
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
	flag.Parse()

	template, err := sam.Load(*path, "AlertEmail=alerts@example.com", "AlertPhone=+15550100123")
	if err != nil {
		return err
	}
	config := local.Config{Template: template, Dir: *dir}
	switch kind := env("STORE", "bolt"); kind {
	case "bolt":
	case "dynamodb":
		if err := useDynamoDB(context.Background(), &config); err != nil {
			return err
		}
	default:
		return fmt.Errorf("STORE must be bolt or dynamodb, not %q", kind)
	}
	system, err := local.Start(config)
	if err != nil {
		return err
	}
	return errors.Join(serve(system, *addr), system.Close())
}

// serve answers until the process is told to stop; what is under way is finished.
func serve(system *local.System, addr string) error {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	server := &http.Server{Handler: system.Handler(), ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() {
		last, cancel := context.WithTimeout(context.Background(), 35*time.Second)
		defer cancel()
		server.Shutdown(last)
	})
	greet(listener.Addr().String())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	fmt.Println("\nStopped. Everything is kept for the next start; `make reset` clears it.")
	return nil
}

func greet(addr string) {
	fmt.Printf(`Bellwether runs at http://%[1]s

  What it sends and what waits:  http://%[1]s/_local
  Sign in:                       TOKEN=$(curl -s http://%[1]s/_local/token -d email=ada@example.com)
  Who am I:                      curl -s http://%[1]s/v1/me -H "Authorization: Bearer $TOKEN"

README.md goes on from here. Ctrl-C stops it and loses nothing.
`, addr)
}

func env(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}
