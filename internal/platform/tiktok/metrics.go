package tiktok

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/platform"
)

type row struct {
	Dimensions struct {
		ID  platform.ID `json:"campaign_id"`
		Day string      `json:"stat_time_day"` // "2026-11-01 00:00:00"
	} `json:"dimensions"`
	Metrics struct {
		Spend       platform.Number `json:"spend"` // major units
		Impressions platform.Number `json:"impressions"`
		Clicks      platform.Number `json:"clicks"`
		Conversions platform.Number `json:"conversion"`
	} `json:"metrics"`
}

// Metrics reads one page of daily results. A window whose report is too large is halved: the cursor is
// the first day, how many days, and the page.
func (k *Connector) Metrics(ctx context.Context, c platform.Call, from, to, cursor string) (platform.MetricsPage, error) {
	const op = "metrics"
	if !digits(c.Account.ID) {
		return platform.MetricsPage{}, k.invalid(op, "account", "the id of an account is a number")
	}
	at, last, err := k.window(op, from, to, cursor)
	if err != nil {
		return platform.MetricsPage{}, err
	}
	for {
		until := at.first.AddDate(0, 0, at.days-1)
		if until.After(last) {
			until = last
		}
		rows, pages, err := k.report(ctx, op, c, at, until)
		if refusal, ok := err.(*platform.Error); ok && refusal.Code == strconv.Itoa(codeTooLarge) && at.days > 1 {
			at.days, at.page = at.days/2, 1
			continue
		}
		if err != nil {
			return platform.MetricsPage{}, err
		}
		page := platform.MetricsPage{}
		switch {
		case at.page < pages:
			page.Next = place{at.first, at.days, at.page + 1}.String()
		case until.Before(last):
			page.Next = place{until.AddDate(0, 0, 1), at.days, 1}.String()
		}
		if page.Days, err = daysOf(rows); err != nil {
			return platform.MetricsPage{}, k.refuse(op, platform.ClassUnknown, "malformed", err.Error())
		}
		return page, nil
	}
}

// place is where a report goes on.
type place struct {
	first time.Time
	days  int
	page  int
}

func (p place) String() string {
	return fmt.Sprintf("%s/%d/%d", p.first.Format(time.DateOnly), p.days, p.page)
}

// window reads the days to report, and where to begin: with all of them, unless the cursor says where to go on.
func (k *Connector) window(op, from, to, cursor string) (at place, last time.Time, err error) {
	first, firstErr := time.Parse(time.DateOnly, from)
	last, lastErr := time.Parse(time.DateOnly, to)
	if firstErr != nil || lastErr != nil || last.Before(first) || last.Sub(first) >= maxDays*24*time.Hour {
		return at, last, k.invalid(op, "days", "must be dates like 2026-11-01, the second not before the first and less than 29 days after it")
	}
	if cursor == "" {
		return place{first, int(last.Sub(first)/(24*time.Hour)) + 1, 1}, last, nil
	}
	parts := strings.Split(cursor, "/")
	if len(parts) == 3 {
		begin, dayErr := time.Parse(time.DateOnly, parts[0])
		days, daysErr := strconv.Atoi(parts[1])
		page, pageErr := strconv.Atoi(parts[2])
		if dayErr == nil && daysErr == nil && pageErr == nil && days >= 1 && days <= maxDays && page >= 1 && !begin.Before(first) && !begin.After(last) {
			return place{begin, days, page}, last, nil
		}
	}
	return at, last, k.invalid(op, "cursor", "is none of this window")
}

// report reads a page of the results of the days up to until, and says how many pages there are.
func (k *Connector) report(ctx context.Context, op string, c platform.Call, at place, until time.Time) (rows []row, pages int, err error) {
	var data struct {
		List []row     `json:"list"`
		Info *pageInfo `json:"page_info"`
	}
	err = k.get(ctx, op, c, "report/integrated/get/", url.Values{
		"advertiser_id": {c.Account.ID}, "service_type": {"AUCTION"}, "report_type": {"BASIC"}, "data_level": {"AUCTION_CAMPAIGN"},
		"dimensions": {jsonText([]string{"campaign_id", "stat_time_day"})}, "metrics": {jsonText([]string{"spend", "impressions", "clicks", "conversion"})},
		"start_date": {at.first.Format(time.DateOnly)}, "end_date": {until.Format(time.DateOnly)},
		"page": {strconv.Itoa(at.page)}, "page_size": {strconv.Itoa(pageSize)},
	}, &data)
	switch {
	case err != nil:
		return nil, 0, err
	case data.Info == nil:
		return nil, 0, k.noList(op)
	}
	return data.List, data.Info.Pages, nil
}

func daysOf(rows []row) ([]platform.Day, error) {
	var days []platform.Day
	for _, r := range rows {
		d, err := r.normal()
		if err != nil {
			return nil, fmt.Errorf("campaign %s: %w", r.Dimensions.ID, err)
		}
		days = append(days, d)
	}
	return days, nil
}

func (r row) normal() (d platform.Day, err error) {
	d.CampaignID = string(r.Dimensions.ID)
	d.Date, _, _ = strings.Cut(r.Dimensions.Day, " ")
	if _, err := time.Parse(time.DateOnly, d.Date); err != nil || d.CampaignID == "" {
		return d, fmt.Errorf("a row is of no campaign or day")
	}
	if d.Impressions, err = r.Metrics.Impressions.Int(); err != nil {
		return d, fmt.Errorf("impressions: %w", err)
	}
	if d.Clicks, err = r.Metrics.Clicks.Int(); err != nil {
		return d, fmt.Errorf("clicks: %w", err)
	}
	if d.SpendMicros, err = r.Metrics.Spend.Micros(); err != nil {
		return d, fmt.Errorf("spend: %w", err)
	}
	if d.ConversionMicros, err = r.Metrics.Conversions.Micros(); err != nil {
		return d, fmt.Errorf("conversions: %w", err)
	}
	return d, nil
}
