package store

import (
	"context"
	"fmt"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/tenant"
)

// Audit is the trail of who changed what: one record a mutation, written in the same write,
// never changed after.
type Audit struct{ Table Table }

// auditOp is the record of a mutation, to go into its write.
func auditOp(cause event.Cause, orgID, action, subject, detail string) (Op, error) {
	r := tenant.AuditRecord{
		ID: event.Derive(cause.ID, "audit", action, subject), OrgID: orgID, Actor: cause.Actor, Action: action,
		Subject: subject, Detail: detail, CorrelationID: cause.CorrelationID, At: cause.At.UTC(),
	}
	item, err := jsonItem(Org(orgID).Audit(r.ID, r.At), r)
	return Put(item, NotExists()), err
}

// List reads one page of a month's records, the newest first; after is a former next.
func (s Audit) List(ctx context.Context, orgID string, month time.Time, limit int, after string) (list []tenant.AuditRecord, next string, err error) {
	items, next, err := Merge(ctx, s.Table, Query{Descending: true, Limit: limit}, []string{Org(orgID).Audit("", month).PK}, after)
	if err != nil {
		return nil, "", fmt.Errorf("list the audit trail: %w", err)
	}
	list, err = decodeAll(items, decodeJSON[tenant.AuditRecord])
	return list, next, err
}
