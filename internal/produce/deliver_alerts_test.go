package produce_test

import (
	"fmt"
	"testing"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/channel"
	"bellwether/internal/delivery"
	"bellwether/internal/event"
	"bellwether/internal/incident"
	"bellwether/internal/money"
	"bellwether/internal/notification"
	"bellwether/internal/store"
)

const mailTo, textTo = "user/" + ada + "/email", "user/" + ada + "/sms"

func TestSomethingCriticalIsTold(t *testing.T) {
	o := newOffice(t)
	o.hand(critical(alertID, ada))
	o.until(begin.Add(4 * time.Minute))
	for target, want := range map[string]int{mailTo: 1, textTo: 0, "channel/" + slackID: 1, "channel/" + teamsID: 1, "channel/" + machineID: 1} {
		if got := len(o.letters[target]); got != want {
			t.Errorf("%s got %d letters", target, got)
		}
	}
	o.until(begin.Add(6 * time.Minute))
	if got := o.letters[textTo]; len(got) != 1 || got[0].SMS != "Spent" {
		t.Errorf("texts %+v", got)
	}
	o.until(begin.Add(48 * time.Hour))
	if got := len(o.letters[mailTo]); got != 7 {
		t.Errorf("%d mails: it is told once, and six times more", got)
	}
	if got := o.rows(alertID)["user/"+ada+"/in_app"]; got.State != delivery.Sent {
		t.Errorf("the notice is %s in the ledger", got.State)
	}
}

func TestWhoHasReadItIsNotDisturbed(t *testing.T) {
	o := newOffice(t)
	h := critical(alertID, ada)
	o.hand(h)
	o.until(begin.Add(time.Minute))
	o.read(h, ada)
	o.until(begin.Add(48 * time.Hour))
	if len(o.letters[textTo]) != 0 || len(o.letters[mailTo]) != 1 {
		t.Errorf("%d texts, %d mails", len(o.letters[textTo]), len(o.letters[mailTo]))
	}
	if got := o.rows(alertID)[textTo]; got.State != delivery.Suppressed || got.Reason != delivery.Acknowledged {
		t.Errorf("the text message is %s: %s", got.State, got.Reason)
	}
}

// read puts the person's notice into the inbox, and reads it.
func (o *office) read(h notification.Handover, userID string) {
	o.t.Helper()
	inbox := store.Inbox{Table: o.raw}
	n := h.Message.To(userID, notification.English, time.UTC, event.Meta{ID: h.CauseID, OrgID: orgID, OccurredAt: h.At})
	if err := inbox.Add(o.t.Context(), n.Read(o.now)); err != nil {
		o.t.Fatal(err)
	}
}

// signal has the incident of the key heard, at the office's time.
func (o *office) signal(key string, version int64, resolved bool) {
	o.t.Helper()
	id := event.Derive(key, fmt.Sprint(version))
	s := incident.Signal{Key: key, Kind: "k", Title: "t", Severity: 2, EventID: id, At: o.now, Version: version, Resolved: resolved, Cause: event.Edge(id, "test", o.now)}
	if err := (store.Incidents{Table: o.raw}).Put(o.t.Context(), orgID, s); err != nil {
		o.t.Fatal(err)
	}
}

func TestWhatIsOverIsNotTold(t *testing.T) {
	o := newOffice(t)
	h := critical(alertID, ada)
	h.Message.Severity, h.Matter.Incident = notification.High, "integration:1:auth"
	o.signal(h.Matter.Incident, 1, false)
	o.hand(h)
	o.until(begin.Add(10 * time.Second))
	o.signal(h.Matter.Incident, 2, true)
	o.until(begin.Add(time.Hour))
	if len(o.letters[mailTo]) != 0 || o.rows(alertID)[mailTo].Reason != delivery.Over {
		t.Errorf("%d mails, %+v", len(o.letters[mailTo]), o.rows(alertID)[mailTo])
	}
	if len(o.letters["channel/"+machineID]) != 1 {
		t.Error("a machine was not told at once")
	}
}

// What comes within half a minute is told in one letter, and what comes soon after waits.
func TestNoticesAreFolded(t *testing.T) {
	o := newOffice(t)
	for i := range 3 {
		h := critical(event.Derive("alert", fmt.Sprint(i)), ada)
		h.Message.Severity, h.Message.Title = notification.High, notification.Said(fmt.Sprint("Notice ", i))
		o.hand(h)
		o.until(o.now.Add(10 * time.Second))
	}
	o.until(begin.Add(time.Minute))
	if got := o.letters["channel/"+slackID]; len(got) != 1 || len(got[0].Lines) < 3 {
		t.Fatalf("Slack got %d letters: %+v", len(got), got)
	}
	h := critical(another, ada)
	h.Message.Severity = notification.High
	o.hand(h)
	o.until(begin.Add(5 * time.Minute))
	if got := len(o.letters["channel/"+slackID]); got != 1 {
		t.Errorf("%d letters within five minutes", got)
	}
	o.until(begin.Add(6 * time.Minute))
	if got := len(o.letters["channel/"+slackID]); got != 2 {
		t.Errorf("%d letters", got)
	}
	if got := len(o.letters["channel/"+machineID]); got != 4 {
		t.Errorf("a machine got %d letters of 4", got)
	}
}

