package automation

import (
	"errors"
	"testing"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/incident"
)

// proposed is a proposal of the rule, with the scene in which it waits.
func proposed(t *testing.T, r Rule) (Execution, Scene) {
	t.Helper()
	r.Mode = Approve
	s := scene()
	p := evaluated(t, s, r)
	if len(p.Deals) != 1 || p.Deals[0].Execution.State != StateProposed || p.Change != nil {
		t.Fatalf("%+v", p)
	}
	s.State = p.State
	return p.Deals[0].Execution, s
}

func at(d time.Duration) event.Cause {
	return event.Edge(event.Derive("answer", d.String()), "user/1", noon.Add(d))
}

func code(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Code
	}
	return ""
}

func TestApprove(t *testing.T) {
	for _, tt := range []struct {
		name   string
		rule   Rule
		change func(*Execution, *Scene)
		after  time.Duration
		want   string // the code of the refusal; "" for none
	}{
		{name: "a pause", rule: spender(Approve)},
		{name: "a raise", rule: scaler(20)},
		{name: "a moment before it lapses", rule: spender(Approve), after: 24*time.Hour - time.Second},
		{name: "lapsed", rule: spender(Approve), after: 24 * time.Hour, want: "proposal_expired"},
		{name: "declined", rule: spender(Approve), change: func(x *Execution, _ *Scene) { x.State = StateDeclined }, want: "not_proposed"},
		{name: "done", rule: spender(Approve), change: func(x *Execution, _ *Scene) { x.State = StateDone }, want: "not_proposed"},
		{name: "somebody changed the budget", rule: spender(Approve), change: func(_ *Execution, s *Scene) {
			b := *s.Campaign.Budget
			b.AmountMicros++
			s.Campaign.Budget = &b
		}, want: "changed_since"},
		{name: "somebody paused it", rule: scaler(20), change: func(_ *Execution, s *Scene) { s.Campaign.PauseReasons = []string{"human"} }, want: "changed_since"},
		{name: "frozen since", rule: spender(Approve), change: func(_ *Execution, s *Scene) { s.Freezes = []incident.Silence{freeze("")} }, want: "gate_freeze"},
		{name: "stale since", rule: spender(Approve), change: func(_ *Execution, s *Scene) { s.Facts.AsOf = noon.Add(-time.Hour) }, want: "gate_freshness"},
		{name: "the day is full", rule: spender(Approve), change: func(_ *Execution, s *Scene) { s.Day.Taken = make([]DayEntry, 50) }, want: "gate_daily_cap"},
		{name: "another step since", rule: scaler(20), change: func(_ *Execution, s *Scene) {
			s.State.Taken = []Taken{{RuleID: "other", Kind: Scale, Percent: 1, At: noon}}
		}, want: "gate_step"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x, s := proposed(t, tt.rule)
			s.Now = noon.Add(tt.after)
			s.Facts.AsOf = s.Now
			if tt.change != nil {
				tt.change(&x, &s)
			}
			d, err := x.Approve(s, nil, "user/1", at(tt.after))
			if got := code(err); got != tt.want {
				t.Fatalf("%q (%v), want %q", got, err, tt.want)
			}
			if tt.want != "" {
				return
			}
			if d.Execution.State != StateDone || d.Change == nil || d.State.Pending != nil || len(d.Day.Taken) != 1 || len(d.Events) != 1 || d.Events[0].Meta.Type != "ActionTaken" {
				t.Errorf("%+v", d)
			}
		})
	}
}

func TestFourEyes(t *testing.T) {
	r := scaler(20)
	r.FourEyesMicros = 200 * million // a fifth of 1,000 is that much
	x, s := proposed(t, r)
	first, err := x.Approve(s, nil, "user/1", at(0))
	if err != nil || first.Change != nil || first.Execution.State != StateProposed || len(first.Execution.Approvals) != 1 {
		t.Fatalf("after one: %+v (%v)", first.Execution, err)
	}
	same, err := first.Execution.Approve(s, nil, "user/1", at(time.Second))
	if err != nil || same.Execution.Version != first.Execution.Version {
		t.Errorf("the same person twice: %+v (%v)", same.Execution, err)
	}
	second, err := first.Execution.Approve(s, nil, "user/2", at(time.Second))
	if err != nil || second.Execution.State != StateDone || second.Change == nil {
		t.Errorf("after two: %+v (%v)", second.Execution, err)
	}
	r.FourEyesMicros++
	if x, _ := proposed(t, r); x.Needs() != 1 {
		t.Error("less than the bound needs one")
	}
}

