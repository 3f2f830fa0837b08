package metrics

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/money"
)

// maxLineErrors is how many errors a report lists: with that many, the mapping is wrong.
const maxLineErrors = 100

// lineError is what is wrong in one line of an import.
type lineError struct {
	Line    int    `json:"line"`   // of the file, the header is line 1
	Column  string `json:"column"` // as the header names it; "" for the whole line
	Message string `json:"message"`
}

// sheet is a parsed import: rows in order of day, or the errors that stand in the way.
type sheet struct {
	rows    []campaign.Row
	lines   int // of data
	skipped int // by where
	ignored []string
	errors  []lineError
}

// reader reads one CSV file.
type reader struct {
	mapping mapping
	place   func(ref string) (id string, ok bool) // finds a placement by either of its ids
	index   map[string]int                        // column of each use
	rows    map[campaign.RowKey]*campaign.Row
	from    map[campaign.RowKey]int // the line that a row came from
	sheet   sheet
}

// readCSV parses a report. Nothing of it may be used while the sheet has errors.
func readCSV(body []byte, m mapping, place func(string) (string, bool)) sheet {
	r := reader{mapping: m, place: place, index: map[string]int{}, rows: map[campaign.RowKey]*campaign.Row{}, from: map[campaign.RowKey]int{}}
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))))
	in.ReuseRecord = true
	header, err := in.Read()
	if err != nil {
		r.fail(1, "", "must be a header with the names of the columns")
		return r.sheet
	}
	if !r.readHeader(header) {
		return r.sheet
	}
	for len(r.sheet.errors) < maxLineErrors {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		r.sheet.lines++
		if parse, ok := errors.AsType[*csv.ParseError](err); ok {
			r.fail(parse.Line, "", parseMessage(parse))
			continue
		}
		line, _ := in.FieldPos(0)
		r.readRecord(line, record)
	}
	r.finish()
	return r.sheet
}

func parseMessage(e *csv.ParseError) string {
	if errors.Is(e.Err, csv.ErrFieldCount) {
		return "has another number of columns than the header"
	}
	return "is not valid CSV: check the quotes"
}

func (r *reader) fail(line int, column, message string) {
	if len(r.sheet.errors) < maxLineErrors {
		r.sheet.errors = append(r.sheet.errors, lineError{line, column, message})
	}
}

func (r *reader) readHeader(header []string) bool {
	used := map[string]bool{}
	for _, use := range slices.Sorted(maps.Keys(r.mapping.columns())) {
		column := r.mapping.columns()[use]
		i := slices.Index(header, column)
		if i < 0 {
			r.fail(1, column, "there is no such column, wanted for "+use)
			continue
		}
		r.index[use], used[column] = i, true
	}
	for _, column := range header {
		if !used[column] {
			r.sheet.ignored = append(r.sheet.ignored, column)
		}
	}
	return len(r.sheet.errors) == 0
}

// field is what stands in the column of the use; ok is false when the mapping has none.
func (r *reader) field(record []string, use string) (text string, ok bool) {
	i, ok := r.index[use]
	if !ok {
		return "", false
	}
	return strings.TrimSpace(record[i]), true
}

func (r *reader) readRecord(line int, record []string) {
	if value, ok := r.field(record, "where"); ok && value != r.mapping.whereValue {
		r.sheet.skipped++
		return
	}
	p := &lineParser{reader: r, line: line, record: record}
	row := campaign.Row{
		Date: p.date(), PlacementID: p.placement(), AsOf: r.mapping.asOf.UTC(),
		Impressions: p.count("impressions"), Clicks: p.count("clicks"), SpendMicros: p.micros("spend"),
		ConversionMicros: p.micros("conversions"), ApprovedMicros: p.micros("approvedConversions"),
	}
	if _, ok := r.index["revenue"]; ok {
		revenue := p.micros("revenue")
		row.RevenueMicros = &revenue
	}
	if !p.failed {
		r.add(line, row)
	}
}

// add takes a row, or adds it to the one of the same day and placement.
func (r *reader) add(line int, row campaign.Row) {
	have, twice := r.rows[row.Key()]
	switch {
	case !twice:
		r.rows[row.Key()], r.from[row.Key()] = &row, line
	case !r.mapping.sum:
		r.fail(line, r.mapping.date, fmt.Sprintf("line %d has this day and placement already; with duplicates=sum they are added up", r.from[row.Key()]))
	default:
		if err := addUp(have, row); err != nil {
			r.fail(line, "", "the sum of the day is too large")
		}
	}
}

func addUp(have *campaign.Row, row campaign.Row) error {
	pairs := [][2]*int64{
		{&have.Impressions, &row.Impressions}, {&have.Clicks, &row.Clicks}, {&have.SpendMicros, &row.SpendMicros},
		{&have.ConversionMicros, &row.ConversionMicros}, {&have.ApprovedMicros, &row.ApprovedMicros},
	}
	if have.RevenueMicros != nil {
		pairs = append(pairs, [2]*int64{have.RevenueMicros, row.RevenueMicros})
	}
	for _, p := range pairs {
		sum, err := money.Add(*p[0], *p[1])
		if err != nil {
			return err
		}
		*p[0] = sum
	}
	return nil
}

func (r *reader) finish() {
	for _, row := range r.rows {
		r.sheet.rows = append(r.sheet.rows, *row)
	}
	slices.SortFunc(r.sheet.rows, func(a, b campaign.Row) int {
		if c := strings.Compare(a.Date, b.Date); c != 0 {
			return c
		}
		return strings.Compare(a.PlacementID, b.PlacementID)
	})
}

// lineParser reads the fields of one line and notes what is wrong with them.
type lineParser struct {
	*reader
	line   int
	record []string
	failed bool
}

func (p *lineParser) refuse(use, message string) {
	p.failed = true
	p.fail(p.line, p.mapping.columns()[use], message)
}

func (p *lineParser) date() string {
	text, _ := p.field(p.record, "date")
	day, err := time.Parse(p.mapping.layout, text)
	if err != nil {
		p.refuse("date", fmt.Sprintf("must be a day like %s, not %q", p.mapping.layout, short(text)))
	}
	return day.Format(time.DateOnly)
}

func (p *lineParser) placement() string {
	text, _ := p.field(p.record, "placement")
	id, ok := p.place(text)
	if !ok && text == "" {
		p.refuse("placement", "the campaign has more than one placement, or none: map a column to placement")
	} else if !ok {
		p.refuse("placement", fmt.Sprintf("the campaign has no placement %q", short(text)))
	}
	return id
}

func (p *lineParser) count(use string) int64 {
	text, ok := p.field(p.record, use)
	if !ok || text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		p.refuse(use, fmt.Sprintf("must be a whole number like 1234, not %q", short(text)))
	}
	return n
}

func (p *lineParser) micros(use string) int64 {
	text, ok := p.field(p.record, use)
	if !ok || (text == "" && use != "spend") {
		return 0
	}
	n, err := money.ParseMicrosRounded(text)
	if err != nil {
		p.refuse(use, fmt.Sprintf("must be a number like 1234.56, not %q", short(text)))
	}
	return n
}

// short keeps a report readable when a field holds a novel.
func short(text string) string {
	const most = 40
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "..."
}
