package sim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/sandbox"
	"bellwether/internal/post"
	"bellwether/internal/sim"
)

// pages are the accounts of the sandbox that simulations publish on.
var pages = map[string]string{
	platform.Facebook: "101990000000001", platform.Instagram: "17841400000000001", platform.Mastodon: "109252111498807689",
	platform.LinkedInPage: "urn:li:organization:5515715",
	platform.X:            "2244994945",
	platform.Bluesky:      "did:plc:u5cwb2mwiv2bfq53cjufe6yn",
}

// publisher is a world with an account of each platform and a post that is due.
type publisher struct {
	*world
	accounts []string
	post     string
}

func newPublisher(t testing.TB, image bool, names ...string) *publisher {
	t.Helper()
	p := &publisher{world: newWorld(t)}
	for _, name := range names {
		id, err := p.Connect(p.ada, name, pages[name])
		if err != nil {
			t.Fatal(err)
		}
		p.accounts = append(p.accounts, id)
	}
	p.settle(t)
	var err error
	if p.post, err = p.Write(p.ada, "Doors open at nine", image || slices.Contains(names, platform.Instagram), p.Clock.Now().Add(2*time.Hour), p.accounts...); err != nil {
		t.Fatal(err)
	}
	p.settle(t)
	p.Clock.Add(2*time.Hour + time.Second)
	return p
}

// finish lets everything come to rest and holds the end against the platforms.
func (p *publisher) finish(t testing.TB, under string) post.Post {
	t.Helper()
	if err := p.Finish(p.ada.OrgID, p.post); err != nil {
		t.Fatalf("%s: %v", under, err)
	}
	for _, check := range []func() error{p.CheckSafety, p.CheckLiveness, func() error { return p.CheckPosts(p.ada.OrgID, p.post) }} {
		if err := check(); err != nil {
			t.Fatalf("%s: %v", under, err)
		}
	}
	is, err := p.Post(p.ada.OrgID, p.post)
	if err != nil {
		t.Fatal(err)
	}
	return is
}

// TestPostCrashPoints lets every call of the publisher fail before and after it took effect, and the
// process die before and after it, calls of the platforms included, alone and in pairs. However it
// goes, the post stands at most once on each account.
func TestPostCrashPoints(t *testing.T) {
	for name := range pages {
		crashPoints(t, name, false)
		crashPoints(t, name+"/image", true)
	}
}

func crashPoints(t *testing.T, name string, image bool) {
	t.Run(name, func(t *testing.T) {
		name, _, _ := strings.Cut(name, "/")
		run := func(plans ...map[int]sim.Fault) (calls int) {
			p := newPublisher(t, image, name)
			for n, plan := range plans {
				_ = p.Publish(p.ada.OrgID, p.post, false, func(call int, _ string) sim.Fault { return plan[call] })
				if n == 0 {
					calls = p.Calls()
				}
				p.Clock.Add(post.LeaseTime)
			}
			is := p.finish(t, fmt.Sprint(plans))
			if len(plans[0]) == 0 && is.Status() != post.StatusPublished {
				t.Fatalf("without a fault it is %s: %+v", is.Status(), is.Timeline)
			}
			return calls
		}
		calls, points := run(nil), 0
		for first := range calls {
			for _, f := range sim.Faults {
				points++
				run(map[int]sim.Fault{first: f})
			}
			if testing.Short() {
				continue
			}
			for second := range calls {
				for _, f := range []sim.Fault{sim.FailAfter, sim.CrashAfter} {
					points++
					run(map[int]sim.Fault{first: f}, map[int]sim.Fault{second: sim.CrashAfter})
				}
			}
		}
		t.Logf("%d calls, %d crash points and pairs", calls, points)
	})
}

// A worker that stands still in any call for longer than its lease, and then goes on, does not make a
// second post, and neither do timers that fire up to five times.
func TestOvertakenPublishers(t *testing.T) {
	for name := range pages {
		for stall := range 12 {
			p := newPublisher(t, stall%2 == 0, name)
			for range 1 + stall%5 {
				_ = p.Publish(p.ada.OrgID, p.post, false, func(call int, _ string) sim.Fault {
					if call == stall {
						stall = -1
						p.Clock.Add(post.LeaseTime)
						_ = p.Publish(p.ada.OrgID, p.post, true, nil)
					}
					return sim.None
				})
			}
			p.finish(t, fmt.Sprint(name, " ", stall))
		}
	}
}

