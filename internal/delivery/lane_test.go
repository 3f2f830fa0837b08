package delivery_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"bellwether/internal/channel"
	"bellwether/internal/delivery"
	"bellwether/internal/notification"
)

func row(id, by string, s notification.Severity) delivery.Delivery {
	return delivery.Delivery{
		ID: id, AlertID: "alert-" + id, Channel: by, Key: "key-" + id, State: delivery.Queued, NotBefore: now.Add(-time.Second), CreatedAt: now,
		Message: notification.Message{Severity: s}, Version: 1,
	}
}

func ids(rows []delivery.Delivery) (list []string) {
	for _, d := range rows {
		list = append(list, d.ID)
	}
	return list
}

func TestNext(t *testing.T) {
	high, critical := notification.High, notification.Critical
	later := row("later", channel.Email, high)
	later.NotBefore = now.Add(time.Minute)
	maybe := row("maybe", channel.Email, high)
	maybe.LetterID = "letter"
	again := row("again", channel.Email, critical)
	again.Key, again.Repeat = "key-a", 1
	twin := row("twin", channel.Email, high)
	twin.Key = "key-a"
	ten := make([]time.Time, 10)
	for i := range ten {
		ten[i] = now.Add(-time.Duration(i) * time.Hour)
	}
	old := append([]time.Time{now.Add(-24 * time.Hour)}, ten[:9]...)
	told := []delivery.Told{{Key: "key-a", Severity: high, At: now.Add(-59 * time.Minute)}}
	for _, tt := range []struct {
		name       string
		lane       delivery.Lane
		due        []delivery.Delivery
		take, drop []string
		wait       time.Duration
	}{
		{"nothing", delivery.Lane{}, nil, nil, nil, 0},
		{"nothing yet", delivery.Lane{}, []delivery.Delivery{later}, nil, nil, 0},
		{"one", delivery.Lane{}, []delivery.Delivery{row("a", channel.Email, high), later}, []string{"a"}, nil, 0},
		{"folded", delivery.Lane{}, []delivery.Delivery{row("a", channel.Slack, high), row("b", channel.Slack, high)}, []string{"a", "b"}, nil, 0},
		{"what is critical first", delivery.Lane{}, []delivery.Delivery{row("a", channel.Email, high), row("b", channel.Email, critical)}, []string{"b"}, nil, 0},
		{"one of a key", delivery.Lane{}, []delivery.Delivery{row("a", channel.Email, high), twin}, []string{"a"}, nil, 0},
		{"machines one by one", delivery.Lane{}, []delivery.Delivery{row("a", channel.Webhook, high), row("b", channel.Webhook, high)}, []string{"a"}, nil, 0},
		{"texts one by one", delivery.Lane{}, []delivery.Delivery{row("a", channel.SMS, critical), row("b", channel.SMS, critical)}, []string{"a"}, nil, 0},
		{"what may be out goes as it was", delivery.Lane{SentAt: now, Told: told}, []delivery.Delivery{row("b", channel.Email, critical), maybe}, []string{"maybe"}, nil, 0},
		{"somebody sends", delivery.Lane{Flight: &delivery.Flight{Until: now.Add(time.Minute)}}, []delivery.Delivery{row("a", channel.Email, critical)}, nil, nil, 3 * time.Second},
		{"asked to wait", delivery.Lane{NotBefore: now.Add(7 * time.Second)}, []delivery.Delivery{row("a", channel.Slack, critical)}, nil, nil, 7 * time.Second},
		{"five minutes apart", delivery.Lane{SentAt: now.Add(-time.Minute)}, []delivery.Delivery{row("a", channel.Email, high)}, nil, nil, 4 * time.Minute},
		{"unless critical", delivery.Lane{SentAt: now.Add(-time.Minute)}, []delivery.Delivery{row("a", channel.Email, critical)}, []string{"a"}, nil, 0},
		{"or for machines", delivery.Lane{SentAt: now.Add(-time.Second)}, []delivery.Delivery{row("a", channel.Webhook, high)}, []string{"a"}, nil, 0},
		{"told within the hour", delivery.Lane{Told: told}, []delivery.Delivery{row("a", channel.Email, high)}, nil, []string{"a throttled"}, 0},
		{"worse than told", delivery.Lane{Told: told}, []delivery.Delivery{row("a", channel.Email, critical)}, []string{"a"}, nil, 0},
		{"reminded", delivery.Lane{Told: []delivery.Told{{Key: "key-a", Severity: critical, At: now}}}, []delivery.Delivery{again}, []string{"again"}, nil, 0},
		{"told an hour ago", delivery.Lane{Told: []delivery.Told{{Key: "key-a", Severity: high, At: now.Add(-time.Hour)}}}, []delivery.Delivery{row("a", channel.Email, high)}, []string{"a"}, nil, 0},
		{"ten texts a day", delivery.Lane{Texts: ten}, []delivery.Delivery{row("a", channel.SMS, critical)}, nil, []string{"a daily_cap"}, 0},
		{"the day is over", delivery.Lane{Texts: old}, []delivery.Delivery{row("a", channel.SMS, critical)}, []string{"a"}, nil, 0},
	} {
		take, drop, wait := tt.lane.Next(tt.due, now)
		var dropped []string
		for _, d := range drop {
			dropped = append(dropped, d.ID+" "+d.Reason)
		}
		waits := time.Duration(0)
		if !wait.IsZero() {
			waits = wait.Sub(now)
		}
		if !slices.Equal(ids(take), tt.take) || !slices.Equal(dropped, tt.drop) || waits != tt.wait {
			t.Errorf("%s: takes %v, drops %v, waits %v", tt.name, ids(take), dropped, waits)
		}
	}
}

