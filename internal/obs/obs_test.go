package obs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"bellwether/internal/obs"
)

func lines(t *testing.T, log *bytes.Buffer) []map[string]any {
	t.Helper()
	var out []map[string]any
	for line := range strings.Lines(log.String()) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		out = append(out, fields)
	}
	return out
}

func TestNotesAndCounts(t *testing.T) {
	var log bytes.Buffer
	o := obs.New(&log)
	ctx, inv := obs.Begin(t.Context())
	obs.Note(ctx, "event", "e1")
	obs.Note(ctx, "event", "e2")
	obs.Count(ctx, "AlertsSent", 2)
	obs.Count(ctx, "AlertsSent", 1)
	obs.Count(ctx, "Parked", 0)
	o.Done(ctx, inv, obs.End{Function: "f", At: time.UnixMilli(1795197605123), Took: 1999 * time.Microsecond})

	got := lines(t, &log)
	want := []string{
		`{"event":"e2","level":"INFO","msg":"ok"}`,
		`{"AlertsSent":3,"Function":"f","Milliseconds":1,"_aws":{"CloudWatchMetrics":[{"Dimensions":[["Function"]],"Metrics":[{"Name":"Milliseconds"},{"Name":"AlertsSent"}],"Namespace":"Bellwether"}],"Timestamp":1795197605123}}`,
	}
	for i, w := range want {
		if line, _ := json.Marshal(got[i]); string(line) != w {
			t.Errorf("line %d is %s\nwant %s", i, line, w)
		}
	}
}

func TestTheFirstFailureIsTold(t *testing.T) {
	var log bytes.Buffer
	o := obs.New(&log)
	ctx, inv := obs.Begin(t.Context())
	obs.Fail(ctx, nil)
	obs.Fail(ctx, errors.New("first"))
	obs.Fail(ctx, errors.New("second"))
	o.Done(ctx, inv, obs.End{Function: "f"})
	if got := lines(t, &log); got[0]["level"] != "WARN" || got[0]["error"] != "first" || got[1]["Failures"] != 1.0 {
		t.Errorf("logged %v", got)
	}
}

func TestOutsideAnInvocationNothingHappens(t *testing.T) {
	ctx := context.Background()
	obs.Note(ctx, "a", 1)
	obs.Count(ctx, "b", 1)
	obs.Fail(ctx, errors.New("c"))
}

func TestConcurrentInvocationsKeepTheirLinesWhole(t *testing.T) {
	var log bytes.Buffer
	o := obs.New(&log)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			ctx, inv := obs.Begin(t.Context())
			var notes sync.WaitGroup
			for range 4 {
				notes.Go(func() { obs.Count(ctx, "N", 1); obs.Note(ctx, "n", 1) })
			}
			notes.Wait()
			o.Done(ctx, inv, obs.End{Function: "f"})
		})
	}
	all.Wait()
	if n := len(lines(t, &log)); n != 32 {
		t.Errorf("%d lines", n)
	}
}
