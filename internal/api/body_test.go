package api_test

import (
	"fmt"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/fault"
	"bellwether/internal/money"
)

type order struct {
	Name  string                     `json:"name"`
	Count *int                       `json:"count,omitempty"`
	Small int8                       `json:"small,omitempty"`
	Open  *bool                      `json:"open,omitempty"`
	At    *time.Time                 `json:"at,omitempty"`
	Price *money.Amount              `json:"price,omitempty"`
	Limit api.Nullable[money.Amount] `json:"limit,omitempty"`
	Lines []line                     `json:"lines,omitempty"`
	Any   any                        `json:"any,omitempty"`
}

type line struct {
	Item  string   `json:"item"`
	Share *float64 `json:"share,omitempty"`
}

func decode(body string) (order, error) {
	var o order
	err := api.Decode(httptest.NewRequest("POST", "/", strings.NewReader(body)), &o)
	return o, err
}

func TestDecodeTakesWhatFits(t *testing.T) {
	two, half, yes := 2, 0.5, true
	at := time.Date(2026, 11, 30, 14, 5, 0, 0, time.UTC)
	price := money.Of(1_500_000, "USD")
	cases := map[string]order{
		``:                              {},
		" \n":                           {},
		`{}`:                            {},
		`{"name":"a","count":2}`:        {Name: "a", Count: &two},
		`{"count":null,"lines":null}`:   {},
		`{"limit":null}`:                {Limit: api.Nullable[money.Amount]{Set: true}},
		`{"open":true,"small":-128}`:    {Open: &yes, Small: -128},
		`{"at":"2026-11-30T14:05:00Z"}`: {At: &at},
		`{"lines":[{"item":"x","share":0.5},{}],"any":[1]}`:                                       {Lines: []line{{"x", &half}, {}}, Any: []any{1.0}},
		`{"price":{"amount":"1.50","currency":"USD"}}`:                                            {Price: &price},
		`{"limit":{"amount":"1.5","currency":"USD"}}`:                                             {Limit: api.Nullable[money.Amount]{Set: true, Value: &price}},
		"{\"name\":\"\\u00e9 \xf0\x9f\x98\x80\"}":                                                 {Name: "é 😀"},
		`{"name":"` + strings.Repeat("a", 100_000) + `","small":` + strings.Repeat(" ", 9) + `1}`: {Name: strings.Repeat("a", 100_000), Small: 1},
	}
	for body, want := range cases {
		t.Run(fmt.Sprintf("%.40s", body), func(t *testing.T) {
			if got, err := decode(body); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%+v, error %v, want %+v", got, err, want)
			}
		})
	}
}

func TestDecodeTellsWhatDoesNotFit(t *testing.T) {
	const amount = `must be an amount like {"amount": "150.00", "currency": "USD"}`
	cases := map[string][]fault.Field{
		`{"nam":"a"}`:               {{Name: "nam", Message: "there is no such field"}},
		`{"NAME":"a"}`:              {{Name: "NAME", Message: "there is no such field"}},
		`{"name":7}`:                {{Name: "name", Message: "must be a string, not 7"}},
		`{"name":null}`:             {{Name: "name", Message: "must be a string, not null"}},
		`{"count":"2"}`:             {{Name: "count", Message: "must be a whole number, not a string"}},
		`{"count":2.5}`:             {{Name: "count", Message: "must be a whole number, not 2.5"}},
		`{"count":1e2}`:             {{Name: "count", Message: "must be a whole number, not 1e2"}},
		`{"small":128}`:             {{Name: "small", Message: "must be a whole number, not 128"}},
		`{"open":"yes"}`:            {{Name: "open", Message: "must be true or false, not a string"}},
		`{"open":0}`:                {{Name: "open", Message: "must be true or false, not 0"}},
		`{"at":"yesterday"}`:        {{Name: "at", Message: "must be a time like 2026-11-30T14:05:00Z"}},
		`{"at":7}`:                  {{Name: "at", Message: "must be a time like 2026-11-30T14:05:00Z"}},
		`{"price":"1.50"}`:          {{Name: "price", Message: amount}},
		`{"price":{"amount":1.5}}`:  {{Name: "price", Message: amount}},
		`{"limit":{"amount":"1"}}`:  {{Name: "limit", Message: amount}},
		`{"limit":true}`:            {{Name: "limit", Message: amount}},
		`{"lines":{}}`:              {{Name: "lines", Message: "must be an array, not an object"}},
		`{"lines":[[]]}`:            {{Name: "lines[0]", Message: "must be an object, not an array"}},
		`{"lines":[{},{"item":1}]}`: {{Name: "lines[1].item", Message: "must be a string, not 1"}},
		`{"b":1,"a":1,"lines":[{"share":"1","x":2}]}`: {
			{Name: "a", Message: "there is no such field"}, {Name: "b", Message: "there is no such field"},
			{Name: "lines[0].share", Message: "must be a number, not a string"}, {Name: "lines[0].x", Message: "there is no such field"},
		},
	}
	for body, want := range cases {
		t.Run(body, func(t *testing.T) {
			_, err := decode(body)
			e, ok := err.(*fault.Error)
			if !ok || e.Kind != fault.Invalid || !reflect.DeepEqual(e.Fields, want) {
				t.Errorf("error %+v, want %+v", err, want)
			}
		})
	}
}

func TestDecodeRefusesWhatIsNoObject(t *testing.T) {
	for _, body := range []string{
		`[]`, `null`, `"a"`, `7`, `{`, `{"name":"a"} {}`, `{"name":"a"}]`, `{'name':1}`, "{\"name\":\"\x01\"}", `{"name":"a",}`, `nul`,
		`{"lines":` + strings.Repeat("[", 20_000), "\xff\xfe{", `{"price":{"amount":"1","currency":"USD"},"lines":[{"x":1}],"lines":[]}`,
	} {
		_, err := decode(body)
		if e, ok := err.(*fault.Error); !ok || e.Code != "bad_json" || len(e.Fields) > 0 {
			t.Errorf("%.40q: error %+v, want bad_json", body, err)
		}
	}
}

func TestDecodeRefusesLargeBodies(t *testing.T) {
	_, err := decode(`{"name":"` + strings.Repeat("a", api.MaxBody) + `"}`)
	if e, ok := err.(*fault.Error); !ok || e.Code != "body_too_large" {
		t.Errorf("error %v", err)
	}
	_, err = decode(`{"lines":[` + strings.Repeat(`{"x":1},`, 1000) + `{}]}`)
	if e, ok := err.(*fault.Error); !ok || len(e.Fields) != 50 {
		t.Errorf("a thousand wrong fields: %d told", len(e.Fields))
	}
}

func TestMatch(t *testing.T) {
	cases := map[string]string{ // of version 7: the code of the error
		"": "", "*": "", `"7"`: "", `W/"7"`: "",
		`"6"`: "precondition_failed", `"8"`: "precondition_failed", `"-7"`: "precondition_failed",
		`"x"`: "bad_if_match", `"7", "8"`: "bad_if_match", `"99999999999999999999"`: "bad_if_match",
	}
	for header, code := range cases {
		r := httptest.NewRequest("PATCH", "/", nil)
		r.Header.Set("If-Match", header)
		err := api.Match(r, 7)
		if e, _ := err.(*fault.Error); (err == nil) != (code == "") || (e != nil && e.Code != code) {
			t.Errorf("If-Match %s: %v, want %q", header, err, code)
		}
	}
}
