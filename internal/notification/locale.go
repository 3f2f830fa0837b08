package notification

import (
	"strconv"
	"time"

	"bellwether/internal/money"
)

// Digits are Western in Arabic too. Which ones are usual differs between Arabic countries, and CLDR
// gives Western ones to most of them; they are read in all, and are those in which the platforms and
// invoices show the same numbers.

// category is CLDR's plural category of a whole number.
func (l Language) category(n int64) string {
	if l.spoken() == English {
		if n == 1 {
			return "one"
		}
		return "other"
	}
	if n < 0 {
		n = -n
	}
	switch hundredth := n % 100; {
	case n == 0:
		return "zero"
	case n == 1:
		return "one"
	case n == 2:
		return "two"
	case hundredth >= 3 && hundredth <= 10:
		return "few"
	case hundredth >= 11:
		return "many"
	}
	return "other"
}

var (
	arabicMonths = [...]string{"يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"}
	arabicDays   = [...]string{"الأحد", "الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت"}
)

// instant is a moment in its own zone, or else the reader's. An unknown zone of its own is UTC.
func (l Language) instant(i Instant, zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	if i.Zone != "" {
		own, err := time.LoadLocation(i.Zone)
		if err != nil {
			own = time.UTC
		}
		zone = own
	}
	at := i.At.In(zone)
	if l.spoken() == English {
		if i.Day {
			return at.Format("Mon 2 Jan 2006 15:04 MST")
		}
		return at.Format("2 Jan 2006 15:04 MST")
	}
	text := arabicDate(at) + " " + at.Format("15:04 MST")
	if i.Day {
		return arabicDays[at.Weekday()] + " " + text
	}
	return text
}

// date is a day; what is none is shown as it is.
func (l Language) date(day string) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil || l.spoken() == English {
		return day
	}
	return arabicDate(at)
}

func arabicDate(at time.Time) string {
	return strconv.Itoa(at.Day()) + " " + arabicMonths[at.Month()-1] + " " + strconv.Itoa(at.Year())
}

// month is the month of a day; what is none is shown as it is.
func (l Language) month(day string) string {
	at, err := time.Parse(time.DateOnly, day)
	switch {
	case err != nil:
		return day
	case l.spoken() == English:
		return at.Format("January 2006")
	}
	return arabicMonths[at.Month()-1] + " " + strconv.Itoa(at.Year())
}

func (l Language) percent(number string) string {
	if l.spoken() == Arabic {
		return number + "%"
	}
	return number + " %"
}

// money is an amount with its code, which is the same everywhere: a sign like $ has many owners.
func (l Language) money(m Money) string { return clean(money.Of(m.Micros, m.Currency).Text()) }

func (l Language) comma() string {
	if l.spoken() == Arabic {
		return "، "
	}
	return ", "
}

// platform is its name; names stay as their owners write them, in Arabic too.
func (l Language) platform(id string) string {
	if name, ok := platformNames[id]; ok {
		return name
	}
	return id
}
