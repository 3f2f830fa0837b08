// Package money holds amounts as int64 micros (millionths of a currency's major unit)
// with an ISO 4217 code. It is the only place that converts units, and it has no floats:
// every operation is exact, or says how it rounds, or refuses to overflow.
package money

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// Micro is the number of micros in one major unit.
const Micro = 1_000_000

var (
	// ErrOverflow means that a result does not fit in int64 micros (about 9.2 trillion major units).
	ErrOverflow = errors.New("amount is too large")
	// ErrCurrency means that two amounts of different currencies met.
	ErrCurrency = errors.New("currencies differ")
	// ErrFormat means that a text is not a plain decimal number.
	ErrFormat = errors.New("not a decimal number like 1234.56")
	// ErrPrecision means that a text has more decimals than can be kept.
	ErrPrecision = errors.New("has more than 6 decimals")
	// ErrInexact means that an amount is no whole number of the wanted unit.
	ErrInexact = errors.New("not a whole number of the currency's minor unit")
)

// Amount is a sum of money.
type Amount struct {
	Micros   int64
	Currency Currency
}

// Of makes an amount from micros.
func Of(micros int64, c Currency) Amount { return Amount{Micros: micros, Currency: c} }

// Add is a + b.
func (a Amount) Add(b Amount) (Amount, error) {
	if a.Currency != b.Currency {
		return Amount{}, ErrCurrency
	}
	sum, err := Add(a.Micros, b.Micros)
	return Amount{sum, a.Currency}, err
}

// Decimal is the amount in major units, with at least the currency's own decimals: "150.00", "1500" (JPY).
func (a Amount) Decimal() string { return FormatMicros(a.Micros, a.Currency.Digits()) }

// Text is the amount for people: rounded half to even to the currency's own decimals, with its code.
func (a Amount) Text() string {
	unit := pow10(6 - a.Currency.Digits())
	minor, err := MulDiv(a.Micros, 1, unit)
	if err != nil {
		return a.String()
	}
	return Amount{minor * unit, a.Currency}.String()
}

func (a Amount) String() string { return a.Decimal() + " " + string(a.Currency) }

type wire struct {
	Amount   string   `json:"amount"`
	Currency Currency `json:"currency"`
}

// MarshalJSON writes {"amount":"150.00","currency":"USD"}: a string, so that no reader makes it a float.
func (a Amount) MarshalJSON() ([]byte, error) {
	return json.Marshal(wire{a.Decimal(), a.Currency})
}

// UnmarshalJSON reads what MarshalJSON writes, exactly.
func (a *Amount) UnmarshalJSON(b []byte) error {
	var w wire
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&w); err != nil {
		return err
	}
	parsed, err := Parse(w.Amount, w.Currency)
	if err != nil {
		return err
	}
	*a = parsed
	return nil
}

// Parse reads a plain decimal number of major units, at most 6 decimals.
func Parse(s string, c Currency) (Amount, error) {
	if !c.Valid() {
		return Amount{}, fmt.Errorf("%q is no ISO 4217 currency code", string(c))
	}
	micros, exact, err := parseMicros(s)
	if err == nil && !exact {
		err = ErrPrecision
	}
	return Amount{micros, c}, err
}

// ParseMicrosRounded reads a plain decimal number of major units with any number of decimals,
// rounded half to even at the sixth. Ad reports print binary floats ("1.429999948").
func ParseMicrosRounded(s string) (int64, error) {
	micros, _, err := parseMicros(s)
	return micros, err
}

func parseMicros(s string) (micros int64, exact bool, err error) {
	digits, negative := strings.CutPrefix(s, "-")
	whole, frac, hasPoint := strings.Cut(digits, ".")
	if whole == "" || (hasPoint && frac == "") || !allDigits(whole) || !allDigits(frac) {
		return 0, false, ErrFormat
	}
	kept, rest := frac, ""
	if len(frac) > 6 {
		kept, rest = frac[:6], frac[6:]
	}
	text := whole + kept + strings.Repeat("0", 6-len(kept))
	value, perr := strconv.ParseUint(text, 10, 64)
	if perr != nil {
		return 0, false, ErrOverflow
	}
	exact = strings.Trim(rest, "0") == ""
	if !exact && roundsUp(rest, value) {
		value++
	}
	if value > math.MaxInt64 {
		return 0, false, ErrOverflow
	}
	micros = int64(value)
	if negative {
		micros = -micros
	}
	return micros, exact, nil
}

