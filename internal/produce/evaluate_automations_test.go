package produce_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"bellwether/internal/automation"
	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/produce"
	"bellwether/internal/schedule"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
)

// ruledWorld is a table with campaigns and rules.
type ruledWorld struct {
	t      *testing.T
	table  *bolt.Table
	now    time.Time
	mu     sync.Mutex
	timers map[string]schedule.Timer
}

func (w *ruledWorld) clock() time.Time { return w.now }

func (w *ruledWorld) Set(_ context.Context, timer schedule.Timer) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.timers[timer.Name]; !ok {
		w.timers[timer.Name] = timer
	}
	return nil
}

func (w *ruledWorld) Cancel(context.Context, string) error { return nil }

func newRuledWorld(t *testing.T) *ruledWorld {
	w := &ruledWorld{t: t, now: time.Date(2026, 11, 23, 12, 20, 0, 0, time.UTC), timers: map[string]schedule.Timer{}}
	var err error
	if w.table, err = bolt.Open(filepath.Join(t.TempDir(), "table.db"), bolt.Options{Now: w.clock, NoSync: true}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.table.Close() })
	return w
}

func (w *ruledWorld) evaluator() produce.Evaluator {
	return produce.Evaluator{
		Campaigns: store.Campaigns{Table: w.table}, Scenes: store.Scenes{Table: w.table}, Rules: store.Rules{Table: w.table},
		Decisions: store.Automations{Table: w.table}, Timers: w, Park: store.Parked{Table: w.table}, Now: w.clock,
	}
}

