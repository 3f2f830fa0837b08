package sim

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
)

// Observe is what people and machines outside can see of the world, without the times at which
// things happened: two worlds in which the same was meant to happen must look the same.
func (w *World) Observe() (string, error) {
	records, err := w.records()
	if err != nil {
		return "", err
	}
	items := map[store.Key]store.Item{}
	for _, r := range records {
		if r.New == nil {
			delete(items, r.Old.Key)
		} else {
			items[r.New.Key] = *r.New
		}
	}
	var lines []string
	for key, item := range items {
		if line := describe(key, item); line != "" {
			lines = append(lines, line)
		}
	}
	sent := map[string]bool{}
	for _, m := range w.Messages {
		sent["sent "+m.ID] = true
	}
	published := map[string]bool{}
	for _, e := range w.Published {
		published[fmt.Sprint("published ", e.Meta.Type, " ", e.Meta.ID)] = true
	}
	for name := range w.Timers {
		if !ofIncident(name) { // named by its moment, which a retry puts off
			lines = append(lines, "timer "+name)
		}
	}
	lines = slices.Concat(lines, slices.Collect(maps.Keys(sent)), slices.Collect(maps.Keys(published)))
	slices.Sort(lines)
	return strings.Join(lines, "\n"), nil
}

// ofIncident reports whether the timer is one of an incident's clocks.
func ofIncident(timer string) bool { return strings.HasPrefix(timer, "incident-") }

// expects reports whether a timer has work of syncs, posts or campaigns ahead.
func (w *World) expects() bool {
	for name := range w.Timers {
		if !ofIncident(name) {
			return true
		}
	}
	return false
}

// records is the whole history of the table.
func (w *World) records() ([]bolt.Record, error) { return w.Table.Records(0, 1_000_000) }

// describe is an item without its times. Claims of requests are for their own clients only.
func describe(key store.Key, item store.Item) string {
	switch {
	case strings.Contains(key.PK, "#REQUEST#"):
		return ""
	case key.SK == "CAMPAIGN":
		var c campaign.Campaign
		if json.Unmarshal([]byte(item.Doc), &c) != nil {
			return key.PK + " can't be read"
		}
		return fmt.Sprintf("campaign %s %s v%d %s %v %+v %+v %s", c.ID, c.Name, item.Version, c.Status(), c.PauseReasons, c.Totals, c.PeriodTotals, budgetText(c))
	case strings.Contains(key.PK, "#AUDIT#"), strings.Contains(key.PK, "#EVENTS#"):
		_, id, _ := strings.Cut(key.SK, "#") // behind the time
		return key.PK + " " + id
	case strings.HasPrefix(key.SK, "TILE#"):
		return fmt.Sprint(key.PK, " ", key.SK, " as of ", item.AsOf)
	default:
		return key.PK + " " + timeless(key.SK)
	}
}

// timeless is a sort key without the time that it may begin with.
func timeless(sk string) string {
	if stamp, rest, ok := strings.Cut(sk, "#"); ok && len(stamp) == len("20260102T150405.000000Z") {
		return rest
	}
	return sk
}

func budgetText(c campaign.Campaign) string {
	if c.Budget == nil {
		return "no budget"
	}
	return fmt.Sprintf("%d %s v%d fired %v override %v", c.Budget.AmountMicros, c.Budget.Period, c.Budget.Version, c.Budget.Fired, c.Budget.Override != nil)
}

// Campaign is the campaign as it stands in the table.
func (w *World) Campaign(orgID, id string) (campaign.Campaign, error) {
	return store.Campaigns{Table: w.Table}.Get(noFaults(), orgID, id)
}

// committed are the events of every write, in order of commit.
func committed(records []bolt.Record) ([]event.Raw, error) {
	var all []event.Raw
	for _, r := range records {
		if r.New == nil || r.New.Events == "" {
			continue
		}
		var events []event.Raw
		if err := json.Unmarshal([]byte(r.New.Events), &events); err != nil {
			return nil, err
		}
		all = append(all, events...)
	}
	return all, nil
}
