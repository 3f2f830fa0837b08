package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"bellwether/internal/api"
)

// actions are all that a person can do here, by name. The route decides who may.
var actions = map[string]action{
	"campaign.pause":    {route: "POST /v1/campaigns/{campaignId}/pause", fields: []string{"reason"}, done: "The campaign is being paused."},
	"campaign.resume":   {route: "POST /v1/campaigns/{campaignId}/resume", done: "The campaign runs again."},
	"campaign.budget":   {route: "POST /v1/campaigns/{campaignId}/budget", fields: []string{"amount", "period", "thresholds:ints", "landing:bool"}, done: "The budget is changed."},
	"campaign.override": {route: "POST /v1/campaigns/{campaignId}/budget-override", fields: []string{"reason"}, done: "The campaign may spend beyond its budget until the period ends."},

	"post.create":   {route: "POST /v1/posts", fields: []string{"content.text", "content.link", "publishAt", "timeZone", "draft:bool"}, prepare: postTargets, done: "The post is kept."},
	"post.schedule": {route: "POST /v1/posts/{postId}/schedule", fields: []string{"publishAt", "timeZone"}, prepare: movedDay, done: "The post has its new time."},
	"post.cancel":   {route: "POST /v1/posts/{postId}/cancel", done: "The post is cancelled."},
	"post.publish":  {route: "POST /v1/posts/{postId}/publish-now", done: "The post goes out now."},
	"post.retry":    {route: "POST /v1/posts/{postId}/targets/{targetId}/retry", fields: []string{"notPublished:bool"}, done: "It is tried again."},
	"post.confirm":  {route: "POST /v1/posts/{postId}/targets/{targetId}/confirm", fields: []string{"permalink"}, done: "The post counts as published."},
	"calendar.feed": {route: "POST /v1/calendar/feed", done: "The address is made.", once: text("url")},

	"account.connect":    {route: "POST /v1/integrations", fields: []string{"platform", "accountId"}, done: "Connecting has begun.", elsewhere: text("authorizationUrl")},
	"account.reconnect":  {route: "POST /v1/integrations/{integrationId}/reconnect", done: "Connecting has begun.", elsewhere: text("authorizationUrl")},
	"account.sync":       {route: "POST /v1/integrations/{integrationId}/sync", done: "The account is being synced."},
	"account.disconnect": {route: "POST /v1/integrations/{integrationId}/disconnect", fields: []string{"pauseCampaigns:bool"}, done: "The account is disconnected."},
	"account.interval":   {route: "PATCH /v1/integrations/{integrationId}", fields: []string{"everyMinutes:int"}, done: "The account is synced in the new rhythm."},

	"notice.read":      {route: "POST /v1/inbox/{noticeId}/read", done: "Read."},
	"notice.unread":    {route: "POST /v1/inbox/{noticeId}/unread", done: "Unread."},
	"notice.archive":   {route: "POST /v1/inbox/{noticeId}/archive", done: "Archived."},
	"notice.unarchive": {route: "POST /v1/inbox/{noticeId}/unarchive", done: "Back in the inbox."},
	"notice.snooze":    {route: "POST /v1/inbox/{noticeId}/snooze", prepare: untilLater("until"), done: "Put off."},
	"notice.all":       {route: "POST /v1/inbox/read-all", done: "All are read."},

	"incident.acknowledge": {route: "POST /v1/incidents/{incidentId}/acknowledge", done: "It is yours now. Its clock runs on until it is resolved."},
	"incident.comment":     {route: "POST /v1/incidents/{incidentId}/comments", fields: []string{"text"}, done: "Your comment is kept."},
	"incident.resolve":     {route: "POST /v1/incidents/{incidentId}/resolve", fields: []string{"reason"}, done: "The incident is resolved."},
	"incident.reopen":      {route: "POST /v1/incidents/{incidentId}/reopen", fields: []string{"reason"}, done: "The incident is open again."},
	"incident.assign":      {route: "POST /v1/incidents/{incidentId}/assign", fields: []string{"userId"}, done: "The incident has its owner."},
	"silence.create": {route: "POST /v1/silences", fields: []string{
		"reason", "freeze:bool", "match.subject", "match.platform", "match.kind",
	}, prepare: untilLater("expiresAt"),
		done: "The silence is in force."},
	"silence.end": {route: "DELETE /v1/silences/{silenceId}", done: "The silence is over."},

	"rule.create":            {route: "POST /v1/automations", prepare: fromPreset, done: "The rule watches. It does nothing until you let it."},
	"rule.mode":              {route: "PUT /v1/automations/{ruleId}", prepare: changedRule, done: "The rule is changed."},
	"rule.delete":            {route: "DELETE /v1/automations/{ruleId}", done: "The rule is gone. What it paused stays paused until a person resumes it."},
	"action.approve":         {route: "POST /v1/actions/{actionId}/approve", fields: []string{"reason"}, done: "Approved."},
	"action.decline":         {route: "POST /v1/actions/{actionId}/decline", fields: []string{"reason"}, done: "Declined."},
	"action.undo":            {route: "POST /v1/actions/{actionId}/undo", fields: []string{"reason"}, done: "Undone. The rule leaves this campaign alone for a day."},
	"recommendation.accept":  {route: "POST /v1/recommendations/{recommendationId}/accept", done: "Noted: somebody means to do it."},
	"recommendation.dismiss": {route: "POST /v1/recommendations/{recommendationId}/dismiss", fields: []string{"reason"}, done: "It is not brought up again this week."},
	"recommendation.done":    {route: "POST /v1/recommendations/{recommendationId}/done", done: "Noted as done."},

	"letter.redrive":  {route: "POST /v1/dead-letters/{listener}/{eventId}/redrive", done: "It is on its way to its listener again."},
	"letter.discard":  {route: "POST /v1/dead-letters/{listener}/{eventId}/discard", fields: []string{"reason"}, done: "It is put aside."},
	"letters.redrive": {route: "POST /v1/dead-letters/redrive", fields: []string{"listener"}, done: "All of them are on their way to their listener again."},

	"org.update":        {route: "PATCH /v1/org", fields: []string{"name", "timeZone", "thresholds:ints", "autoPause:bool"}, done: "The organisation is changed."},
	"org.switch":        {route: "POST /v1/me/org", fields: []string{"orgId"}, done: "You act in the other organisation now."},
	"org.calendar":      {route: "PUT /v1/org/calendar", fields: []string{"timeZone", "from", "to", "days:texts"}, prepare: keepHolidays, done: "The business hours are kept."},
	"member.role":       {route: "PATCH /v1/org/members/{userId}", fields: []string{"role"}, done: "The member has the new role."},
	"member.remove":     {route: "DELETE /v1/org/members/{userId}", done: "The member is out within a minute."},
	"member.invite":     {route: "POST /v1/org/invitations", fields: []string{"email", "role"}, done: "The invitation is made.", once: text("token")},
	"invitation.revoke": {route: "DELETE /v1/org/invitations/{invitationId}", done: "The invitation is good no more."},
	"invitation.accept": {route: "POST /v1/invitations/accept", fields: []string{"token"}, done: "You are a member now."},
	"key.create":        {route: "POST /v1/org/api-keys", fields: []string{"name", "role", "expiresInDays:int"}, done: "The key is made.", once: text("key")},
	"key.revoke":        {route: "DELETE /v1/org/api-keys/{keyId}", done: "The key is good no more."},
	"channel.create":    {route: "POST /v1/channels", fields: []string{"kind", "name", "url", "from", "language"}, done: "The channel is kept.", once: text("key")},
	"channel.test":      {route: "POST /v1/channels/{channelId}/test", done: "A test is on its way."},
	"channel.remove":    {route: "DELETE /v1/channels/{channelId}", done: "The channel is removed."},
	"me.contact":        {route: "PUT /v1/me/contacts/{contactKind}", fields: []string{"address"}, done: "The address is kept. It has to be confirmed before anything goes there."},
	"me.uncontact":      {route: "DELETE /v1/me/contacts/{contactKind}", done: "The address is removed."},
	"me.test":           {route: "POST /v1/me/contacts/{contactKind}/test", done: "A test is on its way."},
	"me.notifications":  {route: "PUT /v1/me/notifications", fields: []string{"timeZone", "language"}, prepare: preferences, done: "Your preferences are kept."},
}

