package produce_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/money"
	"bellwether/internal/produce"
	"bellwether/internal/recommendation"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
)

const advisedID = "0198f1c2-9d00-7b21-8c4f-5d6e7f8a9b0c"

// advised is a campaign whose ads are clicked less and less, and the reviewer over it. Calls pass through it.
type advised struct {
	t     *testing.T
	now   time.Time
	raw   *bolt.Table
	calls int
	fail  func(call int, do func() error) error
}

// newAdvised brings 1 % of 10,000 impressions a day for four weeks, and 0.6 % in the week before begin.
func newAdvised(t *testing.T) *advised {
	t.Helper()
	w := &advised{t: t, now: begin}
	var err error
	if w.raw, err = bolt.Open(filepath.Join(t.TempDir(), "advice.db"), bolt.Options{Now: func() time.Time { return w.now }, NoSync: true}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.raw.Close() })
	cause := event.Edge(event.Derive("create"), "user/1", begin)
	ch, err := campaign.Create(campaign.Spec{
		ID: advisedID, OrgID: orgID, Name: "Autumn sale", Objective: "sales", Currency: "USD", TimeZone: "UTC", StartDate: "2026-10-01", Activate: true,
		ManagerIDs: []string{"0198f1c2-7000-7c32-8d50-6e3f4a5b6c7d"}, Placements: []campaign.PlacementSpec{{Platform: "meta", Name: "Feed"}},
		CreatedBy: "user/1", Origin: campaign.OriginAPI,
	}, cause)
	if err == nil {
		err = store.Campaigns{Table: w.raw}.Create(t.Context(), cause.ID, ch)
	}
	if err != nil {
		t.Fatal(err)
	}
	for date := "2026-10-12"; date <= "2026-11-15"; date = budget.AddDays(date, 1) {
		clicks := int64(100)
		if date >= "2026-11-09" {
			clicks = 60
		}
		w.bring(date, clicks)
	}
	return w
}

