package web

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"bellwether/internal/api"
	"bellwether/internal/parallel"
)

// calendarView is a month or a week of posts.
type calendarView struct {
	week        bool
	anchor      time.Time // a day of it
	first, last time.Time // what is shown
	days        api.Calendar
	posts       map[string]*api.Post // of a week: with the state of each target
	accounts    *api.IntegrationList
}

// channels are the platforms that take posts.
var channels = []string{"facebook", "instagram", "linkedin_page", "x", "mastodon", "bluesky"}

func calendarPage(p *page) (draw, error) {
	ctx, v := p.r.Context(), p.calendarView()
	err := parallel.Do(ctx,
		func(ctx context.Context) error {
			return p.client.get(
				ctx,
				query("/v1/calendar", "from", v.first.Format(time.DateOnly), "to", v.last.Format(time.DateOnly), "timeZone", p.zone.String()),
				&v.days,
			)
		},
		func(ctx context.Context) error { _ = optional(p, &v.accounts)(ctx, "/v1/integrations"); return nil },
	)
	if err != nil {
		return nil, err
	}
	if v.week {
		v.posts = p.postsOf(ctx, v.days)
	}
	return func() node { return p.drawCalendar(v) }, nil
}

// calendarView is the month or the week that was asked for.
func (p *page) calendarView() calendarView {
	q := p.r.URL.Query()
	v := calendarView{week: q.Get("view") == "week"}
	day, err := time.ParseInLocation(time.DateOnly, q.Get("on"), p.zone)
	if err != nil || day.Year() < 2000 || day.Year() > 2100 {
		day = p.now.In(p.zone)
	}
	v.anchor = time.Date(day.Year(), day.Month(), day.Day(), 12, 0, 0, 0, p.zone) // noon: no day is without one
	v.first, v.last = v.anchor, v.anchor
	if !v.week {
		v.first = v.anchor.AddDate(0, 0, 1-v.anchor.Day())
		v.last = v.first.AddDate(0, 1, -1)
	}
	v.first = v.first.AddDate(0, 0, -weekday(v.first))
	v.last = v.last.AddDate(0, 0, 6-weekday(v.last))
	return v
}

// weekday counts from Monday.
func weekday(t time.Time) int { return (int(t.Weekday()) + 6) % 7 }

// postsOf are the posts of the days. One that can't be had is shown without its targets.
func (p *page) postsOf(ctx context.Context, days api.Calendar) map[string]*api.Post {
	found := map[string]*api.Post{}
	var calls []func(context.Context) error
	for _, d := range days.Days {
		for _, e := range d.Posts {
			if len(calls) == 50 {
				break
			}
			post := &api.Post{}
			found[e.PostId] = post
			calls = append(calls, func(ctx context.Context) error { return p.client.get(ctx, "/v1/posts/"+e.PostId, post) })
		}
	}
	_ = parallel.UpTo(ctx, 8, calls...)
	return found
}

func (p *page) drawCalendar(v calendarView) node {
	title, step := p.lang.Month(v.anchor.Format(time.DateOnly)), "month"
	before, after := v.anchor.AddDate(0, 0, -v.anchor.Day()), v.anchor.AddDate(0, 1, 1-v.anchor.Day())
	if v.week {
		title, step = p.T("Week of %s", p.day(v.first.Format(time.DateOnly))), "week"
		before, after = v.anchor.AddDate(0, 0, -7), v.anchor.AddDate(0, 0, 7)
	}
	to := func(view string, on time.Time, label string, current bool) node {
		return h.A(
			h.Class("button"), h.Href(query("/app/calendar", "view", view, "on", on.Format(time.DateOnly))),
			g.If(current, h.Aria("current", "true")), p.text(label),
		)
	}
	return g.Group{
		p.heading(p.T("Calendar")),
		h.Div(h.Class("steering"),
			to(step, before, "Earlier", false), to(step, p.now.In(p.zone), "Today", false), to(step, after, "Later", false),
			to("month", v.anchor, "Month", !v.week), to("week", v.anchor, "Week", v.week)),
		p.newPost(v),
		p.moveForm(),
		p.live("30s",
			h.H2(h.ID("span"), g.Text(title)),
			dim(
				g.Text(p.T("Times are those of %s.", p.zone.String())),
				g.If(p.may("post.schedule"), g.Group{g.Text(" "), p.text("Drag a post to another day, or open it to set its time.")}),
			),
			h.Ol(h.Class("days "+step), h.Aria("labelledby", "span"), g.Group(p.days(v))),
			g.If(v.days.More, h.P(p.text("There are more posts than are shown here."))),
			g.If(none(v.days), p.empty("No posts in these days.")),
		),
	}
}

