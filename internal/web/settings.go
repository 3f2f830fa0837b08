package web

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"bellwether/internal/api"
	"bellwether/internal/parallel"
)

// settingsView is what the settings show. What the person's role may not see is nil.
type settingsView struct {
	org         api.Org
	members     *api.MemberList
	invitations *api.InvitationList
	keys        *api.ApiKeyList
	channels    *api.ChannelList
	mine        *api.MyNotifications
	hours       *api.WorkCalendar
	silences    *api.SilencePage
}

func settingsPage(p *page) (draw, error) {
	var v settingsView
	part := func(target string, take func(context.Context, string) error) func(context.Context) error {
		return func(ctx context.Context) error { _ = take(ctx, target); return nil }
	}
	err := parallel.UpTo(p.r.Context(), 8,
		func(ctx context.Context) error { return p.client.get(ctx, "/v1/org", &v.org) },
		part("/v1/org/members", optional(p, &v.members)),
		part("/v1/org/invitations", optional(p, &v.invitations)),
		part("/v1/org/api-keys", optional(p, &v.keys)),
		part("/v1/channels", optional(p, &v.channels)),
		part("/v1/me/notifications", optional(p, &v.mine)),
		part("/v1/org/calendar", optional(p, &v.hours)),
		part("/v1/silences", optional(p, &v.silences)),
	)
	if err != nil {
		return nil, err
	}
	return func() node {
		return g.Group{
			p.heading(p.T("Settings")),
			card(p.T("Look"), p.looks()),
			card(p.T("You"), p.mine(v.mine), p.memberships()),
			card(p.T("Organisation"), p.organisation(v.org)),
			card(p.T("Members and roles"), p.members(v)),
			p.apiKeys(v.keys),
			card(p.T("Channels"), p.channels(v.channels)),
			card(p.T("Business hours"), p.hours(v.hours)),
			card(p.T("Silences and freezes"), p.silences(v.silences)),
		}
	}, nil
}

func (p *page) mine(m *api.MyNotifications) node {
	if m == nil {
		return p.missingPart()
	}
	from, to := "", ""
	if q := m.Preferences.Quiet; q != nil {
		from, to = q.From, q.To
	}
	var rows [][]node
	for kind, c := range map[string]*api.Contact{"email": m.Email, "sms": m.Sms} {
		about := []string{"contactKind", kind}
		state, do := node(p.text("none")), node(nothing)
		if c != nil {
			state = g.Group{own(c.Address), g.Text(" "), p.chip(map[bool]string{true: "confirmed", false: "waiting"}[c.Confirmed])}
			do = h.Div(h.Class("line"), p.do("me.test", about, "Send a test"), p.do("me.uncontact", about, "Remove"))
		}
		rows = append(rows, []node{g.Text(p.word("channel." + kind)), state, do,
			p.form(
				"me.contact", about,
				h.Label(
					h.Span(h.Class("visually-hidden"), g.Text(p.T("Address")+" ("+p.word("channel."+kind)+")")),
					h.Input(h.Name("address"), h.Required()),
				),
				p.submit("Keep"),
			)})
	}
	slices.SortFunc(rows, func(a, b []node) int { return strings.Compare(rendered(a[0]), rendered(b[0])) })
	return g.Group{
		p.form("me.notifications", nil,
			p.field("me.notifications", "Time zone", "timeZone", api.Value(m.Preferences.TimeZone), h.Placeholder("Europe/Berlin")),
			p.choice("Language of letters", "language", api.Value(m.Preferences.Language), "", "en", "ar"),
			p.field("me.notifications", "Quiet from", "quiet.from", from, h.Type("time")), p.field("me.notifications", "to", "quiet.to", to, h.Type("time")),
			p.submit("Keep")),
		p.table("Your addresses", []string{"By", "Address", "Do", "Change"}, rows...),
	}
}

func rendered(n node) string {
	var b bytes.Buffer
	_ = n.Render(&b) // a buffer takes all
	return b.String()
}

func (p *page) memberships() node {
	accept := p.more(
		p.T("Accept an invitation"),
		p.form("invitation.accept", nil, p.field("invitation.accept", "Its code", "token", "", h.Required()), p.submit("Accept")),
	)
	if len(p.me.Orgs) < 2 {
		return accept
	}
	var options []node
	for _, o := range p.me.Orgs {
		options = append(options, h.Option(h.Value(o.Id), h.Dir("auto"), g.If(p.me.OrgId != nil && *p.me.OrgId == o.Id, h.Selected()), g.Text(o.Name)))
	}
	return g.Group{
		p.form("org.switch", nil, h.Label(h.Span(p.text("Act in")), h.Select(h.Name("orgId"), g.Group(options))), p.submit("Change")),
		accept,
	}
}

func (p *page) organisation(o api.Org) node {
	var list []string
	for _, t := range o.Thresholds {
		list = append(list, strconv.Itoa(t))
	}
	thresholds := strings.Join(list, ", ")
	if !p.may("org.update") {
		return p.facts(p.text("Name"), own(o.Name), p.text("Time zone"), g.Text(o.TimeZone), p.text("Thresholds in percent"), number(thresholds))
	}
	return p.form("org.update", []string{"version", strconv.FormatInt(o.Version, 10)},
		p.field("org.update", "Name", "name", o.Name, h.Required()), p.field("org.update", "Time zone", "timeZone", o.TimeZone),
		p.field("org.update", "Thresholds in percent", "thresholds", thresholds), p.check(p.text("Pause campaigns at 100 %"), "autoPause", "true", o.AutoPause),
		p.submit("Keep"))
}

var roles = []string{"viewer", "analyst", "manager", "admin", "owner"}

