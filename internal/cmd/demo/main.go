// The command demo plays the budget story on real ad data under a fast clock: three campaigns of
// August 2023, a day's results at a time, through the same HTTP API, events and listeners that
// deploy. It prints what happened, and compares the end with figures computed straight from the
// file. It exits with 1 where they differ.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/local"
	"bellwether/internal/platform/sandbox"
	"bellwether/internal/sam"
)

func main() {
	path := flag.String("template", "template.yaml", "the template to run by")
	flag.Parse()
	if err := run(context.Background(), *path, sandbox.RealResults, os.Stdout, os.Stderr, isTerminal(os.Stderr)); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

const demoUser = "ada@example.com"

// clock is the demonstration's time.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Microsecond) // time goes by between any two things
	return c.now
}

func (c *clock) set(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = to
}

// story is one showing.
type story struct {
	system *local.System
	clock  *clock
	client *client
	out    io.Writer
	truth  []byte // the file that the end is compared with
	plans  []plan

	rule      string         // that watches
	forecasts []api.Forecast // of the plans, on 20 August
}

// run plays the story and compares its end with the figures of the file truth; bar says whether to
// draw its progress on errs.
func run(ctx context.Context, path string, truth []byte, out, errs io.Writer, bar bool) error {
	days, err := readDays(sandbox.RealResults)
	if err != nil {
		return err
	}
	template, err := sam.Load(path, "AlertEmail=alerts@example.com", "AlertPhone=+15550100123")
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bellwether-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	c := &clock{now: time.Date(2023, 8, 1, 0, 0, 0, 0, time.UTC)}
	system, err := local.Start(local.Config{Template: template, Dir: dir, Now: c.Now, Virtual: true, NoSync: true, Log: io.Discard, Report: errs})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return errors.Join(err, system.Close())
	}
	server := &http.Server{Handler: system.Handler(), ReadHeaderTimeout: time.Minute}
	go server.Serve(listener)
	s := &story{system: system, clock: c, client: &client{base: "http://" + listener.Addr().String()}, out: out, truth: truth, plans: plans()}
	return errors.Join(s.play(ctx, days, progress(errs, bar, len(days))), server.Close(), system.Close())
}

func (s *story) play(ctx context.Context, days []day, step func(done int)) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	for i, d := range days {
		if err := s.day(ctx, d); err != nil {
			return fmt.Errorf("%s: %w", d.date, err)
		}
		step(i + 1)
	}
	s.clock.set(time.Date(2023, 9, 1, 6, 0, 0, 0, time.UTC))
	s.system.Tick()
	if err := s.system.Drain(ctx); err != nil {
		return err
	}
	if err := s.client.signIn(demoUser); err != nil {
		return err
	}
	if err := s.timeline(); err != nil {
		return err
	}
	return s.compare()
}

// begin signs in and creates the campaigns.
func (s *story) begin(ctx context.Context) error {
	if err := s.client.signIn(demoUser); err != nil {
		return err
	}
	for i := range s.plans {
		if err := s.plans[i].create(s.client); err != nil {
			return err
		}
	}
	if err := s.watch(); err != nil {
		return err
	}
	return s.system.Drain(ctx)
}

// day sends a day's results in the evening, as a sync would, and lets everything follow from them.
func (s *story) day(ctx context.Context, d day) error {
	s.clock.set(d.time.Add(22 * time.Hour))
	if err := s.client.signIn(demoUser); err != nil { // a token lives for a day
		return err
	}
	for _, p := range s.plans {
		lines := d.lines[p.name]
		if lines == nil {
			continue
		}
		if err := p.send(s.client, d.date, lines); err != nil {
			return err
		}
	}
	s.system.Tick()
	if err := s.system.Drain(ctx); err != nil || d.date != foreseeOn {
		return err
	}
	return s.foresee()
}
