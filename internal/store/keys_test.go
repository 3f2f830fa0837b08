package store_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"
	"time"

	"bellwether/internal/store"
)

// at is on another day, and in another month, where it is written than in UTC.
var at = time.Date(2026, 11, 30, 22, 30, 15, 123_456_789, time.FixedZone("", -5*60*60))

// builtKeys has every builder of keys.go by name, with the key as it stands in tables that exist:
// a change here needs a migration there. Shards are FNV-1a modulo 16, computed elsewhere.
func builtKeys() map[string][]struct{ got, want store.Key } {
	type keys = []struct{ got, want store.Key }
	o := store.Org("o1")
	partition := func(pk string) store.Key { return store.Key{PK: pk} }
	return map[string]keys{
		"Settings":        {{o.Settings(), store.Key{PK: "ORG#o1#MEMBERS", SK: "SETTINGS"}}},
		"Member":          {{o.Member("u1"), store.Key{PK: "ORG#o1#MEMBERS", SK: "MEMBER#u1"}}},
		"Members":         {{partition(o.Members()), partition("ORG#o1#MEMBERS")}},
		"Invitation":      {{o.Invitation("i1"), store.Key{PK: "ORG#o1#MEMBERS", SK: "INVITATION#i1"}}},
		"APIKeyEntry":     {{o.APIKeyEntry("k1"), store.Key{PK: "ORG#o1#MEMBERS", SK: "APIKEY#k1"}}},
		"Person":          {{o.Person("u1"), store.Key{PK: "ORG#o1#MEMBERS", SK: "NOTIFY#PERSON#u1"}}},
		"NotifyDefaults":  {{o.NotifyDefaults(), store.Key{PK: "ORG#o1#MEMBERS", SK: "NOTIFY#DEFAULTS"}}},
		"Channel":         {{o.Channel("h1"), store.Key{PK: "ORG#o1#MEMBERS", SK: "NOTIFY#CHANNEL#h1"}}},
		"AlertDelivery":   {{o.AlertDelivery("a1", "d1"), store.Key{PK: "ORG#o1#DELIVERIES#a1", SK: "d1"}}},
		"AlertDeliveries": {{partition(o.AlertDeliveries("a1")), partition("ORG#o1#DELIVERIES#a1")}},
		"Outgoing":        {{o.Outgoing("user/u1/email", "d1", at), store.Key{PK: "ORG#o1#OUTBOX#user/u1/email", SK: "20261201T033015.123456Z#d1"}}},
		"Outbox":          {{partition(o.Outbox("channel/h1")), partition("ORG#o1#OUTBOX#channel/h1")}},
		"DoneDelivery":    {{o.DoneDelivery("a", at), store.Key{PK: "ORG#o1#DELIVERED#12", SK: "20261201T033015.123456Z#a"}}},
		"DoneDeliveries":  {{partition(o.DoneDeliveries(3)), partition("ORG#o1#DELIVERED#03")}},
		"Lane":            {{o.Lane("channel/h1"), store.Key{PK: "ORG#o1#LANE#channel/h1", SK: "LANE"}}},
		"Campaign":        {{o.Campaign("c1"), store.Key{PK: "ORG#o1#CAMPAIGN#c1", SK: "CAMPAIGN"}}},
		"MetricDay":       {{o.MetricDay("c1", "2026-11-30", "feed"), store.Key{PK: "ORG#o1#CAMPAIGN#c1", SK: "DAY#2026-11-30#feed"}}},
		"MetricDays":      {{partition(o.MetricDays("c1")), partition("ORG#o1#CAMPAIGN#c1")}},
		"MetricDayFrom":   {{store.Key{SK: store.MetricDayFrom("2026-11-30")}, store.Key{SK: "DAY#2026-11-30"}}},
		"Snapshot":        {{o.Snapshot("c1", "2026-11-30"), store.Key{PK: "ORG#o1#CAMPAIGN#c1", SK: "SNAPSHOT#2026-11-30"}}},
		"SnapshotFrom":    {{store.Key{SK: store.SnapshotFrom("2026-11-30")}, store.Key{SK: "SNAPSHOT#2026-11-30"}}},
		"CampaignList": {
			{o.CampaignList("Black Friday", "c1"), store.Key{PK: "ORG#o1#CAMPAIGNS#03", SK: "black friday#c1"}},
			{o.CampaignList("  BLACK friday ", "c2"), store.Key{PK: "ORG#o1#CAMPAIGNS#03", SK: "black friday#c2"}},
			{o.CampaignList("Äpfel & Öl", "c3"), store.Key{PK: "ORG#o1#CAMPAIGNS#00", SK: "äpfel & öl#c3"}},
		},
		"Campaigns":      {{partition(o.Campaigns(15)), partition("ORG#o1#CAMPAIGNS#15")}},
		"Tile":           {{o.Tile("c1"), store.Key{PK: "ORG#o1#DASHBOARD#09", SK: "TILE#c1"}}},
		"PostTile":       {{o.PostTile("p1"), store.Key{PK: "ORG#o1#DASHBOARD#10", SK: "POST#p1"}}},
		"Tiles":          {{partition(o.Tiles(9)), partition("ORG#o1#DASHBOARD#09")}},
		"Alert":          {{o.Alert("a1", at), store.Key{PK: "ORG#o1#ALERTS#07", SK: "20261201T033015.123456Z#a1"}}},
		"Alerts":         {{partition(o.Alerts(7)), partition("ORG#o1#ALERTS#07")}},
		"Notice":         {{o.Notice("u1", "n1", at), store.Key{PK: "ORG#o1#INBOX#u1", SK: "20261201T033015.123456Z#n1"}}},
		"Inbox":          {{partition(o.Inbox("u1")), partition("ORG#o1#INBOX#u1")}},
		"UnreadNotice":   {{o.UnreadNotice("u1", "n1", at), store.Key{PK: "ORG#o1#UNREAD#u1", SK: "20261201T033015.123456Z#n1"}}},
		"Unread":         {{partition(o.Unread("u1")), partition("ORG#o1#UNREAD#u1")}},
		"LoggedEvent":    {{o.LoggedEvent("campaign/c1", "e1", at), store.Key{PK: "ORG#o1#EVENTS#2026-12-01#12", SK: "20261201T033015.123456Z#e1"}}},
		"EventLog":       {{partition(o.EventLog(at, 4)), partition("ORG#o1#EVENTS#2026-12-01#04")}},
		"EventShard":     {{partition(o.Tiles(store.EventShard("campaign/c1"))), partition("ORG#o1#DASHBOARD#12")}},
		"AuditOfSubject": {{o.AuditOfSubject("campaign/c1", "r1", at), store.Key{PK: "ORG#o1#AUDITED#campaign/c1", SK: "20261201T033015.123456Z#r1"}}},
		"AuditOnce":      {{o.AuditOnce("r1"), store.Key{PK: "ORG#o1#AUDITONCE#r1", SK: "ONCE"}}},
		"AuditOfActor":   {{o.AuditOfActor("user/u1", "r1", at), store.Key{PK: "ORG#o1#AUDITOF#user/u1", SK: "20261201T033015.123456Z#r1"}}},
		"WaitingLetter":  {{o.WaitingLetter("redrive", "e1", at), store.Key{PK: "ORG#o1#WAITING#redrive", SK: "20261201T033015.123456Z#e1"}}},
		"WaitingLetters": {{partition(o.WaitingLetters("redrive")), partition("ORG#o1#WAITING#redrive")}},
		"Parked":         {{o.Parked("notify-budget-threshold", "e1"), store.Key{PK: "ORG#o1#PARKED#notify-budget-threshold", SK: "e1"}}},
		"ParkedEvents":   {{partition(o.ParkedEvents("notify-budget-threshold")), partition("ORG#o1#PARKED#notify-budget-threshold")}},
		"Integration":    {{o.Integration("i1"), store.Key{PK: "ORG#o1#INTEGRATIONS", SK: "INTEGRATION#i1"}}},
		"Integrations":   {{partition(o.Integrations()), partition("ORG#o1#INTEGRATIONS")}},
		"AccountTile":    {{o.AccountTile("i1"), store.Key{PK: "ORG#o1#INTEGRATIONS", SK: "TILE#i1"}}},
		"Account":        {{partition(o.Account("i1")), partition("ORG#o1#INTEGRATION#i1")}},
		"Sync":           {{o.Sync("i1"), store.Key{PK: "ORG#o1#INTEGRATION#i1", SK: "SYNC"}}},
		"Grant":          {{o.Grant("i1"), store.Key{PK: "ORG#o1#INTEGRATION#i1", SK: "GRANT"}}},
		"Run":            {{o.Run("i1", "r1", at), store.Key{PK: "ORG#o1#INTEGRATION#i1", SK: "RUN#20261201T033015.123456Z#r1"}}},
		"Link": {
			{o.Link("i1", "120210000000000001"), store.Key{PK: "ORG#o1#INTEGRATION#i1", SK: "LINK#120210000000000001"}},
			{o.Link("i1", "a#b/c"), store.Key{PK: "ORG#o1#INTEGRATION#i1", SK: "LINK#a%23b%2Fc"}},
		},
		"Unsettled": {
			{o.Unsettled("i1", "120210000000000001"), store.Key{PK: "ORG#o1#INTEGRATION#i1", SK: "UNSETTLED#120210000000000001"}},
			{o.Unsettled("i1", "a#b/c"), store.Key{PK: "ORG#o1#INTEGRATION#i1", SK: "UNSETTLED#a%23b%2Fc"}},
		},
		"Ticket": {{o.Ticket("BW-7F3K2A"), store.Key{PK: "ORG#o1#TICKETS", SK: "TICKET#BW-7F3K2A"}}},
		"TicketList": {
			{o.TicketList("BW-7F3K2A", false, 2, at), store.Key{PK: "ORG#o1#TICKETLIST", SK: "OPEN#2#20261201T033015.123456Z#BW-7F3K2A"}},
			{o.TicketList("BW-7F3K2A", true, 2, at), store.Key{PK: "ORG#o1#TICKETLIST", SK: "REST#9221575941039652351#BW-7F3K2A"}},
		},
		"TicketLists":        {{partition(o.TicketLists()), partition("ORG#o1#TICKETLIST")}},
		"Rules":              {{o.Rules(), store.Key{PK: "ORG#o1#RULES", SK: "RULES"}}},
		"RuledOrg":           {{store.RuledOrg("o1"), store.Key{PK: "DUE#RULES#13", SK: "o1"}}},
		"RuledOrgs":          {{partition(store.RuledOrgs(3)), partition("DUE#RULES#03")}},
		"RuleState":          {{o.RuleState("c1"), store.Key{PK: "ORG#o1#CAMPAIGN#c1", SK: "RULES"}}},
		"RuleDay":            {{o.RuleDay("2026-12-01"), store.Key{PK: "ORG#o1#RULEDAYS", SK: "2026-12-01"}}},
		"Evaluation":         {{o.Evaluation("c1", "e1", at), store.Key{PK: "ORG#o1#EVALUATIONS#c1", SK: "20261201T033015.123456Z#e1"}}},
		"Evaluations":        {{partition(o.Evaluations("c1")), partition("ORG#o1#EVALUATIONS#c1")}},
		"Action":             {{o.Action("a1"), store.Key{PK: "ORG#o1#ACTION#a1", SK: "ACTION"}}},
		"ActionList":         {{o.ActionList("a1", at), store.Key{PK: "ORG#o1#ACTIONS", SK: "20261201T033015.123456Z#a1"}}},
		"Actions":            {{partition(o.Actions()), partition("ORG#o1#ACTIONS")}},
		"Recommendation":     {{o.Recommendation("r1"), store.Key{PK: "ORG#o1#RECOMMENDATION#r1", SK: "RECOMMENDATION"}}},
		"RecommendationList": {{o.RecommendationList("open", "r1", at), store.Key{PK: "ORG#o1#RECOMMENDATIONS#open", SK: "20261201T033015.123456Z#r1"}}},
		"RecommendationsIn":  {{partition(o.RecommendationsIn("done")), partition("ORG#o1#RECOMMENDATIONS#done")}},
		"Tracker":            {{o.Tracker(), store.Key{PK: "ORG#o1#TRACKER", SK: "TRACKER"}}},
		"Connection":         {{o.Connection("n1"), store.Key{PK: "ORG#o1#CONNECTION#n1", SK: "CONNECTION"}}},
		"DueSync":            {{store.DueSync("o1", "i1", at), store.Key{PK: "DUE#SYNC#15", SK: "20261201T033015.123456Z#o1#i1"}}},
		"DueSyncs":           {{partition(store.DueSyncs(7)), partition("DUE#SYNC#07")}},
		"Post":               {{o.Post("p1"), store.Key{PK: "ORG#o1#POST#p1", SK: "POST"}}},
		"PostList":           {{o.PostList("p1", at), store.Key{PK: "ORG#o1#POSTS#10", SK: "20261201T033015.123456Z#p1"}}},
		"Posts":              {{partition(o.Posts(9)), partition("ORG#o1#POSTS#09")}},
		"OpenPost":           {{store.OpenPost("o1", "p1", at), store.Key{PK: "DUE#POST#10", SK: "20261201T033015.123456Z#o1#p1"}}},
		"OpenPosts":          {{partition(store.OpenPosts(9)), partition("DUE#POST#09")}},
		"Delivery":           {{store.Delivery("meta", "d1"), store.Key{PK: "DELIVERY#meta#d1", SK: "DELIVERY"}}},
		"AccountOwner":       {{store.AccountOwner("tiktok", "70#1", "o1", "i1"), store.Key{PK: "ACCOUNT#tiktok#70%231", SK: "o1#i1"}}},
		"AccountOwners":      {{partition(store.AccountOwners("meta", "act_1")), partition("ACCOUNT#meta#act_1")}},
		"Incident":           {{o.Incident("integration:i1:sync"), store.Key{PK: "ORG#o1#INCIDENTS", SK: "INCIDENT#integration:i1:sync"}}},
		"PastIncident":       {{o.PastIncident("n1", at), store.Key{PK: "ORG#o1#INCIDENTS", SK: "PAST#20261201T033015.123456Z#n1"}}},
		"Incidents":          {{partition(o.Incidents()), partition("ORG#o1#INCIDENTS")}},
		"IncidentByID":       {{o.IncidentByID("n1"), store.Key{PK: "ORG#o1#INCIDENT#n1", SK: "INCIDENT"}}},
		"Silence":            {{o.Silence("s1"), store.Key{PK: "ORG#o1#SILENCES", SK: "s1"}}},
		"SilenceByExpiry":    {{o.SilenceByExpiry("s1", at), store.Key{PK: "ORG#o1#SILENCES", SK: "20261201T033015.123456Z#s1"}}},
		"Silences":           {{partition(o.Silences()), partition("ORG#o1#SILENCES")}},
		"Request":            {{o.Request("user/u1", "h1"), store.Key{PK: "ORG#o1#REQUEST#user/u1#h1", SK: "REQUEST"}}},
		"Audit":              {{o.Audit("r1", at), store.Key{PK: "ORG#o1#AUDIT#2026-12", SK: "20261201T033015.123456Z#r1"}}},
		"UserKey":            {{store.UserKey("u1"), store.Key{PK: "USER#u1", SK: "USER"}}},
		"APIKeyKey":          {{store.APIKeyKey("h1"), store.Key{PK: "APIKEY#h1", SK: "APIKEY"}}},
		"Stamp":              {{store.Key{SK: store.Stamp(at)}, store.Key{SK: "20261201T033015.123456Z"}}},
	}
}

