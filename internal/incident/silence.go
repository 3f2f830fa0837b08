package incident

import (
	"slices"
	"strings"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
)

// Silence keeps people from being told of some incidents for a while. The incidents are recorded and
// shown all the same. A freeze also holds back automated actions.
type Silence struct {
	ID        string    `json:"id"`
	OrgID     string    `json:"orgId"`
	Match     Match     `json:"match"`
	Freeze    bool      `json:"freeze,omitempty"`
	StartsAt  time.Time `json:"startsAt"`
	ExpiresAt time.Time `json:"expiresAt"`
	AuthorID  string    `json:"authorId"`
	Reason    string    `json:"reason"`
	EndedBy   string    `json:"endedBy,omitempty"` // who ended it before its time
	CreatedAt time.Time `json:"createdAt"`
	Version   int64     `json:"-"`
}

// Match says which incidents are meant: all that is given must fit.
type Match struct {
	Kind     string   `json:"kind,omitempty"`
	Severity Severity `json:"severity,omitempty"` // and less bad ones; 0: any
	Subject  string   `json:"subject,omitempty"`  // "integration/<id>"
	Platform string   `json:"platform,omitempty"`
}

const (
	// longestSilence is how long a silence may last, and how far ahead it may begin.
	longestSilence = 30 * 24 * time.Hour
	maxSubject     = 200
)

// NewSilence makes a silence. One that begins in the past begins now.
func NewSilence(s Silence, cause event.Cause) (Silence, error) {
	now := cause.At.UTC()
	s.ID, s.CreatedAt, s.Version = event.Derive(cause.ID, "silence"), now, 1
	s.StartsAt, s.ExpiresAt = later(s.StartsAt.UTC(), now), s.ExpiresAt.UTC()
	bad := s.Match.check(s.Freeze)
	refuse := func(name, message string) { bad = append(bad, fault.Field{Name: name, Message: message}) }
	if s.StartsAt.After(now.Add(longestSilence)) {
		refuse("startsAt", "must be within 30 days")
	}
	if !s.ExpiresAt.After(s.StartsAt) || s.ExpiresAt.After(s.StartsAt.Add(longestSilence)) {
		refuse("expiresAt", "must be after startsAt, and at most 30 days after it")
	}
	if !written(s.Reason, maxReason) {
		refuse("reason", "must be 1 to 500 bytes: why nobody shall be told")
	}
	if len(bad) > 0 {
		return s, fault.InvalidFields(bad...)
	}
	return s, nil
}

// Kinds are all kinds of incidents.
var Kinds = []string{KindAccess, KindSync, KindStale, KindPause, KindPublish, KindLetters, KindRule}

func (m Match) check(freeze bool) (bad []fault.Field) {
	refuse := func(name, message string) { bad = append(bad, fault.Field{Name: name, Message: message}) }
	if m == (Match{}) && !freeze {
		refuse("match", "must say which incidents: a kind, a severity, a subject or a platform")
	}
	if m.Kind != "" && !slices.Contains(Kinds, m.Kind) {
		refuse("match.kind", "must be one of "+strings.Join(Kinds, ", "))
	}
	if m.Severity < 0 || m.Severity > 4 {
		refuse("match.severity", "must be 1 to 4: this one and less bad ones")
	}
	if kind, id, ok := strings.Cut(m.Subject, "/"); m.Subject != "" && (!ok || kind == "" || id == "" || len(m.Subject) > maxSubject) {
		refuse("match.subject", "must be what incidents are about, like integration/<id>")
	}
	return bad
}

// In reports whether the silence is in force.
func (s Silence) In(now time.Time) bool { return !now.Before(s.StartsAt) && now.Before(s.ExpiresAt) }

// End ends it now. One that is over stays as it is.
func (s Silence) End(cause event.Cause) Silence {
	now := cause.At.UTC()
	if !now.Before(s.ExpiresAt) {
		return s
	}
	s.ExpiresAt, s.EndedBy = now, cause.Actor
	s.StartsAt = earlier(s.StartsAt, now)
	s.Version++
	return s
}

// fits reports whether the incident is meant. One of several platforms is meant by none of them alone.
func (m Match) fits(i Incident) bool {
	return (m.Kind == "" || m.Kind == i.Kind) && i.Severity >= m.Severity && (m.Subject == "" || m.Subject == i.Subject) &&
		(m.Platform == "" || (len(i.Platforms) == 1 && i.Platforms[0] == m.Platform))
}

// Silenced is the silence by which nobody is told of the incident; ok is false for none.
func Silenced(list []Silence, i Incident, now time.Time) (s Silence, ok bool) {
	for _, s := range list {
		if s.In(now) && s.Match.fits(i) {
			return s, true
		}
	}
	return Silence{}, false
}

// Target is what an automated action would change.
type Target struct {
	Subject   string // "campaign/<id>"
	Platforms []string
}

// Frozen is the freeze that holds back an automated action; ok is false for none. A matcher's kind and
// severity are of incidents and say nothing of actions. Nobody asks it before a pause at the end of a
// budget: that protects money, and people who want none switch it off for their organisation.
func Frozen(list []Silence, t Target, now time.Time) (s Silence, ok bool) {
	for _, s := range list {
		m := s.Match
		if s.Freeze && s.In(now) && (m.Subject == "" || m.Subject == t.Subject) &&
			(m.Platform == "" || slices.Contains(t.Platforms, m.Platform)) {
			return s, true
		}
	}
	return Silence{}, false
}

// Hush notes in the incident's story that nobody is told of it, by which silence and until when; once a
// silence.
func (i Incident) Hush(s Silence, cause event.Cause) (Change, error) {
	if slices.Contains(i.Silences, s.ID) {
		return Change{Incident: i}, nil
	}
	ch := i.begin(cause)
	ch.Incident.Silences = append(slices.Clone(i.Silences), s.ID)
	ch.tell(cause, "", "nobody is told: silence "+s.ID+" until "+s.ExpiresAt.Format(time.RFC3339))
	return ch, nil
}
