package lambdatest_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellwether/internal/lambdatest"
)

// What deploys is what was tested: every function, built as for Lambda but for this machine,
// starts with the template's environment against a Runtime API and answers everything that the
// template lets invoke it.
func TestEveryFunctionAnswersItsSamples(t *testing.T) {
	if testing.Short() {
		t.Skip("builds every function")
	}
	names, err := lambdatest.Functions(root)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := lambdatest.Build(t.Context(), root, dir, "./functions/..."); err != nil {
		t.Fatal(err)
	}
	world, err := lambdatest.NewWorld(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	defer world.Close()
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			function, err := lambdatest.Start(ctx, filepath.Join(dir, name), world.Env(name)...)
			if err != nil {
				t.Fatal(err)
			}
			defer function.Stop()
			samples, err := world.Samples(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range samples {
				answer, err := function.Invoke(ctx, s.Payload)
				if err != nil {
					t.Fatalf("%s: %v\n%s", s.What, err, function.Log())
				}
				check(t, s, answer)
			}
			function.Stop()
			checkLog(t, function.Log(), len(samples))
			if parked, err := world.Parked(ctx, name); err != nil || len(parked) > 0 {
				t.Errorf("parked %+v, error %v", parked, err)
			}
		})
	}
	if asked := world.Asked(); asked["PutEvents"] != 1 || asked["Publish"] != 8 { // a threshold, a forecast, a landing, a refused budget, a missed goal; what a rule asks, did and may not any more
		t.Errorf("the samples made these calls: %v", asked)
	}
}

func check(t *testing.T, s lambdatest.Sample, answer []byte) {
	t.Helper()
	if !s.HTTP {
		var denied struct{ IsAuthorized *bool }
		if !json.Valid(answer) || strings.Contains(string(answer), "itemIdentifier") {
			t.Errorf("%s: answered %s", s.What, answer)
		} else if json.Unmarshal(answer, &denied) == nil && denied.IsAuthorized != nil && !*denied.IsAuthorized {
			t.Errorf("%s: refused", s.What)
		}
		return
	}
	var out struct {
		StatusCode int
		Headers    map[string]string
		Body       string
	}
	if err := json.Unmarshal(answer, &out); err != nil || out.StatusCode < 200 || out.StatusCode >= 500 {
		t.Errorf("%s: answered %s (%v)", s.What, answer, err)
	}
	// A path that the function does not know would be a route of the template without a handler.
	var problem struct{ Code string }
	if json.Unmarshal([]byte(out.Body), &problem) == nil && (problem.Code == "no_such_route" || out.StatusCode == 405) {
		t.Errorf("%s: the function has no such route: %s", s.What, out.Body)
	}
}

// checkLog wants two lines an invocation and no more than was promised of one that went well.
func checkLog(t *testing.T, log string, invocations int) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(log, "\n"), "\n")
	if len(lines) != 2*invocations {
		t.Errorf("%d lines for %d invocations:\n%s", len(lines), invocations, log)
		return
	}
	for i := 0; i < len(lines); i += 2 {
		var line struct{ Level, Error string }
		if err := json.Unmarshal([]byte(lines[i]), &line); err != nil {
			t.Errorf("%s: %v", lines[i], err)
		}
		if size := len(lines[i]) + len(lines[i+1]) + 2; line.Level == "INFO" && line.Error == "" && size > 300 {
			t.Errorf("%d bytes logged:\n%s\n%s", size, lines[i], lines[i+1])
		}
	}
}
