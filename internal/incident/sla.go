package incident

import (
	"slices"
	"time"
)

// Goal is how soon somebody must look after an incident, and how soon it must be over.
type Goal struct {
	Acknowledge, Resolve time.Duration
	Business             bool // counted in business hours only
}

// Goals are those of the severities.
var Goals = map[Severity]Goal{
	1: {15 * time.Minute, 4 * time.Hour, false},
	2: {30 * time.Minute, 8 * time.Hour, false},
	3: {4 * time.Hour, 24 * time.Hour, true},
	4: {8 * time.Hour, 40 * time.Hour, true},
}

// Calendar is when people work.
type Calendar struct {
	Zone     *time.Location
	From, To int // hours of the day
	Days     []time.Weekday
	Holidays []string // YYYY-MM-DD
}

// Always is a calendar without an end of work.
var Always = Calendar{Zone: time.UTC, To: 24, Days: []time.Weekday{0, 1, 2, 3, 4, 5, 6}}

// Office is the usual one: nine to five, Monday to Friday.
func Office(zone *time.Location) Calendar {
	return Calendar{Zone: zone, From: 9, To: 17, Days: []time.Weekday{1, 2, 3, 4, 5}}
}

// shift is the working time of a day; ok is false on a day off. It is as long as the clocks show: on a
// day with 23 hours that has the hour within it, one less.
func (c Calendar) shift(day time.Time) (from, to time.Time, ok bool) {
	if !slices.Contains(c.Days, day.Weekday()) || slices.Contains(c.Holidays, day.Format(time.DateOnly)) {
		return from, to, false
	}
	y, m, d := day.Date()
	return time.Date(y, m, d, c.From, 0, 0, 0, c.Zone), time.Date(y, m, d, c.To, 0, 0, 0, c.Zone), true
}

// mostDays bounds a search: no goal is longer, holidays included.
const mostDays = 400

// Between is the working time between two moments.
func (c Calendar) Between(from, to time.Time) (sum time.Duration) {
	day := midnight(from.In(c.Zone))
	for n := 0; n < mostDays && day.Before(to); n++ {
		if begin, end, ok := c.shift(day); ok {
			if begin.Before(from) {
				begin = from
			}
			if end.After(to) {
				end = to
			}
			sum += max(0, end.Sub(begin))
		}
		day = next(day)
	}
	return sum
}

// After is the moment at which so much working time has gone by.
func (c Calendar) After(from time.Time, wait time.Duration) time.Time {
	day := midnight(from.In(c.Zone))
	for range mostDays {
		if begin, end, ok := c.shift(day); ok {
			if begin.Before(from) {
				begin = from
			}
			if left := end.Sub(begin); left >= wait && left >= 0 {
				return begin.Add(wait).UTC()
			} else if left > 0 {
				wait -= left
			}
		}
		day = next(day)
	}
	return from.Add(wait).UTC()
}

func midnight(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}

// next is the next day's midnight: days are not all of 24 hours.
func next(day time.Time) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, day.Location())
}

// Clock is how one of an incident's goals stands at a moment.
type Clock struct {
	Goal     time.Duration
	Elapsed  time.Duration // of working time, until it stopped
	BreachAt time.Time
	Running  bool
	Breached bool
}

// Remaining is what is left of the goal; nothing once it is breached.
func (c Clock) Remaining() time.Duration { return max(0, c.Goal-c.Elapsed) }

// Clocks read both goals from the log of states, at a moment. Each runs from the last opening; the first
// stops when somebody acknowledges, the second when it is over. Nothing is counted and stored, so nothing
// can drift.
func (i Incident) Clocks(office Calendar, now time.Time) (acknowledge, resolve Clock) {
	goal := Goals[i.Severity]
	calendar := Always
	if goal.Business {
		calendar = office
	}
	start, acknowledged, resolved := i.OpenedAt, time.Time{}, time.Time{}
	previous := State("")
	for _, e := range i.Timeline {
		switch e.State {
		case Triggered:
			if previous == Resolved { // another cycle; an acknowledgement that timed out begins none
				start, acknowledged, resolved = e.At, time.Time{}, time.Time{}
			}
		case Acknowledged:
			if acknowledged.IsZero() {
				acknowledged = e.At
			}
		case Resolved:
			resolved = e.At
			if acknowledged.IsZero() {
				acknowledged = e.At
			}
		}
		if e.State != "" {
			previous = e.State
		}
	}
	return calendar.clock(goal.Acknowledge, start, acknowledged, now), calendar.clock(goal.Resolve, start, resolved, now)
}

func (c Calendar) clock(goal time.Duration, start, stop, now time.Time) Clock {
	k := Clock{Goal: goal, BreachAt: c.After(start, goal), Running: stop.IsZero()}
	if k.Running {
		stop = now
	}
	k.Elapsed = c.Between(start, stop)
	k.Breached = k.Elapsed > goal || (k.Running && !now.Before(k.BreachAt))
	return k
}
