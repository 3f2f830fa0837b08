package main

import (
	"os"
	"testing"

	"bellwether/internal/browsertest"
	"bellwether/internal/seed"
)

// pages are all that people can look at, by name.
func (w *world) pages() map[string]string {
	w.t.Helper()
	campaign := w.find("/v1/campaigns", "Campaign 936")
	var events struct {
		Items []struct {
			Meta struct{ CorrelationID string }
		}
	}
	w.ask("GET", "/v1/events?subject=campaign/"+campaign+"&from=2026-11-22T00:00:00Z", "", &events)
	var posts struct{ Items []thing }
	w.ask("GET", "/v1/posts", "", &posts)
	return map[string]string{
		"overview": "/app", "campaign": "/app/campaigns/" + campaign, "month": "/app/calendar", "week": "/app/calendar?view=week",
		"post": "/app/posts/" + posts.Items[0].ID, "integrations": "/app/integrations", "integration": "/app/integrations/" + w.find("/v1/integrations", ""),
		"inbox": "/app/inbox", "archived": "/app/inbox?box=archived", "incidents": "/app/incidents", "incident": "/app/incidents/" + w.find("/v1/incidents?state=open", ""),
		"resolved": "/app/incidents?state=resolved", "automations": "/app/automations", "rule": "/app/automations/" + w.find("/v1/automations", "Low returns"),
		"why": "/app/automations/why/" + w.find("/v1/campaigns", "Clearance"), "events": "/app/events", "chain": "/app/events?correlationId=" + events.Items[0].Meta.CorrelationID,
		"settings": "/app/settings",
	}
}

// latin finds text that was left in English on an Arabic page: what people wrote, names, codes and numbers are
// marked as such.
const latin = `(() => { const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) { const e = walk.currentNode.parentElement;
		if (/[A-Za-z]{3,}/.test(walk.currentNode.data.replace(/Bellwether|Meta|Google Ads|LinkedIn|TikTok|Facebook|Instagram|Mastodon|Bluesky|Snapchat|Slack|Teams|Webhook|ROAS|ROI|CTR|UTC|USD|English/g, "")) &&
			!e.closest("bdi, .number, [dir=ltr]:not(html), [dir=auto], [lang=en]:not(html), code, pre, script, style, svg")) found.push(walk.currentNode.data); }
	return found.join(" | "); })()`

// TestPages opens every page in both languages and both sizes, light and dark: no console error, no request to
// another host, nothing that axe-core finds, nothing wider than the window, nothing untranslated.
func TestPages(t *testing.T) {
	b := browsertest.Open(t)
	w := newWorld(t)
	pages := w.pages()
	for _, o := range []browsertest.Options{
		{Width: 1440, Height: 900, Language: "en"}, {Width: 360, Height: 740, Language: "en", Dark: true},
		{Width: 1440, Height: 900, Language: "ar", Dark: true}, {Width: 360, Height: 740, Language: "ar"},
	} {
		o.Base = w.base
		name := o.Language + map[int64]string{1440: "-wide", 360: "-narrow"}[o.Width]
		t.Run(name, func(t *testing.T) {
			p := b.Page(t, o)
			p.Goto("/")
			p.Axe()
			p.NoOverflow()
			w.signIn(p, seed.Email)
			for page, path := range pages {
				p.Goto(path)
				p.WaitFor("main h1")
				if dir := os.Getenv("LOOK"); dir != "" {
					p.Shot(dir + "/" + name + "-" + page + ".png")
				}
				p.Axe()
				p.NoOverflow()
				if text := browsertest.Ask[string](p, latin); o.Language == "ar" && text != "" {
					t.Errorf("%s is not all Arabic: %s", page, text)
				}
			}
		})
	}
}

// TestKeyboard walks through pages by the Tab key.
func TestKeyboard(t *testing.T) {
	b := browsertest.Open(t)
	w := newWorld(t)
	p := b.Page(t, browsertest.Options{Base: w.base, Width: 1440, Height: 900})
	w.signIn(p, seed.Email)
	pages := w.pages()
	for _, name := range []string{"overview", "campaign", "week", "incident", "settings"} {
		p.Goto(pages[name])
		p.WaitFor("main h1")
		p.Tabbable()
	}
}

// TestScreenshots makes those of the README: SCREENSHOTS names the folder.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		t.Skip("make screenshots runs this")
	}
	b := browsertest.Open(t)
	w := newWorld(t)
	p := b.Page(t, browsertest.Options{Base: w.base, Width: 1280, Height: 860})
	w.signIn(p, seed.Email)
	p.Screenshot(dir + "/overview.png")
	p.Goto(w.pages()["campaign"])
	p.WaitFor("main h1")
	p.Screenshot(dir + "/campaign.png")
}
