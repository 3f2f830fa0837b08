package produce_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/integration"
	"bellwether/internal/money"
	"bellwether/internal/platform"
)

// scale has a rule change the campaign's budget by so many percent.
func (w *syncWorld) scale(id string, percent int) campaign.BudgetMove {
	w.t.Helper()
	m, why, ok := w.campaign(id).PlanScale(percent, 0, 0)
	if !ok {
		w.t.Fatal(why)
	}
	w.move(id, m)
	return m
}

func (w *syncWorld) move(id string, m campaign.BudgetMove) {
	w.t.Helper()
	w.change(id, func(c campaign.Campaign) (campaign.Change, error) {
		return c.MoveBudget(m, 25, nil, event.Edge(event.Derive("move", w.now.String()), "rule/1", w.now))
	})
}

// there is the budget at the platform.
func (w *syncWorld) there(id string) string { return w.platform.campaigns[id].Budget.Amount.Decimal() }

func TestScaledBudgetArrivesAtThePlatformOnce(t *testing.T) {
	w := running(t) // its lifetime budget of 100 was taken from the platform
	w.scale("a", 20)
	if c := w.campaign("a"); c.Budget.AmountMicros != 120_000_000 || len(c.Unsettled()) != 1 {
		t.Fatalf("%+v, unsettled %v", c.Budget, c.Unsettled())
	}
	w.driveAll()
	w.driveAll() // every event once more
	p := w.campaign("a").Placements[0]
	if !slices.Equal(w.platform.set, []string{"a lifetime 120.00"}) || p.Money.State != campaign.ControlConfirmed || len(w.campaign("a").Unsettled()) != 0 {
		t.Fatalf("set %v, %+v", w.platform.set, p.Money)
	}
	// The sync sees our own change there, and takes it for ours.
	w.later(15 * time.Minute)
	w.work()
	if c := w.campaign("a"); !c.HumanAt.IsZero() || c.Budget.AmountMicros != 120_000_000 || c.Placements[0].Money.Unseen {
		t.Errorf("human at %v, %+v, %+v", c.HumanAt, c.Budget, c.Placements[0].Money)
	}
}

// Undone, it is what it was to the cent, here and there.
func TestInverseMoveRestoresBothBudgets(t *testing.T) {
	for _, driven := range []bool{true, false} {
		t.Run(fmt.Sprint("driven in between: ", driven), func(t *testing.T) {
			w := running(t)
			m := w.scale("a", -17)
			if driven {
				w.driveAll()
			}
			w.later(time.Minute)
			w.move("a", m.Inverse())
			w.driveAll()
			if got := w.campaign("a").Budget.AmountMicros; got != 100_000_000 || w.there("a") != "100.00" {
				t.Errorf("%d here, %s there; set %v", got, w.there("a"), w.platform.set)
			}
		})
	}
}

// What a person changes at the platform beats what a rule did, before and after it was seen there.
func TestPersonsBudgetAtThePlatformBeatsRules(t *testing.T) {
	for _, driven := range []bool{true, false} {
		t.Run(fmt.Sprint("driven before: ", driven), func(t *testing.T) {
			w := running(t)
			w.scale("a", 20)
			if driven {
				w.driveAll()
			}
			there := w.platform.campaigns["a"]
			there.Budget = &platform.Budget{Kind: platform.LifetimeBudget, Amount: money.Of(300_000_000, "USD")}
			w.platform.campaigns["a"] = there
			w.later(15 * time.Minute)
			w.work()
			w.driveAll()
			c := w.campaign("a")
			if w.there("a") != "300.00" || c.Budget.AmountMicros != 300_000_000 || !c.HumanAt.Equal(w.now) || len(c.Unsettled()) != 0 {
				t.Errorf("there %s, here %d, human at %v, set %v, %+v", w.there("a"), c.Budget.AmountMicros, c.HumanAt, w.platform.set, c.Placements[0].Money)
			}
		})
	}
}

func TestRefusedBudgetIsToldOnceAndNotTriedAgain(t *testing.T) {
	w := running(t)
	w.platform.fail = func(op string) error {
		if op == "set_budget" {
			return refusal(op, platform.ClassInvalid)
		}
		return nil
	}
	w.scale("a", 20)
	w.driveAll()
	w.driveAll()
	if e := last[event.CampaignBudgetRefused](w); w.events()["CampaignBudgetRefused"] != 1 || e.WantMicros != 120_000_000 {
		t.Errorf("%v, %+v", w.events(), e)
	}
	if len(w.campaign("a").Unsettled()) != 0 {
		t.Error("it is tried again")
	}
}

