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
	p.Eval(`htmx.trigger("[data-poll]", "refresh")`)
	p.WaitText("#campaign-"+id, "paused")
	if browsertest.Ask[string](p, `document.querySelector("#campaign-`+id+`").kept || ""`) != "yes" {
		t.Error("the page was replaced, not brought up to date")
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
