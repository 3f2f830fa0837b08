package notification

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

// languages are those in which people are told, with their plural categories.
var languages = map[Language][]string{
	English: {"one", "other"}, Arabic: {"few", "many", "one", "other", "two", "zero"},
}

var places = regexp.MustCompile(`\{([^{}]*)\}`)

// names are the places of a template, each once; its plurals have all categories of the language.
func names(t *testing.T, key, template string, categories []string) []string {
	t.Helper()
	found := map[string]bool{}
	for _, match := range places.FindAllStringSubmatch(template, -1) {
		name, forms, plural := strings.Cut(match[1], ":")
		found[name] = true
		if !plural {
			continue
		}
		var has []string
		for form := range strings.SplitSeq(forms, "|") {
			category, words, ok := strings.Cut(form, "=")
			if !ok || words == "" {
				t.Errorf("%s: the form %q says nothing", key, form)
			}
			has = append(has, category)
		}
		slices.Sort(has)
		if !slices.Equal(has, categories) {
			t.Errorf("%s: {%s} has the forms %v of %v", key, name, has, categories)
		}
	}
	if rest := places.ReplaceAllString(template, "x"); strings.ContainsAny(rest, "{}\n") || rest != strings.TrimSpace(rest) {
		t.Errorf("%s: bad form: %q", key, template)
	}
	return slices.Sorted(maps.Keys(found))
}

func TestEveryTextHasBothLanguages(t *testing.T) {
	arabic := regexp.MustCompile(`\p{Arabic}`)
	bare := regexp.MustCompile(`[A-Za-z]`)
	seen := map[string]bool{}
	for _, table := range wordings {
		for key, w := range table {
			if seen[key] {
				t.Errorf("%s: is there twice", key)
			}
			seen[key] = true
			en, ar := names(t, key, w.en, languages[English]), names(t, key, w.ar, languages[Arabic])
			if w.en == "" || w.ar == "" || !slices.Equal(en, ar) {
				t.Errorf("%s: the places are %v in English and %v in Arabic", key, en, ar)
			}
			if words := places.ReplaceAllString(w.en, ""); bare.MatchString(words) && key != "sms" && !arabic.MatchString(w.ar) {
				t.Errorf("%s: is not translated: %q", key, w.ar)
			}
			if strings.ContainsAny(w.ar, "?;,") || strings.Contains(w.en, "%!") {
				t.Errorf("%s: has signs of the other script: %q", key, w.ar)
			}
		}
	}
}

// inBoth holds a message to its form in every language, and to coming whole out of a queue.
func inBoth(t *testing.T, m Message) {
	t.Helper()
	body, err := json.Marshal(m)
	var back Message
	if err != nil || json.Unmarshal(body, &back) != nil {
		t.Fatalf("%v: %s", err, body)
	}
	for lang := range languages {
		r, after := m.In(lang, nil), back.In(lang, nil)
		if r.Title != after.Title || r.Text != after.Text || r.SMS != after.SMS {
			t.Errorf("%s: a queue changes %q into %q", lang, r, after)
		}
		all := append([]string{r.Title, r.SMS}, r.Lines...)
		for _, line := range all {
			if strings.ContainsAny(line, "{}\n|") || strings.Contains(line, "%!") || known(line, "") != "" {
				t.Errorf("%s: bad form: %q", lang, line)
			}
			if strings.Count(line, firstStrongIsolate) != strings.Count(line, popDirectionalIsolate) {
				t.Errorf("%s: isolates don't match: %q", lang, line)
			}
		}
		if r.Title == "" || (m.Severity.Loud() && r.SMS == "") || strings.ContainsAny(r.SMS, firstStrongIsolate+popDirectionalIsolate) {
			t.Errorf("%s: %q", lang, r)
		}
		if n := len(utf16.Encode([]rune(r.SMS))); (lang == English && len(r.SMS) > gsmCharacters) || (lang == Arabic && n > ucsUnits) {
			t.Errorf("%s: an SMS of %d: %q", lang, n, r.SMS)
		}
		if lang == Arabic && !strings.ContainsFunc(r.Title, rightToLeft) {
			t.Errorf("not Arabic: %q", r.Title)
		}
	}
}

func TestPluralCategories(t *testing.T) {
	// From CLDR's plural rules.
	for n, want := range map[int64][2]string{
		0: {"other", "zero"}, 1: {"one", "one"}, 2: {"other", "two"}, 3: {"other", "few"}, 10: {"other", "few"}, 11: {"other", "many"},
		99: {"other", "many"}, 100: {"other", "other"}, 101: {"other", "other"}, 102: {"other", "other"}, 103: {"other", "few"},
		110: {"other", "few"}, 111: {"other", "many"}, 199: {"other", "many"}, 200: {"other", "other"}, 1003: {"other", "few"},
	} {
		if en, ar := English.category(n), Arabic.category(n); en != want[0] || ar != want[1] {
			t.Errorf("%d: %s, %s", n, en, ar)
		}
	}
}

