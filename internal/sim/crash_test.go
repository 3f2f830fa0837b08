package sim_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"bellwether/internal/sim"
	"bellwether/internal/tenant"
)

// scenario is one piece of work whose every call may fail. Each try is what a client, the bus, the
// stream or a timer would do again after a failure.
type scenario struct {
	name  string
	given func(t *testing.T, w *world)
	try   func(w *world, choose func(int, string) sim.Fault) error
	// request: it is a client's, whose ids may differ from try to try
	request bool
}

// world is a simulated world with a signed-in person and their campaign.
type world struct {
	*sim.World
	ada         tenant.Principal
	campaign    string
	integration string
	action      string
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w, err := sim.NewWorld(t.TempDir(), rand.NewChaCha8([32]byte{1}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	ada, err := w.SignIn("ada@example.com")
	if err != nil {
		t.Fatal(err)
	}
	return &world{World: w, ada: ada}
}

const campaignBody = `{"name":"Autumn","objective":"sales","currency":"USD","timeZone":"America/New_York",
 "budget":{"amount":"100","period":"monthly"},"placements":[{"platform":"meta","externalId":"m1","name":"Meta"}],"activate":true}`

// do makes a request that must succeed.
func (w *world) do(t testing.TB, function, method, path, body string) string {
	t.Helper()
	a, err := w.Do(w.ada, sim.Request{Function: function, Method: method, Path: path, Body: body}, nil)
	if err != nil || a.Status >= 300 {
		t.Fatalf("%s %s: %v %+v", method, path, err, a)
	}
	return a.Body
}

func (w *world) create(t testing.TB) {
	t.Helper()
	body := w.do(t, "campaigns-api", "POST", "/v1/campaigns", campaignBody)
	w.campaign = "/v1/campaigns/" + between(body, `"id":"`, `"`)
	// The first id in the answer is the campaign's only if no placement comes before it.
	if i := strings.Index(body, `"id":"`); i < 0 || strings.Index(body, `"placements"`) < i {
		t.Fatalf("unexpected answer %s", body)
	}
	w.settle(t)
}

func between(s, before, after string) string {
	_, s, _ = strings.Cut(s, before)
	s, _, _ = strings.Cut(s, after)
	return s
}

func (w *world) settle(t testing.TB) {
	t.Helper()
	if err := w.Settle(); err != nil {
		t.Fatal(err)
	}
}

// request is a scenario's try: a request with an idempotency key, as a careful client repeats it.
func request(function, method, path, body string) func(*world, func(int, string) sim.Fault) error {
	return func(w *world, choose func(int, string) sim.Fault) error {
		r := sim.Request{Function: function, Method: method, Path: strings.NewReplacer("{campaign}", w.campaign, "{action}", w.action).Replace(path), Body: body, Key: "key-1"}
		a, err := w.Do(w.ada, r, choose)
		if err == nil && a.Status >= 300 {
			return fmt.Errorf("answered %d: %s", a.Status, a.Body)
		}
		return err
	}
}

func (w *world) spend(t testing.TB, date, amount string) {
	t.Helper()
	w.do(t, "metrics-api", "PUT", w.campaign+"/metrics", fmt.Sprintf(`{"rows":[{"date":%q,"spend":%q,"impressions":1000,"clicks":10}]}`, date, amount))
}

// bigImport is a report of more days than one transaction takes.
func bigImport() string {
	var b strings.Builder
	b.WriteString("day,cost\n")
	for day := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC); day.Before(time.Date(2026, 11, 15, 0, 0, 0, 0, time.UTC)); day = day.AddDate(0, 0, 1) {
		fmt.Fprintf(&b, "%s,7.50\n", day.Format(time.DateOnly))
	}
	return b.String()
}

func scenarios() []scenario {
	created := func(t *testing.T, w *world) { w.create(t) }
	spent := func(t *testing.T, w *world) {
		w.create(t)
		w.spend(t, "2026-11-10", "100")
		w.settle(t)
	}
	return []scenario{
		asked("create a campaign", func(*testing.T, *world) {}, request("campaigns-api", "POST", "/v1/campaigns", campaignBody)),
		asked("results that spend the budget", created, request("metrics-api", "PUT", "{campaign}/metrics", `{"asOf":"2026-11-15T12:00:00Z","rows":[{"date":"2026-11-10","spend":"100"}]}`)),
		asked("import of more than a transaction takes", created, func(w *world, choose func(int, string) sim.Fault) error {
			a, err := w.Do(w.ada, sim.Request{Function: "metrics-api", Method: "POST", Path: w.campaign + "/metrics/import",
				Query: "date=day&spend=cost&asOf=2026-11-15T12:00:00Z", Type: "text/csv", Body: bigImport(), Key: "key-1"}, choose)
			if err == nil && a.Status != 200 {
				return fmt.Errorf("answered %+v", a)
			}
			return err
		}),
		asked("pause by hand", created, request("campaigns-api", "POST", "{campaign}/pause", `{"reason":"stop"}`)),
		asked("lower the budget under the spend", func(t *testing.T, w *world) {
			w.create(t)
			w.spend(t, "2026-11-10", "60")
			w.settle(t)
		}, request("campaigns-api", "POST", "{campaign}/budget", `{"amount":"50"}`)),
		asked("raise a spent budget", spent, request("campaigns-api", "POST", "{campaign}/budget", `{"amount":"500"}`)),
		asked("override a spent budget", spent, request("campaigns-api", "POST", "{campaign}/budget-override", `{"reason":"a good week"}`)),
		asked("rename", created, request("campaigns-api", "PATCH", "{campaign}", `{"name":"Winter"}`)),
		asked("archive", created, request("campaigns-api", "POST", "{campaign}/archive", ``)),
		asked("add a placement", created, request("campaigns-api", "POST", "{campaign}/placements", `{"placements":[{"platform":"google","externalId":"g1","name":"Google"}]}`)),
		asked("invite", func(*testing.T, *world) {}, func(w *world, choose func(int, string) sim.Fault) error {
			a, err := w.Do(w.ada, sim.Request{Function: "orgs-api", Method: "POST", Path: "/v1/org/invitations", Body: `{"email":"bob@example.com","role":"manager"}`, Key: "key-1"}, choose)
			if err == nil && a.Status >= 300 && !strings.Contains(a.Body, "shown_once") {
				return fmt.Errorf("answered %+v", a)
			}
			return err
		}),
		asked("make a rule", func(*testing.T, *world) {}, request("automations-api", "POST", "/v1/automations", ruleBody("shadow"))),
		asked("approve what a rule proposes", ruled("approve", "11"), request("automations-api", "POST", "{action}/approve", `{}`)),
		asked("decline what a rule proposes", ruled("approve", "11"), request("automations-api", "POST", "{action}/decline", `{"reason":"no"}`)),
		asked("undo what a rule did", ruled("act", "11"), request("automations-api", "POST", "{action}/undo", `{}`)),
		asked("another organisation", func(*testing.T, *world) {}, request("orgs-api", "POST", "/v1/orgs", `{"name":"Second"}`)),
		{name: "relay", given: func(t *testing.T, w *world) {
			w.create(t)
			w.spend(t, "2026-11-10", "100")
		}, try: func(w *world, choose func(int, string) sim.Fault) error { return w.RelayOnce(choose) }},
	}
}

// ruleBody is a rule that pauses what spent 10 in a week.
func ruleBody(mode string) string {
	return fmt.Sprintf(`{"name":"Pause spenders","mode":%q,"currency":"USD","when":{"metric":"spend","days":7,"op":"at_least","value":"10"},"action":{"kind":"pause"}}`, mode)
}

// ruled has a rule of the mode look at a campaign that spent so much, and keeps what it did or proposes.
func ruled(mode, spend string) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		w.rule(t, mode, spend)
		w.settle(t)
		w.action = "/v1/actions/" + between(w.do(t, "automations-api", "GET", "/v1/actions", ""), `"id":"`, `"`)
		if _, err := w.Do(w.ada, sim.Request{Function: "automations-api", Method: "GET", Path: w.action}, nil); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *world) rule(t *testing.T, mode, spend string) {
	t.Helper()
	w.create(t)
	rule := "/v1/automations/" + between(w.do(t, "automations-api", "POST", "/v1/automations", ruleBody("shadow")), `"id":"`, `"`)
	w.do(t, "automations-api", "PUT", rule, ruleBody(mode))
	w.settle(t)
	w.spend(t, "2026-11-14", spend)
}

