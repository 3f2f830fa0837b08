package local

import (
	"cmp"
	"context"
	"encoding/json"
	"time"

	"go.etcd.io/bbolt"

	"bellwether/internal/channel"
	"bellwether/internal/channel/mail"
	"bellwether/internal/channel/slack"
	"bellwether/internal/channel/teams"
	"bellwether/internal/channel/webhook"
	"bellwether/internal/event"
	"bellwether/internal/outbound"
)

// Subscription is a person's own subscription of a topic.
type Subscription struct {
	ID        string    `json:"id"`
	Recipient string    `json:"recipient"`
	Protocol  string    `json:"protocol"`
	Address   string    `json:"address"`
	Confirmed bool      `json:"confirmed"`
	At        time.Time `json:"at"`
}

// localPeople keeps the subscriptions of persons in the journal. A mail address waits until it is confirmed
// in the viewer, where SNS would send a link.
type localPeople struct{ system *System }

var _ channel.People = localPeople{}

// Subscribe implements channel.People.
func (p localPeople) Subscribe(_ context.Context, recipient, protocol, address string) (string, bool, error) {
	s := Subscription{
		ID: event.Derive("local subscription", recipient, protocol, address), Recipient: recipient, Protocol: protocol, Address: address,
		Confirmed: protocol == channel.SMS, At: p.system.now(),
	}
	err := p.system.journal.file.Update(func(tx *bbolt.Tx) error {
		if had := tx.Bucket(subscriptionBucket).Get([]byte(s.ID)); had != nil {
			return json.Unmarshal(had, &s)
		}
		return putJSON(tx, subscriptionBucket, []byte(s.ID), s)
	})
	return s.ID, !s.Confirmed, err
}

// Confirmed implements channel.People.
func (p localPeople) Confirmed(_ context.Context, endpoint string) (bool, error) {
	s, err := p.system.journal.subscription(endpoint)
	return s.Confirmed, err
}

// Unsubscribe implements channel.People.
func (p localPeople) Unsubscribe(_ context.Context, endpoint string) error {
	return p.system.journal.file.Update(func(tx *bbolt.Tx) error { return tx.Bucket(subscriptionBucket).Delete([]byte(endpoint)) })
}

// Send implements channel.People: whoever subscribed, and agreed, gets it into the outbox.
func (p localPeople) Send(_ context.Context, recipient, protocol string, l channel.Letter) error {
	all, err := list[Subscription](p.system.journal, subscriptionBucket)
	if err != nil {
		return err
	}
	var sent []Sent
	for _, s := range all {
		if s.Recipient != recipient || s.Protocol != protocol || !s.Confirmed {
			continue
		}
		one := Sent{
			Protocol: protocol, To: s.Address, Recipient: recipient, Subject: l.Title, Text: mail.Plain(l), HTML: mail.HTML(l),
			AlertID: l.ID, Language: l.Language, At: p.system.now(),
		}
		if protocol == channel.SMS {
			one.Subject, one.Text, one.HTML = "", cmp.Or(l.SMS, l.Title), ""
		}
		sent = append(sent, one)
	}
	return p.system.journal.send(sent...)
}

// subscription finds one; the zero value where there is none.
func (j *journal) subscription(id string) (s Subscription, err error) {
	err = j.file.DB().View(func(tx *bbolt.Tx) error {
		if had := tx.Bucket(subscriptionBucket).Get([]byte(id)); had != nil {
			return json.Unmarshal(had, &s)
		}
		return nil
	})
	return s, err
}

// confirm notes that the owner of the address agreed.
func (j *journal) confirm(id string) (found bool, err error) {
	err = j.file.Update(func(tx *bbolt.Tx) error {
		had := tx.Bucket(subscriptionBucket).Get([]byte(id))
		if had == nil {
			return nil
		}
		var s Subscription
		if err := json.Unmarshal(had, &s); err != nil {
			return err
		}
		found, s.Confirmed = true, true
		return putJSON(tx, subscriptionBucket, []byte(id), s)
	})
	return found, err
}

// senders reach any address, also on this machine: the sinks that stand beside the sandbox, say.
func (s *System) senders() map[string]channel.Sender {
	if s.config.Senders != nil {
		return s.config.Senders
	}
	poster := outbound.NewPoster(outbound.Guard{Private: true}, webhook.Timeout)
	return map[string]channel.Sender{
		channel.Slack: slack.Sender{Poster: poster}, channel.Teams: teams.Sender{Poster: poster}, channel.Webhook: webhook.Sender{Poster: poster, Now: s.now},
	}
}
