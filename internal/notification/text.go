package notification

import (
	"time"

	"bellwether/internal/money"
)

// Language is one in which people are told.
type Language string

const (
	English Language = "en"
	Arabic  Language = "ar"
)

// Text is a text before it has a language: the name of a template, and what fills it. It is plain data,
// JSON both ways, so that it can wait in a queue and be rendered for each who is told.
type Text struct {
	Key  string `json:"k"`
	Args Args   `json:"a,omitempty"`
}

// Args are what fills the places of a template, by their names.
type Args map[string]Arg

// Arg fills one place. One of its fields is set; with none it is an empty text.
type Arg struct {
	Plain    string   `json:"s,omitempty"` // a name, or somebody's own words: shown as it is
	Count    *int64   `json:"n,omitempty"`
	Percent  string   `json:"p,omitempty"` // "95.00"
	Money    *Money   `json:"m,omitempty"`
	Instant  *Instant `json:"i,omitempty"`
	Date     string   `json:"d,omitempty"`  // "2026-11-01"
	Month    string   `json:"mo,omitempty"` // a day of it: "2026-11-01"
	Platform string   `json:"pl,omitempty"` // "google"
	Text     *Text    `json:"t,omitempty"`  // one text within another
	List     []Arg    `json:"l,omitempty"`
}

// Money is an amount of micros. It is not money.Amount, whose JSON refuses a currency that it doesn't
// know: what is told is told with the code that it came with.
type Money struct {
	Micros   int64          `json:"v"`
	Currency money.Currency `json:"c"`
}

// Instant is a moment.
type Instant struct {
	At   time.Time `json:"at"`
	Zone string    `json:"z,omitempty"` // IANA: the one that it is meant in; "" for the reader's
	Day  bool      `json:"w,omitempty"` // with the day of the week
}

func say(key string, args Args) Text { return Text{Key: key, Args: args} }

func sayAs(key string, args Args) Arg {
	t := say(key, args)
	return Arg{Text: &t}
}

func plain(text string) Arg { return Arg{Plain: text} }

func count[N int | int64](n N) Arg {
	v := int64(n)
	return Arg{Count: &v}
}

func amount(micros int64, c string) Arg { return Arg{Money: &Money{micros, money.Currency(c)}} }

func moment(at time.Time) Arg { return Arg{Instant: &Instant{At: at.UTC()}} }

// named are the texts as a list.
func named(texts []string) Arg {
	list := make([]Arg, len(texts))
	for n, text := range texts {
		list[n] = plain(text)
	}
	return Arg{List: list}
}

// sentences are texts with more than a comma between them.
func sentences(list []Arg) (all Arg) {
	for n := len(list) - 1; n >= 0; n-- {
		if n == len(list)-1 {
			all = list[n]
			continue
		}
		all = sayAs("join", Args{"first": list[n], "rest": all})
	}
	return all
}

// coded is the text of a code, or the code itself where there is none: a newer event may bear one that
// is not known here.
func coded(prefix, code string) Arg {
	if has(prefix + code) {
		return sayAs(prefix+code, nil)
	}
	return plain(code)
}

// known is the key if there is such a text, else the other one.
func known(key, or string) string {
	if has(key) {
		return key
	}
	return or
}
