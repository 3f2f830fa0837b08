package sim

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/money"
	"bellwether/internal/store/bolt"
)

func noFaults() context.Context { return context.Background() }

type check = func([]bolt.Record, []event.Raw) error

// CheckSafety holds what must be true at every moment, however badly things go.
func (w *World) CheckSafety() error {
	return w.check(w.alertsOnce, w.noStalePause, w.raiseMakesRoom, w.archivedIsForGood, w.onlyCommittedIsPublished, w.totalsAreTheRows, w.noForeignOrg)
}

// CheckLiveness holds what must be true once the world has come to rest.
func (w *World) CheckLiveness() error {
	return w.check(w.everyEventArrived, w.everyCrossingTold, w.everyAlertTold, w.spentBudgetsArePaused, w.dashboardIsFresh, w.snapshotsAreTrue, w.nothingParked)
}

// check runs the checks over the whole history of the table and the events of its writes.
func (w *World) check(checks ...check) error {
	records, err := w.records()
	if err != nil {
		return err
	}
	events, err := committed(records)
	if err != nil {
		return err
	}
	for _, holds := range checks {
		if err := holds(records, events); err != nil {
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

// noStalePause: the budget pauses a campaign only in the period that the alert was about, and under
// its version, or one after it with none between that had room: those alert nobody again.
func (w *World) noStalePause(records []bolt.Record, events []event.Raw) error {
	alerts := map[string]event.BudgetThresholdReached{}
	list, err := thresholds(events)
	if err != nil {
		return err
	}
	for _, e := range list {
		alerts[e.Meta.ID] = e.Data
	}
	room := map[string]int64{} // the last version of each budget that was not spent when it was set
	return eachChange(records, func(before, after campaign.Campaign, carried []event.Raw) error {
		if newBudget(before, after) && !money.Reached(after.PeriodTotals.SpendMicros, after.Budget.AmountMicros, 100) {
			room[after.ID] = after.Budget.Version
		}
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
			if alert.BudgetVersion < room[after.ID] || alert.BudgetVersion > before.Budget.Version || alert.PeriodStart != current || alert.Late || alert.Stale || before.Budget.Overridden(current) {
				return fmt.Errorf("campaign %s v%d was paused by an alert about %+v", after.ID, after.Version, alert)
			}
			return nil
		}
		return fmt.Errorf("campaign %s v%d was paused for its budget by nothing", after.ID, after.Version)
	})
}

func newBudget(before, after campaign.Campaign) bool {
	return before.Budget != nil && after.Budget != nil && before.Budget.Version != after.Budget.Version
}

// raiseMakesRoom: a changed budget that is not spent pauses nothing any more.
func (w *World) raiseMakesRoom(records []bolt.Record, _ []event.Raw) error {
	return eachChange(records, func(before, after campaign.Campaign, _ []event.Raw) error {
		if !newBudget(before, after) {
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
