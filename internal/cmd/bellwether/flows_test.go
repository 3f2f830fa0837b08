package main

import (
	"strings"
	"testing"

	"bellwether/internal/browsertest"
	"bellwether/internal/seed"
)

// at is a person at the browser, signed in, with a world of their own.
func at(t *testing.T, who string, width int64) (*world, *browsertest.Page) {
	t.Helper()
	b := browsertest.Open(t)
	w := newWorld(t)
	p := b.Page(t, browsertest.Options{Base: w.base, Width: width, Height: 900})
	w.signIn(p, who)
	return w, p
}

// in finds the form of an action inside of something.
func in(place, do string) string { return place + ` form[data-do="` + do + `"]` }

func TestRaiseABudget(t *testing.T) {
	w, p := at(t, seed.Email, 1440)
	id := w.find("/v1/campaigns", "Campaign 1178")
	alert := `document.querySelector("main").textContent.includes("Campaign 1178 has used")`
	p.Until("the overview shows the alert", alert)
	p.Click(`#campaign-` + id + ` a`)
	p.WaitText("h1", "Campaign 1178")
	p.Type(in("main", "campaign.budget")+` input[name=amount]`, "70000")
	p.Click(in("main", "campaign.budget") + " button")
	p.WaitText(".banner.good", "The budget is changed.")
	p.WaitText(".heading .chip", "active") // what was just done shows at once
	p.Click(`nav a[href="/app"]`)
	p.WaitText("h1", "Overview")
	p.Until("the alert is gone", "!("+alert+")")
	p.WaitText("#campaign-"+id, "70,000.00 USD")
	if p.Text("#campaign-" + id + " .chip"); w.status(id) != "active" {
		t.Errorf("the campaign is %s", w.status(id))
	}
}

func (w *world) status(id string) string {
	var c thing
	w.ask("GET", "/v1/campaigns/"+id, "", &c)
	return c.Status
}

// What is refused is told, and what was written stands in the form again.
func TestARefusedBudget(t *testing.T) {
	w, p := at(t, seed.Email, 360)
	p.Goto("/app/campaigns/" + w.find("/v1/campaigns", "Campaign 916"))
	p.Expect(422)
	p.Type(in("main", "campaign.budget")+` input[name=amount]`, "-5")
	p.Click(in("main", "campaign.budget") + " button")
	p.WaitText(".banner.bad", "amount")
	if got := browsertest.Ask[string](p, `document.querySelector("input[name=amount]").value`); got != "-5" {
		t.Errorf("the form holds %q", got)
	}
	if path := browsertest.Ask[string](p, "location.pathname"); !strings.HasPrefix(path, "/app/campaigns/") {
		t.Errorf("the address is %s", path)
	}
	p.Axe()
}

// Somebody else was faster: nothing is overwritten unseen.
func TestAnOutdatedPage(t *testing.T) {
	w, p := at(t, seed.Email, 1440)
	id := w.find("/v1/campaigns", "Campaign 916")
	p.Goto("/app/campaigns/" + id)
	p.WaitFor("main h1")
	w.ask("POST", "/v1/campaigns/"+id+"/budget", `{"amount":"300"}`, nil)
	p.Expect(412)
	p.Type(in("main", "campaign.budget")+` input[name=amount]`, "280")
	p.Click(in("main", "campaign.budget") + " button")
	p.WaitText(".banner.bad", "Somebody else changed this")
	p.WaitText("main", "300.00 USD")
}

func TestPauseAndResume(t *testing.T) {
	w, p := at(t, "omar@example.com", 1440)
	id := w.find("/v1/campaigns", "Campaign 916")
	p.Goto("/app/campaigns/" + id)
	p.Click(in("main", "campaign.pause") + " button")
	p.WaitText(".heading", "by a person")
	p.Click(in("main", "campaign.resume") + " button")
	p.WaitText(".banner.good", "runs again")
	if w.status(id) != "active" {
		t.Error("it does not run")
	}
}

