package campaign_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
)

const (
	orgID  = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5b"
	campID = "0198f1c2-7c10-7b21-9c4f-5d2e3f4a5b6c"
	userID = "5f0c6a52-2a7e-5d0b-9a53-0d0a6f6d2b11"
)

// noon is 12:00 UTC of a day in November 2026.
func noon(day int) time.Time { return time.Date(2026, 11, day, 12, 0, 0, 0, time.UTC) }

func usd(n int64) int64 { return n * 1_000_000 }

// edge is a request of its own at the given time.
func edge(at time.Time) event.Cause {
	return event.Edge(event.Derive("request", at.String()), "user/"+userID, at)
}

func spec() campaign.Spec {
	return campaign.Spec{
		ID: campID, OrgID: orgID, Name: "Autumn sale", Objective: "sales", Currency: "USD", TimeZone: "UTC",
		Budget:     &budget.Budget{AmountMicros: usd(100), Period: budget.Monthly, Thresholds: budget.DefaultThresholds()},
		Placements: []campaign.PlacementSpec{{Platform: "meta", ExternalID: "916", Name: "Meta"}},
		Activate:   true, CreatedBy: userID, Origin: campaign.OriginAPI,
	}
}

func create(t *testing.T, s campaign.Spec) campaign.Campaign {
	t.Helper()
	ch, err := campaign.Create(s, edge(noon(1)))
	if err != nil {
		t.Fatal(err)
	}
	return ch.Campaign
}

// ledger is a campaign with its rows, as a store would keep them.
type ledger struct {
	t     *testing.T
	c     campaign.Campaign
	rows  map[campaign.RowKey]campaign.Row
	fired []event.BudgetThresholdReached
}

func newLedger(t *testing.T, s campaign.Spec) *ledger {
	return &ledger{t: t, c: create(t, s), rows: map[campaign.RowKey]campaign.Row{}}
}

// record reports that date's spend was so much, read at now.
func (l *ledger) record(date string, spend int64, now time.Time) campaign.Recorded {
	l.t.Helper()
	return l.recordAsOf(date, spend, now, now)
}

func (l *ledger) recordAsOf(date string, spend int64, asOf, now time.Time) campaign.Recorded {
	l.t.Helper()
	row := campaign.Row{Date: date, PlacementID: l.c.Placements[0].ID, SpendMicros: spend, AsOf: asOf}
	out, err := l.c.Record([]campaign.Row{row}, l.stored([]campaign.Row{row}, now), edge(now))
	if err != nil {
		l.t.Fatal(err)
	}
	l.take(out.Change)
	for _, r := range out.Rows {
		l.rows[r.Key()] = r
	}
	l.checkTotals()
	return out
}

// stored are the rows of the span that Record asks for: no more, so that a span too narrow shows.
func (l *ledger) stored(rows []campaign.Row, now time.Time) []campaign.Row {
	from, to, ok := l.c.Span(rows, now)
	var have []campaign.Row
	for _, r := range l.rows {
		if ok && r.Date >= from && r.Date <= to {
			have = append(have, r)
		}
	}
	return have
}

func (l *ledger) take(ch campaign.Change) {
	l.t.Helper()
	l.c = ch.Campaign
	for _, raw := range ch.Events {
		if raw.Meta.Type != "BudgetThresholdReached" {
			continue
		}
		env, err := event.Decode[event.BudgetThresholdReached](raw)
		if err != nil {
			l.t.Fatal(err)
		}
		l.fired = append(l.fired, env.Data)
	}
}

// checkTotals holds the totals that the campaign carries to the rows.
func (l *ledger) checkTotals() {
	l.t.Helper()
	var all, period campaign.Sums
	w := l.c.Window(l.c.UpdatedAt)
	for _, r := range l.rows {
		all, _ = all.Plus(r.Sums())
		if w.Contains(r.Date) {
			period, _ = period.Plus(r.Sums())
		}
	}
	if l.c.Totals != all || l.c.PeriodTotals != period || l.c.PeriodStart != w.Start {
		l.t.Fatalf("totals %+v, period %s %+v; the rows say %+v, %s %+v", l.c.Totals, l.c.PeriodStart, l.c.PeriodTotals, all, w.Start, period)
	}
}

