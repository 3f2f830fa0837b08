package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/platform/sandbox"
)

// backtest is how far off a month's spend was foreseen on some of its days, by our forecast and in proportion to
// time alone: a table, for a forecast has no goal but to be nearer.
func backtest(w io.Writer) error {
	real, err := realSeries()
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "\nforecast of a month's spend, off by %\tday 10\tday 15\tday 20\tday 25")
	days := []int{10, 15, 20, 25}
	for _, name := range slices.Sorted(maps.Keys(real)) {
		row(t, "campaign "+name+" (real, August 2023)", days, series{real[name]})
	}
	row(t, "mean of the three", days, slices.Collect(maps.Values(real)))
	row(t, "mean of 20 with a weekly course (synthetic, 10 weeks)", days, weekly())
	return t.Flush()
}

// series are courses of daily spend up to the end of August 2023.
type series []map[string]int64

// row prints the mean error of both forecasts on each day.
func row(w io.Writer, name string, days []int, all series) {
	ours, linear := name+", ours", "  in proportion to time"
	for _, day := range days {
		our, line := all.errors(day)
		ours += fmt.Sprintf("\t%.1f", our)
		linear += fmt.Sprintf("\t%.1f", line)
	}
	fmt.Fprintln(w, ours)
	fmt.Fprintln(w, linear)
}

// errors are the mean absolute errors at the end of the day of August, in percent.
func (all series) errors(day int) (ours, linear float64) {
	end := time.Date(2023, 8, day, 23, 59, 59, 0, time.UTC)
	n := 0.0
	for _, days := range all {
		var spent, month int64
		known := map[string]int64{}
		for date, amount := range days {
			if date <= end.Format(time.DateOnly) {
				known[date] = amount
				if date >= "2023-08-01" {
					spent += amount
				}
			}
			if date >= "2023-08-01" {
				month += amount
			}
		}
		f, reason := budget.Predict(budget.Basis{
			SpentMicros: spent, Window: budget.Window{Start: "2023-08-01", End: "2023-09-01"}, Zone: time.UTC, At: end,
			Days: known, First: slices.Min(slices.Collect(maps.Keys(days))),
		})
		if reason != "" || month == 0 {
			continue
		}
		off := func(p int64) float64 { return 100 * math.Abs(float64(p-month)) / float64(month) }
		ours, linear, n = ours+off(f.P50), linear+off(f.Linear), n+1
	}
	return ours / max(n, 1), linear / max(n, 1)
}

// realSeries is the daily spend of the real campaigns.
func realSeries() (map[string]map[string]int64, error) {
	const date, campaign, spent = 0, 2, 9
	records, err := csv.NewReader(bytes.NewReader(sandbox.RealResults)).ReadAll()
	if err != nil {
		return nil, err
	}
	all := map[string]map[string]int64{}
	for _, r := range records[1:] {
		at, err := time.Parse("02-01-2006", r[date])
		if err != nil {
			return nil, err
		}
		amount, err := strconv.ParseFloat(r[spent], 64)
		if err != nil {
			return nil, err
		}
		if all[r[campaign]] == nil {
			all[r[campaign]] = map[string]int64{"2023-08-01": 0}
		}
		all[r[campaign]][at.Format(time.DateOnly)] += int64(math.Round(amount * 1e6))
	}
	return all, nil
}

// weekly are made-up courses of ten weeks: weekends bring a third of other days, with a fifth of noise.
func weekly() (all series) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		days := map[string]int64{}
		for day := time.Date(2023, 6, 23, 0, 0, 0, 0, time.UTC); day.Before(time.Date(2023, 9, 1, 0, 0, 0, 0, time.UTC)); day = day.AddDate(0, 0, 1) {
			amount := 300 * (1 + 0.2*random.NormFloat64())
			if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
				amount /= 3
			}
			days[day.Format(time.DateOnly)] = int64(max(amount, 0) * 1e6)
		}
		all = append(all, days)
	}
	return all
}