func TestAcknowledge(t *testing.T) {
	w, p := at(t, seed.Email, 360)
	p.Click(`nav a[href="/app/incidents"]`)
	p.WaitText("h1", "Incidents")
	p.Click(in("main", "incident.acknowledge") + " button")
	p.WaitText(".incidents .chip", "acknowledged")
	p.WaitGone(in("main", "incident.acknowledge"))
	id := w.find("/v1/incidents?state=open", "")
	p.Click(".incidents a")
	p.WaitFor(in("main", "incident.resolve"))
	p.Type(in("main", "incident.resolve")+" input[name=reason]", "its owner knows")
	p.Click(in("main", "incident.resolve") + " button")
	p.WaitText(".heading .chip", "resolved")
	var i thing
	w.ask("GET", "/v1/incidents/"+id, "", &i)
	if i.State != "resolved" {
		t.Errorf("the incident is %s", i.State)
	}
}

func TestDragAPost(t *testing.T) {
	w, p := at(t, seed.Email, 1440)
	p.Goto("/app/calendar")
	var posts struct {
		Items []struct {
			ID        string
			LocalTime string
			Content   struct{ Text string }
		}
	}
	w.ask("GET", "/v1/posts", "", &posts)
	for _, post := range posts.Items {
		if post.Content.Text != "A look into the workshop" {
			continue
		}
		p.WaitFor("#day-2026-11-25 #post-" + post.ID)
		p.Drag("#post-"+post.ID, "#day-2026-11-28")
		p.WaitText(".banner.good", "new time")
		p.WaitFor("#day-2026-11-28 #post-" + post.ID)
		var moved struct{ LocalTime string }
		w.ask("GET", "/v1/posts/"+post.ID, "", &moved)
		if moved.LocalTime != "2026-11-28T15:30:00" {
			t.Errorf("it is at %s now", moved.LocalTime)
		}
		return
	}
	t.Fatal("no such post")
}

func TestApproveAndUndo(t *testing.T) {
	w, p := at(t, seed.Email, 1440)
	id := w.find("/v1/campaigns", "Clearance")
	p.Click(`nav a[href="/app/automations"]`)
	p.Click(in("main", "action.approve") + " button")
	p.WaitText(".banner.good", "Approved")
	if w.status(id) != "paused" {
		t.Errorf("the campaign is %s", w.status(id))
	}
	p.Click(in("main", "action.undo") + " button")
	p.WaitText(".banner.good", "Undone")
	if w.status(id) != "active" {
		t.Errorf("the campaign is %s", w.status(id))
	}
	p.Goto("/app/automations/why/" + id)
	p.WaitText("main", "Pause dear conversions")
	p.WaitText("main", "enough data") // a gate
}

func TestRedrive(t *testing.T) {
	w, p := at(t, seed.Email, 1440)
	w.broken.Store(true)
	w.ask("PUT", "/v1/campaigns/"+w.find("/v1/campaigns", "Campaign 916")+"/metrics", `{"rows":[{"date":"2026-11-22","spend":"3"}]}`, nil)
	for range 5 { // a first try, two more, the dead-letter queue, and where people see it
		w.later(150e9)
	}
	w.broken.Store(false)
	p.Click(`nav a[href="/app/events"]`)
	p.WaitText("main", "update-performance-metrics")
	p.Axe()
	p.Click(in("main", "letter.redrive") + " button")
	p.WaitText(".banner.good", "on its way")
	w.later(60e9)
	p.Goto("/app/events")
	p.WaitText("main", "Every event was handled.")
}

// Roles decide what is shown; whoever sends a form anyway is refused by the API.
func TestAViewerOnlyLooks(t *testing.T) {
	w, p := at(t, "vera@example.com", 1440)
	id := w.find("/v1/campaigns", "Campaign 936")
	for _, path := range []string{"/app/campaigns/" + id, "/app/incidents", "/app/calendar", "/app/integrations", "/app/automations"} {
		p.Goto(path)
		p.WaitFor("main h1")
		if n := p.Count("main form.do"); n > 0 {
			t.Errorf("%s has %d forms for a viewer", path, n)
		}
	}
	if n := p.Count(`nav a[href="/app/events"]`); n > 0 {
		t.Error("a viewer is led to the events")
	}
	p.Expect(403)
	p.Goto("/app/events")
	p.WaitText("h1", "This page is not for your role")
	p.Goto("/app/campaigns/" + id)
	p.Eval(`(() => { const f = document.createElement("form"); f.method = "post"; f.action = "/app/do/campaign.pause";
		for (const [n, v] of [["campaignId", "` + id + `"], ["back", "/app"]]) { const i = document.createElement("input"); i.name = n; i.value = v; f.append(i); }
		document.body.append(f); f.submit(); })()`)
	p.WaitText(".banner.bad", "Your role does not allow this.")
	if w.status(id) != "active" {
		t.Error("a viewer paused it")
	}
}

