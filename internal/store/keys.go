package store

import (
	"fmt"
	"hash/fnv"
	"math"
	"net/url"
	"strings"
	"time"
)

// This file is the only place where keys are made. Every key begins with the organisation
// it belongs to, so a key of one tenant can't name an item of another. The exceptions are the
// look-ups by which an organisation is found: USER# and APIKEY# for a principal, ACCOUNT# and
// DELIVERY# for a webhook, and DUE# for the work that is due in any of them.

// Shards is the number of partitions over which an organisation's hot lists are spread:
// one partition takes 1,000 write units a second.
const Shards = 16

// shardOf spreads ids evenly; the same id always lands in the same shard.
func shardOf(id string) int {
	h := fnv.New32a()
	h.Write([]byte(id))
	return int(h.Sum32() % Shards)
}

// Org makes the keys of one organisation. Ids are refused at the edge unless they are UUIDs,
// so no part of a key can hold a separator.
type Org string

func (o Org) pk(parts ...string) string {
	return "ORG#" + string(o) + "#" + strings.Join(parts, "#")
}

func (o Org) key(sk string, parts ...string) Key { return Key{PK: o.pk(parts...), SK: sk} }

// Settings is the organisation itself: name, settings. It stands behind its members, so that one
// query finds whom to tell and by which rules.
func (o Org) Settings() Key { return o.key(settingsKey, "MEMBERS") }

// Member is a person's membership; Members the partition of all.
func (o Org) Member(userID string) Key { return o.key(memberPrefix+userID, "MEMBERS") }
func (o Org) Members() string          { return o.pk("MEMBERS") }

// Invitation is an open invitation.
func (o Org) Invitation(id string) Key { return o.key(invitationPrefix+id, "MEMBERS") }

// APIKeyEntry is the organisation's own record of an API key, for listing.
func (o Org) APIKeyEntry(id string) Key { return o.key(apiKeyPrefix+id, "MEMBERS") }

// Sort keys of the partition of members.
const (
	apiKeyPrefix     = "APIKEY#"
	invitationPrefix = "INVITATION#"
	memberPrefix     = "MEMBER#"
	channelPrefix    = "NOTIFY#CHANNEL#"
	defaultsKey      = "NOTIFY#DEFAULTS"
	personPrefix     = "NOTIFY#PERSON#"
	settingsKey      = "SETTINGS"
)

// How people are told stands between the members and the settings, so that the query that finds whom to
// tell finds this too: a person's own preferences, the organisation's, and its channels.
func (o Org) Person(userID string) Key { return o.key(personPrefix+userID, "MEMBERS") }
func (o Org) NotifyDefaults() Key      { return o.key(defaultsKey, "MEMBERS") }
func (o Org) Channel(id string) Key    { return o.key(channelPrefix+id, "MEMBERS") }

// Campaign is the campaign aggregate: state, budget, totals.
func (o Org) Campaign(id string) Key { return o.key("CAMPAIGN", "CAMPAIGN", id) }

// CampaignList is the campaign's place in the organisation's list, by name; Campaigns the shards of
// that list. One name is in one shard, so that its namesakes are found by one query.
func (o Org) CampaignList(name, id string) Key {
	folded := foldName(name)
	return Key{PK: o.pk("CAMPAIGNS", shardText(shardOf(folded))), SK: folded + "#" + id}
}
func (o Org) Campaigns(shard int) string { return o.pk("CAMPAIGNS", shardText(shard)) }

// MetricDay is one day's results of one placement; MetricDays the partition, MetricDayFrom a lower bound in it.
func (o Org) MetricDay(campaignID, date, placementID string) Key {
	return o.key("DAY#"+date+"#"+placementID, "CAMPAIGN", campaignID)
}
func (o Org) MetricDays(campaignID string) string { return o.pk("CAMPAIGN", campaignID) }
func MetricDayFrom(date string) string            { return "DAY#" + date }

// Snapshot is a campaign's analytics of one day, as UpdatePerformanceMetrics last computed them.
func (o Org) Snapshot(campaignID, date string) Key {
	return o.key("SNAPSHOT#"+date, "CAMPAIGN", campaignID)
}
func SnapshotFrom(date string) string { return "SNAPSHOT#" + date }

// Tile is a campaign's row of the dashboard, PostTile a published post's; Tiles the partition of one shard.
func (o Org) Tile(campaignID string) Key {
	return o.key(tilePrefix+campaignID, "DASHBOARD", shardText(shardOf(campaignID)))
}
func (o Org) PostTile(postID string) Key {
	return o.key(postTilePrefix+postID, "DASHBOARD", shardText(shardOf(postID)))
}
func (o Org) Tiles(shard int) string { return o.pk("DASHBOARD", shardText(shard)) }

