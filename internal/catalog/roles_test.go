package catalog_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/tenant"
)

// example is a good request of an operation, with ids of the tenancy.
func example(o operation, c tenancy, w *world) request {
	path := strings.NewReplacer("{campaignId}", c.campaign, "{userId}", c.member, "{invitationId}", c.invitation,
		"{keyId}", c.key, "{noticeId}", c.notice, "{integrationId}", c.integration, "{connectionId}", c.connection,
		"{ticketId}", c.ticket, "{orgId}", c.org, "{platform}", "meta", "{postId}", c.post, "{targetId}", c.target,
		"{incidentId}", c.incident, "{silenceId}", c.silence,
		"{channelId}", c.channel, "{alertId}", c.alert, "{deliveryId}", c.delivery, "{contactKind}", c.contact,
		"{ruleId}", c.rule, "{actionId}", c.action, "{recommendationId}", c.recommendation, "{listener}", "notify-budget-threshold", "{eventId}", c.letter).Replace(o.path)
	r := request{method: o.method, path: path, header: map[string]string{"content-type": "application/json"}}
	switch o.id {
	case "createCampaign":
		r.body = `{"name":"Fresh","objective":"traffic","currency":"EUR","timeZone":"Europe/Berlin","budget":{"amount":"10.50","period":"daily","thresholds":[50,100]},
			"placements":[{"platform":"google","name":"Search"}],"startDate":"2026-11-01","endDate":"2026-12-31","conversionValue":"5"}`
	case "updateCampaign":
		r.body = `{"name":"Renamed","description":"Text"}`
	case "pauseCampaign":
		r.body = `{"reason":"a holiday"}`
	case "changeBudget":
		r.body = `{"amount":"60","period":"monthly","thresholds":[80,100]}`
	case "overrideBudget":
		r.body = `{"reason":"the client agreed"}`
	case "addPlacements":
		r.body = `{"placements":[{"platform":"google","name":"Search","externalId":"2","currency":"USD"}]}`
	case "putMetrics":
		r.body = `{"rows":[{"date":"2026-11-29","spend":"45.5","clicks":3,"impressions":90,"conversions":"1.5"}]}`
	case "importMetrics":
		r.query, r.body = "date=day&spend=cost&clicks=clicks", "day,cost,clicks\n2026-11-27,1.25,4\n2026-11-26,2,5\n"
		r.header["content-type"] = "text/csv"
	case "switchOrg":
		r.body = `{"orgId":"` + c.org + `"}`
	case "createOrg":
		r.body = `{"name":"Another"}`
	case "updateOrg":
		r.body = `{"name":"Renamed","thresholds":[75,100],"campaignLimit":{"amount":"5","currency":"USD"}}`
	case "changeRole":
		r.body = `{"role":"viewer"}`
	case "invite":
		r.body = `{"email":"new@example.com","role":"viewer"}`
	case "acceptInvitation":
		r.body = `{"token":"` + w.theirs.joinToken + `"}`
	case "createPost":
		r.body = `{"content":{"text":"Hello","link":"https://example.com"},"targets":[{"integrationId":"` + w.ours.page + `","text":"Hello you"}],"publishAt":"2026-12-01T09:00:00+01:00","campaignId":"` + w.ours.campaign + `"}`
	case "updatePost":
		r.body = `{"content":{"text":"Doors open at ten"}}`
	case "schedulePost":
		r.body = `{"publishAt":"2026-12-24T10:00","timeZone":"UTC"}`
	case "connectAccount":
		r.body = `{"platform":"meta"}`
	case "chooseAccount":
		r.body = `{"accountId":"act_1"}`
	case "updateIntegration":
		r.body = `{"everyMinutes":30}`
	case "assignIncident":
		r.body = `{"userId":"` + w.ours.member + `"}`
	case "commentIncident":
		r.body = `{"text":"the password was changed"}`
	case "resolveIncident", "reopenIncident":
		r.body = `{"reason":"it was looked after"}`
	case "createSilence":
		r.body = `{"match":{"kind":"stale_data","severity":3},"expiresAt":"2026-12-01T12:00:00Z","reason":"a holiday"}`
	case "setWorkCalendar":
		r.body = `{"timeZone":"Asia/Dubai","from":"08:30","to":"16:30","days":["monday","friday"],"holidays":[{"date":"2026-12-02","name":"National Day"}]}`
	case "putMyNotifications", "putOrgNotifications":
		r.body = `{"language":"ar","timeZone":"Asia/Riyadh","quiet":{"enabled":true,"from":"22:00","to":"08:00"},"rules":[{"category":"budget","channel":"email","from":"medium","digest":"daily"}]}`
	case "redriveListener":
		r.body = `{"listener":"notify-budget-threshold"}`
	case "discardDeadLetter":
		r.body = `{"reason":"it was of a test"}`
	case "putContact":
		r.body = `{"address":"new@example.com"}`
	case "createChannel":
		r.body = `{"kind":"slack","name":"Marketing","url":"https://hooks.slack.com/services/T0/B0/x","categories":["budget"],"from":"high"}`
	case "updateChannel":
		r.body = `{"name":"Alerts","from":"critical"}`
	case "snoozeNotice":
		r.body = `{"until":"` + start.Add(time.Hour).Format(time.RFC3339) + `"}`
	case "setTracker":
		r.body = `{"kind":"github","project":"acme/shop","token":"sandbox-github-token"}`
	case "closeTicket", "reopenTicket":
		r.body = `{"reason":"the other one was meant"}`
	case "commentTicket":
		r.body = `{"text":"I look after it"}`
	case "createAutomation", "putAutomation":
		r.body = `{"name":"Pause low performers","currency":"USD","scope":{"platforms":["meta"]},"target":{"roas":"2","cpa":"30.5"},"consecutiveDays":2,"dailyActions":1,
			"when":{"all":[{"metric":"spend","days":7,"op":"at_least","value":"100"},{"any":[{"metric":"roas","days":7,"op":"below","than":"target","value":"0.5"},{"metric":"clicks","days":3,"op":"at_most","than":"previous","value":"0.9","today":true}]}]},
			"action":{"kind":"scale_budget","percent":-10,"floor":"50"},"cooldownMinutes":4320}`
	case "simulateBudget":
		r.body = `{"budget":{"amount":"100","period":"daily","thresholds":[80,100]},"currency":"USD","timeZone":"UTC","readings":[{"at":"2026-11-28T12:00:00Z","date":"2026-11-28","spend":"85"},{"at":"2026-11-28T13:00:00Z","date":"2026-11-28","spend":"101.5"}]}`
	case "previewAutomation":
		r.body = `{"campaignId":"` + w.ours.campaign + `","rule":` + spendRule("shadow") + `}`
	case "listDecisions":
		r.query = "subject=campaign/" + w.ours.campaign
	case "declineAction", "undoAction", "dismissRecommendation":
		r.body = `{"reason":"it is the season"}`
	case "createApiKey":
		r.body = `{"name":"New","role":"viewer","expiresInDays":1}`
	}
	return r
}

