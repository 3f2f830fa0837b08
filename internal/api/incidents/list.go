package incidents

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/fault"
	"bellwether/internal/incident"
	"bellwether/internal/money"
)

// shown is how long after its opening an incident that a later one has followed is listed.
const shown = 90 * 24 * time.Hour

func (a API) list(w http.ResponseWriter, r *http.Request) error {
	if err := api.Known(r, "state", "severity", "kind", "subject", "limit", "cursor"); err != nil {
		return err
	}
	f, err := filterOf(r)
	if err != nil {
		return err
	}
	limit, after, err := a.Cursors.Page(r)
	if err != nil {
		return err
	}
	orgID, now := api.Principal(r).OrgID, api.RequestCause(r).At
	list, err := a.filtered(r.Context(), orgID, f, now)
	if err != nil {
		return err
	}
	risks, err := a.risks(r.Context(), orgID, list)
	if err != nil {
		return err
	}
	office, err := a.Orgs.Calendar(r.Context(), orgID)
	if err != nil {
		return err
	}
	list, next := turn(list, places(list, risks), limit, after)
	page := api.IncidentPage{Items: api.Map(list, func(i incident.Incident) api.Incident { return wire(i, risks[i.ID], office, now) })}
	if page.Next, err = a.Cursors.Next(r, next); err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, page)
}

// filter is which incidents are wanted; what is not given fits all.
type filter struct {
	state, kind, subject string
	severity             incident.Severity
}

func filterOf(r *http.Request) (f filter, err error) {
	q := r.URL.Query()
	f = filter{state: q.Get("state"), kind: q.Get("kind"), subject: q.Get("subject")}
	if f.state != "" && !slices.Contains([]string{"open", "triggered", "acknowledged", "resolved"}, f.state) {
		return f, fault.InvalidFields(fault.Field{Name: "state", Message: "must be open, triggered, acknowledged or resolved"})
	}
	if f.kind != "" && !slices.Contains(incident.Kinds, f.kind) {
		return f, fault.InvalidFields(fault.Field{Name: "kind", Message: "must be one of " + strings.Join(incident.Kinds, ", ")})
	}
	if text := q.Get("severity"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 4 {
			return f, fault.InvalidFields(fault.Field{Name: "severity", Message: "must be 1 to 4"})
		}
		f.severity = incident.Severity(n)
	}
	return f, nil
}

func (f filter) fits(i incident.Incident) bool {
	return (f.state == "" || f.state == string(i.State) || (f.state == "open" && i.Open())) &&
		(f.severity == 0 || f.severity == i.Severity) && (f.kind == "" || f.kind == i.Kind) && (f.subject == "" || f.subject == i.Subject)
}

func (a API) filtered(ctx context.Context, orgID string, f filter, now time.Time) ([]incident.Incident, error) {
	list, err := a.Incidents.List(ctx, orgID)
	if err != nil {
		return nil, err
	}
	if f.state == "" || f.state == string(incident.Resolved) {
		past, err := a.Incidents.Past(ctx, orgID, now.Add(-shown), now)
		if err != nil {
			return nil, err
		}
		list = append(list, past...)
	}
	return slices.DeleteFunc(list, func(i incident.Incident) bool { return !f.fits(i) }), nil
}

// places are what the incidents are ordered by: the open ones first, the worst first, then by the money
// at risk, then the oldest; and behind them the others, the latest first.
func places(list []incident.Incident, risks map[string]risk) map[string]string {
	ranks, keys := rank(list, risks), map[string]string{}
	for _, i := range list {
		if i.Open() {
			keys[i.ID] = fmt.Sprintf("0/%d/%06d/%016x/%s", i.Severity, ranks[i.ID], i.OpenedAt.UnixMicro(), i.ID)
		} else {
			keys[i.ID] = fmt.Sprintf("1/%016x/%s", math.MaxInt64-i.OpenedAt.UnixMicro(), i.ID)
		}
	}
	return keys
}

// lowest is the rank of no money at all.
const lowest = 999_999

// rank is the place that each incident's money has among the amounts of its currency, the best one where
// it has several: amounts of different currencies are never weighed against each other.
func rank(list []incident.Incident, risks map[string]risk) map[string]int {
	amounts := map[money.Currency][]int64{}
	for _, i := range list {
		for _, m := range risks[i.ID].perHour {
			amounts[m.Currency] = append(amounts[m.Currency], m.Micros)
		}
	}
	for currency, all := range amounts {
		slices.Sort(all)
		slices.Reverse(all)
		amounts[currency] = slices.Compact(all)
	}
	ranks := map[string]int{}
	for _, i := range list {
		ranks[i.ID] = lowest
		for _, m := range risks[i.ID].perHour {
			ranks[i.ID] = min(ranks[i.ID], slices.Index(amounts[m.Currency], m.Micros))
		}
	}
	return ranks
}

// turn is the page behind the place after, and the place of its last one when there are more.
func turn(list []incident.Incident, places map[string]string, limit int, after string) (page []incident.Incident, next string) {
	list = slices.DeleteFunc(list, func(i incident.Incident) bool { return places[i.ID] <= after })
	slices.SortFunc(list, func(a, b incident.Incident) int { return strings.Compare(places[a.ID], places[b.ID]) })
	if len(list) <= limit {
		return list, ""
	}
	return list[:limit], places[list[limit-1].ID]
}