const (
	postTilePrefix = "POST#"
	tilePrefix     = "TILE#"
)

// Alert is one alert record; Alerts the partition of one shard. Sort keys are in order of time.
func (o Org) Alert(id string, at time.Time) Key {
	return o.key(Stamp(at)+"#"+id, "ALERTS", shardText(shardOf(id)))
}
func (o Org) Alerts(shard int) string { return o.pk("ALERTS", shardText(shard)) }

// Notice is one message in a person's inbox; Inbox the partition; UnreadNotice its place among the unread ones.
func (o Org) Notice(userID, id string, at time.Time) Key {
	return o.key(Stamp(at)+"#"+id, "INBOX", userID)
}
func (o Org) Inbox(userID string) string { return o.pk("INBOX", userID) }
func (o Org) UnreadNotice(userID, id string, at time.Time) Key {
	return Key{PK: o.pk("UNREAD", userID), SK: Stamp(at) + "#" + id}
}
func (o Org) Unread(userID string) string { return o.pk("UNREAD", userID) }

// AlertDelivery is an alert on its way to one target, AlertDeliveries the partition of all of an alert's.
// While something is to be done for it, it stands in its target's outbox, by its time; and then among
// those that are done, by when, in one of the shards.
func (o Org) AlertDelivery(alertID, id string) Key  { return o.key(id, "DELIVERIES", alertID) }
func (o Org) AlertDeliveries(alertID string) string { return o.pk("DELIVERIES", alertID) }
func (o Org) Outgoing(target, id string, notBefore time.Time) Key {
	return Key{PK: o.Outbox(target), SK: Stamp(notBefore) + "#" + id}
}
func (o Org) Outbox(target string) string { return o.pk("OUTBOX", target) }
func (o Org) DoneDelivery(id string, at time.Time) Key {
	return Key{PK: o.DoneDeliveries(shardOf(id)), SK: Stamp(at) + "#" + id}
}
func (o Org) DoneDeliveries(shard int) string { return o.pk("DELIVERED", shardText(shard)) }

// Lane is who sends to a target, and what was sent there of late.
func (o Org) Lane(target string) Key { return o.key("LANE", "LANE", target) }

// LoggedEvent is one event in the log; EventLog the partition of one day and shard. One subject's
// events share a shard, in order of time.
func (o Org) LoggedEvent(subject, id string, at time.Time) Key {
	return Key{PK: o.EventLog(at, shardOf(subject)), SK: Stamp(at) + "#" + id}
}
func (o Org) EventLog(day time.Time, shard int) string {
	return o.pk("EVENTS", day.UTC().Format(time.DateOnly), shardText(shard))
}

// EventShard is the shard that a subject's events are in.
func EventShard(subject string) int { return shardOf(subject) }

// Parked is an event that a listener could not handle, ever; ParkedEvents the partition of a listener's.
func (o Org) Parked(listener, eventID string) Key { return o.key(eventID, "PARKED", listener) }
func (o Org) ParkedEvents(listener string) string { return o.pk("PARKED", listener) }

// WaitingLetter is the place of one that waits for a person, by when it failed; WaitingLetters the partition
// of a listener's.
func (o Org) WaitingLetter(listener, eventID string, at time.Time) Key {
	return Key{PK: o.WaitingLetters(listener), SK: Stamp(at) + "#" + eventID}
}
func (o Org) WaitingLetters(listener string) string { return o.pk("WAITING", listener) }

// IsParked reports whether a key is that of a parked event, of whatever organisation.
func IsParked(k Key) bool { return strings.Contains(k.PK, "#PARKED#") }

// Integration is a connected account; Integrations the partition of all of an organisation's.
func (o Org) Integration(id string) Key { return o.key(integrationPrefix+id, "INTEGRATIONS") }
func (o Org) Integrations() string      { return o.pk("INTEGRATIONS") }

// What belongs to one account stands in a partition of its own: the course of its syncs, its sealed
// grant, the links from the platform's campaigns to ours, those that have to be looked at, the runs.
func (o Org) Sync(integrationID string) Key  { return o.key(syncKey, "INTEGRATION", integrationID) }
func (o Org) Grant(integrationID string) Key { return o.key("GRANT", "INTEGRATION", integrationID) }
func (o Org) Link(integrationID, externalID string) Key {
	return o.key(linkPrefix+url.PathEscape(externalID), "INTEGRATION", integrationID)
}
func (o Org) Unsettled(integrationID, externalID string) Key {
	return o.key(unsettledPrefix+url.PathEscape(externalID), "INTEGRATION", integrationID)
}
func (o Org) Run(integrationID, runID string, startedAt time.Time) Key {
	return o.key(runPrefix+Stamp(startedAt)+"#"+runID, "INTEGRATION", integrationID)
}
func (o Org) Account(integrationID string) string { return o.pk("INTEGRATION", integrationID) }

