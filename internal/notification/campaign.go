package notification

import (
	"fmt"
	"strings"

	"bellwether/internal/event"
	"bellwether/internal/platform"
)

// CampaignCreatedMessage tells that a campaign was made, with what the automated checks found.
func CampaignCreatedMessage(d event.CampaignCreated, findings []string) Message {
	m := Message{Category: "campaign", Severity: Low, Title: fmt.Sprintf("Campaign %s was created", d.Name)}
	lines := []string{fmt.Sprintf("It is %s.", d.Status)}
	if len(findings) > 0 {
		m.Severity = Medium
		lines = append(lines, "The checks found:")
		lines = append(lines, findings...)
	}
	m.Text = strings.Join(lines, "\n")
	return m
}

// statusWords are the reasons that have no author, in words.
var statusWords = map[string]string{
	"budget_exhausted": "its budget is spent",
	"budget_raised":    "its budget was changed",
	"period_ended":     "a new budget period began",
	"by_hand":          "somebody changed it by hand",
	"archived":         "it was archived",
	"disconnected":     "its account is disconnected",
	"reconnected":      "its account is connected again",

	"deleted_at_platform": "it is no longer at its platform",
}

// thereWords are the reasons for what a person did at a platform; the platform follows.
var thereWords = map[string]string{
	"paused_at_platform":  "somebody paused it at ",
	"resumed_at_platform": "somebody started it at ",
}

// CampaignStatusMessage tells that a campaign runs, stands or ended.
func CampaignStatusMessage(d event.CampaignStatusChanged) Message {
	why, ok := statusWords[d.Reason]
	if reason, overridden := strings.CutPrefix(d.Reason, "budget_override: "); overridden {
		why = "the spent budget was overridden (" + reason + ")"
	} else if code, where, _ := strings.Cut(d.Reason, ": "); !ok && thereWords[code] != "" {
		why = thereWords[code] + platformName(where)
	} else if !ok {
		why = d.Reason
	}
	m := Message{Category: "campaign", Severity: Low}
	if d.Previous == d.Current {
		m.Title = fmt.Sprintf("Campaign %s is still %s", d.Name, d.Current)
	} else {
		m.Title = fmt.Sprintf("Campaign %s is %s now", d.Name, d.Current)
	}
	m.Text = "Why: " + why + "."
	if len(d.PauseReasons) > 0 {
		m.Text += "\nIt is paused for: " + strings.Join(d.PauseReasons, ", ") + "."
	}
	return m
}

// StatusRefusedMessage tells that a platform refuses to pause a campaign, which is critical, for money
// may burn; or to start it, which is high.
func StatusRefusedMessage(d event.CampaignStatusRefused) Message {
	where := platformName(d.Platform)
	m := Message{
		Category: "campaign", Severity: High,
		Title: fmt.Sprintf("%s refuses to start %s", where, d.Name),
		Text:  "It should run, and does not.",
	}
	if d.Want == string(platform.Off) {
		m.Severity = Critical
		m.Title = fmt.Sprintf("%s refuses to pause %s: it may go on spending", where, d.Name)
		m.Text = "Pause it at the platform by hand. Each sync tries again."
		if len(d.PauseReasons) > 0 {
			m.Text = fmt.Sprintf("It is paused here for: %s. %s", strings.Join(d.PauseReasons, ", "), m.Text)
		}
	}
	if d.Message != "" {
		m.Text += fmt.Sprintf("\n%s says: %s", where, Quote(d.Message))
	}
	m.SMS = short(m.Title)
	return m
}
