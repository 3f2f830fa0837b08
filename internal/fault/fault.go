// Package fault classifies errors by what the caller should do about them.
// It knows no transport: package api maps kinds to HTTP statuses, package entry
// maps them to park, retry or dead-letter.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what may be done about an error.
type Kind string

const (
	Invalid   Kind = "invalid"   // the input is wrong; repeating it can't help
	Denied    Kind = "denied"    // the principal may not do this
	NotFound  Kind = "not_found" // the thing is not there (yet)
	Conflict  Kind = "conflict"  // somebody else changed it first
	Permanent Kind = "permanent" // a dependency refused for good
	Retryable Kind = "retryable" // a dependency is unwell; try again
)

// Field is one invalid input field: where it is and what was expected.
type Field struct {
	Name    string `json:"name"`    // JSON path, query parameter or "line 7, column spend"
	Message string `json:"message"` // what was expected
}

// Error is an error with a kind for machines and a message for people.
// Message may reach a client; Err, the cause, never does.
type Error struct {
	Kind       Kind
	Code       string // stable, snake_case: "budget_not_positive"
	Message    string
	Fields     []Field
	RetryAfter time.Duration // 0: unknown
	Err        error
}

func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %v", e.Message, e.Err)
	}
	return e.Message
}

func (e *Error) Unwrap() error { return e.Err }

// New makes an error of the given kind.
func New(kind Kind, code, message string) *Error {
	return &Error{Kind: kind, Code: code, Message: message}
}

// Newf is New with a formatted message.
func Newf(kind Kind, code, format string, args ...any) *Error {
	return New(kind, code, fmt.Sprintf(format, args...))
}

// Wrap gives err a kind and a message; nil stays nil.
func Wrap(err error, kind Kind, code, message string) error {
	if err == nil {
		return nil
	}
	return &Error{Kind: kind, Code: code, Message: message, Err: err}
}

// InvalidFields makes the error for input that breaks rules in the named fields.
func InvalidFields(fields ...Field) *Error {
	return &Error{Kind: Invalid, Code: "invalid_fields", Message: "some fields are not valid", Fields: fields}
}

// KindOf is the kind of the outermost Error in err's chain.
// An error without one is Retryable: an unknown failure must not lose work.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Retryable
}

// Is reports whether err has the given kind.
func Is(err error, kind Kind) bool {
	return err != nil && KindOf(err) == kind
}
