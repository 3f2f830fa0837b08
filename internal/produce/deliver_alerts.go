package produce

import (
	"context"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/channel"
	"bellwether/internal/consent"
	"bellwether/internal/delivery"
	"bellwether/internal/entry"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/incident"
	"bellwether/internal/notification"
	"bellwether/internal/obs"
	"bellwether/internal/parallel"
	"bellwether/internal/queue"
	"bellwether/internal/schedule"
	"bellwether/internal/secret"
	"bellwether/internal/tenant"
)

// DeliverAlertsFunction is the function that tells people outside of their inboxes.
const DeliverAlertsFunction = "deliver-alerts"

// Ledger keeps deliveries and lanes.
type Ledger interface {
	Enqueue(ctx context.Context, rows []delivery.Delivery) error
	Get(ctx context.Context, orgID string, ref delivery.Ref) (delivery.Delivery, error)
	OfAlert(ctx context.Context, orgID, alertID string) ([]delivery.Delivery, error)
	Pending(ctx context.Context, orgID, target string, limit int) ([]delivery.Delivery, error)
	Lane(ctx context.Context, orgID, target string) (delivery.Lane, error)
	Save(ctx context.Context, token string, lane *delivery.Lane, now time.Time, rows ...delivery.Delivery) error
}

// Addresses keeps how people are told.
type Addresses interface {
	Confirm(ctx context.Context, orgID string, p notification.Person) error
	Channel(ctx context.Context, orgID, id string) (notification.Channel, error)
	PutChannel(ctx context.Context, orgID string, c notification.Channel, action, detail string, cause event.Cause) (notification.Channel, error)
}

// Inboxes keeps notices.
type Inboxes interface {
	Add(ctx context.Context, n notification.Notice) error
	IsRead(ctx context.Context, orgID, userID, noticeID string, at time.Time) (bool, error)
}

// Incidents reads the last incident of a key, and changes incidents.
type Incidents interface {
	Last(ctx context.Context, orgID, key string) (incident.Incident, error)
	UpdateFrom(ctx context.Context, token string, before incident.Incident, change func(incident.Incident) (incident.Change, error)) (incident.Incident, error)
}

// Silences reads the silences that may be in force.
type Silences interface {
	Current(ctx context.Context, orgID string, now time.Time) ([]incident.Silence, error)
}

// AlertCampaigns reads campaigns.
type AlertCampaigns interface {
	Get(ctx context.Context, orgID, id string) (campaign.Campaign, error)
}

// Rosters tells who belongs to an organisation, and how they are told.
type Rosters interface {
	Roster(ctx context.Context, orgID string) (tenant.Roster, error)
}

// People sends to the own addresses of persons.
type People interface {
	Confirmed(ctx context.Context, endpoint string) (bool, error)
	Send(ctx context.Context, recipient, protocol string, l channel.Letter) error
}

// Deliverer holds what DeliverAlerts works with.
type Deliverer struct {
	Ledger    Ledger
	Addresses Addresses
	Rosters   Rosters
	Inboxes   Inboxes
	Incidents Incidents
	Silences  Silences
	Campaigns AlertCampaigns
	People    People
	Senders   map[string]channel.Sender // by kind: slack, teams, webhook
	Sealer    secret.Sealer
	Links     consent.Links
	Queue     queue.Queue
	Timers    schedule.Scheduler
	Now       func() time.Time
	Random    io.Reader
}

// DeliverAlerts plans what a listener hands over, and sends what is due. A row that is not done always has
// a wake-up on its way: a message that failed comes again, one that was handled has sent the next one before
// it went.
func DeliverAlerts(d Deliverer) *entry.Queue {
	return entry.NewQueue(func(ctx context.Context, m entry.Message[delivery.Errand]) error {
		switch w, h := m.Body.Wake, m.Body.Handover; {
		case h != nil && event.IsID(h.ID) && event.IsID(h.OrgID):
			return d.plan(ctx, *h)
		case w != nil && event.IsID(w.OrgID) && w.Target != "":
			return d.look(ctx, *w)
		}
		return fault.New(fault.Invalid, "bad_payload", "the message names neither an alert nor a target")
	})
}

// plan writes a row for everybody who is told, and wakes those that have to be sent. Which those are is
// read back: what was planned at an earlier try holds.
func (d Deliverer) plan(ctx context.Context, h notification.Handover) error {
	roster, err := d.Rosters.Roster(ctx, h.OrgID)
	if err != nil {
		return err
	}
	if err := d.Ledger.Enqueue(ctx, delivery.Plan(roster.Notify, h, d.Now())); err != nil {
		return err
	}
	rows, err := d.Ledger.OfAlert(ctx, h.OrgID, h.ID)
	if err != nil {
		return err
	}
	rows = slices.DeleteFunc(rows, func(r delivery.Delivery) bool { return !r.Pending() })
	obs.Note(ctx, "deliveries", len(rows))
	return d.wake(ctx, rows...)
}

// wake has each row looked at when its time has come.
func (d Deliverer) wake(ctx context.Context, rows ...delivery.Delivery) error {
	var soon []queue.Message
	var calls []func(context.Context) error
	for _, r := range rows {
		ref := r.Ref()
		w := delivery.Outgoing{OrgID: r.OrgID, Target: r.Target, Row: &ref}
		m, later, err := d.wakeUp(w, r.NotBefore)
		switch {
		case err != nil:
			return err
		case later != nil:
			calls = append(calls, func(ctx context.Context) error { return d.Timers.Set(ctx, *later) })
		default:
			soon = append(soon, m)
		}
	}
	if len(soon) > 0 {
		calls = append(calls, func(ctx context.Context) error { return d.Queue.Send(ctx, soon...) })
	}
	return parallel.UpTo(ctx, sweepSide, calls...)
}

// wakeUp is the message that comes at the time, or the timer where that is too far away for a message.
// One timer does for everything that is due at the same time for the same target.
func (d Deliverer) wakeUp(w delivery.Outgoing, at time.Time) (m queue.Message, later *schedule.Timer, err error) {
	wait := max(at.Sub(d.Now()), 0)
	if wait <= queue.MaxDelay {
		m.Delay = (wait + time.Second - 1).Truncate(time.Second)
		m.Body, err = json.Marshal(delivery.Errand{Wake: &w})
		return m, nil, err
	}
	payload, err := json.Marshal(Deadline{Kind: DeliveryDue, OrgID: w.OrgID, Target: w.Target})
	name := "deliver-" + event.Derive(w.OrgID, w.Target, strconv.FormatInt(at.Unix(), 10))
	return m, &schedule.Timer{Name: name, At: at.UTC(), Target: WatchDeadlinesFunction, Payload: payload}, err
}
