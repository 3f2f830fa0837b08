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
	p := plan{functions: map[string]sam.Function{}, topics: t.Topics}
	var errs []error
	for _, f := range t.Functions {
		if have[f.Name] == nil {
			errs = append(errs, fmt.Errorf("template.yaml:%d: there is no function %s in this program", f.Line, f.Name))
		}
		p.functions[f.Name] = f
		errs = append(errs, p.add(f))
	}
	switch {
	case t.Authorizer == nil:
		errs = append(errs, errors.New("template.yaml has no authorizer"))
	case p.stream.function == "":
		errs = append(errs, errors.New("template.yaml maps the table's stream to no function"))
	default:
		p.authorizer = *t.Authorizer
	}
	if !slices.ContainsFunc(t.Topics, func(topic sam.Topic) bool { return topic.LogicalID == budgetTopic }) {
		errs = append(errs, fmt.Errorf("template.yaml has no topic %s", budgetTopic))
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

func (p plan) retries(function string) int { return p.functions[function].Async.Retries }

// deadLetters is the queue for invocations of the function that failed for the last time.
func (p plan) deadLetters(function string) string {
	if function == p.stream.function {
		return p.stream.onFailure
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
