package listen

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/entry"
	"bellwether/internal/event"
	"bellwether/internal/notification"
	"bellwether/internal/parallel"
	"bellwether/internal/produce"
	"bellwether/internal/schedule"
	"bellwether/internal/tenant"
)

// BudgetCampaigns reads and changes campaigns.
type BudgetCampaigns interface {
	Campaigns
	UpdateFrom(ctx context.Context, token string, c campaign.Campaign, change func(context.Context, campaign.Campaign) (campaign.Change, error)) (campaign.Campaign, error)
}

// Roster tells whom to tell in an organisation.
type Roster interface {
	Roster(ctx context.Context, orgID string) (tenant.Roster, error)
}

// Inbox takes notices; one that it has stays as it is.
type Inbox interface {
	Add(ctx context.Context, n notification.Notice) error
}

// Alerts keeps alert records; one that it has stays as it is.
type Alerts interface {
	Has(ctx context.Context, orgID, id string, at time.Time) (bool, error)
	Add(ctx context.Context, a notification.Alert) error
}

// BudgetThreshold holds what NotifyBudgetThreshold works with.
type BudgetThreshold struct {
	Campaigns BudgetCampaigns
	Roster    Roster
	Telling
	Timers schedule.Scheduler
	Park   entry.Parker
	Now    func() time.Time
}

const notifyBudgetThreshold = "notify-budget-threshold"

// NotifyBudgetThreshold tells people that a campaign's spend reached a threshold, and pauses the
// campaign at 100 %. The alert record is written after the topic took the message, so it says
// 'told': a redelivery that finds it publishes nothing. The pause stands beside the telling, not
// behind it: a topic that is down must not let money burn.
func NotifyBudgetThreshold(b BudgetThreshold) *entry.Listener {
	return entry.NewListener(notifyBudgetThreshold, b.Park, b.Now, entry.On(b.handle), entry.On(b.forecast), entry.On(b.landing))
}

func (b BudgetThreshold) handle(ctx context.Context, e event.Envelope[event.BudgetThresholdReached]) error {
	var roster tenant.Roster
	var c campaign.Campaign
	var told bool
	err := parallel.Do(ctx,
		func(ctx context.Context) (err error) {
			c, err = b.Campaigns.Get(ctx, e.Meta.OrgID, e.Data.CampaignID)
			return err
		},
		func(ctx context.Context) (err error) {
			roster, err = b.Roster.Roster(ctx, e.Meta.OrgID)
			return err
		},
		func(ctx context.Context) (err error) {
			told, err = b.Alerts.Has(ctx, e.Meta.OrgID, notification.AlertID(e.Meta.ID), e.Meta.OccurredAt)
			return err
		})
	if err != nil {
		return err
	}
	work := []func(context.Context) error{func(ctx context.Context) error {
		return b.pause(ctx, c, e.Meta, roster.AutoPause && mayPause(e.Data), func(c campaign.Campaign, cause event.Cause) (campaign.Change, error) {
			return c.PauseForBudget(e.Data.BudgetVersion, e.Data.PeriodStart, cause)
		})
	}}
	message, alert := notification.BudgetMessage(e.Data), notification.BudgetAlert(e, common(roster))
	people := notification.Audience(roster.Admins, members(roster, e.Data.ManagerIDs), members(roster, []string{e.Data.CreatedBy}))
	n := news{
		message: message, cause: e.Meta, roster: roster, people: people, alert: alert,
		matter: notification.Matter{CampaignID: c.ID, BudgetVersion: e.Data.BudgetVersion, PeriodStart: e.Data.PeriodStart},
	}
	if e.Data.Late { // that its period is over is what it tells
		n.matter.PeriodStart = ""
	}
	work = append(work, b.notices(n)...)
	if !told {
		work = append(work, func(ctx context.Context) error { return b.publish(ctx, n) })
	}
	return parallel.Do(ctx, work...)
}

