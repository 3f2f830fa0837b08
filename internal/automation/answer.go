package automation

import (
	"slices"
	"time"
	"unicode/utf8"

	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
)

// Approve takes a person's consent to a proposal. With the last one that it needs it is done, if nothing
// stands in the way by now: the freeze, the age of the results, the day's cap, the step, and the campaign
// itself are looked at again. A person who agreed before changes nothing. rows are the stored results of
// the campaign's Span(nil, ...), for a changed budget.
func (x Execution) Approve(s Scene, rows []campaign.Row, by string, cause event.Cause) (Deal, error) {
	d := Deal{Execution: x.begin(), State: s.State}
	if slices.ContainsFunc(x.Approvals, func(a Answer) bool { return a.By == by }) {
		return Deal{Execution: x, State: s.State}, nil
	}
	if err := x.open(s.Now); err != nil {
		return d, err
	}
	if s.Campaign.Steering() != x.Before {
		return d, changedSince()
	}
	c := candidate{rule: x.Rule, mode: Approve, move: x.Move}
	c.judgement.Truth = Met
	s.State.Pending = nil
	for _, gate := range []func(*candidate){s.freezeGate, s.freshnessGate, s.dailyGate, s.conflictGate, s.stepGate} {
		gate(&c)
	}
	if v := c.blocked(); v != nil {
		return d, fault.Newf(fault.Conflict, "gate_"+string(v.Gate), "the %s gate holds it back now: %s", v.Gate, v.Why)
	}
	d.Execution.Approvals = append(d.Execution.Approvals, Answer{By: by, At: s.Now.UTC()})
	if len(d.Execution.Approvals) < x.Needs() {
		return d, nil
	}
	d.State.Pending = nil
	return d, d.do(s.Campaign, s.Day, rows, cause)
}

// Decline says no to a proposal. The rule keeps to its cooldown as if it had acted.
func (x Execution) Decline(state State, by, reason string, cause event.Cause) (Deal, error) {
	d := Deal{Execution: x.begin(), State: state}
	if x.State == StateDeclined && x.Declined.By == by {
		return Deal{Execution: x, State: state}, nil
	}
	if err := checkReason(reason); err != nil {
		return d, err
	}
	if err := x.open(cause.At); err != nil {
		return d, err
	}
	d.Execution.State = StateDeclined
	d.Execution.Declined = &Answer{By: by, At: cause.At.UTC(), Reason: reason}
	d.State.Pending = nil
	d.State = d.State.with(d.Execution.taken(cause.At), cause.At)
	return d, nil
}

func (x Execution) open(now time.Time) error {
	switch x.StateAt(now) {
	case StateProposed:
		return nil
	case StateLapsed:
		return fault.New(fault.Conflict, "proposal_expired", "nobody answered in time: the rule asks again when its condition is still met")
	default:
		return fault.New(fault.Conflict, "not_proposed", "the action is "+string(x.State)+": there is nothing to answer")
	}
}

// maxReason is how long an answer's reason may be, in bytes.
const maxReason = 500

func checkReason(reason string) error {
	if len(reason) > maxReason || !utf8.ValidString(reason) {
		return fault.InvalidFields(fault.Field{Name: "reason", Message: "must be at most 500 bytes"})
	}
	return nil
}

func changedSince() error {
	return fault.New(fault.Conflict, "changed_since", "the campaign was steered otherwise since: look at it first")
}

// Undo takes back what was done, within 24 hours and as long as nobody steered the campaign since. Rules
// then leave it alone for a day: a person has decided.
func (x Execution) Undo(state State, c campaign.Campaign, rows []campaign.Row, by, reason string, cause event.Cause) (Deal, error) {
	d := Deal{Execution: x.begin(), State: state}
	if err := checkReason(reason); err != nil {
		return d, err
	}
	switch {
	case x.State == StateUndone:
		return Deal{Execution: x, State: state}, nil
	case x.State != StateDone:
		return d, fault.New(fault.Conflict, "not_done", "the action changed nothing, so there is nothing to undo")
	case !cause.At.Before(x.UndoUntil()):
		return d, fault.New(fault.Conflict, "undo_too_late", "an action can be undone for 24 hours")
	case c.Steering() != x.After:
		return d, changedSince()
	}
	ch, err := x.inverse(c, rows, cause)
	if err != nil {
		return d, err
	}
	if ch.Campaign.Version == c.Version {
		return d, changedSince()
	}
	ch.Steered(cause)
	d.Change = &ch
	d.Execution.State = StateUndone
	d.Execution.Undone = &Answer{By: by, At: cause.At.UTC(), Reason: reason}
	d.State.Taken = slices.Clone(state.Taken)
	for i := range d.State.Taken {
		d.State.Taken[i].Undone = d.State.Taken[i].Undone || d.State.Taken[i].ID == x.ID
	}
	d.State = d.State.pruned(cause.At)
	return d, d.emit(cause, event.ActionUndone{Deed: x.deed(c), UndoneBy: by})
}

// undoStep bounds the undoing of a step, in percent: a fifth less is undone by a quarter more.
const undoStep = 25

// inverse is the change that brings the campaign back to where the action found it.
func (x Execution) inverse(c campaign.Campaign, rows []campaign.Row, cause event.Cause) (campaign.Change, error) {
	const why = campaign.BecauseUndone
	switch x.Rule.Action.Kind {
	case Pause:
		return c.ReleaseRules(func(reason string) bool { return reason == x.Rule.Reason() }, why, cause)
	case Resume:
		return c.PauseAgain(x.Released, why, cause)
	default:
		return c.MoveBudget(x.Move.Inverse(), undoStep, rows, cause)
	}
}
