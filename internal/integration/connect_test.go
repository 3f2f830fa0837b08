package integration_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/integration"
	"bellwether/internal/platform"
)

func shop() platform.Account {
	return platform.Account{ID: "1", Name: "Shop", Currency: "USD", TimeZone: "America/New_York"}
}

func connectSpec(a platform.Account) integration.Spec {
	return integration.Spec{ID: "i", OrgID: "o", Platform: platform.Meta, By: "ann", Account: a, Grant: integration.GrantFacts{Scopes: []string{"ads_read"}}}
}

// data is the payload of the n'th event of the change.
func data[T event.Data](t *testing.T, ch integration.Change, n int) T {
	t.Helper()
	if n >= len(ch.Events) {
		t.Fatalf("%d events", len(ch.Events))
	}
	env, err := event.Decode[T](ch.Events[n])
	if err != nil {
		t.Fatal(err)
	}
	return env.Data
}

func TestAccountsThatCannotBeConnected(t *testing.T) {
	for field, change := range map[string]func(*platform.Account){
		"account.id":       func(a *platform.Account) { a.ID = "" },
		"account.currency": func(a *platform.Account) { a.Currency = "dollars" },
		"account.timeZone": func(a *platform.Account) { a.TimeZone = "Local" },
	} {
		a := shop()
		change(&a)
		_, err := integration.Connect(connectSpec(a), causeAt(begin))
		if !fault.Is(err, fault.Invalid) || fieldOf(err) != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	posts := connectSpec(platform.Account{ID: "p", Name: "Page"}) // has neither money nor days
	posts.Platform = platform.Facebook
	if _, err := integration.Connect(posts, causeAt(begin)); err != nil {
		t.Errorf("for posts: %v", err)
	}
}

// A new grant brings a lost account back, with what failed forgotten; to another account it is refused.
func TestReconnect(t *testing.T) {
	l := newLife(t, platform.Meta, begin.Add(time.Hour))
	l.take()
	l.fail(platform.ClassAuthRevoked)
	l.told = nil
	other := shop()
	other.ID = "2"
	if _, err := l.account.Reconnect(connectSpec(other), causeAt(l.now)); !fault.Is(err, fault.Conflict) {
		t.Errorf("another account: %v", err)
	}
	nameless := shop()
	nameless.Currency = ""
	if _, err := l.account.Reconnect(connectSpec(nameless), causeAt(l.now)); !fault.Is(err, fault.Invalid) {
		t.Errorf("an account without money: %v", err)
	}
	l.now = l.now.Add(24 * time.Hour)
	ch, err := l.account.Reconnect(connectSpec(shop()), causeAt(l.now))
	l.change(ch, err)
	told := data[event.IntegrationConnected](t, ch, 0)
	if !told.Reconnected || told.ConnectedBy != "ann" || !slices.Equal(told.Scopes, []string{"ads_read"}) {
		t.Errorf("told %+v", told)
	}
	a := l.account
	if a.Status != integration.Connected || a.Reason != "" || !a.EndedAt.IsZero() || a.Health.Failures != 0 || a.Health.Class != "" || !a.GrantEnds.IsZero() {
		t.Errorf("reconnected: %+v", a)
	}
	if a.Stale(l.now.Add(30*time.Minute)) || !a.Stale(l.now.Add(31*time.Minute)) {
		t.Error("its data is as old as before")
	}
	ch, err = a.Reconnect(connectSpec(shop()), causeAt(l.now)) // connected already: the new grant, and nothing else
	if l.change(ch, err); len(ch.Events) != 0 || l.account.Version != a.Version+1 || !l.account.ConnectedAt.Equal(a.ConnectedAt) {
		t.Errorf("again: %d events, %+v", len(ch.Events), l.account)
	}
}

// What an account is called may change, and its zone; its currency can't.
func TestReread(t *testing.T) {
	l := newLife(t, platform.Meta, time.Time{})
	for name, tt := range map[string]struct {
		change  func(*platform.Account)
		version int64
		kind    fault.Kind
	}{
		"the same":         {func(*platform.Account) {}, 1, ""},
		"renamed":          {func(a *platform.Account) { a.Name = "Store" }, 2, ""},
		"moved":            {func(a *platform.Account) { a.TimeZone = "Europe/Berlin" }, 2, ""},
		"in no known zone": {func(a *platform.Account) { a.TimeZone = "Mars/Base" }, 1, ""},
		"in other money":   {func(a *platform.Account) { a.Currency = "EUR" }, 0, fault.Permanent},
	} {
		a := shop()
		tt.change(&a)
		ch, err := l.account.Reread(a, causeAt(l.now))
		if ch.Integration.Version != tt.version || tt.kind == "" && err != nil || tt.kind != "" && !fault.Is(err, tt.kind) {
			t.Errorf("%s: version %d, error %v", name, ch.Integration.Version, err)
		}
	}
}

// A person's disconnecting keeps the grant for as long as it is of use, and is told once.
func TestDisconnect(t *testing.T) {
	var ids []string
	for n := range 12 {
		ids = append(ids, fmt.Sprintf("c%02d", 11-n))
	}
	affected := integration.Affected{Count: 40, IDs: ids}.Sorted()
	for name, tt := range map[string]struct {
		given     func(*life)
		status    integration.Status
		reachable bool
	}{
		"connected": {func(*life) {}, integration.Disconnecting, true},
		"the grant is gone": {func(l *life) {
			l.change(l.account.Lose(integration.ReasonRevoked, affected, causeAt(l.now)))
		}, integration.Disconnected, false},
	} {
		l := newLife(t, platform.Meta, time.Time{})
		tt.given(l)
		ch, err := l.account.Disconnect(false, affected, causeAt(l.now.Add(time.Hour)))
		l.change(ch, err)
		told := data[event.IntegrationDisconnected](t, ch, 0)
		if l.account.Status != tt.status || l.account.Reason != integration.ReasonUser || told.Reachable != tt.reachable || told.Reason != "user" {
			t.Errorf("%s: %s for %q, told %+v", name, l.account.Status, l.account.Reason, told)
		}
		if told.CampaignCount != 40 || len(told.CampaignIDs) != integration.MaxNamed || told.CampaignIDs[0] != "c00" {
			t.Errorf("%s: it names %v of %d", name, told.CampaignIDs, told.CampaignCount)
		}
		version := l.account.Version
		for what, again := range map[string]func() (integration.Change, error){
			"disconnected": func() (integration.Change, error) { return l.account.Disconnect(true, affected, causeAt(l.now)) },
			"lost": func() (integration.Change, error) {
				return l.account.Lose(integration.ReasonRevoked, affected, causeAt(l.now))
			},
		} {
			if ch, err := again(); err != nil || ch.Integration.Version != version || len(ch.Events) != 0 {
				t.Errorf("%s, and %s again: version %d, %d events, error %v", name, what, ch.Integration.Version, len(ch.Events), err)
			}
		}
	}
}

// Who wants the campaigns to run on need not wait for anything; the end has one cause, however often it is tried.
func TestKeepRunning(t *testing.T) {
	l := newLife(t, platform.Meta, time.Time{})
	l.change(l.account.Disconnect(true, integration.Affected{Count: 3}, causeAt(l.now)))
	if !l.account.MayRelease(3, l.now) {
		t.Error("it waits for campaigns that are not to be paused")
	}
	first, second := l.account.ReleaseCause(l.now), l.account.ReleaseCause(l.now.Add(time.Hour))
	if first.ID != second.ID {
		t.Errorf("two causes: %s and %s", first.ID, second.ID)
	}
	version := l.account.Version
	l.change(l.account.CampaignsMarked(first))
	l.change(l.account.CampaignsMarked(first))
	if l.account.Version != version+1 {
		t.Errorf("version %d after %d", l.account.Version, version)
	}
}

func TestIntervals(t *testing.T) {
	l := newLife(t, platform.Meta, time.Time{})
	for _, tt := range []struct {
		minutes int
		ok      bool
		version int64
	}{{15, true, 1}, {60, true, 2}, {60, true, 2}, {0, false, 2}, {16, false, 2}, {1440, true, 3}} {
		ch, err := l.account.SetInterval(tt.minutes, causeAt(l.now))
		if (err == nil) != tt.ok {
			t.Errorf("%d minutes: %v", tt.minutes, err)
		}
		if err == nil {
			l.change(ch, nil)
		}
		if l.account.Version != tt.version {
			t.Errorf("after %d minutes version %d, want %d", tt.minutes, l.account.Version, tt.version)
		}
	}
}

// A renewed grant is warned of anew only when it ends a day later or more.
func TestRenewedGrants(t *testing.T) {
	ends := begin.AddDate(0, 0, 7)
	for name, tt := range map[string]struct {
		to   time.Time
		told int
	}{
		"the same":          {ends, 7},
		"seconds later":     {ends.Add(30 * time.Second), 7},
		"almost a day":      {ends.Add(24*time.Hour - time.Second), 7},
		"a day":             {ends.Add(24 * time.Hour), 0},
		"no end any longer": {time.Time{}, 0},
	} {
		i := integration.Integration{GrantEnds: ends, ExpiryTold: 7}.Renewed(tt.to)
		if i.ExpiryTold != tt.told || !i.GrantEnds.Equal(tt.to) {
			t.Errorf("%s: told %d, ends %v", name, i.ExpiryTold, i.GrantEnds)
		}
	}
}

func TestTile(t *testing.T) {
	l := newLife(t, platform.Meta, time.Time{})
	l.take()
	l.fail(platform.ClassNotFound)
	got := integration.TileOf(l.account)
	want := integration.Tile{
		IntegrationID: "i", Platform: "meta", AccountName: "Shop", Status: integration.Connected, Failures: 1, EveryMinutes: 15, Version: 2,
	}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// fieldOf is the first field that the error names.
func fieldOf(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok && len(f.Fields) > 0 {
		return f.Fields[0].Name
	}
	return ""
}
