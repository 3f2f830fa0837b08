package money

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

func TestParse(t *testing.T) {
	tests := []struct {
		text     string
		currency Currency
		micros   int64
		err      error
	}{
		{"150.00", "USD", 150_000_000, nil},
		{"0.01", "USD", 10_000, nil},
		{"-3.5", "USD", -3_500_000, nil},
		{"1500", "JPY", 1_500_000_000, nil},
		{"1.234", "BHD", 1_234_000, nil},
		{"0.000001", "USD", 1, nil},
		{"9223372036854.775807", "USD", math.MaxInt64, nil},
		{"9223372036854.775808", "USD", 0, ErrOverflow},
		{"99999999999999999999", "USD", 0, ErrOverflow},
		{"1.0000001", "USD", 1_000_000, ErrPrecision},
		{"1.0000000", "USD", 1_000_000, nil},
		{"", "USD", 0, ErrFormat},
		{"-", "USD", 0, ErrFormat},
		{".5", "USD", 0, ErrFormat},
		{"5.", "USD", 0, ErrFormat},
		{"1e3", "USD", 0, ErrFormat},
		{"1,000", "USD", 0, ErrFormat},
		{"+1", "USD", 0, ErrFormat},
		{" 1", "USD", 0, ErrFormat},
		{"0x10", "USD", 0, ErrFormat},
		{"NaN", "USD", 0, ErrFormat},
	}
	for _, tt := range tests {
		t.Run(tt.text+" "+string(tt.currency), func(t *testing.T) {
			got, err := Parse(tt.text, tt.currency)
			if !errors.Is(err, tt.err) {
				t.Fatalf("error %v, want %v", err, tt.err)
			}
			if err == nil && got.Micros != tt.micros {
				t.Errorf("%d micros, want %d", got.Micros, tt.micros)
			}
		})
	}
	if _, err := Parse("1", "XXQ"); err == nil {
		t.Error("an unknown currency was taken")
	}
}

func TestParseRounded(t *testing.T) {
	for text, want := range map[string]int64{
		"1.429999948": 1_430_000, // a float32 of 1.43, as ad reports print it
		"1.820000023": 1_820_000,
		"0.0000005":   0, // half to even
		"0.0000015":   2,
		"0.00000051":  1,
		"-0.0000015":  -2,
		"10.28000021": 10_280_000,
	} {
		if got, err := ParseMicrosRounded(text); err != nil || got != want {
			t.Errorf("%s: %d, %v; want %d", text, got, err, want)
		}
	}
}

func TestFormat(t *testing.T) {
	tests := []struct {
		amount Amount
		want   string
	}{
		{Of(150_000_000, "USD"), "150.00"},
		{Of(1_500_000_000, "JPY"), "1500"},
		{Of(1_500_500_000, "JPY"), "1500.5"},
		{Of(1_234_000, "BHD"), "1.234"},
		{Of(1, "USD"), "0.000001"},
		{Of(-5_000, "USD"), "-0.005"},
		{Of(math.MinInt64, "USD"), "-9223372036854.775808"},
		{Of(0, "USD"), "0.00"},
	}
	for _, tt := range tests {
		if got := tt.amount.Decimal(); got != tt.want {
			t.Errorf("%d %s prints %q, want %q", tt.amount.Micros, tt.amount.Currency, got, tt.want)
		}
	}
}

func TestTextRoundsForPeople(t *testing.T) {
	for want, a := range map[string]Amount{
		"2893.37 USD": Of(2_893_369_997, "USD"), "0.12 USD": Of(125_000, "USD"), "0.14 USD": Of(135_000, "USD"),
		"1234 JPY": Of(1_233_500_001, "JPY"), "1.235 BHD": Of(1_234_501, "BHD"), "-0.01 USD": Of(-9_999, "USD"),
	} {
		if got := a.Text(); got != want {
			t.Errorf("%d %s is %q, want %q", a.Micros, a.Currency, got, want)
		}
	}
}

