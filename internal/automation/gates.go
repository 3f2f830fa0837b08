package automation

import (
	"slices"
	"strings"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/incident"
)

// examine lets the candidate through the gates that need no other rule: all but the conflict between
// rules. Every gate gives its verdict, also behind one that blocks, so that 'why not' is answered whole.
func (s Scene) examine(c *candidate) {
	for _, gate := range []func(*candidate){
		s.modeGate, s.freezeGate, s.freshnessGate, s.dataGate, s.maturityGate, s.learningGate,
		s.cooldownGate, s.dailyGate, s.pendingGate, s.conflictGate, s.stepGate, s.breakerGate,
	} {
		gate(c)
	}
}

func (s Scene) modeGate(c *candidate) {
	if !c.rule.Enabled {
		c.block(GateMode, WhyOff)
		return
	}
	c.pass(GateMode, string(c.mode))
}

func (s Scene) freezeGate(c *candidate) {
	if c.tells() {
		c.pass(GateFreeze, WhyTellsOnly)
		return
	}
	target := incident.Target{Subject: s.Campaign.Subject(), Platforms: s.Campaign.Platforms()}
	if freeze, ok := incident.Frozen(s.Freezes, target, s.Now); ok {
		v := c.block(GateFreeze, WhyFrozen)
		v.By, v.Until = "silence/"+freeze.ID, freeze.ExpiresAt
		return
	}
	c.pass(GateFreeze, "")
}

// freshnessGate lets nothing act on old results, nor on none at all; a rule that only tells may.
func (s Scene) freshnessGate(c *candidate) {
	age, limit := int64(s.Now.Sub(s.Facts.AsOf)/time.Second), int64(s.FreshFor/time.Second)
	v := Verdict{Gate: GateFreshness, Pass: true, Value: &age, Limit: &limit}
	switch {
	case !s.Facts.AsOf.IsZero() && age <= limit:
	case c.tells():
		v.Why = WhyTellsOnly
	default:
		v.Pass, v.Why = false, WhyStale
	}
	if s.Facts.AsOf.IsZero() {
		v.Value = nil
	}
	c.verdicts = append(c.verdicts, v)
}

func (s Scene) dataGate(c *candidate) {
	if c.judgement.Truth == Unknown {
		if i := slices.IndexFunc(c.judgement.Checks, func(k Checked) bool { return k.Truth == Unknown && k.Why != TooYoung }); i >= 0 {
			c.block(GateData, c.judgement.Checks[i].Why)
			return
		}
	}
	c.pass(GateData, "")
}

func (s Scene) maturityGate(c *candidate) {
	young := slices.ContainsFunc(c.judgement.Checks, func(k Checked) bool { return k.Truth == Unknown && k.Why == TooYoung })
	if c.judgement.Truth == Unknown && young {
		c.block(GateMaturity, TooYoung)
		return
	}
	c.pass(GateMaturity, "")
}

// learningGate keeps budgets still while a platform learns: a change would begin its learning anew.
func (s Scene) learningGate(c *candidate) {
	if c.rule.Action.Kind != Scale || c.tells() {
		c.pass(GateLearning, WhyTellsOnly)
		return
	}
	var events int64
	for i := 1; i <= learningDays; i++ {
		events += s.Facts.Days[budget.AddDays(s.Facts.Today, -i)].ConversionMicros
	}
	goal := int64(learningGoal)
	v := Verdict{Gate: GateLearning, Pass: events >= goal, Value: &events, Limit: &goal}
	if !v.Pass {
		v.Why = WhyLearning
	}
	c.verdicts = append(c.verdicts, v)
}

// same reports whether an earlier action counts for the pace of the candidate: of its rule, and done as
// far as the rule may go now.
func (c *candidate) same(t Taken) bool {
	return t.RuleID == c.rule.ID && t.Shadow == (c.mode == Shadow) && t.Told == (c.mode != Shadow && c.tells())
}

func (s Scene) cooldownGate(c *candidate) {
	last, ok := s.State.last(c.same)
	until := last.At.Add(time.Duration(c.rule.CooldownMinutes) * time.Minute)
	if ok && s.Now.Before(until) {
		v := c.block(GateCooldown, WhyCooling)
		v.By, v.Until = "action/"+last.ID, until
		return
	}
	c.pass(GateCooldown, "")
}

func (s Scene) dailyGate(c *candidate) {
	var today, limit int64 = 0, int64(c.rule.DailyActions)
	for _, t := range s.State.Taken {
		if c.same(t) && budget.Today(t.At, s.Campaign.Zone()) == s.Facts.Today {
			today++
		}
	}
	v := Verdict{Gate: GateDailyCap, Pass: today < limit, Value: &today, Limit: &limit}
	if !v.Pass {
		v.Why = WhyDailyCap
	}
	if all := int64(len(s.Day.Taken)); v.Pass && all >= MaxOrgActions && !c.tells() && c.mode != Shadow {
		most := int64(MaxOrgActions)
		v = Verdict{Gate: GateDailyCap, Why: WhyOrgCap, Value: &all, Limit: &most}
	}
	c.verdicts = append(c.verdicts, v)
}

func (s Scene) pendingGate(c *candidate) {
	if c.tells() || c.mode == Shadow {
		c.pass(GatePending, WhyTellsOnly)
		return
	}
	if s.State.waits(s.Now) {
		v := c.block(GatePending, WhyProposed)
		v.By, v.Until = "action/"+s.State.Pending.ID, s.State.Pending.ExpiresAt
		return
	}
	if slices.ContainsFunc(s.Campaign.Placements, func(p campaign.Placement) bool { return p.Control.State == campaign.ControlPending }) {
		c.block(GatePending, WhyDriving)
		return
	}
	c.pass(GatePending, "")
}

