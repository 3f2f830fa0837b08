package store

import (
	"context"
	"fmt"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/tenant"
)

// Audit is the trail of who changed what: one record a mutation, never changed after. It is read by month, by
// what was changed, and by who did it.
type Audit struct{ Table Table }

// auditOps are the record of a mutation, to go into its write.
func auditOps(cause event.Cause, orgID, action, subject, detail string) ([]Op, error) {
	return trailOps(tenant.AuditRecord{
		ID: event.Derive(cause.ID, "audit", action, subject), OrgID: orgID, Actor: cause.Actor, Action: action,
		Subject: subject, Detail: detail, CorrelationID: cause.CorrelationID, At: cause.At.UTC(),
	})
}

// trailOps write a record where it is read by month and by subject, and once more where it is read by actor.
func trailOps(r tenant.AuditRecord) ([]Op, error) {
	item, err := jsonItem(Org(r.OrgID).Audit(r.ID, r.At), r)
	if err != nil {
		return nil, err
	}
	item.Index = Org(r.OrgID).AuditOfSubject(r.Subject, r.ID, r.At)
	copied := item
	copied.Key, copied.Index = Org(r.OrgID).AuditOfActor(r.Actor, r.ID, r.At), Key{}
	return []Op{Put(item, NotExists()), Put(copied, NotExists())}, nil
}

// onceTTL is how long a record keeps others of its id out.
const onceTTL = 30 * 24 * time.Hour

// Record adds a record, unless there is one of its id, of whatever time.
func (s Audit) Record(ctx context.Context, r tenant.AuditRecord) error {
	ops, err := trailOps(r)
	if err != nil {
		return err
	}
	once, err := jsonItem(Org(r.OrgID).AuditOnce(r.ID), struct {
		By string `json:"by"` // the request: so that only its own repeat finds what it meant to write
	}{r.CorrelationID})
	if err != nil {
		return err
	}
	once.ExpiresAt = r.At.Add(onceTTL).Truncate(time.Second)
	return dropOutdated(s.Table.Write(ctx, "audit/"+r.CorrelationID+"/"+r.ID, append(ops, Put(once, NotExists()))...))
}

// AuditFilter says which records are meant: those of a subject, of an actor, or of a month.
type AuditFilter struct {
	Subject, Actor string
	Month          time.Time // where neither is given
}

// List reads one page of records, the newest first; after is a former next.
func (s Audit) List(ctx context.Context, orgID string, f AuditFilter, limit int, after string) (list []tenant.AuditRecord, next string, err error) {
	q, partition := Query{Descending: true, Limit: limit}, Org(orgID).Audit("", f.Month).PK
	switch {
	case f.Subject != "":
		q.Indexed, partition = true, Org(orgID).AuditOfSubject(f.Subject, "", f.Month).PK
	case f.Actor != "":
		partition = Org(orgID).AuditOfActor(f.Actor, "", f.Month).PK
	}
	items, next, err := Merge(ctx, s.Table, q, []string{partition}, after)
	if err != nil {
		return nil, "", fmt.Errorf("list the audit trail: %w", err)
	}
	list, err = decodeAll(items, decodeJSON[tenant.AuditRecord])
	return list, next, err
}
