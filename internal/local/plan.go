package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/sam"
)

// plan is the template as the runner works by it.
type plan struct {
	routes     []route
	authorizer sam.Authorizer
	rules      []rule
	stream     streamPlan
	functions  map[string]sam.Function
	topics     []sam.Topic
	queues     map[string]queuePlan // by the function that reads them
	schedules  []schedulePlan
}

// queuePlan is a queue as its reader meets it.
type queuePlan struct {
	id          string // logical
	visibility  time.Duration
	receives    int    // how often a message is tried
	deadLetters string // logical id
	concurrency int
}

// schedulePlan is a schedule of a function.
type schedulePlan struct {
	function, name string
	every          time.Duration
	input          string
}

type rule struct {
	function string
	pattern  sam.Pattern
}

func (r rule) matches(payload []byte) bool { return r.pattern.Match(payload) }

type streamPlan struct {
	function  string
	filters   []sam.Pattern
	batch     int
	retries   int // -1: for ever
	bisect    bool
	onFailure string
}

// newPlan refuses a template that the functions at hand can't honour.
func newPlan(t *sam.Template, have map[string]lambda.Handler) (plan, error) {
	p := plan{functions: map[string]sam.Function{}, topics: t.Topics, queues: map[string]queuePlan{}}
	var errs []error
	for _, f := range t.Functions {
		if have[f.Name] == nil {
			errs = append(errs, fmt.Errorf("template.yaml:%d: there is no function %s in this program", f.Line, f.Name))
		}
		p.functions[f.Name] = f
		errs = append(errs, p.add(f), p.addQueues(f, t.Queues))
	}
	switch {
	case t.Authorizer == nil:
		errs = append(errs, errors.New("template.yaml has no authorizer"))
	case p.stream.function == "":
		errs = append(errs, errors.New("template.yaml maps the table's stream to no function"))
	default:
		p.authorizer = *t.Authorizer
	}
	for _, id := range []string{budgetTopic, failureTopic} {
		if !slices.ContainsFunc(t.Topics, func(topic sam.Topic) bool { return topic.LogicalID == id }) {
			errs = append(errs, fmt.Errorf("template.yaml has no topic %s", id))
		}
	}
	for _, id := range []string{syncQueue, alertQueue} {
		if _, ok := p.reader(id); !ok {
			errs = append(errs, fmt.Errorf("template.yaml lets no function read a queue %s", id))
		}
	}
	return p, errors.Join(errs...)
}

func (p *plan) add(f sam.Function) error {
	for _, r := range f.Routes {
		p.routes = append(p.routes, route{
			method: r.Method, segments: strings.Split(r.Path, "/"), key: r.Method + " " + r.Path, function: f.Name, public: r.Public,
		})
	}
	for _, r := range f.Rules {
		p.rules = append(p.rules, rule{function: f.Name, pattern: r.Pattern})
	}
	for _, s := range f.Streams {
		if p.stream.function != "" {
			return fmt.Errorf("template.yaml:%d: the runner reads the table's stream for one function only, %s", s.Line, p.stream.function)
		}
		p.stream = streamPlan{f.Name, s.Filters, s.BatchSize, s.Retries, s.Bisect, s.OnFailure}
	}
	return nil
}

// addQueues adds the queue that the function reads, and its schedules.
func (p *plan) addQueues(f sam.Function, queues []sam.Queue) error {
	for _, s := range f.Schedules {
		p.schedules = append(p.schedules, schedulePlan{f.Name, s.Name, s.Every, s.Input})
	}
	for _, e := range f.Queues {
		if _, taken := p.queues[f.Name]; taken {
			return fmt.Errorf("template.yaml:%d: the runner lets a function read one queue only", e.Line)
		}
		i := slices.IndexFunc(queues, func(q sam.Queue) bool { return q.LogicalID == e.Queue })
		if i < 0 || queues[i].MaxReceives == 0 || !e.PartialFailure {
			return fmt.Errorf("template.yaml:%d: a queue needs a redrive policy, and its reader ReportBatchItemFailures", e.Line)
		}
		q := queues[i]
		p.queues[f.Name] = queuePlan{q.LogicalID, q.Visibility, q.MaxReceives, q.DeadLetters, e.Concurrency}
	}
	return nil
}

// reader is the function that reads the queue with the logical id.
func (p plan) reader(queue string) (string, bool) {
	for function, q := range p.queues {
		if q.id == queue {
			return function, true
		}
	}
	return "", false
}

// atOnce is how many invocations of the function run at once.
func (p plan) atOnce(function string) int {
	if n := p.queues[function].concurrency; n > 0 {
		return min(n, perFunction)
	}
	return perFunction
}

// passes reports whether the stream's filter lets the change through.
func (s streamPlan) passes(c Change) bool {
	if len(s.filters) == 0 {
		return true
	}
	b, err := json.Marshal(recordOf(c))
	if err != nil {
		return true // let the function see it
	}
	for _, f := range s.filters {
		if f.Match(b) {
			return true
		}
	}
	return false
}

// retries is how often a failed invocation is tried again.
func (p plan) retries(function string) int {
	if q, ok := p.queues[function]; ok {
		return q.receives - 1
	}
	return p.functions[function].Async.Retries
}

// retryWait is how long after its attempt, counted from 0, a failed invocation is tried again: Lambda's
// waits, or until the message is visible again.
func (p plan) retryWait(function string, attempt int) time.Duration {
	if q, ok := p.queues[function]; ok {
		return q.visibility
	}
	return retryWaits[min(attempt, len(retryWaits)-1)]
}

// deadLetters is the queue for invocations of the function that failed for the last time.
func (p plan) deadLetters(function string) string {
	if function == p.stream.function {
		return p.stream.onFailure
	}
	if q, ok := p.queues[function]; ok {
		return q.deadLetters
	}
	return p.functions[function].Async.OnFailure
}

func (p plan) timeout(function string) time.Duration {
	if t := p.functions[function].Timeout; t > 0 {
		return t
	}
	return 3 * time.Second // Lambda's own default
}

// subscriptions are the addresses that a topic's messages go to.
func (p plan) subscriptions(topic string) []sam.Subscription {
	for _, t := range p.topics {
		if t.LogicalID == topic {
			return t.Subscriptions
		}
	}
	return nil
}
