package listen_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"bellwether/internal/analytics"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/integration"
	"bellwether/internal/notification"
	"bellwether/internal/platform"
	"bellwether/internal/store"
)

// One run that is tried four times and then succeeds by itself: nobody hears of it, the history has it once.
func TestAttemptsTellNobody(t *testing.T) {
	w := newTown(t)
	for range 3 {
		w.run(ours, w.meta, platform.ClassTransient)
	}
	w.run(ours, w.meta, "")
	w.deliver(w.events("IntegrationSyncFailed", "IntegrationSyncCompleted")...)
	if n := len(w.events("IntegrationSyncFailed")); n != 3 {
		t.Fatalf("%d attempts failed", n)
	}
	if len(w.inbox(ours, ada))+len(w.messages) != 0 || w.wrong(ours) != nil {
		t.Errorf("told %+v, wrong %v", w.inbox(ours, ada), w.wrong(ours))
	}
	runs := w.history()
	if len(runs) != 1 || runs[0].Status != "succeeded" || !runs[0].StartedAt.Equal(begin) || !runs[0].EndedAt.Equal(w.now) {
		t.Errorf("history %+v", runs)
	}
}

// An outage is told when it begins, when it counts as failing and when it has lasted for days; in
// between only the history grows.
func TestOutageIsToldByItsChanges(t *testing.T) {
	w := newTown(t)
	w.now = w.now.AddDate(0, 0, 30)
	w.run(ours, w.meta, "")
	succeeded := w.now
	var want, got []string
	told, sent := 0, 0
	for n := 1; n <= 60; n++ {
		w.now = w.now.Add(3 * time.Hour)
		w.run(ours, w.meta, platform.ClassNotFound)
		w.deliver(w.last("IntegrationSyncFailed"))
		if w.integration(ours, w.meta).Health.Failures != n {
			t.Fatalf("failure %d is not final", n)
		}
		list := w.inbox(ours, bob)
		for _, notice := range list[told:] {
			got = append(got, string(notice.Severity)+" "+notice.Title)
		}
		if loud := len(w.messages) > sent; len(list) > told && loud != list[len(list)-1].Severity.Loud() {
			t.Errorf("failure %d: %d messages", n, len(w.messages))
		}
		told, sent = len(list), len(w.messages)
		switch {
		case n == 1:
			want = append(want, "low A sync of Shop 1 (Meta) failed")
		case n == 3:
			want = append(want, "high Shop 1 (Meta) fails to sync: 3 times in a row")
		case n >= 20 && w.now.Sub(succeeded) >= 96*time.Hour && len(want) == 2:
			want = append(want, "high Shop 1 (Meta) has not been synced for four days")
		}
		if !slices.Equal(got, want) {
			t.Fatalf("after %d failures told %q, want %q", n, got, want)
		}
	}
	if len(want) != 3 || len(w.messages) != 2 || len(w.alerts(ours)) != 2 {
		t.Errorf("told %q, %d messages", want, len(w.messages))
	}
	long := w.inbox(ours, ada)[2]
	if i := slices.IndexFunc(w.events("IntegrationSyncFailed"), func(e event.Raw) bool { return e.Meta.ID == long.EventID }); i < 19 {
		t.Errorf("the notice names the event %q", long.EventID)
	}
	if s := w.incident(ours, "integration:"+w.meta+":sync"); !s.Open() || s.Signals != 60 || s.Class != string(platform.ClassNotFound) {
		t.Errorf("signal %+v", s)
	}
	w.run(ours, w.meta, "")
	w.deliver(w.last("IntegrationSyncCompleted"), w.last("IntegrationRecovered"))
	w.wellAgain()
	if list := w.inbox(ours, ada); len(list) != 4 || list[3].Severity != notification.Low || w.wrong(ours) != nil {
		t.Errorf("told %+v, wrong %v", list[len(list)-1], w.wrong(ours))
	}
}