const (
	integrationPrefix = "INTEGRATION#"
	linkPrefix        = "LINK#"
	runPrefix         = "RUN#"
	syncKey           = "SYNC"
	unsettledPrefix   = "UNSETTLED#"
)

// Connection is a person's attempt to connect an account.
func (o Org) Connection(id string) Key { return o.key("CONNECTION", "CONNECTION", id) }

// AccountTile is an account's row of the dashboard. It stands with the accounts: there are tens, not
// thousands, and one query finds all.
func (o Org) AccountTile(integrationID string) Key {
	return o.key(tilePrefix+integrationID, "INTEGRATIONS")
}

// Incident is the last incident about one thing; PastIncident one that a later one has followed;
// Incidents the partition of all of an organisation's. IncidentByID is where either is found by its id.
func (o Org) Incident(key string) Key { return o.key(incidentPrefix+key, "INCIDENTS") }
func (o Org) PastIncident(id string, openedAt time.Time) Key {
	return o.key(pastIncidentPrefix+Stamp(openedAt)+"#"+id, "INCIDENTS")
}
func (o Org) Incidents() string          { return o.pk("INCIDENTS") }
func (o Org) IncidentByID(id string) Key { return Key{PK: o.pk("INCIDENT", id), SK: "INCIDENT"} }

// Silence is a silence; Silences the partition of all of an organisation's, in order of their expiry.
func (o Org) Silence(id string) Key { return o.key(id, "SILENCES") }
func (o Org) SilenceByExpiry(id string, at time.Time) Key {
	return Key{PK: o.Silences(), SK: Stamp(at) + "#" + id}
}
func (o Org) Silences() string { return o.pk("SILENCES") }

const (
	incidentPrefix     = "INCIDENT#"
	pastIncidentPrefix = "PAST#"
)

// Ticket is one of the built-in tracker; TicketList its place in the list of all: the open ones first, the
// worst first and among equals the oldest, then those that are done, the last one first. TicketLists is the
// partition of that list.
func (o Org) Ticket(key string) Key { return o.key(ticketPrefix+key, "TICKETS") }
func (o Org) TicketList(key string, done bool, severity int, at time.Time) Key {
	sk := fmt.Sprintf("OPEN#%d#%s#%s", severity, Stamp(at), key)
	if done {
		sk = fmt.Sprintf("REST#%019d#%s", math.MaxInt64-at.UnixMicro(), key)
	}
	return Key{PK: o.TicketLists(), SK: sk}
}
func (o Org) TicketLists() string { return o.pk("TICKETLIST") }

// Tracker is which tracker the organisation uses, with its sealed keys.
func (o Org) Tracker() Key { return o.key("TRACKER", "TRACKER") }

const ticketPrefix = "TICKET#"

// Rules is the book of an organisation's rules of automation, and RuledOrg its place among the organisations
// that have any; RuledOrgs is one of the shards.
func (o Org) Rules() Key         { return o.key("RULES", "RULES") }
func RuledOrg(orgID string) Key  { return Key{PK: RuledOrgs(shardOf(orgID)), SK: orgID} }
func RuledOrgs(shard int) string { return "DUE#RULES#" + shardText(shard) }

// RuleState is what rules did about a campaign of late, RuleDay what they did in the organisation on a day.
func (o Org) RuleState(campaignID string) Key { return o.key("RULES", "CAMPAIGN", campaignID) }
func (o Org) RuleDay(date string) Key         { return o.key(date, "RULEDAYS") }

// Evaluation is a look of all rules at a campaign because of something that happened at the given time;
// Evaluations the partition of all of a campaign's.
func (o Org) Evaluation(campaignID, id string, at time.Time) Key {
	return Key{PK: o.Evaluations(campaignID), SK: Stamp(at) + "#" + id}
}
func (o Org) Evaluations(campaignID string) string { return o.pk("EVALUATIONS", campaignID) }

// Action is what a rule did, would have done or proposes; ActionList its place among all of the organisation,
// by time, Actions the partition of that list.
func (o Org) Action(id string) Key { return o.key("ACTION", "ACTION", id) }
func (o Org) ActionList(id string, at time.Time) Key {
	return Key{PK: o.Actions(), SK: Stamp(at) + "#" + id}
}
func (o Org) Actions() string { return o.pk("ACTIONS") }