// roundsUp is round-half-even for the decimals that are cut off behind value.
func roundsUp(rest string, value uint64) bool {
	if rest[0] != '5' {
		return rest[0] > '5'
	}
	if strings.Trim(rest[1:], "0") != "" {
		return true
	}
	return value%2 == 1
}

func allDigits(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}

// FormatMicros writes micros in major units with at least minDigits decimals and no needless zeros beyond.
func FormatMicros(micros int64, minDigits int) string {
	abs := magnitude(micros)
	frac := fmt.Sprintf("%06d", abs%Micro)
	for len(frac) > minDigits && frac[len(frac)-1] == '0' {
		frac = frac[:len(frac)-1]
	}
	var b strings.Builder
	if micros < 0 {
		b.WriteByte('-')
	}
	b.WriteString(strconv.FormatUint(abs/Micro, 10))
	if frac != "" {
		b.WriteByte('.')
		b.WriteString(frac)
	}
	return b.String()
}

// FromMinor converts whole units of 10^-digits of the major unit (cents: digits 2) to micros.
func FromMinor(units int64, digits int) (int64, error) {
	return Mul(units, pow10(6-digits))
}

// ToMinor converts micros to whole units of 10^-digits of the major unit, or refuses: money is not rounded away silently.
func ToMinor(micros int64, digits int) (int64, error) {
	unit := pow10(6 - digits)
	if micros%unit != 0 {
		return 0, ErrInexact
	}
	return micros / unit, nil
}

func pow10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

// Add is a + b, overflow checked.
func Add(a, b int64) (int64, error) {
	sum := a + b
	if (a > 0 && b > 0 && sum < 0) || (a < 0 && b < 0 && sum >= 0) {
		return 0, ErrOverflow
	}
	return sum, nil
}

// Mul is a x b, overflow checked.
func Mul(a, b int64) (int64, error) { return MulDiv(a, b, 1) }

// MulDiv is a x b / c rounded half to even, with a 128-bit product. c must not be 0.
func MulDiv(a, b, c int64) (int64, error) {
	negative := (a < 0) != (b < 0) != (c < 0)
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	div := magnitude(c)
	if hi >= div {
		return 0, ErrOverflow
	}
	q, r := bits.Div64(hi, lo, div)
	// r > div-r says 2r > div without overflowing.
	if half := div - r; r > half || (r == half && q%2 == 1) {
		q++
	}
	if q > math.MaxInt64 {
		return 0, ErrOverflow
	}
	if negative {
		return -int64(q), nil
	}
	return int64(q), nil
}

// Reached reports whether spend is at least percent % of budget; equality counts.
// It cross-multiplies in 128 bits, so it is exact for every int64. The budget must be positive.
func Reached(spend, budget int64, percent int) bool {
	if budget <= 0 || percent <= 0 {
		return false
	}
	if spend < 0 {
		return false
	}
	sHi, sLo := bits.Mul64(uint64(spend), 100)
	bHi, bLo := bits.Mul64(uint64(budget), uint64(percent))
	return sHi > bHi || (sHi == bHi && sLo >= bLo)
}

// PercentUsed is spend as a percentage of budget with two decimals, cut towards zero:
// 99.999 % prints as "99.99", never as "100.00". Without a positive budget it is "".
func PercentUsed(spend, budget int64) string {
	if budget <= 0 {
		return ""
	}
	hi, lo := bits.Mul64(magnitude(spend), 10_000)
	if hi >= uint64(budget) {
		return ""
	}
	q, _ := bits.Div64(hi, lo, uint64(budget))
	sign := ""
	if spend < 0 && q != 0 {
		sign = "-"
	}
	return fmt.Sprintf("%s%d.%02d", sign, q/100, q%100)
}

func magnitude(v int64) uint64 {
	if v < 0 {
		return uint64(-(v + 1)) + 1 // also right for the smallest int64
	}
	return uint64(v)
}
