package notification

import (
	"fmt"
	"slices"
	"time"

	"bellwether/internal/channel"
	"bellwether/internal/fault"
)

// Never is a rule's least severity by which nothing goes: only what is critical does.
const Never Severity = "never"

// Digest says how often what may wait is told, all in one.
type Digest string

const (
	AtOnce Digest = ""
	Hourly Digest = "hourly" // at the full hour
	Daily  Digest = "daily"  // at 08:00 of the person's day
)

// Rule says what of a category goes by one channel, and when.
type Rule struct {
	Category string   `json:"category,omitempty"` // "budget"; "" for every category without a rule of its own
	Channel  string   `json:"channel"`            // in_app, email or sms
	From     Severity `json:"from"`               // the least severity that goes by it, or never
	Digest   Digest   `json:"digest,omitempty"`
}

// Preferences are how somebody, or an organisation for those who say nothing, wants to be told. What is
// left out is the organisation's, and then the system's.
type Preferences struct {
	Language Language `json:"language,omitempty"`
	TimeZone string   `json:"timeZone,omitempty"` // IANA
	Quiet    *Quiet   `json:"quiet,omitempty"`
	Rules    []Rule   `json:"rules,omitempty"`
	Version  int64    `json:"-"`
}

// Categories are what people are told about.
func Categories() []string {
	return []string{"campaign", "budget", "account", "post", "incident", "automation"}
}

// personal are the channels that a rule may be about.
var personal = []string{channel.InApp, channel.Email, channel.SMS}

// ranks orders the severities.
var ranks = map[Severity]int{Low: 1, Medium: 2, High: 3, Critical: 4, Never: 5}

// AtLeast reports whether s is as urgent as least.
func (s Severity) AtLeast(least Severity) bool { return ranks[s] >= ranks[least] }

// Valid reports whether s is a severity.
func (s Severity) Valid() bool { return ranks[s] > 0 && s != Never }

// Known reports whether the system speaks the language.
func (l Language) Known() bool { return l == English || l == Arabic }

// system is what holds where neither the person nor the organisation says otherwise.
var system = []Rule{
	{Channel: channel.InApp, From: Low},
	{Channel: channel.Email, From: High},
	{Channel: channel.SMS, From: Critical},
}

// rule is the first that speaks of the category and the channel: the person's before the organisation's
// before the system's, and in each one for the category before one for all.
func rule(category, by string, levels ...[]Rule) Rule {
	for _, rules := range append(levels, system) {
		for _, name := range []string{category, ""} {
			i := slices.IndexFunc(rules, func(r Rule) bool { return r.Category == name && r.Channel == by })
			if i >= 0 {
				return rules[i]
			}
		}
	}
	return Rule{Channel: by, From: Never}
}

// Validate refuses preferences that can't be.
func (p Preferences) Validate() error {
	var bad []fault.Field
	if p.Language != "" && !p.Language.Known() {
		bad = append(bad, fault.Field{Name: "language", Message: "must be en or ar"})
	}
	if _, err := time.LoadLocation(p.TimeZone); err != nil || p.TimeZone == "Local" {
		bad = append(bad, fault.Field{Name: "timeZone", Message: "must be an IANA time zone like Europe/Berlin"})
	}
	if p.Quiet != nil {
		bad = append(bad, p.Quiet.problems()...)
	}
	for i, r := range p.Rules {
		bad = append(bad, r.problems(fmt.Sprintf("rules[%d]", i))...)
		if slices.ContainsFunc(p.Rules[:i], func(o Rule) bool { return o.Category == r.Category && o.Channel == r.Channel }) {
			bad = append(bad, fault.Field{Name: fmt.Sprintf("rules[%d]", i), Message: "repeats the category and channel of an earlier rule"})
		}
	}
	if len(bad) == 0 {
		return nil
	}
	return fault.InvalidFields(bad...)
}

func (r Rule) problems(at string) (bad []fault.Field) {
	if r.Category != "" && !slices.Contains(Categories(), r.Category) {
		bad = append(bad, fault.Field{Name: at + ".category", Message: "must be campaign, budget, account, post, incident or automation, or left out for all"})
	}
	if !slices.Contains(personal, r.Channel) {
		bad = append(bad, fault.Field{Name: at + ".channel", Message: "must be in_app, email or sms"})
	}
	if !r.From.Valid() && r.From != Never {
		bad = append(bad, fault.Field{Name: at + ".from", Message: "must be low, medium, high, critical or never"})
	}
	switch {
	case r.Channel == channel.SMS && (r.From.Valid() && r.From != Critical):
		bad = append(bad, fault.Field{Name: at + ".from", Message: "must be critical or never: a text message is for what can't wait"})
	case r.Digest != AtOnce && r.Digest != Hourly && r.Digest != Daily:
		bad = append(bad, fault.Field{Name: at + ".digest", Message: "must be hourly or daily, or left out for at once"})
	case r.Digest != AtOnce && r.Channel != channel.Email:
		bad = append(bad, fault.Field{Name: at + ".digest", Message: "is for email only"})
	}
	return bad
}
