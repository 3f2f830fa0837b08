package campaign

import (
	"fmt"

	"bellwether/internal/money"
)

// Finding is what an automated check has to say about a campaign.
type Finding struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Surroundings are the facts outside the campaign that the checks want.
type Surroundings struct {
	BudgetLimit  *money.Amount // the organisation's limit for one campaign; nil: none
	RunningNames []string      // ids of other running campaigns of the same name
}

// Check looks for what is probably a mistake: nothing here stops a campaign. Never nil.
func (c Campaign) Check(s Surroundings) []Finding {
	findings := []Finding{}
	add := func(when bool, code, message string, args ...any) {
		if when {
			findings = append(findings, Finding{code, fmt.Sprintf(message, args...)})
		}
	}
	add(c.Budget == nil, "no_budget", "There is no budget, so nothing will alert and nothing will pause.")
	add(c.StartDate != "" && c.EndDate != "" && c.EndDate < c.StartDate, "end_before_start",
		"It ends on %s, before it starts on %s.", c.EndDate, c.StartDate)
	add(len(c.Placements) == 0, "no_placement", "It is on no ad account yet, so it can't bring results.")
	if c.Budget != nil && s.BudgetLimit != nil && s.BudgetLimit.Currency == c.Currency {
		add(c.Budget.AmountMicros > s.BudgetLimit.Micros, "budget_over_limit", "Its budget of %s is over the organisation's limit of %s.",
			money.Of(c.Budget.AmountMicros, c.Currency).Text(), s.BudgetLimit.Text())
	}
	add(len(s.RunningNames) > 0, "name_running", "Another running campaign is called %q too.", c.Name)
	return findings
}
