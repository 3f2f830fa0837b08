package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/grant"
	"bellwether/internal/integration"
	"bellwether/internal/platform"
	"bellwether/internal/store"
)

const (
	someOrg  = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5b"
	otherOrg = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5c"
)

// account is a connected account, as its parts were written.
type account struct {
	store.Integrations
	is   integration.Integration
	sync integration.Sync
}

func (a account) grants() store.Grants       { return store.Grants(a.Integrations) }
func (a account) campaigns() store.Campaigns { return store.Campaigns(a.Integrations) }

// connect writes an account whose first sync is due now.
func connect(t *testing.T, h Harness, externalID string) account {
	t.Helper()
	a := account{Integrations: store.Integrations{Table: h.Table}}
	id := integration.IDOf(someOrg, platform.Meta, externalID)
	ch, err := integration.Connect(integration.Spec{
		ID: id, OrgID: someOrg, Platform: platform.Meta, By: "bob",
		Account: platform.Account{ID: externalID, Name: "Shop", Currency: "USD", TimeZone: "UTC"},
	}, event.Edge(event.Derive("connect", externalID), "user/bob", h.Clock.Now()))
	if err != nil {
		t.Fatal(err)
	}
	a.is = ch.Integration
	a.sync = integration.Sync{OrgID: someOrg, IntegrationID: id, NextAt: h.Clock.Now(), Version: 1}
	sealed := grant.Record{OrgID: someOrg, IntegrationID: id, Sealed: []byte("sealed"), Version: 1}
	if err := a.Connect(t.Context(), "connect "+externalID, integration.Integration{}, ch, sealed, integration.Sync{}, a.sync); err != nil {
		t.Fatal(err)
	}
	return a
}

// take gives the account's work to holder.
func (a *account) take(t *testing.T, holder string, now time.Time) {
	t.Helper()
	next, err := a.sync.Take(holder, a.is, now)
	if err == nil {
		err = a.PutSync(t.Context(), a.sync, next)
	}
	if err != nil {
		t.Fatal(err)
	}
	a.sync = next
}

// holds checks that the account and its sync are stored as versions that the test knows.
func (a account) holds(t *testing.T, version, fence int64) {
	t.Helper()
	is, err := a.Get(t.Context(), someOrg, a.is.ID)
	if err != nil {
		t.Fatal(err)
	}
	sync, err := a.Sync(t.Context(), someOrg, a.is.ID)
	if err != nil || is.Version != version || sync.Version != fence {
		t.Errorf("version %d, want %d; fence %d, want %d; error %v", is.Version, version, sync.Version, fence, err)
	}
}

func conflicts(t *testing.T, what string, err error) {
	t.Helper()
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("%s: %v, want a conflict", what, err)
	}
}

// An account is there with its grant, its sync and its owner, for its organisation and for no other.
func testAccounts(t *testing.T, h Harness) {
	a, b := connect(t, h, "1"), connect(t, h, "2")
	a.holds(t, 1, 1)
	list, err := a.List(t.Context(), someOrg)
	var ids []string
	for _, i := range list {
		ids = append(ids, i.ID)
	}
	if want := slices.Sorted(slices.Values([]string{a.is.ID, b.is.ID})); err != nil || !slices.Equal(ids, want) {
		t.Errorf("listed %v, want %v, error %v", ids, want, err)
	}
	if g, err := a.grants().Grant(t.Context(), someOrg, a.is.ID); err != nil || string(g.Sealed) != "sealed" || g.Version != 1 {
		t.Errorf("grant %+v, error %v", g, err)
	}
	if owners, err := a.Owners(t.Context(), platform.Meta, "1"); err != nil || len(owners) != 1 || owners[0].OrgID != someOrg || owners[0].IntegrationID != a.is.ID {
		t.Errorf("owners %+v, error %v", owners, err)
	}
	if _, err := a.Get(t.Context(), otherOrg, a.is.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("another organisation reads it: %v", err)
	}
	if list, err := a.List(t.Context(), otherOrg); err != nil || len(list) != 0 {
		t.Errorf("another organisation lists %+v, error %v", list, err)
	}
	if owners, err := a.Owners(t.Context(), platform.Google, "1"); err != nil || len(owners) != 0 {
		t.Errorf("another platform's owners %+v, error %v", owners, err)
	}
}

