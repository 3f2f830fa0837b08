package sim

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/catalog"
	"bellwether/internal/channel"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/parallel"
	"bellwether/internal/platform/sandbox"
	"bellwether/internal/schedule"
	"bellwether/internal/secret"
	sealer "bellwether/internal/secret/local"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
	"bellwether/internal/tenant"
)

// World is the whole system, with everything that happened in it.
type World struct {
	Clock     *Clock
	Table     *bolt.Table // without faults: for looking
	Messages  []channel.Message
	Timers    map[string]schedule.Timer
	Published []event.Raw     // in order, repeats included
	Handled   map[string]bool // "listener event": handled without an error at least once
	Syncs     []message       // that wait in the queue of sync-integration
	Sandbox   *sandbox.Server // the ad platforms

	received  int // messages of the queue so far
	calls     int // of the last invocation that ended
	patience  int // how often Settle hands over again what failed
	gate      *gate
	functions map[string]catalog.Function
	others    map[string]catalog.Function // the same in another process
	queue     []delivery
	relayed   uint64 // stream checkpoint
	tenants   store.Tenants
}

type delivery struct {
	function string
	id       string // of the event or timer
	payload  []byte
}

// begin is when worlds begin: a Sunday noon in the middle of a month.
var begin = time.Date(2026, 11, 15, 12, 0, 0, 0, time.UTC)

// pageSize keeps the syncs of a simulation short, and still makes them turn pages.
const pageSize = 10

// NewWorld makes an empty system that keeps its table in dir.
func NewWorld(dir string, random *rand.ChaCha8) (*World, error) {
	w := &World{Clock: &Clock{now: begin}, Timers: map[string]schedule.Timer{}, Handled: map[string]bool{}, gate: newGate()}
	var err error
	if w.Table, err = bolt.Open(filepath.Join(dir, "sim.db"), bolt.Options{Now: w.Clock.Now, NoSync: true}); err != nil {
		return nil, err
	}
	cursors, err := sealer.New(secret.NewText("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"), random)
	if err != nil {
		return nil, err
	}
	if w.Sandbox, err = sandbox.New(sandbox.Config{Now: w.Clock.Now, Random: random, PageSize: pageSize}); err != nil {
		return nil, err
	}
	platforms, err := w.connectors()
	if err != nil {
		return nil, err
	}
	behind := table{w.gate, w.Table}
	adapters := catalog.Adapters{
		Table: behind, Bus: recordingBus{w.gate, w}, BudgetTopic: recordingTopic{w.gate, w}, FailureTopic: recordingTopic{w.gate, w},
		Timers: memoryTimers{w.gate, w}, SyncQueue: memoryQueue{w.gate, w}, AlertQueue: memoryQueue{w.gate, w}, Connectors: platforms, Images: images{w.gate}, Tokens: cursors,
		PublicURL: "http://bellwether.example", Cursors: cursors, Verifier: trusting{}, Now: w.Clock.Now, Random: random,
		Pause: func(_ context.Context, d time.Duration) error {
			w.Clock.Add(d)
			return nil
		},
	}
	w.functions, w.others = byName(catalog.Functions(adapters)), byName(catalog.Functions(adapters))
	w.tenants = store.Tenants{Table: w.Table}
	return w, nil
}

func byName(list []catalog.Function) map[string]catalog.Function {
	named := map[string]catalog.Function{}
	for _, f := range list {
		named[f.Name] = f
	}
	return named
}

// Close removes nothing but the handle on the table.
func (w *World) Close() error { return w.Table.Close() }

// trusting takes a token for the address that it is.
type trusting struct{}

func (trusting) Verify(_ context.Context, token string) (tenant.Identity, error) {
	return tenant.Identity{UserID: tenant.UserID("sim", token), Email: token, EmailVerified: true, Name: token}, nil
}

// publish queues the event for its listeners.
func (w *World) publish(e event.Raw) {
	w.Published = append(w.Published, e)
	payload, err := json.Marshal(map[string]any{"source": event.Source, "detail-type": e.Meta.Type, "detail": e})
	if err != nil {
		panic(err)
	}
	for _, name := range slices.Sorted(maps.Keys(w.functions)) {
		if slices.Contains(w.functions[name].Events, e.Meta.Type) {
			w.queue = append(w.queue, delivery{name, e.Meta.ID, payload})
		}
	}
}

// errCrashed is the outcome of an invocation whose process died.
var errCrashed = fault.New(fault.Retryable, "crashed", "the process died")

// invoke runs a function once, under the faults that choose gives its calls. It may be run while
// another invocation stands still in one of its calls.
func (w *World) invoke(h lambda.Handler, payload []byte, choose func(int, string) Fault) (answer []byte, err error) {
	interrupted := w.gate.begin(choose)
	defer func() {
		w.calls = w.gate.calls
		if p := recover(); p != nil {
			if _, ok := p.(crash); !ok {
				panic(p)
			}
		}
		// A recovered panic of a dead process is no answer: whoever asked never hears it.
		if w.gate.dead {
			answer, err = nil, errCrashed
		}
		w.gate.invocation = interrupted
	}()
	return h.Invoke(parallel.InOrder(context.Background()), payload)
}

