package money

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

func TestChanged(t *testing.T) {
	tests := []struct {
		name          string
		before, after int64
		percent       int
		want          bool
	}{
		{"not at all", 100, 100, 30, false},
		{"a little less than that", 1000, 1299, 30, false},
		{"just that", 1000, 1300, 30, true},
		{"down, just that", 1000, 700, 30, true},
		{"down, a little less", 1000, 701, 30, false},
		{"a third of three is no whole number", 3, 4, 33, true},
		{"nor is 34 % of three", 3, 4, 34, false},
		{"from nothing", 0, 1, 50, true},
		{"nothing stays nothing", 0, 0, 50, false},
		{"to nothing", 5, 0, 100, true},
		{"a correction below zero", 5, -1, 100, true},
		{"from below zero", -10, -5, 50, true},
		{"the whole range", math.MinInt64, math.MaxInt64, 199, true},
		{"the whole range is not twice and a little", math.MinInt64, math.MaxInt64, 200, false},
		{"no percent", 1, 9, 0, false},
	}
	for _, tt := range tests {
		if got := Changed(tt.before, tt.after, tt.percent); got != tt.want {
			t.Errorf("%s: from %d to %d by %d %%: %v", tt.name, tt.before, tt.after, tt.percent, got)
		}
	}
}

// The oracle counts with numbers that have no end.
func TestChangedIsExact(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	near := func(v int64) int64 { return v + r.Int64N(5) - 2 }
	for range 100_000 {
		percent := 1 + r.IntN(300)
		before := int64(r.Uint64() >> r.IntN(64))
		after := int64(r.Uint64() >> r.IntN(64))
		if whole := before / 100; r.IntN(2) == 0 && whole > 2 && whole < math.MaxInt64/1000 {
			after = near(before + whole*int64(percent))
		}
		apart := new(big.Int).Sub(big.NewInt(after), big.NewInt(before))
		lhs := apart.Abs(apart).Mul(apart, big.NewInt(100))
		rhs := new(big.Int).Mul(new(big.Int).Abs(big.NewInt(before)), big.NewInt(int64(percent)))
		want := before != after && lhs.Cmp(rhs) >= 0
		if got := Changed(before, after, percent); got != want {
			t.Fatalf("from %d to %d by %d %%: %v", before, after, percent, got)
		}
	}
}
