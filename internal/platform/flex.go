package platform

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"

	"bellwether/internal/money"
)

// ID is an id that a platform writes as a text or, in places, as a number of up to 19 digits.
type ID string

// UnmarshalJSON takes both, without a float in between.
func (id *ID) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, (*string)(id))
	}
	if string(b) == "null" {
		*id = ""
		return nil
	}
	if len(b) == 0 || len(bytes.Trim(b, "0123456789")) > 0 {
		return errors.New("an id must be a text or a whole number")
	}
	*id = ID(b)
	return nil
}

// Number is a number that a platform writes as a number, a text, null, or "-" for none.
type Number string

// UnmarshalJSON takes all of them as they stand.
func (n *Number) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	if len(b) > 0 && b[0] == '"' {
		if err := json.Unmarshal(b, (*string)(n)); err != nil {
			return err
		}
	} else {
		*n = Number(b)
	}
	*n = Number(strings.TrimSpace(string(*n)))
	if *n == "null" || *n == "-" {
		*n = ""
	}
	return nil
}

// Int is the number as a whole one; none is 0.
func (n Number) Int() (int64, error) {
	if n == "" {
		return 0, nil
	}
	whole, frac, _ := strings.Cut(string(n), ".")
	if strings.Trim(frac, "0") != "" {
		return 0, errors.New("not a whole number")
	}
	return strconv.ParseInt(whole, 10, 64)
}

// Micros are millionths of the number, rounded half to even at the sixth decimal; none is 0.
func (n Number) Micros() (int64, error) {
	if n == "" {
		return 0, nil
	}
	text := string(n)
	if strings.ContainsAny(text, "eE") { // encoders of other languages write 1e-7 and 1.2E9
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsInf(f, 0) {
			return 0, errors.New("not a number")
		}
		text = strconv.FormatFloat(f, 'f', -1, 64)
	}
	return money.ParseMicrosRounded(text)
}