func TestKeysAreAsTheyAreStored(t *testing.T) {
	for builder, keys := range builtKeys() {
		for _, k := range keys {
			if k.got != k.want {
				t.Errorf("%s makes %+v, want %+v", builder, k.got, k.want)
			}
		}
	}
}

// The look-ups that find an organisation are the only keys outside of one. A builder of sort keys
// alone says nothing of a partition.
func TestEveryKeyBeginsWithItsOrganisation(t *testing.T) {
	prefix := map[string]string{
		"UserKey": "USER#", "APIKeyKey": "APIKEY#", "DueSync": "DUE#", "DueSyncs": "DUE#", "OpenPost": "DUE#", "OpenPosts": "DUE#",
		"RuledOrg": "DUE#", "RuledOrgs": "DUE#",
		"Delivery": "DELIVERY#", "AccountOwner": "ACCOUNT#", "AccountOwners": "ACCOUNT#",
	}
	for builder, keys := range builtKeys() {
		want := "ORG#o1#"
		if p, ok := prefix[builder]; ok {
			want = p
		}
		for _, k := range keys {
			if k.got.PK != "" && !strings.HasPrefix(k.got.PK, want) {
				t.Errorf("%s makes %q, which does not begin with %q", builder, k.got.PK, want)
			}
		}
	}
}

