package recommendation

// Clicks and conversions are counts: even where nothing changes, one of n differs from the next by about
// the root of n. These are the usual tests of two Poisson rates, and of one against a known mean.

// odds is the square of the 1.96 standard deviations beyond which chance brings one week of twenty.
const odds = 1.96 * 1.96

// differ reports whether two rates, each so many parts out of a whole, differ by more than chance
// explains. per is how many parts are one.
func differ(part, whole, otherPart, otherWhole, per int64) bool {
	x, n := float64(part)/float64(per), float64(whole)
	y, m := float64(otherPart)/float64(per), float64(otherWhole)
	apart := x/n - y/m
	common := (x + y) / (n + m)
	return apart*apart >= odds*common*(1/n+1/m)
}

// chanceless reports whether a count differs from its mean by more than chance explains.
func chanceless(part, mean, per int64) bool {
	x, m := float64(part)/float64(per), float64(mean)/float64(per)
	return (x-m)*(x-m) >= odds*m
}
