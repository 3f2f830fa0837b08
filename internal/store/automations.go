package store

import (
	"context"
	"fmt"
	"time"

	"bellwether/internal/automation"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
)

// Automations keeps what rules decided and did: every evaluation of a campaign, every action, and what the
// gates look at.
type Automations struct{ Table Table }

const (
	evaluationTTL = 90 * 24 * time.Hour
	actionTTL     = 400 * 24 * time.Hour
	ruleDayTTL    = 7 * 24 * time.Hour
)

// State reads what rules did about a campaign of late; of version 0 where they did nothing.
func (s Automations) State(ctx context.Context, orgID, campaignID string) (automation.State, error) {
	item, err := s.Table.Get(ctx, Org(orgID).RuleState(campaignID))
	if fault.Is(err, fault.NotFound) {
		return automation.State{OrgID: orgID, CampaignID: campaignID}, nil
	}
	if err != nil {
		return automation.State{}, fmt.Errorf("read what rules did about campaign %s: %w", campaignID, err)
	}
	state, err := decodeJSON[automation.State](item)
	state.Version = item.Version
	return state, err
}

// Day reads what rules did in the organisation on a UTC day.
func (s Automations) Day(ctx context.Context, orgID, date string) (automation.Day, error) {
	item, err := s.Table.Get(ctx, Org(orgID).RuleDay(date))
	if fault.Is(err, fault.NotFound) {
		return automation.Day{OrgID: orgID, Date: date}, nil
	}
	if err != nil {
		return automation.Day{}, fmt.Errorf("read what rules did on %s: %w", date, err)
	}
	day, err := decodeJSON[automation.Day](item)
	day.Version = item.Version
	return day, err
}

