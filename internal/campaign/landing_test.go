package campaign

import (
	"slices"
	"testing"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/event"
)

// landing is a running campaign of 1,000 a month that is to land, and its clock at noon of 16 November.
func landing(t *testing.T) *course {
	t.Helper()
	spec := simulatedSpec(1_000, budget.Monthly)
	spec.Budget.Landing = &budget.Landing{}
	spec.Placements = []PlacementSpec{{Platform: "meta", Name: "Feed"}}
	k := &course{t: t, now: time.Date(2026, 11, 16, 12, 0, 0, 0, time.UTC)}
	ch, err := Create(spec, k.cause())
	if err != nil {
		t.Fatal(err)
	}
	k.c = ch.Campaign
	return k
}

// course is a campaign that results come to.
type course struct {
	t   *testing.T
	c   Campaign
	now time.Time
	row Row
}

func (k *course) cause() event.Cause { return event.Edge(event.Derive(k.now.String()), "test", k.now) }

// reads is a reading of the day's spend so many minutes later; it answers what that told.
func (k *course) reads(minutes int, spend int64) (told []string) {
	k.t.Helper()
	k.now = k.now.Add(time.Duration(minutes) * time.Minute)
	var have []Row
	if k.row.Date != "" {
		have = []Row{k.row}
	}
	row := Row{Date: "2026-11-16", PlacementID: k.c.Placements[0].ID, SpendMicros: spend * 1_000_000, AsOf: k.now}
	out, err := k.c.Record([]Row{row}, have, k.cause())
	if err != nil {
		k.t.Fatal(err)
	}
	k.c, k.row = out.Campaign, row
	for _, e := range out.Events {
		if e.Meta.Type == "CampaignMetricsUpdated" {
			continue
		}
		told = append(told, e.Meta.Type)
		if d, err := event.Decode[event.BudgetLandingReached](e); err == nil {
			k.does(k.c.PauseToLand(d.Data.BudgetVersion, d.Data.PeriodStart, k.cause()))
			k.does(k.c.PauseToLand(d.Data.BudgetVersion, d.Data.PeriodStart, k.cause())) // redelivered
		}
	}
	return told
}

func (k *course) does(ch Change, err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
	k.c = ch.Campaign
}

// At 60 an hour and 31 minutes ahead, 31 are held back: it pauses from 969 on.
func TestLandingPause(t *testing.T) {
	k := landing(t)
	k.reads(0, 848)
	for _, spend := range []int64{908, 968} {
		if told := k.reads(60, spend); slices.Contains(told, "BudgetLandingReached") || k.c.Status() != Active {
			t.Fatalf("at %d: %v", spend, told)
		}
	}
	if told := k.reads(1, 969); !slices.Contains(told, "BudgetLandingReached") || k.c.Status() != Paused || k.c.BudgetPause != "2026-11-01" {
		t.Fatalf("at 969: %v, %s for %q", told, k.c.Status(), k.c.BudgetPause)
	}
	// What was on its way lands, and tells nothing twice.
	if told := k.reads(30, 999); slices.Contains(told, "BudgetLandingReached") || k.c.Status() != Paused {
		t.Errorf("landed: %v", told)
	}
	if end := k.c.BudgetPauseEnds(); !end.Equal(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("it ends at %v", end)
	}
}

func TestLandingIsAPersonsToWaive(t *testing.T) {
	k := landing(t)
	k.reads(0, 900)
	k.reads(60, 980)
	if k.c.Status() != Paused {
		t.Fatal("it did not pause")
	}
	k.does(k.c.Resume(k.cause()))
	if k.c.Status() != Active {
		t.Fatalf("resumed, it is %s for %v", k.c.Status(), k.c.PauseReasons)
	}
	if told := k.reads(10, 990); k.c.Status() != Active || len(told) != 0 {
		t.Errorf("waived, it landed again: %v", told)
	}
	if told := k.reads(10, 1_000); !slices.Contains(told, "BudgetThresholdReached") {
		t.Errorf("at 100 %%: %v", told)
	}
}

func TestLandingEndsWithARaise(t *testing.T) {
	k := landing(t)
	k.reads(0, 900)
	k.reads(60, 980)
	k.does(k.c.ChangeBudget(BudgetSpec{AmountMicros: 2_000_000_000}, nil, k.cause()))
	if k.c.Status() != Active || k.c.Budget.Landing == nil {
		t.Fatalf("raised, it is %s", k.c.Status())
	}
	off := false
	k.does(k.c.ChangeBudget(BudgetSpec{AmountMicros: 2_000_000_000, Landing: &off}, nil, k.cause()))
	if k.c.Budget.Landing != nil {
		t.Error("it is on still")
	}
}

// A decision under an older budget pauses nothing; stale results and a budget that is not to land decide nothing.
func TestLandingDecidesOnWhatHolds(t *testing.T) {
	k := landing(t)
	k.reads(0, 900)
	k.reads(60, 980)
	old := k.c.Budget.Version
	k.does(k.c.ChangeBudget(BudgetSpec{AmountMicros: 2_000_000_000}, nil, k.cause()))
	k.does(k.c.PauseToLand(old, "2026-11-01", k.cause()))
	if k.c.Status() != Active {
		t.Error("an old decision paused it")
	}
	plain := landing(t)
	plain.c.Budget.Landing = nil
	plain.reads(0, 900)
	if told := plain.reads(60, 980); slices.Contains(told, "BudgetLandingReached") || plain.c.Status() != Active {
		t.Errorf("without: %v", told)
	}
}

func TestAheadIsThatOfTheSlowestPlatform(t *testing.T) {
	c := Campaign{Placements: []Placement{{Platform: "meta"}}}
	if c.Ahead() != 31*time.Minute {
		t.Error(c.Ahead())
	}
	c.Placements = append(c.Placements, Placement{Platform: "google"})
	if c.Ahead() != 196*time.Minute {
		t.Error(c.Ahead())
	}
}
