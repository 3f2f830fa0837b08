package main

import (
	"context"
	"fmt"
	"time"
)

// mix is the share of each event type, in tenths of a percent, of a usual day.
var mix = map[string]float64{
	"CampaignMetricsUpdated": 800, "IntegrationSyncCompleted": 100, "PostScheduled": 30, "PostPublished": 30,
	"CampaignCreated": 10, "PostFailed": 10, "IntegrationSyncFailed": 10, "BudgetThresholdReached": 8,
	"IntegrationConnected": 1, "IntegrationDisconnected": 1,
}

// counts measures goals 4, 5 and 6: every sample event goes to the log and to its listeners, and
// what they ask of the table is counted by DynamoDB's rules.
func counts(ctx context.Context, root string, r *report) error {
	all, err := samples(root)
	if err != nil {
		return err
	}
	var mean, mixed, weights float64
	var types, largest, steps, alerts int
	slowest := ""
	for _, e := range all {
		kind := e.envelope.Meta.Type
		t, each, err := path(ctx, e)
		if err != nil {
			return err
		}
		if len(each) == 0 || mix[kind] == 0 {
			continue // its listeners are not there yet, or it is none of the ten
		}
		types++
		mean += float64(t.units)
		mixed += float64(t.units) * mix[kind]
		weights += mix[kind]
		largest = max(largest, t.largest)
		r.detail("%s in all: %d write units, largest item %d B", kind, t.units, t.largest)
		for name, l := range each {
			r.detail("%s on %s: %d write units, %d requests in %d steps, largest item %d B", name, kind, l.units, l.calls, l.steps, l.largest)
			alerts = max(alerts, l.alerts)
			if l.steps > steps {
				steps, slowest = l.steps, fmt.Sprintf("%s on %s, %d requests", name, kind, l.calls)
			}
		}
	}
	of := fmt.Sprintf("%d of the ten types have listeners", types)
	r.atMost(4, "write units an event, mean of types", mean/float64(types), 2.7, "", of)
	r.atMost(4, "write units an event, usual mix", mixed/weights, 3.8, "", of)
	r.atMost(4, "largest item written", float64(largest), unit, " B", "log and listeners")
	r.atMost(5, "DynamoDB requests in a row, a listener", float64(steps), 2, "", slowest)
	r.atMost(5, "SNS publishes, a listener", float64(alerts), 1, "", "")
	return duplicates(ctx, all, r)
}

// path is what one event costs on its way from the stream to the end of its listeners.
func path(ctx context.Context, e sample) (sum tally, each map[string]tally, err error) {
	s, err := newStage(ctx, 1, 2*time.Millisecond)
	if err != nil {
		return sum, nil, err
	}
	defer s.close()
	if err := s.relay(ctx, e); err != nil {
		return sum, nil, err
	}
	sum, each = s.meter.take(), map[string]tally{}
	for _, f := range s.listeners(e.envelope.Meta.Type) {
		if _, err := f.Handler.Invoke(ctx, e.payload); err != nil {
			return sum, nil, fmt.Errorf("%s on %s: %w", f.Name, e.envelope.Meta.Type, err)
		}
		t := s.meter.take()
		each[f.Name] = t
		sum.add(t)
	}
	return sum, each, nil
}

// duplicates delivers every event and a later one of its kind ten times, in turn. What the table
// and the topic see after the first two deliveries is too much.
func duplicates(ctx context.Context, all []sample, r *report) error {
	effects, dearest := 0, 0.0
	for _, a := range all {
		b, err := a.later()
		if err != nil {
			return err
		}
		s, err := newStage(ctx, 1, 0)
		if err != nil {
			return err
		}
		for _, f := range s.listeners(a.envelope.Meta.Type) {
			more, guard, err := s.again(ctx, f.Handler.Invoke, a, b)
			if err != nil {
				s.close()
				return fmt.Errorf("%s on %s: %w", f.Name, a.envelope.Meta.Type, err)
			}
			effects += more
			dearest = max(dearest, guard)
		}
		s.close()
	}
	r.atMost(6, "effects of duplicates, each event ten times", float64(effects), 0, "", "A, B, A, B ...")
	r.atMost(6, "write units a guard, on a duplicate", dearest, 1, "", "")
	return nil
}

type invoke func(context.Context, []byte) ([]byte, error)

func (s *stage) again(ctx context.Context, handle invoke, a, b sample) (effects int, guard float64, err error) {
	deliver := func() (t tally, err error) {
		for _, e := range []sample{a, b} {
			if _, err := handle(ctx, e.payload); err != nil {
				return t, err
			}
		}
		return s.meter.take(), nil
	}
	if _, err := deliver(); err != nil {
		return 0, 0, err
	}
	before, err := s.table.Records(0, 1<<20)
	if err != nil {
		return 0, 0, err
	}
	for range 9 {
		t, err := deliver()
		if err != nil {
			return 0, 0, err
		}
		effects += t.alerts
		if t.writes > 0 {
			guard = max(guard, float64(t.units)/float64(t.writes))
		}
	}
	after, err := s.table.Records(0, 1<<20)
	return effects + len(after) - len(before), guard, err
}

// flatness measures goal 11: what an event costs must not depend on how many campaigns there are.
func flatness(ctx context.Context, root string, sizes []int, r *report) error {
	all, err := samples(root)
	if err != nil {
		return err
	}
	var sums []tally
	for _, n := range sizes {
		s, err := newStage(ctx, n, 0)
		if err != nil {
			return err
		}
		for _, e := range all {
			if err = s.relay(ctx, e); err != nil {
				break
			}
			for _, f := range s.listeners(e.envelope.Meta.Type) {
				if _, err = f.Handler.Invoke(ctx, e.payload); err != nil {
					break
				}
			}
		}
		sums = append(sums, s.meter.take())
		s.close()
		if err != nil {
			return err
		}
	}
	for _, figure := range []struct {
		what string
		of   func(tally) int
	}{
		{"write units", func(t tally) int { return t.units }},
		{"requests", func(t tally) int { return t.calls }},
		{"bytes", func(t tally) int { return t.bytes }},
	} {
		low, high := figure.of(sums[0]), figure.of(sums[0])
		for _, t := range sums {
			low, high = min(low, figure.of(t)), max(high, figure.of(t))
		}
		r.atMost(11, figure.what+" of all samples, most beside least", float64(high)/float64(low), 1.05, "x",
			fmt.Sprintf("%d at %v campaigns", high, sizes))
	}
	return nil
}