func (l *ledger) thresholds() []int {
	var got []int
	for _, e := range l.fired {
		got = append(got, e.Threshold)
	}
	return got
}

func TestSpendJumpsDipsAndGrows(t *testing.T) {
	l := newLedger(t, spec())
	for i, spend := range []int64{70, 95, 100, 98, 101} {
		l.record("2026-11-05", usd(spend), noon(5).Add(time.Duration(i)*time.Hour))
	}
	if want := []int{90, 100}; !slices.Equal(l.thresholds(), want) {
		t.Fatalf("alerts %v, want %v", l.thresholds(), want)
	}
	if first := l.fired[0]; !slices.Equal(first.AlsoCrossed, []int{80}) || first.PercentUsed != "95.00" {
		t.Errorf("the jump told %+v", first)
	}
}

func TestBudgetRaisedAndLoweredBetween(t *testing.T) {
	l := newLedger(t, spec())
	change := func(amount int64, at time.Time) {
		t.Helper()
		ch, err := l.c.ChangeBudget(campaign.BudgetSpec{AmountMicros: usd(amount)}, l.stored(nil, at), edge(at))
		if err != nil {
			t.Fatal(err)
		}
		l.take(ch)
	}
	l.record("2026-11-05", usd(95), noon(5)) // 95 of 100: 90
	change(200, noon(6))                     // 47 %: all armed again
	change(110, noon(7))                     // 86 %: 80
	change(100, noon(8))                     // 95 %: 80 carried over, 90 told
	l.record("2026-11-08", usd(5), noon(8).Add(time.Hour))
	if want := []int{90, 80, 90, 100}; !slices.Equal(l.thresholds(), want) {
		t.Fatalf("alerts %v, want %v", l.thresholds(), want)
	}
	if v := l.fired[3].BudgetVersion; v != 4 {
		t.Errorf("the last alert is of version %d, want 4", v)
	}
}

func TestNewMonthInTheAccountsZone(t *testing.T) {
	s := spec()
	s.TimeZone = "America/New_York"
	l := newLedger(t, s)
	l.record("2026-11-30", usd(100), time.Date(2026, 12, 1, 4, 30, 0, 0, time.UTC)) // still November there
	l.record("2026-12-01", usd(10), time.Date(2026, 12, 1, 5, 30, 0, 0, time.UTC))
	if got := l.c.PeriodTotals.SpendMicros; got != usd(10) {
		t.Errorf("December has %d spent", got)
	}
	l.record("2026-12-02", usd(70), time.Date(2026, 12, 2, 18, 0, 0, 0, time.UTC))
	if want := []int{100, 80}; !slices.Equal(l.thresholds(), want) {
		t.Fatalf("alerts %v, want %v", l.thresholds(), want)
	}
	if l.fired[0].Late || l.fired[0].PeriodStart != "2026-11-01" || l.fired[1].PeriodStart != "2026-12-01" {
		t.Errorf("told %+v", l.fired)
	}
}

func TestLateDataAlertsButIsMarked(t *testing.T) {
	l := newLedger(t, spec())
	l.record("2026-11-20", usd(70), noon(20))
	l.record("2026-12-01", usd(1), noon(31)) // 1 December
	l.record("2026-11-30", usd(40), noon(31).Add(time.Hour))
	if want := []int{100}; !slices.Equal(l.thresholds(), want) {
		t.Fatalf("alerts %v, want %v", l.thresholds(), want)
	}
	if e := l.fired[0]; !e.Late || e.PeriodStart != "2026-11-01" || e.SpendMicros != usd(110) {
		t.Errorf("told %+v", e)
	}
	if l.c.PeriodTotals.SpendMicros != usd(1) {
		t.Errorf("December has %d spent", l.c.PeriodTotals.SpendMicros)
	}
}

func TestStaleDataIsMarked(t *testing.T) {
	l := newLedger(t, spec())
	l.recordAsOf("2026-11-05", usd(85), noon(5), noon(5).Add(30*time.Minute))
	l.recordAsOf("2026-11-06", usd(20), noon(6), noon(6).Add(31*time.Minute))
	if len(l.fired) != 2 || l.fired[0].Stale || !l.fired[1].Stale {
		t.Fatalf("told %+v", l.fired)
	}
}

