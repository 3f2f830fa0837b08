package automation

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bellwether/internal/analytics"
	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/incident"
	"bellwether/internal/platform"
)

// Semantics 5, gate by gate, at the edge of each.
func TestGates(t *testing.T) {
	pause, up, down := spender(Act), scaler(20), scaler(-20)
	tells := spender(Notify)
	shadow := spender(Shadow)
	took := func(r Rule, ago time.Duration, change func(*Taken)) Taken {
		x := Taken{ID: fmt.Sprint(r.ID, ago), RuleID: r.ID, Kind: r.Action.Kind, Percent: r.Action.Percent, At: noon.Add(-ago), Shadow: r.Mode == Shadow, Told: r.Mode == Notify}
		if change != nil {
			change(&x)
		}
		return x
	}
	for _, tt := range []struct {
		name    string
		rule    Rule
		arrange func(*Scene)
		gate    Gate // the first that blocks; "" for none
		why     string
		outcome Outcome
	}{
		{name: "nothing in the way", rule: pause, outcome: Done},
		{name: "nothing in the way of a raise", rule: up, outcome: Done},

		{name: "off", rule: func() Rule { r := pause; r.Enabled = false; return r }(), gate: GateMode, why: WhyOff, outcome: Blocked},
		{name: "shadow does nothing", rule: shadow, outcome: Shadowed},
		{name: "notify does nothing", rule: tells, outcome: Told},
		{name: "approve asks", rule: spender(Approve), outcome: Proposed},
		{name: "a tripped rule tells", rule: func() Rule { r := pause; r.Tripped = &Trip{}; return r }(), outcome: Told},

		{name: "frozen", rule: pause, arrange: func(s *Scene) { s.Freezes = []incident.Silence{freeze("")} }, gate: GateFreeze, why: WhyFrozen, outcome: Blocked},
		{name: "another platform is frozen", rule: pause, arrange: func(s *Scene) { s.Freezes = []incident.Silence{freeze("tiktok")} }, outcome: Done},
		{name: "the freeze is over", rule: pause, arrange: func(s *Scene) {
			f := freeze("")
			f.ExpiresAt = noon
			s.Freezes = []incident.Silence{f}
		}, outcome: Done},
		{name: "telling is not frozen", rule: tells, arrange: func(s *Scene) { s.Freezes = []incident.Silence{freeze("")} }, outcome: Told},

		{name: "exactly twice the interval old", rule: pause, arrange: func(s *Scene) { s.Facts.AsOf = noon.Add(-30 * time.Minute) }, outcome: Done},
		{name: "a second older", rule: pause, arrange: func(s *Scene) { s.Facts.AsOf = noon.Add(-30*time.Minute - time.Second) }, gate: GateFreshness, why: WhyStale, outcome: Blocked},
		{name: "never read", rule: pause, arrange: func(s *Scene) { s.Facts.AsOf = time.Time{} }, gate: GateFreshness, why: WhyStale, outcome: Blocked},
		{name: "stale data may be told of", rule: tells, arrange: func(s *Scene) { s.Facts.AsOf = noon.Add(-24 * time.Hour) }, outcome: Told},

		{name: "too little data", rule: func() Rule {
			r := pause
			r.When = Condition{Metric: CPA, Window: Window{Days: 7}, Op: Above, Than: Fixed, Value: million}
			return r
		}(), arrange: func(s *Scene) { s.Facts.Days = nil }, gate: GateData, why: TooFewConversions, outcome: TooLittle},
		{name: "conversions too young", rule: func() Rule {
			r := pause
			r.When = Condition{Metric: ROAS, Window: Window{Days: 1}, Op: Above, Than: Fixed, Value: million}
			return r
		}(), arrange: func(s *Scene) { s.Facts.Maturity = []int64{100_000, 499_999} }, gate: GateMaturity, why: TooYoung, outcome: TooLittle},

		{name: "exactly 50 conversions in 7 days", rule: up, arrange: func(s *Scene) { s.Facts.Days = converted(s.Facts, 50*million) }, outcome: Done},
		{name: "one less", rule: up, arrange: func(s *Scene) { s.Facts.Days = converted(s.Facts, 49*million) }, gate: GateLearning, why: WhyLearning, outcome: Blocked},
		{name: "a pause doesn't wait for learning", rule: pause, arrange: func(s *Scene) { s.Facts.Days = converted(s.Facts, million) }, outcome: Done},

		{name: "cooling down", rule: pause, arrange: func(s *Scene) {
			s.State.Taken = []Taken{took(pause, 6*time.Hour-time.Second, nil)}
		}, gate: GateCooldown, why: WhyCooling, outcome: Blocked},
		{name: "cooled down", rule: pause, arrange: func(s *Scene) { s.State.Taken = []Taken{took(pause, 6*time.Hour, nil)} }, outcome: Done},
		{name: "another rule's action is no cooldown", rule: pause, arrange: func(s *Scene) { s.State.Taken = []Taken{took(down, time.Hour, nil)} }, outcome: Done},
		{name: "what it did in shadow is no cooldown for what it does", rule: pause, arrange: func(s *Scene) {
			s.State.Taken = []Taken{took(pause, time.Hour, func(x *Taken) { x.Shadow = true })}
		}, outcome: Done},
		{name: "shadow keeps to its own pace", rule: shadow, arrange: func(s *Scene) { s.State.Taken = []Taken{took(shadow, time.Hour, nil)} }, gate: GateCooldown, why: WhyCooling, outcome: Blocked},
		{name: "a no holds as long as a deed", rule: spender(Approve), arrange: func(s *Scene) {
			s.State.Taken = []Taken{took(spender(Approve), time.Hour, func(x *Taken) { x.Declined = true })}
		}, gate: GateCooldown, why: WhyCooling, outcome: Blocked},

		{name: "three today", rule: quick(pause), arrange: func(s *Scene) {
			s.State.Taken = []Taken{took(pause, 3*time.Hour, undone), took(pause, 2*time.Hour, nil), took(pause, time.Hour, nil)}
		}, gate: GateDailyCap, why: WhyDailyCap, outcome: Blocked},
		{name: "two today and one yesterday", rule: quick(pause), arrange: func(s *Scene) {
			s.State.Taken = []Taken{took(pause, 13*time.Hour, nil), took(pause, 2*time.Hour, nil), took(pause, time.Hour, nil)}
		}, outcome: Done},
		{name: "fifty in the organisation", rule: pause, arrange: func(s *Scene) { s.Day.Taken = make([]DayEntry, 50) }, gate: GateDailyCap, why: WhyOrgCap, outcome: Blocked},
		{name: "forty-nine", rule: pause, arrange: func(s *Scene) { s.Day.Taken = make([]DayEntry, 49) }, outcome: Done},

		{name: "a proposal is open", rule: pause, arrange: func(s *Scene) { s.State.Pending = &Waiting{ID: "x", ExpiresAt: noon.Add(time.Second)} }, gate: GatePending, why: WhyProposed, outcome: Blocked},
		{name: "the proposal has expired", rule: pause, arrange: func(s *Scene) { s.State.Pending = &Waiting{ID: "x", ExpiresAt: noon} }, outcome: Done},
		{name: "a change is on its way", rule: pause, arrange: func(s *Scene) {
			s.Campaign.Placements = []campaign.Placement{{Control: campaign.Control{State: campaign.ControlPending}}}
		}, gate: GatePending, why: WhyDriving, outcome: Blocked},

		{name: "a person decided", rule: pause, arrange: func(s *Scene) { s.Campaign.HumanAt = noon.Add(-24*time.Hour + time.Second) }, gate: GateConflict, why: WhyHuman, outcome: Blocked},
		{name: "a person decided a day ago", rule: pause, arrange: func(s *Scene) { s.Campaign.HumanAt = noon.Add(-24 * time.Hour) }, outcome: Done},
		{name: "it stands already", rule: pause, arrange: func(s *Scene) { s.Campaign.PauseReasons = []string{pause.Reason()} }, gate: GateConflict, why: WhyStands, outcome: Blocked},
		{name: "no budget of what stands is raised", rule: up, arrange: func(s *Scene) { s.Campaign.PauseReasons = []string{"human"} }, gate: GateConflict, why: WhyNotRunning, outcome: Blocked},
		{name: "a rule resumes nothing that a person paused", rule: resumer(), arrange: func(s *Scene) { s.Campaign.PauseReasons = []string{"human"} }, gate: GateConflict, why: WhyRuns, outcome: Blocked},
		{name: "a rule resumes what a rule paused", rule: resumer(), arrange: func(s *Scene) { s.Campaign.PauseReasons = []string{"rule:x"} }, outcome: Done},

		{name: "a second raise within 72 hours", rule: fresh(up), arrange: func(s *Scene) { s.State.Taken = []Taken{took(down, time.Hour, func(x *Taken) { x.Percent = 5 })} }, gate: GateStep, why: WhyStep, outcome: Blocked},
		{name: "a raise 72 hours later", rule: fresh(up), arrange: func(s *Scene) { s.State.Taken = []Taken{took(down, 72*time.Hour, func(x *Taken) { x.Percent = 5 })} }, outcome: Done},
		{name: "a raise that was undone is no step", rule: fresh(up), arrange: func(s *Scene) {
			s.State.Taken = []Taken{took(down, time.Hour, func(x *Taken) { x.Percent, x.Undone = 5, true })}
		}, outcome: Done},
		{name: "back by a fifth after a fifth up: 0.96", rule: fresh(down), arrange: func(s *Scene) { s.State.Taken = []Taken{took(up, time.Hour, nil)} }, outcome: Done},
		{name: "at the cap", rule: func() Rule { r := up; r.Action.CapMicros = 1_000 * million; return r }(), gate: GateStep, why: campaign.AtLimit, outcome: Blocked},
		{name: "no budget", rule: up, arrange: func(s *Scene) { s.Campaign.Budget = nil }, gate: GateStep, why: campaign.NoBudget, outcome: Blocked},

		{name: "five failures in a day", rule: pause, arrange: func(s *Scene) { s.State.Failures = failures(5) }, gate: GateBreaker, why: WhyEntityFailures, outcome: Blocked},
		{name: "four failures", rule: pause, arrange: func(s *Scene) { s.State.Failures = failures(4) }, outcome: Done},
		{name: "more than half refused", rule: pause, arrange: func(s *Scene) { s.Day.Taken = entries(pause.ID, 5, 3) }, gate: GateBreaker, why: TripErrors, outcome: Blocked},
		{name: "half refused", rule: pause, arrange: func(s *Scene) { s.Day.Taken = entries(pause.ID, 4, 2) }, outcome: Done},
		{name: "all of three refused is too few to say", rule: pause, arrange: func(s *Scene) { s.Day.Taken = entries(pause.ID, 3, 3) }, outcome: Done},
		{name: "saved since", rule: func() Rule { r := pause; r.UpdatedAt = noon; return r }(), arrange: func(s *Scene) { s.Day.Taken = entries(pause.ID, 5, 5) }, outcome: Done},
		{name: "three reversals", rule: quick(pause), arrange: func(s *Scene) {
			r := resumer()
			s.State.Taken = []Taken{took(pause, 18*time.Hour, nil), took(r, 17*time.Hour, nil), took(pause, 16*time.Hour, nil), took(r, 15*time.Hour, nil)}
		}, gate: GateBreaker, why: TripFlapping, outcome: Blocked},
		{name: "two reversals", rule: quick(pause), arrange: func(s *Scene) {
			r := resumer()
			s.State.Taken = []Taken{took(pause, 18*time.Hour, nil), took(r, 17*time.Hour, nil), took(pause, 16*time.Hour, nil)}
		}, outcome: Done},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := scene()
			if tt.arrange != nil {
				tt.arrange(&s)
			}
			p := evaluated(t, s, tt.rule)
			d := p.Evaluation.Decisions[0]
			if d.Outcome != tt.outcome || d.BlockedBy != tt.gate || p.verdict(0, tt.gate).Why != tt.why {
				t.Errorf("%s by %q: %s; want %s by %q: %s", d.Outcome, d.BlockedBy, p.verdict(0, d.BlockedBy).Why, tt.outcome, tt.gate, tt.why)
			}
			if len(d.Gates) != 12 {
				t.Errorf("%d verdicts, want all 12: %+v", len(d.Gates), d.Gates)
			}
			if changed := p.Change != nil; changed != (tt.outcome == Done) || (changed && p.Day == nil) {
				t.Errorf("the campaign changes: %v; the day counts it: %v", changed, p.Day != nil)
			}
			if tripped := p.Trips[tt.rule.ID] != ""; tripped != (tt.why == TripErrors || tt.why == TripFlapping) {
				t.Errorf("trips: %v", p.Trips)
			}
		})
	}
}

