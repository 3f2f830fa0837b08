package orgs

import (
	"net/http"
	"strings"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/fault"
	"bellwether/internal/store"
	"bellwether/internal/tenant"
)

func (a API) audit(w http.ResponseWriter, r *http.Request) error {
	filter, err := auditFilter(r)
	if err != nil {
		return err
	}
	limit, after, err := a.Cursors.Page(r)
	if err != nil {
		return err
	}
	list, next, err := a.Audit.List(r.Context(), api.Principal(r).OrgID, filter, limit, after)
	if err != nil {
		return err
	}
	page := api.AuditPage{Items: api.Map(list, wireRecord)}
	if page.Next, err = a.Cursors.Next(r, next); err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, page)
}

// auditFilter is what the query asks for: one of the three.
func auditFilter(r *http.Request) (f store.AuditFilter, err error) {
	if err := api.Known(r, "month", "subject", "actor", "limit", "cursor"); err != nil {
		return f, err
	}
	q := r.URL.Query()
	f = store.AuditFilter{Subject: q.Get("subject"), Actor: q.Get("actor"), Month: api.RequestCause(r).At}
	var bad []fault.Field
	for name, text := range map[string]string{"subject": f.Subject, "actor": f.Actor} {
		kind, id, ok := strings.Cut(text, "/")
		if text != "" && (!ok || kind == "" || id == "" || len(text) > maxName) {
			bad = append(bad, fault.Field{Name: name, Message: "must be a kind and an id, like campaign/<id> or user/<id>"})
		}
	}
	if text := q.Get("month"); text != "" {
		if f.Month, err = time.Parse("2006-01", text); err != nil {
			bad = append(bad, fault.Field{Name: "month", Message: "must be a month like 2026-11"})
		}
	}
	given := 0
	for _, name := range []string{"month", "subject", "actor"} {
		if q.Get(name) != "" {
			given++
		}
	}
	if given > 1 {
		bad = append(bad, fault.Field{Name: "subject", Message: "can't stand beside actor or month: ask for one of them"})
	}
	if len(bad) > 0 {
		return f, fault.InvalidFields(bad...)
	}
	return f, nil
}

// maxName is how long a subject or an actor may be, in bytes.
const maxName = 200

func wireRecord(r tenant.AuditRecord) api.AuditRecord {
	return api.AuditRecord{
		Id: r.ID, Actor: r.Actor, Action: r.Action, Subject: r.Subject, Detail: api.Optional(r.Detail),
		CorrelationId: r.CorrelationID, At: r.At,
	}
}
