package integrations_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/integration"
	"bellwether/internal/store"
)

// put writes the next version of the account's sync.
func (w *world) put(id string, change func(*integration.Sync)) {
	w.t.Helper()
	before := w.sync(id)
	next := before
	change(&next)
	next.Version++
	if err := w.store.PutSync(w.t.Context(), before, next); err != nil {
		w.t.Fatal(err)
	}
}

func TestSyncNow(t *testing.T) {
	until := start.Add(40 * time.Minute)
	cases := map[string]struct {
		given     func(s *integration.Sync)
		next      time.Time
		throttled bool
		trigger   string
	}{
		"planned for later": {func(s *integration.Sync) { s.NextAt, s.Trigger = start.Add(10*time.Minute), "" }, start, false, integration.TriggerUser},
		"due already":       {func(s *integration.Sync) {}, start, false, integration.TriggerConnect},
		"running": {func(s *integration.Sync) {
			s.Run, s.Holder, s.HeldUntil, s.Trigger = &integration.Run{ID: ourOrg}, "worker", start.Add(time.Minute), ""
		}, start, false, integration.TriggerUser},
		"throttled": {func(s *integration.Sync) { s.NextAt, s.Quota.Until, s.Trigger = until, until, "" }, until, true, integration.TriggerUser},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			i := w.connect()
			w.put(i.Id, c.given)
			w.sent = nil
			var out api.SyncAccepted
			w.do(ada, 202, &out, "POST", "/v1/integrations/"+i.Id+"/sync", "")
			if !out.NextSyncAt.Equal(c.next) || (out.ThrottledUntil != nil) != c.throttled || (c.throttled && !out.ThrottledUntil.Equal(until)) {
				t.Errorf("answer %+v", out)
			}
			if s := w.sync(i.Id); s.Trigger != c.trigger || len(w.sent) != 1 {
				t.Errorf("sync %+v, %d messages", s, len(w.sent))
			}
		})
	}
}

// The schedule finds the work when the queue does not take the message.
func TestSyncNowWithoutTheQueue(t *testing.T) {
	w := newWorld(t)
	i := w.connect()
	w.down = true
	w.do(ada, 202, nil, "POST", "/v1/integrations/"+i.Id+"/sync", "")
}

func TestSyncNowNeedsTheAccount(t *testing.T) {
	w := newWorld(t)
	i := w.connect()
	path := "/v1/integrations/" + i.Id + "/sync"
	w.refused(ada, 422, "invalid_fields", "POST", path, `{"full":true}`)
	w.lose(i.Id)
	w.refused(ada, 409, "needs_reconnect", "POST", path, "")
	w.do(ada, 200, nil, "POST", "/v1/integrations/"+i.Id+"/disconnect", "")
	w.refused(ada, 409, "integration_disconnected", "POST", path, "")
}

// link ties n campaigns, in order of their ids, to the account; the first by two placements.
func (w *world) link(i api.Integration, n int) (ids []string) {
	w.t.Helper()
	for k := range n {
		spec := campaign.Spec{
			ID: event.Derive("campaign", fmt.Sprint(k)), OrgID: ourOrg, Name: fmt.Sprint("Campaign ", k), Objective: "sales",
			Currency: "USD", TimeZone: "UTC", CreatedBy: adaID, Origin: campaign.OriginAPI,
		}
		for p := range max(1, 2-k) {
			spec.Placements = append(spec.Placements, campaign.PlacementSpec{Platform: "meta", IntegrationID: i.Id, ExternalID: fmt.Sprint(k, "-", p), Name: "Feed"})
		}
		ch, err := campaign.Create(spec, event.Edge(spec.ID, "user/1", w.now))
		if err != nil {
			w.t.Fatal(err)
		}
		if err := (store.Campaigns{Table: w.table}).Create(w.t.Context(), spec.ID, ch); err != nil {
			w.t.Fatal(err)
		}
		ids = append(ids, spec.ID)
	}
	slices.Sort(ids)
	return ids
}

func (w *world) disconnected() event.Envelope[event.IntegrationDisconnected] {
	w.t.Helper()
	events := w.events("IntegrationDisconnected")
	if len(events) == 0 {
		w.t.Fatal("no event")
	}
	last, err := event.Decode[event.IntegrationDisconnected](events[len(events)-1])
	if err != nil {
		w.t.Fatal(err)
	}
	return last
}

