package store

import (
	"context"
	"fmt"
	"time"

	"bellwether/internal/event"
)

// Audit is the trail of who changed what: one record a mutation, written in the same write,
// never changed after.
type Audit struct{ Table Table }

// AuditRecord is one mutation.
type AuditRecord struct {
	ID            string    `json:"id"`
	OrgID         string    `json:"orgId"`
	Actor         string    `json:"actor"`
	Action        string    `json:"action"` // "member.role_changed"
	Subject       string    `json:"subject"`
	Detail        string    `json:"detail,omitempty"`
	CorrelationID string    `json:"correlationId"`
	At            time.Time `json:"at"`
}

// auditOp is the record of a mutation, to go into its write.
func auditOp(cause event.Cause, orgID, action, subject, detail string) (Op, error) {
	r := AuditRecord{
		ID: event.Derive(cause.ID, "audit", action, subject), OrgID: orgID, Actor: cause.Actor, Action: action,
		Subject: subject, Detail: detail, CorrelationID: cause.CorrelationID, At: cause.At.UTC(),
	}
	item, err := jsonItem(Org(orgID).Audit(r.ID, r.At), r)
	return Put(item, NotExists()), err
}

// List reads one page of a month's records, the newest first; after is a former next.
func (s Audit) List(ctx context.Context, orgID string, month time.Time, limit int, after string) (list []AuditRecord, next string, err error) {
	items, next, err := Merge(ctx, s.Table, Query{Descending: true, Limit: limit}, []string{Org(orgID).Audit("", month).PK}, after)
	if err != nil {
		return nil, "", fmt.Errorf("list the audit trail: %w", err)
	}
	list, err = decodeAll(items, decodeJSON[AuditRecord])
	return list, next, err
}
