package analytics

import (
	"time"

	"bellwether/internal/money"
)

// Pace is spend against what an even spend would have reached by now, in millionths:
// 1,000,000 is exactly on pace. nil without a budget, before the period begins or without an end.
func Pace(spendMicros, budgetMicros int64, start, end, now time.Time) *int64 {
	if budgetMicros <= 0 || start.IsZero() || end.IsZero() || !now.After(start) || !end.After(start) {
		return nil
	}
	if now.After(end) {
		now = end
	}
	// budget x elapsed / total first: both factors fit, the product is taken in 128 bits.
	expected, err := money.MulDiv(budgetMicros, int64(now.Sub(start)/time.Second), int64(end.Sub(start)/time.Second))
	if err != nil {
		return nil
	}
	return ratio(spendMicros, million, expected)
}

// Where a pace lies.
const (
	OnPace = "on_pace"
	Ahead  = "ahead"
	Behind = "behind"
)

// PaceBand says where a pace lies against a band that narrows from 25 % at the period's beginning
// to 1 % at its end; "" without a pace, and in the first tenth of the period, which says little.
func PaceBand(pace *int64, start, end, now time.Time) string {
	if pace == nil {
		return ""
	}
	elapsed := ratio(int64(now.Sub(start)/time.Second), million, int64(end.Sub(start)/time.Second))
	if elapsed == nil || *elapsed < million/10 {
		return ""
	}
	tolerance := 250_000 - 24*min(*elapsed, million)/100
	switch {
	case *pace > million+tolerance:
		return Ahead
	case *pace < million-tolerance:
		return Behind
	default:
		return OnPace
	}
}
