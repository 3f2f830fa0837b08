package sandbox

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"time"

	"bellwether/internal/money"
)

// RealResults are real Facebook ad results of one month, as an advertiser published them.
//
//go:embed data/facebook-ads.csv
var RealResults []byte

// Columns of the file, and its newest day.
const (
	colDate, colCampaign, colAge                               = 0, 2, 4
	colImpressions, colClicks, colSpent, colTotal, colApproved = 7, 8, 9, 10, 11
	newestDay                                                  = "2023-08-31"
)

// approvedValue is what one approved conversion brings in: the file tells no revenue.
const approvedValue = 100

// readSeries adds the file's lines up by campaign and age group.
func readSeries() (map[string][]Result, error) {
	lines, err := csv.NewReader(bytes.NewReader(RealResults)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read the real results: %w", err)
	}
	days := map[string]map[string]Result{}
	for _, line := range lines[1:] {
		day, err := time.Parse("02-01-2006", line[colDate])
		if err != nil {
			return nil, err
		}
		r := Result{Date: day.Format(time.DateOnly)}
		for col, to := range map[int]*int64{colImpressions: &r.Impressions, colClicks: &r.Clicks, colTotal: &r.ConversionMicros, colApproved: &r.RevenueMicros} {
			if *to, err = strconv.ParseInt(line[col], 10, 64); err != nil {
				return nil, err
			}
		}
		if r.SpendMicros, err = money.ParseMicrosRounded(line[colSpent]); err != nil {
			return nil, err
		}
		r.SpendMicros -= r.SpendMicros % 10_000 // platforms report whole cents
		r.ConversionMicros *= money.Micro
		r.RevenueMicros *= approvedValue * money.Micro
		series := line[colCampaign] + "/" + line[colAge]
		if days[series] == nil {
			days[series] = map[string]Result{}
		}
		days[series][r.Date] = plus(days[series][r.Date], r)
	}
	all := map[string][]Result{}
	for series, byDay := range days {
		for _, r := range byDay {
			all[series] = append(all[series], r)
		}
		slices.SortFunc(all[series], func(a, b Result) int { return bytes.Compare([]byte(a.Date), []byte(b.Date)) })
	}
	return all, nil
}

// shift moves a day of the file so that its newest day falls on the anchor.
func shift(date, anchor string) string {
	day, _ := time.Parse(time.DateOnly, date)
	newest, _ := time.Parse(time.DateOnly, newestDay)
	to, _ := time.Parse(time.DateOnly, anchor)
	return to.Add(day.Sub(newest)).Format(time.DateOnly)
}

// ages and big name the series of the file.
var ages = []string{"30-34", "35-39", "40-44", "45-49"}

