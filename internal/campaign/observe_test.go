package campaign_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/money"
	"bellwether/internal/platform"
)

// seen is a platform's campaign in the given status, otherwise as the placement was made.
func seen(p campaign.Placement, s platform.Status) platform.Campaign {
	return platform.Campaign{ID: p.ExternalID, Name: p.Name, Status: s, RawStatus: strings.ToUpper(string(s))}
}

// observe lets a sync see the n'th placement.
func (s *steered) observe(n int, status platform.Status, at time.Time) []string {
	s.t.Helper()
	return s.does(s.c.Observe(s.is(n).ID, seen(s.is(n), status), at, nil, edge(at)))
}

// settledOn is a campaign that was driven to run on both accounts, and seen by a sync.
func settledOn(t *testing.T) *steered {
	s := newSteered(t, linkedSpec())
	s.drive(noon(1))
	for n := range s.c.Placements {
		s.observe(n, platform.StatusActive, noon(1).Add(time.Hour))
	}
	s.told = nil
	return s
}

// reason is that of the last status change among the events.
func reason(t *testing.T, ch campaign.Change) string {
	t.Helper()
	for _, raw := range ch.Events {
		if raw.Meta.Type != "CampaignStatusChanged" {
			continue
		}
		env, err := event.Decode[event.CampaignStatusChanged](raw)
		if err != nil {
			t.Fatal(err)
		}
		return env.Data.Reason
	}
	return ""
}

// A first look after a drive ends the need for one; the same look again is no news.
func TestSeenAsWanted(t *testing.T) {
	s := newSteered(t, linkedSpec())
	s.drive(noon(1))
	if told := s.observe(0, platform.StatusActive, noon(2)); told != nil || s.c.NeedsLook(s.is(0)) {
		t.Errorf("told %v, needs a look: %v", told, s.c.NeedsLook(s.is(0)))
	}
	version := s.c.Version
	if told := s.observe(0, platform.StatusActive, noon(3)); told != nil || s.c.Version != version {
		t.Errorf("the same again: told %v, version %d after %d", told, s.c.Version, version)
	}
	if told := s.observe(0, platform.StatusPending, noon(4)); told != nil || s.is(0).Remote.Status != platform.StatusPending {
		t.Errorf("in review: told %v, %+v", told, s.is(0).Remote)
	}
}

// What says nothing about a person's will changes nothing but what was seen.
func TestReadingsThatProveNothing(t *testing.T) {
	for name, tt := range map[string]struct {
		given  func(*steered)
		status platform.Status
		at     time.Time
	}{
		"older than the drive":    {func(*steered) {}, platform.StatusPaused, noon(1)},
		"while somebody drives":   {func(s *steered) { s.c.Placements[0].Control.Holder, s.c.Placements[0].Control.HeldUntil = "x", noon(3) }, platform.StatusPaused, noon(2)},
		"a word nobody knows":     {func(*steered) {}, platform.StatusUnknown, noon(2)},
		"over by its own flight":  {func(*steered) {}, platform.StatusCompleted, noon(2)},
		"of an account that left": {func(s *steered) { s.c.Placements[0].Lost = true }, platform.StatusActive, noon(2)},
	} {
		s := settledOn(t)
		tt.given(s)
		was := s.is(0).Control
		if told := s.observe(0, tt.status, tt.at); told != nil || s.is(0).Held || s.is(0).Control != was || s.c.Status() != campaign.Active {
			t.Errorf("%s: told %v, %+v, %s", name, told, s.is(0), s.c.Status())
		}
	}
}

