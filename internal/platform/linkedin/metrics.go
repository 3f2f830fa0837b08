package linkedin

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/platform"
)

type day struct {
	Year  int        `json:"year"`
	Month time.Month `json:"month"`
	Day   int        `json:"day"`
}

func (d day) date() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

type row struct {
	Range struct {
		Start day `json:"start"`
	} `json:"dateRange"`
	Pivots      []string        `json:"pivotValues"`
	Impressions platform.Number `json:"impressions"`
	Clicks      platform.Number `json:"clicks"`
	Cost        platform.Number `json:"costInLocalCurrency"` // major units
	Conversions platform.Number `json:"externalWebsiteConversions"`
}

// Metrics reads daily results. LinkedIn has no pages here and cuts long reports off silently, so that
// the pages are made of days: a window whose report is as long as one can be is halved. An empty
// report can also mean that the member has lost his role, which LinkedIn doesn't tell.
func (k *Connector) Metrics(ctx context.Context, c platform.Call, from, to, cursor string) (platform.MetricsPage, error) {
	const op = "metrics"
	if !digits(c.Account.ID) {
		return platform.MetricsPage{}, k.invalid(op, "account", "the id of an account is a number")
	}
	first, last, span, err := k.window(op, from, to, cursor)
	if err != nil {
		return platform.MetricsPage{}, err
	}
	for {
		until := first.AddDate(0, 0, span-1)
		if until.After(last) {
			until = last
		}
		rows, err := k.report(ctx, op, c, first, until)
		if err != nil {
			return platform.MetricsPage{}, err
		}
		if len(rows) >= maxRows {
			if span == 1 {
				return platform.MetricsPage{}, k.refuse(op, platform.ClassUnknown, "too_long", "the results of one day are more than LinkedIn reports")
			}
			span /= 2
			continue
		}
		page := platform.MetricsPage{}
		if until.Before(last) {
			page.Next = until.AddDate(0, 0, 1).Format(time.DateOnly) + "/" + strconv.Itoa(span)
		}
		if page.Days, err = daysOf(rows); err != nil {
			return platform.MetricsPage{}, k.refuse(op, platform.ClassUnknown, "malformed", err.Error())
		}
		return page, nil
	}
}

// window reads the days to report, and how many of them at once: all, unless the cursor says where to
// go on and with how many.
func (k *Connector) window(op, from, to, cursor string) (first, last time.Time, span int, err error) {
	start, startErr := time.Parse(time.DateOnly, from)
	last, lastErr := time.Parse(time.DateOnly, to)
	if startErr != nil || lastErr != nil || last.Before(start) || last.Sub(start) >= maxDays*24*time.Hour {
		return first, last, 0, k.invalid(op, "days", "must be dates like 2026-11-01, the second not before the first and less than 30 days after it")
	}
	if cursor == "" {
		return start, last, int(last.Sub(start)/(24*time.Hour)) + 1, nil
	}
	text, count, _ := strings.Cut(cursor, "/")
	first, err = time.Parse(time.DateOnly, text)
	span, numErr := strconv.Atoi(count)
	if err != nil || numErr != nil || span < 1 || span > maxDays || first.Before(start) || first.After(last) {
		return first, last, 0, k.invalid(op, "cursor", "is none of this window")
	}
	return first, last, span, nil
}

// report reads the results of the days from first to last, both inclusive.
func (k *Connector) report(ctx context.Context, op string, c platform.Call, first, last time.Time) ([]row, error) {
	query := fmt.Sprintf("q=analytics&pivot=(value:CAMPAIGN)&timeGranularity=(value:DAILY)&dateRange=(start:%s,end:%s)"+
		"&accounts=List(urn%%3Ali%%3AsponsoredAccount%%3A%s)"+
		"&fields=dateRange,pivotValues,impressions,clicks,costInLocalCurrency,externalWebsiteConversions",
		written(first), written(last), c.Account.ID)
	var body struct {
		Elements []row `json:"elements"`
	}
	err := k.get(ctx, op, c, "adAnalytics", query, &body)
	return body.Elements, err
}

func written(t time.Time) string {
	return fmt.Sprintf("(year:%d,month:%d,day:%d)", t.Year(), t.Month(), t.Day())
}

const campaignURN = "urn:li:sponsoredCampaign:"

func daysOf(rows []row) ([]platform.Day, error) {
	var days []platform.Day
	for _, r := range rows {
		d, err := r.normal()
		if err != nil {
			return nil, err
		}
		days = append(days, d)
	}
	return days, nil
}

func (r row) normal() (d platform.Day, err error) {
	if len(r.Pivots) != 1 || !strings.HasPrefix(r.Pivots[0], campaignURN) {
		return d, fmt.Errorf("a row is of no campaign")
	}
	d.CampaignID = strings.TrimPrefix(r.Pivots[0], campaignURN)
	d.Date = r.Range.Start.date().Format(time.DateOnly)
	if d.Impressions, err = r.Impressions.Int(); err != nil {
		return d, fmt.Errorf("impressions of campaign %s: %w", d.CampaignID, err)
	}
	if d.Clicks, err = r.Clicks.Int(); err != nil {
		return d, fmt.Errorf("clicks of campaign %s: %w", d.CampaignID, err)
	}
	if d.SpendMicros, err = r.Cost.Micros(); err != nil {
		return d, fmt.Errorf("cost of campaign %s: %w", d.CampaignID, err)
	}
	if d.ConversionMicros, err = r.Conversions.Micros(); err != nil {
		return d, fmt.Errorf("conversions of campaign %s: %w", d.CampaignID, err)
	}
	return d, nil
}
