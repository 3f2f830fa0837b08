package local

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

var errBroken = errors.New("it is broken")

// flaky fails as long as it is told to, and counts its calls.
type flaky struct {
	broken atomic.Bool
	calls  atomic.Int32
}

func (f *flaky) over(name string) func(*Config) {
	return over(name, func(inner lambda.Handler) lambda.Handler {
		return handler(func(ctx context.Context, payload []byte) ([]byte, error) {
			f.calls.Add(1)
			if f.broken.Load() {
				return nil, errBroken
			}
			return inner.Invoke(ctx, payload)
		})
	})
}

func TestRetriesDeadLettersAndRedrive(t *testing.T) {
	var f, other flaky
	f.broken.Store(true)
	dir, c := t.TempDir(), newClock()
	r := start(t, dir, c, f.over("notify-budget-threshold"), other.over("update-performance-metrics"))
	path := r.campaign()
	r.spend(path, "22", "100")
	r.drain()
	if st := r.state(); len(st.Waiting) != 1 || st.Waiting[0].Attempt != 1 || len(st.DeadLetters) != 0 {
		t.Fatalf("after one try: %+v", st)
	}
	r.later(59 * time.Second)
	if f.calls.Load() != 1 {
		t.Fatal("it was tried again within a minute")
	}
	r.later(time.Second)
	if err := r.Close(); err != nil { // the number of tries is kept
		t.Fatal(err)
	}
	r = start(t, dir, c, f.over("notify-budget-threshold"), other.over("update-performance-metrics"))
	r.later(2 * time.Minute)
	st := r.state()
	if len(st.DeadLetters) != 1 || len(st.Waiting) != 0 || f.calls.Load() != 3 {
		t.Fatalf("after %d tries: %+v", f.calls.Load(), st)
	}
	d := st.DeadLetters[0]
	if d.Function != "notify-budget-threshold" || d.Queue != "NotifyBudgetThresholdDeadLetters" || d.What != "BudgetThresholdReached" ||
		d.Attempt != 3 || d.Reason != errBroken.Error() {
		t.Errorf("the dead letter is %+v", d)
	}

	f.broken.Store(false)
	before := other.calls.Load()
	redrive := fmt.Sprintf("/_local/dead-letters/%d/redrive", d.ID)
	r.do("POST", redrive, "", http.StatusSeeOther)
	r.drain()
	if st := r.state(); len(st.DeadLetters) != 0 || len(st.Sent) != 2 {
		t.Errorf("after the redrive: %+v", st)
	}
	wantText(t, "the campaign", r.do("GET", path, "", 200), `"status":"paused"`)
	r.drain()
	if n := other.calls.Load(); n != before {
		t.Errorf("another listener was called %d times more by the redrive", n-before)
	}
	r.do("POST", redrive, "", http.StatusNotFound)
	r.do("POST", "/_local/dead-letters/x/redrive", "", http.StatusNotFound)
}

// What succeeded is not tried again, not even after a restart.
func TestDoneIsDone(t *testing.T) {
	var cache, relay flaky
	dir, c := t.TempDir(), newClock()
	r := start(t, dir, c)
	r.spend(r.campaign(), "22", "100")
	r.drain()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	r = start(t, dir, c, cache.over("update-dashboard-cache"), relay.over("relay-events"))
	r.drain()
	if n, m := cache.calls.Load(), relay.calls.Load(); n+m != 0 {
		t.Errorf("after a restart %d deliveries and %d batches were made again", n, m)
	}
}

// Speed makes the waits between tries shorter, in both places where there are some.
func TestSpeed(t *testing.T) {
	var f flaky
	f.broken.Store(true)
	r := start(t, t.TempDir(), newClock(), f.over("notify-budget-threshold"), func(c *Config) { c.Speed = 60 })
	r.spend(r.campaign(), "22", "100")
	r.drain()
	r.later(time.Second)
	r.later(2 * time.Second)
	if st := r.state(); len(st.DeadLetters) != 1 {
		t.Errorf("after a minute's tries in a second: %+v", st)
	}
}

// Close waits for what runs, and that does not count as a failed try.
func TestCloseLetsRunningWorkFinish(t *testing.T) {
	begun, finish := make(chan struct{}), make(chan struct{})
	dir, c := t.TempDir(), newClock()
	r := start(t, dir, c, over("notify-budget-threshold", func(inner lambda.Handler) lambda.Handler {
		return handler(func(ctx context.Context, payload []byte) ([]byte, error) {
			close(begun)
			<-finish
			return inner.Invoke(ctx, payload)
		})
	}))
	path := r.campaign()
	r.spend(path, "22", "100")
	<-begun
	r.cancel() // what Close does first; the invocation must not notice
	close(finish)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	r = start(t, dir, c)
	if st := r.state(); len(st.Sent) != 2 || len(st.DeadLetters) != 0 {
		t.Errorf("after the next start: %+v", st)
	}
	r.drain()
	wantText(t, "the campaign", r.do("GET", path, "", 200), `"status":"paused"`)
}

func TestParkedEventsAreShown(t *testing.T) {
	r := start(t, t.TempDir(), newClock())
	bad := `{"source":"bellwether","detail-type":"CampaignCreated","detail":{"meta":{"id":"x"}}}`
	if _, err := r.invoke(t.Context(), "update-dashboard-cache", []byte(bad)); err != nil {
		t.Fatal(err)
	}
	r.drain()
	st := r.state()
	if len(st.Parked) != 1 || st.Parked[0].Listener != "update-dashboard-cache" {
		t.Fatalf("parked: %+v", st.Parked)
	}
	wantText(t, "the page", r.do("GET", "/_local", "", 200), "update-dashboard-cache", "Parked events (1)")
}

// The waiting invocations of one function don't hold up those of another.
func TestOneSlowFunctionHoldsNobodyUp(t *testing.T) {
	finish, told := make(chan struct{}), make(chan struct{}, 3)
	slow := over("update-dashboard-cache", func(lambda.Handler) lambda.Handler {
		return handler(func(context.Context, []byte) ([]byte, error) {
			<-finish
			return nil, nil
		})
	})
	noticed := over("notify-budget-threshold", func(inner lambda.Handler) lambda.Handler {
		return handler(func(ctx context.Context, payload []byte) ([]byte, error) {
			defer func() { told <- struct{}{} }()
			return inner.Invoke(ctx, payload)
		})
	})
	r := start(t, t.TempDir(), newClock(), slow, noticed)
	path := r.campaign()
	for day := range 2*perFunction + 4 {
		r.spend(path, fmt.Sprintf("%02d", day+1), "5")
	}
	for range 3 { // the alerts at 80, 90 and 100 %
		<-told
	}
	close(finish)
	r.drain()
}
