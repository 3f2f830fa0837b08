package sim

import (
	"context"
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

func noFaults() context.Context { return context.Background() }

// CheckSafety holds what must be true at every moment, however badly things go.
func (w *World) CheckSafety() error {
	records, err := w.records()
	if err != nil {
		return err
	}
	events, err := committed(records)
	if err != nil {
		return err
	}
	for _, check := range []func([]bolt.Record, []event.Raw) error{
		w.alertsOnce, w.noStalePause, w.raiseMakesRoom, w.archivedIsForGood, w.onlyCommittedIsPublished, w.totalsAreTheRows, w.noForeignOrg,
	} {
		if err := check(records, events); err != nil {
			return err
		}
	}
	return nil
}

// CheckLiveness holds what must be true once the world has come to rest.
func (w *World) CheckLiveness() error {
	records, err := w.records()
	if err != nil {
		return err
	}
	events, err := committed(records)
	if err != nil {
		return err
	}
	for _, check := range []func([]bolt.Record, []event.Raw) error{
		w.everyEventArrived, w.everyCrossingTold, w.everyAlertTold, w.spentBudgetsArePaused, w.dashboardIsFresh, w.snapshotsAreTrue, w.nothingParked,
	} {
		if err := check(records, events); err != nil {
			return err
		}
	}
	return nil
}

// thresholds decodes the threshold events among events.
func thresholds(events []event.Raw) (list []event.Envelope[event.BudgetThresholdReached], err error) {
	for _, raw := range events {
		if raw.Meta.Type != "BudgetThresholdReached" {
			continue
		}
		e, err := event.Decode[event.BudgetThresholdReached](raw)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

type alertKey struct {
	campaign, period string
	version          int64
	percent          int
}

// alertsOnce: at most one alert decision a campaign, period, budget version and threshold.
func (w *World) alertsOnce(_ []bolt.Record, events []event.Raw) error {
	told := map[alertKey]bool{}
	list, err := thresholds(events)
	for _, e := range list {
		for _, percent := range append(slices.Clone(e.Data.AlsoCrossed), e.Data.Threshold) {
			k := alertKey{e.Data.CampaignID, e.Data.PeriodStart, e.Data.BudgetVersion, percent}
			if told[k] {
				return fmt.Errorf("%+v was decided twice", k)
			}
			told[k] = true
		}
	}
	return err
}

// noStalePause: the budget pauses a campaign only under the version and in the period that the alert was about.
func (w *World) noStalePause(records []bolt.Record, events []event.Raw) error {
	alerts := map[string]event.BudgetThresholdReached{}
	list, err := thresholds(events)
	if err != nil {
		return err
	}
	for _, e := range list {
		alerts[e.Meta.ID] = e.Data
	}
	return eachChange(records, func(before, after campaign.Campaign, carried []event.Raw) error {
		had := slices.Contains(before.PauseReasons, campaign.ReasonBudget)
		if had || !slices.Contains(after.PauseReasons, campaign.ReasonBudget) {
			return nil
		}
		for _, raw := range carried {
			alert, ok := alerts[raw.Meta.CausationID]
			if !ok {
				continue
			}
			current := after.Window(after.UpdatedAt).Start
			if alert.BudgetVersion != before.Budget.Version || alert.PeriodStart != current || alert.Late || alert.Stale || before.Budget.Overridden(current) {
				return fmt.Errorf("campaign %s v%d was paused by an alert about %+v", after.ID, after.Version, alert)
			}
			return nil
		}
		return fmt.Errorf("campaign %s v%d was paused for its budget by nothing", after.ID, after.Version)
	})
}

// raiseMakesRoom: a changed budget that is not spent pauses nothing any more.
func (w *World) raiseMakesRoom(records []bolt.Record, _ []event.Raw) error {
	return eachChange(records, func(before, after campaign.Campaign, _ []event.Raw) error {
		if before.Budget == nil || after.Budget == nil || before.Budget.Version == after.Budget.Version {
			return nil
		}
		spent := money.Reached(after.PeriodTotals.SpendMicros, after.Budget.AmountMicros, 100)
		if !spent && slices.Contains(after.PauseReasons, campaign.ReasonBudget) {
			return fmt.Errorf("campaign %s v%d has room again and is still paused for its budget", after.ID, after.Version)
		}
		return nil
	})
}

// archivedIsForGood: nothing changes an archived campaign.
func (w *World) archivedIsForGood(records []bolt.Record, _ []event.Raw) error {
	return eachChange(records, func(before, after campaign.Campaign, _ []event.Raw) error {
		if before.Lifecycle == campaign.Archived {
			return fmt.Errorf("campaign %s v%d changed after it was archived", after.ID, after.Version)
		}
		return nil
	})
}

// eachChange visits every version of every campaign with the one before it.
func eachChange(records []bolt.Record, visit func(before, after campaign.Campaign, carried []event.Raw) error) error {
	for _, r := range records {
		if r.New == nil || r.New.SK != "CAMPAIGN" {
			continue
		}
		var before, after campaign.Campaign
		if r.Old != nil {
			if err := json.Unmarshal([]byte(r.Old.Doc), &before); err != nil {
				return err
			}
			before.Version = r.Old.Version
		}
		if err := json.Unmarshal([]byte(r.New.Doc), &after); err != nil {
			return err
		}
		after.Version = r.New.Version
		if r.Old != nil && after.Version != before.Version+1 {
			return fmt.Errorf("campaign %s went from version %d to %d", after.ID, before.Version, after.Version)
		}
		var carried []event.Raw
		if r.New.Events != "" {
			if err := json.Unmarshal([]byte(r.New.Events), &carried); err != nil {
				return err
			}
		}
		if err := visit(before, after, carried); err != nil {
			return err
		}
	}
	return nil
}

// onlyCommittedIsPublished: no event without its change.
func (w *World) onlyCommittedIsPublished(_ []bolt.Record, events []event.Raw) error {
	ids := map[string]bool{}
	for _, e := range events {
		if ids[e.Meta.ID] {
			return fmt.Errorf("two changes carry the event %s %s", e.Meta.Type, e.Meta.ID)
		}
		ids[e.Meta.ID] = true
	}
	for _, e := range w.Published {
		if !ids[e.Meta.ID] {
			return fmt.Errorf("%s %s was published without a change", e.Meta.Type, e.Meta.ID)
		}
	}
	return nil
}

// totalsAreTheRows: at every version, the totals that a campaign carries are those of its rows.
func (w *World) totalsAreTheRows(records []bolt.Record, _ []event.Raw) error {
	rows := map[string]map[campaign.RowKey]campaign.Row{}
	var latest []campaign.Campaign
	for _, r := range records {
		if r.New == nil || !strings.Contains(r.New.PK, "#CAMPAIGN#") {
			continue
		}
		switch {
		case strings.HasPrefix(r.New.SK, "DAY#"):
			var row campaign.Row
			if err := json.Unmarshal([]byte(r.New.Doc), &row); err != nil {
				return err
			}
			if rows[r.New.PK] == nil {
				rows[r.New.PK] = map[campaign.RowKey]campaign.Row{}
			}
			if had, ok := rows[r.New.PK][row.Key()]; ok && row.AsOf.Before(had.AsOf) {
				return fmt.Errorf("%s %s: a reading as of %s replaced one as of %s", r.New.PK, r.New.SK, row.AsOf, had.AsOf)
			}
			rows[r.New.PK][row.Key()] = row
		case r.New.SK == "CAMPAIGN":
			var c campaign.Campaign
			if err := json.Unmarshal([]byte(r.New.Doc), &c); err != nil {
				return err
			}
			latest = append(slices.DeleteFunc(latest, func(o campaign.Campaign) bool { return o.ID == c.ID }), c)
		}
	}
	for _, c := range latest {
		var all, period campaign.Sums
		w := c.Window(c.UpdatedAt)
		for _, row := range rows["ORG#"+c.OrgID+"#CAMPAIGN#"+c.ID] {
			all, _ = all.Plus(row.Sums())
			if w.Contains(row.Date) {
				period, _ = period.Plus(row.Sums())
			}
		}
		if all != c.Totals || (c.PeriodStart == w.Start && period != c.PeriodTotals) {
			return fmt.Errorf("campaign %s carries %+v and %+v; its rows say %+v and %+v", c.ID, c.Totals, c.PeriodTotals, all, period)
		}
	}
	return nil
}

// noForeignOrg: nothing of one organisation stands under the keys of another.
func (w *World) noForeignOrg(records []bolt.Record, _ []event.Raw) error {
	for _, r := range records {
		if r.New == nil || !strings.HasPrefix(r.New.PK, "ORG#") {
			continue
		}
		owner := strings.Split(r.New.PK, "#")[1]
		var doc struct {
			OrgID string `json:"orgId"`
			Meta  struct {
				OrgID string `json:"orgId"`
			} `json:"meta"`
		}
		if err := json.Unmarshal([]byte(r.New.Doc), &doc); err != nil {
			return err
		}
		for _, id := range []string{doc.OrgID, doc.Meta.OrgID} {
			if id != "" && id != owner {
				return fmt.Errorf("%s %s holds what belongs to %s", r.New.PK, r.New.SK, id)
			}
		}
	}
	return nil
}

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
		spent := e.Data.Threshold >= 100 && !e.Data.Late && !e.Data.Stale && e.Data.BudgetVersion == c.Budget.Version && e.Data.PeriodStart == current
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
