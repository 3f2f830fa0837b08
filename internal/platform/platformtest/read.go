package platformtest

import (
	"cmp"
	"reflect"
	"slices"
	"testing"
	"time"

	"bellwether/internal/money"
	"bellwether/internal/platform"
	"bellwether/internal/platform/sandbox"
)

// accounts are the sandbox's, and come in the same order each time.
func accounts(t *testing.T, s Subject) {
	v := Open(t, s)
	got := v.Accounts(t)
	if again := v.Accounts(t); !reflect.DeepEqual(got, again) {
		t.Errorf("%+v, and then %+v", got, again)
	}
	var want []platform.Account
	for _, a := range v.World().Accounts(s.Platform) {
		want = append(want, platform.Account{ID: a.ID, Name: a.Name, Currency: a.Currency, TimeZone: a.TimeZone, Suspended: a.Suspended, ManagerID: a.ManagerID})
	}
	byID := func(a, b platform.Account) int { return cmp.Compare(a.ID, b.ID) }
	slices.SortFunc(got, byID)
	slices.SortFunc(want, byID)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// campaigns are the sandbox's, each once, with their budgets in the account's currency.
func campaigns(t *testing.T, s Subject) {
	v := Open(t, s)
	most := 0
	for _, a := range v.Accounts(t) {
		list, pages := v.Campaigns(t, a)
		want := v.World().Campaigns(s.Platform, a.ID)
		if len(list) != len(want) || pages != max((len(want)+2)/3, 1) {
			t.Errorf("%s: %d campaigns on %d pages, want %d", a.ID, len(list), pages, len(want))
			continue
		}
		most = max(most, pages)
		slices.SortFunc(list, func(a, b platform.Campaign) int { return cmp.Compare(a.ID, b.ID) })
		for i, w := range want {
			var budget *platform.Budget
			if w.BudgetKind != "" {
				budget = &platform.Budget{Kind: platform.BudgetKind(w.BudgetKind), Amount: money.Of(w.BudgetMicros, a.Currency), Shared: w.Shared}
			}
			if got := list[i]; got.ID != w.ID || got.Name != w.Name || got.RawObjective != w.Objective || got.Objective == "" || got.StartDate != s.dated(w.Start) || got.EndDate != "" || !reflect.DeepEqual(got.Budget, budget) {
				t.Errorf("%+v with %+v, want %+v", got, got.Budget, w)
			}
			if one, err := v.Connector.Campaign(t.Context(), v.Call(a), w.ID); err != nil || !reflect.DeepEqual(one, list[i]) {
				t.Errorf("read alone, %+v, error %v, want %+v", one, err, list[i])
			}
		}
	}
	if most < 2 {
		t.Errorf("no account has more than %d page", most)
	}
	a := v.Accounts(t)[0]
	if _, err := v.Connector.Campaign(t.Context(), v.Call(a), "999"); !platform.Is(err, platform.ClassNotFound) {
		t.Errorf("a campaign that is none: error %v", err)
	}
}

// statuses: what can be set is read back, and what isn't known is never guessed to run.
func statuses(t *testing.T, s Subject) {
	v := Open(t, s)
	a, c := v.known(t, s, platform.DailyBudget)
	if c.Status != platform.StatusActive || c.RawStatus == "" {
		t.Errorf("%+v", c)
	}
	v.World().Change(s.Platform, c.ID, func(c *sandbox.Campaign) { c.Status = "SOMETHING_NEW" })
	got, err := v.Connector.Campaign(t.Context(), v.Call(a), c.ID)
	if err != nil || got.Status != platform.StatusUnknown || got.RawStatus == "" || got.Status.Runs() {
		t.Errorf("%+v, error %v", got, err)
	}
	v.World().Change(s.Platform, c.ID, func(c *sandbox.Campaign) { c.Deleted = true })
	got, err = v.Connector.Campaign(t.Context(), v.Call(a), c.ID)
	if !platform.Is(err, platform.ClassNotFound) && (err != nil || got.Status != platform.StatusDeleted) {
		t.Errorf("deleted, %+v, error %v", got, err)
	}
}

// result is a day as the sandbox keeps it.
func result(d platform.Day) sandbox.Result {
	r := sandbox.Result{Date: d.Date, Impressions: d.Impressions, Clicks: d.Clicks, SpendMicros: d.SpendMicros, ConversionMicros: d.ConversionMicros}
	if d.RevenueMicros != nil {
		r.RevenueMicros = *d.RevenueMicros
	}
	return r
}

// sorted are the results by campaign, in order of their days.
func sorted(days []platform.Day) map[string][]sandbox.Result {
	all := map[string][]sandbox.Result{}
	for _, d := range days {
		all[d.CampaignID] = append(all[d.CampaignID], result(d))
	}
	for _, list := range all {
		slices.SortFunc(list, func(a, b sandbox.Result) int { return cmp.Compare(a.Date, b.Date) })
	}
	return all
}

// metrics are the sandbox's to the last micro, over windows that follow each other, and today's grow.
func metrics(t *testing.T, s Subject) {
	v := Open(t, s)
	for _, a := range v.Accounts(t) {
		list, _ := v.Campaigns(t, a)
		today := v.World().Today(sandbox.Account{TimeZone: a.TimeZone})
		v.World().AddResult(s.Platform, list[0].ID, sandbox.Result{Date: today, Impressions: 10, Clicks: 1, SpendMicros: 12_340_000, ConversionMicros: 2_000_000})
		var days []platform.Day
		first, last := date(t, today).AddDate(0, 0, -29), date(t, today)
		for from := first; !from.After(last); {
			to := from.AddDate(0, 0, v.Connector.Info().MaxDays-1)
			if to.After(last) {
				to = last
			}
			days = append(days, v.Days(t, a, from.Format(time.DateOnly), to.Format(time.DateOnly))...)
			from = to.AddDate(0, 0, 1)
		}
		told := slices.ContainsFunc(days, func(d platform.Day) bool { return d.RevenueMicros != nil })
		got, rows := sorted(days), 0
		for _, c := range list {
			want := v.World().Results(s.Platform, c.ID, first.Format(time.DateOnly), today)
			for i := range want {
				if !told {
					want[i].RevenueMicros = 0
				}
			}
			if rows += len(want); !reflect.DeepEqual(got[c.ID], want) {
				t.Errorf("campaign %s: %+v, want %+v", c.ID, got[c.ID], want)
			}
		}
		if rows != len(days) || rows < 5 {
			t.Errorf("%d rows, want %d", len(days), rows)
		}
	}
}

func date(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// windows that are too long, turned round or no days are refused before anything is sent.
func windows(t *testing.T, s Subject) {
	v := Open(t, s)
	a := v.Accounts(t)[0]
	from := date(t, "2026-08-01")
	long := from.AddDate(0, 0, v.Connector.Info().MaxDays).Format(time.DateOnly)
	for _, days := range [][2]string{{"2026-08-01", long}, {"2026-08-02", "2026-08-01"}, {"2026-8-1", "2026-08-02"}, {"2026-08-01", ""}, {"", "2026-08-01"}} {
		m := new(platform.Meter)
		c := v.Call(a)
		c.Meter = m
		if _, err := v.Connector.Metrics(t.Context(), c, days[0], days[1], ""); !platform.Is(err, platform.ClassInvalid) || m.Calls() > 0 {
			t.Errorf("%v: %d calls, error %v", days, m.Calls(), err)
		}
	}
	v.Days(t, a, "2026-08-01", from.AddDate(0, 0, v.Connector.Info().MaxDays-1).Format(time.DateOnly))
}

// dated is a campaign's date as the platform tells it.
func (s Subject) dated(date string) string {
	if s.Undated {
		return ""
	}
	return date
}

// clockChange: days are those of the account's zone, also around the one that has 25 hours.
func clockChange(t *testing.T, s Subject) {
	v := Open(t, s)
	for _, a := range v.Accounts(t) {
		day, ok := longDay(t, a.TimeZone)
		if !ok {
			continue
		}
		list, _ := v.Campaigns(t, a)
		id, around := list[0].ID, []string{day.AddDate(0, 0, -1).Format(time.DateOnly), day.Format(time.DateOnly), day.AddDate(0, 0, 1).Format(time.DateOnly)}
		for i, d := range around {
			v.World().AddResult(s.Platform, id, sandbox.Result{Date: d, SpendMicros: int64(i+1) * 1_000_000})
			got := sorted(v.Days(t, a, d, d))[id]
			if want := v.World().Results(s.Platform, id, d, d); len(got) != 1 || got[0].Date != d || got[0].SpendMicros != want[0].SpendMicros {
				t.Errorf("%s in %s: %+v, want %+v", d, a.TimeZone, got, want)
			}
			v.World().Change(s.Platform, id, func(c *sandbox.Campaign) { c.Start, c.End = d, "2026-12-24" })
			c, err := v.Connector.Campaign(t.Context(), v.Call(a), id)
			if err != nil || c.StartDate != s.dated(d) || c.EndDate != "2026-12-24" && c.EndDate != "" {
				t.Errorf("in %s: from %s to %s, want from %s, error %v", a.TimeZone, c.StartDate, c.EndDate, d, err)
			}
		}
		if got := sorted(v.Days(t, a, around[0], around[2]))[id]; len(got) != 3 {
			t.Errorf("in %s: %+v", a.TimeZone, got)
		}
	}
}

// longDay is the day of the autumn of 2026 on which the zone's clocks are set back.
func longDay(t *testing.T, zone string) (time.Time, bool) {
	t.Helper()
	in, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	for d := time.Date(2026, 10, 1, 0, 0, 0, 0, in); d.Month() < time.December; d = d.AddDate(0, 0, 1) {
		if d.AddDate(0, 0, 1).Sub(d) == 25*time.Hour {
			return d, true
		}
	}
	return time.Time{}, false
}
