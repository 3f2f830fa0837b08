package notification

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/platform"
	"bellwether/internal/post"
)

const postCategory = "post"

// quoted is the beginning of a post in a sentence.
func quoted(summary string) string {
	if summary == "" {
		return "A post"
	}
	return "\u201c" + strings.Join(strings.Fields(summary), " ") + "\u201d"
}

// local is a time as its author reads it.
func local(at time.Time, timeZone string) string {
	zone, err := time.LoadLocation(timeZone)
	if err != nil {
		zone = time.UTC
	}
	return at.In(zone).Format("Mon 2 Jan 2006 15:04 MST")
}

// PostScheduledMessage confirms a plan to its author.
func PostScheduledMessage(d event.PostScheduled) Message {
	names := make([]string, len(d.Targets))
	for n, t := range d.Targets {
		names[n] = platformName(t.Platform)
	}
	return Message{
		Category: postCategory, Severity: Low, Title: quoted(d.Summary) + " is scheduled",
		Text: fmt.Sprintf("It goes out on %s to %s.", local(d.ScheduledFor, d.TimeZone), strings.Join(names, ", ")),
	}
}

// PostCancelledMessage tells an author that somebody else cancelled their post.
func PostCancelledMessage(d event.PostCancelled) Message {
	return Message{
		Category: postCategory, Severity: Medium, Title: quoted(d.Summary) + " was cancelled",
		Text: "Somebody else cancelled it. It does not go out where it was not out yet.",
	}
}

// PostAtRiskMessage tells, before a post is due, what would keep it from going out.
func PostAtRiskMessage(d event.PostAtRisk) Message {
	m := Message{Category: postCategory, Severity: Medium, Title: quoted(d.Summary) + " would not go out as things stand"}
	if d.Minutes <= post.Marks[len(post.Marks)-1] {
		m.Severity = High
	}
	lines := []string{"It is due on " + local(d.ScheduledFor, d.TimeZone) + "."}
	for _, t := range d.Targets {
		lines = append(lines, fmt.Sprintf("%s: %s.", account(t.Platform, t.AccountName), strings.Join(t.Problems, "; ")))
	}
	m.Text, m.SMS = strings.Join(lines, "\n"), short("A post that is due soon would not go out as things stand")
	return m
}

// postAdvice is what can be done about a post that did not go out, by the class of its failure.
var postAdvice = map[platform.Class]string{
	platform.ClassInvalid:     "The platform refused what it says. Change it, or leave this account out, and try again.",
	platform.ClassAuthRevoked: "The platform no longer accepts our access. Connect the account again, then retry.",
	platform.ClassAuthExpired: "Our access has ended. Connect the account again, then retry.",
	platform.ClassAuthScope:   "Our access does not allow publishing. Connect the account again as somebody who may publish there, then retry.",
	platform.ClassSuspended:   "The platform has suspended the account. Settle it there, then retry.",
	platform.ClassBlocked:     "The platform has stopped this account from publishing. Nothing is published on it for 24 hours: to go on would make it worse. Look at the account there, then retry.",
	platform.ClassSunset:      "The platform has switched off the version of its API that is set here. An operator has to set a newer one.",
	post.ClassTooLate:         "Its time is too long past, and a stale post must not go out. Retry if it still should.",
	post.ClassDisconnected:    "The account is not connected. Connect it again, then retry.",
	post.ClassMedia:           "An image can't be used. Look at its address and its kind, then retry.",
	post.ClassUnconfirmed:     "It may be out there or not: the platform never answered, and it was not found since. Look at the account. If it is there, confirm it; if it is not, retry.",
}

// PostFailedMessage tells an author what happened and what to do. ok is false for what nobody has to
// hear of: another try of what was told.
func PostFailedMessage(d event.PostFailed) (m Message, ok bool) {
	where, class := platformName(d.Target.Platform), platform.Class(d.ErrorClass)
	m = Message{Category: postCategory, Severity: High}
	var lines []string
	switch {
	case d.WillRetry && class == post.ClassUnconfirmed:
		m.Severity, m.Title = Low, fmt.Sprintf("%s may be out on %s: it is being looked for", quoted(d.Summary), where)
		lines = append(lines, "The platform did not answer. Nothing is repeated before it is known whether the post is there.")
	case d.WillRetry && d.Attempt > 1:
		return m, false
	case d.WillRetry:
		m.Severity, m.Title = Low, fmt.Sprintf("%s is late on %s", quoted(d.Summary), where)
		lines = append(lines, "The platform surely did not publish it. It is tried again by itself, until six hours after its time.")
	case class == post.ClassUnconfirmed:
		m.Title = fmt.Sprintf("Is %s out on %s? Please look", quoted(d.Summary), where)
	default:
		m.Title = fmt.Sprintf("%s did not go out on %s", quoted(d.Summary), where)
	}
	if !d.WillRetry {
		lines = append(lines, cmp.Or(postAdvice[class], "It was tried for as long as makes sense. Retry when the platform is well again."))
	}
	if d.Message != "" {
		lines = append(lines, fmt.Sprintf("%s says: %s", where, Quote(d.Message)))
	}
	m.Text, m.SMS = strings.Join(lines, "\n"), short("A post did not go out on "+where)
	return m, true
}
