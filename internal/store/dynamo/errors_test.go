package dynamo_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/store"
	"bellwether/internal/store/dynamo"
	"bellwether/internal/store/dynamotest"
)

// internals is what only logs may say of a failed call.
const internals = "arn:aws:dynamodb:eu-central-1:1:table/secret-name"

// refuser answers every call with one error of DynamoDB's.
type refuser struct {
	code    string
	status  int
	reasons string // of a cancelled transaction, as JSON; empty: none
	calls   int
}

func (r *refuser) RoundTrip(in *http.Request) (*http.Response, error) {
	r.calls++
	body := `{"__type":"com.amazonaws.dynamodb.v20120810#` + r.code + `","message":"` + internals + `"` + r.reasons + `}`
	return &http.Response{
		StatusCode: r.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: in,
		Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, Body: io.NopCloser(strings.NewReader(body)),
	}, nil
}

// operations are one of each call that the adapter makes.
func operations(table *dynamo.Table) map[string]func(context.Context) error {
	a, b := item("a", "doc", 1), item("b", "doc", 1)
	return map[string]func(context.Context) error{
		"get":    func(ctx context.Context) error { _, err := table.Get(ctx, a.Key); return err },
		"query":  func(ctx context.Context) error { _, err := table.Query(ctx, list); return err },
		"put":    func(ctx context.Context) error { return table.Write(ctx, "cause", store.Put(a, store.NotExists())) },
		"delete": func(ctx context.Context) error { return table.Write(ctx, "cause", store.Delete(a.Key, store.Always())) },
		"transact": func(ctx context.Context) error {
			return table.Write(ctx, "cause", store.Put(a, store.Always()), store.Put(b, store.Always()))
		},
	}
}

func TestKindsOfFailure(t *testing.T) {
	tests := []struct {
		code    string
		status  int
		want    fault.Kind
		repeats bool // the call is worth repeating
	}{
		{"ValidationException", 400, fault.Invalid, false},
		{"AccessDeniedException", 400, fault.Permanent, false},
		{"UnrecognizedClientException", 400, fault.Permanent, false},
		{"ResourceNotFoundException", 400, fault.Permanent, false},
		{"ThrottlingException", 400, fault.Retryable, true},
		{"ProvisionedThroughputExceededException", 400, fault.Retryable, true},
		{"RequestLimitExceeded", 400, fault.Retryable, true},
		{"TransactionInProgressException", 400, fault.Retryable, true},
		{"InternalServerError", 500, fault.Retryable, true},
		{"ServiceUnavailable", 503, fault.Retryable, true},
		{"SomethingNew", 400, fault.Retryable, false}, // unknown: no work is lost
	}
	for _, tt := range tests {
		wire := &refuser{code: tt.code, status: tt.status}
		table := dynamo.New(dynamotest.Config("http://dynamodb.invalid", wire), "secret-name")
		for name, call := range operations(table) {
			t.Run(tt.code+", "+name, func(t *testing.T) {
				wire.calls = 0
				err := call(t.Context())
				if !fault.Is(err, tt.want) {
					t.Errorf("%v, want it %v", err, tt.want)
				}
				if (wire.calls > 1) != tt.repeats {
					t.Errorf("%d calls, want repeats: %v", wire.calls, tt.repeats)
				}
				if f, ok := errors.AsType[*fault.Error](err); !ok || strings.Contains(f.Message, "secret") || strings.Contains(f.Message, tt.code) {
					t.Errorf("people are told %+v", f)
				}
			})
		}
	}
}

// A context that ends between two attempts says so, as one that ends during a call does.
func TestAnEndedContextIsTold(t *testing.T) {
	for _, action := range []string{"PutItem", "DeleteItem", "TransactWriteItems", "BatchGetItem"} {
		t.Run(action, func(t *testing.T) {
			w := newList(t)
			ctx, cancel := context.WithCancel(t.Context())
			w.wire.Plan = func(_ int, a string) dynamotest.Fault {
				switch {
				case a != action:
					return dynamotest.None
				case a == "BatchGetItem":
					cancel()
					return dynamotest.LeaveAll
				default:
					cancel()
					return dynamotest.Contend
				}
			}
			name := map[string]string{"PutItem": "put", "DeleteItem": "delete", "TransactWriteItems": "transact", "BatchGetItem": "query"}[action]
			if err := operations(w.Table)[name](ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestAPassedDeadlineIsTold(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	for name, call := range operations(w.Table) {
		if err := call(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A reason that is neither a condition nor contention is about the item: no repeat helps.
func TestATransactionRefusedForAnItem(t *testing.T) {
	for _, code := range []string{"ValidationError", "ItemCollectionSizeLimitExceeded"} {
		wire := &refuser{code: "TransactionCanceledException", status: 400}
		wire.reasons = `,"CancellationReasons":[{"Code":"None"},{"Code":"` + code + `","Message":"` + internals + `"}]`
		table := dynamo.New(dynamotest.Config("http://dynamodb.invalid", wire), "secret-name")
		err := operations(table)["transact"](t.Context())
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || f.Kind != fault.Invalid || wire.calls != 1 {
			t.Fatalf("%s: %v after %d calls", code, err, wire.calls)
		}
		if strings.Contains(f.Message, "secret") || strings.Contains(f.Message, code) {
			t.Errorf("people are told %q", f.Message)
		}
	}
}
