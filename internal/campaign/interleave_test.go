package campaign_test

import (
	"slices"
	"testing"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
)

// state is a campaign with its rows and the alerts about a spent budget that nobody has acted on yet.
type state struct {
	c      campaign.Campaign
	rows   []campaign.Row
	alerts []event.BudgetThresholdReached
	room   int64 // the last version of the budget that was not spent when it was set
	now    time.Time
	path   string
}

// take is the state after a change; one that was refused leaves it as it was.
func (s state) take(t *testing.T, ch campaign.Change, err error) state {
	if err != nil {
		if !fault.Is(err, fault.Conflict) {
			t.Fatal(err)
		}
		return s
	}
	s.c = ch.Campaign
	s.alerts = slices.Clone(s.alerts)
	for _, raw := range ch.Events {
		if raw.Meta.Type != "BudgetThresholdReached" {
			continue
		}
		e, err := event.Decode[event.BudgetThresholdReached](raw)
		if err != nil {
			t.Fatal(err)
		}
		if e.Data.Threshold >= 100 {
			s.alerts = append(s.alerts, e.Data)
		}
	}
	return s
}

// move is one thing that may happen next.
type move struct {
	name string
	make func(t *testing.T, s state) state
}

func moves() []move {
	spend := func(amount int64) func(*testing.T, state) state {
		return func(t *testing.T, s state) state {
			row := campaign.Row{Date: "2026-11-05", PlacementID: s.c.Placements[0].ID, SpendMicros: usd(amount), AsOf: s.now}
			out, err := s.c.Record([]campaign.Row{row}, s.rows, edge(s.now))
			s = s.take(t, out.Change, err)
			if len(out.Rows) > 0 {
				s.rows = out.Rows
			}
			return s
		}
	}
	budget := func(amount int64) func(*testing.T, state) state {
		return func(t *testing.T, s state) state {
			ch, err := s.c.ChangeBudget(campaign.BudgetSpec{AmountMicros: usd(amount)}, s.rows, edge(s.now))
			before := s.c.Budget.Version
			s = s.take(t, ch, err)
			if s.c.Budget.Version != before && s.c.PeriodTotals.SpendMicros < usd(amount) {
				s.room = s.c.Budget.Version
			}
			return s
		}
	}
	// An alert that was acted on may come again, so it stays.
	act := func(which func(n int) int) func(*testing.T, state) state {
		return func(t *testing.T, s state) state {
			if len(s.alerts) == 0 {
				return s
			}
			alert := s.alerts[which(len(s.alerts))]
			before := s.c
			ch, err := s.c.PauseForBudget(alert.BudgetVersion, alert.PeriodStart, edge(s.now))
			s = s.take(t, ch, err)
			paused := !slices.Contains(before.PauseReasons, "budget") && slices.Contains(s.c.PauseReasons, "budget")
			if paused && (alert.BudgetVersion < s.room || before.Budget.Overridden(alert.PeriodStart)) {
				t.Fatalf("%s: paused at version %d by an alert about version %d", s.path, before.Budget.Version, alert.BudgetVersion)
			}
			return s
		}
	}
	return []move{
		{"spends 100", spend(100)}, {"is restated to 40", spend(40)},
		{"gets the oldest alert", act(func(int) int { return 0 })}, {"gets the newest alert", act(func(n int) int { return n - 1 })},
		{"is paused by hand", func(t *testing.T, s state) state {
			ch, err := s.c.Pause("", edge(s.now))
			return s.take(t, ch, err)
		}},
		{"is resumed by hand", func(t *testing.T, s state) state {
			ch, err := s.c.Resume(edge(s.now))
			return s.take(t, ch, err)
		}},
		{"is raised to 300", budget(300)}, {"is lowered to 90", budget(90)},
		{"is overridden", func(t *testing.T, s state) state {
			ch, err := s.c.Override("why not", userID, edge(s.now))
			return s.take(t, ch, err)
		}},
	}
}

// TestNoStalePauseInAnyOrder goes through every order of what may happen, to the given depth: no
// pause by an outdated decision, and when all alerts have arrived, a spent budget is paused or overridden.
func TestNoStalePauseInAnyOrder(t *testing.T) {
	depth := 6
	if testing.Short() {
		depth = 4
	}
	all := moves()
	visited := 0
	var walk func(s state, depth int)
	walk = func(s state, depth int) {
		visited++
		settled := s
		for range settled.alerts {
			settled = all[3].make(t, settled)
		}
		spent := settled.c.PeriodTotals.SpendMicros >= settled.c.Budget.AmountMicros
		held := slices.Contains(settled.c.PauseReasons, "budget") || settled.c.Budget.Overridden(settled.c.PeriodStart)
		if spent && !held {
			t.Fatalf("%s: %d of %d is spent, and it is %s", s.path, settled.c.PeriodTotals.SpendMicros, settled.c.Budget.AmountMicros, settled.c.Status())
		}
		if depth == 0 {
			return
		}
		for _, m := range all {
			next := s
			next.now, next.path = s.now.Add(time.Minute), s.path+"; it "+m.name
			walk(m.make(t, next), depth-1)
		}
	}
	walk(state{c: create(t, spec()), now: noon(5)}, depth)
	t.Logf("%d states", visited)
}
