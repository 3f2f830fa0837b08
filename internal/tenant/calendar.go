package tenant

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"bellwether/internal/fault"
)

// Calendar is when the organisation's people work: by it go the goals of the less bad incidents.
type Calendar struct {
	TimeZone string    `json:"timeZone"`
	From     string    `json:"from"` // HH:MM
	To       string    `json:"to"`   // HH:MM, up to 24:00; after From, so no shift runs into another day
	Days     []string  `json:"days"` // "monday"
	Holidays []Holiday `json:"holidays,omitempty"`
}

// Holiday is a day off.
type Holiday struct {
	Date string `json:"date"` // YYYY-MM-DD
	Name string `json:"name"`
}

// DefaultCalendar is that of an organisation that set none: nine to five, Monday to Friday.
func DefaultCalendar(timeZone string) Calendar {
	return Calendar{TimeZone: timeZone, From: "09:00", To: "17:00", Days: []string{"monday", "tuesday", "wednesday", "thursday", "friday"}}
}

// Calendar is the organisation's, or else the default one in its zone.
func (o Org) Calendar() Calendar {
	if o.Hours == nil {
		return DefaultCalendar(o.TimeZone)
	}
	return *o.Hours
}

// WithCalendar is the organisation with another calendar; changed is false when it has that one.
func (o Org) WithCalendar(c Calendar) (edited Org, changed bool, err error) {
	if err := c.Validate(); err != nil {
		return o, false, err
	}
	c.Holidays = slices.SortedFunc(slices.Values(c.Holidays), func(a, b Holiday) int { return strings.Compare(a.Date, b.Date) })
	if o.Hours != nil && o.Hours.equal(c) {
		return o, false, nil
	}
	o.Hours = &c
	return o, true, nil
}

func (c Calendar) equal(d Calendar) bool {
	return c.TimeZone == d.TimeZone && c.From == d.From && c.To == d.To && slices.Equal(c.Days, d.Days) && slices.Equal(c.Holidays, d.Holidays)
}

const (
	maxHolidays = 100
	leastShift  = 60 // minutes: with less, some goals would be years away
)

// Validate refuses a calendar that can't be.
func (c Calendar) Validate() error {
	var bad []fault.Field
	refuse := func(name, message string) { bad = append(bad, fault.Field{Name: name, Message: message}) }
	if !zoneExists(c.TimeZone) {
		refuse("timeZone", "must be an IANA time zone like Europe/Berlin")
	}
	from, fromOK := Minutes(c.From)
	to, toOK := Minutes(c.To)
	switch {
	case !fromOK:
		refuse("from", "must be a time of the day like 09:00")
	case !toOK:
		refuse("to", "must be a time of the day like 17:00, up to 24:00")
	case to-from < leastShift:
		refuse("to", "must be an hour after from at least, on the same day")
	}
	if len(c.Days) == 0 || len(c.Days) > 7 {
		refuse("days", "must be 1 to 7 days of the week")
	}
	for n, day := range c.Days[:min(len(c.Days), 8)] {
		if _, ok := Weekday(day); !ok || slices.Contains(c.Days[:n], day) {
			refuse(fmt.Sprintf("days[%d]", n), "must be a day of the week like monday, each once")
		}
	}
	if len(c.Holidays) > maxHolidays {
		refuse("holidays", "must be at most 100")
	}
	seen := map[string]bool{}
	for n, h := range c.Holidays[:min(len(c.Holidays), maxHolidays)] {
		if _, err := time.Parse(time.DateOnly, h.Date); err != nil || seen[h.Date] {
			refuse(fmt.Sprintf("holidays[%d].date", n), "must be a date like 2026-12-25, each once")
		}
		seen[h.Date] = true
		bad = append(bad, nameField(fmt.Sprintf("holidays[%d].name", n), h.Name)...)
	}
	return invalid(bad)
}

// Minutes reads a time of the day, HH:MM up to 24:00, in minutes since midnight.
func Minutes(text string) (int, bool) {
	if text == "24:00" {
		return 24 * 60, true
	}
	t, err := time.Parse("15:04", text)
	return t.Hour()*60 + t.Minute(), err == nil && len(text) == len("15:04")
}

// Weekday reads a day's English name in small letters.
func Weekday(name string) (time.Weekday, bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.ToLower(d.String()) == name {
			return d, true
		}
	}
	return 0, false
}

func zoneExists(name string) bool {
	_, err := time.LoadLocation(name)
	return err == nil && name != "" && name != "Local"
}