// Of many workers one takes the account.
func testRaceOnLease(t *testing.T, h Harness) {
	a := connect(t, h, "1")
	won := race(t, h, func(n int) []store.Op {
		next, err := a.sync.Take(fmt.Sprint("worker ", n), a.is, h.Clock.Now())
		if err != nil {
			t.Error(err)
		}
		return []store.Op{store.Put(store.Item{
			Key: store.Org(someOrg).Sync(a.is.ID), Version: next.Version, Doc: fmt.Sprintf(`{"holder":%q}`, next.Holder),
		}, store.VersionIs(a.sync.Version))}
	})
	sync, err := a.Sync(t.Context(), someOrg, a.is.ID)
	if len(won) != 1 || err != nil || sync.Holder != fmt.Sprint("worker ", won[0]) {
		t.Errorf("%v hold it, %q is stored, error %v", won, sync.Holder, err)
	}
}

// The end of an attempt is written whole or not at all: not by a worker that was overtaken, and not
// over an account that has changed since.
func testSettle(t *testing.T, h Harness) {
	a := connect(t, h, "1")
	a.take(t, "first", h.Clock.Now())
	overtaken := a
	h.Clock.Add(integration.LeaseTime)
	a.take(t, "second", h.Clock.Now())
	out, err := overtaken.sync.Succeed(a.is, integration.Affected{}, h.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	conflicts(t, "the worker that was overtaken", a.Settle(t.Context(), "settle", overtaken.sync, a.is, out))
	a.holds(t, 1, 3)

	out, err = a.sync.Succeed(a.is, integration.Affected{}, h.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	slower, err := a.Update(t.Context(), "interval", someOrg, a.is.ID, func(i integration.Integration) (integration.Change, error) {
		return i.SetInterval(60, event.Edge("interval", "user/bob", h.Clock.Now()))
	})
	if err != nil {
		t.Fatal(err)
	}
	conflicts(t, "an account that has changed", a.Settle(t.Context(), "settle", a.sync, a.is, out))
	a.holds(t, 2, 3)

	if out, err = a.sync.Succeed(slower, integration.Affected{}, h.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	if err := a.Settle(t.Context(), "settle", a.sync, slower, out); err != nil {
		t.Fatal(err)
	}
	a.holds(t, 3, 4)
	item, ok := get(t, h, store.Org(someOrg).Integration(a.is.ID))
	if !ok || item.Events == "" {
		t.Errorf("its events are not stored with it: %+v", item)
	}
}

// A sync that is asked for while somebody takes it is asked for again, on what is there then.
func testAskSync(t *testing.T, h Harness) {
	a := connect(t, h, "1")
	later := a.sync
	later.NextAt, later.Version = h.Clock.Now().Add(time.Hour), 2
	if err := a.PutSync(t.Context(), a.sync, later); err != nil {
		t.Fatal(err)
	}
	a.sync = later
	tries := 0
	next, err := a.AskSync(t.Context(), someOrg, a.is.ID, func(s integration.Sync) integration.Sync {
		if tries++; tries == 1 {
			a.take(t, "worker", later.NextAt)
		}
		return s.Ask(integration.TriggerUser, "correlation", h.Clock.Now())
	})
	if err != nil || tries != 2 || next.Holder != "worker" || next.Trigger != integration.TriggerUser {
		t.Errorf("%+v after %d tries, error %v", next, tries, err)
	}
	a.holds(t, 1, 4)
}

// What was disconnected leaves neither grant nor owner behind, and has no place on the schedule.
func testRelease(t *testing.T, h Harness) {
	a := connect(t, h, "1")
	cause := event.Edge("disconnect", "user/bob", h.Clock.Now())
	is, err := a.Update(t.Context(), "disconnect", someOrg, a.is.ID, func(i integration.Integration) (integration.Change, error) {
		return i.Disconnect(true, integration.Affected{}, cause)
	})
	if err != nil {
		t.Fatal(err)
	}
	ch, err := is.Released(cause)
	if err != nil {
		t.Fatal(err)
	}
	out := integration.Settled{Sync: a.sync.Stop(), Change: ch}
	older := a.sync
	older.Version--
	conflicts(t, "a worker that was overtaken", a.Release(t.Context(), "release", older, is, out))
	if _, err := a.grants().Grant(t.Context(), someOrg, a.is.ID); err != nil {
		t.Errorf("it took the grant: %v", err)
	}
	if err := a.Release(t.Context(), "release", a.sync, is, out); err != nil {
		t.Fatal(err)
	}
	a.holds(t, 3, 2)
	if _, err := a.grants().Grant(t.Context(), someOrg, a.is.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("the grant: %v", err)
	}
	if owners, err := a.Owners(t.Context(), platform.Meta, "1"); err != nil || len(owners) != 0 {
		t.Errorf("owners %+v, error %v", owners, err)
	}
	if due := dueSyncs(t, a, h.Clock.Now().AddDate(1, 0, 0), 100); len(due) != 0 {
		t.Errorf("due %v", due)
	}
}
