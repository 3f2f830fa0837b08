// Package local runs the whole system in one process: the functions of the catalogue behind an
// HTTP front, a stream, a bus, timers and topics that follow template.yaml, so that a rule which is
// missing in the template is missing here too. State survives a restart; Ctrl-C loses nothing.
package local

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"bellwether/internal/api/authorize"
	"bellwether/internal/catalog"
	"bellwether/internal/channel/sink"
	"bellwether/internal/entry"
	"bellwether/internal/obs"
	"bellwether/internal/outbound"
	"bellwether/internal/secret"
	sealer "bellwether/internal/secret/local"
	"bellwether/internal/store/bolt"
)

// workers is how many deliveries run at once, all functions together.
const workers = 16

// System is the running whole.
type System struct {
	config     Config
	plan       plan
	db         *bolt.Table
	journal    *journal
	stream     *pump
	dispatcher *dispatcher
	gateway    *gateway
	issuer     *issuer
	sink       *sink.Sink // takes what goes to channels of this machine
	functions  map[string]lambda.Handler
	logFile    *os.File
	cancel     context.CancelFunc
	wg         sync.WaitGroup
}

// Start opens the state and runs everything but the HTTP listener: serve Handler. Close it with Close.
func Start(c Config) (*System, error) {
	s, err := open(c)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	for range workers {
		s.wg.Go(func() { s.dispatcher.work(ctx) })
	}
	s.wg.Go(func() { s.stream.run(ctx) })
	if !s.config.Virtual {
		s.wg.Go(func() { s.tick(ctx) })
	}
	return s, nil
}

func open(c Config) (*System, error) {
	s := &System{config: c.withDefaults()}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, err
	}
	var err error
	if s.db, err = bolt.Open(filepath.Join(c.Dir, "state.db"), bolt.Options{Now: s.now, NoSync: c.NoSync}); err != nil {
		return nil, fmt.Errorf("%w (is another runner using %s?)", err, c.Dir)
	}
	if err := s.assemble(); err != nil {
		return nil, errors.Join(err, s.closeFiles())
	}
	return s, nil
}

// assemble wires the parts around the open file.
func (s *System) assemble() (err error) {
	if s.journal, err = openJournal(s.db); err != nil {
		return err
	}
	table := s.config.Table
	if table == nil {
		table = s.db
	}
	if s.issuer, err = openIssuer(s.journal, s.now); err != nil {
		return err
	}
	verifier, err := authorize.NewIssuer(authorize.Config{
		Issuer: IssuerURL, Audience: Audience, AllowHTTP: true, HTTP: s.issuer.client(), Now: s.now,
	})
	if err != nil {
		return err
	}
	cursors, err := keptSealer(s.journal, "cursor.key")
	if err != nil {
		return err
	}
	tokens, err := keptSealer(s.journal, "token.key")
	if err != nil {
		return err
	}
	out, err := s.logWriter()
	if err != nil {
		return err
	}
	s.dispatcher = newDispatcher(s)
	s.sink = sink.New(s.now)
	s.functions = map[string]lambda.Handler{}
	observer := obs.New(out)
	for _, f := range s.config.Catalog(catalog.Adapters{
		Table: table, Bus: localBus{s}, BudgetTopic: localTopic{s, budgetTopic}, FailureTopic: localTopic{s, failureTopic},
		Timers: localTimers{s}, SyncQueue: localQueue{s, syncQueue}, AlertQueue: localQueue{s, alertQueue}, DeadQueue: func(listener string) queueSource { return deadQueue{s, listener} }, People: localPeople{s}, Senders: s.senders(), Outbound: outbound.Guard{Private: true}, Connectors: s.config.Connectors, Tokens: tokens, Cursors: cursors,
		Images: s.config.Images, Trackers: s.config.Trackers, PublicURL: s.config.PublicURL, Verifier: verifier, Browser: catalog.Browser{API: roundTripper(func(r *http.Request) (*http.Response, error) { return s.gateway.RoundTrip(r) }), Issuer: IssuerURL, ClientID: Audience, OIDC: s.issuer.client()}, Pause: s.config.Pause, Now: s.now, Random: rand.Reader,
	}) {
		s.functions[f.Name] = entry.Wrap(f.Handler, f.Name, observer, s.now)
	}
	if s.plan, err = newPlan(s.config.Template, s.functions); err != nil {
		return err
	}
	source, err := s.source()
	if err != nil {
		return err
	}
	s.stream = newPump(s, source)
	s.gateway = newGateway(s)
	return nil
}

