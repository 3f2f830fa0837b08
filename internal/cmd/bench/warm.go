package main

import (
	"context"
	"fmt"
	"path/filepath"

	"bellwether/internal/lambdatest"
)

const (
	warmRounds = 12
	warmTimes  = 250 // invocations in a round; 3,000 in all, behind one round to warm up
	floorPairs = 2   // reads and writes of the floor function's invocation
)

// runner is a function that keeps running through all rounds.
type runner struct {
	name    string
	world   *lambdatest.World
	process *lambdatest.Process
	payload func(n int) ([]byte, error)
	n       int
	cpu     float64 // microseconds an invocation, in the last round
	calls   float64 // requests to AWS an invocation, in the last round
}

// warm measures goal 8: the CPU of a warm invocation that succeeds, beside what a bare handler
// and the SDK's bare calls cost in the same round.
func warm(ctx context.Context, w *lambdatest.World, dir string, r *report) error {
	bare := &runner{name: "bare", payload: func(int) ([]byte, error) { return []byte("{}"), nil }}
	floor := &runner{name: "floor", payload: func(int) ([]byte, error) { return lambdatest.FloorOrder(floorPairs), nil }}
	var listeners []*runner
	for _, name := range w.Listeners() {
		listeners = append(listeners, &runner{name: name, payload: func(n int) ([]byte, error) { return w.FreshEvent(ctx, name, n) }})
	}
	all := append([]*runner{bare, floor}, listeners...)
	for _, f := range all {
		p, err := lambdatest.Start(ctx, filepath.Join(dir, f.name), w.Env(f.name)...)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		defer p.Stop()
		f.process, f.world = p, w
	}
	ratios, costs := map[string][]float64{}, map[string][]float64{}
	for round := range 1 + warmRounds {
		say("warm: round %d of %d", round, warmRounds)
		for _, f := range all {
			if err := f.round(ctx); err != nil {
				return fmt.Errorf("%s: %w\n%s", f.name, err, f.process.Log())
			}
		}
		if round == 0 {
			continue
		}
		call := (floor.cpu - bare.cpu) / (2 * floorPairs)
		for _, f := range listeners {
			ratios[f.name] = append(ratios[f.name], f.cpu/(bare.cpu+f.calls*call))
			costs[f.name] = append(costs[f.name], f.cpu)
		}
		costs["bare"], costs["call"] = append(costs["bare"], bare.cpu), append(costs["call"], call)
	}
	r.detail("a bare invocation takes %.0f us, a bare call %.0f us", median(costs["bare"]), median(costs["call"]))
	for _, f := range listeners {
		r.detail("%s: %.0f us with %.1f calls, %.2fx its floor", f.name, median(costs[f.name]), f.calls, median(ratios[f.name]))
	}
	name, ratio := fattest(ratios)
	r.atMost(8, "CPU of a warm invocation beside its floor", ratio, 1.3, "x", name)
	return nil
}

func (f *runner) round(ctx context.Context) error {
	requests := f.world.Requests()
	before, err := cpuTime(f.process.PID())
	if err != nil {
		return err
	}
	for range warmTimes {
		f.n++
		in, err := f.payload(f.n)
		if err != nil {
			return err
		}
		if _, err := f.process.Invoke(ctx, in); err != nil {
			return err
		}
	}
	after, err := cpuTime(f.process.PID())
	f.process.TakeLog()
	f.cpu = float64((after - before).Microseconds()) / warmTimes
	f.calls = float64(f.world.Requests()-requests) / warmTimes
	return err
}
