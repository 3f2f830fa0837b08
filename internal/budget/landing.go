package budget

import (
	"slices"
	"time"

	"bellwether/internal/money"
)

// Landing is what a budget keeps that is to be spent to the end and not beyond: what is on its way while nobody
// can see it is held back. nil: it is off, and the campaign is paused at 100 %.
type Landing struct {
	Start    string    `json:"start"` // the period that all else is of
	Readings []Reading `json:"readings,omitempty"`
	Told     int64     `json:"told,omitempty"`   // the budget's version under which the landing began; 0: it has not
	Waived   bool      `json:"waived,omitempty"` // a person let the campaign run on to 100 %
}

// Reading is what a period had cost when it was read.
type Reading struct {
	At     time.Time `json:"at"`
	Micros int64     `json:"spend"`
}

const (
	landingReach = 4 * time.Hour // how long readings are kept
	shortBurn    = time.Hour
	longBurn     = 3 * time.Hour
	leastBurn    = 15 * time.Minute // two readings closer than that say nothing of an hour
)

// Note is the landing with one more reading of the period that begins at start. One that is not later than
// the last is dropped.
func (l Landing) Note(start string, r Reading) Landing {
	if l.Start != start {
		l = Landing{Start: start}
	}
	if n := len(l.Readings); n > 0 && !r.At.After(l.Readings[n-1].At) {
		return l
	}
	old := r.At.Add(-landingReach)
	l.Readings = append(slices.DeleteFunc(slices.Clone(l.Readings), func(r Reading) bool { return r.At.Before(old) }), r)
	return l
}

// Burn is what is spent in an hour, in micros: the faster of the last hour and the last three. ok is false
// where there are no two readings far enough apart.
func (l Landing) Burn() (perHour int64, ok bool) {
	n := len(l.Readings)
	if n < 2 {
		return 0, false
	}
	last := l.Readings[n-1]
	for _, span := range []time.Duration{shortBurn, longBurn} {
		first := l.Readings[0]
		for _, r := range l.Readings[:n-1] { // the latest that is as old as the span, or else the oldest
			if !r.At.After(last.At.Add(-span)) {
				first = r
			}
		}
		apart := last.At.Sub(first.At)
		if apart < leastBurn || last.Micros <= first.Micros {
			continue
		}
		rate, err := money.MulDiv(last.Micros-first.Micros, int64(time.Hour/time.Second), int64(apart/time.Second))
		if err == nil {
			perHour, ok = max(perHour, rate), true
		}
	}
	return perHour, ok
}

// PauseAt is the spend at which a pause lets the budget be just spent, if so much an hour goes on for the time
// that it takes until the pause works.
func PauseAt(amountMicros, burnPerHour int64, ahead time.Duration) int64 {
	reserve, err := money.MulDiv(burnPerHour, int64(ahead/time.Second), int64(time.Hour/time.Second))
	if err != nil {
		return 0
	}
	return amountMicros - reserve
}
