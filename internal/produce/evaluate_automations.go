package produce

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"bellwether/internal/automation"
	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/entry"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/incident"
	"bellwether/internal/integration"
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
	Rows(ctx context.Context, orgID, id, from, to string) ([]campaign.Row, error)
}

// RuleBooks keeps rules.
type RuleBooks interface {
	Book(ctx context.Context, orgID string) (automation.Book, error)
	Update(ctx context.Context, orgID string, cause event.Cause, change func(automation.Book) (store.BookChange, error)) (automation.Book, error)
	Organisations(ctx context.Context, shard, limit int, after string) ([]string, string, error)
}

// Decisions keeps what rules decided and did.
type Decisions interface {
	State(ctx context.Context, orgID, campaignID string) (automation.State, error)
	Day(ctx context.Context, orgID, date string) (automation.Day, error)
	Evaluated(ctx context.Context, orgID, campaignID, id string, at time.Time) (bool, error)
	Commit(ctx context.Context, token string, p automation.Plan, before campaign.Campaign, state automation.State, day automation.Day) error
	Failed(ctx context.Context, orgID, campaignID string, f automation.Failure) error
}

// Freezes knows when nothing may act.
type Freezes interface {
	Current(ctx context.Context, orgID string, now time.Time) ([]incident.Silence, error)
}

// Reviewer looks at a campaign whose results changed.
type Reviewer interface {
	Review(ctx context.Context, meta event.Meta, campaignID string) error
}

// Evaluator holds what EvaluateAutomations works with.
type Evaluator struct {
	Campaigns RuledCampaigns
	Accounts  DrivenAccounts
	Rules     RuleBooks
	Decisions Decisions
	Freezes   Freezes
	Reviewers []Reviewer // beside the rules
	Timers    schedule.Scheduler
	Park      entry.Parker
	Now       func() time.Time
}

// EvaluateAutomations lets the rules look at a campaign whenever its results changed, and at all campaigns
// of an organisation every hour, for freezes and cooldowns end without new results. What is decided is
// written together with what is done, so a campaign is changed once a decision, or not at all.
func EvaluateAutomations(e Evaluator) *entry.Mixed {
	listener := entry.NewListener(EvaluateAutomationsFunction, e.Park, e.Now, entry.On(e.updated), entry.On(e.refused))
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
	return e.Decisions.Failed(ctx, in.Meta.OrgID, in.Data.CampaignID, automation.Failure{ID: in.Meta.ID, At: in.Meta.OccurredAt})
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
	ruledPage    = 1000
	ruledCampaigns    = 50
	sweepAtOnce  = 4
	sweepReserve = 30 * time.Second // of an invocation's time, to hand on what is left
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
	scene, rows, err := e.scene(ctx, c, automation.Reach(book.Rules))
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

// scene reads what the rules look at.
func (e Evaluator) scene(ctx context.Context, c campaign.Campaign, reach int) (s automation.Scene, rows []campaign.Row, err error) {
	now := e.Now()
	today := budget.Today(now, c.Zone())
	s = automation.Scene{Campaign: c, Now: now}
	s.Facts = automation.Facts{First: budget.AddDays(today, -reach), Today: today, MinSpendMicros: automation.MinSpend(c.Currency)}
	var history []campaign.Row
	err = parallel.Do(ctx,
		func(ctx context.Context) (err error) {
			s.Facts.AsOf, s.FreshFor, err = e.freshness(ctx, c)
			return err
		},
		func(ctx context.Context) (err error) {
			s.State, err = e.Decisions.State(ctx, c.OrgID, c.ID)
			return err
		},
		func(ctx context.Context) (err error) {
			s.Day, err = e.Decisions.Day(ctx, c.OrgID, now.UTC().Format(time.DateOnly))
			return err
		},
		func(ctx context.Context) error {
			before, err := e.Decisions.Day(ctx, c.OrgID, now.UTC().AddDate(0, 0, -1).Format(time.DateOnly))
			s.Before = before.Taken
			return err
		},
		func(ctx context.Context) (err error) {
			s.Freezes, err = e.Freezes.Current(ctx, c.OrgID, now)
			return err
		},
		func(ctx context.Context) (err error) {
			history, err = e.Campaigns.Rows(ctx, c.OrgID, c.ID, s.Facts.First, today)
			return err
		},
		func(ctx context.Context) (err error) {
			rows, err = PeriodRows(ctx, e.Campaigns, c, now)
			return err
		})
	if err != nil {
		return s, nil, err
	}
	s.Facts.Days, err = campaign.ByDay(history, c.ValuePer)
	return s, rows, err
}

// PeriodRows are the stored results that a change of the campaign's budget at now has to know.
func PeriodRows(ctx context.Context, campaigns interface {
	Rows(ctx context.Context, orgID, id, from, to string) ([]campaign.Row, error)
}, c campaign.Campaign, now time.Time) ([]campaign.Row, error) {
	from, to, ok := c.Span(nil, now)
	if !ok {
		return nil, nil
	}
	return campaigns.Rows(ctx, c.OrgID, c.ID, from, to)
}

// freshness is as of when all of the campaign's results are known, and how old they may be. A platform that
// has nothing new to tell is as fresh as the last sync that asked it.
func (e Evaluator) freshness(ctx context.Context, c campaign.Campaign) (asOf time.Time, limit time.Duration, err error) {
	var ids []string
	for _, p := range c.Placements {
		if p.Linked() && !p.Remote.Gone {
			ids = append(ids, p.IntegrationID)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	every := integration.DefaultEvery * time.Minute
	if len(ids) == 0 {
		return c.AsOf, automation.FreshFor(every), nil
	}
	for n, id := range ids {
		account, err := e.Accounts.Get(ctx, c.OrgID, id)
		if err != nil {
			return asOf, 0, err
		}
		if told := account.Health.DataAsOf; n == 0 || told.Before(asOf) {
			asOf = told
		}
		every = max(every, account.Every())
	}
	if len(ids) == 1 && c.AsOf.After(asOf) {
		asOf = c.AsOf // the sync that brought them goes on
	}
	return asOf, automation.FreshFor(every), nil
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
