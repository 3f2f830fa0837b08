package notification

import (
	"strconv"

	"bellwether/internal/event"
)

const automationCategory = "automation"

// RuleMatchedMessage tells that a rule's condition is met, and that nothing was done.
func RuleMatchedMessage(d event.RuleMatched) Message {
	m := Message{Category: automationCategory, Severity: Medium, Title: say("rule.told", deedArgs(d.Deed))}
	m.Lines = []Text{say("rule.told.only", nil)}
	if d.Kind != "notify" {
		m.Lines = []Text{say("rule.told.would", Args{"action": action(d.Deed)})}
	}
	return m
}

// ActionProposedMessage asks for approval of what a rule wants to do.
func ActionProposedMessage(d event.ActionProposed) Message {
	m := Message{
		Category: automationCategory, Severity: High, Title: say("rule.proposed", deedArgs(d.Deed)),
		Lines: []Text{say("rule.proposed.until", Args{"until": moment(d.ExpiresAt)})},
	}
	if d.ActionID != "" {
		m.Asks = &Ask{ActionID: d.ActionID, Until: d.ExpiresAt.UTC()}
	}
	if d.Approvals > 1 {
		m.Lines = append(m.Lines, say("rule.proposed.two", nil))
	}
	return m
}

// ActionTakenMessage tells what a rule did.
func ActionTakenMessage(d event.ActionTaken) Message {
	return Message{
		Category: automationCategory, Severity: High, Title: say("rule.taken", deedArgs(d.Deed)),
		Lines: []Text{say("rule.taken.undo", Args{"until": moment(d.UndoUntil)})},
	}
}

// ActionUndoneMessage tells that a person took back what a rule did.
func ActionUndoneMessage(d event.ActionUndone) Message {
	return Message{
		Category: automationCategory, Severity: Medium, Title: say("rule.undone", deedArgs(d.Deed)),
		Lines: []Text{say("rule.undone.what", Args{"action": action(d.Deed)})},
	}
}

// RuleTrippedMessage tells that a rule only tells from now on.
func RuleTrippedMessage(d event.RuleTripped) Message {
	return Message{
		Category: automationCategory, Severity: High, Title: say("rule.tripped", Args{"rule": plain(d.RuleName)}),
		Lines: []Text{say(known("trip."+d.Why, "rule.told.only"), nil), say("rule.tripped.advice", nil)},
	}
}

func deedArgs(d event.Deed) Args {
	return Args{"rule": plain(d.RuleName), "name": plain(d.CampaignName), "action": action(d)}
}

// action is what a rule does, in words.
func action(d event.Deed) Arg {
	if d.Kind != "scale_budget" {
		return sayAs(known("action."+d.Kind, "action.notify"), nil)
	}
	args := Args{"percent": Arg{Percent: strconv.Itoa(max(d.Percent, -d.Percent))}}
	bare, full := "action.raise", "action.raised"
	if d.Percent < 0 {
		bare, full = "action.cut", "action.lowered"
	}
	if d.FromMicros == 0 {
		return sayAs(bare, args)
	}
	args["from"], args["to"] = amount(d.FromMicros, d.Currency), amount(d.ToMicros, d.Currency)
	return sayAs(full, args)
}

// ApprovalText is a text of the page on which people answer a proposal: approve, decline, bad, bad.why,
// approved, second, declined, answered, held, held.why.
func ApprovalText(key string, lang Language) string { return say("approval."+key, nil).In(lang, nil) }
