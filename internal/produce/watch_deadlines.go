package produce

import (
	"context"
	"encoding/json"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/delivery"
	"bellwether/internal/entry"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/queue"
	"bellwether/internal/schedule"
)

// WatchDeadlinesFunction is the function that timers wake.
const WatchDeadlinesFunction = "watch-deadlines"

// BudgetPeriodEnded is the deadline at which a campaign's pause for its budget ends.
const BudgetPeriodEnded = "budget-period-ended"

// DeliveryDue is when something is to be sent to a target.
const DeliveryDue = "delivery-due"

// Deadline is what a timer wakes WatchDeadlines with.
type Deadline struct {
	Kind          string    `json:"kind"`
	OrgID         string    `json:"orgId"`
	CampaignID    string    `json:"campaignId,omitempty"`
	PeriodStart   string    `json:"periodStart,omitempty"` // of the period whose budget was spent
	Target        string    `json:"target,omitempty"`      // of DeliveryDue
	IncidentID    string    `json:"incidentId,omitempty"`
	At            time.Time `json:"at,omitzero"` // of an incident's: when it is due
	CorrelationID string    `json:"correlationId"`
	CausationID   string    `json:"causationId"`
	Hop           int       `json:"hop"`
}

// DeadlineCampaigns changes campaigns.
type DeadlineCampaigns interface {
	Update(ctx context.Context, token, orgID, id string, change func(context.Context, campaign.Campaign) (campaign.Change, error)) (campaign.Campaign, error)
}

// Deadlines holds what WatchDeadlines works with.
type Deadlines struct {
	Campaigns DeadlineCampaigns
	Incidents DeadlineIncidents
	Calendars Calendars
	Timers    schedule.Scheduler
	Alerts    queue.Queue
	Now       func() time.Time
}

// WatchDeadlines does what is due. A timer may fire early, late or twice, so each deadline looks
// at what is true now.
func WatchDeadlines(w Deadlines) *entry.Schedule {
	return entry.NewSchedule(func(ctx context.Context, d Deadline) error {
		switch d.Kind {
		case BudgetPeriodEnded:
			return w.periodEnded(ctx, d)
		case IncidentDue:
			return w.incident(ctx, d)
		case DeliveryDue:
			return wakeTarget(ctx, w.Alerts, d)
		}
		return fault.Newf(fault.Invalid, "unknown_deadline", "there is no deadline of kind %q", d.Kind)
	})
}

// periodEnded lets a campaign run again, if the period is really over.
func (w Deadlines) periodEnded(ctx context.Context, d Deadline) error {
	cause := event.Cause{
		ID: event.Derive(d.CausationID, d.Kind), CorrelationID: d.CorrelationID,
		Hop: d.Hop + 1, Actor: "schedule/" + WatchDeadlinesFunction, At: w.Now(),
	}
	c, err := w.Campaigns.Update(ctx, cause.ID, d.OrgID, d.CampaignID,
		func(_ context.Context, c campaign.Campaign) (campaign.Change, error) {
			return c.EndPeriod(d.PeriodStart, cause)
		})
	if err != nil {
		return err
	}
	if c.BudgetPause == d.PeriodStart && !c.BudgetPauseEnds().IsZero() {
		// This machine's clock is behind the timer's: Lambda tries again in a minute.
		return fault.New(fault.Retryable, "too_early", "the budget period is not over yet")
	}
	return nil
}

// wakeTarget hands a target that is due to those who send: a queue tries longer than a timer does.
func wakeTarget(ctx context.Context, alerts queue.Queue, d Deadline) error {
	body, err := json.Marshal(delivery.Errand{Wake: &delivery.Outgoing{OrgID: d.OrgID, Target: d.Target}})
	if err != nil {
		return err
	}
	return alerts.Send(ctx, queue.Message{Body: body})
}