func none(c api.Calendar) bool {
	return !slices.ContainsFunc(c.Days, func(d api.CalendarDay) bool { return len(d.Posts) > 0 })
}

func (p *page) days(v calendarView) (list []node) {
	posts := map[string][]api.CalendarEntry{}
	for _, d := range v.days.Days {
		posts[d.Date] = d.Posts
	}
	today := p.now.In(p.zone).Format(time.DateOnly)
	for day := v.first; !day.After(v.last); day = day.AddDate(0, 0, 1) {
		date := day.Format(time.DateOnly)
		class := "day"
		if day.Month() != v.anchor.Month() && !v.week {
			class += " other"
		}
		if len(posts[date]) == 0 {
			class += " none"
		}
		var entries []node
		for _, e := range posts[date] {
			entries = append(entries, p.entry(e, v.posts[e.PostId]))
		}
		list = append(list, h.Li(h.ID("day-"+date), h.Class(class), h.Data("day", date), g.If(date == today, h.Aria("current", "date")),
			h.H3(h.Span(h.Class("weekday"), g.Text(p.lang.Weekday(day.Weekday())+" ")), g.Text(strconv.Itoa(day.Day()))), h.Ul(g.Group(entries))))
	}
	return list
}

// entry is a post in the calendar. It can be dragged as long as it waits.
func (p *page) entry(e api.CalendarEntry, post *api.Post) node {
	targets := nothing
	if post != nil && len(post.Targets) > 0 {
		var items []node
		for _, t := range post.Targets {
			items = append(items, h.Li(g.Text(p.lang.Platform(t.Platform)+" "), p.chip(string(t.State))))
		}
		targets = h.Ul(h.Class("targets"), g.Group(items))
	}
	movable := e.Status == "scheduled" && p.may("post.schedule")
	return h.Li(h.ID("post-"+e.PostId), h.Class("post "+tone(e.Status)),
		g.If(movable, g.Group{g.Attr("draggable", "true"), h.Data("post", e.PostId), h.Data("time", e.Time)}),
		h.A(
			h.Href("/app/posts/"+e.PostId), g.If(movable, g.Attr("draggable", "false")), h.Span(h.Class("number"), g.Text(e.Time)),
			g.Text(" "), own(e.Summary),
		),
		dim(g.Text(p.platforms(e.Platforms)+" · "+p.word(e.Status))), targets)
}

// moveForm is what a drag fills in and sends.
func (p *page) moveForm() node {
	if !p.may("post.schedule") {
		return nothing
	}
	return h.Div(h.ID("move"), g.Attr("hidden"), p.form("post.schedule", []string{"postId", "", "day", "", "time", "", "timeZone", p.zone.String()}))
}

func (p *page) newPost(v calendarView) node {
	if v.accounts == nil || !p.may("post.create") {
		return nothing
	}
	var boxes []node
	for _, a := range v.accounts.Items {
		if slices.Contains(channels, a.Platform) && a.Status == "connected" {
			boxes = append(boxes, p.check(g.Group{g.Text(p.lang.Platform(a.Platform) + " · "), own(a.Account.Name)}, "integrationId", a.Id, false))
		}
	}
	if len(boxes) == 0 {
		return p.more(
			p.T("New post"),
			p.empty("No account that takes posts is connected.", h.P(h.A(h.Href("/app/integrations"), p.text("Connect an account")))),
		)
	}
	return p.more(p.T("New post"), p.form("post.create", []string{"timeZone", p.zone.String()},
		h.Label(
			h.Class("wide"), h.Span(p.text("Text")),
			h.Textarea(h.Name("content.text"), h.Rows("3"), h.Required(), g.Text(p.again("post.create", "content.text"))),
		),
		p.field("post.create", "Link", "content.link", "", h.Type("url")),
		p.field("post.create", "Time; a draft without one", "publishAt", "", h.Type("datetime-local")),
		h.FieldSet(h.Legend(p.text("Where it goes")), g.Group(boxes)),
		p.submit("Keep the post", h.Class("primary"))),
		p.do("calendar.feed", nil, "Make an address for calendar programs"))
}