// Two failures and a success are no outage, but what the first noted has to go, in whatever order they are heard.
func TestSuccessResolvesWhatFailed(t *testing.T) {
	for _, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		w := newTown(t)
		w.run(ours, w.meta, platform.ClassNotFound)
		w.run(ours, w.meta, platform.ClassNotFound)
		w.run(ours, w.meta, "")
		events := w.events("IntegrationSyncFailed", "IntegrationSyncCompleted")
		for _, n := range order {
			w.deliver(events[n])
		}
		w.wellAgain()
		if got := w.wrong(ours); got != nil {
			t.Errorf("heard in order %v: wrong %v", order, got)
		}
		if runs := w.history(); len(runs) != 4 || runs[1].Status != "succeeded" || runs[2].Status != "failed" {
			t.Errorf("history %+v", runs)
		}
		if tile := w.tiles()[0]; tile.Failures != 0 || tile.Version != w.integration(ours, w.meta).Version {
			t.Errorf("tile %+v", tile)
		}
	}
	w := newTown(t)
	w.run(ours, w.meta, platform.ClassNotFound)
	w.deliver(w.last("IntegrationSyncFailed"))
	if got := w.wrong(ours); len(got) != 1 {
		t.Fatalf("wrong %v", got)
	}
	w.run(ours, w.meta, "")
	w.deliver(w.last("IntegrationSyncCompleted"))
	if got := w.wrong(ours); len(got) != 1 {
		t.Errorf("one success, which may be luck, ended it: %v", got)
	}
	w.wellAgain()
	if got := w.wrong(ours); got != nil {
		t.Errorf("wrong %v", got)
	}
}

// Who lost the account hears that it is lost, not that a sync failed.
func TestLostAccessIsToldOnce(t *testing.T) {
	for _, class := range []platform.Class{platform.ClassAuthExpired, platform.ClassAuthRevoked, platform.ClassAuthScope, platform.ClassSuspended} {
		w := newTown(t)
		w.run(ours, w.meta, class)
		w.deliver(w.last("IntegrationSyncFailed"))
		if len(w.inbox(ours, ada))+len(w.messages) != 0 {
			t.Errorf("%s: told %+v", class, w.inbox(ours, ada))
		}
		w.deliver(w.last("IntegrationDisconnected"))
		if len(w.inbox(ours, ada)) != 1 || len(w.messages) != 1 || !slices.Equal(w.wrong(ours), []string{"integration:" + w.meta + ":auth"}) {
			t.Errorf("%s: told %+v, wrong %v", class, w.inbox(ours, ada), w.wrong(ours))
		}
		if runs := w.history(); len(runs) != 1 || runs[0].Status != "failed" || runs[0].Class != string(class) {
			t.Errorf("%s: history %+v", class, runs)
		}
	}
}

// The twentieth failure of days is the one that loses the account: that is told, and not that it fails.
func TestLostAccessAfterDaysOfFailing(t *testing.T) {
	w := newTown(t)
	for range 19 {
		w.run(ours, w.meta, platform.ClassNotFound)
	}
	w.now = w.now.AddDate(0, 0, 5)
	w.run(ours, w.meta, platform.ClassAuthRevoked)
	if e := w.integration(ours, w.meta); e.Health.Failures != 20 {
		t.Fatalf("%d failures", e.Health.Failures)
	}
	w.deliver(w.last("IntegrationSyncFailed"))
	if got := w.inbox(ours, ada); len(got) != 0 {
		t.Errorf("told %+v", got)
	}
}

func TestHistoryOfAFailure(t *testing.T) {
	for fields, want := range map[string]string{
		`"willRetry":true`: "retrying", `"willRetry":true,"partial":true`: "retrying", `"partial":true`: "partial", `"attempt":4`: "failed",
	} {
		w := newTown(t)
		w.run(ours, w.meta, platform.ClassNotFound)
		w.deliver(changed(w.last("IntegrationSyncFailed"), fields+`,"message":"`+strings.Repeat("é", 600)+`"`))
		runs := w.history()
		if len(runs) != 1 || runs[0].Status != want || len([]rune(runs[0].Message)) != 500 {
			t.Errorf("%s: history %+v, want %s", fields, runs, want)
		}
	}
}

// Data that got too old is loud when no failing sync tells of it, and while it is true.
func TestStale(t *testing.T) {
	stale := func(w *town) {
		w.now = w.now.Add(time.Hour)
		w.account(ours, w.meta, func(i integration.Integration, cause event.Cause) (integration.Change, error) {
			return i.GoStale(cause)
		})
	}
	tests := []struct {
		name     string
		given    func(w *town)
		severity notification.Severity
		sent     int
		wrong    bool
	}{
		{"nothing runs", stale, notification.High, 1, true},
		{"a sync fails", func(w *town) { w.run(ours, w.meta, platform.ClassNotFound); stale(w) }, notification.Medium, 0, true},
		{"well again already", func(w *town) { stale(w); w.run(ours, w.meta, "") }, notification.Medium, 0, false},
	}
	for _, tt := range tests {
		w := newTown(t)
		tt.given(w)
		w.deliver(w.last("MetricsStale"))
		list := w.inbox(ours, ada)
		if len(list) != 1 || list[0].Severity != tt.severity || len(w.messages) != tt.sent || len(w.alerts(ours)) != tt.sent {
			t.Errorf("%s: told %+v, %d messages", tt.name, list, len(w.messages))
		}
		if got := slices.Contains(w.wrong(ours), "integration:"+w.meta+":stale"); got != tt.wrong {
			t.Errorf("%s: wrong %v", tt.name, w.wrong(ours))
		}
	}
}

