package automations

import (
	"context"
	"errors"
	"time"

	"bellwether/internal/automation"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/store"
)

// Table is everything that a person's decision about an action looks at.
type Table struct {
	Execution automation.Execution
	Scene     automation.Scene
	rows      []campaign.Row
}

// Decide makes a decision of what lies on the table.
type Decide func(t Table, by string, cause event.Cause) (automation.Deal, error)

// Approval is a person's consent.
func Approval(t Table, by string, cause event.Cause) (automation.Deal, error) {
	return t.Execution.Approve(t.Scene, t.rows, by, cause)
}

// Refusal is a person's no.
func Refusal(reason string) Decide {
	return func(t Table, by string, cause event.Cause) (automation.Deal, error) {
		return t.Execution.Decline(t.Scene.State, by, reason, cause)
	}
}

// Reversal takes back what was done.
func Reversal(reason string) Decide {
	return func(t Table, by string, cause event.Cause) (automation.Deal, error) {
		return t.Execution.Undo(t.Scene.State, t.Scene.Campaign, t.rows, by, reason, cause)
	}
}

// Settler lets people decide about actions.
type Settler struct {
	Decisions Decisions
	Campaigns Campaigns
	Scenes    Scenes
}

// settleTries is how often a decision is made anew when something changed meanwhile.
const settleTries = 8

// Settle makes the decision and writes it with all that comes of it, or nothing. Made again it changes nothing.
func (s Settler) Settle(ctx context.Context, orgID, id, by string, audit store.AuditNote, cause event.Cause, decide Decide) (automation.Execution, error) {
	for range settleTries {
		t, err := s.table(ctx, orgID, id, cause.At)
		if err != nil {
			return t.Execution, err
		}
		deal, err := decide(t, by, cause)
		if err != nil || deal.Execution.Version == t.Execution.Version {
			return t.Execution, err
		}
		err = s.Decisions.Settle(ctx, store.Settlement{
			Deal: deal, Before: t.Execution, Campaign: t.Scene.Campaign, State: t.Scene.State, Day: t.Scene.Day,
		}, audit, cause)
		if err == nil {
			return deal.Execution, nil
		}
		if e, ok := errors.AsType[*fault.Error](err); !ok || e.Kind != fault.Conflict {
			return t.Execution, err
		}
	}
	return automation.Execution{}, lost()
}

func (s Settler) table(ctx context.Context, orgID, id string, now time.Time) (t Table, err error) {
	if t.Execution, err = s.Decisions.Action(ctx, orgID, id); err != nil {
		return t, err
	}
	c, err := s.Campaigns.Get(ctx, orgID, t.Execution.CampaignID)
	if err != nil {
		return t, err
	}
	t.Scene, t.rows, err = s.Scenes.Scene(ctx, c, automation.Reach(nil), now)
	return t, err
}