func TestJSONHasNoFloats(t *testing.T) {
	b, err := json.Marshal(Of(9_500_000_000, "USD"))
	if want := `{"amount":"9500.00","currency":"USD"}`; err != nil || string(b) != want {
		t.Fatalf("%s, %v; want %s", b, err, want)
	}
	var back Amount
	if err := json.Unmarshal(b, &back); err != nil || back != Of(9_500_000_000, "USD") {
		t.Fatalf("read back %v, %v", back, err)
	}
	if err := json.Unmarshal([]byte(`{"amount":9500,"currency":"USD"}`), &back); err == nil {
		t.Error("a JSON number was taken")
	}
}

// boundaries are the values at which int64 arithmetic goes wrong.
var boundaries = []int64{
	0, 1, 2, 3, 99, 100, 101, 999_999, 1_000_000, 1_000_001, math.MaxInt32, math.MaxUint32,
	1 << 53, 1<<53 + 1, math.MaxInt64 / 100, math.MaxInt64/100 + 1, math.MaxInt64 - 1, math.MaxInt64,
}

// pairs yields a million pairs of amounts: all pairs of boundaries, and random ones of every size.
func pairs(yield func(spend, budget int64) bool) {
	n := 0
	for _, a := range boundaries {
		for _, b := range boundaries {
			n++
			if !yield(a, b) {
				return
			}
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for ; n < 1_000_000; n++ {
		budget := r.Int64() >> r.IntN(62)
		spend := r.Int64() >> r.IntN(62)
		if r.IntN(2) == 0 { // next to a threshold, where the decision is hard
			at := new(big.Int).Mul(big.NewInt(budget), big.NewInt([]int64{80, 90, 100}[r.IntN(3)]))
			at.Div(at, big.NewInt(100)).Add(at, big.NewInt(r.Int64N(3)-1))
			if at.IsInt64() {
				spend = at.Int64()
			}
		}
		if !yield(spend, budget) {
			return
		}
	}
}

func TestReachedEqualsBigIntegerOracle(t *testing.T) {
	for spend, budget := range pairs {
		for _, percent := range []int{1, 80, 90, 100, 1000} {
			left := new(big.Int).Mul(big.NewInt(spend), big.NewInt(100))
			right := new(big.Int).Mul(big.NewInt(budget), big.NewInt(int64(percent)))
			want := budget > 0 && spend >= 0 && left.Cmp(right) >= 0
			if got := Reached(spend, budget, percent); got != want {
				t.Fatalf("Reached(%d, %d, %d) = %v, the oracle says %v", spend, budget, percent, got, want)
			}
		}
	}
}

// Thresholds are the same whichever unit a platform reports in.
func TestReachedInEachCurrency(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, c := range []Currency{"JPY", "USD", "BHD"} {
		for range 100_000 {
			budget, spend := 1+r.Int64N(1_000_000), r.Int64N(1_100_000)
			b, err1 := FromMinor(budget, c.Digits())
			s, err2 := FromMinor(spend, c.Digits())
			if err1 != nil || err2 != nil {
				t.Fatal(err1, err2)
			}
			for _, percent := range []int64{80, 90, 100} {
				if got, want := Reached(s, b, int(percent)), spend*100 >= budget*percent; got != want {
					t.Fatalf("%s: %d of %d minor units at %d %%: %v, want %v", c, spend, budget, percent, got, want)
				}
			}
			if back, err := ToMinor(b, c.Digits()); err != nil || back != budget {
				t.Fatalf("%s: %d minor units come back as %d, %v", c, budget, back, err)
			}
		}
	}
}

func TestMulDivEqualsBigIntegerOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for a, b := range pairs {
		if r.IntN(2) == 0 {
			a = -a
		}
		c := 1 + r.Int64()>>r.IntN(62)
		want, fits := bigMulDiv(a, b, c)
		got, err := MulDiv(a, b, c)
		if fits != (err == nil) || (fits && got != want) {
			t.Fatalf("MulDiv(%d, %d, %d) = %d, %v; the oracle says %d, fits %v", a, b, c, got, err, want, fits)
		}
	}
}

// bigMulDiv rounds a*b/c half to even with big rationals.
func bigMulDiv(a, b, c int64) (int64, bool) {
	num := new(big.Int).Mul(big.NewInt(a), big.NewInt(b))
	twice := new(big.Int).Lsh(num, 1)
	den := big.NewInt(c)
	floor, rem := new(big.Int).DivMod(twice, new(big.Int).Lsh(den, 1), new(big.Int))
	switch rem.Cmp(den) {
	case 1:
		floor.Add(floor, big.NewInt(1))
	case 0:
		if floor.Bit(0) == 1 {
			floor.Add(floor, big.NewInt(1))
		}
	}
	return floor.Int64(), floor.IsInt64() && floor.Int64() != math.MinInt64
}

func TestAddRefusesToOverflow(t *testing.T) {
	for _, a := range boundaries {
		for _, b := range boundaries {
			for _, signs := range [][2]int64{{1, 1}, {1, -1}, {-1, 1}, {-1, -1}} {
				x, y := a*signs[0], b*signs[1]
				want := new(big.Int).Add(big.NewInt(x), big.NewInt(y))
				got, err := Add(x, y)
				if want.IsInt64() != (err == nil) || (err == nil && got != want.Int64()) {
					t.Fatalf("Add(%d, %d) = %d, %v; the oracle says %s", x, y, got, err, want)
				}
			}
		}
	}
}

func TestPercentUsed(t *testing.T) {
	tests := []struct {
		spend, budget int64
		want          string
	}{
		{9_500_000_000, 10_000_000_000, "95.00"},
		{9_999_999_999, 10_000_000_000, "99.99"},
		{10_000_000_000, 10_000_000_000, "100.00"},
		{1, 3, "33.33"},
		{-1, 3, "-33.33"},
		{0, 5, "0.00"},
		{5, 0, ""},
		{math.MaxInt64, 1, ""},
	}
	for _, tt := range tests {
		if got := PercentUsed(tt.spend, tt.budget); got != tt.want {
			t.Errorf("PercentUsed(%d, %d) = %q, want %q", tt.spend, tt.budget, got, tt.want)
		}
	}
}

func TestMinorUnits(t *testing.T) {
	if _, err := ToMinor(10_500_000, 0); !errors.Is(err, ErrInexact) {
		t.Errorf("10.50 JPY became whole yen: %v", err)
	}
	if got, err := ToMinor(10_500_000, 2); err != nil || got != 1050 {
		t.Errorf("10.50 USD is %d cents, %v", got, err)
	}
	if _, err := FromMinor(math.MaxInt64, 2); !errors.Is(err, ErrOverflow) {
		t.Errorf("overflow: %v", err)
	}
}

func TestCurrencies(t *testing.T) {
	for code, digits := range map[Currency]int{"USD": 2, "JPY": 0, "BHD": 3, "KWD": 3, "CLP": 0, "EUR": 2} {
		if !code.Valid() || code.Digits() != digits {
			t.Errorf("%s: valid %v, %d digits, want %d", code, code.Valid(), code.Digits(), digits)
		}
	}
	for _, bad := range []Currency{"", "usd", "US", "USDX", "D A", "ED ", "XYZ"} {
		if bad.Valid() {
			t.Errorf("%q counts as a currency", bad)
		}
	}
	if a := fmt.Sprint(Of(1_000_000, "USD")); a != "1.00 USD" {
		t.Error(a)
	}
	if _, err := Of(1, "USD").Add(Of(1, "EUR")); !errors.Is(err, ErrCurrency) {
		t.Errorf("dollars and euros were added: %v", err)
	}
}
