package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

// Columns of the file.
const (
	colDate = iota
	colAd
	colCampaign
	_
	_
	_
	_
	colImpressions
	colClicks
	colSpent
	colConversions
	colApproved
)

// day is one day's lines of the file, by campaign, as CSV with a header.
type day struct {
	date  string // YYYY-MM-DD
	time  time.Time
	lines map[string][]byte
}

// readDays cuts the file into days, in order.
func readDays(file []byte) ([]day, error) {
	records, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		return nil, err
	}
	byDate := map[string]*day{}
	for _, record := range records[1:] {
		at, err := time.Parse("02-01-2006", record[colDate])
		if err != nil {
			return nil, err
		}
		date := at.Format(time.DateOnly)
		d := byDate[date]
		if d == nil {
			d = &day{date: date, time: at, lines: map[string][]byte{}}
			byDate[date] = d
		}
		name := record[colCampaign]
		if d.lines[name] == nil {
			d.lines[name] = []byte(strings.Join(records[0], ",") + "\n")
		}
		d.lines[name] = append(d.lines[name], strings.Join(record, ",")+"\n"...)
	}
	var days []day
	for _, d := range byDate {
		days = append(days, *d)
	}
	slices.SortFunc(days, func(a, b day) int { return a.time.Compare(b.time) })
	return days, nil
}

// truth is what a campaign brought, computed from the file with nothing of Bellwether's.
type truth struct {
	impressions, clicks, conversions, approved int64
	spend                                      *big.Int // micros, each line rounded half to even as money is kept
	days                                       int
}

func truthOf(file []byte, campaign string) (truth, error) {
	t := truth{spend: new(big.Int)}
	records, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		return t, err
	}
	dates := map[string]bool{}
	for _, r := range records[1:] {
		if r[colCampaign] != campaign {
			continue
		}
		dates[r[colDate]] = true
		spent, ok := new(big.Rat).SetString(r[colSpent])
		if !ok {
			return t, fmt.Errorf("ad %s spent %q", r[colAd], r[colSpent])
		}
		t.spend.Add(t.spend, halfEven(spent.Mul(spent, big.NewRat(1_000_000, 1))))
		for column, sum := range map[int]*int64{colImpressions: &t.impressions, colClicks: &t.clicks, colConversions: &t.conversions, colApproved: &t.approved} {
			n, ok := new(big.Int).SetString(r[column], 10)
			if !ok {
				return t, fmt.Errorf("ad %s has %q", r[colAd], r[column])
			}
			*sum += n.Int64()
		}
	}
	t.days = len(dates)
	return t, nil
}

// halfEven rounds r to a whole number.
func halfEven(r *big.Rat) *big.Int {
	floor := new(big.Int).Div(r.Num(), r.Denom())
	rest := new(big.Rat).Sub(r, new(big.Rat).SetInt(floor))
	switch rest.Cmp(big.NewRat(1, 2)) {
	case 1:
		floor.Add(floor, big.NewInt(1))
	case 0:
		if floor.Bit(0) == 1 {
			floor.Add(floor, big.NewInt(1))
		}
	}
	return floor
}
