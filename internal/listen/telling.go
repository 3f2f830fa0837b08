package listen

import (
	"context"
	"strconv"

	"bellwether/internal/channel"
	"bellwether/internal/event"
	"bellwether/internal/notification"
)

// notices are the writes that put the message into the inboxes of the users.
func notices(inbox Inbox, users []string, m notification.Message, cause event.Meta) []func(context.Context) error {
	writes := make([]func(context.Context) error, len(users))
	for i, userID := range users {
		writes[i] = func(ctx context.Context) error { return inbox.Add(ctx, m.To(userID, cause)) }
	}
	return writes
}

// Alarms reach people outside of their inboxes.
type Alarms struct {
	Topic  channel.Topic
	Alerts Alerts
}

// raise publishes the alert unless it was told before.
func (a Alarms) raise(ctx context.Context, alert notification.Alert, m notification.Message) error {
	told, err := a.Alerts.Has(ctx, alert.OrgID, alert.ID, alert.At)
	if err != nil || told {
		return err
	}
	return a.publish(ctx, alert, m)
}

// publish hands the message to the topic, and then records the alert: so the record says 'told', and
// what was not told is told again.
func (a Alarms) publish(ctx context.Context, alert notification.Alert, m notification.Message) error {
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
	err := a.Topic.Publish(ctx, channel.Message{ID: alert.ID, Subject: m.Title, Text: m.Text, SMS: m.SMS, Attributes: attributes})
	if err != nil {
		return err
	}
	return a.Alerts.Add(ctx, alert)
}