// Rows of the same days in every order of arrival end in the same state and alert at most once a threshold.
func TestArrivalOrderDoesNotMatter(t *testing.T) {
	type reading struct {
		date  string
		spend int64
		asOf  time.Time
	}
	readings := []reading{
		{"2026-11-05", 30, noon(5)}, {"2026-11-05", 60, noon(5).Add(time.Hour)}, {"2026-11-05", 55, noon(5).Add(2 * time.Hour)},
		{"2026-11-06", 20, noon(6)}, {"2026-11-06", 35, noon(6).Add(time.Hour)}, {"2026-11-07", 15, noon(7)},
	}
	now := noon(7).Add(5 * time.Minute)
	permute(len(readings), func(order []int) {
		l := newLedger(t, spec())
		for _, i := range order {
			r := readings[i]
			l.recordAsOf(r.date, usd(r.spend), r.asOf, now)
		}
		if got := l.c.Totals.SpendMicros; got != usd(55+35+15) {
			t.Fatalf("order %v ends with %d spent", order, got)
		}
		told := map[int]int{}
		for _, e := range l.fired {
			for _, p := range append(e.AlsoCrossed, e.Threshold) {
				told[p]++
			}
		}
		if told[80] != 1 || told[90] != 1 || told[100] != 1 {
			t.Fatalf("order %v told %v", order, told)
		}
	})
}

// permute calls visit with every order of n things.
func permute(n int, visit func([]int)) {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	var swap func(int)
	swap = func(k int) {
		if k == n {
			visit(order)
			return
		}
		for i := k; i < n; i++ {
			order[k], order[i] = order[i], order[k]
			swap(k + 1)
			order[k], order[i] = order[i], order[k]
		}
	}
	swap(0)
}

func TestSameNumbersAreNoEvent(t *testing.T) {
	l := newLedger(t, spec())
	l.record("2026-11-05", usd(10), noon(5))
	again := l.record("2026-11-05", usd(10), noon(5).Add(time.Hour))
	if len(again.Events) != 0 || again.Unchanged != 1 || len(again.Rows) != 1 {
		t.Errorf("the same numbers, read later, gave %+v", again)
	}
	if !l.c.AsOf.Equal(noon(5).Add(time.Hour)) {
		t.Errorf("as of %s", l.c.AsOf)
	}
	version := l.c.Version
	if old := l.recordAsOf("2026-11-05", usd(99), noon(4), noon(6)); old.Outdated != 1 || l.c.Version != version {
		t.Errorf("an older reading changed something: %+v", old)
	}
}

func TestPauseForBudget(t *testing.T) {
	spent := newLedger(t, spec())
	spent.record("2026-11-05", usd(100), noon(5))
	raised := spent.c
	ch, err := raised.ChangeBudget(campaign.BudgetSpec{AmountMicros: usd(300)}, nil, edge(noon(6)))
	if err != nil {
		t.Fatal(err)
	}
	raised = ch.Campaign
	dipped := newLedger(t, spec())
	dipped.record("2026-11-05", usd(100), noon(5))
	dipped.record("2026-11-05", usd(98), noon(6))

	tests := []struct {
		name   string
		given  campaign.Campaign
		at     time.Time
		paused bool
	}{
		{"spent", spent.c, noon(5), true},
		{"a dip since does not matter", dipped.c, noon(6), true},
		{"the budget was raised since", raised, noon(6), false},
		{"the month is over", spent.c, noon(31), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ch, err := tt.given.PauseForBudget(1, "2026-11-01", edge(tt.at))
			if err != nil {
				t.Fatal(err)
			}
			if got := ch.Campaign.Status() == campaign.Paused; got != tt.paused {
				t.Fatalf("paused %v, want %v", got, tt.paused)
			}
			again, err := ch.Campaign.PauseForBudget(1, "2026-11-01", edge(tt.at))
			if err != nil || again.Campaign.Version != ch.Campaign.Version || len(again.Events) != 0 {
				t.Errorf("a second time changed something: %v %+v", err, again.Events)
			}
		})
	}
}

