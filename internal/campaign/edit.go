package campaign

import (
	"fmt"
	"slices"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/event"
)

// Edit holds new values for some of a campaign's fields; nil leaves one as it is.
type Edit struct {
	Name, Objective, Description *string
	StartDate, EndDate           *string
	ManagerIDs                   *[]string
	ValuePerConversionMicros     *int64
	ValuePerApprovedMicros       *int64
}

// Edit changes the campaign's own data. rows are the stored results of the flight, wanted when it
// moves under a lifetime budget (see WithFlight and Span).
func (c Campaign) Edit(e Edit, rows []Row, cause event.Cause) (Change, error) {
	if err := c.mustLive(); err != nil {
		return Change{}, err
	}
	ch := c.begin(cause.At)
	changed := ch.Campaign.apply(e)
	if len(changed) == 0 {
		return Change{Campaign: c}, nil
	}
	if err := ch.Campaign.validate(); err != nil {
		return Change{}, err
	}
	if slices.Contains(changed, "startDate") || slices.Contains(changed, "endDate") {
		if err := ch.moveFlight(rows, cause); err != nil {
			return Change{}, err
		}
	}
	return ch, ch.emit(cause, ch.Campaign.updated(changed...))
}

// moveFlight recomputes a lifetime's period, which begins and ends with the flight. What was told
// stays told: the budget is the same money.
func (ch *Change) moveFlight(rows []Row, cause event.Cause) error {
	c := &ch.Campaign
	if c.Budget != nil && c.Budget.Period != budget.Lifetime {
		return nil
	}
	window, before := c.Window(cause.At), c.PeriodStart
	sums, err := sumWindow(window, byKey(rows))
	if err != nil {
		return err
	}
	c.PeriodStart, c.PeriodTotals = window.Start, sums
	if c.Budget == nil {
		return nil
	}
	*c.Budget = c.Budget.MovePeriod(before, window.Start)
	return ch.evaluate(window, sums.SpendMicros, c.AsOf, cause)
}

// WithFlight is the campaign as if the edit's dates were its own: for finding the period that it would have.
func (c Campaign) WithFlight(e Edit) Campaign {
	set(&c.StartDate, e.StartDate)
	set(&c.EndDate, e.EndDate)
	return c
}

func (c *Campaign) apply(e Edit) (changed []string) {
	note := func(field string, differs bool) {
		if differs {
			changed = append(changed, field)
		}
	}
	note("name", set(&c.Name, e.Name))
	note("objective", set(&c.Objective, e.Objective))
	note("description", set(&c.Description, e.Description))
	note("startDate", set(&c.StartDate, e.StartDate))
	note("endDate", set(&c.EndDate, e.EndDate))
	note("conversionValue", set(&c.ValuePer.ConversionMicros, e.ValuePerConversionMicros))
	note("approvedConversionValue", set(&c.ValuePer.ApprovedMicros, e.ValuePerApprovedMicros))
	if e.ManagerIDs != nil && !slices.Equal(c.ManagerIDs, *e.ManagerIDs) {
		c.ManagerIDs = slices.Clone(*e.ManagerIDs)
		note("managerIds", true)
	}
	return changed
}

// set replaces *field by the new value, and reports whether that made a difference.
func set[T comparable](field *T, value *T) bool {
	if value == nil || *field == *value {
		return false
	}
	*field = *value
	return true
}

// AddPlacements puts the campaign on further ad accounts. One that it is on already stays as it is:
// a repeat of the request changes nothing.
func (c Campaign) AddPlacements(specs []PlacementSpec, cause event.Cause) (Change, error) {
	if err := c.mustLive(); err != nil {
		return Change{}, err
	}
	ch := c.begin(cause.At)
	for i, spec := range specs {
		if c.has(spec) {
			continue
		}
		if err := ch.Campaign.place(spec, fmt.Sprintf("placements[%d]", i)); err != nil {
			return Change{}, err
		}
	}
	if len(ch.Campaign.Placements) == len(c.Placements) {
		return Change{Campaign: c}, nil
	}
	return ch, ch.emit(cause, ch.Campaign.updated("placements"))
}

// FlightDays are the first and last day of the budget period that holds at now, for reading its rows.
func (c Campaign) FlightDays(now time.Time) (first, last string) {
	w := c.Window(now)
	return w.Start, lastDay(w)
}