// Evaluated reports whether the evaluation is there already.
func (s Automations) Evaluated(ctx context.Context, orgID, campaignID, id string, at time.Time) (bool, error) {
	_, err := s.Table.Get(ctx, Org(orgID).Evaluation(campaignID, id, at))
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// Commit writes an evaluation with all that comes of it, or nothing: the actions, the campaign that one of
// them changes, and what the gates look at. before are campaign, state and day as the plan found them;
// fault.Conflict when one of them is not so any more.
func (s Automations) Commit(ctx context.Context, token string, p automation.Plan, before campaign.Campaign, state automation.State, day automation.Day) error {
	e := p.Evaluation
	item, err := jsonItem(Org(e.OrgID).Evaluation(e.CampaignID, e.ID, e.CausedAt), e)
	if err != nil {
		return err
	}
	item.ExpiresAt = e.CausedAt.Add(evaluationTTL).Truncate(time.Second)
	w := deals{ops: []Op{Put(item, NotExists())}}
	for _, d := range p.Deals {
		w.action(d.Execution, d.Events, 0)
	}
	if p.State.Version != state.Version {
		w.state(p.State, state.Version)
	}
	w.day(p.Day, day.Version)
	w.campaign(p.Change, before)
	return w.write(ctx, s.Table, versioned(token, before.Version))
}

// Settlement is what a person decided about an action, beside everything as it was when they did.
type Settlement struct {
	Deal     automation.Deal
	Before   automation.Execution
	Campaign campaign.Campaign
	State    automation.State
	Day      automation.Day
}

// Settle writes what a person decided with all that comes of it, and its audit record, or nothing;
// fault.Conflict when something is not as it was any more.
func (s Automations) Settle(ctx context.Context, t Settlement, audit AuditNote, cause event.Cause) error {
	var w deals
	w.action(t.Deal.Execution, t.Deal.Events, t.Before.Version)
	if t.Deal.State.Version != t.State.Version {
		w.state(t.Deal.State, t.State.Version)
	}
	w.day(t.Deal.Day, t.Day.Version)
	w.campaign(t.Deal.Change, t.Campaign)
	record, err := auditOps(cause, t.Before.OrgID, audit.Action, t.Before.Subject(), audit.Detail)
	w.ops, w.err = append(w.ops, record...), firstOf(w.err, err)
	return w.write(ctx, s.Table, versioned(cause.ID+"/"+audit.Action, t.Deal.Execution.Version))
}

// AuditNote is what the audit trail says of a write.
type AuditNote struct{ Action, Detail string }

func firstOf(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// deals collects the ops of one write.
type deals struct {
	ops []Op
	err error
}

func (w *deals) add(item Item, err error, cond Condition) {
	w.ops, w.err = append(w.ops, Put(item, cond)), firstOf(w.err, err)
}

func (w *deals) action(x automation.Execution, events []event.Raw, before int64) {
	item, err := jsonItem(Org(x.OrgID).Action(x.ID), x)
	w.err = firstOf(w.err, err)
	item.Version, item.Index = x.Version, Org(x.OrgID).ActionList(x.ID, x.DecidedAt)
	item.ExpiresAt = x.DecidedAt.Add(actionTTL).Truncate(time.Second)
	item.Events, err = encodeEvents(events)
	w.add(item, err, since(before))
}

func (w *deals) state(state automation.State, before int64) {
	item, err := jsonItem(Org(state.OrgID).RuleState(state.CampaignID), state)
	item.Version = state.Version
	w.add(item, err, since(before))
}

func (w *deals) day(day *automation.Day, before int64) {
	if day == nil || day.Version == before {
		return
	}
	item, err := jsonItem(Org(day.OrgID).RuleDay(day.Date), day)
	item.Version = day.Version
	if at, parseErr := time.Parse(time.DateOnly, day.Date); parseErr == nil {
		item.ExpiresAt = at.Add(ruleDayTTL)
	}
	w.add(item, err, since(before))
}

func (w *deals) campaign(ch *campaign.Change, before campaign.Campaign) {
	if ch == nil {
		return
	}
	ops, err := recordOps(before, campaign.Recorded{Change: *ch})
	w.ops, w.err = append(w.ops, ops...), firstOf(w.err, err)
}

func (w *deals) write(ctx context.Context, t Table, token string) error {
	if w.err != nil {
		return w.err
	}
	return t.Write(ctx, token, w.ops...)
}

// Evaluations reads one page of a campaign's, the newest first; after is a former next.
func (s Automations) Evaluations(ctx context.Context, orgID, campaignID string, limit int, after string) (list []automation.Evaluation, next string, err error) {
	items, next, err := Merge(ctx, s.Table, Query{Descending: true, Limit: limit}, []string{Org(orgID).Evaluations(campaignID)}, after)
	if err != nil {
		return nil, "", fmt.Errorf("read the evaluations of campaign %s: %w", campaignID, err)
	}
	list, err = decodeAll(items, decodeJSON[automation.Evaluation])
	return list, next, err
}

// Action reads an action; fault.NotFound for one that the organisation does not have.
func (s Automations) Action(ctx context.Context, orgID, id string) (automation.Execution, error) {
	item, err := s.Table.Get(ctx, Org(orgID).Action(id))
	if fault.Is(err, fault.NotFound) {
		return automation.Execution{}, fault.New(fault.NotFound, "action_not_found", "there is no such action")
	}
	if err != nil {
		return automation.Execution{}, fmt.Errorf("read action %s: %w", id, err)
	}
	return decodeExecution(item)
}

// Actions reads one page of the organisation's actions, the newest first; after is a former next.
func (s Automations) Actions(ctx context.Context, orgID string, limit int, after string) (list []automation.Execution, next string, err error) {
	items, next, err := Merge(ctx, s.Table, Query{Indexed: true, Descending: true, Limit: limit}, []string{Org(orgID).Actions()}, after)
	if err != nil {
		return nil, "", fmt.Errorf("list actions: %w", err)
	}
	list, err = decodeAll(items, decodeExecution)
	return list, next, err
}

// ActionsSince are the actions that were decided at from or later, in order of time, at most so many.
func (s Automations) ActionsSince(ctx context.Context, orgID string, from time.Time, most int) ([]automation.Execution, error) {
	items, err := All(ctx, s.Table, Query{Indexed: true, Partition: Org(orgID).Actions(), From: Stamp(from)}, most)
	if err != nil {
		return nil, fmt.Errorf("list actions: %w", err)
	}
	return decodeAll(items, decodeExecution)
}

// Failed notes a platform's refusal of what a rule did about a campaign: for the campaign, and for the day on
// which that was done.
func (s Automations) Failed(ctx context.Context, orgID, campaignID string, f automation.Failure) error {
	return again(func() error {
		state, err := s.State(ctx, orgID, campaignID)
		if err != nil || state.Version == 0 {
			return err // no rule did anything about it
		}
		next := state.Failed(f)
		if next.Version == state.Version {
			return nil
		}
		var w deals
		w.state(next, state.Version)
		if at, ok := state.Acted(f.At); ok {
			day, err := s.Day(ctx, orgID, at.UTC().Format(time.DateOnly))
			if err != nil {
				return err
			}
			if failed, ok := day.Failed(campaignID); ok {
				w.day(&failed, day.Version)
			}
		}
		return w.write(ctx, s.Table, versioned(f.ID+"/failed", next.Version))
	})
}

func decodeExecution(item Item) (automation.Execution, error) {
	x, err := decodeJSON[automation.Execution](item)
	x.Version = item.Version
	return x, err
}