// states are the answers to good requests that the present state of things forbids.
var states = map[string]int{
	"overrideBudget": http.StatusConflict, // the budget is not spent
	"undoAction":     http.StatusConflict, // it is proposed only
	"chooseAccount":  http.StatusConflict, // the person is still at the platform
	"retryTarget":    http.StatusConflict, // the post waits for its time
	"confirmTarget":  http.StatusConflict,
	"removeMember":   http.StatusNoContent, // of the roles that may remove others; see below
}

// G9: by role, by route, in the own organisation and with ids of another one or of nothing.
func TestRolesRoutesAndTenants(t *testing.T) {
	s := newSeed(t)
	roles := []tenant.Role{tenant.Viewer, tenant.Analyst, tenant.Manager, tenant.Admin, tenant.Owner}
	asked, wrong := 0, 0
	for _, o := range operations(t) {
		if o.public {
			continue // they know no principal: see TestPublicRoutes
		}
		for _, role := range roles {
			t.Run(o.pattern()+" "+string(role), func(t *testing.T) {
				w := s.open(t)
				p := w.ours.owner
				p.Role = role
				before := w.footprint(t, w.theirs.org)
				nothing := event.Derive("nothing")
				missing := tenancy{
					owner: p, org: nothing, campaign: nothing, member: nothing, invitation: nothing, key: nothing, notice: nothing,
					incident: nothing, silence: nothing, rule: nothing, action: nothing, recommendation: nothing, ticket: "BW-000000",
					integration: nothing, connection: nothing, post: nothing, target: nothing, channel: nothing, alert: nothing, delivery: nothing, contact: nothing, letter: nothing,
				}
				for _, c := range []struct {
					whose string
					ids   tenancy
				}{{"another organisation's", foreignIDs(w.theirs)}, {"missing", missing}, {"own", w.ours}} {
					foreign := c.whose != "own" && (strings.Contains(o.path, "{") || o.id == "switchOrg")
					if c.whose != "own" && !foreign {
						continue
					}
					a := w.call(t, &p, example(o, c.ids, w))
					asked++
					if want := expected(o, role, foreign); a.Status != want || o.check(a) != "" {
						wrong++
						t.Errorf("%s: status %d, want %d; %s: %s", c.whose, a.Status, want, o.check(a), a.Body)
					}
					if foreign && w.footprint(t, w.theirs.org) != before {
						t.Errorf("%s: something changed in the other organisation", c.whose)
					}
				}
			})
		}
	}
	t.Logf("%d answers, %d wrong", asked, wrong)
}

