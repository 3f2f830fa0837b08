package incident_test

import (
	"testing"
	"time"

	"bellwether/internal/incident"
)

// The figures are worked out by hand from six incidents of Monday, 23 November, seen at 18:00.
func TestReport(t *testing.T) {
	const m, h = time.Minute, time.Hour
	as := func(severity incident.Severity) func(*incident.Signal) {
		return func(s *incident.Signal) { s.Severity = severity }
	}
	open := func(severity incident.Severity, after time.Duration) step { return said(1, after, as(severity)) }
	suppressed := incident.Incident{}
	s := incident.Signal{Key: "k", EventID: "e", Version: 1, Severity: 1}
	if ch, err := suppressed.Hear("o", s, "parent", by("incidents", noon)); err != nil {
		t.Fatal(err)
	} else {
		suppressed = ch.Incident
	}
	list := []incident.Incident{
		after(t, incident.Incident{}, open(1, 0), acknowledged("ada", 10*m), resolved("x", 2*h)),
		after(t, incident.Incident{}, open(1, 0), acknowledged("ada", 30*m), resolved("x", 5*h)),
		after(t, incident.Incident{}, open(1, 0), said(2, 20*m, well)), // nobody acknowledged in time
		suppressed,
		after(t, incident.Incident{}, open(3, 0)), // five working hours ago
		after(t, incident.Incident{}, open(3, -3*h), acknowledged("ada", -2*h), resolved("x", -h),
			reopened("y", -50*m), acknowledged("ada", 4*h), resolved("z", 4*h+30*m)), // the second time after 4:50
	}
	r := incident.NewReport(list, incident.Office(time.UTC), noon.Add(6*h))
	type aspect struct {
		mean, median time.Duration
		attained     int
	}
	for _, tt := range []struct {
		name                        string
		got                         incident.Figures
		count, reopened, suppressed int
		acknowledge, resolve        aspect
	}{
		{"severity 1", r.BySeverity[0], 4, 0, 1, aspect{20 * m, 20 * m, 333}, aspect{146*m + 40*time.Second, 2 * h, 667}},
		{"severity 3", r.BySeverity[2], 2, 1, 0, aspect{h, h, 0}, aspect{450 * m, 450 * m, 1000}},
		{"all", r.All, 6, 1, 1, aspect{33*m + 20*time.Second, 30 * m, 200}, aspect{222*m + 30*time.Second, 210 * m, 750}},
	} {
		if tt.got.Count != tt.count || tt.got.Reopened != tt.reopened || tt.got.Suppressed != tt.suppressed {
			t.Errorf("%s: %+v", tt.name, tt.got)
		}
		for name, a := range map[string]struct {
			got  incident.Aspect
			want aspect
		}{"acknowledge": {tt.got.Acknowledge, tt.acknowledge}, "resolve": {tt.got.Resolve, tt.resolve}} {
			if got := (aspect{*a.got.Mean, *a.got.Median, *a.got.Attained}); got != a.want {
				t.Errorf("%s, %s: %+v, want %+v", tt.name, name, got, a.want)
			}
		}
	}
	if none := r.BySeverity[3]; none != (incident.Figures{}) {
		t.Errorf("of no data %+v", none)
	}
}

// A severity that rose gives the clocks another goal, from the same start.
func TestClocksOfARaisedSeverity(t *testing.T) {
	i := after(t, incident.Incident{}, said(1, 0, func(s *incident.Signal) { s.Severity = 3 }))
	now := noon.Add(20 * time.Minute)
	if a, r := i.Clocks(incident.Office(time.UTC), now); a.Breached || !a.BreachAt.Equal(noon.Add(4*time.Hour)) || r.Remaining() != 24*time.Hour-20*time.Minute || !a.Working {
		t.Errorf("as severity 3: %+v, %+v", a, r)
	}
	worse := after(t, i, said(2, 5*time.Minute, func(s *incident.Signal) { s.Severity = 1 }))
	if a, r := worse.Clocks(incident.Office(time.UTC), now); !a.Breached || a.Remaining() != 0 || !a.BreachAt.Equal(noon.Add(15*time.Minute)) || r.Breached || r.Elapsed != 20*time.Minute {
		t.Errorf("as severity 1: %+v, %+v", a, r)
	}
}