// asked is a scenario of a client's request.
func asked(name string, given func(*testing.T, *world), try func(*world, func(int, string) sim.Fault) error) scenario {
	return scenario{name: name, given: given, try: try, request: true}
}

// listenerScenarios are one for each delivery that follows from what may happen to a campaign, timers included.
func listenerScenarios(t *testing.T) []scenario {
	results := func(t *testing.T, w *world) {
		w.create(t)
		w.spend(t, "2026-11-10", "95")
		w.spend(t, "2026-11-11", "10")
		w.do(t, "campaigns-api", "PATCH", w.campaign, `{"description":"now with one"}`)
		w.relay(t)
	}
	status := func(t *testing.T, w *world) {
		w.do(t, "campaigns-api", "POST", "/v1/campaigns", campaignBody)
		w.do(t, "campaigns-api", "POST", "/v1/campaigns", campaignBody) // a namesake
		w.relay(t)
	}
	paused := func(t *testing.T, w *world) {
		w.create(t)
		w.do(t, "campaigns-api", "POST", w.campaign+"/pause", `{}`)
		w.relay(t)
	}
	list := slices.Concat(deliveries(t, "results", results), deliveries(t, "creation", status), deliveries(t, "pause", paused),
		deliveries(t, "a rule", func(t *testing.T, w *world) {
			w.rule(t, "act", "11")
			w.relay(t)
		}))
	return append(list, scenario{name: "the timer at the end of the month", given: func(t *testing.T, w *world) {
		w.create(t)
		w.spend(t, "2026-11-10", "100")
		w.settle(t)
		w.Clock.Add(16 * 24 * time.Hour)
		w.Ring()
	}, try: func(w *world, choose func(int, string) sim.Fault) error { return w.DeliverNth(0, choose) }})
}

