// Package lambdatest runs built functions as Lambda would: it starts their bootstrap against
// a Runtime API of its own and hands them payloads. Tests and the benchmark use it.
package lambdatest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Flags are how functions are built to be deployed; the Makefile has the same.
var Flags = []string{"-tags", "lambda.norpc", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w"}

// Bare is the smallest possible function, for comparison.
const Bare = "./internal/lambdatest/testdata/bare"

// Floor reads and writes an item in turn as often as its payload asks for, and does nothing else.
const Floor = "./internal/lambdatest/testdata/floor"

// Functions are the folders under functions/ in the module at root, by name.
func Functions(root string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(root, "functions"))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// Build builds packages of the module at root into dir, each under its folder's name, for this
// machine and otherwise as they are deployed.
func Build(ctx context.Context, root, dir string, packages ...string) error {
	args := append([]string{"build"}, Flags...)
	args = append(args, "-o", dir+string(filepath.Separator))
	cmd := exec.CommandContext(ctx, "go", append(args, packages...)...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %v: %w\n%s", packages, err, out)
	}
	return nil
}