// A success after data that was only old takes back what was noted of that.
func TestStaleIsResolved(t *testing.T) {
	w := newTown(t)
	w.deliver(scenarios["stale"](w))
	if got := w.wrong(ours); !slices.Equal(got, []string{"integration:" + w.meta + ":stale"}) {
		t.Fatalf("wrong %v", got)
	}
	w.run(ours, w.meta, "")
	w.deliver(w.last("IntegrationRecovered"))
	if got := w.wrong(ours); got != nil {
		t.Errorf("wrong %v", got)
	}
}

// wellAgain is one more sync that succeeds: the first may be luck.
func (w *town) wellAgain() {
	w.now = w.now.Add(15 * time.Minute)
	w.run(ours, w.meta, "")
	w.deliver(w.last("IntegrationSyncCompleted"))
}

func TestGrantEnding(t *testing.T) {
	w := newTown(t)
	for _, days := range []int{46, 53, 59} { // of 60
		w.now = begin.AddDate(0, 0, days).Add(time.Hour)
		w.run(ours, w.meta, "")
		w.deliver(changed(w.last("IntegrationTokenExpiring"), `"campaignIds":["`+w.one+`"],"campaignCount":3`))
	}
	var got []string
	for _, n := range w.inbox(ours, bob) {
		got = append(got, string(n.Severity))
		w.says(n.Text, []string{"Otherwise 3 campaigns are no longer synced, and can't be paused from here: One, and 2 others."}, nil)
	}
	if !slices.Equal(got, []string{"low", "medium", "high"}) || len(w.messages) != 1 {
		t.Errorf("told %v, %d messages", got, len(w.messages))
	}
	// A warning that comes after the account was reconnected is no alarm.
	w = newTown(t)
	w.now = begin.AddDate(0, 0, 59).Add(time.Hour)
	w.run(ours, w.meta, "")
	w.lose(ours, w.meta, integration.ReasonExpired)
	w.connect(ours, platform.Meta, "1")
	w.deliver(w.last("IntegrationTokenExpiring"))
	if len(w.messages) != 0 || len(w.inbox(ours, ada)) != 1 {
		t.Errorf("%d messages", len(w.messages))
	}
}

func TestMuchHasChangedIsTold(t *testing.T) {
	w := newTown(t)
	w.run(ours, w.meta, "")
	first := w.last("IntegrationSyncCompleted")
	w.deliver(changed(first, `"added":5000`))
	if len(w.inbox(ours, ada)) != 0 {
		t.Fatal("the first sync was told")
	}
	w.now = w.now.Add(time.Hour)
	w.run(ours, w.meta, "")
	w.deliver(changed(w.last("IntegrationSyncCompleted"), `"change":{"from":"2026-11-09","to":"2026-11-16","currency":"USD",
		"previousImpressions":1000,"impressions":1499,"previousSpendMicros":100000000,"spendMicros":70000000}`))
	list := w.inbox(ours, ada)
	if len(list) != 1 || list[0].Severity != notification.Medium || list[0].Title != "Much has changed in Shop 1 (Meta)" ||
		list[0].Text != "Spend for 2026-11-09 to 2026-11-16 went from 100.00 USD to 70.00 USD." {
		t.Errorf("told %+v", list)
	}
	if len(w.inbox(ours, bob))+len(w.messages) != 0 {
		t.Error("it was told to others too")
	}
}

