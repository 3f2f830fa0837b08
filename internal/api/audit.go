package api

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/tenant"
)

// audited writes the record of a change before its answer goes out. It is named by the request's cause: a try
// that died before it, or before its answer, writes it at the next one, which finds the work done.
func (m Manners) audited(route Route, next handlerFunc) handlerFunc {
	if route.Audit == "" || m.Requests == nil {
		return next
	}
	return func(w http.ResponseWriter, r *http.Request) error {
		rec := &recorder{header: http.Header{}}
		if err := next(rec, r); err != nil {
			return err
		}
		if rec.status < http.StatusMultipleChoices {
			if err := m.Requests.Record(r.Context(), recordOf(route, r, rec)); err != nil {
				return fault.Wrap(err, fault.Retryable, "not_recorded", "it was done, but its record could not be written: try again with the same Idempotency-Key")
			}
		}
		rec.copyTo(w)
		return nil
	}
}

// begunKey holds when the first try of a request under an Idempotency-Key began: its record bears that time.
type begunKey struct{}

func recordOf(route Route, r *http.Request, answer *recorder) tenant.AuditRecord {
	p, cause := Principal(r), RequestCause(r)
	subject, at := subjectOf(route, r, answer), cause.At
	if begun, ok := r.Context().Value(begunKey{}).(time.Time); ok && !begun.IsZero() {
		at = begun
	}
	return tenant.AuditRecord{
		ID: event.Derive(cause.ID, "audit", route.Audit, subject), OrgID: p.OrgID, Actor: p.Actor, Action: route.Audit,
		Subject: subject, CorrelationID: cause.CorrelationID, At: at.UTC(),
	}
}

// subjectOf is what was changed: what the path names first, or else what the answer says was made.
func subjectOf(route Route, r *http.Request, answer *recorder) string {
	for part := range strings.SplitSeq(route.Pattern, "/") {
		name := strings.Trim(part, "{}")
		if kind, ok := strings.CutSuffix(name, "Id"); ok && name != part {
			return kind + "/" + r.PathValue(name)
		}
	}
	kind, _, _ := strings.Cut(route.Audit, ".")
	var made struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(answer.body.Bytes(), &made) == nil && made.ID != "" {
		return kind + "/" + made.ID
	}
	if own := []string{"contact"}; slices.Contains(own, kind) {
		return "user/" + Principal(r).ID
	}
	return "org/" + Principal(r).OrgID
}