// forecast tells that the budget will not do. It pauses nothing: what is foreseen may not come.
func (b BudgetThreshold) forecast(ctx context.Context, e event.Envelope[event.BudgetForecastReached]) error {
	var roster tenant.Roster
	if err := readRoster(b.Roster, e.Meta.OrgID, &roster)(ctx); err != nil {
		return err
	}
	d, message := e.Data, notification.ForecastMessage(e.Data)
	alert := message.Alert(notification.AlertForecast, common(roster), e.Meta)
	alert.CampaignID, alert.Threshold, alert.SpendMicros, alert.BudgetMicros, alert.Currency = d.CampaignID, d.Threshold, d.SpendMicros, d.BudgetMicros, d.Currency
	alert.PeriodStart, alert.PeriodEnd, alert.BudgetVersion = d.PeriodStart, d.PeriodEnd, d.BudgetVersion
	return parallel.Do(ctx, b.tell(news{
		message: message, cause: e.Meta, roster: roster, alert: alert,
		people: notification.Audience(roster.Admins, members(roster, d.ManagerIDs), members(roster, []string{d.CreatedBy})),
		matter: notification.Matter{CampaignID: d.CampaignID, BudgetVersion: d.BudgetVersion, PeriodStart: d.PeriodStart},
	})...)
}

// landing pauses a campaign so that its spend lands on the budget, and tells so.
func (b BudgetThreshold) landing(ctx context.Context, e event.Envelope[event.BudgetLandingReached]) error {
	var roster tenant.Roster
	var c campaign.Campaign
	err := parallel.Do(ctx,
		func(ctx context.Context) (err error) {
			c, err = b.Campaigns.Get(ctx, e.Meta.OrgID, e.Data.CampaignID)
			return err
		},
		readRoster(b.Roster, e.Meta.OrgID, &roster))
	if err != nil {
		return err
	}
	d, message := e.Data, notification.LandingMessage(e.Data)
	alert := message.Alert(notification.AlertForecast, common(roster), e.Meta)
	alert.CampaignID, alert.SpendMicros, alert.BudgetMicros, alert.Currency = d.CampaignID, d.SpendMicros, d.BudgetMicros, d.Currency
	alert.PeriodStart, alert.PeriodEnd, alert.BudgetVersion = d.PeriodStart, d.PeriodEnd, d.BudgetVersion
	work := b.tell(news{
		message: message, cause: e.Meta, roster: roster, alert: alert,
		people: notification.Audience(roster.Admins, members(roster, d.ManagerIDs), members(roster, []string{d.CreatedBy})),
		matter: notification.Matter{CampaignID: d.CampaignID, BudgetVersion: d.BudgetVersion, PeriodStart: d.PeriodStart},
	})
	return parallel.Do(ctx, append(work, func(ctx context.Context) error {
		return b.pause(ctx, c, e.Meta, roster.AutoPause, func(c campaign.Campaign, cause event.Cause) (campaign.Change, error) {
			return c.PauseToLand(d.BudgetVersion, d.PeriodStart, cause)
		})
	})...)
}

// mayPause reports whether the event allows an action: the budget is spent, in a period that is
// running, by numbers that were fresh.
func mayPause(d event.BudgetThresholdReached) bool {
	spent := d.Threshold >= budget.Exhausted || slices.Contains(d.AlsoCrossed, budget.Exhausted)
	return spent && !d.Late && !d.Stale
}

// pause adds the budget's reason to the campaign where that is allowed, unless the budget has changed
// since, and sets the timer that takes it away when the period ends. The timer is set also when the
// campaign was paused before: a crash between the two, or a budget that got a period only now, must
// not leave it paused for ever. Setting it again is harmless.
func (b BudgetThreshold) pause(ctx context.Context, c campaign.Campaign, meta event.Meta, allowed bool, decide func(campaign.Campaign, event.Cause) (campaign.Change, error)) error {
	cause := meta.By(notifyBudgetThreshold, b.Now())
	if allowed {
		var err error
		c, err = b.Campaigns.UpdateFrom(ctx, cause.ID, c,
			func(_ context.Context, c campaign.Campaign) (campaign.Change, error) {
				return decide(c, cause)
			})
		if err != nil {
			return err
		}
	}
	end := c.BudgetPauseEnds() // when that is over already, the timer rings at once
	if end.IsZero() {
		return nil
	}
	payload, err := json.Marshal(produce.Deadline{
		Kind: produce.BudgetPeriodEnded, OrgID: meta.OrgID, CampaignID: c.ID, PeriodStart: c.BudgetPause,
		CorrelationID: meta.CorrelationID, CausationID: meta.ID, Hop: meta.Hop,
	})
	if err != nil {
		return err
	}
	return b.Timers.Set(ctx, schedule.Timer{
		Name: "budget-" + event.Derive(c.ID, c.BudgetPause, strconv.FormatInt(c.Budget.Version, 10)),
		At:   end.UTC(), Target: produce.WatchDeadlinesFunction, Payload: payload,
	})
}

// members are those of ids who still belong to the organisation.
func members(r tenant.Roster, ids []string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !slices.Contains(r.Members, id) })
}
