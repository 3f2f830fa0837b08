package listen_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/integration"
	"bellwether/internal/notification"
	"bellwether/internal/platform"
	"bellwether/internal/produce"
	"bellwether/internal/store"
)

func TestConnectedIsWelcomedAndSynced(t *testing.T) {
	w := newTown(t)
	w.deliver(w.events("IntegrationConnected")[0])
	for _, user := range []string{ada, bob} {
		if got := w.inbox(ours, user); len(got) != 1 || got[0].Severity != notification.Low || got[0].Title != "Shop 1 (Meta) is connected: welcome" ||
			got[0].Subject != "integration/"+w.meta {
			t.Errorf("%s was told %+v", user, got)
		}
	}
	if len(w.inbox(ours, eve))+len(w.messages)+len(w.alerts(ours)) != 0 {
		t.Error("others were told, or told outside")
	}
	var m produce.SyncMessage
	if len(w.queued) != 1 || w.queued[0].Delay != 5*time.Second || json.Unmarshal(w.queued[0].Body, &m) != nil ||
		m != (produce.SyncMessage{OrgID: ours, IntegrationID: w.meta}) {
		t.Errorf("queued %+v", w.queued)
	}
	tiles := w.tiles()
	if len(tiles) != 1 || tiles[0].IntegrationID != w.meta || tiles[0].Status != integration.Connected || tiles[0].AccountName != "Shop 1" {
		t.Errorf("tiles %+v", tiles)
	}
}

// A late word on a connection that has ended since starts nothing.
func TestConnectedTooLateSyncsNothing(t *testing.T) {
	w := newTown(t)
	w.disconnect(ours, w.meta, true)
	w.deliver(w.events("IntegrationConnected")[0])
	if len(w.queued) != 0 || w.tiles()[0].Status != integration.Disconnecting {
		t.Errorf("queued %+v, tiles %+v", w.queued, w.tiles())
	}
}

func TestDisconnected(t *testing.T) {
	tests := []struct {
		name     string
		given    func(w *town)
		severity notification.Severity
		loud     bool
		says     []string
		not      []string
		state    campaign.ControlState // of One's placement
		wants    bool                  // it is to be paused at the platform
		marked   bool
	}{
		{
			"revoked", func(w *town) { w.lose(ours, w.meta, integration.ReasonRevoked, w.one, w.both) }, notification.High, true,
			[]string{"Nothing can be paused at Meta any more, and what happens there is unknown. May go on spending: ", "One", "Both", "Reconnect the account."},
			[]string{"Other"}, campaign.ControlUnknown, false, false,
		},
		{
			"suspended", func(w *town) { w.lose(ours, w.meta, integration.ReasonSuspended, w.one, w.both) }, notification.Critical, true,
			[]string{"suspended the ad account", "May go on spending: "}, nil, campaign.ControlUnknown, false, false,
		},
		{
			"by a person", func(w *town) { w.disconnect(ours, w.meta, false, w.one, w.both) }, notification.Low, false,
			[]string{"2 campaigns are being paused at Meta before the access is given up."}, []string{"spending"}, campaign.ControlConfirmed, true, true,
		},
		{
			"by a person who leaves them running", func(w *town) { w.disconnect(ours, w.meta, true, w.one, w.both) }, notification.Medium, false,
			[]string{"As asked, the campaigns are left at Meta as they are.", "May go on spending: "}, nil, campaign.ControlUnknown, false, true,
		},
		{
			"by a person, after it was lost", func(w *town) {
				w.lose(ours, w.meta, integration.ReasonExpired, w.one, w.both)
				w.disconnect(ours, w.meta, false, w.one, w.both)
			}, notification.Medium, false,
			[]string{"May go on spending: "}, []string{"being paused"}, campaign.ControlUnknown, false, false,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newTown(t)
			untouched := []campaign.Campaign{w.read(ours, w.other), w.read(theirs, w.theirOne)}
			tt.given(w)
			w.deliver(w.last("IntegrationDisconnected"))
			for _, user := range []string{ada, bob, eve} { // eve manages a campaign
				got := w.inbox(ours, user)
				if len(got) != 1 || got[0].Severity != tt.severity {
					t.Fatalf("%s was told %+v", user, got)
				}
				w.says(got[0].Text, tt.says, tt.not)
			}
			if len(w.inbox(ours, gone)) != 0 {
				t.Error("a former member was told")
			}
			alerts := w.alerts(ours)
			if tt.loud != (len(alerts) == 1) || len(alerts) != len(w.messages) {
				t.Fatalf("%d alerts, %d messages", len(alerts), len(w.messages))
			}
			if tt.loud && (alerts[0].IntegrationID != w.meta || alerts[0].Kind != notification.AlertDisconnected || w.messages[0].ID != alerts[0].ID ||
				w.messages[0].Attributes["severity"] != string(tt.severity)) {
				t.Errorf("alert %+v, message %+v", alerts[0], w.messages[0])
			}
			one, both := w.read(ours, w.one), w.read(ours, w.both)
			if p := one.Placements[0]; !p.Lost || p.Control.State != tt.state || !one.Settled(p) != tt.wants {
				t.Errorf("One's placement %+v", p)
			}
			if !slices.Equal(one.PauseReasons, []string{campaign.ReasonDisconnected}) {
				t.Errorf("One stands for %v", one.PauseReasons)
			}
			if both.Status() != campaign.Active || !both.Placements[0].Lost || both.Placements[1].Lost {
				t.Errorf("Both is %s: %+v", both.Status(), both.Placements)
			}
			if w.read(ours, w.other).Version != untouched[0].Version || w.read(theirs, w.theirOne).Version != untouched[1].Version {
				t.Error("a campaign of another account was touched")
			}
			if w.integration(ours, w.meta).Marked != tt.marked || w.tiles()[0].Version != w.integration(ours, w.meta).Version {
				t.Errorf("the account is %+v", w.integration(ours, w.meta))
			}
		})
	}
}

