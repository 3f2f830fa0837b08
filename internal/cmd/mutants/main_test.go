package main

import (
	"bytes"
	"os"
	"testing"
)

// A defect that can no longer be sown proves nothing.
func TestEveryMutantFitsTheCode(t *testing.T) {
	t.Chdir("../../..")
	names := map[string]bool{}
	for _, m := range mutants {
		if names[m.name] {
			t.Errorf("two mutants are called %q", m.name)
		}
		names[m.name] = true
		source, err := os.ReadFile(m.file)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(source, []byte(m.old)); n != 1 || m.old == m.new {
			t.Errorf("%s: %q stands %d times in %s, want once", m.name, m.old, n, m.file)
		}
	}
}
