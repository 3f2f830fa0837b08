package incident

import (
	"slices"
	"time"
)

// Calendar is when people work.
type Calendar struct {
	Zone     *time.Location
	From, To int // minutes of the day, as clocks on the wall show them; To may be 1440
	Days     []time.Weekday
	Holidays []string // YYYY-MM-DD
}

// minutesOfDay is the end of a day.
const minutesOfDay = 24 * 60

// Always is a calendar without an end of work.
var Always = Calendar{Zone: time.UTC, To: minutesOfDay, Days: []time.Weekday{0, 1, 2, 3, 4, 5, 6}}

// Office is the usual one: nine to five, Monday to Friday.
func Office(zone *time.Location) Calendar {
	return Calendar{Zone: zone, From: 9 * 60, To: 17 * 60, Days: []time.Weekday{1, 2, 3, 4, 5}}
}

// mostDays bounds a search. The longest goal, 40 hours, takes 40 weeks where people work one hour a week,
// and 140 where each of a hundred holidays falls on such a day.
const mostDays = 1000

// Between is the working time between two moments.
func (c Calendar) Between(from, to time.Time) (sum time.Duration) {
	day, last := c.date(from), c.date(to)
	for n := 0; n < mostDays && !day.After(last); n++ {
		if begin, end, ok := c.shift(day); ok {
			sum += max(0, earlier(end, to).Sub(later(begin, from)))
		}
		day = day.AddDate(0, 0, 1)
	}
	return sum
}

// After is the moment at which so much working time has gone by.
func (c Calendar) After(from time.Time, wait time.Duration) time.Time {
	day, left := c.date(from), wait
	for range mostDays {
		if begin, end, ok := c.shift(day); ok {
			begin = later(begin, from)
			if room := end.Sub(begin); room >= left {
				return begin.Add(left).UTC()
			} else if room > 0 {
				left -= room
			}
		}
		day = day.AddDate(0, 0, 1)
	}
	return from.Add(wait).UTC()
}

// Working reports whether the moment is working time.
func (c Calendar) Working(at time.Time) bool {
	begin, end, ok := c.shift(c.date(at))
	return ok && !at.Before(begin) && at.Before(end)
}

// date is the date that the moment has in the calendar's zone. It is counted in UTC, where each date has
// a midnight: in some zones a day begins at one o'clock.
func (c Calendar) date(at time.Time) time.Time {
	y, m, d := at.In(c.Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// shift is the working time of a date; ok is false on a day off. It is as long as it really takes: on a
// day with 23 hours that leaves out one of its hours, one less.
func (c Calendar) shift(date time.Time) (from, to time.Time, ok bool) {
	if !slices.Contains(c.Days, date.Weekday()) || slices.Contains(c.Holidays, date.Format(time.DateOnly)) {
		return from, to, false
	}
	y, m, d := date.Date()
	return time.Date(y, m, d, 0, c.From, 0, 0, c.Zone), time.Date(y, m, d, 0, c.To, 0, 0, c.Zone), true
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
