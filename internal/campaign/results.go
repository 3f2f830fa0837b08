package campaign

import (
	"slices"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/event"
)

// Recorded is what Record did with the rows.
type Recorded struct {
	Change
	Rows      []Row // to be written with the campaign
	Updated   int   // rows with other numbers
	Unchanged int   // rows with the numbers that were there
	Outdated  int   // rows older than what was there: dropped, which is success
}

// Span is the range of days, both inclusive, whose stored rows Record and ChangeBudget must be
// given: the days of the new rows, and every budget period whose sum they touch that the campaign
// does not carry. ok is false when none are needed.
func (c Campaign) Span(rows []Row, now time.Time) (from, to string, ok bool) {
	add := func(first, last string) {
		if !ok || first < from {
			from = first
		}
		if !ok || last > to {
			to = last
		}
		ok = true
	}
	current := c.Window(now)
	if current.Start != c.PeriodStart {
		add(current.Start, lastDay(current))
	}
	for _, r := range rows {
		add(r.Date, r.Date)
		if w := c.windowOf(r.Date); w.Start != current.Start {
			add(w.Start, lastDay(w))
		}
	}
	return from, to, ok
}

func lastDay(w budget.Window) string {
	if w.End == "" {
		return "9999-12-31"
	}
	return budget.AddDays(w.End, -1)
}

// Record takes new results. Each row is compared with the stored one: an older reading is dropped,
// the same numbers change nothing but the as-of time, and other numbers move the totals and may
// reach thresholds. have are the stored rows of Span. Without anything to write the version stays.
func (c Campaign) Record(rows, have []Row, cause event.Cause) (Recorded, error) {
	if err := c.CheckRows(rows, cause.At); err != nil {
		return Recorded{}, err
	}
	out := Recorded{Change: c.begin(cause.At)}
	stored := byKey(have)
	touched := map[string]budget.Window{}
	var asOf time.Time
	var from, to string
	if err := out.Campaign.rollTo(out.Campaign.Window(cause.At), have); err != nil {
		return Recorded{}, err
	}
	for _, row := range rows {
		old, known := stored[row.Key()]
		if known && !row.AsOf.After(old.AsOf) {
			out.count(known && sameResults(row, old))
			continue
		}
		out.Rows = append(out.Rows, row)
		asOf = latest(asOf, row.AsOf)
		if known && sameResults(row, old) {
			out.Unchanged++
			continue
		}
		out.Updated++
		from, to = earlier(from, row.Date), max(to, row.Date)
		w := c.windowOf(row.Date)
		touched[w.Start] = w
		if err := out.Campaign.addRow(row, old, w.Start == out.Campaign.PeriodStart && w.Contains(row.Date)); err != nil {
			return Recorded{}, err
		}
		stored[row.Key()] = row
	}
	if len(out.Rows) == 0 {
		out.Change = Change{Campaign: c}
		return out, nil
	}
	out.Campaign.AsOf = latest(c.AsOf, asOf)
	if out.Updated == 0 {
		return out, nil
	}
	out.Campaign.LastDay = max(c.LastDay, to)
	if err := out.emitMetrics(c, from, to, asOf, cause); err != nil {
		return Recorded{}, err
	}
	if err := out.evaluateAll(touched, stored, asOf, cause); err != nil {
		return Recorded{}, err
	}
	return out, out.land(asOf, cause)
}

func (r *Recorded) count(same bool) {
	if same {
		r.Unchanged++
	} else {
		r.Outdated++
	}
}

// evaluateAll looks at every period whose spend changed, the earliest first.
func (r *Recorded) evaluateAll(touched map[string]budget.Window, stored map[RowKey]Row, asOf time.Time, cause event.Cause) error {
	starts := make([]string, 0, len(touched))
	for start := range touched {
		starts = append(starts, start)
	}
	slices.Sort(starts)
	for _, start := range starts {
		sums := r.Campaign.PeriodTotals
		if start != r.Campaign.PeriodStart {
			var err error
			if sums, err = sumWindow(touched[start], stored); err != nil {
				return err
			}
		}
		if err := r.evaluate(touched[start], sums.SpendMicros, asOf, cause); err != nil {
			return err
		}
	}
	return nil
}

func (r *Recorded) emitMetrics(before Campaign, from, to string, asOf time.Time, cause event.Cause) error {
	previous, err := before.Totals.wire(before.ValuePer)
	if err != nil {
		return err
	}
	current, err := r.Campaign.Totals.wire(before.ValuePer)
	if err != nil {
		return err
	}
	return r.emit(cause, event.CampaignMetricsUpdated{
		CampaignID: before.ID, From: from, Date: to, AsOf: asOf.UTC(), Currency: string(before.Currency),
		Previous: previous, Current: current,
	})
}

// rollTo makes the window the campaign's current period; rows are its stored results.
func (c *Campaign) rollTo(w budget.Window, rows []Row) error {
	if w.Start == c.PeriodStart {
		return nil
	}
	sums, err := sumWindow(w, byKey(rows))
	if err != nil {
		return err
	}
	c.PeriodStart, c.PeriodTotals = w.Start, sums
	return nil
}

func sumWindow(w budget.Window, rows map[RowKey]Row) (total Sums, err error) {
	for _, row := range rows {
		if !w.Contains(row.Date) {
			continue
		}
		if total, err = total.Plus(row.Sums()); err != nil {
			return Sums{}, err
		}
	}
	return total, nil
}

// addRow moves the totals from the old row to the new one; the zero row stands for none.
func (c *Campaign) addRow(row, old Row, inPeriod bool) error {
	before := Sums{}
	if old.Date != "" {
		before = old.Sums()
	}
	delta, err := row.Sums().Minus(before)
	if err != nil {
		return err
	}
	sums := []*Sums{&c.Totals}
	if inPeriod {
		sums = append(sums, &c.PeriodTotals)
	}
	i := slices.IndexFunc(c.Placements, func(p Placement) bool { return p.ID == row.PlacementID })
	sums = append(sums, &c.Placements[i].Totals)
	for _, s := range sums {
		if *s, err = s.Plus(delta); err != nil {
			return err
		}
	}
	return nil
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func earlier(a, b string) string {
	if a == "" || b < a {
		return b
	}
	return a
}
