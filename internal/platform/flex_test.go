package platform_test

import (
	"encoding/json"
	"testing"

	"bellwether/internal/platform"
)

func TestID(t *testing.T) {
	tests := []struct {
		text string
		want platform.ID
		ok   bool
	}{
		{`"120210000000001"`, "120210000000001", true},
		{`"act_1"`, "act_1", true},
		{`9223372036854775807`, "9223372036854775807", true}, // 19 digits, of which a float keeps 15
		{`1780000000000000001`, "1780000000000000001", true},
		{`0`, "0", true},
		{`null`, "", true},
		{`"\u0031"`, "1", true},
		{`1.5`, "", false},
		{`1e18`, "", false},
		{`-1`, "", false},
		{`true`, "", false},
		{`{}`, "", false},
		{`["1"]`, "", false},
	}
	for _, tt := range tests {
		v := struct{ ID platform.ID }{ID: "before"}
		err := json.Unmarshal([]byte(`{"id":`+tt.text+`}`), &v)
		if (err == nil) != tt.ok || tt.ok && v.ID != tt.want {
			t.Errorf("%s: %q, error %v, want %q", tt.text, v.ID, err, tt.want)
		}
	}
}

func TestNumber(t *testing.T) {
	tests := []struct {
		text    string
		whole   int64
		wholeOK bool
		micros  int64
		ok      bool
	}{
		{`5000`, 5000, true, 5_000_000_000, true},
		{`"5000"`, 5000, true, 5_000_000_000, true},
		{`" 5000 "`, 5000, true, 5_000_000_000, true},
		{`"20.37"`, 0, false, 20_370_000, true},
		{`20.370`, 0, false, 20_370_000, true},
		{`"3.00"`, 3, true, 3_000_000, true},
		{`"-1.5"`, 0, false, -1_500_000, true},
		{`9007199254740993`, 9007199254740993, true, 0, false}, // no float holds it; its micros are too many
		{`9223372036.854775`, 0, false, 9_223_372_036_854_775, true},
		{`0.0000005`, 0, false, 0, true}, // half to even
		{`0.0000015`, 0, false, 2, true},
		{`1.2E3`, 0, false, 1_200_000_000, true},
		{`1e-7`, 0, false, 0, true},
		{`"-"`, 0, true, 0, true},
		{`null`, 0, true, 0, true},
		{`""`, 0, true, 0, true},
		{`"many"`, 0, false, 0, false},
		{`1e400`, 0, false, 0, false},
		{`1e300`, 0, false, 0, false},
		{`true`, 0, false, 0, false},
		{`{}`, 0, false, 0, false},
		{`"1,000.00"`, 0, false, 0, false},
		{`99999999999999999999`, 0, false, 0, false},
	}
	for _, tt := range tests {
		var v struct{ N platform.Number }
		if err := json.Unmarshal([]byte(`{"n":`+tt.text+`}`), &v); err != nil {
			t.Errorf("%s: %v", tt.text, err)
		}
		whole, err := v.N.Int()
		if (err == nil) != tt.wholeOK || tt.wholeOK && whole != tt.whole {
			t.Errorf("%s: whole %d, error %v, want %d", tt.text, whole, err, tt.whole)
		}
		micros, err := v.N.Micros()
		if (err == nil) != tt.ok || tt.ok && micros != tt.micros {
			t.Errorf("%s: %d micros, error %v, want %d", tt.text, micros, err, tt.micros)
		}
	}
	var v struct{ N platform.Number }
	if err := json.Unmarshal([]byte(`{}`), &v); err != nil || v.N != "" {
		t.Errorf("left out: %q, error %v", v.N, err)
	}
}
