package notification

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/integration"
	"bellwether/internal/money"
	"bellwether/internal/platform"
)

// accountCategory is the category of what concerns a connected account.
const accountCategory = "account"

// platformNames are the platforms as people know them.
var platformNames = map[string]string{
	platform.Meta: "Meta", platform.Google: "Google Ads", platform.LinkedIn: "LinkedIn", platform.TikTok: "TikTok",
	platform.Facebook: "Facebook", platform.Instagram: "Instagram", platform.LinkedInPage: "LinkedIn", platform.X: "X",
	platform.Mastodon: "Mastodon", platform.Bluesky: "Bluesky",
}

func platformName(name string) string { return cmp.Or(platformNames[name], name) }

// account is the account in a sentence.
func account(platformID, name string) string {
	if name == "" {
		return "an account of " + platformName(platformID)
	}
	return fmt.Sprintf("%s (%s)", name, platformName(platformID))
}

// ConnectedMessage welcomes an account.
func ConnectedMessage(d event.IntegrationConnected) Message {
	m := Message{Category: accountCategory, Severity: Low}
	name := account(d.Platform, d.AccountName)
	if d.Reconnected {
		m.Title = name + " is connected again"
		if platform.Posts(d.Platform) {
			m.Text = "Posts that are still to go out there do so again."
			return m
		}
		m.Text = "What happened there in the meantime is being read now. Campaigns that stood still only for the lost connection run on."
		return m
	}
	m.Title = name + " is connected: welcome"
	if platform.Posts(d.Platform) {
		m.Text = "Posts can be published on it from now on."
		return m
	}
	m.Text = "The first sync has started: it reads the account's campaigns and the results of the last four weeks. " +
		"After that its numbers are kept fresh by themselves, and budgets are watched."
	if d.Currency != "" {
		m.Text += fmt.Sprintf("\nThe account counts in %s, and its days are those of %s.", d.Currency, d.TimeZone)
	}
	return m
}

// Running are the campaigns of a lost account that may go on spending there.
type Running struct {
	Names  []string // the first ones
	Others int      // of whom it wasn't looked up whether they run
}

// lostReasons are the reasons for which an account is out of reach, and what a person can do.
var lostReasons = map[string]struct{ why, advice string }{
	integration.ReasonExpired:    {"its access has ended", "Reconnect the account."},
	integration.ReasonRevoked:    {"the platform no longer accepts our access: somebody took it back there, or it was reset", "Reconnect the account."},
	integration.ReasonPermission: {"our access no longer covers what is needed", "Reconnect the account as somebody who may manage its ads, and allow all that is asked."},
	integration.ReasonSuspended:  {"the platform has suspended the ad account", "Settle it with the platform, then reconnect the account."},
}

// DisconnectedMessage tells that an account is out of reach. A person's own doing is low, or medium
// when campaigns may go on spending; a suspended account is critical; every other loss is high.
func DisconnectedMessage(d event.IntegrationDisconnected, running Running) Message {
	m := Message{Category: accountCategory, Severity: High}
	name := account(d.Platform, d.AccountName)
	var lines []string
	if d.Reason == integration.ReasonUser {
		m.Severity, m.Title = Low, name+" was disconnected"
		if d.KeepRunning || !d.Reachable {
			m.Severity = Medium
		}
	} else {
		reason := lostReasons[d.Reason]
		m.Title = name + " has lost its connection"
		lines = append(lines, fmt.Sprintf("Why: %s.", cmp.Or(reason.why, d.Reason)), cmp.Or(reason.advice, "Reconnect the account."))
	}
	if d.Reason == integration.ReasonSuspended {
		m.Severity = Critical
	}
	lines = append(lines, campaignsLine(d, running))
	if n := len(d.PostIDs); n > 0 {
		lines = append(lines, fmt.Sprintf("%s will not go out.", plural(n, "scheduled post")))
	}
	m.Text = strings.Join(lines, "\n")
	m.SMS = short(m.Title)
	return m
}

// campaignsLine says what becomes of the campaigns.
func campaignsLine(d event.IntegrationDisconnected, running Running) string {
	where := platformName(d.Platform)
	n := max(d.CampaignCount, len(d.CampaignIDs))
	switch {
	case n == 0:
		return "No campaign runs through it."
	case d.Reachable && !d.KeepRunning:
		return fmt.Sprintf("%s being paused at %s before the access is given up.", are(n, "campaign"), where)
	case len(running.Names) == 0 && running.Others == 0:
		return fmt.Sprintf("When they were last seen, none of its %s ran at %s.", plural(n, "campaign"), where)
	}
	line := fmt.Sprintf("Nothing can be paused at %s any more, and what happens there is unknown.", where)
	if d.Reachable {
		line = fmt.Sprintf("As asked, the campaigns are left at %s as they are. Nobody watches their budgets here any more.", where)
	}
	return line + " May go on spending: " + running.text() + "."
}

func (r Running) text() string {
	text := strings.Join(r.Names, ", ")
	switch {
	case r.Others == 0:
		return text
	case text == "":
		return fmt.Sprintf("some of %s", plural(r.Others, "campaign"))
	}
	return fmt.Sprintf("%s, and some of %s", text, plural(r.Others, "other"))
}

// Numbers that make what a sync changed significant.
const (
	manyAdded          = 100
	manyArchived       = 50
	impressionsPercent = 50
	spendPercent       = 30
)

// SyncChangedMessage tells what a sync changed; ok is false when nothing is significant. The first sync
// of an account changes everything: that is none.
func SyncChangedMessage(d event.IntegrationSyncCompleted, accountName string) (m Message, ok bool) {
	if d.Trigger == integration.TriggerConnect {
		return m, false
	}
	var lines []string
	if d.Added > manyAdded {
		lines = append(lines, fmt.Sprintf("%d campaigns are new.", d.Added))
	}
	if d.Archived > manyArchived {
		lines = append(lines, fmt.Sprintf("%d campaigns are no longer there.", d.Archived))
	}
	if s := d.Change; s != nil {
		lines = append(lines, shiftLines(*s)...)
	}
	return Message{
		Category: accountCategory, Severity: Medium,
		Title: "Much has changed in " + account(d.Platform, accountName), Text: strings.Join(lines, "\n"),
	}, len(lines) > 0
}

func shiftLines(s event.Shift) (lines []string) {
	days := fmt.Sprintf("for %s to %s", s.From, s.To)
	if money.Changed(s.PreviousImpressions, s.Impressions, impressionsPercent) {
		lines = append(lines, fmt.Sprintf("Impressions %s went from %d to %d.", days, s.PreviousImpressions, s.Impressions))
	}
	if money.Changed(s.PreviousSpendMicros, s.SpendMicros, spendPercent) {
		currency := money.Currency(s.Currency)
		lines = append(lines, fmt.Sprintf("Spend %s went from %s to %s.", days, money.Of(s.PreviousSpendMicros, currency).Text(), money.Of(s.SpendMicros, currency).Text()))
	}
	return lines
}

// plural is the number with its noun.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// are is plural with its verb.
func are(n int, noun string) string {
	if n == 1 {
		return "1 " + noun + " is"
	}
	return plural(n, noun) + " are"
}

// short is the text as an SMS.
func short(text string) string { return gsm("Bellwether: "+text, 160) }

func when(at time.Time) string { return at.UTC().Format("2 Jan 2006 15:04 UTC") }
