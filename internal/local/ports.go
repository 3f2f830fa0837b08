package local

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"time"

	"bellwether/internal/bus"
	"bellwether/internal/channel"
	"bellwether/internal/event"
	work "bellwether/internal/queue"
	"bellwether/internal/schedule"
)

// localBus is the event bus: it routes by the template's rules, durably.
type localBus struct{ system *System }

var _ bus.Bus = localBus{}

// Put implements bus.Bus.
func (b localBus) Put(_ context.Context, events []event.Raw) ([]error, error) {
	if len(events) > bus.MaxEntries {
		return nil, fmt.Errorf("the bus takes %d events a call, not %d", bus.MaxEntries, len(events))
	}
	results := make([]error, len(events))
	var deliveries []Delivery
	for i, e := range events {
		payload, err := busPayload(e, b.system.now())
		if err != nil {
			results[i] = fmt.Errorf("%w: %w", bus.ErrMalformed, err)
			continue
		}
		for _, rule := range b.system.plan.rules {
			if rule.matches(payload) {
				deliveries = append(deliveries, Delivery{Function: rule.function, What: e.Meta.Type, Payload: payload, Due: b.system.now()})
			}
		}
	}
	if len(deliveries) == 0 {
		return results, nil
	}
	if err := b.system.journal.add(deliveries...); err != nil {
		return nil, err
	}
	b.system.poke()
	return results, nil
}

// busPayload is the event as EventBridge hands it to a target.
func busPayload(e event.Raw, now time.Time) ([]byte, error) {
	return json.Marshal(struct {
		Version    string    `json:"version"`
		ID         string    `json:"id"`
		DetailType string    `json:"detail-type"`
		Source     string    `json:"source"`
		Account    string    `json:"account"`
		Time       string    `json:"time"`
		Region     string    `json:"region"`
		Resources  []string  `json:"resources"`
		Detail     event.Raw `json:"detail"`
	}{"0", event.Derive("local bus", e.Meta.ID), e.Meta.Type, event.Source, account, now.UTC().Format(time.RFC3339), "local", []string{}, e})
}

// localTimers keeps timers in the journal.
type localTimers struct{ system *System }

var _ schedule.Scheduler = localTimers{}

// Set implements schedule.Scheduler.
func (t localTimers) Set(_ context.Context, timer schedule.Timer) error {
	if _, ok := t.system.functions[timer.Target]; !ok {
		return fmt.Errorf("timer %s is for %s, which is no function", timer.Name, timer.Target)
	}
	return t.system.journal.setTimer(timer)
}

// Cancel implements schedule.Scheduler.
func (t localTimers) Cancel(_ context.Context, name string) error {
	return t.system.journal.cancelTimer(name)
}

// Logical ids in the template of what the functions are wired to.
const (
	budgetTopic  = "BudgetTopic"
	failureTopic = "FailureTopic"
	syncQueue    = "SyncQueue"
	alertQueue   = "AlertQueue"
)

// localTopic shows what the topic's subscribers, as the template lists them, would have got.
type localTopic struct {
	system *System
	id     string // logical
}

var _ channel.Topic = localTopic{}

// Publish implements channel.Topic.
func (t localTopic) Publish(ctx context.Context, m channel.Message) error {
	attributes, err := json.Marshal(attributesOf(m))
	if err != nil {
		return err
	}
	var sent []Sent
	for _, sub := range t.system.plan.subscriptions(t.id) {
		if sub.Filtered && !sub.Filter.Match(attributes) {
			continue
		}
		if sub.Protocol == "sqs" {
			if err := (localQueue{t.system, sub.Endpoint}).Send(ctx, work.Message{Body: m.Handover}); err != nil {
				return err
			}
			continue
		}
		one := Sent{Protocol: sub.Protocol, To: sub.Endpoint, Subject: m.Subject, Text: m.Text, AlertID: m.ID, At: t.system.now()}
		if sub.Protocol == "sms" {
			one.Subject, one.Text = "", cmp.Or(m.SMS, m.Text)
		}
		sent = append(sent, one)
	}
	return t.system.journal.send(sent...)
}

// attributesOf are the message's attributes as the topic's filters see them.
func attributesOf(m channel.Message) map[string]string {
	all := maps.Clone(m.Attributes)
	if all == nil {
		all = map[string]string{}
	}
	if m.Handover != nil {
		all[channel.HandoverAttribute] = "true"
	}
	return all
}

// roundTripper is a function as an http.RoundTripper: the gateway is not there yet when the functions are wired.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
