// Package post is a social post on its way to the accounts that it goes to: what it says, when it is
// due, and for each account how far it got. It never goes out twice: what is to be done is written
// before it is done, and what may have happened is looked up before anything is repeated. The package
// is pure: every change takes the post, the cause and the time, and answers the new post and the
// events it gave rise to.
package post

import (
	"slices"
	"time"
	"unicode/utf8"

	"bellwether/internal/event"
	"bellwether/internal/platform"
)

// State is how far one target got.
type State string

const (
	Draft       State = "draft"       // nothing will happen
	Scheduled   State = "scheduled"   // waits for its time
	Publishing  State = "publishing"  // a worker is at it, or the platform is with its media
	Published   State = "published"   // out
	Retrying    State = "retrying"    // surely not out; waits for another try
	Failed      State = "failed"      // surely not out, and nobody tries again by themselves
	Unconfirmed State = "unconfirmed" // it may be out: it is looked for, and then a person is asked
	Cancelled   State = "cancelled"
)

// Status is the state of a post as a whole.
type Status string

const (
	StatusDraft      Status = "draft"
	StatusScheduled  Status = "scheduled"
	StatusPublishing Status = "publishing" // at least one target is under way
	StatusPublished  Status = "published"
	StatusPartial    Status = "partially_published"
	StatusFailed     Status = "failed"
	StatusCancelled  Status = "cancelled"
)

// Step is what a publishing target is at.
type Step string

const (
	StepPrepare Step = "prepare" // media are handed over; nothing is visible
	StepWait    Step = "wait"    // the platform works on the media
	StepSend    Step = "send"    // the one call that makes it visible, begun or about to
)

// Post is the aggregate. It is stored as one item and written whole under a version condition.
type Post struct {
	ID         string    `json:"id"`
	OrgID      string    `json:"orgId"`
	AuthorID   string    `json:"authorId"`
	CampaignID string    `json:"campaignId,omitempty"`
	Content    Content   `json:"content"`
	Targets    []Target  `json:"targets"`
	PublishAt  time.Time `json:"publishAt,omitzero"`
	TimeZone   string    `json:"timeZone"`           // IANA, the author's
	Timeline   []Entry   `json:"timeline,omitempty"` // the newest last
	Version    int64     `json:"-"`
	CreatedAt  time.Time `json:"createdAt"`
	UpdatedAt  time.Time `json:"updatedAt"`
}

// Content is what a post says.
type Content struct {
	Text  string  `json:"text,omitempty"`
	Link  string  `json:"link,omitempty"`
	Media []Media `json:"media,omitempty"`
}

// Media is an image by its URL.
type Media struct {
	URL  string `json:"url"`
	Type string `json:"type"` // "image/jpeg"
	Alt  string `json:"alt,omitempty"`
}

// Override is what is different on one target; nil keeps the post's own.
type Override struct {
	Text  *string  `json:"text,omitempty"`
	Link  *string  `json:"link,omitempty"`
	Media *[]Media `json:"media,omitempty"`
}

// Target is one account that the post goes to.
type Target struct {
	ID            string   `json:"id"`
	Platform      string   `json:"platform"`
	IntegrationID string   `json:"integrationId"`
	AccountName   string   `json:"accountName"`
	Override      Override `json:"override,omitzero"`
	State         State    `json:"state"`

	Step      Step              `json:"step,omitempty"`
	Attempt   int               `json:"attempt,omitempty"`
	Key       string            `json:"key,omitempty"`  // names the publication at the platform: the same in every attempt
	Began     time.Time         `json:"began,omitzero"` // the first attempt with this key
	Holder    string            `json:"holder,omitempty"`
	HeldUntil time.Time         `json:"heldUntil,omitzero"`
	NextAt    time.Time         `json:"nextAt,omitzero"`   // when something is to be done; zero: nothing
	Deadline  time.Time         `json:"deadline,omitzero"` // it does not go out after
	Prepared  platform.Prepared `json:"prepared,omitzero"`
	Polls     int               `json:"polls,omitempty"`
	Checks    int               `json:"checks,omitempty"`  // how often an unconfirmed one was looked for
	InDoubt   time.Time         `json:"inDoubt,omitzero"`  // since when it is unconfirmed
	Class     platform.Class    `json:"class,omitempty"`   // of the last failure
	Message   string            `json:"message,omitempty"` // the platform's, at most 500 characters
	AtRisk    []string          `json:"atRisk,omitempty"`  // what the last look ahead found
	LookedAt  time.Time         `json:"lookedAt,omitzero"` // when that was

	RemoteID    string    `json:"remoteId,omitempty"`
	Permalink   string    `json:"permalink,omitempty"`
	PublishedAt time.Time `json:"publishedAt,omitzero"`
}