func (w *ruledWorld) invoke(payload any) {
	w.t.Helper()
	b, err := json.Marshal(payload)
	if err == nil {
		_, err = produce.EvaluateAutomations(w.evaluator()).Invoke(w.t.Context(), b)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// ring invokes what the timers are set for, also those that are set meanwhile.
func (w *ruledWorld) ring() (rung int) {
	for len(w.timers) > 0 {
		for name, timer := range w.timers {
			delete(w.timers, name)
			w.invoke(timer.Payload)
			rung++
		}
	}
	return rung
}

// ruled gives the organisation a rule of the mode that pauses what spent 50 yesterday, and one campaign that did.
func (w *ruledWorld) ruled(orgID string, mode automation.Mode, names ...string) (ids []string) {
	w.t.Helper()
	cause := event.Edge(event.Derive(orgID, "rule"), "user/1", w.now.Add(-48*time.Hour))
	_, err := (store.Rules{Table: w.table}).Update(w.t.Context(), orgID, cause, func(b automation.Book) (store.BookChange, error) {
		next, r, err := b.Add(automation.Rule{
			ID: event.Derive(orgID, "rule"), Name: "Pause spenders", Enabled: true, Days: 1, Currency: "USD", CooldownMinutes: 60, DailyActions: 3,
			When:   automation.Condition{Metric: automation.Spend, Window: automation.Window{Days: 1}, Op: automation.AtLeast, Than: automation.Fixed, Value: 50_000_000},
			Action: automation.Action{Kind: automation.Pause},
		}, cause, "1")
		if err != nil {
			return store.BookChange{}, err
		}
		r.Mode = mode
		next, _, _, err = next.Replace(r, 1, cause)
		next.Version = 1
		return store.BookChange{Book: next}, err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, name := range names {
		ids = append(ids, w.spender(orgID, name))
	}
	return ids
}

func (w *ruledWorld) spender(orgID, name string) string {
	w.t.Helper()
	id := event.Derive(orgID, name)
	cause := event.Edge(id, "user/1", w.now)
	made, err := campaign.Create(campaign.Spec{
		ID: id, OrgID: orgID, Name: name, Objective: "sales", Currency: "USD", TimeZone: "UTC", CreatedBy: "1", Origin: campaign.OriginAPI, Activate: true,
		Budget:     &budget.Budget{AmountMicros: 1_000_000_000, Period: budget.Monthly, Thresholds: []int{100}},
		Placements: []campaign.PlacementSpec{{Platform: "meta", Name: "Feed"}},
	}, cause)
	if err != nil {
		w.t.Fatal(err)
	}
	campaigns := store.Campaigns{Table: w.table}
	if err := campaigns.Create(w.t.Context(), id, made); err != nil {
		w.t.Fatal(err)
	}
	row := campaign.Row{Date: "2026-11-22", PlacementID: made.Campaign.Placements[0].ID, SpendMicros: 60_000_000, AsOf: w.now}
	_, err = campaigns.Record(w.t.Context(), id+"/row", made.Campaign, func(_ context.Context, c campaign.Campaign) (campaign.Recorded, error) {
		return c.Record([]campaign.Row{row}, nil, cause)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// updated is the event that results came.
func (w *ruledWorld) updated(orgID, id, cause string) map[string]any {
	w.t.Helper()
	raw, err := event.New(event.Edge(event.Derive(cause), "sync/1", w.now), orgID, campaign.Subject(id), 2, 0, event.CampaignMetricsUpdated{CampaignID: id, From: "2026-11-22", Date: "2026-11-22"})
	if err != nil {
		w.t.Fatal(err)
	}
	return map[string]any{"source": event.Source, "detail-type": raw.Meta.Type, "detail": raw}
}

func (w *ruledWorld) status(orgID, id string) campaign.Status {
	w.t.Helper()
	c, err := (store.Campaigns{Table: w.table}).Get(w.t.Context(), orgID, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return c.Status()
}

func (w *ruledWorld) done(orgID string) (actions []automation.Execution) {
	w.t.Helper()
	actions, _, err := (store.Automations{Table: w.table}).Actions(w.t.Context(), orgID, 100, "")
	if err != nil {
		w.t.Fatal(err)
	}
	return actions
}

const ruledOrg, otherOrg = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a51", "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a52"

// A redelivered event finds its evaluation done, also when the campaign would be judged otherwise by now.
func TestEvaluationOfAnEventIsMadeOnce(t *testing.T) {
	w := newRuledWorld(t)
	id := w.ruled(ruledOrg, automation.Act, "a")[0]
	e := w.updated(ruledOrg, id, "one")
	w.invoke(e)
	if w.status(ruledOrg, id) != campaign.Paused || len(w.done(ruledOrg)) != 1 {
		t.Fatalf("%s, %d actions", w.status(ruledOrg, id), len(w.done(ruledOrg)))
	}
	w.now = w.now.Add(3 * time.Hour)
	w.invoke(e)
	list, _, err := (store.Automations{Table: w.table}).Evaluations(t.Context(), ruledOrg, id, 10, "")
	if err != nil || len(list) != 1 || len(w.done(ruledOrg)) != 1 {
		t.Errorf("%d evaluations, %d actions (%v)", len(list), len(w.done(ruledOrg)), err)
	}
}

// The tick sets one timer for each organisation that has rules, however often it comes within the hour; each
// looks at all campaigns.
func TestTheHourLooksAtEveryCampaign(t *testing.T) {
	w := newRuledWorld(t)
	var names []string
	for n := range 60 { // more than a page
		names = append(names, fmt.Sprint("campaign ", n))
	}
	ids := w.ruled(ruledOrg, automation.Shadow, names...)
	w.ruled(otherOrg, automation.Act, "theirs")
	w.spender("0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a53", "of an organisation without rules")
	w.invoke(map[string]any{})
	w.invoke(map[string]any{})
	if len(w.timers) != 2 {
		t.Fatalf("%d timers", len(w.timers))
	}
	w.ring()
	if n := len(w.done(ruledOrg)); n != len(ids) || len(w.done(otherOrg)) != 1 {
		t.Errorf("%d and %d actions", n, len(w.done(otherOrg)))
	}
	for _, id := range ids {
		if w.status(ruledOrg, id) != campaign.Active {
			t.Fatal("shadow paused a campaign")
		}
	}
	// The same hour once more changes nothing; the next one looks again, and finds the rules cooling down no more.
	w.invoke(map[string]any{})
	w.ring()
	if n := len(w.done(ruledOrg)); n != len(ids) {
		t.Errorf("%d actions after the same hour", n)
	}
}

// Two that look at once, because of two events, do one thing: what is done is written with what it was
// decided on. And the organisation's cap holds, whoever is first.
func TestRacingEvaluationsKeepTheCaps(t *testing.T) {
	w := newRuledWorld(t)
	var names []string
	for n := range automation.MaxOrgActions + 10 {
		names = append(names, fmt.Sprint("campaign ", n))
	}
	ids := w.ruled(ruledOrg, automation.Act, names...)
	work := make(chan string)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for id := range work {
				for _, cause := range []string{"one", "two"} {
					b, err := json.Marshal(w.updated(ruledOrg, id, cause+id))
					if err == nil {
						// A lost race is an error that Lambda tries again.
						for range 50 {
							if _, err = produce.EvaluateAutomations(w.evaluator()).Invoke(t.Context(), b); err == nil {
								break
							}
						}
					}
					if err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	for _, id := range ids {
		work <- id
	}
	close(work)
	wg.Wait()
	paused := 0
	for _, id := range ids {
		if w.status(ruledOrg, id) == campaign.Paused {
			paused++
		}
	}
	if n := len(w.done(ruledOrg)); n != automation.MaxOrgActions || paused != n {
		t.Errorf("%d actions, %d paused; want %d", n, paused, automation.MaxOrgActions)
	}
}

// Refusals of what a rule did are counted once an event, and take the rule back to telling.
func TestRefusalsTripTheRule(t *testing.T) {
	w := newRuledWorld(t)
	ids := w.ruled(ruledOrg, automation.Act, "a", "b", "c", "d", "e")
	for n, id := range ids {
		w.invoke(w.updated(ruledOrg, id, fmt.Sprint("results", n)))
		if n == 4 {
			break
		}
		raw, err := event.New(event.Edge(event.Derive("refusal", id), "sync/1", w.now), ruledOrg, campaign.Subject(id), 3, 0, event.CampaignStatusRefused{CampaignID: id, Want: "off"})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			w.invoke(map[string]any{"source": event.Source, "detail-type": raw.Meta.Type, "detail": raw})
		}
	}
	book, err := (store.Rules{Table: w.table}).Book(t.Context(), ruledOrg)
	if err != nil || book.Rules[0].Tripped == nil || book.Rules[0].Tripped.Why != automation.TripErrors {
		t.Fatalf("%+v (%v)", book.Rules, err)
	}
	if got := w.status(ruledOrg, ids[4]); got != campaign.Active {
		t.Errorf("it acted all the same: %s", got)
	}
	// From then on it only tells.
	w.now = w.now.Add(10 * time.Minute)
	w.invoke(w.updated(ruledOrg, ids[4], "later"))
	if list := w.done(ruledOrg); list[0].State != automation.StateTold || w.status(ruledOrg, ids[4]) != campaign.Active {
		t.Errorf("%s, the campaign is %s", list[0].State, w.status(ruledOrg, ids[4]))
	}
}