func TestPauseReasonsAreASet(t *testing.T) {
	l := newLedger(t, spec())
	l.record("2026-11-05", usd(100), noon(5))
	step := func(ch campaign.Change, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		l.take(ch)
	}
	step(l.c.Pause("too loud", edge(noon(5))))
	step(l.c.PauseForBudget(1, "2026-11-01", edge(noon(5))))
	if want := []string{"budget", "human"}; !slices.Equal(l.c.PauseReasons, want) {
		t.Fatalf("paused for %v, want %v", l.c.PauseReasons, want)
	}
	if _, err := l.c.Resume(edge(noon(5))); !fault.Is(err, fault.Conflict) {
		t.Errorf("resumed over a spent budget: %v", err)
	}
	step(l.c.ChangeBudget(campaign.BudgetSpec{AmountMicros: usd(200)}, nil, edge(noon(6))))
	if want := []string{"human"}; !slices.Equal(l.c.PauseReasons, want) {
		t.Errorf("after the raise it is paused for %v, want %v", l.c.PauseReasons, want)
	}
	step(l.c.Resume(edge(noon(6))))
	if l.c.Status() != campaign.Active {
		t.Errorf("it is %s", l.c.Status())
	}
}

func TestARaiseThatDoesNotSufficeKeepsThePause(t *testing.T) {
	l := newLedger(t, spec())
	l.record("2026-11-05", usd(150), noon(5))
	ch, err := l.c.PauseForBudget(1, "2026-11-01", edge(noon(5)))
	if err != nil {
		t.Fatal(err)
	}
	l.take(ch)
	ch, err = l.c.ChangeBudget(campaign.BudgetSpec{AmountMicros: usd(120)}, nil, edge(noon(6)))
	if err != nil {
		t.Fatal(err)
	}
	l.take(ch)
	if l.c.Status() != campaign.Paused || len(l.fired) != 1 {
		t.Errorf("it is %s after %d alerts; 150 of 120 is still spent, and was told", l.c.Status(), len(l.fired))
	}
}

func TestOverride(t *testing.T) {
	l := newLedger(t, spec())
	if _, err := l.c.Override("a good week", userID, edge(noon(2))); !fault.Is(err, fault.Conflict) {
		t.Errorf("overrode a budget that is not spent: %v", err)
	}
	l.record("2026-11-05", usd(100), noon(5))
	ch, _ := l.c.PauseForBudget(1, "2026-11-01", edge(noon(5)))
	l.take(ch)
	if _, err := l.c.Override(" ", userID, edge(noon(5))); !fault.Is(err, fault.Invalid) {
		t.Errorf("overrode without a reason: %v", err)
	}
	ch, err := l.c.Override("a good week", userID, edge(noon(5)))
	if err != nil || ch.Campaign.Status() != campaign.Active {
		t.Fatalf("%v, %s", err, ch.Campaign.Status())
	}
	l.take(ch)
	if again, _ := l.c.PauseForBudget(1, "2026-11-01", edge(noon(5))); again.Campaign.Status() != campaign.Active {
		t.Error("a redelivered alert paused over the override")
	}
}

func TestPeriodEndLetsItRunAgain(t *testing.T) {
	l := newLedger(t, spec())
	l.record("2026-11-05", usd(100), noon(5))
	ch, _ := l.c.PauseForBudget(1, "2026-11-01", edge(noon(5)))
	l.take(ch)
	end := l.c.BudgetPauseEnds()
	if want := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC); !end.Equal(want) {
		t.Fatalf("the pause ends %s, want %s", end, want)
	}
	if early, _ := l.c.EndPeriod("2026-11-01", edge(end.Add(-time.Second))); early.Campaign.Status() != campaign.Paused {
		t.Error("it ran before the period was over")
	}
	ch, err := l.c.EndPeriod("2026-11-01", edge(end))
	if err != nil || ch.Campaign.Status() != campaign.Active {
		t.Errorf("%v, it is %s", err, ch.Campaign.Status())
	}
}

