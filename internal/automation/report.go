package automation

import (
	"slices"
	"strings"
	"time"

	"bellwether/internal/analytics"
	"bellwether/internal/budget"
)

// Report says what a rule in shadow would have done in a span of time, and what that would have changed.
type Report struct {
	From, To string // of the UTC days, both inclusive
	Actions  int    // how often it would have acted
	Lines    []ReportLine
	Totals   map[string]analytics.Results // by currency: what paused campaigns brought and cost after they would have been paused
}

// ReportLine is one campaign that the rule would have changed.
type ReportLine struct {
	CampaignID   string
	CampaignName string
	Currency     string
	Kind         Kind
	At           time.Time // of the first time
	Times        int
	// Since is what the campaign brought and cost on the days after the one of the first pause: the spend that
	// a pause would have avoided, and the conversions and the revenue that it would have forgone.
	Since analytics.Results
	Days  int // how many days that is
	// FromMicros and ToMicros are the budget before the first and after the last change, of a Scale: each
	// of them was planned on the budget as it was, for none was done.
	FromMicros, ToMicros int64
}

// Days are what campaigns brought, by campaign and day.
type Days map[string]map[string]analytics.Results

// ShadowReport adds up what the rule would have done. shadows are its actions of the span, in order of time; to is the last
// day that counts, which is complete.
func ShadowReport(shadows []Execution, from, to string, days Days) Report {
	r := Report{From: from, To: to, Totals: map[string]analytics.Results{}}
	var lines []*ReportLine
	for _, x := range shadows {
		r.Actions++
		i := slices.IndexFunc(lines, func(l *ReportLine) bool { return l.CampaignID == x.CampaignID })
		if i < 0 {
			i = len(lines)
			lines = append(lines, &ReportLine{
				CampaignID: x.CampaignID, CampaignName: x.CampaignName, Currency: x.Currency, Kind: x.Rule.Action.Kind, At: x.DecidedAt, FromMicros: x.Move.From,
			})
			lines[i].since(x, to, days[x.CampaignID])
		}
		lines[i].Times++
		lines[i].ToMicros = x.Move.To
	}
	for _, l := range lines {
		r.Lines = append(r.Lines, *l)
		if l.Kind == Pause {
			r.Totals[l.Currency] = r.Totals[l.Currency].Plus(l.Since)
		}
	}
	slices.SortStableFunc(r.Lines, func(a, b ReportLine) int { return strings.Compare(a.CampaignName, b.CampaignName) })
	return r
}

func (l *ReportLine) since(x Execution, to string, brought map[string]analytics.Results) {
	first := budget.AddDays(x.Day, 1)
	if l.Kind != Pause {
		return
	}
	for day := first; day <= to; day = budget.AddDays(day, 1) {
		l.Since = l.Since.Plus(brought[day])
		l.Days++
	}
}
