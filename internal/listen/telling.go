package listen

import (
	"context"
	"strconv"
	"time"

	"bellwether/internal/channel"
	"bellwether/internal/event"
	"bellwether/internal/notification"
	"bellwether/internal/tenant"
)

// notices are the writes that put the message into the inboxes of the users, each in their language.
func notices(inbox Inbox, roster tenant.Roster, users []string, m notification.Message, cause event.Meta) []func(context.Context) error {
	writes := make([]func(context.Context) error, len(users))
	for i, userID := range users {
		lang := notification.Language(roster.LanguageOf(userID))
		writes[i] = func(ctx context.Context) error { return inbox.Add(ctx, m.To(userID, lang, time.UTC, cause)) }
	}
	return writes
}

// common is the language of what is told to the whole organisation.
func common(r tenant.Roster) notification.Language { return notification.Language(r.OrgLanguage()) }

// Alarms reach people outside of their inboxes.
type Alarms struct {
	Topic  channel.Topic
	Alerts Alerts
}

// raise publishes the alert unless it was told before.
func (a Alarms) raise(ctx context.Context, roster tenant.Roster, alert notification.Alert, m notification.Message) error {
	told, err := a.Alerts.Has(ctx, alert.OrgID, alert.ID, alert.At)
	if err != nil || told {
		return err
	}
	return a.publish(ctx, roster, alert, m)
}

// publish hands the message to the topic, and then records the alert: so the record says 'told', and
// what was not told is told again.
func (a Alarms) publish(ctx context.Context, roster tenant.Roster, alert notification.Alert, m notification.Message) error {
	attributes := map[string]string{
		"orgId": alert.OrgID, "severity": string(alert.Severity), "kind": alert.Kind,
		"campaignId": alert.CampaignID, "integrationId": alert.IntegrationID, "postId": alert.PostID,
	}
	if alert.Threshold > 0 {
		attributes["threshold"] = strconv.Itoa(alert.Threshold)
	}
	for name, value := range attributes {
		if value == "" {
			delete(attributes, name)
		}
	}
	r := m.In(common(roster), time.UTC)
	err := a.Topic.Publish(ctx, channel.Message{ID: alert.ID, Subject: r.Title, Text: r.Text, SMS: r.SMS, Attributes: attributes})
	if err != nil {
		return err
	}
	return a.Alerts.Add(ctx, alert)
}
