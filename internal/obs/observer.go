package obs

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"strconv"
	"sync"
	"time"
)

// maxError bounds an error's text in the log: some errors quote what they could not read.
const maxError = 600

// Observer writes the two lines of an invocation. It is safe for concurrent use.
type Observer struct{ out lockedWriter }

// New makes an Observer that writes to w.
func New(w io.Writer) *Observer { return &Observer{lockedWriter{w: w}} }

// End is how an invocation ended.
type End struct {
	Function  string
	RequestID string // Lambda's; told only on failure, since Lambda's own lines carry it
	At        time.Time
	Took      time.Duration
	Err       error  // what the invocation returned
	Stack     string // of a recovered panic
}

// Done writes inv's log line and metrics line.
func (o *Observer) Done(ctx context.Context, inv *Invocation, end End) {
	inv.mu.Lock()
	defer inv.mu.Unlock()
	err := end.Err
	if err == nil {
		err = inv.err
	}
	level, text, attrs := slog.LevelInfo, "ok", inv.notes
	if err != nil {
		level, text = slog.LevelWarn, "failed"
		attrs = append(attrs,
			slog.String("error", clip(err.Error())),
			slog.String("function", end.Function),
			slog.String("invocation", end.RequestID))
		inv.counts = append(inv.counts, count{"Failures", 1})
	}
	if end.Stack != "" {
		level, text = slog.LevelError, "panic"
		attrs = append(attrs, slog.String("stack", end.Stack))
	}
	// Both lines in one write: it is a system call that another process wakes up from.
	var both bytes.Buffer
	NewLogger(&both).LogAttrs(ctx, level, text, attrs...)
	both.Write(metricsLine(end, inv.counts))
	o.out.Write(both.Bytes())
}

// metricsLine is the embedded metric format of CloudWatch: a log line that becomes metrics,
// without a call. The function's name is the one dimension.
func metricsLine(end End, counts []count) []byte {
	b := make([]byte, 0, 256)
	b = append(b, `{"_aws":{"Timestamp":`...)
	b = strconv.AppendInt(b, end.At.UnixMilli(), 10)
	b = append(b, `,"CloudWatchMetrics":[{"Namespace":"Bellwether","Dimensions":[["Function"]],"Metrics":[{"Name":"Milliseconds"}`...)
	for _, c := range counts {
		b = append(b, `,{"Name":`...)
		b = strconv.AppendQuote(b, c.name)
		b = append(b, '}')
	}
	b = append(b, `]}]},"Function":`...)
	b = strconv.AppendQuote(b, end.Function)
	b = append(b, `,"Milliseconds":`...)
	b = strconv.AppendInt(b, end.Took.Milliseconds(), 10)
	for _, c := range counts {
		b = append(b, ',')
		b = strconv.AppendQuote(b, c.name)
		b = append(b, ':')
		b = strconv.AppendInt(b, int64(c.n), 10)
	}
	return append(b, "}\n"...)
}

func clip(s string) string {
	if len(s) > maxError {
		return s[:maxError]
	}
	return s
}

// lockedWriter keeps the lines of concurrent invocations (the local runner's) whole.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
