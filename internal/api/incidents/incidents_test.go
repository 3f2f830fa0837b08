package incidents_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/incident"
	"bellwether/internal/tenant"
)

func keys(list []api.Incident) (names []string) {
	for _, i := range list {
		names = append(names, i.Key)
	}
	return names
}

// severity makes a signal of a post, which puts no money at risk.
func severity(n incident.Severity) func(*incident.Signal) {
	return func(s *incident.Signal) { s.Severity, s.Kind = n, incident.KindPublish }
}

// The worst first, then by the money that an hour may cost, each currency by itself, then the oldest.
func TestOrder(t *testing.T) {
	h := newHouse(t)
	h.runs("c1", "i1", "USD", map[string]int64{"2026-11-22": 24, "2026-11-23": 12, "2026-11-01": 999}) // 36 in 36 hours
	h.runs("c2", "i1", "EUR", map[string]int64{"2026-11-23": 6})                                       // 6 in 12 hours
	h.runs("c3", "i2", "USD", map[string]int64{"2026-11-22": 48, "2026-11-23": 24})                    // 72 in 36 hours
	h.runs("c4", "i3", "EUR", map[string]int64{"2026-11-23": 60})
	paused := h.campaigns["c4"]
	paused.ID, paused.PauseReasons = "c5", []string{"human"}
	h.campaigns["c5"], h.links["i3"] = paused, append(h.links["i3"], h.links["i3"][0])
	h.rows["c5"] = h.rows["c4"]
	h.signal("over", 1, severity(1))
	h.signal("over", 2, func(s *incident.Signal) { s.Resolved = true })
	for _, key := range []string{"integration/i1", "integration/i2", "integration/i3"} {
		h.now = h.now.Add(time.Minute)
		h.signal(key, 1, nil)
	}
	h.signal("post/late", 1, severity(2))
	h.now = start.Add(-time.Hour)
	h.signal("post/early", 1, severity(2))
	h.signal("post/worst", 1, severity(1))
	h.signal("post/least", 1, severity(4))
	h.now = start.Add(time.Hour)

	want := []string{"post/worst", "integration/i2", "integration/i3", "integration/i1", "post/early", "post/late", "post/least", "over"}
	var page api.IncidentPage
	h.do(h.ada, 200, &page, "GET", "/v1/incidents", "")
	if got := keys(page.Items); !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
	costs := map[string]string{"integration/i1": "0.50 EUR 1.00 USD", "integration/i2": "2.00 USD", "integration/i3": "5.00 EUR", "post/late": "", "over": ""}
	for _, i := range page.Items {
		var all []string
		for _, m := range i.MoneyAtRisk.PerHour {
			all = append(all, m.String())
		}
		if want, ok := costs[i.Key]; ok && strings.Join(all, " ") != want || i.MoneyAtRisk.AtLeast {
			t.Errorf("an hour of %s costs %v, want %s", i.Key, all, want)
		}
	}

	var got []string
	for path := "/v1/incidents?limit=3"; path != ""; {
		h.do(h.ada, 200, &page, "GET", path, "")
		got = append(got, keys(page.Items)...)
		if path = ""; page.Next != nil && len(page.Items) == 3 {
			path = "/v1/incidents?limit=3&cursor=" + url.QueryEscape(*page.Next)
		}
		page.Next = nil
	}
	if !slices.Equal(got, want) {
		t.Errorf("page by page %v, want %v", got, want)
	}
}

// Of an account with more campaigns than one request reads, the sum is a lower bound.
func TestMoneyOfManyCampaigns(t *testing.T) {
	h := newHouse(t)
	for n := range 201 {
		h.runs(fmt.Sprintf("c%03d", n), "i1", "USD", map[string]int64{"2026-11-22": 24, "2026-11-23": 12})
	}
	id := h.signal("integration/i1", 1, nil)
	var i api.Incident
	if h.do(h.ada, 200, &i, "GET", "/v1/incidents/"+id, ""); !i.MoneyAtRisk.AtLeast || i.MoneyAtRisk.PerHour[0].String() != "200.00 USD" {
		t.Errorf("%+v", i.MoneyAtRisk)
	}
}

