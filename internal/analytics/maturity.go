package analytics

import "bellwether/internal/money"

// Maturity is the part of its conversions that a day shows by its age in days, in millionths: index 0 is
// today. Older days than it has show all.
type Maturity []int64

// DefaultMaturity is the curve where nothing better is known: platforms credit a click for seven days, and
// most of what comes of one comes at once. It is an assumption, not a measurement.
func DefaultMaturity() Maturity {
	return Maturity{500_000, 750_000, 850_000, 900_000, 940_000, 970_000, 990_000}
}

// At is the part that a day of the age shows.
func (m Maturity) At(age int) int64 {
	if age < 0 {
		return 0
	}
	if age >= len(m) {
		return million
	}
	return m[age]
}

// Over is the mean of the days from age from down to age to, both inclusive; from is the older.
func (m Maturity) Over(from, to int) int64 {
	var sum, days int64
	for age := to; age <= from; age++ {
		sum, days = sum+m.At(age), days+1
	}
	return sum / max(days, 1)
}

// Matured is what results of a day that shows such a part will be once all is attributed.
func (r Results) Matured(shown int64) Results {
	if shown <= 0 || shown >= million {
		return r
	}
	for _, n := range []*int64{&r.ConversionMicros, &r.ApprovedMicros, &r.RevenueMicros} {
		if grown, err := money.MulDiv(*n, million, shown); err == nil {
			*n = grown
		}
	}
	return r
}