// deliveries are a scenario for each delivery that waits after given.
func deliveries(t *testing.T, name string, given func(*testing.T, *world)) (list []scenario) {
	probe := newWorld(t)
	given(t, probe)
	for i, function := range probe.Waiting() {
		list = append(list, scenario{name: fmt.Sprintf("%s, delivery %d to %s", name, i, function), given: given, try: func(w *world, choose func(int, string) sim.Fault) error {
			return w.DeliverNth(i, choose)
		}})
	}
	if len(list) == 0 {
		t.Fatalf("nothing follows from %s", name)
	}
	return list
}

func (w *world) relay(t testing.TB) {
	t.Helper()
	if err := w.RelayOnce(nil); err != nil {
		t.Fatal(err)
	}
}

// tries runs the scenario: each element of faults is one try's plan, then tries without faults until one
// succeeds. calls is how many calls the first try made.
func (s scenario) tries(t *testing.T, faults ...map[int]sim.Fault) (w *world, calls int) {
	t.Helper()
	w = newWorld(t)
	s.given(t, w)
	var err error
	for try := range len(faults) + 3 {
		var choose func(int, string) sim.Fault
		if try < len(faults) {
			choose = func(call int, _ string) sim.Fault { return faults[try][call] }
		}
		err = s.try(w, choose)
		if try == 0 {
			calls = w.Calls()
		}
		if err == nil {
			break
		}
		w.Clock.Add(61 * time.Second)
	}
	if err != nil {
		t.Fatalf("it never succeeds: %v", err)
	}
	return w, calls
}

// outcome is what the world looks like after everything came to rest; it also holds the invariants.
func outcome(t *testing.T, w *world) string {
	t.Helper()
	w.settle(t)
	for _, check := range []func() error{w.CheckSafety, w.CheckLiveness} {
		if err := check(); err != nil {
			t.Fatal(err)
		}
	}
	text, err := w.Observe()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

var (
	anID    = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	aShard  = regexp.MustCompile(`#\d\d( |$)`)
	aTicket = regexp.MustCompile(`[A-Za-z0-9_-]{43}`)
)

// nameless is an outcome without ids. A request whose first try left no trace gets other ids at the
// next: what it did is the same, and done twice it would still show as one line more.
func nameless(outcome string) string {
	outcome = anID.ReplaceAllString(outcome, "<id>")
	outcome = aShard.ReplaceAllString(outcome, "$1")
	lines := strings.Split(aTicket.ReplaceAllString(outcome, "<secret>"), "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// TestEveryCrashPoint lets every call of every handler fail before and after it took effect, and the
// process die before and after it: alone and in every pair of tries. The end must be the same as
// without, and a redelivery after all must change nothing.
func TestEveryCrashPoint(t *testing.T) {
	points := 0
	for _, s := range append(scenarios(), listenerScenarios(t)...) {
		t.Run(s.name, func(t *testing.T) {
			w, calls := s.tries(t)
			want := outcome(t, w)
			if calls == 0 { // an event that is none of the listener's business
				if !strings.Contains(s.name, "apply-campaign-status") {
					t.Fatal("it made no calls")
				}
				return
			}
			check := func(faults ...map[int]sim.Fault) {
				points++
				w, _ := s.tries(t, faults...)
				got := outcome(t, w)
				if s.request {
					got, want = nameless(got), nameless(want)
				}
				if got != want {
					t.Fatalf("with %v the end is\n%s\nwant\n%s", faults, got, want)
				}
			}
			var single []map[int]sim.Fault
			for call := range calls {
				for _, f := range sim.Faults {
					single = append(single, map[int]sim.Fault{call: f})
				}
			}
			for _, first := range single {
				check(first)
			}
			if testing.Short() {
				return
			}
			for _, first := range crashes(single) {
				for _, second := range crashes(single) {
					check(first, second)
				}
			}
		})
	}
	t.Logf("%d crash points and pairs", points)
}

// crashes are the plans that kill the process: with k calls, the 2k places where it can die.
func crashes(plans []map[int]sim.Fault) (list []map[int]sim.Fault) {
	for _, p := range plans {
		for _, f := range p {
			if f == sim.CrashBefore || f == sim.CrashAfter {
				list = append(list, p)
			}
		}
	}
	return list
}

// TestDuplicatesChangeNothing delivers everything ten times, in the order A B A.
func TestDuplicatesChangeNothing(t *testing.T) {
	run := func(times int) string {
		w := newWorld(t)
		w.create(t)
		w.spend(t, "2026-11-10", "95")
		w.spend(t, "2026-11-11", "10")
		w.relay(t)
		for range times - 1 {
			for i := range w.Waiting() {
				if err := w.RepeatNth(i); err != nil {
					t.Fatal(err)
				}
			}
		}
		return outcome(t, w)
	}
	if once, often := run(1), run(10); once != often {
		t.Errorf("once:\n%s\nten times:\n%s", once, often)
	}
}
