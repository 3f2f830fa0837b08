package orgs

import (
	"net/http"

	"bellwether/internal/api"
	"bellwether/internal/tenant"
)

func (a API) calendar(w http.ResponseWriter, r *http.Request) error {
	org, err := a.Tenants.Org(r.Context(), api.Principal(r).OrgID)
	if err != nil {
		return err
	}
	return answerCalendar(w, org)
}

func (a API) setCalendar(w http.ResponseWriter, r *http.Request) error {
	var in api.WorkCalendar
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	org, err := a.Tenants.Org(r.Context(), api.Principal(r).OrgID)
	if err != nil {
		return err
	}
	if err := api.Match(r, org.Version); err != nil {
		return err
	}
	c := tenant.Calendar{TimeZone: in.TimeZone, From: in.From, To: in.To, Days: api.Map(in.Days, func(d api.WorkCalendarDays) string { return string(d) })}
	for _, h := range api.Value(in.Holidays) {
		c.Holidays = append(c.Holidays, tenant.Holiday{Date: h.Date, Name: h.Name})
	}
	edited, changed, err := org.WithCalendar(c)
	if err != nil {
		return err
	}
	if changed {
		if edited, err = a.Tenants.UpdateOrg(r.Context(), edited, []string{"calendar"}, api.RequestCause(r)); err != nil {
			return err
		}
	}
	return answerCalendar(w, edited)
}

func answerCalendar(w http.ResponseWriter, org tenant.Org) error {
	c := org.Calendar()
	holidays := api.Map(c.Holidays, func(h tenant.Holiday) api.Holiday { return api.Holiday{Date: h.Date, Name: h.Name} })
	api.ETag(w, org.Version)
	return api.JSON(w, http.StatusOK, api.WorkCalendar{
		TimeZone: c.TimeZone, From: c.From, To: c.To, Days: api.Map(c.Days, func(d string) api.WorkCalendarDays { return api.WorkCalendarDays(d) }), Holidays: &holidays,
	})
}
