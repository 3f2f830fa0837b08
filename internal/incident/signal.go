// Package incident holds what incidents are opened and closed by.
package incident

import (
	"slices"
	"strconv"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/deadletter"
	"bellwether/internal/event"
	"bellwether/internal/integration"
	"bellwether/internal/platform"
	"bellwether/internal/post"
)

// Signal says of one thing that it is wrong, or well again. It is made of the aggregate as it is, not of
// the event that gave occasion to look: so the one of the highest version is right, in whatever order
// they come.
type Signal struct {
	Key      string    `json:"key"`             // what it is about: "integration:<id>:sync"; one incident a key
	Class    string    `json:"class,omitempty"` // of the last failure, or the reason
	Count    int       `json:"count,omitempty"` // in a row
	EventID  string    `json:"eventId"`         // that gave occasion to look
	At       time.Time `json:"at"`              // of that event
	Resolved bool      `json:"resolved"`
	Version  int64     `json:"-"` // of the aggregate

	Kind     string   `json:"-"`
	Subject  string   `json:"-"` // "integration/<id>"
	Title    string   `json:"-"` // for people
	Name     string   `json:"-"` // of the subject
	Severity Severity `json:"-"`
	Parent   string   `json:"-"` // the key of what explains it
	Probe    bool     `json:"-"` // found by trying, so that one that is well may be luck

	Platforms []string `json:"-"` // on which it is wrong, sorted

	Cause event.Cause `json:"-"`
}

// Kinds of incidents.
const (
	KindAccess  = "account_disconnected"
	KindSync    = "sync_failing"
	KindStale   = "stale_data"
	KindPause   = "pause_refused"
	KindPublish = "post_failed"
	KindLetters = "dead_letters"
	KindRule    = "rule_tripped"
)

// Sync is the signal of an account's syncs. One that is out of reach has no syncs that could be wrong:
// then it is Access that says so.
func Sync(i integration.Integration, m event.Meta) Signal {
	s := ofAccount(i, SyncKey(i.ID), m)
	s.Kind, s.Title, s.Parent, s.Probe, s.Severity = KindSync, i.Account.Name+" fails to sync", AccessKey(i.ID), i.Status == integration.Connected, 3
	s.Class, s.Count = string(i.Health.Class), i.Health.Failures
	s.Resolved = i.Status != integration.Connected || i.Health.Failures == 0
	return s
}

// Access is the signal of an account's grant. One that a person gave up is not wrong.
func Access(i integration.Integration, m event.Meta) Signal {
	s := ofAccount(i, AccessKey(i.ID), m)
	s.Kind, s.Title, s.Severity = KindAccess, i.Account.Name+" has lost its connection", 2
	s.Class, s.Resolved = i.Reason, i.Status != integration.NeedsReconnect
	return s
}

// Freshness is the signal of an account's data: no success in twice the interval.
func Freshness(i integration.Integration, m event.Meta) Signal {
	s := ofAccount(i, "integration:"+i.ID+":stale", m)
	s.Kind, s.Title, s.Parent, s.Severity = KindStale, "no fresh data of "+i.Account.Name, AccessKey(i.ID), 3
	s.Resolved = i.Status != integration.Connected || !i.Health.StaleTold
	return s
}

// Pause is the signal of a campaign that a platform refuses to pause: money may burn. It is over when
// the platform obeys, and also when nobody wants the pause any more.
func Pause(c campaign.Campaign, m event.Meta) Signal {
	s := Signal{
		Key: PauseKey(c.ID), EventID: m.ID, At: m.OccurredAt, Resolved: true, Version: c.Version,
		Kind: KindPause, Subject: c.Subject(), Name: c.Name, Title: c.Name + " can't be paused: money may burn", Severity: 1, Cause: causeOf(m),
	}
	for _, p := range c.Placements {
		if refusesPause(c, p) {
			s.Class, s.Count, s.Resolved = string(p.Control.Class), max(s.Count, p.Control.Refusals), false
			s.on(p.Platform)
		}
	}
	return s
}

