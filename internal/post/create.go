package post

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"bellwether/internal/event"
	"bellwether/internal/fault"
)

// Spec is what a new post is made of.
type Spec struct {
	ID         string
	OrgID      string
	AuthorID   string
	CampaignID string
	Content    Content
	Targets    []TargetSpec
	PublishAt  time.Time // zero: no time yet
	TimeZone   string
	Draft      bool // keeps the time, and nothing happens at it
}

// TargetSpec is one account that the post goes to.
type TargetSpec struct {
	IntegrationID string
	Platform      string
	AccountName   string
	Override      Override
}

const (
	// MaxTargets keeps a post small.
	MaxTargets = 20
	// Patience is how long after its time a post may still go out: later it would be stale.
	Patience = 6 * time.Hour
	// MaxAhead is how far ahead a post can be scheduled.
	MaxAhead = 366 * 24 * time.Hour
	// maxText is more than any platform takes.
	maxText = 70_000
	maxURL  = 2000
	maxAlt  = 1000
)

// TargetID is the id of a post's target: one account is at most once in a post.
func TargetID(postID, integrationID string) string {
	return event.Derive(postID, "target", integrationID)
}

// Create makes a post at version 1: a draft, or scheduled with its PostScheduled event.
func Create(spec Spec, cause event.Cause) (Change, error) {
	p := Post{
		ID: spec.ID, OrgID: spec.OrgID, AuthorID: spec.AuthorID, CampaignID: spec.CampaignID, Content: spec.Content,
		PublishAt: spec.PublishAt.UTC(), TimeZone: spec.TimeZone, CreatedAt: cause.At.UTC(),
	}
	for _, t := range spec.Targets {
		p.Targets = append(p.Targets, newTarget(spec.ID, t))
	}
	if err := p.check(); err != nil {
		return Change{}, err
	}
	ch := p.begin(cause)
	if spec.Draft || spec.PublishAt.IsZero() {
		ch.tell(cause, nil, "written as a draft")
		return ch, nil
	}
	return ch, ch.schedule(spec.PublishAt, cause)
}

func newTarget(postID string, t TargetSpec) Target {
	return Target{
		ID: TargetID(postID, t.IntegrationID), Platform: t.Platform, IntegrationID: t.IntegrationID, AccountName: t.AccountName,
		Override: t.Override, State: Draft,
	}
}

// check refuses what no platform, or one of the targets, would take.
func (p Post) check() error {
	var bad []fault.Field
	refuse := func(name, message string) { bad = append(bad, fault.Field{Name: name, Message: message}) }
	if p.TimeZone == "" || p.TimeZone == "Local" {
		refuse("timeZone", "must be an IANA time zone like Europe/Berlin")
	} else if _, err := time.LoadLocation(p.TimeZone); err != nil {
		refuse("timeZone", "must be an IANA time zone like Europe/Berlin")
	}
	if len(p.Targets) == 0 || len(p.Targets) > MaxTargets {
		refuse("targets", fmt.Sprintf("must be 1 to %d accounts", MaxTargets))
	}
	if p.Content.Text == "" && p.Content.Link == "" && len(p.Content.Media) == 0 {
		refuse("content.text", "must not be empty: a post wants text, a link or an image")
	}
	bad = append(bad, checkContent(p.Content, "content.")...)
	seen := map[string]bool{}
	for n, t := range p.Targets {
		field := fmt.Sprintf("targets[%d]", n)
		if seen[t.IntegrationID] {
			refuse(field+".integrationId", "is a target already")
		}
		seen[t.IntegrationID] = true
		l, ok := LimitsOf(t.Platform)
		if !ok {
			refuse(field+".integrationId", "must be an account that takes posts, not an ad account")
			continue
		}
		own, name := p.ContentFor(t), "content."
		if t.Override != (Override{}) {
			bad = append(bad, checkContent(own, field+".")...)
			name = field + "."
		}
		bad = append(bad, l.check(own, name)...)
	}
	if len(bad) > 0 {
		return fault.InvalidFields(unique(bad)...)
	}
	return nil
}

// unique drops what is said twice: the same text is too long for two targets of a platform.
func unique(bad []fault.Field) []fault.Field {
	var list []fault.Field
	for _, f := range bad {
		if !slices.Contains(list, f) {
			list = append(list, f)
		}
	}
	return list
}

func checkContent(c Content, field string) []fault.Field {
	var bad []fault.Field
	if len(c.Text) > maxText || strings.ContainsFunc(c.Text, control) {
		bad = append(bad, fault.Field{Name: field + "text", Message: "must be text without control characters"})
	}
	if c.Link != "" && !webAddress(c.Link) {
		bad = append(bad, fault.Field{Name: field + "link", Message: "must be an address like https://example.com/page"})
	}
	for n, m := range c.Media {
		if !webAddress(m.URL) {
			bad = append(bad, fault.Field{Name: fmt.Sprintf("%smedia[%d].url", field, n), Message: "must be a public address like https://example.com/image.jpg"})
		}
		if len(m.Alt) > maxAlt {
			bad = append(bad, fault.Field{Name: fmt.Sprintf("%smedia[%d].alt", field, n), Message: "must be at most 1000 bytes"})
		}
	}
	return bad
}

func control(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' || r == unicode.ReplacementChar
}

// webAddress takes http too: a sandbox on the same machine has no TLS. What may be fetched is decided
// where it is fetched.
func webAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil && len(text) <= maxURL
}

// localLayouts are a time of day without a zone.
var localLayouts = []string{"2006-01-02T15:04", "2006-01-02T15:04:05"}

// ParseTime reads a moment: with an offset as it is, without one in the zone. A time that the zone's
// clocks skip is refused; of one that they show twice it is the first.
func ParseTime(text, timeZone string) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.UTC(), nil
	}
	zone, err := time.LoadLocation(timeZone)
	if err != nil || timeZone == "" || timeZone == "Local" {
		return time.Time{}, fault.InvalidFields(fault.Field{Name: "timeZone", Message: "must be an IANA time zone like Europe/Berlin"})
	}
	for _, layout := range localLayouts {
		at, err := time.ParseInLocation(layout, text, zone)
		if err != nil {
			continue
		}
		if at.Format(layout) != text {
			return time.Time{}, fault.InvalidFields(fault.Field{Name: "publishAt", Message: "does not exist in " + timeZone + ": the clocks go forward over it"})
		}
		return earlier(at, layout, text).UTC(), nil
	}
	return time.Time{}, fault.InvalidFields(fault.Field{Name: "publishAt", Message: "must be a time like 2026-12-01T09:00, or with an offset like 2026-12-01T09:00:00+01:00"})
}

// earlier is the first of two moments at which the zone's clocks show the text.
func earlier(at time.Time, layout, text string) time.Time {
	start, _ := at.ZoneBounds()
	if start.IsZero() {
		return at
	}
	_, now := at.Zone()
	_, before := start.Add(-time.Second).Zone()
	other := at.Add(time.Duration(now-before) * time.Second)
	if other.Before(start) && other.Format(layout) == text {
		return other
	}
	return at
}