// A person's pause at the platform holds the placement; the last one of them pauses the campaign. Only
// a person starts it again.
func TestAPauseThereIsRespected(t *testing.T) {
	s := settledOn(t)
	if told := s.observe(0, platform.StatusPaused, noon(2)); !slices.Equal(told, []string{"CampaignUpdated"}) || s.c.Status() != campaign.Active {
		t.Fatalf("one of two: told %v, %s", told, s.c.Status())
	}
	if !s.is(0).Held || len(s.c.Unsettled()) != 0 {
		t.Errorf("it is fought: %+v", s.is(0))
	}
	if told := s.observe(0, platform.StatusPaused, noon(3)); told != nil {
		t.Errorf("the same again was told: %v", told)
	}
	ch, err := s.c.Observe(s.is(1).ID, seen(s.is(1), platform.StatusPaused), noon(3), nil, edge(noon(3)))
	s.does(ch, err)
	if !slices.Equal(s.c.PauseReasons, []string{campaign.ReasonHuman}) || reason(t, ch) != "paused_at_platform: google" {
		t.Errorf("both: %v for %q", s.c.PauseReasons, reason(t, ch))
	}
	if s.does(s.c.Resume(edge(noon(4)))); s.is(0).Held || s.is(1).Held || len(s.c.Unsettled()) != 2 {
		t.Errorf("after a start here: %+v", s.c.Placements)
	}
}

// A start here brings back a placement that was stopped there, though the campaign itself never paused.
func TestAStartHereOfWhatWasStoppedThere(t *testing.T) {
	s := settledOn(t)
	s.observe(0, platform.StatusPaused, noon(2))
	told := s.does(s.c.Resume(edge(noon(3))))
	if !slices.Equal(told, []string{"CampaignUpdated", "CampaignStatusDrifted"}) {
		t.Errorf("told %v", told)
	}
	if left := s.c.Unsettled(); len(left) != 1 || left[0].ID != s.is(0).ID {
		t.Errorf("to be driven: %+v", left)
	}
}

// spent uses the budget up, and pauses for it.
func (s *steered) spent(at time.Time) {
	s.t.Helper()
	row := campaign.Row{Date: at.Format(time.DateOnly), PlacementID: s.is(0).ID, SpendMicros: s.c.Budget.AmountMicros, AsOf: at}
	out, err := s.c.Record([]campaign.Row{row}, nil, edge(at))
	s.does(out.Change, err)
	s.does(s.c.PauseForBudget(s.c.Budget.Version, s.c.PeriodStart, edge(at)))
	if !slices.Contains(s.c.PauseReasons, campaign.ReasonBudget) {
		s.t.Fatalf("paused for %v", s.c.PauseReasons)
	}
}

// A person's start at the platform beats every reason. A budget that is spent counts as overridden, so
// that the pause which was decided before is outdated.
func TestAStartThereIsRespected(t *testing.T) {
	for _, tt := range []struct{ spent, byHand bool }{{false, true}, {true, false}, {true, true}} {
		s := settledOn(t)
		if tt.spent {
			s.spent(noon(2))
		}
		if tt.byHand {
			s.does(s.c.Pause("", edge(noon(2))))
		}
		s.drive(noon(2))
		ch, err := s.c.Observe(s.is(0).ID, seen(s.is(0), platform.StatusActive), noon(3), nil, edge(noon(3)))
		s.does(ch, err)
		if s.c.Status() != campaign.Active || reason(t, ch) != "resumed_at_platform: meta" || s.c.Budget.Overridden("2026-11-01") != tt.spent {
			t.Errorf("%+v: %s for %q, override %+v", tt, s.c.Status(), reason(t, ch), s.c.Budget.Override)
		}
		if want, _ := s.c.Wants(s.is(1)); want != platform.On {
			t.Errorf("%+v: of the other placement it wants %q", tt, want)
		}
		if told := s.does(s.c.PauseForBudget(1, "2026-11-01", edge(noon(3)))); told != nil || s.c.Status() != campaign.Active {
			t.Errorf("%+v: an outdated pause told %v, %s", tt, told, s.c.Status())
		}
	}
}

