package listen_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/integration"
	"bellwether/internal/notification"
	"bellwether/internal/platform"
	"bellwether/internal/post"
	"bellwether/internal/store"
)

// plan schedules a post of the author on accounts of ours, three hours ahead.
func (w *town) plan(author string, accounts ...string) string {
	w.t.Helper()
	spec := post.Spec{
		ID: event.Derive("post", author), OrgID: ours, AuthorID: author, TimeZone: "Europe/Berlin", PublishAt: w.now.Add(3 * time.Hour),
		Content: post.Content{Text: "Doors open at nine"},
	}
	for _, id := range accounts {
		spec.Targets = append(spec.Targets, post.TargetSpec{IntegrationID: id, Platform: platform.Facebook, AccountName: "Shop"})
	}
	ch, err := post.Create(spec, event.Edge(event.Derive("plan", author), "user/"+author, w.now))
	if err != nil {
		w.t.Fatal(err)
	}
	if err := (store.Posts{Table: w.raw}).Create(w.t.Context(), "plan", ch); err != nil {
		w.t.Fatal(err)
	}
	return spec.ID
}

// post changes the post as its API or a worker does.
func (w *town) post(id, actor string, change func(post.Post, event.Cause) (post.Change, error)) {
	w.t.Helper()
	posts := store.Posts{Table: w.raw}
	p, err := posts.Get(w.t.Context(), ours, id)
	if err == nil {
		_, err = posts.UpdateFrom(w.t.Context(), "t", p, func(p post.Post) (post.Change, error) {
			return change(p, event.Edge(event.Derive(id, actor, w.now.String(), string(rune('a'+p.Version))), actor, w.now))
		})
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// attempt publishes the post's only target, which comes to what end says.
func (w *town) attempt(id string, end func(p post.Post, target string, cause event.Cause) (post.Change, error)) {
	w.t.Helper()
	w.now = w.now.Add(3 * time.Hour)
	w.post(id, "schedule/publish-post", func(p post.Post, cause event.Cause) (post.Change, error) {
		ch, _, err := p.Claim(p.Targets[0].ID, "worker", cause)
		return ch, err
	})
	w.post(id, "schedule/publish-post", func(p post.Post, cause event.Cause) (post.Change, error) { return end(p, p.Targets[0].ID, cause) })
}

func refusedBy(class platform.Class) func(post.Post, string, event.Cause) (post.Change, error) {
	return func(p post.Post, target string, cause event.Cause) (post.Change, error) {
		return p.Refused(target, "worker", &platform.Error{Class: class, Message: "it says no"}, 0.5, cause)
	}
}

// postScenarios are what may happen to a post; each answers the event to be delivered.
var postScenarios = map[string]func(w *town) event.Raw{
	"a post is scheduled": func(w *town) event.Raw {
		w.plan(bob, w.page())
		return w.last("PostScheduled")
	},
	"somebody else cancels a post": func(w *town) event.Raw {
		id := w.plan(bob, w.page())
		w.post(id, "user/"+eve, post.Post.Cancel)
		return w.last("PostCancelled")
	},
	"a post is refused": func(w *town) event.Raw {
		w.attempt(w.plan(bob, w.page()), refusedBy(platform.ClassInvalid))
		return w.last("PostFailed")
	},
	"a post is late": func(w *town) event.Raw {
		w.attempt(w.plan(bob, w.page()), refusedBy(platform.ClassTransient))
		return w.last("PostFailed")
	},
	"a refused post is tried by hand": func(w *town) event.Raw {
		id := w.plan(bob, w.page())
		w.attempt(id, refusedBy(platform.ClassInvalid))
		w.deliver(w.last("PostFailed"))
		w.post(id, "user/"+bob, func(p post.Post, cause event.Cause) (post.Change, error) {
			return p.RetryTarget(p.Targets[0].ID, false, cause)
		})
		return w.last("PostFailureResolved")
	},
	"a post is at risk": func(w *town) event.Raw {
		id := w.plan(bob, w.page())
		w.post(id, "schedule/publish-post", func(p post.Post, cause event.Cause) (post.Change, error) {
			return p.Foreseen(10, map[string][]string{p.Targets[0].ID: {"the image can't be fetched"}}, cause)
		})
		return w.last("PostAtRisk")
	},
	"a post is out": func(w *town) event.Raw {
		w.attempt(w.plan(bob, w.page()), func(p post.Post, target string, cause event.Cause) (post.Change, error) {
			return p.Sent(target, p.Targets[0].Key, platform.Published{ID: "1"}, cause)
		})
		return w.last("PostPublished")
	},
	"an account with posts is lost": func(w *town) event.Raw {
		page := w.page()
		w.plan(bob, page)
		w.lose(ours, page, integration.ReasonRevoked)
		return w.last("IntegrationDisconnected")
	},
}

// page is an account of ours that takes posts.
func (w *town) page() string { return w.connect(ours, platform.Facebook, "p1") }

func allScenarios() map[string]func(w *town) event.Raw {
	all := maps.Clone(scenarios)
	maps.Copy(all, postScenarios)
	maps.Copy(all, incidentScenarios)
	maps.Copy(all, budgetScenarios)
	return all
}

// A plan sets its timers: an hour and ten minutes ahead, and at its time.
func TestTimersOfAPlan(t *testing.T) {
	w := newTown(t)
	w.deliver(postScenarios["a post is scheduled"](w))
	var at []time.Duration
	for _, timer := range w.timers {
		at = append(at, timer.At.Sub(w.now))
	}
	slices.Sort(at)
	if want := []time.Duration{2 * time.Hour, 170 * time.Minute, 3 * time.Hour}; !slices.Equal(at, want) {
		t.Errorf("timers after %v, want %v", at, want)
	}
}

// The author hears what happened to a post, and what to do; nobody hears of another's.
func TestAuthorsAreTold(t *testing.T) {
	for name, want := range map[string]struct {
		severity notification.Severity
		says     string
		messages int
	}{
		"a post is scheduled":           {notification.Low, "It goes out on", 0},
		"somebody else cancels a post":  {notification.Medium, "Somebody else cancelled it", 0},
		"a post is refused":             {notification.High, "Change it, or leave this account out", 1},
		"a post is late":                {notification.Low, "tried again by itself", 0},
		"a post is at risk":             {notification.High, "the image can't be fetched", 1},
		"an account with posts is lost": {notification.High, "1 scheduled post will not go out", 1},
	} {
		w := newTown(t)
		w.deliver(postScenarios[name](w))
		inbox := w.inbox(ours, bob)
		if len(inbox) != 1 || inbox[0].Severity != want.severity || !strings.Contains(inbox[0].Text, want.says) {
			t.Errorf("%s: told %+v", name, inbox)
		}
		if len(w.messages) != want.messages || len(w.inbox(ours, eve)) != 0 {
			t.Errorf("%s: %d messages, somebody else's inbox has %d", name, len(w.messages), len(w.inbox(ours, eve)))
		}
	}
}

// What failed for good is wrong until a person takes care of it.
func TestFailedPostsAreWrong(t *testing.T) {
	w := newTown(t)
	resolved := postScenarios["a refused post is tried by hand"](w)
	if wrong := w.wrong(ours); len(wrong) != 1 || !strings.HasPrefix(wrong[0], "post:") {
		t.Errorf("wrong is %v", wrong)
	}
	w.deliver(resolved)
	if wrong := w.wrong(ours); len(wrong) != 0 {
		t.Errorf("wrong is still %v", wrong)
	}
}
