package notification

import (
	"strings"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/platform"
	"bellwether/internal/post"
)

const postCategory = "post"

// quoted is the beginning of a post in a sentence.
func quoted(summary string) Arg {
	if summary == "" {
		return sayAs("post.unknown", nil)
	}
	return sayAs("post.quoted", Args{"summary": plain(strings.Join(strings.Fields(summary), " "))})
}

// local is a time as its author reads it.
func local(at time.Time, timeZone string) Arg {
	return Arg{Instant: &Instant{At: at.UTC(), Zone: timeZone, Day: true}}
}

// PostScheduledMessage confirms a plan to its author.
func PostScheduledMessage(d event.PostScheduled) Message {
	platforms := make([]Arg, len(d.Targets))
	for n, t := range d.Targets {
		platforms[n] = where(t.Platform)
	}
	return Message{
		Category: postCategory, Severity: Low, Title: say("post.scheduled", Args{"post": quoted(d.Summary)}),
		Lines: []Text{say("post.scheduled.when", Args{"at": local(d.ScheduledFor, d.TimeZone), "platforms": {List: platforms}})},
	}
}

// PostCancelledMessage tells an author that somebody else cancelled their post.
func PostCancelledMessage(d event.PostCancelled) Message {
	return Message{
		Category: postCategory, Severity: Medium, Title: say("post.cancelled", Args{"post": quoted(d.Summary)}),
		Lines: []Text{say("post.cancelled.by", nil)},
	}
}

// PostAtRiskMessage tells, before a post is due, what would keep it from going out.
func PostAtRiskMessage(d event.PostAtRisk) Message {
	m := Message{
		Category: postCategory, Severity: Medium, Title: say("post.risk", Args{"post": quoted(d.Summary)}),
		Lines: []Text{say("post.risk.due", Args{"at": local(d.ScheduledFor, d.TimeZone)})}, SMS: titled(say("post.risk.sms", nil)),
	}
	if d.Minutes <= post.Marks[len(post.Marks)-1] {
		m.Severity = High
	}
	for _, t := range d.Targets {
		m.Lines = append(m.Lines, say("post.risk.target", Args{"account": account(t.Platform, t.AccountName), "problems": sentences(named(t.Problems).List)}))
	}
	return m
}

// PostFailedMessage tells an author what happened and what to do. ok is false for what nobody has to
// hear of: another try of what was told.
func PostFailedMessage(d event.PostFailed) (m Message, ok bool) {
	class := platform.Class(d.ErrorClass)
	args := Args{"post": quoted(d.Summary), "platform": where(d.Target.Platform)}
	m = Message{Category: postCategory, Severity: High}
	switch {
	case d.WillRetry && class == post.ClassUnconfirmed:
		m.Severity, m.Title, m.Lines = Low, say("post.searched", args), []Text{say("post.searched.how", nil)}
	case d.WillRetry && d.Attempt > 1:
		return m, false
	case d.WillRetry:
		m.Severity, m.Title, m.Lines = Low, say("post.late", args), []Text{say("post.late.how", nil)}
	case class == post.ClassUnconfirmed:
		m.Title = say("post.unconfirmed", args)
	default:
		m.Title = say("post.failed", args)
	}
	if !d.WillRetry {
		m.Lines = append(m.Lines, say(known("post.advice."+d.ErrorClass, "post.advice.other"), nil))
	}
	if d.Message != "" {
		m.Lines = append(m.Lines, quote(d.Target.Platform, d.Message))
	}
	m.SMS = titled(say("post.failed.sms", Args{"platform": where(d.Target.Platform)}))
	return m, true
}
