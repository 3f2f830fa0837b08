package orgs

import (
	"net/http"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/fault"
	"bellwether/internal/tenant"
)

func (a API) audit(w http.ResponseWriter, r *http.Request) error {
	if err := api.Known(r, "month", "limit", "cursor"); err != nil {
		return err
	}
	month := api.RequestCause(r).At
	if text := r.URL.Query().Get("month"); text != "" {
		var err error
		if month, err = time.Parse("2006-01", text); err != nil {
			return fault.InvalidFields(fault.Field{Name: "month", Message: "must be a month like 2026-11"})
		}
	}
	limit, after, err := a.Cursors.Page(r)
	if err != nil {
		return err
	}
	list, next, err := a.Audit.List(r.Context(), api.Principal(r).OrgID, month, limit, after)
	if err != nil {
		return err
	}
	page := api.AuditPage{Items: api.Map(list, wireRecord)}
	if page.Next, err = a.Cursors.Next(r, next); err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, page)
}

func wireRecord(r tenant.AuditRecord) api.AuditRecord {
	return api.AuditRecord{
		Id: r.ID, Actor: r.Actor, Action: r.Action, Subject: r.Subject, Detail: api.Optional(r.Detail),
		CorrelationId: r.CorrelationID, At: r.At,
	}
}
