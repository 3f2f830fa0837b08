package delivery

import (
	"slices"
	"strconv"
	"time"

	"bellwether/internal/channel"
	"bellwether/internal/event"
	"bellwether/internal/notification"
)

const (
	// groupWait is how long what is not critical waits for others of its kind.
	groupWait = 30 * time.Second
	// fallbackAfter is when whoever has not read of something critical is told by the next channel.
	fallbackAfter = 5 * time.Minute
	// repeatEvery is when they are reminded, and maxRepeats how often.
	repeatEvery = 4 * time.Hour
	maxRepeats  = 6
)

// Plan is who is told of it by which channel, and from when on. Those who would be told by the system's
// own rules and are not get a row that says why. It is planned once: preferences that change later
// count for what comes later.
func Plan(dir notification.Directory, h notification.Handover, now time.Time) []Delivery {
	p := planner{dir: dir, handover: h, now: now.UTC(), critical: h.Message.Severity == notification.Critical}
	for _, userID := range h.People {
		p.person(userID)
	}
	for _, c := range dir.Channels {
		p.channel(c)
	}
	return p.rows
}

type planner struct {
	dir      notification.Directory
	handover notification.Handover
	now      time.Time
	critical bool
	rows     []Delivery
}

// person tells one person: in the inbox, where the notice is already, by mail, and of what is critical by
// text message, at once if there is no mail and else when they have not looked for a while.
func (p *planner) person(userID string) {
	in := p.row(PersonTarget(userID, channel.InApp), channel.InApp)
	in.UserID, in.State, in.EndedAt = userID, Sent, p.handover.At
	if slices.Contains(p.handover.Muted, userID) {
		in.State, in.Reason = Suppressed, Muted
	}
	p.rows = append(p.rows, in)

	who := p.dir.Person(userID)
	mailed := p.contact(userID, channel.Email, who.Email, false)
	if p.critical {
		p.contact(userID, channel.SMS, who.SMS, mailed)
	}
}

// contact plans one of a person's own channels; later says that an earlier channel has the first word. It
// reports whether they will be told by it.
func (p *planner) contact(userID, by string, c *notification.Contact, later bool) bool {
	m := p.handover.Message
	rule := p.dir.Rule(userID, m.Category, by)
	d := p.row(PersonTarget(userID, by), by)
	d.UserID = userID
	switch {
	case !p.critical && !m.Severity.AtLeast(rule.From):
		if m.Severity.AtLeast(notification.Directory{}.Rule("", m.Category, by).From) {
			p.rows = append(p.rows, p.unsent(d, Muted))
		}
		return false
	case c == nil:
		p.rows = append(p.rows, p.unsent(d, NoAddress))
		return false
	case !c.Confirmed:
		// The owner may agree before it is sent: that is looked at then.
	}
	switch {
	case later:
		d.NotBefore, d.OnlyUnread = p.now.Add(fallbackAfter), true
	case !p.critical:
		zone := p.dir.Zone(userID)
		d.Digest = rule.Digest
		d.NotBefore = p.dir.Quiet(userID).Until(rule.Digest.Slot(p.now.Add(groupWait), zone), zone).UTC()
	}
	p.rows = append(p.rows, d)
	return c.Confirmed
}

func (p *planner) channel(c notification.Channel) {
	if !c.Hears(p.handover.Message.Category, p.handover.Message.Severity) {
		return
	}
	d := p.row(ChannelTarget(c.ID), c.Kind)
	d.ChannelID = c.ID
	if c.Kind != channel.Webhook && !p.critical {
		d.NotBefore = p.now.Add(groupWait)
	}
	if c.Disabled != "" {
		d = p.unsent(d, Disabled)
	}
	p.rows = append(p.rows, d)
}

func (p *planner) unsent(d Delivery, reason string) Delivery {
	d.State, d.Reason, d.EndedAt = Suppressed, reason, p.now
	return d
}

func (p *planner) row(target, by string) Delivery {
	h := p.handover
	return Delivery{
		ID: event.Derive(h.ID, "delivery", target), OrgID: h.OrgID, AlertID: h.ID, Target: target, Channel: by,
		Kind: h.Kind, Key: h.Key, Subject: h.Subject, EventID: h.EventID, CauseID: h.CauseID, Message: h.Message, Matter: h.Matter,
		At: h.At, State: Queued, NotBefore: p.now, CreatedAt: p.now, Version: 1,
	}
}

// reminder is the row that tells of something critical once more, if it is still unread then; ok is false
// where there is none.
func (d Delivery) reminder(now time.Time) (next Delivery, ok bool) {
	if !d.critical() || d.Channel != channel.Email || d.Repeat >= maxRepeats {
		return next, false
	}
	next = d
	next.Repeat++
	first := event.Derive(d.AlertID, "delivery", d.Target)
	next.ID = event.Derive(first, "repeat", strconv.Itoa(next.Repeat))
	next.State, next.Reason, next.LetterID, next.Attempts, next.EndedAt = Queued, "", "", nil, time.Time{}
	next.OnlyUnread, next.NotBefore, next.CreatedAt, next.Version = true, now.Add(repeatEvery).UTC(), now.UTC(), 1
	return next, true
}

// Test is a row that tries the way to a target; it is named by the request's cause, and waits for nothing.
func Test(to Delivery, orgID, causeID string, m notification.Message, now time.Time) Delivery {
	to.AlertID = event.Derive(causeID, "test")
	to.ID = event.Derive(to.AlertID, "delivery", to.Target)
	to.OrgID, to.Message, to.Kind, to.Key, to.CauseID = orgID, m, "test", to.ID, causeID
	to.Subject, to.EventID = to.Target, causeID
	to.State, to.At, to.NotBefore, to.CreatedAt, to.Version, to.Test = Queued, now.UTC(), now.UTC(), now.UTC(), 1, true
	return to
}

// Replay is a further row that sends the same once more, under the same name; it is named by the request's
// cause.
func (d Delivery) Replay(causeID string, now time.Time) Delivery {
	letter := d.ID
	if n := len(d.Attempts); n > 0 {
		letter = d.Attempts[n-1].LetterID
	}
	d.ID, d.Replayed = event.Derive(d.ID, "replay", causeID), true
	d.State, d.Reason, d.Attempts, d.LetterID, d.EndedAt = Queued, "", nil, letter, time.Time{}
	d.NotBefore, d.CreatedAt, d.Version = now.UTC(), now.UTC(), 1
	return d
}
