package sim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"bellwether/internal/tenant"
)

// History is one random life of an organisation's budgets: people and syncs do things while calls
// fail, processes die, and deliveries come twice, late and in any order.
type History struct {
	*World
	Seed   uint64
	Faults map[Fault]int // how often each was seen
	Steps  []string      // what happened, for reading a failure

	rng       *rand.Rand
	people    []tenant.Principal
	campaigns []subject
	handled   []delivery // for replays
	keys      int
}

// subject is a campaign with its owner.
type subject struct {
	owner tenant.Principal
	path  string
}

// faultRate is how many of a hundred calls fail in the first phase.
const faultRate = 6

// checkEvery is how many steps lie between two checks.
const checkEvery = 10

// NewHistory begins the history of the seed in an empty folder.
func NewHistory(dir string, seed uint64) (*History, error) {
	var bytes [32]byte
	copy(bytes[:], fmt.Sprint(seed))
	w, err := NewWorld(dir, rand.NewChaCha8(bytes))
	if err != nil {
		return nil, err
	}
	h := &History{World: w, Seed: seed, Faults: w.gate.seen, rng: rand.New(rand.NewPCG(seed, 0xbe11))}
	for _, email := range []string{"ada@example.com", "bob@example.net"} {
		p, err := w.SignIn(email)
		if err != nil {
			return nil, err
		}
		h.people = append(h.people, p)
	}
	return h, nil
}

// Run lives the history: steps with faults, in which safety must hold throughout; then without, until all is quiet.
func (h *History) Run(steps int) error {
	for _, p := range h.people {
		if err := h.create(p); err != nil {
			return h.failed(err)
		}
	}
	for n := range steps {
		h.step()
		// A check reads every version that ever was, so one now and then sees all that was wrong between.
		if n%checkEvery != 0 {
			continue
		}
		if err := h.CheckSafety(); err != nil {
			return h.failed(err)
		}
	}
	// A week passes, so that months end and timers fire; then everything may come to rest.
	if h.rng.IntN(2) == 0 {
		h.Clock.Add(17 * 24 * time.Hour)
	}
	if err := h.Settle(); err != nil {
		return h.failed(err)
	}
	for _, check := range []func() error{h.CheckSafety, h.CheckLiveness} {
		if err := check(); err != nil {
			return h.failed(err)
		}
	}
	return nil
}

func (h *History) failed(err error) error {
	return fmt.Errorf("seed %d: %w\n%s", h.Seed, err, strings.Join(h.Steps, "\n"))
}

func (h *History) note(format string, args ...any) {
	h.Steps = append(h.Steps, h.Clock.now.Format("02 Jan 15:04:05 ")+fmt.Sprintf(format, args...))
}

// faults chooses what befalls the calls of one invocation.
func (h *History) faults(int, string) Fault {
	if h.rng.IntN(100) >= faultRate {
		return None
	}
	return Faults[h.rng.IntN(len(Faults))]
}

func (h *History) step() {
	switch n := h.rng.IntN(100); {
	case n < 25:
		h.results()
	case n < 32:
		h.changeBudget()
	case n < 36:
		h.post("/pause", `{}`)
	case n < 41:
		h.post("/resume", `{}`)
	case n < 45:
		h.post("/budget-override", `{"reason":"a good week"}`)
	case n < 46:
		h.post("/archive", ``)
	case n < 60:
		h.deliverSome()
	case n < 75:
		_ = h.RelayOnce(h.faults)
	case n < 80:
		h.redeliver()
	case n < 95:
		h.Clock.Add(time.Duration(h.rng.IntN(120)) * time.Minute)
		h.ring()
	default:
		h.Clock.Add(time.Duration(1+h.rng.IntN(9)) * 24 * time.Hour)
		h.ring()
	}
}

