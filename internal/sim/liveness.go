package sim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"bellwether/internal/analytics"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/money"
	"bellwether/internal/notification"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
)

// everyEventArrived: every committed event is in the log, was published, and was handled by each of its listeners.
func (w *World) everyEventArrived(records []bolt.Record, events []event.Raw) error {
	published, logged := map[string]bool{}, map[string]int{}
	for _, e := range w.Published {
		published[e.Meta.ID] = true
	}
	for _, r := range records {
		if r.New != nil && strings.Contains(r.New.PK, "#EVENTS#") {
			_, id, _ := strings.Cut(r.New.SK, "#")
			logged[id]++
		}
	}
	for _, e := range events {
		if !published[e.Meta.ID] || logged[e.Meta.ID] != 1 {
			return fmt.Errorf("%s %s: published %v, logged %d times", e.Meta.Type, e.Meta.ID, published[e.Meta.ID], logged[e.Meta.ID])
		}
		for _, f := range w.functions {
			if slices.Contains(f.Events, e.Meta.Type) && !w.Handled[f.Name+" "+e.Meta.ID] {
				return fmt.Errorf("%s never handled %s %s", f.Name, e.Meta.Type, e.Meta.ID)
			}
		}
	}
	return nil
}

// everyCrossingTold: whenever an accepted change brought the running period's spend to a threshold,
// that threshold was told for this period and version, or carried over silently by a change of the budget.
func (w *World) everyCrossingTold(records []bolt.Record, _ []event.Raw) error {
	return eachChange(records, func(before, after campaign.Campaign, _ []event.Raw) error {
		if after.Budget == nil {
			return nil
		}
		for _, percent := range after.Budget.Thresholds {
			reached := money.Reached(after.PeriodTotals.SpendMicros, after.Budget.AmountMicros, percent)
			if reached && !slices.Contains(after.Budget.FiredIn(after.PeriodStart), percent) {
				return fmt.Errorf("campaign %s v%d reached %d %% and nobody was told", after.ID, after.Version, percent)
			}
		}
		return nil
	})
}

// everyAlertTold: every alert has its record, reached the topic, and stands once in the inbox of each admin.
func (w *World) everyAlertTold(records []bolt.Record, events []event.Raw) error {
	sent := map[string]int{}
	for _, m := range w.Messages {
		sent[m.ID]++
	}
	notices := map[string]int{}
	for _, r := range records {
		if r.New != nil && r.Old == nil && strings.Contains(r.New.PK, "#INBOX#") {
			var n notification.Notice
			if err := json.Unmarshal([]byte(r.New.Doc), &n); err != nil {
				return err
			}
			notices[n.EventID+" "+n.UserID]++
		}
	}
	list, err := thresholds(events)
	for _, e := range list {
		id := notification.AlertID(e.Meta.ID)
		has, err := store.Alerts{Table: w.Table}.Has(noFaults(), e.Meta.OrgID, id, e.Meta.OccurredAt)
		if err != nil || !has || sent[id] < 1 {
			return fmt.Errorf("alert %s: recorded %v (%v), sent %d times", id, has, err, sent[id])
		}
		roster, err := w.tenants.Roster(noFaults(), e.Meta.OrgID)
		if err != nil {
			return err
		}
		for _, admin := range roster.Admins {
			if n := notices[e.Meta.ID+" "+admin]; n != 1 {
				return fmt.Errorf("%s has %d notices of alert %s", admin, n, id)
			}
		}
	}
	return err
}