func TestDecline(t *testing.T) {
	x, s := proposed(t, spender(Approve))
	d, err := x.Decline(s.State, "user/1", "not now", at(0))
	if err != nil || d.Execution.State != StateDeclined || d.State.Pending != nil || d.Change != nil {
		t.Fatalf("%+v (%v)", d, err)
	}
	// The rule doesn't ask again before its cooldown is over.
	s.State = d.State
	if again := evaluated(t, s, spender(Approve)).Evaluation.Decisions[0]; again.Outcome != Blocked || again.BlockedBy != GateCooldown {
		t.Errorf("asked again: %s by %s", again.Outcome, again.BlockedBy)
	}
	if _, err := d.Execution.Decline(d.State, "user/2", "", at(0)); code(err) != "not_proposed" {
		t.Errorf("declined twice: %v", err)
	}
	if again, err := d.Execution.Decline(d.State, "user/1", "not now", at(0)); err != nil || again.Execution.Version != d.Execution.Version {
		t.Errorf("the same answer once more: %v", err)
	}
}

// done is what the rule did, with the campaign after it.
func done(t *testing.T, r Rule, s Scene) (Execution, Scene) {
	t.Helper()
	p := evaluated(t, s, r)
	if p.Change == nil {
		t.Fatalf("%+v", p.Evaluation.Decisions)
	}
	s.Campaign, s.State, s.Day = p.Change.Campaign, p.State, *p.Day
	return p.Deals[0].Execution, s
}

// Undone, the campaign is steered as it was, and rules leave it alone for a day.
func TestUndoRestores(t *testing.T) {
	stopped := scene()
	stopped.Campaign.PauseReasons = []string{"rule:one", "rule:two"}
	for name, tt := range map[string]struct {
		rule  Rule
		scene Scene
	}{
		"pause": {spender(Act), scene()}, "raise": {scaler(20), scene()}, "cut": {scaler(-20), scene()}, "resume": {resumer(), stopped},
	} {
		t.Run(name, func(t *testing.T) {
			before := tt.scene.Campaign
			x, s := done(t, tt.rule, tt.scene)
			d, err := x.Undo(s.State, s.Campaign, nil, "user/1", "", at(time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			c := d.Change.Campaign
			if c.Budget.AmountMicros != before.Budget.AmountMicros || c.Status() != before.Status() || len(c.PauseReasons) != len(before.PauseReasons) {
				t.Errorf("%+v %v, want %+v %v", c.Budget, c.PauseReasons, before.Budget, before.PauseReasons)
			}
			if d.Execution.State != StateUndone || !d.State.Taken[0].Undone || d.Events[0].Meta.Type != "ActionUndone" {
				t.Errorf("%+v", d)
			}
			s.Campaign, s.State, s.Now, s.CausedAt, s.Facts.AsOf = c, d.State, noon.Add(8*time.Hour), noon.Add(8*time.Hour), noon.Add(8*time.Hour)
			if again := evaluated(t, s, spender(Act)).Evaluation.Decisions[0]; again.Outcome != Blocked || again.Gates[9].Why != WhyHuman {
				t.Errorf("a rule acts hours after a person undid one: %+v", again)
			}
		})
	}
}

func TestUndoRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		after  time.Duration
		change func(*Execution, *campaign.Campaign)
		want   string
	}{
		"within a day":        {after: 24*time.Hour - time.Second},
		"a day later":         {after: 24 * time.Hour, want: "undo_too_late"},
		"a person paused it":  {change: func(_ *Execution, c *campaign.Campaign) { c.PauseReasons = append(c.PauseReasons, "human") }, want: "changed_since"},
		"the budget changed":  {change: func(_ *Execution, c *campaign.Campaign) { c.Budget = &budget.Budget{AmountMicros: 1, Version: 2} }, want: "changed_since"},
		"results came":        {change: func(_ *Execution, c *campaign.Campaign) { c.Version, c.AsOf = c.Version+9, noon.Add(time.Hour) }},
		"it was only told":    {change: func(x *Execution, _ *campaign.Campaign) { x.State = StateTold }, want: "not_done"},
		"it is proposed only": {change: func(x *Execution, _ *campaign.Campaign) { x.State = StateProposed }, want: "not_done"},
	} {
		t.Run(name, func(t *testing.T) {
			x, s := done(t, spender(Act), scene())
			if tt.change != nil {
				tt.change(&x, &s.Campaign)
			}
			_, err := x.Undo(s.State, s.Campaign, nil, "user/1", "", at(tt.after))
			if got := code(err); got != tt.want {
				t.Errorf("%q (%v), want %q", got, err, tt.want)
			}
		})
	}
	x, s := done(t, spender(Act), scene())
	d, err := x.Undo(s.State, s.Campaign, nil, "user/1", "", at(0))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := d.Execution.Undo(d.State, d.Change.Campaign, nil, "user/1", "", at(0)); err != nil || again.Change != nil {
		t.Errorf("undone twice: %+v (%v)", again.Change, err)
	}
}
