package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/replay"
)

// Codes whose status is not that of their kind.
const (
	codeUnauthenticated = "unauthenticated"
	codePrecondition    = "precondition_failed"
	codeMethod          = "method_not_allowed"
	codeTooLarge        = "body_too_large"
)

var statusByCode = map[string]int{
	codeUnauthenticated: http.StatusUnauthorized,
	codePrecondition:    http.StatusPreconditionFailed,
	replay.CodeReused:   http.StatusUnprocessableEntity,
	codeMethod:          http.StatusMethodNotAllowed,
	codeTooLarge:        http.StatusRequestEntityTooLarge,
	"mixed_currencies":  http.StatusUnprocessableEntity,
}

var statusByKind = map[fault.Kind]int{
	fault.Invalid:   http.StatusBadRequest,
	fault.Denied:    http.StatusForbidden,
	fault.NotFound:  http.StatusNotFound,
	fault.Conflict:  http.StatusConflict,
	fault.Permanent: http.StatusBadGateway,
	fault.Retryable: http.StatusServiceUnavailable,
}

// problemBody is the answer to a request that failed (RFC 9457). It has the form of the
// generated type, but for errors, which only an import has.
type problemBody struct {
	Type      string        `json:"type"`
	Title     string        `json:"title"`
	Status    int           `json:"status"`
	Code      string        `json:"code"`
	Detail    string        `json:"detail"`
	RequestID string        `json:"requestId"`
	Fields    []fault.Field `json:"fields,omitempty"`
	Errors    any           `json:"errors,omitempty"`
}

// ImportError is an error that carries a list of its own for the client: the lines of an import.
type ImportError struct {
	Fault *fault.Error
	Lines any
}

func (e *ImportError) Error() string { return e.Fault.Error() }
func (e *ImportError) Unwrap() error { return e.Fault }

// writeProblem answers with the error. Of a failure that is not the client's it tells nothing but
// that it happened: texts from inside stay inside.
func writeProblem(w http.ResponseWriter, err error) {
	p := problemOf(err)
	p.RequestID = w.Header().Get(RequestIDHeader)
	if e, ok := errors.AsType[*fault.Error](err); ok && e.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((e.RetryAfter+time.Second-1)/time.Second)))
	} else if p.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p)
}

func problemOf(err error) problemBody {
	e, known := errors.AsType[*fault.Error](err)
	if !known && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)) {
		return titled(problemBody{Status: http.StatusServiceUnavailable, Code: "timeout", Detail: "this took too long; try again in a moment"})
	}
	if !known {
		return titled(problemBody{Status: http.StatusInternalServerError, Code: "internal",
			Detail: "something went wrong on our side; the request id helps us to find it"})
	}
	p := problemBody{Status: statusOf(e), Code: e.Code, Detail: e.Message, Fields: e.Fields}
	if lines, ok := errors.AsType[*ImportError](err); ok {
		p.Errors = lines.Lines
	}
	if p.Status >= http.StatusInternalServerError {
		p.Code, p.Detail, p.Fields = string(e.Kind), "a service that this needs is not well; try again in a moment", nil
	}
	return titled(p)
}

func statusOf(e *fault.Error) int {
	if status, ok := statusByCode[e.Code]; ok {
		return status
	}
	if len(e.Fields) > 0 {
		return http.StatusUnprocessableEntity
	}
	return statusByKind[e.Kind]
}

func titled(p problemBody) problemBody {
	p.Type, p.Title = "about:blank", http.StatusText(p.Status)
	return p
}
