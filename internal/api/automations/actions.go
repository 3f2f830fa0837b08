package automations

import (
	"net/http"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/automation"
	"bellwether/internal/fault"
	"bellwether/internal/store"
)

func (a API) actions(w http.ResponseWriter, r *http.Request) error {
	if err := api.Known(r, "limit", "cursor"); err != nil {
		return err
	}
	limit, after, err := a.Cursors.Page(r)
	if err != nil {
		return err
	}
	list, next, err := a.Decisions.Actions(r.Context(), api.Principal(r).OrgID, limit, after)
	if err != nil {
		return err
	}
	now := api.RequestCause(r).At
	page := api.ActionPage{Items: api.Map(list, func(x automation.Execution) api.Action { return wireExecution(x, now) })}
	if page.Next, err = a.Cursors.Next(r, next); err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, page)
}

func (a API) action(w http.ResponseWriter, r *http.Request) error {
	id, err := api.PathID(r, "actionId")
	if err != nil {
		return err
	}
	x, err := a.Decisions.Action(r.Context(), api.Principal(r).OrgID, id)
	if err != nil {
		return err
	}
	return answerAction(w, r, x)
}

func answerAction(w http.ResponseWriter, r *http.Request, x automation.Execution) error {
	api.ETag(w, x.Version)
	return api.JSON(w, http.StatusOK, wireExecution(x, api.RequestCause(r).At))
}

func (a API) approve(w http.ResponseWriter, r *http.Request) error {
	if err := api.Decode(r, &struct{}{}); err != nil {
		return err
	}
	if !api.Principal(r).IsPerson() {
		return fault.New(fault.Denied, "person_wanted", "a person has to approve it, not a program")
	}
	return a.settle(w, r, store.AuditNote{Action: "action.approved"}, Approval)
}

func (a API) decline(w http.ResponseWriter, r *http.Request) error {
	var in api.ActionAnswer
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	return a.settle(w, r, store.AuditNote{Action: "action.declined", Detail: api.Value(in.Reason)}, Refusal(api.Value(in.Reason)))
}

func (a API) undo(w http.ResponseWriter, r *http.Request) error {
	var in api.ActionAnswer
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	reason := api.Value(in.Reason)
	return a.settle(w, r, store.AuditNote{Action: "action.undone", Detail: reason}, Reversal(reason))
}

// settle lets a person decide about an action, and answers with it as it is then.
func (a API) settle(w http.ResponseWriter, r *http.Request, audit store.AuditNote, decide Decide) error {
	id, err := api.PathID(r, "actionId")
	if err != nil {
		return err
	}
	p := api.Principal(r)
	x, err := Settler{Decisions: a.Decisions, Campaigns: a.Campaigns, Scenes: a.Scenes}.
		Settle(r.Context(), p.OrgID, id, p.Actor, audit, api.RequestCause(r), decide)
	if err != nil {
		return err
	}
	return answerAction(w, r, x)
}

func wireExecution(x automation.Execution, now time.Time) api.Action {
	out := api.Action{
		Id: x.ID, CampaignId: x.CampaignID, CampaignName: x.CampaignName, RuleId: x.Rule.ID, RuleName: x.Rule.Name, RuleVersion: x.Rule.Version,
		DecisionId: x.DecisionID, Kind: string(x.Rule.Action.Kind), State: string(x.StateAt(now)), Budget: move(x.Move.From, x.Move.To, x.Currency),
		DecidedAt: x.DecidedAt, ExpiresAt: api.Moment(x.ExpiresAt), Approvals: api.Map(x.Approvals, wireParty), DoneAt: api.Moment(x.DoneAt),
		UndoUntil: api.Moment(x.UndoUntil()), Version: x.Version,
	}
	if x.Rule.Action.Percent != 0 {
		out.Percent = &x.Rule.Action.Percent
	}
	if x.State == automation.StateProposed {
		n := x.Needs()
		out.ApprovalsNeeded = &n
	}
	for at, answer := range map[**api.ActionParty]*automation.Answer{&out.Declined: x.Declined, &out.Undone: x.Undone} {
		if answer != nil {
			party := wireParty(*answer)
			*at = &party
		}
	}
	return out
}

func wireParty(a automation.Answer) api.ActionParty {
	return api.ActionParty{By: a.By, At: a.At, Reason: api.Optional(a.Reason)}
}

// lost is what somebody is told whose decision others overtook again and again.
func lost() error {
	return fault.New(fault.Conflict, "conflict", "the campaign keeps changing; try again")
}
