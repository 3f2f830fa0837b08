package automation

import (
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/incident"
)

// Gate is one of the twelve checks that an action has to pass, in this order.
type Gate string

const (
	GateMode      Gate = "mode"
	GateFreeze    Gate = "freeze"
	GateFreshness Gate = "freshness"
	GateData      Gate = "minimum_data"
	GateMaturity  Gate = "maturity"
	GateLearning  Gate = "learning"
	GateCooldown  Gate = "cooldown"
	GateDailyCap  Gate = "daily_cap"
	GatePending   Gate = "pending"
	GateConflict  Gate = "conflict"
	GateStep      Gate = "step"
	GateBreaker   Gate = "breaker"
)

// Verdict is what a gate said.
type Verdict struct {
	Gate  Gate      `json:"gate"`
	Pass  bool      `json:"pass"`
	Why   string    `json:"why,omitempty"`   // a code; of a block, or of a pass that needs one
	By    string    `json:"by,omitempty"`    // what stands in the way: a silence, a rule, an action
	Until time.Time `json:"until,omitzero"`  // when it will pass, where that is known
	Value *int64    `json:"value,omitempty"` // what was looked at
	Limit *int64    `json:"limit,omitempty"` // and what it must not pass
}

// Codes of verdicts.
const (
	WhyOff            = "rule_off"
	WhyFrozen         = "frozen"
	WhyStale          = "stale_data"
	WhyTellsOnly      = "tells_only" // the gate guards actions, and this one only tells
	WhyUnmet          = "condition_not_met"
	WhyLearning       = "learning"
	WhyCooling        = "cooling_down"
	WhyDailyCap       = "daily_cap"
	WhyOrgCap         = "org_daily_cap"
	WhyProposed       = "proposal_open"
	WhyDriving        = "change_on_its_way"
	WhyHuman          = "person_decided"
	WhyStands         = "already_paused"
	WhyRuns           = "no_rule_paused_it"
	WhyLost           = "another_rule_beats_it"
	WhyNotRunning     = "not_running"
	WhyStep           = "step_limit"
	WhyEntityFailures = "too_many_failures"
)

// Numbers of the gates.
const (
	HumanReign   = 24 * time.Hour // a person's decision beats all rules for so long
	maxFreshness = 6 * time.Hour
	learningDays = 7
	learningGoal = 50 * million // conversions, millionths
	breakerReach = 24 * time.Hour
	maxFailures  = 5 // on one campaign
	leastForTrip = 4 // actions of a rule before its errors are a share of anything
	maxReversals = 3 // on one campaign
	million      = 1_000_000
)

// FreshFor is how old results may be for an action: twice the time between two syncs, at most 6 hours.
func FreshFor(every time.Duration) time.Duration { return min(2*every, maxFreshness) }

// Scene is what an evaluation of a campaign looks at, beside its rules.
type Scene struct {
	Campaign campaign.Campaign
	Facts    Facts
	FreshFor time.Duration // see FreshFor
	Freezes  []incident.Silence
	State    State
	Day      Day        // the organisation's UTC day of Now
	Before   []DayEntry // of the day before: what errors are counted over
	Now      time.Time
	CausedAt time.Time // when that happened because of which the campaign is looked at
}

// candidate is a rule on its way through the gates.
type candidate struct {
	rule      Rule
	mode      Mode // what it may do now: a rule that tripped only tells
	judgement Judgement
	move      campaign.BudgetMove // of Scale, as far as it is possible
	unmoved   string              // why it is not
	verdicts  []Verdict
	trip      string // why the rule has to be taken back; "" otherwise
}

func (c *candidate) pass(g Gate, why string) {
	c.verdicts = append(c.verdicts, Verdict{Gate: g, Pass: true, Why: why})
}

func (c *candidate) block(g Gate, why string) *Verdict {
	c.verdicts = append(c.verdicts, Verdict{Gate: g, Why: why})
	return &c.verdicts[len(c.verdicts)-1]
}

// passes reports whether no gate so far blocks.
func (c *candidate) passes() bool { return c.blocked() == nil }

// blocked is the first gate that blocks; nil for none.
func (c *candidate) blocked() *Verdict {
	for i := range c.verdicts {
		if !c.verdicts[i].Pass {
			return &c.verdicts[i]
		}
	}
	return nil
}

// tells reports whether the candidate changes nothing, and only tells.
func (c *candidate) tells() bool { return c.rule.Action.Kind == Tell || c.mode == Notify }
