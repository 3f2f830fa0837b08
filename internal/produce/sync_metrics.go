package produce

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/integration"
	"bellwether/internal/money"
	"bellwether/internal/platform"
	"bellwether/internal/store"
)

// keptDigests is how many days of digests a tie keeps: more than the longest look-back.
const keptDigests = integration.HistoryDays + 7

// readMetrics reads one page of daily results. Days whose digest is known cost nothing; the others are
// recorded, each campaign's in one transaction with its totals and the thresholds that they reach.
func (w *worker) readMetrics(ctx context.Context) error {
	step := w.sync.Run.Steps[0]
	from, to := step.Window(w.connector.Info().MaxDays)
	at := w.Now()
	var page platform.MetricsPage
	err := w.call(ctx, func(c platform.Call) (err error) {
		page, err = w.ads.Metrics(ctx, c, from, to, step.Cursor)
		return err
	})
	if err != nil {
		return err
	}
	if w.sync.Run.DataAsOf.IsZero() {
		w.sync.Run.DataAsOf = at.UTC()
	}
	counts, shift := w.sync.Run.Counts, w.shift(step)
	var jobs []job
	byCampaign := group(page.Days)
	for _, id := range slices.Sorted(maps.Keys(byCampaign)) {
		jobs = w.appendDays(jobs, id, byCampaign[id], at, &counts, &shift)
	}
	if err := w.write(ctx, "metrics/"+from+"/"+step.Cursor, jobs); err != nil {
		return err
	}
	w.sync.Run.Counts, w.sync.Run.Shift = counts, &shift
	return w.save(ctx, page.Next, to)
}

func group(days []platform.Day) map[string][]platform.Day {
	by := map[string][]platform.Day{}
	for _, d := range days {
		by[d.CampaignID] = append(by[d.CampaignID], d)
	}
	return by
}

// shift is the run's comparison of sums so far.
func (w *worker) shift(step integration.Step) event.Shift {
	if s := w.sync.Run.Shift; s != nil {
		return *s
	}
	return event.Shift{From: step.From, To: step.To, Currency: string(w.account.Account.Currency)}
}

func (w *worker) appendDays(jobs []job, id string, days []platform.Day, at time.Time, counts *integration.Counts, shift *event.Shift) []job {
	link, known := w.links[id]
	if !known {
		counts.Skipped += len(days)
		return jobs
	}
	link.Days = maps.Clone(link.Days)
	if link.Days == nil {
		link.Days = map[string]string{}
	}
	var changed []platform.Day
	for _, d := range days {
		if sum := digest(d); link.Days[d.Date] != sum {
			link.Days[d.Date] = sum
			changed = append(changed, d)
			continue
		}
		counts.Unchanged++
		compare(shift, d.Impressions, d.Impressions, d.SpendMicros, d.SpendMicros)
	}
	if len(changed) == 0 {
		return jobs
	}
	oldest := budget.AddDays(shift.To, -keptDigests)
	maps.DeleteFunc(link.Days, func(date, _ string) bool { return date < oldest })
	return append(jobs, w.record(link, changed, at, counts, shift))
}

// record gives a campaign the days that changed.
func (w *worker) record(link integration.Link, days []platform.Day, at time.Time, counts *integration.Counts, shift *event.Shift) job {
	var stored []campaign.Row
	skipped := 0
	return job{campaignID: link.CampaignID,
		make: func(ctx context.Context) (store.Ingest, bool, error) {
			c, err := w.Campaigns.Get(ctx, w.account.OrgID, link.CampaignID)
			if err != nil {
				return store.Ingest{}, false, err
			}
			cause := w.sync.Run.Cause("metrics", w.Now())
			rows := rowsOf(c, link, days, at, cause.At)
			if skipped = len(days) - len(rows); len(rows) == 0 {
				return store.Ingest{Link: link}, true, nil // the digests spare the next run the look
			}
			if stored, err = w.rows(ctx, c, rows, cause.At); err != nil {
				return store.Ingest{}, false, err
			}
			out, err := c.Record(rows, stored, cause)
			return store.Ingest{Before: c, Out: out, Link: link}, true, err
		},
		done: func(part store.Ingest) {
			counts.Skipped += skipped
			counts.Updated += part.Out.Updated
			counts.Unchanged += part.Out.Unchanged + part.Out.Outdated
			w.links[link.ExternalID] = link
			for _, row := range part.Out.Rows {
				old := find(stored, row.Key())
				compare(shift, old.Impressions, row.Impressions, old.SpendMicros, row.SpendMicros)
			}
		},
	}
}

func find(rows []campaign.Row, key campaign.RowKey) campaign.Row {
	i := slices.IndexFunc(rows, func(r campaign.Row) bool { return r.Key() == key })
	if i < 0 {
		return campaign.Row{}
	}
	return rows[i]
}

// rowsOf are the days as rows of the placement. An ended campaign takes none, and a day that hasn't
// begun in the campaign's own zone waits until it has.
func rowsOf(c campaign.Campaign, link integration.Link, days []platform.Day, at, now time.Time) []campaign.Row {
	if c.Lifecycle == campaign.Archived {
		return nil
	}
	today := budget.Today(now, c.Zone())
	var rows []campaign.Row
	for _, d := range days {
		if d.Date > today {
			delete(link.Days, d.Date)
			continue
		}
		rows = append(rows, campaign.Row{
			Date: d.Date, PlacementID: link.PlacementID, Impressions: d.Impressions, Clicks: d.Clicks, SpendMicros: d.SpendMicros,
			ConversionMicros: d.ConversionMicros, RevenueMicros: d.RevenueMicros, AsOf: at.UTC(),
		})
	}
	return rows
}

// compare adds a day to the sums before and after. Sums that don't fit stop growing: they are for
// telling people, not for money.
func compare(s *event.Shift, oldImpressions, impressions, oldSpend, spend int64) {
	add := func(to *int64, n int64) {
		if sum, err := money.Add(*to, n); err == nil {
			*to = sum
		}
	}
	add(&s.PreviousImpressions, oldImpressions)
	add(&s.Impressions, impressions)
	add(&s.PreviousSpendMicros, oldSpend)
	add(&s.SpendMicros, spend)
}

// digest tells a day's results from others: 48 bits are enough for days of one campaign.
func digest(d platform.Day) string {
	revenue := "none"
	if d.RevenueMicros != nil {
		revenue = strconv.FormatInt(*d.RevenueMicros, 10)
	}
	text := func(n int64) string { return strconv.FormatInt(n, 10) }
	return event.Derive(text(d.Impressions), text(d.Clicks), text(d.SpendMicros), text(d.ConversionMicros), revenue)[:13]
}
