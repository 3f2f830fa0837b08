package store

import (
	"context"
	"slices"
	"time"

	"bellwether/internal/analytics"
	"bellwether/internal/automation"
	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/integration"
	"bellwether/internal/parallel"
)

// Scenes reads what rules of automation look at.
type Scenes struct{ Table Table }

// Scene reads what rules look at of the campaign that was just read, with the results of the reach days
// before today; and the stored results that a change of the campaign's budget has to know, see
// campaign.Span.
func (s Scenes) Scene(ctx context.Context, c campaign.Campaign, reach int, now time.Time) (scene automation.Scene, rows []campaign.Row, err error) {
	today := budget.Today(now, c.Zone())
	scene = automation.Scene{Campaign: c, Now: now}
	scene.Facts = automation.Facts{First: budget.AddDays(today, -reach), Today: today, MinSpendMicros: automation.MinSpend(c.Currency), Maturity: analytics.DefaultMaturity()}
	done := Automations(s)
	var history []campaign.Row
	err = parallel.Do(ctx,
		func(ctx context.Context) (err error) {
			scene.Facts.AsOf, scene.FreshFor, err = s.Freshness(ctx, c)
			return err
		},
		func(ctx context.Context) (err error) {
			scene.State, err = done.State(ctx, c.OrgID, c.ID)
			return err
		},
		func(ctx context.Context) (err error) {
			scene.Day, err = done.Day(ctx, c.OrgID, now.UTC().Format(time.DateOnly))
			return err
		},
		func(ctx context.Context) error {
			before, err := done.Day(ctx, c.OrgID, now.UTC().AddDate(0, 0, -1).Format(time.DateOnly))
			scene.Before = before.Taken
			return err
		},
		func(ctx context.Context) (err error) {
			scene.Freezes, err = Silences(s).Current(ctx, c.OrgID, now)
			return err
		},
		func(ctx context.Context) (err error) {
			history, err = Campaigns(s).Rows(ctx, c.OrgID, c.ID, scene.Facts.First, today)
			return err
		},
		func(ctx context.Context) (err error) {
			if from, to, ok := c.Span(nil, now); ok {
				rows, err = Campaigns(s).Rows(ctx, c.OrgID, c.ID, from, to)
			}
			return err
		})
	if err != nil {
		return scene, nil, err
	}
	if scene.Facts.Began = today; len(history) > 0 {
		scene.Facts.Began = history[0].Date
	}
	scene.Facts.Days, err = campaign.ByDay(history, c.ValuePer)
	return scene, rows, err
}

// Freshness is as of when all of the campaign's results are known, and how old they may be. A platform that
// has nothing new to tell is as fresh as the last sync that asked it.
func (s Scenes) Freshness(ctx context.Context, c campaign.Campaign) (asOf time.Time, limit time.Duration, err error) {
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
		account, err := Integrations(s).Get(ctx, c.OrgID, id)
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
