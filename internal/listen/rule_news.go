package listen

import (
	"context"

	"bellwether/internal/event"
	"bellwether/internal/incident"
	"bellwether/internal/notification"
	"bellwether/internal/parallel"
	"bellwether/internal/tenant"
)

// What rules do about a campaign is told once, by their own events: the change of its status that goes with
// it is not told beside that.

func (n CampaignStatusChange) matched(ctx context.Context, e event.Envelope[event.RuleMatched]) error {
	return n.deed(ctx, e.Meta, e.Data.Deed, notification.RuleMatchedMessage(e.Data))
}

func (n CampaignStatusChange) proposed(ctx context.Context, e event.Envelope[event.ActionProposed]) error {
	return n.deed(ctx, e.Meta, e.Data.Deed, notification.ActionProposedMessage(e.Data))
}

func (n CampaignStatusChange) taken(ctx context.Context, e event.Envelope[event.ActionTaken]) error {
	return n.deed(ctx, e.Meta, e.Data.Deed, notification.ActionTakenMessage(e.Data))
}

func (n CampaignStatusChange) undone(ctx context.Context, e event.Envelope[event.ActionUndone]) error {
	return n.deed(ctx, e.Meta, e.Data.Deed, notification.ActionUndoneMessage(e.Data))
}

// budgetRefused tells that a platform keeps to another budget than the campaign wants.
func (n CampaignStatusChange) budgetRefused(ctx context.Context, e event.Envelope[event.CampaignBudgetRefused]) error {
	c, roster, err := n.read(ctx, e.Meta, e.Data.CampaignID)
	if err != nil {
		return err
	}
	m := notification.BudgetRefusedMessage(e.Data)
	told := news{message: m, cause: e.Meta, roster: roster, people: audience(roster, c, e.Data.ManagerIDs)}
	told.alert = m.Alert(notification.AlertStatusRefused, common(roster), e.Meta)
	told.alert.CampaignID = c.ID
	return parallel.Do(ctx, n.tell(told)...)
}

// deed tells the campaign's people.
func (n CampaignStatusChange) deed(ctx context.Context, meta event.Meta, d event.Deed, m notification.Message) error {
	c, roster, err := n.read(ctx, meta, d.CampaignID)
	if err != nil {
		return err
	}
	told := news{message: m, cause: meta, roster: roster, people: audience(roster, c, d.ManagerIDs)}
	told.alert = m.Alert(notification.AlertAutomation, common(roster), meta)
	told.alert.CampaignID = c.ID
	return parallel.Do(ctx, n.tell(told)...)
}

// tripped tells the admins that a rule only tells from now on, and notes that somebody has to look after it.
func (n CampaignStatusChange) tripped(ctx context.Context, e event.Envelope[event.RuleTripped]) error {
	var roster tenant.Roster
	if err := readRoster(n.Roster, e.Meta.OrgID, &roster)(ctx); err != nil {
		return err
	}
	m := notification.RuleTrippedMessage(e.Data)
	told := news{message: m, cause: e.Meta, roster: roster, people: roster.Admins}
	told.alert = m.Alert(notification.AlertAutomation, common(roster), e.Meta)
	signalled := signal(n.Signals, e.Meta.OrgID, incident.Rule(e.Data.RuleID, e.Data.RuleName, e.Data.Why, true, e.Meta))
	return parallel.Do(ctx, append(n.tell(told), signalled)...)
}

// restored ends what was noted of a rule that tripped.
func (n CampaignStatusChange) restored(ctx context.Context, e event.Envelope[event.RuleRestored]) error {
	over := incident.Rule(e.Data.RuleID, e.Data.RuleName, "", false, e.Meta)
	if wrong, err := n.Signals.Unresolved(ctx, e.Meta.OrgID, over.Key); err != nil || !wrong {
		return err
	}
	return n.Signals.Put(ctx, e.Meta.OrgID, over)
}
