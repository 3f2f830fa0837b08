package main

import (
	"context"
	"fmt"
	"path/filepath"

	"bellwether/internal/lambdatest"
)

// started is what one start of a function showed.
type started struct {
	init   float64 // milliseconds
	memory float64 // KiB, after the first invocation
	logged int     // bytes of the first invocation
}

// starts measures goals 1, 3 and 7: in each round every function starts once, beside the bare
// one, and answers its sample; what counts is the ratio within a round.
func starts(ctx context.Context, w *lambdatest.World, dir string, names []string, rounds int, r *report) error {
	initRatio, memoryRatio := map[string][]float64{}, map[string][]float64{}
	mostLogged, talker := 0, ""
	for round := range rounds {
		bare, err := startOnce(ctx, w, filepath.Join(dir, "bare"), "bare")
		if err != nil {
			return err
		}
		for _, name := range names {
			s, err := startOnce(ctx, w, filepath.Join(dir, name), name)
			if err != nil {
				return err
			}
			initRatio[name] = append(initRatio[name], s.init/bare.init)
			memoryRatio[name] = append(memoryRatio[name], s.memory/bare.memory)
			if s.logged > mostLogged {
				mostLogged, talker = s.logged, name
			}
		}
		say("starts: round %d of %d", round+1, rounds)
	}
	for _, name := range names {
		r.detail("%s: init %.2fx, memory %.2fx", name, median(initRatio[name]), median(memoryRatio[name]))
	}
	slowest, ratio := fattest(initRatio)
	r.atMost(1, "cold init beside a bare handler", ratio, 2, "x", fmt.Sprintf("%s, median of %d rounds", slowest, rounds))
	biggest, ratio := fattest(memoryRatio)
	r.atMost(3, "memory after the first invocation", ratio, 2, "x bare", biggest)
	r.atMost(7, "logged by a successful invocation", float64(mostLogged), 300, " B", talker)
	return nil
}

func startOnce(ctx context.Context, w *lambdatest.World, path, name string) (started, error) {
	payload, err := w.Sample(name)
	if err != nil {
		return started{}, err
	}
	p, err := lambdatest.Start(ctx, path, w.Env(name)...)
	if err != nil {
		return started{}, fmt.Errorf("%s: %w", name, err)
	}
	defer p.Stop()
	if _, err := p.Invoke(ctx, payload); err != nil {
		return started{}, fmt.Errorf("%s: %w\n%s", name, err, p.Log())
	}
	memory, err := peakMemory(p.PID())
	p.Stop()
	return started{float64(p.Init.Microseconds()) / 1000, memory, len(p.Log())}, err
}

// fattest is the function with the highest median.
func fattest(ratios map[string][]float64) (name string, ratio float64) {
	for n, values := range ratios {
		if m := median(values); m > ratio {
			name, ratio = n, m
		}
	}
	return name, ratio
}
