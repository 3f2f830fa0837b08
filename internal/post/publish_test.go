package post_test

import (
	"slices"
	"testing"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/platform"
	"bellwether/internal/post"
)

var begin = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func at(after time.Duration) event.Cause {
	return event.Edge(event.Derive(after.String()), "user/1", begin.Add(after))
}

// scheduled is a post on one target, due an hour after the beginning.
func scheduled(t *testing.T, media ...post.Media) post.Post {
	t.Helper()
	ch, err := post.Create(post.Spec{
		ID: event.Derive("post"), OrgID: "org", AuthorID: "1", TimeZone: "UTC", PublishAt: begin.Add(time.Hour),
		Content: post.Content{Text: "Doors open at nine", Media: media},
		Targets: []post.TargetSpec{{IntegrationID: "a", Platform: platform.Facebook, AccountName: "Page"}},
	}, at(0))
	if err != nil {
		t.Fatal(err)
	}
	return ch.Post
}

// story drives one target through its life.
type story struct {
	t      *testing.T
	post   post.Post
	events []string
	now    time.Duration
}

func (s *story) target() post.Target { return s.post.Targets[0] }

func (s *story) take(ch post.Change, err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, e := range ch.Events {
		s.events = append(s.events, e.Meta.Type)
	}
	s.post = ch.Post
}

// claim takes the target after a time, and answers what is to be done.
func (s *story) claim(after time.Duration) post.Action {
	s.t.Helper()
	s.now = after
	ch, action, err := s.post.Claim(s.target().ID, "worker", at(after))
	s.take(ch, err)
	return action
}

func (s *story) refused(class platform.Class, wait time.Duration) {
	s.t.Helper()
	s.take(s.post.Refused(s.target().ID, "worker", &platform.Error{Class: class, Message: "no", RetryAfter: wait}, 0.5, at(s.now)))
}

func newStory(t *testing.T, media ...post.Media) *story {
	return &story{t: t, post: scheduled(t, media...)}
}

func TestATextGoesOut(t *testing.T) {
	s := newStory(t)
	if got := s.claim(59 * time.Minute); got != post.Nothing || s.post.Version != 1 {
		t.Fatalf("before its time: %q", got)
	}
	if got := s.claim(time.Hour); got != post.Send || s.target().State != post.Publishing || s.target().Attempt != 1 {
		t.Fatalf("at its time: %q, %+v", got, s.target())
	}
	if got := s.post.Due(begin.Add(time.Hour + time.Minute)); len(got) != 0 {
		t.Errorf("while somebody is at it, due is %v", got)
	}
	s.take(s.post.Sent(s.target().ID, s.target().Key, platform.Published{ID: "1", Permalink: "https://example.com/1"}, at(time.Hour)))
	if s.post.Status() != post.StatusPublished || s.post.Open() || s.target().RemoteID != "1" || !slices.Equal(s.events, []string{"PostPublished"}) {
		t.Errorf("in the end %+v, events %v", s.target(), s.events)
	}
}

// The same holder that asks again is told the same; nobody else is.
func TestAClaimIsOneHolders(t *testing.T) {
	s := newStory(t)
	s.claim(time.Hour)
	version := s.post.Version
	if got := s.claim(time.Hour); got != post.Send || s.post.Version != version {
		t.Errorf("asked again: %q at version %d", got, s.post.Version)
	}
	ch, action, err := s.post.Claim(s.target().ID, "another", at(time.Hour+time.Minute))
	if err != nil || action != post.Nothing || ch.Post.Version != version {
		t.Errorf("another one: %q, error %v", action, err)
	}
}

// Retries come after 1, 5, 15 and 60 minutes, under one key, and then no more.
func TestRetries(t *testing.T) {
	s := newStory(t)
	now, key := time.Hour, ""
	for n, wait := range []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, 60 * time.Minute} {
		if got := s.claim(now); got != post.Send {
			t.Fatalf("try %d: %q", n+1, got)
		}
		if key == "" {
			key = s.target().Key
		}
		if s.target().Key != key {
			t.Fatalf("try %d is another publication", n+1)
		}
		s.refused(platform.ClassTransient, 0)
		if got := s.target().NextAt.Sub(begin.Add(now)); got != wait || s.target().State != post.Retrying {
			t.Fatalf("after try %d it is %s, and tried again after %v, want %v", n+1, s.target().State, got, wait)
		}
		now += wait
	}
	s.claim(now)
	s.refused(platform.ClassTransient, 0)
	if s.target().State != post.Failed || s.post.Open() || s.target().Attempt != 5 {
		t.Errorf("after the fifth try it is %+v", s.target())
	}
	if want := []string{"PostFailed", "PostFailed", "PostFailed", "PostFailed", "PostFailed"}; !slices.Equal(s.events, want) {
		t.Errorf("events %v", s.events)
	}
}

