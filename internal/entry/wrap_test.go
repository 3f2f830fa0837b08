package entry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"bellwether/internal/entry"
	"bellwether/internal/event"
	"bellwether/internal/obs"
)

type handlerFunc func(context.Context, []byte) ([]byte, error)

func (f handlerFunc) Invoke(ctx context.Context, p []byte) ([]byte, error) { return f(ctx, p) }

// quiet are handlers that succeed, one of each kind, under the longest function names.
func quiet() map[string]struct {
	name    string
	handler lambda.Handler
	payload string
} {
	return map[string]struct {
		name    string
		handler lambda.Handler
		payload string
	}{
		"listener": {"notify-campaign-status-change", entry.NewListener("notify-campaign-status-change", nil, clock,
			entry.On(func(context.Context, event.Envelope[event.CampaignStatusChanged]) error { return nil })), "eventbridge.json"},
		"http": {"integrations-api", entry.NewHTTP(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set(entry.RequestIDHeader, "0198f1c3-0000-7e54-8f72-8a5b6c7d8e9f")
			w.Write([]byte(`{"name":"secret"}`))
		})), "httpapi.json"},
		"schedule": {"evaluate-automations", entry.NewSchedule(func(context.Context, struct{}) error { return nil }), "timer.json"},
		"queue": {"sync-integration", entry.NewQueue(func(context.Context, entry.Message[struct{}]) error { return nil }),
			"sqs.json"},
		"stream": {"relay-events", entry.NewStream(func(context.Context, []entry.StreamRecord) (string, error) { return "", nil }),
			"stream.json"},
	}
}

func TestASuccessLogsAtMost300Bytes(t *testing.T) {
	for kind, q := range quiet() {
		t.Run(kind, func(t *testing.T) {
			_, lines, size, err := invoke(t.Context(), t, q.name, q.handler, payload(t, q.payload))
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d bytes", size)
			if size > 300 {
				t.Errorf("%d bytes logged", size)
			}
			if lines[0]["level"] != "INFO" || lines[0]["time"] != nil {
				t.Errorf("the log line is %v", lines[0])
			}
			if lines[1]["Function"] != q.name || lines[1]["_aws"] == nil || lines[1]["Milliseconds"] == nil {
				t.Errorf("the metrics line is %v", lines[1])
			}
			whole, _ := json.Marshal(lines)
			for _, secret := range []string{"Autumn", "secret", "integrationId", "kim@", "Bearer", "stock"} {
				if bytes.Contains(whole, []byte(secret)) {
					t.Errorf("the log tells %q: %s", secret, whole)
				}
			}
		})
	}
}

func TestAFailureWarns(t *testing.T) {
	ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "8f6a"})
	_, lines, _, err := invoke(ctx, t, "x", handlerFunc(func(context.Context, []byte) ([]byte, error) {
		return nil, errors.New(strings.Repeat("long ", 1000))
	}), nil)
	if err == nil {
		t.Fatal("the error is lost")
	}
	text, _ := lines[0]["error"].(string)
	if lines[0]["level"] != "WARN" || lines[0]["invocation"] != "8f6a" || !strings.HasPrefix(text, "long") || len(text) > 1000 {
		t.Errorf("the log line is %v", lines[0])
	}
	if lines[1]["Failures"] != 1.0 {
		t.Errorf("the metrics line is %v", lines[1])
	}
}

func TestAPanicIsReturnedAsAnError(t *testing.T) {
	answer, lines, _, err := invoke(t.Context(), t, "x", handlerFunc(func(context.Context, []byte) ([]byte, error) {
		panic("no such luck")
	}), nil)
	if _, ok := errors.AsType[*entry.PanicError](err); !ok || answer != nil {
		t.Fatalf("answer %q, error %v", answer, err)
	}
	stack, _ := lines[0]["stack"].(string)
	if lines[0]["level"] != "ERROR" || !strings.Contains(stack, "wrap_test.go") {
		t.Errorf("the log line is %v", lines[0])
	}
}

func TestTheContextEndsBeforeLambdasDeadline(t *testing.T) {
	tests := []struct{ left, want time.Duration }{
		{29 * time.Second, 28500 * time.Millisecond},
		{5 * time.Second, 4500 * time.Millisecond},
		{time.Second, 900 * time.Millisecond},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			started := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), tt.left)
			defer cancel()
			h := handlerFunc(func(ctx context.Context, _ []byte) ([]byte, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			})
			var log bytes.Buffer
			_, err := entry.Wrap(h, "x", obs.New(&log), time.Now).Invoke(ctx, nil)
			if got := time.Since(started); got != tt.want || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("with %v left it ended after %v (%v), want %v", tt.left, got, err, tt.want)
			}
			if !strings.Contains(log.String(), "deadline exceeded") {
				t.Errorf("logged %s", &log)
			}
		})
	}
}