// again is what was sent and refused.
func (p *page) again(do, name string) string {
	if p.outcome.do == do && p.outcome.err != nil {
		return p.outcome.sent.Get(name)
	}
	return ""
}

func postPage(p *page) (draw, error) {
	var post api.Post
	if err := p.client.get(p.r.Context(), "/v1/posts/"+url.PathEscape(p.r.PathValue("id")), &post); err != nil {
		return nil, err
	}
	return func() node { return p.drawPost(post) }, nil
}

func (p *page) drawPost(post api.Post) node {
	zone, err := time.LoadLocation(post.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	when := ""
	if post.PublishAt != nil {
		when = post.PublishAt.In(zone).Format("2006-01-02T15:04")
	}
	about := atVersion([]string{"postId", post.Id}, post.Version)
	waits := post.Status == "draft" || post.Status == "scheduled"
	var content []node
	if post.Content.Text != nil {
		content = append(content, h.P(h.Class("prose"), own(*post.Content.Text)))
	}
	if post.Content.Link != nil {
		content = append(content, h.P(outside(*post.Content.Link, *post.Content.Link)))
	}
	if post.Content.Media != nil {
		for _, m := range *post.Content.Media { // not shown: a page here asks no other host for anything
			content = append(content, h.P(p.text("Image"), g.Text(": "), outside(m.Url, m.Url), g.Text(" "), own(api.Value(m.Alt))))
		}
	}
	return g.Group{
		p.heading(p.T("Post"), p.chip(string(post.Status))),
		g.If(waits, h.Div(h.Class("steering"),
			p.form("post.schedule", append(about, "timeZone", post.TimeZone),
				p.field(
					"post.schedule", "Time", "publishAt", when, h.Type("datetime-local"), h.Required(),
				), h.Span(h.Class("dim"), g.Text(post.TimeZone)), p.submit("Set the time")),
			p.do("post.publish", about, "Publish now"), p.do("post.cancel", about, "Cancel the post"))),
		p.live("10s",
			card(p.T("Content"), content...),
			card(p.T("Targets"), p.targets(post)),
			card(p.T("What happened"), p.postTimeline(post)),
		),
	}
}

func (p *page) targets(post api.Post) node {
	var items []node
	for _, t := range post.Targets {
		about := []string{"postId", post.Id, "targetId", t.Id}
		parts := []node{h.H3(g.Text(p.lang.Platform(t.Platform)+" · "), own(t.AccountName), g.Text(" "), p.chip(string(t.State)))}
		if t.Permalink != nil {
			parts = append(parts, h.P(outside(*t.Permalink, p.T("See it there"))))
		}
		if t.Message != nil {
			parts = append(parts, dim(own(*t.Message)))
		}
		if t.NextAt != nil {
			parts = append(parts, dim(p.text("Next try"), g.Text(" "), p.moment(*t.NextAt)))
		}
		switch t.State {
		case "failed":
			parts = append(parts, p.do("post.retry", about, "Try again"))
		case "unconfirmed":
			parts = append(parts, p.form(
				"post.confirm", about, p.field("post.confirm", "Its address there", "permalink", "", h.Type("url")),
				p.submit("It is there"),
			),
				p.do("post.retry", append(about, "notPublished", "true"), "It is not there: try again"))
		}
		items = append(items, h.Li(parts...))
	}
	return h.Ul(h.Class("plain"), g.Group(items))
}

func (p *page) postTimeline(post api.Post) node {
	var items []node
	for i := len(post.Timeline) - 1; i >= 0; i-- {
		e := post.Timeline[i]
		items = append(items, h.Li(h.Span(h.Lang("en"), own(e.Text)), dim(p.moment(e.At))))
	}
	return h.Ol(h.Class("timeline"), g.Group(items))
}
