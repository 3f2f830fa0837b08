package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"

	"bellwether/internal/fault"
	"bellwether/internal/obs"
	"bellwether/internal/replay"
	"bellwether/internal/tenant"
)

const (
	idempotencyHeader = "Idempotency-Key"
	replayedHeader    = "Idempotent-Replayed"
	maxKeyLength      = 255
)

// RequestLog keeps requests that have an idempotency key for 24 hours.
type RequestLog interface {
	// Begin claims the key. An answer is that of the request that had it before. The error is
	// Conflict while that one may still be running, and Invalid (idempotency_key_reused) when it was another request.
	Begin(ctx context.Context, c replay.Claim) (replay.Claim, *replay.Answer, error)
	// Finish keeps the answer; nil gives the key free again.
	Finish(ctx context.Context, c replay.Claim, a *replay.Answer) error
	// Record adds to the audit trail; a record that is there stays.
	Record(ctx context.Context, r tenant.AuditRecord) error
}

// idempotent makes a POST with an Idempotency-Key happen once: a repeat gets the first answer.
func (m Manners) idempotent(route Route, next handlerFunc) handlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		key := r.Header.Get(idempotencyHeader)
		if r.Method != http.MethodPost || key == "" || m.Requests == nil || route.Public {
			return next(w, r)
		}
		if len(key) > maxKeyLength {
			return fault.Newf(fault.Invalid, "bad_idempotency_key", "an Idempotency-Key has at most %d characters", maxKeyLength)
		}
		body, err := Body(r)
		if err != nil {
			return err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		claim, earlier, err := m.Requests.Begin(r.Context(), m.claim(r, route, key, body))
		if err != nil {
			return err
		}
		if earlier != nil {
			return resend(w, earlier)
		}
		return m.run(w, r, route, claim, next)
	}
}

func (m Manners) claim(r *http.Request, route Route, key string, body []byte) replay.Claim {
	p, cause := Principal(r), RequestCause(r)
	return replay.Claim{
		OrgID: route.scope(p), PrincipalID: p.ID, Claimant: cause.CorrelationID, At: cause.At,
		KeyHash: digest(key), Fingerprint: digest(r.Method, r.URL.RequestURI(), string(body)),
	}
}

// run answers and keeps the answer. A failure that may pass is not kept, so that a repeat tries again.
func (m Manners) run(w http.ResponseWriter, r *http.Request, route Route, claim replay.Claim, next handlerFunc) error {
	cause := RequestCause(r)
	cause.ID = claim.CauseID()
	rec := &recorder{header: http.Header{}}
	r = withCause(r, cause)
	r = r.WithContext(context.WithValue(r.Context(), begunKey{}, claim.BegunAt))
	if err := next(rec, r); err != nil {
		rec = &recorder{header: http.Header{RequestIDHeader: w.Header()[RequestIDHeader]}}
		writeProblem(rec, err)
	}
	var keep *replay.Answer
	if rec.status < http.StatusInternalServerError && rec.status != http.StatusConflict && rec.status != http.StatusTooManyRequests {
		keep = rec.answer()
		if route.ShownOnce && rec.status < http.StatusBadRequest {
			keep = shownOnce(w)
		}
	}
	// The work is done whether or not its answer could be kept, so the client is told the truth:
	// a repeat takes over the claim later and finds the work done by its cause.
	if err := m.Requests.Finish(context.WithoutCancel(r.Context()), claim, keep); err != nil {
		obs.Note(r.Context(), "unfinished", err.Error())
	}
	rec.copyTo(w)
	return nil
}

// shownOnce is what is kept in place of an answer that held a secret.
func shownOnce(w http.ResponseWriter) *replay.Answer {
	rec := &recorder{header: http.Header{RequestIDHeader: w.Header()[RequestIDHeader]}}
	writeProblem(rec, ErrShownOnce())
	return rec.answer()
}

// ErrShownOnce is the answer to the repeat of a request that made a secret.
func ErrShownOnce() error {
	return fault.New(fault.Conflict, "shown_once",
		"this was done, and its secret was shown once; if it did not reach you, revoke it and make another")
}

func resend(w http.ResponseWriter, a *replay.Answer) error {
	for name, value := range a.Header {
		w.Header().Set(name, value)
	}
	w.Header().Set(replayedHeader, "true")
	w.WriteHeader(a.Status)
	_, err := io.WriteString(w, a.Body)
	return err
}

// recorder holds an answer back until it is kept.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (rec *recorder) Header() http.Header { return rec.header }

func (rec *recorder) WriteHeader(status int) {
	if rec.status == 0 {
		rec.status = status
	}
}

func (rec *recorder) Write(b []byte) (int, error) {
	rec.WriteHeader(http.StatusOK)
	return rec.body.Write(b)
}

func (rec *recorder) answer() *replay.Answer {
	a := &replay.Answer{Status: rec.status, Header: map[string]string{}, Body: rec.body.String()}
	for name := range rec.header {
		a.Header[name] = rec.header.Get(name)
	}
	return a
}

func (rec *recorder) copyTo(w http.ResponseWriter) {
	for name, values := range rec.header {
		w.Header()[name] = values
	}
	w.WriteHeader(rec.status)
	w.Write(rec.body.Bytes())
}

func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		sum := sha256.Sum256([]byte(p))
		h.Write(sum[:])
	}
	return hex.EncodeToString(h.Sum(nil))
}
