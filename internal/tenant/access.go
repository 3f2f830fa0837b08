package tenant

import (
	"maps"
	"slices"
)

// nobody is the least role of routes that a signed-in person may use who belongs to no organisation.
const nobody = Role("")

// access is the least role that each route wants. A route that is missing is denied to everybody,
// and fails the build.
var access = map[string]Role{
	"GET /v1/me":                  nobody,
	"POST /v1/me/org":             nobody,
	"POST /v1/orgs":               nobody,
	"POST /v1/invitations/accept": nobody,

	"GET /v1/org":                                        Viewer,
	"PATCH /v1/org":                                      Admin,
	"GET /v1/org/members":                                Viewer,
	"PATCH /v1/org/members/{userId}":                     Admin,
	"DELETE /v1/org/members/{userId}":                    Viewer, // to leave; MayRemove guards the others
	"GET /v1/org/invitations":                            Admin,
	"POST /v1/org/invitations":                           Admin,
	"DELETE /v1/org/invitations/{invitationId}":          Admin,
	"GET /v1/org/api-keys":                               Admin,
	"POST /v1/org/api-keys":                              Admin,
	"DELETE /v1/org/api-keys/{keyId}":                    Admin,
	"GET /v1/org/audit":                                  Admin,
	"GET /v1/org/tracker":                                Admin,
	"PUT /v1/org/tracker":                                Admin,
	"DELETE /v1/org/tracker":                             Admin,
	"GET /v1/tickets":                                    Viewer,
	"GET /v1/tickets/{ticketId}":                         Viewer,
	"POST /v1/tickets/{ticketId}/close":                  Manager,
	"POST /v1/tickets/{ticketId}/reopen":                 Manager,
	"POST /v1/tickets/{ticketId}/comments":               Manager,
	"GET /v1/campaigns":                                  Viewer,
	"POST /v1/campaigns":                                 Manager,
	"GET /v1/campaigns/{campaignId}":                     Viewer,
	"PATCH /v1/campaigns/{campaignId}":                   Manager,
	"POST /v1/campaigns/{campaignId}/pause":              Manager,
	"POST /v1/campaigns/{campaignId}/resume":             Manager,
	"POST /v1/campaigns/{campaignId}/archive":            Manager,
	"POST /v1/campaigns/{campaignId}/budget":             Manager,
	"POST /v1/campaigns/{campaignId}/budget-override":    Manager,
	"POST /v1/campaigns/{campaignId}/placements":         Manager,
	"GET /v1/campaigns/{campaignId}/metrics":             Viewer,
	"PUT /v1/campaigns/{campaignId}/metrics":             Manager,
	"POST /v1/campaigns/{campaignId}/metrics/import":     Manager,
	"GET /v1/campaigns/{campaignId}/forecast":            Viewer,
	"POST /v1/budget/simulations":                        Viewer,
	"GET /v1/campaigns/{campaignId}/performance":         Viewer,
	"GET /v1/analytics":                                  Viewer,
	"GET /v1/campaigns/{campaignId}/trends":              Viewer,
	"GET /v1/campaigns/{campaignId}/anomalies":           Viewer,
	"GET /v1/dashboard":                                  Viewer,
	"GET /v1/alerts":                                     Viewer,
	"GET /v1/inbox":                                      Viewer,
	"GET /v1/inbox/count":                                Viewer,
	"POST /v1/inbox/read-all":                            Viewer,
	"POST /v1/inbox/{noticeId}/read":                     Viewer,
	"POST /v1/inbox/{noticeId}/unread":                   Viewer,
	"POST /v1/inbox/{noticeId}/archive":                  Viewer,
	"POST /v1/inbox/{noticeId}/unarchive":                Viewer,
	"POST /v1/inbox/{noticeId}/snooze":                   Viewer,
	"GET /v1/me/notifications":                           Viewer,
	"PUT /v1/me/notifications":                           Viewer,
	"PUT /v1/me/contacts/{contactKind}":                  Viewer,
	"DELETE /v1/me/contacts/{contactKind}":               Viewer,
	"POST /v1/me/contacts/{contactKind}/test":            Viewer,
	"GET /v1/org/notifications":                          Viewer,
	"PUT /v1/org/notifications":                          Admin,
	"GET /v1/channels":                                   Viewer,
	"POST /v1/channels":                                  Admin,
	"GET /v1/channels/{channelId}":                       Viewer,
	"PATCH /v1/channels/{channelId}":                     Admin,
	"DELETE /v1/channels/{channelId}":                    Admin,
	"POST /v1/channels/{channelId}/test":                 Admin,
	"POST /v1/channels/{channelId}/rotate-key":           Admin,
	"GET /v1/dead-letters":                               Admin,
	"POST /v1/dead-letters/redrive":                      Admin,
	"GET /v1/dead-letters/{listener}/{eventId}":          Admin,
	"POST /v1/dead-letters/{listener}/{eventId}/redrive": Admin,
	"POST /v1/dead-letters/{listener}/{eventId}/discard": Admin,
	"GET /v1/deliveries":                                 Manager,
	"POST /v1/deliveries/{alertId}/{deliveryId}/replay":  Admin,
	"GET /v1/events":                                     Analyst,
	"GET /v1/posts":                                      Viewer,
	"POST /v1/posts":                                     Manager,
	"GET /v1/posts/{postId}":                             Viewer,
	"PATCH /v1/posts/{postId}":                           Manager,
	"POST /v1/posts/{postId}/schedule":                   Manager,
	"POST /v1/posts/{postId}/cancel":                     Manager,
	"POST /v1/posts/{postId}/publish-now":                Manager,
	"POST /v1/posts/{postId}/targets/{targetId}/retry":   Manager,
	"POST /v1/posts/{postId}/targets/{targetId}/confirm": Manager,
	"GET /v1/calendar":                                   Viewer,
	"POST /v1/calendar/feed":                             Viewer,
	"GET /v1/org/calendar":                               Viewer,
	"PUT /v1/org/calendar":                               Admin,
	"GET /v1/incidents":                                  Viewer,
	"GET /v1/incidents/report":                           Viewer,
	"GET /v1/incidents/{incidentId}":                     Viewer,
	"POST /v1/incidents/{incidentId}/acknowledge":        Manager,
	"POST /v1/incidents/{incidentId}/assign":             Manager,
	"POST /v1/incidents/{incidentId}/comments":           Manager,
	"POST /v1/incidents/{incidentId}/resolve":            Manager,
	"POST /v1/incidents/{incidentId}/reopen":             Manager,
	"GET /v1/silences":                                   Viewer,
	"POST /v1/silences":                                  Manager,
	"DELETE /v1/silences/{silenceId}":                    Manager,
	"GET /v1/automations":                                Viewer,
	"POST /v1/automations":                               Manager,
	"GET /v1/automations/presets":                        Viewer,
	"POST /v1/automations/preview":                       Analyst,
	"GET /v1/automations/{ruleId}":                       Viewer,
	"PUT /v1/automations/{ruleId}":                       Manager, // and Admin to let it act
	"DELETE /v1/automations/{ruleId}":                    Manager,
	"GET /v1/automations/{ruleId}/shadow-report":         Viewer,
	"GET /v1/decisions":                                  Viewer,
	"GET /v1/actions":                                    Viewer,
	"GET /v1/actions/{actionId}":                         Viewer,
	"POST /v1/actions/{actionId}/approve":                Manager,
	"POST /v1/actions/{actionId}/decline":                Manager,
	"POST /v1/actions/{actionId}/undo":                   Manager,
	"GET /v1/platforms":                                  Viewer,
	"GET /v1/integrations":                               Viewer,
	"POST /v1/integrations":                              Admin,
	"GET /v1/integrations/{integrationId}":               Viewer,
	"PATCH /v1/integrations/{integrationId}":             Admin,
	"GET /v1/integrations/{integrationId}/health":        Viewer,
	"GET /v1/integrations/{integrationId}/runs":          Viewer,
	"POST /v1/integrations/{integrationId}/sync":         Manager,
	"POST /v1/integrations/{integrationId}/disconnect":   Admin,
	"POST /v1/integrations/{integrationId}/reconnect":    Admin,
	"GET /v1/connections/{connectionId}":                 Admin,
	"POST /v1/connections/{connectionId}/account":        Admin,

	"GET /v1/recommendations":                             Viewer,
	"GET /v1/recommendations/{recommendationId}":          Viewer,
	"POST /v1/recommendations/{recommendationId}/accept":  Manager,
	"POST /v1/recommendations/{recommendationId}/dismiss": Manager,
	"POST /v1/recommendations/{recommendationId}/done":    Manager,
}

