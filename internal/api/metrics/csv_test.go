package metrics

import (
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"bellwether/internal/fault"
)

var now = time.Date(2026, 11, 15, 12, 0, 0, 0, time.UTC)

// place knows the placements m1 and m2 by the platform's ids; alone, it knows one only.
func place(ref string) (string, bool) {
	id, ok := map[string]string{"m1": "id-1", "m2": "id-2"}[ref]
	return id, ok
}

func alone(ref string) (string, bool) { return "id-1", ref == "" || ref == "m1" }

func parse(t *testing.T, query, body string, placed func(string) (string, bool)) sheet {
	t.Helper()
	q, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	m, err := readMapping(q, now)
	if err != nil {
		t.Fatal(err)
	}
	return readCSV([]byte(body), m, placed)
}

func TestReadCSV(t *testing.T) {
	s := parse(t, "date=Day&dateFormat=DD/MM/YYYY&spend=Cost&clicks=Clicks&conversions=Conv&revenue=Rev&placement=Ad&where=Kind=ad",
		"\xef\xbb\xbfDay,Ad,Kind,Cost,Clicks,Conv,Rev,Note\r\n"+
			"02/11/2026,m2,ad,1.429999948,3,1.5,20,\"late, but \"\"fine\"\"\"\r\n"+
			"01/11/2026,m1,ad, 10 ,7,,5.25,\r\n"+
			"01/11/2026,m1,total,99,99,9,9,\r\n", place)
	if len(s.errors) > 0 {
		t.Fatal(s.errors)
	}
	if s.lines != 3 || s.skipped != 1 || !slices.Equal(s.ignored, []string{"Note"}) {
		t.Errorf("%d lines, %d skipped, ignored %v", s.lines, s.skipped, s.ignored)
	}
	first, second := s.rows[0], s.rows[1]
	if first.Date != "2026-11-01" || first.PlacementID != "id-1" || first.SpendMicros != 10_000_000 || first.Clicks != 7 || *first.RevenueMicros != 5_250_000 {
		t.Errorf("the first row is %+v", first)
	}
	if second.Date != "2026-11-02" || second.SpendMicros != 1_430_000 || second.ConversionMicros != 1_500_000 || !second.AsOf.Equal(now) {
		t.Errorf("the second row is %+v", second)
	}
}

func TestReadCSVAddsUpLinesOfADay(t *testing.T) {
	const body = "d,s,r\n2026-11-01,1.5,2\n2026-11-02,4,1\n2026-11-01,2,3\n"
	s := parse(t, "date=d&spend=s&revenue=r&duplicates=sum", body, alone)
	if len(s.errors) > 0 || len(s.rows) != 2 || s.rows[0].SpendMicros != 3_500_000 || *s.rows[0].RevenueMicros != 5_000_000 {
		t.Errorf("%+v", s)
	}
	if s := parse(t, "date=d&spend=s", body, alone); len(s.errors) != 1 || s.errors[0].Line != 4 || !strings.Contains(s.errors[0].Message, "line 2") {
		t.Errorf("without sum: %+v", s.errors)
	}
}

