package platformtest

import (
	"testing"

	"bellwether/internal/money"
	"bellwether/internal/platform"
	"bellwether/internal/platform/sandbox"
)

// writes are the ops of the writes that the platform took.
func (v *Visit) writes() (ops []string) {
	for _, c := range v.World().Log() {
		ops = append(ops, c.Op+" "+c.CampaignID)
	}
	return ops
}

// setStatus arrives, is read back, and does no harm when it is repeated.
func setStatus(t *testing.T, s Subject) {
	v := Open(t, s)
	a, c := v.known(t, s, platform.DailyBudget)
	for _, step := range []struct {
		to   platform.Switch
		want platform.Status
	}{{platform.Off, platform.StatusPaused}, {platform.Off, platform.StatusPaused}, {platform.On, platform.StatusActive}, {platform.On, platform.StatusActive}} {
		if err := v.Connector.SetStatus(t.Context(), v.Call(a), c.ID, step.to); err != nil {
			t.Errorf("%s: %v", step.to, err)
		}
		if got, err := v.Connector.Campaign(t.Context(), v.Call(a), c.ID); err != nil || got.Status != step.want {
			t.Errorf("%s: it is %s, error %v", step.to, got.Status, err)
		}
	}
	done := v.writes()
	if len(done) != 4 || done[0] != "set_status "+c.ID {
		t.Errorf("the platform took %v", done)
	}
	if err := v.Connector.SetStatus(t.Context(), v.Call(a), "999", platform.Off); !platform.Is(err, platform.ClassNotFound) {
		t.Errorf("a campaign that is none: %v", err)
	}
	if err := v.Connector.SetStatus(t.Context(), v.Call(a), c.ID, "sideways"); !platform.Is(err, platform.ClassInvalid) {
		t.Errorf("a switch that is none: %v", err)
	}
	if now := v.writes(); len(now) != len(done) {
		t.Errorf("the platform took %v", now[len(done):])
	}
}

// setBudget sets an amount of either kind, exactly.
func setBudget(t *testing.T, s Subject) {
	for _, kind := range []platform.BudgetKind{platform.DailyBudget, platform.LifetimeBudget} {
		v := Open(t, s)
		a, c := v.known(t, s, kind)
		smallest := int64(1_000_000)
		for range a.Currency.Digits() {
			smallest /= 10
		}
		want := platform.Budget{Kind: kind, Amount: money.Of(c.Budget.Amount.Micros+1_000_000-smallest, a.Currency)}
		for range 2 {
			if err := v.Connector.SetBudget(t.Context(), v.Call(a), c.ID, want); err != nil {
				t.Errorf("%s: %v", kind, err)
			}
		}
		got, err := v.Connector.Campaign(t.Context(), v.Call(a), c.ID)
		if err != nil || got.Budget == nil || *got.Budget != want || got.Status != c.Status {
			t.Errorf("%+v with %+v, error %v, want %+v", got, got.Budget, err, want)
		}
		if there, _ := v.World().Campaign(s.Platform, c.ID); there.BudgetMicros != want.Amount.Micros {
			t.Errorf("%s: the platform has %d micros, want %d", kind, there.BudgetMicros, want.Amount.Micros)
		}
		if done := v.writes(); len(done) != 2 || done[0] != "set_budget "+c.ID {
			t.Errorf("the platform took %v", done)
		}
	}
}

// budgetsRefused: what can't be held exactly, or isn't the campaign's own, is ClassInvalid, and nothing changes.
func budgetsRefused(t *testing.T, s Subject) {
	v := Open(t, s)
	a, c := v.known(t, s, platform.DailyBudget)
	other := money.Currency("EUR")
	if a.Currency == other {
		other = "USD"
	}
	refused := map[string]platform.Budget{
		"nothing":                  {Kind: platform.DailyBudget, Amount: money.Of(0, a.Currency)},
		"less than nothing":        {Kind: platform.DailyBudget, Amount: money.Of(-5_000_000, a.Currency)},
		"half of the smallest":     {Kind: platform.DailyBudget, Amount: money.Of(75_505_000, a.Currency)},
		"a millionth":              {Kind: platform.DailyBudget, Amount: money.Of(75_000_001, a.Currency)},
		"another currency":         {Kind: platform.DailyBudget, Amount: money.Of(75_000_000, other)},
		"no currency":              {Kind: platform.DailyBudget, Amount: money.Of(75_000_000, "")},
		"another kind":             {Kind: platform.LifetimeBudget, Amount: money.Of(75_000_000, a.Currency)},
		"a kind that there is not": {Kind: "monthly", Amount: money.Of(75_000_000, a.Currency)},
	}
	for name, b := range refused {
		if err := v.Connector.SetBudget(t.Context(), v.Call(a), c.ID, b); !platform.Is(err, platform.ClassInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	good := platform.Budget{Kind: platform.DailyBudget, Amount: money.Of(75_000_000, a.Currency)}
	if err := v.Connector.SetBudget(t.Context(), v.Call(a), "999", good); !platform.Is(err, platform.ClassNotFound) {
		t.Errorf("a campaign that is none: %v", err)
	}
	v.World().Change(s.Platform, c.ID, func(c *sandbox.Campaign) { c.Shared = true })
	shared, err := v.Connector.Campaign(t.Context(), v.Call(a), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if shared.Budget.Shared { // the platform has such budgets
		if err := v.Connector.SetBudget(t.Context(), v.Call(a), c.ID, good); !platform.Is(err, platform.ClassInvalid) {
			t.Errorf("one that others share: %v", err)
		}
	}
	v.World().Change(s.Platform, c.ID, func(c *sandbox.Campaign) { c.BudgetKind = "" })
	if err := v.Connector.SetBudget(t.Context(), v.Call(a), c.ID, good); !platform.Is(err, platform.ClassInvalid) {
		t.Errorf("a campaign without one: %v", err)
	}
	if done := v.writes(); len(done) > 0 {
		t.Errorf("the platform took %v", done)
	}
}

// lostAnswers: what was done without an answer shows when it is read, and may be done again.
func lostAnswers(t *testing.T, s Subject) {
	v := Open(t, s)
	a, c := v.known(t, s, platform.DailyBudget)
	want := platform.Budget{Kind: platform.DailyBudget, Amount: money.Of(c.Budget.Amount.Micros+5_000_000, a.Currency)}
	writes := map[string]func() error{
		"set_status": func() error { return v.Connector.SetStatus(t.Context(), v.Call(a), c.ID, platform.Off) },
		"set_budget": func() error { return v.Connector.SetBudget(t.Context(), v.Call(a), c.ID, want) },
	}
	for op, write := range writes {
		before := len(v.writes())
		v.Arm(s.Platform, op, "timeout_after_commit", 1)
		err := write()
		if e := platform.AsError(err); e.Class != platform.ClassTransient || !e.Unsure {
			t.Errorf("%s: %+v", op, e)
		}
		tells(t, err, v.Grant.Access.Reveal())
		if done := len(v.writes()) - before; done != 1 {
			t.Errorf("%s: done %d times", op, done)
		}
		if err := write(); err != nil {
			t.Errorf("%s, once more: %v", op, err)
		}
	}
	got, err := v.Connector.Campaign(t.Context(), v.Call(a), c.ID)
	if err != nil || got.Status != platform.StatusPaused || *got.Budget != want {
		t.Errorf("%+v with %+v, error %v", got, got.Budget, err)
	}
}