// bring records the clicks of a day.
func (w *advised) bring(date string, clicks int64) {
	w.t.Helper()
	campaigns := store.Campaigns{Table: w.raw}
	c, err := campaigns.Get(w.t.Context(), orgID, advisedID)
	if err != nil {
		w.t.Fatal(err)
	}
	cause := event.Edge(event.Derive("rows", date, w.now.String()), "user/1", w.now)
	rows := []campaign.Row{{
		Date: date, PlacementID: c.Placements[0].ID, Impressions: 10_000, Clicks: clicks, SpendMicros: clicks / 2 * money.Micro, AsOf: w.now,
	}}
	_, err = campaigns.Record(w.t.Context(), cause.ID, c, func(ctx context.Context, c campaign.Campaign) (campaign.Recorded, error) {
		from, to, ok := c.Span(rows, cause.At)
		var have []campaign.Row
		if ok {
			var err error
			if have, err = campaigns.Rows(ctx, orgID, advisedID, from, to); err != nil {
				return campaign.Recorded{}, err
			}
		}
		return c.Record(rows, have, cause)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *advised) pass(do func() error) error {
	w.calls++
	if w.fail == nil {
		return do()
	}
	return w.fail(w.calls, do)
}

func (w *advised) Get(ctx context.Context, key store.Key) (item store.Item, err error) {
	err = w.pass(func() (err error) {
		item, err = w.raw.Get(ctx, key)
		return err
	})
	return item, err
}

func (w *advised) Query(ctx context.Context, q store.Query) (page store.Page, err error) {
	err = w.pass(func() (err error) {
		page, err = w.raw.Query(ctx, q)
		return err
	})
	return page, err
}

func (w *advised) Write(ctx context.Context, token string, ops ...store.Op) error {
	return w.pass(func() error { return w.raw.Write(ctx, token, ops...) })
}

// review lets the reviewer look because of the event of that name.
func (w *advised) review(name string) error {
	r := produce.Recommending{
		Campaigns: store.Campaigns{Table: w}, Freshness: store.Scenes{Table: w}, Recommendations: store.Recommendations{Table: w},
		Now: func() time.Time { return w.now },
	}
	return r.Review(w.t.Context(), event.Meta{ID: event.Derive(name), OrgID: orgID, OccurredAt: begin, CorrelationID: event.Derive("run")}, advisedID)
}

func (w *advised) must(name string) {
	w.t.Helper()
	if err := w.review(name); err != nil {
		w.t.Fatal(err)
	}
}

// open are the open recommendations.
func (w *advised) open() []recommendation.Recommendation {
	w.t.Helper()
	list, next, err := store.Recommendations{Table: w.raw}.List(w.t.Context(), orgID, store.RecommendationFilter{State: recommendation.Open}, w.now, 100, "")
	if err != nil || next != "" {
		w.t.Fatal(err, next)
	}
	return list
}

// told are the events about recommendations so far.
func (w *advised) told() (list []event.Meta) {
	w.t.Helper()
	for _, e := range eventsIn(w.t, w.raw) {
		if e.Meta.Type == "RecommendationCreated" {
			list = append(list, e.Meta)
		}
	}
	return list
}

func TestAReviewRecommendsOnce(t *testing.T) {
	w := newAdvised(t)
	for _, name := range []string{"one", "one", "two"} {
		w.must(name)
		w.now = w.now.Add(time.Minute)
	}
	list, told := w.open(), w.told()
	if len(list) != 1 || list[0].Kind != recommendation.LowCTR || list[0].Version != 1 || list[0].Effect.Value != 280 {
		t.Fatalf("%+v", list)
	}
	if len(told) != 1 || told[0].CausationID != event.Derive("one") || told[0].Actor != "listener/evaluate-automations" || told[0].Subject != list[0].Subject() {
		t.Errorf("%+v", told)
	}
	// 6 clicks less of a day that was restated.
	w.bring("2026-11-15", 54)
	w.must("three")
	if list := w.open(); len(list) != 1 || list[0].Version != 2 || list[0].Effect.Value != 286 || len(w.told()) != 1 {
		t.Errorf("%+v", list)
	}
}

func TestAReviewLeavesAloneWhatDoesNotRun(t *testing.T) {
	w := newAdvised(t)
	_, err := store.Campaigns{Table: w.raw}.Update(t.Context(), "pause", orgID, advisedID, func(_ context.Context, c campaign.Campaign) (campaign.Change, error) {
		return c.Pause("", event.Edge(event.Derive("pause"), "user/1", w.now))
	})
	if err != nil {
		t.Fatal(err)
	}
	w.must("paused")
	w = newAdvised(t)
	w.now = begin.Add(7 * time.Hour) // the results are of begin
	w.must("stale")
	if list := w.open(); len(list) != 0 {
		t.Errorf("%+v", list)
	}
}

// A process that dies at any call, before or after its effect, leaves nothing that a redelivery does not mend.
func TestReviewAfterACrashAtAnyCall(t *testing.T) {
	down := fault.New(fault.Retryable, "down", "it did not answer")
	for _, after := range []bool{false, true} {
		for at := 1; ; at++ {
			w := newAdvised(t)
			w.calls = 0
			w.fail = func(call int, do func() error) error {
				if call < at || call == at && after {
					if err := do(); err != nil || call < at {
						return err
					}
				}
				return down // this call, and every one behind it
			}
			failed := w.review("one") != nil
			w.fail = nil
			w.now = w.now.Add(time.Minute)
			w.must("one")
			if list, told := w.open(), w.told(); len(list) != 1 || list[0].Version != 1 || len(told) != 1 || told[0].Subject != list[0].Subject() {
				t.Fatalf("after call %d (%v): %+v, told %+v", at, after, list, told)
			}
			if !failed {
				break
			}
		}
	}
}
