// Command bench measures what reference figures promise and prints each beside its goal. Counts
// are exact; times are ratios taken within one run.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"

	"bellwether/internal/lambdatest"
)

func main() {
	root := flag.String("root", ".", "the module's folder")
	rounds := flag.Int("rounds", 40, "starts of each function")
	only := flag.String("only", "", "comma-separated parts: static, starts, warm, counts, flat, pipeline, syncs, posts, pages, forecast (empty: all)")
	strict := flag.Bool("strict", false, "exit 1 when a goal is missed")
	verbose := flag.Bool("v", false, "show what the figures are made of")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	r := new(report)
	err := run(ctx, *root, *rounds, *only, r)
	if *verbose {
		fmt.Println(strings.Join(r.details, "\n"))
	}
	if printErr := r.print(os.Stdout); err == nil {
		err = printErr
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
	if *strict && !r.met() {
		os.Exit(1)
	}
}

func run(ctx context.Context, root string, rounds int, only string, r *report) error {
	dir, err := os.MkdirTemp("", "bellwether-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := bench{root: root, dir: dir, rounds: rounds, report: r}
	parts := []struct {
		name string
		run  func(context.Context) error
	}{
		{"static", b.static}, {"starts", b.starts}, {"warm", b.warm},
		{"pipeline", b.pipeline}, {"counts", b.counts}, {"flat", b.flat}, {"syncs", b.syncs},
		{"posts", func(ctx context.Context) error { return posts(ctx, b.report) }},
		{"pages", func(ctx context.Context) error { return pages(ctx, b.root, b.dir, b.report) }},
		{"forecast", func(context.Context) error { return backtest(&r.tables) }},
	}
	wanted := strings.FieldsFunc(only, func(c rune) bool { return c == ',' })
	for _, part := range parts {
		if len(wanted) > 0 && !slices.Contains(wanted, part.name) {
			continue
		}
		say(part.name)
		if err := part.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	say("")
	return nil
}

type bench struct {
	root, dir string
	rounds    int
	report    *report
	built     bool
}

func (b *bench) static(ctx context.Context) error {
	names, err := lambdatest.Functions(b.root)
	if err != nil {
		return err
	}
	return static(ctx, b.root, filepath.Join(b.dir, "arm64"), names, b.report)
}

func (b *bench) starts(ctx context.Context) error {
	return b.running(ctx, func(w *lambdatest.World, names []string) error {
		return starts(ctx, w, b.dir, names, b.rounds, b.report)
	})
}

func (b *bench) warm(ctx context.Context) error {
	return b.running(ctx, func(w *lambdatest.World, _ []string) error {
		return warm(ctx, w, b.dir, b.report)
	})
}

// running has the functions built for this machine, and a world around them.
func (b *bench) running(ctx context.Context, measure func(*lambdatest.World, []string) error) error {
	names, err := lambdatest.Functions(b.root)
	if err != nil {
		return err
	}
	if !b.built {
		if err := lambdatest.Build(ctx, b.root, b.dir, "./functions/...", lambdatest.Bare, lambdatest.Floor); err != nil {
			return err
		}
		b.built = true
	}
	w, err := lambdatest.NewWorld(ctx, b.root)
	if err != nil {
		return err
	}
	defer w.Close()
	return measure(w, names)
}

func (b *bench) counts(ctx context.Context) error { return counts(ctx, b.root, b.report) }

func (b *bench) flat(ctx context.Context) error {
	return flatness(ctx, b.root, []int{10, 1_000, 100_000}, b.report)
}

func (b *bench) syncs(ctx context.Context) error {
	return syncs(ctx, []int{100, 1_000, 10_000}, b.report)
}

func (b *bench) pipeline(ctx context.Context) error { return pipeline(ctx, b.root, b.report) }

// say shows on a terminal what is being measured; elsewhere it is silent.
func say(format string, args ...any) {
	if info, err := os.Stderr.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		fmt.Fprintf(os.Stderr, "\r\033[K"+format, args...)
	}
}