func TestJitterIsATenth(t *testing.T) {
	for jitter, want := range map[float64]time.Duration{0: 54 * time.Second, 0.5: 60 * time.Second, 1: 66 * time.Second} {
		s := newStory(t)
		s.claim(time.Hour)
		s.take(s.post.Refused(s.target().ID, "worker", &platform.Error{Class: platform.ClassTransient}, jitter, at(time.Hour)))
		if got := s.target().NextAt.Sub(begin.Add(time.Hour)); got != want {
			t.Errorf("jitter %v: %v, want %v", jitter, got, want)
		}
	}
}

// Waiting as the platform tells uses no try; a wait beyond the deadline ends it.
func TestRateLimits(t *testing.T) {
	s := newStory(t)
	now := time.Hour
	for range 20 {
		if got := s.claim(now); got != post.Send {
			t.Fatalf("after %v: %q", now, got)
		}
		s.refused(platform.ClassRateLimited, 10*time.Minute)
		now += 10 * time.Minute
		if s.target().State != post.Retrying || !s.target().NextAt.Equal(begin.Add(now)) {
			t.Fatalf("it is %s until %v", s.target().State, s.target().NextAt)
		}
	}
	s.claim(now)
	s.refused(platform.ClassRateLimited, 7*time.Hour)
	if s.target().State != post.Failed {
		t.Errorf("it is %s", s.target().State)
	}
}

func TestAStalePostDoesNotGoOut(t *testing.T) {
	s := newStory(t)
	if got := s.claim(7*time.Hour + time.Minute); got != post.Nothing || s.target().State != post.Failed || s.target().Class != post.ClassTooLate {
		t.Errorf("six hours late: %q, %+v", got, s.target())
	}
	s = newStory(t)
	if got := s.claim(7 * time.Hour); got != post.Send {
		t.Errorf("at its deadline: %q", got)
	}
}

// Whatever can't be helped by repeating ends at once.
func TestRefusalsForGood(t *testing.T) {
	for _, class := range []platform.Class{
		platform.ClassInvalid, platform.ClassAuthRevoked, platform.ClassAuthScope, platform.ClassSuspended, platform.ClassBlocked,
		platform.ClassNotFound, platform.ClassSunset, platform.ClassUnknown, post.ClassDisconnected,
	} {
		s := newStory(t)
		s.claim(time.Hour)
		s.refused(class, 0)
		if s.target().State != post.Failed || s.post.Status() != post.StatusFailed {
			t.Errorf("%s: %s", class, s.target().State)
		}
	}
}

// What nobody heard the end of is looked for 1, 5, 15 and 60 minutes later, and then a person is asked.
func TestDoubt(t *testing.T) {
	s := newStory(t)
	s.claim(time.Hour)
	s.take(s.post.InDoubt(s.target().ID, "worker", &platform.Error{Class: platform.ClassTransient, Unsure: true}, at(time.Hour)))
	for _, after := range []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, 60 * time.Minute} {
		if got := s.target().NextAt.Sub(begin.Add(time.Hour)); got != after {
			t.Fatalf("looked for after %v, want %v", got, after)
		}
		if got := s.claim(time.Hour + after); got != post.Look {
			t.Fatalf("after %v: %q", after, got)
		}
		s.take(s.post.Looked(s.target().ID, "worker", false, 0.5, at(time.Hour+after)))
	}
	if s.target().State != post.Unconfirmed || s.post.Open() || !slices.Equal(s.events, []string{"PostFailed", "PostFailed"}) {
		t.Errorf("in the end %+v, events %v", s.target(), s.events)
	}
	if _, err := s.post.RetryTarget(s.target().ID, false, at(3*time.Hour)); err == nil {
		t.Error("it is tried again though nobody has looked")
	}
	key := s.target().Key
	s.take(s.post.RetryTarget(s.target().ID, true, at(3*time.Hour)))
	if got := s.claim(3 * time.Hour); got != post.Send || s.target().Key == key {
		t.Errorf("by hand: %q, under the same key: %v", got, s.target().Key == key)
	}
}

