package sns

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/aws/smithy-go"

	"bellwether/internal/channel"
	"bellwether/internal/channel/mail"
	"bellwether/internal/fault"
)

// ChannelAttribute is the message attribute that says by which of a person's channels it goes.
const ChannelAttribute = "channel"

// People are the subscriptions of persons at one topic, each filtered to its owner: so an address is
// confirmed once, whatever it is told later. It is safe for concurrent use.
type People struct {
	client *sns.Client
	arn    string
}

var _ channel.People = (*People)(nil)

// NewPeople makes the people of the topic with the given ARN.
func NewPeople(cfg aws.Config, arn string) *People {
	return &People{client: sns.NewFromConfig(cfg), arn: arn}
}

// Subscribe implements channel.People. SNS finds a subscription that is there already.
func (p *People) Subscribe(ctx context.Context, recipient, protocol, address string) (endpoint string, pending bool, err error) {
	filter, err := json.Marshal(map[string][]string{channel.RecipientAttribute: {recipient}, ChannelAttribute: {protocol}})
	if err != nil {
		return "", false, fmt.Errorf("encode the filter of a subscription: %w", err)
	}
	out, err := p.client.Subscribe(ctx, &sns.SubscribeInput{
		TopicArn: &p.arn, Protocol: &protocol, Endpoint: &address, ReturnSubscriptionArn: true,
		Attributes: map[string]string{"FilterPolicy": string(filter)},
	})
	if _, bad := errors.AsType[*types.InvalidParameterException](err); bad {
		// It is no address for SNS, or another person's: which one is nobody's business.
		return "", false, fault.InvalidFields(fault.Field{Name: "address", Message: "can't be used: it is not valid, or somebody uses it already"})
	}
	if err != nil {
		return "", false, fault.Wrap(fmt.Errorf("subscribe: %w", err), fault.Retryable, "topic_unavailable", "the topic did not answer")
	}
	return aws.ToString(out.SubscriptionArn), protocol == channel.Email, nil
}

// Confirmed implements channel.People.
func (p *People) Confirmed(ctx context.Context, endpoint string) (bool, error) {
	out, err := p.client.GetSubscriptionAttributes(ctx, &sns.GetSubscriptionAttributesInput{SubscriptionArn: &endpoint})
	if gone(err) {
		return false, nil
	}
	if err != nil {
		return false, fault.Wrap(fmt.Errorf("read a subscription: %w", err), fault.Retryable, "topic_unavailable", "the topic did not answer")
	}
	return out.Attributes["PendingConfirmation"] == "false", nil
}

// Unsubscribe implements channel.People. One that was never confirmed can't be ended: SNS forgets it by itself.
func (p *People) Unsubscribe(ctx context.Context, endpoint string) error {
	_, err := p.client.Unsubscribe(ctx, &sns.UnsubscribeInput{SubscriptionArn: &endpoint})
	if gone(err) {
		return nil
	}
	if err != nil {
		return fault.Wrap(fmt.Errorf("unsubscribe: %w", err), fault.Retryable, "topic_unavailable", "the topic did not answer")
	}
	return nil
}

// gone reports whether there is no such subscription, or none that was confirmed.
func gone(err error) bool {
	_, absent := errors.AsType[*types.NotFoundException](err)
	_, pending := errors.AsType[*types.InvalidParameterException](err)
	return absent || pending
}

// Send implements channel.People. It is tried once: a repeat after an answer that got lost would be a second
// message, and whether that may be is for the caller to say.
func (p *People) Send(ctx context.Context, recipient, protocol string, l channel.Letter) error {
	text := mail.Plain(l) // mails of SNS are plain text
	texts := map[string]string{"default": text, "email": text}
	if l.SMS != "" {
		texts["sms"] = l.SMS
	}
	body, err := json.Marshal(texts)
	if err != nil {
		return &channel.Error{Outcome: channel.Refused, Text: "the message can't be written", Err: err}
	}
	m := channel.Message{ID: l.ID, Attributes: map[string]string{
		channel.RecipientAttribute: recipient, ChannelAttribute: protocol, "severity": l.Severity, "category": l.Category,
	}}
	in := &sns.PublishInput{
		TopicArn: &p.arn, Message: aws.String(string(body)), MessageStructure: aws.String("json"), MessageAttributes: attributes(m),
	}
	if s := subject(l.Title); s != "" {
		in.Subject = &s
	}
	_, err = p.client.Publish(ctx, in, func(o *sns.Options) { o.Retryer = aws.NopRetryer{} })
	return outcome(err)
}

// outcome is what is known of a message by the error of its only try.
func outcome(err error) error {
	if err == nil {
		return nil
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		switch api.ErrorCode() {
		case "InvalidParameter", "ParameterValueInvalid":
			return &channel.Error{Outcome: channel.Refused, Text: "the topic refused the message", Err: err}
		case "Throttled", "Throttling", "ThrottlingException", "KMSThrottling":
			return &channel.Error{Outcome: channel.Throttle, Text: "the topic is busy", RetryAfter: time.Second, Err: err}
		case "NotFound", "AuthorizationError":
			return &channel.Error{Outcome: channel.Unsent, Text: "the topic can't be reached", Err: err}
		}
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "dial" {
		return &channel.Error{Outcome: channel.Unsent, Text: "the topic can't be reached", Err: err}
	}
	return &channel.Error{Outcome: channel.Unknown, Text: "the topic did not answer", Err: err}
}
