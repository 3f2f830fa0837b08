package campaign

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/event"
	"bellwether/internal/fault"
)

// Reading is what a day had cost when it was read.
type Reading struct {
	At          time.Time // when the platform's number was read
	Date        string    // the day, in the campaign's zone
	SpendMicros int64     // of the day so far
}

// MaxReadings is how many readings one simulation takes.
const MaxReadings = 366

// Simulate takes the readings one after another, as if each came in at its time, and answers with the events
// that they would lead to: thresholds, forecasts, the pause at 100 % and its end. Each is made by the same
// functions that real results go through. autoPause is the organisation's setting.
func Simulate(spec Spec, readings []Reading, autoPause bool) ([]event.Raw, error) {
	if len(readings) == 0 {
		return nil, fault.InvalidFields(fault.Field{Name: "readings", Message: "must be 1 to 366"})
	}
	spec.Placements = []PlacementSpec{{Platform: "other", Name: "simulated"}}
	made, err := Create(spec, event.Edge(event.Derive(spec.ID, "simulation"), "simulation", readings[0].At))
	if err != nil {
		return nil, err
	}
	s := simulation{campaign: made.Campaign, rows: map[RowKey]Row{}, autoPause: autoPause}
	for i, r := range readings {
		if err := s.take(i, r, readings[:i]); err != nil {
			return nil, err
		}
	}
	return s.events, nil
}

// simulation is a campaign that is stored nowhere.
type simulation struct {
	campaign  Campaign
	rows      map[RowKey]Row
	events    []event.Raw
	autoPause bool
}

func (s *simulation) take(i int, r Reading, before []Reading) error {
	if i > 0 && !r.At.After(before[i-1].At) {
		return fault.InvalidFields(fault.Field{Name: place(i, "at"), Message: "must be later than that of the reading before"})
	}
	cause := event.Edge(event.Derive(s.campaign.ID, r.At.UTC().Format(time.RFC3339Nano)), "simulation", r.At)
	if err := s.endPeriod(cause); err != nil {
		return err
	}
	row := Row{Date: r.Date, PlacementID: s.campaign.Placements[0].ID, SpendMicros: r.SpendMicros, AsOf: r.At}
	out, err := s.campaign.Record([]Row{row}, s.stored(), cause)
	if err != nil {
		return renamed(err, i)
	}
	s.rows[row.Key()] = row
	s.apply(out.Change)
	for _, raw := range out.Events {
		if err := s.pause(raw, cause); err != nil {
			return err
		}
	}
	if s.campaign.Status() != Active {
		return nil
	}
	f, reason := s.campaign.Forecast(s.stored(), r.At, r.At)
	if reason != "" {
		return nil
	}
	ch, err := s.campaign.ReviewForecast(f, r.At, cause)
	s.apply(ch)
	return err
}

// endPeriod lets the campaign run again once the period is over whose budget paused it, as the timer does.
func (s *simulation) endPeriod(cause event.Cause) error {
	end := s.campaign.BudgetPauseEnds()
	if end.IsZero() || cause.At.Before(end) {
		return nil
	}
	cause.At = end
	ch, err := s.campaign.EndPeriod(s.campaign.BudgetPause, cause)
	s.apply(ch)
	return err
}

// pause does what the listener of a threshold, or of a landing, does.
func (s *simulation) pause(raw event.Raw, cause event.Cause) error {
	if !s.autoPause {
		return nil
	}
	var ch Change
	var err error
	if e, wrong := event.Decode[event.BudgetThresholdReached](raw); wrong == nil && !e.Data.Late && !e.Data.Stale && e.Data.Threshold >= budget.Exhausted {
		ch, err = s.campaign.PauseForBudget(e.Data.BudgetVersion, e.Data.PeriodStart, cause)
	}
	if e, wrong := event.Decode[event.BudgetLandingReached](raw); wrong == nil {
		ch, err = s.campaign.PauseToLand(e.Data.BudgetVersion, e.Data.PeriodStart, cause)
	}
	s.apply(ch)
	return err
}

func (s *simulation) apply(ch Change) {
	if ch.Campaign.ID != "" {
		s.campaign = ch.Campaign
		s.events = append(s.events, ch.Events...)
	}
}

func (s *simulation) stored() []Row {
	rows := make([]Row, 0, len(s.rows))
	for _, r := range s.rows {
		rows = append(rows, r)
	}
	return rows
}

func place(i int, name string) string { return fmt.Sprintf("readings[%d].%s", i, name) }

// renamed names a row's field as the reading's that it was made of.
func renamed(err error, i int) error {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || len(e.Fields) == 0 {
		return err
	}
	fields := make([]fault.Field, len(e.Fields))
	for n, f := range e.Fields {
		name := strings.TrimPrefix(f.Name, "rows[0].")
		if name == "asOf" {
			name = "at"
		}
		fields[n] = fault.Field{Name: place(i, name), Message: f.Message}
	}
	return fault.InvalidFields(fields...)
}
