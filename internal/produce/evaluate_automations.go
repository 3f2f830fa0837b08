package produce

import (
	"cmp"
	"context"
	"encoding/json"
	"time"

	"bellwether/internal/automation"
	"bellwether/internal/campaign"
	"bellwether/internal/entry"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/obs"
	"bellwether/internal/parallel"
	"bellwether/internal/schedule"
	"bellwether/internal/store"
)

// EvaluateAutomationsFunction is the function that timers wake for an organisation's hour.
const EvaluateAutomationsFunction = "evaluate-automations"

// RuledCampaigns reads campaigns and their results.
type RuledCampaigns interface {
	Get(ctx context.Context, orgID, id string) (campaign.Campaign, error)
	List(ctx context.Context, orgID string, limit int, after string) ([]campaign.Campaign, string, error)
}

// RuleBooks keeps rules.
type RuleBooks interface {
	Book(ctx context.Context, orgID string) (automation.Book, error)
	Update(ctx context.Context, orgID string, cause event.Cause, change func(automation.Book) (store.BookChange, error)) (automation.Book, error)
	Organisations(ctx context.Context, shard, limit int, after string) ([]string, string, error)
}

// Decisions keeps what rules decided and did.
type Decisions interface {
	Evaluated(ctx context.Context, orgID, campaignID, id string, at time.Time) (bool, error)
	Commit(ctx context.Context, token string, p automation.Plan, before campaign.Campaign, state automation.State, day automation.Day) error
	Failed(ctx context.Context, orgID, campaignID string, f automation.Failure) error
}

// Scenes reads what rules look at, and the rows that a change of the budget has to know.
type Scenes interface {
	Scene(ctx context.Context, c campaign.Campaign, reach int, now time.Time) (automation.Scene, []campaign.Row, error)
}

// Reviewer looks at a campaign whose results changed.
type Reviewer interface {
	Review(ctx context.Context, meta event.Meta, campaignID string) error
}

// Evaluator holds what EvaluateAutomations works with.
type Evaluator struct {
	Campaigns RuledCampaigns
	Scenes    Scenes
	Rules     RuleBooks
	Decisions Decisions
	Reviewers []Reviewer // beside the rules
	Timers    schedule.Scheduler
	Park      entry.Parker
	Now       func() time.Time
}

// EvaluateAutomations lets the rules look at a campaign whenever its results changed, and at all campaigns
// of an organisation every hour, for freezes and cooldowns end without new results. What is decided is
// written together with what is done, so a campaign is changed once a decision, or not at all.
func EvaluateAutomations(e Evaluator) *entry.Mixed {
	listener := entry.NewListener(EvaluateAutomationsFunction, e.Park, e.Now, entry.On(e.updated), entry.On(e.refused), entry.On(e.budgetRefused))
	return entry.NewMixed(listener, entry.NewSchedule(func(ctx context.Context, h Hour) error {
		if h.OrgID == "" {
			return e.tick(ctx)
		}
		return e.sweep(ctx, h)
	}))
}

func (e Evaluator) updated(ctx context.Context, in event.Envelope[event.CampaignMetricsUpdated]) error {
	book, err := e.Rules.Book(ctx, in.Meta.OrgID)
	if err != nil {
		return err
	}
	cause := in.Meta.By(EvaluateAutomationsFunction, e.Now())
	if err := e.evaluate(ctx, book, in.Data.CampaignID, cause, in.Meta.OccurredAt); err != nil {
		return err
	}
	for _, r := range e.Reviewers {
		if err := r.Review(ctx, in.Meta, in.Data.CampaignID); err != nil {
			return err
		}
	}
	return nil
}

// refused counts a platform's refusal against the rule that wanted what it refused.
func (e Evaluator) refused(ctx context.Context, in event.Envelope[event.CampaignStatusRefused]) error {
	return e.failed(ctx, in.Meta, in.Data.CampaignID)
}

func (e Evaluator) budgetRefused(ctx context.Context, in event.Envelope[event.CampaignBudgetRefused]) error {
	return e.failed(ctx, in.Meta, in.Data.CampaignID)
}

func (e Evaluator) failed(ctx context.Context, meta event.Meta, campaignID string) error {
	return e.Decisions.Failed(ctx, meta.OrgID, campaignID, automation.Failure{ID: meta.ID, At: meta.OccurredAt})
}

// Hour is the input of the timer for an organisation's campaigns; the schedule's own tick has none.
type Hour struct {
	OrgID string    `json:"orgId"`
	At    time.Time `json:"at"`
	After string    `json:"after,omitempty"` // the campaigns up to here were looked at
}

func (h Hour) timer(at time.Time) (schedule.Timer, error) {
	payload, err := json.Marshal(h)
	return schedule.Timer{
		Name: "rules-" + event.Derive(h.OrgID, "rules", h.At.UTC().Format(time.RFC3339), h.After),
		At:   at, Target: EvaluateAutomationsFunction, Payload: payload,
	}, err
}

