package notification

import (
	"time"

	"bellwether/internal/fault"
)

// Quiet is the hours of a person's day in which nobody wants to be disturbed. One that ends before it
// begins goes over midnight.
type Quiet struct {
	On   bool   `json:"on"`
	From string `json:"from"` // HH:MM of the clock on the wall
	To   string `json:"to"`   // the first minute that is not quiet
}

// NightHours are proposed to those who turn quiet hours on.
func NightHours() Quiet { return Quiet{From: "22:00", To: "08:00"} }

func (q Quiet) problems() (bad []fault.Field) {
	for _, part := range []struct{ name, text string }{{"quiet.from", q.From}, {"quiet.to", q.To}} {
		if _, ok := minutes(part.text); !ok {
			bad = append(bad, fault.Field{Name: part.name, Message: "must be a time of day like 22:00"})
		}
	}
	if len(bad) == 0 && q.From == q.To {
		bad = append(bad, fault.Field{Name: "quiet.to", Message: "must differ from quiet.from: a day is never quiet all through"})
	}
	return bad
}

func minutes(text string) (int, bool) {
	at, err := time.Parse("15:04", text)
	return at.Hour()*60 + at.Minute(), err == nil && len(text) == 5
}

// Until is when the quiet hours end that at falls into; at itself when it falls into none. The hours are
// those of the clock on the wall: a night in which clocks go forward is an hour shorter.
func (q Quiet) Until(at time.Time, zone *time.Location) time.Time {
	from, okFrom := minutes(q.From)
	to, okTo := minutes(q.To)
	if !q.On || !okFrom || !okTo || from == to {
		return at
	}
	local := at.In(zone)
	now := local.Hour()*60 + local.Minute()
	overnight := from > to
	inside := now >= from && now < to
	if overnight {
		inside = now >= from || now < to
	}
	if !inside {
		return at
	}
	days := 0
	if overnight && now >= from {
		days = 1
	}
	return clock(local, days, to)
}

// Slot is when a digest that takes what comes at at is told: the full hour after it, or 08:00.
func (d Digest) Slot(at time.Time, zone *time.Location) time.Time {
	local := at.In(zone)
	switch d {
	case Hourly:
		past := time.Duration(local.Minute())*time.Minute + time.Duration(local.Second())*time.Second + time.Duration(local.Nanosecond())
		return local.Add(time.Hour - past).UTC()
	case Daily:
		const morning = 8 * 60
		if local.Hour()*60+local.Minute() < morning {
			return clock(local, 0, morning)
		}
		return clock(local, 1, morning)
	}
	return at
}

// clock is when the wall's clock next shows the minute of the day, days after at's. A minute that a change
// of the clocks leaves out is the end of the gap; one that comes twice is the first that is ahead.
func clock(at time.Time, days, minute int) time.Time {
	on := time.Date(at.Year(), at.Month(), at.Day()+days, minute/60, minute%60, 0, 0, at.Location())
	shown := on.Hour()*60 + on.Minute()
	start, end := on.ZoneBounds()
	switch {
	case shown > minute: // time.Date may answer either side of the gap
		return start.UTC()
	case shown < minute:
		return end.UTC()
	}
	for _, twin := range []time.Time{twinOf(on, start), on, twinOf(on, end)} {
		if twin.After(at) {
			return twin.UTC()
		}
	}
	return on.UTC()
}

// twinOf is the other instant, on the far side of the change of the clocks, at which they show the same;
// the zero time when there is none.
func twinOf(on, change time.Time) time.Time {
	if change.IsZero() {
		return time.Time{}
	}
	_, offset := on.Zone()
	far := change // an instant on the far side
	if !change.After(on) {
		far = change.Add(-time.Second)
	}
	_, there := far.Zone()
	other := on.Add(time.Duration(offset-there) * time.Second)
	if on.Format("2006-01-02T15:04") != other.Format("2006-01-02T15:04") || other.Equal(on) {
		return time.Time{}
	}
	return other
}