func TestFilters(t *testing.T) {
	h := newHouse(t)
	h.signal("integration/i1", 1, nil)
	h.signal("post/p", 1, severity(3))
	h.now = h.now.Add(time.Minute)
	h.do(h.ada, 200, nil, "POST", "/v1/incidents/"+h.signal("post/q", 1, severity(3))+"/acknowledge", "")
	h.signal("post/r", 1, severity(1))
	h.signal("post/r", 2, func(s *incident.Signal) { s.Resolved = true })
	h.now = h.now.Add(time.Hour)
	h.signal("post/r", 3, severity(1)) // the one before is a past one now
	for query, want := range map[string]string{
		"":                            "post/r integration/i1 post/p post/q post/r",
		"state=open":                  "post/r integration/i1 post/p post/q",
		"state=triggered":             "post/r integration/i1 post/p",
		"state=acknowledged":          "post/q",
		"state=resolved":              "post/r",
		"severity=3":                  "post/p post/q",
		"kind=account_disconnected":   "integration/i1",
		"subject=post/p":              "post/p",
		"state=open&kind=post_failed": "post/r post/p post/q",
	} {
		var page api.IncidentPage
		if h.do(h.ada, 200, &page, "GET", "/v1/incidents?"+query, ""); strings.Join(keys(page.Items), " ") != want {
			t.Errorf("%q: %v, want %s", query, keys(page.Items), want)
		}
	}
	for _, bad := range []string{"state=closed", "severity=5", "severity=x", "kind=weather", "limit=0", "status=open"} {
		h.do(h.ada, 422, nil, "GET", "/v1/incidents?"+bad, "")
	}
}

// The life of an incident, as people lead it.
func TestLife(t *testing.T) {
	h := newHouse(t)
	id := h.signal("integration/i1", 1, nil)
	one := "/v1/incidents/" + id
	h.now = start.Add(10 * time.Minute)
	var i api.Incident
	header := h.do(h.ada, 200, &i, "GET", one, "")
	if header.Get("ETag") != `"1"` || i.State != "triggered" || i.Acknowledge.Goal != 1800 || i.Acknowledge.Elapsed != 600 || i.Acknowledge.Remaining != 1200 ||
		!i.Acknowledge.BreachAt.Equal(start.Add(30*time.Minute)) || !i.Acknowledge.Running || i.Acknowledge.Breached || !i.Acknowledge.WithinCalendar ||
		i.Resolve.Goal != 28800 || len(*i.Timeline) != 1 {
		t.Errorf("%+v, header %v", i, header)
	}
	h.do(h.ada, 412, nil, "POST", one+"/acknowledge", "", "If-Match", `"7"`)
	for range 2 { // the second time, nothing happens
		h.do(h.ada, 200, &i, "POST", one+"/acknowledge", "", "If-Match", `"1"`, "Idempotency-Key", "k")
	}
	h.do(h.ada, 200, &i, "POST", one+"/acknowledge", "")
	if i.Version != 2 || i.State != "acknowledged" || *i.AssigneeId != h.ada.ID || i.Acknowledge.Running {
		t.Errorf("acknowledged %+v", i)
	}
	bob := tenant.Principal{ID: h.signIn("bob").ID, OrgID: h.ada.OrgID, Role: tenant.Manager, Actor: "user/bob"}
	h.do(bob, 409, nil, "POST", one+"/acknowledge", "")
	for _, stranger := range []string{bob.ID, "bob", ""} {
		h.do(h.ada, 422, nil, "POST", one+"/assign", `{"userId":"`+stranger+`"}`)
	}
	h.do(h.ada, 200, &i, "POST", one+"/assign", `{"userId":"`+h.ada.ID+`"}`)
	for range 2 {
		h.do(h.ada, 200, &i, "POST", one+"/comments", `{"text":"looking"}`, "Idempotency-Key", "c")
	}
	if i.Version != 3 || len(*i.Timeline) != 3 {
		t.Errorf("commented %+v", i)
	}
	h.do(h.ada, 422, nil, "POST", one+"/comments", `{"text":""}`)
	h.do(h.ada, 422, nil, "POST", one+"/resolve", `{}`)
	h.now = start.Add(time.Hour)
	h.do(h.ada, 200, &i, "POST", one+"/resolve", `{"reason":"reconnected"}`)
	if i.State != "resolved" || !i.ResolvedAt.Equal(h.now) || i.Resolve.Running || i.Resolve.Elapsed != 3600 {
		t.Errorf("resolved %+v", i)
	}
	h.do(h.ada, 409, nil, "POST", one+"/acknowledge", "")
	h.do(h.ada, 200, &i, "POST", one+"/reopen", `{"reason":"lost again"}`)
	if last := (*i.Timeline)[len(*i.Timeline)-1]; i.State != "triggered" || i.Reopened != 1 || last.Text != "opened again: lost again" || last.Actor != h.ada.Actor {
		t.Errorf("reopened %+v", i)
	}
	eve := h.signIn("eve")
	h.do(eve, 404, nil, "GET", one, "")
	h.do(eve, 404, nil, "POST", one+"/resolve", `{"reason":"none of hers"}`)
	viewer := h.ada
	viewer.Role = tenant.Viewer
	h.do(viewer, 403, nil, "POST", one+"/resolve", `{"reason":"may not"}`)
}