// A person's start there of a placement that a person held there is all that happens.
func TestAStartThereOfWhatWasHeldThere(t *testing.T) {
	s := settledOn(t)
	s.observe(0, platform.StatusPaused, noon(2))
	if told := s.observe(0, platform.StatusActive, noon(3)); !slices.Equal(told, []string{"CampaignUpdated"}) || s.is(0).Held || !s.c.Settled(s.is(0)) {
		t.Errorf("told %v, %+v", told, s.is(0))
	}
}

// What was not seen to be done has drifted, and is driven again: nobody's will is read into it. What
// is seen to be done after all is confirmed.
func TestDrift(t *testing.T) {
	s := settledOn(t)
	s.does(s.c.Pause("", edge(noon(2))))
	if told := s.observe(0, platform.StatusActive, noon(3)); !slices.Equal(told, []string{"CampaignStatusDrifted"}) || s.c.Status() != campaign.Paused {
		t.Errorf("not driven yet: told %v, %s", told, s.c.Status())
	}
	id := s.is(0).ID
	s.does(s.c.Intend(id, "driver", edge(noon(3))))
	s.does(s.c.Refuse(id, "driver", platform.Off, refusal(), edge(noon(3))))
	if told := s.observe(0, platform.StatusPaused, noon(4)); !slices.Equal(told, []string{"CampaignStatusConfirmed"}) || !s.c.Settled(s.is(0)) {
		t.Errorf("done after all: told %v, %+v", told, s.is(0).Control)
	}
}

// A campaign ends with the last of its placements.
func TestGoneThere(t *testing.T) {
	s := settledOn(t)
	if told := s.observe(0, platform.StatusDeleted, noon(2)); !slices.Equal(told, []string{"CampaignUpdated"}) || s.c.Status() != campaign.Active {
		t.Fatalf("one of two: told %v, %s", told, s.c.Status())
	}
	if told := s.observe(0, platform.StatusDeleted, noon(3)); told != nil {
		t.Errorf("told again: %v", told)
	}
	ch, err := s.c.Observe(s.is(1).ID, seen(s.is(1), platform.StatusArchived), noon(3), nil, edge(noon(3)))
	s.does(ch, err)
	if s.c.Status() != campaign.Archived || reason(t, ch) != campaign.BecauseGone || len(s.c.Unsettled()) != 0 {
		t.Errorf("both: %s for %q, %d to be driven", s.c.Status(), reason(t, ch), len(s.c.Unsettled()))
	}
	if told := s.observe(1, platform.StatusActive, noon(4)); told != nil || s.c.Status() != campaign.Archived {
		t.Errorf("brought back there: told %v, %s", told, s.c.Status())
	}
}

// An archived campaign is held to its end, until that was seen; then a person may do there what they like.
func TestArchivedIsHeldToItsEnd(t *testing.T) {
	s := settledOn(t)
	s.does(s.c.Archive(edge(noon(2))))
	if told := s.observe(0, platform.StatusActive, noon(3)); !slices.Equal(told, []string{"CampaignStatusDrifted"}) {
		t.Errorf("it runs on: told %v", told)
	}
	s.drive(noon(4))
	if told := s.observe(0, platform.StatusActive, noon(5)); told != nil || len(s.c.Unsettled()) != 0 {
		t.Errorf("started there afterwards: told %v", told)
	}
}

func discovery(status platform.Status, b *platform.Budget) campaign.Discovery {
	return campaign.Discovery{
		OrgID: orgID, Platform: "meta", IntegrationID: metaAccount, ConnectedBy: userID, Thresholds: budget.DefaultThresholds(), At: noon(1),
		Account: platform.Account{ID: "1", Currency: "USD", TimeZone: "UTC"},
		Seen:    platform.Campaign{ID: "77", Name: "Found", Objective: "leads", Status: status, Budget: b},
	}
}

func lifetime(dollars int64) *platform.Budget {
	return &platform.Budget{Kind: platform.LifetimeBudget, Amount: money.Amount{Micros: usd(dollars), Currency: "USD"}}
}