// A timer may come late and twice: November's must not wake a campaign that December's budget paused.
func TestATimerOfAnotherPeriodWakesNothing(t *testing.T) {
	l := newLedger(t, spec())
	l.record("2026-11-05", usd(100), noon(5))
	ch, _ := l.c.PauseForBudget(1, "2026-11-01", edge(noon(5)))
	l.take(ch)
	l.record("2026-12-01", usd(100), noon(31)) // 1 December
	ch, _ = l.c.PauseForBudget(1, "2026-12-01", edge(noon(31)))
	l.take(ch)
	ch, err := l.c.EndPeriod("2026-11-01", edge(noon(32)))
	if err != nil || ch.Campaign.Status() != campaign.Paused {
		t.Errorf("%v, it is %s", err, ch.Campaign.Status())
	}
	if want := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC); !ch.Campaign.BudgetPauseEnds().Equal(want) {
		t.Errorf("the pause ends %s, want %s", ch.Campaign.BudgetPauseEnds(), want)
	}
}

// A lifetime has no end to wait for; once it has become a monthly budget, the month has.
func TestAPauseGetsAnEndWithAPeriod(t *testing.T) {
	s := spec()
	s.Budget.Period = budget.Lifetime
	l := newLedger(t, s)
	l.record("2026-11-05", usd(300), noon(5))
	ch, _ := l.c.PauseForBudget(1, "", edge(noon(5)))
	l.take(ch)
	if !l.c.BudgetPauseEnds().IsZero() {
		t.Fatal("a lifetime's pause has an end")
	}
	ch, err := l.c.ChangeBudget(campaign.BudgetSpec{AmountMicros: usd(200), Period: budget.Monthly}, slices.Collect(maps.Values(l.rows)), edge(noon(6)))
	if err != nil || ch.Campaign.Status() != campaign.Paused {
		t.Fatalf("%v, it is %s", err, ch.Campaign.Status())
	}
	if want := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC); !ch.Campaign.BudgetPauseEnds().Equal(want) {
		t.Errorf("the pause ends %s, want %s", ch.Campaign.BudgetPauseEnds(), want)
	}
}

func TestArchivedIsForGood(t *testing.T) {
	l := newLedger(t, spec())
	l.record("2026-11-05", usd(100), noon(5))
	ch, _ := l.c.PauseForBudget(1, "2026-11-01", edge(noon(5)))
	l.take(ch)
	ch, _ = l.c.Archive(edge(noon(6)))
	l.take(ch)
	if !l.c.BudgetPauseEnds().IsZero() {
		t.Error("an archived campaign waits for the period's end")
	}
	for name, change := range map[string]func() (campaign.Change, error){
		"the period's end": func() (campaign.Change, error) { return l.c.EndPeriod("2026-11-01", edge(noon(31))) },
		"a late alert":     func() (campaign.Change, error) { return l.c.PauseForBudget(1, "2026-11-01", edge(noon(7))) },
		"archiving again":  func() (campaign.Change, error) { return l.c.Archive(edge(noon(7))) },
		"resuming":         func() (campaign.Change, error) { return l.c.Resume(edge(noon(7))) },
		"pausing":          func() (campaign.Change, error) { return l.c.Pause("", edge(noon(7))) },
		"a budget": func() (campaign.Change, error) {
			return l.c.ChangeBudget(campaign.BudgetSpec{AmountMicros: 1}, nil, edge(noon(7)))
		},
	} {
		ch, err := change()
		if err == nil && (ch.Campaign.Status() != campaign.Archived || len(ch.Events) > 0) {
			t.Errorf("%s made it %s", name, ch.Campaign.Status())
		}
	}
}

func TestConversionValueHoldsForThePast(t *testing.T) {
	s := spec()
	s.ValuePer = campaign.Value{ConversionMicros: usd(5), ApprovedMicros: usd(100)}
	c := create(t, s)
	given := int64(usd(7))
	rows := []campaign.Row{
		{Date: "2026-11-01", PlacementID: c.Placements[0].ID, ConversionMicros: 2_000_000, ApprovedMicros: 1_000_000, AsOf: noon(1)},
		{Date: "2026-10-31", PlacementID: c.Placements[0].ID, ConversionMicros: 9_000_000, RevenueMicros: &given, AsOf: noon(1)},
	}
	out, err := c.Record(rows, nil, edge(noon(1)))
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := out.Campaign.Totals.Revenue(s.ValuePer); got != usd(2*5+100+7) {
		t.Errorf("revenue %d, want 117 USD", got)
	}
	if got, _ := out.Campaign.Totals.Revenue(campaign.Value{ConversionMicros: usd(6)}); got != usd(2*6+7) {
		t.Errorf("revenue %d under another value, want 19 USD", got)
	}
}