// A person's disconnecting keeps the grant until the campaigns are paused, and names those.
func TestDisconnect(t *testing.T) {
	for body, keep := range map[string]bool{"": false, `{}`: false, `{"pauseCampaigns":true}`: false, `{"pauseCampaigns":false}`: true} {
		t.Run(body, func(t *testing.T) {
			w := newWorld(t)
			i := w.connect()
			ids := w.link(i, 12)
			w.put(i.Id, func(s *integration.Sync) { s.NextAt, s.Quota.Until = start.Add(time.Hour), start.Add(time.Hour) })
			w.sent = nil
			var out, again api.Integration
			w.do(ada, 200, &out, "POST", "/v1/integrations/"+i.Id+"/disconnect", body)
			if out.Status != "disconnecting" || *out.Reason != "user" || !out.EndedAt.Equal(start) {
				t.Errorf("integration %+v", out)
			}
			e := w.disconnected()
			if e.Data.CampaignCount != 12 || !slices.Equal(e.Data.CampaignIDs, ids[:10]) || e.Data.KeepRunning != keep || !e.Data.Reachable || e.Meta.Actor != ada.Actor {
				t.Errorf("event %+v", e)
			}
			if s := w.sync(i.Id); !s.Due(start) || len(w.sent) != 1 {
				t.Errorf("sync %+v, %d messages", s, len(w.sent))
			}
			w.wantToken(i.Id, "access-1")
			w.do(ada, 200, &again, "POST", "/v1/integrations/"+i.Id+"/disconnect", `{"pauseCampaigns":false}`)
			if again.Version != out.Version || len(w.events("IntegrationDisconnected")) != 1 {
				t.Errorf("again %+v", again)
			}
			w.refused(ada, 409, "integration_disconnecting", "POST", "/v1/integrations/"+i.Id+"/reconnect", "")
			c, state := w.begin("/v1/integrations", `{"platform":"meta"}`)
			w.finish(state)
			if c = w.read(c.Id); c.Status != "failed" || !strings.Contains(*c.Problem, "being disconnected") {
				t.Errorf("connection %+v", c)
			}
		})
	}
}

// Without a grant nothing can be paused: it ends at once, and leaves nothing behind.
func TestDisconnectWhatIsLost(t *testing.T) {
	w := newWorld(t)
	i := w.connect()
	w.lose(i.Id)
	w.sent = nil
	var out api.Integration
	w.do(ada, 200, &out, "POST", "/v1/integrations/"+i.Id+"/disconnect", "")
	if out.Status != "disconnected" || w.disconnected().Data.Reachable {
		t.Errorf("integration %+v", out)
	}
	if _, err := w.grants.Grant(t.Context(), ourOrg, i.Id); !fault.Is(err, fault.NotFound) {
		t.Errorf("the grant is still there: %v", err)
	}
	if owners, err := w.store.Owners(t.Context(), "meta", "act_1"); err != nil || len(owners) != 0 {
		t.Errorf("owners %+v, error %v", owners, err)
	}
	if s := w.sync(i.Id); !s.NextAt.IsZero() || len(w.sent) != 0 {
		t.Errorf("sync %+v, %d messages", s, len(w.sent))
	}
	var again api.Integration
	if w.do(ada, 200, &again, "POST", "/v1/integrations/"+i.Id+"/disconnect", ""); again.Version != out.Version {
		t.Errorf("again %+v", again)
	}
	if back := w.connect(); back.Id != i.Id || back.Status != "connected" {
		t.Errorf("back %+v", back)
	}
}

func TestInterval(t *testing.T) {
	w := newWorld(t)
	i := w.connect()
	one := "/v1/integrations/" + i.Id
	for _, body := range []string{`{"everyMinutes":20}`, `{"everyMinutes":14}`, `{"everyMinutes":1441}`, `{"everyMinutes":"15"}`, `{"status":"connected"}`} {
		w.refused(ada, 422, "invalid_fields", "PATCH", one, body)
	}
	var out api.Integration
	w.do(ada, 412, nil, "PATCH", one, `{"everyMinutes":1440}`, "If-Match", `"7"`)
	if header := w.do(ada, 200, &out, "PATCH", one, `{"everyMinutes":1440}`, "If-Match", `"1"`); out.EveryMinutes != 1440 || header.Get("ETag") != `"2"` {
		t.Errorf("integration %+v, header %v", out, header)
	}
	w.put(i.Id, func(s *integration.Sync) { s.NextAt = start.Add(12 * time.Hour) })
	if w.do(ada, 200, &out, "PATCH", one, `{}`); out.Version != 2 || !w.sync(i.Id).NextAt.Equal(start.Add(12*time.Hour)) {
		t.Errorf("nothing changed, but: %+v", out)
	}
	w.now = start.Add(7 * time.Minute)
	w.do(ada, 200, nil, "PATCH", one, `{"everyMinutes":30}`)
	if s := w.sync(i.Id); !s.NextAt.Equal(start.Add(30 * time.Minute)) {
		t.Errorf("sync %+v", s)
	}
	w.put(i.Id, func(s *integration.Sync) { s.NextAt, s.Quota.Until = start.Add(12*time.Hour), start.Add(12*time.Hour) })
	w.do(ada, 200, nil, "PATCH", one, `{"everyMinutes":15}`)
	if s := w.sync(i.Id); !s.NextAt.Equal(start.Add(12 * time.Hour)) {
		t.Errorf("the platform is not left alone: %+v", s)
	}
}