// converted has so many conversions yesterday, and none before.
func converted(f Facts, n int64) map[string]analytics.Results {
	days := map[string]analytics.Results{}
	for day, r := range f.Days {
		r.ConversionMicros = 0
		if day == budget.AddDays(f.Today, -1) {
			r.ConversionMicros = n
		}
		days[day] = r
	}
	return days
}

func undone(x *Taken) { x.Undone = true }

// quick is the rule with a short cooldown.
func quick(r Rule) Rule { r.CooldownMinutes = 60; return r }

// fresh is the rule under another id, so that what others took is not its own.
func fresh(r Rule) Rule { r.ID = "fresh"; return r }

func resumer() Rule {
	r := spender(Act)
	r.ID, r.Action = "resumer", Action{Kind: Resume}
	return r
}

func failures(n int) (list []Failure) {
	for i := range n {
		list = append(list, Failure{ID: fmt.Sprint(i), At: noon.Add(-time.Hour)})
	}
	return list
}

func entries(ruleID string, n, failed int) (list []DayEntry) {
	for i := range n {
		list = append(list, DayEntry{ID: fmt.Sprint(i), RuleID: ruleID, At: noon.Add(-time.Hour), Failed: i < failed})
	}
	return list
}

// Pause beats scale, the lower budget beats the higher, and only one of them changes the campaign.
func TestConflicts(t *testing.T) {
	up, down, pause := scaler(20), scaler(-10), spender(Act)
	smaller := scaler(-20)
	for _, tt := range []struct {
		rules  []Rule
		winner string
	}{
		{[]Rule{up, pause, down}, pause.ID},
		{[]Rule{up, down}, down.ID},
		{[]Rule{up, down, smaller}, smaller.ID},
		{[]Rule{up, scaler(10)}, scaler(10).ID},
		{[]Rule{up, spender(Approve)}, spender(Approve).ID}, // what is only proposed beats what contradicts it too
		{[]Rule{spender(Shadow), up, spender(Notify)}, up.ID},
	} {
		p := evaluated(t, scene(), tt.rules...)
		for _, d := range p.Evaluation.Decisions {
			changes := d.Outcome == Done || d.Outcome == Proposed
			if changes != (d.RuleID == tt.winner) {
				t.Errorf("of %d rules %s %s: %s", len(tt.rules), d.RuleName, d.Mode, d.Outcome)
			}
			if v := d.Gates[9]; d.Outcome == Blocked && (v.Why != WhyLost || v.By != "rule/"+tt.winner) {
				t.Errorf("lost by %+v", v)
			}
		}
	}
}

