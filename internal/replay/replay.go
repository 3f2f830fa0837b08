// Package replay is what is kept of a request that has an idempotency key: who runs it, and what it answered.
package replay

import (
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
)

// ClaimTimeout is how long a request may run before another try of the same key takes its place:
// longer than any function may take.
const ClaimTimeout = 60 * time.Second

// Claim is one try of a request that has an idempotency key.
type Claim struct {
	OrgID, PrincipalID string
	KeyHash            string // SHA-256 of the key, in hexadecimal
	Fingerprint        string // SHA-256 of method, path and body
	Claimant           string // this try's id
	At                 time.Time
	BegunAt            time.Time // of the first try; set by Begin
	Version            int64     // of the record; set by Begin
}

// CauseID is the id of everything that follows from the request: all its tries have it in common,
// so a repeat finds the work of one that died. A key that is used anew after it expired is another request.
func (c Claim) CauseID() string {
	return event.Derive("request", c.OrgID, c.PrincipalID, c.KeyHash, c.BegunAt.UTC().Format(time.RFC3339Nano))
}

// Answer is what a finished request answered.
type Answer struct {
	Status int               `json:"status"`
	Header map[string]string `json:"header"`
	Body   string            `json:"body"`
}

// CodeReused is the code of a key that came with another request.
const CodeReused = "idempotency_key_reused"

// ErrReused is the error of a key that came with another request.
func ErrReused() error {
	return fault.New(fault.Invalid, CodeReused, "this Idempotency-Key was used for another request")
}

// ErrRunning is the error of a key whose request is still running.
func ErrRunning(wait time.Duration) error {
	return &fault.Error{Kind: fault.Conflict, Code: "request_running", RetryAfter: wait,
		Message: "the request with this Idempotency-Key is still running"}
}
