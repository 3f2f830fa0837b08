package produce_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"bellwether/internal/api/automations"
	"bellwether/internal/automation"
	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/incident"
	"bellwether/internal/store"
)

// ruledCourse is a random history of one campaign under rules: results that come, come twice or not for hours,
// people who steer it, freezes, and people who undo what rules did.
type ruledCourse struct {
	*ruledWorld
	random *rand.Rand
	id     string
	events []map[string]any
	humans []time.Time // when a person steered it
	frozen [][2]time.Time
}

const histories = 150

// Whatever happens: nothing acts on stale results, in a freeze, beyond the day's cap or within a day of a
// person; a decision changes the campaign once; what is undone is as it was.
func TestHistoriesOfRules(t *testing.T) {
	acted, undone := 0, 0
	for seed := range uint64(histories) {
		c := newRuledCourse(t, seed)
		for range 40 {
			c.step()
		}
		a, u := c.check()
		acted, undone = acted+a, undone+u
	}
	if acted < histories/2 || undone == 0 {
		t.Errorf("only %d actions and %d undone: the histories say little", acted, undone)
	}
	t.Logf("%d histories, %d actions, %d undone", histories, acted, undone)
}

func newRuledCourse(t *testing.T, seed uint64) *ruledCourse {
	w := newRuledWorld(t)
	c := &ruledCourse{ruledWorld: w, random: rand.New(rand.NewPCG(seed, 1))}
	c.id = w.ruled(ruledOrg, automation.Act, "a")[0]
	c.rule("resume", automation.Action{Kind: automation.Resume}, automation.Below)
	c.rule("raise", automation.Action{Kind: automation.Scale, Percent: 20, CapMicros: 5_000_000_000}, automation.Below)
	c.rule("cut", automation.Action{Kind: automation.Scale, Percent: -20}, automation.AtLeast)
	return c
}