func (p *page) members(v settingsView) node {
	if v.members == nil {
		return p.missingPart()
	}
	var rows [][]node
	for _, m := range v.members.Items {
		about := []string{"userId", m.Id}
		role := node(g.Text(p.word("role." + string(m.Role))))
		if p.may("member.role") && m.Id != p.me.Id {
			role = p.form(
				"member.role", about,
				h.Label(h.Span(h.Class("visually-hidden"), p.text("Role"), g.Text(" "), own(m.Name)), p.roleSelect(string(m.Role))),
				p.submit("Change"),
			)
		}
		remove := nothing
		if p.may("member.role") && m.Id != p.me.Id {
			remove = p.do("member.remove", about, "Remove")
		}
		rows = append(rows, []node{own(m.Name), own(m.Email), role, p.moment(m.JoinedAt), remove})
	}
	out := g.Group{p.table("Members and roles", []string{"Name", "Address", "Role", "Since", "Do"}, rows...)}
	if v.invitations != nil {
		var open [][]node
		for _, i := range v.invitations.Items {
			open = append(open, []node{
				own(i.Email), g.Text(p.word("role." + string(i.Role))), p.moment(i.ExpiresAt),
				p.do("invitation.revoke", []string{"invitationId", i.Id}, "Revoke"),
			})
		}
		if len(open) > 0 {
			out = append(out, h.H3(p.text("Invitations")), p.table("Invitations", []string{"Address", "Role", "Good until", "Do"}, open...))
		}
	}
	return append(out, p.form(
		"member.invite", nil, p.field("member.invite", "Invite", "email", "", h.Type("email"), h.Required()),
		h.Label(h.Span(p.text("Role")), p.roleSelect("viewer")), p.submit("Invite"),
	))
}

func (p *page) roleSelect(now string) node {
	var options []node
	for _, r := range roles {
		options = append(options, h.Option(h.Value(r), g.If(r == now, h.Selected()), g.Text(p.word("role."+r))))
	}
	return h.Select(h.Name("role"), g.Group(options))
}

func (p *page) apiKeys(keys *api.ApiKeyList) node {
	if keys == nil {
		return nothing // for admins
	}
	var rows [][]node
	for _, k := range keys.Items {
		rows = append(rows, []node{
			own(k.Name), h.Code(g.Text(k.Prefix + "…")), g.Text(p.word("role." + string(k.Role))), p.moment(k.ExpiresAt),
			p.do("key.revoke", []string{"keyId", k.Id}, "Revoke"),
		})
	}
	body := p.empty("No keys. A key lets a program use the API.")
	if len(rows) > 0 {
		body = p.table("API keys", []string{"Name", "Key", "Role", "Good until", "Do"}, rows...)
	}
	return card(p.T("API keys"), body, p.form("key.create", nil, p.field("key.create", "Name of the key", "name", "", h.Required()), h.Label(h.Span(p.text("Role")), p.roleSelect("viewer")),
		p.field("key.create", "Days", "expiresInDays", "90", h.Type("number"), h.Min("1"), h.Max("365")), p.submit("Make a key")))
}

func (p *page) channels(list *api.ChannelList) node {
	if list == nil {
		return p.missingPart()
	}
	var rows [][]node
	for _, c := range list.Items {
		about := []string{"channelId", c.Id}
		state := node(p.chip("active"))
		if c.Disabled != nil {
			state = g.Group{p.chip("disabled"), dim(g.Text(p.word(*c.Disabled)))}
		}
		rows = append(rows, []node{
			own(c.Name), g.Text(p.word("channel." + c.Kind)), number(c.Host), g.Text(p.word(c.From)), state,
			h.Div(h.Class("line"), p.do("channel.test", about, "Send a test"), p.do("channel.remove", atVersion(about, c.Version), "Remove")),
		})
	}
	body := p.empty("No channels. Slack, Teams and your own programs can be told as well.")
	if len(rows) > 0 {
		body = p.table("Channels", []string{"Name", "Kind", "Where", "From", "State", "Do"}, rows...)
	}
	return g.Group{body, p.form("channel.create", nil,
		p.choice("Kind", "kind", "slack", "slack", "teams", "webhook"),
		p.field("channel.create", "Name of the channel", "name", "", h.Required()),
		p.field("channel.create", "Its address", "url", "", h.Type("url"), h.Required()),
		p.choice("From", "from", "medium", "low", "medium", "high", "critical"),
		p.choice("Language", "language", "en", "en", "ar"),
		p.submit("Add the channel"))}
}

func (p *page) hours(c *api.WorkCalendar) node {
	if c == nil {
		return p.missingPart()
	}
	var boxes []node
	var named []string
	for _, day := range []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"} {
		on := slices.Contains(c.Days, api.WorkCalendarDays(day))
		if on {
			named = append(named, p.word(day))
		}
		boxes = append(boxes, p.check(g.Text(p.word(day)), "days", day, on))
	}
	if !p.may("org.calendar") {
		return p.facts(
			p.text("Days"), g.Text(strings.Join(named, " · ")), p.text("Hours"), number(c.From+" – "+c.To), p.text("Time zone"),
			g.Text(c.TimeZone),
		)
	}
	return p.form("org.calendar", nil,
		p.field("org.calendar", "Time zone", "timeZone", c.TimeZone),
		p.field("org.calendar", "From", "from", c.From, h.Type("time")),
		p.field("org.calendar", "to", "to", c.To, h.Type("time")),
		h.FieldSet(h.Legend(p.text("Days")), g.Group(boxes)), p.submit("Keep"))
}

// indented is JSON for people.
func indented(raw json.RawMessage) string {
	var out bytes.Buffer
	if json.Indent(&out, raw, "", "  ") != nil {
		return string(raw)
	}
	return out.String()
}