func TestScopeAndCurrency(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*Rule)
		covers bool
	}{
		"everything":           {func(*Rule) {}, true},
		"this campaign":        {func(r *Rule) { r.Scope.CampaignIDs = []string{ourCampaign} }, true},
		"another campaign":     {func(r *Rule) { r.Scope.CampaignIDs = []string{"other"} }, false},
		"its platform":         {func(r *Rule) { r.Scope.Platforms = []string{platform.Meta} }, true},
		"another platform":     {func(r *Rule) { r.Scope.Platforms = []string{platform.TikTok} }, false},
		"another currency":     {func(r *Rule) { r.Currency = "EUR" }, false},
		"no currency, no sums": {func(r *Rule) { r.Currency = "" }, true},
	} {
		r, s := spender(Act), scene()
		s.Campaign.Placements = []campaign.Placement{{ID: "p", Platform: platform.Meta}}
		tt.change(&r)
		if p := evaluated(t, s, r); (len(p.Evaluation.Decisions) == 1) != tt.covers {
			t.Errorf("%s: %d decisions", name, len(p.Evaluation.Decisions))
		}
	}
	for _, lifecycle := range []campaign.Status{campaign.Draft, campaign.Archived} {
		s := scene()
		s.Campaign.Lifecycle = lifecycle
		if p := evaluated(t, s, spender(Act)); len(p.Evaluation.Decisions) != 0 {
			t.Errorf("a rule looks at what is %s", lifecycle)
		}
	}
}

