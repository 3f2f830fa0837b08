package automation

import (
	"slices"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
)

// Outcome is what came of a rule's evaluation.
type Outcome string

const (
	Done      Outcome = "done"
	Proposed  Outcome = "proposed"
	Told      Outcome = "told"
	Shadowed  Outcome = "shadowed" // it would have been done
	Blocked   Outcome = "blocked"  // the condition is met, and a gate stands in the way
	NotMet    Outcome = "not_met"
	TooLittle Outcome = "insufficient_data"
)

// Outcomes are all of them.
func Outcomes() []Outcome {
	return []Outcome{Done, Proposed, Told, Shadowed, Blocked, NotMet, TooLittle}
}

// Decision is what was decided about one campaign by one rule, and all that it was decided on.
type Decision struct {
	ID          string    `json:"id"`
	RuleID      string    `json:"ruleId"`
	RuleName    string    `json:"ruleName"`
	RuleVersion int64     `json:"ruleVersion"`
	Mode        Mode      `json:"mode"`
	Kind        Kind      `json:"kind"`
	Percent     int       `json:"percent,omitempty"`
	Outcome     Outcome   `json:"outcome"`
	BlockedBy   Gate      `json:"blockedBy,omitempty"` // the first gate that blocked, whatever the condition said
	Gates       []Verdict `json:"gates"`
	Judgement   Judgement `json:"judgement"`
	ActionID    string    `json:"actionId,omitempty"`
}

// Evaluation is one look at a campaign by all rules that cover it. It is written once and never changed.
type Evaluation struct {
	ID              string     `json:"id"`
	OrgID           string     `json:"orgId"`
	CampaignID      string     `json:"campaignId"`
	CampaignVersion int64      `json:"campaignVersion"`
	Currency        string     `json:"currency"`
	At              time.Time  `json:"at"`
	AsOf            time.Time  `json:"asOf,omitzero"` // of the results
	CauseID         string     `json:"causeId"`       // the event, or the hour's tick, that it was made because of
	CausedAt        time.Time  `json:"causedAt"`      // when that was
	CorrelationID   string     `json:"correlationId"`
	Decisions       []Decision `json:"decisions"`
}

// Plan is an evaluation with all that goes with it into one transaction.
type Plan struct {
	Evaluation Evaluation
	Deals      []Deal
	State      State
	Day        *Day              // nil: it stays as it is
	Change     *campaign.Change  // nil: the campaign stays as it is
	Trips      map[string]string // rules to be taken back, and why: written on their own, later
}

// Evaluate lets every rule that covers the campaign look at it. At most one of them changes it. rows are
// the stored results of the campaign's Span(nil, ...). No rule covers it: a plan without decisions.
func Evaluate(rules []Rule, s Scene, rows []campaign.Row, cause event.Cause) (Plan, error) {
	p := Plan{
		Evaluation: Evaluation{
			ID: EvaluationID(cause.ID, s.Campaign.ID), OrgID: s.Campaign.OrgID, CampaignID: s.Campaign.ID,
			CampaignVersion: s.Campaign.Version, Currency: string(s.Campaign.Currency), At: s.Now.UTC(), AsOf: s.Facts.AsOf.UTC(), CauseID: cause.ID, CausedAt: s.CausedAt.UTC(), CorrelationID: cause.CorrelationID,
		},
		State: s.State, Trips: map[string]string{},
	}
	var candidates []*candidate
	for _, r := range rules {
		if r.covers(s.Campaign) {
			candidates = append(candidates, s.candidate(r))
		}
	}
	settle(candidates)
	for _, c := range candidates {
		if err := p.decide(c, s, rows, cause); err != nil {
			return Plan{}, err
		}
	}
	return p, nil
}

// EvaluationID is the id of the evaluation of a campaign that a cause leads to.
func EvaluationID(causeID, campaignID string) string {
	return event.Derive(causeID, "evaluation", campaignID)
}

// candidate judges the rule and lets it through the gates.
func (s Scene) candidate(r Rule) *candidate {
	c := &candidate{rule: r, mode: r.Mode, judgement: r.Judge(s.Facts)}
	if r.Tripped != nil && r.Mode != Shadow {
		c.mode = Notify
	}
	if r.Action.Kind == Scale {
		c.move, c.unmoved, _ = s.Campaign.PlanScale(r.Action.Percent, r.Action.FloorMicros, r.Action.CapMicros)
	}
	s.examine(c)
	return c
}

