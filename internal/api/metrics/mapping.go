package metrics

import (
	"net/url"
	"strings"
	"time"

	"bellwether/internal/fault"
)

// dateFormats are the ways in which reports write days.
var dateFormats = map[string]string{
	"YYYY-MM-DD": "2006-01-02",
	"DD-MM-YYYY": "02-01-2006",
	"DD/MM/YYYY": "02/01/2006",
	"MM/DD/YYYY": "01/02/2006",
	"YYYYMMDD":   "20060102",
}

// mapping says which column of a CSV report holds what.
type mapping struct {
	date, impressions, clicks, spend string
	conversions, approved, revenue   string
	placement                        string
	layout                           string
	whereColumn, whereValue          string
	sum                              bool // add up rows of the same day and placement
	asOf                             time.Time
	dryRun                           bool
}

// parameters are those of the import route.
var parameters = []string{"date", "dateFormat", "impressions", "clicks", "spend", "conversions", "approvedConversions",
	"revenue", "placement", "where", "duplicates", "asOf", "dryRun"}

func readMapping(q url.Values, now time.Time) (mapping, error) {
	m := mapping{
		date: q.Get("date"), impressions: q.Get("impressions"), clicks: q.Get("clicks"), spend: q.Get("spend"),
		conversions: q.Get("conversions"), approved: q.Get("approvedConversions"), revenue: q.Get("revenue"),
		placement: q.Get("placement"), layout: dateFormats["YYYY-MM-DD"], asOf: now,
	}
	var bad []fault.Field
	refuse := func(name, message string) { bad = append(bad, fault.Field{Name: name, Message: message}) }
	if m.date == "" {
		refuse("date", "must name the column with the day")
	}
	if m.spend == "" {
		refuse("spend", "must name the column with the spend, in major units of the campaign's currency")
	}
	if text := q.Get("dateFormat"); text != "" {
		if m.layout = dateFormats[text]; m.layout == "" {
			refuse("dateFormat", "must be YYYY-MM-DD, DD-MM-YYYY, DD/MM/YYYY, MM/DD/YYYY or YYYYMMDD")
		}
	}
	if text := q.Get("where"); text != "" {
		var ok bool
		if m.whereColumn, m.whereValue, ok = strings.Cut(text, "="); !ok || m.whereColumn == "" {
			refuse("where", "must be column=value")
		}
	}
	switch q.Get("duplicates") {
	case "", "reject":
	case "sum":
		m.sum = true
	default:
		refuse("duplicates", "must be reject or sum")
	}
	if text := q.Get("asOf"); text != "" {
		var err error
		if m.asOf, err = time.Parse(time.RFC3339, text); err != nil {
			refuse("asOf", "must be a time like 2026-11-30T14:05:00Z")
		}
	}
	switch q.Get("dryRun") {
	case "", "false":
	case "true":
		m.dryRun = true
	default:
		refuse("dryRun", "must be true or false")
	}
	if len(bad) > 0 {
		return m, fault.InvalidFields(bad...)
	}
	return m, nil
}

// columns are the columns that the mapping names, with what they are for.
func (m mapping) columns() map[string]string {
	named := map[string]string{}
	for use, column := range map[string]string{
		"date": m.date, "impressions": m.impressions, "clicks": m.clicks, "spend": m.spend, "conversions": m.conversions,
		"approvedConversions": m.approved, "revenue": m.revenue, "placement": m.placement, "where": m.whereColumn,
	} {
		if column != "" {
			named[use] = column
		}
	}
	return named
}
