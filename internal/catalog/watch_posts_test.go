package catalog_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"bellwether/internal/event"

	"bellwether/internal/local"
	"bellwether/internal/platform"
)

// watchPosts lives the life of posts: scheduled, out, refused and retried, in doubt and found, failed for
// good and tried by hand, cancelled, lost by its timer, and the life of the account that they go to.
func (w *watch) watchPosts(system *local.System, p platforms, now *moving) {
	t := w.t
	ann := client{t: t, system: system}
	later := func(d time.Duration) {
		now.add(d)
		system.Tick()
		ann.drain()
		ann.signIn("pia@example.com")
	}
	later(0)
	ann.hear()
	const page = "101990000000001"
	account := p.connect(&ann, "/v1/integrations", `{"platform":"facebook","accountId":"`+page+`"}`)["integrationId"].(string)
	later(time.Minute)
	write := func(text, more string) string {
		post := ann.must("POST", "/v1/posts", `{"content":{"text":"`+text+`"},"targets":[{"integrationId":"`+account+`"}],"publishAt":"`+
			now.Now().Add(2*time.Hour).Format(time.RFC3339)+`"`+more+`}`)
		ann.drain()
		return "/v1/posts/" + post["id"].(string)
	}
	status := func(path, want string) {
		t.Helper()
		if got := ann.must("GET", path, "")["status"]; got != want {
			t.Fatalf("%s is %v, want %s: %v", path, got, want, ann.must("GET", path, "")["timeline"])
		}
	}
	out := write("one", "")
	later(61 * time.Minute) // a look ahead
	later(55 * time.Minute) // another
	later(10 * time.Minute)
	status(out, "published")

	p.sandbox.Arm(platform.Facebook, "publish", "throttled", 1)
	late := write("two", "")
	later(121 * time.Minute)
	status(late, "publishing")
	later(time.Hour)
	status(late, "published")

	p.sandbox.Arm(platform.Facebook, "publish", "timeout_after_commit", 1)
	doubted := write("three", "")
	later(121 * time.Minute)
	later(2 * time.Minute)
	status(doubted, "published")

	p.sandbox.Arm(platform.Facebook, "publish", "blocked", 1)
	failed := write("four", "")
	later(121 * time.Minute)
	status(failed, "failed")
	atRisk := write("five", "") // while the account is blocked
	later(115 * time.Minute)
	ann.must("POST", atRisk+"/cancel", `{}`)
	now.add(24 * time.Hour)
	later(0)
	target := ann.must("GET", failed, "")["targets"].([]any)[0].(map[string]any)["id"].(string)
	ann.must("POST", failed+"/targets/"+target+"/retry", `{}`)
	ann.drain()
	later(time.Minute)
	status(failed, "published")

	now.add(46 * 24 * time.Hour) // the time to renew the token
	ann.signIn("pia@example.com")
	renewed := write("six", "")
	if _, err := w.functions["publish-post"].Invoke(t.Context(), []byte(`{"kind":"sweep"}`)); err != nil {
		t.Fatal(err)
	}
	ann.must("POST", renewed+"/publish-now", `{}`)
	ann.drain()
	later(time.Minute)
	status(renewed, "published")

	ours := write("seven", "")
	for _, path := range []string{"/v1/posts", "/v1/calendar", "/v1/dashboard"} {
		ann.must("GET", path, "")
	}
	feed, err := url.Parse(ann.must("POST", "/v1/calendar/feed", `{}`)["url"].(string))
	if err != nil {
		t.Fatal(err)
	}
	calendar := ann.send(request{method: "GET", path: feed.Path, query: feed.RawQuery})
	if calendar.Code != 200 || strings.Count(calendar.Body.String(), "BEGIN:VEVENT") != 2 {
		t.Fatalf("the feed answers %d %s", calendar.Code, calendar.Body)
	}
	w.expire(account, ann)
	later(time.Hour)
	write("eight", "") // which will not go out
	p.sandbox.World().RevokeAll(platform.Facebook)
	later(61 * time.Minute)
	status(ours, "failed")
	later(30 * time.Minute)
}

// expire tells handle-sync-failure that the account's access ends soon.
func (w *watch) expire(account string, ann client) {
	org := ann.must("GET", "/v1/org", "")["id"].(string)
	cause := event.Edge(event.Derive("expire"), "sync/"+account, start)
	raw, err := event.New(cause, org, "integration/"+account, 99, 0, event.IntegrationTokenExpiring{
		IntegrationID: account, Platform: platform.Facebook, AccountName: "Northwind", ExpiresAt: start, Days: 7, CampaignIDs: []string{}, PostIDs: []string{},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	payload, err := json.Marshal(map[string]any{"source": event.Source, "detail-type": raw.Meta.Type, "detail": raw})
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.functions["handle-sync-failure"].Invoke(w.t.Context(), payload); err != nil {
		w.t.Fatal(err)
	}
}
