package tenant

import "time"

// AuditRecord says who changed what. There is one for each mutation, and it is never changed.
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
