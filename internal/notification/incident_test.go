package notification

import (
	"strings"
	"testing"
	"time"
)

var (
	opened = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	shop   = IncidentNews{Title: IncidentTitle("sync_failing", "Shop", ""), Severity: 2}
)

func TestIncidentMessages(t *testing.T) {
	goals := shop
	goals.Acknowledge, goals.Resolve = opened.Add(30*time.Minute), opened.Add(8*time.Hour)
	minor := shop
	minor.Severity = 4
	tests := []struct {
		m        Message
		severity Severity
		says     []string
		not      []string
	}{
		{IncidentOpenedMessage(shop), High, []string{"Incident: Shop fails to sync", "severity is 2 (high)", "nobody has taken it"}, []string{"should be over"}},
		{IncidentOpenedMessage(goals), High, []string{"take it by 20 Nov 2026 09:30 UTC, and it should be over by 20 Nov 2026 17:00 UTC."}, nil},
		{IncidentOpenedMessage(minor), Low, []string{"severity is 4 (low)"}, nil},
		{IncidentReopenedMessage(goals), High, []string{"Incident open again: Shop fails to sync", "severity is 2"}, nil},
		{IncidentResolvedMessage(shop, opened, opened.Add(time.Hour)), Low, []string{"Incident over: Shop", "from 20 Nov 2026 09:00 UTC to 20 Nov 2026 10:00 UTC"}, nil},
		{SLAAtRiskMessage(minor, AcknowledgeClock, opened), Medium, []string{"Nobody has taken it, with 80 % of the time gone: Shop", "is up at 20 Nov"}, nil},
		{SLAAtRiskMessage(shop, ResolveClock, opened), High, []string{"It isn't over, with 80 % of the time gone: Shop"}, nil},
		{SLABreachedMessage(minor, AcknowledgeClock, opened), High, []string{"Nobody has taken it in time: Shop", "was up at 20 Nov"}, nil},
		{SLABreachedMessage(shop, ResolveClock, opened), Critical, []string{"It isn't over in time: Shop"}, nil},
		{SLABreachedMessage(IncidentNews{Title: Said("x"), Severity: 1}, ResolveClock, opened), Critical, []string{"It isn't over in time: x"}, nil},
		{AckTimedOutMessage(shop, 30*time.Minute), High, []string{"Taken, and not over: Shop", "acknowledged 30 minutes ago"}, nil},
		{TicketFailedMessage(shop, "Jira", "no such project"), Medium, []string{"No ticket could be created at Jira: Shop", "by hand", "Jira says: no such project"}, nil},
		{TicketFailedMessage(shop, "Jira", ""), Medium, []string{"by hand"}, []string{"says"}},
		{ChannelDisabledMessage("ads", "failing"), High, []string{"Nothing is sent to ads any more", "five days", "turn it on again"}, []string{"no more."}},
		{ChannelDisabledMessage("ads", "gone"), High, []string{"says that it is no more"}, []string{"five days"}},
		{ChannelTestMessage("Ops"), Low, []string{"This is a test of Ops", "Somebody asked for it"}, nil},
		{Message{Severity: Low, Title: MeanwhileText(shop.Title), Lines: []Text{Said("x")}}, Low, []string{"Resolved meanwhile: Shop fails to sync"}, nil},
	}
	for _, tt := range tests {
		says(t, tt.m, tt.severity, tt.says, tt.not)
	}
}

func TestIncidentTitles(t *testing.T) {
	for kind, want := range map[string][2]string{
		"account_disconnected": {"S has lost its connection", "انقطع اتصال S"}, "sync_failing": {"S fails to sync", "تفشل مزامنة S"},
		"stale_data": {"no fresh data of S", "لا بيانات حديثة من S"}, "pause_refused": {"S can't be paused: money may burn", "تعذر إيقاف S: قد يستمر الإنفاق"},
		"post_failed": {"a post did not go out: S", "لم يُنشر منشور: S"}, "of_tomorrow": {"as told", "as told"},
	} {
		title := IncidentTitle(kind, "S", "as told")
		if en, ar := title.In(English, nil), (writer{lang: Arabic}).text(title); en != want[0] || ar != want[1] {
			t.Errorf("%s: %q, %q", kind, en, ar)
		}
	}
	if got := IncidentTitle("sync_failing", "", "as told").In(English, nil); got != "as told" {
		t.Errorf("%q", got)
	}
}

func TestDigestAndFold(t *testing.T) {
	for n, want := range map[int][2]string{
		1:  {"1 notice since 20 Nov 2026 09:00 UTC", "إشعار واحد منذ 20 نوفمبر 2026 09:00 UTC"},
		2:  {"2 notices since 20 Nov 2026 09:00 UTC", "إشعاران منذ 20 نوفمبر 2026 09:00 UTC"},
		5:  {"5 notices since 20 Nov 2026 09:00 UTC", "5 إشعارات منذ 20 نوفمبر 2026 09:00 UTC"},
		40: {"40 notices since 20 Nov 2026 09:00 UTC", "40 إشعارًا منذ 20 نوفمبر 2026 09:00 UTC"},
	} {
		title := DigestTitle(n, opened)
		if en, ar := title.In(English, nil), (writer{lang: Arabic}).text(title); en != want[0] || ar != want[1] {
			t.Errorf("%d: %q, %q", n, en, ar)
		}
	}
	fold := FoldLine(2, []Text{shop.Title, Said("y")})
	if en, ar := fold.In(English, nil), (writer{lang: Arabic}).text(fold); en != "2 more: Shop fails to sync; y" || ar != "إشعاران آخران: تفشل مزامنة Shop؛ y" {
		t.Errorf("%q, %q", en, ar)
	}
	inBoth(t, Message{Severity: Low, Title: fold})
}

func TestWords(t *testing.T) {
	for _, tt := range []struct {
		of     Vocabulary
		codes  string
		en, ar string // of the first
	}{
		{Severities, "low medium high critical", "low", "منخفضة"},
		{IncidentStates, "triggered acknowledged resolved", "triggered", "لم يتولَّه أحد"},
		{CampaignStatuses, "draft active paused archived", "draft", "مسودة"},
		{PostStatuses, "draft scheduled publishing published partially_published failed cancelled", "draft", "مسودة"},
		{PauseReasons, "human budget disconnected", "human", "قرار شخص"},
	} {
		codes := strings.Fields(tt.codes)
		for _, code := range codes {
			if Word(tt.of, code).Key == "plain" {
				t.Errorf("%s: no word for %s", tt.of, code)
			}
		}
		if first := Word(tt.of, codes[0]); first.In(English, nil) != tt.en || first.In(Arabic, nil) != tt.ar {
			t.Errorf("%s: %q, %q", tt.of, first.In(English, nil), first.In(Arabic, nil))
		}
	}
	if got := Word(Severities, "never heard of").In(Arabic, nil); got != "\u2068never heard of\u2069" {
		t.Errorf("%q", got)
	}
}