// text is a text of an answer.
func text(name string) func(map[string]any) string {
	return func(answer map[string]any) string {
		s, _ := answer[name].(string)
		return s
	}
}

// untilLater sets a time so many hours ahead.
func untilLater(name string) func(*page, url.Values, map[string]any) error {
	return func(p *page, f url.Values, body map[string]any) error {
		hours, err := time.ParseDuration(f.Get("hours") + "h")
		if err != nil || hours <= 0 {
			hours = time.Hour
		}
		body[name] = p.now.Add(hours).UTC().Format(time.RFC3339)
		return nil
	}
}

// postTargets makes the targets from the accounts that were ticked.
func postTargets(_ *page, f url.Values, body map[string]any) error {
	targets := []map[string]any{}
	for _, id := range f["integrationId"] {
		targets = append(targets, map[string]any{"integrationId": id})
	}
	body["targets"] = targets
	if body["publishAt"] == nil {
		body["draft"] = true
	}
	return nil
}

// movedDay is a post that was dragged to another day: it keeps its time of day.
func movedDay(_ *page, f url.Values, body map[string]any) error {
	if day := f.Get("day"); day != "" {
		body["publishAt"] = day + "T" + f.Get("time")
	}
	return nil
}

// fromPreset makes a rule from the preset that was chosen.
func fromPreset(p *page, f url.Values, body map[string]any) error {
	var list struct {
		Items []struct {
			ID   string         `json:"id"`
			Rule map[string]any `json:"rule"`
		} `json:"items"`
	}
	target := query("/v1/automations/presets", "currency", f.Get("currency"), "targetRoas", f.Get("targetRoas"), "targetCpa", f.Get("targetCpa"))
	if err := p.client.get(p.r.Context(), target, &list); err != nil {
		return err
	}
	for _, preset := range list.Items {
		if preset.ID == f.Get("preset") {
			maps.Copy(body, preset.Rule)
			return nil
		}
	}
	return &problem{api.Problem{Status: http.StatusUnprocessableEntity, Code: "invalid_fields", Fields: &[]api.Field{{Name: "preset", Message: "must be one of the presets"}}}}
}

