package produce_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"bellwether/internal/api/automations"
	"bellwether/internal/automation"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/money"
	"bellwether/internal/parallel"
	"bellwether/internal/platform"
	"bellwether/internal/produce"
	"bellwether/internal/store"
)

// shaky is a table one of whose calls fails, or is its process's last.
type shaky struct {
	store.Table
	fails int  // from 1
	after bool // it took effect
	dies  bool
	calls int
}

var errShaken = fault.New(fault.Retryable, "shaken", "the call failed")

func (s *shaky) pass(do func() error) error {
	s.calls++
	if s.calls != s.fails {
		return do()
	}
	if s.after {
		if err := do(); err != nil {
			return err
		}
	}
	if s.dies {
		panic(errShaken)
	}
	return errShaken
}

func (s *shaky) Get(ctx context.Context, key store.Key) (item store.Item, err error) {
	err = s.pass(func() error { item, err = s.Table.Get(ctx, key); return err })
	return item, err
}

func (s *shaky) Query(ctx context.Context, q store.Query) (page store.Page, err error) {
	err = s.pass(func() error { page, err = s.Table.Query(ctx, q); return err })
	return page, err
}

func (s *shaky) Write(ctx context.Context, token string, ops ...store.Op) error {
	return s.pass(func() error { return s.Table.Write(ctx, token, ops...) })
}

// ruledPlatform is a synced campaign of 100 at its platform, that spent 60 yesterday for 60 conversions, with a
// rule that then raises its budget by a fifth.
func ruledPlatform(t *testing.T) (w *syncWorld, results event.Raw) {
	w = running(t)
	yesterday := w.now.AddDate(0, 0, -1).Format(time.DateOnly)
	w.platform.days["a "+yesterday] = platform.Day{
		CampaignID: "a", Date: yesterday, Impressions: 6_000, Clicks: 600, SpendMicros: 60 * money.Micro, ConversionMicros: 60 * money.Micro,
	}
	cause := event.Edge(event.Derive("rule"), "user/1", w.now.Add(-48*time.Hour))
	_, err := (store.Rules{Table: w.table}).Update(t.Context(), orgID, cause, func(b automation.Book) (store.BookChange, error) {
		next, r, err := b.Add(automation.Rule{
			ID: event.Derive("rule"), Name: "Raise", Enabled: true, Days: 1, Currency: "USD", CooldownMinutes: 72 * 60, DailyActions: 1,
			When:   automation.Condition{Metric: automation.Spend, Window: automation.Window{Days: 1}, Op: automation.AtLeast, Than: automation.Fixed, Value: 50 * money.Micro},
			Action: automation.Action{Kind: automation.Scale, Percent: 20, CapMicros: 1_000 * money.Micro},
		}, cause, "1")
		if err != nil {
			return store.BookChange{}, err
		}
		r.Mode = automation.Act
		next, _, _, err = next.Replace(r, 1, cause)
		next.Version = 1
		return store.BookChange{Book: next}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	w.later(15 * time.Minute)
	w.work()
	for _, e := range w.written() {
		if e.Meta.Type == "CampaignMetricsUpdated" {
			results = e
		}
	}
	return w, results
}

func (w *syncWorld) evaluate(table store.Table, e event.Raw) error {
	evaluator := produce.Evaluator{
		Campaigns: store.Campaigns{Table: table}, Scenes: store.Scenes{Table: table}, Rules: store.Rules{Table: table},
		Decisions: store.Automations{Table: table}, Park: store.Parked{Table: table}, Now: w.clock,
	}
	payload, err := json.Marshal(map[string]any{"source": event.Source, "detail-type": e.Meta.Type, "detail": e})
	if err == nil {
		_, err = produce.EvaluateAutomations(evaluator).Invoke(parallel.InOrder(w.t.Context()), payload)
	}
	return err
}

func (w *syncWorld) undo(table store.Table, id string) error {
	s := automations.Settler{Decisions: store.Automations{Table: table}, Campaigns: store.Campaigns{Table: table}, Scenes: store.Scenes{Table: table}}
	cause := event.Edge(event.Derive("undo"), "user/1", w.now)
	_, err := s.Settle(parallel.InOrder(w.t.Context()), orgID, id, "user/1", store.AuditNote{Action: "action.undone"}, cause, automations.Reversal("no"))
	return err
}

// shaken does the work with one call of it failing, or being its process's last, and again until it is done.
// more says whether there was such a call.
func (w *syncWorld) shaken(s *shaky, work func(store.Table) error) (more bool) {
	w.t.Helper()
	s.Table = w.table
	func() {
		defer func() {
			if p := recover(); p != nil && p != any(errShaken) {
				panic(p)
			}
		}()
		if err := work(s); err != nil && !fault.Is(err, fault.Retryable) {
			w.t.Fatal(err)
		}
	}()
	for range 2 { // delivered again, and once more
		if err := work(w.table); err != nil {
			w.t.Fatal(err)
		}
	}
	return s.calls >= s.fails
}

// Whichever call fails, of deciding or of undoing: a decision changes the platform once, and so does its undoing.
func TestADecisionChangesThePlatformOnce(t *testing.T) {
	for _, s := range []shaky{{}, {after: true}, {dies: true}, {after: true, dies: true}} {
		for _, undoing := range []bool{false, true} {
			for n := 1; ; n++ {
				w, results := ruledPlatform(t)
				first, second := s, shaky{}
				first.fails = n
				if undoing {
					first, second = second, first
				}
				more := w.shaken(&first, func(table store.Table) error { return w.evaluate(table, results) })
				w.driveAll()
				w.driveAll()
				if want := []string{"a lifetime 120.00"}; !slices.Equal(w.platform.set, want) {
					t.Fatalf("call %d of %+v: set %v", n, s, w.platform.set)
				}
				actions, _, err := (store.Automations{Table: w.table}).Actions(t.Context(), orgID, 10, "")
				if err != nil || len(actions) != 1 {
					t.Fatalf("call %d of %+v: %d actions, %v", n, s, len(actions), err)
				}
				w.later(time.Minute)
				again := w.shaken(&second, func(table store.Table) error { return w.undo(table, actions[0].ID) })
				w.driveAll()
				w.driveAll()
				if want := []string{"a lifetime 120.00", "a lifetime 100.00"}; !slices.Equal(w.platform.set, want) || w.campaign("a").Budget.AmountMicros != 100*money.Micro {
					t.Fatalf("call %d of %+v, undoing %v: set %v", n, s, undoing, w.platform.set)
				}
				if undoing {
					more = again
				}
				if !more {
					if n < 5 {
						t.Errorf("only %d calls", n-1)
					}
					break
				}
			}
		}
	}
}
