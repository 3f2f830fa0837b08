package main

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bellwether/internal/seed"
	"bellwether/internal/web"
)

// person is somebody at a browser without scripts.
type person struct {
	t      testing.TB
	w      *world
	client *http.Client
	done   []string
}

func (w *world) person(t testing.TB, email string) *person {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	p := &person{t: t, w: w, client: &http.Client{Jar: jar}}
	p.signIn(email)
	return p
}

func (p *person) read(r *http.Response) string {
	p.t.Helper()
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
}

var secret = regexp.MustCompile(`class="secret"[^>]*>([^<]*)<`)

var banner = regexp.MustCompile(`class="banner (good|bad)"[^>]*>(.*?)</div>`)

// do sends a form, and wants it done.
func (p *person) do(action string, pairs ...string) string {
	p.t.Helper()
	p.done = append(p.done, action)
	form := url.Values{"back": {"/app/settings"}}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	r, err := p.client.PostForm(p.w.base+"/app/do/"+action, form)
	if err != nil {
		p.t.Fatal(err)
	}
	page := p.read(r)
	if found := banner.FindStringSubmatch(page); found == nil || found[1] != "good" {
		p.t.Errorf("%s answered %d: %v", action, r.StatusCode, found)
	}
	return page
}

// refused sends a form that is well made, and that nothing there answers to.
func (p *person) refused(action string, status int, pairs ...string) {
	p.t.Helper()
	p.done = append(p.done, action)
	form := url.Values{"back": {"/app/settings"}}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	r, err := p.client.PostForm(p.w.base+"/app/do/"+action, form)
	if err != nil {
		p.t.Fatal(err)
	}
	if page := p.read(r); r.StatusCode != status || !strings.Contains(page, "That was refused:") {
		p.t.Errorf("%s answered %d: %v", action, r.StatusCode, banner.FindString(page))
	}
}

// signIn goes the way of a browser.
func (p *person) signIn(email string) {
	p.t.Helper()
	r, err := p.client.Get(p.w.base + "/app/sign-in")
	if err != nil {
		p.t.Fatal(err)
	}
	if page := p.read(r); !strings.Contains(page, "demo@example.com") {
		p.t.Fatal(page)
	}
	if r, err = p.client.PostForm(r.Request.URL.String(), url.Values{"email": {email}}); err != nil {
		p.t.Fatal(err)
	}
	p.read(r)
}

