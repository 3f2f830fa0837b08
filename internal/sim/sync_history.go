package sim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/integration"
	"bellwether/internal/money"
	"bellwether/internal/platform"
	"bellwether/internal/platform/sandbox"
	"bellwether/internal/store"
	"bellwether/internal/tenant"
)

// Account is the ad account of the sandbox that simulations sync: two campaigns, in yen.
const Account = "act_2039485761"

// SyncHistory is one random life of a connected ad account: its results grow, people change things
// here and at the platform, the platform refuses, stalls and forgets, and workers die, come twice, and
// overtake each other.
type SyncHistory struct {
	*World
	Seed   uint64
	Faults map[Fault]int
	Kinds  map[string]int // the platform's faults that were armed
	Steps  []string       // what happened, for reading a failure

	rng      *rand.Rand
	ada      tenant.Principal
	id       string // of the integration
	overtook int
	stopped  map[string]bool // campaigns that a person paused at the platform, and nobody resumed since
}

// syncFaultRate is how many of a hundred calls fail. A run makes a few dozen.
const syncFaultRate = 2

// NewSyncHistory begins the history of the seed in an empty folder, with the account connected.
func NewSyncHistory(dir string, seed uint64) (*SyncHistory, error) {
	var bytes [32]byte
	copy(bytes[:], fmt.Sprint("sync", seed))
	w, err := NewWorld(dir, rand.NewChaCha8(bytes))
	if err != nil {
		return nil, err
	}
	h := &SyncHistory{World: w, Seed: seed, Faults: w.gate.seen, Kinds: map[string]int{}, rng: rand.New(rand.NewPCG(seed, 0x51c)), stopped: map[string]bool{}}
	if h.ada, err = w.SignIn("ada@example.com"); err != nil {
		return nil, err
	}
	h.id, err = w.Connect(h.ada, platform.Meta, Account)
	return h, err
}

// Overtook is how often a worker was overtaken by another.
func (h *SyncHistory) Overtook() int { return h.overtook }

// Run lives the history: steps with faults, in which safety must hold throughout; then without, until
// the account is quiet and what is stored is what the platform says.
func (h *SyncHistory) Run(steps int) error {
	for n := range steps {
		h.step()
		if n%checkEvery != 0 {
			continue
		}
		if err := h.CheckSafety(); err != nil {
			return h.failed(err)
		}
	}
	h.Sandbox.Clear()
	h.patience = 4 // a dead process may hold a lease still
	h.note("the faults end")
	for _, check := range []func() error{
		func() error { return h.Quiet(h.ada.OrgID, h.id) }, h.CheckSafety, h.CheckLiveness,
		func() error { return h.CheckSync(h.ada.OrgID, h.id) }, h.peopleAreRespected,
	} {
		if err := check(); err != nil {
			return h.failed(err)
		}
	}
	return nil
}

func (h *SyncHistory) failed(err error) error {
	return fmt.Errorf("seed %d: %w\n%s", h.Seed, err, strings.Join(h.Steps, "\n"))
}

func (h *SyncHistory) note(format string, args ...any) {
	h.Steps = append(h.Steps, h.Clock.now.Format("02 Jan 15:04:05 ")+fmt.Sprintf(format, args...))
}

func (h *SyncHistory) step() {
	switch n := h.rng.IntN(100); {
	case n < 20:
		h.note("tick: %v", h.Tick(h.faults))
	case n < 28:
		h.note("a worker: %v", h.SyncNow(h.ada.OrgID, h.id, h.worker()))
	case n < 55:
		h.arrive()
		h.deliverSome()
	case n < 65:
		_ = h.RelayOnce(h.faults)
	case n < 75:
		h.Clock.Add(time.Duration(h.rng.IntN(20)) * time.Minute)
		h.ring()
	case n < 77:
		h.Clock.Add(time.Duration(1+h.rng.IntN(30)) * time.Hour)
		h.ring()
	case n < 82:
		h.grow()
	case n < 86:
		h.person()
	case n < 91:
		h.ask()
	default:
		h.platform()
	}
}

// faults chooses what befalls the calls of one invocation.
func (h *SyncHistory) faults(int, string) Fault {
	if h.rng.IntN(100) >= syncFaultRate {
		return None
	}
	return Faults[h.rng.IntN(len(Faults))]
}

// worker is the same for a run of a sync, which may also stand still for longer than its lease while
// another worker does its work, and then go on as if nothing had been.
func (h *SyncHistory) worker() func(int, string) Fault {
	stall := -1
	if h.rng.IntN(6) == 0 {
		stall = h.rng.IntN(15)
	}
	return func(call int, name string) Fault {
		if call == stall {
			stall = -1
			h.overtook++
			h.note("overtaken in %s: %v", name, h.Overtake(h.ada.OrgID, h.id))
			return None
		}
		return h.faults(call, name)
	}
}