func (h *History) create(p tenant.Principal) error {
	period := []string{"lifetime", "monthly", "daily"}[h.rng.IntN(3)]
	body := fmt.Sprintf(`{"name":"Campaign","objective":"sales","currency":"USD","timeZone":%q,"activate":true,
	 "budget":{"amount":"100","period":%q},"placements":[{"platform":"meta","externalId":"m1","name":"Meta"},{"platform":"google","externalId":"g1","name":"Google"}]}`,
		[]string{"UTC", "America/New_York", "Asia/Tokyo"}[h.rng.IntN(3)], period)
	a, err := h.Do(p, Request{Function: "campaigns-api", Method: "POST", Path: "/v1/campaigns", Body: body}, nil)
	if err != nil || a.Status != 201 {
		return fmt.Errorf("create: %v %+v", err, a)
	}
	_, id, _ := strings.Cut(a.Body, `"id":"`)
	h.campaigns = append(h.campaigns, subject{p, "/v1/campaigns/" + id[:36]})
	h.note("campaign %s, %s", id[:36], period)
	return nil
}

func (h *History) any() subject { return h.campaigns[h.rng.IntN(len(h.campaigns))] }

// results reports a day's spend: today's or an earlier day's, read now or a while ago, higher or lower than before.
func (h *History) results() {
	c := h.any()
	day := h.Clock.now.AddDate(0, 0, -h.rng.IntN(3)).Add(-24 * time.Hour).Format(time.DateOnly)
	asOf := h.Clock.now.Add(-time.Duration(h.rng.IntN(50)) * time.Minute)
	spend := h.rng.IntN(130)
	body := fmt.Sprintf(`{"asOf":%q,"rows":[{"date":%q,"placementId":%q,"spend":"%d","impressions":%d,"clicks":%d,"conversions":"%d"}]}`,
		asOf.Format(time.RFC3339Nano), day, []string{"m1", "g1"}[h.rng.IntN(2)], spend, 1000+spend, spend, spend/10)
	h.request(c, Request{Function: "metrics-api", Method: "PUT", Path: c.path + "/metrics", Body: body})
}

func (h *History) changeBudget() {
	period := []string{"", "", "", `,"period":"monthly"`, `,"period":"daily"`}[h.rng.IntN(5)]
	h.post("/budget", fmt.Sprintf(`{"amount":"%d"%s}`, 20+h.rng.IntN(300), period))
}

func (h *History) post(action, body string) {
	c := h.any()
	h.request(c, Request{Function: "campaigns-api", Method: "POST", Path: c.path + action, Body: body})
}

// request makes a request under faults; a client that is unsure asks again with the same key, a few times.
func (h *History) request(c subject, r Request) {
	h.keys++
	r.Key = fmt.Sprint("key ", h.keys)
	for range 3 {
		a, err := h.Do(c.owner, r, h.faults)
		h.note("%s %s %s -> %d %v", r.Method, r.Path[len("/v1/campaigns/"):], r.Body, a.Status, err)
		if err == nil {
			return
		}
		if h.rng.IntN(3) == 0 {
			return // the client gives up, and never knows
		}
		h.Clock.Add(61 * time.Second)
	}
}

// deliverSome delivers waiting events in any order; what fails waits for another try.
func (h *History) deliverSome() {
	for range 1 + h.rng.IntN(4) {
		if len(h.queue) == 0 {
			return
		}
		i := h.rng.IntN(len(h.queue))
		d := h.queue[i]
		err := h.deliver(d, h.faults)
		h.note("%s gets %s: %v", d.function, d.id[:8], err)
		if err != nil {
			continue
		}
		h.handled = append(h.handled, d)
		if h.rng.IntN(5) > 0 { // otherwise its acknowledgement was lost, and it comes again
			h.queue = slices.Delete(h.queue, i, i+1)
		}
	}
}

// redeliver delivers something again that was handled before, however long ago.
func (h *History) redeliver() {
	if len(h.handled) == 0 {
		return
	}
	d := h.handled[h.rng.IntN(len(h.handled))]
	err := h.deliver(d, h.faults)
	h.note("%s gets %s once more: %v", d.function, d.id[:8], err)
}
