package notification

import (
	"cmp"
	"slices"
	"time"
	"unicode/utf8"

	"bellwether/internal/event"
	"bellwether/internal/integration"
	"bellwether/internal/platform"
)

// Numbers of failing for long, from reference semantics.
const (
	longFailures = 20
	longTime     = 4 * 24 * time.Hour
)

// maxQuote is how many characters of a platform's own message people are shown.
const maxQuote = 500

// lostClasses end the connection: people hear of that from the IntegrationDisconnected that goes with them.
var lostClasses = []platform.Class{
	platform.ClassAuthExpired, platform.ClassAuthRevoked, platform.ClassAuthScope, platform.ClassSuspended,
}

// LosesAccess reports whether the failure ends the connection.
func LosesAccess(d event.IntegrationSyncFailed) bool {
	return slices.Contains(lostClasses, platform.Class(d.ErrorClass))
}

// MayBeLong reports whether the account has failed often enough to be looked at whether it also has for long.
func MayBeLong(d event.IntegrationSyncFailed) bool { return d.Failures >= longFailures }

// FailedLong reports whether the account has failed often and long. since is its last success, or the
// connection.
func FailedLong(d event.IntegrationSyncFailed, since, at time.Time) bool {
	return MayBeLong(d) && at.Sub(since) >= longTime
}

// LongSince is when an account whose last success was at since has failed for long: the moment that a
// telling of it is named by, so that there is one, however many failures go by.
func LongSince(since time.Time) time.Time { return since.Add(longTime) }

// SyncFailedMessage tells a final failure: the first of a row low, or medium when waiting doesn't help;
// from the third on the account counts as failing, which is high. ok is false for those in between, and
// for those that other news tell of.
func SyncFailedMessage(d event.IntegrationSyncFailed) (m Message, ok bool) {
	if d.WillRetry || LosesAccess(d) {
		return m, false
	}
	args := Args{"account": account(d.Platform, d.AccountName)}
	switch {
	case d.Failures <= 1:
		return failed(d, firstSeverity(d), say("sync.failed", args)), true
	case d.Failures == integration.FailingFrom:
		args["n"] = count(d.Failures)
		return failed(d, High, say("sync.failing", args)), true
	}
	return m, false
}

// SyncFailedLongMessage tells that an account has failed often and long.
func SyncFailedLongMessage(d event.IntegrationSyncFailed) Message {
	return failed(d, High, say("sync.long", Args{"account": account(d.Platform, d.AccountName)}))
}

func firstSeverity(d event.IntegrationSyncFailed) Severity {
	switch platform.Class(d.ErrorClass) {
	case platform.ClassInvalid, platform.ClassSunset, platform.ClassUnknown:
		return Medium
	}
	return Low
}

func failed(d event.IntegrationSyncFailed, severity Severity, title Text) Message {
	lines := []Text{say(known("sync.advice."+d.ErrorClass, "sync.advice.unknown"), nil)}
	if d.Message != "" {
		lines = append(lines, quote(d.Platform, d.Message))
	}
	if d.Partial {
		lines = append(lines, say("sync.partial", Args{"data": coded("data.", cmp.Or(d.DataType, "data"))}))
	}
	if at := d.LastSuccessAt; at != nil {
		lines = append(lines, say("sync.last", Args{"at": moment(*at)}))
	} else {
		lines = append(lines, say("sync.never", nil))
	}
	return Message{Category: accountCategory, Severity: severity, Title: title, Lines: lines, SMS: titled(title)}
}

// StaleMessage tells that an account's data is too old to act on: medium, or high when nothing else
// tells of it.
func StaleMessage(d event.MetricsStale, toldOtherwise bool) Message {
	m := Message{
		Category: accountCategory, Severity: High,
		Title: say("stale", Args{"account": account(d.Platform, d.AccountName), "at": moment(d.LastSuccessAt)}),
		Lines: []Text{say("stale.how", Args{"n": count(d.IntervalMinutes)})},
	}
	if toldOtherwise {
		m.Severity = Medium
	}
	m.SMS = titled(m.Title)
	return m
}

// RecoveredMessage tells that an account is well again.
func RecoveredMessage(d event.IntegrationRecovered) Message {
	m := Message{Category: accountCategory, Severity: Low, Title: say("sync.well", Args{"account": account(d.Platform, d.AccountName)})}
	m.Lines = []Text{say("sync.well.fresh", nil)}
	if d.Failures > 0 && !d.FailingSince.IsZero() {
		m.Lines = []Text{say("sync.well.after", Args{"n": count(d.Failures), "at": moment(d.FailingSince)})}
	}
	return m
}

// GrantEndingMessage tells that a person has to renew an account's grant, and what stops otherwise:
// low 14 days before, medium 7, high on the last. names are the first of the campaigns.
func GrantEndingMessage(d event.IntegrationTokenExpiring, names []string) Message {
	m := Message{
		Category: accountCategory, Severity: Low,
		Title: say("grant", Args{"account": account(d.Platform, d.AccountName), "at": moment(d.ExpiresAt)}),
		Lines: []Text{say("grant.advice", nil)},
	}
	switch {
	case d.Days <= 1:
		m.Severity = High
	case d.Days <= 7:
		m.Severity = Medium
	}
	if n := max(d.CampaignCount, len(d.CampaignIDs)); n > 0 {
		m.Lines = append(m.Lines, say("grant.campaigns", Args{"n": count(n), "campaigns": naming(names, n)}))
	}
	if n := len(d.PostIDs); n > 0 {
		m.Lines = append(m.Lines, say("grant.posts", Args{"n": count(n)}))
	}
	m.SMS = titled(m.Title)
	return m
}

// naming names the first of n.
func naming(names []string, n int) Arg {
	rest := n - len(names)
	switch {
	case rest > 0 && len(names) > 0:
		return sayAs("grant.others", Args{"campaigns": named(names), "n": count(rest)})
	case rest > 0:
		return sayAs("grant.all", nil)
	}
	return named(names)
}

// Quote is a platform's own message as people are shown it.
func Quote(text string) string {
	if utf8.RuneCountInString(text) <= maxQuote {
		return text
	}
	return string([]rune(text)[:maxQuote-1]) + "…"
}
