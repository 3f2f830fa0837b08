package metrics

import (
	"net/http"

	"bellwether/internal/api"
	"bellwether/internal/fault"
)

// importCSV reads a CSV report. Either every line is valid, or nothing is written.
func (a API) importCSV(w http.ResponseWriter, r *http.Request) error {
	if err := api.Known(r, parameters...); err != nil {
		return err
	}
	cause := api.RequestCause(r)
	m, err := readMapping(r.URL.Query(), cause.At)
	if err != nil {
		return err
	}
	body, err := api.Body(r)
	if err != nil {
		return err
	}
	c, err := a.find(r)
	if err != nil {
		return err
	}
	s := readCSV(body, m, func(ref string) (string, bool) {
		p, ok := c.Placement(ref)
		return p.ID, ok
	})
	if len(s.errors) > 0 {
		return &api.ImportError{
			Fault: &fault.Error{Kind: fault.Invalid, Code: "invalid_lines", Message: "some lines are not valid, so nothing was imported"},
			Lines: s.errors,
		}
	}
	report := api.MetricsReport{Rows: len(s.rows), Thresholds: []api.ThresholdReached{}, CampaignVersion: c.Version}
	if m.dryRun {
		err = c.CheckRows(s.rows, cause.At)
	} else {
		report, err = a.record(r.Context(), c, s.rows, cause)
	}
	if err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, importReport(s, m, report))
}

func importReport(s sheet, m mapping, done api.MetricsReport) api.ImportReport {
	out := api.ImportReport{
		Lines: s.lines, Skipped: s.skipped, IgnoredColumns: api.List(s.ignored), DryRun: m.dryRun,
		Rows: done.Rows, Updated: done.Updated, Unchanged: done.Unchanged, Outdated: done.Outdated,
		Thresholds: done.Thresholds, CampaignVersion: done.CampaignVersion,
	}
	if n := len(s.rows); n > 0 {
		out.FirstDate, out.LastDate = &s.rows[0].Date, &s.rows[n-1].Date
	}
	return out
}
