// Package sns publishes messages on an Amazon SNS topic.
package sns

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"bellwether/internal/channel"
	"bellwether/internal/fault"
)

// maxSubject is the longest subject that SNS takes: its reference says less than 100 characters.
const maxSubject = 99

// IDAttribute is the message attribute that carries Message.ID.
const IDAttribute = "alertId"

// Topic is one topic. It is safe for concurrent use.
type Topic struct {
	client *sns.Client
	arn    string
}

var _ channel.Topic = (*Topic)(nil)

// New makes the topic with the given ARN.
func New(cfg aws.Config, arn string) *Topic {
	return &Topic{client: sns.NewFromConfig(cfg), arn: arn}
}

// Publish implements channel.Topic.
func (t *Topic) Publish(ctx context.Context, m channel.Message) error {
	texts := map[string]string{"default": m.Text, "email": m.Text}
	if m.SMS != "" {
		texts["sms"] = m.SMS
	}
	if m.Handover != nil {
		texts["sqs"] = string(m.Handover)
	}
	body, err := json.Marshal(texts)
	if err != nil {
		return fmt.Errorf("encode message %s: %w", m.ID, err)
	}
	in := &sns.PublishInput{
		TopicArn:          &t.arn,
		Message:           aws.String(string(body)),
		MessageStructure:  aws.String("json"),
		MessageAttributes: attributes(m),
	}
	if s := subject(m.Subject); s != "" {
		in.Subject = &s
	}
	_, err = t.client.Publish(ctx, in)
	return wrap(err, m.ID)
}

// attributes leaves empty values out: SNS refuses them.
func attributes(m channel.Message) map[string]types.MessageAttributeValue {
	out := make(map[string]types.MessageAttributeValue, len(m.Attributes)+1)
	add := func(name, value string) {
		if value != "" {
			out[name] = types.MessageAttributeValue{DataType: aws.String("String"), StringValue: &value}
		}
	}
	for name, value := range m.Attributes {
		add(name, value)
	}
	add(IDAttribute, m.ID)
	if m.Handover != nil {
		add(channel.HandoverAttribute, "true")
	}
	return out
}

// subject makes s fit for SNS: one line of printable ASCII that does not begin with a space.
// A campaign's name may hold anything, and a subject that is refused would lose the alert;
// the body has the name as it is.
func subject(s string) string {
	fit := strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r < ' ' || r == 0x7f:
			return ' '
		case r > '~':
			return '?'
		}
		return r
	}, s))
	if len(fit) > maxSubject {
		fit = fit[:maxSubject-3] + "..."
	}
	return fit
}

// wrap sorts a failure: what SNS finds wrong with the message stays wrong.
func wrap(err error, id string) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("publish message %s: %w", id, err)
	_, parameter := errors.AsType[*types.InvalidParameterException](err)
	_, value := errors.AsType[*types.InvalidParameterValueException](err)
	if parameter || value {
		return fault.Wrap(err, fault.Permanent, "message_refused", "the message was refused")
	}
	return fault.Wrap(err, fault.Retryable, "topic_unavailable", "the topic did not answer")
}
