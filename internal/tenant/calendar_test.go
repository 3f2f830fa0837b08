package tenant_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/tenant"
)

func TestCalendars(t *testing.T) {
	many := func(n int) (list []tenant.Holiday) {
		for day := range n {
			list = append(list, tenant.Holiday{Date: time.Date(2026, 1, 1+day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly), Name: fmt.Sprint("day ", day)})
		}
		return list
	}
	tests := map[string]struct {
		change func(*tenant.Calendar)
		field  string
	}{
		"the default":          {func(*tenant.Calendar) {}, ""},
		"round the clock":      {func(c *tenant.Calendar) { c.From, c.To = "00:00", "24:00" }, ""},
		"an hour":              {func(c *tenant.Calendar) { c.From, c.To = "23:00", "24:00" }, ""},
		"100 holidays":         {func(c *tenant.Calendar) { c.Holidays = many(100) }, ""},
		"no zone":              {func(c *tenant.Calendar) { c.TimeZone = "" }, "timeZone"},
		"no such zone":         {func(c *tenant.Calendar) { c.TimeZone = "Mars/Olympus" }, "timeZone"},
		"the machine's zone":   {func(c *tenant.Calendar) { c.TimeZone = "Local" }, "timeZone"},
		"a short hour":         {func(c *tenant.Calendar) { c.From = "9:00" }, "from"},
		"an hour too many":     {func(c *tenant.Calendar) { c.To = "25:00" }, "to"},
		"the end first":        {func(c *tenant.Calendar) { c.From, c.To = "17:00", "09:00" }, "to"},
		"less than an hour":    {func(c *tenant.Calendar) { c.To = "09:59" }, "to"},
		"no days":              {func(c *tenant.Calendar) { c.Days = nil }, "days"},
		"no such day":          {func(c *tenant.Calendar) { c.Days = []string{"Monday"} }, "days[0]"},
		"a day twice":          {func(c *tenant.Calendar) { c.Days = []string{"monday", "monday"} }, "days[1]"},
		"101 holidays":         {func(c *tenant.Calendar) { c.Holidays = many(101) }, "holidays"},
		"no such date":         {func(c *tenant.Calendar) { c.Holidays = []tenant.Holiday{{Date: "2026-02-30", Name: "x"}} }, "holidays[0].date"},
		"a date twice":         {func(c *tenant.Calendar) { c.Holidays = append(many(1), many(1)...) }, "holidays[1].date"},
		"a holiday of no name": {func(c *tenant.Calendar) { c.Holidays = []tenant.Holiday{{Date: "2026-02-28"}} }, "holidays[0].name"},
	}
	for name, tt := range tests {
		c := tenant.DefaultCalendar("Europe/Berlin")
		tt.change(&c)
		err := c.Validate()
		e, _ := errors.AsType[*fault.Error](err)
		if (tt.field == "") != (err == nil) || (tt.field != "" && (e == nil || len(e.Fields) != 1 || e.Fields[0].Name != tt.field)) {
			t.Errorf("%s: %v, want a fault of %q", name, err, tt.field)
		}
	}
}

func TestOrganisationsCalendar(t *testing.T) {
	org := tenant.Org{TimeZone: "Asia/Dubai"}
	if c := org.Calendar(); c.TimeZone != "Asia/Dubai" || c.From != "09:00" || c.To != "17:00" || len(c.Days) != 5 {
		t.Errorf("default %+v", c)
	}
	own := tenant.DefaultCalendar("Asia/Riyadh")
	own.Holidays = []tenant.Holiday{{Date: "2026-09-23", Name: "National Day"}, {Date: "2026-02-22", Name: "Founding Day"}}
	edited, changed, err := org.WithCalendar(own)
	if err != nil || !changed || org.Hours != nil || edited.Calendar().Holidays[0].Date != "2026-02-22" || own.Holidays[0].Date != "2026-09-23" {
		t.Errorf("edited %+v, %v", edited, err)
	}
	if _, changed, err := edited.WithCalendar(own); changed || err != nil {
		t.Errorf("the same again: changed %t, %v", changed, err)
	}
	if m, ok := tenant.Minutes("13:37"); m != 817 || !ok {
		t.Errorf("13:37 is minute %d", m)
	}
}
