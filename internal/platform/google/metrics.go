package google

import (
	"context"
	"time"

	"bellwether/internal/platform"
)

const metricsQuery = "SELECT segments.date, campaign.id, metrics.impressions, metrics.clicks, metrics.cost_micros, " +
	"metrics.conversions, metrics.conversions_value FROM campaign WHERE segments.date BETWEEN "

type metricsRow struct {
	Campaign struct {
		ID platform.ID `json:"id"`
	} `json:"campaign"`
	Segments struct {
		Date string `json:"date"`
	} `json:"segments"`
	Metrics struct {
		Impressions platform.Number `json:"impressions"`
		Clicks      platform.Number `json:"clicks"`
		Cost        platform.Number `json:"costMicros"`
		Conversions platform.Number `json:"conversions"`
		Value       platform.Number `json:"conversionsValue"`
	} `json:"metrics"`
}

// Metrics reads one page of daily results.
func (k *Connector) Metrics(ctx context.Context, c platform.Call, from, to, cursor string) (platform.MetricsPage, error) {
	const op = "metrics"
	if err := k.checkWindow(op, from, to); err != nil {
		return platform.MetricsPage{}, err
	}
	var page struct {
		Results []metricsRow `json:"results"`
		Next    string       `json:"nextPageToken"`
	}
	if err := k.search(ctx, op, c, metricsQuery+"'"+from+"' AND '"+to+"'", cursor, &page); err != nil {
		return platform.MetricsPage{}, err
	}
	out := platform.MetricsPage{Next: page.Next}
	for _, row := range page.Results {
		day, err := row.day()
		if err != nil {
			return platform.MetricsPage{}, k.refuse(op, platform.ClassUnknown, "malformed", "campaign "+string(row.Campaign.ID)+": "+err.Error())
		}
		out.Days = append(out.Days, day)
	}
	return out, nil
}

func (k *Connector) checkWindow(op, from, to string) error {
	first, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return k.invalid(op, "from", "must be a date like 2026-11-01")
	}
	last, err := time.Parse(time.DateOnly, to)
	if err != nil || last.Before(first) || last.Sub(first) >= maxDays*24*time.Hour {
		return k.invalid(op, "to", "must be a date like 2026-11-07, not before from and less than 90 days after it")
	}
	return nil
}

// day converts a row: whole numbers come as texts, conversions and their value as doubles.
func (r metricsRow) day() (d platform.Day, err error) {
	d = platform.Day{CampaignID: string(r.Campaign.ID), Date: r.Segments.Date}
	if d.Impressions, err = r.Metrics.Impressions.Int(); err != nil {
		return d, err
	}
	if d.Clicks, err = r.Metrics.Clicks.Int(); err != nil {
		return d, err
	}
	if d.SpendMicros, err = r.Metrics.Cost.Int(); err != nil {
		return d, err
	}
	if d.ConversionMicros, err = r.Metrics.Conversions.Micros(); err != nil {
		return d, err
	}
	if r.Metrics.Value == "" {
		return d, nil
	}
	value, err := r.Metrics.Value.Micros()
	d.RevenueMicros = &value
	return d, err
}
