package incident

import (
	"slices"
	"time"
)

// Report is how incidents were looked after: all of them, and those of each severity, from 1 to 4.
type Report struct {
	All        Figures
	BySeverity [4]Figures
}

// Figures sum up some incidents. Suppressed ones are counted and enter nothing else: nobody was asked to
// look after them. What there are no data for is nil.
type Figures struct {
	Count, Reopened, Suppressed int // incidents
	Acknowledge, Resolve        Aspect
}

// Aspect is one of the two things that have a goal. To acknowledge takes from the opening to the first
// person's word, to resolve until the last end; both by the clock on the wall.
type Aspect struct {
	Mean, Median *time.Duration // of those of which it is known
	Attained     *int           // permille of the incidents whose goal is decided, each time they stood open
}

// NewReport computes the figures from the incidents' logs.
func NewReport(list []Incident, office Calendar, now time.Time) (r Report) {
	r.All = figures(list, office, now)
	for n := range r.BySeverity {
		r.BySeverity[n] = figures(slices.DeleteFunc(slices.Clone(list), func(i Incident) bool { return i.Severity != Severity(n+1) }), office, now)
	}
	return r
}

func figures(list []Incident, office Calendar, now time.Time) (f Figures) {
	var acknowledge, resolve tally
	for _, i := range list {
		f.Count++
		if i.Reopened > 0 {
			f.Reopened++
		}
		if i.Suppressed {
			f.Suppressed++
			continue
		}
		cycles := i.Cycles()
		if first := cycles[0]; first.Taken {
			acknowledge.took = append(acknowledge.took, first.Acknowledged.Sub(first.Start))
		}
		if last := cycles[len(cycles)-1]; !last.Resolved.IsZero() {
			resolve.took = append(resolve.took, last.Resolved.Sub(i.OpenedAt))
		}
		var a, s []Clock
		for _, c := range cycles {
			one, other := c.clocks(i.Severity, office, now)
			a, s = append(a, one), append(s, other)
		}
		acknowledge.decide(a)
		resolve.decide(s)
	}
	f.Acknowledge, f.Resolve = acknowledge.aspect(), resolve.aspect()
	return f
}

// tally collects what an aspect is computed from.
type tally struct {
	took              []time.Duration
	decided, attained int
}

// decide counts an incident by its clocks, unless all may still be well.
func (t *tally) decide(clocks []Clock) {
	switch {
	case slices.ContainsFunc(clocks, func(k Clock) bool { return k.Breached }):
		t.decided++
	case !slices.ContainsFunc(clocks, func(k Clock) bool { return k.Running }):
		t.decided++
		t.attained++
	}
}

func (t *tally) aspect() (a Aspect) {
	if t.decided > 0 {
		permille := (1000*t.attained + t.decided/2) / t.decided
		a.Attained = &permille
	}
	n := len(t.took)
	if n == 0 {
		return a
	}
	slices.Sort(t.took)
	var sum time.Duration
	for _, d := range t.took {
		sum += d
	}
	mean, median := sum/time.Duration(n), t.took[n/2]
	if n%2 == 0 {
		median = (t.took[n/2-1] + t.took[n/2]) / 2
	}
	a.Mean, a.Median = &mean, &median
	return a
}