// rule adds a rule that acts when yesterday's spend is on that side of 50.
func (c *ruledCourse) rule(name string, action automation.Action, op automation.Op) {
	c.t.Helper()
	cause := event.Edge(event.Derive(name), "user/1", c.now.Add(-48*time.Hour))
	_, err := (store.Rules{Table: c.table}).Update(c.t.Context(), ruledOrg, cause, func(b automation.Book) (store.BookChange, error) {
		next, r, err := b.Add(automation.Rule{
			ID: event.Derive(name), Name: name, Enabled: true, Days: 1, Currency: "USD", CooldownMinutes: 60, DailyActions: 3, Action: action,
			When: automation.Condition{Metric: automation.Spend, Window: automation.Window{Days: 1}, Op: op, Than: automation.Fixed, Value: 50_000_000},
		}, cause, "1")
		if err != nil {
			return store.BookChange{}, err
		}
		version := b.Version + 1
		r.Mode = automation.Act
		next, _, _, err = next.Replace(r, 1, cause)
		next.Version = version
		return store.BookChange{Book: next}, err
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *ruledCourse) step() {
	c.now = c.now.Add(time.Duration(1+c.random.IntN(150)) * time.Minute)
	switch c.random.IntN(10) {
	case 0, 1, 2, 3:
		c.results()
	case 4:
		if len(c.events) > 0 { // one that came before comes again
			c.invoke(c.events[c.random.IntN(len(c.events))])
		}
	case 5, 6:
		c.invoke(map[string]any{})
		c.ring()
	case 7:
		c.steer()
	case 8:
		c.freeze()
	default:
		c.undo()
	}
}

// results bring yesterday's spend, and enough conversions that no platform learns.
func (c *ruledCourse) results() {
	c.t.Helper()
	campaigns := store.Campaigns{Table: c.table}
	cur := c.campaign()
	row := campaign.Row{
		Date: budget.AddDays(budget.Today(c.now, time.UTC), -1), PlacementID: cur.Placements[0].ID,
		SpendMicros: int64(20+c.random.IntN(60)) * 1_000_000, ConversionMicros: 60_000_000, AsOf: c.now,
	}
	cause := event.Edge(event.Derive("results", c.now.String()), "sync/1", c.now)
	_, err := campaigns.Record(c.t.Context(), cause.ID, cur, func(ctx context.Context, cur campaign.Campaign) (campaign.Recorded, error) {
		from, to, _ := cur.Span([]campaign.Row{row}, c.now)
		have, err := campaigns.Rows(ctx, ruledOrg, c.id, from, to)
		if err != nil {
			return campaign.Recorded{}, err
		}
		return cur.Record([]campaign.Row{row}, have, cause)
	})
	if err != nil {
		c.t.Fatal(err)
	}
	e := c.updated(ruledOrg, c.id, "results"+c.now.String())
	c.events = append(c.events, e)
	c.invoke(e)
}

func (c *ruledCourse) campaign() campaign.Campaign {
	c.t.Helper()
	cur, err := (store.Campaigns{Table: c.table}).Get(c.t.Context(), ruledOrg, c.id)
	if err != nil {
		c.t.Fatal(err)
	}
	return cur
}

// steer is a person who pauses or starts the campaign.
func (c *ruledCourse) steer() {
	c.t.Helper()
	cause := event.Edge(event.Derive("steer", c.now.String()), "user/1", c.now)
	before := c.campaign()
	after, err := (store.Campaigns{Table: c.table}).Update(c.t.Context(), cause.ID, ruledOrg, c.id, func(_ context.Context, cur campaign.Campaign) (campaign.Change, error) {
		if cur.Status() == campaign.Active {
			return cur.Pause("", cause)
		}
		return cur.Resume(cause)
	})
	if err != nil {
		c.t.Fatal(err)
	}
	if after.Version > before.Version {
		c.humans = append(c.humans, c.now)
	}
}

func (c *ruledCourse) freeze() {
	c.t.Helper()
	cause := event.Edge(event.Derive("freeze", c.now.String()), "user/1", c.now)
	until := c.now.Add(time.Duration(1+c.random.IntN(4)) * time.Hour)
	s, err := incident.NewSilence(incident.Silence{OrgID: ruledOrg, Freeze: true, StartsAt: c.now, ExpiresAt: until, Reason: "a sale"}, cause)
	if err == nil {
		err = (store.Silences{Table: c.table}).Create(c.t.Context(), s, cause)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	c.frozen = append(c.frozen, [2]time.Time{c.now, until})
}

// undo takes back what was done last, and holds the campaign to what it was before.
func (c *ruledCourse) undo() {
	c.t.Helper()
	list := c.done(ruledOrg)
	i := slices.IndexFunc(list, func(x automation.Execution) bool { return x.State == automation.StateDone })
	if i < 0 {
		return
	}
	x := list[i]
	settler := automations.Settler{Decisions: store.Automations{Table: c.table}, Campaigns: store.Campaigns{Table: c.table}, Scenes: store.Scenes{Table: c.table}}
	cause := event.Edge(event.Derive("undo", c.now.String()), "user/1", c.now)
	for range 2 {
		_, err := settler.Settle(c.t.Context(), ruledOrg, x.ID, "user/1", store.AuditNote{Action: "action.undone"}, cause, automations.Reversal("test"))
		if fault.Is(err, fault.Conflict) { // steered since, or too late
			return
		}
		if err != nil {
			c.t.Fatal(err)
		}
	}
	c.humans = append(c.humans, c.now)
	if got := c.campaign(); steered(got.Steering()) != steered(x.Before) {
		c.t.Errorf("undone, it is steered %q; before it was %q", got.Steering(), x.Before)
	}
}

// steered is how a campaign is steered, but for the number of the budget's version.
func steered(text string) string {
	for n := range 60 {
		text = removeText(text, fmt.Sprint(" v", n))
	}
	return text
}

func removeText(text, part string) string {
	for i := 0; i+len(part) <= len(text); i++ {
		if text[i:i+len(part)] == part && (i+len(part) == len(text) || text[i+len(part)] == '|') {
			return text[:i] + text[i+len(part):]
		}
	}
	return text
}

// check holds all that rules did to the gates, as they stood then.
func (c *ruledCourse) check() (acted, undone int) {
	c.t.Helper()
	var evaluations []automation.Evaluation
	for after := ""; ; {
		page, next, err := (store.Automations{Table: c.table}).Evaluations(c.t.Context(), ruledOrg, c.id, 100, after)
		if err != nil {
			c.t.Fatal(err)
		}
		evaluations = append(evaluations, page...)
		if after = next; next == "" {
			break
		}
	}
	perDay := map[string]int{}
	for _, x := range c.done(ruledOrg) {
		if x.State != automation.StateDone && x.State != automation.StateUndone {
			continue
		}
		acted++
		perDay[x.Rule.ID+x.DoneAt.Format(time.DateOnly)]++
		if x.State == automation.StateUndone {
			undone++
		}
		i := slices.IndexFunc(evaluations, func(e automation.Evaluation) bool { return e.ID == x.EvaluationID })
		if i < 0 {
			c.t.Fatalf("action %s has no evaluation", x.ID)
		}
		e := evaluations[i]
		done := 0
		for _, d := range e.Decisions {
			if d.Outcome == automation.Done {
				done++
			}
		}
		if done != 1 || e.At.Sub(e.AsOf) > 30*time.Minute {
			c.t.Errorf("at %v: %d actions at once, on results of %v", e.At, done, e.AsOf)
		}
		for _, at := range c.humans {
			if since := x.DoneAt.Sub(at); since > 0 && since < 24*time.Hour {
				c.t.Errorf("%s at %v, %v after a person", x.Rule.Name, x.DoneAt, since)
			}
		}
		for _, f := range c.frozen {
			if !x.DoneAt.Before(f[0]) && x.DoneAt.Before(f[1]) {
				c.t.Errorf("%s at %v, in a freeze", x.Rule.Name, x.DoneAt)
			}
		}
	}
	for day, n := range perDay {
		if n > 3 {
			c.t.Errorf("%d actions of a rule on a day: %s", n, day)
		}
	}
	return acted, undone
}