// spentBudgetsArePaused: a campaign whose present budget was spent by fresh results in the running
// period is paused, unless a person overrode that; and one whose period is over is not paused for it.
func (w *World) spentBudgetsArePaused(records []bolt.Record, events []event.Raw) error {
	list, err := thresholds(events)
	if err != nil {
		return err
	}
	latest := map[string]campaign.Campaign{}
	if err := eachChange(records, func(_, after campaign.Campaign, _ []event.Raw) error {
		latest[after.ID] = after
		return nil
	}); err != nil {
		return err
	}
	for _, e := range list {
		c := latest[e.Data.CampaignID]
		current := c.Window(w.Clock.now).Start
		spent := e.Data.Threshold >= 100 && !e.Data.Late && !e.Data.Stale && c.Budget.SpentUnder(e.Data.BudgetVersion, current) && e.Data.PeriodStart == current
		paused := slices.Contains(c.PauseReasons, campaign.ReasonBudget)
		if spent && c.Lifecycle == campaign.Active && !paused && !c.Budget.Overridden(current) {
			return fmt.Errorf("campaign %s runs on though %+v", c.ID, e.Data)
		}
	}
	for _, c := range latest {
		paused := c.Lifecycle == campaign.Active && slices.Contains(c.PauseReasons, campaign.ReasonBudget)
		if paused && c.PeriodStart != c.Window(w.Clock.now).Start {
			return fmt.Errorf("campaign %s is still paused for the period of %s", c.ID, c.PeriodStart)
		}
	}
	return nil
}

// dashboardIsFresh: the dashboard shows every campaign as it is.
func (w *World) dashboardIsFresh(records []bolt.Record, _ []event.Raw) error {
	tiles := map[string]analytics.Tile{}
	latest := map[string]campaign.Campaign{}
	for _, r := range records {
		if r.New != nil && strings.HasPrefix(r.New.SK, "TILE#") {
			var tile analytics.Tile
			if err := json.Unmarshal([]byte(r.New.Doc), &tile); err != nil {
				return err
			}
			tile.Version = r.New.AsOf
			tiles[tile.CampaignID] = tile
		}
	}
	if err := eachChange(records, func(_, after campaign.Campaign, carried []event.Raw) error {
		if len(carried) > 0 { // a change that tells nobody moved only the as-of time
			latest[after.ID] = after
		}
		return nil
	}); err != nil {
		return err
	}
	for id, c := range latest {
		tile := tiles[id]
		if tile.Version < c.Version || tile.Status != string(c.Status()) || tile.Totals.SpendMicros != c.Totals.SpendMicros {
			return fmt.Errorf("the dashboard shows %+v of campaign %s v%d, %s, %d spent", tile, id, c.Version, c.Status(), c.Totals.SpendMicros)
		}
	}
	return nil
}

// snapshotsAreTrue: each day's snapshot is that of the day's rows.
func (w *World) snapshotsAreTrue(records []bolt.Record, _ []event.Raw) error {
	spend, shown := map[string]int64{}, map[string]int64{}
	rowSpend := map[string]int64{}
	for _, r := range records {
		if r.New == nil {
			continue
		}
		kind, rest, _ := strings.Cut(r.New.SK, "#")
		day, _, _ := strings.Cut(rest, "#")
		switch kind {
		case "DAY":
			var row campaign.Row
			if err := json.Unmarshal([]byte(r.New.Doc), &row); err != nil {
				return err
			}
			key := r.New.PK + " " + day
			spend[key] += row.SpendMicros - rowSpend[r.New.PK+r.New.SK]
			rowSpend[r.New.PK+r.New.SK] = row.SpendMicros
		case "SNAPSHOT":
			var s analytics.Snapshot
			if err := json.Unmarshal([]byte(r.New.Doc), &s); err != nil {
				return err
			}
			shown[r.New.PK+" "+day] = s.Day.SpendMicros
		}
	}
	for key, want := range spend {
		if shown[key] != want {
			return fmt.Errorf("%s: the snapshot shows %d spent, the rows %d", key, shown[key], want)
		}
	}
	return nil
}

// nothingParked: none of this is beyond a listener.
func (w *World) nothingParked(records []bolt.Record, _ []event.Raw) error {
	for _, r := range records {
		if r.New != nil && store.IsParked(r.New.Key) {
			return fmt.Errorf("parked: %s", r.New.Doc)
		}
	}
	return nil
}
