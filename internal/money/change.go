package money

import "math/bits"

// Changed reports whether after differs from before, up or down, by at least percent % of before;
// equality counts, and from nothing every change does. It cross-multiplies in 128 bits, so it is
// exact for every int64, amounts and counts alike. percent must be positive.
func Changed(before, after int64, percent int) bool {
	if before == after || percent <= 0 {
		return false
	}
	// Two int64 are less than 2^64 apart, and unsigned subtraction wraps to just that.
	apart := uint64(max(before, after)) - uint64(min(before, after))
	aHi, aLo := bits.Mul64(apart, 100)
	bHi, bLo := bits.Mul64(magnitude(before), uint64(percent))
	return aHi > bHi || (aHi == bHi && aLo >= bLo)
}
