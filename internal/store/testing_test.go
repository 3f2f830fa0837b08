package store_test

import (
	"context"
	"os"

	"pgregory.net/rapid"
)

// failer is what *testing.T and *rapid.T have in common.
type failer interface {
	Helper()
	Fatalf(string, ...any)
	Context() context.Context
}

func tempDir(t *rapid.T) string {
	dir, err := os.MkdirTemp("", "bellwether")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}