// What a platform refused can be taken back here: there it never was.
func TestRefusedBudgetCanBeTakenBack(t *testing.T) {
	w := running(t)
	w.platform.fail = func(op string) error {
		if op == "set_budget" {
			return refusal(op, platform.ClassInvalid)
		}
		return nil
	}
	m := w.scale("a", 20)
	w.driveAll()
	w.platform.fail = nil
	w.later(time.Minute)
	w.move("a", m.Inverse())
	w.driveAll()
	if got := w.campaign("a").Budget.AmountMicros; got != 100_000_000 || w.there("a") != "100.00" || len(w.platform.set) != 0 || len(w.campaign("a").Unsettled()) != 0 {
		t.Errorf("%d here, %s there; set %v", got, w.there("a"), w.platform.set)
	}
}

// While syncs have used their share of the account's quota, a rule's raise waits; a cut and a pause go through.
func TestOnlyARaiseWaitsForTheQuota(t *testing.T) {
	for _, tt := range []struct {
		percent int
		want    []string
	}{{20, nil}, {-20, []string{"a lifetime 80.00"}}} {
		w := running(t)
		w.quota(integration.SyncShare)
		w.scale("a", tt.percent)
		w.driveAll()
		if !slices.Equal(w.platform.set, tt.want) {
			t.Errorf("%d %%: set %v, want %v", tt.percent, w.platform.set, tt.want)
		}
		w.platform.set = nil
		w.later(time.Minute)
		w.pause("a")
		w.driveAll()
		if !slices.Contains(w.platform.set, "a off") {
			t.Errorf("%d %%: the pause did not go through: %v", tt.percent, w.platform.set)
		}
		if tt.percent > 0 {
			w.later(24 * time.Hour) // the quota's day is over
			w.driveAll()
			if !slices.Contains(w.platform.set, "a lifetime 120.00") {
				t.Errorf("the raise never came: %v", w.platform.set)
			}
		}
	}
}

// Whichever call of the driving fails, or is the last of its process: it is made good, and the platform is
// changed once.
func TestDrivingABudgetMayFailAnywhere(t *testing.T) {
	for _, dies := range []bool{false, true} {
		for fails := 1; ; fails++ {
			w := running(t)
			w.scale("a", 20)
			calls := 0
			w.platform.fail = func(op string) error {
				if calls++; calls != fails {
					return nil
				}
				if dies {
					panic("the process dies")
				}
				return refusal(op, platform.ClassTransient)
			}
			events := w.written()
			e := events[len(events)-1]
			func() {
				defer func() { _ = recover() }()
				if err := w.drive(e); err != nil && !fault.Is(err, fault.Retryable) {
					t.Fatal(err)
				}
			}()
			reached := calls >= fails
			w.platform.fail = nil
			w.later(campaign.DriveTime + time.Second)
			if err := w.drive(e); err != nil {
				t.Fatal(err)
			}
			if got := w.campaign("a").Placements[0].Money.State; !slices.Equal(w.platform.set, []string{"a lifetime 120.00"}) || got != campaign.ControlConfirmed {
				t.Errorf("call %d, dies %v: set %v, %s", fails, dies, w.platform.set, got)
			}
			if !reached {
				if fails < 4 {
					t.Errorf("only %d calls", fails-1)
				}
				break
			}
		}
	}
}

// A person's new amount for a budget that followed the platform's goes there too, however large the step.
func TestPersonsBudgetGoesToThePlatformThatItCameFrom(t *testing.T) {
	w := running(t)
	w.change("a", func(c campaign.Campaign) (campaign.Change, error) {
		return c.ChangeBudget(campaign.BudgetSpec{AmountMicros: 500_000_000}, nil, event.Edge(event.Derive("raise"), "user/1", w.now))
	})
	w.driveAll()
	if !slices.Equal(w.platform.set, []string{"a lifetime 500.00"}) {
		t.Errorf("set %v", w.platform.set)
	}
}

// quota has the account's day at so many percent.
func (w *syncWorld) quota(percent int) {
	w.t.Helper()
	id := w.campaign("a").Placements[0].IntegrationID
	_, err := w.accounts.AskSync(w.t.Context(), w.campaign("a").OrgID, id, func(s integration.Sync) integration.Sync {
		s.Quota = integration.Quota{Day: w.now.UTC().Format(time.DateOnly), Percent: percent}
		s.Version++
		return s
	})
	if err != nil {
		w.t.Fatal(err)
	}
}