func TestSilences(t *testing.T) {
	h := newHouse(t)
	const body = `{"match":{"kind":"stale_data","severity":3},"freeze":true,"expiresAt":"2026-11-24T12:00:00Z","reason":"Black Friday"}`
	var made, again api.Silence
	h.do(h.ada, 201, &made, "POST", "/v1/silences", body, "Idempotency-Key", "k")
	if made.AuthorId != h.ada.ID || *made.Match.Kind != "stale_data" || *made.Match.Severity != 3 || !made.Freeze || !made.InForce || !made.StartsAt.Equal(start) {
		t.Errorf("%+v", made)
	}
	if h.do(h.ada, 201, &again, "POST", "/v1/silences", body, "Idempotency-Key", "k"); again.Id != made.Id {
		t.Errorf("a repeat made %s", again.Id)
	}
	for _, bad := range []string{
		`{"expiresAt":"2026-11-24T12:00:00Z","reason":"all"}`, `{"match":{"kind":"stale_data"},"reason":"no end"}`, `{"match":{"kind":"stale_data"},"expiresAt":"2026-11-24T12:00:00Z"}`,
		`{"match":{"kind":"stale_data"},"expiresAt":"2027-11-24T12:00:00Z","reason":"too long"}`, `{"match":{"weekday":"friday"},"expiresAt":"2026-11-24T12:00:00Z","reason":"x"}`,
	} {
		h.do(h.ada, 422, nil, "POST", "/v1/silences", bad)
	}
	h.do(h.signIn("eve"), 404, nil, "DELETE", "/v1/silences/"+made.Id, "")
	h.now = start.Add(time.Hour)
	for range 2 {
		h.do(h.ada, 204, nil, "DELETE", "/v1/silences/"+made.Id, "")
	}
	var page api.SilencePage
	h.do(h.ada, 200, &page, "GET", "/v1/silences", "")
	if len(page.Items) != 1 || page.Items[0].InForce || *page.Items[0].EndedBy != h.ada.Actor || !page.Items[0].ExpiresAt.Equal(h.now) {
		t.Errorf("%+v", page)
	}
}

func TestReport(t *testing.T) {
	h := newHouse(t)
	first := h.signal("post/p", 1, severity(1))
	h.now = start.Add(5 * time.Minute)
	h.do(h.ada, 200, nil, "POST", "/v1/incidents/"+first+"/acknowledge", "")
	h.now = start.Add(time.Hour)
	h.signal("post/p", 2, func(s *incident.Signal) { s.Resolved = true })
	h.now = start.Add(2 * time.Hour)
	h.signal("post/p", 3, severity(1)) // the first one is past now
	h.now = h.now.Add(time.Minute)
	var r api.IncidentReport
	h.do(h.ada, 200, &r, "GET", "/v1/incidents/report", "")
	a := r.Severities[0].Figures
	if r.All.Count != 2 || a.Count != 2 || *a.Acknowledge.MeanSeconds != 300 || *a.Acknowledge.MedianSeconds != 300 || *a.Acknowledge.AttainedPercent != "100" ||
		*a.Resolve.MeanSeconds != 3600 || *a.Resolve.AttainedPercent != "100" || len(r.Severities) != 4 {
		t.Errorf("%+v", r)
	}
	if none := r.Severities[3].Figures; none.Count != 0 || none.Acknowledge.MeanSeconds != nil || none.Resolve.AttainedPercent != nil {
		t.Errorf("of no data %+v", none)
	}
	h.do(h.ada, 200, &r, "GET", "/v1/incidents/report?from=2026-11-23T12:00:00Z&to=2026-11-23T14:00:00Z", "")
	if r.All.Count != 1 || r.From.Format(time.TimeOnly) != "12:00:00" {
		t.Errorf("before 14:00: %+v", r)
	}
	for _, bad := range []string{"from=monday", "from=2026-11-24T12:00:00Z", "to=2026-11-23", "from=2025-11-01T00:00:00Z", "since=x"} {
		h.do(h.ada, 422, nil, "GET", "/v1/incidents/report?"+bad, "")
	}
}