func (s *System) source() (Source, error) {
	checkpoints := &Checkpoints{s.journal}
	if s.config.Source != nil {
		return s.config.Source(checkpoints), nil
	}
	return newBoltSource(s.db, checkpoints)
}

func (s *System) logWriter() (io.Writer, error) {
	if s.config.Log != nil {
		return s.config.Log, nil
	}
	var err error
	s.logFile, err = os.OpenFile(filepath.Join(s.config.Dir, "functions.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	return s.logFile, err
}

// keptSealer seals with a key that is made at the first start, and kept under the name.
func keptSealer(j *journal, name string) (secret.Sealer, error) {
	key := j.state(name)
	if key == nil {
		random := make([]byte, sha256.Size)
		if _, err := rand.Read(random); err != nil {
			return nil, err
		}
		key = []byte(hex.EncodeToString(random))
		if err := j.setState(name, key); err != nil {
			return nil, err
		}
	}
	return sealer.New(secret.NewText(string(key)), rand.Reader)
}

func (s *System) now() time.Time { return s.config.Now() }

func (s *System) poke() { s.dispatcher.poke() }

func (s *System) log(format string, args ...any) {
	fmt.Fprintf(s.config.Report, "bellwether: "+format+"\n", args...)
}

// scaled is how long a wait of AWS takes here.
func (s *System) scaled(d time.Duration) time.Duration {
	return time.Duration(float64(d) / s.config.Speed)
}

func (s *System) wait(ctx context.Context, d time.Duration) error {
	return s.config.Pause(ctx, s.scaled(d))
}

// invoke calls a function as Lambda would: once begun it goes on to its end or its timeout, also
// while the system closes.
func (s *System) invoke(ctx context.Context, name string, payload []byte) ([]byte, error) {
	f, ok := s.functions[name]
	if !ok {
		return nil, fmt.Errorf("there is no function %s", name)
	}
	ctx = lambdacontext.NewContext(context.WithoutCancel(ctx), &lambdacontext.LambdaContext{AwsRequestID: newRequestID(), InvokedFunctionArn: "arn:aws:lambda:local:" + account + ":function:" + name})
	if !s.config.Virtual {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.plan.timeout(name))
		defer cancel()
	}
	answer, err := f.Invoke(ctx, payload)
	if err != nil {
		s.log("%s failed: %v", name, err)
	}
	return answer, err
}

// tick rings timers and wakes retries as real time goes by.
func (s *System) tick(ctx context.Context) {
	for s.config.Pause(ctx, 250*time.Millisecond) == nil {
		s.Tick()
	}
}

// Tick rings the timers and the schedules that are due and looks for retries: after a virtual clock was
// moved on.
func (s *System) Tick() {
	if err := s.journal.ring(s.now()); err != nil {
		s.log("ring timers: %v", err)
	}
	if err := s.journal.fire(s.plan.schedules, s.now()); err != nil {
		s.log("fire schedules: %v", err)
	}
	s.poke()
}

// Drain waits until everything that is due has been done and the system is quiet. Timers and
// retries of later times stay.
func (s *System) Drain(ctx context.Context) error { return s.dispatcher.drain(ctx) }

// Handler is the HTTP front: the API as API Gateway serves it, and the runner's own pages under /_local.
func (s *System) Handler() http.Handler { return s.gateway }

// Close stops taking work, lets what runs finish, and keeps the rest for the next start. Requests
// must have ended before: shut the HTTP server down first.
func (s *System) Close() error {
	s.dispatcher.stop()
	s.cancel()
	s.wg.Wait()
	return s.closeFiles()
}

func (s *System) closeFiles() error {
	err := s.db.Close()
	if s.logFile != nil {
		err = errors.Join(err, s.logFile.Close())
	}
	return err
}