// What nobody has seen running is not said to.
func TestDisconnectedNamesWhatRan(t *testing.T) {
	w := newTown(t)
	w.change(ours, w.one, func(c campaign.Campaign, cause event.Cause) (campaign.Change, error) {
		return c.Observe(c.Placements[0].ID, platform.Campaign{ID: "One0", Name: "One 0", Status: platform.StatusPaused}, w.now, nil, cause)
	})
	w.change(ours, w.both, func(c campaign.Campaign, cause event.Cause) (campaign.Change, error) { // its other placement runs
		return c.Observe(c.Placements[0].ID, platform.Campaign{ID: "Both0", Name: "Both 0", Status: platform.StatusPaused}, w.now, nil, cause)
	})
	w.lose(ours, w.meta, integration.ReasonRevoked, w.one, w.both)
	w.deliver(w.last("IntegrationDisconnected"))
	w.says(w.inbox(ours, ada)[0].Text, []string{"none of its 2 campaigns ran at Meta"}, []string{"spending", "One", "Both"})

	w.now = w.now.Add(time.Hour)
	w.connect(ours, platform.Meta, "1")
	w.now = w.now.Add(time.Hour)
	w.change(ours, w.both, func(c campaign.Campaign, cause event.Cause) (campaign.Change, error) { // we can't tell what that is
		return c.Observe(c.Placements[0].ID, platform.Campaign{ID: "Both0", Name: "Both 0", Status: platform.StatusUnknown}, w.now, nil, cause)
	})
	w.lose(ours, w.meta, integration.ReasonRevoked, w.one, w.both)
	w.deliver(changed(w.last("IntegrationDisconnected"), `"campaignCount":40`))
	w.says(w.inbox(ours, ada)[1].Text, []string{"May go on spending: Both, and some of 38 others."}, nil)
}

// A loss that is heard of when the account is back is told, and alarms nobody.
func TestLossThatIsOver(t *testing.T) {
	w := newTown(t)
	w.lose(ours, w.meta, integration.ReasonRevoked, w.one)
	w.now = w.now.Add(time.Minute)
	w.connect(ours, platform.Meta, "1")
	w.deliver(w.last("IntegrationDisconnected"))
	if len(w.inbox(ours, ada)) != 1 || len(w.messages)+len(w.alerts(ours)) != 0 || w.wrong(ours) != nil {
		t.Errorf("told %+v, %d messages, wrong %v", w.inbox(ours, ada), len(w.messages), w.wrong(ours))
	}
}

func TestSignalsOfAnAccount(t *testing.T) {
	w := newTown(t)
	w.lose(ours, w.meta, integration.ReasonRevoked)
	w.deliver(w.last("IntegrationDisconnected"))
	key := "integration:" + w.meta + ":auth"
	if s := w.incident(ours, key); !s.Open() || s.Class != integration.ReasonRevoked || s.ID != event.Derive(ours, "incident", key, w.last("IntegrationDisconnected").Meta.ID) {
		t.Errorf("%+v", s)
	}
	w.now = w.now.Add(time.Minute)
	w.connect(ours, platform.Meta, "1")
	w.deliver(w.last("IntegrationConnected"))
	if got := w.wrong(ours); got != nil {
		t.Errorf("wrong: %v", got)
	}
	// An account that its person gives up is nobody's incident, whatever was wrong with it.
	for range 3 {
		w.run(ours, w.meta, platform.ClassNotFound)
	}
	w.deliver(w.last("IntegrationSyncFailed"))
	if got := w.wrong(ours); !slices.Equal(got, []string{"integration:" + w.meta + ":sync"}) {
		t.Errorf("wrong: %v", got)
	}
	w.disconnect(ours, w.meta, false)
	w.deliver(w.last("IntegrationDisconnected"))
	if got := w.wrong(ours); got != nil {
		t.Errorf("wrong: %v", got)
	}
}