// TestEveryAction does everything that a person can do on the pages, once, by the forms' own fields: what the API
// would refuse of them is found here.
func TestEveryAction(t *testing.T) {
	w := newWorld(t)
	p := w.person(t, seed.Email)
	campaign, paused := w.find("/v1/campaigns", "Campaign 916"), w.find("/v1/campaigns", "Campaign 1178")
	p.do("campaign.budget", "campaignId", campaign, "amount", "260", "period", "monthly", "thresholds", "50, 80, 100", "landing", "false")
	p.do("campaign.pause", "campaignId", campaign, "reason", "a look")
	p.do("campaign.resume", "campaignId", campaign)
	p.do("campaign.override", "campaignId", paused, "reason", "the last weekend")

	var posts struct {
		Items []struct {
			ID, Status string
			Content    struct{ Text string }
			Targets    []thing
		}
	}
	w.ask("GET", "/v1/posts", "", &posts)
	account := func(platform string) string {
		var list struct {
			Items []struct{ ID, Platform string }
		}
		w.ask("GET", "/v1/integrations", "", &list)
		for _, i := range list.Items {
			if i.Platform == platform {
				return i.ID
			}
		}
		t.Fatalf("no account of %s", platform)
		return ""
	}
	post := func(text string) (id, target string) {
		for _, x := range posts.Items {
			if x.Content.Text == text {
				return x.ID, x.Targets[0].ID
			}
		}
		t.Fatalf("no post %q", text)
		return "", ""
	}
	p.do("post.create", "content.text", "Written", "content.link", "https://example.com/x", "publishAt", "2026-11-25T10:00", "timeZone", "UTC", "integrationId", account("facebook"))
	p.do("post.create", "content.text", "A draft", "timeZone", "UTC", "integrationId", account("facebook"))
	workshop, _ := post("A look into the workshop")
	p.do("post.schedule", "postId", workshop, "publishAt", "2026-11-26T09:30", "timeZone", "UTC")
	p.do("post.schedule", "postId", workshop, "day", "2026-11-27", "time", "09:30", "timeZone", "UTC")
	gift, _ := post("Gift ideas under 50")
	p.do("post.cancel", "postId", gift)
	wearing, _ := post("What our buyers are wearing this week")
	p.do("post.publish", "postId", wearing)
	p.do("calendar.feed")
	draft, target := post("The winter collection: a first draft")
	p.refused("post.retry", 409, "postId", draft, "targetId", target, "notPublished", "true")
	p.refused("post.confirm", 409, "postId", draft, "targetId", target, "permalink", "https://example.com/p/1")

	p.do("account.sync", "integrationId", account("meta"))
	p.do("account.interval", "integrationId", account("meta"), "everyMinutes", "60")
	p.do("account.disconnect", "integrationId", account("google"), "pauseCampaigns", "true")

	notice := w.find("/v1/inbox", "")
	for _, action := range []string{"notice.read", "notice.unread", "notice.archive", "notice.unarchive"} {
		p.do(action, "noticeId", notice)
	}
	p.do("notice.snooze", "noticeId", notice, "hours", "4")
	p.do("notice.all")

	incident := w.find("/v1/incidents?state=open", "")
	var members struct{ Items []struct{ ID, Email string } }
	w.ask("GET", "/v1/org/members", "", &members)
	member := func(email string) string {
		i := slices.IndexFunc(members.Items, func(m struct{ ID, Email string }) bool { return m.Email == email })
		return members.Items[i].ID
	}
	p.do("incident.acknowledge", "incidentId", incident)
	p.do("incident.comment", "incidentId", incident, "text", "looking")
	p.do("incident.assign", "incidentId", incident, "userId", member("omar@example.com"))
	p.do("incident.resolve", "incidentId", incident, "reason", "reconnected")
	p.do("incident.reopen", "incidentId", incident, "reason", "not quite")
	p.do("silence.create", "reason", "it is rebuilt", "hours", "24", "match.subject", "integration/"+account("tiktok"))
	p.do("silence.create", "reason", "a quiet day", "hours", "1", "freeze", "true")
	p.do("silence.end", "silenceId", w.find("/v1/silences", ""))
	var silences struct{ Items []struct{ ID, Reason string } }
	w.ask("GET", "/v1/silences", "", &silences)
	for _, s := range silences.Items { // a freeze would hold back what follows
		p.do("silence.end", "silenceId", s.ID)
	}

	p.do("rule.create", "preset", "low_performer", "currency", "EUR", "targetRoas", "3", "targetCpa", "20")
	p.do("rule.mode", "ruleId", w.find("/v1/automations", "Low returns"), "mode", "notify")
	p.do("rule.mode", "ruleId", w.find("/v1/automations", "Low returns"), "enabled", "false")
	var actions struct{ Items []struct{ ID, State string } }
	w.ask("GET", "/v1/actions", "", &actions)
	for _, a := range actions.Items {
		if a.State == "proposed" {
			p.do("action.approve", "actionId", a.ID)
			p.do("action.undo", "actionId", a.ID)
			p.refused("action.decline", 409, "actionId", a.ID, "reason", "too late")
		}
	}
	p.do("rule.delete", "ruleId", w.find("/v1/automations", "Low returns"))
	var advice struct{ Items []thing }
	w.ask("GET", "/v1/recommendations", "", &advice)
	p.do("recommendation.accept", "recommendationId", advice.Items[0].ID)
	p.do("recommendation.done", "recommendationId", advice.Items[0].ID)
	p.do("recommendation.dismiss", "recommendationId", advice.Items[1].ID, "reason", "the season")

	w.broken.Store(true)
	for _, day := range []string{"20", "21", "22"} {
		w.ask("PUT", "/v1/campaigns/"+campaign+"/metrics", `{"rows":[{"date":"2026-11-`+day+`","spend":"3"}]}`, nil)
	}
	for range 5 {
		w.later(150e9)
	}
	w.broken.Store(false)
	var letters struct {
		Items []struct{ Listener, EventID string }
	}
	w.ask("GET", "/v1/dead-letters", "", &letters)
	p.do("letter.redrive", "listener", letters.Items[0].Listener, "eventId", letters.Items[0].EventID)
	p.do("letter.discard", "listener", letters.Items[1].Listener, "eventId", letters.Items[1].EventID, "reason", "of no use")
	p.do("letters.redrive", "listener", letters.Items[0].Listener)

	p.do("org.update", "name", "Northwind", "timeZone", "Europe/Berlin", "thresholds", "50 80 100", "autoPause", "true")
	p.do("org.calendar", "timeZone", "Asia/Riyadh", "from", "08:00", "to", "16:00", "days", "sunday", "days", "monday")
	p.do("member.role", "userId", member("vera@example.com"), "role", "analyst")
	code := secret.FindStringSubmatch(p.do("member.invite", "email", "grace@example.com", "role", "viewer"))
	guest := w.person(t, "grace@example.com")
	guest.do("invitation.accept", "token", code[1])
	p.done = append(p.done, guest.done...)
	p.do("member.invite", "email", "ines@example.com", "role", "viewer")
	p.do("invitation.revoke", "invitationId", w.find("/v1/org/invitations", ""))
	p.do("member.remove", "userId", member("vera@example.com"))
	p.do("key.create", "name", "Reports", "role", "viewer", "expiresInDays", "30")
	p.do("key.revoke", "keyId", w.find("/v1/org/api-keys", "Reports"))
	p.do("channel.create", "kind", "webhook", "name", "Ops", "url", w.base+"/_local/sink/webhook/1", "from", "low", "language", "en")
	p.do("channel.test", "channelId", w.find("/v1/channels", "Ops"))
	p.do("channel.remove", "channelId", w.find("/v1/channels", "Ops"))
	p.do("me.contact", "contactKind", "email", "address", "demo@example.com")
	p.do("me.test", "contactKind", "email")
	p.do("me.uncontact", "contactKind", "email")
	p.do("me.notifications", "timeZone", "Europe/Berlin", "language", "ar", "quiet.from", "22:00", "quiet.to", "07:00")
	var me struct{ Orgs []thing }
	w.ask("GET", "/v1/me", "", &me)
	p.do("org.switch", "orgId", me.Orgs[0].ID)

	elsewhere := []string{"account.connect", "account.reconnect"} // to another site: see TestConnecting of package web
	for _, name := range web.Actions() {
		if !slices.Contains(p.done, name) && !slices.Contains(elsewhere, name) {
			t.Errorf("nobody does %s", name)
		}
	}
}

