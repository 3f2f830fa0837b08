package delivery

import (
	"slices"
	"time"

	"bellwether/internal/channel"
	"bellwether/internal/event"
	"bellwether/internal/notification"
)

const (
	// groupInterval is the least time between two letters to people that hold nothing critical.
	groupInterval = 5 * time.Minute
	// throttleFor is how long the same is not told again.
	throttleFor = time.Hour
	// smsPerDay is how many text messages a person gets within 24 hours.
	smsPerDay = 10
	// slackPace is the least time between two messages to a Slack channel.
	slackPace = time.Second
	// disableAfter is how long a channel may fail before nothing is sent there any more.
	disableAfter = 5 * 24 * time.Hour
	// MaxLetter is how many deliveries one letter holds.
	MaxLetter = 20
	// flightTime is after how long nobody can still be sending: a function has ended by then.
	flightTime = 2 * time.Minute
	// maxTold is how many of those a lane remembers: a table's item holds 400 KB.
	maxTold = 500
	// busyWait is when to look again while somebody sends to the same target.
	busyWait = 3 * time.Second
)

// Lane is the way to one target: who is sending there, what was sent of late, and from when on more may be.
// Whoever sends holds it, so that two don't send the same, and nobody sends too fast.
type Lane struct {
	OrgID        string      `json:"orgId"`
	Target       string      `json:"target"`
	Flight       *Flight     `json:"flight,omitempty"`
	NotBefore    time.Time   `json:"notBefore,omitzero"` // as the other side asked, or its pace is
	SentAt       time.Time   `json:"sentAt,omitzero"`    // the last letter
	Told         []Told      `json:"told,omitempty"`     // within the last hour
	Texts        []time.Time `json:"texts,omitempty"`    // text messages of the last day
	FailingSince time.Time   `json:"failingSince,omitzero"`
	Version      int64       `json:"-"`
}

// Flight is a letter that may be out.
type Flight struct {
	LetterID string    `json:"letterId"`
	Rows     []Ref     `json:"rows"`
	Holder   string    `json:"holder"` // who sends it
	Until    time.Time `json:"until"`  // then nobody sends it any more
}

// Told is that something was told.
type Told struct {
	Key      string                `json:"key"`
	Severity notification.Severity `json:"severity"`
	At       time.Time             `json:"at"`
}

// Lost reports whether somebody began to send and never said what became of it.
func (l Lane) Lost(now time.Time) bool { return l.Flight != nil && !now.Before(l.Flight.Until) }

// Ready are the deliveries that may go out now, the first one due first: those whose time has come, and
// with them those that only wait for others to go with.
func Ready(rows []Delivery, now time.Time) []Delivery {
	due := func(d Delivery) bool { return d.State == Queued && !d.NotBefore.After(now) }
	if !slices.ContainsFunc(rows, due) {
		return nil
	}
	ready := slices.DeleteFunc(slices.Clone(rows), func(d Delivery) bool { return !due(d) && !d.waitsForOthers() })
	slices.SortStableFunc(ready, func(a, b Delivery) int { return a.NotBefore.Compare(b.NotBefore) })
	return ready
}

func (d Delivery) waitsForOthers() bool {
	return d.State == Queued && !d.critical() && len(d.Attempts) == 0 && d.NotBefore.Equal(d.CreatedAt.Add(groupWait))
}

// Next is what goes out now, of the deliveries that are pending: take is one letter's, drop is not sent
// and says why; wait, if there is one, is when to look again.
func (l Lane) Next(rows []Delivery, now time.Time) (take, drop []Delivery, wait time.Time) {
	due := Ready(rows, now)
	if len(due) == 0 {
		return nil, nil, time.Time{}
	}
	if l.Flight != nil {
		return nil, nil, now.Add(busyWait)
	}
	var fit []Delivery
	for _, d := range due {
		if reason := l.tooMuch(d, now); reason != "" {
			drop = append(drop, d.Suppress(reason, now))
		} else {
			fit = append(fit, d)
		}
	}
	if len(fit) == 0 {
		return nil, drop, time.Time{}
	}
	if l.NotBefore.After(now) {
		return nil, drop, l.NotBefore
	}
	take = letter(fit)
	if next := l.SentAt.Add(groupInterval); paced(take[0]) && next.After(now) {
		return nil, drop, next
	}
	return take, drop, time.Time{}
}

// paced reports whether the letter keeps a distance from the one before.
func paced(first Delivery) bool {
	return !first.critical() && first.Channel != channel.Webhook && first.LetterID == "" && !first.Test
}

