package notification

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
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

// advice is what can be done about a final failure, by its class.
var advice = map[platform.Class]string{
	platform.ClassTransient: "The platform did not answer as it should. It is tried again by itself; there is nothing to do unless it goes on.",
	platform.ClassInvalid:   "The platform refused what it was asked, and will refuse it again. An operator has to look at it: the run and its error are in the account's history.",
	platform.ClassSunset:    "The platform has switched off the version of its API that is set here. An operator has to set a newer one.",
	platform.ClassNotFound:  "The account, or something in it, is gone or hidden. Look at the platform whether it is there and whether the person who connected it may still see it; if so, reconnect the account.",
	platform.ClassUnknown:   "It is not known what went wrong. It is tried again by itself; if it goes on, start a sync by hand, then reconnect the account, then show an operator its history.",
}

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
	name := account(d.Platform, d.AccountName)
	switch {
	case d.Failures <= 1:
		return failed(d, firstSeverity(d), "A sync of "+name+" failed"), true
	case d.Failures == integration.FailingFrom:
		return failed(d, High, fmt.Sprintf("%s fails to sync: %d times in a row", name, d.Failures)), true
	}
	return m, false
}

// SyncFailedLongMessage tells that an account has failed often and long.
func SyncFailedLongMessage(d event.IntegrationSyncFailed) Message {
	return failed(d, High, account(d.Platform, d.AccountName)+" has not been synced for four days")
}

func firstSeverity(d event.IntegrationSyncFailed) Severity {
	switch platform.Class(d.ErrorClass) {
	case platform.ClassInvalid, platform.ClassSunset, platform.ClassUnknown:
		return Medium
	}
	return Low
}

func failed(d event.IntegrationSyncFailed, severity Severity, title string) Message {
	lines := []string{cmp.Or(advice[platform.Class(d.ErrorClass)], advice[platform.ClassUnknown])}
	if d.Message != "" {
		lines = append(lines, fmt.Sprintf("%s says: %s", platformName(d.Platform), Quote(d.Message)))
	}
	if d.Partial {
		lines = append(lines, fmt.Sprintf("It failed at the %s; what comes before them was read whole.", cmp.Or(d.DataType, "data")))
	}
	if at := d.LastSuccessAt; at != nil {
		lines = append(lines, fmt.Sprintf("The last sync that succeeded ended on %s.", when(*at)))
	} else {
		lines = append(lines, "No sync of it has succeeded yet.")
	}
	return Message{Category: accountCategory, Severity: severity, Title: title, Text: strings.Join(lines, "\n"), SMS: short(title)}
}

// StaleMessage tells that an account's data is too old to act on: medium, or high when nothing else
// tells of it.
func StaleMessage(d event.MetricsStale, toldOtherwise bool) Message {
	m := Message{
		Category: accountCategory, Severity: High,
		Title: fmt.Sprintf("No fresh data of %s since %s", account(d.Platform, d.AccountName), when(d.LastSuccessAt)),
		Text: fmt.Sprintf("It is synced every %d minutes, and no sync has succeeded in twice that time. "+
			"Until one does, its numbers are those of then, and no campaign is paused because of them.", d.IntervalMinutes),
	}
	if toldOtherwise {
		m.Severity = Medium
	}
	m.SMS = short(m.Title)
	return m
}

// RecoveredMessage tells that an account is well again.
func RecoveredMessage(d event.IntegrationRecovered) Message {
	m := Message{Category: accountCategory, Severity: Low, Title: account(d.Platform, d.AccountName) + " is well again"}
	m.Text = "A sync has succeeded, and its data is fresh."
	if d.Failures > 0 && !d.FailingSince.IsZero() {
		m.Text = fmt.Sprintf("A sync has succeeded after %s since %s, and its data is fresh.", plural(d.Failures, "failure"), when(d.FailingSince))
	}
	return m
}

// GrantEndingMessage tells that a person has to renew an account's grant, and what stops otherwise:
// low 14 days before, medium 7, high on the last. names are the first of the campaigns.
func GrantEndingMessage(d event.IntegrationTokenExpiring, names []string) Message {
	m := Message{
		Category: accountCategory, Severity: Low,
		Title: fmt.Sprintf("Access to %s ends on %s", account(d.Platform, d.AccountName), when(d.ExpiresAt)),
	}
	switch {
	case d.Days <= 1:
		m.Severity = High
	case d.Days <= 7:
		m.Severity = Medium
	}
	lines := []string{"Reconnect the account before that: the platform does not let it be prolonged without a person."}
	if n := max(d.CampaignCount, len(d.CampaignIDs)); n > 0 {
		lines = append(lines, fmt.Sprintf("Otherwise %s no longer synced, and can't be paused from here: %s.", are(n, "campaign"), naming(names, n)))
	}
	if n := len(d.PostIDs); n > 0 {
		lines = append(lines, fmt.Sprintf("%s would not go out.", plural(n, "scheduled post")))
	}
	m.Text, m.SMS = strings.Join(lines, "\n"), short(m.Title)
	return m
}

// naming names the first of n.
func naming(names []string, n int) string {
	text := strings.Join(names, ", ")
	if rest := n - len(names); rest > 0 && text != "" {
		return fmt.Sprintf("%s, and %s", text, plural(rest, "other"))
	} else if rest > 0 {
		return "all of the account's"
	}
	return text
}

// Quote is a platform's own message as people are shown it.
func Quote(text string) string {
	if utf8.RuneCountInString(text) <= maxQuote {
		return text
	}
	return string([]rune(text)[:maxQuote-1]) + "…"
}
