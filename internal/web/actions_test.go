package web

import (
	"net/url"
	"reflect"
	"slices"
	"testing"

	"bellwether/internal/money"
	"bellwether/internal/tenant"
)

// Every action is a route of the API that the table of roles knows.
func TestActionsAreRoutes(t *testing.T) {
	routes := tenant.Routes()
	for name, a := range actions {
		if !slices.Contains(routes, a.route) || a.done == "" {
			t.Errorf("%s is %q, and says %q", name, a.route, a.done)
		}
	}
}

func TestFill(t *testing.T) {
	f := url.Values{"amount": {" 4000 "}, "n": {"7"}, "word": {"seven"}, "on": {"true"}, "list": {"50, 90،100"}, "a.b": {"x"}, "days": {"monday", "friday"}, "empty": {" "}}
	for field, want := range map[string]map[string]any{
		"amount": {"amount": "4000"}, "n:int": {"n": int64(7)}, "word:int": {"word": "seven"}, "on:bool": {"on": true}, "off:bool": {"off": false},
		"list:ints": {"list": []any{int64(50), int64(90), int64(100)}}, "a.b": {"a": map[string]any{"b": "x"}}, "days:texts": {"days": []string{"monday", "friday"}},
		"empty": {}, "gone": {}, "gone:texts": {}, "gone:int": {},
	} {
		got := map[string]any{}
		fill(got, field, f)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s makes %v, want %v", field, got, want)
		}
	}
}

// An address that somebody else made leads to our pages only.
func TestOwnPath(t *testing.T) {
	for given, want := range map[string]string{
		"/app/inbox?box=unread": "/app/inbox?box=unread", "": "/app", "https://evil.example/app": "/app", "//evil.example/app": "/app",
		"/\\evil.example": "/app", "/app\\@evil": "/app", "javascript:alert(1)": "/app", "/v1/me": "/app", "/app\r\nX: y": "/app", "/app/do/x": "/app/do/x",
	} {
		if got := ownPath(given); got != want {
			t.Errorf("%q leads to %q, want %q", given, got, want)
		}
	}
}

func TestFigures(t *testing.T) {
	for given, want := range map[string]string{"1234567.5": "1,234,567.5", "-1234": "-1,234", "999": "999", "0.10": "0.10", "100000": "100,000"} {
		if got := grouped(given); got != want {
			t.Errorf("%s is shown as %s, want %s", given, got, want)
		}
	}
	for given, want := range map[string]string{"0.0256": "2.56 %", "1.3757": "137.57 %", "0.99999": "99.99 %", "0": "0 %"} {
		if got := percent(&given); got != want {
			t.Errorf("%s is shown as %s, want %s", given, got, want)
		}
	}
	if got := percent(nil); got != "–" {
		t.Errorf("an undefined ratio is shown as %s", got)
	}
}

func TestAmounts(t *testing.T) {
	for given, want := range map[money.Amount]string{
		money.Of(2_893_369_997, "USD"): "2,893.37 USD", money.Of(-2_893_369_997, "USD"): "-2,893.37 USD", money.Of(5_000, "USD"): "0.01 USD", money.Of(4_999, "USD"): "0.00 USD",
		money.Of(1_499_999, "JPY"): "1 JPY", money.Of(1_500_000, "JPY"): "2 JPY", money.Of(1_234_567_000, "BHD"): "1,234.567 BHD", money.Of(0, "EUR"): "0.00 EUR",
	} {
		if got := amountText(given); got != want {
			t.Errorf("%d micros %s are shown as %s, want %s", given.Micros, given.Currency, got, want)
		}
	}
}
