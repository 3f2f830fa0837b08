package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"bellwether/internal/lambdatest"
)

const (
	warmUp     = 200
	warmRounds = 3000
	floorCalls = 4 // calls of the floor function's invocation
)

// warm measures goal 8: the CPU of a warm invocation, beside what a bare handler and the SDK's
// bare calls cost in the same run.
func warm(ctx context.Context, w *lambdatest.World, dir string, names []string, r *report) error {
	bare, _, err := cpuPerInvocation(ctx, w, filepath.Join(dir, "bare"), "bare", []byte("{}"))
	if err != nil {
		return err
	}
	with, _, err := cpuPerInvocation(ctx, w, filepath.Join(dir, "floor"), "floor", fmt.Appendf(nil, `{"calls":%d}`, floorCalls))
	if err != nil {
		return err
	}
	call := (with - bare) / floorCalls
	worst, worstName, note := 0.0, "", ""
	for _, name := range names {
		if !slices.Contains(w.Listeners(), name) {
			continue
		}
		payload, err := w.Sample(name)
		if err != nil {
			return err
		}
		cpu, calls, err := cpuPerInvocation(ctx, w, filepath.Join(dir, name), name, payload)
		if err != nil {
			return err
		}
		if ratio := cpu / (bare + calls*call); ratio > worst {
			worst, worstName = ratio, name
			note = fmt.Sprintf("%s: %.0f us with %.0f calls; bare %.0f us, a call %.0f us", worstName, cpu, calls, bare, call)
		}
	}
	r.atMost(8, "CPU of a warm invocation beside its floor", worst, 1.3, "x", note)
	return nil
}

// cpuPerInvocation is the mean CPU of an invocation in microseconds, and its calls to AWS.
func cpuPerInvocation(ctx context.Context, w *lambdatest.World, path, name string, payload []byte) (cpu, calls float64, err error) {
	p, err := lambdatest.Start(ctx, path, w.Env(name)...)
	if err != nil {
		return 0, 0, err
	}
	defer p.Stop()
	run := func(n int) error {
		for range n {
			if _, err := p.Invoke(ctx, payload); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			p.TakeLog()
		}
		return nil
	}
	if err := run(warmUp); err != nil {
		return 0, 0, err
	}
	callsBefore := w.Requests()
	before, err := cpuTime(p.PID())
	if err != nil {
		return 0, 0, err
	}
	if err := run(warmRounds); err != nil {
		return 0, 0, err
	}
	after, err := cpuTime(p.PID())
	return float64((after - before).Microseconds()) / warmRounds, float64(w.Requests()-callsBefore) / warmRounds, err
}