func TestALetterHoldsTwenty(t *testing.T) {
	var due []delivery.Delivery
	for i := range 25 {
		due = append(due, row(fmt.Sprint(i), channel.Slack, notification.High))
	}
	if take, _, _ := (delivery.Lane{}).Next(due, now); len(take) != delivery.MaxLetter {
		t.Errorf("%d in a letter", len(take))
	}
}

// Whoever tries a channel does not put off what comes next.
func TestATestKeepsNobodyWaiting(t *testing.T) {
	d := row("a", channel.Email, notification.Low)
	d.Test = true
	s := fail(delivery.Lane{}, d, nil, now)
	if take, _, wait := s.Lane.Next([]delivery.Delivery{row("b", channel.Email, notification.High)}, now); len(take) != 1 {
		t.Errorf("the next one waits until %v", wait)
	}
}

// fail is one attempt that ends so.
func fail(l delivery.Lane, d delivery.Delivery, err *channel.Error, at time.Time) delivery.Settled {
	lane, rows := l.Begin([]delivery.Delivery{d}, "me", at)
	return lane.Settle(rows, err, at)
}

func TestSettle(t *testing.T) {
	of := func(o channel.Outcome) *channel.Error {
		return &channel.Error{Outcome: o, Text: "why", RetryAfter: time.Minute}
	}
	for _, tt := range []struct {
		by    string
		err   *channel.Error
		state delivery.State
		wait  time.Duration
		same  bool // the next letter is this one
	}{
		{channel.Email, nil, delivery.Sent, 0, true},
		{channel.Email, of(channel.Unsent), delivery.Queued, 5 * time.Second, false},
		{channel.Email, of(channel.Unknown), delivery.Queued, 5 * time.Second, true},
		{channel.Email, of(channel.Throttle), delivery.Queued, time.Minute, false},
		{channel.Email, of(channel.Refused), delivery.Failed, 0, false},
		{channel.Slack, of(channel.Gone), delivery.Failed, 0, false},
		{channel.SMS, nil, delivery.Sent, 0, true},
		{channel.SMS, of(channel.Unknown), delivery.Unknown, 0, true},
		{channel.SMS, of(channel.Unsent), delivery.Queued, 5 * time.Second, false},
	} {
		s := fail(delivery.Lane{}, row("a", tt.by, notification.High), tt.err, now)
		got := s.Rows[0]
		if got.State != tt.state || got.Version != 3 || len(got.Attempts) != 1 || s.Lane.Flight != nil || s.Lane.Version != 2 {
			t.Errorf("%s %v: %+v", tt.by, tt.err, got)
		}
		if got.State == delivery.Queued && got.NotBefore.Sub(now) != tt.wait {
			t.Errorf("%s %v: again in %v", tt.by, tt.err, got.NotBefore.Sub(now))
		}
		if got.State != delivery.Failed && tt.same != (got.LetterID != "") {
			t.Errorf("%s %v: letter %q", tt.by, tt.err, got.LetterID)
		}
	}
}

// A webhook is tried eight times, over 27 hours and 35 minutes and 5 seconds, and then it failed, or nobody knows.
func TestAWebhookIsTriedEightTimes(t *testing.T) {
	for outcome, end := range map[channel.Outcome]delivery.State{channel.Unsent: delivery.Failed, channel.Unknown: delivery.Unknown} {
		d, at := row("a", channel.Webhook, notification.Low), now
		tries := 0
		for d.State == delivery.Queued {
			d = fail(delivery.Lane{}, d, &channel.Error{Outcome: outcome}, at).Rows[0]
			tries++
			if d.State == delivery.Queued {
				at = d.NotBefore
			}
		}
		if tries != 8 || at.Sub(now) != 27*time.Hour+35*time.Minute+5*time.Second || d.State != end {
			t.Errorf("%s: %d tries over %v end as %s", outcome, tries, at.Sub(now), d.State)
		}
	}
}

func TestAChannelThatFailsForDaysIsDisabled(t *testing.T) {
	unsent := &channel.Error{Outcome: channel.Unsent}
	first := fail(delivery.Lane{}, row("a", channel.Webhook, notification.Low), unsent, now)
	for _, tt := range []struct {
		name string
		err  *channel.Error
		at   time.Time
		want string
	}{
		{"not yet", unsent, now.Add(5*24*time.Hour - time.Second), ""},
		{"five days", unsent, now.Add(5 * 24 * time.Hour), notification.DisabledFailing},
		{"gone", &channel.Error{Outcome: channel.Gone}, now.Add(time.Second), notification.DisabledGone},
		{"well again", nil, now.Add(6 * 24 * time.Hour), ""},
	} {
		s := fail(first.Lane, row("b", channel.Webhook, notification.Low), tt.err, tt.at)
		if s.Disable != tt.want || (tt.name != "not yet") != s.Lane.FailingSince.IsZero() {
			t.Errorf("%s: disabled for %q, failing since %v", tt.name, s.Disable, s.Lane.FailingSince)
		}
	}
}

