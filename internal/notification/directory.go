package notification

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"bellwether/internal/channel"
	"bellwether/internal/event"
	"bellwether/internal/fault"
)

// Directory is how everybody in an organisation is told.
type Directory struct {
	Defaults Preferences
	TimeZone string // the organisation's own
	People   map[string]Person
	Channels []Channel
}

// Person is how one person is told.
type Person struct {
	UserID      string      `json:"userId"`
	Preferences Preferences `json:"preferences"`
	Email       *Contact    `json:"email,omitempty"`
	SMS         *Contact    `json:"sms,omitempty"`
	Version     int64       `json:"-"`
}

// Contact is an address of a person's that topics send to, once its owner has agreed.
type Contact struct {
	Address   string    `json:"address"`
	Endpoint  string    `json:"endpoint"` // the subscription's name at the topic; "" until it has one
	Confirmed bool      `json:"confirmed"`
	AddedAt   time.Time `json:"addedAt"`
}

// Recipient is by what the contact's subscription knows its letters: two addresses that a person gave, in two
// organisations, each get their own, and one that was given in both is one subscription.
func (c Contact) Recipient(userID, by string) string {
	return event.Derive("recipient", userID, by, c.Address)
}

// Contact is the person's own address on the channel, nil for none.
func (p Person) Contact(by string) *Contact {
	if by == channel.SMS {
		return p.SMS
	}
	return p.Email
}

// Agreed is the person with the contact confirmed.
func (p Person) Agreed(by string) Person {
	if c := p.Contact(by); c != nil {
		agreed := *c
		agreed.Confirmed = true
		return p.With(by, &agreed)
	}
	return p
}

// With is the person with another contact, nil for none.
func (p Person) With(by string, c *Contact) Person {
	if by == channel.SMS {
		p.SMS = c
	} else {
		p.Email = c
	}
	return p
}

// Channel is a place of the organisation's that is told: a Slack or Teams channel, or a machine.
type Channel struct {
	ID         string    `json:"id"`
	Kind       string    `json:"kind"` // slack, teams or webhook
	Name       string    `json:"name"`
	Host       string    `json:"host"`                 // of its address: all that is ever shown of it
	Sealed     []byte    `json:"sealed"`               // the address and the keys
	Categories []string  `json:"categories,omitempty"` // none: all
	From       Severity  `json:"from"`
	Language   Language  `json:"language,omitempty"` // "": the organisation's
	Disabled   string    `json:"disabled,omitempty"` // why nothing is sent: by hand, gone, failing
	CreatedBy  string    `json:"createdBy"`
	CreatedAt  time.Time `json:"createdAt"`
	Version    int64     `json:"-"`
}

// Reasons why a channel is disabled.
const (
	DisabledByHand  = "by_hand"
	DisabledGone    = "gone"    // it said that it is no more
	DisabledFailing = "failing" // it has failed for days
)

// Hears reports whether the channel wants to be told of it.
func (c Channel) Hears(category string, s Severity) bool {
	return s.AtLeast(c.From) && (len(c.Categories) == 0 || slices.Contains(c.Categories, category))
}

// Person is how the person is told; somebody who never said anything is told as the organisation is.
func (d Directory) Person(userID string) Person {
	p := d.People[userID]
	p.UserID = userID
	return p
}

// Rule is what holds for the person, the category and the channel.
func (d Directory) Rule(userID, category, by string) Rule {
	return rule(category, by, d.People[userID].Preferences.Rules, d.Defaults.Rules)
}

// Muted reports whether the person wants no notice of it. What is critical reaches everybody.
func (d Directory) Muted(userID, category string, s Severity) bool {
	return s != Critical && !s.AtLeast(d.Rule(userID, category, channel.InApp).From)
}

// Language is the one in which the person is told.
func (d Directory) Language(userID string) Language {
	return cmp.Or(d.People[userID].Preferences.Language, d.Defaults.Language, English)
}

// Zone is the person's time zone.
func (d Directory) Zone(userID string) *time.Location {
	return zone(d.People[userID].Preferences.TimeZone, d.Defaults.TimeZone, d.TimeZone)
}

// OrgZone is the time zone of those who are told without being persons.
func (d Directory) OrgZone() *time.Location { return zone(d.Defaults.TimeZone, d.TimeZone) }

func zone(names ...string) *time.Location {
	for _, name := range names {
		if at, err := time.LoadLocation(name); name != "" && err == nil {
			return at
		}
	}
	return time.UTC
}

// Quiet is the person's quiet hours.
func (d Directory) Quiet(userID string) Quiet {
	for _, q := range []*Quiet{d.People[userID].Preferences.Quiet, d.Defaults.Quiet} {
		if q != nil {
			return *q
		}
	}
	return NightHours()
}

// Wants reports whether anybody of the people, or any channel, would be told of it outside of the inbox.
func (d Directory) Wants(people []string, category string, s Severity) bool {
	if slices.ContainsFunc(d.Channels, func(c Channel) bool { return c.Disabled == "" && c.Hears(category, s) }) {
		return true
	}
	return slices.ContainsFunc(people, func(id string) bool {
		return s.AtLeast(d.Rule(id, category, channel.Email).From) || s.AtLeast(d.Rule(id, category, channel.SMS).From)
	})
}

// Validate refuses a channel that can't be.
func (c Channel) Validate() error {
	var bad []fault.Field
	if !slices.Contains([]string{channel.Slack, channel.Teams, channel.Webhook}, c.Kind) {
		bad = append(bad, fault.Field{Name: "kind", Message: "must be slack, teams or webhook"})
	}
	if n := utf8.RuneCountInString(c.Name); n > 100 || strings.TrimSpace(c.Name) == "" || !utf8.ValidString(c.Name) {
		bad = append(bad, fault.Field{Name: "name", Message: "must be a text of 1 to 100 characters"})
	}
	for i, name := range c.Categories {
		if !slices.Contains(Categories(), name) {
			bad = append(bad, fault.Field{Name: fmt.Sprintf("categories[%d]", i), Message: "must be campaign, budget, account, post, incident or automation"})
		}
	}
	if !c.From.Valid() {
		bad = append(bad, fault.Field{Name: "from", Message: "must be low, medium, high or critical"})
	}
	if c.Language != "" && !c.Language.Known() {
		bad = append(bad, fault.Field{Name: "language", Message: "must be en or ar"})
	}
	if len(bad) == 0 {
		return nil
	}
	return fault.InvalidFields(bad...)
}
