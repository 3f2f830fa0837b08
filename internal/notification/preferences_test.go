package notification_test

import (
	"errors"
	"slices"
	"testing"

	"bellwether/internal/channel"
	"bellwether/internal/fault"
	"bellwether/internal/notification"
)

// The person's rule goes before the organisation's before the system's, and in each the category's own
// before the one for all.
func TestRulesAreFoundFromTheNearest(t *testing.T) {
	all := func(from notification.Severity) notification.Rule {
		return notification.Rule{Channel: channel.Email, From: from}
	}
	own := func(from notification.Severity) notification.Rule {
		return notification.Rule{Category: "budget", Channel: channel.Email, From: from}
	}
	for _, tt := range []struct {
		name         string
		person, org  []notification.Rule
		budget, post notification.Severity
	}{
		{"nobody says anything", nil, nil, notification.High, notification.High},
		{"the organisation's", nil, []notification.Rule{all(notification.Low)}, notification.Low, notification.Low},
		{"the organisation's for a category", nil, []notification.Rule{all(notification.Low), own(notification.Medium)}, notification.Medium, notification.Low},
		{"the person's", []notification.Rule{all(notification.Never)}, []notification.Rule{own(notification.Low)}, notification.Never, notification.Never},
		{"the person's for a category", []notification.Rule{own(notification.Low)}, []notification.Rule{all(notification.Critical)}, notification.Low, notification.Critical},
		{"of another channel", []notification.Rule{{Channel: channel.InApp, From: notification.Never}}, nil, notification.High, notification.High},
	} {
		d := notification.Directory{Defaults: notification.Preferences{Rules: tt.org}, People: map[string]notification.Person{"ada": {Preferences: notification.Preferences{Rules: tt.person}}}}
		if got := d.Rule("ada", "budget", channel.Email).From; got != tt.budget {
			t.Errorf("%s: budget from %s", tt.name, got)
		}
		if got := d.Rule("ada", "post", channel.Email).From; got != tt.post {
			t.Errorf("%s: posts from %s", tt.name, got)
		}
	}
}

func TestCriticalIsNeverMuted(t *testing.T) {
	d := notification.Directory{People: map[string]notification.Person{"ada": {Preferences: notification.Preferences{
		Rules: []notification.Rule{{Channel: channel.InApp, From: notification.Never}},
	}}}}
	for _, s := range []notification.Severity{notification.Low, notification.Medium, notification.High} {
		if !d.Muted("ada", "budget", s) || d.Muted("bob", "budget", s) {
			t.Errorf("%s: muted %v for her, %v for him", s, d.Muted("ada", "budget", s), d.Muted("bob", "budget", s))
		}
	}
	if d.Muted("ada", "budget", notification.Critical) {
		t.Error("something critical is muted")
	}
}

func TestPreferencesAreRefused(t *testing.T) {
	rule := func(r notification.Rule) notification.Preferences {
		return notification.Preferences{Rules: []notification.Rule{r}}
	}
	for _, tt := range []struct {
		given  notification.Preferences
		fields []string
	}{
		{notification.Preferences{}, nil},
		{notification.Preferences{Language: notification.Arabic, TimeZone: "Asia/Riyadh", Quiet: &notification.Quiet{On: true, From: "22:00", To: "08:00"}}, nil},
		{rule(notification.Rule{Channel: channel.Email, From: notification.Low, Digest: notification.Daily}), nil},
		{notification.Preferences{Language: "fr"}, []string{"language"}},
		{notification.Preferences{TimeZone: "Berlin"}, []string{"timeZone"}},
		{notification.Preferences{TimeZone: "Local"}, []string{"timeZone"}},
		{notification.Preferences{Quiet: &notification.Quiet{From: "22", To: "24:00"}}, []string{"quiet.from", "quiet.to"}},
		{notification.Preferences{Quiet: &notification.Quiet{From: "08:00", To: "08:00"}}, []string{"quiet.to"}},
		{rule(notification.Rule{Category: "weather", Channel: "fax", From: "loud", Digest: "weekly"}), []string{"rules[0].category", "rules[0].channel", "rules[0].from", "rules[0].digest"}},
		{rule(notification.Rule{Channel: channel.SMS, From: notification.High}), []string{"rules[0].from"}},
		{rule(notification.Rule{Channel: channel.InApp, From: notification.Low, Digest: notification.Hourly}), []string{"rules[0].digest"}},
		{notification.Preferences{Rules: []notification.Rule{{Channel: channel.Email, From: notification.Low}, {Channel: channel.Email, From: notification.High}}}, []string{"rules[1]"}},
	} {
		var got []string
		if e, ok := errors.AsType[*fault.Error](tt.given.Validate()); ok {
			for _, f := range e.Fields {
				got = append(got, f.Name)
			}
		}
		if !slices.Equal(got, tt.fields) {
			t.Errorf("%+v: refused for %v, want %v", tt.given, got, tt.fields)
		}
	}
}

// A publication is worth it only where somebody, or a channel, would be told.
func TestWants(t *testing.T) {
	slack := notification.Channel{Kind: channel.Slack, From: notification.Medium, Categories: []string{"budget"}}
	for _, tt := range []struct {
		name     string
		d        notification.Directory
		people   []string
		category string
		severity notification.Severity
		want     bool
	}{
		{"nobody", notification.Directory{}, nil, "budget", notification.High, false},
		{"by the system's rules", notification.Directory{}, []string{"ada"}, "budget", notification.High, true},
		{"not loud enough", notification.Directory{}, []string{"ada"}, "budget", notification.Medium, false},
		{"a channel", notification.Directory{Channels: []notification.Channel{slack}}, nil, "budget", notification.Medium, true},
		{"a channel for other things", notification.Directory{Channels: []notification.Channel{slack}}, nil, "post", notification.High, false},
		{"a person who asks for all", notification.Directory{People: map[string]notification.Person{"ada": {Preferences: notification.Preferences{
			Rules: []notification.Rule{{Channel: channel.Email, From: notification.Low}},
		}}}}, []string{"ada"}, "post", notification.Low, true},
	} {
		if got := tt.d.Wants(tt.people, tt.category, tt.severity); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	slack.Disabled = notification.DisabledGone
	if (notification.Directory{Channels: []notification.Channel{slack}}).Wants(nil, "budget", notification.Critical) {
		t.Error("a channel that is disabled wants something")
	}
}

// Everybody is told in their own language, or the organisation's, or English.
func TestLanguages(t *testing.T) {
	people := map[string]notification.Person{"a": {Preferences: notification.Preferences{Language: notification.Arabic}}}
	for _, tt := range []struct{ org, a, b, all notification.Language }{{"", "ar", "en", "en"}, {"ar", "ar", "ar", "ar"}, {"en", "ar", "en", "en"}} {
		d := notification.Directory{Defaults: notification.Preferences{Language: tt.org}, People: people}
		if d.Language("a") != tt.a || d.Language("b") != tt.b || d.Language("") != tt.all {
			t.Errorf("organisation %q: %q, %q, %q", tt.org, d.Language("a"), d.Language("b"), d.Language(""))
		}
	}
}
