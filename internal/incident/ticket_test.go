package incident_test

import (
	"strings"
	"testing"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/incident"
	"bellwether/internal/ticket"
)

var twelve = ticket.Ref{Tracker: ticket.GitHub, Key: "acme/shop#12"}

// must is the incident after a change that can be made.
func must(t *testing.T) func(incident.Change, error) incident.Incident {
	return func(ch incident.Change, err error) incident.Incident {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return ch.Incident
	}
}

// minute is a cause some minutes after the beginning.
func minute(actor string, minutes float64) event.Cause {
	at := meta.OccurredAt.Add(time.Duration(minutes * float64(time.Minute)))
	return event.Edge(event.Derive(actor, at.String()), actor, at)
}

// withTicket is an open incident that has a ticket, from minute 1 on.
func withTicket(t *testing.T) incident.Incident {
	t.Helper()
	i := must(t)(incident.Incident{}.Hear("o", incident.Signal{Key: "k", EventID: "e", Version: 1, Title: "Shop fails", Severity: 3}, "", minute("listener/incidents", 0)))
	return must(t)(i.Ticketed(twelve, minute("listener/sync-tickets", 1)))
}

func TestTicketedOnce(t *testing.T) {
	i := withTicket(t)
	again := must(t)(i.Ticketed(ticket.Ref{Tracker: ticket.GitHub, Key: "acme/shop#13"}, minute("x", 2)))
	if last := i.Timeline[len(i.Timeline)-1]; again.Version != i.Version || again.Ticket.Ref != twelve || last.Text != "ticket acme/shop#12 at GitHub" {
		t.Errorf("%+v, told %q", again.Ticket, last.Text)
	}
}

func TestTryTicketOneAtATime(t *testing.T) {
	i := must(t)(incident.Incident{}.Hear("o", incident.Signal{Key: "k", EventID: "e", Version: 1, Severity: 3}, "", minute("x", 0)))
	now := meta.OccurredAt
	first := must(t)(i.TryTicket(now, minute("x", 0)))
	_, err := first.TryTicket(now.Add(30*time.Second), minute("x", 0))
	if f, ok := err.(*fault.Error); !ok || f.Kind != fault.Retryable || f.RetryAfter != 15*time.Second {
		t.Errorf("while another is at it: %v", err)
	}
	second := must(t)(first.TryTicket(now.Add(45*time.Second), minute("x", 1)))
	if !second.Ticket.TriedAt.Equal(now.Add(45 * time.Second)) {
		t.Errorf("%+v", second.Ticket)
	}
	if back := must(t)(second.TicketUntried(first.Ticket.TriedAt, minute("x", 1))); !back.Ticket.TriedAt.Equal(now) {
		t.Errorf("taken back: %+v", back.Ticket)
	}
	if had := withTicket(t); must(t)(had.TryTicket(now, minute("x", 3))).Version != had.Version {
		t.Error("tried with a ticket")
	}
}

func TestTicketRefusedOnce(t *testing.T) {
	i := must(t)(incident.Incident{}.Hear("o", incident.Signal{Key: "k", EventID: "e", Version: 1, Severity: 3}, "", minute("x", 0)))
	one := must(t)(i.TicketRefused("no access", minute("x", 1)))
	two := must(t)(one.TicketRefused("no access", minute("x", 2)))
	three := must(t)(two.TicketRefused("no project", minute("x", 3)))
	if two.Version != one.Version || len(three.Timeline) != 3 || !three.Open() {
		t.Errorf("%+v", three)
	}
}

// News of a ticket: the last word by its time counts.
func TestHearTicket(t *testing.T) {
	news := func(state ticket.State, minutes float64) ticket.News {
		return ticket.News{Ref: twelve, State: state, At: minute("", minutes).At}
	}
	tests := []struct {
		name string
		hear []ticket.News
		open bool
	}{
		{"closed", []ticket.News{news(ticket.Done, 5)}, false},
		{"closed, and opened again", []ticket.News{news(ticket.Done, 5), news(ticket.Open, 6)}, true},
		{"the same in the other order", []ticket.News{news(ticket.Open, 6), news(ticket.Done, 5)}, true},
		{"closed last, heard first", []ticket.News{news(ticket.Done, 7), news(ticket.Open, 6)}, false},
		{"closed twice", []ticket.News{news(ticket.Done, 5), news(ticket.Done, 5)}, false},
		{"replayed", []ticket.News{news(ticket.Done, 5), news(ticket.Open, 6), news(ticket.Done, 5)}, true},
		{"before it began", []ticket.News{news(ticket.Done, -1)}, true},
		{"another ticket", []ticket.News{{Ref: ticket.Ref{Tracker: ticket.GitHub, Key: "acme/shop#13"}, State: ticket.Done, At: minute("", 5).At}}, true},
		{"another tracker", []ticket.News{{Ref: ticket.Ref{Tracker: ticket.Jira, Key: "acme/shop#12"}, State: ticket.Done, At: minute("", 5).At}}, true},
		{"written otherwise", []ticket.News{{Ref: ticket.Ref{Tracker: ticket.GitHub, Key: "Acme/Shop#12"}, State: ticket.Done, At: minute("", 5).At}}, false},
	}
	for _, tt := range tests {
		i := withTicket(t)
		for n, one := range tt.hear {
			i = must(t)(i.HearTicket(one, minute("tracker/github", 10+float64(n))))
		}
		if i.Open() != tt.open {
			t.Errorf("%s: open %v", tt.name, i.Open())
		}
	}
	i := must(t)(withTicket(t).HearTicket(news(ticket.Done, 5), minute("tracker/github", 6)))
	if last := i.Timeline[len(i.Timeline)-1]; last.Actor != "tracker/github" || last.State != incident.Resolved || !strings.Contains(last.Text, "acme/shop#12 at GitHub") {
		t.Errorf("told %+v", last)
	}
}

// What we made of a ticket ourselves is no news, and neither is what somebody did before that.
func TestEchoes(t *testing.T) {
	i := must(t)(withTicket(t).Resolve("fixed", minute("user/ada", 3)))
	i = must(t)(i.SetTicket(ticket.Done, minute("", 4).At, minute("x", 4)))
	i = must(t)(i.Reopen("it isn't", minute("user/ada", 4.5)))
	for name, at := range map[string]float64{"our own": 4.6, "late, of before": 3.5} {
		if got := must(t)(i.HearTicket(ticket.News{Ref: twelve, State: ticket.Done, At: minute("", at).At}, minute("tracker/github", 8))); !got.Open() {
			t.Errorf("%s: it ended", name)
		}
	}
	if got := must(t)(i.HearTicket(ticket.News{Ref: twelve, State: ticket.Done, At: minute("", 6.5).At}, minute("tracker/github", 8))); got.Open() {
		t.Error("closed by somebody later: it goes on")
	}
}
