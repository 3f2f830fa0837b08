package budget

import "bellwether/internal/money"

// DailyTarget is what to spend a day from now on, in micros: what is left over the days that are left. After
// a day that spent more than it should it is lowered by the same part, so that the platform's own overshoot
// doesn't add up. 0 when nothing is left.
func DailyTarget(leftMicros, daysLeft, yesterdayBudget, yesterdaySpend int64) int64 {
	if leftMicros <= 0 || daysLeft <= 0 {
		return 0
	}
	target := leftMicros / daysLeft
	if yesterdayBudget > 0 && yesterdaySpend > yesterdayBudget {
		if lowered, err := money.MulDiv(target, yesterdayBudget, yesterdaySpend); err == nil {
			return lowered
		}
	}
	return target
}

// Underspent reports whether yesterday brought less than 95 % of what it should.
func Underspent(yesterdayBudget, yesterdaySpend int64) bool {
	return yesterdayBudget > 0 && !money.Reached(yesterdaySpend, yesterdayBudget, 95)
}
