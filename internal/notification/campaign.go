package notification

import (
	"fmt"
	"strings"

	"bellwether/internal/event"
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
}

// CampaignStatusMessage tells that a campaign runs, stands or ended.
func CampaignStatusMessage(d event.CampaignStatusChanged) Message {
	why, ok := statusWords[d.Reason]
	if reason, overridden := strings.CutPrefix(d.Reason, "budget_override: "); overridden {
		why = "the spent budget was overridden (" + reason + ")"
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
