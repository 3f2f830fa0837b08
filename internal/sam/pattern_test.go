package sam_test

import (
	"fmt"
	"testing"

	"bellwether/internal/sam"
)

func pattern(t *testing.T, text string) sam.Pattern {
	t.Helper()
	template, err := load(t, rule(text))
	if err != nil {
		t.Fatal(err)
	}
	return template.Functions[0].Rules[0].Pattern
}

func TestMatch(t *testing.T) {
	tests := []struct {
		name, given, when string
		want              bool
	}{
		{"an exact text", "{ a: [x] }", `{"a":"x","b":1}`, true},
		{"one of several", "{ a: [x, y] }", `{"a":"y"}`, true},
		{"another text", "{ a: [x] }", `{"a":"xx"}`, false},
		{"another case", "{ a: [x] }", `{"a":"X"}`, false},
		{"an absent field", "{ a: [x] }", `{"b":"x"}`, false},
		{"all fields must match", "{ a: [x], b: [y] }", `{"a":"x","b":"z"}`, false},
		{"a number", "{ a: [300] }", `{"a":3.0e2}`, true},
		{"a number is no text", "{ a: [300] }", `{"a":"300"}`, false},
		{"a truth", "{ a: [true] }", `{"a":true}`, true},
		{"a text is no truth", "{ a: ['true'] }", `{"a":true}`, false},
		{"null", "{ a: [null] }", `{"a":null}`, true},
		{"null is not absent", "{ a: [null] }", `{}`, false},
		{"an empty text", "{ a: [''] }", `{"a":""}`, true},
		{"inside an object", "{ detail: { meta: { a: [x] } } }", `{"detail":{"meta":{"a":"x"}}}`, true},
		{"an object that is none", "{ detail: { a: [x] } }", `{"detail":"x"}`, false},
		{"a value that is an object", "{ a: [x] }", `{"a":{"a":"x"}}`, false},
		{"an array matches nothing", "{ a: [x] }", `{"a":["x"]}`, false},
		{"a prefix", "{ a: [{ prefix: be }] }", `{"a":"bell"}`, true},
		{"another prefix", "{ a: [{ prefix: be }] }", `{"a":"abe"}`, false},
		{"a prefix of a number", "{ a: [{ prefix: '1' }] }", `{"a":12}`, false},
		{"a suffix", "{ a: [{ suffix: .csv }] }", `{"a":"x.csv"}`, true},
		{"another suffix", "{ a: [{ suffix: .csv }] }", `{"a":"x.csv.gz"}`, false},
		{"a prefix or a value", "{ a: [{ prefix: x }, y] }", `{"a":"y"}`, true},
		{"anything but one", "{ a: [{ anything-but: x }] }", `{"a":"y"}`, true},
		{"just that one", "{ a: [{ anything-but: x }] }", `{"a":"x"}`, false},
		{"anything but several", "{ a: [{ anything-but: [x, 1] }] }", `{"a":1}`, false},
		{"anything but, of another type", "{ a: [{ anything-but: [x, 1] }] }", `{"a":"1"}`, true},
		{"anything but nothing there", "{ a: [{ anything-but: x }] }", `{}`, false},
		{"anything but, of an array", "{ a: [{ anything-but: x }] }", `{"a":["y"]}`, false},
		{"exists", "{ a: [{ exists: true }] }", `{"a":null}`, true},
		{"exists, but is an object", "{ a: [{ exists: true }] }", `{"a":{}}`, false},
		{"does not exist", "{ a: [{ exists: true }] }", `{}`, false},
		{"must not exist", "{ a: [{ exists: false }] }", `{"b":1}`, true},
		{"must not exist, but does", "{ a: [{ exists: false }] }", `{"a":1}`, false},
		{"must not exist below what is absent", "{ a: { b: [{ exists: false }] } }", `{}`, true},
		{"no object", "{ a: [{ exists: false }] }", `[]`, false},
		{"null for an event", "{ a: [{ exists: false }] }", `null`, false},
		{"no JSON", "{ a: [{ exists: false }] }", `{`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := pattern(t, tt.given).Match([]byte(tt.when)); got != tt.want {
				t.Errorf("%s matches %s: %v", tt.given, tt.when, got)
			}
		})
	}
}

func TestTexts(t *testing.T) {
	p := pattern(t, "{ source: [bellwether], detail-type: [B, A, { prefix: C }], detail: { meta: { orgId: [o] } } }")
	for _, tt := range []struct {
		path []string
		want string
	}{
		{[]string{"detail-type"}, "[B A]"},
		{[]string{"detail", "meta", "orgId"}, "[o]"},
		{[]string{"detail", "meta"}, "[]"},
		{[]string{"region"}, "[]"},
	} {
		if got := fmt.Sprint(p.Texts(tt.path...)); got != tt.want {
			t.Errorf("texts of %v are %s, want %s", tt.path, got, tt.want)
		}
	}
}
