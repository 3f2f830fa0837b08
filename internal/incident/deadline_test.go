package incident_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/incident"
)

// life is an incident under time that goes by from noon on. Every wake-up comes twice.
type life struct {
	t      *testing.T
	office incident.Calendar
	is     incident.Incident
	now    time.Time
	told   []string // "12m SlaAtRisk acknowledge"
}

func (l *life) keep(ch incident.Change, err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
	l.is = ch.Incident
	for _, e := range ch.Events {
		var goal event.Goal
		if err := json.Unmarshal(e.Data, &goal); err != nil {
			l.t.Fatal(err)
		}
		line := strings.TrimSpace(fmt.Sprintf("%v %s %s", l.now.Sub(noon), e.Meta.Type, goal.Clock))
		l.told = append(l.told, strings.ReplaceAll(strings.ReplaceAll(line, "m0s ", "m "), "h0m ", "h "))
	}
}

func (l *life) wake(at time.Time) {
	l.t.Helper()
	l.now = at
	for range 2 {
		l.keep(l.is.Watch(l.office, by("schedule/watch-deadlines", at)))
	}
}

// until lets time go by to the moment, with all wake-ups before it.
func (l *life) until(end time.Time) {
	l.t.Helper()
	for range 100 {
		wakes := l.is.Wakes(l.office)
		if len(wakes) == 0 || wakes[0].After(end) {
			l.now = end
			return
		}
		if wakes[0].Before(l.now) {
			l.t.Fatalf("at %v, what was due at %v is not done", l.now, wakes[0])
		}
		l.wake(wakes[0])
	}
	l.t.Fatalf("it wakes for ever: %v", l.is.Wakes(l.office))
}

func (l *life) do(after time.Duration, do step) {
	l.t.Helper()
	l.until(noon.Add(after))
	l.keep(do(l.is))
}

func severity(s incident.Severity) func(*incident.Signal) {
	return func(signal *incident.Signal) { signal.Severity = s }
}

func (l *life) want(told ...string) {
	l.t.Helper()
	if !slices.Equal(l.told, told) {
		l.t.Errorf("told\n%s\nwant\n%s", strings.Join(l.told, "\n"), strings.Join(told, "\n"))
	}
}

func TestTimeGoesBy(t *testing.T) {
	const m, h = time.Minute, time.Hour
	tests := map[string]struct {
		live func(l *life)
		want []string
	}{
		"nobody looks after the worst": {func(l *life) {
			l.do(0, said(1, 0, severity(1)))
		}, []string{"0s IncidentOpened", "12m SlaAtRisk acknowledge", "15m SlaBreached acknowledge", "3h12m SlaAtRisk resolve", "4h SlaBreached resolve"}},
		"somebody takes it too late, and never ends it": {func(l *life) {
			l.do(0, said(1, 0, severity(1)))
			l.do(20*m, acknowledged("ada", 20*m))
		}, []string{"0s IncidentOpened", "12m SlaAtRisk acknowledge", "15m SlaBreached acknowledge", "20m IncidentChanged", "50m AckTimedOut", "3h12m SlaAtRisk resolve", "4h SlaBreached resolve"}},
		"somebody takes it again and again": {func(l *life) {
			l.do(0, said(1, 0, nil))
			l.do(20*m, acknowledged("ada", 20*m))
			l.do(60*m, acknowledged("ada", 60*m))
			l.do(2*h, acknowledged("bob", 2*h))
			l.do(2*h+29*m, resolved("done", 2*h+29*m))
		}, []string{"0s IncidentOpened", "20m IncidentChanged", "50m AckTimedOut", "1h IncidentChanged", "1h30m AckTimedOut", "2h IncidentChanged", "2h29m IncidentResolved"}},
		"it opens again, and the clocks run anew": {func(l *life) {
			l.do(0, said(1, 0, severity(1)))
			l.do(13*m, resolved("done", 13*m))
			l.do(20*m, said(2, 20*m, severity(1)))
			l.do(34*m, acknowledged("ada", 34*m))
			l.do(40*m, resolved("done", 40*m))
		}, []string{"0s IncidentOpened", "12m SlaAtRisk acknowledge", "13m IncidentResolved", "20m IncidentOpened", "32m SlaAtRisk acknowledge", "34m IncidentChanged", "40m IncidentResolved"}},
		"it gets worse: the goals of then are told once, from the same start": {func(l *life) {
			l.do(0, said(1, 0, severity(2)))
			l.do(25*m, said(2, 25*m, severity(1)))
			l.wake(noon.Add(25 * m))
			l.do(26*m, acknowledged("ada", 26*m))
			l.do(30*m, resolved("done", 30*m))
		}, []string{"0s IncidentOpened", "24m SlaAtRisk acknowledge", "25m IncidentChanged", "25m SlaBreached acknowledge", "26m IncidentChanged", "30m IncidentResolved"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := &life{t: t, office: incident.Office(time.UTC), now: noon}
			tt.live(l)
			l.until(noon.Add(5 * h))
			l.want(tt.want...)
		})
	}
}

// Where wake-ups were lost, the next one tells the worse of two marks, and no more.
func TestALostWakeUp(t *testing.T) {
	l := &life{t: t, office: incident.Office(time.UTC), now: noon}
	l.do(0, said(1, 0, severity(1)))
	l.wake(noon.Add(11*time.Minute + 59*time.Second))
	l.wake(noon.Add(20 * time.Minute))
	l.wake(noon.Add(6 * time.Hour))
	l.want("0s IncidentOpened", "20m SlaBreached acknowledge", "6h SlaBreached resolve")
	if len(l.is.Marks) != 4 || len(l.is.Wakes(l.office)) != 0 {
		t.Errorf("marks %+v, wakes %v", l.is.Marks, l.is.Wakes(l.office))
	}
}