func TestAGoneChannelIsDisabled(t *testing.T) {
	o := newOffice(t)
	o.sendFate = func(target string) *channel.Error {
		if target == "channel/"+machineID {
			return &channel.Error{Outcome: channel.Gone, Text: "it is gone"}
		}
		return nil
	}
	o.hand(critical(alertID, ada))
	o.until(begin.Add(time.Minute))
	c, err := store.Notify{Table: o.raw}.Channel(t.Context(), orgID, machineID)
	if err != nil || c.Disabled != notification.DisabledGone {
		t.Errorf("it is disabled for %q (%v)", c.Disabled, err)
	}
	if list, _, err := (store.Inbox{Table: o.raw}).List(t.Context(), orgID, bob, store.NoticeFilter{}, o.now, 10, ""); err != nil || len(list) != 1 {
		t.Errorf("the admins have %d notices (%v)", len(list), err)
	}
	o.hand(critical(another, ada))
	o.until(begin.Add(2 * time.Minute))
	if got := o.rows(another)["channel/"+machineID]; got.State != delivery.Suppressed || got.Reason != delivery.Disabled {
		t.Errorf("the next one is %s: %s", got.State, got.Reason)
	}
}

// check holds the promises of delivery: text messages at most once, everything else at least once, no
// more often than there were letters of which nobody knows, and nothing left undone.
func (o *office) check(what string) {
	o.t.Helper()
	for target, d := range o.rows(alertID) {
		got := o.letters[target]
		if d.Channel == channel.InApp {
			continue
		}
		names := map[string]bool{}
		for _, l := range got {
			names[l.ID] = true
		}
		switch {
		case d.Pending():
			o.t.Fatalf("%s: %s is still %s", what, target, d.State)
		case d.Channel == channel.SMS && (len(got) > 1 || d.State == delivery.Unknown && o.maybe[target]+o.deaths == 0 || len(got) == 0 && d.State != delivery.Unknown):
			o.t.Fatalf("%s: %d texts, and the ledger says %s", what, len(got), d.State)
		case d.Channel == channel.SMS:
		case len(got) == 0 || d.State != delivery.Sent:
			o.t.Fatalf("%s: %s got %d letters, and the ledger says %s", what, target, len(got), d.State)
		case len(got)-1 > o.maybe[target]+o.deaths:
			o.t.Fatalf("%s: %s got %d letters with %d unknown", what, target, len(got), o.maybe[target]+o.deaths)
		case len(names) != 1:
			o.t.Fatalf("%s: the letters to %s bear %d names", what, target, len(names))
		}
	}
}

// told is an alert that was told to its end; reminders are read away.
func told(t *testing.T, choose func(n int) fate) *office {
	o := newOffice(t)
	o.fate = choose
	o.hand(critical(alertID, ada, bob))
	o.hand(critical(alertID, ada, bob)) // the topic delivers twice
	o.until(begin.Add(3 * time.Hour))
	return o
}

// Whatever call fails or is the process's last, before or after it took effect: everybody is told.
func TestDeliveryCrashPoints(t *testing.T) {
	clean := told(t, nil)
	clean.check("clean")
	if clean.calls < 80 {
		t.Fatalf("only %d calls", clean.calls)
	}
	for n := range clean.calls {
		for _, what := range []fate{failsBefore, failsAfter, diesBefore, diesAfter} {
			told(t, func(at int) fate {
				if at == n {
					return what
				}
				return works
			}).check(fmt.Sprintf("call %d, fate %d", n, what))
		}
	}
}

// Many faults in one run, of all kinds.
func TestDeliveryHistories(t *testing.T) {
	for seed := range 200 {
		o := newOffice(t)
		random := event.Derive("seed", fmt.Sprint(seed))
		o.fate = func(n int) fate {
			roll := event.Derive(random, fmt.Sprint(n))
			if n < 150 && roll[0] == '0' && roll[2] < '8' { // one in 32
				return 1 + fate(roll[1]%4)
			}
			return works
		}
		o.hand(critical(alertID, ada, bob))
		o.until(begin.Add(3*time.Hour + 50*time.Minute))
		o.check(fmt.Sprint("seed ", seed))
	}
}

