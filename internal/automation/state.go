package automation

import (
	"slices"
	"time"
)

// State is what rules did about one campaign of late. Every action and every proposal is written in one
// transaction with it, so two evaluations at once can't both act.
type State struct {
	OrgID      string    `json:"orgId"`
	CampaignID string    `json:"campaignId"`
	Taken      []Taken   `json:"taken,omitempty"` // the oldest first
	Pending    *Waiting  `json:"pending,omitempty"`
	Failures   []Failure `json:"failures,omitempty"` // of actions, as platforms told them; the oldest first
	Version    int64     `json:"-"`
}

// Taken is one action as far as the gates need it.
type Taken struct {
	ID      string    `json:"id"`
	RuleID  string    `json:"ruleId"`
	Kind    Kind      `json:"kind"`
	Percent int       `json:"percent,omitempty"`
	At      time.Time `json:"at"`
	Shadow  bool      `json:"shadow,omitempty"` // it was not done: a rule in shadow keeps to its own pace
	Told    bool      `json:"told,omitempty"`   // people were told of it, and no more
	Undone  bool      `json:"undone,omitempty"`

	Declined bool `json:"declined,omitempty"` // a person said no to it
}

// did reports whether it changed the campaign.
func (t Taken) did() bool { return !t.Shadow && !t.Told && !t.Declined }

// direction says which way an action goes, so that reversals can be counted.
func (t Taken) direction() int {
	switch {
	case t.Kind == Resume || (t.Kind == Scale && t.Percent > 0):
		return 1
	case t.Kind == Pause || t.Kind == Scale:
		return -1
	default:
		return 0
	}
}

// Waiting is a proposal that people have not answered.
type Waiting struct {
	ID        string    `json:"id"`
	RuleID    string    `json:"ruleId"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// Failure is a platform's refusal of an action.
type Failure struct {
	ID string    `json:"id"` // of the event that told it
	At time.Time `json:"at"`
}

// How long a State remembers, and how many actions at most: as many as gates look at.
const (
	stateReach = 7 * 24 * time.Hour
	stateMost  = 200
)

// with is the state with one more action.
func (s State) with(t Taken, now time.Time) State {
	s.Taken = append(slices.Clone(s.Taken), t)
	return s.pruned(now)
}

// pruned drops what no gate looks at any more, and counts the version up.
func (s State) pruned(now time.Time) State {
	old := now.Add(-stateReach)
	s.Taken = slices.DeleteFunc(slices.Clone(s.Taken), func(t Taken) bool { return t.At.Before(old) })
	s.Taken = s.Taken[max(0, len(s.Taken)-stateMost):]
	s.Failures = slices.DeleteFunc(slices.Clone(s.Failures), func(f Failure) bool { return f.At.Before(old) })
	s.Failures = s.Failures[max(0, len(s.Failures)-stateMost):]
	if s.Pending != nil && !s.Pending.ExpiresAt.After(now) {
		s.Pending = nil
	}
	s.Version++
	return s
}

// Failed is the state after a platform's refusal; one that was heard before changes nothing.
func (s State) Failed(f Failure) State {
	if slices.ContainsFunc(s.Failures, func(h Failure) bool { return h.ID == f.ID }) {
		return s
	}
	s.Failures = append(slices.Clone(s.Failures), f)
	return s.pruned(f.At)
}

// waits reports whether a proposal is open at now.
func (s State) waits(now time.Time) bool { return s.Pending != nil && s.Pending.ExpiresAt.After(now) }

// last is the latest action that fits; ok is false for none.
func (s State) last(fits func(Taken) bool) (t Taken, ok bool) {
	for _, t := range slices.Backward(s.Taken) {
		if fits(t) {
			return t, true
		}
	}
	return Taken{}, false
}

// Day is what rules did in an organisation on one UTC day: the one place where its daily cap is held.
type Day struct {
	OrgID   string     `json:"orgId"`
	Date    string     `json:"date"`
	Taken   []DayEntry `json:"taken,omitempty"`
	Version int64      `json:"-"`
}

// DayEntry is one action of an organisation's day.
type DayEntry struct {
	ID         string    `json:"id"`
	RuleID     string    `json:"ruleId"`
	CampaignID string    `json:"campaignId"`
	At         time.Time `json:"at"`
	Failed     bool      `json:"failed,omitempty"` // a platform refused it
}

// MaxOrgActions is the most that rules do in an organisation in a UTC day.
const MaxOrgActions = 50

// with is the day with one more action; one that it has stays.
func (d Day) with(entry DayEntry) Day {
	if slices.ContainsFunc(d.Taken, func(t DayEntry) bool { return t.ID == entry.ID }) {
		return d
	}
	d.Taken = append(slices.Clone(d.Taken), entry)
	d.Version++
	return d
}

// Failed is the day after a platform refused what was last done about the campaign; ok is false when
// nothing was, or that is known.
func (d Day) Failed(campaignID string) (Day, bool) {
	for i, t := range slices.Backward(d.Taken) {
		if t.CampaignID == campaignID {
			if t.Failed {
				return d, false
			}
			d.Taken = slices.Clone(d.Taken)
			d.Taken[i].Failed = true
			d.Version++
			return d, true
		}
	}
	return d, false
}

// Acted is when a rule last changed the campaign within the breaker's reach of now; ok is false for never.
func (s State) Acted(now time.Time) (at time.Time, ok bool) {
	t, ok := s.last(func(t Taken) bool { return t.did() && t.At.After(now.Add(-breakerReach)) })
	return t.At, ok
}
