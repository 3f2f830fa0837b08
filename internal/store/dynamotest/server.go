// Package dynamotest answers for DynamoDB over HTTP, as far as package dynamo asks, so that tests
// run the real SDK client without a network: the six calls it makes, conditions as it writes them,
// images of failed conditions, request tokens, and the charge of each call.
package dynamotest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"bellwether/internal/store"
)

// Server is the endpoint. Its URL is a value for AWS_ENDPOINT_URL_DYNAMODB and BaseEndpoint. It
// answers for one table, whatever name it is called by, one call after another.
type Server struct {
	*httptest.Server
	mu     sync.Mutex
	table  store.Table
	tokens map[string]string // of transactions that were done: the body
	counts Counts
	faults Transport
}

// New starts a server over table; close it after use. DynamoDB shows items that have expired until
// it removes them, so table must too: let it take the time from BeforeAll.
func New(table store.Table) *Server {
	s := &Server{table: table, tokens: map[string]string{}, counts: Counts{Calls: map[string]int{}}}
	s.faults.Next = direct{http.HandlerFunc(s.answer)}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	return s
}

// BeforeAll is a clock at which nothing has expired.
func BeforeAll() time.Time { return time.Time{} }

// Fault makes f decide on every call, in order of arrival; nil ends it.
func (s *Server) Fault(f Plan) { s.faults.setPlan(f) }

// Config makes SDK clients that ask the server, and repeat a failed call at once.
func (s *Server) Config() aws.Config { return Config(s.URL, s.Client().Transport) }

// Config makes SDK clients that ask the endpoint at url, and repeat a failed call at once.
func Config(url string, transport http.RoundTripper) aws.Config {
	return aws.Config{
		Region:       "eu-central-1",
		BaseEndpoint: &url,
		HTTPClient:   &http.Client{Transport: transport},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "example"}, nil
		}),
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
			})
		},
	}
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	response, err := s.faults.RoundTrip(r)
	if err != nil {
		panic(http.ErrAbortHandler) // the client sees the connection break
	}
	for name, values := range response.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(response.StatusCode)
	io.Copy(w, response.Body)
}

// direct asks a handler without a network.
type direct struct{ handler http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	return w.Result(), nil
}

// refusal is an error of DynamoDB's.
type refusal struct {
	Type    string   `json:"__type"`
	Message string   `json:"message"`
	Item    item     `json:"Item,omitempty"`
	Reasons []reason `json:"CancellationReasons,omitempty"`
	status  int
}

type reason struct {
	Code string
	Item item `json:",omitempty"`
}

func (r *refusal) Error() string { return r.Type + ": " + r.Message }

func refuse(kind, format string, args ...any) *refusal {
	return &refusal{Type: "com.amazonaws.dynamodb.v20120810#" + kind, Message: fmt.Sprintf(format, args...), status: http.StatusBadRequest}
}

func invalid(format string, args ...any) *refusal {
	return refuse("ValidationException", format, args...)
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	action := actionOf(r)
	s.counts.Calls[action]++
	out, err := s.do(r.Context(), action, body)
	status := http.StatusOK
	switch failed := err.(type) {
	case nil:
	case *refusal:
		out, status = failed, failed.status
	default:
		out, status = refuse("InternalServerError", "%v", err), http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(out)
}

func actionOf(r *http.Request) string {
	return strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "DynamoDB_20120810.")
}

func (s *Server) do(ctx context.Context, action string, body []byte) (any, error) {
	switch action {
	case "GetItem":
		return with(ctx, body, s.getItem)
	case "BatchGetItem":
		return with(ctx, body, s.batchGetItem)
	case "Query":
		return with(ctx, body, s.query)
	case "PutItem", "DeleteItem":
		return with(ctx, body, s.single)
	case "TransactWriteItems":
		return with(ctx, body, s.transact)
	}
	return nil, refuse("UnknownOperationException", "%s is not known here", action)
}

// with decodes the call's input strictly: what is not known here must not be passed over.
func with[In any](ctx context.Context, body []byte, call func(context.Context, In) (any, error)) (any, error) {
	var in In
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return nil, refuse("SerializationException", "%v", err)
	}
	return call(ctx, in)
}