// furnish is the world as it begins.
func furnish(now time.Time) state {
	s := state{
		Anchor: now.UTC().Format(time.DateOnly), Added: map[string]map[string]Result{}, Codes: map[string]code{},
		Used: map[string]string{}, Refreshes: map[string]int{},
		Accounts: []Account{
			{Platform: "meta", ID: "act_1019283746", Name: "Northwind Shop", Currency: "USD", TimeZone: "America/New_York"},
			{Platform: "meta", ID: "act_2039485761", Name: "Northwind Japan", Currency: "JPY", TimeZone: "Asia/Tokyo"},
			{Platform: "google", ID: "1234567890", Name: "Northwind Search", Currency: "USD", TimeZone: "America/New_York"},
			{Platform: "linkedin", ID: "507654321", Name: "Northwind B2B", Currency: "EUR", TimeZone: "Europe/Berlin"},
			{Platform: "tiktok", ID: "7012345678901234567", Name: "Northwind Clips", Currency: "USD", TimeZone: "America/Los_Angeles"},
			{Platform: "facebook", ID: "101990000000001", Name: "Northwind"},
			{Platform: "facebook", ID: "101990000000002", Name: "Northwind Japan"},
			{Platform: "instagram", ID: "17841400000000001", Name: "northwind.shop"},
			{Platform: "linkedin_page", ID: "urn:li:organization:5515715", Name: "Northwind"},
			{Platform: "x", ID: "2244994945", Name: "northwindshop"},
			{Platform: "mastodon", ID: "109252111498807689", Name: "northwind@mastodon.example"},
			{Platform: "bluesky", ID: "did:plc:u5cwb2mwiv2bfq53cjufe6yn", Name: "northwind.bsky.example"},
		},
	}
	start := now.UTC().AddDate(0, 0, -35).Format(time.DateOnly)
	add := func(c Campaign) {
		c.Start, c.Updated = start, now.UTC()
		s.Campaigns = append(s.Campaigns, c)
	}
	for i, age := range ages {
		add(Campaign{Platform: "meta", AccountID: "act_1019283746", ID: fmt.Sprint(120210000000001 + i), Name: "Autumn " + age, Objective: "OUTCOME_SALES", Status: "ACTIVE", Series: "936/" + age})
		add(Campaign{Platform: "meta", AccountID: "act_1019283746", ID: fmt.Sprint(120210000000011 + i), Name: "Always on " + age, Objective: "OUTCOME_TRAFFIC", Status: "ACTIVE", Series: "916/" + age, BudgetKind: "daily", BudgetMicros: 50 * money.Micro})
		add(Campaign{Platform: "google", AccountID: "1234567890", ID: fmt.Sprint(21000000001 + i), Name: "Search " + age, Objective: "SEARCH", Status: "ENABLED", Series: "936/" + age, BudgetKind: "daily", BudgetMicros: 80 * money.Micro, BudgetID: fmt.Sprint(7001 + i), Shared: i == 0})
		add(Campaign{Platform: "linkedin", AccountID: "507654321", ID: fmt.Sprint(360001 + i), Name: "Decision makers " + age, Objective: "LEAD_GENERATION", Status: "ACTIVE", Series: "916/" + age, BudgetKind: "daily", BudgetMicros: 100 * money.Micro})
		add(Campaign{Platform: "tiktok", AccountID: "7012345678901234567", ID: fmt.Sprint(1780000000000000001 + int64(i)), Name: "Clips " + age, Objective: "TRAFFIC", Status: "ENABLE", Series: "936/" + age, BudgetKind: "daily", BudgetMicros: 60 * money.Micro})
	}
	add(Campaign{Platform: "meta", AccountID: "act_2039485761", ID: "120210000000101", Name: "東京 秋", Objective: "OUTCOME_AWARENESS", Status: "ACTIVE", Series: "916/30-34", BudgetKind: "daily", BudgetMicros: 5000 * money.Micro})
	add(Campaign{Platform: "meta", AccountID: "act_2039485761", ID: "120210000000102", Name: "大阪 秋", Objective: "OUTCOME_SALES", Status: "PAUSED", Series: "916/45-49"})
	add(Campaign{Platform: "google", AccountID: "1234567890", ID: "21000000011", Name: "Performance Max", Objective: "PERFORMANCE_MAX", Status: "ENABLED", Series: "916/45-49", BudgetKind: "daily", BudgetMicros: 80 * money.Micro, BudgetID: "7001", Shared: true})
	// These stand at three quarters of a lifetime budget: a little more spend, and thresholds are told.
	budgeted := func(platform, id string, micros int64) {
		for i := range s.Campaigns {
			if s.Campaigns[i].Platform == platform && s.Campaigns[i].ID == id {
				s.Campaigns[i].BudgetKind, s.Campaigns[i].BudgetMicros = "lifetime", micros
			}
		}
	}
	budgeted("meta", "120210000000001", 490*money.Micro) // 361.84 in the last 28 days: 73.8 %
	budgeted("google", "21000000003", 570*money.Micro)   // 418.38: 73.4 %
	budgeted("tiktok", "1780000000000000004", 2100*money.Micro)
	return s
}
