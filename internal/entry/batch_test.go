package entry_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"bellwether/internal/entry"
	"bellwether/internal/fault"
)

type syncOrder struct {
	IntegrationID string `json:"integrationId"`
}

func TestQueueReturnsOnlyWhatFailed(t *testing.T) {
	var seen []string
	q := entry.NewQueue(func(_ context.Context, m entry.Message[syncOrder]) error {
		seen = append(seen, fmt.Sprint(m.Body.IntegrationID, " ", m.Attempt))
		switch m.Body.IntegrationID {
		case "i1":
			panic("broken")
		case "i2":
			return errors.New("later")
		}
		return nil
	})
	answer, lines, _, err := invoke(t.Context(), t, "sync-integration", q, payload(t, "sqs.json"))
	want := `{"batchItemFailures":[{"itemIdentifier":"059f36b4-87a3-44ab-83d2-661975830a7d"},{"itemIdentifier":"2e1424d4-f796-459a-8184-9c92662be6da"}]}`
	if err != nil || string(answer) != want {
		t.Errorf("answer %s, error %v", answer, err)
	}
	if got := strings.Join(seen, ","); got != "i1 1,i2 3,i3 1" {
		t.Errorf("handled %s", got)
	}
	if lines[0]["level"] != "WARN" || lines[0]["returned"] != 2.0 {
		t.Errorf("logged %v", lines[0])
	}
}

func TestQueueOutOfTimeReturnsTheRest(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	q := entry.NewQueue(func(context.Context, entry.Message[syncOrder]) error { cancel(); return nil })
	answer, err := q.Invoke(ctx, payload(t, "sqs.json"))
	if err != nil || strings.Count(string(answer), "itemIdentifier") != 2 || strings.Contains(string(answer), "059f36b4") {
		t.Errorf("answer %s, error %v", answer, err)
	}
}

func TestQueueReturnsWhatItCanNotRead(t *testing.T) {
	q := entry.NewQueue(func(context.Context, entry.Message[[]int]) error { t.Error("handled"); return nil })
	answer, err := q.Invoke(t.Context(), payload(t, "sqs.json"))
	if err != nil || strings.Count(string(answer), "itemIdentifier") != 3 {
		t.Errorf("answer %s, error %v", answer, err)
	}
}

func TestQueueWithAllDoneReturnsAnEmptyList(t *testing.T) {
	q := entry.NewQueue(func(context.Context, entry.Message[syncOrder]) error { return nil })
	answer, err := q.Invoke(t.Context(), payload(t, "sqs.json"))
	if err != nil || string(answer) != `{"batchItemFailures":[]}` {
		t.Errorf("answer %s, error %v", answer, err)
	}
}

func TestStreamHandsOnWhatCarriesEvents(t *testing.T) {
	var got []entry.StreamRecord
	s := entry.NewStream(func(_ context.Context, records []entry.StreamRecord) (string, error) {
		got = records
		return "", nil
	})
	answer, err := s.Invoke(t.Context(), payload(t, "stream.json"))
	if err != nil || string(answer) != `{"batchItemFailures":[]}` {
		t.Fatalf("answer %s, error %v", answer, err)
	}
	if len(got) != 2 {
		t.Fatalf("%d records: a removal, or a write without events, came through", len(got))
	}
	first, broken := got[0], got[1]
	if first.Sequence != "100000000000000000000001" || len(first.Events) != 2 || first.Err != nil ||
		first.Events[0].Meta.Type != "CampaignCreated" || first.Events[1].Meta.Type != "BudgetThresholdReached" {
		t.Errorf("the first is %+v", first)
	}
	if broken.Err == nil || broken.Events != nil || broken.Text != `[{"meta":` || broken.ItemKey == first.ItemKey {
		t.Errorf("the broken one is %+v", broken)
	}
}

func TestStreamAnswersWhereToBeginAgain(t *testing.T) {
	failure := errors.New("bus is down")
	tests := []struct {
		name       string
		failedFrom string
		err        error
		answer     string
	}{
		{"from a record", "7", failure, `{"batchItemFailures":[{"itemIdentifier":"7"}]}`},
		{"from a record, without a reason", "7", nil, `{"batchItemFailures":[{"itemIdentifier":"7"}]}`},
		{"all of it", "", failure, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := entry.NewStream(func(context.Context, []entry.StreamRecord) (string, error) { return tt.failedFrom, tt.err })
			answer, lines, _, err := invoke(t.Context(), t, "relay-events", s, payload(t, "stream.json"))
			if string(answer) != tt.answer || (tt.answer == "") != (err != nil) {
				t.Errorf("answer %s, error %v", answer, err)
			}
			if lines[0]["level"] != "WARN" {
				t.Errorf("logged %v", lines[0])
			}
		})
	}
}

func TestScheduleDecodesTheTimer(t *testing.T) {
	type deadline struct {
		Kind          string `json:"kind"`
		BudgetVersion int64  `json:"budgetVersion"`
	}
	var got deadline
	s := entry.NewSchedule(func(_ context.Context, d deadline) error { got = d; return nil })
	answer, err := s.Invoke(t.Context(), payload(t, "timer.json"))
	if err != nil || string(answer) != "null" || got.Kind != "budget-period-ended" || got.BudgetVersion != 3 {
		t.Errorf("answer %s, error %v, decoded %+v", answer, err, got)
	}
	failure := errors.New("later")
	failing := entry.NewSchedule(func(context.Context, deadline) error { return failure })
	if _, err := failing.Invoke(t.Context(), payload(t, "timer.json")); !errors.Is(err, failure) {
		t.Errorf("error %v", err)
	}
}

func TestBatchesOfAnotherKindAreRefused(t *testing.T) {
	handlers := map[string]interface {
		Invoke(context.Context, []byte) ([]byte, error)
	}{
		"queue":    entry.NewQueue(func(context.Context, entry.Message[syncOrder]) error { return nil }),
		"stream":   entry.NewStream(func(context.Context, []entry.StreamRecord) (string, error) { return "", nil }),
		"schedule": entry.NewSchedule(func(context.Context, syncOrder) error { return nil }),
		"http":     entry.NewHTTP(nil),
	}
	for kind, h := range handlers {
		for _, given := range []string{"", "[]", `"x"`, "{"} {
			if _, err := h.Invoke(t.Context(), []byte(given)); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s takes %q: %v", kind, given, err)
			}
		}
	}
}
