package notification

import "time"

// Moment is a moment on the clock of a zone, for people.
func (l Language) Moment(at time.Time, zone *time.Location) string {
	return l.instant(Instant{At: at}, zone)
}

// Day is a day like "2026-11-30" for people.
func (l Language) Day(day string) string {
	if at, err := time.Parse(time.DateOnly, day); err == nil && l.spoken() == English {
		return at.Format("2 Jan 2006")
	}
	return l.date(day)
}

// Month is the month of a day like "2026-11-30" for people.
func (l Language) Month(day string) string { return l.month(day) }

// Weekday is the name of a day of the week.
func (l Language) Weekday(d time.Weekday) string {
	if l.spoken() == English {
		return d.String()
	}
	return arabicDays[d]
}

// Platform is the name under which people know a platform.
func (l Language) Platform(id string) string { return l.platform(id) }