const (
	ruledPage      = 1000
	ruledCampaigns = 50
	sweepAtOnce    = 4
	sweepReserve   = 30 * time.Second // of an invocation's time, to hand on what is left
)

// tick sets a timer for each organisation that has rules. Setting it again is harmless.
func (e Evaluator) tick(ctx context.Context) error {
	now := e.Now()
	for shard := range store.Shards {
		for after := ""; ; {
			ids, next, err := e.Rules.Organisations(ctx, shard, ruledPage, after)
			if err != nil {
				return err
			}
			for _, id := range ids {
				timer, err := Hour{OrgID: id, At: now.Truncate(time.Hour)}.timer(now)
				if err != nil {
					return err
				}
				if err := e.Timers.Set(ctx, timer); err != nil {
					return err
				}
			}
			if after = next; next == "" {
				break
			}
		}
	}
	return nil
}

// sweep looks at the organisation's campaigns, page by page. What there is no time for another timer goes
// on with.
func (e Evaluator) sweep(ctx context.Context, h Hour) error {
	book, err := e.Rules.Book(ctx, h.OrgID)
	if err != nil || len(book.Rules) == 0 {
		return err
	}
	id := event.Derive(h.OrgID, "rules", h.At.UTC().Format(time.RFC3339))
	for {
		page, next, err := e.Campaigns.List(ctx, h.OrgID, ruledCampaigns, h.After)
		if err != nil {
			return err
		}
		var looks []func(context.Context) error
		for _, c := range page {
			cause := event.Edge(event.Derive(id, c.ID), "schedule/"+EvaluateAutomationsFunction, e.Now())
			looks = append(looks, func(ctx context.Context) error { return e.evaluate(ctx, book, c.ID, cause, h.At) })
		}
		if err := parallel.UpTo(ctx, sweepAtOnce, looks...); err != nil {
			return err
		}
		if h.After = next; next == "" {
			return nil
		}
		if deadline, ok := ctx.Deadline(); ok && deadline.Sub(e.Now()) < sweepReserve {
			timer, err := h.timer(e.Now())
			return cmp.Or(err, e.Timers.Set(ctx, timer))
		}
	}
}

// commitTries is how often an evaluation begins anew when somebody else changed the campaign meanwhile.
const commitTries = 8

// evaluate lets the rules look at a campaign because of a cause, once.
func (e Evaluator) evaluate(ctx context.Context, book automation.Book, campaignID string, cause event.Cause, at time.Time) error {
	if len(book.Rules) == 0 {
		return nil
	}
	for try := 1; ; try++ {
		done, err := e.Decisions.Evaluated(ctx, book.OrgID, campaignID, automation.EvaluationID(cause.ID, campaignID), at)
		if err != nil || done {
			return err
		}
		err = e.once(ctx, book, campaignID, cause, at)
		if !fault.Is(err, fault.Conflict) || try == commitTries {
			return err
		}
	}
}

func (e Evaluator) once(ctx context.Context, book automation.Book, campaignID string, cause event.Cause, at time.Time) error {
	c, err := e.Campaigns.Get(ctx, book.OrgID, campaignID)
	if err != nil || c.Lifecycle != campaign.Active {
		return err
	}
	scene, rows, err := e.Scenes.Scene(ctx, c, automation.Reach(book.Rules), e.Now())
	if err != nil {
		return err
	}
	scene.CausedAt = at
	plan, err := automation.Evaluate(book.Rules, scene, rows, cause)
	if err != nil || len(plan.Evaluation.Decisions) == 0 {
		return err
	}
	if err := e.Decisions.Commit(ctx, plan.Evaluation.ID, plan, c, scene.State, scene.Day); err != nil {
		return err
	}
	count(ctx, plan)
	return e.trip(ctx, book, plan, campaignID, cause)
}

func count(ctx context.Context, plan automation.Plan) {
	for _, d := range plan.Evaluation.Decisions {
		if d.Outcome == automation.Done {
			obs.Count(ctx, "ActionsTaken", 1)
		}
		if d.Outcome == automation.Blocked {
			obs.Count(ctx, "ActionsBlocked", 1)
		}
	}
}

// trip takes rules back to telling. A crash before it is made good by the next evaluation, which finds the same.
func (e Evaluator) trip(ctx context.Context, book automation.Book, plan automation.Plan, campaignID string, cause event.Cause) error {
	for id, why := range plan.Trips {
		rule, ok := book.Rule(id)
		if !ok {
			continue
		}
		cause := cause
		cause.ID = event.Derive(id, "trip", rule.UpdatedAt.UTC().Format(time.RFC3339Nano))
		_, err := e.Rules.Update(ctx, book.OrgID, cause, func(b automation.Book) (store.BookChange, error) {
			next, events, err := b.Trip(rule, why, campaignID, cause)
			return store.BookChange{Book: next, Events: events}, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