// Whatever the scene: nothing acts on stale data, in a freeze, over a cap or within a day of a person, and
// what blocks one rule is never passed by an action.
func TestNothingActsAgainstAGate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scene()
		age := time.Duration(rapid.IntRange(0, 120).Draw(t, "age")) * time.Minute
		s.Facts.AsOf = noon.Add(-age)
		frozen := rapid.Bool().Draw(t, "frozen")
		if frozen {
			s.Freezes = []incident.Silence{freeze("")}
		}
		human := time.Duration(rapid.IntRange(1, 48).Draw(t, "human")) * time.Hour
		s.Campaign.HumanAt = noon.Add(-human)
		s.Day.Taken = make([]DayEntry, rapid.IntRange(45, 55).Draw(t, "taken"))
		rules := rapid.SliceOfNDistinct(rapid.SampledFrom([]Rule{spender(Act), scaler(20), scaler(-20), spender(Approve), spender(Notify), spender(Shadow)}), 1, 6, func(r Rule) string { return r.ID }).Draw(t, "rules")
		p, err := Evaluate(rules, s, nil, cause())
		if err != nil {
			t.Fatal(err)
		}
		done := slices.IndexFunc(p.Evaluation.Decisions, func(d Decision) bool { return d.Outcome == Done || d.Outcome == Proposed })
		if (p.Change != nil || done >= 0) && (age > 30*time.Minute || frozen || human < HumanReign || len(s.Day.Taken) >= MaxOrgActions) {
			t.Fatalf("it acted: %+v", p.Evaluation.Decisions)
		}
		n := 0
		for _, d := range p.Evaluation.Decisions {
			if d.Outcome == Done || d.Outcome == Proposed {
				n++
			}
		}
		if n > 1 {
			t.Fatalf("%d actions on one campaign", n)
		}
	})
}