func TestBadErrandsAreRefused(t *testing.T) {
	o := newOffice(t)
	for _, body := range []string{`{}`, `{"wake":{"orgId":"x","target":"y"}}`, `{"handover":{"id":"1","orgId":"2"}}`, `{"wake":{"orgId":"` + orgID + `"}}`, `not JSON`} {
		if err := o.invoke(errand{body: []byte(body)}); err == nil {
			t.Errorf("%s is taken", body)
		}
	}
	if err := o.invoke(errand{body: []byte(`{"wake":{"orgId":"` + orgID + `","target":"channel/` + slackID + `"}}`)}); err != nil {
		t.Errorf("a target without work: %v", err)
	}
}

// Of an incident that somebody silenced nobody is told, and its story says so; one that follows from
// another is told by that one.
func TestSilencedAndExplainedIncidentsAreNotTold(t *testing.T) {
	const key = "integration:1:sync"
	for name, tt := range map[string]struct {
		given  func(o *office)
		reason string
	}{
		"silenced": {func(o *office) {
			o.signal(key, 1, false)
			cause := event.Edge(event.Derive("silence"), "user/"+bob, o.now)
			s, err := incident.NewSilence(incident.Silence{OrgID: orgID, Match: incident.Match{Severity: 2}, ExpiresAt: o.now.Add(time.Hour), AuthorID: bob, Reason: "works"}, cause)
			if err == nil {
				err = store.Silences{Table: o.raw}.Create(o.t.Context(), s, cause)
			}
			if err != nil {
				o.t.Fatal(err)
			}
		}, delivery.Silenced},
		"explained": {func(o *office) {
			o.signal("integration:1:auth", 1, false)
			id := event.Derive("child")
			s := incident.Signal{Key: key, Kind: "k", Title: "t", Severity: 3, EventID: id, At: o.now, Version: 1, Parent: "integration:1:auth", Cause: event.Edge(id, "test", o.now)}
			if err := (store.Incidents{Table: o.raw}).Put(o.t.Context(), orgID, s); err != nil {
				o.t.Fatal(err)
			}
		}, delivery.Explained},
	} {
		o := newOffice(t)
		tt.given(o)
		h := critical(alertID, ada)
		h.Matter.Incident = key
		o.hand(h)
		o.until(begin.Add(time.Minute))
		if got := o.rows(alertID)[mailTo]; got.State != delivery.Suppressed || got.Reason != tt.reason || len(o.letters) != 0 {
			t.Errorf("%s: the mail is %s: %s, and %d targets were told", name, got.State, got.Reason, len(o.letters))
		}
		i, err := store.Incidents{Table: o.raw}.Last(t.Context(), orgID, key)
		if err != nil || (tt.reason == delivery.Silenced) != (len(i.Silences) == 1) {
			t.Errorf("%s: its story names %v (%v)", name, i.Silences, err)
		}
	}
}

// A budget's alert that waited is told only while it is that budget's, and that period's.
func TestAnAlertOfAnotherBudgetIsNotTold(t *testing.T) {
	daily := func(version int64) *budget.Budget {
		return &budget.Budget{AmountMicros: 100 * money.Micro, Period: budget.Daily, Version: version}
	}
	for name, tt := range map[string]struct {
		c      campaign.Campaign
		period string
		told   bool
	}{
		"it stands":            {campaign.Campaign{TimeZone: "UTC", Budget: daily(1)}, "2026-11-16", true},
		"the budget changed":   {campaign.Campaign{TimeZone: "UTC", Budget: daily(2)}, "2026-11-16", false},
		"the budget went":      {campaign.Campaign{TimeZone: "UTC"}, "2026-11-16", false},
		"the day is over":      {campaign.Campaign{TimeZone: "UTC", Budget: daily(1)}, "2026-11-15", false},
		"it tells of a former": {campaign.Campaign{TimeZone: "UTC", Budget: daily(1)}, "", true},
	} {
		o := newOffice(t)
		o.campaigns = fewCampaigns{"c": tt.c}
		h := critical(alertID, ada)
		h.Matter = notification.Matter{CampaignID: "c", BudgetVersion: 1, PeriodStart: tt.period}
		o.hand(h)
		o.until(begin.Add(time.Minute))
		if got := len(o.letters[mailTo]) == 1; got != tt.told {
			t.Errorf("%s: told %v, %+v", name, got, o.rows(alertID)[mailTo].Reason)
		}
	}
}

// A channel whose address can't be opened ends what is for it, and holds up nobody else.
func TestAnUnreadableChannel(t *testing.T) {
	o := newOffice(t)
	o.put(store.Org(orgID).Channel(slackID), notification.Channel{ID: slackID, Kind: channel.Slack, Name: "s", From: notification.Low, Sealed: []byte("broken")})
	o.hand(critical(alertID, ada))
	o.until(begin.Add(time.Minute))
	if got := o.rows(alertID)["channel/"+slackID]; got.State != delivery.Suppressed || got.Reason != delivery.Unreadable {
		t.Errorf("it is %s: %s", got.State, got.Reason)
	}
	if len(o.letters[mailTo]) != 1 || len(o.letters["channel/"+teamsID]) != 1 {
		t.Error("others were not told")
	}
}