// An attempt whose holder is gone is in doubt; where absence is proof it is tried again.
func TestABrokenAttempt(t *testing.T) {
	s := newStory(t)
	s.claim(time.Hour)
	key := s.target().Key
	ch, action, err := s.post.Claim(s.target().ID, "second", at(time.Hour+post.LeaseTime))
	s.take(ch, err)
	if action != post.Look || s.target().State != post.Unconfirmed {
		t.Fatalf("%q, %+v", action, s.target())
	}
	s.take(s.post.Looked(s.target().ID, "worker", true, 0.5, at(time.Hour+post.LeaseTime))) // the first one knows nothing any more
	if s.target().State != post.Unconfirmed {
		t.Fatalf("a holder that lost it made it %s", s.target().State)
	}
	s.take(s.post.Looked(s.target().ID, "second", true, 0.5, at(time.Hour+post.LeaseTime)))
	if s.target().State != post.Retrying {
		t.Fatalf("it is %s", s.target().State)
	}
	if got := s.claim(time.Hour + post.LeaseTime + 6*time.Minute); got != post.Send || s.target().Key != key {
		t.Errorf("%q under another key: %v", got, s.target().Key != key)
	}
	// The first one's call arrives after all: that is true whoever says it.
	s.take(s.post.Sent(s.target().ID, key, platform.Published{ID: "1"}, at(2*time.Hour)))
	if s.target().State != post.Published {
		t.Errorf("it is %s", s.target().State)
	}
}

// Images are handed over first; those that take their time are asked for every 20 seconds.
func TestImagesThatTakeTheirTime(t *testing.T) {
	s := newStory(t, post.Media{URL: "https://example.com/a.jpg", Type: "image/jpeg"})
	if got := s.claim(time.Hour); got != post.Prepare {
		t.Fatalf("%q", got)
	}
	ch, action, err := s.post.Prepared(s.target().ID, "worker", platform.Prepared{IDs: []string{"1"}, Pending: true}, at(time.Hour))
	s.take(ch, err)
	if action != post.Nothing || s.target().NextAt.Sub(begin.Add(time.Hour)) != 20*time.Second {
		t.Fatalf("%q, %+v", action, s.target())
	}
	if got := s.claim(time.Hour + 20*time.Second); got != post.Poll {
		t.Fatalf("%q", got)
	}
	ch, action, err = s.post.Prepared(s.target().ID, "worker", platform.Prepared{IDs: []string{"1"}}, at(time.Hour+20*time.Second))
	s.take(ch, err)
	if action != post.Send || s.target().Step != post.StepSend {
		t.Errorf("%q, %+v", action, s.target())
	}
}

func TestCancel(t *testing.T) {
	s := newStory(t)
	s.take(s.post.Cancel(at(time.Minute)))
	if s.post.Status() != post.StatusCancelled || s.claim(time.Hour) != post.Nothing {
		t.Errorf("it is %s", s.post.Status())
	}
	s = newStory(t)
	s.claim(time.Hour)
	if _, err := s.post.Cancel(at(time.Hour)); err == nil {
		t.Error("what is being sent was cancelled")
	}
	s = newStory(t, post.Media{URL: "https://example.com/a.jpg", Type: "image/jpeg"})
	s.claim(time.Hour)
	s.take(s.post.Cancel(at(time.Hour))) // its images are on their way, and nothing is visible
	ch, action, err := s.post.Prepared(s.target().ID, "worker", platform.Prepared{IDs: []string{"1"}}, at(time.Hour))
	if err != nil || action != post.Nothing || ch.Post.Version != s.post.Version {
		t.Errorf("after the cancel the holder may %q, error %v", action, err)
	}
}

// People are told of what they weren't told yet, and of nothing twice.
func TestForeseen(t *testing.T) {
	s := newStory(t)
	found := map[string][]string{s.target().ID: {"the image is gone"}}
	s.take(s.post.Foreseen(60, found, at(0)))
	s.take(s.post.Foreseen(10, found, at(50*time.Minute)))
	s.take(s.post.Foreseen(10, nil, at(51*time.Minute)))
	if !slices.Equal(s.events, []string{"PostAtRisk"}) || len(s.target().AtRisk) != 0 {
		t.Errorf("events %v, at risk %v", s.events, s.target().AtRisk)
	}
}