// Entry is one line of the story of a post.
type Entry struct {
	At       time.Time `json:"at"`
	TargetID string    `json:"targetId,omitempty"`
	State    State     `json:"state,omitempty"` // of the target from then on
	Text     string    `json:"text"`
	Actor    string    `json:"actor,omitempty"`
}

// maxTimeline keeps the item small.
const maxTimeline = 50

// Subject is the post's name in events.
func (p Post) Subject() string { return Subject(p.ID) }

// Subject is the name of the post with the given id in events.
func Subject(id string) string { return "post/" + id }

// Status is the state of the whole.
func (p Post) Status() Status {
	n := map[State]int{}
	for _, t := range p.Targets {
		n[t.State]++
	}
	switch all := len(p.Targets); {
	case n[Draft] > 0:
		return StatusDraft
	case n[Cancelled] == all:
		return StatusCancelled
	case p.Open() && n[Scheduled] > 0 && n[Scheduled]+n[Cancelled] == all:
		return StatusScheduled
	case p.Open():
		return StatusPublishing
	case n[Published] > 0 && n[Published]+n[Cancelled] == all:
		return StatusPublished
	case n[Published] > 0:
		return StatusPartial
	}
	return StatusFailed
}

// Open reports whether anything is still to be done by itself.
func (p Post) Open() bool { return slices.ContainsFunc(p.Targets, Target.open) }

func (t Target) open() bool { return !t.NextAt.IsZero() }

// NextAt is when something is to be done next; zero: nothing.
func (p Post) NextAt() time.Time {
	var next time.Time
	for _, t := range p.Targets {
		if t.open() && (next.IsZero() || t.NextAt.Before(next)) {
			next = t.NextAt
		}
	}
	return next
}

// Due are the ids of the targets for which something is to be done now.
func (p Post) Due(now time.Time) []string {
	var ids []string
	for _, t := range p.Targets {
		if t.due(now) {
			ids = append(ids, t.ID)
		}
	}
	return ids
}

// slack is how much early something may be done: the clock of whoever wakes us may be ahead of ours.
const slack = 2 * time.Second

func (t Target) due(now time.Time) bool { return t.open() && !now.Add(slack).Before(t.NextAt) }

// Target finds a target.
func (p Post) Target(id string) (Target, bool) {
	if n := p.index(id); n >= 0 {
		return p.Targets[n], true
	}
	return Target{}, false
}

func (p Post) index(id string) int {
	return slices.IndexFunc(p.Targets, func(t Target) bool { return t.ID == id })
}

// ContentFor is what the post says on a target.
func (p Post) ContentFor(t Target) Content {
	c := p.Content
	if t.Override.Text != nil {
		c.Text = *t.Override.Text
	}
	if t.Override.Link != nil {
		c.Link = *t.Override.Link
	}
	if t.Override.Media != nil {
		c.Media = *t.Override.Media
	}
	return c
}

// summaryLength is how much of a post events and notices quote, in characters.
const summaryLength = 100

// Summary is the beginning of the post's text, or of what it says in place of one.
func (p Post) Summary() string {
	text := p.Content.Text
	for _, t := range p.Targets {
		if text == "" {
			text = p.ContentFor(t).Text
		}
	}
	if text == "" {
		text = p.Content.Link
	}
	if utf8.RuneCountInString(text) <= summaryLength {
		return text
	}
	return string([]rune(text)[:summaryLength-1]) + "…"
}

// Change is a changed post with the events that go with it into the same write.
type Change struct {
	Post   Post
	Events []event.Raw
}

func (p Post) begin(cause event.Cause) Change {
	next := p
	next.Targets, next.Timeline = slices.Clone(p.Targets), slices.Clone(p.Timeline)
	next.Version++
	next.UpdatedAt = cause.At.UTC()
	return Change{Post: next}
}

func (ch *Change) emit(cause event.Cause, data event.Data) error {
	p := ch.Post
	raw, err := event.New(cause, p.OrgID, p.Subject(), p.Version, len(ch.Events), data)
	if err != nil {
		return err
	}
	ch.Events = append(ch.Events, raw)
	return nil
}

// tell adds a line to the post's story.
func (ch *Change) tell(cause event.Cause, t *Target, text string) {
	e := Entry{At: cause.At.UTC(), Text: text, Actor: cause.Actor}
	if t != nil {
		e.TargetID, e.State = t.ID, t.State
		if l, ok := LimitsOf(t.Platform); ok {
			e.Text = l.Name + ": " + text
		}
	}
	all := append(ch.Post.Timeline, e)
	ch.Post.Timeline = all[max(0, len(all)-maxTimeline):]
}
