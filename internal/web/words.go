package web

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode"

	"bellwether/internal/api"
	"bellwether/internal/money"
	"bellwether/internal/notification"
)

// T is an English text in the person's language; the texts themselves are the keys. What fills a place stands
// apart from the sentence, so that no number needs a plural.
func (p *page) T(text string, args ...any) string {
	if p.lang == notification.Arabic {
		if translated, ok := arabic[text]; ok {
			text = translated
		}
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// word is the text for a value of the API, like "needs_reconnect". One that we don't know is shown as it is.
func (p *page) word(value string) string {
	return p.T(wording(value))
}

// wording is the English for a value: what stands in the list, or the value itself, cut into words.
func wording(value string) string {
	if english, ok := wordings[value]; ok {
		return english
	}
	if i := strings.LastIndexByte(value, '.'); i >= 0 {
		value = value[i+1:]
	}
	var out strings.Builder
	for i, c := range value {
		switch {
		case c == '_':
			c = ' '
		case unicode.IsUpper(c) && i > 0:
			out.WriteByte(' ')
			c = unicode.ToLower(c)
		}
		out.WriteRune(c)
	}
	return out.String()
}

// at is a moment in the person's zone.
func (p *page) at(t time.Time) string { return p.lang.Moment(t, p.zone) }

// day is a day like "2026-11-30".
func (p *page) day(date string) string { return p.lang.Day(date) }

// span is a length of time in its two largest units.
func (p *page) span(d time.Duration) string {
	d = d.Abs()
	switch {
	case d < time.Minute:
		return p.T("%d s", int(d.Seconds()))
	case d < time.Hour:
		return p.T("%d min", int(d.Minutes()))
	case d < 24*time.Hour:
		return p.T("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	}
	return p.T("%d d %d h", int(d.Hours())/24, int(d.Hours())%24)
}

// grouped puts commas between the thousands of a decimal number.
func grouped(decimal string) string {
	whole, rest, point := strings.Cut(decimal, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if point {
		return sign + whole + "." + rest
	}
	return sign + whole
}

// amountText is an amount for people, in whole units of what the currency is paid in: platforms tell spend more
// exactly than anybody can pay it. It is only shown so; nothing is counted with it.
func amountText(m api.Money) string {
	unit := int64(money.Micro)
	for range m.Currency.Digits() {
		unit /= 10
	}
	if rest := m.Micros % unit; unit > 1 {
		m.Micros -= rest
		switch { // half away from zero, as receipts have it
		case rest >= unit/2 && m.Micros <= math.MaxInt64-unit:
			m.Micros += unit
		case rest <= -unit/2 && m.Micros >= math.MinInt64+unit:
			m.Micros -= unit
		}
	}
	return grouped(m.Decimal()) + " " + string(m.Currency)
}

// ratio is a ratio to two decimals, an absent one a dash.
func ratio(text *string) string {
	if text == nil {
		return "–"
	}
	return grouped(cut(*text, 2))
}

// percent is a ratio in hundredths.
func percent(text *string) string {
	if text == nil {
		return "–"
	}
	hundred, err := hundredfold(*text)
	if err != nil {
		return "–"
	}
	return cut(hundred, 2) + " %"
}

// cut leaves so many decimals of a number, without rounding: a budget at 99.99 % is not spent.
func cut(decimal string, digits int) string {
	whole, rest, _ := strings.Cut(decimal, ".")
	if len(rest) > digits {
		rest = rest[:digits]
	}
	if rest = strings.TrimRight(rest, "0"); rest == "" {
		return whole
	}
	return whole + "." + rest
}
