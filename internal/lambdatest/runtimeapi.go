package lambdatest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"time"
)

// timeout is the deadline that a function is told.
const timeout = 29 * time.Second

// runtimeAPI is Lambda's side of a custom runtime (version 2018-06-01): the function asks for
// its next invocation, and posts an answer or an error.
type runtimeAPI struct {
	server    *httptest.Server
	ready     chan struct{} // closed at the first request for work
	readyOnce sync.Once
	readyAt   time.Time
	initError chan error
	work      chan *invocation
	done      chan struct{}
	gone      chan struct{} // closed when the process has ended
	exitError error         // why, after gone

	mu      sync.Mutex
	count   int
	pending map[string]*invocation
}

type invocation struct {
	id      string
	payload []byte
	answer  chan answer
}

type answer struct {
	body []byte
	err  error
}

func newRuntimeAPI() *runtimeAPI {
	a := &runtimeAPI{
		ready: make(chan struct{}), initError: make(chan error, 1),
		work: make(chan *invocation), done: make(chan struct{}), gone: make(chan struct{}),
		pending: map[string]*invocation{},
	}
	const base = "/2018-06-01/runtime/"
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+base+"invocation/next", a.next)
	mux.HandleFunc("POST "+base+"invocation/{id}/response", func(w http.ResponseWriter, r *http.Request) {
		a.settle(w, r, func(body []byte) answer { return answer{body: body} })
	})
	mux.HandleFunc("POST "+base+"invocation/{id}/error", func(w http.ResponseWriter, r *http.Request) {
		a.settle(w, r, func(body []byte) answer { return answer{err: functionError(body)} })
	})
	mux.HandleFunc("POST "+base+"init/error", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
		a.initError <- functionError(body)
	})
	a.server = httptest.NewServer(mux)
	return a
}

func (a *runtimeAPI) address() string { return strings.TrimPrefix(a.server.URL, "http://") }

func (a *runtimeAPI) close() {
	close(a.done)
	a.server.CloseClientConnections()
	a.server.Close()
}

func (a *runtimeAPI) exit(err error) {
	a.exitError = fmt.Errorf("the process has ended: %w", cmp.Or(err, errors.New("by itself")))
	close(a.gone)
}

func (a *runtimeAPI) next(w http.ResponseWriter, r *http.Request) {
	a.readyOnce.Do(func() {
		a.readyAt = time.Now()
		close(a.ready)
	})
	select {
	case inv := <-a.work:
		h := w.Header()
		h.Set("Lambda-Runtime-Aws-Request-Id", inv.id)
		h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(timeout).UnixMilli(), 10))
		h.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-central-1:123456789012:function:test")
		h.Set("Content-Type", "application/json")
		w.Write(inv.payload)
	case <-r.Context().Done():
	case <-a.done:
	}
}

func (a *runtimeAPI) settle(w http.ResponseWriter, r *http.Request, read func([]byte) answer) {
	body, err := io.ReadAll(r.Body)
	a.mu.Lock()
	inv := a.pending[r.PathValue("id")]
	delete(a.pending, r.PathValue("id"))
	a.mu.Unlock()
	if err != nil || inv == nil {
		http.Error(w, "no such invocation", http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusAccepted)
	inv.answer <- read(body)
}

func (a *runtimeAPI) invoke(ctx context.Context, payload []byte) ([]byte, error) {
	a.mu.Lock()
	a.count++
	inv := &invocation{
		id:      fmt.Sprintf("8476a536-e9f4-11e8-9739-%012d", a.count),
		payload: payload, answer: make(chan answer, 1),
	}
	a.pending[inv.id] = inv
	a.mu.Unlock()
	select {
	case a.work <- inv:
	case <-a.gone:
		return nil, a.exitError
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case got := <-inv.answer:
		return got.body, got.err
	case <-a.gone:
		return nil, a.exitError
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func functionError(body []byte) error {
	e := new(FunctionError)
	if err := json.Unmarshal(body, e); err != nil {
		return errors.New(string(body))
	}
	return e
}
