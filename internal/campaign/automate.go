package campaign

import (
	"slices"
	"strings"

	"bellwether/internal/event"
)

// PauseForRule adds a rule's reason, "rule:<id>". It starts and stops nothing that is a draft or has ended.
func (c Campaign) PauseForRule(reason, why string, cause event.Cause) (Change, error) {
	if c.Lifecycle != Active {
		return Change{Campaign: c}, nil
	}
	return c.pauseFor(reason, why, cause)
}

// ReleaseRules takes the reasons to pause away that only covers: what a person, a budget or a lost account
// paused stays paused.
func (c Campaign) ReleaseRules(only func(reason string) bool, why string, cause event.Cause) (Change, error) {
	theirs := func(reason string) bool { return OfRule(reason) && only(reason) }
	if c.Lifecycle != Active || !slices.ContainsFunc(c.PauseReasons, theirs) {
		return Change{Campaign: c}, nil
	}
	ch := c.begin(cause.At)
	ch.Campaign.PauseReasons = slices.DeleteFunc(ch.Campaign.PauseReasons, theirs)
	return ch, ch.emitStatus(c, why, cause)
}

// PauseAgain brings reasons of rules back that ReleaseRules took away.
func (c Campaign) PauseAgain(reasons []string, why string, cause event.Cause) (Change, error) {
	missing := func(reason string) bool { return OfRule(reason) && !slices.Contains(c.PauseReasons, reason) }
	if c.Lifecycle != Active || !slices.ContainsFunc(reasons, missing) {
		return Change{Campaign: c}, nil
	}
	ch := c.begin(cause.At)
	for _, reason := range reasons {
		if missing(reason) {
			ch.Campaign.addReason(reason)
		}
	}
	return ch, ch.emitStatus(c, why, cause)
}

// OfRule reports whether a reason to pause is a rule's.
func OfRule(reason string) bool { return strings.HasPrefix(reason, ReasonRule) }

// Steered marks a change as a person's: rules leave the campaign alone for a day.
func (ch *Change) Steered(cause event.Cause) { ch.Campaign.HumanAt = cause.At.UTC() }

// RulesPause reports whether a rule is among the reasons for which the campaign is paused.
func (c Campaign) RulesPause() bool {
	return slices.ContainsFunc(c.PauseReasons, OfRule)
}