// ruleFields are those of a rule that a person sets.
var ruleFields = []string{
	"name", "currency", "when", "action", "scope", "target", "mode", "enabled", "consecutiveDays", "cooldownMinutes",
	"dailyActions", "fourEyes",
}

// changedRule is the rule as it stands, with another mode.
func changedRule(p *page, f url.Values, body map[string]any) error {
	var rule map[string]any
	if err := p.client.get(p.r.Context(), "/v1/automations/"+url.PathEscape(f.Get("ruleId")), &rule); err != nil {
		return err
	}
	for _, name := range ruleFields {
		if value, ok := rule[name]; ok {
			body[name] = value
		}
	}
	if mode := f.Get("mode"); mode != "" {
		body["mode"] = mode
	}
	if enabled := f.Get("enabled"); enabled != "" {
		body["enabled"] = enabled == "true"
	}
	return nil
}

// keepHolidays keeps the holidays, which have no form here.
func keepHolidays(p *page, _ url.Values, body map[string]any) error {
	var now api.WorkCalendar
	if err := p.client.get(p.r.Context(), "/v1/org/calendar", &now); err != nil {
		return err
	}
	if now.Holidays != nil {
		body["holidays"] = *now.Holidays
	}
	return nil
}

// preferences keeps the person's rules, which have no form here, and sets the quiet hours where there are any.
func preferences(p *page, f url.Values, body map[string]any) error {
	var now api.MyNotifications
	if err := p.client.get(p.r.Context(), "/v1/me/notifications", &now); err != nil {
		return err
	}
	if now.Preferences.Rules != nil {
		body["rules"] = *now.Preferences.Rules
	}
	from, to := strings.TrimSpace(f.Get("quiet.from")), strings.TrimSpace(f.Get("quiet.to"))
	if from != "" || to != "" {
		body["quiet"] = map[string]any{"from": from, "to": to}
	}
	return nil
}

// Actions are the names of all actions, for those who want to see each done.
func Actions() []string { return slices.Sorted(maps.Keys(actions)) }