// Whenever a cancel or a change comes while the post is going out: what was acknowledged holds.
func TestChangesAtFireTime(t *testing.T) {
	for name, account := range pages {
		for action, body := range map[string]string{"/cancel": `{}`, "/schedule": `{"publishAt":"2026-11-16T09:00:00Z"}`} {
			acknowledged := 0
			for at := range 12 {
				p := newPublisher(t, at%2 == 0, name)
				taken := false
				_ = p.Publish(p.ada.OrgID, p.post, false, func(call int, _ string) sim.Fault {
					if call == at {
						a, err := p.Do(p.ada, sim.Request{Function: "posts-api", Method: "POST", Path: "/v1/posts/" + p.post + action, Body: body}, nil)
						taken = err == nil && a.Status == 200
						if there := p.Sandbox.World().Posts(name, account); taken && len(there) > 0 {
							t.Fatalf("%s at call %d was acknowledged, and the post is out", action, at)
						}
					}
					return sim.None
				})
				if taken {
					acknowledged++
				}
				if there := p.Sandbox.World().Posts(name, account); taken && len(there) > 0 {
					t.Fatalf("%s at call %d was acknowledged, and the post went out", action, at)
				}
				p.finish(t, fmt.Sprint(name, action, at))
			}
			if acknowledged == 0 {
				t.Errorf("no %s was acknowledged", action)
			}
		}
	}
}

// A post whose timers never fire is found by the sweep.
func TestLostWakeUps(t *testing.T) {
	p := newPublisher(t, false, platform.Facebook)
	clear(p.Timers)
	if is := p.finish(t, "without timers"); is.Status() != post.StatusPublished {
		t.Errorf("it is %s", is.Status())
	}
}

// An account that the platform stopped is left alone for a day: no other post meets it.
func TestABlockedAccount(t *testing.T) {
	p := newPublisher(t, false, platform.Facebook)
	p.Sandbox.Arm(platform.Facebook, "publish", "blocked", 1)
	if is := p.finish(t, "blocked"); is.Status() != post.StatusFailed {
		t.Fatalf("it is %s", is.Status())
	}
	var err error
	if p.post, err = p.Write(p.ada, "The second", false, p.Clock.Now().Add(time.Hour), p.accounts...); err != nil {
		t.Fatal(err)
	}
	p.settle(t)
	p.Clock.Add(time.Hour)
	is := p.finish(t, "while it is blocked")
	if is.Targets[0].Class != platform.ClassBlocked || len(p.Sandbox.World().Posts(platform.Facebook, "")) != 0 {
		t.Fatalf("it is %s", is.Targets[0].Class)
	}
	p.Clock.Add(24 * time.Hour)
	p.do(t, "posts-api", "POST", "/v1/posts/"+p.post+"/targets/"+is.Targets[0].ID+"/retry", `{}`)
	if is := p.finish(t, "a day later"); is.Status() != post.StatusPublished {
		t.Errorf("a day later it is %s", is.Status())
	}
}

// The story of the issue: one of the accounts times out after accepting.
func TestStoryOfAPost(t *testing.T) {
	names := make([]string, 0, len(pages))
	for _, name := range sandbox.Platforms() {
		if pages[name] != "" {
			names = append(names, name)
		}
	}
	p := newPublisher(t, true, names...)
	p.Sandbox.Arm(names[0], "publish", "timeout_after_commit", 1)
	is := p.finish(t, "the story")
	if is.Status() != post.StatusPublished {
		t.Fatalf("it is %s: %+v", is.Status(), is.Timeline)
	}
	doubted := false
	for _, e := range is.Timeline {
		doubted = doubted || e.State == post.Unconfirmed
	}
	if !doubted {
		t.Errorf("its story does not tell of the doubt: %+v", is.Timeline)
	}
}
