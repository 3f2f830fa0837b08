package notification

import (
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

func where(id string) Arg { return Arg{Platform: id} }

// account is the account in a sentence.
func account(platformID, name string) Arg {
	if name == "" {
		return sayAs("account.unnamed", Args{"platform": where(platformID)})
	}
	return sayAs("account.named", Args{"name": plain(name), "platform": where(platformID)})
}

// quote is a line with a platform's own message.
func quote(platformID, message string) Text {
	return say("says", Args{"platform": where(platformID), "message": plain(Quote(message))})
}

// ConnectedMessage welcomes an account.
func ConnectedMessage(d event.IntegrationConnected) Message {
	key := "connected"
	if d.Reconnected {
		key = "connected.again"
	}
	m := Message{Category: accountCategory, Severity: Low, Title: say(key, Args{"account": account(d.Platform, d.AccountName)})}
	if platform.Posts(d.Platform) {
		m.Lines = []Text{say(key+".posts", nil)}
		return m
	}
	m.Lines = []Text{say(key+".ads", nil)}
	if d.Currency != "" && !d.Reconnected {
		m.Lines = append(m.Lines, say("connected.counts", Args{"currency": plain(d.Currency), "zone": plain(d.TimeZone)}))
	}
	return m
}

// Running are the campaigns of a lost account that may go on spending there.
type Running struct {
	Names  []string // the first ones
	Others int      // of whom it wasn't looked up whether they run
}

// DisconnectedMessage tells that an account is out of reach. A person's own doing is low, or medium
// when campaigns may go on spending; a suspended account is critical; every other loss is high.
func DisconnectedMessage(d event.IntegrationDisconnected, running Running) Message {
	m := Message{Category: accountCategory, Severity: High}
	name := Args{"account": account(d.Platform, d.AccountName)}
	if d.Reason == integration.ReasonUser {
		m.Severity, m.Title = Low, say("disconnected", name)
		if d.KeepRunning || !d.Reachable {
			m.Severity = Medium
		}
	} else {
		m.Title = say("lost", name)
		m.Lines = append(m.Lines,
			say("lost.why", Args{"why": coded("why.lost.", d.Reason)}), say(known("lost.advice."+d.Reason, "lost.advice"), nil))
	}
	if d.Reason == integration.ReasonSuspended {
		m.Severity = Critical
	}
	m.Lines = append(m.Lines, campaignsLine(d, running))
	if n := len(d.PostIDs); n > 0 {
		m.Lines = append(m.Lines, say("posts.lost", Args{"n": count(n)}))
	}
	m.SMS = titled(m.Title)
	return m
}

// campaignsLine says what becomes of the campaigns.
func campaignsLine(d event.IntegrationDisconnected, running Running) Text {
	n := max(d.CampaignCount, len(d.CampaignIDs))
	args := Args{"n": count(n), "platform": where(d.Platform)}
	switch {
	case n == 0:
		return say("lost.none", nil)
	case d.Reachable && !d.KeepRunning:
		return say("lost.pausing", args)
	case len(running.Names) == 0 && running.Others == 0:
		return say("lost.none_ran", args)
	}
	state := "lost.unknown"
	if d.Reachable {
		state = "lost.left"
	}
	return say("lost.may_spend", Args{"state": sayAs(state, Args{"platform": where(d.Platform)}), "campaigns": running.arg()})
}

func (r Running) arg() Arg {
	switch {
	case r.Others == 0:
		return named(r.Names)
	case len(r.Names) == 0:
		return sayAs("running.some", Args{"n": count(r.Others)})
	}
	return sayAs("running.others", Args{"campaigns": named(r.Names), "n": count(r.Others)})
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
	m = Message{Category: accountCategory, Severity: Medium, Title: say("changed", Args{"account": account(d.Platform, accountName)})}
	if d.Added > manyAdded {
		m.Lines = append(m.Lines, say("changed.added", Args{"n": count(d.Added)}))
	}
	if d.Archived > manyArchived {
		m.Lines = append(m.Lines, say("changed.archived", Args{"n": count(d.Archived)}))
	}
	if s := d.Change; s != nil {
		m.Lines = append(m.Lines, shiftLines(*s)...)
	}
	return m, len(m.Lines) > 0
}

func shiftLines(s event.Shift) (lines []Text) {
	from, to := Arg{Date: s.From}, Arg{Date: s.To}
	if money.Changed(s.PreviousImpressions, s.Impressions, impressionsPercent) {
		lines = append(lines, say("changed.impressions", Args{"from": from, "to": to, "before": count(s.PreviousImpressions), "after": count(s.Impressions)}))
	}
	if money.Changed(s.PreviousSpendMicros, s.SpendMicros, spendPercent) {
		lines = append(lines, say("changed.spend", Args{
			"from": from, "to": to, "before": amount(s.PreviousSpendMicros, s.Currency), "after": amount(s.SpendMicros, s.Currency),
		}))
	}
	return lines
}
