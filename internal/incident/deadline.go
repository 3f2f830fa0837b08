package incident

import (
	"slices"
	"time"

	"bellwether/internal/event"
)

// This file is what time does with an incident. Nobody has to wake it at the right moment: it looks at what
// is due by the log of states, so that a wake-up that comes late, early or twice does no harm.

// The clocks by name.
const (
	AcknowledgeClock = "acknowledge"
	ResolveClock     = "resolve"
)

// Marks of a clock, in percent of its goal.
const (
	AtRisk = 80
	Breach = 100
)

// Mark is a mark of a clock that people were told of: once a cycle, even if the incident got worse since.
type Mark struct {
	Clock    string    `json:"clock"`
	Percent  int       `json:"percent"`
	Cycle    int       `json:"cycle"`
	Severity Severity  `json:"severity"` // by whose goal it was reached
	At       time.Time `json:"at"`       // when it was found
}

// due is a mark that is still to come, or was not told yet.
type due struct {
	clock   string
	percent int
	at      time.Time
	breach  time.Time
}

// Cycle is how often the incident has been open: 1 is the first time.
func (i Incident) Cycle() int { return i.Reopened + 1 }

// watched reports whether somebody is asked to look after it.
func (i Incident) watched() bool { return i.Open() && i.SuppressedBy == "" }

// dues are the untold marks of the clocks that run, in order of time.
func (i Incident) dues(office Calendar) (list []due) {
	if !i.watched() {
		return nil
	}
	cycles := i.Cycles()
	c, goal := cycles[len(cycles)-1], Goals[i.Severity]
	calendar := goal.calendar(office)
	add := func(clock string, goal time.Duration, stop time.Time) {
		for _, percent := range []int{AtRisk, Breach} {
			if stop.IsZero() && !i.told(clock, percent) {
				at := calendar.After(c.Start, goal*time.Duration(percent)/100)
				list = append(list, due{clock, percent, at, calendar.After(c.Start, goal)})
			}
		}
	}
	add(AcknowledgeClock, goal.Acknowledge, c.Acknowledged)
	add(ResolveClock, goal.Resolve, c.Resolved)
	slices.SortStableFunc(list, func(a, b due) int { return a.at.Compare(b.at) })
	return list
}

func (i Incident) told(clock string, percent int) bool {
	return slices.ContainsFunc(i.Marks, func(m Mark) bool {
		return m.Clock == clock && m.Percent == percent && m.Cycle == i.Cycle()
	})
}

// Wakes are the moments at which Watch has something to do, in order, to the second; one that is past was
// missed.
func (i Incident) Wakes(office Calendar) (list []time.Time) {
	for _, d := range i.dues(office) {
		list = append(list, whole(d.at))
	}
	if i.watched() && i.State == Acknowledged {
		list = append(list, whole(i.TakenAt.Add(AckTimeout)))
	}
	slices.SortFunc(list, time.Time.Compare)
	return slices.CompactFunc(list, time.Time.Equal)
}

// whole is the first full second that is not before the moment: timers keep no parts.
func whole(at time.Time) time.Time {
	if t := at.Truncate(time.Second); t.Before(at) {
		return t.Add(time.Second)
	}
	return at
}

// Watch does what is due at the cause's time: it notes the marks that running clocks have reached, and takes
// the incident from whom it was for too long. Of two marks of a clock that are due at once, people are told
// the later one.
func (i Incident) Watch(office Calendar, cause event.Cause) (Change, error) {
	ch := Change{Incident: i}
	list := slices.DeleteFunc(i.dues(office), func(d due) bool { return cause.At.Before(d.at) })
	tired := i.watched() && i.State == Acknowledged && !cause.At.Before(i.TakenAt.Add(AckTimeout))
	if len(list) == 0 && !tired {
		return ch, nil
	}
	ch = i.begin(cause)
	ch.Incident.Marks = slices.DeleteFunc(slices.Clone(i.Marks), func(m Mark) bool { return m.Cycle != i.Cycle() })
	for n, d := range list {
		overtaken := slices.ContainsFunc(list[n+1:], func(later due) bool { return later.clock == d.clock })
		if err := ch.mark(d, !overtaken, cause); err != nil {
			return ch, err
		}
	}
	if tired {
		return ch, ch.timeOut(cause)
	}
	return ch, nil
}

// mark notes a mark, and tells of it.
func (ch *Change) mark(d due, tell bool, cause event.Cause) error {
	i := &ch.Incident
	i.Marks = append(i.Marks, Mark{Clock: d.clock, Percent: d.percent, Cycle: i.Cycle(), Severity: i.Severity, At: cause.At.UTC()})
	if !tell {
		return nil
	}
	goal := event.Goal{IncidentID: i.ID, Severity: int(i.Severity), Cycle: i.Cycle(), Clock: d.clock, DueAt: d.breach}
	what := map[string]string{AcknowledgeClock: "nobody took it", ResolveClock: "it is not over"}[d.clock]
	if d.percent < Breach {
		ch.tell(cause, "", what+", and 80 % of the time is gone")
		return ch.emit(cause, event.SlaAtRisk{Goal: goal})
	}
	ch.tell(cause, "", what+", and the time is up")
	return ch.emit(cause, event.SlaBreached{Goal: goal})
}

// timeOut takes it from whom it was. They keep it assigned, and may take it again.
func (ch *Change) timeOut(cause event.Cause) error {
	i := &ch.Incident
	out := event.AckTimedOut{IncidentID: i.ID, Severity: int(i.Severity), Cycle: i.Cycle(), TakenBy: i.TakenBy, TakenAt: i.TakenAt}
	i.TakenBy, i.TakenAt = "", time.Time{}
	ch.tell(cause, Triggered, "taken for 30 minutes, and not over: somebody has to take it again")
	return ch.emit(cause, out)
}
