package dynamotest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
)

// Fault is what goes wrong with a call.
type Fault int

const (
	None     Fault = iota
	Throttle       // refused, not done: ThrottlingException
	Break          // 500, not done
	Drop           // the connection breaks, not done
	Lose           // done, then the connection breaks
	Contend        // refused, not done: another transaction has the item
	Leave          // a BatchGetItem answers for the first half of its keys
	LeaveAll       // a BatchGetItem answers for none
)

// Plan decides on the n'th call, from 0.
type Plan func(n int, action string) Fault

// Once lets the first call of the action fail, and no other.
func Once(f Fault, action string) Plan {
	done := false
	return func(_ int, a string) Fault {
		if done || a != action {
			return None
		}
		done = true
		return f
	}
}

// Always lets every call of the action fail.
func Always(f Fault, action string) Plan {
	return func(_ int, a string) Fault {
		if a == action {
			return f
		}
		return None
	}
}

// Transport is a http.RoundTripper whose calls go wrong as planned, before or after Next has them.
type Transport struct {
	Next http.RoundTripper
	Plan Plan

	mu sync.Mutex
	n  int
}

var errBroken = errors.New("dynamotest: the connection broke")

// RoundTrip implements http.RoundTripper.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	switch fault := t.decide(actionOf(r)); fault {
	case Throttle:
		return answerWith(r, refuse("ThrottlingException", "injected")), nil
	case Break:
		broken := refuse("InternalServerError", "injected")
		broken.status = http.StatusInternalServerError
		return answerWith(r, broken), nil
	case Drop:
		return nil, errBroken
	case Lose:
		response, err := t.Next.RoundTrip(r)
		if err == nil {
			response.Body.Close()
		}
		return nil, errors.Join(errBroken, err)
	case Contend:
		return contend(r)
	case Leave, LeaveAll:
		return t.leave(r, fault)
	default:
		return t.Next.RoundTrip(r)
	}
}

func (t *Transport) setPlan(p Plan) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.Plan = p
}

func (t *Transport) decide(action string) Fault {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := t.n
	t.n++
	if t.Plan == nil {
		return None
	}
	return t.Plan(n, action)
}

func answerWith(r *http.Request, failed *refusal) *http.Response {
	return jsonResponse(r, failed.status, failed)
}

func jsonResponse(r *http.Request, status int, v any) *http.Response {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // only types of this package come here
	}
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header:        http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		ContentLength: int64(len(body)), Body: io.NopCloser(bytes.NewReader(body)),
	}
}

func contend(r *http.Request) (*http.Response, error) {
	if actionOf(r) != "TransactWriteItems" {
		return answerWith(r, refuse("TransactionConflictException", "injected")), nil
	}
	var in struct{ TransactItems []json.RawMessage }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return nil, err
	}
	cancelled := refuse("TransactionCanceledException", "injected")
	cancelled.Reasons = make([]reason, len(in.TransactItems))
	for i := range cancelled.Reasons {
		cancelled.Reasons[i].Code = "None"
	}
	cancelled.Reasons[0].Code = "TransactionConflict"
	return answerWith(r, cancelled), nil
}

type batch struct {
	Keys           []json.RawMessage
	ConsistentRead bool `json:",omitempty"`
}

// leave asks Next for the first half of the keys, or none, and says that the others are left over.
func (t *Transport) leave(r *http.Request, fault Fault) (*http.Response, error) {
	var in struct{ RequestItems map[string]batch }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return nil, err
	}
	left := map[string]batch{}
	for table, b := range in.RequestItems {
		half := len(b.Keys) / 2
		left[table] = batch{Keys: b.Keys[half:], ConsistentRead: b.ConsistentRead}
		in.RequestItems[table] = batch{Keys: b.Keys[:half], ConsistentRead: b.ConsistentRead}
		if half == 0 || fault == LeaveAll {
			return jsonResponse(r, http.StatusOK, map[string]any{"Responses": map[string]any{}, "UnprocessedKeys": map[string]batch{table: b}}), nil
		}
	}
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	part := r.Clone(r.Context())
	part.Body, part.ContentLength = io.NopCloser(strings.NewReader(string(body))), int64(len(body))
	response, err := t.Next.RoundTrip(part)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var out struct{ Responses, UnprocessedKeys json.RawMessage }
	if err := json.NewDecoder(response.Body).Decode(&out); err != nil {
		return nil, err
	}
	return jsonResponse(r, response.StatusCode, map[string]any{"Responses": out.Responses, "UnprocessedKeys": left}), nil
}
