package budget

import "time"

// Period is how often a budget begins anew.
type Period string

const (
	Lifetime Period = "lifetime" // the campaign's flight, or for ever
	Monthly  Period = "monthly"  // calendar months of the ad account's time zone
	Daily    Period = "daily"    // days of the ad account's time zone
)

// Valid reports whether p is one of the three.
func (p Period) Valid() bool { return p == Lifetime || p == Monthly || p == Daily }

// Window is one period: the days from Start until, not including, End, as YYYY-MM-DD in the
// account's time zone. Either is "" where a lifetime is open on that side.
type Window struct {
	Start, End string
}

// Contains reports whether the day lies in the window.
func (w Window) Contains(date string) bool {
	return date >= w.Start && (w.End == "" || date < w.End)
}

// Bounds are the moments at which the window begins and ends; zero where it is open.
// Days are as long as the zone makes them: a change to summer time is no hour of budget.
func (w Window) Bounds(zone *time.Location) (start, end time.Time) {
	return midnight(w.Start, zone), midnight(w.End, zone)
}

// WindowOf is the period that the day belongs to. flightStart and flightEnd are the campaign's
// first and last day, "" where not set.
func (p Period) WindowOf(date, flightStart, flightEnd string) Window {
	switch p {
	case Daily:
		return Window{Start: date, End: AddDays(date, 1)}
	case Monthly:
		day, _ := time.Parse(time.DateOnly, date)
		first := time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, time.UTC)
		return Window{Start: first.Format(time.DateOnly), End: first.AddDate(0, 1, 0).Format(time.DateOnly)}
	default:
		w := Window{Start: flightStart}
		if flightEnd != "" {
			w.End = AddDays(flightEnd, 1)
		}
		return w
	}
}

// Today is the day in the zone at now.
func Today(now time.Time, zone *time.Location) string { return now.In(zone).Format(time.DateOnly) }

// AddDays is the day n days after date.
func AddDays(date string, n int) string {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return day.AddDate(0, 0, n).Format(time.DateOnly)
}

// ValidDate reports whether date is a day of the calendar as YYYY-MM-DD.
func ValidDate(date string) bool {
	_, err := time.Parse(time.DateOnly, date)
	return err == nil && len(date) == len(time.DateOnly)
}

// midnight is when the day begins in the zone. Where a clock change skips midnight, time.Date
// answers a moment beside it that may still be of the day before: the day begins an hour later.
func midnight(date string, zone *time.Location) time.Time {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return time.Time{}
	}
	at := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, zone)
	if at.Day() != day.Day() {
		at = at.Add(time.Hour)
	}
	return at
}
