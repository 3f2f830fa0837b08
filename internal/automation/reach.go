package automation

import (
	"bellwether/internal/money"
)

// Reach is how many days before today the rules look at, at most.
func Reach(rules []Rule) int {
	reach := learningDays
	for _, r := range rules {
		reach = max(reach, r.When.reach()+r.Days)
	}
	return reach
}

func (c Condition) reach() int {
	reach := c.Window.Days
	if c.Than == Previous {
		reach *= 2
	}
	for _, part := range c.All {
		reach = max(reach, part.reach())
	}
	for _, part := range c.Any {
		reach = max(reach, part.reach())
	}
	return reach
}

// MinSpend is the least spend, in micros, on which costs and returns are judged: 100 of a currency, and
// 10,000 of one whose unit is so small that it has no smaller one.
func MinSpend(c money.Currency) int64 {
	if c.Digits() == 0 {
		return 10_000 * million
	}
	return 100 * million
}
