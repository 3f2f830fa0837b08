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
	theirs := func(reason string) bool { return strings.HasPrefix(reason, ReasonRule) && only(reason) }
	if c.Lifecycle != Active || !slices.ContainsFunc(c.PauseReasons, theirs) {
		return Change{Campaign: c}, nil
	}
	ch := c.begin(cause.At)
	ch.Campaign.PauseReasons = slices.DeleteFunc(ch.Campaign.PauseReasons, theirs)
	return ch, ch.emitStatus(c, why, cause)
}

// Steered marks a change as a person's: rules leave the campaign alone for a day.
func (ch *Change) Steered(cause event.Cause) { ch.Campaign.HumanAt = cause.At.UTC() }

// RulesPause reports whether a rule is among the reasons for which the campaign is paused.
func (c Campaign) RulesPause() bool {
	return slices.ContainsFunc(c.PauseReasons, func(r string) bool { return strings.HasPrefix(r, ReasonRule) })
}