func TestBadInputNamesTheField(t *testing.T) {
	tests := []struct {
		name  string
		field string
		edit  func(*campaign.Spec)
	}{
		{"no name", "name", func(s *campaign.Spec) { s.Name = " " }},
		{"control characters", "name", func(s *campaign.Spec) { s.Name = "a\x00b" }},
		{"objective", "objective", func(s *campaign.Spec) { s.Objective = "fame" }},
		{"currency", "currency", func(s *campaign.Spec) { s.Currency = "usd" }},
		{"time zone", "timeZone", func(s *campaign.Spec) { s.TimeZone = "Local" }},
		{"date", "startDate", func(s *campaign.Spec) { s.StartDate = "2026-02-30" }},
		{"zero budget", "budget.amount", func(s *campaign.Spec) { s.Budget.AmountMicros = 0 }},
		{"negative budget", "budget.amount", func(s *campaign.Spec) { s.Budget.AmountMicros = -1 }},
		{"manager", "managerIds[0]", func(s *campaign.Spec) { s.ManagerIDs = []string{"bob"} }},
		{"platform", "placements[0].platform", func(s *campaign.Spec) { s.Placements[0].Platform = "myspace" }},
		{"currency of a placement", "placements[0].currency", func(s *campaign.Spec) { s.Placements[0].Currency = "EUR" }},
		{"a placement twice", "placements[1]", func(s *campaign.Spec) { s.Placements = append(s.Placements, s.Placements[0]) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := spec()
			tt.edit(&s)
			_, err := campaign.Create(s, edge(noon(1)))
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("%v", err)
			}
			var fields []string
			for _, f := range err.(*fault.Error).Fields {
				fields = append(fields, f.Name)
			}
			if !slices.Equal(fields, []string{tt.field}) {
				t.Errorf("fields %v, want %s", fields, tt.field)
			}
		})
	}
}

func TestRowsMustBeOfTheCampaign(t *testing.T) {
	c := create(t, spec())
	good := campaign.Row{Date: "2026-11-01", PlacementID: c.Placements[0].ID, AsOf: noon(1)}
	tests := []struct {
		field string
		edit  func(*campaign.Row)
	}{
		{"rows[0].date", func(r *campaign.Row) { r.Date = "01.11.2026" }},
		{"rows[0].date", func(r *campaign.Row) { r.Date = "2026-11-02" }},
		{"rows[0].placementId", func(r *campaign.Row) { r.PlacementID = "elsewhere" }},
		{"rows[0].clicks", func(r *campaign.Row) { r.Clicks = -1 }},
		{"rows[0].asOf", func(r *campaign.Row) { r.AsOf = noon(2) }},
	}
	for _, tt := range tests {
		row := good
		tt.edit(&row)
		_, err := c.Record([]campaign.Row{row}, nil, edge(noon(1)))
		if e, ok := err.(*fault.Error); !ok || len(e.Fields) != 1 || e.Fields[0].Name != tt.field {
			t.Errorf("%+v: %v, want field %s", row, err, tt.field)
		}
	}
	if _, err := c.Record([]campaign.Row{good, good}, nil, edge(noon(1))); !fault.Is(err, fault.Invalid) {
		t.Errorf("a day given twice: %v", err)
	}
}

func TestChecksFindWhatIsProbablyAMistake(t *testing.T) {
	s := spec()
	s.Budget, s.Placements, s.StartDate, s.EndDate = nil, nil, "2026-11-10", "2026-11-01"
	var codes []string
	for _, f := range create(t, s).Check(campaign.Surroundings{RunningNames: []string{"x"}}) {
		codes = append(codes, f.Code)
	}
	if want := []string{"no_budget", "end_before_start", "no_placement", "name_running"}; !slices.Equal(codes, want) {
		t.Errorf("found %v, want %v", codes, want)
	}
	if found := create(t, spec()).Check(campaign.Surroundings{}); len(found) != 0 {
		t.Errorf("found %v in a good campaign", found)
	}
}