// foreignIDs are the ids of another organisation. Kinds of contacts are nobody's: there one stands that is none.
func foreignIDs(c tenancy) tenancy {
	c.contact = "fax"
	return c
}

func expected(o operation, role tenant.Role, foreign bool) int {
	switch {
	case !tenant.Allowed(o.pattern(), role):
		return http.StatusForbidden
	case foreign:
		return http.StatusNotFound
	case o.id == "removeMember" && !role.AtLeast(tenant.Admin):
		return http.StatusForbidden // the route is open to all, to leave; others are removed by admins
	}
	if status, ok := states[o.id]; ok {
		return status
	}
	return o.success
}

func TestNobodyGetsInUnidentified(t *testing.T) {
	w := newSeed(t).open(t)
	before := w.footprint(t, w.ours.org)
	for _, o := range operations(t) {
		if o.public {
			continue
		}
		a := w.call(t, nil, example(o, w.ours, w))
		if a.Status != http.StatusUnauthorized || o.check(a) != "" {
			t.Errorf("%s: status %d, %s", o.pattern(), a.Status, o.check(a))
		}
	}
	if w.footprint(t, w.ours.org) != before {
		t.Error("something changed")
	}
}

// A route that wants no credential of ours gives nothing away, and does nothing, without what it wants
// instead: a state that we sealed, a signature.
func TestPublicRoutes(t *testing.T) {
	w := newSeed(t).open(t)
	before := w.footprint(t, w.ours.org)
	refused := map[string]int{"finishConnecting": http.StatusBadRequest, "confirmWebhook": http.StatusForbidden, "receiveWebhook": http.StatusForbidden,
		"hearGitHub": http.StatusForbidden, "hearJira": http.StatusForbidden,
		"getCalendarFeed": http.StatusForbidden, "showApproval": http.StatusForbidden, "answerApproval": http.StatusForbidden, "showSignIn": http.StatusBadRequest, "finishSignIn": http.StatusBadRequest}
	seen := 0
	for _, o := range operations(t) {
		if !o.public {
			continue
		}
		seen++
		for _, p := range []*tenant.Principal{nil, &w.ours.owner} {
			a := w.call(t, p, example(o, w.ours, w))
			if a.Status != refused[o.id] || o.check(a) != "" {
				t.Errorf("%s: status %d, %s: %s", o.pattern(), a.Status, o.check(a), a.Body)
			}
		}
	}
	if seen != len(refused) || w.footprint(t, w.ours.org) != before {
		t.Errorf("%d public routes, or something changed", seen)
	}
}

// A notice is its reader's, also inside one organisation.
func TestInboxesArePersonal(t *testing.T) {
	w := newSeed(t).open(t)
	colleague := w.ours.owner
	colleague.ID, colleague.Actor = w.ours.member, "user/"+w.ours.member
	for _, verb := range []string{"read", "unread", "archive", "unarchive"} {
		a := w.call(t, &colleague, request{method: "POST", path: fmt.Sprintf("/v1/inbox/%s/%s", w.ours.notice, verb)})
		if a.Status != http.StatusNotFound {
			t.Errorf("%s: status %d %s", verb, a.Status, a.Body)
		}
	}
}