// tooMuch is the reason why the target isn't told, "" for none.
func (l Lane) tooMuch(d Delivery, now time.Time) string {
	if d.LetterID != "" || d.Channel == channel.Webhook {
		return "" // it may be out already; and machines are told everything
	}
	if d.Repeat == 0 && slices.ContainsFunc(l.Told, func(t Told) bool {
		return t.Key == d.Key && t.At.After(now.Add(-throttleFor)) && t.Severity.AtLeast(d.Message.Severity)
	}) {
		return Throttled
	}
	texts := 0
	for _, at := range l.Texts {
		if at.After(now.Add(-24 * time.Hour)) {
			texts++
		}
	}
	if d.Channel == channel.SMS && texts >= smsPerDay {
		return DailyCap
	}
	return ""
}

// letter is which of them go out together: those of a letter that may be out already as they were, what is
// critical before what is not, and one at a time where a letter can't hold more.
func letter(due []Delivery) []Delivery {
	like := func(same func(Delivery) bool) []Delivery {
		list := slices.DeleteFunc(slices.Clone(due), func(d Delivery) bool { return !same(d) })
		return list[:min(len(list), MaxLetter)]
	}
	if i := slices.IndexFunc(due, func(d Delivery) bool { return d.LetterID != "" }); i >= 0 {
		return like(func(d Delivery) bool { return d.LetterID == due[i].LetterID })
	}
	if due[0].Channel == channel.Webhook || due[0].Channel == channel.SMS {
		return due[:1]
	}
	fresh := func(critical bool) []Delivery {
		return oneOfEach(like(func(d Delivery) bool { return d.critical() == critical }))
	}
	if take := fresh(true); len(take) > 0 {
		return take
	}
	return fresh(false)
}

// oneOfEach leaves the first of those that tell of the same; the others are looked at when that is told.
func oneOfEach(list []Delivery) (each []Delivery) {
	for _, d := range list {
		if !slices.ContainsFunc(each, func(e Delivery) bool { return e.Key == d.Key }) {
			each = append(each, d)
		}
	}
	return each
}

// Begin is the lane with the letter on its way, and the letter's deliveries.
func (l Lane) Begin(take []Delivery, holder string, now time.Time) (Lane, []Delivery) {
	id := take[0].LetterID
	if id == "" {
		id = take[0].ID
		for _, d := range take[1:] {
			id = event.Derive(id, "letter", d.ID)
		}
	}
	l.Flight = &Flight{LetterID: id, Holder: holder, Until: now.Add(flightTime).UTC()}
	begun := make([]Delivery, len(take))
	for i, d := range take {
		begun[i] = d.begin(id, now)
		l.Flight.Rows = append(l.Flight.Rows, d.Ref())
	}
	l.Version++
	return l, begun
}

// Settled is what a letter's end comes to.
type Settled struct {
	Lane      Lane
	Rows      []Delivery
	Reminders []Delivery
	Disable   string // why nothing is to be sent to the channel any more; "" for no reason
}

// Settle is the lane and the deliveries after what became of the letter: nil when it was taken.
func (l Lane) Settle(rows []Delivery, err *channel.Error, now time.Time) Settled {
	l.Flight = nil
	l.Version++
	s := Settled{}
	for _, d := range rows {
		next := d.settle(err, now)
		s.Rows = append(s.Rows, next)
		if reminder, ok := next.reminder(now); ok && next.State == Sent {
			s.Reminders = append(s.Reminders, reminder)
		}
	}
	l = l.remember(rows, err, now)
	switch {
	case err == nil:
		l.FailingSince = time.Time{}
	case err.Outcome == channel.Throttle:
		l.NotBefore = s.Rows[0].NotBefore
	case err.Outcome == channel.Gone:
		s.Disable, l.FailingSince = notification.DisabledGone, time.Time{}
	case l.FailingSince.IsZero():
		l.FailingSince = now.UTC()
	case now.Sub(l.FailingSince) >= disableAfter:
		s.Disable, l.FailingSince = notification.DisabledFailing, time.Time{} // who enables it again begins anew
	}
	s.Lane = l
	return s
}

// remember notes what was, or may have been, told.
func (l Lane) remember(rows []Delivery, err *channel.Error, now time.Time) Lane {
	l.Told = slices.DeleteFunc(slices.Clone(l.Told), func(t Told) bool { return !t.At.After(now.Add(-throttleFor)) })
	l.Texts = slices.DeleteFunc(slices.Clone(l.Texts), func(at time.Time) bool { return !at.After(now.Add(-24 * time.Hour)) })
	if len(rows) == 0 || err != nil && err.Outcome != channel.Unknown {
		return l
	}
	if !rows[0].Test {
		l.SentAt = now.UTC()
	}
	switch rows[0].Channel {
	case channel.Slack:
		l.NotBefore = now.Add(slackPace).UTC()
	case channel.SMS:
		l.Texts = append(l.Texts, now.UTC())
	case channel.Webhook:
		return l
	}
	for _, d := range rows {
		l.Told = append(l.Told, Told{d.Key, d.Message.Severity, now.UTC()})
	}
	l.Told = l.Told[max(0, len(l.Told)-maxTold):]
	return l
}
