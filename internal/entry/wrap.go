// Package entry turns what Lambda delivers (HTTP requests, bus events, timers, queue messages,
// stream records) into calls of use cases, and what they return into what Lambda expects.
package entry

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"bellwether/internal/obs"
)

// deadlineMargin is what an invocation keeps of its time to answer and to log: Lambda kills
// it at the deadline without a word. A tenth of the time left, where that is less.
const deadlineMargin = 500 * time.Millisecond

const maxStack = 4 << 10

// Wrap gives every function the same manners: a panic becomes an error, the context ends a
// margin before Lambda's deadline, and the invocation leaves one log line and one metrics line.
func Wrap(h lambda.Handler, name string, o *obs.Observer, now func() time.Time) lambda.Handler {
	return &wrapped{h, name, o, now}
}

type wrapped struct {
	handler  lambda.Handler
	name     string
	observer *obs.Observer
	now      func() time.Time
}

func (w *wrapped) Invoke(ctx context.Context, payload []byte) (answer []byte, err error) {
	started := w.now()
	end := obs.End{Function: w.name, At: started}
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		end.RequestID = lc.AwsRequestID
	}
	ctx, inv := obs.Begin(ctx)
	ctx, cancel := cutDeadline(ctx, started)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			answer, err = nil, &PanicError{Value: p}
			end.Stack = stack()
		}
		end.Err, end.Took = err, w.now().Sub(started)
		w.observer.Done(ctx, inv, end)
	}()
	return w.handler.Invoke(ctx, payload)
}

func cutDeadline(ctx context.Context, now time.Time) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	margin := min(deadlineMargin, deadline.Sub(now)/10)
	return context.WithDeadline(ctx, deadline.Add(-margin))
}

// PanicError is a panic that was recovered.
type PanicError struct{ Value any }

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

func stack() string {
	s := debug.Stack()
	return string(s[:min(len(s), maxStack)])
}