// deliverSome delivers what waits in any order; what fails, and some of what doesn't, comes again.
func (h *SyncHistory) deliverSome() {
	for range 1 + h.rng.IntN(5) {
		if len(h.queue) == 0 {
			return
		}
		i := h.rng.IntN(len(h.queue))
		d := h.queue[i]
		choose := h.faults
		if d.function == "sync-integration" {
			choose = h.worker()
		}
		err := h.deliver(d, choose)
		h.note("%s gets %s: %v", d.function, d.id[:8], err)
		if err == nil && h.rng.IntN(6) > 0 {
			h.queue = slices.Delete(h.queue, i, i+1)
		}
	}
}

// campaigns are the account's at the platform.
func (h *SyncHistory) any() sandbox.Campaign {
	list := h.Sandbox.World().Campaigns(platform.Meta, Account)
	return list[h.rng.IntN(len(list))]
}

// grow lets results of today or of days ago come in.
func (h *SyncHistory) grow() {
	c, day := h.any(), h.Clock.now.AddDate(0, 0, -h.rng.IntN(4)).Format(time.DateOnly)
	spend := int64(h.rng.IntN(900)) * money.Micro
	h.Sandbox.World().AddResult(platform.Meta, c.ID, sandbox.Result{Date: day, SpendMicros: spend, Impressions: 100, Clicks: 3})
	h.note("%s spends %d more on %s", c.ID, spend/money.Micro, day)
}

// person pauses or resumes a campaign at the platform.
func (h *SyncHistory) person() {
	c := h.any()
	status := []string{"ACTIVE", "PAUSED"}[h.rng.IntN(2)]
	known, err := h.Campaign(h.ada.OrgID, campaign.DiscoveredID(h.ada.OrgID, h.id, c.ID))
	settled := err == nil && len(known.Unsettled()) == 0 && len(h.queue) == 0 && !h.expects()
	h.Sandbox.World().Change(platform.Meta, c.ID, func(c *sandbox.Campaign) { c.Status = status })
	h.stopped[c.ID] = settled && status == "PAUSED"
	h.note("somebody makes %s %s at the platform", c.ID, status)
}

// ask makes a request about a campaign or the account.
func (h *SyncHistory) ask() {
	c := h.any()
	path := "/v1/campaigns/" + campaign.DiscoveredID(h.ada.OrgID, h.id, c.ID)
	account := "/v1/integrations/" + h.id
	switch h.rng.IntN(10) {
	case 0, 1:
		h.request(Request{Function: "campaigns-api", Method: "POST", Path: path + "/pause", Body: `{}`})
	case 2:
		h.stopped[c.ID] = false
		h.request(Request{Function: "campaigns-api", Method: "POST", Path: path + "/resume", Body: `{}`})
	case 3, 4, 5:
		h.stopped[c.ID] = false // the budget may let it go on
		h.request(Request{Function: "campaigns-api", Method: "POST", Path: path + "/budget", Body: fmt.Sprintf(`{"amount":"%d","period":"monthly"}`, 200+h.rng.IntN(2500))})
	case 6:
		h.request(Request{Function: "integrations-api", Method: "POST", Path: account + "/sync", Body: `{}`})
	case 7:
		clear(h.stopped)
		h.request(Request{Function: "integrations-api", Method: "POST", Path: account + "/disconnect", Body: `{}`})
	case 8, 9:
		clear(h.stopped)
		_, err := h.Connect(h.ada, platform.Meta, Account)
		h.note("connect: %v", err)
	}
}

// request makes a request under faults; a client that is unsure asks again, a few times.
func (h *SyncHistory) request(r Request) {
	r.Key = fmt.Sprint("key ", len(h.Steps))
	for range 3 {
		a, err := h.Do(h.ada, r, h.faults)
		h.note("%s %s %s -> %d %v", r.Method, r.Path, r.Body, a.Status, err)
		if err == nil {
			return
		}
		h.Clock.Add(61 * time.Second)
	}
}

// platform lets something happen to the platform.
func (h *SyncHistory) platform() {
	switch h.rng.IntN(12) {
	case 0:
		h.Sandbox.World().RevokeAll(platform.Meta)
		h.note("the grant is taken back")
	case 1:
		h.Sandbox.World().Expire(platform.Meta)
		h.note("the access token expires")
	default:
		kinds := slices.DeleteFunc(slices.Clone(sandbox.Kinds), func(kind string) bool { return kind == "revoked" && h.rng.IntN(3) > 0 })
		kind := kinds[h.rng.IntN(len(kinds))]
		h.Sandbox.Arm(platform.Meta, "", kind, 1+h.rng.IntN(3))
		h.Kinds[kind]++
		h.note("the platform's next calls are %s", kind)
	}
}

// peopleAreRespected: what a person paused at the platform, and nobody resumed, is paused there.
func (h *SyncHistory) peopleAreRespected() error {
	i, err := store.Integrations{Table: h.Table}.Get(noFaults(), h.ada.OrgID, h.id)
	if err != nil || i.Status != integration.Connected {
		return err
	}
	for id, stopped := range h.stopped {
		if there, _ := h.Sandbox.World().Campaign(platform.Meta, id); stopped && there.Status != "PAUSED" {
			return fmt.Errorf("a person paused campaign %s at the platform, and it is %s", id, there.Status)
		}
	}
	return nil
}