// Somebody's words are shown, and never read: not as a template, not as marks of direction, not as lines.
func TestWordsOfPeopleBreakNothing(t *testing.T) {
	name := "{percent} {n:one=x} {name}\r\n\u202eevil\u202c \u2067x\u2069 #|\u0007\u2028end"
	for lang := range languages {
		r := Message{Title: say("campaign.created", Args{"name": plain(name)})}.In(lang, nil)
		want := "{percent} {n:one=x} {name}  evil x #|  end"
		if !strings.Contains(r.Title, want) || strings.ContainsAny(r.Title, "\r\n\u202e\u202c\u2067") {
			t.Errorf("%s: %q", lang, r.Title)
		}
	}
	long := Message{Title: say("lost.none", nil), SMS: titled(say("campaign.created", Args{"name": plain(strings.Repeat("🙂", 99))}))}.In(Arabic, nil)
	if n := len(utf16.Encode([]rune(long.SMS))); n > ucsUnits || n < ucsUnits-1 || strings.ContainsRune(long.SMS, '\ufffd') {
		t.Errorf("%d units: %q", n, long.SMS)
	}
}

func TestValuesByLocale(t *testing.T) {
	at := time.Date(2026, 11, 20, 14, 5, 0, 0, time.UTC)
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		arg    Arg
		zone   *time.Location
		en, ar string
	}{
		{"a moment", moment(at), nil, "20 Nov 2026 14:05 UTC", "20 نوفمبر 2026 14:05 UTC"},
		{"a moment as its reader's clock shows it", moment(at), berlin, "20 Nov 2026 15:05 CET", "20 نوفمبر 2026 15:05 CET"},
		{"a moment in its own zone", local(at, "Asia/Tokyo"), berlin, "Fri 20 Nov 2026 23:05 JST", "الجمعة 20 نوفمبر 2026 23:05 JST"},
		{"a zone that is none", local(at, "Asia/Nowhere"), berlin, "Fri 20 Nov 2026 14:05 UTC", "الجمعة 20 نوفمبر 2026 14:05 UTC"},
		{"a day", Arg{Date: "2026-01-02"}, nil, "2026-01-02", "2 يناير 2026"},
		{"a month", Arg{Month: "2026-12-01"}, nil, "December 2026", "ديسمبر 2026"},
		{"no day", Arg{Date: "soon"}, nil, "soon", "soon"},
		{"a share", Arg{Percent: "95.00"}, nil, "95.00 %", "95.00%"},
		{"money", amount(9_500_000_000, "USD"), nil, "9500.00 USD", "9500.00 USD"},
		{"money without decimals", amount(9_500_000_000, "JPY"), nil, "9500 JPY", "9500 JPY"},
		{"a number", count(12), nil, "12", "12"},
		{"a platform", where("google"), nil, "Google Ads", "Google Ads"},
		{"a platform of tomorrow", where("pinterest"), nil, "pinterest", "pinterest"},
		{"names", named([]string{"A", "B"}), nil, "A, B", "A، B"},
		{"nothing", Arg{}, nil, "", ""},
	}
	for _, tt := range tests {
		for lang, want := range map[Language]string{English: tt.en, Arabic: tt.ar, "fr": tt.en} {
			if got := (writer{lang: lang, zone: tt.zone}).arg(tt.arg); got != want {
				t.Errorf("%s in %s: %q", tt.name, lang, got)
			}
		}
	}
}

// In an Arabic sentence every name and number stands apart; in an English one, what is read from right to left.
func TestNamesStandApart(t *testing.T) {
	m := Message{Title: say("lost", Args{"account": account("meta", "Shop 1")})}
	if got := m.In(Arabic, nil).Title; got != "انقطع اتصال \u2068Shop 1\u2069 (\u2068Meta\u2069)" {
		t.Errorf("%q", got)
	}
	if got := m.In(English, nil).Title; got != "Shop 1 (Meta) has lost its connection" {
		t.Errorf("%q", got)
	}
	m.Title.Args = Args{"account": account("meta", "متجر")}
	if got := m.In(English, nil).Title; got != "\u2068متجر\u2069 (Meta) has lost its connection" {
		t.Errorf("%q", got)
	}
}

func TestLetter(t *testing.T) {
	at := time.Date(2026, 11, 20, 14, 5, 0, 0, time.UTC)
	m := BudgetMessage(reached(90, nil))
	for lang, title := range map[Language]string{English: "Summer has used 95.00 % of its budget", Arabic: "استُهلك \u206895.00%\u2069 من ميزانية \u2068Summer\u2069"} {
		l := m.Letter(lang, nil, "d1", at, "https://example.com/x")
		if l.ID != "d1" || l.Title != title || l.Language != string(lang) || l.Severity != "high" || l.Category != "budget" || len(l.Lines) != 1 ||
			l.SMS == "" || l.Link != "https://example.com/x" || !l.At.Equal(at) {
			t.Errorf("%+v", l)
		}
	}
}
