package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"bellwether/internal/catalog"
	"bellwether/internal/event"
	"bellwether/internal/lambdatest"
	"bellwether/internal/parallel"
	"bellwether/internal/schedule"
	"bellwether/internal/store/bolt"
)

// stage is the catalogue's functions over a counted table with some campaigns in it.
type stage struct {
	table     *bolt.Table
	meter     *meter
	functions []catalog.Function
	dir       string
}

// sampleTime is when the samples of events/ are handled.
var sampleTime = time.Date(2026, 11, 20, 18, 0, 10, 0, time.UTC)

func newStage(ctx context.Context, campaigns int, answer time.Duration) (*stage, error) {
	dir, err := os.MkdirTemp("", "bellwether-bench")
	if err != nil {
		return nil, err
	}
	now := func() time.Time { return sampleTime }
	table, err := bolt.Open(filepath.Join(dir, "table.db"), bolt.Options{Now: now, NoSync: true})
	if err != nil {
		return nil, err
	}
	s := &stage{table: table, meter: &meter{table: table, answer: answer}, dir: dir}
	s.functions = catalog.Functions(catalog.Adapters{
		Table: s.meter, Bus: takesAll{}, BudgetTopic: countingTopic{s.meter}, FailureTopic: countingTopic{s.meter},
		Timers: noTimers{}, SyncQueue: noQueue{}, AlertQueue: noQueue{}, Pause: parallel.Sleep, Now: now, Random: rand.Reader,
	})
	return s, lambdatest.Seed(ctx, table, campaigns-1)
}

func (s *stage) close() {
	s.table.Close()
	os.RemoveAll(s.dir)
}

// listeners are the functions that handle the event type.
func (s *stage) listeners(eventType string) []catalog.Function {
	return slices.DeleteFunc(slices.Clone(s.functions), func(f catalog.Function) bool { return !slices.Contains(f.Events, eventType) })
}

func (s *stage) function(name string) (catalog.Function, error) {
	i := slices.IndexFunc(s.functions, func(f catalog.Function) bool { return f.Name == name })
	if i < 0 {
		return catalog.Function{}, fmt.Errorf("the catalogue has no %s", name)
	}
	return s.functions[i], nil
}

// relay hands the event to relay-events in a record of the table's stream.
func (s *stage) relay(ctx context.Context, e sample) error {
	f, err := s.function("relay-events")
	if err != nil {
		return err
	}
	type attr map[string]string
	events, err := json.Marshal([]event.Raw{e.envelope})
	if err != nil {
		return err
	}
	record, err := json.Marshal(map[string]any{"Records": []any{map[string]any{"dynamodb": map[string]any{
		"SequenceNumber": "1",
		"NewImage":       map[string]attr{"PK": {"S": e.envelope.Meta.Subject}, "SK": {"S": "-"}, "events": {"S": string(events)}},
	}}}})
	if err != nil {
		return err
	}
	_, err = f.Handler.Invoke(ctx, record)
	return err
}

// sample is a file of events/.
type sample struct {
	payload  []byte
	envelope event.Raw
}

func samples(root string) ([]sample, error) {
	files, err := filepath.Glob(filepath.Join(root, "events", "*.json"))
	if err != nil {
		return nil, err
	}
	var out []sample
	for _, file := range files {
		payload, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		s, err := readSample(payload)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		out = append(out, s)
	}
	return out, nil
}

func readSample(payload []byte) (sample, error) {
	var in struct{ Detail event.Raw }
	err := json.Unmarshal(payload, &in)
	return sample{payload, in.Detail}, err
}

// later is another event of the same kind, about the same aggregate, an hour newer.
func (s sample) later() (sample, error) {
	var in map[string]any
	if err := json.Unmarshal(s.payload, &in); err != nil {
		return sample{}, err
	}
	detail := in["detail"].(map[string]any)
	meta, data := detail["meta"].(map[string]any), detail["data"].(map[string]any)
	meta["id"] = event.Derive(s.envelope.Meta.ID, "later")
	meta["sequence"] = s.envelope.Meta.Sequence + 1
	meta["occurredAt"] = s.envelope.Meta.OccurredAt.Add(time.Hour)
	if asOf, err := time.Parse(time.RFC3339, fmt.Sprint(data["asOf"])); err == nil {
		data["asOf"] = asOf.Add(time.Hour)
	}
	payload, err := json.Marshal(in)
	if err != nil {
		return sample{}, err
	}
	return readSample(payload)
}

type takesAll struct{}

func (takesAll) Put(_ context.Context, events []event.Raw) ([]error, error) {
	return make([]error, len(events)), nil
}

type noTimers struct{}

func (noTimers) Set(context.Context, schedule.Timer) error { return nil }
func (noTimers) Cancel(context.Context, string) error      { return nil }