// Reconnecting gives back what losing took, tells who was told, and tells it once for all campaigns.
func TestReconnected(t *testing.T) {
	w := newTown(t)
	w.lose(ours, w.meta, integration.ReasonRevoked, w.one, w.both)
	w.deliver(w.last("IntegrationDisconnected"))
	w.now = w.now.Add(time.Hour)
	w.connect(ours, platform.Meta, "1")
	w.deliver(w.last("IntegrationConnected"))
	for _, id := range []string{w.one, w.both} {
		if c := w.read(ours, id); c.Status() != campaign.Active || c.Placements[0].Lost {
			t.Errorf("%s is %s: %+v", c.Name, c.Status(), c.Placements[0])
		}
	}
	w.deliver(w.events("CampaignStatusChanged")...)
	if n := len(w.events("CampaignStatusChanged")); n < 2 {
		t.Fatalf("%d changes of status", n)
	}
	for _, user := range []string{ada, bob, eve} {
		if got := w.inbox(ours, user); len(got) != 2 || got[1].Title != "Shop 1 (Meta) is connected again" {
			t.Errorf("%s was told %+v", user, got)
		}
	}
}

// An account that is lost, reconnected, and disconnected by a person: in whatever order, however late
// and however often the events come, everything ends as the account is.
func TestAnyOrderEndsTheSame(t *testing.T) {
	steps := []func(w *town){
		func(w *town) { w.lose(ours, w.meta, integration.ReasonRevoked, w.one, w.both) },
		func(w *town) { w.connect(ours, platform.Meta, "1") },
		func(w *town) { w.disconnect(ours, w.meta, false, w.one, w.both) },
		func(w *town) { w.connect(ours, platform.Meta, "1") },
	}
	// An order says after which step each step's event is delivered; a repeat of one comes at the end.
	for _, last := range []int{2, 3, 4} {
		for order := range 4 * 4 * 4 * 4 {
			after := []int{order % 4, order / 4 % 4, order / 16 % 4, order / 64}
			if slices.ContainsFunc([]int{0, 1, 2, 3}, func(n int) bool { return n < last && (after[n] < n || after[n] >= last) || n >= last && after[n] != n }) {
				continue
			}
			w := newTown(t)
			var told []event.Raw
			for n, step := range steps[:last] {
				w.now = w.now.Add(time.Minute)
				step(w)
				told = w.events("IntegrationConnected", "IntegrationDisconnected")[3:]
				for k := range n + 1 {
					if after[n-k] == n { // the later ones first
						w.deliver(told[n-k])
					}
				}
			}
			repeat := w.read(ours, w.one).Version
			w.deliver(told[0])
			in := last != 3
			name := fmt.Sprintf("%d steps, heard after %v", last, after[:last])
			for _, id := range []string{w.one, w.both} {
				if p := w.read(ours, id).Placements[0]; p.Lost == in {
					t.Errorf("%s: the placement is %+v", name, p)
				}
			}
			if c := w.read(ours, w.one); (c.Status() == campaign.Active) != in || c.Version != repeat {
				t.Errorf("%s: One is %s", name, c.Status())
			}
			i := w.integration(ours, w.meta)
			if i.Marked == in || w.tiles()[0].Version != i.Version || w.wrong(ours) != nil {
				t.Errorf("%s: the account %+v, its tile %+v, wrong %v", name, i, w.tiles()[0], w.wrong(ours))
			}
			if got := w.inbox(ours, ada); len(got) != last {
				t.Errorf("%s: told %d times", name, len(got))
			}
		}
	}
}

// The account turns while its campaigns are being changed, and whoever hears of that is done first.
func TestAccountThatTurnsMeanwhile(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12} {
		w := newTown(t)
		w.lose(ours, w.meta, integration.ReasonRevoked, w.one, w.both)
		lost := w.last("IntegrationDisconnected")
		w.now = w.now.Add(time.Minute)
		w.choose = func(at int) call {
			if at == n {
				w.between = func() {
					choose := w.choose
					w.choose = nil
					w.connect(ours, platform.Meta, "1")
					w.deliver(w.last("IntegrationConnected"))
					w.choose = choose
				}
			}
			return works
		}
		w.deliver(lost)
		w.choose = nil
		w.between = nil
		if w.integration(ours, w.meta).Status != integration.Connected {
			w.connect(ours, platform.Meta, "1")
			w.deliver(w.last("IntegrationConnected"))
		}
		for _, id := range []string{w.one, w.both} {
			if c := w.read(ours, id); c.Status() != campaign.Active || c.Placements[0].Lost {
				t.Errorf("turned at call %d: %s is %s, %+v", n, c.Name, c.Status(), c.Placements[0])
			}
		}
	}
}

