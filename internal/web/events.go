package web

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"bellwether/internal/api"
	"bellwether/internal/parallel"
)

func eventsPage(p *page) (draw, error) {
	q := p.r.URL.Query()
	chain, subject := q.Get("correlationId"), q.Get("subject")
	var list api.EventPage
	var letters *api.DeadLetterPage
	limit := "50"
	if chain != "" {
		limit = "100" // a chain is drawn whole
	}
	params := []string{"correlationId", chain, "subject", subject, "cursor", q.Get("cursor"), "limit", limit}
	if subject != "" && chain == "" {
		params = append(params, "from", p.now.AddDate(0, 0, -30).UTC().Truncate(time.Minute).Format(time.RFC3339))
	}
	err := parallel.Do(p.r.Context(),
		func(ctx context.Context) error { return p.client.get(ctx, query("/v1/events", params...), &list) },
		func(ctx context.Context) error {
			_ = optional(p, &letters)(ctx, "/v1/dead-letters?limit=50")
			return nil
		},
	)
	if err != nil {
		return nil, err
	}
	return func() node {
		body := card(p.T("What happened"), p.eventList(list))
		if chain != "" {
			body = card(p.T("From the request to its effects"), p.waterfall(list.Items))
		}
		parts := []node{body, p.letters(letters)}
		if letters != nil && len(letters.Items) > 0 {
			slices.Reverse(parts) // what waits for somebody comes first
		}
		return g.Group{
			p.heading(p.T("Events")),
			h.Form(h.Class("do"), h.Method("get"), h.Action("/app/events"),
				p.field("", "Request or chain", "correlationId", chain, g.Attr("size", "36")), p.field(
					"", "About", "subject", subject, h.Placeholder("campaign/…"), g.Attr("size", "30"),
				), p.submit("Look up")),
			p.live("10s", parts...),
		}
	}, nil
}

func (p *page) eventList(list api.EventPage) node {
	if len(list.Items) == 0 {
		return p.empty("Nothing happened in this time.")
	}
	var rows [][]node
	for _, e := range list.Items {
		subject := own(e.Meta.Subject)
		if path := pathOf(e.Meta.Subject); path != "" {
			subject = h.A(h.Href(path), own(e.Meta.Subject))
		}
		rows = append(rows, []node{
			h.A(h.Href(query("/app/events", "correlationId", e.Meta.CorrelationID)), g.Text(p.word(e.Meta.Type))),
			p.moment(e.Meta.OccurredAt), subject, own(e.Meta.Actor), count(e.Meta.Hop),
		})
	}
	return g.Group{p.table("What happened", []string{"Event", "When", "About", "By", "Step"}, rows...), p.next(list.Next)}
}

// waterfall draws a chain: each event under what caused it, with a bar from the beginning to its moment.
func (p *page) waterfall(events []api.LoggedEvent) node {
	if len(events) == 0 {
		return p.empty("Nothing followed from this, or it is too long ago.")
	}
	slices.SortStableFunc(events, func(a, b api.LoggedEvent) int {
		return cmp.Or(a.Meta.OccurredAt.Compare(b.Meta.OccurredAt), cmp.Compare(a.Meta.Hop, b.Meta.Hop), cmp.Compare(a.Meta.ID, b.Meta.ID))
	})
	begin, end := events[0].Meta.OccurredAt, events[len(events)-1].Meta.OccurredAt
	whole := max(end.Sub(begin), time.Millisecond)
	var items []node
	for _, e := range chained(events) {
		after := e.Meta.OccurredAt.Sub(begin)
		at := int64(after * 1000 / whole)
		subject := own(e.Meta.Subject)
		if path := pathOf(e.Meta.Subject); path != "" {
			subject = h.A(h.Href(path), own(e.Meta.Subject))
		}
		items = append(items, h.Li(h.Class("hop"+strconv.Itoa(min(e.Meta.Hop, 6))),
			h.Div(h.Class("line"), h.Strong(g.Text(p.word(e.Meta.Type))), number("+"+after.Round(time.Millisecond).String())),
			h.SVG(
				h.Class("wait"), h.Aria("hidden", "true"), g.Attr("viewBox", "0 0 1000 8"), g.Attr("preserveAspectRatio", "none"),
				rect("track", 0, 3, 1000, 2, 1000), rect("spent", 0, 2, at, 4, 1000), rect("now", min(at, 988), 0, 12, 8, 1000),
			),
			dim(subject, g.Text(" · "), own(e.Meta.Actor)),
			p.more(p.T("Its data"), h.Pre(h.Dir("ltr"), h.TabIndex("0"), h.Lang("en"), g.Text(indented(e.Data))))))
	}
	return g.Group{
		dim(
			p.text("Began"), g.Text(" "), p.moment(begin), g.Text(" · "), p.text("took"), g.Text(" "),
			number(end.Sub(begin).Round(time.Millisecond).String()),
		),
		h.Ol(h.Class("waterfall"), g.Group(items)),
	}
}

// chained puts every event behind its cause, and what has the same cause in order of time.
func chained(events []api.LoggedEvent) []api.LoggedEvent {
	known, follow := map[string]bool{}, map[string][]api.LoggedEvent{}
	for _, e := range events {
		known[e.Meta.ID] = true
	}
	for _, e := range events {
		cause := e.Meta.CausationID
		if !known[cause] || cause == e.Meta.ID {
			cause = ""
		}
		follow[cause] = append(follow[cause], e)
	}
	var out []api.LoggedEvent
	var walk func(cause string)
	walk = func(cause string) {
		list := follow[cause]
		delete(follow, cause) // no event is drawn twice, whatever its causes say
		for _, e := range list {
			out = append(out, e)
			walk(e.Meta.ID)
		}
	}
	walk("")
	for _, e := range events {
		walk(e.Meta.CausationID) // causes that go round in a circle hang on nothing
	}
	return out
}

func (p *page) letters(list *api.DeadLetterPage) node {
	if list == nil {
		return nothing // not for this role, or not there right now
	}
	if len(list.Items) == 0 {
		return card(p.T("Dead letters"), p.empty("Every event was handled."))
	}
	listeners := map[string]int{}
	var rows [][]node
	for _, l := range list.Items {
		listeners[l.Listener]++
		about := []string{"listener", l.Listener, "eventId", l.EventId}
		rows = append(rows, []node{
			h.Span(h.ID("letter-"+l.EventId), g.Text(p.word(l.EventType))), own(l.Listener), p.chip(l.State),
			g.Group{p.chip(l.Kind), dim(h.Lang("en"), own(l.Reason))}, p.moment(l.FailedAt), count(l.Tries),
			h.Div(h.Class("line"), p.do("letter.redrive", about, "Redrive"),
				p.form("letter.discard", about, p.field("letter.discard", "Why", "reason", "", h.Required()), p.submit("Discard"))),
		})
	}
	var all []node
	for _, name := range slices.Sorted(maps.Keys(listeners)) {
		if listeners[name] > 1 {
			all = append(all, p.form("letters.redrive", []string{"listener", name}, p.submit("Redrive all of this listener"), own(name)))
		}
	}
	return card(
		p.T("Dead letters"),
		p.table("Dead letters", []string{"Event", "Listener", "State", "Why", "Failed last", "Tries", "Do"}, rows...),
		g.Group(all),
	)
}
