package budget

import (
	"testing"
	"time"
)

// At 60 an hour: 15 minutes to the next sync, 15 of the platform's lag and 1 to act are 31 held back of 10,000;
// an hour, three hours of lag and 1 minute are 241.
func TestPauseAt(t *testing.T) {
	for ahead, want := range map[time.Duration]int64{31 * time.Minute: 9_969, 241 * time.Minute: 9_759} {
		if got := PauseAt(10_000*dollar, 60*dollar, ahead); got != want*dollar {
			t.Errorf("%v ahead: %d, want %d", ahead, got, want*dollar)
		}
	}
}

func TestBurn(t *testing.T) {
	at := func(minutes int) time.Time { return time.Date(2026, 11, 23, 12, minutes, 0, 0, time.UTC) }
	type read struct {
		minute int
		spend  int64
	}
	for _, tt := range []struct {
		name  string
		reads []read
		want  int64
		ok    bool
	}{
		{"one reading", []read{{0, 10}}, 0, false},
		{"15 in a quarter of an hour", []read{{0, 10}, {15, 25}}, 60, true},
		{"too close to say", []read{{0, 10}, {14, 25}}, 0, false},
		{"the last hour is the faster", []read{{0, 0}, {120, 20}, {180, 80}}, 60, true},
		{"the last three are the faster", []read{{0, 0}, {120, 150}, {180, 180}}, 60, true},
		{"nothing is spent", []read{{0, 10}, {60, 10}}, 0, false},
		{"what is older than four hours is forgotten", []read{{0, 0}, {300, 10}, {360, 40}}, 30, true},
	} {
		var l Landing
		for _, r := range tt.reads {
			l = l.Note("2026-11-01", Reading{at(r.minute), r.spend * dollar})
		}
		if got, ok := l.Burn(); got != tt.want*dollar || ok != tt.ok {
			t.Errorf("%s: %d %v, want %d", tt.name, got, ok, tt.want*dollar)
		}
	}
	l := Landing{Start: "2026-11-01", Told: 3, Waived: true}.Note("2026-12-01", Reading{at(0), 1})
	if l.Told != 0 || l.Waived || len(l.Readings) != 1 {
		t.Errorf("a new period begins anew: %+v", l)
	}
	if l = l.Note("2026-12-01", Reading{at(0), 2}); len(l.Readings) != 1 {
		t.Error("a reading that is no later counts")
	}
}
