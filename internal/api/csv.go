package api

import (
	"encoding/csv"
	"net/http"
	"strings"
)

// Text is a cell that people wrote: it never begins as a formula does, for a spreadsheet would compute it.
func Text(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n", rune(s[0])) {
		return "'" + s
	}
	return s
}

// CSV answers with a table (RFC 4180, UTF-8) under the file name. Cells that people wrote are made by Text.
func CSV(w http.ResponseWriter, name string, header []string, rows [][]string) error {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	w.WriteHeader(http.StatusOK)
	c := csv.NewWriter(w)
	c.UseCRLF = true
	return c.WriteAll(append([][]string{header}, rows...))
}