func TestBadLinesAreNamed(t *testing.T) {
	const query = "date=day&spend=cost&impressions=seen&placement=ad"
	const header = "day,cost,seen,ad\n"
	tests := []struct {
		name, query, body string
		line              int
		column, message   string
	}{
		{"an empty file", query, "", 1, "", "header"},
		{"an unknown column", query + "&clicks=Klicks", header, 1, "Klicks", "no such column"},
		{"another day format", query, header + "11/01/2026,1,1,m1\n", 2, "day", "must be a day like"},
		{"no such day", query, header + "2026-02-30,1,1,m1\n", 2, "day", "2026-02-30"},
		{"a bad amount", query, header + "2026-11-01,1,1,m1\n2026-11-02,\"1,50\",1,m1\n", 3, "cost", "1,50"},
		{"no amount", query, header + "2026-11-01,,1,m1\n", 2, "cost", "must be a number"},
		{"a fraction of an impression", query, header + "2026-11-01,1,1.5,m1\n", 2, "seen", "whole number"},
		{"negative impressions", query, header + "2026-11-01,1,-1,m1\n", 2, "seen", "whole number"},
		{"an unknown placement", query, header + "2026-11-01,1,1,m9\n", 2, "ad", "m9"},
		{"no placement", "date=day&spend=cost", header + "2026-11-01,1,1,m1\n", 2, "", "more than one placement"},
		{"a column too few", query, header + "2026-11-01,1,1\n", 2, "", "number of columns"},
		{"loose quotes", query, header + "2026-11-01,1,\"1,m1\n", 2, "", "quotes"},
		{"too large", query, header + "2026-11-01,99999999999999999999,1,m1\n", 2, "cost", "must be a number"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := parse(t, tt.query, tt.body, place)
			if len(s.errors) == 0 {
				t.Fatalf("it was taken: %+v", s.rows)
			}
			e := s.errors[0]
			if e.Line != tt.line || e.Column != tt.column || !strings.Contains(e.Message, tt.message) {
				t.Errorf("%+v, want line %d, column %q, %q", e, tt.line, tt.column, tt.message)
			}
		})
	}
}

func TestReportOfErrorsIsBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("d,s\n")
	for range 500 {
		b.WriteString("never,much\n")
	}
	if s := parse(t, "date=d&spend=s", b.String(), alone); len(s.errors) != maxLineErrors {
		t.Errorf("%d errors", len(s.errors))
	}
}

func TestBadMappingNamesTheParameter(t *testing.T) {
	for name, query := range map[string]string{
		"date": "spend=s", "spend": "date=d", "dateFormat": "date=d&spend=s&dateFormat=D.M.Y", "where": "date=d&spend=s&where=x",
		"duplicates": "date=d&spend=s&duplicates=last", "asOf": "date=d&spend=s&asOf=yesterday", "dryRun": "date=d&spend=s&dryRun=1",
	} {
		q, _ := url.ParseQuery(query)
		_, err := readMapping(q, now)
		e, ok := err.(*fault.Error)
		if !ok || len(e.Fields) != 1 || e.Fields[0].Name != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The real file: every one of its lines is read, and none is read wrongly.
func TestRealAdData(t *testing.T) {
	body, err := os.ReadFile("../../platform/sandbox/data/facebook-ads.csv")
	if err != nil {
		t.Fatal(err)
	}
	const query = "date=Date&dateFormat=DD-MM-YYYY&spend=Spent&impressions=Impressions&clicks=Clicks&conversions=Total_Conversion&approvedConversions=Approved_Conversion&duplicates=sum&where=xyz_campaign_id=%s"
	// Lines, days and sums as another program counts them in the file; the spend in whole cents.
	for campaign, want := range map[string]struct {
		lines, days         int
		impressions, clicks int64
		cents               int64
	}{
		"916":  {54, 25, 482_925, 113, 14_971},
		"936":  {464, 30, 8_128_187, 1_984, 289_337},
		"1178": {625, 30, 204_823_716, 36_068, 5_566_215},
	} {
		s := parse(t, fmt.Sprintf(query, campaign), string(body), alone)
		var impressions, clicks, spend int64
		for _, row := range s.rows {
			impressions, clicks, spend = impressions+row.Impressions, clicks+row.Clicks, spend+row.SpendMicros
		}
		cents := (spend + 5_000) / 10_000
		if len(s.errors) > 0 || s.lines-s.skipped != want.lines || len(s.rows) != want.days || impressions != want.impressions || clicks != want.clicks || cents != want.cents {
			t.Errorf("%s: %v, %d lines, %d days, %d impressions, %d clicks, %d cents; want %+v", campaign, s.errors, s.lines-s.skipped, len(s.rows), impressions, clicks, cents, want)
		}
	}
}
