package automation

import (
	"slices"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
)

// ExecutionState is how far an action got.
type ExecutionState string

const (
	StateShadow   ExecutionState = "shadow"   // recorded, and not done
	StateTold     ExecutionState = "told"     // people were told, and nothing was done
	StateProposed ExecutionState = "proposed" // waits for approval; over at ExpiresAt
	StateDeclined ExecutionState = "declined"
	StateLapsed   ExecutionState = "lapsed" // nobody answered in time
	StateDone     ExecutionState = "done"
	StateUndone   ExecutionState = "undone"
)

// Execution is one action of a rule: what it does, would do or did about one campaign.
type Execution struct {
	ID           string              `json:"id"`
	OrgID        string              `json:"orgId"`
	CampaignID   string              `json:"campaignId"`
	CampaignName string              `json:"campaignName"`
	EvaluationID string              `json:"evaluationId"`
	DecisionID   string              `json:"decisionId"`
	Rule         Rule                `json:"rule"` // as it was when it decided
	Currency     string              `json:"currency"`
	State        ExecutionState      `json:"state"`
	Move         campaign.BudgetMove `json:"move,omitzero"`      // of Scale
	Released     []string            `json:"released,omitempty"` // the reasons to pause that a Resume took away
	Day          string              `json:"day"`                // of the decision, in the campaign's zone
	DecidedAt    time.Time           `json:"decidedAt"`
	ExpiresAt    time.Time           `json:"expiresAt,omitzero"` // of a proposal
	Approvals    []Answer            `json:"approvals,omitempty"`
	Declined     *Answer             `json:"declined,omitempty"`
	DoneAt       time.Time           `json:"doneAt,omitzero"`
	Undone       *Answer             `json:"undone,omitempty"`
	Before       string              `json:"before"`          // how the campaign was steered when it was decided
	After        string              `json:"after,omitempty"` // and once it was done: whoever undoes it finds it so
	Version      int64               `json:"-"`
}

// Answer is a person's decision about an action.
type Answer struct {
	By     string    `json:"by"` // the actor: "user/<id>"
	At     time.Time `json:"at"`
	Reason string    `json:"reason,omitempty"`
}

// How long people have to answer a proposal, and to undo what was done.
const (
	ProposalTime = 24 * time.Hour
	UndoTime     = 24 * time.Hour
)

// StateAt is the state at now: a proposal that nobody answered in time has lapsed.
func (x Execution) StateAt(now time.Time) ExecutionState {
	if x.State == StateProposed && !x.ExpiresAt.After(now) {
		return StateLapsed
	}
	return x.State
}

// UndoUntil is until when the action may be undone; zero for one that changed nothing.
func (x Execution) UndoUntil() time.Time {
	if x.DoneAt.IsZero() {
		return time.Time{}
	}
	return x.DoneAt.Add(UndoTime)
}

// Needs is how many people have to approve it.
func (x Execution) Needs() int {
	if limit := x.Rule.FourEyesMicros; limit > 0 && x.Rule.Action.Kind == Scale && x.Move.Size() >= limit {
		return 2
	}
	return 1
}

// Subject is the action's name in events.
func (x Execution) Subject() string { return "action/" + x.ID }

// Actor is who a rule's changes of a campaign are by.
func (r Rule) Actor() string { return ActorPrefix + r.ID }

// ActorPrefix begins the actor of everything that rules do.
const ActorPrefix = "rule/"

// begin is the action one version further.
func (x Execution) begin() Execution {
	x.Approvals = slices.Clone(x.Approvals)
	x.Version++
	return x
}

// deed is the action as events tell it.
func (x Execution) deed(c campaign.Campaign) event.Deed {
	return event.Deed{
		ActionID: x.ID, DecisionID: x.DecisionID, RuleID: x.Rule.ID, RuleName: x.Rule.Name, RuleVersion: x.Rule.Version,
		CampaignID: x.CampaignID, CampaignName: x.CampaignName, Kind: string(x.Rule.Action.Kind), Percent: x.Rule.Action.Percent,
		FromMicros: x.Move.From, ToMicros: x.Move.To, Currency: x.Currency, ManagerIDs: append([]string{}, c.ManagerIDs...),
	}
}

// Proposal is the action as it was proposed.
func (x Execution) Proposal() event.ActionProposed {
	return event.ActionProposed{Deed: x.deed(campaign.Campaign{}), ExpiresAt: x.ExpiresAt, Approvals: x.Needs()}
}

// Deal is a changed action with what goes with it into the same write.
type Deal struct {
	Execution Execution
	Events    []event.Raw
	State     State
	Day       *Day             // nil: it stays as it is
	Change    *campaign.Change // nil: the campaign stays as it is
}

func (d *Deal) emit(cause event.Cause, data event.Data) error {
	raw, err := event.New(cause, d.Execution.OrgID, d.Execution.Subject(), d.Execution.Version, len(d.Events), data)
	if err != nil {
		return err
	}
	d.Events = append(d.Events, raw)
	return nil
}

// do changes the campaign, and notes it everywhere that gates look at. cause is the rule's, or the approver's.
func (d *Deal) do(c campaign.Campaign, day Day, rows []campaign.Row, cause event.Cause) error {
	x := &d.Execution
	ch, err := x.change(c, rows, cause)
	if err != nil {
		return err
	}
	if ch.Campaign.Version == c.Version {
		return fault.New(fault.Conflict, "changed_since", "the campaign has changed since: there is nothing left to do")
	}
	x.State, x.DoneAt, x.After = StateDone, cause.At.UTC(), ch.Campaign.Steering()
	day = day.with(DayEntry{ID: x.ID, RuleID: x.Rule.ID, CampaignID: x.CampaignID, At: cause.At.UTC()})
	d.Change, d.Day = &ch, &day
	d.State = d.State.with(x.taken(cause.At), cause.At)
	taken := event.ActionTaken{Deed: x.deed(c), UndoUntil: x.UndoUntil()}
	for _, a := range x.Approvals {
		taken.ApprovedBy = append(taken.ApprovedBy, a.By)
	}
	return d.emit(cause, taken)
}

// taken is the action as gates remember it.
func (x Execution) taken(at time.Time) Taken {
	return Taken{
		ID: x.ID, RuleID: x.Rule.ID, Kind: x.Rule.Action.Kind, Percent: x.Rule.Action.Percent, At: at.UTC(),
		Shadow: x.State == StateShadow, Told: x.State == StateTold, Declined: x.State == StateDeclined,
	}
}

// change is what the action does to the campaign.
func (x *Execution) change(c campaign.Campaign, rows []campaign.Row, cause event.Cause) (campaign.Change, error) {
	switch x.Rule.Action.Kind {
	case Pause:
		return c.PauseForRule(x.Rule.Reason(), x.Rule.because(), cause)
	case Resume:
		x.Released = nil
		for _, reason := range c.PauseReasons {
			if campaign.OfRule(reason) {
				x.Released = append(x.Released, reason)
			}
		}
		return c.ReleaseRules(campaign.OfRule, x.Rule.because(), cause)
	case Scale:
		return c.MoveBudget(x.Move, MaxStep, rows, cause)
	default:
		return campaign.Change{Campaign: c}, nil
	}
}

// because is the reason that a change of the status gives.
func (r Rule) because() string { return "rule: " + r.Name }