// changes reports whether the candidate would change the campaign, or ask to.
func (c *candidate) changes() bool {
	return c.judgement.Truth == Met && c.passes() && !c.tells() && c.mode != Shadow
}

// rank orders what contradicts itself: a pause beats everything, and the lower budget beats the higher.
func (c *candidate) rank() int {
	switch a := c.rule.Action; a.Kind {
	case Pause:
		return -1000
	case Scale:
		return a.Percent
	default:
		return 1000
	}
}

// settle lets one of the candidates that would change the campaign win; the others are blocked by it. Among
// equals the older rule wins.
func settle(candidates []*candidate) {
	var winner *candidate
	for _, c := range candidates {
		if c.changes() && (winner == nil || c.rank() < winner.rank()) {
			winner = c
		}
	}
	for _, c := range candidates {
		if c == winner || !c.changes() {
			continue
		}
		i := slices.IndexFunc(c.verdicts, func(v Verdict) bool { return v.Gate == GateConflict })
		c.verdicts[i] = Verdict{Gate: GateConflict, Why: WhyLost, By: "rule/" + winner.rule.ID}
	}
}

// decide writes down what came of the candidate, and what is done about it.
func (p *Plan) decide(c *candidate, s Scene, rows []campaign.Row, cause event.Cause) error {
	d := Decision{
		ID: event.Derive(p.Evaluation.ID, c.rule.ID), RuleID: c.rule.ID, RuleName: c.rule.Name, RuleVersion: c.rule.Version,
		Mode: c.mode, Kind: c.rule.Action.Kind, Percent: c.rule.Action.Percent, Gates: c.verdicts, Judgement: c.judgement,
	}
	if v := c.blocked(); v != nil {
		d.BlockedBy = v.Gate
	}
	if c.trip != "" && c.rule.Tripped == nil && c.mode != Shadow {
		p.Trips[c.rule.ID] = c.trip
	}
	switch {
	case c.judgement.Truth == Unknown:
		d.Outcome = TooLittle
	case c.judgement.Truth == Unmet:
		d.Outcome = NotMet
	case !c.passes():
		d.Outcome = Blocked
	default:
		if err := p.carryOut(c, s, &d, rows, cause); err != nil {
			return err
		}
	}
	p.Evaluation.Decisions = append(p.Evaluation.Decisions, d)
	return nil
}

// carryOut makes the action of a candidate that passed everything.
func (p *Plan) carryOut(c *candidate, s Scene, d *Decision, rows []campaign.Row, cause event.Cause) error {
	x := Execution{
		ID: event.Derive(d.ID, "action"), OrgID: s.Campaign.OrgID, CampaignID: s.Campaign.ID, CampaignName: s.Campaign.Name,
		EvaluationID: p.Evaluation.ID, DecisionID: d.ID, Rule: c.rule, Currency: string(s.Campaign.Currency), Move: c.move,
		Day: budget.Today(s.Now, s.Campaign.Zone()), DecidedAt: s.Now.UTC(), Before: s.Campaign.Steering(), Version: 1,
	}
	deal := Deal{Execution: x, State: p.State}
	cause.ID, cause.Actor, cause.At = d.ID, c.rule.Actor(), s.Now
	var err error
	switch {
	case c.mode == Shadow:
		d.Outcome, deal.Execution.State = Shadowed, StateShadow
		deal.State = p.State.with(deal.Execution.taken(s.Now), s.Now)
	case c.tells():
		d.Outcome, deal.Execution.State = Told, StateTold
		deal.State = p.State.with(deal.Execution.taken(s.Now), s.Now)
		err = deal.emit(cause, event.RuleMatched{Deed: x.deed(s.Campaign)})
	case c.mode == Approve:
		d.Outcome, deal.Execution.State, deal.Execution.ExpiresAt = Proposed, StateProposed, s.Now.Add(ProposalTime).UTC()
		deal.State = p.State.pruned(s.Now)
		deal.State.Pending = &Waiting{ID: x.ID, RuleID: c.rule.ID, ExpiresAt: deal.Execution.ExpiresAt}
		err = deal.emit(cause, event.ActionProposed{Deed: x.deed(s.Campaign), ExpiresAt: deal.Execution.ExpiresAt, Approvals: x.Needs()})
	default:
		d.Outcome = Done
		err = deal.do(s.Campaign, s.Day, rows, cause)
		p.Change, p.Day = deal.Change, deal.Day
	}
	if err != nil {
		return err
	}
	d.ActionID, p.State = x.ID, deal.State
	p.State.Version = s.State.Version + 1
	p.Deals = append(p.Deals, deal)
	return nil
}
