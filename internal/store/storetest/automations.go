package storetest

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"bellwether/internal/automation"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/store"
)

// addRule adds a rule of the name to the organisation's.
func addRule(t *testing.T, h Harness, orgID, name string) (automation.Book, error) {
	t.Helper()
	cause := event.Edge(event.Derive(orgID, name), "user/ada", h.Clock.Now())
	return store.Rules{Table: h.Table}.Update(t.Context(), orgID, cause, func(b automation.Book) (store.BookChange, error) {
		next, _, err := b.Add(automation.Rule{ID: event.Derive(orgID, name), Name: name, Action: automation.Action{Kind: automation.Pause}}, cause, "ada")
		return store.BookChange{Book: next, Action: "automation.created", Subject: "rule/" + name}, err
	})
}

// Rules that are made at once are all kept, and the organisation is found once by them.
func testRules(t *testing.T, h Harness) {
	rules := store.Rules{Table: h.Table}
	if b, err := rules.Book(t.Context(), someOrg); err != nil || b.Version != 0 || len(b.Rules) != 0 {
		t.Fatalf("without any: %+v, %v", b, err)
	}
	var wg sync.WaitGroup
	for n := range 4 {
		wg.Go(func() {
			if _, err := addRule(t, h, someOrg, fmt.Sprint("rule ", n)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if _, err := addRule(t, h, someOrg, "rule 1"); err != nil { // the same request again
		t.Error(err)
	}
	b, err := rules.Book(t.Context(), someOrg)
	if err != nil || len(b.Rules) != 4 || b.Version != 4 {
		t.Fatalf("%d rules at version %d, %v", len(b.Rules), b.Version, err)
	}
	if other, err := rules.Book(t.Context(), otherOrg); err != nil || len(other.Rules) != 0 {
		t.Errorf("another organisation has %+v, %v", other, err)
	}
	if got := ruled(t, h); !slices.Equal(got, []string{someOrg}) {
		t.Errorf("organisations with rules: %v", got)
	}
	for _, r := range b.Rules {
		cause := event.Edge(event.Derive("remove", r.ID), "user/ada", h.Clock.Now())
		_, err := rules.Update(t.Context(), someOrg, cause, func(b automation.Book) (store.BookChange, error) {
			next, err := b.Remove(r.ID)
			return store.BookChange{Book: next}, err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := ruled(t, h); len(got) != 0 {
		t.Errorf("without rules it is still found: %v", got)
	}
}

// ruled are the organisations that have rules.
func ruled(t *testing.T, h Harness) (ids []string) {
	t.Helper()
	for shard := range store.Shards {
		for after := ""; ; {
			page, next, err := (store.Rules{Table: h.Table}).Organisations(t.Context(), shard, 1, after)
			if err != nil {
				t.Fatal(err)
			}
			if ids = append(ids, page...); next == "" {
				break
			}
			after = next
		}
	}
	return ids
}

// plan is an evaluation of the campaign because of a cause, with one action told.
func plan(h Harness, campaignID, cause string, state automation.State, day automation.Day) automation.Plan {
	now := h.Clock.Now()
	id := event.Derive(cause, campaignID)
	x := automation.Execution{ID: event.Derive(id, "action"), OrgID: someOrg, CampaignID: campaignID, EvaluationID: id, State: automation.StateDone, DecidedAt: now, Version: 1}
	state.Version++
	state.Taken = append(state.Taken, automation.Taken{ID: x.ID, At: now, Kind: automation.Pause})
	day.Version++
	day.Taken = append(day.Taken, automation.DayEntry{ID: x.ID, CampaignID: campaignID, At: now})
	return automation.Plan{
		Evaluation: automation.Evaluation{ID: id, OrgID: someOrg, CampaignID: campaignID, At: now, CausedAt: now, Decisions: []automation.Decision{{ID: event.Derive(id, "d"), Outcome: automation.Done}}},
		Deals:      []automation.Deal{{Execution: x}}, State: state, Day: &day,
	}
}

// Of evaluations that were made on the same state one is written, whole, and the others not at all; what is
// there already is written again without harm.
func testAutomations(t *testing.T, h Harness) {
	s := store.Automations{Table: h.Table}
	const date = "2026-11-23"
	state, err := s.State(t.Context(), someOrg, "c1")
	if err != nil || state.Version != 0 {
		t.Fatal(state, err)
	}
	day, err := s.Day(t.Context(), someOrg, date)
	if err != nil || day.Version != 0 {
		t.Fatal(day, err)
	}
	var mu sync.Mutex
	var won []automation.Plan
	var wg sync.WaitGroup
	for n := range 4 {
		wg.Go(func() {
			p := plan(h, "c1", fmt.Sprint("cause ", n), state, day)
			err := s.Commit(t.Context(), p.Evaluation.ID, p, campaign.Campaign{}, state, day)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won = append(won, p)
			} else if !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(won) != 1 {
		t.Fatalf("%d of four were written", len(won))
	}
	list, _, err := s.Evaluations(t.Context(), someOrg, "c1", 10, "")
	if err != nil || len(list) != 1 || list[0].ID != won[0].Evaluation.ID {
		t.Fatalf("%+v, %v", list, err)
	}
	actions, _, err := s.Actions(t.Context(), someOrg, 10, "")
	if err != nil || len(actions) != 1 || actions[0].EvaluationID != won[0].Evaluation.ID {
		t.Fatalf("%+v, %v", actions, err)
	}
	if done, err := s.Evaluated(t.Context(), someOrg, "c1", won[0].Evaluation.ID, h.Clock.Now()); err != nil || !done {
		t.Errorf("evaluated: %v, %v", done, err)
	}
	if got, err := s.Day(t.Context(), someOrg, date); err != nil || len(got.Taken) != 1 {
		t.Errorf("the day has %+v, %v", got, err)
	}
	if _, err := s.Action(t.Context(), otherOrg, actions[0].ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("another organisation reads it: %v", err)
	}
}

// A refusal is counted once an event, for the campaign and for the day on which a rule changed it; and only
// where one did.
func testRuleFailures(t *testing.T, h Harness) {
	s := store.Automations{Table: h.Table}
	p := plan(h, "c1", "cause", automation.State{OrgID: someOrg, CampaignID: "c1"}, automation.Day{OrgID: someOrg, Date: h.Clock.Now().Format(time.DateOnly)})
	if err := s.Commit(t.Context(), "cause", p, campaign.Campaign{}, automation.State{}, automation.Day{}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for _, id := range []string{"c1", "c2"} {
			if err := s.Failed(t.Context(), someOrg, id, automation.Failure{ID: event.Derive("refusal"), At: h.Clock.Now().Add(time.Minute)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	state, err := s.State(t.Context(), someOrg, "c1")
	if err != nil || len(state.Failures) != 1 || state.Version != 2 {
		t.Errorf("%+v, %v", state, err)
	}
	if other, err := s.State(t.Context(), someOrg, "c2"); err != nil || other.Version != 0 {
		t.Errorf("what no rule touched: %+v, %v", other, err)
	}
	if day, err := s.Day(t.Context(), someOrg, h.Clock.Now().Format(time.DateOnly)); err != nil || !day.Taken[0].Failed {
		t.Errorf("the day has %+v, %v", day, err)
	}
}

// Evaluations and actions are read the newest first, page by page.
func testAutomationLists(t *testing.T, h Harness) {
	s := store.Automations{Table: h.Table}
	var want []string
	state, day := automation.State{OrgID: someOrg, CampaignID: "c1"}, automation.Day{OrgID: someOrg, Date: "2026-11-23"}
	for n := range 5 {
		p := plan(h, "c1", fmt.Sprint("cause ", n), state, day)
		if err := s.Commit(t.Context(), p.Evaluation.ID, p, campaign.Campaign{}, state, day); err != nil {
			t.Fatal(err)
		}
		state, day = p.State, *p.Day
		want = append([]string{p.Evaluation.ID}, want...)
		h.Clock.Add(time.Minute)
	}
	var got, acted []string
	for after := ""; ; {
		page, next, err := s.Evaluations(t.Context(), someOrg, "c1", 2, after)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page {
			got = append(got, e.ID)
		}
		if after = next; next == "" {
			break
		}
	}
	for after := ""; ; {
		page, next, err := s.Actions(t.Context(), someOrg, 2, after)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range page {
			acted = append(acted, x.EvaluationID)
		}
		if after = next; next == "" {
			break
		}
	}
	if !slices.Equal(got, want) || !slices.Equal(acted, want) {
		t.Errorf("got  %v\nand  %v\nwant %v", got, acted, want)
	}
	since, err := s.ActionsSince(t.Context(), someOrg, h.Clock.Now().Add(-2*time.Minute), 10)
	if err != nil || len(since) != 2 || since[0].EvaluationID != want[1] {
		t.Errorf("since: %+v, %v", since, err)
	}
}
