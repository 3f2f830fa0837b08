package campaign

import (
	"fmt"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/fault"
)

// Row is one day's results of one placement.
type Row struct {
	Date             string    `json:"date"` // YYYY-MM-DD, in the ad account's time zone
	PlacementID      string    `json:"placement"`
	Impressions      int64     `json:"impressions"`
	Clicks           int64     `json:"clicks"`
	SpendMicros      int64     `json:"spend"`
	ConversionMicros int64     `json:"conversions"`       // millionths
	ApprovedMicros   int64     `json:"approved"`          // millionths
	RevenueMicros    *int64    `json:"revenue,omitempty"` // nil: the platform reports none
	AsOf             time.Time `json:"asOf"`              // when the platform's numbers were read: a newer reading wins
}

// RowKey names a row within its campaign.
type RowKey struct{ Date, PlacementID string }

// Key names the row.
func (r Row) Key() RowKey { return RowKey{r.Date, r.PlacementID} }

// Sums are the row's results in the form that adds up.
func (r Row) Sums() Sums {
	s := Sums{
		Impressions: r.Impressions, Clicks: r.Clicks, SpendMicros: r.SpendMicros,
		ConversionMicros: r.ConversionMicros, ApprovedMicros: r.ApprovedMicros,
	}
	if r.RevenueMicros != nil {
		s.ReportedMicros = *r.RevenueMicros
		return s
	}
	s.UnvaluedMicros, s.UnvaluedApproved = r.ConversionMicros, r.ApprovedMicros
	return s
}

// CheckRows refuses rows that can't be results of this campaign.
func (c Campaign) CheckRows(rows []Row, now time.Time) error {
	if err := c.mustLive(); err != nil {
		return err
	}
	var bad []fault.Field
	seen := map[RowKey]bool{}
	today := budget.Today(now, c.Zone())
	for i, row := range rows {
		for _, problem := range c.rowProblems(row, today, now) {
			bad = append(bad, fault.Field{Name: fmt.Sprintf("rows[%d].%s", i, problem.Name), Message: problem.Message})
		}
		if seen[row.Key()] {
			bad = append(bad, fault.Field{Name: fmt.Sprintf("rows[%d]", i), Message: "a second row for this day and placement"})
		}
		seen[row.Key()] = true
	}
	if len(bad) > 0 {
		return fault.InvalidFields(bad...)
	}
	return nil
}

// maxClockSkew is how far ahead of ours a reader's clock may be.
const maxClockSkew = 5 * time.Minute

func (c Campaign) rowProblems(row Row, today string, now time.Time) []fault.Field {
	var bad []fault.Field
	if !budget.ValidDate(row.Date) {
		bad = append(bad, fault.Field{Name: "date", Message: "must be a day like 2026-11-30"})
	} else if row.Date > today {
		bad = append(bad, fault.Field{Name: "date", Message: "must not be after today, " + today + " in " + c.TimeZone})
	}
	if p, ok := c.Placement(row.PlacementID); !ok || p.ID != row.PlacementID {
		bad = append(bad, fault.Field{Name: "placementId", Message: "must be a placement of the campaign"})
	}
	for _, count := range []struct {
		name string
		n    int64
	}{
		{"impressions", row.Impressions}, {"clicks", row.Clicks},
		{"conversions", row.ConversionMicros}, {"approvedConversions", row.ApprovedMicros},
	} {
		if count.n < 0 {
			bad = append(bad, fault.Field{Name: count.name, Message: "must not be negative"})
		}
	}
	if row.AsOf.After(now.Add(maxClockSkew)) {
		bad = append(bad, fault.Field{Name: "asOf", Message: "must not be in the future"})
	}
	return bad
}

func byKey(rows []Row) map[RowKey]Row {
	m := make(map[RowKey]Row, len(rows))
	for _, r := range rows {
		m[r.Key()] = r
	}
	return m
}

func sameResults(a, b Row) bool {
	if (a.RevenueMicros == nil) != (b.RevenueMicros == nil) {
		return false
	}
	return a.Sums() == b.Sums()
}