// A refused pause is critical, and stays wrong until the platform obeys or nobody wants it any more.
func TestRefusedPause(t *testing.T) {
	w := newTown(t)
	w.pause(w.one, platform.ClassInvalid)
	w.deliver(w.last("CampaignStatusRefused"))
	for _, user := range []string{ada, bob, eve} {
		if list := w.inbox(ours, user); len(list) != 1 || list[0].Severity != notification.Critical || list[0].Category != "campaign" {
			t.Errorf("%s was told %+v", user, list)
		}
	}
	key := "campaign:" + w.one + ":pause_failed"
	if s := w.incident(ours, key); !s.Open() || s.Class != string(platform.ClassInvalid) || s.Signals != 1 {
		t.Errorf("signal %+v", s)
	}
	if a := w.alerts(ours); len(a) != 1 || a[0].CampaignID != w.one || a[0].Kind != notification.AlertStatusRefused || len(w.messages) != 1 {
		t.Errorf("alerts %+v", a)
	}
	if tile := w.tile(w.one); tile.Unsettled != 1 || tile.Status != "paused" {
		t.Errorf("tile %+v", tile)
	}
	// Each sync tries again, silently; while it does, it is as wrong as before.
	p := w.read(ours, w.one).Placements[0].ID
	w.change(ours, w.one, func(c campaign.Campaign, cause event.Cause) (campaign.Change, error) {
		return c.Intend(p, "again", cause)
	})
	w.deliver(w.last("CampaignStatusRefused"), w.last("CampaignStatusChanged"))
	if !w.incident(ours, key).Open() || len(w.messages) != 1 {
		t.Error("trying again took it for resolved")
	}
	w.now = w.now.Add(campaign.DriveTime)
	w.pause(w.one, "")
	w.deliver(w.last("CampaignStatusConfirmed"))
	if w.incident(ours, key).Open() || w.tile(w.one).Unsettled != 0 {
		t.Errorf("incident %+v, tile %+v", w.incident(ours, key), w.tile(w.one))
	}
}

// A refusal that is over when it is heard of is told, and alarms nobody.
func TestRefusalThatIsOver(t *testing.T) {
	w := newTown(t)
	w.pause(w.one, platform.ClassInvalid)
	w.pause(w.one, "")
	w.deliver(w.last("CampaignStatusRefused"))
	if len(w.inbox(ours, ada)) != 1 || len(w.messages) != 0 || w.wrong(ours) != nil {
		t.Errorf("told %+v, %d messages, wrong %v", w.inbox(ours, ada), len(w.messages), w.wrong(ours))
	}
}

func TestRefusedPauseThatIsGivenUp(t *testing.T) {
	w := newTown(t)
	w.deliver(scenarios["a refused pause is given up"](w))
	if w.wrong(ours) != nil || w.tile(w.one).Status != "active" {
		t.Errorf("wrong %v", w.wrong(ours))
	}
}

func TestRefusedStart(t *testing.T) {
	w := newTown(t)
	w.pause(w.one, platform.ClassInvalid)
	w.deliver(changed(w.last("CampaignStatusRefused"), `"want":"on"`))
	if list := w.inbox(ours, ada); len(list) != 1 || list[0].Severity != notification.High || w.wrong(ours) != nil || len(w.messages) != 1 {
		t.Errorf("told %+v, wrong %v", list, w.wrong(ours))
	}
}

// On the usual path a listener waits for the table twice, and no listener publishes more than once.
func TestUsualPathIsShort(t *testing.T) {
	w := newTown(t)
	w.run(ours, w.meta, "")
	for _, kind := range []string{"IntegrationConnected", "IntegrationSyncCompleted"} {
		w.calls = 0
		w.deliver(w.last(kind))
		if w.calls > 6 { // side by side in two turns
			t.Errorf("%s: %d calls", kind, w.calls)
		}
	}
	w.run(ours, w.meta, platform.ClassTransient)
	w.calls = 0
	w.deliver(w.last("IntegrationSyncFailed"))
	if w.calls != 3 { // the account; the run and the tile
		t.Errorf("a failed attempt: %d calls", w.calls)
	}
}

func (w *town) history() []integration.RunRecord {
	w.t.Helper()
	list, _, err := w.runs().List(w.t.Context(), ours, w.meta, 100, "")
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

func (w *town) tile(campaignID string) analytics.Tile {
	w.t.Helper()
	tiles, err := store.Dashboard{Table: w.raw}.Tiles(w.t.Context(), ours)
	if err != nil {
		w.t.Fatal(err)
	}
	i := slices.IndexFunc(tiles, func(tile analytics.Tile) bool { return tile.CampaignID == campaignID })
	if i < 0 {
		w.t.Fatalf("no tile of %s", campaignID)
	}
	return tiles[i]
}
