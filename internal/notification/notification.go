// Package notification holds what people are told: alerts, the notices in their inboxes,
// and the texts of both.
package notification

import (
	"slices"
	"strings"
	"time"

	"bellwether/internal/event"
)

// Severity says how urgent something is.
type Severity string

const (
	Low      Severity = "low"
	Medium   Severity = "medium"
	High     Severity = "high"
	Critical Severity = "critical"
)

// Loud reports whether it has to reach people outside of their inboxes too.
func (s Severity) Loud() bool { return s == High || s == Critical }

// Notice is one message in one person's inbox. Its id is derived from its cause and the person,
// so a redelivered event finds it there.
type Notice struct {
	ID         string     `json:"id"`
	OrgID      string     `json:"orgId"`
	UserID     string     `json:"userId"`
	Category   string     `json:"category"` // campaign, budget, account
	Severity   Severity   `json:"severity"`
	Title      string     `json:"title"`
	Text       string     `json:"text"`
	Subject    string     `json:"subject"` // what it is about: "campaign/<id>", "integration/<id>"
	EventID    string     `json:"eventId"`
	At         time.Time  `json:"at"`
	ReadAt     *time.Time `json:"readAt,omitempty"`
	ArchivedAt *time.Time `json:"archivedAt,omitempty"`
	SnoozedTo  *time.Time `json:"snoozedTo,omitempty"` // out of sight until then
	Version    int64      `json:"-"`
}

// Read is the notice marked as read at now; reading twice keeps the first time.
func (n Notice) Read(now time.Time) Notice {
	n.SnoozedTo = nil
	if n.ReadAt == nil {
		at := now.UTC()
		n.ReadAt = &at
	}
	return n
}

// Unread is the notice as if it had not been read.
func (n Notice) Unread() Notice {
	n.ReadAt = nil
	return n
}

// Bounds of how long a notice can be put off.
const (
	MinSnooze = 3 * time.Minute
	MaxSnooze = 30 * 24 * time.Hour
)

// Snooze puts the notice off until then, when it comes back unread.
func (n Notice) Snooze(until time.Time) Notice {
	at := until.UTC().Truncate(time.Second)
	n.ReadAt, n.ArchivedAt, n.SnoozedTo = nil, nil, &at
	return n
}

// Snoozed reports whether it is out of sight at now.
func (n Notice) Snoozed(now time.Time) bool { return n.SnoozedTo != nil && n.SnoozedTo.After(now) }

// Archive takes the notice out of the inbox; an archived one counts as read.
func (n Notice) Archive(now time.Time) Notice {
	n = n.Read(now)
	if n.ArchivedAt == nil {
		at := now.UTC()
		n.ArchivedAt = &at
	}
	return n
}

// Unarchive puts it back.
func (n Notice) Unarchive() Notice {
	n.ArchivedAt = nil
	return n
}

// ValidRef reports whether the text has the form of a notice's reference: a time and an id.
func ValidRef(ref string) bool {
	stamp, id, _ := strings.Cut(ref, "_")
	_, err := time.Parse("20060102T150405.000000Z", stamp)
	return err == nil && event.IsID(id)
}

// Audience is the people to tell: each once, in a fixed order, so that repeats do the same work.
func Audience(groups ...[]string) []string {
	all := slices.Concat(groups...)
	all = slices.DeleteFunc(all, func(id string) bool { return id == "" })
	slices.Sort(all)
	return slices.Compact(all)
}
