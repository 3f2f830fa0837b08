package notification

import (
	"maps"
	"strings"

	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/platform"
)

const campaignCategory = "campaign"

// CampaignCreatedMessage tells that a campaign was made, with what the automated checks found.
func CampaignCreatedMessage(d event.CampaignCreated, findings []Text) Message {
	m := Message{Category: campaignCategory, Severity: Low, Title: say("campaign.created", Args{"name": plain(d.Name)})}
	m.Lines = []Text{say("campaign.created.status", Args{"status": coded("campaign.status.", d.Status)})}
	if len(findings) > 0 {
		m.Severity = Medium
		m.Lines = append(m.Lines, say("campaign.created.found", nil))
		m.Lines = append(m.Lines, findings...)
	}
	return m
}

// CampaignStatusMessage tells that a campaign runs, stands or ended.
func CampaignStatusMessage(d event.CampaignStatusChanged) Message {
	key := "status.now"
	if d.Previous == d.Current {
		key = "status.still"
	}
	m := Message{
		Category: campaignCategory, Severity: Low,
		Title: say(key, Args{"name": plain(d.Name), "status": coded("campaign.status.", d.Current)}),
		Lines: []Text{say("status.why", Args{"why": why(d.Reason)})},
	}
	if len(d.PauseReasons) > 0 {
		m.Lines = append(m.Lines, say("status.paused", Args{"reasons": pausedFor(d.PauseReasons)}))
	}
	return m
}

// why is the reason of a change: a code, one with what belongs to it behind a colon, or a person's words.
func why(reason string) Arg {
	switch code, rest, more := strings.Cut(reason, ": "); {
	case more && code == "budget_override":
		return sayAs("why.budget_override", Args{"reason": plain(rest)})
	case more && (code == "paused_at_platform" || code == "resumed_at_platform"):
		return sayAs("why."+code, Args{"platform": where(rest)})
	}
	return coded("why.", reason)
}

func pausedFor(reasons []string) Arg {
	list := make([]Arg, len(reasons))
	for n, reason := range reasons {
		if campaign.OfRule(reason) {
			reason = "rule"
		}
		list[n] = coded("pause.", reason)
	}
	return Arg{List: list}
}

// StatusRefusedMessage tells that a platform refuses to pause a campaign, which is critical, for money
// may burn; or to start it, which is high.
func StatusRefusedMessage(d event.CampaignStatusRefused) Message {
	args := Args{"platform": where(d.Platform), "name": plain(d.Name)}
	m := Message{
		Category: campaignCategory, Severity: High,
		Title: say("refused.start", args), Lines: []Text{say("refused.start.advice", nil)},
	}
	if d.Want == string(platform.Off) {
		m.Severity, m.Title, m.Lines = Critical, say("refused.pause", args), []Text{say("refused.pause.advice", nil)}
		if len(d.PauseReasons) > 0 {
			m.Lines = []Text{say("refused.pause.reasons", Args{"reasons": pausedFor(d.PauseReasons)})}
		}
	}
	if d.Message != "" {
		m.Lines = append(m.Lines, quote(d.Platform, d.Message))
	}
	m.SMS = titled(m.Title)
	return m
}

// BudgetRefusedMessage tells that a platform refuses to change a budget.
func BudgetRefusedMessage(d event.CampaignBudgetRefused) Message {
	m := Message{
		Category: campaignCategory, Severity: High, Title: say("refused.budget", Args{"platform": where(d.Platform), "name": plain(d.Name)}),
		Lines: []Text{say("refused.budget.advice", Args{"amount": amount(d.WantMicros, d.Currency)})},
	}
	if d.Message != "" {
		m.Lines = append(m.Lines, quote(d.Platform, d.Message))
	}
	m.SMS = titled(m.Title)
	return m
}

// FindingTexts are what the automated checks find about a campaign, as texts.
func FindingTexts(c campaign.Campaign, around campaign.Surroundings) []Text {
	args := Args{"name": plain(c.Name), "start": {Date: c.StartDate}, "end": {Date: c.EndDate}}
	if c.Budget != nil {
		args["budget"] = amount(c.Budget.AmountMicros, string(c.Currency))
	}
	if limit := around.BudgetLimit; limit != nil {
		args["limit"] = amount(limit.Micros, string(limit.Currency))
	}
	var texts []Text
	for _, f := range c.Check(around) {
		args := maps.Clone(args)
		args["text"] = plain(f.Message)
		texts = append(texts, say(known("check."+f.Code, "plain"), args))
	}
	return texts
}
