package campaign

import (
	"fmt"
	"strings"
)

// Steering names how the campaign is steered now: whether it runs and why not, its budget, what people
// stopped at its platforms. Results don't change it; whoever changed it changed one of these.
func (c Campaign) Steering() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s|%s", c.Lifecycle, strings.Join(c.PauseReasons, ","))
	if c.Budget != nil {
		fmt.Fprintf(&b, "|%d %s v%d", c.Budget.AmountMicros, c.Budget.Period, c.Budget.Version)
		if o := c.Budget.Override; o != nil {
			fmt.Fprintf(&b, " over %s v%d", o.PeriodStart, o.Version)
		}
	}
	for _, p := range c.Placements {
		if p.Held || p.Lost {
			fmt.Fprintf(&b, "|%s %t %t", p.ID, p.Held, p.Lost)
		}
	}
	return b.String()
}
