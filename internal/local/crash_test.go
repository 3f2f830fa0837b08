package local

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"go.etcd.io/bbolt"

	"bellwether/internal/bus"
	"bellwether/internal/catalog"
	"bellwether/internal/channel"
	"bellwether/internal/event"
	"bellwether/internal/schedule"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
)

// camera copies the state file at every step that a function makes: each copy is what a kill at
// that moment would leave on the disk.
type camera struct {
	t     *testing.T
	clock *clock

	mu       sync.Mutex
	file     *bolt.Table
	answered int // parts of the story that are told
	shots    []shot
}

// shot is one copy, with what the client and the clock knew then.
type shot struct {
	state    []byte
	answered int
	at       time.Time
}

func (c *camera) told(parts int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answered = parts
}

func (c *camera) shoot() {
	c.mu.Lock()
	defer c.mu.Unlock()
	var b bytes.Buffer
	err := c.file.DB().View(func(tx *bbolt.Tx) error {
		_, err := tx.WriteTo(&b)
		return err
	})
	if err != nil {
		c.t.Error(err)
	}
	c.shots = append(c.shots, shot{b.Bytes(), c.answered, c.clock.Now()})
}

// over points the camera at everything that the functions call, and at the functions themselves.
func (c *camera) over(config *Config) {
	config.Catalog = func(a catalog.Adapters) []catalog.Function {
		c.file = a.Table.(*bolt.Table)
		a.Table, a.Bus, a.BudgetTopic, a.Timers = filmedTable{a.Table, c}, filmedBus{a.Bus, c}, filmedTopic{a.BudgetTopic, c}, filmedTimers{a.Timers, c}
		functions := catalog.Functions(a)
		for i, f := range functions {
			functions[i].Handler = c.film(f.Handler)
		}
		return functions
	}
}

func (c *camera) film(f lambda.Handler) lambda.Handler {
	return handler(func(ctx context.Context, payload []byte) ([]byte, error) {
		c.shoot()
		defer c.shoot()
		return f.Invoke(ctx, payload)
	})
}

type filmedTable struct {
	store.Table
	camera *camera
}

func (f filmedTable) Write(ctx context.Context, token string, ops ...store.Op) error {
	defer f.camera.shoot()
	return f.Table.Write(ctx, token, ops...)
}

type filmedBus struct {
	bus.Bus
	camera *camera
}

func (f filmedBus) Put(ctx context.Context, events []event.Raw) ([]error, error) {
	defer f.camera.shoot()
	return f.Bus.Put(ctx, events)
}

type filmedTopic struct {
	channel.Topic
	camera *camera
}

func (f filmedTopic) Publish(ctx context.Context, m channel.Message) error {
	defer f.camera.shoot()
	return f.Topic.Publish(ctx, m)
}

type filmedTimers struct {
	schedule.Scheduler
	camera *camera
}

func (f filmedTimers) Set(ctx context.Context, timer schedule.Timer) error {
	defer f.camera.shoot()
	return f.Scheduler.Set(ctx, timer)
}

// teller tells a story that may be cut off and gone on with: the parts that were told stay told, as a
// client repeats only what it got no answer to.
type teller struct {
	path string // of the campaign, once it is created
}

// tell tells from a part on: a campaign, its spend up to 100 %, the month's end.
func (s *teller) tell(r *running, from int, told func(parts int)) {
	r.t.Helper()
	parts := []func(){
		func() { s.path = r.campaign() },
		func() { r.spend(s.path, "20", "70") },
		func() { r.spend(s.path, "21", "25") },
		func() { r.spend(s.path, "22", "5") },
		r.drain,
		func() {
			r.clock.set(time.Date(2026, 12, 1, 6, 0, 0, 0, time.UTC))
			r.later(0)
		},
	}
	for i := from; i < len(parts); i++ {
		parts[i]()
		told(i + 1)
	}
	r.later(0)
	r.signIn("ada@example.com")
}

// outcome is what there is to see in the end, without times.
func outcome(r *running, path string) string {
	r.t.Helper()
	var c struct {
		Status       string
		PauseReasons []string
		Budget       struct {
			Fired       []int
			PercentUsed string
		}
	}
	var log struct {
		Items []struct{ Meta struct{ Type string } }
	}
	subject := "campaign/" + strings.TrimPrefix(path, "/v1/campaigns/")
	events := "/v1/events?limit=100&from=2026-11-22T00:00:00Z&to=2026-12-03T00:00:00Z&subject=" + subject
	for target, into := range map[string]any{path: &c, events: &log} {
		if err := json.Unmarshal([]byte(r.do("GET", target, "", 200)), into); err != nil {
			r.t.Fatal(err)
		}
	}
	var types, told []string
	for _, e := range log.Items {
		types = append(types, e.Meta.Type)
	}
	st := r.state()
	for _, m := range st.Sent { // a mail may come twice after a crash, under the same id
		told = append(told, m.Protocol+" "+m.AlertID)
	}
	slices.Sort(types)
	slices.Sort(told)
	return fmt.Sprintf("%+v\nevents %v\n%d messages, %d timers, inbox %s, %d dead, %d parked, %d waiting", c, types, len(slices.Compact(told)),
		len(st.Timers), strings.TrimSpace(r.do("GET", "/v1/inbox/count", "", 200)), len(st.DeadLetters), len(st.Parked), len(st.Waiting))
}

// A process that is killed between any two steps goes on from there at the next start. In the end
// all is as if nothing had happened.
func TestAKillAtAnyStepLosesNothing(t *testing.T) {
	film := &camera{t: t, clock: newClock()}
	r := start(t, t.TempDir(), film.clock, film.over)
	var first teller
	first.tell(r, 0, film.told)
	want := outcome(r, first.path)
	wantText(t, "the story", want, "Status:active", "BudgetThresholdReached", "4 messages, 0 timers", "0 dead, 0 parked, 0 waiting")
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	for i, kill := range film.shots {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "state.db"), kill.state, 0o600); err != nil {
			t.Fatal(err)
		}
		r := start(t, dir, &clock{now: kill.at.Add(time.Hour)})
		again := first
		again.tell(r, kill.answered, func(int) {})
		if got := outcome(r, again.path); got != want {
			t.Errorf("killed at step %d of %d, after %d parts, it ends in\n%s\nwant\n%s", i, len(film.shots), kill.answered, got, want)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d kills", len(film.shots))
}
