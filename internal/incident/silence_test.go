package incident_test

import (
	"errors"
	"testing"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/incident"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func by(actor string, at time.Time) event.Cause {
	return event.Edge(event.Derive(actor, at.Format(time.RFC3339Nano)), actor, at)
}

func TestSilencesThatCanNotBe(t *testing.T) {
	good := incident.Silence{Match: incident.Match{Kind: incident.KindSync}, ExpiresAt: noon.Add(time.Hour), Reason: "maintenance"}
	tests := map[string]struct {
		spoil func(*incident.Silence)
		field string
	}{
		"good":                    {func(*incident.Silence) {}, ""},
		"30 days":                 {func(s *incident.Silence) { s.ExpiresAt = noon.Add(720 * time.Hour) }, ""},
		"a freeze of all":         {func(s *incident.Silence) { s.Match, s.Freeze = incident.Match{}, true }, ""},
		"of all":                  {func(s *incident.Silence) { s.Match = incident.Match{} }, "match"},
		"of no kind there is":     {func(s *incident.Silence) { s.Match.Kind = "weather" }, "match.kind"},
		"of no severity there is": {func(s *incident.Silence) { s.Match.Severity = 5 }, "match.severity"},
		"of an id alone":          {func(s *incident.Silence) { s.Match.Subject = "i1" }, "match.subject"},
		"without an end":          {func(s *incident.Silence) { s.ExpiresAt = time.Time{} }, "expiresAt"},
		"that is over":            {func(s *incident.Silence) { s.ExpiresAt = noon }, "expiresAt"},
		"of more than 30 days":    {func(s *incident.Silence) { s.ExpiresAt = noon.Add(720*time.Hour + 1) }, "expiresAt"},
		"far ahead": {func(s *incident.Silence) {
			s.StartsAt, s.ExpiresAt = noon.Add(721*time.Hour), noon.Add(722*time.Hour)
		}, "startsAt"},
		"without a reason": {func(s *incident.Silence) { s.Reason = "" }, "reason"},
	}
	for name, tt := range tests {
		s := good
		tt.spoil(&s)
		made, err := incident.NewSilence(s, by("user/ada", noon))
		if tt.field == "" {
			if err != nil || made.ID == "" || made.Version != 1 || !made.StartsAt.Equal(noon) {
				t.Errorf("%s: %+v, %v", name, made, err)
			}
			continue
		}
		if e, ok := errors.AsType[*fault.Error](err); !ok || len(e.Fields) != 1 || e.Fields[0].Name != tt.field {
			t.Errorf("%s: %v, want a fault of %s", name, err, tt.field)
		}
	}
}

func TestSilenced(t *testing.T) {
	stale := incident.Incident{ID: "n", Kind: incident.KindStale, Severity: 3, Subject: "integration/i", Platforms: []string{"meta"}}
	both := incident.Incident{ID: "p", Kind: incident.KindPublish, Severity: 3, Subject: "post/p", Platforms: []string{"facebook", "x"}}
	tests := []struct {
		name  string
		m     incident.Match
		i     incident.Incident
		after time.Duration // from the beginning
		want  bool
	}{
		{"its kind", incident.Match{Kind: incident.KindStale}, stale, 0, true},
		{"another kind", incident.Match{Kind: incident.KindSync}, stale, 0, false},
		{"its severity", incident.Match{Severity: 3}, stale, 0, true},
		{"worse ones too", incident.Match{Severity: 2}, stale, 0, true},
		{"less bad ones", incident.Match{Severity: 4}, stale, 0, false},
		{"its subject", incident.Match{Subject: "integration/i"}, stale, 0, true},
		{"another subject", incident.Match{Subject: "integration/j"}, stale, 0, false},
		{"its platform", incident.Match{Platform: "meta"}, stale, 0, true},
		{"another platform", incident.Match{Platform: "tiktok"}, stale, 0, false},
		{"one of its platforms", incident.Match{Platform: "x"}, both, 0, false},
		{"all that is given", incident.Match{Kind: incident.KindStale, Severity: 3, Subject: "integration/i", Platform: "meta"}, stale, 0, true},
		{"not all", incident.Match{Kind: incident.KindStale, Platform: "tiktok"}, stale, 0, false},
		{"before", incident.Match{Severity: 1}, stale, -1, false},
		{"at the last moment", incident.Match{Severity: 1}, stale, time.Hour - 1, true},
		{"after", incident.Match{Severity: 1}, stale, time.Hour, false},
	}
	for _, tt := range tests {
		s, err := incident.NewSilence(incident.Silence{Match: tt.m, StartsAt: noon, ExpiresAt: noon.Add(time.Hour), Reason: "x"}, by("user/ada", noon))
		if err != nil {
			t.Fatal(tt.name, err)
		}
		if got, ok := incident.Silenced([]incident.Silence{s}, tt.i, noon.Add(tt.after)); ok != tt.want || (ok && got.ID != s.ID) {
			t.Errorf("%s: silenced %t by %q", tt.name, ok, got.ID)
		}
	}
}