// refusesPause reports whether the placement's last word was a refusal; trying again is none.
func refusesPause(c campaign.Campaign, p campaign.Placement) bool {
	want, ok := c.Wants(p)
	if !ok || want != platform.Off || p.Control.Want != want {
		return false
	}
	again := p.Control.State == campaign.ControlPending && p.Control.Refusals > 0
	return p.Control.State == campaign.ControlFailed || again
}

// Publishing is the signal of a post that did not go out everywhere, or of which nobody knows, and that
// nobody tries any more by themselves.
func Publishing(p post.Post, m event.Meta) Signal {
	s := Signal{
		Key: "post:" + p.ID + ":publish", EventID: m.ID, At: m.OccurredAt, Resolved: true, Version: p.Version,
		Kind: KindPublish, Subject: p.Subject(), Name: p.Summary(), Title: "a post did not go out: " + p.Summary(), Severity: 3, Cause: causeOf(m),
	}
	for _, t := range p.Targets {
		if t.State == post.Failed || (t.State == post.Unconfirmed && t.NextAt.IsZero()) {
			s.Class, s.Resolved = string(t.Class), false
			s.Parent = AccessKey(t.IntegrationID)
			s.on(t.Platform)
			s.Count++
		}
	}
	return s
}

// DeadLetters is the signal of what a listener could not handle. Of those without which money burns it is worse.
func DeadLetters(l deadletter.Letter, resolved bool) Signal {
	s := Signal{
		Key: "dead_letters:" + l.Listener, Class: l.Code, EventID: l.EventID, At: l.FailedAt, Resolved: resolved, Version: l.FailedAt.UnixMicro(),
		Kind: KindLetters, Subject: "function/" + l.Listener, Title: l.Listener + " could not handle an event", Severity: 3,
	}
	if resolved {
		s.At, s.Version = l.ChangedAt, l.ChangedAt.UnixMicro()
	}
	if l.Listener == "notify-budget-threshold" || l.Listener == "apply-campaign-status" {
		s.Severity = 2
	}
	id := event.Derive(l.EventID, l.Listener, "letter", strconv.FormatInt(l.Version, 10))
	s.Cause = event.Edge(id, "incidents", s.At)
	return s
}

// Rule is the signal of a rule of automation that was taken back to telling; it is over when somebody saves it.
func Rule(ruleID, name, why string, tripped bool, m event.Meta) Signal {
	return Signal{
		Key: "rule:" + ruleID, Class: why, EventID: m.ID, At: m.OccurredAt, Resolved: !tripped, Version: m.Sequence,
		Kind: KindRule, Subject: "rule/" + ruleID, Name: name, Title: "rule " + name + " was taken back to telling only", Severity: 3, Cause: causeOf(m),
	}
}

// causeOf is the cause of what a signal changes: the event that gave occasion to look.
func causeOf(m event.Meta) event.Cause { return m.By("incidents", m.OccurredAt) }

func ofAccount(i integration.Integration, key string, m event.Meta) Signal {
	return Signal{
		Key: key, EventID: m.ID, At: m.OccurredAt, Version: i.Version, Subject: i.Subject(), Name: i.Account.Name, Platforms: []string{i.Platform}, Cause: causeOf(m),
	}
}

// on adds a platform on which it is wrong.
func (s *Signal) on(name string) {
	if n, there := slices.BinarySearch(s.Platforms, name); !there {
		s.Platforms = slices.Insert(s.Platforms, n, name)
	}
}

// AccessKey is the key of Access.
func AccessKey(integrationID string) string { return "integration:" + integrationID + ":auth" }

// SyncKey is the key of Sync.
func SyncKey(integrationID string) string { return "integration:" + integrationID + ":sync" }

// PauseKey is the key of Pause.
func PauseKey(campaignID string) string { return "campaign:" + campaignID + ":pause_failed" }
