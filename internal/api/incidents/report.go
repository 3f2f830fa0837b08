package incidents

import (
	"net/http"
	"slices"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/fault"
	"bellwether/internal/incident"
)

// longestReport is the most time that a report covers.
const longestReport = 366 * 24 * time.Hour

func (a API) report(w http.ResponseWriter, r *http.Request) error {
	if err := api.Known(r, "from", "to"); err != nil {
		return err
	}
	now := api.RequestCause(r).At
	from, to, err := span(r, now)
	if err != nil {
		return err
	}
	orgID := api.Principal(r).OrgID
	list, err := a.Incidents.Past(r.Context(), orgID, from, to)
	if err != nil {
		return err
	}
	last, err := a.Incidents.List(r.Context(), orgID)
	if err != nil {
		return err
	}
	list = append(list, slices.DeleteFunc(last, func(i incident.Incident) bool { return i.OpenedAt.Before(from) || !i.OpenedAt.Before(to) })...)
	office, err := a.Orgs.Calendar(r.Context(), orgID)
	if err != nil {
		return err
	}
	figures := incident.NewReport(list, office, now)
	out := api.IncidentReport{From: from, To: to, All: wireFigures(figures.All)}
	for n, f := range figures.BySeverity {
		out.Severities = append(out.Severities, api.SeverityFigures{Severity: n + 1, Figures: wireFigures(f)})
	}
	return api.JSON(w, http.StatusOK, out)
}

// span is the time that the request asks for: by itself the last 30 days.
func span(r *http.Request, now time.Time) (from, to time.Time, err error) {
	to = now
	if to, err = at(r, "to", now); err != nil {
		return from, to, err
	}
	if from, err = at(r, "from", to.Add(-30*24*time.Hour)); err != nil {
		return from, to, err
	}
	if !from.Before(to) || to.Sub(from) > longestReport {
		return from, to, fault.InvalidFields(fault.Field{Name: "from", Message: "must be before to, by 366 days at most"})
	}
	return from, to, nil
}

func at(r *http.Request, name string, otherwise time.Time) (time.Time, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return otherwise, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, fault.InvalidFields(fault.Field{Name: name, Message: "must be a time like 2026-11-30T14:05:00Z"})
	}
	return t.UTC(), nil
}
