package incident

import "time"

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

// calendar is the one by which the goal is counted.
func (g Goal) calendar(office Calendar) Calendar {
	if g.Business {
		return office
	}
	return Always
}

// Clock is how one of an incident's goals stands at a moment.
type Clock struct {
	Goal     time.Duration
	Elapsed  time.Duration // of working time, until it stopped
	BreachAt time.Time
	Running  bool
	Breached bool
	Working  bool // the calendar that it goes by counts the present moment
}

// Remaining is what is left of the goal; nothing once it is breached.
func (c Clock) Remaining() time.Duration { return max(0, c.Goal-c.Elapsed) }

// Cycle is one time that an incident stood open: from its opening, or from when it opened again.
type Cycle struct {
	Start        time.Time
	Acknowledged time.Time // the first time, also by its end; zero: not yet
	Taken        bool      // it was somebody who acknowledged, before its end
	Resolved     time.Time // zero: not yet
}

// Cycles are read from the log of states. An acknowledgement that timed out begins none. The last one
// begins when people were first asked to look after it.
func (i Incident) Cycles() []Cycle {
	all := []Cycle{{Start: i.OpenedAt}}
	for _, e := range i.Timeline {
		c := &all[len(all)-1]
		switch {
		case e.State == Triggered && !c.Resolved.IsZero():
			all = append(all, Cycle{Start: e.At})
		case e.State == Acknowledged && c.Acknowledged.IsZero():
			c.Acknowledged, c.Taken = e.At, true
		case e.State == Resolved:
			c.Resolved = e.At
			if c.Acknowledged.IsZero() {
				c.Acknowledged = e.At
			}
		}
	}
	last := &all[len(all)-1]
	last.Start = later(last.Start, i.ReleasedAt)
	return all
}

// Clocks read both goals from the log of states, at a moment. Each runs from the last opening; the first
// stops when somebody acknowledges, the second when it is over. Nothing is counted and stored, so nothing
// can drift.
func (i Incident) Clocks(office Calendar, now time.Time) (acknowledge, resolve Clock) {
	cycles := i.Cycles()
	return cycles[len(cycles)-1].clocks(i.Severity, office, now)
}

func (c Cycle) clocks(s Severity, office Calendar, now time.Time) (acknowledge, resolve Clock) {
	goal := Goals[s]
	calendar := goal.calendar(office)
	return calendar.clock(goal.Acknowledge, c.Start, c.Acknowledged, now), calendar.clock(goal.Resolve, c.Start, c.Resolved, now)
}

func (c Calendar) clock(goal time.Duration, start, stop, now time.Time) Clock {
	k := Clock{Goal: goal, BreachAt: c.After(start, goal), Running: stop.IsZero(), Working: c.Working(now)}
	if k.Running {
		stop = now
	}
	k.Elapsed = c.Between(start, stop)
	k.Breached = k.Elapsed > goal || (k.Running && !now.Before(k.BreachAt))
	return k
}