// public are the routes that are open to everybody, each with another proof of who asks: a sealed
// state that a browser brings back from a platform, a platform's signature, the link in a person's letter.
var public = map[string]bool{
	"GET /v1/integrations/callback":    true,
	"GET /v1/integrations/sign-in":     true,
	"POST /v1/integrations/sign-in":    true,
	"GET /v1/calendar/feed.ics":        true,
	"GET /v1/approvals":                true,
	"POST /v1/approvals":               true,
	"GET /v1/webhooks/{platform}":      true,
	"POST /v1/webhooks/{platform}":     true,
	"POST /v1/webhooks/github/{orgId}": true,
	"POST /v1/webhooks/jira/{orgId}":   true,
}

// Allowed reports whether the role may use the route, named by its pattern.
func Allowed(pattern string, role Role) bool {
	least, ok := access[pattern]
	if !ok {
		return false
	}
	return least == nobody || role.AtLeast(least)
}

// Personal reports whether the route concerns the person, whatever their active organisation.
func Personal(pattern string) bool {
	least, ok := access[pattern]
	return ok && least == nobody
}

// Public reports whether the route is open to everybody.
func Public(pattern string) bool { return public[pattern] }

// PublicRoutes are the patterns of the routes that are open to everybody.
func PublicRoutes() []string { return slices.Sorted(maps.Keys(public)) }

// Routes are all patterns of the table.
func Routes() []string {
	patterns := make([]string, 0, len(access))
	for pattern := range access {
		patterns = append(patterns, pattern)
	}
	return patterns
}
