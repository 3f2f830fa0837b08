package incident_test

import (
	"testing"
	"time"

	"bellwether/internal/incident"
)

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestWorkingTime(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	office := incident.Office(berlin)
	turn := office
	turn.Holidays = []string{"2026-12-31", "2027-01-01"}
	week := []time.Weekday{0, 1, 2, 3, 4, 5, 6}
	days := incident.Calendar{Zone: berlin, To: 1440, Days: week}
	night := incident.Calendar{Zone: berlin, From: 60, To: 300, Days: week}
	quarters := incident.Calendar{Zone: time.UTC, From: 9*60 + 30, To: 12*60 + 15, Days: week}
	santiago := incident.Calendar{Zone: zone(t, "America/Santiago"), To: 1440, Days: week}
	tests := []struct {
		name     string
		c        incident.Calendar
		from, to string
		want     time.Duration
	}{
		{"within a shift", office, "2026-11-23T08:00:00Z", "2026-11-23T12:00:00Z", 4 * time.Hour},
		{"overnight", office, "2026-11-23T15:00:00Z", "2026-11-24T11:00:00Z", 4 * time.Hour},
		{"over a weekend", office, "2026-11-27T14:00:00Z", "2026-11-30T10:00:00Z", 4 * time.Hour},
		{"over a weekend on which clocks go forward", office, "2026-03-27T15:00:00Z", "2026-03-30T10:00:00Z", 4 * time.Hour},
		{"over a weekend on which clocks go back", office, "2026-10-23T14:00:00Z", "2026-10-26T11:00:00Z", 4 * time.Hour},
		{"over holidays at the turn of the year", turn, "2026-12-30T15:30:00Z", "2027-01-04T11:30:00Z", 4 * time.Hour},
		{"a day of 23 hours", days, "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 23 * time.Hour},
		{"a day of 25 hours", days, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 25 * time.Hour},
		{"a shift that leaves out an hour", night, "2026-03-29T00:00:00Z", "2026-03-29T03:00:00Z", 3 * time.Hour},
		{"a shift that has one twice", night, "2026-10-24T23:00:00Z", "2026-10-25T04:00:00Z", 5 * time.Hour},
		{"minutes", quarters, "2026-11-23T12:00:00Z", "2026-11-24T09:45:00Z", 30 * time.Minute},
		{"a day without a midnight", santiago, "2026-09-05T04:00:00Z", "2026-09-07T03:00:00Z", 47 * time.Hour},
	}
	for _, tt := range tests {
		from, to := moment(t, tt.from), moment(t, tt.to)
		if got := tt.c.Between(from, to); got != tt.want {
			t.Errorf("%s: %v between them, want %v", tt.name, got, tt.want)
		}
		if got := tt.c.After(from, tt.want); !got.Equal(to) {
			t.Errorf("%s: %v after it is %v, want %v", tt.name, tt.want, got, to)
		}
	}
	if d := office.Between(moment(t, "2026-11-24T11:00:00Z"), moment(t, "2026-11-23T11:00:00Z")); d != 0 {
		t.Errorf("%v between a moment and an earlier one", d)
	}
}

func TestWorking(t *testing.T) {
	office := incident.Office(zone(t, "Europe/Berlin"))
	office.Holidays = []string{"2026-11-25"}
	for at, want := range map[string]bool{
		"2026-11-23T07:59:59Z": false, "2026-11-23T08:00:00Z": true, "2026-11-23T15:59:59Z": true, "2026-11-23T16:00:00Z": false,
		"2026-11-22T10:00:00Z": false, "2026-11-25T10:00:00Z": false, "2026-11-26T10:00:00Z": true,
	} {
		if got := office.Working(moment(t, at)); got != want {
			t.Errorf("%s: working %t", at, got)
		}
	}
}

// The least shift and as many holidays as may be must not lose the end of the longest goal.
func TestLongGoalInAShortWeek(t *testing.T) {
	c := incident.Calendar{Zone: time.UTC, From: 600, To: 660, Days: []time.Weekday{time.Monday}}
	first := moment(t, "2026-01-05T00:00:00Z") // a Monday
	for n := range 100 {
		c.Holidays = append(c.Holidays, first.AddDate(0, 0, 7*n).Format(time.DateOnly))
	}
	want := first.AddDate(0, 0, 7*139).Add(11 * time.Hour) // the 40th Monday after 100
	if got := c.After(first, 40*time.Hour); !got.Equal(want) {
		t.Errorf("40 hours end at %v, want %v", got, want)
	}
}
