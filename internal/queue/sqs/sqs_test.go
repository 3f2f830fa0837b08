package sqs_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"bellwether/internal/awstest"
	"bellwether/internal/fault"
	"bellwether/internal/queue"
	"bellwether/internal/queue/sqs"
)

const address = "https://sqs.eu-central-1.amazonaws.com/123456789012/syncs"

func open(t *testing.T) (*sqs.Queue, *awstest.Server) {
	t.Helper()
	server := awstest.New()
	t.Cleanup(server.Close)
	return sqs.New(server.Config(), address), server
}

func messages(n int) (list []queue.Message) {
	for i := range n {
		list = append(list, queue.Message{Body: json.RawMessage(fmt.Sprintf(`{"n":%d}`, i)), Delay: time.Duration(i) * time.Second})
	}
	return list
}

func TestSendsTenInACall(t *testing.T) {
	q, server := open(t)
	if err := q.Send(t.Context(), messages(23)...); err != nil {
		t.Fatal(err)
	}
	calls, seen := server.Calls(), 0
	if len(calls) != 3 {
		t.Fatalf("%d calls", len(calls))
	}
	for _, c := range calls {
		for _, m := range c.Messages() {
			if m.MessageBody != fmt.Sprintf(`{"n":%d}`, seen) || m.DelaySeconds != seen || c.QueueURL() != address {
				t.Errorf("message %d is %+v to %s", seen, m, c.QueueURL())
			}
			seen++
		}
	}
	if seen != 23 {
		t.Errorf("%d messages were sent", seen)
	}
}

func TestDelaysFitSQS(t *testing.T) {
	q, server := open(t)
	for given, want := range map[time.Duration]int{-time.Second: 0, 1500 * time.Millisecond: 1, time.Hour: 900} {
		if err := q.Send(t.Context(), queue.Message{Body: json.RawMessage(`1`), Delay: given}); err != nil {
			t.Fatal(err)
		}
		calls := server.Calls()
		if got := calls[len(calls)-1].Messages()[0].DelaySeconds; got != want {
			t.Errorf("a delay of %s is sent as %d", given, got)
		}
	}
}

func TestNothingToSendIsNoCall(t *testing.T) {
	q, server := open(t)
	if err := q.Send(t.Context()); err != nil || len(server.Calls()) != 0 {
		t.Errorf("%v, %d calls", err, len(server.Calls()))
	}
}

// Only the messages that were not taken are sent again.
func TestFailedMessagesAreSentAgainAlone(t *testing.T) {
	q, server := open(t)
	server.Fault(func(n int, c awstest.Call) *awstest.Response {
		if n > 0 {
			return nil
		}
		return awstest.BatchResults(c, map[int]string{1: "InternalError", 3: "InternalError"}, false)
	})
	if err := q.Send(t.Context(), messages(5)...); err != nil {
		t.Fatal(err)
	}
	calls := server.Calls()
	if len(calls) != 2 || len(calls[1].Messages()) != 2 || calls[1].Messages()[0].MessageBody != `{"n":1}` || calls[1].Messages()[1].MessageBody != `{"n":3}` {
		t.Errorf("%d calls, the second with %+v", len(calls), calls[1].Messages())
	}
}

func TestFailures(t *testing.T) {
	refuse := func(code string, sender bool) func(int, awstest.Call) *awstest.Response {
		return func(_ int, c awstest.Call) *awstest.Response {
			return awstest.BatchResults(c, map[int]string{0: code}, sender)
		}
	}
	answer := func(r awstest.Response) func(int, awstest.Call) *awstest.Response {
		return func(int, awstest.Call) *awstest.Response { return &r }
	}
	tests := []struct {
		name  string
		fault func(int, awstest.Call) *awstest.Response
		want  fault.Kind
	}{
		{"a message that fails again and again", refuse("InternalError", false), fault.Retryable},
		{"a message that is ours to blame", refuse("InvalidParameterValue", true), fault.Permanent},
		{"too long", answer(awstest.Response{Status: http.StatusBadRequest, Type: "com.amazonaws.sqs#BatchRequestTooLong"}), fault.Permanent},
		{"an outage", answer(awstest.Response{Status: http.StatusInternalServerError, Type: "InternalError"}), fault.Retryable},
		{"lost answers", answer(awstest.Response{Lost: true}), fault.Retryable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q, server := open(t)
			server.Fault(tt.fault)
			if err := q.Send(t.Context(), messages(1)...); !fault.Is(err, tt.want) {
				t.Fatalf("error %v, want kind %s", err, tt.want)
			}
		})
	}
}
