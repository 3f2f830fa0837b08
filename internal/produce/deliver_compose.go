package produce

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"bellwether/internal/channel"
	"bellwether/internal/consent"
	"bellwether/internal/delivery"
	"bellwether/internal/event"
	"bellwether/internal/notification"
)

// compose writes the letter of the rows as its reader reads it: one message as it is, several as a list.
func (t *turn) compose(ctx context.Context, rows []delivery.Delivery) channel.Letter {
	first := rows[0]
	language, zone := t.reader(first)
	message := first.Message
	if len(rows) > 1 {
		message = folded(rows)
	}
	l := message.Letter(language, zone, t.lane.Flight.LetterID, first.At, t.link(ctx, rows))
	if first.Channel == channel.Webhook {
		l.Event = machine(first, l)
	}
	return l
}

// link is where a person answers what a message asks; of several that ask, the latest.
func (t *turn) link(ctx context.Context, rows []delivery.Delivery) string {
	for _, d := range slices.Backward(rows) {
		if asks := d.Message.Asks; asks != nil && d.UserID != "" {
			return t.Links.To(ctx, consent.Ticket{OrgID: t.wake.OrgID, ActionID: asks.ActionID, UserID: d.UserID, Expires: asks.Until.Unix()})
		}
	}
	return ""
}

// folded is one message in place of several: their titles.
func folded(rows []delivery.Delivery) notification.Message {
	m, since := notification.Message{Category: rows[0].Message.Category}, rows[0].At
	for _, d := range rows {
		if m.Severity == "" || d.Message.Severity.AtLeast(m.Severity) {
			m.Severity = d.Message.Severity
		}
		if d.At.Before(since) {
			since = d.At
		}
		m.Lines = append(m.Lines, d.Message.Title)
	}
	m.Title = notification.DigestTitle(len(rows), since)
	return m
}

// reader is the language and the time zone of who reads it.
func (t *turn) reader(d delivery.Delivery) (notification.Language, *time.Location) {
	if c, ok := t.channel(d); ok && c.Language != "" {
		return c.Language, t.roster.Notify.OrgZone()
	}
	return t.roster.Notify.Language(d.UserID), t.roster.Notify.Zone(d.UserID)
}

// machine is what a webhook gets: the same in fields.
func machine(d delivery.Delivery, l channel.Letter) []byte {
	body, err := json.Marshal(struct {
		Type      string    `json:"type"`
		Timestamp time.Time `json:"timestamp"`
		Data      any       `json:"data"`
	}{"alert", d.At.UTC(), struct {
		AlertID  string   `json:"alertId"`
		Kind     string   `json:"kind"`
		Category string   `json:"category"`
		Severity string   `json:"severity"`
		Title    string   `json:"title"`
		Lines    []string `json:"lines"`
		Subject  string   `json:"subject"`
		EventID  string   `json:"eventId"`
	}{d.AlertID, d.Kind, l.Category, l.Severity, l.Title, l.Lines, d.Subject, d.EventID}})
	if err != nil {
		return nil // texts and times can be encoded
	}
	return body
}

// tellDisabled tells the admins that nothing goes to a channel any more.
// Their notices bear the time of the row, so that doing it again finds them.
func (t *turn) tellDisabled(ctx context.Context, name, reason, causeID, channelID string, at time.Time) error {
	m := notification.ChannelDisabledMessage(name, reason)
	meta := event.Meta{ID: causeID, OrgID: t.wake.OrgID, Subject: "channel/" + channelID, OccurredAt: at}
	for _, userID := range t.roster.Admins {
		if err := t.Inboxes.Add(ctx, m.To(userID, t.roster.Notify.Language(userID), t.roster.Notify.Zone(userID), meta)); err != nil {
			return err
		}
	}
	return nil
}