// deliver hands one delivery to its function.
func (w *World) deliver(d delivery, choose func(int, string) Fault) error {
	answer, err := w.invoke(w.functions[d.function].Handler, d.payload, choose)
	if err == nil {
		err = returned(answer)
	}
	if err == nil {
		w.Handled[d.function+" "+d.id] = true
	}
	return err
}

// relay hands what is new in the stream to relay-events, once.
func (w *World) relay(choose func(int, string) Fault) (moved bool, err error) {
	records, err := w.Table.Records(w.relayed, 20)
	if err != nil {
		return false, err
	}
	var batch []map[string]any
	for _, r := range records {
		if r.New == nil || r.New.Events == "" {
			continue
		}
		text := func(s string) map[string]string { return map[string]string{"S": s} }
		batch = append(batch, map[string]any{"eventName": "MODIFY", "dynamodb": map[string]any{
			"SequenceNumber": strconv.FormatUint(r.Seq, 10), "Keys": map[string]any{"PK": text(r.New.PK), "SK": text(r.New.SK)},
			"NewImage": map[string]any{"PK": text(r.New.PK), "SK": text(r.New.SK), "events": text(r.New.Events)},
		}})
	}
	if len(records) == 0 {
		return false, nil
	}
	if len(batch) == 0 {
		w.relayed = records[len(records)-1].Seq
		return true, nil
	}
	payload, err := json.Marshal(map[string]any{"Records": batch})
	if err != nil {
		return false, err
	}
	answer, err := w.invoke(w.functions["relay-events"].Handler, payload, choose)
	if err != nil {
		return false, nil // the stream delivers the batch again
	}
	return w.commit(answer, records)
}

func (w *World) commit(answer []byte, records []bolt.Record) (bool, error) {
	var partial struct {
		Failures []struct {
			Sequence string `json:"itemIdentifier"`
		} `json:"batchItemFailures"`
	}
	if err := json.Unmarshal(answer, &partial); err != nil {
		return false, err
	}
	last := records[len(records)-1].Seq
	if len(partial.Failures) > 0 {
		failed, err := strconv.ParseUint(partial.Failures[0].Sequence, 10, 64)
		if err != nil {
			return false, err
		}
		last = failed - 1
	}
	moved := last > w.relayed
	w.relayed = last
	return moved, nil
}

// ring queues the timers that are due.
func (w *World) ring() {
	for _, name := range slices.Sorted(maps.Keys(w.Timers)) {
		if t := w.Timers[name]; !t.At.After(w.Clock.now) {
			delete(w.Timers, name)
			w.queue = append(w.queue, delivery{t.Target, t.Name, t.Payload})
		}
	}
}

// Settle lets everything that is under way come to its end, without faults.
func (w *World) Settle() error {
	for range 10_000 {
		w.ring()
		w.arrive()
		moved, err := w.relay(nil)
		if err != nil {
			return err
		}
		if !moved && len(w.queue) == 0 {
			return nil
		}
		for len(w.queue) > 0 {
			d := w.queue[0]
			w.queue = w.queue[1:]
			if err := w.insist(d); err != nil {
				return fmt.Errorf("%s can't handle %s: %w", d.function, d.id, err)
			}
		}
	}
	return fmt.Errorf("the world does not come to rest: %d deliveries wait", len(w.queue))
}

// insist hands over a delivery, and again later while it fails, as long as the world is patient.
func (w *World) insist(d delivery) error {
	for n := 0; ; n++ {
		err := w.deliver(d, nil)
		if err == nil || n == w.patience {
			return err
		}
		w.Clock.Add(time.Minute)
	}
}

// RelayOnce lets relay-events handle what is new in the stream, once; an error means that not all of it was taken.
func (w *World) RelayOnce(choose func(int, string) Fault) error {
	for w.relayed < w.Table.Last() {
		before := w.relayed
		if _, err := w.relay(choose); err != nil {
			return err
		}
		if w.relayed == before {
			return errCrashed
		}
		choose = nil
	}
	return nil
}

// Calls is how many calls the last invocation made.
func (w *World) Calls() int { return w.calls }

// Waiting are the functions of the deliveries that wait, in order.
func (w *World) Waiting() []string {
	names := make([]string, len(w.queue))
	for i, d := range w.queue {
		names[i] = d.function
	}
	return names
}

// DeliverNth delivers the n-th delivery that waits. It leaves the queue when it was handled.
func (w *World) DeliverNth(n int, choose func(int, string) Fault) error {
	err := w.deliver(w.queue[n], choose)
	if err == nil {
		w.queue = slices.Delete(w.queue, n, n+1)
	}
	return err
}

// RepeatNth delivers the n-th delivery that waits, and leaves it waiting.
func (w *World) RepeatNth(n int) error { return w.deliver(w.queue[n], nil) }

// Ring queues the timers that are due.
func (w *World) Ring() { w.ring() }