// Recommendation is a piece of advice about a campaign; RecommendationList its place among those of its
// state, by when it expires or was answered, RecommendationsIn the partition of that list.
func (o Org) Recommendation(id string) Key { return o.key("RECOMMENDATION", "RECOMMENDATION", id) }
func (o Org) RecommendationList(state, id string, at time.Time) Key {
	return Key{PK: o.RecommendationsIn(state), SK: Stamp(at) + "#" + id}
}
func (o Org) RecommendationsIn(state string) string { return o.pk("RECOMMENDATIONS", state) }

// DueSync is an account's place among those that have to be synced, of all organisations: the
// dispatcher asks for none in particular. DueSyncs is one of the shards.
func DueSync(orgID, integrationID string, at time.Time) Key {
	return Key{PK: DueSyncs(shardOf(integrationID)), SK: Stamp(at) + "#" + orgID + "#" + integrationID}
}
func DueSyncs(shard int) string { return "DUE#SYNC#" + shardText(shard) }

// parseDueSync takes apart what DueSync made.
func parseDueSync(sk string) (orgID, integrationID string, at time.Time, err error) {
	stamp, ids, _ := strings.Cut(sk, "#")
	orgID, integrationID, _ = strings.Cut(ids, "#")
	at, err = time.Parse(stampLayout, stamp)
	return orgID, integrationID, at, err
}

// Post is a social post. PostList is its place in the organisation's calendar, by its time, or by when it
// was made as long as it has none; Posts the shards of that list.
func (o Org) Post(id string) Key { return o.key("POST", "POST", id) }
func (o Org) PostList(id string, at time.Time) Key {
	return Key{PK: o.Posts(shardOf(id)), SK: Stamp(at) + "#" + id}
}
func (o Org) Posts(shard int) string { return o.pk("POSTS", shardText(shard)) }

// OpenPost notes that something is still to be done for a post, from its time on, whatever organisation
// it is of: what wakes it may get lost. OpenPosts is one of the shards.
func OpenPost(orgID, postID string, at time.Time) Key {
	return Key{PK: OpenPosts(shardOf(postID)), SK: Stamp(at) + "#" + orgID + "#" + postID}
}
func OpenPosts(shard int) string { return "DUE#POST#" + shardText(shard) }

// Delivery is a webhook's delivery that was taken already.
func Delivery(platform, id string) Key {
	return Key{PK: "DELIVERY#" + platform + "#" + id, SK: "DELIVERY"}
}

// AccountOwners is the look-up by which a webhook finds the organisations that connected an ad account.
func AccountOwner(platform, accountID, orgID, integrationID string) Key {
	return Key{PK: AccountOwners(platform, accountID), SK: orgID + "#" + integrationID}
}
func AccountOwners(platform, accountID string) string {
	return "ACCOUNT#" + platform + "#" + url.PathEscape(accountID)
}

// Request is the claim and the answer of an Idempotency-Key.
func (o Org) Request(principal, hash string) Key { return o.key("REQUEST", "REQUEST", principal, hash) }

// Audit is one record of the audit trail.
func (o Org) Audit(id string, at time.Time) Key {
	return o.key(Stamp(at)+"#"+id, "AUDIT", at.UTC().Format("2006-01"))
}

// AuditOfSubject is its place among those of what was changed, AuditOfActor its copy among those of who did it.
func (o Org) AuditOfSubject(subject, id string, at time.Time) Key {
	return o.key(Stamp(at)+"#"+id, "AUDITED", subject)
}
func (o Org) AuditOfActor(actor, id string, at time.Time) Key {
	return o.key(Stamp(at)+"#"+id, "AUDITOF", actor)
}

// AuditOnce notes that there is a record of the id.
func (o Org) AuditOnce(id string) Key { return o.key("ONCE", "AUDITONCE", id) }

// UserKey is the look-up of a signed-in person, by the derived id of issuer and subject.
func UserKey(userID string) Key { return Key{PK: "USER#" + userID, SK: "USER"} }

// APIKeyKey is the look-up of an API key by the SHA-256 of the key, in hexadecimal.
func APIKeyKey(hash string) Key { return Key{PK: "APIKEY#" + hash, SK: "APIKEY"} }

// Stamp is a time as a sort key: UTC, microseconds, fixed width.
func Stamp(at time.Time) string { return at.UTC().Format(stampLayout) }

const stampLayout = "20060102T150405.000000Z"

func shardText(shard int) string { return fmt.Sprintf("%02d", shard) }
