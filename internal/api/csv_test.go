package api

import (
	"encoding/csv"
	"net/http/httptest"
	"strings"
	"testing"
)

// No cell that people wrote is a formula, whatever they wrote; all else comes back as it was.
func TestCSVIsSafe(t *testing.T) {
	for _, name := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", `=HYPERLINK("http://x","y")`} {
		if got := Text(name); got != "'"+name {
			t.Errorf("%q is written as %q", name, got)
		}
	}
	rows := [][]string{{Text(`a "quoted", name`), "-1.5"}, {Text("two\nlines"), "2"}, {Text(""), "3"}, {Text("مرحبا"), "4"}}
	w := httptest.NewRecorder()
	if err := CSV(w, "table", []string{"name", "n"}, rows); err != nil {
		t.Fatal(err)
	}
	read, err := csv.NewReader(strings.NewReader(w.Body.String())).ReadAll()
	if err != nil || len(read) != 5 {
		t.Fatal(read, err)
	}
	for i, row := range rows {
		if read[i+1][0] != row[0] || read[i+1][1] != row[1] {
			t.Errorf("%q came back as %q", row, read[i+1])
		}
	}
	if got := w.Header().Get("Content-Type"); got != "text/csv; charset=utf-8; header=present" {
		t.Error(got)
	}
}
