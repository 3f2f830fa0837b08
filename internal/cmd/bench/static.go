package main

import (
	"archive/zip"
	"bytes"
	"context"
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"bellwether/internal/lambdatest"
)

// static measures goal 2 on what is deployed: the arm64 bootstraps.
func static(ctx context.Context, root, dir string, names []string, r *report) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	reflected, err := buildARM(ctx, root, dir)
	if err != nil {
		return err
	}
	var largest, dynamic int64
	fattest, sum := "", 0
	for _, name := range names {
		path := filepath.Join(dir, name)
		size, err := zipped(path)
		if err != nil {
			return err
		}
		if size > largest {
			largest, fattest = size, name
		}
		if linked, err := needsLoader(path); err != nil {
			return err
		} else if linked {
			dynamic++
		}
		sum += reflected[name]
	}
	r.atMost(2, "methods reached by reflection", float64(sum), 0, "", fmt.Sprintf("all %d functions", len(names)))
	r.atMost(2, "largest zip", float64(largest)/(1<<20), 4.5, " MiB", fattest)
	r.atMost(2, "functions that are not static", float64(dynamic), 0, "", "")
	return nil
}

// buildARM builds all functions and counts, for each, the methods that its linker could not
// drop because reflection may call them.
func buildARM(ctx context.Context, root, dir string) (map[string]int, error) {
	args := append([]string{"build"}, lambdatest.Flags...)
	args[len(args)-1] += " -dumpdep"
	cmd := exec.CommandContext(ctx, "go", append(args, "-o", dir+"/", "./functions/...")...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=arm64")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("build for arm64: %w\n%s", err, out[:min(len(out), 4000)])
	}
	// The go command prints "# package" above what that package's linker printed.
	reflected, name := map[string]int{}, ""
	for text := range strings.Lines(string(out)) {
		if pkg, ok := strings.CutPrefix(text, "# "); ok {
			name = filepath.Base(strings.TrimSpace(pkg))
		} else if strings.Contains(text, "<ReflectMethod>") {
			reflected[name]++
		}
	}
	return reflected, nil
}

// zipped is the size of the zip that is uploaded.
func zipped(path string) (int64, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.Create("bootstrap")
	if err != nil {
		return 0, err
	}
	if _, err := w.Write(content); err != nil {
		return 0, err
	}
	if err := z.Close(); err != nil {
		return 0, err
	}
	return int64(out.Len()), nil
}

// needsLoader reports whether the program asks for a dynamic loader.
func needsLoader(path string) (bool, error) {
	f, err := elf.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return true, nil
		}
	}
	return false, nil
}
