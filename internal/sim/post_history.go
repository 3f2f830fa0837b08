package sim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/sandbox"
	"bellwether/internal/post"
	"bellwether/internal/produce"
	"bellwether/internal/tenant"
)

// PostHistory is one random life of an organisation's posts: people write, move, cancel and retry them
// while timers fire once or five times, late or never, workers die and overtake each other, and the
// platforms refuse, stall, and lose their answers.
type PostHistory struct {
	*World
	Seed     uint64
	Faults   map[Fault]int
	Kinds    map[string]int
	Statuses map[post.Status]int // of the posts in the end
	Steps    []string

	rng       *rand.Rand
	ada       tenant.Principal
	platforms []string
	accounts  []string
	posts     []string
	cancelled map[string]time.Time // when a cancel was acknowledged
	overtook  int
	texts     int
}

// NewPostHistory begins the history of the seed in an empty folder, with the accounts connected: the
// platforms' by name.
func NewPostHistory(dir string, seed uint64, accounts map[string]string) (*PostHistory, error) {
	var bytes [32]byte
	copy(bytes[:], fmt.Sprint("post", seed))
	w, err := NewWorld(dir, rand.NewChaCha8(bytes))
	if err != nil {
		return nil, err
	}
	h := &PostHistory{
		World: w, Seed: seed, Faults: w.gate.seen, Kinds: map[string]int{}, Statuses: map[post.Status]int{}, cancelled: map[string]time.Time{},
		rng: rand.New(rand.NewPCG(seed, 0x9057)),
	}
	if h.ada, err = w.SignIn("ada@example.com"); err != nil {
		return nil, err
	}
	for _, name := range sandbox.Platforms() {
		if accounts[name] == "" {
			continue
		}
		id, err := w.Connect(h.ada, name, accounts[name])
		if err != nil {
			return nil, err
		}
		h.platforms, h.accounts = append(h.platforms, name), append(h.accounts, id)
	}
	return h, w.Settle()
}

// Overtook is how often a worker was overtaken by another.
func (h *PostHistory) Overtook() int { return h.overtook }

// Run lives the history: steps with faults, then without until nothing more is done by itself. At most
// one post stands on an account at every moment.
func (h *PostHistory) Run(steps int) error {
	for range 3 {
		h.write()
	}
	for n := range steps {
		h.step()
		if err := h.atMostOnce(); err != nil {
			return h.failed(err)
		}
		if n%checkEvery == 0 {
			if err := h.CheckSafety(); err != nil {
				return h.failed(err)
			}
		}
	}
	h.Sandbox.Clear()
	h.patience = 4
	h.note("the faults end")
	for _, check := range []func() error{
		func() error { return h.Finish(h.ada.OrgID, h.posts...) }, h.CheckSafety, h.CheckLiveness,
		func() error { return h.CheckPosts(h.ada.OrgID, h.posts...) }, h.cancelsAreKept, h.atMostOnce, h.count,
	} {
		if err := check(); err != nil {
			return h.failed(err)
		}
	}
	return nil
}

func (h *PostHistory) failed(err error) error {
	return fmt.Errorf("seed %d: %w\n%s", h.Seed, err, strings.Join(h.Steps, "\n"))
}

func (h *PostHistory) note(format string, args ...any) {
	h.Steps = append(h.Steps, h.Clock.now.Format("02 Jan 15:04:05 ")+fmt.Sprintf(format, args...))
}

func (h *PostHistory) step() {
	switch n := h.rng.IntN(100); {
	case n < 6:
		h.write()
	case n < 20:
		h.person()
	case n < 45:
		h.ring()
		h.deliverSome()
	case n < 60:
		_ = h.RelayOnce(h.faults)
	case n < 66:
		h.note("sweep: %v", h.Sweep(h.worker(h.any())))
	case n < 76:
		id := h.any()
		for range 1 + h.rng.IntN(5) {
			h.note("woken for %s: %v", id[:8], h.Publish(h.ada.OrgID, id, false, h.worker(id)))
		}
	case n < 90:
		h.Clock.Add(time.Duration(h.rng.IntN(600)) * time.Second)
	case n < 92:
		h.Clock.Add(time.Duration(1+h.rng.IntN(8)) * time.Hour)
	default:
		h.platform()
	}
}

func (h *PostHistory) faults(int, string) Fault {
	if h.rng.IntN(100) >= faultRate {
		return None
	}
	return Faults[h.rng.IntN(len(Faults))]
}

// worker is the same for the publisher, which may also stand still for longer than its lease while
// another one does its work, and then go on as if nothing had been.
func (h *PostHistory) worker(id string) func(int, string) Fault {
	stall := -1
	if h.rng.IntN(5) == 0 {
		stall = h.rng.IntN(10)
	}
	return func(call int, name string) Fault {
		if call == stall {
			stall = -1
			if h.rng.IntN(3) == 0 {
				h.cancel(id, nil) // while it may be going out
				return None
			}
			h.overtook++
			h.Clock.Add(post.LeaseTime)
			h.note("overtaken in %s: %v", name, h.Publish(h.ada.OrgID, id, true, nil))
			return None
		}
		return h.faults(call, name)
	}
}

func (h *PostHistory) any() string { return h.posts[h.rng.IntN(len(h.posts))] }

// write makes a post that is due soon, with a text that no other has.
func (h *PostHistory) write() {
	h.texts++
	at := h.Clock.now.Add(time.Duration(1+h.rng.IntN(90)) * time.Minute)
	n := 1 + h.rng.IntN(len(h.accounts))
	image := h.texts%2 == 0 || slices.Contains(h.platforms[:n], platform.Instagram)
	id, err := h.Write(h.ada, fmt.Sprint("Story number ", h.texts), image, at, h.accounts[:n]...)
	if err != nil {
		h.note("write: %v", err)
		return
	}
	h.posts = append(h.posts, id)
	h.note("post %s for %s on %v", id[:8], at.Format("15:04"), h.platforms[:n])
}