var onward = regexp.MustCompile(`href="(http://[^"]*oauth[^"]*)"`)

// An account is connected the way that a person goes: from our page to the platform's, and back to ours.
func TestConnectAnAccount(t *testing.T) {
	w := newWorld(t)
	p := w.person(t, seed.Email)
	r, err := p.client.PostForm(w.base+"/app/do/account.connect", url.Values{"back": {"/app/integrations"}, "platform": {"linkedin"}, "accountId": {"507654321"}})
	if err != nil {
		t.Fatal(err)
	}
	found := onward.FindStringSubmatch(p.read(r))
	if found == nil {
		t.Fatal("no way to the platform")
	}
	if r, err = p.client.PostForm(html.UnescapeString(found[1]), url.Values{"decision": {"allow"}}); err != nil {
		t.Fatal(err)
	}
	if page := p.read(r); !strings.Contains(page, `href="/app"`) || !strings.HasPrefix(r.Request.URL.String(), w.base) {
		t.Errorf("it ends at %s: %s", r.Request.URL, page)
	}
	w.later(1e9)
	if r, err = p.client.Get(w.base + "/app/integrations"); err != nil {
		t.Fatal(err)
	}
	if page := p.read(r); !strings.Contains(page, "Northwind B2B") {
		t.Error("the account is not among the others")
	}
}