// Who enables a channel again that had failed for days has five more.
func TestAChannelThatWasEnabledAgainBeginsAnew(t *testing.T) {
	for _, end := range []channel.Outcome{channel.Unsent, channel.Gone} {
		lane, at := delivery.Lane{FailingSince: now}, now.Add(6*24*time.Hour)
		lane = fail(lane, row("a", channel.Webhook, notification.Low), &channel.Error{Outcome: end}, at).Lane
		s := fail(lane, row("b", channel.Webhook, notification.Low), &channel.Error{Outcome: channel.Unsent}, at.Add(time.Hour))
		if s.Disable != "" || !s.Lane.FailingSince.Equal(at.Add(time.Hour)) {
			t.Errorf("after %s: disabled for %q, failing since %v", end, s.Disable, s.Lane.FailingSince)
		}
	}
}

// A letter that may be out stays that letter, whatever becomes of its later tries: it keeps its name, and in
// the end nobody knows.
func TestALetterInDoubtStaysInDoubt(t *testing.T) {
	for end, want := range map[channel.Outcome]delivery.State{
		channel.Unsent: delivery.Queued, channel.Throttle: delivery.Queued, channel.Refused: delivery.Unknown, channel.Gone: delivery.Unknown,
	} {
		d := fail(delivery.Lane{}, row("a", channel.Slack, notification.High), &channel.Error{Outcome: channel.Unknown}, now).Rows[0]
		name := d.LetterID
		d = fail(delivery.Lane{}, d, &channel.Error{Outcome: end, Text: "why"}, d.NotBefore).Rows[0]
		if d.State != want || name == "" || d.LetterID != name || d.Suppress(delivery.Muted, now).State != delivery.Unknown {
			t.Errorf("%s: %s, letter %q, want %s, letter %q", end, d.State, d.LetterID, want, name)
		}
	}
	d := fail(delivery.Lane{}, row("a", channel.Slack, notification.High), &channel.Error{Outcome: channel.Unsent}, now).Rows[0]
	if d = fail(delivery.Lane{}, d, &channel.Error{Outcome: channel.Refused}, d.NotBefore).Rows[0]; d.State != delivery.Failed {
		t.Errorf("what was surely not taken is %s", d.State)
	}
}

// What is sent once more keeps the name of the first letter through all its tries, and its end is its own.
func TestAReplayKeepsItsName(t *testing.T) {
	first := fail(delivery.Lane{}, row("a", channel.Slack, notification.High), &channel.Error{Outcome: channel.Refused}, now).Rows[0]
	name := first.Attempts[0].LetterID
	d := fail(delivery.Lane{}, first.Replay("request", now), &channel.Error{Outcome: channel.Unsent}, now).Rows[0]
	if d.State != delivery.Queued || d.LetterID != name {
		t.Errorf("after a try it is %s, letter %q, want %q", d.State, d.LetterID, name)
	}
	if d = fail(delivery.Lane{}, d, &channel.Error{Outcome: channel.Gone}, d.NotBefore).Rows[0]; d.State != delivery.Failed || d.Attempts[1].LetterID != name {
		t.Errorf("in the end it is %s, letter %q, want %q", d.State, d.Attempts[1].LetterID, name)
	}
}

// A lane stays small enough to be stored, however much is critical within an hour.
func TestALaneStaysSmall(t *testing.T) {
	lane := delivery.Lane{}
	for n := range 1000 {
		lane = fail(lane, row(fmt.Sprint(n), channel.Slack, notification.Critical), nil, now.Add(time.Duration(n)*time.Second)).Lane
	}
	if last := lane.Told[len(lane.Told)-1]; len(lane.Told) != 500 || last.Key != "key-999" {
		t.Errorf("it remembers %d, the last %+v", len(lane.Told), last)
	}
}

// Something critical is mailed again every four hours until it is read, six times at most.
func TestReminders(t *testing.T) {
	d := delivery.Plan(directory(person()), handover(notification.Critical, "ada"), now)[1]
	seen := map[string]bool{d.ID: true}
	at := now
	for n := 1; ; n++ {
		s := fail(delivery.Lane{}, d, nil, at)
		if len(s.Reminders) == 0 {
			if n != 7 {
				t.Errorf("%d letters", n)
			}
			return
		}
		next := s.Reminders[0]
		if !next.OnlyUnread || next.Repeat != n || next.NotBefore.Sub(at) != 4*time.Hour || seen[next.ID] || next.Version != 1 || next.State != delivery.Queued {
			t.Fatalf("reminder %d is %+v", n, next)
		}
		seen[next.ID], d, at = true, next, next.NotBefore
	}
}