// person changes, moves, cancels, hurries or retries a post.
func (h *PostHistory) person() {
	id := h.any()
	path, body := "/v1/posts/"+id, `{}`
	switch h.rng.IntN(6) {
	case 0:
		h.cancel(id, h.faults)
		return
	case 1:
		path += "/publish-now"
	case 2:
		path, body = path+"/schedule", fmt.Sprintf(`{"publishAt":%q}`, h.Clock.now.Add(time.Duration(h.rng.IntN(60))*time.Minute).Format(time.RFC3339))
	default:
		h.retry(id)
		return
	}
	a, err := h.Do(h.ada, Request{Function: "posts-api", Method: "POST", Path: path, Body: body, Key: fmt.Sprint("key ", len(h.Steps))}, h.faults)
	h.note("%s %s -> %d %v", path[len("/v1/posts/"):][:8], path[45:], a.Status, err)
}

func (h *PostHistory) cancel(id string, choose func(int, string) Fault) {
	a, err := h.Do(h.ada, Request{Function: "posts-api", Method: "POST", Path: "/v1/posts/" + id + "/cancel", Body: `{}`, Key: fmt.Sprint("cancel ", len(h.Steps))}, choose)
	h.note("%s cancel -> %d %v", id[:8], a.Status, err)
	if err == nil && a.Status == 200 {
		h.cancelled[id] = h.Clock.now
	}
}

// retry tries a target again that failed, or of which a careful person has seen that it isn't out.
func (h *PostHistory) retry(id string) {
	p, err := h.Post(h.ada.OrgID, id)
	if err != nil {
		return
	}
	for _, t := range p.Targets {
		doubt := t.State == post.Unconfirmed && t.NextAt.IsZero()
		if t.State != post.Failed && !doubt {
			continue
		}
		delete(h.cancelled, id) // whatever came of the cancel, now it is wanted again
		path, body := "/v1/posts/"+id+"/targets/"+t.ID+"/retry", `{}`
		if doubt {
			body = `{"notPublished":true}`
			if h.stands(p, t) {
				path, body = strings.TrimSuffix(path, "retry")+"confirm", `{}`
			}
		}
		a, err := h.Do(h.ada, Request{Function: "posts-api", Method: "POST", Path: path, Body: body, Key: fmt.Sprint("key ", len(h.Steps))}, h.faults)
		h.note("%s: %s %s -> %d %v", id[:8], t.Platform, path[strings.LastIndex(path, "/")+1:], a.Status, err)
		return
	}
}

func (h *PostHistory) stands(p post.Post, t post.Target) bool {
	return slices.ContainsFunc(h.standing(t.Platform, ""), func(s sandbox.Post) bool { return s.Text == p.ContentFor(t).Text })
}

// deliverSome delivers what waits in any order; what fails, and some of what doesn't, comes again.
func (h *PostHistory) deliverSome() {
	for range 1 + h.rng.IntN(4) {
		if len(h.queue) == 0 {
			return
		}
		i := h.rng.IntN(len(h.queue))
		d := h.queue[i]
		choose := h.faults
		if d.function == produce.PublishPostFunction {
			choose = h.worker(h.any())
		}
		err := h.deliver(d, choose)
		h.note("%s gets %s: %v", d.function, d.id[max(0, len(d.id)-8):], err)
		if err == nil && h.rng.IntN(5) > 0 {
			h.queue = slices.Delete(h.queue, i, i+1)
		}
	}
}

// platform lets the next calls of a platform go wrong.
func (h *PostHistory) platform() {
	kinds := slices.DeleteFunc(slices.Clone(sandbox.Kinds), func(kind string) bool { return kind == "revoked" || kind == "suspended" })
	kind, name := kinds[h.rng.IntN(len(kinds))], h.platforms[h.rng.IntN(len(h.platforms))]
	op := []string{"", "publish", "publish", "find"}[h.rng.IntN(4)]
	h.Sandbox.Arm(name, op, kind, 1+h.rng.IntN(2))
	h.Kinds[kind]++
	h.note("%s's next %s is %s", name, op, kind)
}

// atMostOnce: no text stands twice on an account.
func (h *PostHistory) atMostOnce() error {
	for _, name := range h.platforms {
		seen := map[string]bool{}
		for _, s := range h.standing(name, "") {
			if key := s.AccountID + s.Text; seen[key] {
				return fmt.Errorf("%q stands twice on %s", s.Text, name)
			} else {
				seen[key] = true
			}
		}
	}
	return nil
}

// cancelsAreKept: nothing went out after its cancel was acknowledged.
func (h *PostHistory) cancelsAreKept() error {
	for id, at := range h.cancelled {
		p, err := h.Post(h.ada.OrgID, id)
		if err != nil {
			return err
		}
		for _, name := range h.platforms {
			for _, s := range h.standing(name, "") {
				if s.Text == p.Content.Text && s.At.After(at) {
					return fmt.Errorf("post %s went out on %s at %s, after its cancel at %s", id, name, s.At, at)
				}
			}
		}
	}
	return nil
}

func (h *PostHistory) count() error {
	for _, id := range h.posts {
		p, err := h.Post(h.ada.OrgID, id)
		if err != nil {
			return err
		}
		h.Statuses[p.Status()]++
	}
	return nil
}