// TestEveryBuilderIsHeld fails for a builder that was added to keys.go and not to builtKeys.
func TestEveryBuilderIsHeld(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "keys.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	held := builtKeys()
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || !f.Name.IsExported() || f.Name.Name == "IsParked" { // it reads a key, and has a test of its own
			continue
		}
		if len(held[f.Name.Name]) == 0 {
			t.Errorf("no key of %s is held", f.Name.Name)
		}
	}
}

// No organisation's keys lie within another's, whatever their ids begin with.
func TestKeysOfOrganisationsDoNotMeet(t *testing.T) {
	one, ten := store.Org("o1"), store.Org("o10")
	if strings.HasPrefix(ten.Members(), strings.TrimSuffix(one.Members(), "MEMBERS")) {
		t.Errorf("%q lies within %q", ten.Members(), one.Members())
	}
}

func TestStampsAreInOrderOfTime(t *testing.T) {
	for _, later := range []time.Duration{time.Microsecond, time.Second, 24 * time.Hour, 400 * 24 * time.Hour} {
		if before, after := store.Stamp(at), store.Stamp(at.Add(later).UTC()); before >= after || len(before) != len(after) {
			t.Errorf("%s comes after %s, which is %s later", before, after, later)
		}
	}
}

func TestShardsAreAllUsed(t *testing.T) {
	used := map[int]int{}
	for n := range 16 * 100 {
		used[store.EventShard(fmt.Sprint("campaign/", n))]++
	}
	for shard := range store.Shards {
		if used[shard] < 50 {
			t.Errorf("shard %d got %d of 1600 subjects", shard, used[shard])
		}
	}
}

func TestIsParked(t *testing.T) {
	if o := store.Org("o1"); !store.IsParked(o.Parked("redrive", "e1")) || store.IsParked(o.Campaign("c1")) {
		t.Error("a parked event's key is told by its partition, and no other is")
	}
}
