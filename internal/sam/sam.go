// Package sam reads template.yaml: what deploys is also what the local runner routes by, and what
// the tests hold to the code. Whatever a runner on a laptop can't honour is refused with its line,
// so that nothing works here and is missing there, or the other way round.
package sam

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// Template is what the runner and the tests want to know of a template. Everything stands in the
// template's order. Resources whose condition does not hold are left out.
type Template struct {
	Functions  []Function
	Authorizer *Authorizer // of all routes that are not public; nil when there is none
	Bus        *Bus
	Tables     []Table
	Queues     []Queue
	Topics     []Topic
	LogGroups  []LogGroup
	Roles      []Role
	Kinds      map[string]string // the type of every resource, by logical id
}

// Function is one Lambda function and all that invokes it.
type Function struct {
	LogicalID string
	Name      string // the last segment of CodeURI
	CodeURI   string
	Line      int
	Timeout   time.Duration
	Env       map[string]string // with names and ARNs as on AWS; the account is 000000000000
	LogGroup  string            // logical id
	Role      string            // logical id
	Routes    []Route
	Rules     []Rule
	Streams   []Stream
	Queues    []QueueEvent
	Schedules []Schedule
	Async     Async
}

// Async is what Lambda does when an asynchronous invocation fails.
type Async struct {
	Retries   int           // after the first try
	MaxAge    time.Duration // an event that waited for longer is not tried again
	OnFailure string        // logical id of the queue; empty: what failed is lost
}

// Route is one route of the HTTP API.
type Route struct {
	Method string
	Path   string // "/v1/campaigns/{campaignId}"
	Public bool   // not behind the authorizer
	Line   int
}

// Rule is one rule of the bus.
type Rule struct {
	Name        string // the event's name in the template
	Pattern     Pattern
	Retries     int
	MaxAge      time.Duration
	DeadLetters string // logical id of the queue; empty: what could not be delivered is lost
	Line        int
}

// Stream reads a table's stream.
type Stream struct {
	Name           string
	Table          string    // logical id
	Filters        []Pattern // a record must match one of them; none: all do
	BatchSize      int
	Window         time.Duration
	Parallel       int // batches of one shard at once; records of one partition key stay in order
	Retries        int // -1: until MaxAge
	MaxAge         time.Duration
	Bisect         bool
	PartialFailure bool   // ReportBatchItemFailures
	OnFailure      string // logical id of the queue
	Line           int
}

// QueueEvent reads an SQS queue.
type QueueEvent struct {
	Name           string
	Queue          string // logical id
	BatchSize      int
	Concurrency    int  // invocations at once; 0: no limit of its own
	PartialFailure bool // ReportBatchItemFailures
	Line           int
}

// Schedule invokes a function again and again.
type Schedule struct {
	Name        string
	Every       time.Duration
	Input       string // JSON; "" for none
	Retries     int
	MaxAge      time.Duration
	DeadLetters string // logical id of the queue; empty: what could not be delivered is lost
	Line        int
}

// Authorizer is the Lambda authorizer, with payload 2.0 and simple responses.
type Authorizer struct {
	Function string        // its Name
	Header   string        // whose value is also the key of the cache
	TTL      time.Duration // of the cache
	Line     int
}

// Bus is the event bus.
type Bus struct {
	LogicalID string
	Name      string
	Line      int
}

// Queue is one SQS queue.
type Queue struct {
	LogicalID   string
	Name        string
	Visibility  time.Duration // how long a message that is being handled is hidden from others
	DeadLetters string        // logical id of the queue for messages that were received too often; empty: none
	MaxReceives int           // how often a message is received before it goes there
	Line        int
}

// Topic is one SNS topic, with the subscriptions that the parameters ask for.
type Topic struct {
	LogicalID     string
	Name          string
	ARN           string
	Subscriptions []Subscription
	Line          int
}

// Subscription is one address that a topic's messages go to.
type Subscription struct {
	Protocol string // "email", "sms" or "sqs"
	Endpoint string // the queue's logical id for "sqs"
	Filter   Pattern
	Filtered bool // only messages whose attributes, as an object of texts, match the filter
	Raw      bool // a queue gets the message as it is, without the topic's envelope
	Line     int
}

// LogGroup is one log group; Days is 0 when its lines are never removed.
type LogGroup struct {
	LogicalID string
	Name      string
	Days      int
	Line      int
}

// Role is one IAM role.
type Role struct {
	LogicalID string
	Grants    []Grant
	Managed   []string // policies that are written elsewhere
	Line      int
}

// Grant is one action that a role may take on one resource.
type Grant struct {
	Action   string // "dynamodb:GetItem"
	Resource string // an ARN, or Name.Attribute where that is known on AWS only
	Line     int
}

// Error is one thing that is wrong in a template.
type Error struct {
	Path string
	Line int
	Text string
}

func (e *Error) Error() string { return fmt.Sprintf("%s:%d: %s", e.Path, e.Line, e.Text) }

// Load reads the template at path. Its parameters have their defaults, or what "Name=value" says, as
// with `sam deploy --parameter-overrides`. The error joins all that was found, one *Error each.
func Load(path string, parameters ...string) (*Template, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the template: %w", err)
	}
	d, err := parse(path, source)
	if err != nil {
		return nil, err
	}
	for _, p := range parameters {
		name, value, _ := strings.Cut(p, "=")
		if _, ok := d.parameters[name]; !ok {
			return nil, fmt.Errorf("%s has no parameter %q", path, name)
		}
		d.parameters[name] = &value
	}
	if err := d.check(); err != nil {
		return nil, err
	}
	return d.read()
}

// Function finds a function by its name.
func (t *Template) Function(name string) (Function, bool) {
	for _, f := range t.Functions {
		if f.Name == name {
			return f, true
		}
	}
	return Function{}, false
}