func TestDeadlinesInWorkingTime(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	holiday, nights := incident.Office(berlin), incident.Always
	holiday.Holidays, nights.Zone = []string{"2026-11-23"}, berlin
	for _, tt := range []struct {
		name   string
		office incident.Calendar
		opened string
		want   [4]string // both marks to acknowledge, both to resolve
	}{
		{"over a weekend", incident.Office(berlin), "2026-11-20T16:00:00+01:00",
			[4]string{"2026-11-23T11:12:00+01:00", "2026-11-23T12:00:00+01:00", "2026-11-25T11:12:00+01:00", "2026-11-25T16:00:00+01:00"}},
		{"over a weekend and a holiday", holiday, "2026-11-20T16:00:00+01:00",
			[4]string{"2026-11-24T11:12:00+01:00", "2026-11-24T12:00:00+01:00", "2026-11-26T11:12:00+01:00", "2026-11-26T16:00:00+01:00"}},
		{"over the end of summer time", incident.Office(berlin), "2026-10-23T16:00:00+02:00",
			[4]string{"2026-10-26T11:12:00+01:00", "2026-10-26T12:00:00+01:00", "2026-10-28T11:12:00+01:00", "2026-10-28T16:00:00+01:00"}},
		{"in the night that lacks an hour", nights, "2026-03-29T00:00:00+01:00",
			[4]string{"2026-03-29T04:12:00+02:00", "2026-03-29T05:00:00+02:00", "2026-03-29T20:12:00+02:00", "2026-03-30T01:00:00+02:00"}},
		{"in the night that has one more", nights, "2026-10-25T00:00:00+02:00",
			[4]string{"2026-10-25T02:12:00+01:00", "2026-10-25T03:00:00+01:00", "2026-10-25T18:12:00+01:00", "2026-10-25T23:00:00+01:00"}},
	} {
		at := moment(t, tt.opened)
		i := after(t, incident.Incident{}, said(1, at.Sub(noon), severity(3)))
		wakes := i.Wakes(tt.office)
		for n, want := range tt.want {
			if len(wakes) != 4 || !wakes[n].Equal(moment(t, want)) {
				t.Errorf("%s: wakes %v, want %v", tt.name, wakes, tt.want)
				break
			}
			early, err := i.Watch(tt.office, by("t", wakes[n].Add(-time.Second)))
			if err != nil || len(early.Incident.Marks) != n {
				t.Errorf("%s: a second before %s %d marks, %v", tt.name, want, len(early.Incident.Marks), err)
			}
			if late, err := i.Watch(tt.office, by("t", wakes[n])); err != nil || len(late.Incident.Marks) != n+1 {
				t.Errorf("%s: at %s %d marks, %v", tt.name, want, len(late.Incident.Marks), err)
			}
		}
	}
}

// Timers keep seconds: a wake-up never comes before what it is for.
func TestWakesAreWholeSeconds(t *testing.T) {
	i := after(t, incident.Incident{}, said(1, time.Millisecond, severity(1)))
	if got := i.Wakes(incident.Always)[0]; !got.Equal(noon.Add(12*time.Minute + time.Second)) {
		t.Errorf("%v", got)
	}
}

// Nobody is asked to look after what is explained; once that is over they are, and the clocks run from then.
func TestReleased(t *testing.T) {
	s := incident.Signal{Key: "k", EventID: "e", Version: 1, Kind: incident.KindSync, Severity: 1, Title: "fails"}
	ch, err := incident.Incident{}.Hear("o", s, "parent", by("incidents", noon))
	if err != nil {
		t.Fatal(err)
	}
	child := ch.Incident
	if got := child.Wakes(incident.Always); got != nil {
		t.Errorf("a suppressed one wakes at %v", got)
	}
	if ch, err := child.Watch(incident.Always, by("t", noon.Add(9*time.Hour))); err != nil || ch.Incident.Version != child.Version {
		t.Errorf("a suppressed one was marked: %v", err)
	}
	later := by("listener/notify-incident", noon.Add(3*time.Hour))
	for _, other := range []string{"", "another"} {
		if ch, err := child.Release(other, later); err != nil || ch.Incident.Version != child.Version {
			t.Errorf("%q released it, %v", other, err)
		}
	}
	if ch, err = child.Release("parent", later); err != nil {
		t.Fatal(err)
	}
	told, err := event.Decode[event.IncidentOpened](ch.Events[0])
	if err != nil || !told.Data.Released || told.Data.Reopened || told.Data.SuppressedBy != "" {
		t.Errorf("told %+v, %v", told, err)
	}
	if got := ch.Incident.Wakes(incident.Always); len(got) != 4 || !got[0].Equal(noon.Add(3*time.Hour+12*time.Minute)) {
		t.Errorf("wakes %v", got)
	}
	if again, err := ch.Incident.Release("parent", later); err != nil || len(again.Events) > 0 {
		t.Errorf("released twice: %v", err)
	}
	over := after(t, child, resolved("done", time.Minute))
	if ch, err := over.Release("parent", later); err != nil || len(ch.Events) > 0 {
		t.Errorf("what is over was released: %v", err)
	}
}