// A campaign that can't be changed keeps no other, and a disconnecting does not end before all know of it.
func TestOneBadCampaignKeepsNoOther(t *testing.T) {
	given := func() (*town, event.Raw) {
		w := newTown(t)
		w.disconnect(ours, w.meta, false, w.one, w.both)
		w.calls = 0
		return w, w.last("IntegrationDisconnected")
	}
	clean, e := given()
	clean.deliver(e)
	alone := 0
	for n := range clean.calls {
		w, e := given()
		w.choose = func(at int) call {
			if at == n {
				return failsBefore
			}
			return works
		}
		if w.try(e) == nil {
			t.Fatalf("call %d: nobody noticed", n)
		}
		one, both := w.read(ours, w.one).Placements[0].Lost, w.read(ours, w.both).Placements[0].Lost
		if one != both {
			alone++
		}
		if w.integration(ours, w.meta).Marked && !(one && both) {
			t.Errorf("call %d failed: the account may end, and a campaign does not know", n)
		}
	}
	if alone != 4 { // each campaign is read and written once
		t.Errorf("in %d cases one campaign followed and the other did not", alone)
	}
}

// A campaign whose record is broken is for the parked events, and the others are done. But what may pass
// comes first: as long as another campaign is only not reached, the event has to come again.
func TestBrokenCampaignKeepsNoOther(t *testing.T) {
	given := func() (*town, event.Raw) {
		w := newTown(t)
		w.disconnect(ours, w.meta, false, w.one, w.both)
		broken := store.Item{Key: store.Org(ours).Campaign(min(w.one, w.both)), Version: 9, Doc: "{"}
		if err := w.raw.Write(t.Context(), "break", store.Put(broken, store.Always())); err != nil {
			t.Fatal(err)
		}
		w.calls = 0
		return w, w.last("IntegrationDisconnected")
	}
	w, e := given()
	if err := w.try(e); err == nil || !strings.Contains(err.Error(), "parked: 1 of the account's campaigns") {
		t.Fatalf("it ends with %v", err)
	}
	if !w.read(ours, max(w.one, w.both)).Placements[0].Lost || w.integration(ours, w.meta).Marked || len(w.inbox(ours, ada)) != 1 {
		t.Error("the other campaign was not changed, or nobody told, or the account may end")
	}
	for n := range w.calls {
		w, e := given()
		w.choose = func(at int) call {
			if at == n {
				return failsBefore
			}
			return works
		}
		if err := w.try(e); err == nil || strings.Contains(err.Error(), "parked") {
			t.Errorf("call %d failed: it ends with %v", n, err)
		}
	}
}

// An account may have more campaigns than one invocation has time for: what it did stays done.
func TestManyCampaignsAreGoneOnFrom(t *testing.T) {
	w := newTown(t)
	for n := range 120 {
		w.campaign(ours, fmt.Sprint("Many ", n), w.meta)
	}
	w.disconnect(ours, w.meta, false)
	e := w.last("IntegrationDisconnected")
	marked := func() (n int) {
		links, err := store.Integrations{Table: w.raw}.Links(t.Context(), ours, w.meta)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range links {
			if p, _ := w.read(ours, l.CampaignID).Placement(l.PlacementID); p.Lost {
				n++
			}
		}
		return n
	}
	w.calls = 0
	w.choose = func(at int) call {
		if at == 150 {
			return diesAfter
		}
		return works
	}
	if err := w.try(e); err == nil || marked() == 0 || marked() == 122 {
		t.Fatalf("%d are marked: %v", marked(), err)
	}
	w.choose = nil
	before := len(w.events("CampaignStatusChanged", "CampaignUpdated"))
	left := 122 - marked()
	w.deliver(e)
	if marked() != 122 || !w.integration(ours, w.meta).Marked {
		t.Errorf("%d of 122 are marked", marked())
	}
	if n := len(w.events("CampaignStatusChanged", "CampaignUpdated")) - before; n != left {
		t.Errorf("%d events for the %d that were left", n, left)
	}
}

func (w *town) tiles() []integration.Tile {
	w.t.Helper()
	tiles, err := w.runs().Tiles(w.t.Context(), ours)
	if err != nil {
		w.t.Fatal(err)
	}
	return tiles
}

// says holds a text to what it must say, and must not.
func (w *world) says(text string, want, not []string) {
	w.t.Helper()
	for _, part := range want {
		if !strings.Contains(text, part) {
			w.t.Errorf("lacks %q:\n%s", part, text)
		}
	}
	for _, part := range not {
		if strings.Contains(text, part) {
			w.t.Errorf("says %q:\n%s", part, text)
		}
	}
}
