package listen

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"bellwether/internal/channel"
	"bellwether/internal/event"
	"bellwether/internal/notification"
	"bellwether/internal/tenant"
)

// Telling is how people hear of something: in their inboxes, and by the topic outside of them.
type Telling struct {
	Inbox  Inbox
	Alerts Alerts
	Topic  channel.Topic
}

// news is one thing to tell because of an event.
type news struct {
	message notification.Message
	cause   event.Meta
	roster  tenant.Roster
	people  []string
	alert   notification.Alert // what is recorded if it is loud, and says what it is about
	matter  notification.Matter
}

// indoors is news that is nobody's alarm.
func indoors(m notification.Message, cause event.Meta, roster tenant.Roster, people []string) news {
	return news{message: m, cause: cause, roster: roster, people: people, alert: m.Alert("", common(roster), cause)}
}

// tell are the writes that tell it. What is loud is recorded, and reaches people whatever they prefer;
// what is not goes out of doors only where somebody wants it.
func (t Telling) tell(n news) []func(context.Context) error {
	work := t.notices(n)
	if n.message.Severity.Loud() {
		return append(work, func(ctx context.Context) error { return t.raise(ctx, n) })
	}
	return append(work, t.hand(n)...)
}

// notices are the writes that put it into inboxes, but those of people who want none of its kind.
func (t Telling) notices(n news) []func(context.Context) error {
	var writes []func(context.Context) error
	for _, userID := range n.people {
		if !n.muted(userID) {
			writes = append(writes, func(ctx context.Context) error { return t.Inbox.Add(ctx, n.noticeOf(userID)) })
		}
	}
	return writes
}

// hand are the writes that hand it to those who tell people by their own channels, if anybody wants that.
// Nothing is recorded of it here: what is handed over again is told once all the same.
func (t Telling) hand(n news) []func(context.Context) error {
	if !n.roster.Notify.Wants(n.people, n.message.Category, n.message.Severity) {
		return nil
	}
	return []func(context.Context) error{func(ctx context.Context) error {
		m, err := n.letter()
		if err != nil {
			return err
		}
		m.Attributes[channel.RecipientAttribute] = channel.NoRecipient // those who subscribed to all get what is loud
		return t.Topic.Publish(ctx, m)
	}}
}

// raise publishes the alert unless it was told before.
func (t Telling) raise(ctx context.Context, n news) error {
	told, err := t.Alerts.Has(ctx, n.alert.OrgID, n.alert.ID, n.alert.At)
	if err != nil || told {
		return err
	}
	return t.publish(ctx, n)
}

// publish hands the message to the topic, and then records the alert: so the record says 'told', and
// what was not told is told again.
func (t Telling) publish(ctx context.Context, n news) error {
	m, err := n.letter()
	if err != nil {
		return err
	}
	if err := t.Topic.Publish(ctx, m); err != nil {
		return err
	}
	return t.Alerts.Add(ctx, n.alert)
}

// common is the language of what is told to the whole organisation.
func common(r tenant.Roster) notification.Language { return r.Notify.Language("") }

// noticeOf is the notice as the person reads it.
func (n news) noticeOf(userID string) notification.Notice {
	return n.message.To(userID, n.roster.Notify.Language(userID), n.roster.Notify.Zone(userID), n.cause)
}

func (n news) muted(userID string) bool {
	return n.roster.Notify.Muted(userID, n.message.Category, n.message.Severity)
}

// letter is what the topic takes: the texts for those who subscribed to everything, and the handover.
func (n news) letter() (channel.Message, error) {
	a := n.alert
	attributes := map[string]string{
		"orgId": a.OrgID, "severity": string(n.message.Severity), "kind": a.Kind,
		"campaignId": a.CampaignID, "integrationId": a.IntegrationID, "postId": a.PostID,
	}
	if a.Threshold > 0 {
		attributes["threshold"] = strconv.Itoa(a.Threshold)
	}
	for name, value := range attributes {
		if value == "" {
			delete(attributes, name)
		}
	}
	h := notification.Handover{
		ID: a.ID, OrgID: a.OrgID, Kind: a.Kind, Key: n.key(), Subject: n.cause.Subject,
		EventID: a.EventID, CauseID: n.cause.ID, At: n.cause.OccurredAt, Message: n.message, People: n.people, Matter: n.matter,
		Muted: slices.DeleteFunc(slices.Clone(n.people), func(id string) bool { return !n.muted(id) }),
	}
	handover, err := json.Marshal(struct {
		Handover notification.Handover `json:"handover"`
	}{h})
	r := n.message.In(common(n.roster), n.roster.Notify.OrgZone())
	return channel.Message{ID: a.ID, Subject: r.Title, Text: r.Text, SMS: r.SMS, Attributes: attributes, Handover: handover}, err
}

// key is what is told, of what: the same is told once an hour.
func (n news) key() string {
	return event.Derive(n.cause.Type, n.cause.Subject, n.message.In(notification.English, nil).Title)
}