// The overview keeps itself fresh: what changes elsewhere shows by itself, and asking again costs next to nothing.
func TestStaysFresh(t *testing.T) {
	w, p := at(t, seed.Email, 1440)
	id := w.find("/v1/campaigns", "Campaign 916")
	p.WaitText("#campaign-"+id, "active")
	p.Eval(`document.querySelector("#campaign-` + id + `").kept = "yes"`)
	w.ask("POST", "/v1/campaigns/"+id+"/pause", "", nil)
	w.later(1e9)
	p.Eval(`htmx.trigger("main [data-poll]", "refresh")`)
	p.WaitText("#campaign-"+id, "paused")
	if browsertest.Ask[string](p, `document.querySelector("#campaign-`+id+`").kept || ""`) != "yes" {
		t.Error("the page was replaced, not brought up to date")
	}
	const ask = `new Promise(done => { document.addEventListener("htmx:afterRequest", e => done(e.detail.xhr.status), { once: true }); htmx.trigger("main [data-poll]", "refresh"); })`
	if status := browsertest.Await[int](p, ask); status != 304 {
		t.Errorf("what did not change is answered with %d", status)
	}
}

// Without JavaScript everything works too: forms are forms.
func TestWithoutScripts(t *testing.T) {
	b := browsertest.Open(t)
	w := newWorld(t)
	p := b.Page(t, browsertest.Options{Base: w.base, Width: 800, Height: 900, NoScripts: true})
	w.signIn(p, seed.Email)
	id := w.find("/v1/campaigns", "Campaign 916")
	p.Goto("/app/campaigns/" + id)
	p.Click(in("main", "campaign.pause") + " button")
	p.WaitText(".banner.good", "being paused")
	if w.status(id) != "paused" {
		t.Error("it runs on")
	}
}

// The way back leads to the page before, which works as it did.
func TestBack(t *testing.T) {
	_, p := at(t, seed.Email, 1440)
	p.Click(`nav a[href="/app/inbox"]`)
	p.WaitText("h1", "Inbox")
	p.Click(`nav a[href="/app/incidents"]`)
	p.WaitText("h1", "Incidents")
	p.Eval("history.back()")
	p.WaitText("h1", "Inbox")
	p.Eval("history.back()")
	p.WaitText("h1", "Overview")
	p.WaitText("title", "Overview")
	p.Click(`nav a[href="/app/calendar"]`)
	p.WaitText("h1", "Calendar")
}

func TestSignOut(t *testing.T) {
	_, p := at(t, seed.Email, 1440)
	p.Click(".who button")
	p.WaitText("h1", "Look after your campaigns")
	p.Goto("/app/inbox")
	p.WaitText("h1", "Look after your campaigns") // and back to the inbox after signing in
	p.Click("a.primary")
	p.Click("#demo")
	p.WaitText("h1", "Inbox")
}

// A lost connection is told, and what was known stays.
func TestLostConnection(t *testing.T) {
	w, p := at(t, seed.Email, 1440)
	p.WaitText("main", "Campaign 936")
	p.ExpectOffline()
	w.server.Close()
	p.Eval(`htmx.trigger("main [data-poll]", "refresh")`)
	p.Until("the page says so", `!document.querySelector("#offline").hidden`)
	p.WaitText("main", "Campaign 936")
	p.Axe()
}

// A newcomer's pages are empty, and say how that changes.
func TestEmptyOrganisation(t *testing.T) {
	_, p := at(t, "grace@example.com", 360)
	for path, want := range map[string]string{
		"/app": "No campaigns yet.", "/app/calendar": "No posts in these days.", "/app/integrations": "No account is connected.", "/app/inbox": "Nothing here.",
		"/app/incidents": "No incident is open.", "/app/automations": "No rules yet.", "/app/events": "Nothing happened in this time.", "/app/settings": "No keys.",
	} {
		p.Goto(path)
		p.WaitText("main", want)
		p.Axe()
		p.NoOverflow()
	}
}