func TestFrozen(t *testing.T) {
	make := func(freeze bool, m incident.Match) []incident.Silence {
		s := incident.Silence{ID: "s", Freeze: freeze, Match: m, StartsAt: noon, ExpiresAt: noon.Add(time.Hour)}
		return []incident.Silence{s}
	}
	c := incident.Target{Subject: "campaign/c", Platforms: []string{"meta", "tiktok"}}
	tests := []struct {
		name string
		list []incident.Silence
		want bool
	}{
		{"everything", make(true, incident.Match{}), true},
		{"a silence alone", make(false, incident.Match{Subject: "campaign/c"}), false},
		{"the campaign", make(true, incident.Match{Subject: "campaign/c"}), true},
		{"another campaign", make(true, incident.Match{Subject: "campaign/d"}), false},
		{"one of its platforms", make(true, incident.Match{Platform: "tiktok"}), true},
		{"another platform", make(true, incident.Match{Platform: "linkedin"}), false},
	}
	for _, tt := range tests {
		if s, ok := incident.Frozen(tt.list, c, noon); ok != tt.want || (ok && s.ID != "s") {
			t.Errorf("%s: frozen %t", tt.name, ok)
		}
		if _, ok := incident.Frozen(tt.list, c, noon.Add(time.Hour)); ok {
			t.Errorf("%s: frozen after its end", tt.name)
		}
	}
}

func TestASilenceIsEnded(t *testing.T) {
	s, err := incident.NewSilence(incident.Silence{Match: incident.Match{Severity: 3}, StartsAt: noon.Add(time.Hour), ExpiresAt: noon.Add(9 * time.Hour), Reason: "x"}, by("user/ada", noon))
	if err != nil {
		t.Fatal(err)
	}
	ended := s.End(by("user/bob", noon.Add(2*time.Hour)))
	if ended.EndedBy != "user/bob" || !ended.ExpiresAt.Equal(noon.Add(2*time.Hour)) || ended.Version != 2 || ended.In(noon.Add(2*time.Hour)) {
		t.Errorf("ended %+v", ended)
	}
	if again := ended.End(by("user/eve", noon.Add(3*time.Hour))); again != ended {
		t.Errorf("ended twice: %+v", again)
	}
	if early := s.End(by("user/bob", noon.Add(time.Minute))); early.In(noon.Add(time.Minute)) || early.StartsAt.After(early.ExpiresAt) {
		t.Errorf("ended before it began: %+v", early)
	}
}

func TestHushIsNotedOnceASilence(t *testing.T) {
	s := incident.Silence{ID: "s", ExpiresAt: noon.Add(time.Hour)}
	i := incident.Incident{ID: "n", OpenedAt: noon}
	ch, err := i.Hush(s, by("incidents", noon))
	if err != nil || len(ch.Incident.Timeline) != 1 || ch.Incident.Timeline[0].Text != "nobody is told: silence s until 2026-11-23T13:00:00Z" {
		t.Errorf("%+v, %v", ch, err)
	}
	if again, _ := ch.Incident.Hush(s, by("incidents", noon)); again.Incident.Version != ch.Incident.Version {
		t.Errorf("noted twice: %+v", again)
	}
}
