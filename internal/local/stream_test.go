package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

// atOnce lets no time go by between tries.
func atOnce(c *Config) {
	c.Pause = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
}

// relay is the stream's function in these tests: it notes which records it took.
type relay struct {
	mu     sync.Mutex
	taken  []int // sequence numbers, in order
	refuse func(e events.DynamoDBEvent) ([]byte, error)
}

func (f *relay) over() func(*Config) {
	return over("relay-events", func(lambda.Handler) lambda.Handler {
		return handler(func(_ context.Context, payload []byte) ([]byte, error) {
			var e events.DynamoDBEvent
			if err := json.Unmarshal(payload, &e); err != nil {
				return nil, err
			}
			if f.refuse != nil {
				if answer, err := f.refuse(e); answer != nil || err != nil {
					return answer, err
				}
			}
			f.take(e.Records)
			return []byte(`{"batchItemFailures":[]}`), nil
		})
	})
}

func (f *relay) take(records []events.DynamoDBEventRecord) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range records {
		n, _ := strconv.Atoi(r.Change.SequenceNumber)
		f.taken = append(f.taken, n)
	}
}

// wantInOrder wants n records to be taken, each once, in order.
func (f *relay) wantInOrder(t *testing.T, n int) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.taken) != n || !slices.IsSorted(f.taken) || len(slices.Compact(slices.Clone(f.taken))) != n {
		t.Errorf("taken: %v, want %d, each once and in order", f.taken, n)
	}
}

// campaigns creates n.
func (r *running) campaigns(n int) {
	r.t.Helper()
	for i := range n {
		r.do("POST", "/v1/campaigns", strings.Replace(newCampaign, "Summer", fmt.Sprint("Campaign ", i), 1), 201)
	}
}

func isPoison(r events.DynamoDBEventRecord) bool {
	return strings.Contains(r.Change.NewImage["doc"].String(), `"Campaign 7"`)
}

// A record that keeps failing is found, has its tries, and goes to the dead letters of the template;
// all others are taken once and in order.
func TestAPoisonousRecordHoldsNothingUp(t *testing.T) {
	tests := []struct {
		name   string
		refuse func(f *relay, e events.DynamoDBEvent, i int) ([]byte, error)
	}{
		{"the function fails", func(*relay, events.DynamoDBEvent, int) ([]byte, error) { return nil, errBroken }},
		{"the function tells where", func(f *relay, e events.DynamoDBEvent, i int) ([]byte, error) {
			f.take(e.Records[:i])
			return fmt.Appendf(nil, `{"batchItemFailures":[{"itemIdentifier":%q}]}`, e.Records[i].Change.SequenceNumber), nil
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var cured atomic.Bool
			tries := 0
			f := &relay{}
			f.refuse = func(e events.DynamoDBEvent) ([]byte, error) {
				for i, r := range e.Records {
					if isPoison(r) && !cured.Load() {
						tries++
						return tt.refuse(f, e, i)
					}
				}
				return nil, nil
			}
			r := start(t, t.TempDir(), newClock(), f.over(), atOnce)
			r.campaigns(20)
			r.drain()
			st := r.state()
			if len(st.DeadLetters) != 1 || st.DeadLetters[0].Queue != "RelayEventsDeadLetters" || st.DeadLetters[0].Function != "relay-events" {
				t.Fatalf("the dead letters are %+v", st.DeadLetters)
			}
			if tries < r.plan.stream.retries+1 {
				t.Errorf("%d tries, want at least %d", tries, r.plan.stream.retries+1)
			}
			f.wantInOrder(t, 19)
			cured.Store(true)
			r.do("POST", fmt.Sprintf("/_local/dead-letters/%d/redrive", st.DeadLetters[0].ID), "", 303)
			r.drain()
			if st := r.state(); len(st.DeadLetters)+len(st.Waiting) != 0 {
				t.Errorf("after the redrive: %+v", st)
			}
		})
	}
}

// A redriven record that is refused again counts as a try that failed.
func TestARedrivenRecordMayFailAgain(t *testing.T) {
	f := &relay{refuse: func(e events.DynamoDBEvent) ([]byte, error) {
		for _, r := range e.Records {
			if isPoison(r) {
				return fmt.Appendf(nil, `{"batchItemFailures":[{"itemIdentifier":%q}]}`, r.Change.SequenceNumber), nil
			}
		}
		return nil, nil
	}}
	r := start(t, t.TempDir(), newClock(), f.over(), atOnce)
	r.campaigns(8)
	r.drain()
	r.do("POST", fmt.Sprintf("/_local/dead-letters/%d/redrive", r.state().DeadLetters[0].ID), "", 303)
	r.drain()
	if st := r.state(); len(st.DeadLetters) != 0 || len(st.Waiting) != 1 || st.Waiting[0].Attempt != 1 {
		t.Errorf("after the redrive: %+v", st)
	}
	for _, wait := range retryWaits {
		r.later(wait)
	}
	if st := r.state(); len(st.DeadLetters) != 1 || st.DeadLetters[0].Queue != "RelayEventsDeadLetters" {
		t.Errorf("after its last try: %+v", st)
	}
}

// An outage that passes costs nothing but time: each record is taken, in order.
func TestTheStreamSurvivesAnOutage(t *testing.T) {
	var calls atomic.Int32
	f := &relay{refuse: func(events.DynamoDBEvent) ([]byte, error) {
		if calls.Add(1) <= 50 {
			return nil, errors.New("the bus is away")
		}
		return nil, nil
	}}
	r := start(t, t.TempDir(), newClock(), f.over(), atOnce)
	r.campaigns(5)
	r.drain()
	f.wantInOrder(t, 5)
	if st := r.state(); len(st.DeadLetters) != 0 {
		t.Errorf("the dead letters are %+v", st.DeadLetters)
	}
}

// The filter of the template decides what the function gets: only versions that carry events.
func TestTheStreamsFilter(t *testing.T) {
	f := &relay{refuse: func(e events.DynamoDBEvent) ([]byte, error) {
		for _, r := range e.Records {
			if _, ok := r.Change.NewImage["events"]; !ok {
				t.Errorf("a record without events came through: %v", r.Change.NewImage["PK"])
			}
			if r.EventName != "INSERT" || r.EventSource != "aws:dynamodb" || r.Change.StreamViewType != "NEW_AND_OLD_IMAGES" || r.Change.SizeBytes == 0 {
				t.Errorf("the record is %+v", r)
			}
		}
		return nil, nil
	}}
	r := start(t, t.TempDir(), newClock(), f.over())
	r.campaigns(3)
	r.drain()
	f.wantInOrder(t, 3)
}
