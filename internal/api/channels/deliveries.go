package channels

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"bellwether/internal/api"
	"bellwether/internal/channel"
	"bellwether/internal/delivery"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/notification"
	"bellwether/internal/queue"
)

// deliveries lists what is done, or all of one alert.
func (a API) deliveries(w http.ResponseWriter, r *http.Request) error {
	if err := api.Known(r, "alertId", "limit", "cursor"); err != nil {
		return err
	}
	limit, after, err := a.Cursors.Page(r)
	if err != nil {
		return err
	}
	orgID, page := api.Principal(r).OrgID, api.AlertDeliveryPage{}
	if id := r.URL.Query().Get("alertId"); id != "" {
		if !event.IsID(id) {
			return fault.InvalidFields(fault.Field{Name: "alertId", Message: "must be the id of an alert"})
		}
		list, err := a.Ledger.OfAlert(r.Context(), orgID, id)
		if err != nil {
			return err
		}
		page.Items = api.Map(list, wireDelivery)
		return api.JSON(w, http.StatusOK, page)
	}
	list, next, err := a.Ledger.Done(r.Context(), orgID, limit, after)
	if err != nil {
		return err
	}
	page.Items = api.Map(list, wireDelivery)
	if page.Next, err = a.Cursors.Next(r, next); err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, page)
}

// testContact sends a test to an address of the person's own.
func (a API) testContact(w http.ResponseWriter, r *http.Request) error {
	by, err := contactKind(r)
	if err != nil {
		return err
	}
	p, err := a.person(r)
	if err != nil {
		return err
	}
	if p.Contact(by) == nil {
		return fault.New(fault.NotFound, "no_contact", "you have given no such address")
	}
	return a.try(w, r, p.Contact(by).Address, delivery.Delivery{Target: delivery.PersonTarget(p.UserID, by), Channel: by, UserID: p.UserID})
}

// test sends a test to a channel.
func (a API) test(w http.ResponseWriter, r *http.Request) error {
	c, err := a.read(r)
	if err != nil {
		return err
	}
	if c.Disabled != "" {
		return fault.New(fault.Conflict, "channel_disabled", "the channel is disabled: enable it first")
	}
	return a.try(w, r, c.Name, delivery.Delivery{Target: delivery.ChannelTarget(c.ID), Channel: c.Kind, ChannelID: c.ID})
}

// try has a test delivered like everything else, so that the ledger tells what became of it.
func (a API) try(w http.ResponseWriter, r *http.Request, name string, to delivery.Delivery) error {
	p, cause := api.Principal(r), api.RequestCause(r)
	d := delivery.Test(to, p.OrgID, cause.ID, notification.ChannelTestMessage(name), cause.At)
	return a.send(r.Context(), w, d)
}

// send enqueues a row and wakes who sends it.
func (a API) send(ctx context.Context, w http.ResponseWriter, d delivery.Delivery) error {
	if err := a.Ledger.Enqueue(ctx, []delivery.Delivery{d}); err != nil {
		return err
	}
	ref := d.Ref()
	body, err := json.Marshal(delivery.Errand{Wake: &delivery.Outgoing{OrgID: d.OrgID, Target: d.Target, Row: &ref}})
	if err != nil {
		return err
	}
	if err := a.Queue.Send(ctx, queue.Message{Body: body}); err != nil {
		return err
	}
	return api.JSON(w, http.StatusAccepted, wireDelivery(d))
}

// replay sends what a channel did not get, or may not have got, once more. It bears the name of the first
// letter, so that who has it knows it.
func (a API) replay(w http.ResponseWriter, r *http.Request) error {
	alertID, err := api.PathID(r, "alertId")
	if err != nil {
		return err
	}
	id, err := api.PathID(r, "deliveryId")
	if err != nil {
		return err
	}
	d, err := a.Ledger.Get(r.Context(), api.Principal(r).OrgID, delivery.Ref{AlertID: alertID, ID: id})
	if err != nil {
		return err
	}
	kinds := []string{channel.Slack, channel.Teams, channel.Webhook}
	if d.Pending() || !slices.Contains(kinds, d.Channel) {
		return fault.New(fault.Conflict, "not_replayable", "only what is done for a channel can be sent there again")
	}
	cause := api.RequestCause(r)
	return a.send(r.Context(), w, d.Replay(cause.ID, cause.At))
}

func wireDelivery(d delivery.Delivery) api.AlertDelivery {
	out := api.AlertDelivery{
		Id: d.ID, AlertId: d.AlertID, Channel: d.Channel, UserId: api.Optional(d.UserID), ChannelId: api.Optional(d.ChannelID),
		Category: d.Message.Category, Severity: string(d.Message.Severity), Title: d.Message.In(notification.English, nil).Title, Subject: d.Subject, EventId: d.EventID,
		State: string(d.State), Reason: api.Optional(d.Reason), NotBefore: d.NotBefore, CreatedAt: d.CreatedAt,
		Attempts: api.Map(d.Attempts, wireAttempt),
	}
	if !d.EndedAt.IsZero() {
		at := d.EndedAt
		out.EndedAt = &at
	}
	return out
}

func wireAttempt(t delivery.Attempt) api.DeliveryAttempt {
	outcome := string(t.Outcome)
	switch {
	case t.Taken:
		outcome = "taken"
	case outcome == "":
		outcome = "sending"
	}
	return api.DeliveryAttempt{At: t.At, LetterId: t.LetterID, Outcome: outcome, Text: api.Optional(t.Text)}
}
