// The command mutants sows one defect at a time into the code, without touching the files, and runs
// the tests that must notice. It exits with 1 when one survives: then the harness can't see what it
// promises to see.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	only := flag.String("run", "", "only mutants whose name holds this text")
	flag.Parse()
	survived, err := run(*only)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
	}
	if err != nil || survived > 0 {
		os.Exit(1)
	}
}

func run(only string) (survived int, err error) {
	dir, err := os.MkdirTemp("", "bellwether-mutants-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	caught := 0
	for _, m := range mutants {
		if !strings.Contains(m.name, only) {
			continue
		}
		started := time.Now()
		by, err := m.try(dir)
		if err != nil {
			return survived, fmt.Errorf("%s: %w", m.name, err)
		}
		if by == "" {
			survived++
			fmt.Printf("SURVIVED  %s\n", m.name)
			continue
		}
		caught++
		fmt.Printf("caught    %-60s by %s in %s\n", m.name, by, time.Since(started).Round(100*time.Millisecond))
	}
	// The last line is also what a test runner would print.
	fmt.Printf("mutants: %d passed, %d failed\n", caught, survived)
	return survived, nil
}

// mutant is one defect.
type mutant struct {
	name     string
	file     string
	old, new string // old stands in the file exactly once
	tests    string // the package whose tests must notice; "" for the simulation
}

// try runs the tests with the defect; by is the test that noticed, "" when none did.
func (m mutant) try(dir string) (by string, err error) {
	source, err := os.ReadFile(m.file)
	if err != nil {
		return "", err
	}
	if n := bytes.Count(source, []byte(m.old)); n != 1 {
		return "", fmt.Errorf("%q stands %d times in %s, want once: the mutant is out of date", m.old, n, m.file)
	}
	mutated := filepath.Join(dir, "mutant.go")
	if err := os.WriteFile(mutated, bytes.Replace(source, []byte(m.old), []byte(m.new), 1), 0o600); err != nil {
		return "", err
	}
	path, err := filepath.Abs(m.file)
	if err != nil {
		return "", err
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{path: mutated}})
	if err != nil {
		return "", err
	}
	overlayFile := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlayFile, overlay, 0o600); err != nil {
		return "", err
	}
	return test(overlayFile, m.tests)
}

func test(overlay, pkg string) (by string, err error) {
	if pkg == "" {
		pkg = "./internal/sim"
	}
	cmd := exec.Command("go", "test", "-overlay", overlay, "-count=1", "-failfast", "-short", pkg)
	cmd.Env = append(os.Environ(), "SIM_HISTORIES=150")
	out, err := cmd.CombinedOutput()
	if err == nil {
		return "", nil
	}
	if _, ok := errors.AsType[*exec.ExitError](err); !ok {
		return "", err
	}
	if bytes.Contains(out, []byte("[build failed]")) {
		return "", fmt.Errorf("the mutant does not compile:\n%s", out)
	}
	for line := range strings.Lines(string(out)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "--- FAIL: "); ok {
			name, _, _ = strings.Cut(name, " (")
			by = name // the last one is the innermost
		}
	}
	if by == "" {
		by = "a panic"
	}
	return by, nil
}
