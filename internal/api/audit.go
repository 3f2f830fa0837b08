package api

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/tenant"
)

// audited writes the record of a change before its answer goes out. It is named by what was changed and the
// version that this came to: a try that died before it, or before its answer, writes it at the next one, which
// finds the work done, and one that changed nothing writes none.
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
		ID: event.Derive("audit", route.Audit, subject, cmp.Or(versionOf(answer), cause.ID)), OrgID: p.OrgID, Actor: p.Actor, Action: route.Audit,
		Subject: subject, CorrelationID: cause.CorrelationID, At: at.UTC(),
	}
}

// versionOf is the version that the change came to, "" where the answer tells none.
func versionOf(answer *recorder) string {
	if tag := answer.header.Get("ETag"); tag != "" {
		return tag
	}
	var told struct {
		Version         int64 `json:"version"`
		CampaignVersion int64 `json:"campaignVersion"`
	}
	if json.Unmarshal(answer.body.Bytes(), &told) != nil || told.Version+told.CampaignVersion == 0 {
		return ""
	}
	return strconv.FormatInt(told.Version+told.CampaignVersion, 10)
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
