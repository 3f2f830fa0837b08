package delivery_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"bellwether/internal/channel"
	"bellwether/internal/delivery"
	"bellwether/internal/notification"
)

// now is a Monday at 10:00 in Berlin.
var now = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func handover(s notification.Severity, people ...string) notification.Handover {
	return notification.Handover{
		ID: "0198f1c2-0000-7000-8000-00000000a1e7", OrgID: "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5b", Key: "key", At: now.Add(-time.Second),
		CauseID: "0198f1c2-0000-7000-8000-00000000ca5e", Subject: "campaign/1", People: people,
		Message: notification.Message{Category: "budget", Severity: s},
	}
}

func person(rules ...notification.Rule) notification.Person {
	return notification.Person{
		Email: &notification.Contact{Address: "ada@example.com", Endpoint: "e", Confirmed: true},
		SMS:   &notification.Contact{Address: "+491701234567", Endpoint: "s", Confirmed: true},
		Preferences: notification.Preferences{
			TimeZone: "Europe/Berlin", Rules: rules, Quiet: &notification.Quiet{On: true, From: "22:00", To: "08:00"},
		},
	}
}

func directory(p notification.Person, channels ...notification.Channel) notification.Directory {
	return notification.Directory{People: map[string]notification.Person{"ada": p}, Channels: channels}
}

// plan is the rows as short texts: channel, state, reason, wait.
func plan(d notification.Directory, h notification.Handover, at time.Time) (got []string) {
	for _, r := range delivery.Plan(d, h, at) {
		text := r.Channel + " " + string(r.State)
		if r.Reason != "" {
			text += " " + r.Reason
		}
		if r.State == delivery.Queued {
			text += fmt.Sprint(" ", r.NotBefore.Sub(at))
		}
		if r.OnlyUnread {
			text += " unread"
		}
		got = append(got, text)
	}
	return got
}

func TestPlan(t *testing.T) {
	night := time.Date(2026, 11, 23, 22, 0, 0, 0, time.UTC) // 23:00 in Berlin
	email := func(from notification.Severity, d notification.Digest) notification.Rule {
		return notification.Rule{Channel: channel.Email, From: from, Digest: d}
	}
	nobody, noPhone, unconfirmed := notification.Person{}, person(), person()
	noPhone.SMS = nil
	unconfirmed.Email = &notification.Contact{Address: "ada@example.com"}
	for _, tt := range []struct {
		name     string
		person   notification.Person
		severity notification.Severity
		at       time.Time
		want     []string
	}{
		{"high", person(), notification.High, now, []string{"in_app sent", "email queued 30s"}},
		{"medium", person(), notification.Medium, now, []string{"in_app sent"}},
		{"medium is asked for", person(email(notification.Medium, "")), notification.Medium, now, []string{"in_app sent", "email queued 30s"}},
		{"high is muted", person(email(notification.Never, "")), notification.High, now, []string{"in_app sent", "email suppressed muted"}},
		{"high at night", person(), notification.High, night, []string{"in_app sent", "email queued 9h0m0s"}},
		{"high in an hourly digest", person(email(notification.High, notification.Hourly)), notification.High, now.Add(10 * time.Minute), []string{"in_app sent", "email queued 50m0s"}},
		{"high in a daily digest", person(email(notification.High, notification.Daily)), notification.High, now, []string{"in_app sent", "email queued 22h0m0s"}},
		{"an hourly digest at night", person(email(notification.High, notification.Hourly)), notification.High, night, []string{"in_app sent", "email queued 9h0m0s"}},
		{"critical", person(), notification.Critical, now, []string{"in_app sent", "email queued 0s", "sms queued 5m0s unread"}},
		{"critical at night", person(), notification.Critical, night, []string{"in_app sent", "email queued 0s", "sms queued 5m0s unread"}},
		{"critical, muted, in a digest", person(email(notification.Never, notification.Daily)), notification.Critical, now, []string{"in_app sent", "email queued 0s", "sms queued 5m0s unread"}},
		{"critical without a phone", noPhone, notification.Critical, now, []string{"in_app sent", "email queued 0s", "sms suppressed no_address"}},
		{"critical, mail not agreed to", unconfirmed, notification.Critical, now, []string{"in_app sent", "email queued 0s", "sms queued 0s"}},
		{"critical for somebody without addresses", nobody, notification.Critical, now, []string{"in_app sent", "email suppressed no_address", "sms suppressed no_address"}},
	} {
		if got := plan(directory(tt.person), handover(tt.severity, "ada"), tt.at); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestPlanOfChannels(t *testing.T) {
	place := func(kind string, from notification.Severity, categories ...string) notification.Channel {
		return notification.Channel{ID: kind, Kind: kind, From: from, Categories: categories}
	}
	off := place(channel.Teams, notification.Low)
	off.Disabled = notification.DisabledFailing
	d := notification.Directory{Channels: []notification.Channel{
		place(channel.Slack, notification.Medium, "budget"), place(channel.Webhook, notification.Low), off, place(channel.Slack, notification.Low, "post"),
	}}
	for s, want := range map[notification.Severity][]string{
		notification.Low:      {"webhook queued 0s", "teams suppressed disabled"},
		notification.Medium:   {"slack queued 30s", "webhook queued 0s", "teams suppressed disabled"},
		notification.Critical: {"slack queued 0s", "webhook queued 0s", "teams suppressed disabled"},
	} {
		if got := plan(d, handover(s), now); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", s, got, want)
		}
	}
}

// Whoever got no notice has that in the ledger, and planning twice names the same rows.
func TestPlanIsNamedByItsAlert(t *testing.T) {
	h := handover(notification.High, "ada", "bob")
	h.Muted = []string{"bob"}
	first, second := delivery.Plan(directory(person()), h, now), delivery.Plan(directory(person()), h, now.Add(time.Hour))
	ids := map[string]bool{}
	for i, d := range first {
		if d.ID != second[i].ID || ids[d.ID] {
			t.Errorf("row %d is %s, and then %s", i, d.ID, second[i].ID)
		}
		ids[d.ID] = true
		if d.UserID == "bob" && d.Channel == channel.InApp && (d.State != delivery.Suppressed || d.Reason != delivery.Muted) {
			t.Errorf("bob's notice is %s", d.State)
		}
	}
}