// conflictGate lets a person's decision beat every rule for a day, and refuses what makes no sense of the
// campaign as it is. Which of several rules wins is decided once all were examined.
func (s Scene) conflictGate(c *candidate) {
	why, until := s.conflict(c)
	if why == "" {
		c.pass(GateConflict, "")
		return
	}
	c.block(GateConflict, why).Until = until
}

func (s Scene) conflict(c *candidate) (why string, until time.Time) {
	reign := s.Campaign.HumanAt.Add(HumanReign)
	status := s.Campaign.Status()
	switch kind := c.rule.Action.Kind; {
	case kind == Tell:
		return "", time.Time{}
	case !s.Campaign.HumanAt.IsZero() && s.Now.Before(reign):
		return WhyHuman, reign
	case kind == Pause && slices.Contains(s.Campaign.PauseReasons, c.rule.Reason()):
		return WhyStands, time.Time{}
	case kind == Pause && status != campaign.Active, kind == Scale && status != campaign.Active:
		return WhyNotRunning, time.Time{}
	case kind == Resume && !s.Campaign.RulesPause():
		return WhyRuns, time.Time{}
	default:
		return "", time.Time{}
	}
}

// stepGate holds what rules change of a budget within 72 hours, all together, to a fifth either way.
func (s Scene) stepGate(c *candidate) {
	if c.rule.Action.Kind != Scale {
		c.pass(GateStep, "")
		return
	}
	if c.unmoved != "" {
		c.block(GateStep, c.unmoved)
		return
	}
	factor, oldest := s.stepped(c)
	change := factor - 100*million
	limit := int64(MaxStep * million)
	v := Verdict{Gate: GateStep, Pass: max(change, -change) <= limit, Value: &change, Limit: &limit}
	if !v.Pass {
		v.Why = WhyStep
		if !oldest.IsZero() {
			v.Until = oldest.Add(StepPeriod)
		}
	}
	c.verdicts = append(c.verdicts, v)
}

// stepped is the budget after the candidate's change, in millionths of a percent of what it was 72 hours
// ago, by the changes of rules alone; and when the oldest of these was.
func (s Scene) stepped(c *candidate) (factor int64, oldest time.Time) {
	factor = 100 * million
	for _, t := range s.State.Taken {
		if t.Kind != Scale || t.Undone || t.Told || t.Declined || t.Shadow != (c.mode == Shadow) || !t.At.After(s.Now.Add(-StepPeriod)) {
			continue
		}
		if t.Shadow && t.RuleID != c.rule.ID {
			continue
		}
		if oldest.IsZero() {
			oldest = t.At
		}
		factor = factor * int64(100+t.Percent) / 100
	}
	return factor * int64(100+c.rule.Action.Percent) / 100, oldest
}

// breakerGate stops a rule whose actions fail or go back and forth, and spares a campaign on which they do.
func (s Scene) breakerGate(c *candidate) {
	since := s.Now.Add(-breakerReach)
	failures := int64(0)
	for _, f := range s.State.Failures {
		if f.At.After(since) {
			failures++
		}
	}
	c.trip = s.trip(c.rule, since)
	most := int64(maxFailures)
	switch {
	case c.tells() || c.mode == Shadow:
		c.pass(GateBreaker, WhyTellsOnly)
	case c.trip != "":
		c.block(GateBreaker, c.trip)
	case failures >= most:
		v := c.block(GateBreaker, WhyEntityFailures)
		v.Value, v.Limit = &failures, &most
	default:
		c.pass(GateBreaker, "")
	}
}

// trip says why the rule has to be taken back to telling, "" for no reason. Only what was done since the
// rule was last saved counts: saving it says that somebody looked.
func (s Scene) trip(r Rule, since time.Time) string {
	if r.UpdatedAt.After(since) {
		since = r.UpdatedAt
	}
	done, failed := 0, 0
	for _, d := range slices.Concat(s.Before, s.Day.Taken) {
		if d.RuleID == r.ID && d.At.After(since) {
			done++
			if d.Failed {
				failed++
			}
		}
	}
	if done >= leastForTrip && 2*failed > done {
		return TripErrors
	}
	reversals, before, own := 0, 0, false
	for _, t := range s.State.Taken {
		if !t.did() || !t.At.After(since) || t.direction() == 0 {
			continue
		}
		if before != 0 && t.direction() != before {
			reversals++
		}
		before, own = t.direction(), own || t.RuleID == r.ID
		if t.Undone { // a person turned it back
			reversals++
		}
	}
	if own && reversals >= maxReversals {
		return TripFlapping
	}
	return ""
}

// covers reports whether the rule looks at the campaign.
func (r Rule) covers(c campaign.Campaign) bool {
	if len(r.Scope.CampaignIDs) > 0 && !slices.Contains(r.Scope.CampaignIDs, c.ID) {
		return false
	}
	on := func(platform string) bool { return slices.Contains(r.Scope.Platforms, platform) }
	if len(r.Scope.Platforms) > 0 && !slices.ContainsFunc(c.Platforms(), on) {
		return false
	}
	live := c.Lifecycle == campaign.Active
	return live && (r.Currency == "" || strings.EqualFold(string(r.Currency), string(c.Currency)))
}
