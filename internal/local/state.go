package local

import (
	"encoding/json"
	"slices"
	"time"

	"bellwether/internal/channel/sink"
	"bellwether/internal/event"
	"bellwether/internal/schedule"
)

// State is what the runner shows of itself.
type State struct {
	Now           time.Time       `json:"now"`
	Sent          []Sent          `json:"sent"`          // what SNS would have sent, newest first
	Taken         []sink.Received `json:"taken"`         // by the channels of this machine, newest first
	Subscriptions []Subscription  `json:"subscriptions"` // of persons, at topics
	DeadLetters   []DeadLetter    `json:"deadLetters"`   // newest first
	Parked        []event.Parked  `json:"parked"`
	Timers        []Timer         `json:"timers"` // the next one first
	Schedules     []Firing        `json:"schedules"`
	Waiting       []Delivery      `json:"waiting"` // invocations that wait for a try, what is due first
	Running       int             `json:"running"` // asynchronous invocations under way
}

// Timer is a timer that has not rung.
type Timer struct {
	Name    string          `json:"name"`
	At      time.Time       `json:"at"`
	Target  string          `json:"function"`
	Payload json.RawMessage `json:"payload"`
}

// State reads what there is to show.
func (s *System) State() (State, error) {
	st := State{Now: s.now().UTC(), Waiting: s.journal.waiting.all(), Running: s.dispatcher.underWay(), Schedules: s.firings(), Taken: s.sink.Received()}
	var err error
	if st.Sent, err = list[Sent](s.journal, outboxBucket); err != nil {
		return st, err
	}
	if st.Subscriptions, err = list[Subscription](s.journal, subscriptionBucket); err != nil {
		return st, err
	}
	if st.DeadLetters, err = list[DeadLetter](s.journal, deadBucket); err != nil {
		return st, err
	}
	timers, err := list[schedule.Timer](s.journal, timerBucket)
	if err != nil {
		return st, err
	}
	st.Timers = make([]Timer, len(timers))
	for i, t := range timers {
		st.Timers[i] = Timer(t)
	}
	st.Parked, err = list[event.Parked](s.journal, parkedBucket)
	slices.Reverse(st.Sent)
	slices.Reverse(st.Taken)
	slices.Reverse(st.DeadLetters)
	slices.SortFunc(st.Timers, func(a, b Timer) int { return a.At.Compare(b.At) })
	return st, err
}

// onPage is how many lines of a kind the page shows.
const onPage = 100

// section is one part of the page: how many lines there are, and the first of them.
type section[T any] struct {
	Count int
	Lines []T
}

// More reports whether there are others than the page shows.
func (s section[T]) More() bool { return s.Count > len(s.Lines) }

func sectionOf[T any](all []T) section[T] { return section[T]{len(all), all[:min(len(all), onPage)]} }

func pageOf(s State) any {
	return struct {
		Now         time.Time
		Sent        section[Sent]
		Waits       []Subscription
		Taken       section[sink.Received]
		DeadLetters section[DeadLetter]
		Parked      section[event.Parked]
		Timers      section[Timer]
		Schedules   []Firing
		Waiting     section[Delivery]
	}{s.Now, sectionOf(s.Sent), unconfirmed(s.Subscriptions), sectionOf(s.Taken), sectionOf(s.DeadLetters), sectionOf(s.Parked), sectionOf(s.Timers), s.Schedules, sectionOf(s.Waiting)}
}

// unconfirmed are those whose owners have not agreed yet.
func unconfirmed(all []Subscription) []Subscription {
	return slices.DeleteFunc(slices.Clone(all), func(s Subscription) bool { return s.Confirmed })
}
