package listen_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/produce"
	"bellwether/internal/store"
)

const dollar = 1_000_000

// budgetScenarios are what a budget of 1,000 a month may come to before it is spent.
var budgetScenarios = map[string]func(w *town) event.Raw{
	"a budget is about to be spent": func(w *town) event.Raw {
		landing := true
		w.budget(campaign.BudgetSpec{AmountMicros: 1_000 * dollar, Period: budget.Monthly, Thresholds: []int{100}, Landing: &landing})
		w.spend(900)
		w.now = w.now.Add(time.Hour)
		w.spend(970) // 70 an hour: what the 31 minutes ahead bring is more than the 30 that are left
		return w.last("BudgetLandingReached")
	},
	"a budget will not do": func(w *town) event.Raw {
		w.budget(campaign.BudgetSpec{AmountMicros: 1_000 * dollar, Period: budget.Monthly, Thresholds: []int{100}})
		w.spend(600)
		for range 2 {
			w.change(ours, w.one, func(c campaign.Campaign, cause event.Cause) (campaign.Change, error) {
				return c.ReviewForecast(budget.Forecast{P10: 1_000 * dollar, P50: 1_100 * dollar, P90: 1_200 * dollar}, w.now, cause)
			})
			w.now = w.now.Add(budget.ForecastApart)
		}
		return w.last("BudgetForecastReached")
	},
}

func (w *town) budget(spec campaign.BudgetSpec) {
	w.t.Helper()
	w.change(ours, w.one, func(c campaign.Campaign, cause event.Cause) (campaign.Change, error) {
		return c.ChangeBudget(spec, nil, cause)
	})
}

// spend is what today has cost so far, in whole units, as a sync reads it now.
func (w *town) spend(units int64) {
	w.t.Helper()
	campaigns := store.Campaigns{Table: w.raw}
	c := w.read(ours, w.one)
	today := w.now.Format(time.DateOnly)
	have, err := campaigns.Rows(w.t.Context(), ours, w.one, today, today)
	if err != nil {
		w.t.Fatal(err)
	}
	row := campaign.Row{Date: today, PlacementID: c.Placements[0].ID, SpendMicros: units * dollar, AsOf: w.now}
	_, err = campaigns.Record(w.t.Context(), "record", c, func(_ context.Context, c campaign.Campaign) (campaign.Recorded, error) {
		return c.Record([]campaign.Row{row}, have, event.Edge(event.Derive(w.one, fmt.Sprint(units)), "sync/1", w.now))
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// A landing pauses the campaign till its period ends; a forecast stops nothing.
func TestOnlyALandingPauses(t *testing.T) {
	w := newTown(t)
	w.deliver(budgetScenarios["a budget is about to be spent"](w))
	if c := w.read(ours, w.one); c.Status() != campaign.Paused {
		t.Errorf("landing, it is %s", c.Status())
	}
	if len(w.timers) != 1 {
		t.Fatalf("timers %v", w.timers)
	}
	for _, timer := range w.timers {
		end := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
		if !timer.At.Equal(end) || !strings.Contains(string(timer.Payload), produce.BudgetPeriodEnded) {
			t.Errorf("at %v: %s", timer.At, timer.Payload)
		}
	}
	w = newTown(t)
	w.deliver(budgetScenarios["a budget will not do"](w))
	if c := w.read(ours, w.one); c.Status() != campaign.Active || len(w.timers) != 0 || len(w.messages) != 1 {
		t.Errorf("foreseen, it is %s with timers %v and %d messages", c.Status(), w.timers, len(w.messages))
	}
}
