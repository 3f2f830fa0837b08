package post_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/platform"
	"bellwether/internal/post"
)

// named reports whether the refusal names the field.
func named(err error, field string) bool {
	e, ok := errors.AsType[*fault.Error](err)
	return ok && slices.ContainsFunc(e.Fields, func(f fault.Field) bool { return f.Name == field })
}

// Local times are those of the zone's clocks: one that they skip does not exist, of one that they show
// twice it is the first.
func TestParseTime(t *testing.T) {
	for _, tt := range []struct{ text, zone, want string }{
		{"2026-12-01T09:00", "Europe/Berlin", "2026-12-01T08:00:00Z"},
		{"2026-07-01T09:00:30", "Europe/Berlin", "2026-07-01T07:00:30Z"},
		{"2026-12-01T09:00:00+05:30", "Europe/Berlin", "2026-12-01T03:30:00Z"},
		{"2026-12-01T09:00:00Z", "nowhere", "2026-12-01T09:00:00Z"},
		{"2026-03-29T02:30", "Europe/Berlin", ""},                     // the clocks go from 2 to 3
		{"2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30:00Z"}, // twice: first in summer time
		{"2026-11-01T01:30", "America/New_York", "2026-11-01T05:30:00Z"},
		{"2026-04-05T01:45", "Australia/Lord_Howe", "2026-04-04T14:45:00Z"}, // half an hour, twice
		{"2026-10-04T02:15", "Australia/Lord_Howe", ""},                     // half an hour that is skipped
		{"2026-12-01", "UTC", ""},
		{"tomorrow", "UTC", ""},
		{"2026-12-01T09:00", "Local", ""},
		{"2026-12-01T09:00", "Mars/Olympus", ""},
	} {
		got, err := post.ParseTime(tt.text, tt.zone)
		if tt.want == "" {
			if err == nil {
				t.Errorf("%s in %s: %v", tt.text, tt.zone, got)
			}
			continue
		}
		if err != nil || got.Format(time.RFC3339) != tt.want {
			t.Errorf("%s in %s: %v (%v), want %s", tt.text, tt.zone, got, err, tt.want)
		}
	}
}

func spec(change func(*post.Spec)) post.Spec {
	s := post.Spec{
		ID: "p", TimeZone: "UTC", PublishAt: begin.Add(time.Hour), Content: post.Content{Text: "Hello"},
		Targets: []post.TargetSpec{{IntegrationID: "a", Platform: platform.Facebook}},
	}
	change(&s)
	return s
}

func TestCreateRefuses(t *testing.T) {
	for field, change := range map[string]func(*post.Spec){
		"timeZone":                 func(s *post.Spec) { s.TimeZone = "Local" },
		"targets":                  func(s *post.Spec) { s.Targets = nil },
		"targets[1].integrationId": func(s *post.Spec) { s.Targets = append(s.Targets, s.Targets[0]) },
		"targets[0].integrationId": func(s *post.Spec) { s.Targets[0].Platform = platform.Meta },
		"publishAt":                func(s *post.Spec) { s.PublishAt = begin.Add(-2 * time.Minute) },
		"targets[0].text":          func(s *post.Spec) { s.Targets[0].Override.Text = new(string); *s.Targets[0].Override.Text = "\x01" },
	} {
		if _, err := post.Create(spec(change), at(0)); !named(err, field) {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := post.Create(spec(func(s *post.Spec) { s.PublishAt = begin.AddDate(2, 0, 0) }), at(0)); !named(err, "publishAt") {
		t.Errorf("in two years: %v", err)
	}
}

// A draft keeps its time, and nothing happens at it until it is scheduled.
func TestDrafts(t *testing.T) {
	ch, err := post.Create(spec(func(s *post.Spec) { s.Draft = true }), at(0))
	if err != nil || len(ch.Events) != 0 || ch.Post.Status() != post.StatusDraft || ch.Post.Open() {
		t.Fatalf("%+v, error %v", ch, err)
	}
	ch, err = ch.Post.Schedule(begin.Add(2*time.Hour), "Europe/Berlin", at(time.Minute))
	if err != nil || ch.Post.Status() != post.StatusScheduled || ch.Post.TimeZone != "Europe/Berlin" || len(ch.Events) != 1 {
		t.Fatalf("%+v, error %v", ch, err)
	}
	if ch, err = ch.Post.Edit(post.Edit{Content: &post.Content{Text: "Bye"}}, at(2*time.Minute)); err != nil || ch.Post.Content.Text != "Bye" || !ch.Post.PublishAt.Equal(begin.Add(2*time.Hour)) {
		t.Errorf("%+v, error %v", ch, err)
	}
}

// The status of the whole is that of its targets together.
func TestStatus(t *testing.T) {
	at := begin.Add(time.Hour)
	for _, tt := range []struct {
		want   post.Status
		states []post.State
	}{
		{post.StatusDraft, []post.State{post.Draft, post.Draft}},
		{post.StatusScheduled, []post.State{post.Scheduled, post.Cancelled}},
		{post.StatusPublishing, []post.State{post.Published, post.Retrying}},
		{post.StatusPublishing, []post.State{post.Scheduled, post.Publishing}},
		{post.StatusPublished, []post.State{post.Published, post.Published}},
		{post.StatusPublished, []post.State{post.Published, post.Cancelled}},
		{post.StatusPartial, []post.State{post.Published, post.Failed}},
		{post.StatusFailed, []post.State{post.Failed, post.Cancelled}},
		{post.StatusCancelled, []post.State{post.Cancelled, post.Cancelled}},
	} {
		var p post.Post
		for _, s := range tt.states {
			target := post.Target{State: s}
			if s == post.Scheduled || s == post.Publishing || s == post.Retrying {
				target.NextAt = at
			}
			p.Targets = append(p.Targets, target)
		}
		if got := p.Status(); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.states, got, tt.want)
		}
	}
}