// What a sync finds becomes a campaign that is as it is there, and nothing has to be driven.
func TestDiscover(t *testing.T) {
	shared, daily := lifetime(100), lifetime(100)
	shared.Shared, daily.Kind = true, platform.DailyBudget
	for name, tt := range map[string]struct {
		given  campaign.Discovery
		status campaign.Status
		budget int64
	}{
		"it runs":               {discovery(platform.StatusActive, nil), campaign.Active, 0},
		"in review":             {discovery(platform.StatusPending, nil), campaign.Active, 0},
		"paused":                {discovery(platform.StatusPaused, nil), campaign.Paused, 0},
		"unknown":               {discovery(platform.StatusUnknown, nil), campaign.Paused, 0},
		"with a budget":         {discovery(platform.StatusActive, lifetime(100)), campaign.Active, usd(100)},
		"with one of a day":     {discovery(platform.StatusActive, daily), campaign.Active, 0},
		"with a shared one":     {discovery(platform.StatusActive, shared), campaign.Active, 0},
		"with a budget of zero": {discovery(platform.StatusActive, lifetime(0)), campaign.Active, 0},
	} {
		ch, err := campaign.Discover(tt.given, edge(noon(1)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		c, amount := ch.Campaign, int64(0)
		if c.Budget != nil {
			amount = c.Budget.AmountMicros
		}
		if c.Status() != tt.status || amount != tt.budget || (c.BudgetSource == campaign.BudgetFromPlatform) != (tt.budget > 0) {
			t.Errorf("%s: %s, budget %d from %q", name, c.Status(), amount, c.BudgetSource)
		}
		if len(c.Unsettled()) != 0 || c.Placements[0].Held != (tt.status == campaign.Paused) || len(ch.Events) != 1 {
			t.Errorf("%s: %+v, %d events", name, c.Placements[0], len(ch.Events))
		}
		if c.ID != campaign.DiscoveredID(orgID, metaAccount, "77") || c.Origin != campaign.OriginSync {
			t.Errorf("%s: %s by %s", name, c.ID, c.Origin)
		}
	}
}

// Whatever people call their campaigns there is a name here.
func TestDiscoveredNames(t *testing.T) {
	for given, want := range map[string]string{
		"Summer":                 "Summer",
		"  a\nb\x00c ":           "a b c",
		"":                       "Campaign 77",
		"\t\n":                   "Campaign 77",
		"bad\xffbyte":            "bad?byte",
		strings.Repeat("é", 201): strings.Repeat("é", 200),
	} {
		d := discovery(platform.StatusActive, nil)
		d.Seen.Name, d.Seen.Objective = given, "OUTCOME_NEW"
		ch, err := campaign.Discover(d, edge(noon(1)))
		if err != nil || ch.Campaign.Name != want || ch.Campaign.Objective != "other" {
			t.Errorf("%q: %q, %s, error %v", given, ch.Campaign.Name, ch.Campaign.Objective, err)
		}
	}
}

// found is a campaign that a sync made, with a budget that follows the platform's.
func found(t *testing.T) *steered {
	ch, err := campaign.Discover(discovery(platform.StatusActive, lifetime(100)), edge(noon(1)))
	if err != nil {
		t.Fatal(err)
	}
	return &steered{t: t, c: ch.Campaign}
}

// A discovered campaign is renamed with its original, until somebody renames it here.
func TestNamesFollow(t *testing.T) {
	s := found(t)
	rename := func(to string, at time.Time) []string {
		p := seen(s.is(0), platform.StatusActive)
		p.Name = to
		return s.does(s.c.Observe(s.is(0).ID, p, at, nil, edge(at)))
	}
	if told := rename("Autumn", noon(2)); s.c.Name != "Autumn" || !slices.Equal(told, []string{"CampaignUpdated"}) {
		t.Errorf("%q, told %v", s.c.Name, told)
	}
	ours := "Ours"
	s.does(s.c.Edit(campaign.Edit{Name: &ours}, nil, edge(noon(3))))
	if rename("Winter", noon(4)); s.c.Name != "Ours" || s.is(0).Name != "Winter" {
		t.Errorf("%q, the placement %q", s.c.Name, s.is(0).Name)
	}
	made := settledOn(t)
	p := seen(made.is(0), platform.StatusActive)
	p.Name = "Other"
	if made.does(made.c.Observe(made.is(0).ID, p, noon(5), nil, edge(noon(5)))); made.c.Name != "Autumn sale" || made.is(0).Name != "Meta" {
		t.Errorf("made here: %q, the placement %q", made.c.Name, made.is(0).Name)
	}
}

// A budget of the platform follows it, until a person sets one here.
func TestBudgetsFollow(t *testing.T) {
	s := found(t)
	change := func(b *platform.Budget, at time.Time) []string {
		t.Helper()
		p := seen(s.is(0), platform.StatusActive)
		p.Budget = b
		return s.does(s.c.Observe(s.is(0).ID, p, at, nil, edge(at)))
	}
	if told := change(lifetime(200), noon(2)); s.c.Budget.AmountMicros != usd(200) || s.c.Budget.Version != 2 || len(told) == 0 {
		t.Errorf("raised there: %+v, told %v", s.c.Budget, told)
	}
	if told := change(nil, noon(3)); told != nil || s.is(0).Remote.Budget.AmountMicros != usd(200) {
		t.Errorf("a reading without it: told %v, %+v", told, s.is(0).Remote.Budget)
	}
	if change(lifetime(0), noon(3)); s.c.Budget.AmountMicros != usd(200) {
		t.Errorf("taken away there: %+v", s.c.Budget)
	}
	s.does(s.c.ChangeBudget(campaign.BudgetSpec{AmountMicros: usd(50)}, nil, edge(noon(4))))
	if change(lifetime(300), noon(5)); s.c.Budget.AmountMicros != usd(50) || s.is(0).Remote.Budget.AmountMicros != usd(300) {
		t.Errorf("set here: %+v, there %+v", s.c.Budget, s.is(0).Remote.Budget)
	}
}

// Every fact that a sync takes over changes the digest; the same facts never do.
func TestFacts(t *testing.T) {
	base := platform.Campaign{ID: "77", Name: "a", Objective: "leads", Status: platform.StatusActive, RawStatus: "ACTIVE", Budget: lifetime(1), StartDate: "2026-11-01", EndDate: "2026-11-30"}
	same := base
	same.Budget = lifetime(1)
	if campaign.Facts(base) != campaign.Facts(same) {
		t.Error("the same facts differ")
	}
	digests := map[string]string{campaign.Facts(base): "as it was"}
	for name, change := range map[string]func(*platform.Campaign){
		"name":        func(p *platform.Campaign) { p.Name = "b" },
		"objective":   func(p *platform.Campaign) { p.Objective = "sales" },
		"status":      func(p *platform.Campaign) { p.Status = platform.StatusPaused },
		"raw status":  func(p *platform.Campaign) { p.RawStatus = "IN_PROCESS" },
		"no budget":   func(p *platform.Campaign) { p.Budget = nil },
		"amount":      func(p *platform.Campaign) { p.Budget = lifetime(2) },
		"budget kind": func(p *platform.Campaign) { p.Budget = lifetime(1); p.Budget.Kind = platform.DailyBudget },
		"sharing":     func(p *platform.Campaign) { p.Budget = lifetime(1); p.Budget.Shared = true },
		"start":       func(p *platform.Campaign) { p.StartDate = "2026-11-02" },
		"end":         func(p *platform.Campaign) { p.EndDate = "" },
	} {
		p := base
		change(&p)
		if other, ok := digests[campaign.Facts(p)]; ok {
			t.Errorf("%s: the same digest as %s", name, other)
		}
		digests[campaign.Facts(p)] = name
	}
}
