package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"bellwether/internal/delivery"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/store"
)

// toldTarget is whom the deliveries of these tests are for.
const toldTarget = "channel/c"

// told is a delivery of an alert that is due so long after the harness's time.
func told(h Harness, alert, name string, due time.Duration) delivery.Delivery {
	return delivery.Delivery{
		ID: event.Derive(alert, name), OrgID: someOrg, AlertID: alert, Target: toldTarget, Key: name, State: delivery.Queued,
		NotBefore: h.Clock.Now().Add(due), CreatedAt: h.Clock.Now(), Version: 1,
	}
}

// names are what the deliveries of these tests are known by.
func names(list []delivery.Delivery) (keys []string) {
	for _, d := range list {
		keys = append(keys, d.Key)
	}
	return keys
}

// What was planned first holds, and what is to be done comes in order of time, of one target alone.
func testOutbox(t *testing.T, h Harness) {
	ledger := store.Deliveries{Table: h.Table}
	late, soon, other, foreign := told(h, "alert", "late", time.Hour), told(h, "alert", "soon", time.Minute), told(h, "alert", "other", 0), told(h, "alert", "foreign", 0)
	other.Target, foreign.OrgID = "channel/d", otherOrg
	if err := ledger.Enqueue(t.Context(), []delivery.Delivery{late, soon, other, foreign}); err != nil {
		t.Fatal(err)
	}
	again := soon
	again.NotBefore, again.Reason = h.Clock.Now().Add(2*time.Hour), "planned anew"
	if err := ledger.Enqueue(t.Context(), []delivery.Delivery{again, told(h, "second", "next", time.Minute+time.Second)}); err != nil {
		t.Fatal(err)
	}
	want := func(when string, limit int, keys ...string) {
		t.Helper()
		if got, err := ledger.Pending(t.Context(), someOrg, toldTarget, limit); err != nil || !slices.Equal(names(got), keys) {
			t.Errorf("%s: %v are pending (%v), want %v", when, names(got), err, keys)
		}
	}
	want("planned", 9, "soon", "next", "late")
	want("two at most", 2, "soon", "next")
	if got, err := ledger.Get(t.Context(), someOrg, soon.Ref()); err != nil || got.Reason != "" || got.Version != 1 {
		t.Errorf("what was planned first is %+v (%v)", got, err)
	}
	if err := ledger.Save(t.Context(), "done", nil, h.Clock.Now(), soon.Suppress(delivery.Muted, h.Clock.Now())); err != nil {
		t.Fatal(err)
	}
	want("one is done", 9, "next", "late")
	if err := ledger.Enqueue(t.Context(), []delivery.Delivery{soon}); err != nil {
		t.Fatal(err)
	}
	want("planned once more", 9, "next", "late")
	of, err := ledger.OfAlert(t.Context(), someOrg, "alert")
	if err != nil || len(of) != 3 || slices.Contains(names(of), "foreign") {
		t.Errorf("of the alert: %v, %v", names(of), err)
	}
	if _, err := ledger.Get(t.Context(), otherOrg, late.Ref()); !fault.Is(err, fault.NotFound) {
		t.Errorf("another organisation reads it: %v", err)
	}
}

// What is done is listed with the latest first, page by page, each once.
func testDone(t *testing.T, h Harness) {
	ledger := store.Deliveries{Table: h.Table}
	var want []string
	for n := range 23 {
		d := told(h, fmt.Sprint("alert", n), fmt.Sprint(n), 0)
		if err := ledger.Enqueue(t.Context(), []delivery.Delivery{d}); err != nil {
			t.Fatal(err)
		}
		if err := ledger.Save(t.Context(), d.ID, nil, h.Clock.Now(), d.Suppress(delivery.Muted, h.Clock.Now().Add(time.Duration(n)*time.Second))); err != nil {
			t.Fatal(err)
		}
		want = append([]string{d.Key}, want...)
	}
	if err := ledger.Enqueue(t.Context(), []delivery.Delivery{told(h, "open", "pending", 0)}); err != nil {
		t.Fatal(err)
	}
	var got []string
	next := ""
	for page := 0; page == 0 || next != "" && page < 9; page++ {
		list, more, err := ledger.Done(t.Context(), someOrg, 5, next)
		if err != nil || len(list) > 5 {
			t.Fatalf("a page of %d, %v", len(list), err)
		}
		got, next = append(got, names(list)...), more
	}
	if !slices.Equal(got, want) || next != "" {
		t.Errorf("done are %v, want %v; next %q", got, want, next)
	}
	if list, _, err := ledger.Done(t.Context(), otherOrg, 5, ""); err != nil || len(list) != 0 {
		t.Errorf("of another organisation: %v, %v", names(list), err)
	}
}

// Who takes a lane takes the rows with it, or neither. A lane that nobody used for a month begins anew.
func testLane(t *testing.T, h Harness) {
	ledger, now := store.Deliveries{Table: h.Table}, h.Clock.Now()
	d := told(h, "alert", "a", 0)
	if err := ledger.Enqueue(t.Context(), []delivery.Delivery{d}); err != nil {
		t.Fatal(err)
	}
	free, err := ledger.Lane(t.Context(), someOrg, toldTarget)
	if err != nil || free.Version != 0 || free.Target != toldTarget || free.OrgID != someOrg {
		t.Fatalf("an unused lane is %+v, %v", free, err)
	}
	first, rows := free.Begin([]delivery.Delivery{d}, "first", now)
	for range 2 { // its answer got lost
		if err := ledger.Save(t.Context(), "first", &first, now, rows...); err != nil {
			t.Fatal(err)
		}
	}
	second, others := free.Begin([]delivery.Delivery{d}, "second", now.Add(time.Second))
	conflicts(t, "a second one", ledger.Save(t.Context(), "second", &second, now, others...))
	stranger := told(h, "alert", "b", 0)
	conflicts(t, "a row of another one's letter", ledger.Save(t.Context(), "third", nil, now, stranger, others[0]))
	if _, err := ledger.Get(t.Context(), someOrg, stranger.Ref()); !fault.Is(err, fault.NotFound) {
		t.Errorf("half of it was written: %v", err)
	}
	lane, err := ledger.Lane(t.Context(), someOrg, toldTarget)
	if err != nil || lane.Version != 1 || lane.Flight == nil || lane.Flight.Holder != "first" {
		t.Errorf("the lane is %+v, %v", lane, err)
	}
	if got, err := ledger.Get(t.Context(), someOrg, d.Ref()); err != nil || got.State != delivery.Sending || got.Version != 2 {
		t.Errorf("the row is %+v, %v", got, err)
	}
	h.Clock.Add(30*24*time.Hour + time.Second)
	if lane, err := ledger.Lane(t.Context(), someOrg, toldTarget); err != nil || lane.Version != 0 {
		t.Errorf("a month later the lane is %+v, %v", lane, err)
	}
}
