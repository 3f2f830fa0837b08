package lambdatest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"time"
)

// Process is a running function.
type Process struct {
	Init time.Duration // from its start to its first request for work

	api *runtimeAPI
	cmd *exec.Cmd
	log *logBuffer

	stop sync.Once
}

// FunctionError is an invocation that the function answered with an error.
type FunctionError struct {
	Type    string `json:"errorType"`
	Message string `json:"errorMessage"`
}

func (e *FunctionError) Error() string { return e.Type + ": " + e.Message }

// Start runs the bootstrap at path and waits until it asks for work. env is all of its
// environment but what Lambda adds.
func Start(ctx context.Context, path string, env ...string) (*Process, error) {
	p := &Process{api: newRuntimeAPI(), log: new(logBuffer)}
	p.cmd = exec.Command(path)
	p.cmd.Env = append(env, "AWS_LAMBDA_RUNTIME_API="+p.api.address())
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	started := time.Now()
	if err := p.cmd.Start(); err != nil {
		p.api.close()
		return nil, err
	}
	go func() {
		p.api.exit(p.cmd.Wait())
	}()
	select {
	case <-p.api.ready:
		p.Init = p.api.readyAt.Sub(started)
		return p, nil
	case err := <-p.api.initError:
		p.Stop()
		return nil, fmt.Errorf("init: %w\n%s", err, p.log.String())
	case <-p.api.gone:
		p.api.close()
		return nil, fmt.Errorf("init: %w\n%s", p.api.exitError, p.log.String())
	case <-ctx.Done():
		p.Stop()
		return nil, ctx.Err()
	}
}

// Invoke hands the function a payload and waits for its answer, which is a *FunctionError when
// the function failed.
func (p *Process) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	return p.api.invoke(ctx, payload)
}

// Log is what the function wrote so far; TakeLog forgets it, too.
func (p *Process) Log() string     { return p.log.String() }
func (p *Process) TakeLog() string { return p.log.take() }

// PID is the process's id, for /proc.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Stop ends the function as Lambda does, without a word, and waits until all that it wrote is in the log.
func (p *Process) Stop() {
	p.stop.Do(func() {
		if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			p.log.Write([]byte(err.Error()))
		}
		<-p.api.gone
		p.api.close()
	})
}

type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func (l *logBuffer) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.buf.String()
	l.buf.Reset()
	return s
}
