package lambdatest_test

import (
	"path/filepath"
	"strings"
	"testing"

	"bellwether/internal/lambdatest"
)

const root = "../.."

func TestProcess(t *testing.T) {
	dir := t.TempDir()
	if err := lambdatest.Build(t.Context(), root, dir, lambdatest.Bare); err != nil {
		t.Fatal(err)
	}
	p, err := lambdatest.Start(t.Context(), filepath.Join(dir, "bare"))
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if answer, err := p.Invoke(t.Context(), []byte(`{}`)); err != nil || string(answer) != "null" {
			t.Fatalf("answer %q, error %v", answer, err)
		}
	}
	if p.Init <= 0 || p.PID() == 0 {
		t.Errorf("init %v, process %d", p.Init, p.PID())
	}
	p.Stop()
	if _, err := p.Invoke(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "ended") {
		t.Errorf("a dead function answers: %v", err)
	}
}

func TestStartTellsWhyAFunctionDoesNotStart(t *testing.T) {
	if _, err := lambdatest.Start(t.Context(), "/bin/false"); err == nil || !strings.Contains(err.Error(), "exit status 1") {
		t.Errorf("error %v", err)
	}
	if _, err := lambdatest.Start(t.Context(), "/no/such/bootstrap"); err == nil {
		t.Error("started nothing")
	}
}