func TestSettings(t *testing.T) {
	w, p := at(t, seed.Email, 1440)
	p.Goto("/app/settings")
	p.Type(in("main", "key.create")+" input[name=name]", "Reports")
	p.Click(in("main", "key.create") + " button")
	p.WaitText(".banner.good", "Copy this now")
	key := p.Text(".banner .secret")
	if !strings.HasPrefix(key, "bw_") && len(key) < 32 {
		t.Errorf("the key is %q", key)
	}
	p.WaitText("main", "Reports")
	p.Type(in("main", "member.invite")+" input[name=email]", "new@example.com")
	p.Click(in("main", "member.invite") + " button")
	p.WaitText(".banner.good", "The invitation is made.")
	p.WaitText("main", "new@example.com")
	if strings.Contains(p.Text("main"), key) {
		t.Error("the key is shown again")
	}
	p.Type(in("main", "me.notifications")+" input[name=timeZone]", "Mars")
	p.Expect(422)
	p.Click(in("main", "me.notifications") + " button")
	p.WaitText(".banner.bad", "timeZone")
	p.Type(in("main", "me.notifications")+" input[name=timeZone]", "Asia/Riyadh")
	p.Click(in("main", "me.notifications") + " button")
	p.WaitText(".banner.good", "Your preferences are kept.")
	var mine struct{ Preferences struct{ TimeZone string } }
	w.ask("GET", "/v1/me/notifications", "", &mine)
	if mine.Preferences.TimeZone != "Asia/Riyadh" {
		t.Errorf("kept is %+v", mine)
	}
}

func TestWriteAPost(t *testing.T) {
	w, p := at(t, "omar@example.com", 1440)
	p.Goto("/app/calendar")
	p.Click("details summary")
	p.Type(in("main", "post.create")+" textarea", "A word from the page")
	p.Eval(`document.querySelector('[name="publishAt"]').value = "2026-11-24T12:30"`)
	p.Click(in("main", "post.create") + " input[type=checkbox]")
	p.Click(in("main", "post.create") + " button")
	p.WaitText(".banner.good", "The post is kept.")
	p.WaitText("#day-2026-11-24", "A word from the page")
	var posts struct {
		Items []struct {
			LocalTime string
			Content   struct{ Text string }
		}
	}
	w.ask("GET", "/v1/posts", "", &posts)
	for _, post := range posts.Items {
		if post.Content.Text == "A word from the page" && post.LocalTime == "2026-11-24T12:30:00" {
			return
		}
	}
	t.Errorf("the posts are %+v", posts.Items)
}

// A rule begins in shadow, and is let act by who may.
func TestRules(t *testing.T) {
	w, p := at(t, seed.Email, 1440)
	p.Goto("/app/automations")
	p.Click("details summary")
	p.Click(in("main", "rule.create") + " button")
	p.WaitText(".banner.good", "The rule watches.")
	p.Goto("/app/automations/" + w.find("/v1/automations", "Low returns"))
	p.WaitText("main", "roas[7d] < 1")
	p.Eval(`document.querySelector('form[data-do="rule.mode"] select').value = "notify"`)
	p.Click(in("main", "rule.mode") + " button")
	p.WaitText(".banner.good", "The rule is changed.")
	p.WaitText(".heading .chip", "tells")
	var rule struct{ Mode string }
	w.ask("GET", "/v1/automations/"+w.find("/v1/automations", "Low returns"), "", &rule)
	if rule.Mode != "notify" {
		t.Errorf("its mode is %s", rule.Mode)
	}
}

func TestInbox(t *testing.T) {
	_, p := at(t, seed.Email, 360)
	p.Goto("/app/inbox")
	p.WaitFor(".notices > li.unread")
	notice := `[id="` + browsertest.Ask[string](p, `document.querySelector(".notices > li.unread").id`) + `"]`
	p.Click(in(notice, "notice.read") + " button")
	p.WaitFor(notice + ":not(.unread)")
	p.Click(in(notice, "notice.archive") + " button")
	p.WaitGone(notice)
	p.Eval(`document.querySelector('select[name="category"]').value = "budget"`)
	p.Click("main form[action='/app/inbox'] button")
	p.Until("it is narrowed", `location.search.includes("category=budget")`)
	p.WaitText("main", "93.33 % of its budget")
	if p.Count(".notices > li") > 3 {
		t.Error("the inbox is not narrowed to budgets")
	}
	p.Click(in("main .heading", "notice.all") + " button")
	p.WaitText(".banner.good", "All are read.")
	p.WaitGone(`nav a[href="/app/inbox"] .badge`)
}
